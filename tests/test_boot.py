"""`uarea boot`, with somebody at the keyboard and without."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Machine
from tests.host_terminal import HostTerminal

BOOT = [sys.executable, "-m", "emu.cli", "boot", "--ram", "64M"]
Compile = Callable[..., Path]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A shell that is its own init."""
    from toolchain.cc import cached_program

    source = Path(__file__).parent / "guest" / "tty" / "tinysh.c"
    return str(cached_program(source, ["-O1", "-Wall"]))


@pytest.fixture
def terminal(shell: str) -> Iterator[HostTerminal]:
    """A machine at the little shell's prompt."""
    with HostTerminal([*BOOT, "--init", shell]) as t:
        t.expect("tiny$ ")
        yield t


def leave(t: HostTerminal) -> None:
    t.type("\x01x")
    assert t.ends() == 0
    assert t.is_sane()


def test_prompt_echo_and_editing(terminal: HostTerminal) -> None:
    assert terminal.is_raw()
    terminal.type("cta\x7f\x7fat\r")
    terminal.expect("cta\b \b\b \bat\r\n")
    terminal.type("hello\r")
    terminal.expect("hello\r\nhello\r\n")
    terminal.type("\x04")
    terminal.expect("tiny$ ")
    leave(terminal)


def test_interrupt_ends_cat(terminal: HostTerminal) -> None:
    terminal.type("cat\rhalf a li")
    terminal.expect("half a li")
    terminal.type("\x03")
    terminal.expect("^C")
    terminal.expect("killed by 2\r\ntiny$ ")
    leave(terminal)


def test_interrupt_ends_a_busy_loop(terminal: HostTerminal) -> None:
    terminal.type("spin\r")
    assert terminal.nothing_more() == b"spin\r\n"
    terminal.type("\x03")
    terminal.expect("killed by 2\r\ntiny$ ")
    leave(terminal)


def test_stop_and_continue(terminal: HostTerminal) -> None:
    terminal.type("cat\r")
    terminal.expect("cat\r\n")
    terminal.type("\x1a")
    terminal.expect("^Z")
    terminal.expect("stopped by 18\r\ntiny$ ")
    terminal.type("fg\r")
    terminal.expect("fg\r\n")
    terminal.type("again\r")
    terminal.expect("again\r\nagain\r\n")
    terminal.type("\x04")
    terminal.expect("tiny$ ")
    leave(terminal)


def test_status_line(terminal: HostTerminal) -> None:
    terminal.type("sleep 100\r")
    terminal.expect("sleep 100\r\n")
    terminal.type("\x14")
    terminal.expect("load: ")
    terminal.expect("[nanoslp]")
    terminal.type("\x03")
    terminal.expect("tiny$ ")
    leave(terminal)


def test_window_size(terminal: HostTerminal) -> None:
    terminal.type("size\r")
    terminal.expect("24x80\r\n")
    terminal.expect("tiny$ ")
    terminal.type("watch\r")
    terminal.expect("watching")
    terminal.resize(50, 132)
    terminal.expect("now 50x132")
    terminal.expect("tiny$ ")
    terminal.type("size\r")
    terminal.expect("50x132\r\n")
    leave(terminal)


def test_sleep_takes_its_time(terminal: HostTerminal) -> None:
    started = time.monotonic()
    terminal.type("sleep 1\r")
    terminal.expect("tiny$ ")
    assert 0.9 < time.monotonic() - started < 3
    started = time.monotonic()
    terminal.type("sleep 60\r")
    terminal.nothing_more(0.2)
    terminal.type("\x03")
    terminal.expect("killed by 2")
    assert time.monotonic() - started < 5, "a key ends the wait at once"
    leave(terminal)


def test_flow_control(terminal: HostTerminal) -> None:
    terminal.type("sleep 1\r")
    terminal.expect("sleep 1\r\n")
    terminal.type("\x13")
    assert terminal.nothing_more(1.5) == b"", "^S holds the prompt back"
    terminal.type("\x11")
    terminal.expect("tiny$ ")
    terminal.type("\x13size")
    terminal.expect("size")  # any key starts output again (IXANY)
    leave(terminal)


def test_escape_key(terminal: HostTerminal) -> None:
    terminal.type("\x01h")
    terminal.expect("end the machine at once")
    terminal.type("\x01\x01")
    terminal.expect("^A")
    terminal.type("\x15spin\r")
    terminal.nothing_more()
    terminal.type("z" * 3000)  # more than the machine takes: the escape key works all the same
    leave(terminal)


@pytest.mark.parametrize("command", ["exit\r", "halt\r", "\x04"])
def test_ends_in_good_order(terminal: HostTerminal, command: str) -> None:
    terminal.type(command)
    assert terminal.ends() == 0
    assert terminal.is_sane()


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_killed_from_outside(terminal: HostTerminal, signo: int) -> None:
    assert terminal.is_raw()
    terminal.process.send_signal(signo)
    assert terminal.ends() == -signo
    assert terminal.is_sane()


def test_suspended_from_outside(terminal: HostTerminal) -> None:
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.nothing_more()
    assert terminal.is_sane()
    terminal.process.send_signal(signal.SIGCONT)
    terminal.nothing_more()
    assert terminal.is_raw()
    terminal.type("size\r")
    terminal.expect("24x80")
    leave(terminal)


def test_panic_leaves_the_terminal_sane(compile_guest: Compile) -> None:
    """The death of init is a panic (decision D5)."""
    program = compile_guest("tests/guest/tty/dies.c")
    with HostTerminal([*BOOT, "--init", str(program)]) as t:
        t.expect("kernel panic: init died (signal 0, exit 3)\r\n")
        assert t.ends() == 70
        assert t.is_sane()


def boot(shell: str, typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*BOOT, "--init", shell], input=typed, capture_output=True, text=True, timeout=60)


def test_piped_input_then_end(shell: str) -> None:
    started = time.monotonic()
    done = boot(shell, "sleep 1000\ncat\nabc\n")
    assert done.returncode == 0
    assert done.stdout == "tiny$ sleep 1000\ntiny$ cat\nabc\nabc\n^D\b\btiny$ ^D\b\b"
    assert time.monotonic() - started < 20, "time jumps where nobody watches"


def test_piped_input_is_read_on_demand(shell: str) -> None:
    done = boot(shell, "halt\nnever read\n")
    assert (done.returncode, done.stdout) == (0, "tiny$ halt\n")


def test_bad_init(tmp_path: Path) -> None:
    for name, says in (("/no/such", "no such file"), (str(tmp_path), "is a directory")):
        done = boot(name, "")
        assert done.returncode == 2
        assert says in done.stderr.splitlines()[-1]


# -- the whole userland: init, rc, sh ---------------------------------------------------------------


@pytest.fixture
def prompt() -> Iterator[HostTerminal]:
    """A machine as users have it, at the shell's prompt."""
    with HostTerminal(BOOT) as t:
        t.expect("# ")
        yield t


def test_jobs(prompt: HostTerminal) -> None:
    prompt.type("sleep 100\r")
    prompt.expect("sleep 100\r\n")
    prompt.nothing_more()
    prompt.type("\x1a")
    prompt.expect("^Z")
    prompt.expect("# ")
    prompt.type("jobs\r")
    prompt.expect("Stopped")
    prompt.expect("sleep 100\r\n")
    prompt.expect("# ")
    prompt.type("fg\r")
    prompt.expect("fg\r\nsleep 100\r\n")
    prompt.nothing_more()
    prompt.type("\x03")
    prompt.expect("# ")
    prompt.type("echo status $?\r")
    prompt.expect("status 130\r\n")
    prompt.expect("# ")
    prompt.type("cat &\r")
    prompt.expect("# ")
    prompt.nothing_more()
    prompt.type("jobs\r")
    prompt.expect("Stopped (tty input)")
    leave(prompt)


def test_shell_has_the_console(prompt: HostTerminal) -> None:
    prompt.type("tty\r")
    prompt.expect("tty\r\n/dev/console\r\n")
    prompt.expect("# ")
    prompt.type("echo through dev tty >/dev/tty\r")
    prompt.expect("\r\nthrough dev tty\r\n")
    prompt.expect("# ")
    prompt.type("stty -echo\r")
    prompt.expect("# ")
    prompt.type("echo unseen\r")
    assert prompt.expect("unseen\r\n") == b"", "the command line was not echoed"
    prompt.expect("# ")
    leave(prompt)


def test_shell_is_ended_by_end_of_file(prompt: HostTerminal) -> None:
    prompt.type("sleep 1000 & trap '' TERM\r")
    prompt.expect("# ")
    started = time.monotonic()
    prompt.type("\x04")
    assert prompt.ends() == 0
    assert prompt.is_sane()
    assert time.monotonic() - started < 5, "init does not wait for what it can end"


def test_halt(prompt: HostTerminal) -> None:
    prompt.type("halt\r")
    assert prompt.ends() == 0


def test_signals_lose_no_output(prompt: HostTerminal) -> None:
    """The window's size changes while the emulator waits for somebody to read what it writes."""
    prompt.type("i=0; while [ $i -lt 1500 ]; do echo line $i; i=$((i+1)); done; echo done\r")
    prompt.expect("echo done\r\n")
    for rows in range(25, 35):
        time.sleep(0.03)
        prompt.resize(rows, 80)
    lines = prompt.expect("\r\ndone\r\n").decode().split("\r\n")
    assert lines == [f"line {i}" for i in range(1500)]
    leave(prompt)


def test_idle_machine_is_idle(prompt: HostTerminal) -> None:
    def cpu_seconds() -> float:
        return (
            sum(map(int, Path(f"/proc/{prompt.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) / 100
        )

    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc on this host")
    prompt.type("sleep 1000 &\r")
    prompt.nothing_more(0.3)
    before = cpu_seconds()
    prompt.nothing_more(0.7)
    assert cpu_seconds() - before <= 0.03
    leave(prompt)


def test_orphans_are_reaped(prompt: HostTerminal) -> None:
    prompt.type("sh -c 'sleep 0.2 & sleep 0.1 & exit 0'; sleep 1; ps -A | grep -c sleep\r")
    prompt.expect("\r\n0\r\n")
    leave(prompt)


def test_line_editor_gives_the_terminal_back() -> None:
    with HostTerminal(BOOT, term="vt100") as t:
        t.expect("# ")
        t.type("echx\x7fo one\x1b[D\x1b[D\x1b[Dt\x7f\r")
        t.expect("\r\none\r\n")
        t.type("cat\r")
        t.nothing_more()
        t.type("cooked\x7f!\r")
        t.expect("cooke!\r\n")
        t.type("\x04")
        leave(t)


def test_piped_commands() -> None:
    done = subprocess.run(BOOT, input="echo one; exit 3\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.endswith("# echo one; exit 3\none\n")


def test_boots_repeat_exactly() -> None:
    commands = "ps -A\nsleep 5 & wait; date\nls -l /dev\n"
    runs = [
        subprocess.run([*BOOT, "--seed", "7"], input=commands, capture_output=True, text=True, timeout=60)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].returncode == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_accounts_balance_after_a_session(machine: type[Machine], seed: int) -> None:
    """The same machine seen from inside: nothing leaks, whatever init, rc and the shell did."""
    from emu.userland import install_userland
    from kernel.cons import attach_console

    typed = (
        b"ls | wc -l; (sleep 1 & exec sleep 2) & cat /etc/rc >/tmp/x; wait\nsleep 9 & kill -STOP $!; ps\nsleep 9 &\n"
    )
    m = machine(stdin=typed, seed=seed)
    install_userland(m.kernel)
    attach_console(m.kernel)
    m.kernel.start_init(b"/sbin/init", [b"init"], [b"PATH=/bin:/usr/bin:/sbin", b"HOME=/root", b"TERM=dumb"])
    assert m.kernel.run() == 0
    assert m.kernel.audit() == []
    assert m.console.stdout.data.count(b"# ") >= 2
