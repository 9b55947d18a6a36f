"""Character devices, and the nodes of /dev (NetBSD: spec_vnops.c, mem.c, kern_descrip.c's filedesc device).

A device is a small class; `Vfs.cdevsw` finds it by device number, so a node made with mknod(2) works like
the one that was there at boot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EACCES, ENODEV, ENOSPC, ENOTTY, ENXIO, Errno
from kernel.fcntl import FREAD, FWRITE, POLLIN, POLLOUT, POLLRDNORM
from kernel.file import Readiness
from kernel.kauth import Cred
from kernel.proc import PL_CONTROLT
from kernel.vfs.vnfile import CHUNK, DeviceFile
from kernel.vfs.vnode import VCHR, VDIR, Vnode

if TYPE_CHECKING:
    from kernel.file import File, IoctlResult, Pending
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.select import SelInfo
    from kernel.uio import Uio

# Major numbers
CONS, CTTY, MEM, FILEDESC, RND, HOST = 0, 1, 2, 7, 46, 200
MEM_NULL, MEM_FULL, MEM_ZERO = 2, 11, 12

NFD_NODES = 64  # /dev/fd/0 and on


def makedev(major: int, minor: int) -> int:
    """A dev_t from its halves."""
    return (major << 8 & 0x000FFF00) | (minor << 12 & 0xFFF00000) | (minor & 0xFF)


class Device:
    """A character device. Derived classes override what they can do."""

    seekable = False
    maps_zero = False

    def open(self, l: Lwp, flags: int) -> Device | int:
        """Called for each open(2): the device to use, or a descriptor to duplicate instead."""
        return self

    def attach(self, file: DeviceFile) -> None:
        """Called when an open file of the device comes into being."""

    def close(self, l: Lwp, file: DeviceFile) -> None:
        """Called when an open file goes away."""

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        raise Errno(ENODEV)

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        raise Errno(ENODEV)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        raise Errno(ENOTTY)

    def poll(self, events: int) -> int:
        return events & (POLLIN | POLLOUT | POLLRDNORM)

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return ()

    def readiness(self, writing: bool) -> Readiness:
        """What a kernel event tells about the device."""
        return Readiness(bool(self.poll(POLLOUT if writing else POLLIN)), 0)

    def restart(self, kernel: Kernel) -> None:
        """Make LWPs asleep in the device issue their calls again."""


class Null(Device):
    """/dev/null"""

    seekable = True

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        return None

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        uio.resid = 0
        return None


class Zero(Device):
    """/dev/zero, and /dev/full, which has no room for what is written."""

    seekable = True

    def __init__(self, full: bool = False) -> None:
        self.full = full
        self.maps_zero = not full

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        while uio.resid:
            uio.put(bytes(min(uio.resid, CHUNK)))
        return None

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        if self.full:
            raise Errno(ENOSPC)
        uio.resid = 0
        return None


class Random(Device):
    """/dev/random and /dev/urandom: bytes from the machine's seed."""

    seekable = True

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        while uio.resid:
            uio.put(self.kernel.random.randbytes(min(uio.resid, CHUNK)))
        return None

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        uio.resid = 0
        return None


class FileDescriptor(Device):
    """/dev/fd/N: opening it duplicates descriptor N (filedescopen)."""

    def __init__(self, number: int) -> None:
        self.number = number

    def open(self, l: Lwp, flags: int) -> Device | int:
        file = l.proc.fd.get(self.number)
        if flags & (FREAD | FWRITE) & ~file.flags:
            raise Errno(EACCES)
        return self.number


class ControllingTerminal(Device):
    """/dev/tty: the session's terminal, whichever it is."""

    def open(self, l: Lwp, flags: int) -> Device | int:
        p = l.proc
        terminal: Device | None = p.pgrp.session.ttyvp if p.lflag & PL_CONTROLT else None
        if terminal is None:
            raise Errno(ENXIO)
        return terminal.open(l, flags)


def find_device(kernel: Kernel, vnode: Vnode) -> Device:
    """The device behind a node. Raises Errno(ENXIO) when there is none."""
    device = kernel.vfs.cdevsw.get(vnode.rdev) if vnode.vtype is VCHR else None
    if device is None:
        raise Errno(ENXIO)
    return device


def open_device(l: Lwp, vnode: Vnode, flags: int) -> File | int:
    """Open a device node."""
    device = find_device(l.kernel, vnode).open(l, flags)
    if isinstance(device, int):
        return device
    return DeviceFile(l.kernel.files, flags, l.proc.cred, vnode, device)


def add_device(dev: Vnode, kernel: Kernel, name: str, number: int, device: Device, mode: int = 0o666) -> Vnode:
    """Register a device, and make its node in a directory (/dev, usually)."""
    kernel.vfs.cdevsw[number] = device
    return dev.create(name.encode(), VCHR, mode, Cred(), number)


def populate(root: Vnode, kernel: Kernel) -> None:
    """Make the device nodes of a root file system that has a directory /dev."""
    from kernel.pty import add_ptys
    from kernel.vfs.hostio import add_host_streams

    dev = root.lookup(None, b"dev")
    assert dev is not None
    add_device(dev, kernel, "null", makedev(MEM, MEM_NULL), Null())
    add_device(dev, kernel, "zero", makedev(MEM, MEM_ZERO), Zero())
    add_device(dev, kernel, "full", makedev(MEM, MEM_FULL), Zero(full=True))
    add_device(dev, kernel, "random", makedev(RND, 0), Random(kernel))
    add_device(dev, kernel, "urandom", makedev(RND, 1), Random(kernel), 0o644)
    add_device(dev, kernel, "tty", makedev(CTTY, 0), ControllingTerminal())
    fd = dev.create(b"fd", VDIR, 0o755, Cred())
    for number in range(NFD_NODES):
        add_device(fd, kernel, str(number), makedev(FILEDESC, number), FileDescriptor(number))
    for number, name in enumerate((b"stdin", b"stdout", b"stderr")):
        dev.create(name, VCHR, 0o666, Cred(), makedev(FILEDESC, number))
    add_ptys(dev, kernel)
    add_host_streams(dev, kernel)
