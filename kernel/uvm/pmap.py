"""Page tables: the Sv39 trees in emulated RAM (NetBSD: pmap.c).

For private memory the page table is the truth. A present entry holds one reference on its frame. A page is
copy-on-write when its entry lacks W although the map would allow a store; whether a store then copies the
frame or takes it over is decided by the frame's reference count (kernel.uvm.fault).

How fork duplicates a space is a strategy, chosen for a whole run:

- `none`: every page is copied at once. The oracle: nothing is shared, so nothing can go wrong.
- `page`: every table is copied, every page shared; W is cleared on both sides.

`Pmap.table_for(va)` is the only way to a leaf table that somebody is about to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from emu.machine.sv39 import ENTRIES, PPN_SHIFT, A, D, R, U, V, W, X
from kernel.uvm.page import ANON, PAGE_SIZE, TABLE, Frames

if TYPE_CHECKING:
    from emu.machine.hart import Hart

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4

# Translates byte 0 of an entry: W cleared, the rest kept.
_CLEAR_W = bytes(b & ~W for b in range(256))
_EMPTY_TABLE = bytes(PAGE_SIZE)
_LEAF_SPAN = ENTRIES * PAGE_SIZE  # bytes of address space under one leaf table


def pte_bits(prot: int, *, writable: bool) -> int:
    """PTE permission bits for a map protection.

    W without R is reserved in Sv39, so W brings R. A page that nobody may touch keeps its frame in an entry
    without U: the kernel's, as far as user mode is concerned.
    """
    if prot == 0:
        return V | R
    bits = V | U
    if prot & PROT_READ:
        bits |= R
    if prot & PROT_EXEC:
        bits |= X
    if writable:
        bits |= R | W
    return bits


class Pmap:
    """One address space's page tables. `root` is the page frame number of the root table."""

    __slots__ = ("frames", "hart", "resident", "root", "words")

    def __init__(self, frames: Frames, hart: Hart) -> None:
        """Raises Errno(ENOMEM) when there is no frame for the root table."""
        self.frames = frames
        self.hart = hart
        self.words = frames.ram.words
        self.root = frames.alloc(TABLE)
        self.resident = 0  # present leaf entries

    # -- finding entries ---------------------------------------------------------------------------

    def pte_at(self, va: int) -> int:
        """Index in `words` of the leaf entry of a user address, or -1 if there is no leaf table."""
        words = self.words
        entry = words[(self.root << 9) + (va >> 30)]
        if not entry & V:
            return -1
        entry = words[(entry >> PPN_SHIFT << 9) + (va >> 21 & 511)]
        if not entry & V:
            return -1
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def table_for(self, va: int) -> int:
        """Index in `words` of the leaf entry of a user address, making tables as needed, to be changed.

        Raises Errno(ENOMEM) when there is no frame for a table; the tables made so far stay.
        """
        words = self.words
        at = (self.root << 9) + (va >> 30)
        for shift in (21, 12):
            entry = words[at]
            if not entry & V:
                table = self.frames.alloc(TABLE)
                words[at] = entry = table << PPN_SHIFT | V
            at = (entry >> PPN_SHIFT << 9) + (va >> shift & 511)
        return at

    def leaf_tables(self, start: int = 0, end: int = 1 << 38) -> Iterator[tuple[int, int, int]]:
        """(address, index of the entry that names it, page frame number) of each leaf table in a range."""
        words = self.words
        first, last = start >> 30, (end - 1) >> 30
        for i in range(first, last + 1):
            middle = words[(self.root << 9) + i]
            if not middle & V:
                continue
            table = middle >> PPN_SHIFT << 9
            low = (start >> 21 & 511) if i == first else 0
            high = (end - 1 >> 21 & 511) if i == last else 511
            for j in range(low, high + 1):
                entry = words[table + j]
                if entry & V:
                    yield i << 30 | j << 21, table + j, entry >> PPN_SHIFT

    # -- changing entries --------------------------------------------------------------------------

    def enter(self, va: int, pfn: int, prot: int, *, writable: bool) -> None:
        """Map a page. The caller's reference on the frame becomes the entry's; a page there before is let go.

        Whoever replaces a page other than on the hart's own fault there calls `hart.downgraded()` as well.
        Raises Errno(ENOMEM), and then keeps no reference.
        """
        try:
            at = self.table_for(va)
        except BaseException:
            self.frames.release(pfn)
            raise
        old = self.words[at]
        if old & V:
            self.frames.release(old >> PPN_SHIFT)
        else:
            self.resident += 1
        bits = pte_bits(prot, writable=writable)
        if bits & X:
            self.frames.code[pfn] = 1
        self.words[at] = pfn << PPN_SHIFT | bits

    def allow_write(self, va: int) -> None:
        """Set W on a present page."""
        self.words[self.table_for(va)] |= R | W

    def set_prot(self, va: int, prot: int) -> None:
        """Give a present page all of `prot` but W, in place (a fault that only lacked R or X)."""
        at = self.table_for(va)
        bits = pte_bits(prot, writable=False)
        if bits & X:
            self.frames.code[self.words[at] >> PPN_SHIFT] = 1
        self.words[at] |= bits

    def remove(self, start: int, end: int) -> None:
        """Unmap [start, end): entries cleared, frames let go, leaf tables that lie wholly inside freed."""
        words, release = self.words, self.frames.release
        for base, at, table in list(self.leaf_tables(start, end)):
            low = max(start, base) - base >> 12
            high = min(end, base + _LEAF_SPAN) - base >> 12
            first = (table << 9) + low
            gone = [entry >> PPN_SHIFT for entry in words[first : (table << 9) + high] if entry & V]
            for pfn in gone:
                release(pfn)
            self.resident -= len(gone)
            if high - low == ENTRIES:
                words[at] = 0
                release(table)
            elif gone:
                self.frames.page[first << 3 : (table << 12) + (high << 3)] = _EMPTY_TABLE[: (high - low) << 3]
        self.hart.downgraded()

    def protect(self, start: int, end: int, prot: int) -> None:
        """Take from present pages in [start, end) what `prot` lacks. What it adds comes through faults."""
        keep = ~(U | R | W | X) | pte_bits(prot, writable=bool(prot & PROT_WRITE))
        for _, at in self.present(start, end):
            entry = self.words[at] & keep
            self.words[at] = entry if entry & (R | X) else entry & ~U | R
        self.hart.downgraded()

    def present(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """(address, index in `words`) of each present entry in [start, end), to be changed in place."""
        for base, _, _table in list(self.leaf_tables(start, end)):
            first = self.table_for(base)
            for i in range(max(start, base) - base >> 12, min(end, base + _LEAF_SPAN) - base >> 12):
                if self.words[first + i] & V:
                    yield base + (i << 12), first + i

    # -- fork and the end --------------------------------------------------------------------------

    def write_protect_table(self, table: int) -> None:
        """Clear W in all 512 entries of a leaf table: one strided pass over byte 0 of each."""
        page = self.frames.page
        span = slice(table << 12, (table + 1) << 12, 8)
        page[span] = page[span].tobytes().translate(_CLEAR_W)

    def destroy(self) -> None:
        """Let go of every page and every table. The pmap must not be in use by the hart."""
        words, release = self.words, self.frames.release
        root = self.root << 9
        for middle in words[root : root + 256]:
            if not middle & V:
                continue
            table = middle >> PPN_SHIFT
            for entry in words[table << 9 : (table + 1) << 9]:
                if not entry & V:
                    continue
                leaf = entry >> PPN_SHIFT
                for pte in words[leaf << 9 : (leaf + 1) << 9]:
                    if pte & V:
                        release(pte >> PPN_SHIFT)
                release(leaf)
            release(table)
        release(self.root)
        self.resident = 0


CowStrategy = Callable[[Pmap, Pmap], None]


def fork_sharing_pages(parent: Pmap, child: Pmap) -> None:
    """Copy every table, share every page: W is cleared in both spaces, and each frame counted once more.

    Pages that are meant to be shared lose W as well; the next store finds that the map allows it.
    Raises Errno(ENOMEM) with a child that holds what was copied so far and can be destroyed.
    """
    words, page, refs = parent.words, parent.frames.page, parent.frames.refs
    for va, _, table in parent.leaf_tables():
        parent.write_protect_table(table)
        copy = child.table_for(va) >> 9
        page[copy << 12 : (copy + 1) << 12] = page[table << 12 : (table + 1) << 12]
        for entry in words[table << 9 : (table + 1) << 9]:
            if entry:
                refs[entry >> PPN_SHIFT] += 1
    child.resident = parent.resident
    parent.hart.downgraded()


def fork_copying_pages(parent: Pmap, child: Pmap) -> None:
    """Copy every page that no object holds as well, at once. Raises Errno(ENOMEM) as above."""
    words, frames, page = parent.words, parent.frames, parent.frames.page
    for base, _, table in parent.leaf_tables():
        target = child.table_for(base)
        for i, entry in enumerate(words[table << 9 : (table + 1) << 9]):
            if not entry & V:
                continue
            pfn = entry >> PPN_SHIFT
            if frames.kind[pfn] == ANON:
                copy = frames.alloc(ANON, zero=False)
                page[copy << 12 : (copy + 1) << 12] = page[pfn << 12 : (pfn + 1) << 12]
                frames.code[copy] = frames.code[pfn]
                pfn = copy
            else:
                frames.hold(pfn)
            words[target + i] = pfn << PPN_SHIFT | entry & (1 << PPN_SHIFT) - 1 & ~(A | D)
            child.resident += 1


STRATEGIES: dict[str, CowStrategy] = {"none": fork_copying_pages, "page": fork_sharing_pages}
