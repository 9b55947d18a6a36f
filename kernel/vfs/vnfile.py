"""Open files that are vnodes (NetBSD: vfs_vnops.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EFBIG, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTTY, EPERM, Errno
from kernel.fcntl import (
    APPEND,
    FHASLOCK,
    FWRITE,
    O_APPEND,
    O_NONBLOCK,
    OFF_MAX,
    POLLIN,
    POLLOUT,
    S_ISGID,
    S_ISUID,
    SEEK_CUR,
    SEEK_END,
    SEEK_SET,
)
from kernel.file import VNODE, File, FileTable, IoctlResult, Pending, Readiness, Stat
from kernel.ioctl import FIONREAD, FIONSPACE, FIONWRITE, pack_int
from kernel.vfs.vnode import (
    NOTE_ATTRIB,
    NOTE_CLOSE,
    NOTE_CLOSE_WRITE,
    NOTE_EXTEND,
    NOTE_OPEN,
    NOTE_READ,
    NOTE_WRITE,
    VDIR,
    VREG,
    Vnode,
)

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.sched import CondVar
    from kernel.select import SelInfo
    from kernel.uio import Uio
    from kernel.vfs.devfs import Device

CHUNK = 1 << 20  # bytes moved at a time, so that huge transfers need no huge buffers
RLIMIT_FSIZE = 1
SIGXFSZ = 25

# struct dirent: d_fileno, d_reclen, d_namlen, d_type; then the name, its NUL, and padding to 8 bytes
_DIRENT = struct.Struct("<QHHB")


class VnodeFile(File):
    """A regular file that is open, and what other open vnodes have in common.

    `opened_as` is the directory and name it was opened by, from which fcntl(F_GETPATH) tells its path.
    """

    __slots__ = ("opened_as", "vnode")

    kind = VNODE

    def __init__(self, table: FileTable, flags: int, cred: Cred, vnode: Vnode) -> None:
        super().__init__(table, flags, cred)
        self.vnode: Vnode = vnode
        self.opened_as: tuple[Vnode, bytes] | None = None
        vnode.hold()
        if flags & FWRITE:
            vnode.writers += 1
        vnode.knote(NOTE_OPEN)

    def close(self, l: Lwp) -> None:
        vnode = self.vnode
        if self.flags & FHASLOCK and vnode.locks is not None:
            vnode.locks.drop_owner(self)
        if self.flags & FWRITE:
            vnode.writers -= 1
        vnode.knote(NOTE_CLOSE_WRITE if self.flags & FWRITE else NOTE_CLOSE)
        vnode.release()

    def drop_record_locks(self, p: Proc) -> None:
        if self.vnode.locks is not None:
            self.vnode.locks.drop_owner(p)

    # -- reading and writing --------------------------------------------------------------------------

    def read(self, l: Lwp, uio: Uio) -> Pending | CondVar:
        self.offset += self._read_at(uio, self.offset)
        return None

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        self._read_at(uio, offset)
        return None

    def _read_at(self, uio: Uio, offset: int) -> int:
        """Move bytes from an offset on; how many."""
        vnode = self.vnode
        left = min(uio.resid, vnode.size - offset)
        vnode.atime = vnode.mount.now()
        if vnode.watched is not None:
            vnode.knote(NOTE_READ)
        if left <= 0:
            return 0
        if left <= CHUNK:
            uio.put(vnode.read(offset, left))
            return left
        start = offset
        while left > 0:
            step = min(left, CHUNK)
            uio.put(vnode.read(offset, step))
            offset += step
            left -= step
        return offset - start

    def write(self, l: Lwp, uio: Uio) -> Pending:
        offset = self.vnode.size if self.flags & O_APPEND else self.offset
        self.offset = offset + self._write_at(l, uio, offset)
        return None

    def pwrite(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        self._write_at(l, uio, self.vnode.size if self.flags & O_APPEND else offset)
        return None

    def _write_at(self, l: Lwp, uio: Uio, offset: int) -> int:
        """Move bytes to an offset; how many. Raises Errno: EFBIG (with SIGXFSZ) beyond a limit, ENOSPC."""
        vnode = self.vnode
        start = offset
        if not uio.resid:
            return 0
        if vnode.flags & APPEND and offset < vnode.size:
            raise Errno(EPERM)
        end, size = offset + uio.resid, vnode.size
        if end > OFF_MAX:
            raise Errno(EFBIG)
        if end > l.proc.limit.soft[RLIMIT_FSIZE]:
            l.kernel.signals.psignal(l.proc, SIGXFSZ)
            raise Errno(EFBIG)
        while uio.resid:
            data = uio.get(min(uio.resid, CHUNK))
            try:
                vnode.write(offset, data)
            except Errno:
                if offset == start:
                    raise
                uio.resid += len(data)
                break
            offset += len(data)
        if vnode.mode & (S_ISUID | S_ISGID) and l.proc.cred.euid != 0:
            vnode.mode &= ~(S_ISUID | S_ISGID)
        vnode.mtime = vnode.ctime = vnode.mount.now()
        if vnode.watched is not None:
            vnode.knote(NOTE_WRITE | (NOTE_EXTEND if vnode.size > size else 0))
        return offset - start

    def seek(self, l: Lwp, offset: int, whence: int) -> int:
        if whence == SEEK_CUR:
            offset += self.offset
        elif whence == SEEK_END:
            offset += self.vnode.size
        elif whence != SEEK_SET:
            raise Errno(EINVAL)
        if not 0 <= offset <= OFF_MAX:
            raise Errno(EINVAL)
        self.offset = offset
        return offset

    # -- the rest -------------------------------------------------------------------------------------

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        if com == FIONREAD:
            return pack_int(min(max(self.vnode.size - self.offset, 0), (1 << 31) - 1))
        if com in (FIONWRITE, FIONSPACE):
            return pack_int(0)
        raise Errno(ENOTTY)

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        return (self.vnode.watch(),)

    def readiness(self, writing: bool) -> Readiness:
        """A file can always be written, and read unless its offset is at its end."""
        if writing:
            return Readiness(True, 0)
        left = self.vnode.size - self.offset
        return Readiness(left != 0, left)

    def stat(self) -> Stat:
        return self.vnode.stat()

    def truncate(self, l: Lwp, size: int) -> None:
        vnode = self.vnode
        if not self.flags & FWRITE or vnode.vtype is not VREG:
            raise Errno(EINVAL)
        truncate(l, vnode, size)


def truncate(l: Lwp, vnode: Vnode, size: int) -> None:
    """Set a regular file's size on behalf of a process that may write it.

    Raises Errno: EINVAL for a negative size, EFBIG (with SIGXFSZ) beyond the limit, EPERM when the file may
    only grow at its end.
    """
    if size < 0:
        raise Errno(EINVAL)
    if vnode.flags & APPEND:
        raise Errno(EPERM)
    if size > vnode.size and size > l.proc.limit.soft[RLIMIT_FSIZE]:
        l.kernel.signals.psignal(l.proc, SIGXFSZ)
        raise Errno(EFBIG)
    hint = NOTE_ATTRIB | (NOTE_EXTEND if size > vnode.size else 0)
    vnode.truncate(size)
    if vnode.mode & (S_ISUID | S_ISGID) and l.proc.cred.euid != 0:
        vnode.mode &= ~(S_ISUID | S_ISGID)
    vnode.mtime = vnode.ctime = vnode.mount.now()
    vnode.knote(hint)


class DirFile(VnodeFile):
    """A directory that is open. Its offset counts entries, in the directory's own way."""

    __slots__ = ()

    def read(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EISDIR)

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        raise Errno(EISDIR)

    def getdents(self, l: Lwp, count: int) -> tuple[bytes, int]:
        """As many struct dirent as fit into `count` bytes from the offset on, and the offset behind them.

        Raises Errno: EINVAL if not even one fits, ENOENT when the directory was removed.
        """
        if self.vnode.vtype is not VDIR:
            raise Errno(ENOTDIR)
        if self.vnode.nlink == 0:
            raise Errno(ENOENT)
        out: list[bytes] = []
        total, offset = 0, self.offset
        for _, name, vnode, following in self.vnode.readdir(l.proc, offset):
            length = (_DIRENT.size + len(name) + 1 + 7) & ~7
            if total + length > count:
                if not out:
                    raise Errno(EINVAL)
                break
            head = _DIRENT.pack(vnode.ino, length, len(name), vnode.vtype.dtype)
            out.append((head + name).ljust(length, b"\0"))
            total += length
            offset = following
        self.vnode.atime = self.vnode.mount.now()
        return b"".join(out), offset


class DeviceFile(VnodeFile):
    """A character device that is open: everything is the device's business."""

    __slots__ = ("device",)

    def __init__(self, table: FileTable, flags: int, cred: Cred, vnode: Vnode, device: Device) -> None:
        super().__init__(table, flags, cred, vnode)
        self.device = device
        device.attach(self)

    def close(self, l: Lwp) -> None:
        self.device.close(l, self)
        super().close(l)

    def read(self, l: Lwp, uio: Uio) -> Pending:
        return self.device.read(l, uio, self.flags & O_NONBLOCK)

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        return self.device.read(l, uio, self.flags & O_NONBLOCK)

    def write(self, l: Lwp, uio: Uio) -> Pending:
        return self.device.write(l, uio, self.flags & O_NONBLOCK)

    def pwrite(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        return self.device.write(l, uio, self.flags & O_NONBLOCK)

    def seek(self, l: Lwp, offset: int, whence: int) -> int:
        if not self.device.seekable:
            return File.seek(self, l, offset, whence)
        return super().seek(l, offset, whence)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        return self.device.ioctl(l, com, data)

    def poll(self, events: int) -> int:
        return self.device.poll(events)

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return self.device.selinfo(events)

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        return (self.vnode.watch(), *self.device.selinfo(POLLOUT if writing else POLLIN))

    def readiness(self, writing: bool) -> Readiness:
        return self.device.readiness(writing)

    def restart(self, kernel: Kernel) -> None:
        self.device.restart(kernel)
