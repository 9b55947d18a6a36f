"""The board: RAM, a clock, a hart and a console, plugged together. What the kernel is given at boot."""

from __future__ import annotations

from emu.machine.clock import Clock
from emu.machine.console import Console
from emu.machine.hart import make_hart
from emu.machine.ram import Ram


class Board:
    """One machine. `clock_library` is the path of the native clock, None for the Python fallback."""

    __slots__ = ("clock", "console", "hart", "ram")

    def __init__(self, ram_size: int, console: Console, clock_library: str | None) -> None:
        """Raises ValueError or MemoryError for the RAM, MachineError if there is no usable Unicorn."""
        self.ram = Ram(ram_size)
        self.clock = Clock(clock_library)
        self.hart = make_hart(self.ram, self.clock)
        self.console = console
