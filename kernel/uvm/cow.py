"""How fork makes a child's address space from its parent's: three strategies behind one interface.

- `none`: every private page is copied at once. Nothing is shared, so nothing can go wrong: the oracle.
- `page`: every table is copied and every page shared, without W on either side: copy-on-write as in the book.
- `table`: only the root table's entries are copied; whole subtrees are shared, and a fault pushes the sharing
  one level down. The cost does not depend on the size of the space ("On-demand-fork", Zhao and others, EuroSys
  2021; there the upper entries are write-protected, which Sv39 cannot do, so here they are made invalid).

A strategy is told to which addresses both sides will most likely store at once. Only `table` makes use of it:
a page copied at fork is two faults less.

A strategy raises Errno(ENOMEM) when a frame is missing. The parent is then as good as before, and the child
holds what it got so far and can be destroyed.
"""

from __future__ import annotations

from collections.abc import Callable

from emu.machine.sv39 import PPN_SHIFT, A, D, V, W, X
from kernel.uvm.page import ANON, TABLE
from kernel.uvm.pmap import MIDDLE, SHARED_READ, Pmap

SMALL_MIDDLE = 6  # so many entries may a level-1 table have to be copied at fork rather than shared

CowStrategy = Callable[[Pmap, Pmap, list[int]], None]


def share_tables(parent: Pmap, child: Pmap, soon: list[int], small: int = SMALL_MIDDLE) -> None:
    """Both spaces name the same tables, with V clear above them.

    Small tables are copied instead: that costs less than the faults by which they would be unshared. What is
    small is bounded (`small` entries of a level-1 table), so the cost of a fork still is.
    """
    words, frames = parent.words, parent.frames
    shift = (child.root << 9) - (parent.root << 9)
    for slot in parent.slots:
        at = (parent.root << 9) + slot
        entry = words[at]
        middle = entry >> PPN_SHIFT
        used = parent.used(middle) if entry & V else ()
        if 0 < len(used) <= small:
            words[at + shift] = _copy_middle(parent, middle, used) << PPN_SHIFT | V
        else:
            words[at] = words[at + shift] = entry & ~V
            frames.refs[middle] += 1
        child.slots.append(slot)
    child.resident = parent.resident
    parent.hart.downgraded()
    for va in soon:
        _copy_stored_page(parent, child, va)


def _copy_middle(parent: Pmap, middle: int, used: list[int]) -> int:
    """A copy of a small level-1 table: its leaf tables are copied, too, but those that are shared already.

    Raises Errno(ENOMEM), with nothing left behind.
    """
    words = parent.words
    copy = parent.frames.alloc(TABLE)
    shift = (copy << 9) - (middle << 9)
    try:
        for at in used:
            entry = words[at]
            leaf = entry >> PPN_SHIFT
            if entry & (V | SHARED_READ) == V:
                words[at + shift] = parent.duplicate(leaf) << PPN_SHIFT | V
                continue
            words[at + shift] = entry
            parent.frames.refs[leaf] += 1
    except BaseException:
        parent.frames.release(copy, MIDDLE)
        raise
    return copy


def share_pages(parent: Pmap, child: Pmap, _soon: list[int]) -> None:
    """Every table is copied, and each page counted once more; no entry on either side keeps W.

    Pages that are meant to be shared lose W as well; the next store finds that the map allows it.
    """
    for va, at in parent.leaf_entries():
        child.set_table(va, parent.duplicate(parent.words[at] >> PPN_SHIFT))
    child.resident = parent.resident
    parent.hart.downgraded()


def copy_pages(parent: Pmap, child: Pmap, _soon: list[int]) -> None:
    """Every page is copied, but those that an object holds as well are shared."""
    words, frames = parent.words, parent.frames
    for va, at in parent.leaf_entries():
        table = words[at] >> PPN_SHIFT
        for i in parent.used(table):
            entry = words[i]
            pfn = entry >> PPN_SHIFT
            target = child.table_for(va + ((i & 511) << 12))
            if frames.kind[pfn] == ANON:
                copy = frames.alloc_copy(ANON, pfn)
                frames.code[copy] = frames.code[pfn]
                pfn = copy
            else:
                frames.hold(pfn)
            words[target] = pfn << PPN_SHIFT | entry & (1 << PPN_SHIFT) - 1 & ~(A | D)
            child.resident += 1


def _copy_stored_page(parent: Pmap, child: Pmap, va: int) -> None:
    """Give the child its own copy of a page that both sides will store to at once, as their stack's.

    It saves both of them a fault. Without a frame to spare, or a table of their own, they fault.
    """
    words, frames = parent.words, parent.frames
    at, child_at = parent.leaf(parent.root, va, SHARED_READ), parent.leaf(child.root, va, SHARED_READ)
    if at < 0 or child_at < 0 or not frames.free:
        return
    entry = words[at]
    pfn = entry >> PPN_SHIFT
    if frames.code[pfn]:
        return  # a store to it is not for here (kernel.uvm.code)
    if words[child_at] != entry or entry & (V | X) != V or frames.refs[pfn] != 2 or frames.kind[pfn] != ANON:
        return
    copy = frames.alloc_copy(ANON, pfn)
    words[child_at] = copy << PPN_SHIFT | entry & (1 << PPN_SHIFT) - 1 | W
    words[at] = entry | W
    frames.refs[pfn] = 1


STRATEGIES: dict[str, CowStrategy] = {"none": copy_pages, "page": share_pages, "table": share_tables}
DEFAULT = "table"
