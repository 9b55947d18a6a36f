"""The board: RAM, a clock, a hart and a console, plugged together. What the kernel is given at boot."""

from __future__ import annotations

import ctypes
import os

from emu.machine.clock import LIMIT, Clock
from emu.machine.console import Console
from emu.machine.hart import Hart
from emu.machine.ram import Ram
from emu.machine.uc import MachineError, load_library


class Board:
    """One machine. `library` is the path of the native part, None to do without."""

    __slots__ = ("_signal", "clock", "console", "hart", "ram")

    def __init__(self, ram_size: int, console: Console, library: str | None) -> None:
        """Raises ValueError or MemoryError for the RAM, MachineError if there is no usable Unicorn."""
        if library is not None and not _loads(library):
            library = None
        self.ram = Ram(ram_size, library)
        self.clock = Clock(library)
        self.hart = make_hart(self.ram, self.clock)
        self.console = console
        self._signal = 0

    def interrupt(self, signo: int) -> None:
        """The host's user wants attention; called from a Python signal handler, at any moment.

        The hart stops at the next block, and the kernel asks `take_interrupt`. While the emulator itself waits
        for input, the wait is broken off.
        """
        self._signal = signo
        self.clock.words[LIMIT] = 0
        if self.console.waiting:
            raise InterruptedError

    def take_interrupt(self) -> int:
        """The signal of the latest `interrupt`, once; 0 if there was none."""
        signo, self._signal = self._signal, 0
        return signo


def _loads(library: str) -> bool:
    """Whether this Python can load the native part: one for another host, or a Python that hides its functions."""
    try:
        ctypes.PyDLL(library)
    except OSError:
        return False
    return True


def make_hart(ram: Ram, clock: Clock) -> Hart:
    """A hart on this RAM and clock, with registers in place where that can be verified.

    Raises MachineError when Unicorn cannot be used at all.
    """
    lib = load_library()
    if os.environ.get("UAREA_HART") != "batch":
        from emu.machine.inplace import InPlaceHart

        try:
            return InPlaceHart(lib, ram, clock)
        except (MachineError, OSError):
            pass  # another Unicorn, or no /proc: the portable way works everywhere
    from emu.machine.batch import BatchHart

    return BatchHart(lib, ram, clock)
