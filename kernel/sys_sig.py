"""The signal calls (NetBSD: sys_sig.c)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, EINTR, EINVAL, ENOMEM, EPERM, ERESTART, ESRCH, EWOULDBLOCK, Errno
from kernel.mcontext import UC_CPU, UCONTEXT_SIZE, load_ucontext, pack_ucontext
from kernel.proc import PK_CLDSIGIGN, PK_NOCLDWAIT, PK_SYSTEM, PS_NOCLDSTOP, SIDL, Proc
from kernel.ptrace import given
from kernel.sched import CondVar
from kernel.siginfo import SIGINFO_SIZE, SigAction, SigInfo
from kernel.signo import (
    ALL,
    CANTMASK,
    DEFAULT_IGNORED,
    SA_NOCLDSTOP,
    SA_NOCLDWAIT,
    SA_NODEFER,
    SA_RESETHAND,
    SI_QUEUE,
    SI_USER,
    SIG_DFL,
    SIG_IGN,
    SIGCHLD,
    SIGCONT,
    SIGILL,
    SIGPWR,
    SIGTRAP,
    SS_DISABLE,
    SS_ONSTACK,
    bit,
    check_signo,
    pack_sigset,
    parse_sigset,
    sigset,
)
from kernel.syscall import JUSTRETURN, Result, syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Pgrp

_SIGACTION = Struct("<Q16si4x")
_STACK = Struct("<QQi4x")
_TIMESPEC = Struct("<qq")
_SA_ALLBITS = 0xFF
_NEVER_RESET = sigset(SIGILL, SIGTRAP, SIGPWR)
SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = 1, 2, 3
MINSIGSTKSZ = 8192


@syscall(
    340,
    "int __sigaction_sigtramp(int signum, const struct sigaction *nsa, struct sigaction *osa, "
    "const void *tramp, int vers)",
)
def sys___sigaction_sigtramp(l: Lwp, signo: int, nsa: int, osa: int, tramp: int, vers: int) -> Result:
    """Read and set a signal's action (spec A.8, sigaction1)."""
    vm, p = l.proc.vm, l.proc
    new = None
    if nsa:
        handler, mask, flags = _SIGACTION.unpack(vm.copyin(nsa, 32))
        new = SigAction(handler, parse_sigset(mask), flags)
    check_signo(signo)
    old = p.sigacts.actions[signo]
    if new is not None:
        _check_action(signo, new, tramp, vers)
    if osa:
        vm.copyout(osa, _SIGACTION.pack(old.handler, pack_sigset(old.mask), old.flags))
    if new is not None:
        new.tramp, new.vers = tramp, vers
        _set_action(p, signo, new)
    return None


def _check_action(signo: int, new: SigAction, tramp: int, vers: int) -> None:
    if bit(signo) & CANTMASK or new.flags & ~_SA_ALLBITS:
        raise Errno(EINVAL)
    if new.handler not in (SIG_DFL, SIG_IGN) and (vers != 2 or tramp == 0):
        raise Errno(EINVAL)


def _set_action(p: Proc, signo: int, new: SigAction) -> None:
    mask = bit(signo)
    new.mask &= ~CANTMASK
    if new.flags & SA_NODEFER:
        new.mask &= ~mask
    else:
        new.mask |= mask
    if mask & _NEVER_RESET:
        new.flags &= ~SA_RESETHAND
    p.sigacts.actions[signo] = new
    if signo == SIGCHLD:
        p.sflag = p.sflag & ~PS_NOCLDSTOP | (PS_NOCLDSTOP if new.flags & SA_NOCLDSTOP else 0)
        p.flag &= ~(PK_NOCLDWAIT | PK_CLDSIGIGN)
        if p.pid != 1:
            if new.flags & SA_NOCLDWAIT:
                p.flag |= PK_NOCLDWAIT
            if new.handler == SIG_IGN:
                p.flag |= PK_CLDSIGIGN
    if new.handler == SIG_IGN or (new.handler == SIG_DFL and mask & DEFAULT_IGNORED):
        p.sigpend.discard(mask)
        for l in p.lwps:
            l.sigpend.discard(mask)
        if signo != SIGCONT:
            p.sigignore |= mask
        p.sigcatch &= ~mask
    else:
        p.sigignore &= ~mask
        p.sigcatch = p.sigcatch | mask if new.handler != SIG_DFL else p.sigcatch & ~mask


@syscall(293, "int __sigprocmask14(int how, const sigset_t *set, sigset_t *oset)")
def sys___sigprocmask14(l: Lwp, how: int, new: int, old: int) -> Result:
    vm = l.proc.vm
    before = l.sigmask
    after = before
    if new:
        signals = parse_sigset(vm.copyin(new, 16)) & ~CANTMASK
        if how == SIG_BLOCK:
            after = before | signals
        elif how == SIG_UNBLOCK:
            after = before & ~signals
        elif how == SIG_SETMASK:
            after = signals
        else:
            raise Errno(EINVAL)
    if old:
        vm.copyout(old, pack_sigset(before))
    l.sigmask = after
    if l.kernel.signals.candidates(l):
        l.ast = True
    if after & ~before & l.proc.sigpend.set:
        l.kernel.signals.redirect(l.proc)
    return None


@syscall(292, "int __sigpending14(sigset_t *set)")
def sys___sigpending14(l: Lwp, out: int) -> Result:
    l.proc.vm.copyout(out, pack_sigset(l.sigpend.set | l.proc.sigpend.set))
    return None


@syscall(294, "int __sigsuspend14(const sigset_t *set)", sleeps=True)
async def sys___sigsuspend14(l: Lwp, new: int) -> int:
    """Wait for a signal with another mask. The handler's return brings the old mask back."""
    mask = l.sigmask
    if new:
        mask = parse_sigset(l.proc.vm.copyin(new, 16)) & ~CANTMASK
    if l.restore_mask is None:
        l.restore_mask = l.sigmask
    l.sigmask = mask
    l.ast = True
    cv = CondVar("pause")
    while True:
        try:
            await cv.wait_sig(l)
        except Errno as error:
            raise Errno(EINTR if error.errno == ERESTART and _caught(l) else error.errno) from None


def _caught(l: Lwp) -> bool:
    """Whether a signal with a handler waits: such a call ends with EINTR whatever SA_RESTART says."""
    found = l.kernel.signals.candidates(l)
    if l.proc.trace is not None and (info := given(l)) is not None:
        found |= 1 << info.signo - 1
    return bool(found & l.proc.sigcatch)


@syscall(281, "int __sigaltstack14(const struct sigaltstack *nss, struct sigaltstack *oss)")
def sys___sigaltstack14(l: Lwp, new: int, old: int) -> Result:
    vm = l.proc.vm
    current = l.sigstk
    wanted = _STACK.unpack(vm.copyin(new, 24)) if new else None
    if old:
        vm.copyout(old, _STACK.pack(*current))
    if wanted is not None:
        sp, size, flags = wanted
        if flags & ~SS_DISABLE:
            raise Errno(EINVAL)
        if current[2] & SS_ONSTACK:
            raise Errno(EINVAL if flags & SS_DISABLE else EPERM)
        if flags & SS_DISABLE:
            l.sigstk = (current[0], current[1], SS_DISABLE)
        else:
            if size < MINSIGSTKSZ:
                raise Errno(ENOMEM)
            l.sigstk = (sp, size, 0)
    return None


@syscall(37, "int kill(pid_t pid, int signum)")
def sys_kill(l: Lwp, pid: int, signo: int) -> Result:
    check_signo(signo, zero=True)
    info = SigInfo(signo, SI_USER, pid=l.proc.pid, uid=l.proc.cred.euid)
    _send(l, pid, signo, info)
    return None


@syscall(245, "int sigqueueinfo(pid_t pid, const siginfo_t *info)")
def sys_sigqueueinfo(l: Lwp, pid: int, user_info: int) -> Result:
    """Send a signal with a value; pid and uid are the sender's, whatever the program wrote."""
    info = SigInfo.unpack(l.proc.vm.copyin(user_info, SIGINFO_SIZE))
    check_signo(info.signo, zero=True)
    if info.code == 0:
        info.code = SI_QUEUE
    if info.code > 0 and info.code != 32767:
        raise Errno(EPERM)
    info.pid, info.uid = l.proc.pid, l.proc.cred.euid
    if pid <= 0:
        raise Errno(ESRCH)
    _send(l, pid, info.signo, info)
    return None


def _send(l: Lwp, pid: int, signo: int, info: SigInfo) -> None:
    k, me = l.kernel, l.proc
    if pid > 0:
        p = k.pids.find(pid)
        if not isinstance(p, Proc) or p.stat == SIDL:  # a zombie can be signalled, to no effect
            raise Errno(ESRCH)
        if not k.kauth.can_signal(me, p, signo):
            raise Errno(EPERM)
        if signo:
            k.signals.psignal(p, signo, info)
        return
    if pid == -1:
        targets = [p for p in reversed(k.allproc.values()) if p.pid > 1 and p is not me]
    else:
        group: Pgrp | None = me.pgrp if pid == 0 else k.pids.group(-pid)
        if group is None:
            raise Errno(ESRCH)
        targets = list(group.members)
    found = denied = 0
    for p in targets:
        if p.flag & PK_SYSTEM or p.stat == SIDL or p.pid <= 1:
            continue
        if not k.kauth.can_signal(me, p, signo):
            denied += 1
            continue
        found += 1
        if signo:
            k.signals.psignal(p, signo, info)
    if not found:
        raise Errno(EPERM if denied else ESRCH)


@syscall(
    431, "int ____sigtimedwait50(const sigset_t *set, siginfo_t *info, struct timespec *timeout)", sleeps=True
)
async def sys_____sigtimedwait50(l: Lwp, user_set: int, user_info: int, user_timeout: int) -> int:
    """Take a pending signal of a set without its handler; its number. Raises Errno: EINVAL, EAGAIN on timeout,
    EINTR. A call that will be restarted waits for what is left of its timeout."""
    vm, p, k = l.proc.vm, l.proc, l.kernel
    wanted = parse_sigset(vm.copyin(user_set, 16)) & ~CANTMASK
    deadline = None
    if user_timeout:
        seconds, ns = _TIMESPEC.unpack(vm.copyin(user_timeout, 16))
        if not 0 <= ns < 10**9 or seconds < 0:
            raise Errno(EINVAL)
        deadline = k.clock.now() + min(seconds, 1 << 32) * 10**9 + ns
    cv = CondVar("sigwait")
    while True:
        found = (l.sigpend.set | p.sigpend.set) & wanted
        if found:
            signo = (found & -found).bit_length()
            info = (l.sigpend if l.sigpend.set & bit(signo) else p.sigpend).take(signo)
            if k.sdt.signal_clear.on:
                k.sdt.signal_clear.fire(signo)
            if user_info:
                vm.copyout(user_info, info.pack())
            return signo
        l.sigwaited = wanted
        try:
            await cv.wait_sig(l, None if deadline is None else deadline - k.clock.now())
        except Errno as error:
            if error.errno == EWOULDBLOCK:
                raise Errno(EAGAIN) from None
            if not (l.sigpend.set | p.sigpend.set) & wanted:
                if deadline is not None and error.errno == ERESTART:
                    left = max(deadline - k.clock.now(), 0)
                    vm.copyout(user_timeout, _TIMESPEC.pack(*divmod(left, 10**9)))
                raise
        finally:
            l.sigwaited = 0


@syscall(307, "int getcontext(struct __ucontext *ucp)")
def sys_getcontext(l: Lwp, ucp: int) -> Result:
    """The context as the stub sees it; libc arranges its return value and pc."""
    l.proc.vm.copyout(ucp, pack_ucontext(l, 0, l.sigmask))
    return None


@syscall(308, "int setcontext(const struct __ucontext *ucp)")
def sys_setcontext(l: Lwp, ucp: int) -> Result:
    data = l.proc.vm.copyin(ucp, UCONTEXT_SIZE)
    if not data[0] & UC_CPU:
        raise Errno(EINVAL)
    load_ucontext(l, data)
    return JUSTRETURN


def execsigs(l: Lwp) -> None:
    """What exec does to signals: caught ones get their default action, ignored ones stay ignored."""
    p = l.proc
    if p.sigacts.refs > 1:
        old = p.sigacts
        p.sigacts = old.fork(share=False)
        old.release()
    actions = p.sigacts.actions
    for signo in range(1, 64) if not p.sigacts.pristine() else ():
        action = actions[signo]
        if action.handler == SIG_IGN and signo != SIGCHLD:
            if action.mask or action.flags or action.tramp:
                actions[signo] = SigAction(SIG_IGN)
            continue
        if action.handler != SIG_DFL or action.mask or action.tramp:
            actions[signo] = SigAction()
    ignored = 0 if p.sigacts.pristine() else sum(bit(s) for s in range(1, 64) if actions[s].handler == SIG_IGN)
    p.sigignore = (ignored | DEFAULT_IGNORED & ~bit(SIGCONT)) & ALL
    p.sigcatch = 0
    p.sflag &= ~PS_NOCLDSTOP
    p.flag &= ~(PK_NOCLDWAIT | PK_CLDSIGIGN)
    for l2 in p.lwps:
        l2.sigstk = (0, 0, SS_DISABLE)
    p.sigpend.discard(p.sigignore)


