"""What fork does with map entries that are not plain copies (NetBSD: uvmspace_fork, minherit(2); spec C.21).

The table-level copy treats a whole space alike. Before it, the parent's entries that are to be shared get an
object to hang their pages on, and those of shared memory that are to be copied get pages of their own; after it,
the child's entries with another inheritance are put right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT
from kernel.errno import Errno
from kernel.uvm.object import UvmObject
from kernel.uvm.page import ANON, OBJECT
from kernel.uvm.pmap import PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.map import MapEntry, VmSpace

INHERIT_SHARE, INHERIT_COPY, INHERIT_NONE, INHERIT_DONATE, INHERIT_ZERO = range(5)


Changed = list[tuple["MapEntry", "MapEntry"]]


def prepare_parent(vm: VmSpace, changed: Changed) -> None:
    """Give private entries with inheritance SHARE an object, so that both sides see each other's stores.

    Anonymous shared memory with inheritance COPY is private from here on, for the parent, too: NetBSD marks the
    parent's entry as one to be copied (spec Q10). That of a file or a segment is no matter of the parent's.
    Each such entry is noted in `changed`, as it was and as it is; what it was still holds its object.
    Raises Errno(ENOMEM).
    """
    for entry in list(vm.entries):
        if entry.inherit == INHERIT_SHARE and not entry.shared:
            _make_shared(vm, entry)
        elif entry.inherit == INHERIT_COPY and entry.shared and entry.obj is not None and entry.obj.anonymous:
            changed.append((entry, _make_private(vm, entry)))


def forget_shared(changed: Changed) -> None:
    """The fork is done: what was shared memory has no use for its object any more."""
    for old, new in changed:
        if new.obj is None and old.obj is not None:
            old.obj.release()


def restore_shared(vm: VmSpace, changed: Changed) -> None:
    """The fork has failed: what was shared memory is that again, with the pages that the object has."""
    for old, new in changed:
        _drop_copies(vm, old)
        vm.entries[vm.entries.index(new)] = old


def share_entry(vm: VmSpace, va: int) -> None:
    """Let the entry at an address be of shared memory, whatever it was. Raises Errno(ENOMEM)."""
    entry = vm.lookup(va)
    if entry is not None and not entry.shared:
        _make_shared(vm, entry)


def _make_shared(vm: VmSpace, entry: MapEntry) -> None:
    """Move a private entry's pages into an object of its own. Raises Errno(ENOMEM), with the entry as it was.

    A page still shared copy-on-write with a relative is copied first; a page of the file behind a private
    mapping that was never stored to is copied on first use.
    """
    frames, pmap = vm.kernel.frames, vm.pmap
    pmap.hart.downgraded()
    for va, at in list(pmap.present(entry.start, entry.end)):
        pfn = pmap.words[at] >> PPN_SHIFT
        if frames.refs[pfn] > 1:
            copy = frames.alloc_copy(ANON, pfn)
            pmap.enter(va, copy, entry.prot, writable=False)
    obj = UvmObject(frames)
    obj.anonymous = True
    obj.backing, obj.backing_index = entry.obj, entry.offset >> 12  # with the reference the entry had
    for va, at in pmap.present(entry.start, entry.end):
        pfn = pmap.words[at] >> PPN_SHIFT
        frames.hold(pfn)
        frames.kind[pfn] = OBJECT
        frames.stored[pfn] = 1
        obj.pages[va - entry.start >> 12] = pfn
    i = vm.entries.index(entry)
    vm.entries[i] = entry.but(obj=obj, offset=0, shared=True)


def _make_private(vm: VmSpace, entry: MapEntry) -> MapEntry:
    """Copy what anonymous shared memory holds now; the new entry. Raises Errno(ENOMEM), with the entry as it was."""
    frames, pmap, obj = vm.kernel.frames, vm.pmap, entry.obj
    assert obj is not None
    first = entry.offset >> 12
    count = entry.end - entry.start >> 12
    pmap.hart.downgraded()
    try:
        if obj.backing is not None:  # no file any more, but memory that others may store to before we look
            for index in range(count):
                obj.page(first + index)
        for index, pfn in sorted(obj.pages.items()):
            if first <= index < first + count:
                copy = frames.alloc_copy(ANON, pfn)
                pmap.enter(entry.start + (index - first << 12), copy, entry.prot, writable=False)
    except Errno:
        _drop_copies(vm, entry)
        raise
    private = entry.but(shared=False) if obj.paged else entry.but(obj=None, offset=0, shared=False)
    vm.entries[vm.entries.index(entry)] = private
    return private


def _drop_copies(vm: VmSpace, entry: MapEntry) -> None:
    """Let go of the copies that were made of a shared entry's pages: faults find those in the object again.

    The tables of the copies are this space's own since they were made, so none has to be copied.
    """
    frames, pmap, obj = vm.kernel.frames, vm.pmap, entry.obj
    assert obj is not None
    pmap.hart.downgraded()
    for index, pfn in obj.pages.items():
        va = entry.start + (index << 12) - entry.offset
        if entry.start <= va < entry.end:
            copy = pmap.pte(va) >> PPN_SHIFT
            if copy and copy != pfn:
                pmap.words[pmap.table_for(va)] = 0
                pmap.resident -= 1
                frames.release(copy)


def copy_wired(parent: VmSpace, child: VmSpace) -> None:
    """What the parent has wired, the child has as copies by now: nobody faults on a page that is locked in memory.

    Raises Errno(ENOMEM).
    """
    words, frames = parent.pmap.words, parent.kernel.frames
    for entry in parent.entries:
        if not entry.wired or entry.shared or entry.inherit != INHERIT_COPY or not entry.prot & PROT_WRITE:
            continue
        for va, at in parent.pmap.present(entry.start, entry.end):
            pfn = words[at] >> PPN_SHIFT
            if frames.kind[pfn] != ANON or frames.code[pfn]:
                continue
            child_at = child.pmap.table_for(va)
            if words[child_at] >> PPN_SHIFT == pfn:
                copy = frames.alloc_copy(ANON, pfn)
                child.pmap.put(child_at, copy, entry.bits)
            if frames.refs[pfn] == 1:
                parent.pmap.grant(va, entry.prot, writable=True)


def correct_child(vm: VmSpace) -> None:
    """Put right a fresh child's entries: NONE is a hole, ZERO is zero-fill, a COPY of a shared file or segment is a
    private mapping of it. Nothing is wired in a child. Raises Errno(ENOMEM)."""
    from kernel.uvm.map import MapEntry

    for entry in list(vm.entries):
        if entry.inherit == INHERIT_NONE:
            vm.unmap(entry.start, entry.end)
        elif entry.inherit == INHERIT_ZERO:
            vm.unmap(entry.start, entry.end)
            fresh = MapEntry(entry.start, entry.end, entry.prot, maxprot=entry.maxprot, inherit=INHERIT_ZERO)
            vm.insert(fresh)
        elif entry.inherit == INHERIT_COPY and entry.shared:
            vm.pmap.remove(entry.start, entry.end)
            vm.change(entry.start, entry.end, shared=False)
        if entry.wired and entry.inherit != INHERIT_NONE:
            vm.change(entry.start, entry.end, wired=False)
