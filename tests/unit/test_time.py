"""Clocks, sleeping, interval timers."""

from __future__ import annotations

import struct

import pytest

from kernel.errno import EAGAIN, EFAULT, EINTR, EINVAL, EPERM, ERESTART, ESRCH, Errno
from kernel.kauth import Cred
from kernel.lwp import Lwp
from kernel.signo import SI_TIMER, SIGALRM, SIGPROF, SIGUSR1, SIGVTALRM
from kernel.time import NS, Slew
from kernel.timers import MIN_INTERVAL, timers_exec, timers_exit
from tests.unit.fake_kernel import BASE, FakeKernel, advance, call

GETTIME, SETTIME, GETRES, GETCPUCLOCK = 427, 428, 429, 482
GETTIMEOFDAY, SETTIMEOFDAY, ADJTIME = 418, 419, 421
NANOSLEEP, CLOCK_NANOSLEEP = 430, 477
SETITIMER, GETITIMER = 425, 426
CREATE, DELETE, TSETTIME, TGETTIME, OVERRUN = 235, 236, 446, 447, 239
OUT = BASE + 256
USER = Cred(1000, 1000, 1000)
MS = 1_000_000


@pytest.fixture
def k() -> FakeKernel:
    return FakeKernel()


@pytest.fixture(name="l")
def an_lwp(k: FakeKernel) -> Lwp:
    return k.fork()


def fails(error: int, l: Lwp, number: int, *arguments: int) -> None:
    with pytest.raises(Errno) as e:
        call(l, number, *arguments)
    assert e.value.errno == error


def put_timespecs(l: Lwp, *times: int) -> int:
    l.proc.vm.copyout(BASE, b"".join(struct.pack("<qq", *divmod(t, NS)) for t in times))
    return BASE


def put_timevals(l: Lwp, *times: int) -> int:
    l.proc.vm.copyout(BASE, b"".join(struct.pack("<qi4x", t // NS, t % NS // 1000) for t in times))
    return BASE


def timespec(l: Lwp, va: int = OUT) -> int:
    sec, nsec = struct.unpack("<qq", l.proc.vm.copyin(va, 16))
    return int(sec * NS + nsec)


def timeval(l: Lwp, va: int = OUT) -> int:
    sec, usec = struct.unpack("<qi4x", l.proc.vm.copyin(va, 16))
    return int(sec * NS + usec * 1000)


def gettime(l: Lwp, clock: int) -> int:
    call(l, GETTIME, clock, OUT)
    return timespec(l)


# -- clocks ----------------------------------------------------------------------------------------


def test_clocks(k: FakeKernel, l: Lwp) -> None:
    k.clock.time = 5 * NS + 7
    l.utime, l.stime = 2 * NS, 3
    assert gettime(l, 3) == 5 * NS + 7
    assert gettime(l, 0) == k.clock.boot_time + 5 * NS + 7
    assert gettime(l, 1) == 2 * NS and gettime(l, 2) == 2 * NS + 3
    assert gettime(l, 0x40000000) == 2 * NS + 3 == gettime(l, 0x20000000)
    assert gettime(l, 0x40000000 | l.proc.pid) == 2 * NS + 3
    fails(ESRCH, l, GETTIME, 0x40000000 | 77, OUT)
    fails(ESRCH, l, GETTIME, 0x20000000 | 77, OUT)
    fails(EINVAL, l, GETTIME, 4, OUT)
    fails(EINVAL, l, GETTIME, -1, OUT)
    fails(EFAULT, l, GETTIME, 0, 8)
    call(l, GETRES, 3, OUT)
    assert timespec(l) == 1
    call(l, GETRES, 3, 0)
    fails(EINVAL, l, GETRES, 9, OUT)


def test_cpu_clock_ids(k: FakeKernel, l: Lwp) -> None:
    other = k.fork()
    call(l, GETCPUCLOCK, 1, 0, OUT)
    assert l.proc.vm.copyin_int(OUT) == 0x40000000 | l.proc.pid
    call(l, GETCPUCLOCK, 1, other.proc.pid, OUT)
    assert l.proc.vm.copyin_int(OUT) == 0x40000000 | other.proc.pid
    call(l, GETCPUCLOCK, 2, 0, OUT)
    assert l.proc.vm.copyin_int(OUT) == 0x20000000 | l.lid
    fails(EINVAL, l, GETCPUCLOCK, 3, 0, OUT)
    fails(ESRCH, l, GETCPUCLOCK, 1, 999, OUT)


def test_setting_the_time_of_day(k: FakeKernel, l: Lwp) -> None:
    k.clock.time = NS
    call(l, SETTIME, 0, put_timespecs(l, 42 * NS + 5))
    assert gettime(l, 0) == 42 * NS + 5 and gettime(l, 3) == NS
    call(l, GETTIMEOFDAY, OUT, 0)
    assert timeval(l) == 42 * NS
    call(l, SETTIMEOFDAY, put_timevals(l, 50 * NS), 0)
    assert gettime(l, 0) == 50 * NS
    fails(EINVAL, l, SETTIME, 3, BASE)
    l.proc.vm.copyout(BASE, struct.pack("<qq", 1, NS))
    fails(EINVAL, l, SETTIME, 0, BASE)
    user = k.fork(cred=USER)
    fails(EPERM, user, SETTIME, 0, put_timespecs(user, 1))
    fails(EPERM, user, SETTIMEOFDAY, put_timevals(user, 1), 0)


def test_adjtime_slews(k: FakeKernel, l: Lwp) -> None:
    boot = k.clock.boot_time
    call(l, ADJTIME, put_timevals(l, 1_200_000), 0)  # 1.2 ms: 0.5 ms a second
    advance(k, NS)
    assert k.clock.boot_time == boot + 500_000
    call(l, ADJTIME, 0, OUT)
    assert timeval(l) == 700_000
    advance(k, 10 * NS)
    assert k.clock.boot_time == boot + 1_200_000
    assert k.sched.next_callout() is None
    call(l, ADJTIME, put_timevals(l, -600_000), 0)
    advance(k, 20 * NS)
    assert k.clock.boot_time == boot + 600_000
    fails(EPERM, k.fork(cred=USER), ADJTIME, 0, 0)


@pytest.mark.parametrize("delta", [1_200_000, -1_200_000, NS, 3 * NS + 7, -3 * NS, 0])
def test_a_slew_is_what_its_steps_are(delta: int) -> None:
    slew, left = Slew(delta, 5), delta
    for second in range(4000):
        for moment in (5 + second * NS, 4 + (second + 1) * NS):
            assert slew.delta - slew.done(moment) == left
        step = Slew.FAST if abs(left) > NS else Slew.SLOW
        left -= max(-step, min(left, step))


@pytest.mark.parametrize("delta", [0, 3 * NS, -3 * NS])
def test_when_the_slewed_clock_will_show_a_time(k: FakeKernel, delta: int) -> None:
    k.clock.time = 77
    k.timekeeper.adjust(delta)
    before = k.clock.boot_time + 77
    for ahead in (1, NS - 1, NS, NS + 5_000_000, 10 * NS, 10 * NS + 1, 1000 * NS, 1500 * NS, 10**7 * NS):
        moment = k.timekeeper.moment(before + ahead)
        k.clock.time = moment
        shown = k.clock.boot_time + moment
        assert 0 <= shown - (before + ahead) <= (Slew.FAST if delta > 0 else 0)
        k.clock.time = moment - 1
        assert k.clock.boot_time + moment - 1 < before + ahead


# -- sleeping --------------------------------------------------------------------------------------


def test_nanosleep_takes_exactly_as_long_as_asked(k: FakeKernel, l: Lwp) -> None:
    call(l, NANOSLEEP, put_timespecs(l, 3600 * NS + 1), OUT)
    assert k.clock.time == 3600 * NS + 1
    assert timespec(l) == 0
    call(l, NANOSLEEP, put_timespecs(l, 0), 0)
    fails(EINVAL, l, NANOSLEEP, put_timespecs(l, -1), 0)
    l.proc.vm.copyout(BASE, struct.pack("<qq", 0, NS))
    fails(EINVAL, l, NANOSLEEP, BASE, 0)
    fails(EFAULT, l, NANOSLEEP, 8, 0)


@pytest.mark.parametrize("reason", [EINTR, ERESTART])
def test_a_signal_ends_a_sleep_for_good(k: FakeKernel, l: Lwp, reason: int) -> None:
    k.sched.callout(400 * MS, lambda: k.sched.wake(l, reason))
    fails(EINTR, l, NANOSLEEP, put_timespecs(l, NS), OUT)
    assert timespec(l) == 600 * MS


def test_a_pending_signal_prevents_a_sleep(k: FakeKernel, l: Lwp) -> None:
    k.signals.interrupt = ERESTART
    l.ast = True
    fails(EINTR, l, NANOSLEEP, put_timespecs(l, NS), OUT)
    assert timespec(l) == NS and k.clock.time == 0


def test_clock_nanosleep(k: FakeKernel, l: Lwp) -> None:
    assert call(l, CLOCK_NANOSLEEP, 3, 0, put_timespecs(l, NS), 0) == 0
    assert k.clock.time == NS
    assert call(l, CLOCK_NANOSLEEP, 3, 1, put_timespecs(l, 5 * NS), 0) == 0
    assert k.clock.time == 5 * NS
    assert call(l, CLOCK_NANOSLEEP, 0, 1, put_timespecs(l, k.clock.boot_time + 9 * NS), 0) == 0
    assert k.clock.time == 9 * NS
    assert call(l, CLOCK_NANOSLEEP, 3, 1, put_timespecs(l, NS), 0) == 0  # past already
    assert call(l, CLOCK_NANOSLEEP, 7, 0, put_timespecs(l, NS), 0) == EINVAL
    assert call(l, CLOCK_NANOSLEEP, 3, 2, put_timespecs(l, NS), 0) == EINVAL
    assert call(l, CLOCK_NANOSLEEP, 3, 0, 8, 0) == EFAULT
    k.sched.callout(k.clock.time + 1, lambda: k.sched.wake(l, EINTR))
    l.proc.vm.copyout(OUT, b"\xff" * 16)
    assert call(l, CLOCK_NANOSLEEP, 3, 1, put_timespecs(l, 100 * NS), OUT) == EINTR
    assert l.proc.vm.copyin(OUT, 16) == b"\xff" * 16  # a moment leaves nothing over


def test_setting_the_clock_back_prolongs_a_sleep_until_a_moment(k: FakeKernel, l: Lwp) -> None:
    target = k.clock.boot_time + 10 * NS
    k.sched.callout(5 * NS, lambda: k.timekeeper.set(target - 7 * NS))
    assert call(l, CLOCK_NANOSLEEP, 0, 1, put_timespecs(l, target), 0) == 0
    assert k.clock.time == 12 * NS


# -- interval timers -------------------------------------------------------------------------------


def sent(k: FakeKernel) -> list[int]:
    return [signo for _, signo, _ in k.signals.sent]


def test_a_one_shot_alarm(k: FakeKernel, l: Lwp) -> None:
    call(l, SETITIMER, 0, put_timevals(l, 0, 2 * NS), 0)
    advance(k, NS // 2)
    call(l, GETITIMER, 0, OUT)
    assert (timeval(l), timeval(l, OUT + 16)) == (0, 1_500 * MS)
    advance(k, 2 * NS)
    pid, signo, info = k.signals.sent[0]
    assert (pid, signo, info.code, info.value) == (l.proc.pid, SIGALRM, SI_TIMER, 0)
    call(l, GETITIMER, 0, OUT)
    assert l.proc.vm.copyin(OUT, 32) == bytes(32)
    assert k.sched.next_callout() is None


def test_a_periodic_timer_does_not_drift_and_is_replaced(k: FakeKernel, l: Lwp) -> None:
    call(l, SETITIMER, 3, put_timevals(l, 10 * MS, 10 * MS), 0)
    for i in range(1, 4):
        advance(k, i * 10 * MS)
        assert sent(k) == [SIGALRM] * i
        l.proc.sigpend.take(SIGALRM)
    call(l, SETITIMER, 3, put_timevals(l, 0, 0), OUT)
    assert (timeval(l), timeval(l, OUT + 16)) == (10 * MS, 10 * MS)
    advance(k, NS)
    assert len(sent(k)) == 3


def test_setitimer_errors(l: Lwp) -> None:
    fails(EINVAL, l, SETITIMER, 4, put_timevals(l, 0, 0), 0)
    fails(EINVAL, l, SETITIMER, -1, BASE, 0)
    fails(EINVAL, l, GETITIMER, 4, OUT)
    fails(EFAULT, l, SETITIMER, 0, 8, 0)
    l.proc.vm.copyout(BASE, struct.pack("<qi4xqi4x", 0, 0, 0, 1_000_000))
    fails(EINVAL, l, SETITIMER, 0, BASE, 0)
    fails(EINVAL, l, SETITIMER, 0, put_timevals(l, 0, -NS), 0)
    call(l, SETITIMER, 0, put_timevals(l, 0, 0), 0)
    assert l.proc.timers is None  # clearing what is not set makes nothing


def test_cpu_timers_run_on_charged_time_only(k: FakeKernel, l: Lwp) -> None:
    call(l, SETITIMER, 1, put_timevals(l, 20 * MS, 50 * MS), 0)
    call(l, SETITIMER, 2, put_timevals(l, 0, 60 * MS), 0)
    timers = l.proc.timers
    advance(k, 10 * NS)
    assert sent(k) == [] and timers.next_cpu_deadline() == 50 * MS
    timers.charge(l, 30 * MS, 29 * MS)
    assert sent(k) == [] and timers.next_cpu_deadline() == MS
    timers.charge(l, MS, 0)
    assert sent(k) == [SIGPROF] and timers.next_cpu_deadline() == 19 * MS
    timers.charge(l, 19 * MS, 0)
    assert sent(k) == [SIGPROF, SIGVTALRM] and timers.next_cpu_deadline() == 20 * MS
    timers.charge(l, 20 * MS + 5, 0)  # late by 5 ns, which the next period makes good
    assert timers.next_cpu_deadline() == 20 * MS - 5
    assert sent(k) == [SIGPROF, SIGVTALRM]  # still pending, so not sent again


def test_no_interval_is_so_short_that_time_stands_still(l: Lwp) -> None:
    call(l, SETITIMER, 0, put_timevals(l, 1000, 1000), 0)
    call(l, GETITIMER, 0, OUT)
    assert (timeval(l), timeval(l, OUT + 16)) == (MIN_INTERVAL, 1000)


# -- POSIX timers ----------------------------------------------------------------------------------


def create(l: Lwp, clock: int, notify: int | None = None, signo: int = SIGUSR1, value: int = 0) -> int:
    if notify is None:
        call(l, CREATE, clock, 0, OUT)
    else:
        l.proc.vm.copyout(BASE, struct.pack("<iiQQQ", notify, signo, value, 0, 0))
        call(l, CREATE, clock, BASE, OUT)
    return l.proc.vm.copyin_int(OUT)


def test_posix_timer_signal_and_overruns(k: FakeKernel, l: Lwp) -> None:
    tid = create(l, 3, 1, SIGUSR1, 0xDEADBEEF)
    call(l, TSETTIME, tid, 0, put_timespecs(l, 10 * MS, 10 * MS), 0)
    advance(k, 35 * MS)
    assert sent(k) == [SIGUSR1]
    assert k.signals.sent[0][2].value == 0xDEADBEEF and k.signals.sent[0][2].code == SI_TIMER
    assert call(l, OVERRUN, tid) == 0
    l.proc.sigpend.take(SIGUSR1)
    advance(k, 40 * MS)
    assert sent(k) == [SIGUSR1] * 2 and call(l, OVERRUN, tid) == 2
    call(l, TGETTIME, tid, OUT)
    assert (timespec(l), timespec(l, OUT + 16)) == (10 * MS, 10 * MS)
    call(l, DELETE, tid)
    fails(EINVAL, l, TGETTIME, tid, OUT)
    advance(k, NS)
    assert len(sent(k)) == 2


def test_defaults_absolute_times_and_old_values(k: FakeKernel, l: Lwp) -> None:
    tid = create(l, 0)
    call(l, TSETTIME, tid, 1, put_timespecs(l, 0, k.clock.boot_time + 5 * NS), 0)
    advance(k, 2 * NS)
    call(l, TSETTIME, tid, 1, put_timespecs(l, 0, k.clock.boot_time + 6 * NS), OUT)
    assert timespec(l, OUT + 16) == 3 * NS
    advance(k, 6 * NS)
    _, signo, info = k.signals.sent[0]
    assert (signo, info.value) == (SIGALRM, tid)
    l.proc.sigpend.take(SIGALRM)
    call(l, TSETTIME, tid, 1, put_timespecs(l, 0, k.clock.boot_time + NS), 0)  # past
    advance(k, 6 * NS)
    assert len(sent(k)) == 2


def test_a_moment_moves_with_the_clock_and_a_duration_does_not(k: FakeKernel, l: Lwp) -> None:
    moment, duration = create(l, 0, 1, 31), create(l, 0, 1, 32)
    boot = k.clock.boot_time
    call(l, TSETTIME, moment, 1, put_timespecs(l, 0, boot + 10 * NS), 0)
    call(l, TSETTIME, duration, 0, put_timespecs(l, 0, 10 * NS), 0)
    k.timekeeper.set(boot + 8 * NS)
    advance(k, 2 * NS)
    assert sent(k) == [31]
    advance(k, 10 * NS)
    assert sent(k) == [31, 32]


def test_posix_cpu_timer_and_no_notification(k: FakeKernel, l: Lwp) -> None:
    cpu, silent = create(l, 1), create(l, 3, 0)
    call(l, TSETTIME, cpu, 0, put_timespecs(l, 0, MS), 0)
    call(l, TSETTIME, silent, 0, put_timespecs(l, 0, MS), 0)
    l.proc.timers.charge(l, MS, 0)
    advance(k, 2 * MS)
    assert sent(k) == [SIGVTALRM]
    call(l, TGETTIME, silent, OUT)
    assert timespec(l, OUT + 16) == 0


def test_timer_create_errors_and_limit(l: Lwp) -> None:
    for clock in (-1, 4, 0x40000000):
        fails(EINVAL, l, CREATE, clock, 0, OUT)
    l.proc.vm.copyout(BASE, struct.pack("<iiQQQ", 1, 64, 0, 0, 0))
    fails(EINVAL, l, CREATE, 0, BASE, OUT)
    l.proc.vm.copyout(BASE, struct.pack("<iiQQQ", 4, 1, 0, 0, 0))
    fails(EINVAL, l, CREATE, 0, BASE, OUT)
    fails(EFAULT, l, CREATE, 0, 0, 8)
    ids = [create(l, 0) for _ in range(32)]
    assert ids == list(range(4, 36))
    fails(EAGAIN, l, CREATE, 0, 0, OUT)
    call(l, DELETE, 20)
    assert create(l, 0) == 20
    for timer_id in (0, 3, 36, -1):
        fails(EINVAL, l, DELETE, timer_id)


def test_exec_keeps_bsd_timers_and_exit_keeps_none(k: FakeKernel, l: Lwp) -> None:
    call(l, SETITIMER, 0, put_timevals(l, 0, NS), 0)
    call(l, TSETTIME, create(l, 3), 0, put_timespecs(l, 0, NS), 0)
    timers_exec(l.proc)
    assert list(l.proc.timers.table) == [0]
    child = k.fork(l.proc)
    assert child.proc.timers is None
    timers_exit(l.proc)
    assert l.proc.timers is None and k.sched.next_callout() is None
    create(l, 3)
    timers_exec(l.proc)
    assert l.proc.timers is None
