"""Typing at the shell's prompt: each key of the line editor, on a booted machine with a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.host_terminal import HostTerminal

BOOT = [sys.executable, "-m", "emu.cli", "boot"]
UP, DOWN, RIGHT, LEFT, HOME, END, DELETE = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[3~"
RUBOUT, TAB = "\x7f", "\t"


def ctrl(letter: str) -> str:
    return chr(ord(letter) & 0x1F)


def alt(key: str) -> str:
    return "\x1b" + key


KEYS = {
    "left": (f"echo helo{LEFT}l", "hello"),
    "right": (f"echo lef{LEFT}{LEFT}{RIGHT}{RIGHT}t", "left"),
    "home": (f"at home{HOME}echo ", "at home"),
    "end": (f"cho the e{HOME}e{END}nd", "the end"),
    "control-b": (f"echo xb{ctrl('b')}_", "x_b"),
    "control-e": (f"cho to {HOME}e{ctrl('e')}end", "to end"),
    "control-f": (f"echo xy{LEFT}{LEFT}{ctrl('f')}_", "x_y"),
    "rubout": (f"echo wrongx{RUBOUT}", "wrong"),
    "control-h": (f"echo wrongly{ctrl('h')}{ctrl('h')}", "wrong"),
    "delete": (f"echo axb{LEFT}{LEFT}{DELETE}", "ab"),
    "control-d": (f"echo cxd{LEFT}{LEFT}{ctrl('d')}", "cd"),
    "control-k": (f"echo keep drop{alt('b')}{LEFT}{ctrl('k')}", "keep"),
    "control-u": (f"garbage{ctrl('u')}echo clean", "clean"),
    "control-w and control-y": (f"echo one two{ctrl('w')}{ctrl('y')}{ctrl('y')}", "one twotwo"),
    "control-t": (f"echo ab{ctrl('t')}", "ba"),
    "word by word": (f"echo aa bb cc{alt('b')}{alt('b')}_{alt('f')}-", "aa _bb- cc"),
    "alt-d": (f"echo some words here{alt('b')}{alt('b')}{alt('d')}", "some here"),
    "alt-rubout": (f"echo path/to/file{alt(RUBOUT)}", "path/to/"),
    "in the middle of UTF-8": (f"echo \u00e4\u20acx{LEFT}{LEFT}{RUBOUT}", "\u20acx"),
    "a line longer than the screen": (f"echo {'x' * 100}{HOME}{alt('f')} y{END}z", f"y {'x' * 100}z"),
    "up": (f"{UP}{RUBOUT}!", f"y {'x' * 100}!"),
    "up and down": (f"echo typed{UP}{UP}{DOWN}{DOWN} before", "typed before"),
    "control-p and control-n": (f"{ctrl('p')}{ctrl('p')}{ctrl('n')} again", "typed before again"),
    "search": (f"{ctrl('r')}some wo", "some here"),
    "search twice": (f"{ctrl('r')}echo o{ctrl('r')}{ctrl('r')}{ctrl('g')}echo given up", "given up"),
    "complete a command": (f"ech{TAB}completed", "completed"),
    "complete a file": (f"echo /etc/passw{TAB}x", "/etc/passwd x"),
    "complete a directory": (f"echo /et{TAB}passwd", "/etc/passwd"),
    "complete a variable": (f"echo $HOM{TAB}", "/root"),
    "complete within a path": (f"/bin/ech{TAB}by path", "by path"),
    "a loop over lines": ("for i in 1 2\rdo echo $i\rdone", "1\r\n2"),
    "a loop recalled": (UP, "1\r\n2"),
    "quotes over lines": ('echo "a\rb"', "a\r\nb"),
    "control-c gives a line up": (f"echo unseen{ctrl('c')}echo $?", "130"),
}


@pytest.fixture(scope="module")
def terminal() -> Iterator[HostTerminal]:
    with HostTerminal(BOOT, term="vt100") as t:
        t.expect("# ")
        yield t
        t.type("exit\r")


@pytest.mark.parametrize("name", KEYS)
def test_keys(terminal: HostTerminal, name: str) -> None:
    keys, shown = KEYS[name]
    terminal.type(keys + "\r")
    terminal.expect(f"\r\n{shown}\r\n")
    terminal.expect("# ")


def test_completion_quotes_what_is_special(terminal: HostTerminal) -> None:
    terminal.type("cd /tmp; >'one; two'\r")
    terminal.expect("\r\n")
    terminal.expect("# ")
    terminal.type(f"printf '<%s>\\n' on{TAB}\r")
    terminal.expect("\r\n<one; two>\r\n")


def test_ambiguous_completions_are_listed(terminal: HostTerminal) -> None:
    terminal.type(f"unal{TAB}; un{TAB}{TAB}")
    terminal.expect("unalias")
    terminal.expect("unset")
    terminal.type(f"{ctrl('u')}echo listed\r")
    terminal.expect("\r\nlisted\r\n")


@pytest.mark.parametrize("loop", ["while :; do :; done", "for i in 1 2 3; do sleep 100; done", "read nothing"])
def test_control_c_ends_all_of_a_command(terminal: HostTerminal, loop: str) -> None:
    terminal.type(f"{loop}; echo 'not this'\r")
    terminal.expect("\r\n")
    terminal.nothing_more()
    terminal.type(ctrl("c"))
    terminal.expect("# ")
    terminal.type("echo ended by $?\r")
    assert b"\nnot this" not in terminal.expect("\r\nended by 130\r\n")


def test_control_c_runs_a_trap(terminal: HostTerminal) -> None:
    terminal.type("trap 'echo trapped' INT\r")
    terminal.expect("# ")
    terminal.type(f"unfinished{ctrl('c')}")
    terminal.expect("^C\r\ntrapped\r\n")
    terminal.type("trap - INT; echo reset\r")
    terminal.expect("\r\nreset\r\n")


@pytest.mark.parametrize(
    "mistake", ["if then", "echo ${nothing?is set}", "readonly fixed=1; fixed=2", "exec nosuch", ". /nowhere", "echo )"]
)
def test_mistakes_keep_the_prompt(terminal: HostTerminal, mistake: str) -> None:
    terminal.type(f"{mistake}\r")
    terminal.expect("-sh: ")
    terminal.expect("# ")
    terminal.type("echo still here $?\r")
    terminal.expect(b"\r\nstill here ")


def test_a_stopped_job_keeps_its_place(terminal: HostTerminal) -> None:
    terminal.type("sleep 100 | cat\r")
    terminal.expect("\r\n")
    terminal.nothing_more()
    terminal.type(ctrl("z"))
    terminal.expect("[1] + Stopped")
    terminal.expect("sleep 100 | cat\r\n")
    terminal.type("exit\r")
    terminal.expect("there are stopped jobs\r\n")
    terminal.type("kill %1; bg; wait %1; echo status $?\r")
    terminal.expect("\r\nstatus 143\r\n")
