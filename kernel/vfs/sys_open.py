"""Opening files, moving their offset, reading directories (NetBSD: vfs_syscalls.c, vfs_vnops.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import (
    EBADF,
    EEXIST,
    EFTYPE,
    EINTR,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    EPERM,
    ERESTART,
    ETXTBSY,
    Errno,
)
from kernel.fcntl import (
    ALLPERMS,
    APPEND,
    AT_FDCWD,
    FHASLOCK,
    FMASK,
    FREAD,
    FWRITE,
    O_ACCMODE,
    O_APPEND,
    O_ASYNC,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_EXEC,
    O_EXLOCK,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_REGULAR,
    O_SEARCH,
    O_SHLOCK,
    O_TRUNC,
    S_ISGID,
    S_ISTXT,
)
from kernel.lockf import EXCLUSIVE, SHARED, advlock_file
from kernel.syscall import Result, syscall
from kernel.vfs import namei
from kernel.vfs.vnfile import DirFile, VnodeFile, truncate
from kernel.vfs.vnode import VDIR, VEXEC, VLNK, VREAD, VREG, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.file import File, Pending
    from kernel.lwp import Lwp


def new_file_mode(l: Lwp, directory: Vnode, mode: int) -> int:
    """A new file's permissions: without what umask says, and set-gid only for one's own groups."""
    mode &= ALLPERMS & ~l.proc.cwdi.cmask
    cred = l.proc.cred
    if mode & S_ISGID and cred.euid != 0 and not cred.in_group(directory.gid):
        mode &= ~S_ISGID
    return mode


def vn_open(l: Lwp, path: bytes, flags: int, mode: int = 0, at: int = AT_FDCWD) -> File | int:
    """Open or create what a path names. `flags` are FREAD/FWRITE and O_*; `mode` is for a new file.

    Delivers an open file, or the number of a descriptor to duplicate (/dev/fd/N). The file's `opened` still
    has to be called, and may have to wait.
    """
    cred = l.proc.cred
    follow = not flags & O_NOFOLLOW and flags & (O_CREAT | O_EXCL) != O_CREAT | O_EXCL
    found = namei.walk(l, path, follow, at)
    vnode = found.vnode
    created = False
    if vnode is None:
        if not flags & O_CREAT:
            raise Errno(ENOENT)
        if found.trailing_slash:
            raise Errno(EISDIR)
        directory = namei.creatable(found, cred)
        permissions = new_file_mode(l, directory, mode) & ~S_ISTXT
        vnode = directory.create(found.name, VREG, permissions, cred)
        created = True
    elif flags & O_CREAT and flags & O_EXCL:
        raise Errno(EEXIST)
    if not created:
        _check_open(l, vnode, flags)
    file = vnode.open(l, flags & FMASK & ~O_ASYNC)
    if isinstance(file, VnodeFile):
        if flags & O_ASYNC:
            file.set_flags(l, file.flags | O_ASYNC)
        file.opened_as = (found.directory, found.name)
        if flags & O_TRUNC and vnode.vtype is VREG and not created:
            try:
                truncate(l, vnode, 0)
            except Errno:
                file.refs += 1
                file.release(l)
                raise
    return file


def _check_open(l: Lwp, vnode: Vnode, flags: int) -> None:
    """May this file, which exists, be opened so? (vn_open, vn_openchk)"""
    cred = l.proc.cred
    if vnode.vtype is VLNK:
        raise Errno(EFTYPE)  # O_NOFOLLOW
    if flags & O_DIRECTORY and vnode.vtype is not VDIR:
        raise Errno(ENOTDIR)
    if flags & O_REGULAR and vnode.vtype is not VREG:
        raise Errno(EFTYPE)
    wanted = 0
    if flags & FREAD:
        wanted |= VREAD
    if flags & (O_EXEC | O_SEARCH):
        wanted |= VEXEC
    if flags & (FWRITE | O_TRUNC):
        wanted |= VWRITE
        if vnode.vtype is VDIR:
            raise Errno(EISDIR)
        if vnode.text_refs:
            raise Errno(ETXTBSY)
    if wanted:
        vnode.access(cred, wanted)
    if vnode.flags & APPEND and flags & (FWRITE | O_TRUNC) and (not flags & O_APPEND or flags & O_TRUNC):
        raise Errno(EPERM)


def do_open(l: Lwp, at: int, path: bytes, oflags: int, mode: int) -> Result:
    """open(2): a new descriptor for a path."""
    table = l.proc.fd
    if oflags & O_ACCMODE == O_ACCMODE and not oflags & (O_EXEC | O_SEARCH):
        raise Errno(EINVAL)
    if oflags & (O_EXLOCK | O_SHLOCK) == O_EXLOCK | O_SHLOCK:
        raise Errno(EINVAL)
    flags = oflags & ~O_ACCMODE
    if not oflags & (O_EXEC | O_SEARCH) or oflags & O_ACCMODE:
        flags |= (oflags & O_ACCMODE) + 1
    if flags & O_CREAT and flags & O_DIRECTORY:
        raise Errno(EINVAL)
    fd = table.reserve(l)
    try:
        l.kernel.files.check()
        file = vn_open(l, path, flags, mode, at)
        if isinstance(file, int):
            original = table.get(file)
            return table.install(fd, original, oflags)
        rest = file.opened(l)
        if rest is not None or flags & (O_EXLOCK | O_SHLOCK):
            return _finish_open(l, fd, file, oflags, rest)
    except BaseException:
        table.cancel(fd)
        raise
    return table.install(fd, file, oflags)


async def _finish_open(l: Lwp, fd: int, file: File, oflags: int, rest: Pending) -> int:
    """The part of open(2) that waits: for a FIFO's other end, or for a lock."""
    table = l.proc.fd
    file.holds += 1
    installed = False
    try:
        if rest is not None:
            await rest
        if oflags & (O_EXLOCK | O_SHLOCK):
            kind = EXCLUSIVE if oflags & O_EXLOCK else SHARED
            waiting = advlock_file(l, file, kind, wait=not oflags & O_NONBLOCK)
            if waiting is not None:
                await waiting
            file.flags |= FHASLOCK
        table.install(fd, file, oflags)
        installed = True
    except Errno as e:
        raise Errno(EINTR if e.errno == ERESTART else e.errno) from None  # open is never restarted
    finally:
        if not installed:
            table.cancel(fd)
        file.unhold(l)
    return fd


@syscall(5, "int open(const char *path, int flags, ... mode_t mode)", sleeps=True)
def sys_open(l: Lwp, path: int, flags: int, mode: int) -> Result:
    return do_open(l, AT_FDCWD, namei.copyin_path(l, path), flags, mode)


@syscall(468, "int openat(int fd, const char *path, int oflags, ... mode_t mode)", sleeps=True)
def sys_openat(l: Lwp, fd: int, path: int, oflags: int, mode: int) -> Result:
    return do_open(l, fd, namei.copyin_path(l, path), oflags, mode)


@syscall(199, "off_t lseek(int fd, int PAD, off_t offset, int whence)")
def sys_lseek(l: Lwp, fd: int, offset: int, whence: int) -> int:
    return l.proc.fd.get(fd).seek(l, offset, whence)


@syscall(390, "int __getdents30(int fd, char *buf, size_t count)")
def sys_getdents(l: Lwp, fd: int, buf: int, count: int) -> int:
    file = l.proc.fd.get(fd)
    if not file.flags & FREAD:
        raise Errno(EBADF)
    if not isinstance(file, DirFile):
        raise Errno(EINVAL)
    data, offset = file.getdents(l, count)
    l.proc.vm.copyout(buf, data)
    file.offset = offset
    return len(data)
