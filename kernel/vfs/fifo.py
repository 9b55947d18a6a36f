"""Named pipes (NetBSD: fifo_vnops.c). Opening one waits for the other end; then it is a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import ENXIO, ERESTART, ESPIPE, Errno
from kernel.fcntl import FREAD, FWRITE, O_NONBLOCK
from kernel.file import FileTable, Pending
from kernel.pipe import Pipe, PipeFile
from kernel.sched import CondVar
from kernel.vfs.vnfile import VnodeFile

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.select import SelInfo
    from kernel.uio import Uio
    from kernel.vfs.tmpfs import TmpFifo


class Fifo(Pipe):
    """The pipe of a FIFO. The counts of opens only grow: an end that came and went has still been there."""

    __slots__ = ("opencv", "read_opens", "write_opens")

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.read_opens = 0
        self.write_opens = 0
        self.opencv = CondVar("fifo")

    # That nobody has come yet is no end of file.

    def reader_left(self) -> bool:
        return not self.readers and bool(self.read_opens)

    def writer_left(self) -> bool:
        return not self.writers and bool(self.write_opens)


class FifoFile(PipeFile, VnodeFile):
    """A FIFO that is open, for reading, writing or both."""

    __slots__ = ("pipe",)

    pipe: Fifo

    def __init__(self, table: FileTable, flags: int, cred: Cred, vnode: TmpFifo) -> None:
        fifo = vnode.fifo or Fifo(table.kernel)
        if flags & (FREAD | FWRITE) == FWRITE and flags & O_NONBLOCK and not fifo.readers:
            raise Errno(ENXIO)
        VnodeFile.__init__(self, table, flags, cred, vnode)
        self.pipe = vnode.fifo = fifo
        if flags & FREAD:
            fifo.readers += 1
            fifo.read_opens += 1
        if flags & FWRITE:
            fifo.writers += 1
            fifo.write_opens += 1
        fifo.opencv.broadcast()
        fifo.changed()

    def opened(self, l: Lwp) -> Pending:
        fifo = self.pipe
        if self.flags & O_NONBLOCK or (fifo.readers and fifo.writers):
            return None
        return self._rendezvous(l)

    async def _rendezvous(self, l: Lwp) -> None:
        fifo = self.pipe
        if self.flags & FREAD:
            seen = fifo.write_opens
            while not fifo.writers and fifo.write_opens == seen:
                await fifo.opencv.wait_sig(l)
        else:
            seen = fifo.read_opens
            while not fifo.readers and fifo.read_opens == seen:
                await fifo.opencv.wait_sig(l)

    def close(self, l: Lwp) -> None:
        fifo = self.pipe
        if self.flags & FREAD:
            fifo.readers -= 1
        if self.flags & FWRITE:
            fifo.writers -= 1
        fifo.changed()
        if not fifo.readers and not fifo.writers:
            vnode: TmpFifo = self.vnode  # type: ignore[assignment]
            vnode.fifo = None  # what was not read is gone
        super().close(l)

    def restart(self, kernel: Kernel) -> None:
        self.pipe.restart()
        for sleeper in list(self.pipe.opencv.waiters):
            kernel.sched.wake(sleeper, ERESTART)

    # -- the pipe -----------------------------------------------------------------------------------

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        raise Errno(ESPIPE)

    def pwrite(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        raise Errno(ESPIPE)

    def seek(self, l: Lwp, offset: int, whence: int) -> int:
        raise Errno(ESPIPE)

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.pipe.place(writing=False), self.pipe.place(writing=True))

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        return (self.pipe.place(writing),)
