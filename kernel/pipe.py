"""Pipes (NetBSD: sys_pipe.c).

A Pipe is a bounded byte queue with a count of readers and one of writers. pipe(2) makes one with one of
each; a FIFO's pipe counts its opens. Reading and writing what is there, or fits, is plain code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.clock import CYCLES_PER_NS, USED
from kernel.errno import EAGAIN, EBADF, EPIPE, ERESTART, Errno
from kernel.fcntl import (
    FREAD,
    FWRITE,
    O_NONBLOCK,
    PIPE_BUF,
    POLLHUP,
    POLLIN,
    POLLOUT,
    POLLRDNORM,
    S_IFIFO,
)
from kernel.file import PIPE, File, FileTable, IoctlResult, Pending, Readiness, Stat
from kernel.ioctl import FIONREAD, FIONSPACE, FIONWRITE, pack_int
from kernel.sched import CondVar
from kernel.select import SelInfo

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.uio import Uio

PIPE_SIZE = 16384
BIG_PIPE_SIZE = 4 * PIPE_SIZE  # what an empty pipe grows to for a write that needs it
MAX_BIG_PIPES = 32
MINPIPESIZE = PIPE_SIZE // 3  # sleeping writers are woken once less than this is left


class Pipe:
    """The queue between the ends. Times are the clock's cycles."""

    __slots__ = (
        "atime",
        "birthtime",
        "buffer",
        "clock",
        "kernel",
        "mtime",
        "rcv",
        "readers",
        "rsel",
        "size",
        "wcv",
        "writers",
        "wsel",
    )

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.clock = kernel.clock
        self.buffer = bytearray()
        self.size = PIPE_SIZE
        self.readers = 0
        self.writers = 0
        self.rcv = CondVar("pipe_rd")
        self.wcv = CondVar("pipe_wr")
        self.rsel: SelInfo | None = None  # made by `place`
        self.wsel: SelInfo | None = None
        self.atime = self.mtime = self.birthtime = kernel.clock.cycles()

    # -- reading ------------------------------------------------------------------------------------

    def take(self, uio: Uio) -> None:
        """Move what is there into `uio`, as far as it fits."""
        buffer = self.buffer
        n = uio.resid
        # `put` raises before anything is taken out.
        if len(buffer) <= n:
            uio.put(buffer)
            buffer.clear()
        else:
            uio.put(buffer[:n])
            del buffer[:n]
        self.atime = self.clock.words[USED]
        if self.wcv.waiters and len(buffer) < MINPIPESIZE:
            self.wcv.broadcast()
        if self.wsel is not None and self.size - len(buffer) >= PIPE_BUF:
            self.wsel.notify()

    # -- writing ------------------------------------------------------------------------------------

    async def wait_write(self, l: Lwp, uio: Uio) -> None:
        """Move all of `uio` into the pipe, waiting for room. Raises Errno(EPIPE) when no reader is left."""
        atomic = uio.resid <= PIPE_BUF
        while uio.resid:
            if not self.readers:
                raise Errno(EPIPE)
            room = self.size - len(self.buffer)
            if room and (not atomic or room >= uio.resid):
                self.put(uio, min(room, uio.resid))
            else:
                await self.wcv.wait_sig(l)

    def grow(self) -> None:
        """Make an empty pipe big, if not too many pipes are."""
        files = self.kernel.files
        if self.size == PIPE_SIZE and not self.buffer and files.big_pipes < MAX_BIG_PIPES:
            files.big_pipes += 1
            self.size = BIG_PIPE_SIZE

    def put(self, uio: Uio, n: int) -> None:
        """Move so many bytes of `uio` into the pipe."""
        self.buffer += uio.get(n)
        self.mtime = self.clock.words[USED]
        if self.rcv.waiters:
            self.rcv.broadcast()
        if self.rsel is not None:
            self.rsel.notify()

    # -- the rest -----------------------------------------------------------------------------------

    def poll(self, events: int, reading: int, writing: int) -> int:
        """POLL* state of an end that may read, write or both."""
        revents = 0
        if reading:
            if self.buffer or not self.writers:
                revents |= events & (POLLIN | POLLRDNORM)
            if not self.writers:
                revents |= POLLHUP
        if writing:
            if not self.readers:
                revents |= POLLHUP
            elif self.size - len(self.buffer) >= PIPE_BUF:
                revents |= events & POLLOUT
        return revents

    def readiness(self, writing: bool) -> Readiness:
        """What a kernel event tells about the pipe (filt_piperead, filt_pipewrite)."""
        if writing:
            room = self.size - len(self.buffer) if self.readers else 0
            return Readiness(room >= PIPE_BUF, room, self.reader_left())
        return Readiness(bool(self.buffer), len(self.buffer), self.writer_left())

    def reader_left(self) -> bool:
        """There is no reader any more."""
        return not self.readers

    def writer_left(self) -> bool:
        """There is no writer any more."""
        return not self.writers

    def changed(self) -> None:
        """An end was opened or closed: everybody looks again."""
        if self.size != PIPE_SIZE and not self.readers and not self.writers:
            self.kernel.files.big_pipes -= 1
            self.size = PIPE_SIZE
        self.rcv.broadcast()
        self.wcv.broadcast()
        for place in (self.rsel, self.wsel):
            if place is not None:
                place.notify()

    def place(self, writing: bool) -> SelInfo:
        """Where somebody waits to read or write. Most pipes never have one."""
        if writing:
            self.wsel = self.wsel or SelInfo()
            return self.wsel
        self.rsel = self.rsel or SelInfo()
        return self.rsel

    def restart(self) -> None:
        """Make every sleeping reader and writer issue its call again."""
        for cv in (self.rcv, self.wcv):
            for sleeper in list(cv.waiters):
                self.kernel.sched.wake(sleeper, ERESTART)

    def ioctl(self, com: int) -> bytes | None:
        """FIONREAD and its kin; None when the command is not one of them."""
        if com == FIONREAD:
            return pack_int(len(self.buffer))
        if com == FIONWRITE:
            return pack_int(len(self.buffer))
        if com == FIONSPACE:
            return pack_int(self.size - len(self.buffer))
        return None


class PipeFile(File):
    """What the ends of a pipe and an open FIFO have in common."""

    __slots__ = ()

    pipe: Pipe

    def read(self, l: Lwp, uio: Uio) -> CondVar | None:
        """Move what is there into `uio`; wait when nothing is and a writer is left."""
        pipe = self.pipe
        if pipe.buffer:
            pipe.take(uio)
            return None
        if not pipe.writers or not uio.resid:
            return None  # end of file
        if self.flags & O_NONBLOCK:
            raise Errno(EAGAIN)
        return pipe.rcv

    def write(self, l: Lwp, uio: Uio) -> Pending:
        """Move all of `uio` into the pipe. Up to PIPE_BUF bytes go in together or not at all.

        Raises Errno: EPIPE when no reader is left, EAGAIN with O_NONBLOCK when it does not fit (what fitted of a
        larger write is in the pipe then, and missing from `uio.resid`).
        """
        pipe = self.pipe
        if not pipe.readers:
            raise Errno(EPIPE)
        n = uio.resid
        if n > PIPE_SIZE:
            pipe.grow()
        room = pipe.size - len(pipe.buffer)
        if n > room:
            if not self.flags & O_NONBLOCK:
                return pipe.wait_write(l, uio)
            if not room or n <= PIPE_BUF:
                raise Errno(EAGAIN)
            n = room
        if n:
            pipe.put(uio, n)
        return None

    def poll(self, events: int) -> int:
        return self.pipe.poll(events, self.flags & FREAD, self.flags & FWRITE)

    def readiness(self, writing: bool) -> Readiness:
        return self.pipe.readiness(writing)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        result = self.pipe.ioctl(com)
        return File.ioctl(self, l, com, data) if result is None else result


class PipeEnd(PipeFile):
    """One end of a pipe(2)."""

    __slots__ = ("pipe",)

    kind = PIPE

    def __init__(self, table: FileTable, flags: int, cred: Cred, pipe: Pipe) -> None:
        super().__init__(table, flags, cred)
        self.pipe = pipe
        if flags & FREAD:
            pipe.readers += 1
        else:
            pipe.writers += 1

    def close(self, l: Lwp) -> None:
        if self.flags & FREAD:
            self.pipe.readers -= 1
        else:
            self.pipe.writers -= 1
        self.pipe.changed()

    def restart(self, kernel: Kernel) -> None:
        self.pipe.restart()

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.pipe.place(writing=not self.flags & FREAD),)

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        if writing and not self.pipe.readers:
            raise Errno(EBADF)
        return (self.pipe.place(writing),)

    def stat(self) -> Stat:
        pipe, size = self.pipe, len(self.pipe.buffer)
        atime, mtime, birthtime = (
            pipe.clock.boot_time + cycles // CYCLES_PER_NS for cycles in (pipe.atime, pipe.mtime, pipe.birthtime)
        )
        return Stat(
            dev=0, ino=0, mode=S_IFIFO | 0o600, nlink=0, uid=self.cred.euid, gid=self.cred.egid, rdev=0,
            atime=atime, mtime=mtime, ctime=mtime, birthtime=birthtime,
            size=size, blocks=(size + 511) // 512, blksize=pipe.size, flags=0, gen=0,
        )  # fmt: skip


def pipe_create(l: Lwp, flags: int) -> tuple[PipeEnd, PipeEnd]:
    """A new pipe's read and write end, without descriptors. Raises Errno(ENFILE)."""
    table = l.kernel.files
    pipe = Pipe(l.kernel)
    reader = PipeEnd(table, FREAD | flags, l.proc.cred, pipe)
    try:
        writer = PipeEnd(table, FWRITE | flags, l.proc.cred, pipe)
    except Errno:
        reader.refs += 1
        reader.release(l)
        raise
    return reader, writer
