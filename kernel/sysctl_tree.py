"""What is in the sysctl tree from the start: kern, vm, hw, user, proc (NetBSD: init_sysctl.c and others)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, EPERM, ESRCH, Errno
from kernel.kauth import NGROUPS_MAX, Process
from kernel.limits import MAXFILES, NAMES, dosetrlimit, set_corename
from kernel.pid import PID_MAX
from kernel.proc import PS_STOPEXEC, PS_STOPEXIT, PS_STOPFORK, Proc
from kernel.prot import proc_find
from kernel.resource import own_usage
from kernel.sched import LSONPROC, LSRUN
from kernel.sysctl import ANYNUMBER, ANYWRITE, INT, QUAD, STRING, STRUCT, Reader, Request, Sysctl
from kernel.sysctl_kinfo import ARG_MAX, kern_lwp, kern_proc2, kern_proc_args, pack_uvmexp2
from kernel.time import HZ, NS, TICK, US, pack_timespec

if TYPE_CHECKING:
    from kernel.main import Kernel

OSTYPE, OSRELEASE, OSREVISION = "NetBSD", "11.0", 1100000000
VERSION = "NetBSD 11.0 (UAREA) #0: a kernel in Python for an emulated RV64 machine\n"
MODEL = "uarea RV64GC"
INT_MAX = 0x7FFFFFFF
MAXHOSTNAMELEN = 256
MAXPATHLEN = 1024
FORKFSLEEP_MAX = 20_000  # ms
FSCALE = 2048  # fixed point one
STD_PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/pkg/bin:/usr/pkg/sbin:/usr/local/bin:/usr/local/sbin"
POSIX_2001 = 200112
PROC_CURPROC = 0x7FFFFFFF
RLIMIT_SOFT, RLIMIT_HARD = 1, 2
MSGBUFSIZE = 16384
URANDOM_MAX = 256  # bytes that kern.arandom hands out at most

TOP_LEVEL = (("kern", 1), ("vm", 2), ("vfs", 3), ("debug", 5), ("hw", 6), ("user", 8), ("proc", 10))

# Values that never change: path, number, kind, value.
CONSTANTS: list[tuple[str, int, int, int | str]] = [
    ("kern.ostype", 1, STRING, OSTYPE),
    ("kern.osrelease", 2, STRING, OSRELEASE),
    ("kern.osrevision", 3, INT, OSREVISION),
    ("kern.version", 4, STRING, VERSION),
    ("kern.argmax", 8, INT, ARG_MAX),
    ("kern.posix1version", 17, INT, POSIX_2001),
    ("kern.ngroups", 18, INT, NGROUPS_MAX),
    ("kern.job_control", 19, INT, 1),
    ("kern.saved_ids", 20, INT, 1),
    ("kern.maxpartitions", 23, INT, 8),
    ("kern.rawpartition", 24, INT, 2),
    ("kern.rtc_offset", 29, INT, 0),
    ("kern.root_device", 30, STRING, "md0"),
    ("kern.msgbufsize", 31, INT, MSGBUFSIZE),
    ("kern.fsync", 32, INT, 1),
    ("kern.synchronized_io", 37, INT, 1),
    ("kern.iov_max", 38, INT, 1024),
    ("kern.mapped_files", 40, INT, 1),
    ("kern.memlock", 41, INT, 1),
    ("kern.memlock_range", 42, INT, 1),
    ("kern.memory_protection", 43, INT, 1),
    ("kern.login_name_max", 44, INT, 17),
    ("kern.fscale", 49, INT, FSCALE),
    ("kern.monotonic_clock", 60, INT, POSIX_2001),
    ("kern.posix_threads", 66, INT, POSIX_2001),
    ("kern.posix_semaphores", 67, INT, 0),
    ("kern.posix_barriers", 68, INT, POSIX_2001),
    ("kern.posix_timers", 69, INT, POSIX_2001),
    ("kern.posix_spin_locks", 70, INT, POSIX_2001),
    ("kern.posix_reader_writer_locks", 71, INT, POSIX_2001),
    ("kern.root_partition", 74, INT, 0),
    ("vm.maxslp", 9, INT, 20),
    ("vm.minaddress", 14, QUAD, 0x1000),
    ("vm.maxaddress", 15, QUAD, 0x3F_FFFF_0000),
    ("hw.machine", 1, STRING, "riscv"),
    ("hw.model", 2, STRING, MODEL),
    ("hw.ncpu", 3, INT, 1),
    ("hw.byteorder", 4, INT, 1234),
    ("hw.pagesize", 7, INT, 4096),
    ("hw.machine_arch", 10, STRING, "riscv64"),
    ("hw.alignbytes", 11, INT, 15),
    ("hw.ncpuonline", 16, INT, 1),
    ("user.cs_path", 1, STRING, STD_PATH),
    ("user.bc_base_max", 2, INT, INT_MAX),
    ("user.bc_dim_max", 3, INT, 65535),
    ("user.bc_scale_max", 4, INT, INT_MAX),
    ("user.bc_string_max", 5, INT, INT_MAX),
    ("user.coll_weights_max", 6, INT, 2),
    ("user.expr_nest_max", 7, INT, 32),
    ("user.line_max", 8, INT, 2048),
    ("user.re_dup_max", 9, INT, 255),
    ("user.posix2_version", 10, INT, POSIX_2001),
    ("user.posix2_c_bind", 11, INT, 1),
    ("user.posix2_c_dev", 12, INT, 1),
    ("user.posix2_char_term", 13, INT, 1),
    ("user.posix2_fort_dev", 14, INT, 0),
    ("user.posix2_fort_run", 15, INT, 0),
    ("user.posix2_localedef", 16, INT, 0),
    ("user.posix2_sw_dev", 17, INT, 1),
    ("user.posix2_upe", 18, INT, 1),
    ("user.stream_max", 19, INT, 128),
    ("user.tzname_max", 20, INT, 6),
    ("user.atexit_max", 21, INT, INT_MAX),
]


def build_tree(k: Kernel) -> Sysctl:
    """The tree of a kernel that boots."""
    tree = Sysctl(k)
    for name, number in TOP_LEVEL:
        tree.add(name, number=number)
    for path, number, kind, value in CONSTANTS:
        tree.add(path, kind, number=number, read=_constant(value))
    Variables(k, tree)
    LoadAverage(k, tree)
    _add_kern(tree)
    _add_machine(tree)
    _add_proc(tree)
    return tree


def _constant(value: int | str) -> Reader:
    return lambda r: value


def _between(r: Request, value: int | bytes, low: int, high: int) -> int:
    assert isinstance(value, int)
    if not low <= value <= high:
        raise Errno(EINVAL)
    return value


class Variables:
    """Settings that live nowhere else but in the tree: names of the machine, security level, fork's delay."""

    __slots__ = ("domainname", "hostid", "hostname", "kernel", "maxvnodes", "securelevel")

    def __init__(self, k: Kernel, tree: Sysctl) -> None:
        self.kernel = k
        self.hostname = "uarea"
        self.domainname = ""
        self.hostid = 0
        self.securelevel = -1
        self.maxvnodes = 16384
        add = tree.add
        add("kern.maxvnodes", INT, number=5, read=lambda r: self.maxvnodes, write=self._set_maxvnodes)
        add("kern.maxproc", INT, number=6, read=lambda r: k.maxproc, write=self._set_maxproc)
        add("kern.maxfiles", INT, number=7, read=lambda r: k.maxfiles, write=self._set_maxfiles)
        add("kern.securelevel", INT, number=9, read=lambda r: self.securelevel, write=self._set_securelevel)
        add("kern.hostid", INT, number=11, read=lambda r: self.hostid, write=self._set_hostid)
        add("kern.kq_calloutmax", INT, read=lambda r: k.kq_calloutmax, write=self._set_kq_calloutmax)
        add("kern.forkfsleep", INT, number=65, read=self._forkfsleep, write=self._set_forkfsleep)
        self._add_name(tree, "hostname", 10)
        self._add_name(tree, "domainname", 22)

    def _add_name(self, tree: Sysctl, field: str, number: int) -> None:
        def read(r: Request) -> str:
            name: str = getattr(self, field)
            return name

        def write(r: Request, value: int | bytes) -> None:
            setattr(self, field, _text(value))

        tree.add(f"kern.{field}", STRING, number=number, size=MAXHOSTNAMELEN, read=read, write=write)

    def _set_maxvnodes(self, r: Request, value: int | bytes) -> None:
        self.maxvnodes = _between(r, value, 1, INT_MAX)

    def _set_maxproc(self, r: Request, value: int | bytes) -> None:
        self.kernel.maxproc = _between(r, value, 0, PID_MAX - 1)

    def _set_maxfiles(self, r: Request, value: int | bytes) -> None:
        self.kernel.maxfiles = _between(r, value, 1, MAXFILES * 16)

    def _set_kq_calloutmax(self, r: Request, value: int | bytes) -> None:
        self.kernel.kq_calloutmax = _between(r, value, 0, INT_MAX)

    def _set_hostid(self, r: Request, value: int | bytes) -> None:
        self.hostid = _between(r, value, -INT_MAX - 1, INT_MAX)

    def _set_securelevel(self, r: Request, value: int | bytes) -> None:
        level = _between(r, value, -INT_MAX - 1, INT_MAX)
        if level < self.securelevel and r.l.proc.pid != 1:
            raise Errno(EPERM)  # the level only ever rises, except that init may lower it
        self.securelevel = level

    def _forkfsleep(self, r: Request) -> int:
        return self.kernel.forkfsleep * 1000 // HZ

    def _set_forkfsleep(self, r: Request, value: int | bytes) -> None:
        ms = _between(r, value, 0, FORKFSLEEP_MAX)
        # Kept in ticks, and cut to them, but never to none.
        self.kernel.forkfsleep = max(1, ms * HZ // 1000) if ms else 0


def _text(value: int | bytes) -> str:
    assert isinstance(value, bytes)
    return value.decode("latin-1")


class LoadAverage:
    """The load averages over 1, 5 and 15 minutes (NetBSD: sched_average_update).

    Nothing samples the run queue while nobody looks: a periodic callout would keep an idle machine from
    ever being found idle. Each look counts for the five-second steps since the look before.
    """

    __slots__ = ("average", "kernel", "last")

    STEP = 5 * NS
    ONE = 1 << 32
    # ONE times exp(-1/12), exp(-1/60), exp(-1/180): what of an average is left after one step
    DECAY = (3951560672, 4223977731, 4271172524)

    def __init__(self, k: Kernel, tree: Sysctl) -> None:
        self.kernel = k
        self.average = [0, 0, 0]  # in units of 1/ONE
        self.last = 0
        tree.add("vm.loadavg", STRUCT, number=2, size=24, read=self._read)

    def _read(self, r: Request) -> bytes:
        running = sum(
            l.stat in (LSRUN, LSONPROC) for p in self.kernel.allproc.values() for l in p.lwps if l is not r.l
        )
        steps = (self.kernel.clock.now() - self.last) // self.STEP
        self.last += steps * self.STEP
        for i, decay in enumerate(self.DECAY):
            for _ in range(min(steps, 10_000)):  # more make no difference any more
                self.average[i] = decay * self.average[i] + running * (self.ONE - decay) * self.ONE >> 32
        return struct.pack("<3I4xq", *(a * FSCALE >> 32 for a in self.average), FSCALE)


def _add_kern(tree: Sysctl) -> None:
    k = tree.kernel
    clockinfo = struct.pack("<5i", HZ, TICK // US, 40, HZ, HZ)
    tree.add("kern.clockrate", STRUCT, number=12, size=20, read=lambda r: clockinfo)
    tree.add("kern.proc2", number=47, handler=kern_proc2)
    tree.add("kern.proc_args", number=48, handler=kern_proc_args)
    tree.add("kern.cp_time", STRUCT, number=51, size=40, read=_cp_time)
    tree.add("kern.msgbuf", STRUCT, number=53, read=lambda r: bytes(k.msgbuf))
    tree.add("kern.urandom", INT, number=61, read=lambda r: k.random.getrandbits(31))
    tree.add("kern.lwp", number=64, handler=kern_lwp)
    tree.add("kern.hardclock_ticks", INT, number=80, read=lambda r: k.clock.now() // TICK & INT_MAX)
    tree.add("kern.arandom", STRUCT, number=81, read=lambda r: k.random.randbytes(min(r.room, URANDOM_MAX)))
    tree.add("kern.boottime", STRUCT, number=83, size=16, read=lambda r: pack_timespec(k.clock.boot_time))


def _cp_time(r: Request) -> bytes:
    """Ticks in user, nice, system, interrupt and idle: what all processes used, and the rest."""
    user = nice = system = 0
    for p in r.k.allproc.values():
        usage = own_usage(p)
        if p.nice > 20:
            nice += usage.utime
        else:
            user += usage.utime
        user += p.stats.cru.utime
        system += usage.stime + p.stats.cru.stime
    idle = max(0, r.k.clock.now() - user - nice - system)
    return struct.pack("<5Q", user // TICK, nice // TICK, system // TICK, 0, idle // TICK)


def _add_machine(tree: Sysctl) -> None:
    frames = tree.kernel.frames

    def physmem(r: Request) -> int:
        return int(frames.total) * 4096

    tree.add("hw.physmem", INT, number=5, read=lambda r: min(physmem(r), INT_MAX))
    tree.add("hw.usermem", INT, number=6, read=lambda r: min(physmem(r), INT_MAX))
    tree.add("hw.physmem64", QUAD, number=13, read=physmem)
    tree.add("hw.usermem64", QUAD, number=14, read=physmem)
    tree.add("vm.uvmexp2", STRUCT, number=5, size=712, read=lambda r: pack_uvmexp2(r.k))


# -- proc.<pid> ------------------------------------------------------------------------------------

_STOPS = (("stopfork", 3, PS_STOPFORK), ("stopexec", 4, PS_STOPEXEC), ("stopexit", 5, PS_STOPEXIT))


def _add_proc(tree: Sysctl) -> None:
    tree.add("proc.curproc", number=PROC_CURPROC, flags=ANYNUMBER)
    tree.add(
        "proc.curproc.corename",
        STRING,
        number=1,
        size=MAXPATHLEN,
        flags=ANYWRITE,
        read=_corename,
        write=_set_corename,
    )
    tree.add("proc.curproc.rlimit", number=2)
    for which, name in enumerate(NAMES):
        tree.add(f"proc.curproc.rlimit.{name}", number=which + 1)
        for side, number in (("soft", RLIMIT_SOFT), ("hard", RLIMIT_HARD)):
            tree.add(
                f"proc.curproc.rlimit.{name}.{side}",
                QUAD,
                number=number,
                flags=ANYWRITE,
                read=_rlimit,
                write=_set_rlimit,
            )
    for name, number, bit in _STOPS:
        _add_stop(tree, name, number, bit)
    tree.add("proc.curproc.paxflags", INT, number=6, read=_paxflags)


def _target(r: Request) -> Proc:
    """The process that a name proc.<pid>... is about."""
    pid = r.name[1]
    p = r.l.proc if pid == PROC_CURPROC else proc_find(r.k, pid)
    if p is None:
        raise Errno(ESRCH)
    if not r.k.kauth.authorize_process(r.l.proc.cred, Process.CANSEE, p, "entry"):
        raise Errno(EPERM)
    return p


def _authorize(r: Request, action: Process, p: Proc, argument: object = None) -> None:
    if not r.k.kauth.authorize_process(r.l.proc.cred, action, p, argument):
        raise Errno(EPERM)


def _corename(r: Request) -> str:
    p = _target(r)
    _authorize(r, Process.CORENAME, p, "get")
    return p.limit.corename


def _set_corename(r: Request, value: int | bytes) -> None:
    p = _target(r)
    _authorize(r, Process.CORENAME, p, "set")
    name = _text(value)
    # A core file is called "core", or something that ends in ".core": nothing else gets overwritten.
    if name != "core" and not name.endswith((".core", "/core")):
        raise Errno(EINVAL)
    if name != p.limit.corename:
        set_corename(p, name)


def _rlimit(r: Request) -> int:
    p = _target(r)
    _authorize(r, Process.RLIMIT_GET, p)
    which, side = r.name[3] - 1, r.name[4]
    return p.limit.soft[which] if side == RLIMIT_SOFT else p.limit.hard[which]


def _set_rlimit(r: Request, value: int | bytes) -> None:
    assert isinstance(value, int)
    p = _target(r)
    which, side = r.name[3] - 1, r.name[4]
    soft, hard = p.limit.soft[which], p.limit.hard[which]
    unsigned = value & (1 << 64) - 1
    if side == RLIMIT_SOFT:
        soft = unsigned
    else:
        hard = unsigned
    dosetrlimit(r.l.proc, p, which, soft, hard)


def _add_stop(tree: Sysctl, name: str, number: int, bit: int) -> None:
    def read(r: Request) -> int:
        # NetBSD looks for the bit in the wrong word of flags, so that it is never seen set (quirk Q3).
        return 1 if _target(r).flag & bit else 0

    def write(r: Request, value: int | bytes) -> None:
        p = _target(r)
        _authorize(r, Process.STOPFLAG, p)
        if value:
            p.sflag |= bit
        else:
            p.sflag &= ~bit

    tree.add(f"proc.curproc.{name}", INT, number=number, flags=ANYWRITE, read=read, write=write)


def _paxflags(r: Request) -> int:
    _target(r)
    return 0  # no process has any PaX feature set explicitly
