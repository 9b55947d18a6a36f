"""`frame PA`: everything about one page frame. `frames`: a map of RAM, a character for each frame or a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from string import ascii_lowercase, digits

from emu.debugger.views.common import Context, ViewError, count, label, number, size, table, wrap
from emu.debugger.views.owners import Owners, Path
from emu.debugger.views.provenance import provenance_of
from kernel.uvm.page import ANON, FREE, KINDS, OBJECT, TABLE, UAREA, Frames

MAP_LINES = 24  # of a map of all that was ever used
NEVER, AGAIN, TABLES, UAREAS, CACHED, OBJECTS, SHARED = ".", "-", "T", "U", "u", "O", "*"
_LEGEND = {
    NEVER: "never used", AGAIN: "free again", TABLES: "page table", UAREAS: "U-area", CACHED: "U-area kept for reuse",
    OBJECTS: "page of a file or of shared memory", SHARED: "private page shared copy-on-write by several processes",
    "+": "private page of some other process",
}  # fmt: skip
_PROCESS_MARKS = digits[1:] + ascii_lowercase.replace("u", "")


def frame(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    kernel = context.kernel
    frames = kernel.frames
    pa = context.address(args[0], "physical address")
    if pa >= kernel.board.ram.size:
        raise ViewError(f"PA {pa:#x} lies beyond RAM, which ends at {kernel.board.ram.size:#x}")
    pfn = pa >> 12
    owners = Owners(kernel)
    level = owners.level.get(pfn)
    kind = KINDS[frames.kind[pfn]] + ("" if level is None else f" of level {level}" + (" (root)" if level == 2 else ""))
    lines = [f"frame {pfn:#x}: PA {pfn << 12:#x}-{(pfn << 12) + 4095:#x}, {kind}, reference count {frames.refs[pfn]}"]
    if not pfn:
        return [*lines, "never handed out: no PTE and no satp may name physical address 0"]
    if frames.kind[pfn] == FREE:
        used = "it was never used: its bytes are 0" if pfn >= frames.mark else "it was used and is free again"
        lines.append(used)
    marks = [text for on, text in ((frames.code[pfn], "may hold translated code (mapped with X)"),
                                   (frames.stored[pfn], "a shared mapping may store to it")) if on]  # fmt: skip
    lines += marks
    provenance = provenance_of(kernel)
    if provenance is not None and (frames.kind[pfn] != FREE or pfn < frames.mark):
        text = f"{'last ' if frames.kind[pfn] == FREE else ''}allocated {provenance.of(pfn)}"
        lines += wrap(text, context.width, "  ")
    return lines + _held_by(owners, pfn)


def _held_by(owners: Owners, pfn: int) -> list[str]:
    """Every holder of one reference, and for pages and tables every process that gets there by it."""
    lines = []
    if pfn in owners.roots:
        lines.append(f"held by satp of {owners.roots[pfn].name}")
    if pfn in owners.uareas:
        l, half = owners.uareas[pfn]
        whose = f"LWP {l.lid} of process {label(l.proc)}" if l is not None else "nobody: kept for the next fork"
        lines.append(f"page {half} of 2 of the U-area of {whose}")
    for name, index in owners.objects.get(pfn, ()):
        lines.append(f"held by the memory object of {name}, as its page {index}")
    for holder, index in owners.named.get(pfn, ()):
        lines.append(f"held by entry {index} of the level-{owners.level[holder]} table in frame {holder:#x}")
    paths = owners.paths(pfn)
    if paths:
        whole = owners.level.get(pfn)
        what = "seen at" if whole is None else f"maps {size(1 << 21 + 9 * whole)} from"
        rows = [(p.space.name, f"{p.va:#x}", f"{p.space.vm.pmap.root:#x}", *_tables(p), _how(p)) for p in paths]
        head = ("process", f"{what} VA", "root", "level 1", "leaf", "")
        lines += ["", *table(head, rows, "1234")]
    return lines


def _tables(path: Path) -> tuple[str, str]:
    return (f"{path.middle:#x}" if path.middle else "-", f"{path.leaf:#x}" if path.leaf else "-")


def _how(path: Path) -> str:
    return "V set all the way" if path.reachable else "V clear on the way: the first touch faults"


def frames(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    kernel = context.kernel
    ram = kernel.frames
    first, end = _range(args, ram)
    columns = 16
    while columns * 2 <= max(context.width, 32) - 14:
        columns *= 2
    group = 1
    while (end - first) > group * columns * MAP_LINES:
        group *= 2
    owners = Owners(kernel)
    marks, who = _process_marks(owners)
    each = [_mark(owners, ram, marks, pfn) for pfn in range(first, end)]
    used = Counter(each)
    whole = size(kernel.board.ram.size)
    lines = [f"RAM: {whole}, {ram.total:,} frames of 4096 bytes, {ram.used:,} used, {ram.free:,} free"]
    lines.append(f"frames {first:#x}-{end - 1:#x}, {count(group, 'frame')} a character:")
    for start in range(0, len(each), columns * group):
        row = each[start : start + columns * group]
        text = "".join(_majority(row[i : i + group]) for i in range(0, len(row), group))
        lines.append(f"  PA {first + start << 12:#010x} {text}")
    if end >= ram.mark and end < ram.total:
        rest = ram.total - end
        lines.append(f"  PA {end << 12:#010x} the rest was never used: {count(rest, 'frame')}, {size(rest << 12)}")
    lines.append("")
    meanings = {**_LEGEND, **who}
    for mark in sorted(used, key=lambda m: (m not in who, m)):
        lines.append(f"  {mark}  {used[mark]:>7,}  {meanings[mark]}")
    return lines


def _range(args: Sequence[str], ram: Frames) -> tuple[int, int]:
    if not args:
        return 0, min((ram.mark + 63) & ~63, ram.total)
    first = number(args[0])
    end = first + number(args[1]) if len(args) > 1 else min(first + 64 * MAP_LINES, ram.total)
    if not 0 <= first < end <= ram.total:
        raise ViewError(f"frames go from 0 to {ram.total - 1:#x}: there is no range of {end - first} at {first:#x}")
    return first, end


def _process_marks(owners: Owners) -> tuple[dict[int, str], dict[str, str]]:
    """A character for each space, as long as there are some left, and what it means."""
    marks: dict[int, str] = {}
    who: dict[str, str] = {}
    for mark, space in zip(_PROCESS_MARKS, (s for s in owners.spaces if s.vm.pmap.resident), strict=False):
        marks[space.vm.pmap.root] = mark
        who[mark] = f"private page of process {space.name}"
    return marks, who


def _mark(owners: Owners, ram: Frames, marks: dict[int, str], pfn: int) -> str:
    kind = ram.kind[pfn]
    if kind == FREE:
        return NEVER if pfn >= ram.mark or not pfn else AGAIN
    if kind == UAREA:
        return UAREAS if owners.uareas.get(pfn, (None, 0))[0] is not None else CACHED
    if kind == ANON:
        spaces = owners.spaces_with(pfn)
        return SHARED if len(spaces) > 1 else marks.get(spaces[0].vm.pmap.root, "+") if spaces else "+"
    return {TABLE: TABLES, OBJECT: OBJECTS}[kind]


def _majority(group: Sequence[str]) -> str:
    """The character for several frames: what most of those in use are."""
    in_use = Counter(c for c in group if c not in (NEVER, AGAIN))
    return max(in_use, key=lambda c: (in_use[c], c)) if in_use else max(group)
