"""Signals: what is pending, who gets it, what it does (NetBSD: kern_sig.c, riscv sig_machdep.c; spec A.8).

Sets are ints: signal n is bit n-1. A process's pending signals are in `proc.sigpend`, those sent to one LWP
in `lwp.sigpend`. Posting marks an LWP (`ast`); on its way to user mode the LWP takes the signal itself, so
handlers' frames, stops and deaths all happen in the context of the LWP they happen to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EINTR, ERESTART, Errno
from kernel.proc import (
    PL_PPWAIT,
    PS_CONTINUED,
    PS_NOCLDSTOP,
    PS_WEXIT,
    PSL_TRACED,
    SACTIVE,
    SSTOP,
    SZOMB,
    Pgrp,
    Proc,
)
from kernel.ras import ras_restart
from kernel.sched import LSSLEEP, LSSTOP, LSZOMB
from kernel.siginfo import SigAction, SigInfo
from kernel.signo import (
    CANTMASK,
    CLD_CONTINUED,
    CLD_STOPPED,
    DEFAULT_IGNORED,
    NOTE_SIGNAL,
    SA_RESETHAND,
    SA_RESTART,
    SIG_DFL,
    SIG_IGN,
    SIGCHLD,
    SIGCONT,
    SIGILL,
    SIGKILL,
    STOP_SIGNALS,
    TTY_STOPS,
    bit,
)

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel


class Signals:
    """Posting and taking signals."""

    __slots__ = ("kernel",)

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    # -- posting -----------------------------------------------------------------------------------

    def psignal(self, p: Proc, signo: int, info: SigInfo | None = None) -> None:
        """Send a signal to a process (kpsignal)."""
        self._post(p, signo, info, None)

    def send_lwp(self, l: Lwp, signo: int, info: SigInfo | None = None) -> None:
        """Send a signal to one LWP (_lwp_kill)."""
        self._post(l.proc, signo, info, l)

    def pgsignal(self, group: Pgrp | None, signo: int, info: SigInfo | None = None) -> None:
        """Send a signal to every member of a process group, in member order."""
        if group is not None:
            for p in list(group.members):
                self.psignal(p, signo, info)

    def trapsignal(self, l: Lwp, info: SigInfo) -> None:
        """A fault of the LWP's own, just now. A handler gets its frame at once, so that nothing comes between it
        and the faulting pc. Blocked or ignored, the process dies of it (kern_sig trapsignal)."""
        p = l.proc
        signo = info.signo
        if self.traced(p, signo) and not p.sigpend.set & bit(SIGKILL):
            from kernel.ptrace import event_stop

            l.coro = event_stop(l, info)
            return
        if p.sigacts.actions[signo].handler not in (SIG_DFL, SIG_IGN) and not l.sigmask & bit(signo):
            self._deliver(l, signo, info)
            return
        if (l.sigmask | p.sigignore) & bit(signo):
            l.sigmask &= ~bit(signo)
            p.sigignore &= ~bit(signo)
            p.sigcatch &= ~bit(signo)
            actions = p.sigacts.actions
            actions[signo] = SigAction()
        l.sigpend.put(signo, info)
        l.ast = True

    def wanted(self, p: Proc, signo: int) -> bool:
        """Whether a signal would do anything: if not, its details need not be made up."""
        mask = bit(signo)
        return (
            not p.sigignore & mask
            or signo == SIGCONT
            or bool(p.slflag & PSL_TRACED or p.klist)
            or self._awaited(p, mask)
        )

    def traced(self, p: Proc, signo: int) -> bool:
        """Whether a signal stops the process first, for its tracer to decide. A vfork child's parent could not."""
        return bool(
            p.slflag & PSL_TRACED
            and signo != SIGKILL
            and p.trace is not None
            and not p.sigpass & bit(signo)
            and not (p.lflag & PL_PPWAIT and p.pptr is p.opptr)
        )

    def _post(self, p: Proc, signo: int, info: SigInfo | None, target: Lwp | None) -> None:
        if p.stat == SZOMB or (p.sflag & PS_WEXIT and p.stat != SSTOP):
            return
        if p.klist:
            for note in list(p.klist):
                note.activate(NOTE_SIGNAL | signo)
        mask = bit(signo)
        sdt = self.kernel.sdt
        if sdt.signal_send.on:
            sdt.signal_send.fire(self.kernel.curlwp, p, signo)
        traced = p.slflag & PSL_TRACED and self.traced(p, signo)
        if p.sigignore & mask and not traced and not self._awaited(p, mask):
            if sdt.signal_discard.on:
                sdt.signal_discard.fire(self.kernel.curlwp, p, signo)
            if signo != SIGCONT:
                return
        default = p.sigacts.actions[signo].handler == SIG_DFL
        if mask & TTY_STOPS and default and not traced and p.pgrp.jobc == 0 and not self._masked_everywhere(p) & mask:
            return  # nobody could continue an orphaned process group
        pending = target.sigpend if target is not None else p.sigpend
        if mask & STOP_SIGNALS:
            self._discard(p, bit(SIGCONT))
        elif signo == SIGCONT:
            self._discard(p, STOP_SIGNALS)
            if not traced:
                self._continue(p)
            if not traced and not (p.sigcatch | self._masked_everywhere(p)) & mask:
                return
        pending.put(signo, info)
        lwps = [target] if target is not None else p.lwps
        l = self._choose(lwps, mask)
        if l is None:
            return
        if traced and l.stat == LSSLEEP and l.interruptible:
            self.trace_stop(l, pending.take(signo))  # where it sleeps, too
            return
        if mask & STOP_SIGNALS and default and l.stat == LSSLEEP and l.interruptible:
            # Stopped where it sleeps: a call that waits is not disturbed by ^Z and fg. In a vfork child a stop
            # from the terminal stays pending until its parent is let go; SIGSTOP does not wait for that.
            if not (p.lflag & PL_PPWAIT and mask & TTY_STOPS):
                pending.take(signo)
                self.stop(p, signo)
            return
        if signo == SIGKILL:
            l.suspended = False
            if p.stat == SSTOP:
                self.unstop(p)
            else:
                self.kernel.sched.unstop(l)
        l.ast = True
        if l.stat == LSSLEEP and l.interruptible:
            restart = bool(p.sigacts.actions[signo].flags & SA_RESTART) and not default
            self.kernel.sched.interrupt(l, restart or default)

    def _awaited(self, p: Proc, mask: int) -> bool:
        """Whether some LWP sleeps in sigtimedwait for one of these, which overrides being ignored."""
        return any(l.wmesg == "sigwait" and l.sigwaited & mask for l in p.lwps)

    def _masked_everywhere(self, p: Proc) -> int:
        masked = -1
        for l in p.lwps:
            masked &= l.sigmask
        return masked

    def _choose(self, lwps: list[Lwp], mask: int) -> Lwp | None:
        """The LWP to wake for a signal: one that does not block it, or waits for it in sigtimedwait."""
        for l in lwps:
            if l.wmesg == "sigwait" and l.sigwaited & mask:
                self.kernel.sched.wake(l, ERESTART)
                return None
        held_up = []
        for l in lwps:
            if not l.sigmask & mask and l.stat != LSZOMB:
                if not l.suspended and (l.wchan is None or l.interruptible):
                    return l
                held_up.append(l)  # suspended, or asleep where it cannot be disturbed
        for l in held_up:
            l.ast = True  # whoever is let go first takes it
        return held_up[0] if held_up else None

    def redirect(self, p: Proc) -> None:
        """An LWP that was to take the process's signals ended or blocks them now: others may have to."""
        signals = p.sigpend.set
        while signals:
            mask = signals & -signals
            signals &= signals - 1
            l = self._choose(p.lwps, mask)
            if l is not None:
                l.ast = True
                if l.stat == LSSLEEP and l.interruptible and (errno := self.interrupts_sleep(l)):
                    self.kernel.sched.wake(l, errno)

    def _discard(self, p: Proc, signals: int) -> None:
        p.sigpend.discard(signals)
        for l in p.lwps:
            l.sigpend.discard(signals)

    # -- stopping ----------------------------------------------------------------------------------

    def stop(self, p: Proc, signo: int) -> None:
        """Stop all LWPs of a process and tell its parent (proc_stop)."""
        p.stat = SSTOP
        p.xsig = signo
        p.waited = 0
        p.sflag &= ~PS_CONTINUED
        for l in p.lwps:
            if l.stat == LSSLEEP and l.interruptible:
                l.stat = LSSTOP
            else:
                l.ast = True  # it parks itself on its way to user mode
        parent = p.pptr
        if parent is not None:
            parent.nstopchild += 1
            if not parent.sflag & PS_NOCLDSTOP or p.slflag & PSL_TRACED:
                self._child_info(p, parent, CLD_STOPPED, signo)
            parent.waitcv.broadcast()

    def stop_quietly(self, p: Proc) -> None:
        """Stop a process whose only LWP is the caller, which must suspend then. Its parent is not told: it finds
        out when it asks (spec C.28, quirk Q5)."""
        self._discard(p, bit(SIGCONT))
        p.stat = SSTOP
        p.waited = 0
        assert p.pptr is not None
        p.pptr.nstopchild += 1

    def trace_stop(self, l: Lwp, info: SigInfo) -> None:
        """Stop a traced process for its tracer, which may ask for the details. The LWP parks itself on its way to
        user mode, if it does not sleep (sigswitch)."""
        p = l.proc
        assert p.trace is not None
        p.trace.info = info
        p.trace.lid = l.lid
        self.stop(p, info.signo)

    def _continue(self, p: Proc) -> None:
        if p.stat != SSTOP:
            return
        self.unstop(p)
        p.sflag |= PS_CONTINUED
        parent = p.pptr
        if parent is not None:
            if not parent.sflag & PS_NOCLDSTOP:
                self._child_info(p, parent, CLD_CONTINUED, SIGCONT)
            parent.waitcv.broadcast()

    def unstop(self, p: Proc) -> None:
        """Let all LWPs of a stopped process go on; a stop that nobody waited for is forgotten (proc_unstop)."""
        p.stat = SACTIVE
        p.sflag &= ~PS_CONTINUED
        if p.pptr is not None and not p.waited:
            p.pptr.nstopchild -= 1
        for l in p.lwps:
            self.kernel.sched.unstop(l)

    def _child_info(self, p: Proc, parent: Proc, code: int, status: int) -> None:
        self.psignal(parent, SIGCHLD, SigInfo(SIGCHLD, code, pid=p.pid, uid=p.cred.ruid, status=status))

    # -- taking ------------------------------------------------------------------------------------

    def candidates(self, l: Lwp) -> int:
        """Signals that the LWP would take now."""
        p = l.proc
        found = (l.sigpend.set | p.sigpend.set) & ~l.sigmask
        if p.lflag & PL_PPWAIT:
            found &= ~TTY_STOPS
        return found

    def interrupts_sleep(self, l: Lwp) -> int:
        """0, or the errno with which an interruptible sleep must not begin."""
        p = l.proc
        if p.sflag & PS_WEXIT:
            return EINTR
        if l.cancelled:
            l.cancelled = l.unparked = False
            return EINTR
        if p.stat == SSTOP or l.suspended:
            return ERESTART
        trace = p.trace
        if trace is not None and trace.given:
            from kernel.ptrace import ends_sleep, forget_given, given

            while (info := given(l)) is not None:
                if errno := ends_sleep(l, info.signo):
                    return errno
                forget_given(l, info)
        if not l.sigpend.set and not p.sigpend.set:
            return 0
        found = self.candidates(l)
        while found:
            signo = (found & -found).bit_length()
            found &= found - 1
            action = p.sigacts.actions[signo]
            if trace is not None and self.traced(p, signo):
                return ERESTART
            if p.sigignore & bit(signo) or action.handler == SIG_IGN:
                continue
            if bit(signo) & TTY_STOPS and action.handler == SIG_DFL and p.pgrp.jobc == 0:
                continue  # as good as ignored
            return EINTR if action.handler != SIG_DFL and not action.flags & SA_RESTART else ERESTART
        return 0

    def stop_before_sleep(self, l: Lwp) -> bool:
        """If nothing but a stop keeps an LWP from sleeping, stop here: its call must not notice. The caller
        suspends then, and is resumed when the process is continued."""
        p = l.proc
        if p.sflag & PS_WEXIT:
            return False
        if p.stat != SSTOP and p.trace is not None:
            from kernel.ptrace import traced_candidate

            if (info := traced_candidate(l)) is not None:
                self.trace_stop(l, info)
        if p.stat != SSTOP:
            found = self.candidates(l) & ~p.sigignore
            if not found or found & ~STOP_SIGNALS:
                return False
            signo = (found & -found).bit_length()
            if p.sigacts.actions[signo].handler != SIG_DFL:
                return False
            (l.sigpend if l.sigpend.set & bit(signo) else p.sigpend).take(signo)
            self.stop(p, signo)
        l.stat = LSSTOP
        l.wake_reason = 0
        return True

    async def take(self, l: Lwp) -> None:
        """On the way to user mode: stop, take signals, or die (userret, issignal, postsig)."""
        from kernel.exit import exit1
        from kernel.ptrace import from_tracer
        from kernel.sys_lwp import lwp_exit

        p = l.proc
        sched = self.kernel.sched
        sdt = self.kernel.sdt
        while True:
            if p.ending is not None:
                if p.ending.lwp is l:
                    exit1(l, p.ending.code, p.ending.signo)
                else:
                    l.detached = True  # who ends the process only waits for it to be gone
                    lwp_exit(l)
                return
            if p.stat == SSTOP:
                await sched.stop(l)
                continue
            if l.suspended:
                await sched.suspend(l)
                continue
            given = from_tracer(l) if p.trace is not None else None
            if given is not None:
                info, signo, mask = given, given.signo, bit(given.signo)
            else:
                found = self.candidates(l)
                if not found:
                    break
                # A fault comes before what others sent: its pc and address belong to this moment.
                own = found & l.sigpend.set
                if p.trace is not None:
                    own |= found & bit(SIGKILL)  # which no tracer delays
                signo = ((own or found) & -(own or found)).bit_length()
                mask = bit(signo)
                info = (l.sigpend if l.sigpend.set & mask else p.sigpend).take(signo)
                if p.trace is not None and self.traced(p, signo):
                    self.trace_stop(l, info)
                    continue
            handler = p.sigacts.actions[signo].handler
            if handler == SIG_IGN or (handler == SIG_DFL and mask & DEFAULT_IGNORED):
                if sdt.signal_discard.on:
                    sdt.signal_discard.fire(l, p, signo)
                continue
            if handler == SIG_DFL:
                if mask & STOP_SIGNALS:
                    if given is None and not (mask & TTY_STOPS and p.pgrp.jobc == 0):
                        self.stop(p, signo)
                    continue
                if sdt.signal_handle.on:
                    sdt.signal_handle.fire(signo, info, SIG_DFL, l.sigmask)
                self.sigexit(l, signo)
                return
            if not self._deliver(l, signo, info):
                return
        if l.restore_mask is not None:
            l.sigmask = l.restore_mask
            l.restore_mask = None
            if self.candidates(l):
                await self.take(l)
                return
        l.ast = False

    def sigexit(self, l: Lwp, signo: int) -> None:
        """The process dies of a signal."""
        from kernel.exit import exit1

        exit1(l, 0, signo)

    def _deliver(self, l: Lwp, signo: int, info: SigInfo) -> bool:
        """Build the handler's frame on the user stack; False if the process died trying (sendsig)."""
        from kernel.mcontext import push_signal_frame

        if l.proc.raslist:
            ras_restart(l)  # the handler comes back to the start of the sequence it broke into
        p = l.proc
        action = p.sigacts.actions[signo]
        back_to = l.restore_mask if l.restore_mask is not None else l.sigmask
        l.restore_mask = None
        if self.kernel.sdt.signal_handle.on:
            self.kernel.sdt.signal_handle.fire(signo, info, action.handler, back_to)
        p.stats.nsignals += 1
        l.sigmask |= action.mask & ~CANTMASK
        if action.flags & SA_RESETHAND:
            p.sigcatch &= ~bit(signo)
            if bit(signo) & DEFAULT_IGNORED and signo != SIGCONT:
                p.sigignore |= bit(signo)
            p.sigacts.actions[signo] = SigAction()
        try:
            push_signal_frame(l, action, info, back_to)
        except Errno:
            self.sigexit(l, SIGILL)
            return False
        return True
