"""The line to gdb: packets with checksums, acknowledgements until gdb does without, and its ^C (gdb manual, E.1)."""

from __future__ import annotations

import os
import select

ESCAPE, ESCAPED = 0x7D, 0x20
_SPECIAL = frozenset(b"#$*}")
INTERRUPT = 0x03
CHUNK = 1 << 16
LARGEST_PACKET = 0x10000  # bytes, as announced


class LineClosed(Exception):
    """gdb is gone."""


def escape(data: bytes) -> bytes:
    """Binary data as it may stand in a packet."""
    if not _SPECIAL & frozenset(data):
        return data
    out = bytearray()
    for c in data:
        if c in _SPECIAL:
            out += bytes((ESCAPE, c ^ ESCAPED))
        else:
            out.append(c)
    return bytes(out)


def unescape(data: bytes) -> bytes:
    """The reverse."""
    if ESCAPE not in data:
        return data
    out = bytearray()
    at = 0
    while at < len(data):
        if data[at] == ESCAPE and at + 1 < len(data):
            at += 1
            out.append(data[at] ^ ESCAPED)
        else:
            out.append(data[at])
        at += 1
    return bytes(out)


def checksum(data: bytes) -> int:
    return sum(data) & 0xFF


def frame(data: bytes) -> bytes:
    """A packet around data that is escaped already."""
    return b"$%s#%02x" % (data, checksum(data))


class Line:
    """Packets over a pair of descriptors, which may be one socket's."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._in, self._out = read_fd, write_fd
        self._buffer = bytearray()
        self._last = b""  # sent last, to be sent again when it did not arrive
        self.acknowledge = True

    def fileno(self) -> int:
        return self._in

    def send(self, data: bytes) -> None:
        """Send a packet; its data is escaped here. Raises LineClosed."""
        self._last = frame(escape(data))
        self._write(self._last)

    def send_raw(self, data: bytes) -> None:
        """The same for data that is escaped already."""
        self._last = frame(data)
        self._write(self._last)

    def receive(self) -> bytes:
        """The next packet's data, still escaped. Raises LineClosed. A ^C between packets is dropped: nothing runs."""
        while True:
            packet = self._take()
            if packet is not None:
                return packet
            self._fill()

    def interrupted(self) -> bool:
        """Whether gdb has sent ^C. Does not wait. Raises LineClosed."""
        if not self._buffer and select.select([self._in], [], [], 0)[0]:
            self._fill()
        while self._buffer and self._buffer[0] in b"+-":
            del self._buffer[0]
        if self._buffer and self._buffer[0] == INTERRUPT:
            del self._buffer[0]
            return True
        return False

    def _take(self) -> bytes | None:
        """A whole packet out of the buffer, acknowledged; None if there is none."""
        buffer = self._buffer
        while buffer:
            first = buffer[0]
            if first == ord("$"):
                end = buffer.find(b"#")
                if end < 0 or end + 2 >= len(buffer):
                    return None
                data, given = bytes(buffer[1:end]), bytes(buffer[end + 1 : end + 3])
                del buffer[: end + 3]
                if not self.acknowledge:
                    return data
                if b"%02x" % checksum(data) == given.lower():
                    self._write(b"+")
                    return data
                self._write(b"-")
            else:
                del buffer[0]
                if first == ord("-") and self.acknowledge and self._last:
                    self._write(self._last)
        return None

    def _fill(self) -> None:
        try:
            data = os.read(self._in, CHUNK)
        except OSError as error:
            raise LineClosed from error
        if not data:
            raise LineClosed
        self._buffer += data

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._out, view) :]
        except OSError as error:
            raise LineClosed from error
