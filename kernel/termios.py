"""How a terminal is set: struct termios and its numbers (NetBSD: sys/termios.h, sys/ttydefaults.h)."""

from __future__ import annotations

import struct

# c_iflag
IGNBRK, BRKINT, IGNPAR, PARMRK, INPCK, ISTRIP, INLCR, IGNCR = (1 << i for i in range(8))
ICRNL, IXON, IXOFF, IXANY, IMAXBEL = 0x100, 0x200, 0x400, 0x800, 0x2000
# c_oflag
OPOST, ONLCR, OXTABS, ONOEOT, OCRNL, ONOCR, ONLRET = (1 << i for i in range(7))
# c_cflag
CIGNORE, CS8, CREAD, HUPCL = 0x1, 0x300, 0x800, 0x4000
# c_lflag
ECHOKE, ECHOE, ECHOK, ECHO, ECHONL, ECHOPRT, ECHOCTL, ISIG = (1 << i for i in range(8))
ICANON, ALTWERASE, IEXTEN, EXTPROC = 0x100, 0x200, 0x400, 0x800
TOSTOP, FLUSHO, NOKERNINFO, PENDIN, NOFLSH = 0x400000, 0x800000, 0x2000000, 0x20000000, 0x80000000
# c_cc
VEOF, VEOL, VEOL2, VERASE, VWERASE, VKILL, VREPRINT = range(7)
VINTR, VQUIT, VSUSP, VDSUSP, VSTART, VSTOP, VLNEXT, VDISCARD, VMIN, VTIME, VSTATUS = range(8, 19)
DISABLED = 0xFF  # _POSIX_VDISABLE: no character does this

_TERMIOS = struct.Struct("<4I20s2i")
TERMIOS_SIZE = _TERMIOS.size

_DEFAULT_CC = bytes(
    (
        4, DISABLED, DISABLED, 0x7F, 0x17, 0x15, 0x12, DISABLED,
        3, 0x1C, 0x1A, 0x19, 0x11, 0x13, 0x16, 0x0F, 1, 0, 0x14, DISABLED,
    )
)  # fmt: skip


class Termios:
    """The settings of one terminal; a new one has the defaults. `cc` is indexed by VEOF, VERASE..."""

    __slots__ = ("cc", "cflag", "iflag", "ispeed", "lflag", "oflag", "ospeed")

    def __init__(self) -> None:
        self.iflag = BRKINT | ICRNL | IMAXBEL | IXON | IXANY
        self.oflag = OPOST | ONLCR
        self.cflag = CREAD | CS8 | HUPCL
        self.lflag = ECHO | ICANON | ISIG | IEXTEN | ECHOE | ECHOKE | ECHOCTL
        self.cc = _DEFAULT_CC
        self.ispeed = self.ospeed = 9600

    def pack(self) -> bytes:
        """A struct termios, 44 bytes."""
        return _TERMIOS.pack(self.iflag, self.oflag, self.cflag, self.lflag, self.cc, self.ispeed, self.ospeed)

    @classmethod
    def unpack(cls, data: bytes) -> Termios:
        """From a program's struct termios."""
        t = cls()
        t.iflag, t.oflag, t.cflag, t.lflag, t.cc, t.ispeed, t.ospeed = _TERMIOS.unpack_from(data)
        return t

    def is_char(self, which: int, c: int) -> bool:
        """Whether this input is the control character `which`; a disabled one never is."""
        return self.cc[which] == c != DISABLED
