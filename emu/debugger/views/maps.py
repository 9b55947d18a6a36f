"""`info map`: a process's map entries - what may be where - and what of it is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, count, label, protection, size, table
from emu.machine.sv39 import PPN_SHIFT, W
from kernel.uvm.page import ANON

if TYPE_CHECKING:
    from kernel.uvm.map import MapEntry, VmSpace

_INHERIT = ("share", "copy", "none", "donate", "zero")


def info_map(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    p, vm = context.space(args)
    head = f"process {label(p)}: {count(len(vm.entries), 'map entry')}, {size(vm.size)}"
    present = f"{count(vm.pmap.resident, 'page')} resident, at most {vm.maxrss:,} so far"
    lines = [f"{head}, {present}; used by {count(vm.refs, 'process')}"]
    resident = _resident(vm)
    rows = []
    for e in vm.entries:
        pages, own, writable = resident.get(e.start, (0, 0, 0))
        source = "zero-fill" if e.obj is None else f"object+{e.offset:#x}"
        kind = "shared" if e.shared else "private"
        rows.append((f"{e.start:#x}", f"{e.end:#x}", size(e.end - e.start), protection(e.prot), protection(e.maxprot),
                     kind, _INHERIT[e.inherit], pages, own, writable, source, _name(vm, e)))  # fmt: skip
    columns = ("start", "end", "size", "prot", "max", "stores", "fork", "pages", "anon", "W", "source", "name")
    lines += table(columns, rows, "012789")
    lines.append("pages: resident; anon: of these, nobody's but fork's relatives; W: stores go through without a fault")
    lines.append(
        f"text {vm.taddr:#x}, {size(vm.tsize)}; heap begins at {vm.daddr:#x}, ends at {vm.brk:#x}; "
        f"stack {size(vm.ssize)}, may grow down to {vm.maxsaddr:#x}"
    )
    return lines


def _name(vm: VmSpace, e: MapEntry) -> str:
    name = e.name or ("heap" if e.start < vm.brk <= e.end or vm.daddr <= e.start < vm.brk else "")
    return name + (" (wired)" if e.wired else "")


def _resident(vm: VmSpace) -> dict[int, tuple[int, int, int]]:
    """By the start of each map entry: resident pages; private ones; those that can be stored to as they are."""
    words, frames, pmap = vm.pmap.words, vm.pmap.frames, vm.pmap
    found: dict[int, tuple[int, int, int]] = {}
    for at in pmap.root_entries():
        middle = words[at] >> PPN_SHIFT
        for j in pmap.used(middle):
            leaf = words[j] >> PPN_SHIFT
            through = frames.refs[middle] == 1 and frames.refs[leaf] == 1
            for i in pmap.used(leaf):
                va = (at & 511) << 30 | (j & 511) << 21 | (i & 511) << 12
                entry = vm.lookup(va)
                if entry is not None:
                    pages, own, writable = found.get(entry.start, (0, 0, 0))
                    anon = frames.kind[words[i] >> PPN_SHIFT] == ANON
                    found[entry.start] = pages + 1, own + anon, writable + bool(through and words[i] & W)
    return found
