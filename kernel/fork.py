"""fork, vfork, clone: one fork1 (NetBSD: kern_fork.c 1.232; spec section C).

The phases of fork1 and their order are the design; comments give the step of spec C.0 and the lines of the
source. Up to "committed" everything can fail and is undone in reverse order. From there on the call may
sleep but cannot fail, with one exception: page tables come out of the machine's RAM, and when that is full
the child's address space cannot be copied. NetBSD's kernel would wait for memory; here the half-made child
is taken apart and the caller gets ENOMEM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.hart import A0, A1, FRAME_WORDS, SP, SR, SR_FS
from kernel.errno import EAGAIN, EINVAL, ENOMEM, EPERM, Errno
from kernel.kauth import Process
from kernel.knote_proc import knote_proc_fork
from kernel.limits import RLIMIT_NPROC
from kernel.lwp import Lwp
from kernel.proc import (
    AFORK,
    PK_32,
    PK_CLDSIGIGN,
    PK_NOCLDWAIT,
    PK_SUGID,
    PK_SYSTEM,
    PL_CONTROLT,
    PL_PPWAIT,
    PS_NOCLDSTOP,
    PS_STOPEXEC,
    PS_STOPFORK,
    PSL_TRACEDCHILD,
    SACTIVE,
    SSTOP,
    Proc,
)
from kernel.prot import join_after
from kernel.ptrace import (
    PTRACE_FORK,
    PTRACE_VFORK,
    PTRACE_VFORK_DONE,
    TRAP_CHLD,
    EventInfo,
    child_event,
    event_stop,
    fork_event,
    trace_child,
    wants_vfork_done,
)
from kernel.ras import ras_fork
from kernel.sched import LSSTOP
from kernel.siginfo import Pending
from kernel.signo import NSIG, SIGCHLD
from kernel.syscall import Result, syscall
from kernel.time import TICK
from kernel.uvm.uarea import PCB_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

FORK_PPWAIT, FORK_SHAREVM, FORK_SHARECWD, FORK_SHAREFILES = 0x1, 0x2, 0x4, 0x8
FORK_SHARESIGS, FORK_NOWAIT, FORK_CLEANFILES, FORK_SYSTEM = 0x10, 0x20, 0x40, 0x80

SYS_FORK = 2

CLONE_CSIGNAL, CLONE_VM, CLONE_FS, CLONE_FILES = 0xFF, 0x100, 0x200, 0x400
CLONE_SIGHAND, CLONE_PTRACE, CLONE_VFORK = 0x800, 0x2000, 0x4000

TABLE_FULL = "proc: table is full - increase kern.maxproc or NPROC\n"
TABLE_FULL_INTERVAL = 10 * 10**9


# -- 1. the entry points (L116-146; spec C.1) --------------------------------------------------------


@syscall(2, "int fork(void)", sleeps=True)
def sys_fork(l: Lwp) -> Result:
    return fork1(l, 0, SIGCHLD, 0)


@syscall(66, "int vfork(void)", sleeps=True)
def sys_vfork(l: Lwp) -> Result:
    """The 4.4BSD vfork: the parent waits, but memory is copied."""
    return fork1(l, FORK_PPWAIT, SIGCHLD, 0)


@syscall(282, "int __vfork14(void)", sleeps=True)
def sys___vfork14(l: Lwp) -> Result:
    """The 3BSD vfork: the parent waits, and memory is shared."""
    return fork1(l, FORK_PPWAIT | FORK_SHAREVM, SIGCHLD, 0)


@syscall(287, "pid_t __clone(int flags, void *stack)", sleeps=True)
def sys___clone(l: Lwp, clone_flags: int, stack: int) -> Result:
    """Linux-like clone (L150-210; spec C.2). The checks come in the source's order; unknown bits are ignored."""
    if clone_flags & CLONE_PTRACE:
        raise Errno(EINVAL)
    if clone_flags & CLONE_SIGHAND and not clone_flags & CLONE_VM:
        raise Errno(EINVAL)
    flags = 0
    for bit, meaning in (
        (CLONE_VM, FORK_SHAREVM),
        (CLONE_FS, FORK_SHARECWD),
        (CLONE_FILES, FORK_SHAREFILES),
        (CLONE_SIGHAND, FORK_SHARESIGS),
        (CLONE_VFORK, FORK_PPWAIT),
    ):
        if clone_flags & bit:
            flags |= meaning
    exitsig = clone_flags & CLONE_CSIGNAL
    if exitsig >= NSIG:
        raise Errno(EINVAL)
    if flags & FORK_SHAREFILES and l.proc.fd.foclose_seen:
        raise Errno(EINVAL)
    return fork1(l, flags, exitsig, stack)


@syscall(508, "int __fork1(int flags)", sleeps=True)
def sys___fork1(l: Lwp, flags: int) -> Result:
    """fork1 with any FORK_* flags, for what no native call passes (decision D2): FORK_NOWAIT, FORK_CLEANFILES and
    FORK_SYSTEM. A private extension, for root. Shared and clean files together are EINVAL, as in FreeBSD's rfork.
    """
    if flags & ~0xFF or (flags & FORK_SHAREFILES and flags & FORK_CLEANFILES):
        raise Errno(EINVAL)
    if not l.proc.cred.is_root():
        raise Errno(EPERM)
    return fork1(l, flags, SIGCHLD, 0)


def fork1(
    l1: Lwp, flags: int, exitsig: int, stack: int, func: Callable[[Lwp], None] | None = None
) -> Result:
    """Make a process (L255-646). `func` is what the child runs first instead of child_return.

    Returns (pid, 0), or a coroutine that sleeps until a vfork child lets go. Raises Errno(EAGAIN) at the
    process limits and when no pid is free, ENOMEM without memory for the U-area or the page tables.
    """
    k, p1 = l1.kernel, l1.proc

    # -- 2. the system's limit (L268-290; spec C.3) ------------------------------------------------
    uid = p1.cred.ruid
    k.nprocs += 1
    if k.nprocs >= k.maxproc or not k.kauth.authorize_process(p1.cred, Process.FORK, p1, k.nprocs):
        k.nprocs -= 1
        _table_full(l1)
        return _refuse(l1, "forkmx")

    # -- 3. the user's limit (L292-306; spec C.4) --------------------------------------------------
    count = k.uids.change_proc_count(uid, 1)
    if count > p1.limit.soft[RLIMIT_NPROC] and not k.kauth.authorize_process(
        p1.cred, Process.RLIMIT_BYPASS, p1, RLIMIT_NPROC
    ):
        k.uids.change_proc_count(uid, -1)
        k.nprocs -= 1
        return _refuse(l1, "forkulim")

    # -- 4. U-area (L308-318; spec C.5) ------------------------------------------------------------
    try:
        uarea = k.uareas.alloc()
    except Errno:
        k.uids.change_proc_count(uid, -1)
        k.nprocs -= 1
        raise

    # -- 5. process and pid (L320-332; spec C.6) ---------------------------------------------------
    p2 = k.alloc_proc()
    if p2 is None:
        return _no_pid(l1, uarea)

    # -- committed: what follows may sleep, but not fail (L333-336) --------------------------------
    copy_fields(p1, p2, flags)  # 6-7 (L338-373; spec C.7, C.8)
    k.kauth.proc_fork(p1, p2)  # 8 (L375-391; spec C.9), without locks: see kernel.sched
    _copy_substructures(p1, p2, flags)  # 9-14 (L393-432; spec C.10-C.15)
    _mark_vfork(l1, p2, flags)  # 15 (L434-450; spec C.16, C.17)
    p2.pptr = parent = k.initproc if flags & FORK_NOWAIT else p1
    p2.ppid = parent.pid
    if p1.traceflag:
        k.ktrace.fork(p1, p2)  # 16 (L452-464; spec C.18)
    p2.sigacts = p1.sigacts.fork(bool(flags & FORK_SHARESIGS))  # 17 (L466-474; spec C.19)
    p2.sflag |= p1.sflag & (PS_STOPFORK | PS_STOPEXEC | PS_NOCLDSTOP)
    p2.stflag = p1.stflag  # 18 (L476-482; spec C.20)
    p2.stats = p1.stats.fork()

    # -- 19. address space (L484-487; spec C.21) ---------------------------------------------------
    if flags & FORK_SHAREVM:
        p1.vm.hold()
        p2.vm = p1.vm
    else:
        try:
            p2.vm = p1.vm.fork(l1.frame.words[SP])
        except Errno as error:
            _abandon(l1, p2, uarea, uid)
            raise Errno(ENOMEM) from error

    # -- 20-21. LWP, private pointer (L489-503; spec C.22) -----------------------------------------
    l2 = lwp_create(l1, p2, uarea, stack)
    l2.private = l1.private
    l2.coro = _first_return(l2, func or child_return)

    # -- 22. hooks and probe (L505-517; spec C.23) -------------------------------------------------
    if p2.emul.proc_fork is not None:
        p2.emul.proc_fork(p2, l1, flags)
    for hook in k.forkhooks:
        hook(p2, p1)
    if k.sdt.proc_create.on:
        k.sdt.proc_create.fire(p2, p1, flags)

    _make_visible(p1, p2, flags, exitsig)  # 23-27 (L519-561; spec C.24-C.26)
    if p1.klist:  # 28 (L563-570; spec C.27)
        knote_proc_fork(l1, p2)
    _start(p1, p2, l2)  # 29-30 (L572-605; spec C.28)

    # -- 31. return values (L607-616; spec C.29), 32. the tracer's event (L618-627; spec C.30) -----
    # -- 33. vfork's sleep (L629-635), 34. its end, for the tracer (L636-646; spec C.31) ------------
    vfork = bool(flags & FORK_PPWAIT)
    if l1.vforkwaiting or fork_event(p1, vfork):
        return _finish(l1, p2.pid, vfork)
    return p2.pid, 0


def _make_visible(p1: Proc, p2: Proc, flags: int, exitsig: int) -> None:
    """The child can be found from here on (L519-561; spec C.24-C.26)."""
    k, parent = p1.kernel, p2.pptr
    assert parent is not None
    if p1.session.ttyvp is not None and p1.lflag & PL_CONTROLT:  # 23 (L525-529)
        p2.lflag |= PL_CONTROLT
    parent.children.insert(p2)
    p2.exitsig = exitsig
    if fork_event(p1, bool(flags & FORK_PPWAIT)):  # 24 (L531-539)
        trace_child(p1, p2)
    p2.oppid = p1.pid
    join_after(p1, p2)  # 25 (L541-542)
    k.allproc[p2.pid] = p2
    k.stats.forks += 1  # 26 (L549-558)
    if flags & FORK_PPWAIT:
        k.stats.forks_ppwait += 1
    if flags & FORK_SHAREVM:
        k.stats.forks_sharevm += 1
    if p1.traceflag:  # 27 (L560-561)
        k.ktrace.fork_emul(p1, p2)


def _start(p1: Proc, p2: Proc, l2: Lwp) -> None:
    """The child begins, runnable or stopped (L572-605; spec C.28).

    Nothing is to be done for profiling: the flag says that it goes on already (L578-585, quirk Q4).
    """
    k = p1.kernel
    p2.start = k.clock.now()
    p2.acflag = AFORK
    if p2.sflag & PS_STOPFORK:
        p2.stat = SSTOP
        p2.waited = 0
        p1.nstopchild += 1
        l2.stat = LSSTOP
    else:
        p2.stat = SACTIVE
        if p2.lflag & PL_PPWAIT:
            k.sched.setrunnable_first(l2)  # its parent waits: it begins before all others (spec C.16)
        else:
            k.sched.setrunnable(l2)


def _no_pid(l: Lwp, uarea: int) -> Result:
    """Undo what was done before there was no pid (L322-331; spec C.6)."""
    if l.kernel.pids.fail_wait:
        return _no_pid_later(l, uarea)
    k = l.kernel
    k.uareas.free(uarea)
    # The uid is read again, as the source does: if another LWP has changed it while the allocation took its time,
    # the wrong user has one process less now (quirk Q9).
    k.uids.change_proc_count(l.proc.cred.ruid, -1)
    k.nprocs -= 1
    raise Errno(EAGAIN)


async def _no_pid_later(l: Lwp, uarea: int) -> int:
    """Allocations may wait in NetBSD; here one does that fails on purpose, if debug.fail.wait says so."""
    pids = l.kernel.pids
    wait, pids.fail_wait = pids.fail_wait, 0
    await l.kernel.sched.pause(l, "procpl", wait)
    _no_pid(l, uarea)
    raise Errno(EAGAIN)


def _table_full(l: Lwp) -> None:
    """Log the message, at most once in 10 s of uptime; the first one always appears."""
    k = l.kernel
    now = k.clock.now()
    if k.last_table_full is None or now - k.last_table_full >= TABLE_FULL_INTERVAL:
        k.last_table_full = now
        k.log(TABLE_FULL)


def _refuse(l: Lwp, wmesg: str) -> Result:
    """EAGAIN, after forkfsleep if that is set; no signal shortens it."""
    if l.kernel.forkfsleep:
        return _refuse_later(l, wmesg)
    raise Errno(EAGAIN)


async def _refuse_later(l: Lwp, wmesg: str) -> int:
    await l.kernel.sched.pause(l, wmesg, l.kernel.forkfsleep * TICK)
    raise Errno(EAGAIN)


async def _finish(l1: Lwp, pid: int, vfork: bool) -> tuple[int, int]:
    """What of a fork takes time: the tracer's events, and waiting for a vfork child."""
    p1 = l1.proc
    event = fork_event(p1, vfork)
    if event:
        await event_stop(l1, EventInfo(TRAP_CHLD, event, pid))
    while l1.vforkwaiting:
        await l1.waitcv.wait(l1)
    if wants_vfork_done(p1, vfork):
        await event_stop(l1, EventInfo(TRAP_CHLD, PTRACE_VFORK_DONE, pid))
    return pid, 0


def copy_fields(p1: Proc, p2: Proc, flags: int) -> None:
    """Copy a group of fields (L338-351; spec C.7), inherit some flags (L353-373; spec C.8).

    The group to be zeroed, Proc.STARTZERO, is zero in a new Proc; Proc.STARTCOPY is written out.
    """
    p2.sigignore = p1.sigignore
    p2.sigcatch = p1.sigcatch
    p2.sigpass = p1.sigpass
    p2.nice = p1.nice
    p2.comm = p1.comm
    p2.psstrp = p1.psstrp
    p2.xexit = p1.xexit
    p2.sigpend = Pending()
    p2.flag = p1.flag & (PK_SUGID | PK_NOCLDWAIT | PK_CLDSIGIGN | PK_32)
    p2.emul = p1.emul
    if flags & FORK_SYSTEM:
        p2.flag |= PK_SYSTEM | PK_NOCLDWAIT


def _copy_substructures(p1: Proc, p2: Proc, flags: int) -> None:
    """Restartable sequences, text and path, descriptors, working directory, limits (L393-432; spec C.10-C.15)."""
    ras_fork(p1, p2)  # 9 (L393-396)
    p2.textvp = p1.textvp  # 10 (L398-405)
    if p2.textvp is not None:
        p2.textvp.hold()
        p2.textvp.text_refs += 1
    p2.path = p1.path
    if flags & FORK_SHAREFILES:  # 11 (L407-412)
        p2.fd = p1.fd.share()
    elif flags & FORK_CLEANFILES:
        p2.fd = type(p1.fd)()
    else:
        p2.fd = p1.fd.copy()
    p2.mqueue_cnt = p1.mqueue_cnt  # 12 (L414-415)
    p2.cwdi = p1.cwdi.share() if flags & FORK_SHARECWD else p1.cwdi.copy()  # 13 (L417-420)
    p2.limit = p1.limit.for_fork()  # 14 (L422-432)


def _mark_vfork(l1: Lwp, p2: Proc, flags: int) -> None:
    """Who waits for whom (L434-442; spec C.16)."""
    if flags & FORK_PPWAIT:
        p2.lflag = PL_PPWAIT
        l1.vforkwaiting = True
        p2.vforklwp = l1
    else:
        p2.lflag = 0
        l1.vforkwaiting = False


def _abandon(l1: Lwp, p2: Proc, uarea: int, uid: int) -> None:
    """Take apart a child whose address space could not be copied; nothing has seen it yet."""
    k = l1.kernel
    l1.vforkwaiting = False
    k.ktrace.detach(p2)
    p2.sigacts.release()
    p2.limit.release()
    p2.cwdi.release()
    p2.fd.free(l1, leaving=p2)
    if p2.textvp is not None:
        p2.textvp.text_refs -= 1
        p2.textvp.release()
    k.pids.free(p2.pid)
    k.uareas.free(uarea)
    k.uids.change_proc_count(uid, -1)
    k.nprocs -= 1


def lwp_create(l1: Lwp, p2: Proc, uarea: int, stack: int) -> Lwp:
    """The child's first LWP: trap frame, pcb and the fields that are inherited (lwp_create, cpu_lwp_fork).

    Spec A.3: FP state is inherited by value, not marked as in use in sr; a stack is aligned down to 16; the
    rest of the registers are the parent's. lid == pid.
    """
    k = l1.kernel
    frame = k.uareas.trap_frame(uarea)
    l2 = Lwp(k, p2, p2.pid, uarea, frame)
    words = frame.words
    words[:FRAME_WORDS] = l1.frame.words[:FRAME_WORDS]
    if k.fpu.save(l1):
        k.uareas.pcb(uarea)[:PCB_WORDS] = k.uareas.pcb(l1.uarea)
        l2.fpu_used = True
    words[SR] &= ~SR_FS
    if stack:
        words[SP] = stack & ~15
    k.uareas.label(uarea, p2.pid, l2.lid)
    l2.sigmask = l1.sigmask
    l2.sigstk = l1.sigstk
    l2.affinity = l1.affinity
    if p2.lflag & PL_PPWAIT:
        l2.lwpctl = l1.lwpctl  # on loan: see release_vfork_parent
    p2.lwps.append(l2)
    if k.sdt.lwp_create.on:
        k.sdt.lwp_create.fire(l2)
    return l2


async def _first_return(l: Lwp, func: Callable[[Lwp], None]) -> None:
    """The first thing that a child's LWP does; a traced child reports its birth before child_return (spec C.32)."""
    p = l.proc
    if func is child_return and p.slflag & PSL_TRACEDCHILD:
        await child_event(l, PTRACE_VFORK if p.lflag & PL_PPWAIT else PTRACE_FORK)
    func(l)


def child_return(l: Lwp) -> None:
    """What every new process does first (L648-671; spec C.32, A.3): a0 = 0, a1 = 1, then user mode.

    Whatever made it, to a tracer it returns from fork.
    """
    if l.kernel.sdt.syscall_return.on:
        l.kernel.sdt.syscall_return.fire_for("fork", SYS_FORK, (), 0, (0, 0))
    words = l.frame.words
    words[A0] = 0
    words[A1] = 1
