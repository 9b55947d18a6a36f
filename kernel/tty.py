"""Terminals (NetBSD: tty.c): who may use one and when, and reading and writing through its line discipline.

A Tty is a character device. Its drivers are the console (kernel.cons) and the slaves of pseudo-terminals
(kernel.pty). `pgrp` is the foreground process group, `session` the session that it controls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, EBADF, EBUSY, EIO, ERESTART, EWOULDBLOCK, Errno
from kernel.fcntl import FREAD, POLLHUP, POLLIN, POLLOUT, POLLRDNORM
from kernel.file import Readiness
from kernel.ldisc import LineDiscipline
from kernel.proc import PL_CONTROLT, PL_PPWAIT, PS_WEXIT
from kernel.sched import CondVar
from kernel.select import SelInfo
from kernel.signo import SIGHUP, SIGINFO, SIGTSTP, SIGTTIN, SIGTTOU, bit
from kernel.termios import (
    ICANON,
    IEXTEN,
    ISIG,
    NOKERNINFO,
    PENDIN,
    TOSTOP,
    VDSUSP,
    VEOF,
    VMIN,
    VTIME,
    Termios,
)
from kernel.vfs.devfs import Device
from kernel.vfs.vnode import NOTE_REVOKE

if TYPE_CHECKING:
    from kernel.file import IoctlResult, Pending
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Pgrp, Proc, Session
    from kernel.uio import Uio
    from kernel.vfs.vnfile import DeviceFile

HIWAT, LOWAT = 2048, 512  # bytes of output at which writers begin and cease to wait
DECISECOND = 10**8
NO_WINSIZE = bytes(8)


class Revoked(Device):
    """What is left of a terminal for those who had it open when it was revoked (NetBSD: dead_vnops.c)."""

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        return None

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        raise Errno(EIO)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        raise Errno(EBADF)

    def poll(self, events: int) -> int:
        return events | POLLHUP

    def readiness(self, writing: bool) -> Readiness:
        return Readiness(True, 0, True)


class Tty(LineDiscipline, Device):
    """One terminal."""

    def __init__(self, kernel: Kernel, rdev: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.rdev = rdev
        self.pgrp: Pgrp | None = None
        self.session: Session | None = None
        self.winsize = NO_WINSIZE
        self.connected = True  # there is a line at the other end (TS_CARR_ON)
        self.exclusive = False  # TIOCEXCL
        self.files: list[DeviceFile] = []  # the open files, by which it can be revoked
        self.generation = 0  # how often it was
        self.in_cv = CondVar("ttyin")
        self.out_cv = CondVar("ttyout")
        self.in_sel = SelInfo()
        self.out_sel = SelInfo()

    # -- opening and closing -----------------------------------------------------------------------

    def open(self, l: Lwp, flags: int) -> Device | int:
        """Opening never makes a terminal the controlling one; that is TIOCSCTTY's work alone."""
        if self.exclusive and self.files and l.proc.cred.euid != 0:
            raise Errno(EBUSY)
        if not self.connected:
            raise Errno(EIO)
        if not self.files:
            self.reset()
        return self

    def attach(self, file: DeviceFile) -> None:
        self.files.append(file)

    def close(self, l: Lwp, file: DeviceFile) -> None:
        self.files.remove(file)
        if self.files:
            return
        # A session leader that is exiting has yet to hang the terminal up.
        if not (self.session is not None and self.session.leader is l.proc and l.proc.sflag & PS_WEXIT):
            self.dissociate()
        self.exclusive = False
        self.flush(FREAD)
        self.closed()

    def dissociate(self) -> None:
        """No longer anybody's controlling terminal."""
        session = self.session
        self.pgrp = self.session = None
        if session is not None:
            session.ttyvp = None

    def revoke(self) -> None:
        """Take the terminal from everybody who has it open."""
        self.generation += 1
        self.dissociate()
        dead = Revoked()
        files, self.files = self.files, []
        for file in files:
            file.device = dead
            file.vnode.knote(NOTE_REVOKE)
            for place in (self.in_sel, self.out_sel):
                if file in place.sigio:
                    place.sigio.remove(file)
        self.exclusive = False
        self.flush(FREAD)
        self.wake_all()
        if files:
            self.closed()

    def wake_all(self) -> None:
        """Whoever waits for the terminal looks again."""
        self.in_cv.broadcast()
        self.out_cv.broadcast()
        self.in_sel.notify()
        self.out_sel.notify()

    def hang_up(self) -> None:
        """The line is gone (ttymodem)."""
        self.connected = False
        if self.session is not None and self.session.leader is not None:
            self.kernel.signals.psignal(self.session.leader, SIGHUP)
        self.flush(FREAD)
        self.outq.clear()
        self.wake_all()

    # -- job control -------------------------------------------------------------------------------

    def is_controlling(self, p: Proc) -> bool:
        """Whether this is the process's controlling terminal."""
        return p.pgrp.session is self.session and bool(p.lflag & PL_CONTROLT)

    def is_background(self, p: Proc) -> bool:
        return self.is_controlling(p) and p.pgrp is not self.pgrp

    def _background(self, l: Lwp, signo: int) -> None:
        """Stop the caller's process group. The call is issued again when it goes on."""
        signals = self.kernel.signals
        signals.pgsignal(l.proc.pgrp, signo)
        raise Errno(signals.interrupts_sleep(l) or ERESTART)

    @staticmethod
    def _is_masked(l: Lwp, signo: int) -> bool:
        return bool((l.sigmask | l.proc.sigignore) & bit(signo))

    def check_read(self, l: Lwp) -> None:
        """Raises Errno(EIO) for a background process that cannot be stopped."""
        p = l.proc
        if self.is_background(p):
            if self._is_masked(l, SIGTTIN) or p.lflag & PL_PPWAIT or p.pgrp.jobc == 0:
                raise Errno(EIO)
            self._background(l, SIGTTIN)

    def check_write(self, l: Lwp) -> None:
        """The same, if the terminal is set to stop background output (TOSTOP)."""
        if not self.connected:
            raise Errno(EIO)
        p = l.proc
        if (
            self.termios.lflag & TOSTOP
            and self.is_background(p)
            and not p.lflag & PL_PPWAIT
            and not self._is_masked(l, SIGTTOU)
        ):
            if p.pgrp.jobc == 0:
                raise Errno(EIO)
            self._background(l, SIGTTOU)

    def check_change(self, l: Lwp) -> None:
        """Before a change of state. An orphaned process group may."""
        p = l.proc
        if self.is_background(p) and p.pgrp.jobc and not p.lflag & PL_PPWAIT and not self._is_masked(l, SIGTTOU):
            self._background(l, SIGTTOU)

    # -- reading -----------------------------------------------------------------------------------

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        self.check_read(l)
        if not uio.resid:
            return None
        if not self._readable():
            self.fetch()
        if self._readable():
            return self._take_or_suspend(l, uio)
        if not self.connected:
            return None
        if nonblock:
            raise Errno(EAGAIN)
        return self._read_later(l, uio)

    def _readable(self) -> bool:
        """A read need not wait. (It may all the same deliver nothing.)"""
        t = self.termios
        if t.lflag & PENDIN:
            self.reprocess()
        if t.lflag & ICANON:
            return bool(self.canq)
        if t.cc[VTIME] and not t.cc[VMIN]:
            return bool(self.rawq)
        return len(self.rawq) >= t.cc[VMIN]

    async def _read_later(self, l: Lwp, uio: Uio) -> None:
        """Wait for a line, for VMIN characters, or for VTIME to pass."""
        deadline: int | None = None
        seen = 0
        while True:
            t = self.termios
            timeout = None
            if not t.lflag & ICANON and t.cc[VTIME]:
                now = self.kernel.clock.now()
                n = len(self.rawq)
                if t.cc[VMIN] == 0:
                    deadline = now + t.cc[VTIME] * DECISECOND if deadline is None else deadline
                elif n > seen:
                    deadline = now + t.cc[VTIME] * DECISECOND  # between characters, from the first one on
                elif n == 0:
                    deadline = None
                seen = n
                if deadline is not None:
                    timeout = deadline - now
                    if timeout <= 0:
                        break
            await self._sleep(l, self.in_cv, timeout)
            self.check_read(l)
            if not self._readable():
                self.fetch()
            if self._readable():
                break
            if not self.connected:
                return
        rest = self._take_or_suspend(l, uio)
        assert rest is None

    async def _sleep(self, l: Lwp, cv: CondVar, timeout: int | None = None) -> None:
        """Sleep until something changes or time is up. Raises Errno: EINTR; ERESTART when revoked, too."""
        generation = self.generation
        try:
            await cv.wait_sig(l, timeout)
        except Errno as e:
            if e.errno != EWOULDBLOCK:
                raise
        if generation != self.generation:
            raise Errno(ERESTART)

    def _take_or_suspend(self, l: Lwp, uio: Uio) -> Pending:
        """Move input to the reader. ^Y is a ^Z that takes effect only here."""
        t = self.termios
        if not t.lflag & ICANON:
            n = min(len(self.rawq), uio.resid)
            uio.put(bytes([c & 0xFF for c in self.rawq[:n]]))
            del self.rawq[:n]
            self.consumed()
            return None
        line = bytearray()
        taken = 0
        suspend = False
        for c in self.canq:
            taken += 1
            if t.is_char(VDSUSP, c) and t.lflag & (ISIG | IEXTEN) == ISIG | IEXTEN:
                suspend = True
                break
            if t.is_char(VEOF, c):
                break
            line.append(c & 0xFF)
            if self.is_break(c) or len(line) == uio.resid:
                break
        uio.put(line)
        for _ in range(taken):
            self.canq.popleft()
        self.consumed()
        if suspend:
            self.kernel.signals.pgsignal(self.pgrp, SIGTSTP)
            if not line:
                raise Errno(self.kernel.signals.interrupts_sleep(l) or ERESTART)
        return None

    def readable_bytes(self) -> int:
        """How much a read would deliver at once, for poll and FIONREAD (ttnread)."""
        t = self.termios
        if t.lflag & PENDIN:
            self.reprocess()
        n = len(self.canq)
        if not t.lflag & ICANON:
            n += len(self.rawq)
            if n < t.cc[VMIN] and not t.cc[VTIME]:
                n = 0
        return n

    def fetch(self) -> None:
        """A reader wants more than there is. A line that delivers on request does so now."""

    # -- writing -----------------------------------------------------------------------------------

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        self.check_write(l)
        if self._put(uio):
            return None
        if nonblock:
            raise Errno(EAGAIN)
        return self._write_later(l, uio)

    def _put(self, uio: Uio) -> bool:
        """Move output into the queue while there is room; whether all of it went."""
        while uio.resid:
            if len(self.outq) >= HIWAT:
                return False
            self.output(uio.get(min(uio.resid, HIWAT)))
            self.start()
        return True

    async def _write_later(self, l: Lwp, uio: Uio) -> None:
        done = False
        while not done:
            await self._sleep(l, self.out_cv)
            self.check_write(l)
            done = self._put(uio)

    async def drain(self, l: Lwp) -> None:
        """Wait until the line has taken all output."""
        while self.outq and self.connected:
            await self._sleep(l, self.out_cv)

    def output_taken(self) -> None:
        """The driver took bytes from outq."""
        if len(self.outq) <= LOWAT:
            self.out_cv.broadcast()
            self.out_sel.notify()

    # -- events ------------------------------------------------------------------------------------

    def poll(self, events: int) -> int:
        revents = 0
        if events & (POLLIN | POLLRDNORM):
            if not self.readable_bytes():
                self.fetch()
            if self.readable_bytes():
                revents |= events & (POLLIN | POLLRDNORM)
        if events & POLLOUT and len(self.outq) <= LOWAT:
            revents |= POLLOUT
        if not self.connected:
            revents |= POLLHUP
        return revents

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.in_sel, self.out_sel) if events & POLLOUT else (self.in_sel,)

    def readiness(self, writing: bool) -> Readiness:
        if writing:
            return Readiness(len(self.outq) <= LOWAT, max(HIWAT - len(self.outq), 0), not self.connected)
        if not self.readable_bytes():
            self.fetch()
        return Readiness(bool(self.readable_bytes()), self.readable_bytes(), not self.connected)

    def restart(self, kernel: Kernel) -> None:
        for cv in (self.in_cv, self.out_cv):
            for sleeper in list(cv.waiters):
                kernel.sched.wake(sleeper, ERESTART)

    def input_ready(self) -> None:
        self.in_cv.broadcast()
        self.in_sel.notify()

    def output_flushed(self) -> None:
        self.out_cv.broadcast()
        self.out_sel.notify()

    def signal(self, signo: int) -> None:
        if signo == SIGINFO and not self.termios.lflag & NOKERNINFO:
            from kernel.tty_ioctl import show_status

            show_status(self)
        self.kernel.signals.pgsignal(self.pgrp, signo)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        from kernel.tty_ioctl import tty_ioctl

        return tty_ioctl(self, l, com, data)

    def closed(self) -> None:
        """Nobody has it open any more."""

    def settings_changed(self, old: Termios) -> None:
        """A program set the modes anew."""
