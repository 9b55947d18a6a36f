"""Moving data between kernel and user space (NetBSD: copyin, copyout, copyinstr).

The page tables are walked as the hardware does, with its permission checks; pages that are not there, or
not writable yet, are faulted in. Addresses are what a program passed: any 64-bit value.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from emu.machine.access import USER_LOAD, USER_STORE
from emu.machine.sv39 import PPN_SHIFT
from kernel.errno import EFAULT, ENAMETOOLONG, Errno
from kernel.uvm.page import PAGE_SIZE
from kernel.uvm.pmap import PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.pmap import Pmap

USER_TOP = 0x3F_FFFF_0000
_WORD = Struct("<Q")
_INT = Struct("<i")


class UserMemory:
    """The part of VmSpace that copies. Every method raises Errno(EFAULT) for memory that user code could not
    touch in the same way."""

    __slots__ = ()

    if TYPE_CHECKING:
        pmap: Pmap

    def fault(self, va: int, access: int, *, by_user: bool = False) -> int:
        """Bring a page in (kernel.uvm.fault); 0, or an errno."""
        raise Errno(EFAULT)  # a space without a map has nothing to bring in

    def _physical(self, va: int, access: int) -> int:
        """The physical address behind a user address, faulting the page in for PROT_READ or PROT_WRITE."""
        if not 0 <= va < USER_TOP:
            raise Errno(EFAULT)
        pmap = self.pmap
        need = USER_STORE if access == PROT_WRITE else USER_LOAD
        at = pmap.leaf(pmap.root, va, 0)
        if at < 0 or pmap.words[at] & need != need:
            if self.fault(va, access):
                raise Errno(EFAULT)
            at = pmap.leaf(pmap.root, va, 0)
        return (pmap.words[at] >> PPN_SHIFT << 12) + (va & 4095)

    def copyin(self, va: int, length: int) -> bytes:
        """`length` bytes of user memory."""
        pmap = self.pmap
        data = pmap.load(pmap.root, va, length)
        if data is not None:
            return data
        if va + length > USER_TOP:
            raise Errno(EFAULT)
        out = []
        while length > 0:
            n = min(length, PAGE_SIZE - (va & 4095))
            pa = self._physical(va, PROT_READ)
            out.append(pmap.page[pa : pa + n])
            va += n
            length -= n
        return b"".join(out)

    def copyout(self, va: int, data: bytes | bytearray | memoryview) -> None:
        """Store bytes in user memory. A fault in the middle leaves what was stored before it."""
        pmap = self.pmap
        if pmap.store(pmap.root, va, data):
            return
        length = len(data)
        if va + length > USER_TOP:
            raise Errno(EFAULT)
        done = 0
        while done < length:
            n = min(length - done, PAGE_SIZE - (va & 4095))
            pa = self._physical(va, PROT_WRITE)
            pmap.frames.will_write(pa >> 12)
            pmap.page[pa : pa + n] = data[done : done + n]
            va += n
            done += n

    def prefault(self, va: int, length: int, access: int) -> None:
        """Bring in a whole buffer, so that a following copy cannot fail while nothing else runs."""
        if length <= 0:
            return
        if va + length > USER_TOP:
            raise Errno(EFAULT)
        end = va + length
        while va < end:
            self._physical(va, access)
            va = (va | 4095) + 1

    def copyinstr(self, va: int, maximum: int) -> bytes:
        """A NUL-terminated string, without the NUL. Raises Errno(ENAMETOOLONG) if none is in `maximum` bytes."""
        chunks: list[bytes] = []
        length = 0
        while length < maximum:
            # Most are short, and nothing may be asked of the page behind the last one.
            n = min(256 if length < PAGE_SIZE else PAGE_SIZE, PAGE_SIZE - (va & 4095), maximum - length)
            chunk = self.copyin(va, n)
            end = chunk.find(0)
            if end >= 0:
                return b"".join((*chunks, chunk[:end]))
            chunks.append(chunk)
            length += n
            va += n
        raise Errno(ENAMETOOLONG)

    def copyin_word(self, va: int) -> int:
        """An unsigned 64-bit word."""
        return int(_WORD.unpack(self.copyin(va, 8))[0])

    def copyin_int(self, va: int) -> int:
        """A signed 32-bit int."""
        return int(_INT.unpack(self.copyin(va, 4))[0])

    def copyout_word(self, va: int, value: int) -> None:
        """Store a 64-bit word, cut to its width."""
        self.copyout(va, _WORD.pack(value & 0xFFFF_FFFF_FFFF_FFFF))

    def copyout_int(self, va: int, value: int) -> None:
        """Store a signed 32-bit int."""
        self.copyout(va, _INT.pack(value))
