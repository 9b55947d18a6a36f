"""How the machine's process is told to run on, and what it says happened."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emu.debugger.kerneltrace import LineWanted
from emu.debugger.position import Position
from emu.debugger.protocol import Report
from emu.machine.clock import FOREVER

if TYPE_CHECKING:
    from kernel.lwp import Lwp


@dataclass
class Go:
    """How to run on. It ends with an event."""

    stop: int = FOREVER  # a position
    step: bool = False  # by one instruction of `lwp` outside [low, high)
    low: int = 0
    high: int = 0
    lwp: Lwp | None = None
    temps: frozenset[int] = frozenset()  # stop at these addresses, too
    slow: bool = False
    record: bool = False  # count hits instead of stopping
    lines: LineWanted | None = None  # which lines of the kernel to stop at
    trap_end: bool = False  # stop when the trap under way is over


@dataclass
class Event:
    """What happened. `reason` is a sum of the hart's bits; the rest of it is told by the fields."""

    position: Position
    reason: int = 0
    numbers: list[int] = field(default_factory=list)  # points that were hit
    text: list[str] = field(default_factory=list)
    line: bool = False  # at a line of the kernel that was wanted
    trap_end: bool = False
    gone: bool = False  # the LWP that was stepped does not exist any more
    interrupted: bool = False
    ended: str = ""  # how the machine ended
    refine: tuple[int, int] | None = None  # a watched word changed between these positions

    @property
    def final(self) -> bool:
        """Something the user wants to see, whatever was going on."""
        return bool(self.numbers or self.interrupted or self.ended or self.refine)


Activity = Generator[Go, Event, Report]
