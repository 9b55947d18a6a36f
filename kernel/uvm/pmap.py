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

# What fork does to 512 entries at once, as translations of byte 0 of each.
_CLEAR_W = bytes(b & ~W for b in range(256))
_CLEAR_V = bytes(b & ~V for b in range(256))
_EMPTY_CHUNK = bytes(64 * 8)
_ROOT_SPAN, _LEAF_SPAN = 1 << 30, 1 << 21  # bytes of address space under a root entry, under a leaf table
_USER_ENTRIES = 256  # of the root table
_SHARED_READ = RSW0


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
        self.resident = 0  # present leaf entries, shared or not

    # -- looking -----------------------------------------------------------------------------------

    def pte_at(self, va: int) -> int:
        """Index in `words` of a user address's leaf entry as the hardware finds it; -1 if V is clear above it."""
        words = self.words
        entry = words[(self.root << 9) + (va >> 30)]
        if not entry & V:
            return -1
        entry = words[(entry >> PPN_SHIFT << 9) + (va >> 21 & 511)]
        if not entry & V:
            return -1
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def pte(self, va: int) -> int:
        """The leaf entry of a user address, seen through shared tables too; 0 if there is none."""
        words = self.words
        entry = words[(self.root << 9) + (va >> 30)]
        if entry:
            entry = words[(entry >> PPN_SHIFT << 9) + (va >> 21 & 511)]
            if entry:
                return words[(entry >> PPN_SHIFT << 9) + (va >> 12 & 511)]
        return 0

    def used(self, table: int, low: int = 0, high: int = ENTRIES) -> list[int]:
        """Indices in `words` of the entries of a table that are not 0, among those numbered low to high-1.

        Most tables are nearly empty, so 64 entries at a time are first compared with zeroes as a whole.
        """
        base = table << 9
        contents = self.frames.page[table << 12 : (table + 1) << 12].tobytes()
        found: list[int] = []
        for chunk in range(low >> 6, high + 63 >> 6):
            if contents[chunk << 9 : (chunk + 1) << 9] != _EMPTY_CHUNK:
                first = base + (chunk << 6)
                found += [i for i, entry in enumerate(self.words[first : first + 64], first) if entry]
        if low & 63 or high & 63:
            found = [i for i in found if low <= i - base < high]
        return found

    # -- the way to a leaf table, pushing sharing down ----------------------------------------------

    def table_for(self, va: int) -> int:
        """Index in `words` of the leaf entry of a user address, to be changed: tables are made or unshared.

        Raises Errno(ENOMEM) when there is no frame for a table; what was made so far stays.
        """
        words = self.words
        at = (self.root << 9) + (va >> 30)
        entry = words[at]
        if not entry & V:
            entry = self._unshare_middle(at) if entry else self._new_table(at)
        at = (entry >> PPN_SHIFT << 9) + (va >> 21 & 511)
        entry = words[at]
        if not entry & V or entry & _SHARED_READ:
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
                self._translate(table, _CLEAR_W)
                entry |= _SHARED_READ
            words[at] = entry
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def _new_table(self, at: int) -> int:
        self.words[at] = entry = self.frames.alloc(TABLE) << PPN_SHIFT | V
        return entry

    def _unshare_middle(self, at: int) -> int:
        """A root entry's level-1 table becomes this space's own; its leaf tables are shared instead."""
        words, frames = self.words, self.frames
        table = words[at] >> PPN_SHIFT
        if frames.refs[table] > 1:
            copy = frames.alloc(TABLE, zero=False)
            for i in self.used(table):
                frames.refs[words[i] >> PPN_SHIFT] += 1
            self._translate(table, _CLEAR_V)
            frames.page[copy << 12 : (copy + 1) << 12] = frames.page[table << 12 : (table + 1) << 12]
            frames.refs[table] -= 1
            table = copy
        words[at] = entry = table << PPN_SHIFT | V
        return entry

    def _unshare_leaf(self, at: int) -> int:
        """A level-1 entry's leaf table becomes this space's own; its pages are shared instead, without W."""
        words, frames = self.words, self.frames
        table = words[at] >> PPN_SHIFT
        if frames.refs[table] > 1:
            copy = frames.alloc(TABLE, zero=False)
            refs = frames.refs
            for i in self.used(table):
                refs[words[i] >> PPN_SHIFT] += 1
            self._translate(table, _CLEAR_W)
            frames.page[copy << 12 : (copy + 1) << 12] = frames.page[table << 12 : (table + 1) << 12]
            refs[table] -= 1
            table = copy
        words[at] = entry = table << PPN_SHIFT | V
        return entry

    def _translate(self, table: int, translation: bytes) -> None:
        """Change byte 0 of all 512 entries of a table."""
        page = self.frames.page
        span = slice(table << 12, (table + 1) << 12, 8)
        page[span] = page[span].tobytes().translate(translation)

    def write_protect(self, table: int) -> None:
        """Clear W in all entries of a leaf table."""
        self._translate(table, _CLEAR_W)

    def leaf_entries(self, start: int = 0, end: int = _USER_ENTRIES << 30) -> list[tuple[int, int]]:
        """(address, index in `words`) of each level-1 entry in use in a range; level-1 tables are unshared."""
        found = []
        first, last = start >> 30, (end - 1) >> 30
        for at in self.used(self.root, first, last + 1):
            entry = self.words[at]
            if not entry & V:
                entry = self._unshare_middle(at)
            i = at - (self.root << 9)
            low = (start >> 21 & 511) if i == first else 0
            high = (end - 1 >> 21 & 511) if i == last else 511
            base = entry >> PPN_SHIFT << 9
            found += [(i << 30 | j - base << 21, j) for j in self.used(entry >> PPN_SHIFT, low, high + 1)]
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
        old = self.words[at]
        if old & V:
            self.frames.release(old >> PPN_SHIFT)
        else:
            self.resident += 1
        bits = pte_bits(prot, writable=writable)
        if bits & X:
            self.frames.code[pfn] = 1
        self.words[at] = pfn << PPN_SHIFT | bits

    def grant(self, va: int, prot: int, *, writable: bool) -> None:
        """Add permissions to a present page, in place."""
        at = self.table_for(va)
        bits = pte_bits(prot, writable=writable)
        if bits & X:
            self.frames.code[self.words[at] >> PPN_SHIFT] = 1
        self.words[at] |= bits

    def remove(self, start: int, end: int) -> None:
        """Unmap [start, end): pages let go, tables that lie wholly inside freed or left to who shares them.

        Raises Errno(ENOMEM) if a table shared with a relative must be copied first and there is no frame.
        """
        words, frames = self.words, self.frames
        for base, at in self.leaf_entries(start, end):
            low = max(start, base) - base >> 12
            high = min(end, base + _LEAF_SPAN) - base >> 12
            if high - low == ENTRIES:
                table = words[at] >> PPN_SHIFT
                self.resident -= sum(1 for _ in self.used(table))
                words[at] = 0
                self._drop_leaf(table)
                continue
            first = self.table_for(base)
            gone = list(self.used(first >> 9, low, high))
            for i in gone:
                frames.release(words[i] >> PPN_SHIFT)
                words[i] = 0
            self.resident -= len(gone)
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
        for base, _ in self.leaf_entries(start, end):
            first = self.table_for(base)
            low, high = max(start, base) - base >> 12, min(end, base + _LEAF_SPAN) - base >> 12
            for i in self.used(first >> 9, low, high):
                yield base + (i - first << 12), i

    # -- the end -----------------------------------------------------------------------------------

    def destroy(self) -> None:
        """Let go of every table, and of every page whose last table goes. The hart must not be in this space."""
        for at in self.used(self.root, 0, _USER_ENTRIES):
            self._drop_middle(self.words[at] >> PPN_SHIFT)
        self.frames.release(self.root)
        self.resident = 0

    def _drop_middle(self, table: int) -> None:
        if self.frames.refs[table] == 1:
            for at in self.used(table):
                self._drop_leaf(self.words[at] >> PPN_SHIFT)
        self.frames.release(table)

    def _drop_leaf(self, table: int) -> None:
        frames = self.frames
        if frames.refs[table] == 1:
            words = self.words
            for at in self.used(table):
                frames.release(words[at] >> PPN_SHIFT)
        frames.release(table)
