"""vFile: gdb reads the programs' files out of the guest (gdb manual, E.7). Nothing can be written."""

from __future__ import annotations

import struct

from emu.debugger.gdbstub.session import Session, SessionError
from kernel.text import decode

# Errors of gdb's File I/O protocol.
_ENOENT, _EBADF, _EROFS = 2, 9, 30
_ACCESS = 3
LARGEST_READ = 0x4000
_STAT = struct.Struct(">IIIIIIIQQQIII")  # struct stat of that protocol, big end first


class Files:
    """Open files by descriptor."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[int, bytes] = {}
        self._pid = 0

    def handle(self, request: bytes) -> bytes:
        """What follows "vFile:"."""
        name, _, rest = request.decode("latin-1").partition(":")
        words = rest.split(",")
        if name == "setfs":
            self._pid = int(words[0], 16)
            return b"F0"
        if name == "open":
            return self._do_open(decode(bytes.fromhex(words[0])), int(words[1], 16))
        if name in ("close", "pread", "fstat"):
            data = self._open.get(int(words[0], 16))
            if data is None:
                return _error(_EBADF)
            if name == "close":
                del self._open[int(words[0], 16)]
                return b"F0"
            if name == "fstat":
                stat = _STAT.pack(0, 0, 0o100755, 1, 0, 0, 0, len(data), 4096, -(-len(data) // 512), 0, 0, 0)
                return b"F%x;%s" % (len(stat), stat)
            count, offset = (int(word, 16) for word in words[1:3])
            piece = data[offset : offset + min(count, LARGEST_READ)]
            return b"F%x;%s" % (len(piece), piece)
        return _error(_EROFS) if name in ("pwrite", "unlink") else b""

    def _do_open(self, path: str, flags: int) -> bytes:
        if flags & _ACCESS:
            return _error(_EROFS)
        try:
            data = self._session.read_file(self._pid, path)
        except SessionError:
            return _error(_ENOENT)
        fd = next(n for n in range(3, 1 << 20) if n not in self._open)
        self._open[fd] = data
        return b"F%x" % fd


def _error(errno: int) -> bytes:
    return b"F-1,%x" % errno
