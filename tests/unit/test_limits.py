"""Resource limits, usage counters and nice values."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from kernel.errno import EACCES, EFAULT, EINVAL, EPERM, ESRCH, Errno
from kernel.kauth import Cred
from kernel.limits import (
    RLIM_INFINITY,
    RLIMIT_CORE,
    RLIMIT_CPU,
    RLIMIT_NOFILE,
    RLIMIT_NPROC,
    RLIMIT_STACK,
    Limits,
    privatise,
    set_corename,
)
from kernel.lwp import Lwp
from kernel.resource import Rusage, Stats, check_cpu_limit, own_usage, pack_wait_rusage, pack_wrusage
from kernel.signo import SIGKILL, SIGXCPU
from kernel.uvm.map import MAXSSIZ, USRSTACK
from tests.unit.fake_kernel import BASE, FakeKernel, call

GETRLIMIT, SETRLIMIT, GETRUSAGE = 194, 195, 445
GETPRIORITY, SETPRIORITY = 100, 96
USER = Cred(1000, 1000, 1000, 100, 100, 100)


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


def setrlimit(l: Lwp, which: int, soft: int, hard: int) -> None:
    l.proc.vm.copyout(BASE, struct.pack("<QQ", soft, hard))
    call(l, SETRLIMIT, which, BASE)


def getrlimit(l: Lwp, which: int) -> tuple[int, int]:
    call(l, GETRLIMIT, which, BASE)
    soft, hard = struct.unpack("<QQ", l.proc.vm.copyin(BASE, 16))
    return soft, hard


def test_defaults(l: Lwp) -> None:
    assert getrlimit(l, RLIMIT_NPROC) == (160, 1044)
    assert getrlimit(l, RLIMIT_NOFILE) == (128, 3404)
    assert getrlimit(l, RLIMIT_STACK) == (4 << 20, 120 << 20)
    assert getrlimit(l, RLIMIT_CPU) == (RLIM_INFINITY, RLIM_INFINITY)
    assert Limits.initial(maxproc=50, memory=1).soft[RLIMIT_NPROC] == 50


def test_errors(k: FakeKernel, l: Lwp) -> None:
    fails(EINVAL, l, GETRLIMIT, 12, BASE)
    fails(EINVAL, l, GETRLIMIT, -1, BASE)
    fails(EFAULT, l, GETRLIMIT, 0, 8)
    fails(EFAULT, l, SETRLIMIT, 0, 8)
    l.proc.vm.copyout(BASE, struct.pack("<QQ", 2, 1))
    fails(EINVAL, l, SETRLIMIT, RLIMIT_CORE, BASE)
    fails(EINVAL, l, SETRLIMIT, 12, BASE)
    user = k.fork(l.proc, USER)
    setrlimit(user, RLIMIT_CORE, 5, 10)
    user.proc.vm.copyout(BASE, struct.pack("<QQ", 5, 11))
    fails(EPERM, user, SETRLIMIT, RLIMIT_CORE, BASE)
    setrlimit(user, RLIMIT_CORE, 10, 10)
    assert getrlimit(user, RLIMIT_CORE) == (10, 10)


def test_counts_are_clamped_to_what_the_system_has(k: FakeKernel, l: Lwp) -> None:
    setrlimit(l, RLIMIT_NPROC, 5000, 5000)
    assert getrlimit(l, RLIMIT_NPROC) == (1044, 1044)
    setrlimit(l, RLIMIT_NOFILE, 20, RLIM_INFINITY)
    assert getrlimit(l, RLIMIT_NOFILE) == (20, 3404)


def test_the_stack_limit_moves_the_stack(l: Lwp) -> None:
    setrlimit(l, RLIMIT_STACK, (1 << 20) + 1, RLIM_INFINITY)
    assert getrlimit(l, RLIMIT_STACK) == ((1 << 20) + 4096, MAXSSIZ)
    vm: Any = l.proc.vm
    assert vm.changes == [(USRSTACK - (4 << 20), USRSTACK - (1 << 20) - 4096, 0)]
    setrlimit(l, RLIMIT_STACK, 2 << 20, MAXSSIZ)
    assert vm.changes[1:] == [(USRSTACK - (2 << 20), USRSTACK - (1 << 20) - 4096, 3)]
    l.proc.vm.copyout(BASE, struct.pack("<QQ", 4096, 4096))
    fails(EINVAL, l, SETRLIMIT, RLIMIT_STACK, BASE)


@pytest.mark.parametrize("written_before", [False, True])
def test_fork_gives_an_independent_copy(k: FakeKernel, l: Lwp, written_before: bool) -> None:
    if written_before:
        setrlimit(l, RLIMIT_NOFILE, 64, 3404)
    before = getrlimit(l, RLIMIT_NOFILE)
    child = k.fork(l.proc)
    assert (child.proc.limit is l.proc.limit) is not written_before
    assert getrlimit(child, RLIMIT_NOFILE) == before
    setrlimit(child, RLIMIT_NOFILE, 10, 3404)
    assert getrlimit(l, RLIMIT_NOFILE) == before
    setrlimit(l, RLIMIT_NOFILE, 30, 3404)
    assert getrlimit(child, RLIMIT_NOFILE) == (10, 3404)


def test_references(k: FakeKernel, l: Lwp) -> None:
    shared = l.proc.limit
    count = shared.refs
    child = k.fork(l.proc)
    assert shared.refs == count + 1
    privatise(child.proc)
    assert shared.refs == count and child.proc.limit.refs == 1
    privatise(child.proc)
    assert child.proc.limit.refs == 1


def test_an_unchanged_limit_copies_nothing(k: FakeKernel, l: Lwp) -> None:
    shared = l.proc.limit
    setrlimit(l, RLIMIT_NPROC, 160, 1044)
    assert l.proc.limit is shared


def test_core_names_are_inherited_and_fall_back_when_the_identity_changes(k: FakeKernel, l: Lwp) -> None:
    set_corename(l.proc, "/tmp/%p.core")
    child = k.fork(l.proc)
    assert child.proc.limit.corename == "/tmp/%p.core"
    call(child, 23, 1000)
    assert child.proc.limit.corename == "%n.core"
    assert l.proc.limit.corename == "/tmp/%p.core"


def test_the_cpu_limit_warns_and_then_kills(k: FakeKernel, l: Lwp) -> None:
    setrlimit(l, RLIMIT_CPU, 2, 8)
    for seconds in (1, 2, 3, 6, 7, 8):
        l.utime = seconds * 10**9
        check_cpu_limit(l.proc)
    assert [signo for _, signo, _ in k.signals.sent] == [SIGXCPU, SIGXCPU, SIGKILL]
    assert b"exceeded RLIMIT_CPU" in k.msgbuf


# -- usage -----------------------------------------------------------------------------------------


def test_rusage_layout(l: Lwp) -> None:
    p = l.proc
    l.utime, l.stime, l.nvcsw, l.nivcsw = 3_000_001_500, 42_000, 4, 5
    p.stats.minflt, p.stats.majflt, p.stats.nsignals, p.stats.inblock = 1, 2, 3, 6
    call(l, GETRUSAGE, 0, BASE)
    data = p.vm.copyin(BASE, 144)
    assert struct.unpack_from("<qi", data, 0) == (3, 1)
    assert struct.unpack_from("<qi", data, 16) == (0, 42)
    assert struct.unpack_from("<4q", data, 64) == (1, 2, 0, 6)
    assert struct.unpack_from("<3q", data, 120) == (3, 4, 5)
    fails(EINVAL, l, GETRUSAGE, 1, BASE)
    fails(EFAULT, l, GETRUSAGE, 0, 8)


def test_a_reaped_child_counts_with_its_own_children(k: FakeKernel, l: Lwp) -> None:
    child = k.fork(l.proc)
    child.utime, child.proc.stats.minflt = 7_000, 2
    child.proc.stats.cru = Rusage()
    child.proc.stats.cru = Rusage()
    child.proc.stats.cru.minflt = 10
    child.proc.stats.maxrss = 100
    assert len(pack_wrusage(child.proc)) == 288
    assert struct.unpack_from("<q", pack_wait_rusage(child.proc), 64) == (12,)
    assert struct.unpack_from("<q", pack_wrusage(child.proc), 144 + 64) == (10,)
    child.proc.stats.add_lwp(child)
    child.proc.stats.add_lwp(child)  # as the end of an LWP does
    l.proc.stats.add_child(child.proc)
    call(l, GETRUSAGE, -1, BASE)
    data = l.proc.vm.copyin(BASE, 144)
    assert struct.unpack_from("<qi", data, 0) == (0, 7)
    assert struct.unpack_from("<q", data, 32) == (100,)
    assert struct.unpack_from("<q", data, 64) == (12,)
    assert own_usage(l.proc).minflt == 0


def test_an_exited_lwps_use_stays_with_the_process(l: Lwp) -> None:
    l.utime = 5_000
    l.proc.stats.add_lwp(l)
    assert own_usage(l.proc).utime == 5_000
    l.proc.lwps.remove(l)
    assert own_usage(l.proc).utime == 5_000


def test_fork_copies_the_profiling_buffer_and_nothing_else() -> None:
    parent = Stats()
    parent.minflt, parent.prof = 3, (0x1000, 64, 0, 65536)
    parent.cru = Rusage()
    parent.cru = Rusage()
    parent.cru.minflt = 4
    child = parent.fork()
    assert child.prof == parent.prof
    assert child.minflt == 0 and child.cru.minflt == 0


# -- nice ------------------------------------------------------------------------------------------


def test_nice(k: FakeKernel, l: Lwp) -> None:
    user = k.fork(l.proc, USER)
    assert call(user, GETPRIORITY, 0, 0) == 0
    call(user, SETPRIORITY, 0, 0, 5)
    assert call(user, GETPRIORITY, 0, 0) == 5 and user.proc.nice == 25
    fails(EACCES, user, SETPRIORITY, 0, 0, 4)
    call(user, SETPRIORITY, 0, 0, 100)
    assert call(user, GETPRIORITY, 0, 0) == 20
    fails(EPERM, user, SETPRIORITY, 0, l.proc.pid, 10)
    call(l, SETPRIORITY, 0, user.proc.pid, -100)
    assert call(l, GETPRIORITY, 0, user.proc.pid) == -20
    fails(EINVAL, l, GETPRIORITY, 3, 0)
    fails(ESRCH, l, GETPRIORITY, 0, 999)
    fails(ESRCH, l, GETPRIORITY, 2, 4711)


def test_nice_of_a_group_and_of_a_user(k: FakeKernel, l: Lwp) -> None:
    call(l, 147)
    a, b = k.fork(l.proc, USER), k.fork(l.proc, USER)
    call(l, SETPRIORITY, 1, 0, 3)
    assert [call(x, GETPRIORITY, 0, 0) for x in (l, a, b)] == [3, 3, 3]
    call(a, SETPRIORITY, 2, 1000, 7)
    assert [call(x, GETPRIORITY, 0, 0) for x in (l, a, b)] == [3, 7, 7]
    assert call(l, GETPRIORITY, 1, l.proc.pid) == 3
