"""Who owns each frame: every page table, object and U-area walked once, the other way round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from emu.debugger.views.common import label
from emu.machine.sv39 import PPN_SHIFT, V
from kernel.audit import live_objects, live_vnodes
from kernel.proc import SZOMB
from kernel.uvm.spaces import live_spaces

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.uvm.map import VmSpace
    from kernel.uvm.object import UvmObject


class Space(NamedTuple):
    """An address space and the processes in it: several after vfork or clone(CLONE_VM)."""

    vm: VmSpace
    procs: tuple[Proc, ...]

    @property
    def name(self) -> str:
        return " and ".join(label(p) for p in self.procs)

    @property
    def pid(self) -> int:
        return self.procs[0].pid


class Path(NamedTuple):
    """One way to a frame: a space, the address there, and the tables on the way."""

    space: Space
    va: int
    middle: int  # page frame numbers of the level-1 and the leaf table; 0 beyond the frame itself
    leaf: int
    reachable: bool  # V is set all the way, so the hardware gets there


def spaces_of(kernel: Kernel) -> list[Space]:
    """Every live address space, by its first process."""
    members: dict[int, list[Proc]] = defaultdict(list)
    for p in kernel.allproc.values():
        if p.stat != SZOMB:
            members[id(p.vm)].append(p)
    return [Space(vm, tuple(members[id(vm)])) for vm, _ in live_spaces(kernel)]


class Owners:
    """The reverse of all page tables at one moment. Frames and tables are page frame numbers."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.spaces = spaces_of(kernel)
        self.roots: dict[int, Space] = {}
        self.level: dict[int, int] = {}  # of each table: 2 is a root
        # frame -> the entries that name it, each as (table, index)
        self.named: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.objects: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)  # frame -> (object, page index)
        self.uareas: dict[int, tuple[Lwp | None, int]] = {}  # frame -> (owner, 0 or 1); None: kept for reuse
        for space in self.spaces:
            self._walk(space)
        names = object_names(kernel)
        for key, obj in live_objects(kernel, [(s.vm, len(s.procs)) for s in self.spaces]).items():
            for index, pfn in obj.pages.items():
                self.objects[pfn].append((names.get(key, "anonymous shared memory"), index))
        lwps = {l.uarea: l for p in kernel.allproc.values() for l in p.lwps}
        for address in [*lwps, *kernel.uareas.cached]:
            for half in (0, 1):
                self.uareas[(address >> 12) + half] = lwps.get(address), half

    def _walk(self, space: Space) -> None:
        root = space.vm.pmap.root
        self.roots[root] = space
        self.level[root] = 2
        queue = [(root, 2)]
        words = space.vm.pmap.words
        while queue:
            table, level = queue.pop()
            base = table << 9
            for at, entry in enumerate(words[base : base + 512]):
                if not entry:
                    continue
                pfn = entry >> PPN_SHIFT
                if level and pfn not in self.level:
                    self.level[pfn] = level - 1
                    queue.append((pfn, level - 1))
                self.named[pfn].append((table, at))

    def paths(self, pfn: int) -> list[Path]:
        """Every way from a root table to a page, or to a table below a root."""
        paths = [
            Path(self.roots[root], va, tables.get(1, 0), tables.get(0, 0), reachable)
            for root, va, tables, reachable in self._climb(pfn, 0, {}, True)
        ]
        return sorted(paths, key=lambda path: (path.space.pid, path.va))

    def _climb(
        self, pfn: int, va: int, tables: dict[int, int], reachable: bool
    ) -> Iterator[tuple[int, int, dict[int, int], bool]]:
        """From a frame up to the roots: (root, address, tables by level, whether V is set all the way)."""
        for table, index in self.named.get(pfn, ()):
            level = self.level[table]
            here = va | index << 12 + 9 * level
            valid = reachable and self._valid(self.kernel.frames.ram.words, table, index)
            if level == 2:
                yield table, here, tables, valid
            else:
                yield from self._climb(table, here, {**tables, level: table}, valid)

    @staticmethod
    def _valid(words: memoryview, table: int, index: int) -> bool:
        return bool(words[(table << 9) + index] & V)

    def spaces_with(self, pfn: int) -> list[Space]:
        """The spaces from which a frame can be got at, each once."""
        found = {path.space.vm.pmap.root: path.space for path in self.paths(pfn)}
        return list(found.values())


def object_names(kernel: Kernel) -> dict[int, str]:
    """What each memory object is, by its identity."""
    names: dict[int, str] = {}

    def put(obj: UvmObject | None, name: str) -> None:
        if obj is not None and name:
            names.setdefault(id(obj), name)

    for vnode in live_vnodes(kernel):
        put(vnode.uobj, f"file {vnode.hint.decode(errors='replace') or f'inode {vnode.ino}'}")
    for segment in kernel.shm.segments.values():
        put(segment.obj, f"System V segment {segment.shmid:#x}")
    for p in kernel.allproc.values():
        if p.lwpctl is not None:
            for _, obj in p.lwpctl.pages:
                put(obj, f"lwpctl page of process {p.pid}")
        if p.stat != SZOMB:
            for entry in p.vm.entries:
                put(entry.obj, entry.name)
                if entry.obj is not None:
                    put(entry.obj.backing, f"what is behind {entry.name}" if entry.name else "")
    return names
