"""Fixtures: a booted machine per test, and guest programs compiled on demand.

Every run ends with `kernel.audit()`: a test that leaks a frame, a pid or a descriptor fails.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from emu.machine.board import Board
from emu.machine.console import Console
from kernel.main import Kernel
from kernel.vfs.root import install
from toolchain.cc import cached_program
from toolchain.errors import ToolchainError
from toolchain.image import programs
from toolchain.native import native_library

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "userland" / "tests"
ENVIRONMENT = ("PATH=/bin:/usr/bin:/sbin", "HOME=/root", "TERM=dumb")


class Outcome(NamedTuple):
    """How a guest run ended. `status` is the shell's view: the exit code, or 128 + signal."""

    status: int
    out: bytes
    err: bytes
    kernel: Kernel

    @property
    def text(self) -> str:
        return self.out.decode()


class Machine:
    """Boots a kernel, installs files, runs one program to its end, audits."""

    def __init__(
        self, *, ram: int = 64 << 20, seed: int = 0, stdin: bytes = b"", native: bool = True, cow: str = "table"
    ) -> None:
        self.console = Console.buffers(stdin)
        self.board = Board(ram, self.console, native_library() if native else None)
        self.kernel = Kernel(self.board, seed=seed, cow=cow)

    def install(self, path: str, data: bytes, mode: int = 0o755) -> None:
        install(self.kernel, path, data, mode)

    def start(self, program: Path | bytes, argv: Sequence[str] = (), env: Sequence[str] = ENVIRONMENT) -> None:
        """Put a program at /bin/NAME and make it the one whose end halts the machine."""
        name = "prog" if isinstance(program, bytes) else program.stem.split("-")[0]
        data = program if isinstance(program, bytes) else program.read_bytes()
        self.install(f"/bin/{name}", data)
        arguments = [name, *argv]
        self.kernel.spawn(
            f"/bin/{name}".encode(), [a.encode() for a in arguments], [e.encode() for e in env], b"/root"
        )

    def finish(self) -> Outcome:
        """Run to the end and audit."""
        status = self.kernel.run()
        wrong = self.kernel.audit()
        out, err = self.console.stdout.data, self.console.stderr.data
        assert not wrong, "\n".join(wrong) + "\n" + err.decode(errors="replace")
        code = 128 + (status & 0x7F) if status & 0x7F else status >> 8 & 0xFF
        return Outcome(code, bytes(out), bytes(err), self.kernel)


RunGuest = Callable[..., Outcome]


@pytest.fixture(scope="session", autouse=True)
def userland() -> None:
    """Compile the guest's programs, so that no test's `uarea run` is the one that says so."""
    with contextlib.suppress(ToolchainError):  # tests that need a compiler say so themselves
        programs()


@pytest.fixture
def machine() -> type[Machine]:
    """The class, for tests that look inside."""
    return Machine


@pytest.fixture
def compile_guest(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Compile a C or assembly source (a path under tests/ or userland/, or its text); cached by content.

    Reports tell which guest programs a test ran: the conformance ledger is made of that.
    """

    def compile_it(source: str | Path, *flags: str) -> Path:
        path = Path(source)
        if not path.is_absolute():
            path = ROOT / path
        if path.is_relative_to(ROOT):
            request.node.user_properties.append(("guest", str(path.relative_to(ROOT))))
        return cached_program(path, ["-O1", "-Wall", f"-I{INCLUDE}", *flags])

    return compile_it


@pytest.fixture
def run_guest(compile_guest: Callable[..., Path]) -> RunGuest:
    """Compile and run a guest program: run_guest("tests/guest/fork/basic.c", "arg", stdin=b"...", seed=1)."""

    def run_it(source: str | Path, *argv: str, flags: Sequence[str] = (), **options: object) -> Outcome:
        m = Machine(**options)  # type: ignore[arg-type]
        m.start(compile_guest(source, *flags), argv)
        return m.finish()

    return run_it


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Fail what takes longer, of the host's time: for work that must not depend on a number a program gives."""

    def late(_signal: int, _frame: object) -> None:
        pytest.fail(f"not done after {seconds} s")

    previous = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def pass_or_explain(outcome: Outcome) -> None:
    """Assert status 0, showing what the guest said."""
    said = (outcome.out + outcome.err).decode(errors="replace")
    assert outcome.status == 0, f"status {outcome.status}\n{said}"
