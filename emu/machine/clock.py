"""Virtual time: how much code has retired, and the timer.

The unit of the counter is a byte of code; `CYCLES_PER_NS` of them make a nanosecond of virtual time. The
kernel says what a trap costs, and adds the time during which every LWP sleeps, so one number orders all
that happens in a run.

A native block hook (clock.c) does the counting at nearly full speed. Where no library can be had, the same
rules run as a Python callback: same results, slower.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

CYCLES_PER_NS = 4
FOREVER = (1 << 64) - (1 << 50)  # cycles: the counter is good for another three days of code after this
LAST = FOREVER // CYCLES_PER_NS  # ns: the last moment that anything can be set for
LARGEST_BLOCK = 2048  # bytes: 512 instructions; a quantum below this could stop progress

USED, LIMIT, ADDRESS, SIZE, EXPIRED, STOP, TRAPS, TRAP_COST, _WORDS = range(9)

BlockHook = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)


class Clock:
    """Counts code and stops the hart at a limit. Times of the public methods are ns of virtual time."""

    __slots__ = ("_boot_time", "_hook", "_struct", "callback", "correction", "library", "words")

    def __init__(self, library: str | None) -> None:
        """`library` is the path of the compiled clock.c, or None for the Python fallback."""
        self._struct = (ctypes.c_uint64 * _WORDS)()
        self.words = memoryview(self._struct).cast("B").cast("Q")
        self.words[LIMIT] = FOREVER
        self._boot_time = 1_700_000_000 * 10**9  # fixed, so runs are reproducible
        self.correction: Callable[[int], int] | None = None  # of the time of day (ns), at a moment of virtual time
        self.library = None if library is None else ctypes.PyDLL(library)
        self._hook: Any = BlockHook(self._block) if self.library is None else self.library.uarea_clock_block
        self.callback = ctypes.cast(self._hook, ctypes.c_void_p)

    @property
    def native(self) -> bool:
        """Whether clock.c counts."""
        return self.library is not None

    @property
    def data(self) -> int:
        """Host address of the shared counters: the hook's user data."""
        return ctypes.addressof(self._struct)

    def set_stop(self, function: int) -> None:
        """Tell the hook how to stop the hart: the host address of uc_emu_stop."""
        self.words[STOP] = function

    def _block(self, uc: int, address: int, size: int, _data: int) -> None:
        words = self.words
        if words[USED] + size > words[LIMIT]:
            words[SIZE] = 0
            words[EXPIRED] = 1
            ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(words[STOP])(uc)
            return
        words[USED] += size
        words[ADDRESS] = address
        words[SIZE] = size

    @property
    def boot_time(self) -> int:
        """The time of day at boot, ns since the epoch, by what the time of day is now."""
        if self.correction is None:
            return self._boot_time
        return self._boot_time + self.correction(self.now())

    @boot_time.setter
    def boot_time(self, ns: int) -> None:
        self._boot_time = ns if self.correction is None else ns - self.correction(self.now())

    def now(self) -> int:
        """Nanoseconds of virtual time since boot."""
        return self.words[USED] // CYCLES_PER_NS

    def cycles(self) -> int:
        """The raw counter."""
        return self.words[USED]

    def charge(self, ns: int) -> None:
        """Let time pass without code."""
        self.words[USED] += ns * CYCLES_PER_NS

    def trap(self) -> None:
        """A trap: it is counted, and takes the time that the kernel says (TRAP_COST)."""
        words = self.words
        words[TRAPS] += 1
        words[USED] += words[TRAP_COST]

    def retract(self, pc: int) -> None:
        """A block faulted at `pc`: take back what was counted for the part that did not run."""
        words = self.words
        words[USED] -= words[ADDRESS] + words[SIZE] - pc
        words[SIZE] = pc - words[ADDRESS]

    def stop_at(self, when: int) -> None:
        """Stop the hart at this time (ns) or just before, at the latest possible block boundary."""
        self.words[LIMIT] = when * CYCLES_PER_NS

    def at_most(self, when: int) -> None:
        """Bring the next stop forward to `when` (ns) if it is later."""
        if when * CYCLES_PER_NS < self.words[LIMIT]:
            self.words[LIMIT] = when * CYCLES_PER_NS
