"""Events that come from nothing but time, or from the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EINVAL, ENOMEM, Errno
from kernel.knote import EV_ADD, EV_CLEAR, EV_ONESHOT, EVFILT_TIMER, EVFILT_USER, Kevent, Knote
from kernel.time import realtime
from kernel.timers import MIN_INTERVAL

if TYPE_CHECKING:
    from kernel.knote import Kqueue
    from kernel.lwp import Lwp
    from kernel.sched import Callout

NOTE_TIMER_UNITMASK, NOTE_ABSTIME = 0x3, 0x10
_UNITS = (10**6, 10**9, 10**3, 1)  # ns: NOTE_MSECONDS, SECONDS, USECONDS, NSECONDS
DATA_MAX = 1 << 63

NOTE_FFCTRLMASK, NOTE_FFLAGSMASK, NOTE_TRIGGER = 0xC0000000, 0x00FFFFFF, 0x01000000
NOTE_FFNOP, NOTE_FFAND, NOTE_FFOR, NOTE_FFCOPY = 0x00000000, 0x40000000, 0x80000000, 0xC0000000


class TimerNote(Knote):
    """EVFILT_TIMER: time has passed. `data` counts how often, since somebody was told."""

    __slots__ = ("callout", "interval")

    filter = EVFILT_TIMER
    auto_flags = EV_CLEAR

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        super().__init__(kq, change)
        self.callout: Callout | None = None
        self.interval = 0  # ns, 0 when it fires only once

    def attach(self, l: Lwp) -> None:
        k = self.kq.kernel
        when = self._first()
        if k.kq_timers >= k.kq_calloutmax:
            raise Errno(ENOMEM)
        k.kq_timers += 1
        self._start(when)

    def _first(self) -> int:
        """The moment of virtual time when it fires first. Raises Errno(EINVAL)."""
        k = self.kq.kernel
        if self.sfflags & ~(NOTE_TIMER_UNITMASK | NOTE_ABSTIME):
            raise Errno(EINVAL)
        value = self.sdata * _UNITS[self.sfflags & NOTE_TIMER_UNITMASK]
        if not 0 <= value < DATA_MAX:
            raise Errno(EINVAL)
        now = k.clock.now()
        if self.sfflags & NOTE_ABSTIME:
            return max(now, now + value - realtime(k))
        return now + max(value, MIN_INTERVAL if not self.flags & EV_ONESHOT else 0)

    def _start(self, when: int) -> None:
        k = self.kq.kernel
        if self.sfflags & NOTE_ABSTIME:
            self.flags |= EV_ONESHOT
        self.interval = 0 if self.flags & EV_ONESHOT else when - k.clock.now()
        self.callout = k.sched.callout(when, self._expire)

    def _stop(self) -> None:
        if self.callout is not None:
            self.callout.cancel()
            self.callout = None

    def _expire(self) -> None:
        assert self.callout is not None
        due = self.callout.when
        self.callout = None
        self.data += 1
        if self.interval:
            self.callout = self.kq.kernel.sched.callout(due + self.interval, self._expire)
        self.fire()

    def detach(self) -> None:
        self._stop()
        self.kq.kernel.kq_timers -= 1

    def change(self, l: Lwp, new: Kevent) -> None:
        """Added again, it starts anew, and what it counted is forgotten."""
        if not new.flags & EV_ADD:
            return
        old = self.sfflags, self.sdata
        super().change(l, new)
        try:
            when = self._first()
        except Errno:
            self.sfflags, self.sdata = old
            raise
        self._stop()
        self.told()
        self.active = False
        self.kq.queue.pop(self, None)
        self._start(when)

    def event(self, hint: int) -> bool:
        return self.data != 0


class UserNote(Knote):
    """EVFILT_USER: the program says so itself, with NOTE_TRIGGER; 24 bits of fflags are its own."""

    __slots__ = ("triggered",)

    filter = EVFILT_USER

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        super().__init__(kq, change)
        self.triggered = bool(change.fflags & NOTE_TRIGGER)
        self.sfflags &= NOTE_FFLAGSMASK

    def event(self, hint: int) -> bool:
        return self.triggered

    def change(self, l: Lwp, new: Kevent) -> None:
        if new.flags & EV_CLEAR:
            self.told()
        if new.fflags & NOTE_TRIGGER:
            self.triggered = True
        operand = new.fflags & NOTE_FFLAGSMASK
        operation = new.fflags & NOTE_FFCTRLMASK
        if operation == NOTE_FFAND:
            self.sfflags &= operand
        elif operation == NOTE_FFOR:
            self.sfflags |= operand
        elif operation == NOTE_FFCOPY:
            self.sfflags = operand
        self.sdata = new.data

    def report(self) -> Kevent:
        return super().report()._replace(fflags=self.sfflags, data=self.sdata)

    def told(self) -> None:
        super().told()
        self.triggered = False
