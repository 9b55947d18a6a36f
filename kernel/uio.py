"""Transfers between the kernel and a process's memory (NetBSD: struct uio, uiomove).

A Uio is the user's side of one read or write: where the bytes go or come from, and how many are left. The
other side (file, pipe, device) calls `put` or `get` with as much as it has or wants. A fault raises before
anything was counted, so a pipe or a terminal can keep the bytes that did not arrive.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, Errno
from kernel.fcntl import IOV_MAX, SSIZE_MAX

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace


class Uio:
    """One transfer. `resid` is the number of bytes still to move."""

    __slots__ = ("_more", "_room", "_va", "resid", "vm")

    def __init__(self, vm: VmSpace, va: int, length: int) -> None:
        self.vm = vm
        self._va = va
        self._more: list[tuple[int, int]] | None = None  # of an array: the iovecs after this one, last first
        self._room: int  # and how much is left of this one
        self.resid = length

    @classmethod
    def from_iovec(cls, vm: VmSpace, iovp: int, iovcnt: int) -> Uio:
        """Read an array of struct iovec. Raises Errno: EINVAL for a bad count or sum, EFAULT."""
        if not 0 < iovcnt <= IOV_MAX:
            raise Errno(EINVAL)
        words = struct.unpack(f"<{2 * iovcnt}Q", vm.copyin(iovp, 16 * iovcnt))
        uio = cls(vm, words[0], words[1])
        uio._room = words[1]
        uio._more = [(words[i], words[i + 1]) for i in range(2 * iovcnt - 2, 0, -2)]
        uio.resid = sum(words[1::2])
        if uio.resid > SSIZE_MAX:
            raise Errno(EINVAL)
        return uio

    def put(self, data: bytes | bytearray | memoryview) -> None:
        """Give the process bytes, at most `resid`. Raises Errno(EFAULT); what came before stays counted."""
        n = len(data)
        if self._more is None:
            self.vm.copyout(self._va, data)
            self._va += n
            self.resid -= n
            return
        done = 0
        while done < n:
            while not self._room:
                self._next()
            step = min(self._room, n - done)
            # Not of a memoryview: an error's traceback would keep it, and a pipe's buffer could not be resized.
            self.vm.copyout(self._va, data[done : done + step])
            self._va += step
            self._room -= step
            done += step
        self.resid -= n

    def get(self, length: int) -> bytes:
        """Take bytes from the process: `length`, which is at most `resid`. Raises Errno(EFAULT)."""
        if self._more is None:
            data = self.vm.copyin(self._va, length)
            self._va += length
            self.resid -= length
            return data
        # Only commit the new position once all of it was read, so that a fault changes nothing.
        saved = self._va, self._room, list(self._more)
        parts = []
        left = length
        try:
            while left:
                while not self._room:
                    self._next()
                step = min(self._room, left)
                parts.append(self.vm.copyin(self._va, step))
                self._va += step
                self._room -= step
                left -= step
        except Errno:
            self._va, self._room, self._more = saved
            raise
        self.resid -= length
        return b"".join(parts)

    def _next(self) -> None:
        """Go on to the next iovec."""
        assert self._more, "a transfer is never asked for more than resid"
        self._va, self._room = self._more.pop()
