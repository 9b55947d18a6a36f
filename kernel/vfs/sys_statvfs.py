"""Asking about file systems: statvfs and getvfsstat (NetBSD: vfs_syscalls.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, Errno
from kernel.fcntl import NAME_MAX
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.mount import Mount

if TYPE_CHECKING:
    from kernel.lwp import Lwp

# struct statvfs: flag, bsize, frsize, iosize; blocks, bfree, bavail, bresvd; files, ffree, favail, fresvd;
# sync and async reads and writes; fsidx, fsid, namemax; owner, (pad), (spare); four strings
_STATVFS = struct.Struct("<4Q4Q4Q4Q2iQQI4x32x32s1024s1024s1024s")

ST_WAIT, ST_NOWAIT = 1, 2


def pack_statvfs(mount: Mount) -> bytes:
    """struct statvfs as N11 has it."""
    usage, size = mount.usage(), mount.block_size
    return _STATVFS.pack(
        mount.flags, size, size, size,
        usage.blocks, usage.blocks_free, usage.blocks_free, 0,
        usage.files, usage.files_free, usage.files_free, 0,
        0, 0, 0, 0,
        mount.fsid, 0, mount.fsid, NAME_MAX, 0,
        mount.fstype.encode(), mount.path, mount.source.encode(), b"",
    )  # fmt: skip


def _check(flags: int) -> None:
    if flags not in (ST_WAIT, ST_NOWAIT):
        raise Errno(EINVAL)


@syscall(484, "int __statvfs190(const char *path, struct statvfs *buf, int flags)")
def sys_statvfs(l: Lwp, path: int, buf: int, flags: int) -> None:
    _check(flags)
    vnode = namei.lookup(l, namei.copyin_path(l, path))
    l.proc.vm.copyout(buf, pack_statvfs(vnode.mount))


@syscall(485, "int __fstatvfs190(int fd, struct statvfs *buf, int flags)")
def sys_fstatvfs(l: Lwp, fd: int, buf: int, flags: int) -> None:
    _check(flags)
    vnode = l.proc.fd.get(fd).vnode
    if vnode is None:
        raise Errno(EINVAL)
    l.proc.vm.copyout(buf, pack_statvfs(vnode.mount))


@syscall(483, "int __getvfsstat90(struct statvfs *buf, size_t bufsize, int flags)")
def sys_getvfsstat(l: Lwp, buf: int, bufsize: int, flags: int) -> int:
    """As many file systems as fit; without a buffer, how many there are."""
    _check(flags)
    mounts = l.kernel.vfs.mounts
    if not buf:
        return len(mounts)
    room = min(bufsize // _STATVFS.size, len(mounts))
    for index, mount in enumerate(mounts[:room]):
        l.proc.vm.copyout(buf + index * _STATVFS.size, pack_statvfs(mount))
    return room
