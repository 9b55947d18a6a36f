"""ioctl command words (NetBSD: sys/ioccom.h, filio.h, ttycom.h).

A command word says which way its argument goes, and how long it is; the bytes are copied in and out in one
place, before and after the file's own `ioctl`.
"""

from __future__ import annotations

import struct

IOC_VOID, IOC_OUT, IOC_IN = 0x20000000, 0x40000000, 0x80000000
IOCPARM_MASK = 0x1FFF


def parameter_length(com: int) -> int:
    """The size of a command's argument in bytes."""
    return com >> 16 & IOCPARM_MASK


FIOCLEX, FIONCLEX = 0x20006601, 0x20006602
FIONREAD, FIONBIO, FIOASYNC = 0x4004667F, 0x8004667E, 0x8004667D
FIOSETOWN, FIOGETOWN = 0x8004667C, 0x4004667B
FIONWRITE, FIONSPACE = 0x40046679, 0x40046678

TIOCGETA, TIOCSETA, TIOCSETAW, TIOCSETAF = 0x402C7413, 0x802C7414, 0x802C7415, 0x802C7416
TIOCGWINSZ, TIOCSWINSZ = 0x40087468, 0x80087467
TIOCGPGRP, TIOCSPGRP, TIOCGSID = 0x40047477, 0x80047476, 0x40047463
TIOCSCTTY, TIOCNOTTY = 0x20007461, 0x20007471
TIOCFLUSH, TIOCDRAIN, TIOCOUTQ = 0x80047410, 0x2000745E, 0x40047473


def pack_int(value: int) -> bytes:
    """An int argument, as copied out."""
    return struct.pack("<i", value)


def unpack_int(data: bytes) -> int:
    """An int argument, as copied in."""
    value: int = struct.unpack_from("<i", data)[0]
    return value
