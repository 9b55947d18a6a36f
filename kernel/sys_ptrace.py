"""ptrace(2): the requests (NetBSD: sys_ptrace.c, sys_ptrace_common.c, riscv process_machdep.c; spec A.9, E)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING

from emu.machine.hart import PC
from kernel.errno import EACCES, EBUSY, EDEADLK, EFAULT, EINVAL, EIO, EPERM, ESRCH, Errno
from kernel.kauth import Process
from kernel.proc import PK_SYSTEM, PL_PPWAIT, PSL_EVENTS, PSL_SYSCALL, PSL_SYSCALLEMU, PSL_TRACED, SACTIVE, SSTOP, Proc
from kernel.prot import proc_find
from kernel.ptrace import (
    TRAP_CHLD,
    TRAP_LWP,
    EventInfo,
    GivenInfo,
    Trace,
    changeparent,
    poke,
    restop,
    untrace,
    watch_calls,
)
from kernel.sched import LSSUSPENDED, LSZOMB
from kernel.siginfo import SIGINFO_SIZE, SigInfo
from kernel.signo import NSIG, SIGKILL, SIGSTOP, STOP_SIGNALS, bit, pack_sigset, parse_sigset
from kernel.syscall import Result, syscall
from kernel.systrace import peek
from kernel.text import encode
from kernel.uvm.map import VM_MAXUSER_ADDRESS
from kernel.vfs.namei import is_under

if TYPE_CHECKING:
    from kernel.lwp import Lwp

PT_TRACE_ME, PT_READ_I, PT_READ_D, PT_WRITE_I, PT_WRITE_D, PT_CONTINUE, PT_KILL = 0, 1, 2, 4, 5, 7, 8
PT_ATTACH, PT_DETACH, PT_IO, PT_DUMPCORE, PT_LWPINFO, PT_SYSCALL, PT_SYSCALLEMU = range(9, 16)
PT_SET_EVENT_MASK, PT_GET_EVENT_MASK, PT_GET_PROCESS_STATE, PT_SET_SIGINFO, PT_GET_SIGINFO = range(16, 21)
PT_RESUME, PT_SUSPEND, PT_STOP, PT_LWPSTATUS, PT_LWPNEXT, PT_SET_SIGPASS, PT_GET_SIGPASS = range(21, 28)
PT_GETREGS, PT_SETREGS, PT_GETFPREGS, PT_SETFPREGS = range(32, 36)

PIOD_READ_D, PIOD_WRITE_D, PIOD_READ_I, PIOD_WRITE_I, PIOD_READ_AUXV = range(1, 6)
PL_EVENT_NONE, PL_EVENT_SIGNAL, PL_EVENT_SUSPENDED = range(3)

_IO_DESC = Struct("<i4xQQQ")  # op, offs, addr, len
_LWPSTATUS = Struct("<i16s16s20sQ")  # lwpid, sigpend, sigmask, name, private
_LWPINFO = Struct("<ii")
_STATE = Struct("<ii")
_SIGINFO = Struct(f"<{SIGINFO_SIZE}si4x")
_REGS = Struct("<32Q")
_FPREGS = Struct("<33Q")
_AUXV_SIZE = 14 * 16
_IO_MAX = 1 << 20  # moved at once


@syscall(26, "int ptrace(int req, pid_t pid, void *addr, int data)")
def sys_ptrace(l: Lwp, request: int, pid: int, addr: int, data: int) -> Result:
    """Raises Errno: ESRCH for no such process or LWP; EPERM if it is not traced, or must not be; EBUSY if somebody
    else traces it or it is not a stop that was waited for; EINVAL; EFAULT."""
    p = l.proc
    if request == PT_TRACE_ME:
        _trace_me(p)
        return None
    t = proc_find(l.kernel, pid)
    if t is None:
        raise Errno(ESRCH)
    if request == PT_ATTACH:
        _attach(p, t)
        return None
    handler = _REQUESTS.get(request)
    if handler is None:
        raise Errno(EINVAL)
    if request in _LOOK_INSIDE and not _is_under(t, p):
        raise Errno(EPERM)
    if not t.slflag & PSL_TRACED:
        raise Errno(EPERM)
    if t.pptr is not p or t.stat != SSTOP or not t.waited:
        raise Errno(EBUSY)
    _authorize(p, t)
    assert t.trace is not None
    return handler(l, t, t.trace, addr, data)


def _authorize(p: Proc, t: Proc) -> None:
    if not p.kernel.kauth.authorize_process(p.cred, Process.PTRACE, t):
        raise Errno(EPERM)


def _is_under(t: Proc, p: Proc) -> bool:
    """Whether a process's root directory is the other's or below: who was locked in does not see out (proc_isunder)."""
    outer, inner = p.cwdi.rdir, t.cwdi.rdir
    return outer is None or (inner is not None and is_under(inner, outer))


# -- beginning and ending --------------------------------------------------------------------------


def _trace_me(p: Proc) -> None:
    """The parent shall trace the caller. init never does."""
    if p.pptr is None or p.pptr is p.kernel.initproc:
        raise Errno(EPERM)
    if p.slflag & PSL_TRACED:
        raise Errno(EBUSY)
    changeparent(p, p.pptr)


def _attach(p: Proc, t: Proc) -> None:
    """Trace a process that runs already. It stops with SIGSTOP; one that is stopped is so anew."""
    k = p.kernel
    if t is p:
        raise Errno(EINVAL)
    if t.flag & PK_SYSTEM or t is k.initproc or p is k.initproc:
        raise Errno(EPERM)
    if t.slflag & PSL_TRACED:
        raise Errno(EBUSY)
    if p.lflag & PL_PPWAIT and p.vforklwp is not None and p.vforklwp.proc is t:
        raise Errno(EPERM)  # it could not stop: it sleeps until the caller is gone
    if not _is_under(t, p):
        raise Errno(EPERM)
    _authorize(p, t)
    changeparent(t, p)
    if t.stat == SSTOP:
        restop(t, SigInfo(SIGSTOP, pid=p.pid, uid=p.cred.ruid))
    else:
        k.signals.psignal(t, SIGSTOP, SigInfo(SIGSTOP, pid=p.pid, uid=p.cred.ruid))


def _go_on(t: Proc, trace: Trace, addr: int, data: int) -> tuple[Lwp | None, int]:
    """Check and apply where to continue; the one LWP to run, or None for all, and with which signal."""
    if data < 0:
        one = _lwp(t, trace, -data)
        signo = 0
    else:
        one, signo = None, data
        if signo >= NSIG:
            raise Errno(EINVAL)
    if all(each.suspended or each.stat == LSZOMB for each in ([one] if one is not None else t.lwps)):
        raise Errno(EDEADLK)
    if addr != 1:
        if not addr:
            raise Errno(EINVAL)
        _check_pc(addr)
        (one or _lwp(t, trace, 0)).frame.words[PC] = addr
    return one, signo


def _give(t: Proc, trace: Trace, one: Lwp | None, signo: int) -> None:
    """The LWP that stopped shall take this signal, without another stop. What came with it is as it was.

    With a signal that stops, the process does not go on: it has stopped anew (ptrace_sendsig).
    """
    if signo and bit(signo) & STOP_SIGNALS:
        t.kernel.signals.stop(t, signo)
        return
    for each in t.lwps:
        each.ast = True
    if signo == SIGKILL:
        t.kernel.signals.psignal(t, SIGKILL)
    elif signo:
        trace.given.append((_lwp(t, trace, 0).lid, trace.info if trace.info.signo == signo else SigInfo(signo)))
    _run(t, one)


def _continue(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    one, signo = _go_on(t, trace, addr, data)
    watch_calls(t, False)
    _give(t, trace, one, signo)
    return None


def _syscall(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    one, signo = _go_on(t, trace, addr, data)
    watch_calls(t, True)
    _give(t, trace, one, signo)
    return None


def _syscallemu(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """The call at whose entry the process stands is not to be executed."""
    if not t.slflag & PSL_SYSCALL:
        raise Errno(EINVAL)
    t.slflag |= PSL_SYSCALLEMU
    return None


def _run(t: Proc, one: Lwp | None) -> None:
    k = t.kernel
    if t.stat != SSTOP:
        return  # SIGKILL has set it going
    if one is not None:
        t.stat = SACTIVE
        k.sched.unstop(one)
    else:
        k.signals.unstop(t)


def _detach(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """Continue as an untraced process, and give it back to its parent."""
    from kernel.exit import reparent

    if data < 0:
        raise Errno(EINVAL)
    _, signo = _go_on(t, trace, addr, data)
    k = l.kernel
    reparent(t, untrace(t))
    if signo and bit(signo) & STOP_SIGNALS:
        k.signals.stop(t, signo)
        return None
    for each in t.lwps:
        each.ast = True
    k.signals.unstop(t)
    if signo:
        k.signals.psignal(t, signo, trace.info if trace.info.signo == signo else None)
    return None


def _kill(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    l.kernel.signals.psignal(t, SIGKILL)
    return None


def _stop(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """As PT_CONTINUE with SIGSTOP."""
    _give(t, trace, None, SIGSTOP)
    return None


# -- memory ----------------------------------------------------------------------------------------


def _read(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    word = peek(t.vm, addr, 4)
    if word is None:
        raise Errno(EFAULT)
    return int.from_bytes(word, "little", signed=True)


def _write(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    if any(start < addr < end for start, end in t.raslist):
        raise Errno(EACCES)  # with a breakpoint in it the sequence would begin anew forever
    if poke(t, addr, (data & 0xFFFF_FFFF).to_bytes(4, "little")) < 4:
        raise Errno(EFAULT)
    return None


def _io(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """Move a block; the descriptor's length becomes what was moved."""
    vm = l.proc.vm
    op, offset, address, length = _IO_DESC.unpack(vm.copyin(addr, _IO_DESC.size))
    length = min(length, _IO_MAX)
    if not length or (op == PIOD_READ_AUXV and offset > _AUXV_SIZE):
        raise Errno(EINVAL if not length else EIO)
    if op in (PIOD_WRITE_D, PIOD_WRITE_I):
        length = poke(t, offset, vm.copyin(address, length))
    elif op in (PIOD_READ_D, PIOD_READ_I, PIOD_READ_AUXV):
        block = _auxv(t)[offset : offset + length] if op == PIOD_READ_AUXV else _peek_some(t, offset, length)
        vm.copyout(address, block)
        length = len(block)
    else:
        raise Errno(EINVAL)
    vm.copyout_word(addr + 24, length)
    return None


def _peek_some(t: Proc, va: int, length: int) -> bytes:
    """As much as there is."""
    out = b""
    while len(out) < length:
        at = va + len(out)
        part = peek(t.vm, at, min(length - len(out), 4096 - (at & 4095)))
        if part is None:
            if not out:
                raise Errno(EFAULT)
            break
        out += part
    return out


def _auxv(t: Proc) -> bytes:
    """The auxiliary vector, which lies behind the environment that the program was given."""
    strings = peek(t.vm, t.psstrp + 16, 12)
    if strings is None:
        raise Errno(EFAULT)
    envp, count = int.from_bytes(strings[:8], "little"), int.from_bytes(strings[8:], "little")
    vector = peek(t.vm, envp + 8 * (count + 1), _AUXV_SIZE)
    if vector is None:
        raise Errno(EFAULT)
    return vector


# -- LWPs ------------------------------------------------------------------------------------------


def _lwp(t: Proc, trace: Trace, lid: int) -> Lwp:
    """The LWP that continues; 0 stands for the one that stopped. Raises Errno(ESRCH)."""
    living = [each for each in t.lwps if each.stat != LSZOMB]
    for each in living:
        if each.lid == (lid or trace.lid):
            return each
    if lid or not living:
        raise Errno(ESRCH)
    return living[0]


def _any_lwp(t: Proc, trace: Trace, lid: int) -> Lwp:
    """The LWP that another request is about: if there is only one it is that, whatever the id (ptrace_update_lwp)."""
    return _lwp(t, trace, lid if len(t.lwps) > 1 else 0)


def _check_pc(pc: int) -> None:
    if pc & 1 or pc >= VM_MAXUSER_ADDRESS:
        raise Errno(EINVAL)


def _getregs(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    words = _any_lwp(t, trace, data).frame.words
    l.proc.vm.copyout(addr, _REGS.pack(*words[:31], words[PC]))
    return None


def _setregs(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    words = _any_lwp(t, trace, data).frame.words
    values = _REGS.unpack(l.proc.vm.copyin(addr, _REGS.size))
    _check_pc(values[31])
    for i in range(31):
        words[i] = values[i]
    words[PC] = values[31]
    return None


def _getfpregs(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    lt = _any_lwp(t, trace, data)
    used = l.kernel.fpu.save(lt)
    registers = l.kernel.uareas.pcb(lt.uarea) if used else [0] * 33
    l.proc.vm.copyout(addr, _FPREGS.pack(*registers))
    return None


def _setfpregs(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    lt = _any_lwp(t, trace, data)
    l.kernel.fpu.save(lt)
    l.kernel.fpu.load(lt, _FPREGS.unpack(l.proc.vm.copyin(addr, _FPREGS.size)))
    return None


def _suspend(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """Keep one LWP from running when the process is continued."""
    _any_lwp(t, trace, data).suspended = True
    return None


def _resume(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    lt = _any_lwp(t, trace, data)
    lt.suspended = False
    if lt.stat == LSSUSPENDED:
        l.kernel.sched.unstop(lt)  # to where the others are, until the process is continued
    return None


def _next(t: Proc, lid: int) -> Lwp | None:
    """The LWP behind the one of this id, in the order in which they were made; 0 stands before the first."""
    living = [each for each in t.lwps if each.stat != LSZOMB]
    if not lid:
        return living[0] if living else None
    for i, each in enumerate(living):
        if each.lid == lid:
            return living[i + 1] if i + 1 < len(living) else None
    raise Errno(ESRCH)


def _lwpinfo(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    if data != _LWPINFO.size:
        raise Errno(EINVAL)
    lt = _next(t, l.proc.vm.copyin_int(addr))
    lid, event = (lt.lid, PL_EVENT_NONE) if lt is not None else (0, PL_EVENT_NONE)
    if lt is not None and lt.suspended:
        event = PL_EVENT_SUSPENDED
    elif lt is not None and lid == trace.lid:
        event = PL_EVENT_SIGNAL
    l.proc.vm.copyout(addr, _LWPINFO.pack(lid, event))
    return None


def _status(l: Lwp, lt: Lwp | None, addr: int, data: int) -> Result:
    fields = (0, bytes(16), bytes(16), b"", 0)
    if lt is not None:
        name = encode(lt.name)[:19]
        fields = (lt.lid, pack_sigset(lt.sigpend.set), pack_sigset(lt.sigmask), name, lt.private)
    l.proc.vm.copyout(addr, _LWPSTATUS.pack(*fields)[:data])
    return None


def _lwpstatus(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    if not 4 <= data <= _LWPSTATUS.size:
        raise Errno(EINVAL)
    return _status(l, _lwp(t, trace, l.proc.vm.copyin_int(addr)), addr, data)


def _lwpnext(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    if not 4 <= data <= _LWPSTATUS.size:
        raise Errno(EINVAL)
    return _status(l, _next(t, l.proc.vm.copyin_int(addr)), addr, data)


# -- signals and events ----------------------------------------------------------------------------


def _size(data: int, expected: int) -> None:
    if data != expected:
        raise Errno(EINVAL)


def _get_siginfo(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    _size(data, _SIGINFO.size)
    l.proc.vm.copyout(addr, _SIGINFO.pack(trace.info.pack(), trace.lid))
    return None


def _set_siginfo(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """What a handler is told if the process is continued with this signal, and which LWP gets it."""
    _size(data, _SIGINFO.size)
    info, lid = _SIGINFO.unpack(l.proc.vm.copyin(addr, _SIGINFO.size))
    given = GivenInfo(info)
    if not 0 <= given.signo < NSIG:
        raise Errno(EINVAL)
    _any_lwp(t, trace, lid)
    trace.info, trace.lid = given, lid
    return None


def _set_sigpass(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    _size(data, 16)
    t.sigpass = parse_sigset(l.proc.vm.copyin(addr, 16))
    return None


def _get_sigpass(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    _size(data, 16)
    l.proc.vm.copyout(addr, pack_sigset(t.sigpass))
    return None


def _set_event_mask(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    _size(data, 4)
    t.slflag = t.slflag & ~PSL_EVENTS | l.proc.vm.copyin_int(addr) & PSL_EVENTS
    return None


def _get_event_mask(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    _size(data, 4)
    l.proc.vm.copyout_int(addr, t.slflag & PSL_EVENTS)
    return None


def _get_process_state(l: Lwp, t: Proc, trace: Trace, addr: int, data: int) -> Result:
    """The event at which the process stands, and the other process or the LWP; zeroes at no event."""
    _size(data, _STATE.size)
    info = trace.info
    state = bytes(_STATE.size)
    if isinstance(info, EventInfo) and info.code in (TRAP_CHLD, TRAP_LWP):
        state = _STATE.pack(info.event, info.other)
    l.proc.vm.copyout(addr, state)
    return None


# What a tracer that was locked into a part of the file system may not do to a process outside.
_LOOK_INSIDE = (
    PT_READ_I, PT_READ_D, PT_WRITE_I, PT_WRITE_D, PT_IO, PT_SET_SIGINFO, PT_GET_SIGINFO, PT_GETREGS, PT_SETREGS,
    PT_GETFPREGS, PT_SETFPREGS,
)  # fmt: skip
_REQUESTS: dict[int, Callable[[Lwp, Proc, Trace, int, int], Result]] = {
    PT_READ_I: _read, PT_READ_D: _read, PT_WRITE_I: _write, PT_WRITE_D: _write, PT_IO: _io,
    PT_CONTINUE: _continue, PT_SYSCALL: _syscall, PT_SYSCALLEMU: _syscallemu, PT_DETACH: _detach,
    PT_KILL: _kill, PT_STOP: _stop,
    PT_GETREGS: _getregs, PT_SETREGS: _setregs, PT_GETFPREGS: _getfpregs, PT_SETFPREGS: _setfpregs,
    PT_SUSPEND: _suspend, PT_RESUME: _resume, PT_LWPINFO: _lwpinfo, PT_LWPSTATUS: _lwpstatus, PT_LWPNEXT: _lwpnext,
    PT_GET_SIGINFO: _get_siginfo, PT_SET_SIGINFO: _set_siginfo,
    PT_GET_SIGPASS: _get_sigpass, PT_SET_SIGPASS: _set_sigpass,
    PT_GET_EVENT_MASK: _get_event_mask, PT_SET_EVENT_MASK: _set_event_mask,
    PT_GET_PROCESS_STATE: _get_process_state,
}  # fmt: skip
