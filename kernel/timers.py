"""Interval timers, BSD's four and POSIX's (NetBSD: kern_time.c).

A process's timers hang on `p.timers`, which is None until it sets one. Timers of CLOCK_REALTIME and
CLOCK_MONOTONIC are callouts. Those of CLOCK_VIRTUAL and CLOCK_PROF run on the CPU time that
`Kernel.account` charges to the process's LWPs, by way of `charge`; and `next_cpu_deadline` has a part in
where the clock's limit is set, so that they too expire at their time and not a quantum later.

Timers are not inherited by fork. BSD's survive exec, POSIX's do not.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, EINVAL, Errno
from kernel.siginfo import SigInfo
from kernel.signo import NSIG, SI_TIMER, SIGALRM, SIGPROF, SIGVTALRM, bit
from kernel.syscall import syscall
from kernel.time import (
    CLOCK_MONOTONIC,
    CLOCK_PROF,
    CLOCK_REALTIME,
    CLOCK_VIRTUAL,
    NS,
    TIMER_ABSTIME,
    clock_gettime,
    copyin_timespec,
    copyin_timeval,
    pack_timespec,
    pack_timeval,
)

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc
    from kernel.sched import Callout

ITIMER_MONOTONIC = 3
TIMER_MIN, TIMER_MAX = 4, 36  # POSIX timer ids; those below are setitimer's
SIGEV_NONE, SIGEV_SIGNAL, SIGEV_THREAD = 0, 1, 2
DEFAULT_SIGNAL = {
    CLOCK_REALTIME: SIGALRM,
    CLOCK_VIRTUAL: SIGVTALRM,
    CLOCK_PROF: SIGPROF,
    CLOCK_MONOTONIC: SIGALRM,
}
# No timer repeats faster than this, ns: one that nobody listens to would stop virtual time from jumping
# ahead while everything sleeps. (NetBSD rounds up to a tick, 10 ms.)
MIN_INTERVAL = 100_000
MAX_TIMESPEC = (1 << 63) * NS - 1  # ns

_SIGEVENT = struct.Struct("<iiQQQ")  # notify, signo, value, function, attributes


class Timer:
    """One timer. `value` is when or how long, by the clock: see the two kinds in the module's text."""

    __slots__ = (
        "at_realtime",
        "callout",
        "clock",
        "interval",
        "left",
        "notify",
        "overruns",
        "posted_overruns",
        "proc",
        "signo",
        "value",
        "when",
    )

    def __init__(self, proc: Proc, clock: int, notify: int, signo: int, value: int) -> None:
        self.proc = proc
        self.clock = clock
        self.notify = notify
        self.signo = signo
        self.value = value  # sigev_value
        self.interval = 0
        self.when: int | None = None  # REALTIME, MONOTONIC: ns of virtual time at which it expires
        self.at_realtime: int | None = None  # the same as time of day, if it was set as that
        self.callout: Callout | None = None
        self.left = 0  # VIRTUAL, PROF: ns of CPU time until it expires, 0 if it is not set
        self.overruns = 0  # expirations since the last signal that were not signalled
        self.posted_overruns = 0  # what `overruns` was when the last signal was sent

    def runs_on_cpu_time(self) -> bool:
        return self.clock in (CLOCK_VIRTUAL, CLOCK_PROF)

    def remaining(self) -> int:
        """ns until it expires, 0 if it is not set."""
        if self.runs_on_cpu_time():
            self._settle()
            return self.left
        if self.when is None:
            return 0
        # A moment of the time of day can get out of a timespec's reach when the clock is set back.
        return min(max(0, self.when - self.proc.kernel.clock.now()), MAX_TIMESPEC)

    def set(self, l: Lwp, value: int, interval: int, absolute: bool) -> None:
        """Start (or with value 0, stop) it. `value` is ns from now or, if `absolute`, a time of its clock."""
        self.stop()
        self.interval = max(interval, MIN_INTERVAL) if interval else 0
        if value == 0:
            return
        if self.runs_on_cpu_time():
            self._settle()  # what was used before does not count
            # A moment already past expires with the next bit of CPU time.
            self.left = max(1, value - clock_gettime(l, self.clock)) if absolute else value
            l.kernel.set_limit()
            return
        k = self.proc.kernel
        if not absolute:
            self.when = k.clock.now() + value
        elif self.clock == CLOCK_REALTIME:
            self.at_realtime = value
            self.when = k.timekeeper.moment(value)
        else:
            self.when = value
        self._arm()

    def _settle(self) -> None:
        """Charge what the running LWP has used up to now."""
        k = self.proc.kernel
        k.account(k.curlwp)

    def stop(self) -> None:
        if self.callout is not None:
            self.callout.cancel()
            self.callout = None
        self.when = self.at_realtime = None
        self.left = 0

    def clock_changed(self) -> None:
        """The time of day was set, or runs faster now: a timer set to a moment of it expires at that moment still."""
        if self.at_realtime is not None:
            self.when = self.proc.kernel.timekeeper.moment(self.at_realtime)
            self._arm()

    def _arm(self) -> None:
        if self.callout is not None:
            self.callout.cancel()
        assert self.when is not None
        self.callout = self.proc.kernel.sched.callout(self.when, self._expire)

    def _expire(self) -> None:
        """The callout is due (realtimerexpire)."""
        self.callout = None
        now = self.proc.kernel.clock.now()
        assert self.when is not None
        if self.interval:
            missed = max(0, now - self.when) // self.interval
            self.overruns += missed
            self.when += (missed + 1) * self.interval
            if self.at_realtime is not None:
                self.at_realtime += (missed + 1) * self.interval
                self.when = self.proc.kernel.timekeeper.moment(self.at_realtime)
            self._arm()
        else:
            self.when = self.at_realtime = None
        self._fire()

    def run(self, ns: int) -> None:
        """`ns` of the CPU time that it counts were used (itimerdecr)."""
        if self.left == 0:
            return
        self.left -= ns
        if self.left > 0:
            return
        late, self.left = -self.left, 0
        if self.interval:
            missed = late // self.interval
            self.overruns += missed
            self.left = self.interval - late % self.interval
        self._fire()

    def _fire(self) -> None:
        """Tell the process. A signal that is still pending from last time is not sent again, but counted."""
        if self.notify != SIGEV_SIGNAL:
            return
        p = self.proc
        if p.sigpend.set & bit(self.signo):
            self.overruns += 1
            return
        self.posted_overruns, self.overruns = self.overruns, 0
        p.kernel.signals.psignal(p, self.signo, SigInfo(self.signo, SI_TIMER, value=self.value))


class ProcTimers:
    """A process's timers by id: 0 to 3 are setitimer's, the others timer_create's (struct ptimers)."""

    __slots__ = ("proc", "table")

    def __init__(self, proc: Proc) -> None:
        self.proc = proc
        self.table: dict[int, Timer] = {}

    def charge(self, l: Lwp, user_ns: int, kernel_ns: int) -> None:
        """An LWP of the process has used CPU time: let the timers that count it run, and expire."""
        for timer in list(self.table.values()):
            if timer.clock == CLOCK_VIRTUAL:
                timer.run(user_ns)
            elif timer.clock == CLOCK_PROF:
                timer.run(user_ns + kernel_ns)

    def next_cpu_deadline(self) -> int | None:
        """How many ns of user time until the first of the CPU-time timers expires; None if none is set."""
        return min((t.left for t in self.table.values() if t.left), default=None)

    def clock_changed(self) -> None:
        for timer in self.table.values():
            timer.clock_changed()

    def delete(self, timer_id: int) -> None:
        self.table.pop(timer_id).stop()


def _timers(p: Proc) -> ProcTimers:
    if p.timers is None:
        p.timers = ProcTimers(p)
    timers: ProcTimers = p.timers
    return timers


def timers_exec(p: Proc) -> None:
    """The process executes a new program: POSIX timers end, BSD timers go on."""
    if p.timers is not None:
        for timer_id in [i for i in p.timers.table if i >= TIMER_MIN]:
            p.timers.delete(timer_id)
        if not p.timers.table:
            p.timers = None


def timers_exit(p: Proc) -> None:
    """The process ends, and its timers with it."""
    if p.timers is not None:
        for timer in p.timers.table.values():
            timer.stop()
        p.timers = None


# -- setitimer, getitimer --------------------------------------------------------------------------


def _find(p: Proc, timer_id: int) -> Timer | None:
    timer: Timer | None = p.timers.table.get(timer_id) if p.timers is not None else None
    return timer


def _pack_itimerval(timer: Timer | None) -> bytes:
    if timer is None:
        return bytes(32)
    return pack_timeval(timer.interval) + pack_timeval(timer.remaining())


def _check_interval(*times: int) -> None:
    if min(times) < 0:
        raise Errno(EINVAL)


@syscall(426, "int __getitimer50(int which, struct itimerval *itv)")
def sys___getitimer50(l: Lwp, which: int, itv: int) -> None:
    if not CLOCK_REALTIME <= which <= ITIMER_MONOTONIC:
        raise Errno(EINVAL)
    l.proc.vm.copyout(itv, _pack_itimerval(_find(l.proc, which)))


@syscall(425, "int __setitimer50(int which, const struct itimerval *itv, struct itimerval *oitv)")
def sys___setitimer50(l: Lwp, which: int, itv: int, oitv: int) -> None:
    p = l.proc
    if not CLOCK_REALTIME <= which <= ITIMER_MONOTONIC:
        raise Errno(EINVAL)
    if itv:
        interval, value = copyin_timeval(l, itv), copyin_timeval(l, itv + 16)
    if oitv:
        sys___getitimer50(l, which, oitv)
    if not itv:
        return
    _check_interval(interval, value)
    timer = _find(p, which)
    if timer is None:
        if value == 0:
            return
        timer = Timer(p, which, SIGEV_SIGNAL, DEFAULT_SIGNAL[which], which)
        _timers(p).table[which] = timer
    timer.set(l, value, interval, absolute=False)


# -- timer_create and kin --------------------------------------------------------------------------


def _posix_timer(p: Proc, timer_id: int) -> Timer:
    timer = _find(p, timer_id) if timer_id >= TIMER_MIN else None
    if timer is None:
        raise Errno(EINVAL)
    return timer


def _copyout_itimerspec(p: Proc, va: int, interval: int, value: int) -> None:
    p.vm.copyout(va, pack_timespec(interval) + pack_timespec(value))


@syscall(235, "int timer_create(clockid_t clock_id, struct sigevent *evp, timer_t *timerid)")
def sys_timer_create(l: Lwp, clock_id: int, evp: int, timerid: int) -> None:
    p = l.proc
    if not CLOCK_REALTIME <= clock_id <= CLOCK_MONOTONIC:
        raise Errno(EINVAL)
    taken = p.timers.table if p.timers is not None else {}
    new_id = next((i for i in range(TIMER_MIN, TIMER_MAX) if i not in taken), None)
    notify, signo, value = SIGEV_SIGNAL, DEFAULT_SIGNAL[clock_id], new_id or 0
    if evp:
        notify, signo, value, _, _ = _SIGEVENT.unpack(p.vm.copyin(evp, _SIGEVENT.size))
        if not SIGEV_NONE <= notify <= SIGEV_THREAD:
            raise Errno(EINVAL)
        if notify == SIGEV_SIGNAL and not 0 < signo < NSIG:
            raise Errno(EINVAL)
    if new_id is None:
        raise Errno(EAGAIN)
    p.vm.copyout_int(timerid, new_id)
    _timers(p).table[new_id] = Timer(p, clock_id, notify, signo, value)


@syscall(236, "int timer_delete(timer_t timerid)")
def sys_timer_delete(l: Lwp, timerid: int) -> None:
    _posix_timer(l.proc, timerid)
    l.proc.timers.delete(timerid)


@syscall(
    446,
    "int __timer_settime50(timer_t timerid, int flags, const struct itimerspec *value, "
    "struct itimerspec *ovalue)",
)
def sys___timer_settime50(l: Lwp, timerid: int, flags: int, value: int, ovalue: int) -> None:
    interval, first = copyin_timespec(l, value), copyin_timespec(l, value + 16)
    timer = _posix_timer(l.proc, timerid)
    _check_interval(interval, first)
    old = (timer.interval, timer.remaining())
    timer.set(l, first, interval, absolute=bool(flags & TIMER_ABSTIME))
    if ovalue:
        _copyout_itimerspec(l.proc, ovalue, *old)


@syscall(447, "int __timer_gettime50(timer_t timerid, struct itimerspec *value)")
def sys___timer_gettime50(l: Lwp, timerid: int, value: int) -> None:
    timer = _posix_timer(l.proc, timerid)
    _copyout_itimerspec(l.proc, value, timer.interval, timer.remaining())


@syscall(239, "int timer_getoverrun(timer_t timerid)")
def sys_timer_getoverrun(l: Lwp, timerid: int) -> int:
    return _posix_timer(l.proc, timerid).posted_overruns
