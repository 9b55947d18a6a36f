"""What processes have used up, and who goes first (NetBSD: kern_resource.c; spec B.2, C.20)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EINVAL, EPERM, ESRCH, Errno
from kernel.kauth import Process
from kernel.limits import RLIM_INFINITY, RLIMIT_CPU, privatise
from kernel.proc import SACTIVE, SSTOP, SZOMB
from kernel.prot import proc_find
from kernel.signo import SIGKILL, SIGXCPU
from kernel.syscall import syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc

RUSAGE_SELF, RUSAGE_CHILDREN = 0, -1
PRIO_PROCESS, PRIO_PGRP, PRIO_USER = 0, 1, 2
PRIO_MIN, PRIO_MAX, NZERO = -20, 20, 20
NS, US = 1_000_000_000, 1000
XCPU_GRACE = 5  # seconds of CPU time between one SIGXCPU and the next

_RUSAGE = struct.Struct("<qi4xqi4x14q")
RUSAGE_SIZE = _RUSAGE.size  # 144
WRUSAGE_SIZE = 2 * RUSAGE_SIZE


class Rusage:
    """Resources used (struct rusage). Times are ns here and timevals outside; maxrss is KiB."""

    COUNTERS = (
        "ixrss", "idrss", "isrss", "minflt", "majflt", "nswap", "inblock", "oublock", "msgsnd", "msgrcv", "nsignals",
        "nvcsw", "nivcsw",
    )  # fmt: skip

    __slots__ = (
        "idrss", "inblock", "isrss", "ixrss", "majflt", "maxrss", "minflt", "msgrcv", "msgsnd", "nivcsw", "nsignals",
        "nswap", "nvcsw", "oublock", "stime", "utime",
    )  # fmt: skip

    def __init__(self) -> None:
        self.utime = self.stime = self.maxrss = self.ixrss = self.idrss = self.isrss = 0
        self.minflt = self.majflt = self.nswap = self.inblock = self.oublock = 0
        self.msgsnd = self.msgrcv = self.nsignals = self.nvcsw = self.nivcsw = 0

    def add(self, other: Rusage) -> None:
        """Add another's use to this; the largest resident set counts, not the sum (ruadd).

        Written out, because every exit and every wait comes through here.
        """
        if other.maxrss > self.maxrss:
            self.maxrss = other.maxrss
        self.utime += other.utime
        self.stime += other.stime
        self.minflt += other.minflt
        self.majflt += other.majflt
        self.inblock += other.inblock
        self.oublock += other.oublock
        self.msgsnd += other.msgsnd
        self.msgrcv += other.msgrcv
        self.nsignals += other.nsignals
        self.nvcsw += other.nvcsw
        self.nivcsw += other.nivcsw

    def pack(self) -> bytes:
        """struct rusage, 144 bytes."""
        return _RUSAGE.pack(
            self.utime // NS,
            self.utime % NS // US,
            self.stime // NS,
            self.stime % NS // US,
            self.maxrss,
            self.ixrss,
            self.idrss,
            self.isrss,
            self.minflt,
            self.majflt,
            self.nswap,
            self.inblock,
            self.oublock,
            self.msgsnd,
            self.msgrcv,
            self.nsignals,
            self.nvcsw,
            self.nivcsw,
        )


NO_USE = Rusage()  # of children that nobody has: shared by all, never added to


class Stats(Rusage):
    """A process's statistics (struct pstats): its own use, less what its live LWPs still hold, its reaped
    descendants' use, and where the profiling clock counts."""

    __slots__ = ("cru", "prof")

    def __init__(self) -> None:
        super().__init__()
        self.cru = NO_USE
        self.prof = (0, 0, 0, 0)  # profil(): base, size, offset, scale

    def fork(self) -> Stats:
        """A child's statistics: nothing used yet, same profiling buffer (pstatscopy)."""
        child = Stats()
        child.prof = self.prof
        return child

    def add_lwp(self, l: Lwp) -> None:
        """Take over what an exiting LWP has used; its counters restart at 0."""
        _add_lwp(self, l)
        l.utime = l.stime = l.nvcsw = l.nivcsw = 0

    def add_child(self, child: Proc) -> None:
        """A child has been reaped, its LWPs are gone: what it and its own reaped children used becomes ours."""
        if self.cru is NO_USE:
            self.cru = Rusage()
        self.cru.add(child.stats)
        if child.stats.cru is not NO_USE:
            self.cru.add(child.stats.cru)


def _add_lwp(total: Rusage, l: Lwp) -> None:
    total.utime += l.utime
    total.stime += l.stime
    total.nvcsw += l.nvcsw
    total.nivcsw += l.nivcsw


def own_usage(p: Proc) -> Rusage:
    """What a process itself has used so far, its live LWPs included."""
    k = p.kernel
    k.account(k.curlwp)  # time is charged when an LWP's turn ends, and when somebody asks
    total = Rusage()
    total.add(p.stats)
    for l in p.lwps:
        _add_lwp(total, l)
    if p.stat in (SACTIVE, SSTOP):
        total.maxrss = max(total.maxrss, p.vm.maxrss * 4)
    return total


def check_cpu_limit(p: Proc) -> None:
    """Enforce RLIMIT_CPU: SIGXCPU at the soft limit and every 5 s beyond it, SIGKILL at the hard one.

    To be called now and then while the process runs; a tick is often enough, for the limit is in seconds.
    """
    soft, hard = p.limit.soft[RLIMIT_CPU], p.limit.hard[RLIMIT_CPU]
    if soft == RLIM_INFINITY:
        return
    usage = own_usage(p)
    seconds = (usage.utime + usage.stime) // NS
    if seconds < soft:
        return
    if seconds >= hard:
        p.kernel.log(f"pid {p.pid}, command {p.comm}, is killed: exceeded RLIMIT_CPU\n")
        p.kernel.signals.psignal(p, SIGKILL)
        return
    privatise(p).soft[RLIMIT_CPU] = min(soft + XCPU_GRACE, hard)
    p.kernel.signals.psignal(p, SIGXCPU)


def pack_wrusage(p: Proc) -> bytes:
    """struct wrusage for wait6, 288 bytes: the process's own use, then its children's."""
    children: Rusage = p.stats.cru
    return own_usage(p).pack() + children.pack()


def pack_wait_rusage(p: Proc) -> bytes:
    """struct rusage for wait4: the reaped process and all its reaped descendants together."""
    total = own_usage(p)
    total.add(p.stats.cru)
    return total.pack()


@syscall(445, "int __getrusage50(int who, struct rusage *rusage)")
def sys___getrusage50(l: Lwp, who: int, rusage: int) -> None:
    p = l.proc
    if who == RUSAGE_SELF:
        data = own_usage(p).pack()
    elif who == RUSAGE_CHILDREN:
        data = p.stats.cru.pack()
    else:
        raise Errno(EINVAL)
    p.vm.copyout(rusage, data)


# -- nice ------------------------------------------------------------------------------------------


def _targets(l: Lwp, which: int, who: int) -> list[Proc]:
    """The processes that get- and setpriority are about, in the order in which they are visited."""
    k = l.kernel
    who_signed = who - (1 << 32) if who >> 31 else who
    if which == PRIO_PROCESS:
        p = proc_find(k, who_signed) if who else l.proc
        return [p] if p is not None else []
    if which == PRIO_PGRP:
        group = k.pids.group(who_signed) if who else l.proc.pgrp
        return list(group.members) if group is not None else []
    if which == PRIO_USER:
        uid = who or l.proc.cred.euid
        return [p for p in reversed(k.allproc.values()) if p.cred.euid == uid and p.stat != SZOMB]
    raise Errno(EINVAL)


def donice(l: Lwp, p: Proc, prio: int) -> None:
    """Set a process's nice value, -20..20, on behalf of `l`.

    Raises Errno: EPERM for another user's process, EACCES for a lower value without privilege.
    """
    cred = l.proc.cred
    if cred.euid and cred.ruid and p.cred.euid not in (cred.euid, cred.ruid):
        raise Errno(EPERM)
    nice = max(PRIO_MIN, min(prio, PRIO_MAX)) + NZERO
    if not l.kernel.kauth.authorize_process(cred, Process.NICE, p, nice):
        raise Errno(EACCES)
    p.nice = nice


@syscall(100, "int getpriority(int which, id_t who)")
def sys_getpriority(l: Lwp, which: int, who: int) -> int:
    targets = _targets(l, which, who)
    if not targets:
        raise Errno(ESRCH)
    return min(p.nice for p in targets) - NZERO


@syscall(96, "int setpriority(int which, id_t who, int prio)")
def sys_setpriority(l: Lwp, which: int, who: int, prio: int) -> None:
    targets = _targets(l, which, who)
    if not targets:
        raise Errno(ESRCH)
    # Every target is tried; what the last one met is what the caller hears.
    error = None
    for p in targets:
        try:
            donice(l, p, prio)
            error = None
        except Errno as e:
            error = e
    if error is not None:
        raise error
