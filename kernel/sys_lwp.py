"""The LWP calls, and how LWPs begin and end (NetBSD: sys_lwp.c, kern_lwp.c; spec A.5, B.1)."""

from __future__ import annotations

from struct import unpack

from emu.machine.hart import FRAME_WORDS, SR, SR_FS, TP
from kernel.errno import (
    EAGAIN,
    EALREADY,
    EBUSY,
    EDEADLK,
    EINTR,
    EINVAL,
    ENAMETOOLONG,
    ENODEV,
    ERESTART,
    ESRCH,
    ETIMEDOUT,
    EWOULDBLOCK,
    Errno,
)
from kernel.exit import exit1, lwp_free
from kernel.futex import release_robust
from kernel.kauth import Process
from kernel.limits import RLIMIT_NTHR
from kernel.lwp import Lwp
from kernel.lwpctl import lwp_gone
from kernel.mcontext import UC_CPU, UCONTEXT_SIZE, load_ucontext
from kernel.proc import PS_WEXIT, PSL_TRACELWP_CREATE, PSL_TRACELWP_EXIT, SSTOP
from kernel.ptrace import PTRACE_LWP_CREATE, PTRACE_LWP_EXIT, TRAP_LWP, EventInfo, event_stop, wants
from kernel.sched import LSRUN, LSSLEEP, LSSTOP, LSSUSPENDED, LSZOMB, CondVar
from kernel.siginfo import SigInfo
from kernel.signo import SI_LWP, check_signo
from kernel.syscall import JUSTRETURN, Result, syscall
from kernel.text import decode, encode
from kernel.time import TIMER_ABSTIME, clock_gettime, copyin_timespec, pack_timespec

LWP_DETACHED, LWP_SUSPENDED = 0x40, 0x80
MAXLWPNAME = 16  # with the NUL (MAXCOMLEN)
UNPARK_MAX = 1024


def _find(l: Lwp, lid: int) -> Lwp:
    """A live LWP of the caller's process (lwp_find). Raises Errno(ESRCH)."""
    for other in l.proc.lwps:
        if other.lid == lid and other.stat != LSZOMB:
            return other
    raise Errno(ESRCH)


@syscall(311, "lwpid_t _lwp_self(void)")
def sys__lwp_self(l: Lwp) -> Result:
    return l.lid


@syscall(316, "void *_lwp_getprivate(void)")
def sys__lwp_getprivate(l: Lwp) -> Result:
    return l.private


@syscall(317, "void _lwp_setprivate(void *ptr)")
def sys__lwp_setprivate(l: Lwp, ptr: int) -> Result:
    """Remember the thread's private pointer and load tp with it (spec A.5)."""
    l.private = ptr
    l.frame.words[TP] = ptr
    return None


# -- beginning ---------------------------------------------------------------------------------------


@syscall(309, "int _lwp_create(const struct __ucontext *ucp, u_long flags, lwpid_t *new_lwp)")
def sys__lwp_create(l: Lwp, ucp: int, flags: int, new_lwp: int) -> Result:
    """A new LWP that starts in a user context. Its id is stored before it can run.

    Raises Errno: EINVAL for a context without registers or with a bad pc, EAGAIN at RLIMIT_NTHR or without a
    free id, ENOMEM, EFAULT.
    """
    vm, k = l.proc.vm, l.kernel
    context = vm.copyin(ucp, UCONTEXT_SIZE)
    if not int.from_bytes(context[:4], "little") & UC_CPU:
        raise Errno(EINVAL)
    l2 = lwp_create(l)
    try:
        load_ucontext(l2, context)
        vm.copyout_int(new_lwp, l2.lid)
    except Errno:
        l.proc.lwps.remove(l2)
        lwp_free(l2)
        raise
    l2.detached = bool(flags & LWP_DETACHED)
    if wants(l.proc, PSL_TRACELWP_CREATE):
        l2.coro = _report(l2, PTRACE_LWP_CREATE)
    if flags & LWP_SUSPENDED:
        l2.suspended = True
        l2.stat = LSSUSPENDED
    elif l.proc.stat == SSTOP:
        l2.stat = LSSTOP
    else:
        k.sched.setrunnable(l2)
    return None


async def _report(l: Lwp, event: int) -> None:
    """Tell the tracer that this LWP begins or ends."""
    if wants(l.proc, event):
        await event_stop(l, EventInfo(TRAP_LWP, event, l.lid))


def lwp_create(l: Lwp) -> Lwp:
    """One more LWP in the caller's process, not runnable yet, with the caller's registers and signal mask.

    Raises Errno: EAGAIN at RLIMIT_NTHR or without a free id, ENOMEM without memory for the U-area.
    """
    k, p = l.kernel, l.proc
    uid = p.cred.ruid
    count = k.uids.change_lwp_count(uid, 1)
    try:
        if count > p.limit.soft[RLIMIT_NTHR] and not k.kauth.authorize_process(
            p.cred, Process.RLIMIT_BYPASS, p, RLIMIT_NTHR
        ):
            raise Errno(EAGAIN)
        uarea = k.uareas.alloc()
    except Errno:
        k.uids.change_lwp_count(uid, -1)
        raise
    l2 = Lwp(k, p, 0, uarea, k.uareas.trap_frame(uarea))
    lid = k.pids.alloc(l2)
    if lid is None:
        k.uareas.free(uarea)
        k.uids.change_lwp_count(uid, -1)
        raise Errno(EAGAIN)
    l2.lid = lid
    l2.counted_uid = uid
    words = l2.frame.words
    words[:FRAME_WORDS] = l.frame.words[:FRAME_WORDS]
    words[SR] &= ~SR_FS
    k.uareas.label(uarea, p.pid, lid)
    l2.sigmask = l.sigmask
    l2.affinity = l.affinity
    p.lwps.append(l2)
    if k.sdt.lwp_create.on:
        k.sdt.lwp_create.fire(l2)
    # A signal that nobody took so far because all block it may be for this one.
    l2.ast = True
    return l2


# -- ending ------------------------------------------------------------------------------------------


@syscall(310, "int _lwp_exit(void)", sleeps=True)
def sys__lwp_exit(l: Lwp) -> Result:
    if wants(l.proc, PSL_TRACELWP_EXIT):
        return _exit_reported(l)
    lwp_exit(l)
    return JUSTRETURN


async def _exit_reported(l: Lwp) -> tuple[int, int]:
    await _report(l, PTRACE_LWP_EXIT)
    if l.proc.sflag & PS_WEXIT == 0:
        lwp_exit(l)
    return JUSTRETURN


def lwp_exit(l: Lwp) -> None:
    """The calling LWP ends, and with the last one the process (lwp_exit)."""
    k, p = l.kernel, l.proc
    if k.sdt.lwp_exit.on:
        k.sdt.lwp_exit.fire(l)
    if sum(other.stat != LSZOMB for other in p.lwps) == 1:
        exit1(l, 0, 0)
        return
    release_robust(l)
    lwp_gone(l)
    k.account(l)
    k.fpu.release(l)
    l.sigpend.discard(-1)
    l.ast = False
    l.stat = LSZOMB
    if l.detached:
        l.coro = None  # which may be what runs this
        l.calling = False
        collect(l)
    p.lwpcv.broadcast()
    k.signals.redirect(p)


def collect(l: Lwp) -> None:
    """Free an LWP that has ended, while others of its process go on."""
    l.proc.lwps.remove(l)
    lwp_free(l)


@syscall(312, "int _lwp_wait(lwpid_t wait_for, lwpid_t *departed)")
async def sys__lwp_wait(l: Lwp, lid: int, departed: int) -> None:
    """Wait for an LWP of this process to end and collect it; 0 stands for any (lwp_wait).

    Raises Errno: ESRCH, EINVAL for a detached one, EDEADLK if it waits for the caller or nobody could end,
    EINTR.
    """
    p = l.proc
    p.nlwpwait += 1
    l.waitingfor = lid
    try:
        while (gone := _departed(l, lid)) is None:
            running = sum(o.stat not in (LSSTOP, LSSUSPENDED, LSZOMB) for o in p.lwps)
            zombies = sum(o.stat == LSZOMB for o in p.lwps)
            if running + zombies - sum(o.detached for o in p.lwps) <= p.nlwpwait:
                raise Errno(EDEADLK)
            await p.lwpcv.wait_sig(l)
    finally:
        p.nlwpwait -= 1
        l.waitingfor = 0
        for other in p.lwps:
            if other.waiter == l.lid:
                other.waiter = 0
    number = gone.lid
    collect(gone)
    p.lwpcv.broadcast()
    if departed:
        p.vm.copyout_int(departed, number)


def _departed(l: Lwp, lid: int) -> Lwp | None:
    """An LWP that `l` may collect now, or None if it has to wait for that."""
    found = False
    for other in list(l.proc.lwps):
        if lid and other.lid != lid:
            continue
        if lid and other.detached:
            raise Errno(EINVAL)
        if lid and (other is l or other.waitingfor == l.lid):
            raise Errno(EDEADLK)
        if other is l or other.detached:
            continue
        found = True
        if lid and not other.waiter:
            other.waiter = l.lid
        elif not lid and other.waiter:
            continue  # somebody waits for this very one
        if other.stat == LSZOMB:
            return other
    if not found:
        raise Errno(ESRCH)
    return None


@syscall(319, "int _lwp_detach(lwpid_t target)")
def sys__lwp_detach(l: Lwp, lid: int) -> Result:
    """Nobody will wait for this LWP (lwp_detach)."""
    target = next((other for other in l.proc.lwps if other.lid == lid), None)
    if target is None:
        raise Errno(ESRCH)
    if target.detached:
        raise Errno(EINVAL)
    if target.stat == LSZOMB:
        collect(target)
    target.detached = True
    l.proc.lwpcv.broadcast()
    return None


# -- suspending and waking ---------------------------------------------------------------------------


@syscall(313, "int _lwp_suspend(lwpid_t target)", sleeps=True)
def sys__lwp_suspend(l: Lwp, lid: int) -> Result:
    """Keep an LWP from running until _lwp_continue. Returns when it has stopped; the caller stops afterwards.

    Raises Errno: ESRCH, EDEADLK if no LWP would be left to run.
    """
    p, k = l.proc, l.kernel
    target = _find(l, lid)
    running = sum(o.stat not in (LSSTOP, LSSUSPENDED, LSZOMB) for o in p.lwps)
    if target is l and running == 1:
        raise Errno(EDEADLK)
    target.suspended = True
    if target is l:
        l.ast = True
        return None
    if target.stat == LSSLEEP and target.interruptible:
        target.stat = LSSUSPENDED  # where it sleeps
    elif target.stat == LSRUN and target.coro is None:
        k.sched.runq.remove(target)
        target.stat = LSSUSPENDED
    elif target.stat == LSSTOP:
        target.stat = LSSUSPENDED
    elif target.stat != LSSUSPENDED:
        target.ast = True
        return _wait_suspended(l, target)
    p.lwpcv.broadcast()
    return None


async def _wait_suspended(l: Lwp, target: Lwp) -> None:
    """The target is inside the kernel, where it may hold what others need: it stops when it leaves."""
    while target.suspended and target.stat != LSSUSPENDED:
        await l.proc.lwpcv.wait_sig(l)
        if target not in l.proc.lwps or target.stat == LSZOMB:
            raise Errno(ESRCH)


@syscall(314, "int _lwp_continue(lwpid_t target)")
def sys__lwp_continue(l: Lwp, lid: int) -> Result:
    lwp_continue(_find(l, lid))
    return None


def lwp_continue(l: Lwp) -> None:
    """Undo a suspension (lwp_continue)."""
    if l.suspended:
        l.suspended = False
        l.ast = True  # signals may have come meanwhile
        if l.stat == LSSUSPENDED:
            l.kernel.sched.unstop(l)
        l.proc.lwpcv.broadcast()


@syscall(315, "int _lwp_wakeup(lwpid_t target)")
def sys__lwp_wakeup(l: Lwp, lid: int) -> Result:
    """End an LWP's sleep with EINTR. One that does not sleep will find its next sleep ended.

    Raises Errno: ESRCH; ENODEV if it does not sleep, EBUSY if it sleeps where nothing may disturb it.
    """
    target = _find(l, lid)
    target.cancelled = target.unparked = True
    if target.wchan is None:
        raise Errno(ENODEV)
    if not target.interruptible:
        raise Errno(EBUSY)
    target.cancelled = target.unparked = False
    l.kernel.sched.wake(target, EINTR)
    return None


@syscall(
    478,
    "int ___lwp_park60(clockid_t clock_id, int flags, struct timespec *ts, lwpid_t unpark, const void *hint, "
    "const void *unparkhint)",
    sleeps=True,
)
def sys____lwp_park60(l: Lwp, clock_id: int, flags: int, ts: int, unpark: int, _hint: int, _unparkhint: int) -> Result:
    """Wait for an unpark, after unparking somebody else if asked to. An unpark that came before counts.

    Raises Errno: EALREADY for such an earlier one, ETIMEDOUT, EINTR, EINVAL, ESRCH.
    """
    end = None
    if ts:
        ns = copyin_timespec(l, ts)
        now = clock_gettime(l, clock_id)
        end = ns if flags & TIMER_ABSTIME else now + ns
    if unpark:
        _unpark(_find(l, unpark))
    if l.unparked or l.cancelled:
        l.unparked = l.cancelled = False
        raise Errno(EALREADY)
    return _park(l, clock_id, end, 0 if flags & TIMER_ABSTIME else ts)


_PARKED = "parked"


async def _park(l: Lwp, clock_id: int, end: int | None, remaining: int) -> None:
    cv = CondVar(_PARKED)
    try:
        await cv.wait_sig(l, None if end is None else end - clock_gettime(l, clock_id))
    except Errno as error:
        raise Errno({EWOULDBLOCK: ETIMEDOUT, ERESTART: EINTR}.get(error.errno, error.errno)) from None
    finally:
        l.unparked = l.cancelled = False
        if remaining and end is not None:
            l.proc.vm.copyout(remaining, pack_timespec(max(0, end - clock_gettime(l, clock_id))))


def _unpark(target: Lwp) -> None:
    if target.wchan is not None and target.wmesg == _PARKED:
        target.kernel.sched.wake(target, 0)
    else:
        target.unparked = True


@syscall(321, "int _lwp_unpark(lwpid_t target, const void *hint)")
def sys__lwp_unpark(l: Lwp, lid: int, _hint: int) -> Result:
    _unpark(_find(l, lid))
    return None


@syscall(322, "ssize_t _lwp_unpark_all(const lwpid_t *targets, size_t ntargets, const void *hint)")
def sys__lwp_unpark_all(l: Lwp, targets: int, count: int, _hint: int) -> Result:
    """Unpark several LWPs. Without an array: how many it may name."""
    if not targets:
        return UNPARK_MAX
    if not 0 < count <= UNPARK_MAX:
        raise Errno(EINVAL)
    failed = None
    for lid in unpack(f"<{count}i", l.proc.vm.copyin(targets, 4 * count)):
        try:
            _unpark(_find(l, lid))
        except Errno as error:
            failed = error
    if failed is not None:
        raise failed
    return 0


# -- signals and names -------------------------------------------------------------------------------


@syscall(318, "int _lwp_kill(lwpid_t target, int signo)")
def sys__lwp_kill(l: Lwp, lid: int, signo: int) -> Result:
    check_signo(signo, zero=True)
    target = _find(l, lid)
    if signo:
        info = SigInfo(signo, SI_LWP, pid=l.proc.pid, uid=l.proc.cred.euid)
        l.kernel.signals.send_lwp(target, signo, info)
    return None


@syscall(323, "int _lwp_setname(lwpid_t target, const char *name)")
def sys__lwp_setname(l: Lwp, lid: int, name: int) -> Result:
    """Name an LWP; what is too long is cut."""
    try:
        text = l.proc.vm.copyinstr(name, MAXLWPNAME)
    except Errno as error:
        if error.errno != ENAMETOOLONG:
            raise
        text = l.proc.vm.copyin(name, MAXLWPNAME - 1)
    _find(l, lid).name = decode(text)
    return None


@syscall(324, "int _lwp_getname(lwpid_t target, char *name, size_t len)")
def sys__lwp_getname(l: Lwp, lid: int, name: int, length: int) -> Result:
    """The name, cut to fit, with its NUL."""
    target = _find(l, lid)
    if not length:
        raise Errno(ENAMETOOLONG)
    text = encode(target.name)[: min(length, MAXLWPNAME) - 1]
    l.proc.vm.copyout(name, text + b"\0")
    return None
