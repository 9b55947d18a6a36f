"""The `uarea` command, from outside: a process with arguments, streams, signals and an exit status."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUEST = ROOT / "tests" / "guest" / "abi" / "tool.c"
UAREA = [sys.executable, "-m", "emu.cli"]
LIMIT = 60  # seconds of the host: only a hang takes so long


def uarea(*arguments: str | Path | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command: list[str | Path | bytes] = [*UAREA, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)


@pytest.fixture(scope="session")
def tool() -> Path:
    from tests.conftest import INCLUDE
    from toolchain.cc import cached_program

    program = cached_program(GUEST, ["-O1", "-Wall", f"-I{INCLUDE}"])
    assert uarea("run", program, "exit", "0").returncode == 0  # the first run may say that it compiles the userland
    return program


def check_one_line(result: subprocess.CompletedProcess[bytes], status: int = 2) -> str:
    """Nothing on stdout, one line on stderr that begins with the command's name, this status."""
    said = result.stderr.decode()
    assert result.returncode == status, said
    assert result.stdout == b""
    assert said.startswith("uarea: ") and said.endswith("\n") and said.count("\n") == 1, said
    return said


# -- status and streams ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 42, 255])
def test_the_status_is_the_programs(tool: Path, code: int) -> None:
    result = uarea("run", tool, "exit", str(code))
    assert (result.returncode, result.stdout, result.stderr) == (code, b"", b"")


@pytest.mark.parametrize("signo", [6, 9, 11, 63])
def test_a_killed_program(tool: Path, signo: int) -> None:
    result = uarea("run", tool, "kill", str(signo))
    assert (result.returncode, result.stdout, result.stderr) == (128 + signo, b"", b"")


def test_streams_are_separate(tool: Path) -> None:
    result = uarea("run", tool, "both")
    assert (result.returncode, result.stdout, result.stderr) == (3, b"out\n" * 3, b"err\n" * 3)


def test_binary_data_passes_unchanged(tool: Path) -> None:
    data = bytes(range(256)) * 4096  # 1 MiB
    result = uarea("run", tool, "copy", stdin=data)
    assert result.returncode == 0
    assert result.stdout == data
    assert result.stderr == b""


def test_standard_input_from_a_file(tool: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"from a file\0\xff\n")
    with open(tmp_path / "data", "rb") as file:
        result = subprocess.run([*UAREA, "run", tool, "copy"], stdin=file, capture_output=True, cwd=ROOT,
                                timeout=LIMIT, check=False)  # fmt: skip
    assert result.stdout == b"from a file\0\xff\n"


@pytest.mark.parametrize(("closed", "status"), [("<&-", 7), (">&-", 5), ("2>&-", 3), ("<&- >&- 2>&-", 1)])
def test_closed_streams(tool: Path, closed: str, status: int) -> None:
    """A stream that the host has closed is closed for the program (a closed input is at its end)."""
    command = f"exec {' '.join(UAREA)} run {tool} closed {closed}"
    result = subprocess.run(["sh", "-c", command], input=b"x", capture_output=True, cwd=ROOT, timeout=LIMIT,
                            check=False)  # fmt: skip
    assert result.returncode == status
    assert b"Traceback" not in result.stderr


def test_a_reader_that_goes_away(tool: Path) -> None:
    """Whoever writes into a pipe without a reader gets SIGPIPE, in the guest."""
    process = subprocess.Popen([*UAREA, "run", tool, "flood"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               cwd=ROOT)  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(LIMIT) == 128 + signal.SIGPIPE
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_listing_without_a_reader() -> None:
    process = subprocess.Popen([*UAREA, "syscalls"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(LIMIT) in (0, 1, 141)
    assert process.stderr.read() == b""
    process.stderr.close()


# -- arguments -------------------------------------------------------------------------------------------------


def test_arguments_pass_through(tool: Path) -> None:
    arguments = ["--help", "-x", "--", "--ram", "", "two words", "ünïcode", "--seed=3", "-"]
    result = uarea("run", "--seed", "1", tool, "args", *arguments)
    expected = "".join(f"[{a}]\n" for a in [tool, "args", *arguments])
    assert result.stdout.decode() == expected
    assert result.returncode == 0
    result = uarea("run", "--", tool, "args", b"\xff\xfe")
    assert result.stdout.endswith(b"[args]\n[\xff\xfe]\n")


def test_environment(tool: Path) -> None:
    result = uarea("run", "--env", "NEW=a b=c", "--env", "HOME=/elsewhere", "--env", "EMPTY=", tool, "env")
    lines = result.stdout.decode().splitlines()
    assert {"NEW=a b=c", "HOME=/elsewhere", "EMPTY="} <= set(lines)
    assert len([line for line in lines if line.startswith("HOME=")]) == 1
    assert "PATH=/bin:/usr/bin:/sbin:/usr/sbin" in lines
    assert not any(line.startswith(("VIRTUAL_ENV", "PYTHON", "PWD")) for line in lines)


def test_working_directory(tool: Path) -> None:
    assert uarea("run", tool, "cwd").stdout == b"/root\n"
    assert uarea("run", "--cwd", "/tmp", tool, "cwd").stdout == b"/tmp\n"


def test_seed(tool: Path) -> None:
    first, again, other = (uarea("run", "--seed", s, tool, "random").stdout for s in ("7", "7", "8"))
    assert len(first) == 17
    assert first == again != other
    assert uarea("run", tool, "random").stdout == uarea("run", "--seed", "0", tool, "random").stdout


@pytest.mark.parametrize("doing", [("spin",), ("sleep", "3600")])
def test_virtual_time_limit(tool: Path, doing: Sequence[str]) -> None:
    result = uarea("run", "--vtime", "0.05", "--stats", tool, *doing)
    assert result.returncode == 124
    assert re.search(rb"^virtual time +0\.05000[01] s$", result.stderr, re.MULTILINE)
    assert b"Traceback" not in result.stderr


def test_virtual_time_that_is_enough(tool: Path) -> None:
    assert uarea("run", "--vtime", "7200", tool, "sleep", "3600").returncode == 0


def test_statistics(tool: Path) -> None:
    result = uarea("run", "--stats", tool, "fork")
    lines = result.stderr.decode().splitlines()
    assert result.stdout == b""
    assert result.returncode == 0
    wanted = [
        r"instructions +[\d,]+  about: [\d,]+ bytes of code retired",
        r"virtual time +\d+\.\d{6} s", r"wall time +\d+\.\d{6} s", r"traps +[\d,]+",
        r"page faults +[\d,]+  zero-fill [\d,]+, from files [\d,]+",
        r"copy-on-write +[\d,]+  pages copied, [\d,]+ taken over",
        r"forks +2  vfork 0, shared memory 0",  # with the program itself, init's child
        r"execs +1", r"switches +[\d,]+", r"frames in use +[\d,]+  of [\d,]+", r"system calls:",
    ]  # fmt: skip
    for line, pattern in zip(lines, wanted, strict=False):
        assert re.fullmatch(pattern, line), line
    calls = dict(re.fullmatch(r"  (\S+) +([\d,]+)", line).groups() for line in lines[len(wanted) :])  # type: ignore[union-attr]
    assert calls["fork"] == "1" and calls["__wait450"] == "1"
    counts = [int(n.replace(",", "")) for n in calls.values()]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("size", ["4M", "8192k", "1GiB"])
def test_memory_sizes(tool: Path, size: str) -> None:
    assert uarea("run", "--ram", size, tool, "exit", "5").returncode == 5


def test_too_little_memory_for_the_program(tool: Path) -> None:
    assert uarea("run", "--ram", "8M", tool, "touch").returncode == 128 + signal.SIGKILL
    assert uarea("run", "--ram", "128M", tool, "touch").returncode == 0


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_ways_to_fork(tool: Path, cow: str) -> None:
    assert uarea("run", "--cow", cow, tool, "fork").returncode == 0


def test_a_program_with_a_strange_name(tool: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/a b\xff\n"
    with open(path, "wb") as file:
        file.write(tool.read_bytes())
    assert uarea("run", path, "exit", "6").returncode == 6  # no x bit needed: it is data to the emulator


# -- what cannot be run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "PROG"),
        (["run", "/nonexistent/prog"], "no such file"),
        (["run", "no-such-command"], "no such file"),
        (["run", ""], ""),
        (["run", "/"], "is a directory"),
        (["run", "/dev/null"], "not a regular file"),
        (["run", __file__], "not a program"),
        (["run", "--nope", "TOOL"], "--nope"),
        (["run", "--ram", "1T", "TOOL"], "1T"),
        (["run", "--ram", "1.5G", "TOOL"], "1.5G"),
        (["run", "--ram", "0", "TOOL"], "4 MiB"),
        (["run", "--ram", "4194305", "TOOL"], "whole pages"),
        (["run", "--ram", "99999999G", "TOOL"], "memory"),
        (["run", "--seed", "x", "TOOL"], "x"),
        (["run", "--env", "NAME", "TOOL"], "NAME=VALUE"),
        (["run", "--env", "=VALUE", "TOOL"], "NAME=VALUE"),
        (["run", "--cwd", "/nonexistent", "TOOL"], "--cwd /nonexistent"),
        (["run", "--cwd", "/dev/null", "TOOL"], "--cwd /dev/null"),
        (["run", "--vtime", "0", "TOOL"], "--vtime"),
        (["run", "--vtime", "nan", "TOOL"], "--vtime"),
        (["run", "--vtime", "soon", "TOOL"], "soon"),
        (["run", "--cow", "magic", "TOOL"], "magic"),
        (["walk"], "walk"),
        (["--frobnicate"], "frobnicate"),
        (["syscalls", "everything"], "everything"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_requests(tool: Path, arguments: list[str], says: str) -> None:
    said = check_one_line(uarea(*[str(tool) if a == "TOOL" else a for a in arguments]))
    assert says in said


def test_many_arguments(tool: Path) -> None:
    result = uarea("run", tool, "args", *["x" * 1000] * 300)
    assert (result.returncode, result.stdout.count(b"x" * 1000)) == (0, 300)


def elf(tool: Path, **fields: int) -> bytearray:
    """The tool's ELF file with some header fields changed: name -> (offset, format) below."""
    places = {"class_": (4, "B"), "data": (5, "B"), "type_": (16, "<H"), "machine": (18, "<H"), "entry": (24, "<Q")}
    image = bytearray(tool.read_bytes())
    for name, value in fields.items():
        offset, kind = places[name]
        struct.pack_into(kind, image, offset, value)
    return image


def broken_programs(tool: Path) -> Iterator[tuple[str, bytes, str]]:
    whole = tool.read_bytes()
    yield "empty", b"", "not a program"
    yield "text", b"hello\n", "not a program"
    yield "half a header", whole[:63], "cut off"
    yield "header", whole[:64], "damaged"
    yield "half", whole[:5000], "damaged"
    yield "x86", elf(tool, machine=62), "RISC-V"
    yield "32-bit", elf(tool, class_=1), "64-bit RISC-V"
    yield "big-endian", elf(tool, data=2), "RISC-V"
    yield "shared object", elf(tool, type_=3), "damaged"
    yield "linux", whole.replace(b"NetBSD\0", b"GNUish\0"), "NetBSD"
    yield "script without interpreter", b"#!\n", "damaged"
    yield "script", b"#!/usr/local/bin/ruby\nputs 1\n", "interpreter"


def test_broken_programs(tool: Path, tmp_path: Path) -> None:
    for name, image, says in broken_programs(tool):
        path = tmp_path / name
        path.write_bytes(image)
        assert says in check_one_line(uarea("run", path)), name


def test_special_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "not a regular file" in check_one_line(uarea("run", tmp_path / "fifo"))
    os.symlink("nowhere", tmp_path / "link")
    assert "no such file" in check_one_line(uarea("run", tmp_path / "link"))


def test_a_command_that_the_host_has_as_well() -> None:
    """/bin/ls is a program of the host's, for another machine: the guest's is meant."""
    result = uarea("run", "/bin/ls", "/")
    assert (result.returncode, b"dev\netc\n" in result.stdout) == (0, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_program(tool: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(tool.read_bytes())
    path.chmod(0)
    assert "Permission denied" in check_one_line(uarea("run", path))


def test_a_program_that_starts_nowhere(tool: Path, tmp_path: Path) -> None:
    """Loadable, but its first instruction is not there: that is the program's end, not exec's."""
    for entry in (0, 0xFFFF_FFC0_0000_0000, 0xFFFF_FFFF_FFFF_FFFE):
        path = tmp_path / f"{entry:x}"
        path.write_bytes(elf(tool, entry=entry))
        result = uarea("run", path)
        assert (result.returncode, result.stderr) == (128 + signal.SIGSEGV, b""), hex(entry)


# -- signals and ends ------------------------------------------------------------------------------------------


def start(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start a program and wait until it says that it is ready."""
    process = subprocess.Popen([*UAREA, "run", *arguments], stdin=stdin, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=ROOT)  # fmt: skip
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], LIMIT)[0]
    assert os.read(process.stdout.fileno(), 100) == b"ready\n"
    return process


def interrupt(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    time.sleep(0.05)  # let it go on from saying so to what it waits for; any moment must do
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, err


@pytest.mark.parametrize("doing", ["spin", "family"])
def test_interrupting_a_loop(tool: Path, doing: str) -> None:
    assert interrupt(start(tool, doing)) == (130, b"", b"")


def test_interrupting_a_program_that_catches_it(tool: Path) -> None:
    assert interrupt(start(tool, "catch")) == (42, b"caught 2\n", b"")


@pytest.mark.parametrize(
    ("doing", "outcome"), [("read", (130, b"", b"")), ("read-catch", (42, b"caught 2\n", b""))]
)
def test_interrupting_a_reader_of_a_pipe(tool: Path, doing: str, outcome: tuple[int, bytes, bytes]) -> None:
    reading, writing = os.pipe()
    process = start(tool, doing, stdin=reading)
    assert interrupt(process) == outcome
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    ("doing", "outcome"), [("read", (130, b"", b"")), ("read-catch", (42, b"caught 2\n", b""))]
)
def test_interrupting_a_reader_of_a_terminal(tool: Path, doing: str, outcome: tuple[int, bytes, bytes]) -> None:
    master, slave = pty.openpty()
    process = start(tool, doing, stdin=slave)
    assert interrupt(process) == outcome
    os.close(master)
    os.close(slave)


def test_interrupting_a_writer_that_nobody_reads(tool: Path) -> None:
    process = subprocess.Popen([*UAREA, "run", tool, "flood"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               cwd=ROOT)  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    held = 0
    while held < 60_000:  # until the pipe is full, or nearly
        time.sleep(0.02)
        held = struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, bytes(4)))[0]
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130
    assert process.stderr.read() == b""
    process.stdout.close()
    process.stderr.close()


def test_reading_a_terminal(tool: Path) -> None:
    master, slave = pty.openpty()
    process = start(tool, "read", stdin=slave)
    os.write(master, b"line\n")
    process.communicate(timeout=LIMIT)
    assert process.returncode == 10
    os.close(master)
    os.close(slave)


def test_interrupting_the_start() -> None:
    """Even before there is a machine, ^C is no traceback."""
    process = subprocess.Popen([*UAREA, "run", "/nonexistent"], stderr=subprocess.PIPE, cwd=ROOT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LIMIT)
    assert process.returncode in (-signal.SIGINT, 130, 2, 1)


def test_deadlock(tool: Path) -> None:
    said = check_one_line(uarea("run", tool, "deadlock"), 125)
    assert "asleep" in said


BROKEN = """
import sys
import kernel.main
from kernel.syscall import NATIVE
from emu.cli import main

def broken(l):
    raise {error}

NATIVE[{number}].handler = broken
sys.argv = ["uarea", *sys.argv[1:]]
main()
"""


def test_a_bug_in_the_kernel(tool: Path) -> None:
    """Status 70, and what a kernel programmer wants to know: the error, process, pc, trap, Python's stack."""
    script = BROKEN.format(number=2, error="ZeroDivisionError('on purpose')")
    command = [sys.executable, "-c", script, "run", tool, "fork"]
    result = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)
    said = result.stderr.decode()
    assert result.returncode == 70
    assert said.startswith("uarea: kernel panic: ZeroDivisionError: on purpose\n")
    assert "tool" in said and re.search(r"\bpc 0x[0-9a-f]+", said) and "lwp 2" in said
    assert "system call 2, fork" in said
    assert "in broken" in said
    assert said.count("Traceback") <= 1


def test_the_host_has_no_memory(tool: Path) -> None:
    command = [sys.executable, "-c", BROKEN.format(number=2, error="MemoryError"), "run", "--stats", tool, "fork"]
    result = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)
    assert "no memory" in check_one_line(result, 75)


# -- the other commands ----------------------------------------------------------------------------------------


def test_version() -> None:
    result = uarea("--version")
    assert result.returncode == 0
    assert re.fullmatch(rb"uarea \d+\.\d+\.\d+\S*\n", result.stdout)


def test_help() -> None:
    from emu.cli import cli

    for arguments in ([], *([name] for name in cli.commands)):
        result = uarea(*arguments, "--help")
        text = result.stdout.decode()
        assert (result.returncode, result.stderr) == (0, b"")
        assert text.startswith("Usage: uarea")
        assert re.search(r"Examples?:\n +uarea ", text) or re.search(r"Examples?:\n( .*\n)*.*uarea", text), text
    short = uarea()
    assert (short.returncode, short.stdout) == (2, b"")
    assert short.stderr == uarea("-h").stdout


def test_listing_system_calls() -> None:
    result = uarea("syscalls")
    lines = result.stdout.decode().splitlines()
    assert result.returncode == 0
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r" *\d+  \w+ +(sleeps +)?[\w *]+\w+\(.*\)", line) for line in lines)
    assert any(re.fullmatch(r"  2  fork +sleeps +int fork\(void\)", line) for line in lines)


def test_compile_and_run(tmp_path: Path, compile_guest: Callable[..., Path]) -> None:
    source = tmp_path / "hello.c"
    source.write_text('#include <stdio.h>\nint main(void) { printf("hello\\n"); return 7; }\n')
    program = tmp_path / "hello"
    result = uarea("cc", source, "-o", program)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    result = uarea("run", program)
    assert (result.returncode, result.stdout) == (7, b"hello\n")
    source.write_text("int main(void) { return undeclared; }\n")
    result = uarea("cc", source, "-o", program)
    assert result.returncode == 1
    assert b"undeclared" in result.stderr and b"Traceback" not in result.stderr
    assert uarea("cc", "-o", program).returncode == 2
