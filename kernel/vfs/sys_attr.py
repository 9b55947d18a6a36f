"""Changing a file's attributes: mode, owner, flags, times (NetBSD: vfs_syscalls.c, secmodel_suser.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EFTYPE, EINVAL, EPERM, EROFS, Errno
from kernel.fcntl import (
    ALLPERMS,
    AT_FDCWD,
    AT_SYMLINK_NOFOLLOW,
    IMMUTABLE,
    S_ISGID,
    S_ISTXT,
    S_ISUID,
    SF_SETTABLE,
)
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.namei import copyin_path
from kernel.vfs.sys_data import vnode_file
from kernel.vfs.vnode import NOTE_ATTRIB, VDIR, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp

KEEP_ID = 0xFFFFFFFF  # uid or gid -1: leave as it is
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2
_TIMEVALS = struct.Struct("<qi4xqi4x")
_TIMESPECS = struct.Struct("<4q")


def _named(l: Lwp, path: int, follow: bool = True, at: int = AT_FDCWD) -> Vnode:
    return namei.lookup(l, copyin_path(l, path), follow, at)


def _at_flag(flag: int) -> bool:
    """Whether an *at call follows a symbolic link at the end."""
    if flag & ~AT_SYMLINK_NOFOLLOW:
        raise Errno(EINVAL)
    return not flag & AT_SYMLINK_NOFOLLOW


# -- mode ------------------------------------------------------------------------------------------


def set_mode(l: Lwp, vnode: Vnode, mode: int) -> None:
    """chmod: the owner's, or root's, to do. Raises Errno: EPERM, EROFS, EFTYPE."""
    cred: Cred = l.proc.cred
    vnode.check_changeable()
    mode &= ALLPERMS
    if cred.euid != 0:
        if cred.euid != vnode.uid:
            raise Errno(EPERM)
        if mode & S_ISTXT and vnode.vtype is not VDIR:
            raise Errno(EFTYPE)
        if mode & S_ISGID and not cred.in_group(vnode.gid):
            raise Errno(EPERM)
    vnode.set_mode(mode)
    vnode.ctime = vnode.mount.now()
    vnode.knote(NOTE_ATTRIB)


@syscall(15, "int chmod(const char *path, mode_t mode)")
def sys_chmod(l: Lwp, path: int, mode: int) -> None:
    set_mode(l, _named(l, path), mode)


@syscall(124, "int fchmod(int fd, mode_t mode)")
def sys_fchmod(l: Lwp, fd: int, mode: int) -> None:
    set_mode(l, vnode_file(l, fd).vnode, mode)


@syscall(274, "int lchmod(const char *path, mode_t mode)")
def sys_lchmod(l: Lwp, path: int, mode: int) -> None:
    set_mode(l, _named(l, path, follow=False), mode)


@syscall(463, "int fchmodat(int fd, const char *path, mode_t mode, int flag)")
def sys_fchmodat(l: Lwp, fd: int, path: int, mode: int, flag: int) -> None:
    set_mode(l, _named(l, path, _at_flag(flag), fd), mode)


# -- owner -----------------------------------------------------------------------------------------


def set_owner(l: Lwp, vnode: Vnode, uid: int, gid: int, posix: bool = False) -> None:
    """chown: root gives files away; an owner may only choose among his groups.

    Set-id bits go, unless root asks natively. Raises Errno: EPERM, EROFS.
    """
    cred: Cred = l.proc.cred
    vnode.check_changeable()
    uid = vnode.uid if uid == KEEP_ID else uid
    gid = vnode.gid if gid == KEEP_ID else gid
    if cred.euid != 0:
        if cred.euid != vnode.uid or uid != vnode.uid:
            raise Errno(EPERM)
        if gid != vnode.gid and not cred.in_group(gid):
            raise Errno(EPERM)
    vnode.set_owner(uid, gid)
    if cred.euid != 0 or posix:
        vnode.mode &= ~(S_ISUID | S_ISGID)
    vnode.ctime = vnode.mount.now()
    vnode.knote(NOTE_ATTRIB)


@syscall(16, "int chown(const char *path, uid_t uid, gid_t gid)")
def sys_chown(l: Lwp, path: int, uid: int, gid: int) -> None:
    set_owner(l, _named(l, path), uid, gid)


@syscall(123, "int fchown(int fd, uid_t uid, gid_t gid)")
def sys_fchown(l: Lwp, fd: int, uid: int, gid: int) -> None:
    set_owner(l, vnode_file(l, fd).vnode, uid, gid)


@syscall(275, "int lchown(const char *path, uid_t uid, gid_t gid)")
def sys_lchown(l: Lwp, path: int, uid: int, gid: int) -> None:
    set_owner(l, _named(l, path, follow=False), uid, gid)


@syscall(464, "int fchownat(int fd, const char *path, uid_t owner, gid_t group, int flag)")
def sys_fchownat(l: Lwp, fd: int, path: int, uid: int, gid: int, flag: int) -> None:
    set_owner(l, _named(l, path, _at_flag(flag), fd), uid, gid)


@syscall(283, "int __posix_chown(const char *path, uid_t uid, gid_t gid)")
def sys_posix_chown(l: Lwp, path: int, uid: int, gid: int) -> None:
    set_owner(l, _named(l, path), uid, gid, posix=True)


@syscall(284, "int __posix_fchown(int fd, uid_t uid, gid_t gid)")
def sys_posix_fchown(l: Lwp, fd: int, uid: int, gid: int) -> None:
    set_owner(l, vnode_file(l, fd).vnode, uid, gid, posix=True)


@syscall(285, "int __posix_lchown(const char *path, uid_t uid, gid_t gid)")
def sys_posix_lchown(l: Lwp, path: int, uid: int, gid: int) -> None:
    set_owner(l, _named(l, path, follow=False), uid, gid, posix=True)


# -- flags -----------------------------------------------------------------------------------------


def set_file_flags(l: Lwp, vnode: Vnode, flags: int) -> None:
    """chflags: the owner has the low half, root all of it."""
    cred: Cred = l.proc.cred
    if vnode.mount.readonly:
        raise Errno(EROFS)
    flags &= 0xFFFFFFFF
    if cred.euid != 0:
        if cred.euid != vnode.uid or (flags ^ vnode.flags) & SF_SETTABLE:
            raise Errno(EPERM)
    vnode.set_flags(flags)
    vnode.ctime = vnode.mount.now()
    vnode.knote(NOTE_ATTRIB)


@syscall(34, "int chflags(const char *path, u_long flags)")
def sys_chflags(l: Lwp, path: int, flags: int) -> None:
    set_file_flags(l, _named(l, path), flags)


@syscall(35, "int fchflags(int fd, u_long flags)")
def sys_fchflags(l: Lwp, fd: int, flags: int) -> None:
    set_file_flags(l, vnode_file(l, fd).vnode, flags)


@syscall(304, "int lchflags(const char *path, u_long flags)")
def sys_lchflags(l: Lwp, path: int, flags: int) -> None:
    set_file_flags(l, _named(l, path, follow=False), flags)


# -- times -----------------------------------------------------------------------------------------


def set_times(l: Lwp, vnode: Vnode, times: tuple[int | None, int | None] | None) -> None:
    """Set access and modification time in ns since the epoch; None leaves one as it is.

    `times` itself None sets both to now, which whoever may write the file is allowed to do.
    """
    cred: Cred = l.proc.cred
    if vnode.mount.readonly:
        raise Errno(EROFS)
    if vnode.flags & IMMUTABLE:
        raise Errno(EPERM)
    if cred.euid not in (0, vnode.uid):
        if times is not None:
            raise Errno(EPERM)
        vnode.access(cred, VWRITE)
    now = vnode.mount.now()
    atime, mtime = (now, now) if times is None else times
    vnode.set_times(vnode.atime if atime is None else atime, vnode.mtime if mtime is None else mtime)
    if mtime is not None:
        # A file cannot be older than its contents.
        vnode.birthtime = min(vnode.birthtime, mtime)
    vnode.ctime = now
    vnode.knote(NOTE_ATTRIB)


def _timevals(l: Lwp, tptr: int) -> tuple[int, int] | None:
    """The argument of utimes: two struct timeval."""
    if not tptr:
        return None
    asec, ausec, msec, musec = _TIMEVALS.unpack(l.proc.vm.copyin(tptr, _TIMEVALS.size))
    if not (0 <= ausec < 10**6 and 0 <= musec < 10**6):
        raise Errno(EINVAL)
    return asec * 10**9 + ausec * 1000, msec * 10**9 + musec * 1000


def _timespecs(l: Lwp, vnode: Vnode, tptr: int) -> tuple[int | None, int | None] | None:
    """The argument of utimensat: two struct timespec, with "now" and "leave it" among the nanoseconds."""
    if not tptr:
        return None
    words = _TIMESPECS.unpack(l.proc.vm.copyin(tptr, _TIMESPECS.size))
    if words[1] == words[3] == UTIME_NOW:
        return None
    result: list[int | None] = []
    for seconds, ns in (words[:2], words[2:]):
        if ns == UTIME_OMIT:
            result.append(None)
        elif ns == UTIME_NOW:
            result.append(vnode.mount.now())
        elif 0 <= ns < 10**9:
            result.append(seconds * 10**9 + ns)
        else:
            raise Errno(EINVAL)
    return result[0], result[1]


@syscall(420, "int __utimes50(const char *path, const struct timeval *tptr)")
def sys_utimes(l: Lwp, path: int, tptr: int) -> None:
    set_times(l, _named(l, path), _timevals(l, tptr))


@syscall(423, "int __futimes50(int fd, const struct timeval *tptr)")
def sys_futimes(l: Lwp, fd: int, tptr: int) -> None:
    set_times(l, vnode_file(l, fd).vnode, _timevals(l, tptr))


@syscall(424, "int __lutimes50(const char *path, const struct timeval *tptr)")
def sys_lutimes(l: Lwp, path: int, tptr: int) -> None:
    set_times(l, _named(l, path, follow=False), _timevals(l, tptr))


@syscall(467, "int utimensat(int fd, const char *path, const struct timespec *tptr, int flag)")
def sys_utimensat(l: Lwp, fd: int, path: int, tptr: int, flag: int) -> None:
    vnode = _named(l, path, _at_flag(flag), fd)
    set_times(l, vnode, _timespecs(l, vnode, tptr))


@syscall(472, "int futimens(int fd, const struct timespec *tptr)")
def sys_futimens(l: Lwp, fd: int, tptr: int) -> None:
    vnode = vnode_file(l, fd).vnode
    set_times(l, vnode, _timespecs(l, vnode, tptr))
