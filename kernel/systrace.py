"""A system call while somebody listens: probes before and after its handler (NetBSD: trace_enter, trace_exit).

What a call transfers is found from its arguments here, when it begins or ends, and not where it is transferred:
read and write then need no probe of their own. Of one transfer they tell the first TRANSFER_MAX bytes: a program can
write a terabyte of nothing to /dev/null, or say that its buffer is that long.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from struct import unpack
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kernel.errno import ENOSYS, Errno
from kernel.ioctl import IOC_IN, IOC_OUT, parameter_length
from kernel.proc import PSL_SYSCALL, PSL_SYSCALLEMU
from kernel.ptrace import TRAP_SCE, TRAP_SCX, CallInfo, call_stop
from kernel.sched import LSZOMB
from kernel.syscall import FIRST_ARGUMENT, JUSTRETURN, WAITING, Result, SyscallEntry, Value

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.uvm.map import VmSpace

UIO_READ, UIO_WRITE = 0, 1
EJUSTRETURN = -2  # what the records have for a call that set all registers itself
UNKNOWN_ARGUMENTS = 8  # of a call that does not exist
TRANSFER_MAX = 256 * 1024  # bytes of one call's data that listeners are told

SYS_ioctl, SYS_getdents, SYS_sysctl = 54, 390, 202

# number -> (direction, whether the second argument is an array of iovecs)
_TRANSFERS = {
    3: (UIO_READ, False), 4: (UIO_WRITE, False), 120: (UIO_READ, True), 121: (UIO_WRITE, True),
    173: (UIO_READ, False), 174: (UIO_WRITE, False), 289: (UIO_READ, True), 290: (UIO_WRITE, True),
    SYS_getdents: (UIO_READ, False),
}  # fmt: skip


class Call(NamedTuple):
    """A system call under way: its argument registers as they were."""

    number: int
    name: str
    args: tuple[int, ...]


def traced(l: Lwp, number: int, entry: SyscallEntry | None, frame: Sequence[int]) -> Result:
    """What entry.call does, between the probes, and between two stops if a tracer asked for them.

    Raises Errno as that does; ENOSYS without an entry.
    """
    if l.proc.slflag & PSL_SYSCALL:
        return _between_stops(l, number, entry, frame)
    return _probed(l, number, entry, frame)


async def _between_stops(l: Lwp, number: int, entry: SyscallEntry | None, frame: Sequence[int]) -> Value:
    """A call whose process stops when it begins, and may be told then not to execute it, and when it ends."""
    count = entry.registers if entry is not None else UNKNOWN_ARGUMENTS
    args = tuple(frame[FIRST_ARGUMENT : FIRST_ARGUMENT + count])
    await call_stop(l, CallInfo(TRAP_SCE, number, args))
    if l.proc.slflag & PSL_SYSCALLEMU:
        l.proc.slflag &= ~PSL_SYSCALLEMU
        await call_stop(l, CallInfo(TRAP_SCX, number, args, EJUSTRETURN))
        return JUSTRETURN
    try:
        result = _probed(l, number, entry, frame)
        if isinstance(result, WAITING):
            result = await result
    except Errno as error:
        await call_stop(l, CallInfo(TRAP_SCX, number, args, error.errno))
        raise
    value = cast(Value, result)
    if l.stat != LSZOMB:
        just = value is JUSTRETURN
        await call_stop(l, CallInfo(TRAP_SCX, number, args, EJUSTRETURN if just else 0, None if just else value))
    return value


def _probed(l: Lwp, number: int, entry: SyscallEntry | None, frame: Sequence[int]) -> Result:
    """What entry.call does, between the probes."""
    count = entry.registers if entry is not None else UNKNOWN_ARGUMENTS
    args = tuple(frame[FIRST_ARGUMENT : FIRST_ARGUMENT + count])
    call = Call(number, entry.name if entry is not None else f"#{number}", args)
    _enter(l, call)
    try:
        if entry is None:
            raise Errno(ENOSYS)
        result = cast("Callable[[Lwp, Sequence[int]], Result]", entry.call)(l, frame)
    except Errno as error:
        _leave(l, call, error.errno, None)
        raise
    if isinstance(result, WAITING):
        return _finish(l, call, result)
    _leave(l, call, 0, cast(Value, result))
    return result


async def _finish(l: Lwp, call: Call, rest: Coroutine[Any, Any, Value]) -> Value:
    """The part of a call that waits."""
    try:
        result = await rest
    except Errno as error:
        _leave(l, call, error.errno, None)
        raise
    _leave(l, call, 0, result)
    return result


def _enter(l: Lwp, call: Call) -> None:
    sdt = l.kernel.sdt
    if sdt.syscall_entry.on:
        sdt.syscall_entry.fire_for(call.name, call.number, call.args)
    if sdt.mib.on and call.number == SYS_sysctl:
        name = peek(l.proc.vm, call.args[0], 4 * min(call.args[1] & 0xFFFF_FFFF, 12))
        if name is not None:
            sdt.mib.fire(name)
    if sdt.mibio.on and call.number == SYS_sysctl and call.args[4]:
        _moved(l, sdt.mibio.fire, (UIO_WRITE,), call.args[4], call.args[5])
    if sdt.genio.on and call.number == SYS_ioctl and call.args[1] & IOC_IN:
        _moved(l, sdt.genio.fire, (_fd(call), UIO_WRITE), call.args[2], parameter_length(call.args[1]))


def _leave(l: Lwp, call: Call, error: int, result: Value) -> None:
    ending = l.proc.ending
    if l.stat == LSZOMB or (ending is not None and ending.lwp is l):
        return  # exit does not come back, even if it has to wait for other LWPs first
    sdt = l.kernel.sdt
    if result is JUSTRETURN:
        error = EJUSTRETURN
        result = 0
    first, second = result if isinstance(result, tuple) else (result or 0, 0)
    if not error and (sdt.genio.on or sdt.mibio.on):
        _transfer(l, call, first)
    if sdt.syscall_return.on:
        sdt.syscall_return.fire_for(call.name, call.number, call.args, error, (first, second))


def _transfer(l: Lwp, call: Call, count: int) -> None:
    """What a call that succeeded has read or written."""
    sdt, vm = l.kernel.sdt, l.proc.vm
    if call.number in _TRANSFERS and sdt.genio.on:
        rw, vectored = _TRANSFERS[call.number]
        first = (_fd(call), rw)
        if vectored:
            vectors = peek(vm, call.args[1], 16 * (call.args[2] & 0xFFFF_FFFF))
            words = unpack(f"<{len(vectors) // 8}Q", vectors) if vectors is not None else ()
            parts = []
            count = min(count, TRANSFER_MAX)
            for base, length in zip(words[::2], words[1::2], strict=True):
                length = min(length, count)
                parts.append(peek(vm, base, length) or bytes(length))
                count -= length
            sdt.genio.fire(*first, b"".join(parts))
        else:
            _moved(l, sdt.genio.fire, first, call.args[1], count)
    elif call.number == SYS_ioctl and call.args[1] & IOC_OUT and sdt.genio.on:
        _moved(l, sdt.genio.fire, (_fd(call), UIO_READ), call.args[2], parameter_length(call.args[1]))
    elif call.number == SYS_sysctl and call.args[2] and sdt.mibio.on:
        length = peek(vm, call.args[3], 8)
        if length is not None:
            _moved(l, sdt.mibio.fire, (UIO_READ,), call.args[2], int.from_bytes(length, "little"))


def _moved(l: Lwp, fire: Callable[..., None], first: tuple[int, ...], va: int, length: int) -> None:
    data = peek(l.proc.vm, va, min(length, TRANSFER_MAX))
    if data is not None:
        fire(*first, data)


def _fd(call: Call) -> int:
    """The first argument as an int."""
    return (call.args[0] & 0xFFFF_FFFF ^ 0x8000_0000) - 0x8000_0000


def peek(vm: VmSpace, va: int, length: int) -> bytes | None:
    """User memory as a program would find it, but without a page fault; None where nothing is mapped, or where
    what is mapped cannot be read."""
    parts = []
    page = vm.kernel.frames.page
    while length > 0:
        entry = vm.lookup(va)
        if entry is None or not entry.prot:
            return None
        step = min(length, 4096 - (va & 4095))
        pte = vm.pmap.pte(va)
        if pte:
            start = (pte >> 10 << 12) + (va & 4095)
            parts.append(bytes(page[start : start + step]))
        elif entry.obj is not None:
            try:
                parts.append(entry.obj.read(entry.offset + va - entry.start, step))
            except Errno:
                return None
        else:
            parts.append(bytes(step))
        va += step
        length -= step
    return b"".join(parts)


def peek_string(vm: VmSpace, va: int, limit: int) -> bytes | None:
    """A string of up to `limit` bytes, without its NUL; None where nothing is mapped."""
    found = b""
    while len(found) < limit:
        part = peek(vm, va + len(found), min(4096 - (va + len(found) & 4095), limit - len(found)))
        if part is None:
            return None
        text, end, _ = part.partition(b"\0")
        found += text
        if end:
            return found
    return found
