"""What the gdb stub needs of a debugger: inferiors, registers, memory, points to stop at, running both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

REGISTERS = 33  # x0..x31 and pc
FREGISTERS = 33  # f0..f31 and fcsr

# Kinds of points, as in gdb's Z packets.
SOFTWARE, HARDWARE, WRITE, READ, ACCESS = range(5)


class SessionError(Exception):
    """A request that cannot be carried out: one line."""


class Thread(NamedTuple):
    """An LWP of a process."""

    pid: int
    lid: int


@dataclass(frozen=True)
class Stop:
    """Why the machine stands: `kind` and what belongs to it.

    signal: signo. break: a breakpoint. step. watch, rwatch, awatch: address. fork, vfork: child. vforkdone.
    exec: path. entry, return: number of the system call. exited: status of the process. killed: signo.
    begin, end: nothing happened before, or happens after. interrupt.
    """

    kind: str
    thread: Thread
    signo: int = 0
    address: int = 0
    child: Thread | None = None
    path: str = ""
    number: int = 0
    status: int = 0


@dataclass
class Resume:
    """How to go on. `step` is the LWP to be stepped, out of [low, high) if that is not empty; `only` are the
    processes that may run, all if it is empty; `signal` goes to an LWP first."""

    backward: bool = False
    step: Thread | None = None
    low: int = 0
    high: int = 0
    only: frozenset[int] = frozenset()
    signals: dict[Thread, int] = field(default_factory=dict)


class Session(Protocol):
    """One debugged machine. Every method may raise SessionError."""

    def start(self, program: str, arguments: list[str]) -> Stop:
        """Begin anew: a fresh machine, stopped before the program's first instruction."""
        ...

    def threads(self) -> list[Thread]:
        """Of all processes that are debugged, by pid and LWP id; empty when they are all gone."""
        ...

    def describe(self, thread: Thread) -> str:
        """An LWP's state in words."""
        ...

    def registers(self, thread: Thread) -> list[int]:
        """x0..x31, pc, f0..f31, fcsr."""
        ...

    def set_register(self, thread: Thread, n: int, value: int) -> None:
        """By the index in `registers`."""
        ...

    def read(self, pid: int, address: int, size: int) -> bytes:
        """Memory; less of it where that ends. Raises SessionError if even the first byte is not there."""
        ...

    def write(self, pid: int, address: int, data: bytes) -> None: ...

    def insert(self, kind: int, pid: int, address: int, size: int) -> None:
        """Stop where this process executes or touches an address. A point is there once, however often inserted."""
        ...

    def remove(self, kind: int, pid: int, address: int, size: int) -> None: ...

    def catch_syscalls(self, pid: int, numbers: frozenset[int] | None) -> None:
        """Stop at these system calls of a process, at all if the set is empty, at none for None."""
        ...

    def debug_children(self, on: bool) -> None:
        """Whether processes that a debugged one makes are debugged from their beginning."""
        ...

    def pass_signals(self, signals: frozenset[int]) -> None:
        """Do not stop for these."""
        ...

    def resume(self, how: Resume, interrupted: Callable[[], bool]) -> Stop:
        """Run until something happens. `interrupted` is asked now and then whether the user wants to stop."""
        ...

    def detach(self, pid: int) -> None:
        """Let a process run without a debugger."""
        ...

    def kill(self, pid: int) -> None: ...

    def auxv(self, pid: int) -> bytes: ...

    def executable(self, pid: int) -> str:
        """Path in the guest of what a process executes."""
        ...

    def read_file(self, pid: int, path: str) -> bytes:
        """A file of the guest."""
        ...

    def monitor(self, thread: Thread, command: str) -> str:
        """A command of this debugger's own: its output, whole lines."""
        ...

    def close(self) -> None:
        """Let go of the machine."""
        ...
