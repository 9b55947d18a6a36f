"""`uarea debug` at a terminal: ^C, repetition, completion, colour; and a recorded run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.host_terminal import HostTerminal
from toolchain.cc import cached_program

GUEST = Path(__file__).resolve().parent.parent / "guest" / "debugger"
ROOT = Path(__file__).resolve().parents[2]
PROMPT = "(uarea) "


def open_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, term: str = "dumb") -> HostTerminal:
    program = cached_program(GUEST / name, ["-g", "-O0"])
    monkeypatch.setenv("HOME", str(tmp_path))  # for the history
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return HostTerminal([sys.executable, "-m", "emu.cli", "debug", str(program)], term=term, columns=200)


def say(terminal: HostTerminal, command: str) -> str:
    """Type a command; what appears until the next prompt."""
    terminal.type(command + "\n")
    terminal.expect("\n")
    return terminal.expect(PROMPT).decode()


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser()))


def test_interrupt_and_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with open_session(monkeypatch, tmp_path, "spin.c") as terminal:
        terminal.expect(PROMPT)
        terminal.type("run\n")
        terminal.nothing_more(1.0)
        terminal.type(b"\x03")
        assert "spin.c:" in terminal.expect(PROMPT).decode()
        first = say(terminal, "when").split()[0]
        say(terminal, "stepi")
        assert int(say(terminal, "when").split(".")[0]) > int(first.split(".")[0])
        terminal.type("continue\n")
        terminal.nothing_more(0.5)
        terminal.type(b"\x03")
        terminal.expect("Program stopped.")
        terminal.expect(PROMPT)
        assert "start" in say(terminal, "info checkpoints")
        assert "spin.c" in say(terminal, f"goto {first}")
        assert say(terminal, "when").split()[0] == first
        terminal.type(b"\x04")
        assert terminal.ends() == 0
        assert terminal.is_sane()


def test_interrupt_a_program_that_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with open_session(monkeypatch, tmp_path, "echo.c") as terminal:
        terminal.expect(PROMPT)
        terminal.type("run\n")
        terminal.type("one\n")
        terminal.expect("got one")
        terminal.nothing_more(0.3)
        terminal.type(b"\x03")
        assert "read ()" in terminal.expect(PROMPT).decode()
        assert "main ()" in say(terminal, "backtrace")
        terminal.type("continue\n")
        terminal.type("two\n")
        terminal.expect("got two")
        terminal.type(b"\x04")
        terminal.expect("[Inferior 1 exited normally]")
        terminal.expect(PROMPT)
        assert "No more reverse-execution" in say(terminal, "reverse-continue")
        replayed = say(terminal, "continue")
        assert "exited normally" in replayed
        assert "got" not in replayed
        terminal.type("quit\n")
        assert terminal.ends() == 0


def test_repetition_completion_and_colour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with open_session(monkeypatch, tmp_path, "walk.c", term="xterm") as terminal:
        terminal.expect("(uarea) ")
        terminal.type("sta\t\x15start\n")
        terminal.expect("Temporary breakpoint 1")
        terminal.expect("\x1b[36m31\x1b[m")
        terminal.type("next\n")
        terminal.expect("\x1b[36m32\x1b[m")
        terminal.type("\n")
        terminal.expect("\x1b[36m33\x1b[m")
        terminal.type("print count\t\n")
        terminal.expect("counter")
        terminal.expect("= 0")
        terminal.type("nonsense\n")
        terminal.expect("\x1b[31mUndefined command")
        terminal.type("run\n")
        terminal.expect("(y or n)")
        terminal.type("n\n")
        terminal.expect("not restarted")
        terminal.type("quit\n")
        assert terminal.ends() == 0
    assert "print counter" in (tmp_path / ".uarea_history").read_text()


def test_replay(tmp_path: Path) -> None:
    """A run that was recorded with its input is debugged without it."""
    program = cached_program(GUEST / "echo.c", ["-g", "-O0"])
    recording = tmp_path / "run.rec"
    uarea = [sys.executable, "-m", "emu.cli"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*uarea, "run", "--record", str(recording), str(program)], input=b"one\ntwo\n", check=True,
                   stdout=subprocess.PIPE, env=environment)  # fmt: skip
    script = ["break echo.c:9", "run", "print line", "continue", "print line", "reverse-continue", "print line",
              "delete", "continue"]  # fmt: skip
    words = [word for command in script for word in ("-ex", command)]
    done = subprocess.run([*uarea, "debug", "--batch", *words, "--replay", str(recording)], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env=environment)  # fmt: skip
    assert done.returncode == 0, done.stdout
    values = [line.partition(" = ")[2] for line in done.stdout.splitlines() if line.startswith("$")]
    assert [value.split("\\n")[0] for value in values] == ['"one', '"two', '"one']
    assert "exited normally" in done.stdout


def test_bad_replay_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.rec"
    bad.write_text("something else\n")
    done = subprocess.run([sys.executable, "-m", "emu.cli", "debug", "--replay", str(bad)], capture_output=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no recording" in done.stderr
