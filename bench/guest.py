"""The guest's side: boot a machine, run bench/guest/work.c on it, time the run without the boot."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from emu.machine.board import Board
from emu.machine.console import Console, OutputBuffer
from emu.runner import relax_collector
from kernel.main import Kernel
from kernel.vfs.root import install
from toolchain.cc import cached_program
from toolchain.native import native_library

# As it is for who installed uarea: Python keeps its modules compiled.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

SOURCE = Path(__file__).parent / "guest" / "work.c"


def seconds(work: str, count: int, mib: int = 0, cow: str = "table", stdout: OutputBuffer | None = None) -> float:
    """How long one run takes, boot not included."""
    console = Console.buffers()
    if stdout is not None:
        console.stdout = stdout
    board = Board((192 + 3 * mib) << 20, console, native_library())
    kernel = Kernel(board, cow=cow)
    program = cached_program(SOURCE, ["-O2"])
    install(kernel, "/root/work", program.read_bytes())
    argv = ["/root/work", work, str(count), *([str(mib)] if mib else [])]
    kernel.spawn(b"/root/work", [a.encode() for a in argv], [], b"/root")
    relax_collector()
    start = time.perf_counter()
    status = kernel.run()
    elapsed = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"bench: {' '.join(argv)} ended with status {status:#x}")
    return elapsed


def per_round(work: str, count: int, mib: int = 0, cow: str = "table") -> float:
    """Seconds per round: the difference of a long run and a short one."""
    few = max(count // 10, 1)
    return (seconds(work, count, mib, cow) - seconds(work, few, mib, cow)) / (count - few)


class Marks(OutputBuffer):
    """Standard output that notes when each mark came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def write(self, data: bytes) -> int:
        self.times.append(time.perf_counter())
        return super().write(data)


def between_marks(work: str, count: int, mib: int = 0, cow: str = "table") -> float:
    """Seconds per round of what the program does between its marks."""
    marks = Marks()
    seconds(work, count, mib, cow, marks)
    return sum(end - start for start, end in zip(marks.times[::2], marks.times[1::2], strict=True)) / count


SOME = 1000  # of the live processes are measured, first and last


class LiveMarks(Marks):
    """Notes as well how much memory the host has given to this process, beside the machine's frames in use."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel: Kernel
        self.memory: list[int] = []

    def write(self, data: bytes) -> int:
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.memory.append(resident - self.kernel.frames.used * 4096)
        return super().write(data)


class Live(NamedTuple):
    """Many processes at once: seconds to make one, to kill and reap one, early and late; host bytes for each."""

    first_made: float
    last_made: float
    first_killed: float
    last_killed: float
    memory: float


def live_processes(count: int) -> Live:
    """`count` processes that sleep, and then are killed."""
    marks = LiveMarks()
    console = Console.buffers()
    console.stdout = marks
    kernel = Kernel(Board(1 << 30, console, native_library()))
    marks.kernel = kernel
    kernel.maxproc = count + 100
    install(kernel, "/root/work", cached_program(SOURCE, ["-O2"]).read_bytes())
    kernel.spawn(b"/root/work", [b"/root/work", b"live", str(count).encode()], [], b"/root")
    relax_collector()
    if kernel.run() != 0:
        raise SystemExit("bench: the processes could not be made")
    each = [(end - start) / SOME for start, end in zip(marks.times[::2], marks.times[1::2], strict=True)]
    return Live(*each, (marks.memory[3] - marks.memory[0]) / count)


def start_to_end(program: Path) -> float:
    """`uarea run` of a program that returns at once, from outside: a whole Python process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "emu.cli", "run", str(program)], check=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def boot_to_prompt() -> float:
    """`uarea boot` on a terminal, from outside, until the shell's prompt is on the screen."""
    master, slave = pty.openpty()
    start = time.perf_counter()
    command = [sys.executable, "-m", "emu.cli", "boot"]
    with subprocess.Popen(command, stdin=slave, stdout=slave, env=ENVIRONMENT) as boot:
        os.close(slave)
        screen = b""
        while b"\r# " not in screen:
            screen += os.read(master, 4096)
        elapsed = time.perf_counter() - start
        os.write(master, b"\x01x")
        boot.wait()
    os.close(master)
    return elapsed


def imports() -> float:
    """What of that is Python starting and loading modules."""
    code = "import emu.cli, emu.boot, kernel.main, unicorn"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def empty_program(directory: Path) -> Path:
    """A program that does nothing, compiled."""
    source = directory / "empty.c"
    source.write_text("int main(void) { return 0; }\n")
    return cached_program(source, ["-O2"])
