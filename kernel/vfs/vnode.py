"""Vnodes: files as the kernel knows them, whatever file system they are in (NetBSD: vfs_vnode.c).

The attributes that stat shows are fields here, since every file system has them. What differs is behaviour:
each file system derives its own classes and overrides the operations. The ones below are the answers of a
vnode that cannot do the thing.

A Python reference keeps the object; `usecount` says whether it is in use as a file (open, mapped as text,
somebody's directory). A file without a name goes away when its use count falls to 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EINVAL, ENODEV, ENOTDIR, EOPNOTSUPP, EPERM, EROFS, Errno
from kernel.fcntl import (
    APPEND,
    IMMUTABLE,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFREG,
    S_IFSOCK,
    S_ISTXT,
)
from kernel.file import Stat
from kernel.select import SelInfo

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.kauth import Cred
    from kernel.lockf import LockList
    from kernel.lwp import Lwp
    from kernel.proc import Proc
    from kernel.program import Program
    from kernel.uvm.object import UvmObject
    from kernel.vfs.mount import Mount

# What happens to files, as those hear of it who watch them (EVFILT_VNODE of sys/event.h)
NOTE_DELETE, NOTE_WRITE, NOTE_EXTEND, NOTE_ATTRIB, NOTE_LINK, NOTE_RENAME, NOTE_REVOKE = (1 << i for i in range(7))
NOTE_OPEN, NOTE_CLOSE, NOTE_CLOSE_WRITE, NOTE_READ = (1 << i for i in range(7, 11))

VEXEC, VWRITE, VREAD = 1, 2, 4  # what `access` is asked for: the bits of access(2)


class VType(Enum):
    """What kind of file a vnode is. `ifmt` is its S_IFMT bits, `dtype` what getdents calls it (DT_*)."""

    VREG = S_IFREG
    VDIR = S_IFDIR
    VLNK = S_IFLNK
    VCHR = S_IFCHR
    VBLK = S_IFBLK
    VFIFO = S_IFIFO
    VSOCK = S_IFSOCK

    def __init__(self, ifmt: int) -> None:
        self.ifmt = ifmt
        self.dtype = ifmt >> 12


VREG, VDIR, VLNK, VCHR = VType.VREG, VType.VDIR, VType.VLNK, VType.VCHR
VBLK, VFIFO, VSOCK = VType.VBLK, VType.VFIFO, VType.VSOCK


class Vnode:
    """A file. `mode` has permission bits only; times are ns since the epoch; `size` is in bytes."""

    __slots__ = (
        "atime",
        "birthtime",
        "covered_by",  # the file system mounted on this directory
        "ctime",
        "flags",
        "gen",
        "gid",
        "hint",  # the name it got last, for views of the machine
        "ino",
        "locks",  # advisory locks, made when first used
        "mode",
        "mount",
        "mtime",
        "nlink",
        "program",  # exec's view of the file, kept from the last time (kernel.program)
        "rdev",
        "size",
        "text_refs",  # processes that run this file: it cannot be opened for writing
        "uid",
        "uobj",  # a regular file's pages
        "usecount",
        "vtype",
        "watched",  # who wants to know what happens to the file, made when first used
        "writers",  # open files that may write it: it cannot be run
    )

    def __init__(self, mount: Mount, vtype: VType, mode: int, uid: int, gid: int) -> None:
        self.mount = mount
        self.vtype = vtype
        self.ino = mount.new_ino()
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.nlink = 0
        self.size = 0
        self.rdev = 0
        self.flags = 0
        self.gen = 1
        self.atime = self.mtime = self.ctime = self.birthtime = mount.now()
        self.uobj: UvmObject | None = None
        self.usecount = 0
        self.text_refs = 0
        self.writers = 0
        self.program: Program | None = None
        self.locks: LockList | None = None
        self.covered_by: Mount | None = None
        self.hint = b""
        self.watched: SelInfo | None = None

    def name_hint(self) -> str:
        """A name for views of the machine; nothing may depend on it."""
        return self.hint.decode(errors="replace")

    @property
    def maps_zero(self) -> bool:
        """Mapping this device gives fresh zero pages, as mapping nothing does."""
        return False

    # -- use ----------------------------------------------------------------------------------------

    def hold(self) -> None:
        """One user more (vref)."""
        self.usecount += 1

    def release(self) -> None:
        """One user less (vrele). The last user of a file without a name frees its contents."""
        self.usecount -= 1
        if self.usecount == 0 and self.nlink == 0:
            self.reclaim()

    def unlinked(self) -> None:
        """A name was taken away."""
        self.nlink -= 1
        self.ctime = self.mount.now()
        self.knote(NOTE_LINK if self.nlink else NOTE_DELETE)
        if self.usecount == 0 and self.nlink == 0:
            self.reclaim()

    def reclaim(self) -> None:
        """Free what the file holds."""
        self.program = None
        if self.uobj is not None:
            self.uobj.release()
            self.uobj = None

    # -- events -------------------------------------------------------------------------------------

    def watch(self) -> SelInfo:
        """The list on which those hang who want to know what happens to the file."""
        if self.watched is None:
            self.watched = SelInfo()
        return self.watched

    def knote(self, hint: int) -> None:
        """Something happened to the file: NOTE_* (VN_KNOTE)."""
        if self.watched is not None:
            self.watched.notify(hint)

    # -- attributes ---------------------------------------------------------------------------------

    def access(self, cred: Cred, mode: int) -> None:
        """May these credentials do this (VEXEC, VWRITE, VREAD or a sum)?

        Raises Errno: EACCES by the permission bits, EPERM to change an immutable file, EROFS to change a file
        on a read-only file system.
        """
        if mode & VWRITE and self.vtype in (VREG, VDIR, VLNK):
            if self.mount.readonly:
                raise Errno(EROFS)
            if self.flags & IMMUTABLE:
                raise Errno(EPERM)
        if cred.euid == 0:
            # The superuser passes, but does not execute what nobody could.
            if mode & VEXEC and self.vtype is not VDIR and not self.mode & 0o111:
                raise Errno(EACCES)
            return
        if cred.euid == self.uid:
            granted = self.mode >> 6
        elif cred.in_group(self.gid):
            granted = self.mode >> 3
        else:
            granted = self.mode
        if mode & ~granted:
            raise Errno(EACCES)

    def check_sticky(self, cred: Cred, victim: Vnode) -> None:
        """In a sticky directory only the owner of the file or of the directory takes a name away."""
        if self.mode & S_ISTXT and cred.euid not in (0, self.uid, victim.uid):
            raise Errno(EPERM)

    def check_changeable(self) -> None:
        """Attributes of an immutable or append-only file stay as they are. Raises Errno(EPERM), EROFS."""
        if self.mount.readonly:
            raise Errno(EROFS)
        if self.flags & (IMMUTABLE | APPEND):
            raise Errno(EPERM)

    def stat(self) -> Stat:
        """What stat(2) tells."""
        return Stat(
            self.mount.fsid, self.ino, self.vtype.ifmt | self.mode, self.nlink, self.uid, self.gid,
            self.rdev,
            self.atime, self.mtime, self.ctime, self.birthtime,
            self.size, self.blocks(), self.mount.block_size, self.flags, self.gen,
        )  # fmt: skip

    def blocks(self) -> int:
        """512-byte units of storage in use."""
        return (self.size + 511) // 512

    # Who may ask has been checked. A file system that keeps attributes elsewhere changes them there first.

    def set_mode(self, mode: int) -> None:
        self.mode = mode

    def set_owner(self, uid: int, gid: int) -> None:
        self.uid, self.gid = uid, gid

    def set_flags(self, flags: int) -> None:
        self.flags = flags

    def set_times(self, atime: int, mtime: int) -> None:
        """Time stamps in ns since the epoch."""
        self.atime, self.mtime = atime, mtime

    # -- directories --------------------------------------------------------------------------------

    def lookup(self, p: Proc | None, name: bytes) -> Vnode | None:
        """The file a directory has under this name ('.' and '..' included), or None."""
        raise Errno(ENOTDIR)

    def create(self, name: bytes, vtype: VType, mode: int, cred: Cred, rdev: int = 0) -> Vnode:
        """A new file of any type but a symbolic link. The name is known to be free."""
        raise Errno(EOPNOTSUPP)

    def symlink(self, name: bytes, target: bytes, mode: int, cred: Cred) -> Vnode:
        """A new symbolic link."""
        raise Errno(EOPNOTSUPP)

    def link(self, name: bytes, vnode: Vnode) -> None:
        """One more name for a file of this file system."""
        raise Errno(EOPNOTSUPP)

    def remove(self, name: bytes, vnode: Vnode) -> None:
        """Take a name away: of a file, or of an empty directory."""
        raise Errno(EOPNOTSUPP)

    def rename(self, name: bytes, vnode: Vnode, to: Vnode, new_name: bytes, target: Vnode | None) -> None:
        """Give `vnode`, here under `name`, the name `new_name` in directory `to`, in place of `target`."""
        raise Errno(EOPNOTSUPP)

    def readdir(self, p: Proc | None, offset: int) -> Iterator[tuple[int, bytes, Vnode, int]]:
        """(offset, name, vnode, offset of the next) of each entry from an offset on."""
        raise Errno(ENOTDIR)

    def is_empty(self) -> bool:
        """A directory holds nothing but '.' and '..'."""
        return True

    @property
    def parent(self) -> Vnode:
        """A directory's '..'."""
        raise Errno(ENOTDIR)

    def name_of(self, child: Vnode) -> bytes | None:
        """Under which name a directory holds this directory: how a path is found backwards."""
        return None

    # -- contents -----------------------------------------------------------------------------------

    def readlink(self, p: Proc | None) -> bytes:
        """A symbolic link's target."""
        raise Errno(EINVAL)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes at an offset, fewer at the end of the file. For the kernel itself (exec, paging)."""
        raise Errno(EINVAL)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Store bytes at an offset, growing the file. Raises Errno(ENOSPC): all or nothing is written."""
        raise Errno(EINVAL)

    def truncate(self, size: int) -> None:
        """Set the size; new bytes are zero."""
        raise Errno(EINVAL)

    def sync(self) -> None:
        """Have the contents safe where they are kept."""

    def open(self, l: Lwp, flags: int) -> File | int:
        """An open file (not counted by any descriptor yet), or a descriptor number to duplicate instead."""
        raise Errno(ENODEV)
