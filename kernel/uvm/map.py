"""Address spaces: map entries over page tables (NetBSD: uvm_map.c; spec A.7, C.21).

An entry says what may be at a range of addresses and how fork treats it; what *is* there is in the page
table. Entries are immutable: a change puts new ones in their place. So fork shares them by copying a list.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from emu.machine.sv39 import W, X
from kernel.errno import ENOMEM, Errno
from kernel.uvm.copy import UserMemory
from kernel.uvm.fault import fault
from kernel.uvm.inherit import (
    INHERIT_COPY,
    Changed,
    copy_wired,
    correct_child,
    forget_shared,
    prepare_parent,
    restore_shared,
)
from kernel.uvm.object import UvmObject
from kernel.uvm.page import PAGE_SIZE
from kernel.uvm.pmap import LEAF_SPAN, PROT_EXEC, PROT_READ, PROT_WRITE, Pmap, pte_bits

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.sysvshm import Attachments

VM_MIN_ADDRESS = 0x1000
VM_MAXUSER_ADDRESS = 0x3F_FFFF_0000
USRSTACK = 0x3F_FFFE_F000
MAXTSIZ, DFLDSIZ, MAXDSIZ = 128 << 20, 256 << 20, 1536 << 20
DFLSSIZ, MAXSSIZ = 4 << 20, 120 << 20
MMAP_TOP = USRSTACK - MAXSSIZ - (1 << 20)  # below the largest stack and its guard
# Mappings of a leaf table's span or more lie under other level-1 tables than the stack. Fork shares a large
# level-1 table, and stores to the stack then leave that one alone: it need not be copied entry by entry.
LARGE_TOP = MMAP_TOP & ~((1 << 30) - 1)

PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC


def trunc_page(va: int) -> int:
    return va & ~(PAGE_SIZE - 1)


def round_page(va: int) -> int:
    return va + PAGE_SIZE - 1 & ~(PAGE_SIZE - 1)


class MapEntry:
    """A range [start, end) of an address space. Never changed once it is in a map."""

    __slots__ = (
        "advice", "bits", "end", "inherit", "maxprot", "name", "obj", "offset", "prot", "shared", "start",
        "store_bits", "wired",
    )  # fmt: skip

    def __init__(
        self,
        start: int,
        end: int,
        prot: int,
        *,
        maxprot: int = PROT_ALL,
        obj: UvmObject | None = None,
        offset: int = 0,
        shared: bool = False,
        inherit: int = INHERIT_COPY,
        wired: bool = False,
        advice: int = 0,
        name: str = "",
    ) -> None:
        self.start = start
        self.end = end
        self.prot = prot
        self.maxprot = maxprot
        self.obj = obj  # where pages come from; None is zero-fill. The entry holds a reference while mapped
        self.offset = offset  # bytes into obj of `start`
        self.shared = shared  # stores go to the object's pages
        self.inherit = inherit
        self.wired = wired
        self.advice = advice
        self.name = name  # for /proc and debuggers: a path, "heap", "stack"
        self._set_bits()

    def _set_bits(self) -> None:
        self.bits = bits = pte_bits(self.prot, writable=bool(self.prot & PROT_WRITE))  # of a page that is wholly there
        # The same for the common kind of page, to which a store needs no more thought: private, and no code.
        self.store_bits = bits if bits & (W | X) == W and not self.shared else 0

    def but(self, **changes: int | bool | str | UvmObject | None) -> MapEntry:
        """A copy with some fields changed. A new start moves the offset along."""
        new = MapEntry.__new__(MapEntry)
        for field in MapEntry.__slots__:
            setattr(new, field, changes.get(field, getattr(self, field)))
        new._set_bits()
        if "start" in changes and "offset" not in changes:
            new.offset = self.offset + new.start - self.start
        return new

    def __repr__(self) -> str:
        rwx = "".join(c if self.prot & 1 << i else "-" for i, c in enumerate("rwx"))
        return f"<{self.start:#x}-{self.end:#x} {rwx}{'s' if self.shared else 'p'} {self.name}>"


class VmSpace(UserMemory):
    """A process's address space (struct vmspace), shared by vfork and clone."""

    __slots__ = (
        "brk",
        "copied",
        "daddr",
        "entries",
        "kernel",
        "lock_future",
        "maxrss",
        "maxsaddr",
        "pmap",
        "refs",
        "shm",
        "ssize",
        "starts",
        "taddr",
        "tsize",
    )

    def __init__(self, kernel: Kernel) -> None:
        """An empty space. Raises Errno(ENOMEM)."""
        self.kernel = kernel
        self.pmap = Pmap(kernel.frames, kernel.hart)
        self.refs = 1
        self.entries: list[MapEntry] = []
        self.starts: list[int] = []  # entries' start addresses, for bisection
        self.daddr = 0  # where the program's data begins
        self.brk = 0  # where the heap behind it ends
        self.taddr = self.tsize = 0  # text
        self.ssize = 0
        self.maxsaddr = 0
        self.maxrss = 0  # pages
        self.lock_future = False
        self.copied = 0  # where a store last met a page shared copy-on-write: most likely the next one will, too
        self.shm: Attachments | None = None  # System V segments

    def fault(self, va: int, access: int, *, by_user: bool = False) -> int:
        probe = self.kernel.sdt.fault
        if probe.on:
            probe.fire(self, va, access)
        return fault(self, va, access, by_user=by_user)

    # -- looking up --------------------------------------------------------------------------------

    def lookup(self, va: int) -> MapEntry | None:
        """The entry that covers an address."""
        i = bisect_right(self.starts, va) - 1
        if i >= 0:
            entry = self.entries[i]
            if va < entry.end:
                return entry
        return None

    def overlapping(self, start: int, end: int) -> list[MapEntry]:
        """Entries that share an address with [start, end), ascending."""
        i = max(bisect_right(self.starts, start) - 1, 0)
        found = []
        while i < len(self.entries) and self.entries[i].start < end:
            if self.entries[i].end > start:
                found.append(self.entries[i])
            i += 1
        return found

    def covered(self, start: int, end: int) -> bool:
        """Whether every address of [start, end) is mapped."""
        for entry in self.overlapping(start, end):
            if entry.start > start:
                return False
            start = entry.end
        return start >= end

    def find_space(self, size: int, hint: int = 0, align: int = PAGE_SIZE) -> int:
        """An address for `size` free bytes: at the hint if it fits, else the highest below the stack, or for large
        ones below the stack's level-1 table.

        Raises Errno(ENOMEM).
        """
        hint = trunc_page(hint)
        if hint and VM_MIN_ADDRESS <= hint and hint + size <= MMAP_TOP and not self.overlapping(hint, hint + size):
            return hint
        top = LARGE_TOP if size >= LEAF_SPAN else MMAP_TOP
        end = top
        for entry in reversed(self.entries):
            if entry.start >= top:
                continue
            start = end - size & ~(align - 1)
            if start >= entry.end:
                return start
            end = min(end, entry.start)
        start = end - size & ~(align - 1)
        if start < VM_MIN_ADDRESS:
            raise Errno(ENOMEM)
        return start

    @property
    def size(self) -> int:
        """Bytes of address space in use."""
        return sum(e.end - e.start for e in self.entries if e.prot or e.obj)

    # -- changing ----------------------------------------------------------------------------------

    def insert(self, entry: MapEntry) -> None:
        """Enter an entry into free space. Takes over the caller's reference on entry.obj."""
        i = bisect_right(self.starts, entry.start)
        before = self.entries[i - 1] if i else None
        if before is not None and before.end == entry.start and _mergeable(before, entry):
            self.entries[i - 1] = before.but(end=entry.end)
        else:
            self.entries.insert(i, entry)
            self.starts.insert(i, entry.start)

    def append(self, entry: MapEntry) -> None:
        """Enter an entry that lies above all others."""
        self.entries.append(entry)
        self.starts.append(entry.start)

    def clip(self, start: int, end: int) -> None:
        """Split entries so that none crosses `start` or `end`."""
        for at in (start, end):
            entry = self.lookup(at)
            if entry is not None and entry.start < at:
                i = bisect_right(self.starts, at) - 1
                self.entries[i : i + 1] = [entry.but(end=at), entry.but(start=at)]
                self.starts.insert(i + 1, at)
                if entry.obj is not None:
                    entry.obj.hold()

    def change(self, start: int, end: int, **changes: int | bool | str) -> None:
        """Replace fields of all entries in [start, end), splitting them at its ends."""
        self.clip(start, end)
        i = bisect_right(self.starts, start) - 1
        if i < 0 or self.entries[i].end <= start:
            i += 1
        while i < len(self.entries) and self.entries[i].start < end:
            self.entries[i] = self.entries[i].but(**changes)
            i += 1

    def unmap(self, start: int, end: int) -> None:
        """Remove everything in [start, end). No effect where nothing is mapped."""
        if not self.overlapping(start, end):
            return
        self.clip(start, end)
        self.pmap.remove(start, end)
        keep = []
        for entry in self.entries:
            if entry.start >= start and entry.end <= end:
                if entry.obj is not None:
                    entry.obj.release()
            else:
                keep.append(entry)
        self.entries = keep
        self.starts = [e.start for e in keep]

    def hold(self) -> None:
        """One more process uses this space (uvmspace_addref)."""
        self.refs += 1

    def release(self) -> None:
        """A process leaves; the last one out tears the space down (uvmspace_free)."""
        self.refs -= 1
        if self.refs == 0:
            self.pmap.destroy()
            self.pmap.hart.downgraded()
            for entry in self.entries:
                if entry.obj is not None:
                    entry.obj.release()
            if self.shm is not None:
                self.shm.release()
            self.entries = []
            self.starts = []

    def fork(self, sp: int = 0) -> VmSpace:
        """A copy for a child (uvmspace_fork; spec C.21). Raises Errno(ENOMEM), leaving nothing behind.

        `sp` is an address that both sides will store to as soon as they run, if that is known. So is, by
        experience, the place of the last such store (`copied`).

        Entries are taken over as they are; then those with another inheritance than COPY or SHARE are put
        right in the child.
        """
        special = False
        for entry in self.entries:
            if entry.inherit != INHERIT_COPY or entry.shared or entry.wired:
                special = True
        changed: Changed = []
        try:
            if special:
                prepare_parent(self, changed)
            child = self._fork(sp, special)
        except Errno:
            restore_shared(self, changed)
            raise
        forget_shared(changed)
        return child

    def _fork(self, sp: int, special: bool) -> VmSpace:
        child = VmSpace(self.kernel)
        child.daddr, child.brk = self.daddr, self.brk
        child.taddr, child.tsize = self.taddr, self.tsize
        child.ssize, child.maxsaddr = self.ssize, self.maxsaddr
        child.copied = self.copied
        child.entries = self.entries.copy()
        child.starts = self.starts.copy()
        for entry in child.entries:
            if entry.obj is not None:
                entry.obj.refs += 1
        soon = []
        for va in (sp, self.copied):
            stored = self.lookup(va)
            if stored is not None and stored.prot & PROT_WRITE and not stored.shared and not stored.wired:
                soon.append(va)
        try:
            self.kernel.cow_strategy(self.pmap, child.pmap, soon)
            if special:
                copy_wired(self, child)
                correct_child(child)
        except Errno:
            child.release()
            raise
        child.maxrss = child.pmap.resident
        if self.shm is not None:
            child.shm = self.shm.fork()
        return child


def _mergeable(a: MapEntry, b: MapEntry) -> bool:
    """Whether two adjacent anonymous entries say the same."""
    return (
        a.obj is None
        and b.obj is None
        and all(
            getattr(a, f) == getattr(b, f) for f in ("prot", "maxprot", "shared", "inherit", "wired", "advice", "name")
        )
    )
