"""Descriptors: close, dup, pipe, fcntl, flock (NetBSD: sys_descrip.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel import lockf
from kernel.descrip import limit
from kernel.errno import (
    EBADF,
    EINVAL,
    ENAMETOOLONG,
    ENOENT,
    EOPNOTSUPP,
    EOVERFLOW,
    ESRCH,
    Errno,
)
from kernel.fcntl import (
    F_CLOSEM,
    F_DUPFD,
    F_DUPFD_CLOBOTH,
    F_DUPFD_CLOEXEC,
    F_DUPFD_CLOFORK,
    F_GETFD,
    F_GETFL,
    F_GETLK,
    F_GETNOSIGPIPE,
    F_GETOWN,
    F_GETPATH,
    F_MAXFD,
    F_RDLCK,
    F_SETFD,
    F_SETFL,
    F_SETLK,
    F_SETLKW,
    F_SETNOSIGPIPE,
    F_SETOWN,
    F_UNLCK,
    F_WRLCK,
    FCNTLFLAGS,
    FD_CLOEXEC,
    FD_CLOFORK,
    FHASLOCK,
    FMASK,
    FREAD,
    FWRITE,
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    LOCK_UN,
    O_ACCMODE,
    O_CLOEXEC,
    O_CLOFORK,
    O_NONBLOCK,
    O_NOSIGPIPE,
    OFF_MAX,
    PATH_MAX,
    SEEK_CUR,
    SEEK_END,
    SEEK_SET,
)
from kernel.file import File
from kernel.pipe import pipe_create
from kernel.syscall import Result, syscall
from kernel.vfs import namei
from kernel.vfs.vnfile import VnodeFile
from kernel.vfs.vnode import VDIR, VFIFO

if TYPE_CHECKING:
    from kernel.file import Pending
    from kernel.lwp import Lwp

_FLOCK = struct.Struct("<qqihh")  # l_start, l_len, l_pid, l_type, l_whence


@syscall(6, "int close(int fd)")
def sys_close(l: Lwp, fd: int) -> None:
    l.proc.fd.close(l, fd)


@syscall(41, "int dup(int fd)")
def sys_dup(l: Lwp, fd: int) -> int:
    table = l.proc.fd
    return table.allocate(l, table.get(fd))


@syscall(90, "int dup2(int from, int to)")
def sys_dup2(l: Lwp, fd: int, to: int) -> int:
    table = l.proc.fd
    file = table.get(fd)
    if not 0 <= to < limit(l):
        raise Errno(EBADF)
    return to if to == fd else table.duplicate_to(l, file, to)


@syscall(505, "int __dup3100(int from, int to, int flags)")
def sys_dup3(l: Lwp, fd: int, to: int, flags: int) -> int:
    table = l.proc.fd
    if flags & ~(O_CLOEXEC | O_CLOFORK | O_NONBLOCK | O_NOSIGPIPE):
        raise Errno(EINVAL)
    file = table.get(fd)
    if fd == to:
        raise Errno(EINVAL)
    table.duplicate_to(l, file, to, flags)
    file.flags |= flags & (O_NONBLOCK | O_NOSIGPIPE)
    return to


def _pipe(l: Lwp, flags: int) -> tuple[int, int]:
    """A pipe with a descriptor for each end."""
    table = l.proc.fd
    reader, writer = pipe_create(l, flags & (O_NONBLOCK | O_NOSIGPIPE))
    try:
        first = table.allocate(l, reader, flags)
    except Errno:
        for end in (reader, writer):
            end.refs += 1
            end.release(l)
        raise
    try:
        second = table.allocate(l, writer, flags)
    except Errno:
        table.close(l, first)
        writer.refs += 1
        writer.release(l)
        raise
    return first, second


@syscall(42, "int pipe(void)")
def sys_pipe(l: Lwp) -> tuple[int, int]:
    return _pipe(l, 0)


@syscall(453, "int pipe2(int *fildes, int flags)")
def sys_pipe2(l: Lwp, fildes: int, flags: int) -> None:
    if flags & ~(O_CLOEXEC | O_CLOFORK | O_NONBLOCK | O_NOSIGPIPE):
        raise Errno(EINVAL)
    fds = _pipe(l, flags)
    try:
        l.proc.vm.copyout(fildes, struct.pack("<2i", *fds))
    except Errno:
        for fd in fds:
            l.proc.fd.close(l, fd)
        raise


# -- fcntl -----------------------------------------------------------------------------------------

_DUP_FLAGS = {
    F_DUPFD: 0,
    F_DUPFD_CLOEXEC: O_CLOEXEC,
    F_DUPFD_CLOFORK: O_CLOFORK,
    F_DUPFD_CLOBOTH: O_CLOEXEC | O_CLOFORK,
}


@syscall(92, "int fcntl(int fd, int cmd, ... void *arg)", sleeps=True)
def sys_fcntl(l: Lwp, fd: int, cmd: int, arg: int) -> Result:
    table = l.proc.fd
    number = ((arg & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000  # the argument of commands that take an int
    if cmd == F_CLOSEM:
        if fd < 0:
            raise Errno(EBADF)
        table.close_from(l, fd)
        return 0
    if cmd == F_MAXFD:
        return (table.used & ~table.reserved).bit_length() - 1
    file = table.get(fd)
    if cmd in _DUP_FLAGS:
        if not 0 <= number < limit(l):
            raise Errno(EINVAL)
        return table.allocate(l, file, _DUP_FLAGS[cmd], minimum=number)
    if cmd == F_GETFD:
        return (table.exclose >> fd & 1) * FD_CLOEXEC | (table.foclose >> fd & 1) * FD_CLOFORK
    if cmd == F_SETFD:
        table.set_close_on_exec(fd, bool(number & FD_CLOEXEC))
        table.set_close_on_fork(fd, bool(number & FD_CLOFORK))
        return 0
    if cmd in (F_GETLK, F_SETLK, F_SETLKW):
        return _record_lock(l, fd, file, cmd, arg)
    if cmd == F_GETPATH:
        path = file_path(l, file) + b"\0"
        if len(path) > PATH_MAX:
            raise Errno(ENAMETOOLONG)
        l.proc.vm.copyout(arg, path)
        return 0
    return _status(l, file, cmd, number)


def _status(l: Lwp, file: File, cmd: int, number: int) -> int:
    """fcntl commands that look at or change the open file."""
    if cmd == F_GETFL:
        kept = file.flags & FMASK
        # Neither for reading nor for writing (O_EXEC, O_SEARCH) has no access mode to subtract from.
        return kept - 1 if kept & (FREAD | FWRITE) else kept
    if cmd == F_SETFL:
        file.set_flags(l, file.flags & ~FCNTLFLAGS | number & FCNTLFLAGS & ~O_ACCMODE)
        return 0
    if cmd == F_GETNOSIGPIPE:
        return int(bool(file.flags & O_NOSIGPIPE))
    if cmd == F_SETNOSIGPIPE:
        file.flags = file.flags | O_NOSIGPIPE if number else file.flags & ~O_NOSIGPIPE
        return 0
    if cmd == F_GETOWN:
        return file.owner
    if cmd == F_SETOWN:
        pids = l.kernel.pids
        if (number > 0 and pids.find(number) is None) or (number < 0 and pids.group(-number) is None):
            raise Errno(ESRCH)
        file.owner = number
        return 0
    raise Errno(EINVAL)


def file_path(l: Lwp, file: File) -> bytes:
    """The path of an open file, if it still can be found (F_GETPATH)."""
    if not isinstance(file, VnodeFile):
        raise Errno(EOPNOTSUPP)
    if file.vnode.vtype is VDIR:
        return namei.path_of(l.proc, file.vnode, check=False)
    if file.opened_as is None:
        raise Errno(ENOENT)
    directory, name = file.opened_as
    if directory.lookup(l.proc, name) is not file.vnode:
        raise Errno(ENOENT)
    return namei.path_of(l.proc, directory, check=False).rstrip(b"/") + b"/" + name


def _record_lock(l: Lwp, fd: int, file: File, cmd: int, arg: int) -> Result:
    """fcntl's record locks on the range that a struct flock tells."""
    if not isinstance(file, VnodeFile) or file.vnode.vtype is VFIFO:
        raise Errno(EINVAL)
    start, length, _, kind, whence = _FLOCK.unpack(l.proc.vm.copyin(arg, _FLOCK.size))
    first, last = _range(file, start, length, whence)
    vnode = file.vnode
    if cmd == F_GETLK:
        if kind not in (F_RDLCK, F_WRLCK, F_UNLCK):
            raise Errno(EINVAL)
        return _get_lock(l, file, arg, lockf.Lock(l.proc, kind, first, last, 0), (start, length, whence))
    if kind == F_UNLCK:
        if vnode.locks is not None:
            vnode.locks.unlock(l.proc, first, last)
        return 0
    if (kind == F_RDLCK and not file.flags & FREAD) or (kind == F_WRLCK and not file.flags & FWRITE):
        raise Errno(EBADF)
    if kind not in (F_RDLCK, F_WRLCK):
        raise Errno(EINVAL)
    rest = lockf.set_record_lock(l, vnode, kind, first, last, wait=cmd == F_SETLKW)
    return 0 if rest is None else _finish_lock(l, fd, file, rest, (first, last))


async def _finish_lock(l: Lwp, fd: int, file: VnodeFile, rest: Pending, span: tuple[int, int]) -> int:
    """Sleep for a record lock."""
    assert rest is not None
    file.holds += 1
    try:
        await rest
        if l.proc.fd.files.get(fd) is not file and file.vnode.locks is not None:
            # Closed meanwhile by another LWP: a close lets go of the process's locks, of this one too.
            file.vnode.locks.unlock(l.proc, *span)
            raise Errno(EBADF)
    finally:
        file.unhold(l)
    return 0


def _range(file: VnodeFile, start: int, length: int, whence: int) -> tuple[int, int]:
    """First and last byte of a struct flock's range. Length 0 reaches to the end of any file; a negative one
    lies before the start."""
    if whence == SEEK_CUR:
        start += file.offset
    elif whence == SEEK_END:
        start += file.vnode.size
    elif whence != SEEK_SET:
        raise Errno(EINVAL)
    if start > OFF_MAX:
        raise Errno(EOVERFLOW)
    if length < 0:
        start, length = start + length, -length
    if start < 0:
        raise Errno(EINVAL)
    if length == 0:
        return start, OFF_MAX
    if start + length - 1 > OFF_MAX:
        raise Errno(EOVERFLOW)
    return start, start + length - 1


def _get_lock(l: Lwp, file: VnodeFile, arg: int, request: lockf.Lock, asked: tuple[int, int, int]) -> int:
    """F_GETLK: tell about the first lock in the way, or that there is none."""
    locks = file.vnode.locks
    blocker = locks.blocking(request) if locks is not None and request.kind != F_UNLCK else None
    if blocker is None:
        start, length, whence = asked
        answer = _FLOCK.pack(start, length, 0, F_UNLCK, whence)
    else:
        length = 0 if blocker.end == OFF_MAX else blocker.end - blocker.start + 1
        pid = -1 if isinstance(blocker.owner, File) else blocker.owner.pid
        answer = _FLOCK.pack(blocker.start, length, pid, blocker.kind, SEEK_SET)
    l.proc.vm.copyout(arg, answer)
    return 0


@syscall(131, "int flock(int fd, int how)", sleeps=True)
def sys_flock(l: Lwp, fd: int, how: int) -> Result:
    file = l.proc.fd.get(fd)
    if not isinstance(file, VnodeFile):
        raise Errno(EOPNOTSUPP)
    operation = how & ~LOCK_NB
    if operation == LOCK_UN:
        if file.vnode.locks is not None:
            file.vnode.locks.drop_owner(file)
        file.flags &= ~FHASLOCK
        return 0
    if operation not in (LOCK_SH, LOCK_EX):
        raise Errno(EINVAL)
    kind = lockf.EXCLUSIVE if operation == LOCK_EX else lockf.SHARED
    file.flags |= FHASLOCK
    rest = lockf.advlock_file(l, file, kind, wait=not how & LOCK_NB)
    return 0 if rest is None else _finish_flock(l, file, rest)


async def _finish_flock(l: Lwp, file: VnodeFile, rest: Pending) -> int:
    """Sleep for a lock on the whole file."""
    assert rest is not None
    file.holds += 1
    try:
        await rest
    finally:
        file.unhold(l)
    return 0
