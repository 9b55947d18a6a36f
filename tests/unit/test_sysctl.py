"""The sysctl call: its size protocol, the tree, what is in it."""

from __future__ import annotations

import struct
from types import SimpleNamespace

import pytest

from kernel.errno import EFAULT, EINVAL, ENOENT, ENOMEM, ENOTDIR, EOPNOTSUPP, EPERM, ESRCH, Errno
from kernel.kauth import Cred
from kernel.lwp import Lwp
from kernel.proc import PK_EXEC, PL_CONTROLT, PL_PPWAIT, PS_STOPFORK, SIDL, SZOMB
from kernel.sched import LSSLEEP, CondVar
from kernel.sysctl import INT, STRING
from tests.unit.fake_kernel import BASE, FakeKernel, call

SYSCTL = 202
NAME, OLDLEN, NEW, OLD = BASE, BASE + 64, BASE + 128, BASE + 1024
USER = Cred(1000, 1000, 1000, 100, 100, 100, (100,))
CURPROC = 0x7FFFFFFF


@pytest.fixture
def k() -> FakeKernel:
    return FakeKernel()


@pytest.fixture(name="l")
def an_lwp(k: FakeKernel) -> Lwp:
    return k.fork()


def sysctl(l: Lwp, *name: int, room: int | None = 8192, new: bytes | None = None) -> bytes:
    """Read a value, and set a new one if given. `room` None asks without a buffer."""
    vm = l.proc.vm
    vm.copyout(NAME, struct.pack(f"<{len(name)}i", *name))
    vm.copyout_word(OLDLEN, room or 0)
    if new is not None:
        vm.copyout(NEW, new)
    old = 0 if room is None else OLD
    call(l, SYSCTL, NAME, len(name), old, OLDLEN, NEW if new is not None else 0, len(new or b""))
    return vm.copyin(OLD, min(length(l), room)) if room is not None else b""


def length(l: Lwp) -> int:
    return l.proc.vm.copyin_word(OLDLEN)


def fails(error: int, l: Lwp, *name: int, room: int | None = 8192, new: bytes | None = None) -> None:
    with pytest.raises(Errno) as e:
        sysctl(l, *name, room=room, new=new)
    assert e.value.errno == error


def integer(l: Lwp, *name: int) -> int:
    data = sysctl(l, *name)
    return int.from_bytes(data, "little", signed=True)


def i32(value: int) -> bytes:
    return struct.pack("<i", value)


# -- the protocol ----------------------------------------------------------------------------------


def test_reading_and_sizes(l: Lwp) -> None:
    assert sysctl(l, 1, 1) == b"NetBSD\0"
    sysctl(l, 1, 1, room=None)
    assert length(l) == 7
    fails(ENOMEM, l, 1, 1, room=3)
    assert l.proc.vm.copyin(OLD, 3) == b"Net" and length(l) == 7
    assert sysctl(l, 1, 2) == b"11.0\0" and integer(l, 1, 3) == 1100000000


def test_errors_of_names(k: FakeKernel, l: Lwp) -> None:
    fails(ENOENT, l, 1, 999)
    fails(ENOENT, l, 99, 1)
    fails(ENOTDIR, l, 1, 1, 1)
    fails(EINVAL, l, 1)
    fails(EOPNOTSUPP, l, 1, -7)
    fails(ENOENT, l, 1, -2, 1)
    fails(EINVAL, l, *range(1, 14))
    for arguments in ((NAME, 0, 0, 0, 0, 0), (8, 2, 0, 0, 0, 0), (NAME, 2, OLD, 8, 0, 0)):
        with pytest.raises(Errno) as e:
            call(l, SYSCTL, *arguments)
        assert e.value.errno in (EINVAL, EFAULT)


def test_writing_takes_privilege_and_the_right_size(k: FakeKernel, l: Lwp) -> None:
    user = k.fork(l.proc, USER)
    fails(EPERM, user, 1, 6, new=i32(100))
    fails(EPERM, l, 1, 1, new=b"Linux\0")
    fails(EINVAL, l, 1, 6, new=b"\0" * 8)
    assert sysctl(l, 1, 6, new=i32(100)) == i32(1044)  # the old value comes with the same call
    assert k.maxproc == 100
    assert integer(user, 1, 6) == 100
    # Nothing new: newlen 0 is a read, for anyone.
    assert sysctl(user, 1, 6, new=b"") == i32(100)


def test_strings_are_written_with_or_without_nul(l: Lwp) -> None:
    sysctl(l, 1, 10, new=b"venus")
    assert sysctl(l, 1, 10) == b"venus\0"
    sysctl(l, 1, 10, new=b"mars\0junk")
    assert sysctl(l, 1, 10) == b"mars\0"
    fails(EINVAL, l, 1, 10, new=b"x" * 257)
    fails(EINVAL, l, 1, 10, new=b"x" * 256)
    sysctl(l, 1, 10, new=b"x" * 255)
    assert len(sysctl(l, 1, 10)) == 256


# -- discovery -------------------------------------------------------------------------------------


def query(l: Lwp, *name: int) -> dict[str, tuple[int, int]]:
    request = struct.pack("<I92x", 0x01000000)
    data = sysctl(l, *name, -2, room=0x8000, new=request)
    found = {}
    for at in range(0, len(data), 96):
        flags, number, text = struct.unpack_from("<Ii32s", data, at)
        found[text.rstrip(b"\0").decode()] = (number, flags)
    return found


def test_names_can_be_found_from_the_root(k: FakeKernel, l: Lwp) -> None:
    top = query(l)
    assert top["kern"][0] == 1 and top["proc"][0] == 10 and top["kern"][1] & 15 == 1
    kern = query(l, 1)
    assert kern["maxproc"][0] == 6 and kern["maxproc"][1] & 0x7F == 0x72
    assert kern["ostype"][1] & 0x70 == 0
    assert list(query(l, 10)) == ["curproc"]
    assert query(l, 10, l.proc.pid)["stopfork"][0] == 3
    assert set(query(l, 10, CURPROC, 2, 8)) == {"soft", "hard"}
    fails(ENOTDIR, l, 1, 1, -2, new=struct.pack("<I92x", 0x01000000))
    fails(EINVAL, l, 1, -2)
    fails(EINVAL, l, 1, -2, new=struct.pack("<I92x", 0x02000000))
    with pytest.raises(Errno) as e:
        sysctl(l, 1, -2, room=200, new=struct.pack("<I92x", 0x01000000))
    assert e.value.errno == ENOMEM
    assert l.proc.vm.copyin(OLD + 96 + 4, 4) == i32(2)  # two whole nodes arrived


def test_every_node_can_be_read(k: FakeKernel, l: Lwp) -> None:
    """Walk the whole tree as sysctl -a does; nothing may raise."""

    def walk(name: tuple[int, ...]) -> int:
        seen = 0
        for number, flags in query(l, *name).values():
            if flags & 15 == 1:
                seen += walk((*name, number))
            else:
                sysctl(l, *name, number, room=0x8000)
                seen += 1
        return seen

    assert walk(()) > 100


def test_other_parts_add_nodes(k: FakeKernel, l: Lwp) -> None:
    state = SimpleNamespace(value=3)
    version = k.sysctl.root.version
    k.sysctl.add(
        "debug.fail.uarea",
        INT,
        read=lambda r: state.value,
        write=lambda r, value: setattr(state, "value", value),
    )
    assert k.sysctl.root.version > version
    fail = query(l, 5)["fail"][0]
    assert fail > 1024
    uarea = query(l, 5, fail)["uarea"][0]
    assert sysctl(l, 5, fail, uarea, new=i32(-1)) == i32(3)
    assert state.value == -1
    with pytest.raises(ValueError):
        k.sysctl.add("kern.ostype", STRING, number=1)


# -- values ----------------------------------------------------------------------------------------


def test_maxproc_range(k: FakeKernel, l: Lwp) -> None:
    for good in (0, 5, 29999):
        sysctl(l, 1, 6, new=i32(good))
        assert k.maxproc == good
    for bad in (-1, 30000):
        fails(EINVAL, l, 1, 6, new=i32(bad))


@pytest.mark.parametrize(("ms", "shown"), [(0, 0), (3, 10), (10, 10), (15, 10), (25, 20), (20000, 20000)])
def test_forkfsleep_is_kept_in_ticks(k: FakeKernel, l: Lwp, ms: int, shown: int) -> None:
    sysctl(l, 1, 65, new=i32(ms))
    assert integer(l, 1, 65) == shown and k.forkfsleep == shown // 10
    fails(EINVAL, l, 1, 65, new=i32(20001))
    fails(EINVAL, l, 1, 65, new=i32(-1))


def test_securelevel_only_rises(k: FakeKernel, l: Lwp) -> None:
    other = k.fork(l.proc)
    sysctl(other, 1, 9, new=i32(1))
    fails(EPERM, other, 1, 9, new=i32(0))
    sysctl(l, 1, 9, new=i32(0))  # pid 1 may lower it


def test_time_and_message_buffer(k: FakeKernel, l: Lwp) -> None:
    assert struct.unpack("<5i", sysctl(l, 1, 12)) == (100, 10000, 40, 100, 100)
    assert struct.unpack("<qq", sysctl(l, 1, 83)) == (k.clock.boot_time // 10**9, 0)
    k.clock.time = 5_000_000_000
    l.utime, l.stime = 1_000_000_000, 500_000_000
    assert struct.unpack("<5Q", sysctl(l, 1, 51)) == (100, 0, 50, 0, 350)
    assert integer(l, 1, 80) == 500
    k.log("proc: table is full\n")
    assert sysctl(l, 1, 53) == b"proc: table is full\n"


def test_load_average_approaches_what_runs(k: FakeKernel, l: Lwp) -> None:
    busy = k.fork(l.proc)
    busy.stat = 2
    k.clock.time = 3600 * 10**9
    one, five, fifteen, scale = struct.unpack("<3I4xq", sysctl(l, 2, 2))
    assert scale == 2048 and 1900 < fifteen <= five <= one <= 2048


def test_uvmexp2(k: FakeKernel, l: Lwp) -> None:
    data = sysctl(l, 2, 5)
    assert len(data) == 712
    values = [struct.unpack_from("<q", data, at)[0] for at in (0, 24, 32, 192, 280, 288, 296)]
    assert values == [4096, 16384, 16000, 11, 5, 2, 1]


# -- kern.proc2 ------------------------------------------------------------------------------------


def proc2(l: Lwp, op: int, arg: int = 0, size: int = 680, count: int = 50) -> list[bytes]:
    data = sysctl(l, 1, 47, op, arg, size, count, room=size * 60)
    return [data[at : at + size] for at in range(0, len(data), size)]


def pid_of(element: bytes) -> int:
    return int(struct.unpack_from("<i", element, 116)[0])


def test_proc2_order_and_selection(k: FakeKernel, l: Lwp) -> None:
    a, b, c = k.fork(l.proc), k.fork(l.proc, USER), k.fork(l.proc)
    call(c, 147)
    a.proc.stat = SZOMB
    embryo = k.fork(l.proc)
    embryo.proc.stat = SIDL
    pids = [x.proc.pid for x in (l, a, b, c)]
    assert [pid_of(e) for e in proc2(l, 0)] == [pids[3], pids[2], pids[0], 0, pids[1]]
    assert [pid_of(e) for e in proc2(l, 1, pids[2])] == [pids[2]]
    assert proc2(l, 1, 999) == []
    assert [pid_of(e) for e in proc2(l, 2, pids[3])] == [pids[3]]
    assert [pid_of(e) for e in proc2(l, 3, pids[3])] == [pids[3]]
    assert [pid_of(e) for e in proc2(l, 5, 1000)] == [pids[2]]
    assert [pid_of(e) for e in proc2(l, 6, 1000)] == [pids[2]]
    assert [pid_of(e) for e in proc2(l, 7, 100)] == [pids[2]]
    assert [pid_of(e) for e in proc2(l, 8, 100)] == [pids[2]]
    assert len(proc2(l, 4, -1)) == 5  # none has a terminal
    fails(EINVAL, l, 1, 47, 9, 0, 680, 1)
    fails(EINVAL, l, 1, 47, 0, 0, 680)


def test_proc2_sizes(k: FakeKernel, l: Lwp) -> None:
    k.fork(l.proc)
    sysctl(l, 1, 47, 0, 0, 680, 0, room=None)
    assert length(l) == (3 + 5) * 680
    assert [len(e) for e in proc2(l, 0, size=120)] == [120] * 3
    fails(ENOMEM, l, 1, 47, 0, 0, 680, 50, room=1000)
    assert length(l) == 680
    fails(ENOMEM, l, 1, 47, 0, 0, 680, 1)
    long = proc2(l, 1, l.proc.pid, size=700)[0]
    assert long[680:] == bytes(20)


def test_proc2_fields(k: FakeKernel, l: Lwp) -> None:
    k.clock.time = 7_000_002_000
    call(l, 147)
    child = k.fork(l.proc, Cred(1, 2, 3, 4, 5, 6, (5, 70)))
    p = child.proc
    l.proc.pgrp.session.ttyvp = SimpleNamespace(rdev=0x305, pgrp=l.proc.pgrp)
    p.lflag = PL_CONTROLT | PL_PPWAIT
    p.flag, p.sflag = PK_EXEC, PS_STOPFORK
    p.exitsig, p.xexit, p.xsig, p.acflag, p.nice = 20, 3, 0, 1, 25
    p.comm, p.sigignore, p.sigcatch = "sh", 1, 2
    p.sigpend.put(3, None)
    child.sigmask = 8
    child.stat, child.wchan = LSSLEEP, CondVar("vfork")
    child.utime, child.stime = 1_500_000_000, 250_000_000
    p.stats.minflt, p.traceflag = 9, 0x10000000
    e = proc2(l, 1, p.pid)[0]

    def at(fmt: str, offset: int) -> int:
        return int(struct.unpack_from("<" + fmt, e, offset)[0])

    assert at("i", 104) == 1 and at("i", 108) == 20
    assert at("i", 112) == 0x2 | 0x4 | 0x10 | 0x4000 | 0x800000 == at("q", 608)
    assert [at("i", o) for o in (116, 120, 124, 128, 132)] == [p.pid, l.proc.pid, 1, 1, 1]
    assert [at("I", o) for o in (136, 140, 144, 148, 152, 156)] == [2, 1, 5, 4, 5, 70]
    assert [at("I", o) for o in (640, 644)] == [3, 6]
    assert at("h", 216) == 2 and at("I", 220) == 0x305
    assert [at("q", o) for o in (256, 264)] == [150, 25]
    assert at("I", 228) == 1 and at("I", 232) == 750_000
    assert at("i", 288) == 0x10000000
    assert [e[o] for o in (296, 312, 328, 344)] == [4, 8, 1, 2]
    assert (e[360], e[363]) == (3, 25) and at("H", 364) == 0x300 and at("H", 366) == 1
    assert e[368:371] == b"sh\0" and e[392:400] == b"vfork\0\0\0" and e[408:413] == b"root\0"
    assert [at("i", o) for o in (432, 436, 440, 444)] == [7, 3, 1, 1024]
    assert at("q", 448) == 1
    start = k.clock.boot_time + 7_000_002_000
    assert at("I", 456) == start // 10**9 and at("I", 460) == 2
    assert at("I", 464) == 1 and at("I", 468) == 500_000
    assert at("q", 512) == 9
    assert at("q", 616) == 1 and at("q", 632) == 2
    assert e[648:655] == b"netbsd\0" and at("q", 664) == 10
    p.stat, p.lwps = SZOMB, []
    e = proc2(l, 1, p.pid)[0]
    assert e[360] == 5 and at("q", 632) == 5 and at("q", 448) == 0


def test_kern_lwp(k: FakeKernel, l: Lwp) -> None:
    l.name, l.wchan = "worker", CondVar("nanoslp")
    data = sysctl(l, 1, 64, l.proc.pid, 128, 10)
    assert len(data) == 128
    assert struct.unpack_from("<i", data, 32)[0] == l.lid
    assert data[64:72] == b"nanoslp\0" and data[108:115] == b"worker\0"
    k.fork(l.proc)
    assert len(sysctl(l, 1, 64, -1, 128, 10)) == 256
    fails(ESRCH, l, 1, 64, 99, 128, 10)


# -- kern.proc_args --------------------------------------------------------------------------------


def test_proc_args(k: FakeKernel, l: Lwp) -> None:
    target = k.fork(l.proc)
    p, vm = target.proc, target.proc.vm
    p.psstrp = BASE + 0x800
    vm.copyout(BASE + 0x900, b"ls\0-l\0" + b"A=1\0")
    vm.copyout(BASE + 0xA00, struct.pack("<3Q", BASE + 0x900, BASE + 0x903, BASE + 0x906))
    vm.copyout(p.psstrp, struct.pack("<QixxxxQixxxx", BASE + 0xA00, 2, BASE + 0xA10, 1))
    pid = p.pid
    assert sysctl(l, 1, 48, pid, 1) == b"ls\0-l\0"
    assert integer(l, 1, 48, pid, 2) == 2 and integer(l, 1, 48, pid, 4) == 1
    assert sysctl(l, 1, 48, pid, 3) == b"A=1\0"
    assert sysctl(l, 1, 48, pid, 1, room=4) == b"ls\0-"
    sysctl(l, 1, 48, pid, 1, room=None)
    assert length(l) == 256 * 1024
    vm.copyout(BASE + 0xA08, bytes(8))
    assert sysctl(l, 1, 48, pid, 1) == b"ls\0"
    p.path = "/bin/ls"
    assert sysctl(l, 1, 48, pid, 5) == b"/bin/ls\0"
    user = k.fork(l.proc, USER)
    assert sysctl(user, 1, 48, pid, 1) == b"ls\0"
    fails(EPERM, user, 1, 48, pid, 3)
    fails(EINVAL, l, 1, 48, 999, 1)
    fails(EINVAL, l, 1, 48, pid, 7)
    fails(EINVAL, l, 1, 48, pid)


# -- proc.<pid> ------------------------------------------------------------------------------------


def test_corename(k: FakeKernel, l: Lwp) -> None:
    child = k.fork(l.proc)
    pid = child.proc.pid
    assert sysctl(l, 10, pid, 1) == b"%n.core\0"
    sysctl(l, 10, pid, 1, new=b"/tmp/%n.core\0")
    assert child.proc.limit.corename == "/tmp/%n.core" and l.proc.limit.corename == "%n.core"
    for bad in (b"passwd\0", b"score\0", b"cor\0"):
        fails(EINVAL, l, 10, pid, 1, new=bad)
    sysctl(l, 10, CURPROC, 1, new=b"core\0")
    assert l.proc.limit.corename == "core"
    fails(ESRCH, l, 10, 999, 1)
    user = k.fork(l.proc, USER)
    fails(EPERM, user, 10, pid, 1, new=b"x.core\0")
    sysctl(user, 10, CURPROC, 1, new=b"x.core\0")


def test_rlimits_of_another_process(k: FakeKernel, l: Lwp) -> None:
    child = k.fork(l.proc, USER)
    pid = child.proc.pid
    assert integer(l, 10, pid, 2, 8, 1) == 160 and integer(l, 10, pid, 2, 8, 2) == 1044
    sysctl(l, 10, pid, 2, 8, 1, new=struct.pack("<q", 7))
    assert child.proc.limit.soft[7] == 7 and l.proc.limit.soft[7] == 160
    fails(EINVAL, l, 10, pid, 2, 8, 2, new=struct.pack("<q", 6))
    sysctl(child, 10, CURPROC, 2, 8, 2, new=struct.pack("<q", 10))
    fails(EPERM, child, 10, CURPROC, 2, 8, 2, new=struct.pack("<q", 11))
    fails(EPERM, child, 10, l.proc.pid, 2, 8, 1, new=struct.pack("<q", 1))
    fails(ENOENT, l, 10, pid, 2, 13, 1)


def test_stop_flags_are_written_and_read_as_zero(k: FakeKernel, l: Lwp) -> None:
    child = k.fork(l.proc)
    sysctl(l, 10, child.proc.pid, 3, new=i32(1))
    assert child.proc.sflag == PS_STOPFORK
    assert integer(l, 10, child.proc.pid, 3) == 0  # quirk Q3
    sysctl(l, 10, child.proc.pid, 3, new=i32(0))
    assert child.proc.sflag == 0
    user = k.fork(l.proc, USER)
    fails(EPERM, user, 10, child.proc.pid, 3, new=i32(1))
    assert integer(l, 10, CURPROC, 6) == 0


# -- small calls -----------------------------------------------------------------------------------


def test_getrandom(k: FakeKernel, l: Lwp) -> None:
    assert call(l, 91, BASE, 32, 0) == 32
    first = l.proc.vm.copyin(BASE, 32)
    assert call(l, 91, BASE, 32, 2) == 32
    assert l.proc.vm.copyin(BASE, 32) != first
    again = FakeKernel().fork()
    call(again, 91, BASE, 32, 0)
    assert again.proc.vm.copyin(BASE, 32) == first  # the same seed
    for arguments in ((BASE, 4, 8), (BASE, 4, 6), (BASE, 1 << 63, 0)):
        with pytest.raises(Errno) as e:
            call(l, 91, *arguments)
        assert e.value.errno == EINVAL


def test_scheduling_calls(k: FakeKernel, l: Lwp) -> None:
    user = k.fork(l.proc, USER)
    call(user, 347, 0, 0, BASE, BASE + 8)
    assert user.proc.vm.copyin_int(BASE) == 0 and user.proc.vm.copyin_int(BASE + 8) == 43
    user.proc.vm.copyout_int(BASE, -1)
    call(user, 346, 0, 0, -1, BASE)
    user.proc.vm.copyout(BASE, b"\1\0\0\0")
    with pytest.raises(Errno) as e:
        call(user, 348, 0, 0, 4, BASE)
    assert e.value.errno == EPERM
    l.proc.vm.copyout(BASE, b"\1\0\0\0")
    call(l, 348, user.proc.pid, 0, 4, BASE)
    call(user, 349, 0, 0, 4, BASE + 16)
    assert user.proc.vm.copyin_int(BASE + 16) == 1
    l.proc.vm.copyout(BASE, b"\2\0\0\0")
    with pytest.raises(Errno) as e:
        call(l, 348, 0, 0, 4, BASE)
    assert e.value.errno == EINVAL
    assert call(l, 350) is None


def test_uuids_are_of_version_4(l: Lwp) -> None:
    call(l, 355, BASE, 3)
    for i in range(3):
        uuid = l.proc.vm.copyin(BASE + 16 * i, 16)
        assert uuid[7] >> 4 == 4 and uuid[8] >> 6 == 2
    with pytest.raises(Errno):
        call(l, 355, BASE, 0)
