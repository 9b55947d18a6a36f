"""The texts of /proc, each from the kernel's structures as they are at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, V
from kernel.errno import EFAULT, EINVAL, ENOENT, Errno
from kernel.file import KQUEUE, PIPE, SOCKET, VNODE
from kernel.limits import NAMES, RLIM_INFINITY
from kernel.proc import PK_SYSTEM, PS_WEXIT, SZOMB, Proc
from kernel.resource import own_usage
from kernel.sched import LSONPROC, LSRUN
from kernel.text import encode
from kernel.time import NS, US
from kernel.uvm.page import KINDS
from kernel.uvm.pmap import PROT_EXEC, PROT_READ, PROT_WRITE
from kernel.vfs.mount import MNT_RDONLY
from kernel.vfs.namei import path_of
from kernel.vfs.vnfile import VnodeFile
from kernel.vfs.vnode import VDIR

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.uvm.map import MapEntry
    from kernel.vfs.vnode import Vnode

STRINGS_MAX = 256 * 1024
_KINDS = {PIPE: "pipe:", SOCKET: "socket:", KQUEUE: "kqueue:"}


# -- the system ------------------------------------------------------------------------------------


def meminfo(k: Kernel) -> str:
    """Memory in kB; then how many frames each use has."""
    frames = k.frames
    lines = [
        f"MemTotal: {frames.total * 4:>10} kB",
        f"MemFree:  {frames.free * 4:>10} kB",
        f"MemUsed:  {frames.used * 4:>10} kB",
    ]
    for kind, name in enumerate(KINDS):
        if kind:  # the first is "free", which counts frames that were never handed out as well
            lines.append(f"{f'{name} frames:':<20}{frames.kind.count(kind):>10}")
    return "\n".join(lines) + "\n"


def uptime(k: Kernel) -> str:
    """Seconds since boot, and of those how many nobody ran."""
    up = k.clock.now()
    usages = [(own_usage(p), p.stats.cru) for p in k.allproc.values()]
    busy = sum(own.utime + own.stime + children.utime + children.stime for own, children in usages)
    return " ".join(f"{t // NS}.{t % NS // 10_000_000:02}" for t in (up, max(0, up - busy))) + "\n"


def version(k: Kernel) -> str:
    from kernel.sysctl_tree import VERSION

    return VERSION


def loadavg(k: Kernel) -> str:
    """Runnable LWPs and LWPs at all, and the pid that was given out last."""
    lwps = [l for p in k.allproc.values() for l in p.lwps]
    running = sum(l.stat in (LSRUN, LSONPROC) for l in lwps)
    return f"{running}/{len(lwps)} {max(k.allproc)}\n"


def cpuinfo(k: Kernel) -> str:
    return "processor : 0\nhart      : 0\nisa       : rv64imafdc\nmmu       : sv39\n"


def mounts(k: Kernel) -> str:
    """One line for each file system, as in fstab."""
    return "".join(
        f"{m.source} {m.path.decode(errors='replace')} {m.fstype} {'ro' if m.flags & MNT_RDONLY else 'rw'} 0 0\n"
        for m in k.vfs.mounts
    )


# -- one process -----------------------------------------------------------------------------------


def status(p: Proc) -> str:
    """NetBSD's line: name, pid, ppid, pgid, sid, terminal, flags, start, user and system time (seconds,
    microseconds), what it waits for, effective and real uid, and the groups, the effective one first."""
    session = p.pgrp.session
    tty = session.ttyvp
    device = f"{tty.rdev >> 8 & 0xFFF},{tty.rdev & 0xFF}" if tty is not None else "-1,-1"
    flags = [name for name, is_so in (("ctty", tty is not None), ("sldr", session.leader is p)) if is_so]
    usage = own_usage(p)
    start = p.kernel.clock.boot_time + p.start
    times = " ".join(f"{ns // NS},{ns % NS // US}" for ns in (start, usage.utime, usage.stime))
    wmesg = next((l.wmesg for l in p.lwps if l.wmesg), "nochan")
    groups = ",".join(str(gid) for gid in dict.fromkeys((p.cred.egid, *p.cred.groups)))
    name = p.comm.replace(" ", "\\040")
    return (
        f"{name} {p.pid} {p.ppid} {p.pgrp.pgid} {session.sid} {device} {','.join(flags) or 'noflags'} {times} "
        f"{wmesg} {p.cred.euid} {p.cred.ruid} {groups}\n"
    )


def stat(p: Proc) -> str:
    """What ps shows, a line for each: for people."""
    from kernel.sysctl_kinfo import emul_name, representative

    l = representative(p) if p.stat != SZOMB else None
    state = "zombie" if p.stat == SZOMB else {1: "idle", 2: "runnable", 3: "asleep", 4: "stopped", 7: "running"}.get(
        l.stat if l is not None else 0, "suspended"
    )  # fmt: skip
    usage = own_usage(p)
    rows = [
        ("name", p.comm), ("state", state), ("waits for", l.wmesg if l is not None and l.wmesg else "-"),
        ("pid", p.pid), ("parent", p.ppid), ("group", p.pgrp.pgid), ("session", p.pgrp.session.sid),
        ("uid", f"{p.cred.ruid} {p.cred.euid} {p.cred.svuid}"), ("gid", f"{p.cred.rgid} {p.cred.egid} {p.cred.svgid}"),
        ("nice", p.nice - 20), ("threads", len(p.lwps)), ("emulation", emul_name(p)),
        ("user ns", usage.utime), ("system ns", usage.stime),
        ("faults", usage.minflt + usage.majflt), ("switches", usage.nvcsw + usage.nivcsw),
    ]  # fmt: skip
    if p.stat != SZOMB:
        rows += [("size kB", p.vm.size // 1024), ("resident kB", p.vm.pmap.resident * 4)]
    return "".join(f"{name + ':':<12} {value}\n" for name, value in rows)


def _strings(p: Proc, vector: int, count: int) -> bytes:
    """The strings of an argument vector in user memory, each with its NUL."""
    out = bytearray()
    for i in range(max(count, 0)):
        va = p.vm.copyin_word(vector + 8 * i)
        if not va or len(out) > STRINGS_MAX:
            break
        out += p.vm.copyinstr(va, STRINGS_MAX) + b"\0"
    return bytes(out)


def _has_strings(p: Proc) -> bool:
    return p.stat != SZOMB and not p.flag & PK_SYSTEM and not p.sflag & PS_WEXIT


def cmdline(p: Proc) -> bytes:
    """The arguments, each with a NUL at its end; "(name)" where there are none."""
    if _has_strings(p):
        try:
            return _strings(p, p.vm.copyin_word(p.psstrp), p.vm.copyin_int(p.psstrp + 8))
        except Errno:
            pass  # it has unmapped them, or overwritten what points to them
    return encode(f"({p.comm})\0")


def environ(p: Proc) -> bytes:
    """The environment, as it was given to the program."""
    if not _has_strings(p):
        return b""
    try:
        return _strings(p, p.vm.copyin_word(p.psstrp + 16), p.vm.copyin_int(p.psstrp + 24))
    except Errno:
        raise Errno(EFAULT) from None


def limit(p: Proc) -> str:
    """Each limit's name, and its soft and its hard value."""

    def text(value: int) -> str:
        return "unlimited" if value >= RLIM_INFINITY else str(value)

    return "".join(
        f"{name:<13} {text(soft):>20} {text(hard):>20}\n"
        for name, soft, hard in zip(NAMES, p.limit.soft, p.limit.hard, strict=True)
    )


def _protection(prot: int) -> str:
    bits = ((PROT_READ, "r"), (PROT_WRITE, "w"), (PROT_EXEC, "x"))
    return "".join(letter if prot & bit else "-" for bit, letter in bits)


def map_netbsd(p: Proc) -> str:
    """A line for each entry: addresses, protection, the most it may have, whether stores make a copy, whether one
    is needed, how fork treats it, whether it is wired, what was advised."""
    lines = []
    for e in p.vm.entries:
        copy = "NCOW NNC" if e.shared else "COW NC"
        lines.append(
            f"{e.start:#x} {e.end:#x} {_protection(e.prot)} {_protection(e.maxprot)} {copy} "
            f"{e.inherit} {int(e.wired)} {e.advice}\n"
        )
    return "".join(lines)


def residency(p: Proc, e: MapEntry) -> tuple[int, int]:
    """How many pages of an entry are in memory, and how many of these have more than one owner.

    A frame's owners are the page-table entries that name it and the memory object it belongs to. A page table that
    fork has not copied yet belongs to several processes, and so do all pages in it. Nothing is changed by looking.
    """
    pmap, refs = p.vm.pmap, p.kernel.frames.refs
    words = pmap.words
    resident = shared = 0
    for root_slot in pmap.root_entries():
        middle = words[root_slot] >> PPN_SHIFT
        high = (root_slot & 511) << 30
        if high >= e.end or high + (1 << 30) <= e.start:
            continue
        for middle_slot in pmap.used(middle):
            leaf = words[middle_slot] >> PPN_SHIFT
            base = high | (middle_slot & 511) << 21
            if base >= e.end or base + (1 << 21) <= e.start:
                continue
            tables_shared = refs[middle] > 1 or refs[leaf] > 1
            for slot in pmap.used(leaf):
                if e.start <= base | (slot & 511) << 12 < e.end and words[slot] & V:
                    resident += 1
                    shared += tables_shared or refs[words[slot] >> PPN_SHIFT] > 1
    return resident, shared


def maps(p: Proc) -> str:
    """A line for each entry: addresses, protection and p or s for private or shared, offset in what is mapped,
    pages in memory, how many of these are shared with somebody, name."""
    lines = []
    for e in p.vm.entries:
        resident, shared = residency(p, e)
        kind = "s" if e.shared else "p"
        lines.append(
            f"{e.start:010x}-{e.end:010x} {_protection(e.prot)}{kind} {e.offset if e.obj is not None else 0:08x} "
            f"{resident:>6} {shared:>6} {e.name or '-'}\n"
        )
    return "".join(lines)


# -- links -----------------------------------------------------------------------------------------


def _path(asking: Proc | None, p: Proc, directory: Vnode) -> bytes:
    return path_of(asking or p, directory, check=False)


def cwd(p: Proc, asking: Proc | None) -> bytes:
    return _path(asking, p, p.cwdi.cdir)


def root(p: Proc, asking: Proc | None) -> bytes:
    return _path(asking, p, p.cwdi.rdir or p.kernel.rootvnode)


def exe(p: Proc, asking: Proc | None) -> bytes:
    if p.path is None:
        raise Errno(ENOENT)
    return encode(p.path)


def descriptor(p: Proc, fd: int, asking: Proc | None) -> bytes:
    """Where an open file is, or what it is."""
    try:
        file = p.fd.get(fd)
    except Errno:
        raise Errno(ENOENT) from None
    if file.kind != VNODE or file.vnode is None:
        return _KINDS.get(file.kind, "anon:").encode()
    vnode: Vnode = file.vnode
    try:
        if vnode.vtype is VDIR:
            return _path(asking, p, vnode)
        if isinstance(file, VnodeFile) and file.opened_as is not None:
            directory, name = file.opened_as
            return _path(asking, p, directory).rstrip(b"/") + b"/" + name
    except Errno as error:
        if error.errno not in (ENOENT, EINVAL):
            raise
    return b"(" + vnode.hint + b")"
