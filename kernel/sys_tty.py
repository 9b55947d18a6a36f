"""System calls about terminals and the machine's end: revoke, reboot (NetBSD: vfs_syscalls.c, kern_xxx.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EINVAL, EPERM, Errno
from kernel.kauth import System
from kernel.syscall import syscall
from kernel.tty import Tty
from kernel.vfs import namei
from kernel.vfs.devfs import find_device
from kernel.vfs.vnode import VCHR

if TYPE_CHECKING:
    from kernel.lwp import Lwp


@syscall(56, "int revoke(const char *path)")
def sys_revoke(l: Lwp, path: int) -> None:
    """Take a terminal from everybody who has it open. Other files cannot be revoked here."""
    vnode = namei.lookup(l, namei.copyin_path(l, path))
    if vnode.vtype is not VCHR:
        raise Errno(EINVAL)
    if l.proc.cred.euid not in (0, vnode.uid):
        raise Errno(EPERM)
    device = find_device(l.kernel, vnode)
    if not isinstance(device, Tty):
        raise Errno(EINVAL)
    device.revoke()


@syscall(208, "int reboot(int opt, char *bootstr)")
def sys_reboot(l: Lwp, opt: int, bootstr: int) -> None:
    """The machine ends; whether to start it again is its user's decision."""
    k = l.kernel
    if not k.kauth.authorize_system(l.proc.cred, System.REBOOT):
        raise Errno(EPERM)
    k.log("The operating system has halted.\n")
    k.halt(0)
