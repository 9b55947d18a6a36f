"""System V shared memory (NetBSD: sysv_shm.c, sysv_ipc.c).

A segment is a memory object with an identifier, an owner and a count of attachments. Attachments belong to an
address space: fork copies them with the map entries, and they end with it, at exit or exec. A segment that
was removed has no key any more, and goes with its last attachment.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EEXIST, EINVAL, EMFILE, ENOENT, ENOMEM, ENOSPC, EPERM, Errno
from kernel.fcntl import ACCESSPERMS
from kernel.limits import RLIMIT_AS
from kernel.syscall import syscall
from kernel.sysctl import INT, QUAD, Request, Sysctl
from kernel.time import NS, realtime
from kernel.uvm.inherit import INHERIT_SHARE
from kernel.uvm.map import VM_MAXUSER_ADDRESS, VM_MIN_ADDRESS, MapEntry, round_page
from kernel.uvm.object import UvmObject
from kernel.uvm.page import PAGE_SHIFT, PAGE_SIZE
from kernel.uvm.pmap import PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel

IPC_PRIVATE = 0
IPC_R, IPC_W = 0o400, 0o200
IPC_CREAT, IPC_EXCL = 0o1000, 0o2000
IPC_RMID, IPC_SET, IPC_STAT, SHM_LOCK, SHM_UNLOCK = 0, 1, 2, 3, 4
SHM_RDONLY, SHM_RND = 0o10000, 0o20000
SHMSEG_REMOVED, SHMSEG_ALLOCATED, SHMSEG_WIRED = 0x0400, 0x0800, 0x4000

# struct shmid_ds: uid, gid, cuid, cgid, mode, seq, key; segsz, lpid, cpid, nattch, atime, dtime, ctime, internal
_SHMID_DS = struct.Struct("<5IH2xi4xQiiI4xqqqQ")


class Segment:
    """A shared memory segment (struct shmid_ds). Times are seconds since the epoch."""

    __slots__ = (
        "atime", "cgid", "cpid", "ctime", "cuid", "dtime", "gid", "index", "key", "lpid", "mode", "nattch", "obj",
        "seq", "size", "uid",
    )  # fmt: skip

    def __init__(self, k: Kernel, index: int, seq: int, key: int, size: int, mode: int, l: Lwp) -> None:
        cred = l.proc.cred
        self.index = index
        self.seq = seq
        self.key = key
        self.size = size
        self.mode = mode | SHMSEG_ALLOCATED
        self.uid = self.cuid = cred.euid
        self.gid = self.cgid = cred.egid
        self.cpid = l.proc.pid
        self.lpid = self.nattch = 0
        self.atime = self.dtime = 0
        self.ctime = realtime(k) // NS
        self.obj = UvmObject(k.frames)

    @property
    def shmid(self) -> int:
        return self.seq << 16 | self.index

    @property
    def pages(self) -> int:
        return round_page(self.size) >> PAGE_SHIFT

    @property
    def removed(self) -> bool:
        return bool(self.mode & SHMSEG_REMOVED)

    def pack(self) -> bytes:
        return _SHMID_DS.pack(
            self.uid, self.gid, self.cuid, self.cgid, self.mode, self.seq, self.key, self.size, self.lpid, self.cpid,
            self.nattch, self.atime, self.dtime, self.ctime, 0,
        )  # fmt: skip

    def check(self, cred: Cred, wanted: int) -> None:
        """May these credentials do this (IPC_R, IPC_W or both)? Raises Errno(EACCES). (ipcperm)"""
        if cred.euid == 0:
            return
        granted = self.mode
        if cred.euid not in (self.uid, self.cuid):
            granted <<= 3
            if not cred.in_group(self.gid) and not cred.in_group(self.cgid):
                granted <<= 3
        if wanted & ~granted:
            raise Errno(EACCES)

    def check_owner(self, cred: Cred) -> None:
        """May these credentials change or remove it? Raises Errno(EPERM)."""
        if cred.euid not in (0, self.uid, self.cuid):
            raise Errno(EPERM)


class SharedMemory:
    """All segments, and the system's limits for them (sysctl kern.ipc)."""

    __slots__ = ("_last_seq", "kernel", "segments", "shmall", "shmmax", "shmmni", "shmseg")

    SHMMIN = 1
    MAX_PAGES = 0x7FFF_FFFF  # kern.ipc.shmmaxpgs is an int

    def __init__(self, k: Kernel, tree: Sysctl) -> None:
        self.kernel = k
        self.segments: dict[int, Segment] = {}  # by index
        self._last_seq: dict[int, int] = {}
        self.shmmax = (k.frames.total << PAGE_SHIFT) // 4
        self.shmmni = 128  # identifiers
        self.shmseg = 128  # attachments of one process
        self.shmall = self.shmmax >> PAGE_SHIFT  # pages
        tree.add("kern.ipc", number=82)
        tree.add("kern.ipc.sysvshm", INT, number=4, read=lambda r: 1)
        tree.add("kern.ipc.shmmax", QUAD, number=5, read=lambda r: self.shmmax, write=self._set_shmmax)
        tree.add("kern.ipc.shmmni", INT, number=6, read=lambda r: self.shmmni, write=self._set_shmmni)
        tree.add("kern.ipc.shmseg", INT, number=7, read=lambda r: self.shmseg, write=self._set_shmseg)
        tree.add("kern.ipc.shmmaxpgs", INT, number=8, read=lambda r: self.shmall, write=self._set_shmall)

    def _set_shmmax(self, r: Request, value: int | bytes) -> None:
        """The largest segment, in whole pages; then so much there may be of all segments together, too."""
        assert isinstance(value, int)
        if not 1 <= value <= self.MAX_PAGES << PAGE_SHIFT:
            raise Errno(EINVAL)
        self.shmmax = round_page(value)
        self.shmall = max(self.shmall, self.shmmax >> PAGE_SHIFT)

    def _set_shmmni(self, r: Request, value: int | bytes) -> None:
        self.shmmni = self._positive(value)

    def _set_shmseg(self, r: Request, value: int | bytes) -> None:
        self.shmseg = self._positive(value)

    def _set_shmall(self, r: Request, value: int | bytes) -> None:
        self.shmall = self._positive(value)

    def _positive(self, value: int | bytes) -> int:
        assert isinstance(value, int)
        if not 1 <= value <= 0xFFFF:
            raise Errno(EINVAL)
        return value

    def by_key(self, key: int) -> Segment | None:
        for segment in self.segments.values():
            if segment.key == key and not segment.removed:
                return segment
        return None

    def find(self, shmid: int, removed: bool = False) -> Segment:
        """A segment by its identifier. Raises Errno(EINVAL), also for a removed one unless `removed`."""
        segment = self.segments.get(shmid & 0xFFFF)
        if segment is None or segment.shmid != shmid or (segment.removed and not removed):
            raise Errno(EINVAL)
        return segment

    def create(self, l: Lwp, key: int, size: int, mode: int) -> Segment:
        """A new segment. Raises Errno: EINVAL for a size beyond the limits, ENOSPC, ENOMEM."""
        if not self.SHMMIN <= size <= self.shmmax:
            raise Errno(EINVAL)
        if len(self.segments) >= self.shmmni:
            raise Errno(ENOSPC)
        if sum(s.pages for s in self.segments.values()) + (round_page(size) >> PAGE_SHIFT) > self.shmall:
            raise Errno(ENOMEM)
        index = next(i for i in range(self.shmmni) if i not in self.segments)
        seq = self._last_seq[index] = self._last_seq.get(index, 0) + 1 & 0x7FFF
        segment = self.segments[index] = Segment(self.kernel, index, seq, key, size, mode, l)
        return segment

    def remove(self, segment: Segment) -> None:
        """Take its key; it goes at once if nobody has it attached."""
        segment.key = IPC_PRIVATE
        segment.mode |= SHMSEG_REMOVED
        self.free_if_unused(segment)

    def free_if_unused(self, segment: Segment) -> None:
        if segment.removed and segment.nattch <= 0:
            del self.segments[segment.index]
            segment.obj.release()


class Attachments:
    """The segments attached to an address space, by address (struct shmmap_state)."""

    __slots__ = ("by_address", "shm")

    def __init__(self, shm: SharedMemory) -> None:
        self.shm = shm
        self.by_address: dict[int, Segment] = {}

    def attach(self, address: int, segment: Segment) -> None:
        self.by_address[address] = segment
        segment.nattch += 1

    def detach(self, address: int) -> Segment:
        segment = self.by_address.pop(address)
        segment.nattch -= 1
        segment.dtime = realtime(self.shm.kernel) // NS
        self.shm.free_if_unused(segment)
        return segment

    def fork(self) -> Attachments:
        """For a child's address space: every one counts once more (shmfork)."""
        new = Attachments(self.shm)
        for address, segment in self.by_address.items():
            new.attach(address, segment)
        return new

    def release(self) -> None:
        """The address space goes (shmexit)."""
        for address in list(self.by_address):
            self.detach(address)


# -- system calls ----------------------------------------------------------------------------------


@syscall(231, "int shmget(key_t key, size_t size, int shmflg)")
def sys_shmget(l: Lwp, key: int, size: int, shmflg: int) -> int:
    """The identifier of the segment with a key, or of a new one."""
    shm = l.kernel.shm
    mode = shmflg & ACCESSPERMS
    segment = shm.by_key(key) if key != IPC_PRIVATE else None
    if segment is not None:
        segment.check(l.proc.cred, mode & (IPC_R | IPC_W))
        if size > segment.size:
            raise Errno(EINVAL)
        if shmflg & (IPC_CREAT | IPC_EXCL) == IPC_CREAT | IPC_EXCL:
            raise Errno(EEXIST)
        return segment.shmid
    if key != IPC_PRIVATE and not shmflg & IPC_CREAT:
        raise Errno(ENOENT)
    return shm.create(l, key, size, mode).shmid


@syscall(228, "void *shmat(int shmid, const void *shmaddr, int shmflg)")
def sys_shmat(l: Lwp, shmid: int, shmaddr: int, shmflg: int) -> int:
    """Map a segment. A given address must be free, and of a whole page unless it may be rounded (SHM_RND)."""
    p, vm, shm = l.proc, l.proc.vm, l.kernel.shm
    segment = shm.find(shmid)
    prot = PROT_READ if shmflg & SHM_RDONLY else PROT_READ | PROT_WRITE
    segment.check(p.cred, IPC_R if shmflg & SHM_RDONLY else IPC_R | IPC_W)
    attachments = vm.shm or Attachments(shm)
    if len(attachments.by_address) >= shm.shmseg:
        raise Errno(EMFILE)
    size = round_page(segment.size)
    if vm.size + size > p.limit.soft[RLIMIT_AS]:
        raise Errno(ENOMEM)
    if shmaddr:
        start = shmaddr & -PAGE_SIZE if shmflg & SHM_RND else shmaddr
        if start & (PAGE_SIZE - 1):
            raise Errno(EINVAL)
        if start < VM_MIN_ADDRESS or start + size > VM_MAXUSER_ADDRESS or vm.overlapping(start, start + size):
            raise Errno(ENOMEM)
    else:
        start = vm.find_space(size)
    segment.obj.hold()
    entry = MapEntry(start, start + size, prot, maxprot=prot, obj=segment.obj, shared=True, inherit=INHERIT_SHARE)
    vm.insert(entry.but(name="SysV shm"))
    # Where something was attached that has been unmapped since, it ends now.
    if start in attachments.by_address:
        attachments.detach(start)
    attachments.attach(start, segment)
    vm.shm = attachments
    segment.lpid = p.pid
    segment.atime = realtime(l.kernel) // NS
    return start


@syscall(230, "int shmdt(const void *shmaddr)")
def sys_shmdt(l: Lwp, shmaddr: int) -> None:
    vm = l.proc.vm
    segment = vm.shm.by_address.get(shmaddr) if vm.shm is not None else None
    if segment is None or vm.shm is None:
        raise Errno(EINVAL)
    vm.unmap(shmaddr, shmaddr + round_page(segment.size))
    segment.lpid = l.proc.pid
    vm.shm.detach(shmaddr)


@syscall(443, "int __shmctl50(int shmid, int cmd, struct shmid_ds *buf)")
def sys___shmctl50(l: Lwp, shmid: int, cmd: int, buf: int) -> None:
    """Look at a segment, change its owner and mode, remove it. What is being removed can still be looked at."""
    k, cred = l.kernel, l.proc.cred
    segment = k.shm.find(shmid, removed=cmd == IPC_STAT)
    if cmd == IPC_STAT:
        segment.check(cred, IPC_R)
        l.proc.vm.copyout(buf, segment.pack())
    elif cmd == IPC_SET:
        uid, gid, _, _, mode, *_ = _SHMID_DS.unpack(l.proc.vm.copyin(buf, _SHMID_DS.size))
        segment.check_owner(cred)
        segment.uid, segment.gid = uid, gid
        segment.mode = segment.mode & ~ACCESSPERMS | mode & ACCESSPERMS
        segment.ctime = realtime(k) // NS
    elif cmd == IPC_RMID:
        segment.check_owner(cred)
        k.shm.remove(segment)
    elif cmd in (SHM_LOCK, SHM_UNLOCK):
        # Nothing is ever paged out; that it must not be is noted all the same.
        if not cred.is_root():
            raise Errno(EPERM)
        segment.mode = segment.mode | SHMSEG_WIRED if cmd == SHM_LOCK else segment.mode & ~SHMSEG_WIRED
    else:
        raise Errno(EINVAL)
