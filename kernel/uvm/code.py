"""Pages that hold code, and stores to them.

The machine keeps translations of code by physical address. It notices a store to translated code only if the
page is mapped writable and executable at once; otherwise it looks at the first store through a mapping and no
further. So the kernel never lets a frame be writable through one page-table entry while another, without W, is
executable: who stores takes X from the others and drops the translations, who executes takes W from the others.
Programs that ask for both in one mapping get both, and pay for it with slow stores.

A private page has one mapping when it can be stored to. Only pages of objects have aliases: a file's page that
is mapped twice, or by several processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, W, X
from kernel.uvm.spaces import live_spaces

if TYPE_CHECKING:
    from kernel.uvm.map import MapEntry, VmSpace


def before_store(vm: VmSpace, entry: MapEntry, va: int, pfn: int) -> None:
    """A frame's mapping at `va` is about to get W. Raises Errno(ENOMEM) with nothing granted."""
    frames = vm.kernel.frames
    if frames.code[pfn]:
        if entry.shared:
            _take_from_others(vm, entry, va, pfn, X)
        if not vm.pmap.pte(va) & X:
            frames.forget_code(pfn)
            frames.code[pfn] = 0
    frames.stored[pfn] = entry.shared
    if entry.shared:
        frames.dirty[pfn] = 1


def before_fetch(vm: VmSpace, entry: MapEntry, va: int, pfn: int) -> None:
    """A frame's mapping at `va` is about to get X. Raises Errno(ENOMEM) with nothing granted."""
    frames = vm.kernel.frames
    if frames.stored[pfn]:
        if entry.obj is not None:
            _take_from_others(vm, entry, va, pfn, W)
        frames.stored[pfn] = bool(vm.pmap.pte(va) & W)  # its own mapping may have both


def _take_from_others(vm: VmSpace, entry: MapEntry, va: int, pfn: int, permission: int) -> None:
    """Clear a permission in every entry for an object's page but the one at `va` in this space."""
    page = va & ~4095
    offset = entry.offset + page - entry.start
    for space, _ in live_spaces(vm.kernel):
        pmap = space.pmap
        for other in space.entries:
            there = other.start + offset - other.offset
            if other.obj is not entry.obj or not other.start <= there < other.end:
                continue
            pte = pmap.pte(there)
            if pte & permission and pte >> PPN_SHIFT == pfn and (pmap is not vm.pmap or there != page):
                pmap.words[pmap.table_for(there)] &= ~permission
    vm.pmap.hart.downgraded()
