"""Names: making, removing and changing directory entries (NetBSD: vfs_syscalls.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import (
    EBUSY,
    EEXIST,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    EPERM,
    EXDEV,
    Errno,
)
from kernel.fcntl import (
    ACCESSPERMS,
    ALLPERMS,
    APPEND,
    AT_FDCWD,
    AT_REMOVEDIR,
    AT_SYMLINK_FOLLOW,
    IMMUTABLE,
    PATH_MAX,
    S_IFBLK,
    S_IFCHR,
    S_IFMT,
    S_IFREG,
)
from kernel.kauth import System
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.namei import Found, copyin_path, creatable
from kernel.vfs.sys_open import new_file_mode
from kernel.vfs.vnode import VBLK, VCHR, VDIR, VFIFO, VLNK, VREG, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp


def _free_name(l: Lwp, at: int, path: bytes, directory_wanted: bool = False) -> Found:
    """Where a new name goes. Raises Errno: EEXIST, or ENOENT for 'name/' when no directory is made."""
    found = namei.walk(l, path, follow=False, at=at)
    if found.vnode is not None:
        raise Errno(EEXIST)
    if found.trailing_slash and not directory_wanted:
        raise Errno(ENOENT)
    creatable(found, l.proc.cred)
    return found


# -- directories, devices, FIFOs -------------------------------------------------------------------


def _mkdir(l: Lwp, at: int, path: int, mode: int) -> None:
    found = _free_name(l, at, copyin_path(l, path), directory_wanted=True)
    mode = mode & ACCESSPERMS & ~l.proc.cwdi.cmask
    found.directory.create(found.name, VDIR, mode, l.proc.cred)


@syscall(136, "int mkdir(const char *path, mode_t mode)")
def sys_mkdir(l: Lwp, path: int, mode: int) -> None:
    _mkdir(l, AT_FDCWD, path, mode)


@syscall(461, "int mkdirat(int fd, const char *path, mode_t mode)")
def sys_mkdirat(l: Lwp, fd: int, path: int, mode: int) -> None:
    _mkdir(l, fd, path, mode)


def _mkfifo(l: Lwp, at: int, path: int, mode: int) -> None:
    found = _free_name(l, at, copyin_path(l, path))
    permissions = new_file_mode(l, found.directory, mode & ALLPERMS)
    found.directory.create(found.name, VFIFO, permissions, l.proc.cred)


@syscall(132, "int mkfifo(const char *path, mode_t mode)")
def sys_mkfifo(l: Lwp, path: int, mode: int) -> None:
    _mkfifo(l, AT_FDCWD, path, mode)


@syscall(459, "int mkfifoat(int fd, const char *path, mode_t mode)")
def sys_mkfifoat(l: Lwp, fd: int, path: int, mode: int) -> None:
    _mkfifo(l, fd, path, mode)


_NODE_TYPES = {S_IFCHR: VCHR, S_IFBLK: VBLK, S_IFREG: VREG}


def _mknod(l: Lwp, at: int, path: int, mode: int, dev: int) -> None:
    """A device or a regular file; either way this call is the superuser's."""
    kind = mode & S_IFMT
    if not l.kernel.kauth.authorize_system(l.proc.cred, System.MKNOD):
        raise Errno(EPERM)
    found = _free_name(l, at, copyin_path(l, path))
    if kind not in _NODE_TYPES:
        raise Errno(EINVAL)
    permissions = new_file_mode(l, found.directory, mode & ALLPERMS)
    found.directory.create(found.name, _NODE_TYPES[kind], permissions, l.proc.cred, dev)


@syscall(450, "int __mknod50(const char *path, mode_t mode, dev_t dev)")
def sys_mknod(l: Lwp, path: int, mode: int, dev: int) -> None:
    _mknod(l, AT_FDCWD, path, mode, dev)


@syscall(460, "int mknodat(int fd, const char *path, mode_t mode, int PAD, dev_t dev)")
def sys_mknodat(l: Lwp, fd: int, path: int, mode: int, dev: int) -> None:
    _mknod(l, fd, path, mode, dev)


# -- links -----------------------------------------------------------------------------------------


def _link(l: Lwp, at: int, path: int, new_at: int, new_path: int, follow: bool) -> None:
    """A second name for a file. Directories have only one."""
    vnode = namei.lookup(l, copyin_path(l, path), follow, at)
    found = _free_name(l, new_at, copyin_path(l, new_path))
    if vnode.vtype is VDIR:
        raise Errno(EPERM)
    if vnode.mount is not found.directory.mount:
        raise Errno(EXDEV)
    vnode.check_changeable()
    if vnode.nlink == 0:
        raise Errno(ENOENT)
    found.directory.link(found.name, vnode)


@syscall(9, "int link(const char *path, const char *link)")
def sys_link(l: Lwp, path: int, link: int) -> None:
    _link(l, AT_FDCWD, path, AT_FDCWD, link, follow=True)


@syscall(457, "int linkat(int fd1, const char *name1, int fd2, const char *name2, int flags)")
def sys_linkat(l: Lwp, fd1: int, name1: int, fd2: int, name2: int, flags: int) -> None:
    if flags & ~AT_SYMLINK_FOLLOW:
        raise Errno(EINVAL)
    _link(l, fd1, name1, fd2, name2, bool(flags & AT_SYMLINK_FOLLOW))


def _symlink(l: Lwp, path: int, at: int, link: int) -> None:
    target = l.proc.vm.copyinstr(path, PATH_MAX)
    found = _free_name(l, at, copyin_path(l, link))
    found.directory.symlink(found.name, target, ACCESSPERMS & ~l.proc.cwdi.cmask, l.proc.cred)


@syscall(57, "int symlink(const char *path, const char *link)")
def sys_symlink(l: Lwp, path: int, link: int) -> None:
    _symlink(l, path, AT_FDCWD, link)


@syscall(470, "int symlinkat(const char *path1, int fd, const char *path2)")
def sys_symlinkat(l: Lwp, path: int, fd: int, link: int) -> None:
    _symlink(l, path, fd, link)


def _readlink(l: Lwp, at: int, path: int, buf: int, count: int) -> int:
    vnode = namei.lookup(l, copyin_path(l, path), follow=False, at=at)
    if vnode.vtype is not VLNK:
        raise Errno(EINVAL)
    target = vnode.readlink(l.proc)[:count]
    vnode.atime = vnode.mount.now()
    l.proc.vm.copyout(buf, target)
    return len(target)


@syscall(58, "ssize_t readlink(const char *path, char *buf, size_t count)")
def sys_readlink(l: Lwp, path: int, buf: int, count: int) -> int:
    return _readlink(l, AT_FDCWD, path, buf, count)


@syscall(469, "ssize_t readlinkat(int fd, const char *path, char *buf, size_t bufsize)")
def sys_readlinkat(l: Lwp, fd: int, path: int, buf: int, bufsize: int) -> int:
    return _readlink(l, fd, path, buf, bufsize)


# -- removing --------------------------------------------------------------------------------------


def check_removable(cred: Cred, directory: Vnode, vnode: Vnode) -> None:
    """May this entry be taken out of its directory? Raises Errno: EACCES, EPERM, EROFS."""
    directory.access(cred, VWRITE)
    if directory.flags & APPEND or vnode.flags & (IMMUTABLE | APPEND):
        raise Errno(EPERM)
    directory.check_sticky(cred, vnode)


def _is_mount_point(vnode: Vnode) -> bool:
    return vnode is vnode.mount.root


def _unlink(l: Lwp, at: int, path: int) -> None:
    found = namei.walk(l, copyin_path(l, path), follow=False, at=at)
    vnode = found.vnode
    if vnode is None:
        raise Errno(ENOENT)
    if _is_mount_point(vnode):
        raise Errno(EBUSY)
    if vnode.vtype is VDIR:
        raise Errno(EINVAL if found.name == b"." else EPERM)
    check_removable(l.proc.cred, found.directory, vnode)
    found.directory.remove(found.name, vnode)


def _rmdir(l: Lwp, at: int, path: int) -> None:
    found = namei.walk(l, copyin_path(l, path), follow=False, at=at)
    vnode = found.vnode
    if vnode is None:
        raise Errno(ENOENT)
    if vnode.vtype is not VDIR:
        raise Errno(ENOTDIR)
    if _is_mount_point(vnode):
        raise Errno(EBUSY)
    if found.name == b".":
        raise Errno(EINVAL)
    if found.name == b"..":
        raise Errno(ENOTEMPTY)
    check_removable(l.proc.cred, found.directory, vnode)
    found.directory.remove(found.name, vnode)


@syscall(10, "int unlink(const char *path)")
def sys_unlink(l: Lwp, path: int) -> None:
    _unlink(l, AT_FDCWD, path)


@syscall(137, "int rmdir(const char *path)")
def sys_rmdir(l: Lwp, path: int) -> None:
    _rmdir(l, AT_FDCWD, path)


@syscall(471, "int unlinkat(int fd, const char *path, int flag)")
def sys_unlinkat(l: Lwp, fd: int, path: int, flag: int) -> None:
    if flag & ~AT_REMOVEDIR:
        raise Errno(EINVAL)
    if flag & AT_REMOVEDIR:
        _rmdir(l, fd, path)
    else:
        _unlink(l, fd, path)


# -- renaming --------------------------------------------------------------------------------------


def _rename(l: Lwp, at: int, path: int, new_at: int, new_path: int, retain: bool) -> None:
    """Give a file another name, in place of what has it.

    When both are names of the same file, the old one goes (rename) or nothing happens (`retain`: POSIX).
    """
    cred = l.proc.cred
    old_path, new_name = copyin_path(l, path), copyin_path(l, new_path)
    source = namei.walk(l, old_path, follow=False, at=at)
    vnode = source.vnode
    if vnode is None:
        raise Errno(ENOENT)
    if source.name in (b".", b".."):
        raise Errno(EINVAL)
    destination = namei.walk(l, new_name, follow=False, at=new_at)
    target = destination.vnode
    if destination.trailing_slash and target is None and vnode.vtype is not VDIR:
        raise Errno(ENOENT)
    if destination.name in (b".", b".."):
        raise Errno(EISDIR if destination.name == b"." else EINVAL)
    if _is_mount_point(vnode) or (target is not None and _is_mount_point(target)):
        raise Errno(EBUSY)
    if vnode.mount is not destination.directory.mount:
        raise Errno(EXDEV)
    if target is not None and (vnode.vtype is VDIR) != (target.vtype is VDIR):
        raise Errno(ENOTDIR if vnode.vtype is VDIR else EISDIR)
    if vnode is target:
        same_name = source.directory is destination.directory and source.name == destination.name
        if not retain and not same_name:
            check_removable(cred, source.directory, vnode)
            source.directory.remove(source.name, vnode)
        return
    check_removable(cred, source.directory, vnode)
    creatable(destination, cred)
    if target is not None:
        check_removable(cred, destination.directory, target)
        if target.vtype is VDIR and not target.is_empty():
            raise Errno(ENOTEMPTY)
    if vnode.vtype is VDIR and source.directory is not destination.directory:
        vnode.access(cred, VWRITE)  # its '..' changes
        if namei.is_under(destination.directory, vnode):
            raise Errno(EINVAL)
    source.directory.rename(source.name, vnode, destination.directory, destination.name, target)


@syscall(128, "int rename(const char *from, const char *to)")
def sys_rename(l: Lwp, old: int, new: int) -> None:
    _rename(l, AT_FDCWD, old, AT_FDCWD, new, retain=False)


@syscall(270, "int __posix_rename(const char *from, const char *to)")
def sys_posix_rename(l: Lwp, old: int, new: int) -> None:
    _rename(l, AT_FDCWD, old, AT_FDCWD, new, retain=True)


@syscall(458, "int renameat(int fromfd, const char *from, int tofd, const char *to)")
def sys_renameat(l: Lwp, old_fd: int, old: int, new_fd: int, new: int) -> None:
    _rename(l, old_fd, old, new_fd, new, retain=False)
