"""Recording a run and reproducing it: pipes, files, terminals, ^C; and what is said when that cannot be done."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emu.machine.console import OutputBuffer
from emu.record import CannotReplay, Recording
from emu.replay import CANNOT, DIFFERENT, ReplayMachine
from emu.runner import run_kernel
from tests.conftest import ROOT
from tests.host_terminal import HostTerminal

UAREA = [sys.executable, "-m", "emu.cli"]
LIMIT = 60  # seconds of the host: only a hang takes so long
Compile = Callable[..., Path]
Result = subprocess.CompletedProcess[bytes]


def uarea(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Result:
    return subprocess.run([*UAREA, *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd, timeout=LIMIT,
                          env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)  # fmt: skip


@pytest.fixture
def talk(compile_guest: Compile) -> Path:
    return compile_guest("tests/guest/debugger/talk.c")


@pytest.fixture
def recording(talk: Path, tmp_path: Path) -> Path:
    """A run with some input."""
    file = tmp_path / "talk.rec"
    assert uarea("run", "--record", file, talk, stdin=b"hello\n").returncode == 9
    return file


def same(recorded: Result, replayed: Result) -> None:
    assert (replayed.returncode, replayed.stdout, replayed.stderr) == (
        recorded.returncode, recorded.stdout, recorded.stderr,
    )  # fmt: skip


def rewritten(file: Path, pattern: str, replacement: str) -> None:
    """Change lines of a recording, and let its digest match again."""
    body, _, _ = file.read_text().rstrip("\n").rpartition("\n")
    changed = re.sub(pattern, replacement, body + "\n", count=1, flags=re.MULTILINE)
    assert changed != body + "\n"
    file.write_text(changed + f"digest {hashlib.sha256(changed.encode()).hexdigest()}\n")


# -- runs that are reproduced ----------------------------------------------------------------------


def test_a_run_with_input_from_a_pipe(talk: Path, tmp_path: Path) -> None:
    file = tmp_path / "rec"
    recorded = uarea("run", "--record", file, talk, "one argument", stdin=b"\xff\x00binary\n" * 3)
    assert recorded.returncode == 9 and recorded.stderr == b"end of input\n"
    same(recorded, uarea("replay", file, stdin=b"other input"))
    assert max(file.read_bytes()) < 128 and len(file.read_bytes()) < 2000


def test_pieces_of_input_stay_pieces(talk: Path, tmp_path: Path) -> None:
    """What a read got depends on how fast the other end of the pipe was; in a replay it is the same."""
    file = tmp_path / "rec"
    with subprocess.Popen([*UAREA, "run", "--record", file, talk], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          cwd=ROOT, bufsize=0) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        out = process.stdout.readline()
        for piece in (b"a", b"bc\nd", b"e\n"):
            process.stdin.write(piece)
            while b" bytes: " + piece not in out:
                out += process.stdout.read(1)
        process.stdin.close()
        out += process.stdout.read()
    assert b"1 bytes: a" in out and b"4 bytes: bc\nd" in out
    replayed = uarea("replay", file)
    assert (replayed.returncode, replayed.stdout) == (9, out)


def test_input_from_a_file(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"x" * 150)
    with open(tmp_path / "input", "rb") as stdin:
        recorded = subprocess.run([*UAREA, "run", "--record", tmp_path / "rec", talk], stdin=stdin,
                                  capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)  # fmt: skip
    same(recorded, uarea("replay", tmp_path / "rec"))


@pytest.mark.parametrize(
    "arguments", [["sh", "-c", "ls /bin | wc -l; sleep 3; date; echo $RANDOM"], ["od", "-N8", "/dev/random"]]
)
def test_commands_of_the_guest(tmp_path: Path, arguments: list[str]) -> None:
    recorded = uarea("run", "--seed", "7", "--record", tmp_path / "rec", *arguments)
    same(recorded, uarea("replay", tmp_path / "rec"))
    with pytest.raises(CannotReplay, match="is in the guest"):
        from emu.record import program_file

        program_file(Recording.load(str(tmp_path / "rec")), "elsewhere")


def test_all_options_are_recorded(tmp_path: Path) -> None:
    options = (
        "--ram",
        "32M",
        "--seed",
        "3",
        "--env",
        "A=b c",
        "--env",
        "EMPTY=",
        "--cwd",
        "/tmp",
        "--vtime",
        "2.5",
        "--cow",
        "none",
    )
    recorded = uarea("run", *options, "--record", tmp_path / "rec", "sh", "-c", "pwd; env; sleep 100")
    assert recorded.returncode == 124
    same(recorded, uarea("replay", tmp_path / "rec"))
    o = Recording.load(str(tmp_path / "rec")).options
    assert (o.ram, o.seed, o.env, o.cwd, o.vtime, o.cow) == (
        32 << 20,
        3,
        {"A": "b c", "EMPTY": ""},
        "/tmp",
        2.5,
        "none",
    )


def test_from_another_directory(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    shutil.copy(talk, tmp_path / "a" / "prog")
    recorded = uarea("run", "--record", "../rec", "./prog", stdin=b"hi\n", cwd=tmp_path / "a")
    assert recorded.returncode == 9
    result = uarea("replay", "../rec", cwd=tmp_path / "b")
    assert result.returncode == CANNOT
    assert result.stderr == (b"uarea: cannot replay: ./prog: No such file or directory; "
                             b"say with --program where the recorded program is\n")  # fmt: skip
    same(recorded, uarea("replay", "--program", "../a/prog", "../rec", cwd=tmp_path / "b"))


def test_a_reader_that_went_away(compile_guest: Compile, tmp_path: Path) -> None:
    tool = compile_guest("tests/guest/abi/tool.c")
    command = [*UAREA, "run", "--record", tmp_path / "rec", tool, "flood"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(LIMIT) == 128 + signal.SIGPIPE
    assert uarea("replay", tmp_path / "rec").returncode == 128 + signal.SIGPIPE


def test_standard_input_that_is_closed(talk: Path, tmp_path: Path) -> None:
    command = f"exec {' '.join(UAREA)} run --record {tmp_path / 'rec'} {talk} <&-"
    recorded = subprocess.run(["sh", "-c", command], capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)
    same(recorded, uarea("replay", tmp_path / "rec"))


# -- terminals and signals -------------------------------------------------------------------------


def test_a_terminal(talk: Path, tmp_path: Path) -> None:
    with HostTerminal([*UAREA, "run", "--record", str(tmp_path / "rec"), str(talk)]) as terminal:
        terminal.expect("ready 1")
        terminal.type("hello\n")
        terminal.expect("6 bytes: hello")
        terminal.type("status 5\n")
        assert terminal.ends() == 5
    replayed = uarea("replay", tmp_path / "rec")
    assert (replayed.returncode, replayed.stdout) == (5, b"ready 1\n6 bytes: hello\n")


def test_interrupts_while_it_computes_and_while_it_waits(talk: Path, tmp_path: Path) -> None:
    """^C comes at the same instruction again: the number of turns until then is the same."""
    with HostTerminal([*UAREA, "run", "--record", str(tmp_path / "rec"), str(talk)]) as terminal:
        terminal.expect("ready 1")
        for _ in range(2):
            terminal.type("spin\n")
            terminal.expect("spinning")
            time.sleep(0.1)
            terminal.type("\x03")
            terminal.expect("interrupted after ")
        terminal.type("\x03")  # it waits for input now
        time.sleep(0.2)
        terminal.type("\x04")
        assert terminal.ends() == 9
    replayed = uarea("replay", tmp_path / "rec")
    assert replayed.returncode == 9, replayed.stderr
    assert len(re.findall(rb"interrupted after \d+ turns", replayed.stdout)) == 2
    assert replayed.stderr == b"end of input\n"


def test_a_signal_from_outside_kills(compile_guest: Compile, tmp_path: Path) -> None:
    source = tmp_path / "spin.c"
    source.write_text('#include <unistd.h>\nint main(void) { write(1, "x", 1); for (;;) ; }\n')
    program = compile_guest(source)
    with subprocess.Popen([*UAREA, "run", "--record", tmp_path / "rec", program], stdout=subprocess.PIPE,
                          cwd=ROOT) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130
    same(uarea("replay", tmp_path / "rec"), uarea("replay", tmp_path / "rec"))
    assert uarea("replay", tmp_path / "rec").returncode == 130


# -- runs that are not -----------------------------------------------------------------------------


def cannot(result: Result, *words: str) -> None:
    said = result.stderr.decode()
    assert result.returncode == CANNOT, said
    assert result.stdout == b""
    assert said.startswith("uarea: cannot replay: ") and said.count("\n") == 1, said
    for word in words:
        assert word in said


def test_another_program(recording: Path, talk: Path, tmp_path: Path, compile_guest: Compile) -> None:
    other = compile_guest("tests/guest/debugger/family.c")
    cannot(uarea("replay", "--program", other, recording), "is not the program that was recorded")
    result = uarea("replay", "--anyway", "--program", other, recording)
    assert result.returncode == DIFFERENT
    assert result.stderr.decode().startswith("uarea: the replay is not the recorded run: ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("uarea ", "the run was recorded with uarea 0.0, this is "),
        ("unicorn ", "the run was recorded with Unicorn 0.0, this is "),
        ("kernel ", "with another version of the kernel"),
        ("userland ", "with another userland"),
    ],
)
def test_another_version(recording: Path, line: str, said: str) -> None:
    rewritten(recording, rf"^{line}\S+$", f"{line}0.0")
    cannot(uarea("replay", recording), said)
    assert uarea("replay", "--anyway", recording).returncode == 9


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"", "no recording"),
        (lambda data: b"\x7fELF", "no recording"),
        (lambda data: data.replace(b"recording 1", b"recording 9", 1), "another version of the format"),
        (lambda data: data.replace(b"hello", b"jello"), "damaged"),
        (lambda data: data[: len(data) // 2], "incomplete"),
        (lambda data: data.rpartition(b"digest")[0], "incomplete"),
    ],
)
def test_damaged_recordings(recording: Path, damage: Callable[[bytes], bytes], said: str) -> None:
    recording.write_bytes(damage(recording.read_bytes()))
    cannot(uarea("replay", recording), said)


def test_no_such_recording(tmp_path: Path) -> None:
    cannot(uarea("replay", tmp_path / "none"), "No such file or directory")
    assert uarea("replay").returncode == 2


@pytest.mark.parametrize(
    ("pattern", "replacement", "said"),
    [
        (r'"hello\\n"', r'"hullo\\n"', "other output on stdout"),
        (r"^(end 9 )\d+", r"\g<1>12345", "cycles of virtual time, not 12,345"),
        (r"^end 9", "end 8", "exit status 9, not 8"),
        (r"^(end .*) \S+$", r"\1 0", "other contents of memory"),
        (r"^(\d+) \d+ read", r"\1 77 read", "where the recording has 'read' at cycle 77"),
        (r"^(\d+) (\d+) read", r"\1 \2 signal", "where the recording has 'signal'"),
    ],
)
def test_a_run_that_is_another_says_so(recording: Path, pattern: str, replacement: str, said: str) -> None:
    rewritten(recording, pattern, replacement)
    result = uarea("replay", recording)
    assert result.returncode == DIFFERENT, result.stderr
    assert said in result.stderr.decode()
    assert result.stderr.decode().count("uarea: ") == 1


def test_what_cannot_be_recorded(talk: Path, tmp_path: Path) -> None:
    result = uarea("run", "--record", tmp_path / "rec", "--share", tmp_path, talk)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--record cannot be had with --share: what the host's files hold is not in a recording" in result.stderr
    result = uarea("run", "--record", tmp_path / "missing" / "rec", talk)
    assert result.returncode == 2 and b"No such file or directory" in result.stderr
    assert uarea("run", "--record", tmp_path / "rec", "nonsense").returncode == 2
    assert not (tmp_path / "rec").exists()


def test_a_recording_can_be_opened_by_a_debugger(recording: Path, talk: Path) -> None:
    """It loads without a machine; a machine made of it runs, its output going wherever one wants."""
    loaded = Recording.load(str(recording))
    assert loaded.program == str(talk) and loaded.ending is not None and loaded.ending.status == 9
    out = OutputBuffer()
    machine = ReplayMachine(loaded, str(talk), out)
    status, message = run_kernel(machine.kernel)
    assert (status, message, bytes(out.data)) == (9, "", b"ready 0\n6 bytes: hello\n")
    assert machine.ending(status) == loaded.ending
