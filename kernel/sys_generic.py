"""read, write and ioctl, whatever kind of file it is (NetBSD: sys_generic.c)."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import TYPE_CHECKING, Any

from kernel.errno import EAGAIN, EBADF, EINTR, EINVAL, EPIPE, ERESTART, Errno
from kernel.fcntl import FREAD, FWRITE, O_ASYNC, O_NONBLOCK, O_NOSIGPIPE, SSIZE_MAX
from kernel.ioctl import (
    FIOASYNC,
    FIOCLEX,
    FIOGETOWN,
    FIONBIO,
    FIONCLEX,
    FIOSETOWN,
    IOC_IN,
    IOC_OUT,
    pack_int,
    parameter_length,
    unpack_int,
)
from kernel.sched import CondVar
from kernel.syscall import Result, syscall
from kernel.uio import Uio

if TYPE_CHECKING:
    from kernel.file import File, IoctlResult, Pending
    from kernel.lwp import Lwp

SIGPIPE = 13
IOCPARM_MAX = 4096
INTERRUPTIONS = (EINTR, ERESTART, EAGAIN)  # after some bytes moved, these only make a transfer short


def _readable(l: Lwp, fd: int) -> File:
    file = l.proc.fd.get(fd)
    if not file.flags & FREAD:
        raise Errno(EBADF)
    return file


def _writable(l: Lwp, fd: int) -> File:
    file = l.proc.fd.get(fd)
    if not file.flags & FWRITE:
        raise Errno(EBADF)
    return file


def _buffer(l: Lwp, buf: int, nbyte: int) -> Uio:
    if nbyte > SSIZE_MAX:
        raise Errno(EINVAL)
    return Uio(l.proc.vm, buf, nbyte)


@coroutine
def _finish(l: Lwp, file: File, uio: Uio, total: int, rest: Pending | CondVar) -> Generator[Any, Any, int]:
    """Await the rest of a transfer that has to wait; the number of bytes moved.

    Waiting for a condition variable is `CondVar.wait_sig`, spelled out: half of what passes through pipes waits.
    """
    file.holds += 1
    try:
        while rest is not None:
            if isinstance(rest, CondVar):
                rest.block_sig(l)
                yield
                if l.wake_reason:
                    raise Errno(l.wake_reason)
                rest = file.read(l, uio)
            else:
                rest = yield from rest
    except Errno as e:
        _interrupted(l, file, uio, total, e)
    finally:
        file.unhold(l)
    return total - uio.resid


def _interrupted(l: Lwp, file: File, uio: Uio, total: int, e: Errno) -> None:
    """A transfer failed. If bytes had moved before an interruption, that is no failure."""
    if e.errno in INTERRUPTIONS and uio.resid != total:
        return
    if e.errno == EPIPE and not file.flags & O_NOSIGPIPE:
        l.kernel.signals.psignal(l.proc, SIGPIPE)
    raise e


def do_read(l: Lwp, file: File, uio: Uio) -> Result:
    """Read at the file's offset."""
    total = uio.resid
    rest = file.read(l, uio)
    if rest is None:
        return total - uio.resid
    return _finish(l, file, uio, total, rest)


def do_write(l: Lwp, file: File, uio: Uio) -> Result:
    """Write at the file's offset. A write to nobody raises SIGPIPE."""
    total = uio.resid
    try:
        rest = file.write(l, uio)
    except Errno as e:
        _interrupted(l, file, uio, total, e)
        return total - uio.resid
    if rest is None:
        return total - uio.resid
    return _finish(l, file, uio, total, rest)


def _positioned(l: Lwp, file: File, uio: Uio, offset: int, write: bool) -> Result:
    """pread and its kin. The file's own offset stays where it is."""
    if offset < 0:
        raise Errno(EINVAL)
    total = uio.resid
    rest = file.pwrite(l, uio, offset) if write else file.pread(l, uio, offset)
    if rest is None:
        return total - uio.resid
    return _finish(l, file, uio, total, rest)


@syscall(3, "ssize_t read(int fd, void *buf, size_t nbyte)", sleeps=True)
def sys_read(l: Lwp, fd: int, buf: int, nbyte: int) -> Result:
    p = l.proc
    file = p.fd.files.get(fd)  # FileDesc.get, spelled out
    if file is None or not file.flags & FREAD:
        raise Errno(EBADF)
    if nbyte > SSIZE_MAX:
        raise Errno(EINVAL)
    uio = Uio(p.vm, buf, nbyte)
    rest = file.read(l, uio)
    return nbyte - uio.resid if rest is None else _finish(l, file, uio, nbyte, rest)


@syscall(4, "ssize_t write(int fd, const void *buf, size_t nbyte)", sleeps=True)
def sys_write(l: Lwp, fd: int, buf: int, nbyte: int) -> Result:
    p = l.proc
    file = p.fd.files.get(fd)  # FileDesc.get, spelled out
    if file is None or not file.flags & FWRITE:
        raise Errno(EBADF)
    if nbyte > SSIZE_MAX:
        raise Errno(EINVAL)
    uio = Uio(p.vm, buf, nbyte)
    try:
        rest = file.write(l, uio)
    except Errno as e:
        _interrupted(l, file, uio, nbyte, e)
        return nbyte - uio.resid
    return nbyte - uio.resid if rest is None else _finish(l, file, uio, nbyte, rest)


@syscall(120, "ssize_t readv(int fd, const struct iovec *iovp, int iovcnt)", sleeps=True)
def sys_readv(l: Lwp, fd: int, iovp: int, iovcnt: int) -> Result:
    return do_read(l, _readable(l, fd), Uio.from_iovec(l.proc.vm, iovp, iovcnt))


@syscall(121, "ssize_t writev(int fd, const struct iovec *iovp, int iovcnt)", sleeps=True)
def sys_writev(l: Lwp, fd: int, iovp: int, iovcnt: int) -> Result:
    return do_write(l, _writable(l, fd), Uio.from_iovec(l.proc.vm, iovp, iovcnt))


@syscall(173, "ssize_t pread(int fd, void *buf, size_t nbyte, int PAD, off_t offset)", sleeps=True)
def sys_pread(l: Lwp, fd: int, buf: int, nbyte: int, offset: int) -> Result:
    return _positioned(l, _readable(l, fd), _buffer(l, buf, nbyte), offset, write=False)


@syscall(174, "ssize_t pwrite(int fd, const void *buf, size_t nbyte, int PAD, off_t offset)", sleeps=True)
def sys_pwrite(l: Lwp, fd: int, buf: int, nbyte: int, offset: int) -> Result:
    return _positioned(l, _writable(l, fd), _buffer(l, buf, nbyte), offset, write=True)


@syscall(289, "ssize_t preadv(int fd, const struct iovec *iovp, int iovcnt, int PAD, off_t offset)", sleeps=True)
def sys_preadv(l: Lwp, fd: int, iovp: int, iovcnt: int, offset: int) -> Result:
    uio = Uio.from_iovec(l.proc.vm, iovp, iovcnt)
    return _positioned(l, _readable(l, fd), uio, offset, write=False)


@syscall(290, "ssize_t pwritev(int fd, const struct iovec *iovp, int iovcnt, int PAD, off_t offset)", sleeps=True)
def sys_pwritev(l: Lwp, fd: int, iovp: int, iovcnt: int, offset: int) -> Result:
    uio = Uio.from_iovec(l.proc.vm, iovp, iovcnt)
    return _positioned(l, _writable(l, fd), uio, offset, write=True)


@syscall(54, "int ioctl(int fd, u_long com, ... void *data)", sleeps=True)
def sys_ioctl(l: Lwp, fd: int, com: int, data: int) -> Result:
    table = l.proc.fd
    file = table.get(fd)
    if not file.flags & (FREAD | FWRITE):
        raise Errno(EBADF)
    com &= 0xFFFFFFFF  # programs pass an int that is negative for IOC_IN
    if com in (FIOCLEX, FIONCLEX):
        table.set_close_on_exec(fd, com == FIOCLEX)
        return 0
    length = parameter_length(com)
    if length > IOCPARM_MAX:
        raise Errno(EINVAL)
    argument = bytes(length)
    if com & IOC_IN:
        argument = l.proc.vm.copyin(data, length) if length else data.to_bytes(8, "little")
    result = file_ioctl(l, file, com, argument)
    if result is not None and not isinstance(result, bytes):
        return _finish_ioctl(l, file, com, data, result)
    if com & IOC_OUT and length and result is not None:
        l.proc.vm.copyout(data, result)
    return 0


async def _finish_ioctl(l: Lwp, file: File, com: int, data: int, rest: Coroutine[Any, Any, bytes | None]) -> int:
    """Await a device control that has to wait."""
    file.holds += 1
    try:
        result = await rest
    finally:
        file.unhold(l)
    if com & IOC_OUT and parameter_length(com) and result is not None:
        l.proc.vm.copyout(data, result)
    return 0


def file_ioctl(l: Lwp, file: File, com: int, data: bytes) -> IoctlResult:
    """The commands that every kind of file has, then the file's own."""
    if com == FIONBIO:
        on = unpack_int(data)
        file.set_flags(l, file.flags | O_NONBLOCK if on else file.flags & ~O_NONBLOCK)
        return None
    if com == FIOASYNC:
        on = unpack_int(data)
        file.set_flags(l, file.flags | O_ASYNC if on else file.flags & ~O_ASYNC)
        return None
    if com == FIOSETOWN:
        file.owner = unpack_int(data)
        return None
    if com == FIOGETOWN:
        return pack_int(file.owner)
    return file.ioctl(l, com, data)
