"""Page faults (NetBSD: uvm_fault.c).

One function decides what a faulting address gets, from the map entry (what may be there) and the page-table
entry (what is there). It serves user code's faults and the kernel's own copies alike.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, V, W, X
from kernel.errno import EACCES, EFAULT, EINVAL, ENOMEM, Errno
from kernel.uvm.code import before_fetch, before_store
from kernel.uvm.page import ANON
from kernel.uvm.pmap import LEAF_SPAN, PROT_EXEC, PROT_WRITE, SHARED_READ, pte_bits

if TYPE_CHECKING:
    from kernel.uvm.map import MapEntry, VmSpace
    from kernel.uvm.object import UvmObject

V_W = V | W
BEHIND, AHEAD = 3, 4  # pages to map around one that was read, as NetBSD does for normal access


def fault(vm: VmSpace, va: int, access: int, *, by_user: bool = False) -> int:
    """Make a user address accessible for PROT_READ, PROT_WRITE or PROT_EXEC.

    `by_user` says that the hart itself faulted there and will retry, which renews its cached translation.

    Returns 0, or why not: EFAULT (nothing is mapped), EACCES (the map forbids it), EINVAL (beyond the end of
    a mapped file), ENOMEM (no frame).
    """
    stats = vm.kernel.stats
    stats.faults += 1
    i = bisect_right(vm.starts, va) - 1
    if i < 0 or va >= (entry := vm.entries[i]).end:
        return EFAULT
    if access & ~entry.prot:
        return EACCES
    pmap = vm.pmap
    try:
        # A store needs a leaf table of this space's own, other accesses only one that can be reached.
        at = pmap.table_for(va) if access == PROT_WRITE else pmap.readable(va)
        pte = pmap.words[at] if at >= 0 else 0
        if pte & V:
            if access == PROT_WRITE:
                _store(vm, entry, va, at, by_user)
            elif pte & (need := pte_bits(access, writable=False)) != need:
                if entry.prot & PROT_EXEC:
                    before_fetch(vm, entry, va, pte >> PPN_SHIFT)
                pmap.grant(va, entry.prot, writable=False)
            return 0
        if entry.obj is not None:
            return _fault_object(vm, entry, va, access)
        stats.flt_anon += 1
        if access != PROT_WRITE:
            at = pmap.table_for(va)
        pmap.put(at, vm.kernel.frames.alloc(ANON), entry.bits)
    except Errno as error:
        return error.errno
    if pmap.resident > vm.maxrss:
        vm.maxrss = pmap.resident
    return 0


def quick_store(vm: VmSpace, va: int) -> bool:
    """The faults that happen most, in as few steps as can be: stores to private memory that holds no code.

    Does what `fault` would do for the first store to a page of zeroes, and for a store to a page that fork left
    without W, if the leaf table is there and this space's own, and a frame is free that held no code. False in any
    other case, with nothing changed. It saves about half of the time.
    """
    i = bisect_right(vm.starts, va) - 1
    if i < 0 or va >= (entry := vm.entries[i]).end:
        return False
    bits = entry.store_bits
    if not bits:
        return False
    pmap = vm.pmap
    at = pmap.leaf(pmap.root, va, SHARED_READ)
    if at < 0:
        return False
    words, frames = pmap.words, pmap.frames
    pte = words[at]
    stats = vm.kernel.stats
    if not pte:
        if entry.obj is not None:
            return False
        pfn = frames.alloc_clean(ANON)
        if not pfn:
            return False
        stats.flt_anon += 1
        pmap.resident += 1
        if pmap.resident > vm.maxrss:
            vm.maxrss = pmap.resident
    else:
        pfn = pte >> PPN_SHIFT
        if pte & V_W != V or frames.code[pfn]:
            return False
        owners = frames.refs[pfn]
        if owners == 1:
            frames.stored[pfn] = False
            stats.flt_takeover += 1
            stats.faults += 1
            words[at] = pte | bits
            return True
        copy = frames.alloc_clean(ANON, pfn)
        if not copy:
            return False
        frames.refs[pfn] = owners - 1
        stats.flt_acow += 1
        vm.copied = va
        pfn = copy
    stats.faults += 1
    words[at] = pfn << PPN_SHIFT | bits
    return True


def _store(vm: VmSpace, entry: MapEntry, va: int, at: int, by_user: bool) -> None:
    """A store to a present page. A private one is copied, or taken over if nobody else holds the frame.

    The table is this space's own by now, so the frame's count is exact.
    """
    frames, stats = vm.kernel.frames, vm.kernel.stats
    pte = vm.pmap.words[at]
    if pte & W:
        return
    pfn = pte >> PPN_SHIFT
    if entry.shared:
        before_store(vm, entry, va, pfn)
        vm.pmap.grant(va, entry.prot, writable=True)
        return
    if frames.refs[pfn] == 1:
        stats.flt_takeover += 1
        before_store(vm, entry, va, pfn)
        vm.pmap.grant(va, entry.prot, writable=True)
        return
    stats.flt_acow += 1
    vm.copied = va
    copy = frames.alloc_copy(ANON, pfn)
    vm.pmap.put(at, copy, entry.bits)
    if not by_user or frames.code[pfn]:  # the hart renews its translation of the page, not where it finds code
        vm.pmap.hart.downgraded()


def _fault_object(vm: VmSpace, entry: MapEntry, va: int, access: int) -> int:
    """First touch of a page that comes from an object."""
    obj, frames, stats = entry.obj, vm.kernel.frames, vm.kernel.stats
    assert obj is not None
    offset = entry.offset + (va & ~4095) - entry.start
    if obj.size is not None and offset >= obj.size:
        return EINVAL
    stats.flt_obj += 1
    page = va & ~4095
    pfn = obj.page(offset >> 12)
    if entry.prot & PROT_EXEC:
        before_fetch(vm, entry, va, pfn)
    if entry.shared:
        writable = bool(entry.prot & PROT_WRITE) and (access == PROT_WRITE or not frames.code[pfn])
        if writable:
            before_store(vm, entry, va, pfn)
        frames.hold(pfn)
        vm.pmap.enter(page, pfn, entry.prot, writable=writable)
    elif access == PROT_WRITE:
        stats.flt_prcopy += 1
        copy = frames.alloc_copy(ANON, pfn)
        vm.pmap.enter(page, copy, entry.prot, writable=True)
    else:
        frames.hold(pfn)
        vm.pmap.enter(page, pfn, entry.prot, writable=False)
        _fault_ahead(vm, entry, obj, page)
    if vm.pmap.resident > vm.maxrss:
        vm.maxrss = vm.pmap.resident
    return 0


def _fault_ahead(vm: VmSpace, entry: MapEntry, obj: UvmObject, page: int) -> None:
    """Map the neighbours of a page that was read, too, if the object has them in memory: 3 before, 4 after."""
    # They must be in the same leaf table: no new one for a guess.
    low = max(entry.start, page - (BEHIND << 12), page & -LEAF_SPAN)
    high = min(entry.end, page + (AHEAD + 1 << 12), (page | LEAF_SPAN - 1) + 1)
    map_resident(vm, entry, obj, low, high)


def map_resident(vm: VmSpace, entry: MapEntry, obj: UvmObject, low: int, high: int) -> None:
    """Map for reading what an object has in memory of [low, high), which lies under one leaf table.

    Raises Errno(ENOMEM), with nothing mapped.
    """
    if obj.size is not None:
        high = min(high, obj.size + entry.start - entry.offset + 4095 & ~4095)
    first = low + entry.offset - entry.start >> 12
    find = obj.pages.get
    pfns = [find(index, 0) for index in range(first, first + (high - low >> 12))]
    bits = entry.bits & ~W
    if bits & X:
        stored = vm.kernel.frames.stored
        pfns = [0 if stored[pfn] else pfn for pfn in pfns]
    if any(pfns):
        vm.pmap.enter_run(low, pfns, bits)


def siginfo_for(error: int) -> tuple[int, int]:
    """(signal, si_code) for a fault that could not be served: SIGSEGV, SIGBUS, or SIGKILL without memory."""
    sigkill, sigbus, sigsegv = 9, 10, 11
    if error == ENOMEM:
        return sigkill, 0
    if error == EINVAL:
        return sigbus, 2  # BUS_ADRERR
    return sigsegv, 2 if error == EACCES else 1  # SEGV_ACCERR, SEGV_MAPERR
