"""How fork makes a child's address space from its parent's: three strategies behind one interface.

- `none`: every private page is copied at once. Nothing is shared, so nothing can go wrong: the oracle.
- `page`: every table is copied and every page shared, without W on either side: copy-on-write as in the book.
- `table`: only the root table's entries are copied; whole subtrees are shared, and a fault pushes the sharing
  one level down. The cost does not depend on the size of the space ("On-demand-fork", Zhao and others, EuroSys
  2021; there the upper entries are write-protected, which Sv39 cannot do, so here they are made invalid).

A strategy raises Errno(ENOMEM) when a frame is missing. The parent is then as good as before, and the child
holds what it got so far and can be destroyed.
"""

from __future__ import annotations

from collections.abc import Callable

from emu.machine.sv39 import PPN_SHIFT, A, D, V, W
from kernel.errno import Errno
from kernel.uvm.page import ANON
from kernel.uvm.pmap import CLEAR_W, Pmap

CowStrategy = Callable[[Pmap, Pmap], None]

def share_tables(parent: Pmap, child: Pmap) -> None:
    """Both root tables name the same level-1 tables, with V clear."""
    words, refs = parent.words, parent.frames.refs
    shift = (child.root << 9) - (parent.root << 9)
    child.slots = parent.slots.copy()
    for at in parent.root_entries():
        entry = words[at] & ~V
        words[at] = words[at + shift] = entry
        refs[entry >> PPN_SHIFT] += 1
    child.resident = parent.resident
    parent.hart.downgraded()


def share_pages(parent: Pmap, child: Pmap) -> None:
    """Every table is copied, and each page counted once more; no entry on either side keeps W.

    Pages that are meant to be shared lose W as well; the next store finds that the map allows it.
    """
    words, frames = parent.words, parent.frames
    for va, at in parent.leaf_entries():
        table = words[at] >> PPN_SHIFT
        frames.hold(table)  # splitting is for tables with two owners
        try:
            copy = parent.split_table(table, W, CLEAR_W)
        except Errno:
            frames.release(table)
            raise
        child.set_table(va, copy)
    child.resident = parent.resident
    parent.hart.downgraded()


def copy_pages(parent: Pmap, child: Pmap) -> None:
    """Every page is copied, but those that an object holds as well are shared."""
    words, frames, page = parent.words, parent.frames, parent.frames.page
    for va, at in parent.leaf_entries():
        table = words[at] >> PPN_SHIFT
        for i in parent.used(table):
            entry = words[i]
            pfn = entry >> PPN_SHIFT
            target = child.table_for(va + ((i & 511) << 12))
            if frames.kind[pfn] == ANON:
                copy = frames.alloc(ANON, zero=False)
                page[copy << 12 : (copy + 1) << 12] = page[pfn << 12 : (pfn + 1) << 12]
                frames.code[copy] = frames.code[pfn]
                pfn = copy
            else:
                frames.hold(pfn)
            words[target] = pfn << PPN_SHIFT | entry & (1 << PPN_SHIFT) - 1 & ~(A | D)
            child.resident += 1


STRATEGIES: dict[str, CowStrategy] = {"none": copy_pages, "page": share_pages, "table": share_tables}
DEFAULT = "table"
