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
from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from kernel.errno import NAMES

if TYPE_CHECKING:
    from kernel.lwp import Lwp

Value = int | tuple[int, int] | None
Result = Value | Coroutine[Any, Any, Value]
Handler = Callable[..., Result]


class _JustReturn(tuple[int, int]):
    """The type of JUSTRETURN, unlike that of any pair of results."""


# What a handler returns that has set the trap frame itself: exec, setcontext (EJUSTRETURN).
JUSTRETURN = _JustReturn((-2, 0))

MAXSYSCALL = 512
FIRST_ARGUMENT = 9  # a0 = x10 is word 9 of a trap frame, which starts with x1

_SIGNED32 = {"int", "pid_t", "lwpid_t", "mqd_t", "idtype_t", "clockid_t", "timer_t", "psetid_t", "key_t"}
_UNSIGNED32 = {"u_int", "unsigned int", "unsigned", "mode_t", "uid_t", "gid_t", "id_t", "socklen_t"}
_SIGNED64 = {"long", "off_t", "ssize_t", "quad_t", "intptr_t", "register_t"}
_UNSIGNED64 = {"size_t", "u_long", "unsigned long", "dev_t", "uint64_t", "nfds_t"}


class SyscallEntry:
    """One row of a system call table: number, name, C prototype, and whether the call may sleep."""

    __slots__ = ("_arguments", "call", "handler", "name", "number", "prototype", "registers", "sleeps")

    def __init__(self, number: int, prototype: str, handler: Handler, sleeps: bool) -> None:
        self.number = number
        self.prototype = prototype
        self.handler = handler
        self.sleeps = sleeps
        self.name, self._arguments = parse_prototype(prototype)
        self.registers = len(self._arguments)  # how many they take, PADs among them
        self.call: Callable[[Lwp, memoryview], Result] = self._first_call

    def _first_call(self, l: Lwp, frame: memoryview) -> Result:
        """A run uses a dozen calls of the hundreds there are: their loaders are made when they are needed."""
        self.call = _argument_loader(self.handler, self._arguments)
        return self.call(l, frame)


def parse_prototype(prototype: str) -> tuple[str, list[str | None]]:
    """Split a C prototype into the call's name and a list of argument C types; None marks a PAD register.

    Raises ValueError for a type whose width is not known: better at import than a wrong sign at run time.
    """
    match = re.fullmatch(r"\s*(?P<type>[\w\s*]*?)(?P<name>\w+)\((?P<args>.*)\)\s*", prototype)
    if match is None:
        raise ValueError(f"not a prototype: {prototype!r}")
    kinds: list[str | None] = []
    for text in match["args"].replace("...", "").split(","):
        text = text.strip()
        if text in ("", "void"):
            continue
        if "*" in text or "[" in text:
            kinds.append("pointer")
            continue
        words = text.replace("const ", "").split()
        if words[-1] == "PAD":
            kinds.append(None)
            continue
        kind = " ".join(words[:-1])
        if kind not in _SIGNED32 | _UNSIGNED32 | _SIGNED64 | _UNSIGNED64:
            raise ValueError(f"unknown argument type {kind!r} in {prototype!r}")
        kinds.append(kind)
    return match["name"], kinds


def _argument_loader(handler: Handler, kinds: list[str | None]) -> Callable[[Lwp, memoryview], Result]:
    """A function (lwp, trap frame words) -> handler's result, with the conversions spelled out in its text.

    Built once for each system call from its prototype, so that the hot path is one expression without loops.
    """
    terms = []
    for register, kind in enumerate(kinds, FIRST_ARGUMENT):
        word = f"f[{register}]"
        if kind is None:
            continue
        if kind in _SIGNED32:
            terms.append(f"(({word} & 0xffffffff) ^ 0x80000000) - 0x80000000")
        elif kind in _UNSIGNED32:
            terms.append(f"{word} & 0xffffffff")
        elif kind in _SIGNED64:
            terms.append(f"({word} ^ (1 << 63)) - (1 << 63)")
        else:
            terms.append(word)
    source = f"lambda l, f: handler(l{''.join(', ' + t for t in terms)})"
    loader: Callable[[Lwp, memoryview], Result] = eval(source, {"handler": handler})
    return loader


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
