"""Page-table entries in words, and who decides about an access: the hardware's bit first, then the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.debugger.views.common import count, protection
from emu.machine.sv39 import LEVELS, PPN_SHIFT, RSW0, RSW1, A, D, G, R, U, V, W, X, canonical
from kernel.uvm.pmap import PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.map import MapEntry, VmSpace
    from kernel.uvm.page import Frames

BITS = ((V, "V"), (R, "R"), (W, "W"), (X, "X"), (U, "U"), (G, "G"), (A, "A"), (D, "D"))
ACCESSES = ((PROT_READ, "load"), (PROT_WRITE, "store"), (PROT_EXEC, "fetch"))
_NEEDS = {PROT_READ: (R, "R"), PROT_WRITE: (W, "W"), PROT_EXEC: (X, "X")}
_CAUSE = {PROT_READ: "load page fault (cause 13)", PROT_WRITE: "store page fault (cause 15)",
          PROT_EXEC: "fetch page fault (cause 12)"}  # fmt: skip
ENTRY_HEAD = "V R W X U G A D RSW"


class Level(NamedTuple):
    """One entry on the way to a page: level 2 is the root's, level 0 the page's own."""

    level: int
    table: int  # page frame number of the table that it lies in
    at: int  # its index there
    entry: int

    @property
    def address(self) -> int:
        """Physical address of the entry."""
        return (self.table << 12) + 8 * self.at

    @property
    def ppn(self) -> int:
        return self.entry >> PPN_SHIFT


def walk(vm: VmSpace, va: int) -> list[Level]:
    """The entries on the way to a user page, through shared tables too, down to the page or to where it ends."""
    words = vm.pmap.words
    levels: list[Level] = []
    pfn = vm.pmap.root
    for level in reversed(range(LEVELS)):
        index = va >> 12 + 9 * level & 511
        entry = words[(pfn << 9) + index]
        levels.append(Level(level, pfn, index, entry))
        if not entry:
            break
        pfn = entry >> PPN_SHIFT
    return levels


def bits(entry: int) -> str:
    """V R W X U G A D, a dot for each that is clear, and the two bits that are the kernel's own."""
    shown = " ".join(name if entry & bit else "." for bit, name in BITS)
    return f"{shown}  {entry & RSW1 and 1}{entry & RSW0 and 1}"


def short_bits(entry: int) -> str:
    """The same without blanks: VRWXU-AD."""
    return "".join(name if entry & bit else "-" for bit, name in BITS)


def shared_above(frames: Frames, levels: list[Level]) -> Level | None:
    """The first entry on the way that names a table which others name as well."""
    for level in levels:
        if level.level and level.entry and frames.refs[level.ppn] > 1:
            return level
    return None


def owners_after(frames: Frames, levels: list[Level]) -> int:
    """How many hold the page once its tables are this space's own: its count, and one more if they are shared now."""
    return frames.refs[levels[-1].ppn] + (shared_above(frames, levels) is not None)


def meaning(vm: VmSpace, levels: list[Level], level: Level, entry: MapEntry | None) -> str:
    """What an entry says in this kernel's encoding."""
    if not level.entry:
        return "absent: 0, no page here" if level.level == 0 else "absent: 0, no table below"
    return _leaf_meaning(vm, levels, entry) if level.level == 0 else _upper_meaning(vm.pmap.frames, level)


def _upper_meaning(frames: Frames, level: Level) -> str:
    refs = frames.refs[level.ppn]
    name = f"level-{level.level - 1} table {level.ppn:#x}"
    if not level.entry & V:
        if refs > 1:
            return f"shared {name}, V clear: {refs} owners, the hardware stops here"
        return f"{name}, V clear: it was shared, but the other owners are gone"
    if level.entry & RSW0:
        return f"shared {name}, RSW0 set: {refs} owners, may be read through, W is clear in all of it"
    return f"{name}, this space's own"


def _leaf_meaning(vm: VmSpace, levels: list[Level], entry: MapEntry | None) -> str:
    pte, frames = levels[-1].entry, vm.pmap.frames
    if entry is None:
        return "a page that no map entry covers"
    if not pte & U:
        return "kept but forbidden: U clear (PROT_NONE)"
    above = shared_above(frames, levels)
    if entry.shared:
        return "shared memory" + ("" if pte & W or not entry.prot & PROT_WRITE else ", W clear until the first store")
    if not entry.prot & PROT_WRITE:
        return "private, read-only as its map entry says"
    stored = "D set" if pte & D else "D clear"
    if above is not None:
        return f"copy-on-write through the shared level-{above.level - 1} table: W counts for nothing here ({stored})"
    if pte & W:
        return "private and writable, this space's own page"
    refs = frames.refs[levels[-1].ppn]
    if refs == 1:
        return f"copy-on-write, but no other owner is left: a store takes it over ({stored}, W clear)"
    return f"copy-on-write: {stored}, W clear, {refs} owners"


class Verdict(NamedTuple):
    """What the hardware does with an access, and the bit that decides."""

    allowed: bool
    why: str


def hardware(levels: list[Level], va: int, access: int) -> Verdict:
    """What the hart finds in user mode, in the order of its walk."""
    if not canonical(va):
        return Verdict(False, "bits 63..39 of the address do not repeat bit 38: no walk is made")
    if va >> 38:
        return Verdict(False, "the upper half of the address space is empty in every process")
    for level in levels:
        if not level.entry & V:
            return Verdict(False, f"V is clear in the level-{level.level} entry")
    leaf = levels[-1].entry
    if not leaf & U:
        return Verdict(False, "U is clear in the level-0 entry")
    bit, name = _NEEDS[access]
    if not leaf & bit:
        return Verdict(False, f"{name} is clear in the level-0 entry")
    late = [n for b, n in ((A, "A"), (D, "D")) if not leaf & b and (b == A or access == PROT_WRITE)]
    return Verdict(True, f"V, U and {name} are set" + (f"; the hart sets {' and '.join(late)}" if late else ""))


def fault_name(access: int) -> str:
    return _CAUSE[access]


def kernel_decides(vm: VmSpace, va: int, access: int) -> str:
    """What the fault handler (kernel/uvm/fault.py) would do about an access that the hardware refuses."""
    entry = vm.lookup(va)
    if entry is None:
        return "no map entry covers the address: EFAULT, SIGSEGV with SEGV_MAPERR"
    if access & ~entry.prot:
        return f"the map entry is {protection(entry.prot)}: EACCES, SIGSEGV with SEGV_ACCERR"
    levels = walk(vm, va)
    leaf = levels[-1]
    frames = vm.pmap.frames
    if leaf.level or not leaf.entry:
        return _absent(vm, entry, va, access)
    if access != PROT_WRITE:
        return _make_reachable(frames, levels, access)
    unshare = _unshare(frames, levels)
    if entry.shared:
        return f"{unshare}shared memory: W is set, nothing is copied"
    owners = owners_after(frames, levels)
    if owners == 1:
        return f"{unshare}frame {leaf.ppn:#x} has no other owner: W is set, nothing is copied (taken over)"
    return f"{unshare}frame {leaf.ppn:#x} has {owners} owners: it is copied, W is set on the copy (copy-on-write)"


def _absent(vm: VmSpace, entry: MapEntry, va: int, access: int) -> str:
    if entry.obj is None:
        return "zero-fill: a frame of zeroes is mapped"
    offset = entry.offset + (va & ~4095) - entry.start
    if entry.obj.size is not None and offset >= entry.obj.size:
        return "the page lies beyond the end of the mapped file: EINVAL, SIGBUS with BUS_ADRERR"
    where = f"page {offset >> 12} of its memory object"
    known = "in memory" if offset >> 12 in entry.obj.pages else "to be brought in first"
    if entry.shared:
        return f"{where} ({known}) is mapped, shared"
    if access == PROT_WRITE:
        return f"{where} ({known}) is copied at once, the copy is mapped with W"
    return f"{where} ({known}) is mapped without W, and its neighbours that are in memory"


def _unshare(frames: Frames, levels: list[Level]) -> str:
    above = shared_above(frames, levels)
    if above is None:
        return ""
    copies = above.level  # the shared table, and every one below it
    return f"{count(copies, 'shared table')} on the way copied first; then "


def _make_reachable(frames: Frames, levels: list[Level], access: int) -> str:
    if all(level.entry & V for level in levels):
        bit = "X" if access == PROT_EXEC else "R"
        return f"the map entry allows it: {bit} and U are set in the level-0 entry"
    root, middle, leaf = levels[0], levels[1], levels[2]
    text = ""
    if not root.entry & V and frames.refs[root.ppn] > 1:
        text = "the level-1 table is copied, its leaf tables become shared; "
    if frames.refs[middle.ppn] > 1 or text:
        return f"{text}the leaf table stays shared: W is cleared in all of it, V and RSW0 set above it"
    return f"{text}V is set again above frame {leaf.ppn:#x}: nobody else has the table any more"
