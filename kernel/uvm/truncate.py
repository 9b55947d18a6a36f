"""Pages of a file that becomes shorter (NetBSD: uvm_vnp_setsize, pmap_page_protect).

Whoever maps them must not see them any more: the next access beyond the new end is SIGBUS. Copies that a
private mapping has made of them stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT
from kernel.uvm.spaces import live_spaces

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.uvm.map import MapEntry, VmSpace
    from kernel.uvm.object import UvmObject


def unmap_pages(kernel: Kernel, obj: UvmObject, first: int) -> None:
    """Take an object's pages from index `first` on out of every address space.

    Raises Errno(ENOMEM), with some of them gone, if a page table shared with a relative cannot be copied.
    """
    gone = {pfn for index, pfn in obj.pages.items() if index >= first}
    if not gone or obj.refs == 1:
        return
    for vm, _ in live_spaces(kernel):
        for entry in vm.entries:
            if entry.obj is obj:
                _unmap(vm, entry, gone, first)


def _unmap(vm: VmSpace, entry: MapEntry, gone: set[int], first: int) -> None:
    """Clear the entries that name one of the frames, within one map entry."""
    start = max(entry.start, entry.start + (first << 12) - entry.offset)
    if start >= entry.end:
        return
    pmap = vm.pmap
    for _, at in list(pmap.present(start, entry.end)):
        pfn = pmap.words[at] >> PPN_SHIFT
        if pfn in gone:
            pmap.words[at] = 0
            pmap.frames.release(pfn)
            pmap.resident -= 1
    pmap.hart.downgraded()
