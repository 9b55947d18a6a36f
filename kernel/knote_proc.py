"""Events of processes: that they fork, run a program, end, or are sent a signal (spec C.27).

Notes hang on `Proc.klist`. What happens to a process is reported by the functions below, which the paths of
fork, exec, exit and signals call when there are any notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EACCES, ESRCH, Errno
from kernel.kauth import Process
from kernel.knote import (
    EV_ADD,
    EV_CLEAR,
    EV_DISABLE,
    EV_ENABLE,
    EV_EOF,
    EV_ONESHOT,
    EV_SYSFLAGS,
    EVFILT_PROC,
    EVFILT_SIGNAL,
    Kevent,
    Knote,
)
from kernel.prot import proc_find
from kernel.signo import NOTE_SIGNAL

if TYPE_CHECKING:
    from kernel.knote import Kqueue
    from kernel.lwp import Lwp
    from kernel.proc import Proc

NOTE_EXIT, NOTE_FORK, NOTE_EXEC = 0x80000000, 0x40000000, 0x20000000
NOTE_TRACK, NOTE_TRACKERR, NOTE_CHILD = 0x1, 0x2, 0x4


class ProcNote(Knote):
    """EVFILT_PROC: a process forked, ran a program or ended."""

    __slots__ = ("proc",)

    filter = EVFILT_PROC
    auto_flags = EV_CLEAR

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        super().__init__(kq, change)
        self.sfflags &= ~NOTE_CHILD  # the kernel's to say
        self.proc: Proc | None = None

    def attach(self, l: Lwp) -> None:
        p = proc_find(l.kernel, self.ident)
        if p is None:
            raise Errno(ESRCH)
        self.attach_to(l, p)

    def attach_to(self, l: Lwp, p: Proc) -> None:
        """Watch this process, if the caller may. Raises Errno(EACCES)."""
        if not l.kernel.kauth.authorize_process(l.proc.cred, Process.KEVENT_FILTER, p):
            raise Errno(EACCES)
        self.proc = p
        _watch(p, self)

    def detach(self) -> None:
        _unwatch(self.proc, self)
        self.proc = None

    def change(self, l: Lwp, new: Kevent) -> None:
        super().change(l, new)
        self.sfflags &= ~NOTE_CHILD

    def event(self, hint: int) -> bool:
        return not hint and self.fflags != 0


class SignalNote(Knote):
    """EVFILT_SIGNAL: the process that asked was sent a signal, even one that it ignores. `data` counts them."""

    __slots__ = ("proc",)

    filter = EVFILT_SIGNAL
    auto_flags = EV_CLEAR

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        super().__init__(kq, change)
        self.proc: Proc | None = None

    def attach(self, l: Lwp) -> None:
        self.proc = l.proc
        _watch(l.proc, self)

    def detach(self) -> None:
        _unwatch(self.proc, self)
        self.proc = None

    def event(self, hint: int) -> bool:
        if hint & NOTE_SIGNAL:
            if hint & ~NOTE_SIGNAL != self.ident:
                return False
            self.data += 1
        return self.data != 0


def _watch(p: Proc, note: Knote) -> None:
    if p.klist is None:
        p.klist = []
    p.klist.append(note)


def _unwatch(p: Proc | None, note: Knote) -> None:
    if p is not None and p.klist:
        p.klist.remove(note)


# -- what happens to a process ---------------------------------------------------------------------


def knote_proc_fork(l: Lwp, p2: Proc) -> None:
    """The caller's process has forked `p2`, which has not run yet (knote_proc_fork)."""
    for note in list(l.proc.klist or ()):
        if not isinstance(note, ProcNote):
            continue
        note.fflags |= note.sfflags & NOTE_FORK
        if note.sfflags & NOTE_TRACK:
            _track(l, p2, note)
        if note.fflags:
            note.fire()


def _track(l: Lwp, p2: Proc, note: ProcNote) -> None:
    """Follow the child with two notes more: one that it is there, and one for what it will do.

    The one who must be allowed to watch the child is who forked it. If he is not, the old note says so.
    """
    kq = note.kq
    flags = note.flags & ~(EV_SYSFLAGS | EV_DISABLE) | EV_ADD | EV_ENABLE
    follower = ProcNote(kq, Kevent(p2.pid, EVFILT_PROC, flags, note.sfflags, note.sdata, note.udata, note.ext))
    try:
        follower.attach_to(l, p2)
    except Errno:
        note.fflags |= NOTE_TRACKERR
        return
    birth = ProcNote(kq, Kevent(p2.pid, EVFILT_PROC, flags | EV_ONESHOT, 0, 0, note.udata, note.ext))
    birth.detached = True  # it says one thing, and watches nothing
    birth.fflags = NOTE_CHILD
    birth.data = l.proc.pid
    for new in (birth, follower):
        kq.enter(new)
    birth.fire()


def knote_proc_exec(p: Proc) -> None:
    """A process runs another program (knote_proc_exec)."""
    for note in list(p.klist or ()):
        if isinstance(note, ProcNote):
            note.fflags |= note.sfflags & NOTE_EXEC
            if note.fflags:
                note.fire()


def knote_proc_exit(p: Proc, status: int) -> None:
    """A process has ended: its notes let go of it, and those who wait for the process always hear of it."""
    notes, p.klist = p.klist, None
    for note in notes or ():
        note.detached = True
        note.proc = None
        if isinstance(note, ProcNote):
            note.data = status
            note.flags |= EV_EOF | EV_ONESHOT
            note.fflags |= note.sfflags & NOTE_EXIT
            note.fire()
