"""The end of a process, and waiting for it (NetBSD: kern_exit.c; spec C.34)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kernel.acct import acct_process
from kernel.errno import ECHILD, EINVAL, Errno
from kernel.futex import release_robust
from kernel.knote_proc import knote_proc_exit
from kernel.lwpctl import lwp_gone, process_gone
from kernel.proc import (
    AXSIG,
    PK_CLDSIGIGN,
    PK_NOCLDWAIT,
    PL_PPWAIT,
    PS_CONTINUED,
    PS_STOPEXIT,
    PS_WEXIT,
    PSL_CHTRACED,
    PSL_TRACED,
    SDEAD,
    SIDL,
    SSTOP,
    SZOMB,
    Ending,
    Proc,
)
from kernel.prof import stop_profiling
from kernel.prot import fix_jobc, leave_pgrp
from kernel.ptrace import untrace
from kernel.resource import own_usage, pack_wait_rusage, pack_wrusage
from kernel.sched import LSRUN, LSSTOP, LSZOMB
from kernel.siginfo import SigInfo
from kernel.signo import (
    CLD_CONTINUED,
    CLD_EXITED,
    CLD_KILLED,
    CLD_STOPPED,
    CLD_TRAPPED,
    SI_USER,
    SIGCHLD,
    SIGCONT,
    SIGHUP,
    SIGKILL,
)
from kernel.syscall import JUSTRETURN, Result, syscall
from kernel.time import TICK

if TYPE_CHECKING:
    from kernel.lwp import Lwp

WNOHANG, WUNTRACED, WALTSIG, WALLSIG = 0x1, 0x2, 0x4, 0x8
WCONTINUED, WEXITED, WTRAPPED, WNOWAIT, WNOZOMBIE = 0x10, 0x20, 0x40, 0x10000, 0x20000
_SELECTING = WUNTRACED | WCONTINUED | WEXITED | WTRAPPED
_ALL_OPTIONS = _SELECTING | WNOHANG | WALTSIG | WALLSIG | WNOWAIT | WNOZOMBIE

P_ALL, P_PID, P_PGID, P_SID, P_UID, P_GID = 0, 1, 4, 5, 7, 8


@syscall(1, "void exit(int rval)")
def sys_exit(l: Lwp, rval: int) -> Result:
    exit1(l, rval, 0)
    return JUSTRETURN


def exit1(l: Lwp, code: int, signo: int) -> None:
    """End the caller's process, by exit or by a signal. The order of effects is spec C.34's.

    The caller is no longer LSONPROC afterwards, and the scheduler never comes back to it; but if it must wait for
    another LWP, or stop, it comes here again on its way to user mode.
    """
    k, p = l.kernel, l.proc
    if not p.sflag & PS_WEXIT:
        if p.pid == 1 and not p.vm.kernel.halting:
            k.panic(f"init died (signal {signo}, exit {code})")
        k.account(l)
        if k.sdt.exit.on:
            k.sdt.exit.fire(CLD_KILLED if signo else CLD_EXITED)
        if signo:
            p.acflag |= AXSIG
        p.sflag |= PS_WEXIT
    if (len(p.lwps) > 1 or p.sflag & PS_STOPEXIT) and not _may_end(l, code, signo):
        return
    forget_lwps(l)
    p.sigpend.discard(-1)
    l.sigpend.discard(-1)
    if p.timers is not None:
        k.timers.timers_exit(p)
    p.raslist = []
    p.fd.free(l)
    p.cwdi.release()
    for hook in k.exithooks:
        hook(p)
    p.sigacts.release()
    acct_process(p)
    if p.tracep is not None:
        k.ktrace.detach(p)
    p.xexit = code
    p.xsig = signo
    if p.vm.maxrss << 2 > p.stats.maxrss:
        p.stats.maxrss = p.vm.maxrss << 2
    k.fpu.release(l)
    p.vm.release()
    stop_profiling(p)
    release_vfork_parent(p)
    _leave_session(p)
    for child in list(p.children):
        _orphan(child)
    if p.slflag & PSL_CHTRACED:
        _forget_traced(p)
    p.stat = SZOMB
    l.stat = LSZOMB
    _tell_parent(p)


def _may_end(l: Lwp, code: int, signo: int) -> bool:
    """Whether a process can end at once. If not, the LWP that ends it waits for the others, or has stopped."""
    p = l.proc
    if p.ending is None:
        p.ending = Ending(l, code, signo)
    if not end_lwps(l):
        l.kernel.sched.block(l, p.lwpcv, interruptible=False)
    elif p.sflag & PS_STOPEXIT and not p.ending.stopped:
        p.ending.stopped = True
        l.kernel.signals.stop_quietly(p)
        l.stat = LSSTOP
    else:
        return True
    l.ast = True
    return False


def end_lwps(l: Lwp) -> bool:
    """At exit and exec the other LWPs end where they are (exit_lwps); whether all have ended.

    One that sleeps where nothing may disturb it, as in vfork, ends when it would return to user mode, and wakes
    whoever waits on lwpcv.
    """
    p = l.proc
    for other in list(p.lwps):
        if other is l:
            continue
        if undisturbed(other):
            other.ast = True
        else:
            release_robust(other)
            lwp_free(other)
            p.lwps.remove(other)
    return len(p.lwps) == 1


def undisturbed(l: Lwp) -> bool:
    """Whether an LWP sleeps where no signal reaches it."""
    return l.vforkwaiting or (l.wchan is not None and not l.interruptible)


def forget_lwps(l: Lwp) -> None:
    """What the LWPs told the kernel is void once only one is left (futex_release_all_lwp, lwp_ctl_exit)."""
    release_robust(l)
    process_gone(l.proc)
    assert l.kernel.curlwp is l and l.proc.lwps == [l]


def lwp_free(l: Lwp) -> None:
    """Take an LWP off every queue and free its U-area (lwp_free)."""
    k = l.kernel
    if l.counted_uid is not None:
        k.uids.change_lwp_count(l.counted_uid, -1)
        l.counted_uid = None
    if l.wchan is not None:
        l.wchan.waiters.remove(l)
        l.wchan = None
    if l.timeout is not None:
        l.timeout.cancel()
        l.timeout = None
    if l.stat == LSRUN:
        k.sched.runq.remove(l)
    l.stat = LSZOMB
    if l.coro is not None:
        l.coro.close()
        l.coro = None
    k.fpu.release(l)
    l.proc.stats.add_lwp(l)
    k.uareas.free(l.uarea)
    l.uarea = 0
    if l.lid != l.proc.pid:
        k.pids.free(l.lid)


def become_first(l: Lwp) -> None:
    """The LWP that runs a program is the first of its process, whichever it was before."""
    k, p = l.kernel, l.proc
    k.pids.free(l.lid)
    if l.counted_uid is not None:
        k.uids.change_lwp_count(l.counted_uid, -1)
        l.counted_uid = None
    l.lid = p.pid
    l.detached = False
    k.uareas.label(l.uarea, p.pid, l.lid)


def release_vfork_parent(p: Proc) -> None:
    """Let the LWP that waits in vfork for this process run on (spec C.16)."""
    if p.lflag & PL_PPWAIT:
        for l in p.lwps:
            lwp_gone(l)
        p.lflag &= ~PL_PPWAIT
        parent = p.vforklwp
        p.vforklwp = None
        if parent is not None:
            parent.vforkwaiting = False
            parent.waitcv.broadcast()


def _leave_session(p: Proc) -> None:
    """A session leader takes its terminal with it; job control counts are put right."""
    session = p.session
    if session.leader is p:
        tty = session.ttyvp
        if tty is not None and tty.session is session:
            p.kernel.signals.pgsignal(tty.pgrp, SIGHUP)
            tty.revoke()
        session.ttyvp = None
        session.leader = None
    fix_jobc(p, p.pgrp, False)


def _orphan(child: Proc) -> None:
    """Give a child of a dying process to init. One that it traced is killed, in its real parent's care."""
    if child.slflag & PSL_TRACED:
        parent = child.opptr
        if child.stat == SZOMB and parent is not child.pptr:
            give_back(child)
        else:
            untrace(child)
            reparent(child, parent if parent is not None and parent is not child.pptr else child.kernel.initproc)
            child.kernel.log(f"pid {child.pid} was killed: orphaned traced process\n")
            child.kernel.signals.psignal(child, SIGKILL)
        if child.pptr is not child.kernel.initproc:
            return
    reparent(child, child.kernel.initproc)
    if child.stat == SZOMB:
        child.kernel.initproc.waitcv.broadcast()


def _forget_traced(p: Proc) -> None:
    """Children of a dying process that others trace have no parent to come back to but init."""
    for child in p.kernel.allproc.values():
        if child.opptr is p and child.pptr is not p:
            child.opptr = None
            child.ppid = p.kernel.initproc.pid
            child.exitsig = SIGCHLD


def give_back(p: Proc) -> None:
    """A zombie whose tracer has seen its end goes to its real parent, who is to reap it (proc_free)."""
    parent = untrace(p)
    reparent(p, parent)
    if p.exitsig and p.kernel.signals.wanted(parent, p.exitsig):
        p.kernel.signals.psignal(parent, p.exitsig, exit_info(p))
    parent.waitcv.broadcast()


def reparent(child: Proc, parent: Proc) -> None:
    """Change who waits for a process (proc_reparent). init's children signal with SIGCHLD."""
    old = child.pptr
    if old is parent:
        return
    if old is not None:
        if child.stat == SZOMB or (child.stat == SSTOP and not child.waited):
            parent.nstopchild += 1
            old.nstopchild -= 1
        old.children.remove(child)
    if parent is child.kernel.initproc:
        child.exitsig = SIGCHLD
    parent.children.insert(child)
    child.pptr = parent
    child.ppid = parent.pid


def _tell_parent(p: Proc) -> None:
    """The zombie goes to the front of its parent's list; signal, wakeup."""
    k, parent = p.kernel, p.pptr
    assert parent is not None
    parent.children.to_front(p)
    parent.nstopchild += 1
    if parent.flag & (PK_NOCLDWAIT | PK_CLDSIGIGN) and (p.opptr is None or p.opptr is parent):
        if p.slflag & PSL_TRACED:
            untrace(p)
        reparent(p, k.initproc)
        # The parent's last child is gone without a wait: whoever sleeps in wait must hear of it.
        if not parent.children:
            parent.waitcv.broadcast()
        parent = k.initproc
    signo = _exitsig(p)
    if signo and k.signals.wanted(parent, signo):
        k.signals.psignal(parent, signo, exit_info(p))
    if p.klist:
        knote_proc_exit(p, wait_status(p))
    parent.waitcv.broadcast()


def _exitsig(p: Proc) -> int:
    """The signal of a process's end: a tracer gets SIGCHLD, whatever the parent wants (P_EXITSIG)."""
    return SIGCHLD if p.slflag & PSL_TRACED else p.exitsig


def exit_info(p: Proc) -> SigInfo:
    """What a parent's signal says about an ended child (exit_psignal)."""
    if _exitsig(p) == SIGCHLD:
        code = CLD_KILLED if p.xsig else CLD_EXITED
        info = SigInfo(SIGCHLD, code, pid=p.pid, uid=p.cred.ruid, status=p.xsig or p.xexit)
    else:
        # Another signal tells less: not how the child ended, and of its status only what killed it. It lies
        # where a queued signal has its value.
        info = SigInfo(p.exitsig, SI_USER, pid=p.pid, uid=p.cred.ruid, value=p.xsig)
    usage = own_usage(p)
    info.utime, info.stime = usage.utime // TICK, usage.stime // TICK
    return info


# -- waiting ---------------------------------------------------------------------------------------


def wait_status(p: Proc) -> int:
    """The status word of a zombie: exit code << 8, or the signal (spec B.6)."""
    return p.xsig & 0x7F if p.xsig else (p.xexit << 8) & 0xFFFF_FFFF


def proc_free(p: Proc, waiter: Proc) -> None:
    """Reap a zombie: add its usage to the waiter's, free everything that is left (proc_free)."""
    k = p.kernel
    if p.slflag & PSL_TRACED:
        untrace(p)
    l = p.lwps[0]
    lwp_free(l)
    waiter.stats.add_child(p)
    p.lwps = []
    p.stat = SDEAD
    parent = p.pptr
    assert parent is not None
    parent.nstopchild -= 1
    parent.children.remove(p)
    p.pptr = None
    leave_pgrp(p)
    del k.allproc[p.pid]
    k.uids.change_proc_count(p.cred.ruid, -1)
    k.nprocs -= 1
    if p.textvp is not None:
        p.textvp.text_refs -= 1
        p.textvp.release()
        p.textvp = None
    p.limit.release()
    k.pids.free(p.pid)


def _candidates(idtype: int, ident: int, parent: Proc) -> Iterable[Proc]:
    """The children that a wait is about, latest exited or newest first."""
    if idtype == P_PID:
        p = parent.kernel.pids.find(ident)
        return (p,) if isinstance(p, Proc) and p.pptr is parent else ()
    return _matching(idtype, ident, parent, parent.children)


def _matching(idtype: int, ident: int, parent: Proc, children: Iterable[Proc]) -> Iterable[Proc]:
    if idtype == P_ALL:
        return children
    if idtype == P_PID:
        return [p for p in children if p.pid == ident]
    if idtype == P_PGID:
        return [p for p in children if p.pgrp.pgid == (ident or parent.pgrp.pgid)]
    if idtype == P_SID:
        return [p for p in children if p.session.sid == ident]
    if idtype == P_UID:
        return [p for p in children if p.cred.euid == ident]
    if idtype == P_GID:
        return [p for p in children if p.cred.egid == ident]
    return ()


class Found:
    """A child's change of state, taken by find_child: what the waiting calls report."""

    __slots__ = ("code", "pid", "proc", "status", "uid", "value")

    def __init__(self, p: Proc, code: int, status: int, value: int) -> None:
        self.pid = p.pid
        self.uid = p.cred.ruid
        self.code = code  # CLD_*
        self.status = status  # the status word
        self.value = value  # si_status
        self.proc = p  # perhaps reaped since: good for its statistics only


def find_child(l: Lwp, idtype: int, ident: int, options: int) -> Found | None:
    """Take a waited-for change of state of some child, if there is one (find_stopped_child).

    Raises Errno(ECHILD) when no child can ever match.
    """
    parent = l.proc
    any_child = False
    for p in _candidates(idtype, ident, parent):
        if p.stat == SIDL:
            continue
        if not options & WALLSIG and bool(options & WALTSIG) == (_exitsig(p) == SIGCHLD):
            continue
        any_child = True
        if options & WEXITED and p.stat == SZOMB:
            code = CLD_KILLED if p.xsig else CLD_EXITED
            found = Found(p, code, wait_status(p), p.xsig or p.xexit)
            if not options & WNOWAIT:
                if p.slflag & PSL_TRACED and p.opptr is not parent:
                    give_back(p)
                elif options & WNOZOMBIE:
                    reparent(p, l.kernel.initproc)
                    l.kernel.initproc.waitcv.broadcast()
                else:
                    proc_free(p, parent)
            return found
        if options & WCONTINUED and p.sflag & PS_CONTINUED:
            if not options & WNOWAIT:
                p.sflag &= ~PS_CONTINUED
            return Found(p, CLD_CONTINUED, 0xFFFF, SIGCONT)
        traced = p.slflag & PSL_TRACED
        if p.stat == SSTOP and not p.waited and (options & WUNTRACED or (traced and options & WTRAPPED)):
            if not options & WNOWAIT:
                p.waited = 1
                parent.nstopchild -= 1
            return Found(p, CLD_TRAPPED if traced else CLD_STOPPED, p.xsig << 8 | 0x7F, p.xsig)
    if not any_child and not _debugged_child(idtype, ident, parent):
        raise Errno(ECHILD)
    return None


def _debugged_child(idtype: int, ident: int, parent: Proc) -> bool:
    """Whether a child that a wait is about is somebody else's for the time of being traced (debugged_child_exists)."""
    if not parent.slflag & PSL_CHTRACED:
        return False
    stolen = [p for p in parent.kernel.allproc.values() if p.opptr is parent and p.pptr is not parent]
    return any(True for _ in _matching(idtype, ident, parent, stolen))


def do_wait(
    l: Lwp, idtype: int, ident: int, options: int, finish: Callable[[Found | None], int]
) -> Result:
    """Wait for a child; `finish` copies the result out and gives the return value (do_sys_waitid).

    A plain value if a child is ready, else a coroutine. Raises Errno: EINVAL, ECHILD, EINTR.
    """
    if options & ~_ALL_OPTIONS or not options & _SELECTING:
        raise Errno(EINVAL)
    found = find_child(l, idtype, ident, options)
    if found is not None or options & WNOHANG:
        return finish(found)
    return _wait_later(l, idtype, ident, options, finish)


async def _wait_later(
    l: Lwp, idtype: int, ident: int, options: int, finish: Callable[[Found | None], int]
) -> int:
    found = None
    while found is None:
        await l.proc.waitcv.wait_sig(l)
        found = find_child(l, idtype, ident, options)
    return finish(found)


@syscall(449, "int __wait450(pid_t pid, int *status, int options, struct rusage *rusage)", sleeps=True)
def sys___wait450(l: Lwp, pid: int, status: int, options: int, rusage: int) -> Result:
    if pid == -1:
        idtype, ident = P_ALL, 0
    elif pid <= 0:
        idtype, ident = P_PGID, -pid
    else:
        idtype, ident = P_PID, pid
    vm = l.proc.vm

    def finish(found: Found | None) -> int:
        if found is None:
            return 0
        if status:
            vm.copyout(status, found.status.to_bytes(4, "little"))
        if rusage:
            vm.copyout(rusage, pack_wait_rusage(found.proc))
        return found.pid

    return do_wait(l, idtype, ident, options | WEXITED | WTRAPPED, finish)


@syscall(
    481,
    "int wait6(idtype_t idtype, id_t id, int *status, int options, struct wrusage *wru, siginfo_t *info)",
    sleeps=True,
)
def sys_wait6(l: Lwp, idtype: int, ident: int, status: int, options: int, wru: int, info: int) -> Result:
    vm = l.proc.vm

    def finish(found: Found | None) -> int:
        if found is None:
            if info:
                vm.copyout(info, bytes(128))
            return 0
        if status:
            vm.copyout(status, found.status.to_bytes(4, "little"))
        if wru:
            vm.copyout(wru, pack_wrusage(found.proc))
        if info:
            vm.copyout(info, SigInfo(SIGCHLD, found.code, pid=found.pid, uid=found.uid, status=found.value).pack())
        return found.pid

    return do_wait(l, idtype, ident, options, finish)
