"""Open files (NetBSD: struct file, sys/file.h).

A File is what open, pipe, socket make and what dup and fork share: access mode, status flags, offset. Each
kind of file is a subclass. Operations that may have to wait are plain functions that return None when they
are done and a coroutine for the rest of the work when they must wait.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

from kernel.errno import EBADF, EINVAL, ENFILE, ENOTTY, EOPNOTSUPP, ESPIPE, Errno
from kernel.fcntl import FREAD, FWRITE, O_ASYNC, POLLIN, POLLOUT, POLLRDNORM
from kernel.prot import proc_find

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.sched import CondVar
    from kernel.select import SelInfo
    from kernel.uio import Uio
    from kernel.vfs.vnode import Vnode

# file.kind: DTYPE_* of sys/file.h
VNODE, SOCKET, PIPE, KQUEUE, MISC, MQUEUE, SEM = 1, 2, 3, 4, 5, 7, 8

SIGIO = 23

Pending = Coroutine[Any, Any, None] | None  # the rest of an operation, or None when it is done
IoctlResult = bytes | Coroutine[Any, Any, bytes | None] | None  # what to copy out, if anything


class Stat(NamedTuple):
    """What stat(2) tells about a file. Times are ns since the epoch."""

    dev: int
    ino: int
    mode: int
    nlink: int
    uid: int
    gid: int
    rdev: int
    atime: int
    mtime: int
    ctime: int
    birthtime: int
    size: int
    blocks: int
    blksize: int
    flags: int
    gen: int


class Readiness(NamedTuple):
    """What a kernel event tells about reading from a file, or writing to it."""

    ready: bool
    data: int  # how much there is, or how much fits
    eof: bool = False  # nobody is at the other end


class FileTable:
    """How many files are open in the system, against the limit `kernel.maxfiles`; and how many big pipes."""

    __slots__ = ("big_pipes", "count", "kernel")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.count = 0
        self.big_pipes = 0

    def check(self) -> None:
        """Raises Errno(ENFILE) when no more files can be opened."""
        if self.count >= self.kernel.maxfiles:
            self.kernel.log("file: table is full - increase kern.maxfiles or MAXFILES\n")
            raise Errno(ENFILE)


class File:
    """An open file. `refs` counts the descriptors that name it, `holds` the LWPs asleep in it."""

    __slots__ = ("cred", "flags", "holds", "offset", "owner", "refs", "table")

    kind = MISC
    vnode: Vnode | None = None  # of files that have one

    def __init__(self, table: FileTable, flags: int, cred: Cred) -> None:
        table.check()
        table.count += 1
        self.table = table
        self.flags = flags  # FREAD, FWRITE and the O_* status flags
        self.cred = cred  # of who opened it
        self.offset = 0
        self.refs = 0
        self.holds = 0
        self.owner = 0  # F_SETOWN: pid, or minus pgid, that gets SIGIO

    @property
    def readable(self) -> bool:
        return bool(self.flags & FREAD)

    @property
    def writable(self) -> bool:
        return bool(self.flags & FWRITE)

    # -- life ---------------------------------------------------------------------------------------

    def release(self, l: Lwp) -> None:
        """One descriptor less; the last one closes the file."""
        self.refs -= 1
        if self.refs == 0 and self.holds == 0:
            self.destroy(l)

    def unhold(self, l: Lwp) -> None:
        """An LWP leaves; if all descriptors went meanwhile, this is the close."""
        self.holds -= 1
        if self.refs == 0 and self.holds == 0:
            self.destroy(l)

    def destroy(self, l: Lwp) -> None:
        """Nobody names the file any more, and nobody sleeps in it."""
        self.table.count -= 1
        if self.flags & O_ASYNC:
            self.set_flags(l, self.flags & ~O_ASYNC)
        self.close(l)

    def close(self, l: Lwp) -> None:
        """The kind's part of the last close."""

    def drop_record_locks(self, p: Proc) -> None:
        """A descriptor of process `p` was closed: its record locks on what this file names go."""

    def restart(self, kernel: Kernel) -> None:
        """A descriptor was closed while LWPs sleep in this file: make them look again (fo_restart)."""

    def opened(self, l: Lwp) -> Pending:
        """The last part of open(2), which may have to wait: for the other end of a FIFO, or a line."""
        return None

    # -- operations ---------------------------------------------------------------------------------

    def read(self, l: Lwp, uio: Uio) -> Pending | CondVar:
        """Move bytes into `uio`. A condition variable means: once it is signalled, ask again."""
        raise Errno(EBADF)

    def write(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EBADF)

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        raise Errno(ESPIPE)

    def pwrite(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        raise Errno(ESPIPE)

    def seek(self, l: Lwp, offset: int, whence: int) -> int:
        """Move the offset; the new one."""
        raise Errno(ESPIPE)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        """A device control. `data` is the argument as copied in; the result is copied out."""
        raise Errno(ENOTTY)

    def poll(self, events: int) -> int:
        """Which of the POLL* events hold now. POLLERR and POLLHUP are reported unasked."""
        return events & (POLLIN | POLLOUT | POLLRDNORM)

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        """Where a poller waits for these events; empty when they never change."""
        return ()

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        """Where a kernel event waits for reading or writing; raises Errno(EOPNOTSUPP) if the file has none."""
        raise Errno(EOPNOTSUPP)

    def readiness(self, writing: bool) -> Readiness:
        """What a kernel event would tell now."""
        return Readiness(bool(self.poll(POLLOUT if writing else POLLIN)), 0)

    def set_flags(self, l: Lwp, flags: int) -> None:
        """F_SETFL, FIONBIO and FIOASYNC: the status flags are now these."""
        changed = self.flags ^ flags
        self.flags = flags
        if changed & O_ASYNC:
            for place in self.selinfo(POLLIN | POLLOUT):
                if flags & O_ASYNC:
                    place.sigio.append(self)
                else:
                    place.sigio.remove(self)

    def send_sigio(self) -> None:
        """Something changed, and the owner (F_SETOWN) wants to be told by SIGIO (fownsignal)."""
        k = self.table.kernel
        if self.owner > 0:
            p = proc_find(k, self.owner)
            if p is not None:
                k.signals.psignal(p, SIGIO)
        elif self.owner < 0:
            k.signals.pgsignal(k.pids.group(-self.owner), SIGIO)

    def stat(self) -> Stat:
        raise Errno(EINVAL)

    def truncate(self, l: Lwp, size: int) -> None:
        raise Errno(EINVAL)
