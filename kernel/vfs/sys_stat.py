"""Asking about files: the stat family, access, pathconf (NetBSD: vfs_syscalls.c)."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, ETXTBSY, Errno
from kernel.fcntl import (
    AT_EACCESS,
    AT_FDCWD,
    AT_SYMLINK_NOFOLLOW,
    LINK_MAX,
    NAME_MAX,
    PATH_MAX,
    PIPE_BUF,
)
from kernel.file import PIPE, SOCKET, Stat
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.vnode import VDIR, VFIFO, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp

# struct stat: dev, mode, (pad), ino, nlink, uid, gid, (pad), rdev, four timespecs, size, blocks, blksize,
# flags, gen, (spare)
_STAT = struct.Struct("<QI4xQIII4xQ8qqqIII8x4x")
assert _STAT.size == 152

NS = 10**9
F_OK = 0
ACCESS_BITS = 7  # R_OK, W_OK, X_OK

(
    _PC_LINK_MAX, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_NAME_MAX, _PC_PATH_MAX, _PC_PIPE_BUF,
    _PC_CHOWN_RESTRICTED, _PC_NO_TRUNC, _PC_VDISABLE, _PC_SYNC_IO, _PC_FILESIZEBITS, _PC_SYMLINK_MAX,
    _PC_2_SYMLINKS, _PC_ACL_EXTENDED, _PC_MIN_HOLE_SIZE,
) = range(1, 16)  # fmt: skip

PATHCONF = {
    _PC_LINK_MAX: LINK_MAX,
    _PC_MAX_CANON: 255,
    _PC_MAX_INPUT: 255,
    _PC_NAME_MAX: NAME_MAX,
    _PC_PATH_MAX: PATH_MAX,
    _PC_PIPE_BUF: PIPE_BUF,
    _PC_CHOWN_RESTRICTED: 1,
    _PC_NO_TRUNC: 1,
    _PC_VDISABLE: 0xFF,
    _PC_SYNC_IO: 1,
    _PC_FILESIZEBITS: 64,
    _PC_SYMLINK_MAX: PATH_MAX,
    _PC_2_SYMLINKS: 1,
    _PC_ACL_EXTENDED: 0,
    _PC_MIN_HOLE_SIZE: 4096,
}


def pack_stat(s: Stat) -> bytes:
    """struct stat as N11 has it (spec B.2)."""
    return _STAT.pack(
        s.dev, s.mode, s.ino, s.nlink, s.uid, s.gid, s.rdev,
        s.atime // NS, s.atime % NS, s.mtime // NS, s.mtime % NS,
        s.ctime // NS, s.ctime % NS, s.birthtime // NS, s.birthtime % NS,
        s.size, s.blocks, s.blksize, s.flags, s.gen,
    )  # fmt: skip


def _stat(l: Lwp, path: int, ub: int, follow: bool, at: int = AT_FDCWD) -> None:
    vnode = namei.lookup(l, namei.copyin_path(l, path), follow, at)
    l.proc.vm.copyout(ub, pack_stat(vnode.stat()))


@syscall(439, "int __stat50(const char *path, struct stat *ub)")
def sys_stat(l: Lwp, path: int, ub: int) -> None:
    _stat(l, path, ub, follow=True)


@syscall(441, "int __lstat50(const char *path, struct stat *ub)")
def sys_lstat(l: Lwp, path: int, ub: int) -> None:
    _stat(l, path, ub, follow=False)


@syscall(440, "int __fstat50(int fd, struct stat *sb)")
def sys_fstat(l: Lwp, fd: int, sb: int) -> None:
    l.proc.vm.copyout(sb, pack_stat(l.proc.fd.get(fd).stat()))


@syscall(466, "int fstatat(int fd, const char *path, struct stat *buf, int flag)")
def sys_fstatat(l: Lwp, fd: int, path: int, buf: int, flag: int) -> None:
    if flag & ~AT_SYMLINK_NOFOLLOW:
        raise Errno(EINVAL)
    _stat(l, path, buf, not flag & AT_SYMLINK_NOFOLLOW, fd)


# -- access ----------------------------------------------------------------------------------------


def _access(l: Lwp, at: int, path: int, mode: int, flag: int) -> None:
    """May the process's real user (or, with AT_EACCESS, the effective one) do this?"""
    if mode & ~ACCESS_BITS or flag & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW):
        raise Errno(EINVAL)
    cred: Cred = l.proc.cred
    if not flag & AT_EACCESS:
        cred = replace(cred, euid=cred.ruid, egid=cred.rgid)
    name = namei.copyin_path(l, path)
    vnode = namei.lookup(l, name, not flag & AT_SYMLINK_NOFOLLOW, at, cred)
    if mode != F_OK:
        vnode.access(cred, mode)
        if mode & VWRITE and vnode.text_refs:
            raise Errno(ETXTBSY)


@syscall(33, "int access(const char *path, int flags)")
def sys_access(l: Lwp, path: int, mode: int) -> None:
    _access(l, AT_FDCWD, path, mode, 0)


@syscall(462, "int faccessat(int fd, const char *path, int amode, int flag)")
def sys_faccessat(l: Lwp, fd: int, path: int, mode: int, flag: int) -> None:
    _access(l, fd, path, mode, flag)


# -- pathconf --------------------------------------------------------------------------------------


def _pathconf(vnode: Vnode, name: int) -> int:
    if name not in PATHCONF or (name == _PC_PIPE_BUF and vnode.vtype not in (VDIR, VFIFO)):
        raise Errno(EINVAL)
    return PATHCONF[name]


@syscall(191, "long pathconf(const char *path, int name)")
def sys_pathconf(l: Lwp, path: int, name: int) -> int:
    return _pathconf(namei.lookup(l, namei.copyin_path(l, path)), name)


@syscall(499, "long lpathconf(const char *path, int name)")
def sys_lpathconf(l: Lwp, path: int, name: int) -> int:
    return _pathconf(namei.lookup(l, namei.copyin_path(l, path), follow=False), name)


@syscall(192, "long fpathconf(int fd, int name)")
def sys_fpathconf(l: Lwp, fd: int, name: int) -> int:
    file = l.proc.fd.get(fd)
    if file.vnode is not None:
        return _pathconf(file.vnode, name)
    if name == _PC_PIPE_BUF and file.kind in (PIPE, SOCKET):
        return PIPE_BUF
    raise Errno(EINVAL)
