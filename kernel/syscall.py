"""System call tables, and the way from `ecall` to a handler and back (spec A.1).

A handler is declared with the call's number and C prototype, as the system's own table has it:

    @syscall(3, "ssize_t read(int fd, void *buf, size_t nbyte)")
    def sys_read(l: Lwp, fd: int, buf: int, nbyte: int) -> Result: ...

The prototype is data. It names the call, it is what `uarea syscalls` prints, and it says how each argument
register becomes a Python int: `int` is sign-extended from 32 bits, `unsigned` and its typedefs are cut to
32, pointers and `size_t` are unsigned 64-bit, `off_t` and `long` signed 64-bit. A parameter named PAD uses up
a register and is not passed.

A handler that cannot sleep is a plain function. One that may sleep is a coroutine, or a plain function that
returns a coroutine only when it has to wait. Either delivers what the program gets: None (0), an int (a0),
or a pair (a0, a1). Failure is `raise Errno(...)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from inspect import iscoroutinefunction
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from emu.machine.calls import SIGNED_32, SIGNED_64, UNSIGNED_32, UNSIGNED_64, UNUSED, Calls
from kernel.errno import NAMES

if TYPE_CHECKING:
    from kernel.lwp import Lwp

Value = int | tuple[int, int] | None
Result = Value | Coroutine[Any, Any, Value]
Handler = Callable[..., Result]
WAITING = (CoroutineType, GeneratorType)  # the types of a result that is yet to come


class _JustReturn(tuple[int, int]):
    """The type of JUSTRETURN, unlike that of any pair of results."""


# What a handler returns that has set the trap frame itself: exec, setcontext (EJUSTRETURN).
JUSTRETURN = _JustReturn((-2, 0))

MAXSYSCALL = 512
SYSCALL_LENGTH = 12  # bytes: ecall, and the jump that is passed over when there is no error
FIRST_ARGUMENT = 9  # a0 = x10 is word 9 of a trap frame, which starts with x1

_TYPES = {
    SIGNED_32: "int|pid_t|lwpid_t|mqd_t|idtype_t|clockid_t|timer_t|psetid_t|key_t",
    UNSIGNED_32: "u_int|unsigned int|unsigned|mode_t|uid_t|gid_t|id_t|socklen_t",
    SIGNED_64: "long|off_t|ssize_t|quad_t|intptr_t|register_t",
    UNSIGNED_64: "size_t|u_long|unsigned long|dev_t|uint64_t|nfds_t",
    UNUSED: "PAD",
}
_KINDS = {name: kind for kind, names in _TYPES.items() for name in names.split("|")}

_AS_INT: dict[int, Callable[[int], int]] = {
    SIGNED_32: lambda word: ((word & 0xFFFF_FFFF) ^ 1 << 31) - (1 << 31),
    UNSIGNED_32: lambda word: word & 0xFFFF_FFFF,
    SIGNED_64: lambda word: (word ^ 1 << 63) - (1 << 63),
    UNSIGNED_64: lambda word: word,
}


class SyscallEntry:
    """One row of a system call table: number, name, C prototype, and whether the call may sleep."""

    __slots__ = ("handler", "kinds", "name", "number", "prototype", "sleeps")

    def __init__(self, number: int, prototype: str, handler: Handler, sleeps: bool) -> None:
        self.number = number
        self.prototype = prototype
        self.handler = handler
        self.sleeps = sleeps
        self.name, self.kinds = parse_prototype(prototype)

    @property
    def registers(self) -> int:
        """How many the arguments take, PADs among them."""
        return len(self.kinds)

    def call(self, l: Lwp, frame: Sequence[int]) -> Result:
        """Call the handler with the arguments that are in a trap frame's words."""
        return self.handler(l, *[
            _AS_INT[kind](frame[register])
            for register, kind in enumerate(self.kinds, FIRST_ARGUMENT)
            if kind != UNUSED
        ])  # fmt: skip


def parse_prototype(prototype: str) -> tuple[str, list[int]]:
    """Split a C prototype into the call's name and, for each register of arguments, what becomes of it.

    Raises ValueError for a type whose width is not known: better at import than a wrong sign at run time.
    """
    match = re.fullmatch(r"\s*(?P<type>[\w\s*]*?)(?P<name>\w+)\((?P<args>.*)\)\s*", prototype)
    if match is None:
        raise ValueError(f"not a prototype: {prototype!r}")
    kinds = []
    for text in match["args"].replace("...", "").split(","):
        text = text.strip()
        if text in ("", "void"):
            continue
        if "*" in text or "[" in text:
            kinds.append(UNSIGNED_64)
            continue
        words = text.replace("const ", "").split()
        kind = _KINDS.get("PAD" if words[-1] == "PAD" else " ".join(words[:-1]))
        if kind is None:
            raise ValueError(f"unknown argument type in {prototype!r}: {text!r}")
        kinds.append(kind)
    return match["name"], kinds


def direct_calls(on_result: Callable[[Any], None], on_error: Callable[[BaseException], None]) -> Calls:
    """The table as the hart takes it."""
    calls = Calls(MAXSYSCALL, SYSCALL_LENGTH, on_result, on_error)
    for entry in NATIVE:
        if entry is not None:
            calls.add(entry.number, entry.handler, entry.kinds)
    calls.limit = MAXSYSCALL
    return calls


NATIVE: list[SyscallEntry | None] = [None] * MAXSYSCALL


def syscall(
    number: int, prototype: str, *, sleeps: bool = False, table: list[SyscallEntry | None] = NATIVE
) -> Callable[[Handler], Handler]:
    """Enter a handler in a system call table. `sleeps` marks a plain function that may return a coroutine."""

    def enter(handler: Handler) -> Handler:
        entry = SyscallEntry(number, prototype, handler, sleeps or iscoroutinefunction(handler))
        if table[number] is not None:
            raise ValueError(f"system call {number} is defined twice: {entry.name}")
        table[number] = entry
        return handler

    return enter


def errno_name(errno: int) -> str:
    """The symbol for an error number, for traces and messages."""
    return NAMES.get(errno, f"errno {errno}")
