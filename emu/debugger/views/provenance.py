"""Which system call, or which fault, got each frame its memory: noted while a debugger is attached.

The allocators' classes are replaced by ones that write down who asks; without a debugger they are what they
always were, and nothing asks whether somebody wants to know.
"""

from __future__ import annotations

import sys
from pathlib import PurePath
from types import CodeType, FrameType
from typing import TYPE_CHECKING, NamedTuple

from kernel.main import Kernel
from kernel.syscall import NATIVE
from kernel.trap import Trap
from kernel.uvm.page import Frames
from kernel.uvm.uarea import UAreas

if TYPE_CHECKING:
    from collections.abc import Callable

_SKIPPED = ("page.py", "uarea.py")  # the allocators themselves
KERNEL = PurePath(sys.modules["kernel"].__file__ or "kernel").parent


class Origin(NamedTuple):
    """How a frame came to its present use."""

    pid: int
    lid: int
    cause: str  # "system call 2 (fork)", "page fault at 0x12000"
    line: str  # the kernel's line that asked: "kernel/uvm/fault.py:61 in fault"
    cycles: int

    def __str__(self) -> str:
        return f"{self.cause} of process {self.pid}, LWP {self.lid}, at cycle {self.cycles:,}: {self.line}"


class Provenance:
    """The origins of frames, by page frame number."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._origins: dict[int, Origin] = {}
        self._calls: dict[CodeType, str] = {
            entry.handler.__code__: f"system call {entry.number} ({entry.name})"
            for entry in NATIVE
            if entry is not None and hasattr(entry.handler, "__code__")
        }
        self._traps = {Kernel.page_fault.__code__, Trap.trap.__code__}
        self._since = kernel.clock.cycles()

    def of(self, pfn: int) -> str:
        """How a frame came to its present use, in words."""
        origin = self._origins.get(pfn)
        return f"by {origin}" if origin is not None else f"before cycle {self._since:,}, when the debugger was attached"

    def origin(self, pfn: int) -> Origin | None:
        return self._origins.get(pfn)

    def note(self, *frames: int) -> None:
        """These frames were just handed out. Called by the allocator, so the Python stack tells by whom."""
        line, cause = "", "the kernel's own work"
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            code = frame.f_code
            if not line and PurePath(code.co_filename).name not in _SKIPPED:
                line = f"{where(code.co_filename)}:{frame.f_lineno} in {code.co_name}"
            if code in self._calls:
                cause = self._calls[code]
                break
            if code in self._traps:
                cause = f"page fault at {frame.f_locals['tval']:#x}"
                break
            frame = frame.f_back
        l = self._kernel.curlwp
        origin = Origin(l.proc.pid, l.lid, cause, line, self._kernel.clock.cycles())
        for pfn in frames:
            self._origins[pfn] = origin


def where(path: str) -> str:
    """A kernel source file as it is named from the top of the tree: kernel/uvm/fault.py."""
    file = PurePath(path)
    return str(file.relative_to(KERNEL.parent)) if file.is_relative_to(KERNEL) else file.name


def watch(kernel: Kernel) -> Provenance:
    """Begin to note who allocates. The machine does not notice."""
    provenance = Provenance(kernel)
    kernel.frames.__class__ = _watched_frames(provenance.note)
    kernel.uareas.__class__ = _watched_uareas(provenance.note)
    return provenance


def provenance_of(kernel: Kernel) -> Provenance | None:
    """What was noted, if `watch` was called."""
    found = getattr(type(kernel.frames), "provenance", None)
    return found if isinstance(found, Provenance) else None


def _watched_frames(note: Callable[..., None]) -> type[Frames]:
    class WatchedFrames(Frames):
        """The allocator, with a witness. It has no fields of its own: an instance is made of a Frames in use."""

        __slots__ = ()
        provenance = getattr(note, "__self__", None)

        def alloc(self, kind: int, *, zero: bool = True) -> int:
            pfn = Frames.alloc(self, kind, zero=zero)
            note(pfn)
            return pfn

        def alloc_clean(self, kind: int, source: int = 0) -> int:
            pfn = Frames.alloc_clean(self, kind, source)
            if pfn:
                note(pfn)
            return pfn

        def alloc_pair(self, kind: int) -> int:
            pfn = Frames.alloc_pair(self, kind)
            note(pfn, pfn + 1)
            return pfn

    return WatchedFrames


def _watched_uareas(note: Callable[..., None]) -> type[UAreas]:
    class WatchedUAreas(UAreas):
        """The allocator of U-areas, likewise: most come from its cache, not from the frames' allocator."""

        __slots__ = ()

        def alloc(self) -> int:
            address = UAreas.alloc(self)
            note(address >> 12, (address >> 12) + 1)
            return address

    return WatchedUAreas
