"""A file's contents as a whole: its length, its storage, its safety (NetBSD: vfs_syscalls.c).

Where everything lies in memory there is nothing to flush; the calls check what they would be about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, ESPIPE, ETXTBSY, Errno
from kernel.fcntl import FWRITE, OFF_MAX
from kernel.file import PIPE, SOCKET
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.tmpfs import TmpFile
from kernel.vfs.vnfile import VnodeFile, truncate
from kernel.vfs.vnode import VDIR, VFIFO, VREG, VWRITE

if TYPE_CHECKING:
    from kernel.lwp import Lwp

FDATASYNC, FFILESYNC, FDISKSYNC = 0x10, 0x20, 0x40
POSIX_FADV_MAX = 5


def vnode_file(l: Lwp, fd: int) -> VnodeFile:
    """The open file of a descriptor, which must have a vnode. Raises Errno: EBADF, EINVAL."""
    file = l.proc.fd.get(fd)
    if not isinstance(file, VnodeFile):
        raise Errno(EINVAL)
    return file


@syscall(200, "int truncate(const char *path, int PAD, off_t length)")
def sys_truncate(l: Lwp, path: int, length: int) -> None:
    vnode = namei.lookup(l, namei.copyin_path(l, path))
    if length < 0:
        raise Errno(EINVAL)
    if vnode.vtype is VDIR:
        raise Errno(EISDIR)
    if vnode.text_refs:
        raise Errno(ETXTBSY)
    vnode.access(l.proc.cred, VWRITE)
    if vnode.vtype is not VREG:
        raise Errno(EINVAL)
    truncate(l, vnode, length)


@syscall(201, "int ftruncate(int fd, int PAD, off_t length)")
def sys_ftruncate(l: Lwp, fd: int, length: int) -> None:
    l.proc.fd.get(fd).truncate(l, length)


@syscall(36, "void sync(void)")
def sys_sync(l: Lwp) -> None:
    l.kernel.vfs.sync()


@syscall(95, "int fsync(int fd)")
def sys_fsync(l: Lwp, fd: int) -> None:
    vnode_file(l, fd).vnode.sync()


@syscall(241, "int fdatasync(int fd)")
def sys_fdatasync(l: Lwp, fd: int) -> None:
    file = vnode_file(l, fd)
    if not file.flags & FWRITE:
        raise Errno(EBADF)
    file.vnode.sync()


@syscall(354, "int fsync_range(int fd, int flags, off_t start, off_t length)")
def sys_fsync_range(l: Lwp, fd: int, flags: int, start: int, length: int) -> None:
    file = vnode_file(l, fd)
    if not file.flags & FWRITE:
        raise Errno(EBADF)
    # Exactly one of "the data" and "the file" must be asked for.
    if flags & (FDATASYNC | FFILESYNC) not in (FDATASYNC, FFILESYNC):
        raise Errno(EINVAL)
    if flags & ~(FDATASYNC | FFILESYNC | FDISKSYNC) or start < 0 or length < 0 or start + length > OFF_MAX:
        raise Errno(EINVAL)
    file.vnode.sync()


def _space(l: Lwp, fd: int, position: int, length: int) -> TmpFile:
    """The regular file that storage is taken for, or given back."""
    file = l.proc.fd.get(fd)
    if position < 0 or length < 0:
        raise Errno(EINVAL)
    if position + length > OFF_MAX:
        raise Errno(EFBIG)
    if not file.flags & FWRITE:
        raise Errno(EBADF)
    if not isinstance(file, VnodeFile):
        raise Errno(ESPIPE if file.kind in (PIPE, SOCKET) else ENODEV)
    vnode = file.vnode
    if vnode.vtype is VFIFO:
        raise Errno(ESPIPE)
    if vnode.vtype is VDIR:
        raise Errno(EISDIR)
    if vnode.vtype is not VREG:
        raise Errno(ENODEV)
    if not isinstance(vnode, TmpFile):
        raise Errno(EOPNOTSUPP)
    return vnode


@syscall(479, "int posix_fallocate(int fd, int PAD, off_t pos, off_t len)")
def sys_posix_fallocate(l: Lwp, fd: int, position: int, length: int) -> int:
    """The error is the result: this call never sets errno."""
    try:
        vnode = _space(l, fd, position, length)
        if length == 0:
            raise Errno(EINVAL)
        vnode.reserve(position, position + length)
        if position + length > vnode.size:
            truncate(l, vnode, position + length)
    except Errno as e:
        return e.errno
    return 0


@syscall(480, "int fdiscard(int fd, int PAD, off_t pos, off_t len)")
def sys_fdiscard(l: Lwp, fd: int, position: int, length: int) -> None:
    vnode = _space(l, fd, position, length)
    vnode.discard(position, min(position + length, vnode.size))
    vnode.mtime = vnode.ctime = vnode.mount.now()


@syscall(416, "int __posix_fadvise50(int fd, int PAD, off_t offset, off_t len, int advice)")
def sys_posix_fadvise(l: Lwp, fd: int, offset: int, length: int, advice: int) -> int:
    """The error is the result. There is no cache that advice could help."""
    if length < 0 or offset + length > OFF_MAX:
        return EINVAL
    try:
        file = l.proc.fd.get(fd)
    except Errno as e:
        return e.errno
    if file.vnode is None:
        return ESPIPE if file.kind in (PIPE, SOCKET) else EOPNOTSUPP
    return 0 if 0 <= advice <= POSIX_FADV_MAX else EINVAL
