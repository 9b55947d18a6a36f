"""Where a process stands: current and root directory, umask (NetBSD: vfs_syscalls.c, vfs_getcwd.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EINVAL, ENOTDIR, EPERM, ERANGE, Errno
from kernel.fcntl import ALLPERMS, PATH_MAX
from kernel.kauth import System
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.vnode import VDIR, VEXEC, Vnode

if TYPE_CHECKING:
    from kernel.lwp import Lwp


def _directory(l: Lwp, path: int) -> Vnode:
    return searchable(l, namei.lookup(l, namei.copyin_path(l, path)))


def open_directory(l: Lwp, fd: int) -> Vnode:
    vnode = l.proc.fd.get(fd).vnode
    if vnode is None:
        raise Errno(EINVAL)
    return searchable(l, vnode)


def searchable(l: Lwp, vnode: Vnode) -> Vnode:
    if vnode.vtype is not VDIR:
        raise Errno(ENOTDIR)
    vnode.access(l.proc.cred, VEXEC)
    return vnode


@syscall(12, "int chdir(const char *path)")
def sys_chdir(l: Lwp, path: int) -> None:
    l.proc.cwdi.set_cdir(_directory(l, path))


@syscall(13, "int fchdir(int fd)")
def sys_fchdir(l: Lwp, fd: int) -> None:
    vnode = open_directory(l, fd)
    # A descriptor from before a chroot must not lead out of it.
    if l.proc.cwdi.rdir is not None and not namei.is_under(vnode, l.proc.cwdi.rdir):
        raise Errno(EPERM)
    l.proc.cwdi.set_cdir(vnode)


def _change_root(l: Lwp, vnode: Vnode) -> None:
    """Make a directory the process's root, and see that it stands below it."""
    cwdi = l.proc.cwdi
    cwdi.set_rdir(vnode)
    if not namei.is_under(cwdi.cdir, vnode):
        cwdi.set_cdir(vnode)


def _check_chroot(l: Lwp) -> None:
    if not l.kernel.kauth.authorize_system(l.proc.cred, System.CHROOT):
        raise Errno(EPERM)


@syscall(61, "int chroot(const char *path)")
def sys_chroot(l: Lwp, path: int) -> None:
    _check_chroot(l)
    _change_root(l, _directory(l, path))


@syscall(297, "int fchroot(int fd)")
def sys_fchroot(l: Lwp, fd: int) -> None:
    _check_chroot(l)
    _change_root(l, open_directory(l, fd))


@syscall(296, "int __getcwd(char *bufp, size_t length)")
def sys_getcwd(l: Lwp, bufp: int, length: int) -> int:
    """The path's length with its NUL."""
    if length < 2:
        raise Errno(ERANGE)
    path = namei.path_of(l.proc, l.proc.cwdi.cdir) + b"\0"
    if len(path) > min(length, 4 * PATH_MAX):
        raise Errno(ERANGE)
    l.proc.vm.copyout(bufp, path)
    return len(path)


@syscall(60, "mode_t umask(mode_t newmask)")
def sys_umask(l: Lwp, newmask: int) -> int:
    cwdi = l.proc.cwdi
    old, cwdi.cmask = cwdi.cmask, newmask & ALLPERMS
    return old
