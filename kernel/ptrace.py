"""Being traced: who traces whom, and the stops that a tracer is told of (NetBSD: kern_sig.c eventswitch and
proc_stoptrace, sys_ptrace_common.c proc_changeparent; spec C.24, C.30-C.34).

A traced process is a child of its tracer, for wait as for everything else; who its real parent is, `Proc.opptr`
remembers. Every signal stops it before anything else is done with it, and so do events: exec, a system call that
is watched, and what the tracer's event mask names. The requests themselves are in kernel.sys_ptrace.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from kernel.errno import EINTR, ERESTART, Errno
from kernel.proc import (
    PL_PPWAIT,
    PS_WEXIT,
    PSL_CHTRACED,
    PSL_EVENTS,
    PSL_SYSCALL,
    PSL_SYSCALLEMU,
    PSL_TRACED,
    PSL_TRACEDCHILD,
    PSL_TRACEFORK,
    PSL_TRACEVFORK,
    PSL_TRACEVFORK_DONE,
    SSTOP,
    Proc,
)
from kernel.siginfo import SIGINFO_SIZE, SigInfo
from kernel.signo import DEFAULT_IGNORED, SA_RESTART, SIG_DFL, SIG_IGN, SIGKILL, SIGTRAP, STOP_SIGNALS, bit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.lwp import Lwp
    from kernel.syscall import Value

TRAP_EXEC, TRAP_CHLD, TRAP_LWP, TRAP_SCE, TRAP_SCX = 3, 4, 5, 7, 8
# The events of a tracer's mask, and what PT_GET_PROCESS_STATE reports. The same bits are in Proc.slflag.
PTRACE_FORK, PTRACE_VFORK, PTRACE_VFORK_DONE, PTRACE_LWP_CREATE, PTRACE_LWP_EXIT, PTRACE_POSIX_SPAWN = (
    1 << i for i in range(6)
)

_HEAD = Struct("<iii")
_EVENT = Struct("<ii")
_CALL = Struct("<iiii8Q")
_UNION = 16  # where the part of a siginfo_t begins that depends on the signal


class Trace:
    """What is known of a process while it is traced: why it stopped, and what its tracer wants (p_sigctx)."""

    __slots__ = ("given", "info", "lid")

    def __init__(self) -> None:
        self.info = SigInfo(0)  # of the last stop, or what the tracer put in its place
        self.lid = 0  # the LWP that stopped
        self.given: list[tuple[int, SigInfo]] = []  # signals with which the tracer continued it, and for which LWP


class EventInfo(SigInfo):
    """The siginfo of an event."""

    __slots__ = ("event", "other")

    def __init__(self, code: int, event: int = 0, other: int = 0) -> None:
        super().__init__(SIGTRAP, code)
        self.event = event  # PTRACE_*, 0 for exec
        self.other = other  # a pid, or an LWP's id

    def pack(self) -> bytes:
        out = bytearray(SIGINFO_SIZE)
        _HEAD.pack_into(out, 0, self.signo, self.code, self.errno)
        _EVENT.pack_into(out, _UNION, self.event, self.other)
        return bytes(out)


class CallInfo(SigInfo):
    """The siginfo of a stop at a system call's entry or exit."""

    __slots__ = ("call",)

    def __init__(self, code: int, number: int, args: Sequence[int], error: int = 0, result: Value = None) -> None:
        super().__init__(SIGTRAP, code)
        first, second = result if isinstance(result, tuple) else (result or 0, 0)
        padded = [*args, *[0] * 8][:8]
        self.call = _CALL.pack(number, _int(first), _int(second), _int(error), *padded)

    def pack(self) -> bytes:
        out = bytearray(SIGINFO_SIZE)
        _HEAD.pack_into(out, 0, self.signo, self.code, self.errno)
        out[_UNION : _UNION + _CALL.size] = self.call
        return bytes(out)


class GivenInfo(SigInfo):
    """A siginfo_t as a tracer wrote it."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        signo, code, errno = _HEAD.unpack_from(data, 0)
        super().__init__(signo, code)
        self.errno = errno
        self.data = data

    def pack(self) -> bytes:
        return self.data


def _int(value: int) -> int:
    """The low 32 bits, signed."""
    return (value & 0xFFFF_FFFF ^ 0x8000_0000) - 0x8000_0000


# -- who traces whom -------------------------------------------------------------------------------


def changeparent(t: Proc, tracer: Proc) -> None:
    """From here on `tracer` traces `t`. Who asks for its parent's pid still learns the real one."""
    from kernel.exit import reparent

    parent = t.pptr
    assert parent is not None
    t.slflag |= PSL_TRACED
    t.opptr = parent
    t.trace = Trace()
    if parent is not tracer:
        parent.slflag |= PSL_CHTRACED
        ppid = t.ppid
        reparent(t, tracer)
        t.ppid = ppid


def untrace(t: Proc) -> Proc:
    """`t` is not traced any more, whatever that was needed for; the real parent, to whom the caller gives it."""
    parent = t.opptr or t.kernel.initproc
    watch_calls(t, False)
    t.slflag &= ~(PSL_TRACED | PSL_TRACEDCHILD | PSL_SYSCALLEMU | PSL_EVENTS)
    t.opptr = None
    t.trace = None
    return parent


def watch_calls(t: Proc, on: bool) -> None:
    """Whether the process stops at every system call."""
    if bool(t.slflag & PSL_SYSCALL) != on:
        t.slflag ^= PSL_SYSCALL
        t.kernel.watch_calls(1 if on else -1)


def family_deadlock(p: Proc) -> bool:
    """Whether the tracer is the very parent that sleeps in vfork: it could never continue the process."""
    return bool(p.lflag & PL_PPWAIT) and p.pptr is p.opptr


# -- stops -----------------------------------------------------------------------------------------


async def event_stop(l: Lwp, info: SigInfo) -> None:
    """Stop and tell the tracer, whatever is masked or ignored; returns when the process is continued (eventswitch).

    Nothing happens if it is not traced any more, or is to die.
    """
    k, p = l.kernel, l.proc
    while p.stat == SSTOP:  # another LWP's stop comes first
        await k.sched.stop(l)
    if p.sflag & PS_WEXIT or not p.slflag & PSL_TRACED or p.sigpend.set & bit(SIGKILL):
        return
    action, mask = p.sigacts.actions[info.signo].handler, l.sigmask
    k.signals.trace_stop(l, info)
    while p.stat == SSTOP:
        await k.sched.stop(l)
    if info.code == TRAP_CHLD:
        while l.vforkwaiting:
            await l.waitcv.wait(l)
    if p.tracep is not None:
        k.ktrace.psig(l, info, info.signo, action, mask)


async def call_stop(l: Lwp, info: CallInfo) -> None:
    """A system call begins or ends (proc_stoptrace)."""
    p = l.proc
    if p.slflag & PSL_TRACED and p.slflag & PSL_SYSCALL and not family_deadlock(p):
        await event_stop(l, info)


def wants(p: Proc, event: int) -> bool:
    """Whether the process is traced, with this event in the mask."""
    return bool(p.slflag & PSL_TRACED and p.slflag & event)


def fork_event(p: Proc, vfork: bool) -> int:
    """The event that a fork is to the parent's tracer; 0 if that does not want to hear of it."""
    event = PSL_TRACEVFORK if vfork else PSL_TRACEFORK
    return event if wants(p, event) else 0


def wants_vfork_done(p: Proc, vfork: bool) -> bool:
    return vfork and wants(p, PSL_TRACEVFORK_DONE)


def trace_child(p1: Proc, p2: Proc) -> None:
    """A child is born to a process whose tracer wants it: it is traced from its first moment."""
    assert p1.pptr is not None
    changeparent(p2, p1.pptr)
    p2.slflag |= PSL_TRACEDCHILD


async def child_event(l: Lwp, event: int) -> None:
    """The child's own report of its birth (eventswitchchild)."""
    p = l.proc
    while p.stat == SSTOP:
        await l.kernel.sched.stop(l)
    if p.slflag & PSL_TRACED and p.slflag & PSL_TRACEDCHILD:
        await event_stop(l, EventInfo(TRAP_CHLD, event, p.oppid))


# -- signals from the tracer and before it ----------------------------------------------------------


def restop(p: Proc, info: SigInfo) -> None:
    """A process that is stopped already has a tracer now, who shall hear of a stop."""
    assert p.trace is not None and p.pptr is not None
    if not p.waited:
        p.pptr.nstopchild -= 1
    p.trace.info = info
    p.kernel.signals.stop(p, info.signo)


def given(l: Lwp) -> SigInfo | None:
    """The signal with which the tracer continued the process when it was this LWP that had stopped."""
    trace = l.proc.trace
    if trace is None or not trace.given:
        return None
    return next((info for lid, info in trace.given if lid == l.lid), None)


def from_tracer(l: Lwp) -> SigInfo | None:
    """Take that signal, unless the LWP blocks it: then it is lost (sigchecktrace)."""
    info = given(l)
    if info is None:
        return None
    forget_given(l, info)
    return None if l.sigmask & bit(info.signo) else info


def forget_given(l: Lwp, info: SigInfo) -> None:
    if l.proc.trace is not None:
        l.proc.trace.given.remove((l.lid, info))


def ends_sleep(l: Lwp, signo: int) -> int:
    """The errno with which a signal from the tracer ends a sleep, 0 if it does not."""
    action = l.proc.sigacts.actions[signo]
    ignored = l.sigmask | l.proc.sigignore | (DEFAULT_IGNORED | STOP_SIGNALS if action.handler == SIG_DFL else 0)
    if ignored & bit(signo) or action.handler == SIG_IGN:
        return 0
    return EINTR if action.handler != SIG_DFL and not action.flags & SA_RESTART else ERESTART


def traced_candidate(l: Lwp) -> SigInfo | None:
    """Take a signal that stops the LWP's process for its tracer, unless something else comes first."""
    p = l.proc
    found = l.kernel.signals.candidates(l)
    if found & bit(SIGKILL) or given(l) is not None:
        return None
    while found:
        signo = (found & -found).bit_length()
        found &= found - 1
        if l.kernel.signals.traced(p, signo):
            return (l.sigpend if l.sigpend.set & bit(signo) else p.sigpend).take(signo)
    return None


# -- memory ----------------------------------------------------------------------------------------


def poke(t: Proc, va: int, data: bytes) -> int:
    """Write to a process's memory, to what it could not write itself as well; how much was written.

    A private page that is read-only, as of a program's text, becomes the process's own: nobody else must see a
    breakpoint. A shared one stays as it is. Raises Errno(EFAULT) if nothing can be written.
    """
    from kernel.uvm.poke import store

    done = 0
    try:
        while done < len(data):
            step = min(len(data) - done, 4096 - (va + done & 4095))
            store(t.vm, va + done, data[done : done + step])
            done += step
    except Errno:
        if not done:
            raise
    return done
