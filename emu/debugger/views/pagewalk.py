"""`pagewalk VA`: the three levels of a translation, and what would become of a load, a store and a fetch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, count, label, protection, table, wrap
from emu.debugger.views.pte import (
    ACCESSES,
    ENTRY_HEAD,
    Level,
    bits,
    fault_name,
    hardware,
    kernel_decides,
    meaning,
    walk,
)
from emu.machine.sv39 import canonical
from kernel.uvm.page import KINDS

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace


def pagewalk(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    va = context.address(args[0], "virtual address")
    p, vm = context.space(args[1:])
    lines = [f"process {label(p)}, VA {va:#x}, satp: Sv39, root table in frame {vm.pmap.root:#x}"]
    user = canonical(va) and not va >> 38
    levels = walk(vm, va) if user else []
    if user:
        lines += _split(va)
        lines += _entries(vm, va, levels)
    lines += ["", *map_entry(vm, va)]
    lines += ["", *verdicts(vm, va, levels, context.width)]
    return lines


def _split(va: int) -> list[str]:
    parts = [f"VPN[{level}] = {va >> 12 + 9 * level & 511}" for level in (2, 1, 0)]
    return [f"  9 bits each: {', '.join(parts)}; offset {va & 4095:#x} ({count(va & 4095, 'byte')} into the page)", ""]


def _entries(vm: VmSpace, va: int, levels: list[Level]) -> list[str]:
    entry = vm.lookup(va)
    rows = [
        (l.level, f"{l.address:#x}", l.at, f"{l.entry:#018x}", bits(l.entry), f"{l.ppn:#x}",
         meaning(vm, levels, l, entry))
        for l in levels
    ]  # fmt: skip
    lines = table(("level", "entry at PA", "index", "value", ENTRY_HEAD, "PPN", "meaning"), rows, "0125")
    leaf = levels[-1]
    if leaf.level == 0 and leaf.entry:
        frames = vm.pmap.frames
        refs = frames.refs[leaf.ppn]
        pa = (leaf.ppn << 12) + (va & 4095)
        lines += [f"PA {pa:#x}: frame {leaf.ppn:#x}, {KINDS[frames.kind[leaf.ppn]]}, reference count {refs}"]
    return lines


def map_entry(vm: VmSpace, va: int) -> list[str]:
    """The map entry over an address: what may be there."""
    e = vm.lookup(va)
    if e is None:
        return ["map entry: none covers this address"]
    kind = "shared" if e.shared else "private"
    source = "zero-fill" if e.obj is None else f"a memory object, offset {e.offset + (va & ~4095) - e.start:#x}"
    name = f" {e.name}" if e.name else ""
    return [f"map entry: {e.start:#x}-{e.end:#x} {protection(e.prot)} {kind}, {source}{name}"]


def verdicts(vm: VmSpace, va: int, levels: list[Level], width: int) -> list[str]:
    """For each way to touch the address: what the hardware says and by which bit, then what the kernel does."""
    lines = []
    for access, name in ACCESSES:
        verdict = hardware(levels, va, access)
        if verdict.allowed:
            lines.append(f"{name:<6} allowed  {verdict.why}")
            continue
        text = f"{name:<6} refused  {verdict.why}: {fault_name(access)}"
        lines += wrap(text, width, " " * 17)
        lines += wrap(f"{'':<6} kernel:  {kernel_decides(vm, va, access)}", width, " " * 17)
    return lines
