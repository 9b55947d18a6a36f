"""The console (NetBSD: cons.c and the driver beneath): the terminal whose line are the host's streams.

A terminal on the host is a line like any other, with somebody at its keyboard: the kernel takes what is typed
when it comes. Input from a file or a pipe is all there from the beginning. It is typed line by line as
somebody reads, so that what happens does not depend on the host's speed, and ends with ^D.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.ldisc import TTYHOG
from kernel.signo import SIGWINCH
from kernel.termios import DISABLED, ICANON, ONLCR, VEOF
from kernel.tty import Tty
from kernel.tty_ioctl import resize
from kernel.vfs.devfs import CONS, makedev

if TYPE_CHECKING:
    from kernel.main import Kernel

_WINSIZE = struct.Struct("<4H")
CHUNK = 1 << 12


class ConsoleTty(Tty):
    """/dev/console of a machine that boots."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel, makedev(CONS, 0))
        self.source = kernel.console.stdin
        self.sink = kernel.console.stdout
        self.interactive = self.source.is_terminal
        self._at_end = False  # of input that is no terminal, and where ^D would not be understood
        self.source.listeners.append(self)
        self._measure()

    def reset(self) -> None:
        super().reset()
        if not self.interactive:
            self.termios.oflag &= ~ONLCR  # only a terminal in raw mode needs to be told to return the carriage

    # -- input -------------------------------------------------------------------------------------

    def wants_input(self) -> bool:
        """^C is to be seen when nobody reads, too; but what nobody reads must not grow for ever."""
        return self.interactive and self.connected and self._room() > 0

    def _room(self) -> int:
        if self.canq or not self.termios.lflag & ICANON:
            return max(TTYHOG - 2 - self.queued(), 0)
        return CHUNK

    def input_arrived(self) -> None:
        """Somebody typed."""
        while room := self._room():
            data = self.source.read(room)
            if data is None:
                return
            if not data:
                self.hang_up()  # the host's terminal is gone
                return
            self.receive(data)

    def fetch(self) -> None:
        if self.interactive:
            return
        while not self._readable() and not self._at_end:
            data = self.source.peek(CHUNK)
            if data is None:
                return
            if not data:
                self._type_end_of_file()
                return
            line = data[: data.find(b"\n") + 1 or len(data)]
            if not self.termios.lflag & ICANON:
                line = line[: TTYHOG - self.queued()]
            self.source.consume(len(line))
            self.receive(line)

    def _type_end_of_file(self) -> None:
        t = self.termios
        if t.lflag & ICANON and t.cc[VEOF] != DISABLED:
            self.receive(bytes((t.cc[VEOF],)))
        if not self._readable():
            self._at_end = True
            self.connected = False

    # -- output ------------------------------------------------------------------------------------

    def start(self) -> None:
        if self.stopped or not self.outq:
            return
        try:
            while self.outq:  # a signal for the machine may come in between, and waits
                del self.outq[: self.sink.write(bytes(self.outq))]
        except OSError:
            self.outq.clear()  # nobody looks at the screen any more; that is no reason to stop
        self.output_taken()

    # -- the window --------------------------------------------------------------------------------

    def _measure(self) -> None:
        for stream in (self.source, self.sink):
            if stream.is_terminal:
                rows, columns = stream.size()
                resize(self, _WINSIZE.pack(rows, columns, 0, 0))
                return

    def host_signal(self, signo: int) -> None:
        """The host has news: the window's size changed, or ^C was pressed where no byte came of it."""
        if signo == SIGWINCH:
            self._measure()
        else:
            self.signal(signo)


def attach_console(kernel: Kernel) -> ConsoleTty:
    """Make /dev/console a terminal of this machine, in place of the plain stream it is otherwise."""
    tty = ConsoleTty(kernel)
    kernel.vfs.cdevsw[tty.rdev] = tty
    kernel.console_tty = tty
    return tty
