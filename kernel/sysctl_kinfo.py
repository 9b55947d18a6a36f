"""What sysctl tells about processes and memory: kern.proc2, kern.lwp, kern.proc_args, vm.uvmexp2
(NetBSD: kern_proc.c, kern_lwp.c, uvm_meter.c; spec B.4)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeVar

from kernel.errno import EINVAL, ENOENT, ENOMEM, EPERM, ESRCH, Errno
from kernel.kauth import Process
from kernel.misc import user_priority
from kernel.proc import (
    PK_SYSTEM,
    PL_CONTROLT,
    PL_PPWAIT,
    PS_WEXIT,
    PSL_CHTRACED,
    PSL_SYSCALL,
    PSL_TRACED,
    PST_PROFIL,
    SIDL,
    SZOMB,
    Proc,
)
from kernel.prot import proc_find
from kernel.resource import own_usage
from kernel.sched import LSIDL, LSONPROC, LSRUN, LSSLEEP, LSSTOP, LSSUSPENDED
from kernel.text import encode
from kernel.time import NS, TICK, US
from kernel.vfs.namei import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.sysctl import Request

(
    KERN_PROC_ALL,
    KERN_PROC_PID,
    KERN_PROC_PGRP,
    KERN_PROC_SESSION,
    KERN_PROC_TTY,
    KERN_PROC_UID,
    KERN_PROC_RUID,
    KERN_PROC_GID,
    KERN_PROC_RGID,
) = range(9)
NODEV, REVOKED = 0xFFFFFFFF, 0xFFFFFFFE
NO_PGID = -1
EPROC_CTTY, EPROC_SLEADER = 1, 2
KERN_PROC_SLOP = 5  # how many more processes than there are a program is told to make room for

T = TypeVar("T")

KERN_PROC_ARGV, KERN_PROC_NARGV, KERN_PROC_ENV, KERN_PROC_NENV = range(1, 5)
KERN_PROC_PATHNAME, KERN_PROC_CWD = 5, 6
ARG_MAX = 256 * 1024
_PS_STRINGS = struct.Struct("<QixxxxQixxxx")

# Bits of p_flag as programs see them; those not listed have the same value in the kernel's words.
P_CONTROLT, P_INMEM, P_PPWAIT, P_SINTR, P_SYSTEM = 0x2, 0x4, 0x10, 0x80, 0x200
P_TRACED, P_CHTRACED, P_SYSCALL = 0x800, 0x400000, 0x4000000
_PK_VISIBLE = 0x1 | 0x100 | 0x4000 | 0x20000 | 0x40000 | 0x80000
_PS_VISIBLE = 0x8 | PS_WEXIT | 0x800000 | 0x1000000 | 0x2000000

_KINFO_PROC2 = struct.Struct(
    "<104x"  # addresses in the kernel, hidden
    "8i"  # eflag exitsig flag pid ppid sid pgid tpgid
    "4I64shhI"  # uid ruid gid rgid groups ngroups jobc tdev
    "3Ii3Ii"  # estcpu rtime cpticks pctcpu swtime slptime schedflags
    "3Q8xii"  # uticks sticks iticks tracep traceflag holdcnt
    "16s16s16s16s"  # siglist sigmask sigignore sigcatch
    "bBBBHH"  # stat priority usrpri nice xstat acflag
    "24s8s8x24s"  # comm wmesg wchan login
    "4iq"  # rssize tsize dsize ssize uvalid
    "6I14Q2I"  # start, utime, stime; rusage; children's time
    "5Q2I16sqq"  # cpuid realflag nlwps nrlwps realstat svuid svgid ename vsize msize
)
KINFO_PROC2_SIZE = _KINFO_PROC2.size  # 680

_KINFO_LWP = struct.Struct("<32xiiIIiiBBbxxxxx8s8xQIIIII20s")
KINFO_LWP_SIZE = _KINFO_LWP.size  # 128

# Which LWP stands for a process whose LWPs are in different states: the most active one.
_ACTIVITY = {LSONPROC: 7, LSRUN: 6, LSSLEEP: 5, LSSTOP: 4, LSSUSPENDED: 3, LSIDL: 2}


def _sigset(signals: int) -> bytes:
    return signals.to_bytes(16, "little")


def _text(text: str, size: int) -> bytes:
    """A name, as far as there is room for it. Names need not be UTF-8."""
    return encode(text)[:size]


def _timeval(ns: int) -> tuple[int, int]:
    return ns // NS & 0xFFFFFFFF, ns % NS // US


def representative(p: Proc) -> Lwp | None:
    """The LWP whose state is shown as the process's (proc_active_lwp)."""
    return max(p.lwps, key=lambda l: _ACTIVITY.get(l.stat, 0), default=None)


def wait_status(p: Proc) -> int:
    """The status word that wait would deliver (P_WAITSTATUS), 16 bits of it."""
    return (p.xexit << 8 | p.xsig) & 0xFFFF


def visible_flags(p: Proc) -> int:
    """The P_* bits that a process's own flag words give (kinfo_proc2's p_realflag)."""
    flags = P_INMEM | p.flag & _PK_VISIBLE | p.sflag & _PS_VISIBLE | p.stflag & PST_PROFIL
    for word, bit, shown in (
        (p.slflag, PSL_TRACED, P_TRACED),
        (p.slflag, PSL_CHTRACED, P_CHTRACED),
        (p.lflag, PL_CONTROLT, P_CONTROLT),
        (p.slflag, PSL_SYSCALL, P_SYSCALL),
        (p.lflag, PL_PPWAIT, P_PPWAIT),
    ):
        if word & bit:
            flags |= shown
    return flags


def _lwp_flags(l: Lwp) -> int:
    """The bits that an LWP adds to its process's (sysctl_lwpflagmap)."""
    return (P_SINTR if l.interruptible else 0) | (P_SYSTEM if l.proc.flag & PK_SYSTEM else 0)


def controlling_tty(p: Proc) -> tuple[int, int]:
    """Device number and foreground process group of a process's terminal, NODEV and -1 without one."""
    tty = p.pgrp.session.ttyvp
    if tty is None or not p.lflag & PL_CONTROLT:
        return NODEV, NO_PGID
    return tty.rdev & 0xFFFFFFFF, tty.pgrp.pgid if tty.pgrp is not None else NO_PGID


def pack_kproc2(p: Proc) -> bytes:
    """struct kinfo_proc2, 680 bytes (fill_kproc2)."""
    c = p.cred
    session = p.pgrp.session
    alive = p.stat not in (SIDL, SZOMB)
    l = representative(p) if alive else None
    usage = own_usage(p)
    tdev, tpgid = controlling_tty(p)
    flags = shown = visible_flags(p)
    pending, masked = p.sigpend.set, 0
    for each in p.lwps:
        pending |= each.sigpend.set
        masked |= each.sigmask
    stat, priority, wmesg = p.stat, 0, ""
    if l is not None:
        stat, priority, wmesg = l.stat, user_priority(l), l.wmesg
        shown |= _lwp_flags(l)
    rss = text = data = stack = vsize = 0
    if alive:
        vm = p.vm
        rss, text, stack, vsize = vm.pmap.resident, vm.tsize // 4096, vm.ssize // 4096, vm.size // 4096
        data = (vm.brk - vm.daddr + 4095) // 4096
    children = p.stats.cru
    eflag = (EPROC_CTTY if session.ttyvp is not None else 0) | (EPROC_SLEADER if session.leader is p else 0)
    start = p.kernel.clock.boot_time + p.start if alive else 0
    times = (usage.utime, usage.stime) if alive else (0, 0)
    return _KINFO_PROC2.pack(
        *(eflag, p.exitsig, shown, p.pid, p.ppid, session.sid, p.pgrp.pgid, tpgid),
        *(c.euid, c.ruid, c.egid, c.rgid),
        *(struct.pack(f"<{len(c.groups)}I", *c.groups), len(c.groups), p.pgrp.jobc, tdev),
        *(sum(each.estcpu for each in p.lwps), *_timeval(usage.utime + usage.stime), 0, 0, 0, 0, 0),
        *(usage.utime // TICK, usage.stime // TICK, 0, p.traceflag - (p.traceflag >> 31 << 32), 0),
        *(_sigset(pending), _sigset(masked), _sigset(p.sigignore), _sigset(p.sigcatch)),
        *(stat, priority, priority, p.nice, wait_status(p), p.acflag),
        *(_text(p.comm, 23), _text(wmesg, 8), session.login.encode("latin-1")[:23]),
        *(rss, text, data, stack, 1 if alive else 0),
        *(*_timeval(start), *_timeval(times[0]), *_timeval(times[1])),
        *(usage.maxrss, *(getattr(usage, name) for name in usage.COUNTERS)),
        *_timeval(children.utime + children.stime),
        *(0, flags, len(p.lwps), sum(each.stat in (LSRUN, LSONPROC, LSSLEEP) for each in p.lwps), p.stat),
        *(c.svuid, c.svgid, emul_name(p).encode("ascii"), vsize, vsize),
    )


def emul_name(p: Proc) -> str:
    """The personality's name, as ps prints it."""
    return p.emul.name


def all_procs(k: Kernel) -> Iterator[Proc]:
    """All processes in the order in which sysctl lists them: newest first, zombies last."""
    procs = [p for p in reversed(k.allproc.values()) if p.stat != SIDL]
    yield from (p for p in procs if p.stat != SZOMB)
    yield from (p for p in procs if p.stat == SZOMB)


def _matches(p: Proc, op: int, arg: int) -> bool:
    unsigned = arg & 0xFFFFFFFF
    if op == KERN_PROC_ALL:
        return True
    if op == KERN_PROC_PID:
        return p.pid == arg
    if op == KERN_PROC_PGRP:
        return p.pgrp.pgid == arg
    if op == KERN_PROC_SESSION:
        return p.pgrp.session.sid == arg
    if op == KERN_PROC_TTY:
        # A revoked terminal is taken from its session at once here, so nothing is on one.
        return unsigned != REVOKED and controlling_tty(p)[0] == unsigned
    if op == KERN_PROC_UID:
        return p.cred.euid == unsigned
    if op == KERN_PROC_RUID:
        return p.cred.ruid == unsigned
    if op == KERN_PROC_GID:
        return p.cred.egid == unsigned
    assert op == KERN_PROC_RGID
    return p.cred.rgid == unsigned


def kern_proc2(r: Request) -> None:
    """{op, arg, elemsize, count}: an array of kinfo_proc2, each cut to elemsize (sysctl_doeproc)."""
    if len(r.rest) != 4:
        raise Errno(EINVAL)
    op, arg, elem_size, count = r.rest
    if elem_size <= 0 or not KERN_PROC_ALL <= op <= KERN_PROC_RGID:
        raise Errno(EINVAL)
    cred = r.l.proc.cred
    chosen = [
        p
        for p in all_procs(r.k)
        if r.k.kauth.authorize_process(cred, Process.CANSEE, p, "entry") and _matches(p, op, arg)
    ]
    packed = [pack_kproc2(p) for p in _fitting(r, chosen, elem_size, count)]
    _put_array(r, packed, len(chosen), KERN_PROC_SLOP)


def _fitting(r: Request, items: list[T], elem_size: int, count: int) -> list[T]:
    """As many of the items as the program has room for and wants."""
    if not r.oldp or count <= 0:
        return []
    return items[: min(count, r.room // elem_size)]


def _put_array(r: Request, elements: list[bytes], available: int, slop: int) -> None:
    """Hand out an array whose element size is the last but one number of the name.

    Raises Errno(ENOMEM) if there were more, after copying what fits. Without a buffer the size is that of
    everything, and some, for there may be more by the time of the next call.
    """
    elem_size = r.rest[-2]
    if r.oldp:
        r.put(b"".join(e[:elem_size].ljust(elem_size, b"\0") for e in elements))
        if available > len(elements):
            raise Errno(ENOMEM)
    else:
        r.oldlen = (available + slop) * elem_size


def pack_klwp(l: Lwp) -> bytes:
    """struct kinfo_lwp (fill_lwp)."""
    priority = user_priority(l)
    return _KINFO_LWP.pack(
        *(l.lid, _lwp_flags(l), 0, 0, 0, 0, priority, priority, l.stat, _text(l.wmesg, 8), 0),
        *_timeval(l.utime + l.stime),
        *(0, 0, l.proc.pid, _text(l.name, 19)),
    )


def kern_lwp(r: Request) -> None:
    """{pid, elemsize, count}: an array of kinfo_lwp, of one process or with pid -1 of all (sysctl_dolwp)."""
    if len(r.rest) != 3:
        raise Errno(EINVAL)
    pid, elem_size, count = r.rest
    if elem_size <= 0:
        raise Errno(EINVAL)
    if pid == -1:
        lwps = [l for p in all_procs(r.k) for l in p.lwps]
    else:
        p = proc_find(r.k, pid)
        if p is None:
            raise Errno(ESRCH)
        lwps = list(p.lwps)
    _put_array(r, [pack_klwp(l) for l in _fitting(r, lwps, elem_size, count)], len(lwps), 0)


# -- arguments and environment ---------------------------------------------------------------------


def kern_proc_args(r: Request) -> None:
    """{pid, which}: the strings a process was started with, read from where it keeps them; its path; its
    directory. pid -1 is the caller (sysctl_kern_proc_args)."""
    if len(r.rest) != 2 or r.newp:
        raise Errno(EINVAL)
    pid, which = r.rest
    if not KERN_PROC_ARGV <= which <= KERN_PROC_CWD:
        raise Errno(EINVAL)
    p = r.l.proc if pid == -1 else proc_find(r.k, pid)
    if p is None:
        raise Errno(ESRCH if which in (KERN_PROC_PATHNAME, KERN_PROC_CWD) else EINVAL)
    what = "env" if which in (KERN_PROC_ENV, KERN_PROC_NENV) else "args"
    if not r.k.kauth.authorize_process(r.l.proc.cred, Process.CANSEE, p, what):
        raise Errno(EPERM)
    if which == KERN_PROC_PATHNAME:
        if p.path is None:
            raise Errno(ENOENT)
        r.put(encode(p.path) + b"\0")
        return
    if which == KERN_PROC_CWD:
        r.put(path_of(p, p.cwdi.cdir) + b"\0")
        return
    only_count = which in (KERN_PROC_NARGV, KERN_PROC_NENV)
    if not r.oldp:
        r.oldlen = 4 if only_count else ARG_MAX
        return
    if p.flag & PK_SYSTEM or p.sflag & PS_WEXIT:
        raise Errno(EINVAL)
    argv, argc, envp, envc = _PS_STRINGS.unpack(p.vm.copyin(p.psstrp, _PS_STRINGS.size))
    vector, number = (argv, argc) if what == "args" else (envp, envc)
    if only_count:
        r.put(struct.pack("<i", number))
    else:
        # Too little room is no error here: the strings are cut. No more than ARG_MAX could have been given to exec.
        r.put(_strings(p, vector, number, min(r.room, ARG_MAX)))


def _strings(p: Proc, vector: int, number: int, room: int) -> bytes:
    """The strings of an argument vector, with their NULs, up to `room` bytes.

    A null pointer ends them: programs write over their arguments to change what ps shows.
    """
    out = bytearray()
    for i in range(max(0, number)):
        va = p.vm.copyin_word(vector + 8 * i)
        if va == 0 or len(out) >= room:
            break
        out += p.vm.copyinstr(va, ARG_MAX) + b"\0"
    return bytes(out[:room])


# -- memory statistics -----------------------------------------------------------------------------

_UVMEXP = (
    "pagesize pagemask pageshift npages free active inactive paging wired zeropages reserve_pagedaemon "
    "reserve_kernel freemin freetarg inactarg wiredmax nswapdev swpages swpginuse swpgonly nswget unused1 "
    "cpuhit cpumiss faults traps intrs swtch softs syscalls pageins swapins swapouts pgswapin pgswapout "
    "forks forks_ppwait forks_sharevm pga_zerohit pga_zeromiss zeroaborts fltnoram fltnoanon fltpgwait "
    "fltpgrele fltrelck fltrelckok fltanget fltanretry fltamcopy fltnamap fltnomap fltlget fltget flt_anon "
    "flt_acow flt_obj flt_prcopy flt_przero pdwoke pdrevs unused4 pdfreed pdscans pdanscan pdobscan pdreact "
    "pdbusy pdpageouts pdpending pddeact anonpages filepages execpages colorhit colormiss ncolors bootpages "
    "poolpages countsyncone countsyncall anonunknown anonclean anondirty fileunknown fileclean filedirty "
    "fltup fltnoup"
)
UVMEXP_FIELDS = _UVMEXP.split()


def pack_uvmexp2(k: Kernel) -> bytes:
    """struct uvmexp_sysctl, 712 bytes: the kernel's counters by name. One that nobody keeps is 0."""
    frames = k.frames
    values = {
        "pagesize": 4096,
        "pagemask": 4095,
        "pageshift": 12,
        "npages": frames.total,
        "free": frames.free,
        "active": frames.used,
        "traps": k.traps,
        "syscalls": sum(k.syscalls),
        "ncolors": 1,
    }
    return struct.pack(
        f"<{len(UVMEXP_FIELDS)}q",
        *(values.get(name, getattr(k.stats, name, 0)) for name in UVMEXP_FIELDS),
    )
