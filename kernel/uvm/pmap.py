"""Page tables: the Sv39 trees in emulated RAM (NetBSD: pmap.c).

For private memory the page table is the truth. Encodings, beyond the hardware's:

- A present leaf entry holds one reference on its frame. A page is copy-on-write when its entry lacks W
  although the map would allow a store; whether a store then copies the frame or takes it over is decided by
  the frame's reference count (kernel.uvm.fault).
- An upper entry that is not 0 but has V clear names a *shared* subtree: a table that other spaces name as
  well, counted in the table frame's reference count. The hardware faults on it, and `unshare` pushes the
  sharing one level down, as far as the fault needs.
- An upper entry with V and RSW0 names a shared leaf table that may be read through: W is clear in all of it.

So nothing that is shared can be stored to through any page table, and nothing shared needs a side table.

How fork makes a space share with its child is a strategy (kernel.uvm.cow). `Pmap.table_for(va)` is the only
way to a leaf table that somebody is about to change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.machine.sv39 import ENTRIES, PPN_SHIFT, RSW0, R, U, V, W, X
from kernel.uvm.page import TABLE, Frames

if TYPE_CHECKING:
    from emu.machine.hart import Hart

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4

LEAF, MIDDLE, ROOT = 1, 2, 3  # levels of page tables, as Frames.release counts them: over the pages
LEAF_SPAN = 1 << 21  # bytes of address space under a leaf table
SHARED_READ = RSW0
ALL_BITS = (1 << 64) - 1


def pte_bits(prot: int, *, writable: bool) -> int:
    """PTE permission bits for a map protection.

    W without R is reserved in Sv39, so W brings R. A page that nobody may touch keeps its frame in an entry
    without U: the kernel's, as far as user mode is concerned.
    """
    if prot == 0:
        return V | R
    bits = V | U
    if prot & (PROT_READ | PROT_WRITE):
        bits |= R
    if prot & PROT_EXEC:
        bits |= X
    if writable:
        bits |= R | W
    return bits


class Pmap:
    """One address space's page tables. `root` is the page frame number of the root table."""

    __slots__ = (
        "clear", "code", "frames", "hart", "leaf", "load", "page", "resident", "root", "share", "slots", "store",
        "used", "words",
    )  # fmt: skip

    def __init__(self, frames: Frames, hart: Hart) -> None:
        """Raises Errno(ENOMEM) when there is no frame for the root table."""
        self.frames = frames
        self.hart = hart
        self.words = frames.ram.words
        self.page = frames.page
        self.code = frames.code
        access = frames.ram.access
        self.leaf, self.load, self.store = access.leaf, access.load, access.store
        self.used, self.clear, self.share = access.used, access.clear, access.share
        self.root = frames.alloc(TABLE)
        self.slots: list[int] = []  # the root entries in use
        self.resident = 0  # present leaf entries, shared or not

    # -- looking -----------------------------------------------------------------------------------

    def pte(self, va: int) -> int:
        """The leaf entry of a user address, seen through shared tables too; 0 if there is none."""
        words = self.words
        entry = words[(self.root << 9) + (va >> 30)]
        if entry:
            entry = words[(entry >> PPN_SHIFT << 9) + (va >> 21 & 511)]
            if entry:
                return words[(entry >> PPN_SHIFT << 9) + (va >> 12 & 511)]
        return 0

    def root_entries(self) -> list[int]:
        """Indices in `words` of the root table's entries in use."""
        root = self.root << 9
        return [root + slot for slot in self.slots]

    # -- the way to a leaf table, pushing sharing down ----------------------------------------------

    def table_for(self, va: int) -> int:
        """Index in `words` of the leaf entry of a user address, to be changed: tables are made or unshared.

        Raises Errno(ENOMEM) when there is no frame for a table; what was made so far stays.
        """
        words = self.words
        at = (self.root << 9) + (va >> 30)
        entry = words[at]
        if not entry & V:
            if entry:
                entry = self._unshare_middle(at)
            else:
                entry = self._new_table(at)
                self.slots.append(va >> 30)
        at = (entry >> PPN_SHIFT << 9) + (va >> 21 & 511)
        entry = words[at]
        if not entry & V or entry & SHARED_READ:
            entry = self._unshare_leaf(at) if entry else self._new_table(at)
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def readable(self, va: int) -> int:
        """Make an address's leaf entry reachable for reading; its index in `words`, or -1 if there is no table.

        A shared leaf table stays shared: W is cleared in all of it and the entry above marked.
        """
        words = self.words
        at = (self.root << 9) + (va >> 30)
        entry = words[at]
        if not entry & V:
            if not entry:
                return -1
            entry = self._unshare_middle(at)
        at = (entry >> PPN_SHIFT << 9) + (va >> 21 & 511)
        entry = words[at]
        if not entry & V:
            if not entry:
                return -1
            table = entry >> PPN_SHIFT
            entry |= V
            if self.frames.refs[table] > 1:
                self.clear(table, 0, ENTRIES, W)
                entry |= SHARED_READ
            words[at] = entry
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def set_table(self, va: int, leaf: int) -> None:
        """Put a ready leaf table where there is none yet. Raises Errno(ENOMEM), and then frees it."""
        try:
            empty = self.table_for(va) >> 9
        except BaseException:
            self.frames.release(leaf, LEAF)
            raise
        at = (self.words[(self.root << 9) + (va >> 30)] >> PPN_SHIFT << 9) + (va >> 21 & 511)
        self.words[at] = leaf << PPN_SHIFT | V
        self.frames.release(empty)

    def _new_table(self, at: int) -> int:
        """An empty table, named by the entry at `at`."""
        table = self.frames.alloc(TABLE)
        self.words[at] = entry = table << PPN_SHIFT | V
        return entry

    def _unshare_middle(self, at: int) -> int:
        """A root entry's level-1 table becomes this space's own; its leaf tables are shared instead."""
        words, frames = self.words, self.frames
        table = words[at] >> PPN_SHIFT
        if frames.refs[table] > 1:
            table = self.split_table(table, V)
        words[at] = entry = table << PPN_SHIFT | V
        return entry

    def _unshare_leaf(self, at: int) -> int:
        """A level-1 entry's leaf table becomes this space's own; its pages are shared instead, without W."""
        words, frames = self.words, self.frames
        table = words[at] >> PPN_SHIFT
        if frames.refs[table] > 1:
            table = self.split_table(table, W)
        words[at] = entry = table << PPN_SHIFT | V
        return entry

    def split_table(self, table: int, bit: int) -> int:
        """Leave a shared table to its other owners and return a copy for this space, as `duplicate`."""
        copy = self.duplicate(table, bit)
        self.frames.refs[table] -= 1
        return copy

    def duplicate(self, table: int, bit: int = W) -> int:
        """A copy of a table. What its entries name has one owner more, and `bit` is clear in every entry of both.

        Raises Errno(ENOMEM), with nothing changed.
        """
        copy = self.frames.alloc(TABLE, zero=False)
        self.share(copy, table, bit)
        return copy

    def leaf_entries(self, start: int = 0, end: int = 1 << 38) -> list[tuple[int, int]]:
        """(address, index in `words`) of each level-1 entry in use in a range; level-1 tables are unshared."""
        found = []
        first, last = start >> 30, (end - 1) >> 30
        for slot in self.slots:
            if first <= slot <= last:
                entry = self.words[at := (self.root << 9) + slot]
                if not entry & V:
                    entry = self._unshare_middle(at)
                for j in self.used(entry >> PPN_SHIFT):
                    va = slot << 30 | (j & 511) << 21
                    if start < va + LEAF_SPAN and va < end:
                        found.append((va, j))
        return found

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
        self.put(at, pfn, pte_bits(prot, writable=writable))

    def put(self, at: int, pfn: int, bits: int) -> None:
        """As `enter`, at an entry that `table_for` gave."""
        old = self.words[at]
        if old & V:
            self.frames.release(old >> PPN_SHIFT)
        else:
            self.resident += 1
        if bits & X:
            self.code[pfn] = 1
        self.words[at] = pfn << PPN_SHIFT | bits

    def enter_run(self, va: int, pfns: list[int], bits: int) -> None:
        """Map consecutive pages under one leaf table, those that are absent; a pfn of 0 stands for none.

        Each entry takes a reference of its own. Raises Errno(ENOMEM), with no page mapped.
        """
        first = self.table_for(va)
        words, refs, code = self.words, self.frames.refs, self.code
        for at, pfn in enumerate(pfns, first):
            if pfn and not words[at]:
                words[at] = pfn << PPN_SHIFT | bits
                refs[pfn] += 1
                self.resident += 1
                if bits & X:
                    code[pfn] = 1

    def grant(self, va: int, prot: int, *, writable: bool) -> None:
        """Add permissions to a present page, in place."""
        at = self.table_for(va)
        bits = pte_bits(prot, writable=writable)
        if bits & X:
            self.frames.code[self.words[at] >> PPN_SHIFT] = 1
        entry = self.words[at]
        self.words[at] = (entry if entry & U else entry & ~R) | bits  # R without U is what nobody may touch

    def remove(self, start: int, end: int) -> None:
        """Unmap [start, end): pages let go, tables that lie wholly inside freed or left to who shares them.

        Raises Errno(ENOMEM) if a table shared with a relative must be copied first and there is no frame; then
        nothing is unmapped.
        """
        words, frames = self.words, self.frames
        self.hart.downgraded()
        tables = self.leaf_entries(start, end)
        for base, _ in tables:
            if base < start or base + LEAF_SPAN > end:
                self.table_for(base)
        for base, at in tables:
            low = max(start, base) - base >> 12
            high = min(end, base + LEAF_SPAN) - base >> 12
            if high - low == ENTRIES:
                table = words[at] >> PPN_SHIFT
                self.resident -= len(self.used(table))
                words[at] = 0
                frames.release(table, LEAF)
                continue
            table = words[at] >> PPN_SHIFT
            self.resident -= sum(low <= i & 511 < high for i in self.used(table))
            frames.release_entries(table, low, high)
            self.clear(table, low, high, ALL_BITS)

    def protect(self, start: int, end: int, prot: int) -> None:
        """Take from present pages in [start, end) what `prot` lacks. What it adds comes through faults.

        A page that loses X loses W as well: the next store is to be noticed, for code is translated from it.
        Raises Errno(ENOMEM) if a table shared with a relative must be copied and there is no frame; some pages have
        lost permissions then, which faults give back.
        """
        keep = ~(U | R | W | X) | pte_bits(prot, writable=bool(prot & PROT_WRITE))
        self.hart.downgraded()
        for _, at in self.present(start, end):
            entry = self.words[at]
            if entry & X and not keep & X:
                entry &= ~W
            entry &= keep
            self.words[at] = entry if entry & (R | X) else entry & ~U | R

    def present(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """(address, index in `words`) of each present entry in [start, end), to be changed in place."""
        for base, _ in self.leaf_entries(start, end):
            first = self.table_for(base)
            low, high = max(start, base) - base >> 12, min(end, base + LEAF_SPAN) - base >> 12
            for i in self.used(first >> 9):
                if low <= i - first < high:
                    yield base + (i - first << 12), i

    # -- the end -----------------------------------------------------------------------------------

    def destroy(self) -> None:
        """Let go of every table, and of every page whose last table goes. The hart must not be in this space."""
        self.frames.release(self.root, ROOT)
        self.resident = 0
