"""Clocks and sleeping (NetBSD: kern_time.c, subr_time.c).

All time is virtual: nanoseconds that the machine's clock counts as code retires, plus what is skipped when
every LWP sleeps. One byte of code is a quarter of a nanosecond, so the clocks really advance in steps below
their resolution; what `clock_getres` reports, 1 ns, is the smallest step a timespec can show, and sleeps and
timers are exact to it. There is no tick that would round them.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import TYPE_CHECKING

from emu.machine.clock import LAST
from kernel.errno import EINTR, EINVAL, EPERM, ERESTART, ESRCH, EWOULDBLOCK, Errno
from kernel.kauth import System
from kernel.prot import proc_find
from kernel.resource import own_usage
from kernel.sched import CondVar
from kernel.syscall import syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc

NS, US = 1_000_000_000, 1000
HZ = 100  # what the system calls a tick where it still counts in ticks
TICK = NS // HZ

CLOCK_REALTIME, CLOCK_VIRTUAL, CLOCK_PROF, CLOCK_MONOTONIC = range(4)
CLOCK_THREAD_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID = 0x20000000, 0x40000000
CPU_CLOCKS = CLOCK_THREAD_CPUTIME_ID | CLOCK_PROCESS_CPUTIME_ID
TIMER_ABSTIME = 1
P_PID, P_LWPID = 1, 2
RESOLUTION = 1  # ns
# How far from the epoch the time of day can be set, ns: some 35000 years. Every record of a time has room for it.
MAX_REALTIME = NS << 40

TIMESPEC = struct.Struct("<qq")
TIMEVAL = struct.Struct("<qi4x")


def pack_timespec(ns: int) -> bytes:
    """struct timespec; times before the epoch have a negative tv_sec and a positive tv_nsec."""
    return TIMESPEC.pack(*divmod(ns, NS))


def pack_timeval(ns: int) -> bytes:
    """struct timeval, cut to microseconds."""
    sec, nsec = divmod(ns, NS)
    return TIMEVAL.pack(sec, nsec // US)


def copyin_timespec(l: Lwp, va: int) -> int:
    """Read a struct timespec as ns. Raises Errno(EINVAL) if tv_nsec is not below a second."""
    sec, nsec = TIMESPEC.unpack(l.proc.vm.copyin(va, TIMESPEC.size))
    if not 0 <= nsec < NS:
        raise Errno(EINVAL)
    return int(sec * NS + nsec)


def copyin_timeval(l: Lwp, va: int) -> int:
    """Read a struct timeval as ns. Raises Errno(EINVAL) if tv_usec is not below a second."""
    sec, usec = TIMEVAL.unpack(l.proc.vm.copyin(va, TIMEVAL.size))
    if not 0 <= usec * US < NS:
        raise Errno(EINVAL)
    return int(sec * NS + usec * US)


# -- reading and setting clocks --------------------------------------------------------------------


def realtime(k: Kernel) -> int:
    """Time of day: ns since the epoch."""
    return k.clock.boot_time + k.clock.now()


class Slew:
    """A correction of the time of day by `delta` ns, little by little: one step after each second from `since` on.

    Nothing happens at these moments. How much is done is computed when somebody wants to know: a callout would
    keep a machine awake, for millennia if need be, in which everybody sleeps for ever.
    """

    __slots__ = ("delta", "since")

    SLOW = 500 * US  # ns of correction per second
    FAST = 5000 * US  # while more than a second is left to be corrected

    def __init__(self, delta: int, since: int) -> None:
        self.delta = delta
        self.since = since

    def done(self, now: int) -> int:
        """How much is corrected at a moment of virtual time."""
        size = abs(self.delta)
        steps = max(0, now - self.since) // NS
        fast = min(steps, max(0, -(-(size - NS) // self.FAST)))
        done = min(size, fast * self.FAST + (steps - fast) * self.SLOW)
        return done if self.delta > 0 else -done


class Timekeeper:
    """Setting the time of day, at once or little by little (settime1, adjtime)."""

    __slots__ = ("kernel", "slew")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.slew = Slew(0, 0)

    @property
    def adjustment(self) -> int:
        """ns still to be added for adjtime()."""
        return self.slew.delta - self.slew.done(self.kernel.clock.now())

    def set(self, ns: int) -> None:
        """Set the time of day. Timers set to a moment of it move with it."""
        k = self.kernel
        k.clock.boot_time = ns - k.clock.now()
        self._changed()

    def adjust(self, delta: int) -> None:
        """Slew the time of day by `delta` ns. What an earlier adjustment has left is forgotten."""
        clock = self.kernel.clock
        boot_time = clock.boot_time
        self.slew = Slew(delta, clock.now())
        clock.correction = self.slew.done if delta else None
        clock.boot_time = boot_time
        self._changed()

    def moment(self, time_of_day: int) -> int:
        """When the clock will show this, as ns of virtual time, if nobody sets it until then."""
        clock, slew = self.kernel.clock, self.slew
        boot_time = clock.boot_time - slew.done(clock.now())

        def shown_until(second: int) -> int:
            start = slew.since + second * NS
            return boot_time + start + NS + slew.done(start)

        if not slew.delta:
            return time_of_day - boot_time
        start = slew.since + bisect_right(range(LAST // NS), time_of_day, key=shown_until) * NS
        return max(start, time_of_day - boot_time - slew.done(start))

    def _changed(self) -> None:
        for p in self.kernel.allproc.values():
            if p.timers is not None:
                p.timers.clock_changed()


def process_time(p: Proc) -> int:
    """CPU time a process has used, ns."""
    usage = own_usage(p)
    return usage.utime + usage.stime


def clock_gettime(l: Lwp, clock: int) -> int:
    """The time a clock shows, ns.

    Raises Errno: EINVAL for an unknown clock; ESRCH for a CPU-time clock whose process or LWP is not there.
    """
    k = l.kernel
    if clock == CLOCK_REALTIME:
        return realtime(k)
    if clock == CLOCK_MONOTONIC:
        return k.clock.now()
    if clock == CLOCK_VIRTUAL:
        return own_usage(l.proc).utime
    if clock == CLOCK_PROF:
        return process_time(l.proc)
    if clock >= 0 and clock & CLOCK_PROCESS_CPUTIME_ID:
        pid = clock & ~CPU_CLOCKS
        p = proc_find(k, pid) if pid else l.proc
        if p is None:
            raise Errno(ESRCH)
        return process_time(p)
    if clock >= 0 and clock & CLOCK_THREAD_CPUTIME_ID:
        thread = _own_lwp(l, clock & ~CPU_CLOCKS)
        k.account(k.curlwp)
        return thread.utime + thread.stime
    raise Errno(EINVAL)


def _own_lwp(l: Lwp, lid: int) -> Lwp:
    if lid in (0, l.lid):
        return l
    for other in l.proc.lwps:
        if other.lid == lid:
            return other
    raise Errno(ESRCH)


def settime(l: Lwp, ns: int) -> None:
    """Set the time of day. Raises Errno: EPERM without privilege, EINVAL for one that is out of all bounds."""
    if not l.kernel.kauth.authorize_system(l.proc.cred, System.TIME):
        raise Errno(EPERM)
    if abs(ns) > MAX_REALTIME:
        raise Errno(EINVAL)
    l.kernel.timekeeper.set(ns)


@syscall(427, "int __clock_gettime50(clockid_t clock_id, struct timespec *tp)")
def sys___clock_gettime50(l: Lwp, clock_id: int, tp: int) -> None:
    l.proc.vm.copyout(tp, pack_timespec(clock_gettime(l, clock_id)))


@syscall(428, "int __clock_settime50(clockid_t clock_id, const struct timespec *tp)")
def sys___clock_settime50(l: Lwp, clock_id: int, tp: int) -> None:
    ns = copyin_timespec(l, tp)
    if clock_id != CLOCK_REALTIME:
        raise Errno(EINVAL)
    settime(l, ns)


@syscall(429, "int __clock_getres50(clockid_t clock_id, struct timespec *tp)")
def sys___clock_getres50(l: Lwp, clock_id: int, tp: int) -> None:
    clock_gettime(l, clock_id)  # EINVAL and ESRCH are the same
    if tp:
        l.proc.vm.copyout(tp, pack_timespec(RESOLUTION))


@syscall(482, "int clock_getcpuclockid2(idtype_t idtype, id_t id, clockid_t *clock_id)")
def sys_clock_getcpuclockid2(l: Lwp, idtype: int, id: int, clock_id: int) -> None:
    if idtype == P_PID:
        clock = (id or l.proc.pid) | CLOCK_PROCESS_CPUTIME_ID
    elif idtype == P_LWPID:
        clock = (id or l.lid) | CLOCK_THREAD_CPUTIME_ID
    else:
        raise Errno(EINVAL)
    clock_gettime(l, clock)
    l.proc.vm.copyout_int(clock_id, clock)


@syscall(418, "int __gettimeofday50(struct timeval *tp, void *tzp)")
def sys___gettimeofday50(l: Lwp, tp: int, tzp: int) -> None:
    if tp:
        l.proc.vm.copyout(tp, pack_timeval(realtime(l.kernel)))
    if tzp:
        l.proc.vm.copyout(tzp, bytes(8))  # the kernel knows no time zone


@syscall(419, "int __settimeofday50(const struct timeval *tv, const void *tzp)")
def sys___settimeofday50(l: Lwp, tv: int, tzp: int) -> None:
    if tzp:
        l.kernel.log(f"pid {l.proc.pid} attempted to set the (obsolete) kernel time zone\n")
    if tv:
        settime(l, copyin_timeval(l, tv))


@syscall(421, "int __adjtime50(const struct timeval *delta, struct timeval *olddelta)")
def sys___adjtime50(l: Lwp, delta: int, olddelta: int) -> None:
    k = l.kernel
    if not k.kauth.authorize_system(l.proc.cred, System.TIME):
        raise Errno(EPERM)
    left = k.timekeeper.adjustment
    if delta:
        # Negative corrections come as tv_sec and tv_usec of either sign.
        sec, usec = TIMEVAL.unpack(l.proc.vm.copyin(delta, TIMEVAL.size))
        if abs(sec * NS) > MAX_REALTIME or abs(usec * US) >= NS:
            raise Errno(EINVAL)
        k.timekeeper.adjust(sec * NS + usec * US)
    if olddelta:
        l.proc.vm.copyout(olddelta, pack_timeval(left))


# -- sleeping --------------------------------------------------------------------------------------


async def nanosleep(l: Lwp, clock: int, flags: int, ns: int) -> tuple[int, int]:
    """Sleep for `ns`, or with TIMER_ABSTIME until `clock` shows it; (errno, ns that were left).

    The errno is 0 or EINTR: a sleep is never restarted, since a restart would begin it anew.
    Raises Errno(EINVAL) for bad flags, a negative time or a clock that one cannot sleep by.
    """
    k = l.kernel
    if flags & ~TIMER_ABSTIME or ns < 0 or clock not in (CLOCK_REALTIME, CLOCK_MONOTONIC):
        raise Errno(EINVAL)
    # A duration is measured by the steady clock, whichever was named; only a moment is a clock's own.
    measure = clock if flags & TIMER_ABSTIME else CLOCK_MONOTONIC
    end = ns if flags & TIMER_ABSTIME else k.clock.now() + ns
    cv = CondVar("nanoslp")
    while (left := end - clock_gettime(l, measure)) > 0:
        try:
            await cv.wait_sig(l, left)
        except Errno as e:
            if e.errno in (EINTR, ERESTART):
                return EINTR, max(0, end - clock_gettime(l, measure))
            if e.errno != EWOULDBLOCK:
                raise
    return 0, 0


@syscall(430, "int __nanosleep50(const struct timespec *rqtp, struct timespec *rmtp)")
async def sys___nanosleep50(l: Lwp, rqtp: int, rmtp: int) -> None:
    error, left = await nanosleep(l, CLOCK_MONOTONIC, 0, copyin_timespec(l, rqtp))
    if rmtp:
        l.proc.vm.copyout(rmtp, pack_timespec(left))
    if error:
        raise Errno(error)


@syscall(
    477,
    "int clock_nanosleep(clockid_t clock_id, int flags, const struct timespec *rqtp, struct timespec *rmtp)",
)
async def sys_clock_nanosleep(l: Lwp, clock_id: int, flags: int, rqtp: int, rmtp: int) -> int:
    # This call's errors are its value: it never fails as far as the system call path is concerned.
    try:
        error, left = await nanosleep(l, clock_id, flags, copyin_timespec(l, rqtp))
        if rmtp and not flags & TIMER_ABSTIME:
            l.proc.vm.copyout(rmtp, pack_timespec(left))
    except Errno as e:
        return e.errno
    return error
