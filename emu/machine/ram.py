"""Physical memory: one private anonymous mmap that Unicorn, the kernel and a debugger share.

Physical addresses start at 0, so that `words[pa >> 3]` is the 64-bit word at `pa` and `pa >> 12` the page
frame number. The mapping is private: a forked emulator process gets a copy-on-write copy of it.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
from array import array

from emu.machine.access import PAGE_SIZE, Access

MINIMUM = 4 << 20


class Ram:
    """`bytes` and `words` are writable views of the same memory, as bytes and as 64-bit words.

    `code[pfn]` is set for frames that were mapped executable: the machine may hold translations of what is there.
    `refs[pfn]` counts who refers to a frame, `kind[pfn]` says what it is used for, 0 that it is free; `free` is a stack
    of such frames. The kernel keeps them all.
    """

    __slots__ = ("_map", "access", "address", "bytes", "code", "free", "kind", "refs", "size", "words")

    def __init__(self, size: int, library: str | None = None) -> None:
        """`library` is the path of the machine's native part, None to do without. Raises ValueError if `size` (bytes)
        is too small or not whole pages, MemoryError if there is not enough."""
        if size < MINIMUM or size % PAGE_SIZE:
            raise ValueError(f"RAM must be at least {MINIMUM >> 20} MiB, in whole pages")
        try:
            self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except (OSError, OverflowError, ValueError) as error:
            raise MemoryError(f"cannot get {size >> 20} MiB of memory for the machine's RAM") from error
        self.size = size
        self.bytes = memoryview(self._map)
        self.words = self.bytes.cast("Q")
        self.code = bytearray(size // PAGE_SIZE)
        self.refs = array("i", bytes(4 * (size // PAGE_SIZE)))
        self.kind = bytearray(size // PAGE_SIZE)
        self.free = array("i", bytes(4 * (size // PAGE_SIZE)))
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._map))  # in the host
        self.access = Access(self, library)

    def digest(self) -> str:
        """SHA-256 over all of RAM, by which two runs are compared. Untouched pages count as zeroes."""
        h = hashlib.sha256()
        chunk = 1 << 20
        zero = bytes(chunk)
        for start in range(0, self.size, chunk):
            part = self.bytes[start : start + chunk]
            if part != zero[: len(part)]:  # skipping zero stretches leaves untouched host pages untouched
                h.update(start.to_bytes(8, "little"))
                h.update(part)
        return h.hexdigest()
