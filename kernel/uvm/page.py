"""Physical page frames (NetBSD: uvm_page.c).

A frame that was mapped executable is marked in `code`: the machine may hold a translation of what is in it, so
whoever in the kernel changes its bytes says so first (`will_write`). One that a shared mapping may store to is
marked in `stored` (kernel.uvm.code), and in `dirty` as well, until who has the page on disk says otherwise.

A frame's reference count is the number of leaf PTEs and memory objects that hold it; page-table pages and
U-areas are held once by their owner. When the count falls to 0 the frame is free.

Frames that were never used are zero already: RAM is fresh host memory. They are handed out by a moving
mark, so that start-up costs the same for any amount of RAM; freed frames are reused last in, first out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.machine.access import ANYTHING
from kernel.errno import ENOMEM, Errno

if TYPE_CHECKING:
    from emu.machine.ram import Ram

PAGE_SIZE = 4096
PAGE_SHIFT = 12
ZERO_PAGE = bytes(PAGE_SIZE)

# What a frame is used for, for audits and views, and for the fork that copies what is nobody else's (cow.py).
FREE, ANON, OBJECT, TABLE, UAREA = 0, 1, 2, 3, 4
KINDS = ("free", "anon", "object", "page table", "uarea")


class Frames:
    """The allocator. `refs[pfn]` and `kind[pfn]` are by page frame number (physical address >> 12).

    `release(pfn)`: one reference less; the last one frees the frame. `release(table, level)`: of a page table, which
    lets go of what its entries name when it is freed. `release_entries(table, first, end)`: what the entries
    [first, end) of a leaf table name is let go of; they stay.
    """

    __slots__ = (
        "_mark", "_memory", "_stack", "_take", "code", "copy_page", "dirty", "fail_after", "fail_kind", "forget_code",
        "kind", "page", "ram", "refs", "release", "release_entries", "stored", "total", "zero_page",
    )  # fmt: skip

    release: Callable[..., None]
    release_entries: Callable[[int, int, int], None]

    def __init__(self, ram: Ram) -> None:
        self.ram = ram
        self.page = ram.bytes
        self.zero_page, self.copy_page, self._take = ram.access.zero, ram.access.copy, ram.access.take
        self.release, self.release_entries = ram.access.drop, ram.access.release
        self.total = ram.size >> PAGE_SHIFT
        self.refs = ram.refs
        self.kind = ram.kind
        self.code = ram.code
        self.stored = bytearray(self.total)
        self.dirty = bytearray(self.total)
        self.forget_code: Callable[[int], None] = lambda pfn: None  # the hart's, once there is one
        self._stack, self._memory = ram.free, ram.access.memory
        self._mark = 1  # frame 0 is never handed out: no PTE and no satp may name physical address 0
        self.fail_after = -1  # fault injection: allocations to allow before one fails; -1 is never
        self.fail_kind = -1  # of this kind, or -1: of any

    @property
    def used(self) -> int:
        """How many frames are in use."""
        return self._mark - 1 - self._memory.count

    @property
    def free(self) -> int:
        """How many frames are free."""
        return self.total - 1 - self.used

    @property
    def mark(self) -> int:
        """The first frame of those at the end of RAM that were never used."""
        return self._mark

    def alloc(self, kind: int, *, zero: bool = True) -> int:
        """A frame with one reference. Its contents are zero, or arbitrary if `zero` is false.

        Raises Errno(ENOMEM) when memory is full.
        """
        if self.fail_after >= 0 and self.fail_kind in (-1, kind):
            self.fail_after -= 1
            if self.fail_after < 0:
                raise Errno(ENOMEM)
        source = 0 if zero else ANYTHING
        pfn = self._take(kind, source)
        if pfn:
            return pfn
        if self._memory.count:
            pfn = self._stack[self._memory.count - 1]
            self.forget_code(pfn)
            self.code[pfn] = 0
            return self._take(kind, source)
        if self._mark == self.total:
            raise Errno(ENOMEM)
        pfn = self._mark
        self._mark += 1
        self.refs[pfn] = 1
        self.kind[pfn] = kind
        return pfn

    def alloc_copy(self, kind: int, source: int) -> int:
        """As `alloc`, with the contents of the frame `source`."""
        pfn = self.alloc_clean(kind, source)
        if not pfn:
            pfn = self.alloc(kind, zero=False)
            self.copy_page(pfn, source)
        return pfn

    def alloc_clean(self, kind: int, source: int = 0) -> int:
        """As `alloc`, of a frame that was used before and held no code; 0 if the next one is none such.

        It is zero, or a copy of the frame `source`.
        """
        return self._take(kind, source) if self.fail_after < 0 else 0

    def alloc_pair(self, kind: int) -> int:
        """Two adjacent frames, for a U-area; the number of the first. Raises Errno(ENOMEM)."""
        if self._mark + 1 >= self.total:
            return self._adjacent_free(kind)
        pfn = self._mark
        self._mark += 2
        for f in (pfn, pfn + 1):
            self.refs[f] = 1
            self.kind[f] = kind
        return pfn

    def _adjacent_free(self, kind: int) -> int:
        """A pair out of the free list, once no untouched memory is left."""
        free = set(self._stack[: self._memory.count])
        for pfn in sorted(free):
            if pfn + 1 in free:
                free -= {pfn, pfn + 1}
                for i, f in enumerate([f for f in self._stack[: self._memory.count] if f in free]):
                    self._stack[i] = f
                self._memory.count = len(free)
                for f in (pfn, pfn + 1):
                    self.will_write(f)
                    self.code[f] = 0
                    self.refs[f] = 1
                    self.kind[f] = kind
                return pfn
        raise Errno(ENOMEM)

    def will_write(self, pfn: int) -> None:
        """The kernel is about to change the frame's contents behind the hart's back."""
        if self.code[pfn]:
            self.forget_code(pfn)

    def hold(self, pfn: int) -> None:
        """One more reference."""
        self.refs[pfn] += 1

    def read(self, pfn: int) -> memoryview:
        """The frame's 4096 bytes, writable, in place."""
        return self.page[pfn << 12 : (pfn + 1) << 12]
