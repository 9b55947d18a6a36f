"""U-areas: two pages of emulated RAM per LWP (NetBSD: uvm_glue.c, riscv vm_machdep.c; spec A.4).

From the bottom: the pcb (FP registers f0..f31 and fcsr, 33 words), then `struct user` (a magic number, pid
and LWP id, for debuggers); at the top the trap frame, 288 bytes, below which a kernel stack would grow.
Freed U-areas are kept for reuse, with their views made.
"""

from __future__ import annotations

from emu.machine.hart import FRAME_SIZE, TrapFrame
from kernel.errno import ENOMEM, Errno
from kernel.uvm.page import PAGE_SHIFT, PAGE_SIZE, UAREA, Frames

UPAGES = 2
USPACE = UPAGES * PAGE_SIZE
PCB_WORDS = 33
USER_MAGIC = 0x5541_5245_4130_3031  # "UAREA001", big end first
USER_WORD = PCB_WORDS  # `struct user`: magic, pid, lid

CACHE = 64  # free U-areas to keep


class UAreas:
    """The allocator. A U-area is named by its physical address."""

    __slots__ = ("_cache", "_frames_of", "fail_after", "frames", "live")

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.live = 0
        self._cache: list[int] = []
        self._frames_of: dict[int, TrapFrame] = {}
        self.fail_after = -1  # fault injection, as Frames.fail_after

    def alloc(self) -> int:
        """A U-area, its contents arbitrary (uvm_uarea_alloc). Raises Errno(ENOMEM)."""
        if self.fail_after >= 0:
            self.fail_after -= 1
            if self.fail_after < 0:
                raise Errno(ENOMEM)
        if self._cache:
            address = self._cache.pop()
        else:
            address = self.frames.alloc_pair(UAREA) << PAGE_SHIFT
            self._frames_of[address] = TrapFrame(self.frames.ram, address + USPACE - FRAME_SIZE)
        self.live += 1
        return address

    def free(self, address: int) -> None:
        """Give a U-area back (uvm_uarea_free)."""
        self.live -= 1
        if len(self._cache) < CACHE:
            self._cache.append(address)
            return
        del self._frames_of[address]
        self.frames.release(address >> PAGE_SHIFT)
        self.frames.release((address >> PAGE_SHIFT) + 1)

    def trap_frame(self, address: int) -> TrapFrame:
        """The trap frame of a U-area."""
        return self._frames_of[address]

    def pcb(self, address: int) -> memoryview:
        """The 33 words of the pcb's FP state."""
        return self.frames.ram.words[address >> 3 : (address >> 3) + PCB_WORDS]

    def label(self, address: int, pid: int, lid: int) -> None:
        """Write `struct user`."""
        at = (address >> 3) + USER_WORD
        words = self.frames.ram.words
        words[at], words[at + 1], words[at + 2] = USER_MAGIC, pid, lid

    @property
    def cached(self) -> list[int]:
        """Free U-areas kept for reuse (for audit)."""
        return list(self._cache)
