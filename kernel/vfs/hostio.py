"""The host's standard input, output and error as character devices of the machine.

Each is a device of its own, so that `prog >out 2>err` on the host is what the program inside sees, byte for
byte. One that is a terminal on the host answers as a terminal here: it says so (TIOCGETA), and has a size.
"""

from __future__ import annotations

import errno as host_errno
import struct
from typing import TYPE_CHECKING

from emu.machine.console import Input, Output
from kernel.errno import EAGAIN, EIO, ENODEV, ENOSPC, ENOTTY, EPIPE, ERESTART, Errno
from kernel.fcntl import FREAD, FWRITE, POLLIN, POLLOUT, POLLRDNORM
from kernel.file import Readiness
from kernel.ioctl import (
    FIONREAD,
    TIOCDRAIN,
    TIOCFLUSH,
    TIOCGETA,
    TIOCGWINSZ,
    TIOCOUTQ,
    TIOCSETA,
    TIOCSETAF,
    TIOCSETAW,
    TIOCSWINSZ,
    pack_int,
)
from kernel.sched import CondVar
from kernel.select import SelInfo
from kernel.vfs.devfs import CONS, HOST, Device, add_device, makedev
from kernel.vfs.vnfile import CHUNK, DeviceFile
from kernel.vfs.vnode import Vnode

if TYPE_CHECKING:
    from kernel.file import IoctlResult, Pending
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.uio import Uio

_TERMIOS = struct.Struct("<4I20s2i")
_WINSIZE = struct.Struct("<4H")
_DISABLED = 0xFF

# What a terminal is set to when nobody changed it: line by line, with echo, 9600 baud.
_CONTROL_CHARACTERS = bytes(
    (
        4, _DISABLED, _DISABLED, 0x7F, 0x17, 0x15, 0x12, _DISABLED,
        3, 0x1C, 0x1A, 0x19, 0x11, 0x13, 0x16, 0x0F, 1, 0, 0x14, _DISABLED,
    )
)  # fmt: skip
_INPUT_FLAGS = 0x2 | 0x100 | 0x2000 | 0x200 | 0x800  # BRKINT ICRNL IMAXBEL IXON IXANY
_OUTPUT_FLAGS = 0x1 | 0x2  # OPOST ONLCR
_CONTROL_FLAGS = 0x800 | 0x300 | 0x4000  # CREAD CS8 HUPCL
_LOCAL_FLAGS = 0x8 | 0x100 | 0x80 | 0x400 | 0x2 | 0x1 | 0x40  # ECHO ICANON ISIG IEXTEN ECHOE ECHOKE ECHOCTL
DEFAULT_TERMIOS = _TERMIOS.pack(
    _INPUT_FLAGS, _OUTPUT_FLAGS, _CONTROL_FLAGS, _LOCAL_FLAGS, _CONTROL_CHARACTERS, 9600, 9600
)


class HostStream(Device):
    """A device over one of the host's streams, or over two of them (the console)."""

    def __init__(self, source: Input | None, sink: Output | None) -> None:
        self.source = source
        self.sink = sink
        self.cv = CondVar("ttyin")
        self.sel = SelInfo()
        self.termios = DEFAULT_TERMIOS
        self.winsize: bytes | None = None
        if source is not None:
            source.listeners.append(self)

    def input_arrived(self) -> None:
        """The host has something to read."""
        self.cv.broadcast()
        self.sel.notify()

    def wants_input(self) -> bool:
        """Somebody sleeps until there is."""
        return bool(self.cv.waiters or self.sel.pollers or self.sel.klist)

    # -- data ---------------------------------------------------------------------------------------

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        if self.source is None:
            raise Errno(ENODEV)
        if not uio.resid or self._take(uio):
            return None
        if nonblock:
            raise Errno(EAGAIN)
        return self._wait(l, uio)

    async def _wait(self, l: Lwp, uio: Uio) -> None:
        await self.cv.wait_sig(l)
        while not self._take(uio):
            await self.cv.wait_sig(l)

    def _take(self, uio: Uio) -> bool:
        """Move what is there. False when nothing is, and more may come."""
        assert self.source is not None
        try:
            data = self.source.peek(min(uio.resid, CHUNK))
        except InterruptedError:
            return False
        except OSError:
            raise Errno(EIO) from None
        if data is None:
            return False
        uio.put(data)
        self.source.consume(len(data))
        return True

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        if self.sink is None:
            raise Errno(ENODEV)
        before = uio.resid
        while uio.resid:
            data = uio.get(min(uio.resid, CHUNK))
            try:
                missing = len(data) - self.sink.write(data)
            except OSError as e:
                known = {host_errno.EPIPE: EPIPE, host_errno.ENOSPC: ENOSPC}
                raise Errno(known.get(e.errno or 0, EIO)) from None
            if missing:  # the host has a signal for the program, which will come as soon as this call is over
                uio.resid += missing
                if uio.resid == before:
                    raise Errno(ERESTART)
                break
        return None

    def poll(self, events: int) -> int:
        revents = events & POLLOUT if self.sink is not None else 0
        if self.source is not None and self.source.ready():
            revents |= events & (POLLIN | POLLRDNORM)
        return revents

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.sel,)

    def readiness(self, writing: bool) -> Readiness:
        if writing or self.source is None or not self.source.ready():
            return super().readiness(writing)
        return Readiness(True, self.source.available())

    def restart(self, kernel: Kernel) -> None:
        for sleeper in list(self.cv.waiters):
            kernel.sched.wake(sleeper, ERESTART)

    # -- terminal -----------------------------------------------------------------------------------

    def _terminal(self) -> Input | Output | None:
        for stream in (self.source, self.sink):
            if stream is not None and stream.is_terminal:
                return stream
        return None

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        terminal = self._terminal()
        if com == FIONREAD and self.source is not None:
            return pack_int(self.source.available())
        if terminal is None:
            raise Errno(ENOTTY)
        if com == TIOCGETA:
            return self.termios
        if com in (TIOCSETA, TIOCSETAW, TIOCSETAF):
            self.termios = data
            return None
        if com == TIOCGWINSZ:
            rows, columns = terminal.size()
            return self.winsize or _WINSIZE.pack(rows, columns, 0, 0)
        if com == TIOCSWINSZ:
            self.winsize = data
            return None
        if com == TIOCOUTQ:
            return pack_int(0)
        if com in (TIOCFLUSH, TIOCDRAIN):
            return None
        raise Errno(ENOTTY)


STREAMS = (b"hostin", b"hostout", b"hosterr")  # nodes in /dev, for descriptors 0, 1 and 2


def add_host_streams(dev: Vnode, kernel: Kernel) -> None:
    """Make /dev/console and one node for each of the host's streams."""
    console = kernel.console
    pairs = ((console.stdin, None), (None, console.stdout), (None, console.stderr))
    for minor, (name, (source, sink)) in enumerate(zip(STREAMS, pairs, strict=True)):
        add_device(dev, kernel, name.decode(), makedev(HOST, minor), HostStream(source, sink))
    add_device(dev, kernel, "console", makedev(CONS, 0), HostStream(console.stdin, console.stdout), 0o600)


def open_stdio(kernel: Kernel, p: Proc) -> None:
    """Give a process that has no descriptors yet the host's streams as 0, 1 and 2."""
    dev = kernel.rootvnode.lookup(None, b"dev")
    assert dev is not None
    for fd, (name, mode) in enumerate(zip(STREAMS, (FREAD, FWRITE, FWRITE), strict=True)):
        vnode = dev.lookup(None, name)
        assert vnode is not None
        device = kernel.vfs.cdevsw[vnode.rdev]
        table = p.fd
        table.used |= 1 << fd
        table.reserved |= 1 << fd
        table.install(fd, DeviceFile(kernel.files, mode, p.cred, vnode, device))
