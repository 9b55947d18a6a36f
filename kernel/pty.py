"""Pseudo-terminals (NetBSD: tty_pty.c, tty_ptm.c, ptyfs): a terminal whose line is a program.

A pair comes into being by opening /dev/ptmx, or by TIOCPTMGET on /dev/ptm, which opens both ends. Its slave,
/dev/pts/N, is a terminal like any other. What is written to the master is what was typed there; what the
master reads is what the terminal shows. The node is there while the master is open.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, EBUSY, EINVAL, EIO, ENOTTY, ERESTART, Errno
from kernel.fcntl import FREAD, FWRITE, POLLHUP, POLLIN, POLLOUT, POLLRDNORM
from kernel.file import Readiness
from kernel.ioctl import FIONREAD, TIOCGPGRP, pack_int, unpack_int
from kernel.ldisc import TTYHOG
from kernel.sched import CondVar
from kernel.select import SelInfo
from kernel.termios import ICANON, IXON, VSTART, VSTOP, Termios
from kernel.tty import Tty
from kernel.tty_ioctl import tty_ioctl
from kernel.vfs.devfs import Device, add_device, makedev
from kernel.vfs.vnfile import DeviceFile
from kernel.vfs.vnode import VCHR, VDIR, Vnode

if TYPE_CHECKING:
    from kernel.file import IoctlResult, Pending
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.uio import Uio

PTM, PTS = 165, 244  # major numbers
PTMX_MINOR, PTM_MINOR = 0, 1
MAXPTYS = 992
TTY_GID = 4
SLAVE_MODE = 0o620

TIOCPTMGET, TIOCGRANTPT, TIOCPTSNAME = 0x48087446, 0x20007447, 0x48087448
TIOCPKT = 0x80047470
PKT_STOP, PKT_START, PKT_NOSTOP, PKT_DOSTOP = 0x4, 0x8, 0x10, 0x20

_PTMGET = struct.Struct("<ii1024s1024s")
_FEED = 256  # bytes of input at a time when none of them will be kept


class Slave(Tty):
    """The terminal."""

    def __init__(self, kernel: Kernel, rdev: int, unit: int) -> None:
        super().__init__(kernel, rdev)
        self.unit = unit
        self.master = Master(self)
        self.was_open = False
        self._shown_stopped = False

    def attach(self, file: DeviceFile) -> None:
        super().attach(file)
        self.was_open = True
        self.master.wake()

    def start(self) -> None:
        if self.stopped != self._shown_stopped:
            self._shown_stopped = self.stopped
            self.master.control(PKT_STOP if self.stopped else PKT_START)
        if self.outq and not self.stopped:
            self.master.wake()

    def flush(self, which: int) -> None:
        super().flush(which)
        if which & FWRITE:
            self._shown_stopped = False
            self.master.control(which)

    def settings_changed(self, old: Termios) -> None:
        def by_the_usual_keys(t: Termios) -> bool:
            return bool(t.iflag & IXON) and t.cc[VSTOP] == 0x13 and t.cc[VSTART] == 0x11

        if by_the_usual_keys(old) != by_the_usual_keys(self.termios):
            self.master.control(PKT_DOSTOP if by_the_usual_keys(self.termios) else PKT_NOSTOP)

    def input_taken(self) -> None:
        self.master.wake()

    def closed(self) -> None:
        self.master.wake()
        self.master.free_if_unused()


class Master(Device):
    """The other end of a terminal's line."""

    def __init__(self, slave: Slave) -> None:
        self.slave = slave
        self.ptys: Ptys
        self.node: Vnode
        self.open_files = 0
        self.packets = False
        self.pending_control = 0
        self.cv = CondVar("ptyio")
        self.sel = SelInfo()

    def attach(self, file: DeviceFile) -> None:
        self.open_files += 1

    def close(self, l: Lwp, file: DeviceFile) -> None:
        self.open_files -= 1
        if not self.open_files:
            self.slave.hang_up()
            self.ptys.remove_node(self)
            self.free_if_unused()

    def free_if_unused(self) -> None:
        if not self.open_files and not self.slave.files:
            self.ptys.free(self)

    def wake(self) -> None:
        """Something happened at the slave: readers and writers look again."""
        self.cv.broadcast()
        self.sel.notify()

    def control(self, what: int) -> None:
        """A change that a reader in packet mode is told."""
        if self.packets:
            self.pending_control |= what
            self.wake()

    def _hung_up(self) -> bool:
        """The slave was open, and nobody has it open any more."""
        return self.slave.was_open and not self.slave.files

    # -- reading: the terminal's output ------------------------------------------------------------

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        if not uio.resid or self._take(uio):
            return None
        if nonblock:
            raise Errno(EAGAIN)
        return self._read_later(l, uio)

    async def _read_later(self, l: Lwp, uio: Uio) -> None:
        await self.cv.wait_sig(l)
        while not self._take(uio):
            await self.cv.wait_sig(l)

    def _take(self, uio: Uio) -> bool:
        """Move output to the reader; False if there is none and some may come."""
        slave = self.slave
        if self.pending_control:
            uio.put(bytes((self.pending_control & 0xFF,)))
            self.pending_control = 0
            return True
        if slave.outq and not slave.stopped:
            room = uio.resid - 1 if self.packets else uio.resid
            data = bytes(slave.outq[:room])
            uio.put(b"\0" + data if self.packets else data)
            del slave.outq[: len(data)]
            slave.output_taken()
            return True
        return self._hung_up()

    # -- writing: what is typed at the terminal ----------------------------------------------------

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        if self._put(uio):
            return None
        if nonblock:
            raise Errno(EAGAIN)
        return self._write_later(l, uio)

    async def _write_later(self, l: Lwp, uio: Uio) -> None:
        await self.cv.wait_sig(l)
        while not self._put(uio):
            await self.cv.wait_sig(l)

    def _room(self) -> int:
        """How much can be typed now. A line that nobody can read before it is complete makes no writer wait."""
        slave = self.slave
        if not slave.files:
            return 0
        room = TTYHOG - 2 - slave.queued()
        if room <= 0 and slave.termios.lflag & ICANON and not slave.canq:
            return _FEED
        return max(room, 0)

    def _put(self, uio: Uio) -> bool:
        """Type what was written, as far as there is room; whether that was all. Raises Errno(EIO) at nobody."""
        while uio.resid:
            if self._hung_up():
                raise Errno(EIO)
            room = self._room()
            if not room:
                return False
            self.slave.receive(uio.get(min(uio.resid, room)))
        return True

    # -- the rest ----------------------------------------------------------------------------------

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        slave = self.slave
        if com == TIOCPTSNAME:
            return self.ptys.describe(self, -1, -1)
        if com == TIOCGRANTPT:
            self.node.uid, self.node.gid, self.node.mode = l.proc.cred.ruid, TTY_GID, SLAVE_MODE
            return None
        if com == TIOCPKT:
            self.packets = bool(unpack_int(data))
            self.pending_control = 0
            return None
        if com == FIONREAD:
            return pack_int(len(slave.outq))
        if com == TIOCGPGRP:
            return pack_int(slave.pgrp.pgid if slave.pgrp is not None else 0)
        return tty_ioctl(slave, l, com, data)

    def poll(self, events: int) -> int:
        revents = 0
        slave = self.slave
        if self.pending_control or (slave.outq and not slave.stopped) or self._hung_up():
            revents |= events & (POLLIN | POLLRDNORM)
        if events & POLLOUT and self._room():
            revents |= POLLOUT
        if self._hung_up():
            revents |= POLLHUP
        return revents

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.sel,)

    def readiness(self, writing: bool) -> Readiness:
        ready = bool(self.poll(POLLOUT if writing else POLLIN))
        return Readiness(ready, self._room() if writing else len(self.slave.outq), self._hung_up())

    def restart(self, kernel: Kernel) -> None:
        for sleeper in list(self.cv.waiters):
            kernel.sched.wake(sleeper, ERESTART)


class Ptys:
    """All pairs, and the directory of the slaves."""

    def __init__(self, kernel: Kernel, directory: Vnode) -> None:
        self.kernel = kernel
        self.directory = directory
        self.masters: dict[int, Master] = {}
        self.multiplexer: Vnode  # the node that masters are opened by

    def allocate(self, l: Lwp) -> Master:
        """A new pair, nobody has open yet. Raises Errno(EBUSY) when there are too many."""
        unit = next((n for n in range(MAXPTYS) if n not in self.masters), None)
        if unit is None:
            raise Errno(EBUSY)
        cred = l.proc.cred
        rdev = makedev(PTS, unit)
        slave = Slave(self.kernel, rdev, unit)
        master = slave.master
        master.ptys = self
        master.node = self.directory.create(str(unit).encode(), VCHR, SLAVE_MODE, cred, rdev)
        master.node.uid, master.node.gid = cred.ruid, TTY_GID
        master.node.hold()
        self.masters[unit] = master
        self.kernel.vfs.cdevsw[rdev] = slave
        return master

    def remove_node(self, master: Master) -> None:
        name = str(master.slave.unit).encode()
        if self.directory.lookup(None, name) is master.node:
            self.directory.remove(name, master.node)

    def free(self, master: Master) -> None:
        """Both ends are closed: the number can be used again."""
        if self.masters.pop(master.slave.unit, None) is not None:
            del self.kernel.vfs.cdevsw[master.slave.rdev]
            master.node.release()

    def describe(self, master: Master, master_fd: int, slave_fd: int) -> bytes:
        """A struct ptmget."""
        return _PTMGET.pack(master_fd, slave_fd, b"/dev/ptmx", f"/dev/pts/{master.slave.unit}".encode())

    def open_pair(self, l: Lwp) -> bytes:
        """TIOCPTMGET: descriptors for both ends of a new pair."""
        k, table, cred = l.kernel, l.proc.fd, l.proc.cred
        master_fd = table.reserve(l)
        try:
            slave_fd = table.reserve(l)
        except Errno:
            table.cancel(master_fd)
            raise
        master = None
        try:
            k.files.check()
            master = self.allocate(l)
            file = DeviceFile(k.files, FREAD | FWRITE, cred, self.multiplexer, master)
            master.slave.reset()
            other = DeviceFile(k.files, FREAD | FWRITE, cred, master.node, master.slave)
        except Errno:
            table.cancel(slave_fd)
            table.cancel(master_fd)
            if master is not None:
                if master.open_files:
                    file.refs += 1
                    file.release(l)
                else:
                    self.remove_node(master)
                    self.free(master)
            raise
        table.install(master_fd, file)
        table.install(slave_fd, other)
        return self.describe(master, master_fd, slave_fd)


class Multiplexer(Device):
    """/dev/ptmx: every open makes a pair, and opens its master."""

    def __init__(self, ptys: Ptys) -> None:
        self.ptys = ptys

    def open(self, l: Lwp, flags: int) -> Device | int:
        return self.ptys.allocate(l)


class PairMaker(Device):
    """/dev/ptm: TIOCPTMGET makes a pair, and opens both ends."""

    def __init__(self, ptys: Ptys) -> None:
        self.ptys = ptys

    def read(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        raise Errno(EINVAL)

    def write(self, l: Lwp, uio: Uio, nonblock: int) -> Pending:
        raise Errno(EINVAL)

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        if com != TIOCPTMGET:
            raise Errno(ENOTTY)
        return self.ptys.open_pair(l)


def add_ptys(dev: Vnode, kernel: Kernel) -> None:
    """Make /dev/ptm, /dev/ptmx and /dev/pts."""
    from kernel.kauth import Cred

    ptys = Ptys(kernel, dev.create(b"pts", VDIR, 0o755, Cred()))
    add_device(dev, kernel, "ptm", makedev(PTM, PTM_MINOR), PairMaker(ptys))
    ptys.multiplexer = add_device(dev, kernel, "ptmx", makedev(PTM, PTMX_MINOR), Multiplexer(ptys))
