"""`diff-pt PID PID`: two processes' page tables side by side; what they share, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, ViewError, count, find_process, label, space_of, table
from emu.debugger.views.pte import short_bits
from emu.machine.sv39 import PPN_SHIFT, A, D, V, W

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace

SAME_TABLE, SAME_FRAME, DIFFERENT, ONLY_A, ONLY_B = range(5)


def diff_pt(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    a, b = (find_process(context.kernel, text) for text in args)
    vms = space_of(a), space_of(b)
    if a is b:
        raise ViewError(f"process {a.pid} is one process; give the pids of two")
    sides = zip("AB", (a, b), vms, strict=True)
    head = ["; ".join(f"{name} is process {label(p)}, root table {vm.pmap.root:#x}" for name, p, vm in sides)]
    if vms[0] is vms[1]:
        return [*head, "they are in one address space: every table and every page is the same"]
    return [*head, "", *_tables(*vms), "", *_pages(*vms)]


def _leaves(vm: VmSpace) -> dict[int, tuple[int, int]]:
    """address >> 21 -> (level-1 table, entry for the leaf table), of every leaf table, shared or not."""
    found = {}
    for at in vm.pmap.root_entries():
        middle = vm.pmap.words[at] >> PPN_SHIFT
        for i in vm.pmap.used(middle):
            found[(at & 511) << 9 | i & 511] = middle, vm.pmap.words[i]
    return found


def _tables(a: VmSpace, b: VmSpace) -> list[str]:
    words = a.pmap.words
    rows = []
    for slot in sorted({*a.pmap.slots, *b.pmap.slots}):
        rows.append(_pair(1, slot << 30, words[(a.pmap.root << 9) + slot], words[(b.pmap.root << 9) + slot]))
    leaves = _leaves(a), _leaves(b)
    for key in sorted({*leaves[0], *leaves[1]}):
        rows.append(_pair(0, key << 21, *(side.get(key, (0, 0))[1] for side in leaves)))
    return table(("table of level", "maps from VA", "A", "B", ""), rows, "1")


def _pair(level: int, va: int, x: int, y: int) -> tuple[object, ...]:
    same = "" if not x or not y else "one and the same table" if x >> PPN_SHIFT == y >> PPN_SHIFT else "two tables"
    return level, f"{va:#x}", _named(x), _named(y), same


def _named(entry: int) -> str:
    if not entry:
        return "-"
    return f"{entry >> PPN_SHIFT:#x}" + ("" if entry & V else " (V clear)")


def _entries(vm: VmSpace) -> dict[int, tuple[int, int]]:
    """page number -> (its entry, the leaf table that it is in)."""
    words = vm.pmap.words
    found = {}
    for key, (_, entry) in _leaves(vm).items():
        leaf = entry >> PPN_SHIFT
        for i in vm.pmap.used(leaf):
            found[key << 9 | i & 511] = words[i], leaf
    return found


def _pages(a: VmSpace, b: VmSpace) -> list[str]:
    entries = _entries(a), _entries(b)
    rows = []
    for first, last, kind in _runs(*entries):
        x, y = (side.get(first, (0, 0))[0] for side in entries)
        rows.append((f"{first << 12:#x}-{last + 1 << 12:#x}", last - first + 1, _page(x), _page(y), _word(kind, x, y)))
    shared = sum(row[1] for row, run in zip(rows, _runs(*entries), strict=True) if run[2] in (SAME_TABLE, SAME_FRAME))
    lines = [f"{count(len(entries[0]), 'page')} in A, {len(entries[1]):,} in B, {shared:,} of them in one frame"]
    return lines + table(("VA", "pages", "A: first frame", "B: first frame", ""), rows, "1")


def _runs(a: dict[int, tuple[int, int]], b: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(first page number, last, what is the case), of consecutive pages with which the same is the case."""
    start = last = kind = bits = -1
    for page in sorted({*a, *b}):
        x, y = a.get(page, (0, 0)), b.get(page, (0, 0))
        now = _compare(x, y)
        now_bits = _permissions((x[0], y[0]))
        if page != last + 1 or now != kind or now_bits != bits:
            if start >= 0:
                yield start, last, kind
            start, kind, bits = page, now, now_bits
        last = page
    if start >= 0:
        yield start, last, kind


def _permissions(entries: tuple[int, int]) -> int:
    """The permission bits of both entries, without what the hardware notes in them."""
    keep = 0x3FF & ~(A | D)
    return (entries[0] & keep) << 10 | entries[1] & keep


def _compare(x: tuple[int, int], y: tuple[int, int]) -> int:
    if not y[0]:
        return ONLY_A
    if not x[0]:
        return ONLY_B
    if x[1] == y[1]:
        return SAME_TABLE
    return SAME_FRAME if x[0] >> PPN_SHIFT == y[0] >> PPN_SHIFT else DIFFERENT


def _page(entry: int) -> str:
    return f"{entry >> PPN_SHIFT:#x} {short_bits(entry)}" if entry else "-"


def _word(kind: int, x: int, y: int) -> str:
    if kind == SAME_TABLE:
        return "one entry in a shared table"
    if kind == SAME_FRAME:
        return "one frame" + (", W clear in both" if not (x | y) & W else "")
    return {DIFFERENT: "two frames", ONLY_A: "only in A", ONLY_B: "only in B"}[kind]
