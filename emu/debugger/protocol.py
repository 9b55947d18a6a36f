"""What the debugger and the processes that hold its machines tell each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from emu.debugger.position import START, Position


class Location(NamedTuple):
    """One place of a breakpoint in user code, in the program of that path."""

    program: str
    address: int


@dataclass
class Point:
    """A breakpoint, watchpoint or catchpoint as the machine sees it."""

    number: int
    kind: str  # break, watch, rwatch, awatch, catch
    enabled: bool = True
    temporary: bool = False
    what: str = ""  # as the user wrote it; for catch the event
    locations: list[Location] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)  # of the kernel: (file, line)
    where: str = ""  # for `info breakpoints`: in main at t.c:5
    condition: str = ""
    ignore: int = 0
    hits: int = 0
    address: int = 0  # watchpoints
    size: int = 0
    pid: int = 0  # whose memory is watched
    frame: int = 0  # CFA of the frame that the watched variable lives in, 0 for none
    returns_to: int = 0  # where that frame returns to
    type_key: Any = None
    argument: str = ""  # catch syscall: the name or number; catch signal: the signal

    def __str__(self) -> str:
        return {"watch": "Hardware watchpoint", "rwatch": "Hardware read watchpoint",
                "awatch": "Hardware access (read/write) watchpoint", "catch": "Catchpoint",
                "break": "Breakpoint"}[self.kind]  # fmt: skip


@dataclass
class Settings:
    """What `set` changes, as far as the machine must know it."""

    follow_fork_mode: str = "parent"
    detach_on_fork: bool = True
    step_kernel: bool = True


@dataclass
class Run:
    """A request to run. `what` is the name of an activity in emu.debugger.control."""

    what: str
    args: tuple[Any, ...] = ()
    points: list[Point] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    checkpoints: bool = True  # leave checkpoints along the way
    quiet: bool = False  # breakpoints do not count
    search: bool = False  # for something that is told by its report; ^C gives it up
    state: Any = None  # what the session has gathered: value history and the like


@dataclass
class Report:
    """How a run ended."""

    reason: str  # stop, exited, gone, refine, interrupt, scanned
    position: Position = START
    text: list[str] = field(default_factory=list)  # for the user
    numbers: list[int] = field(default_factory=list)  # of the points that were hit
    hits: dict[int, int] = field(default_factory=dict)  # what was added to the points' counts
    ignored: dict[int, int] = field(default_factory=dict)  # what was taken off their ignore counts
    low: int = 0  # refine: the change is behind this and not behind `high`
    high: int = 0
    value: Any = None
    running: bool = True  # the machine has not ended
    attached: tuple[int, ...] = ()
    state: Any = None


class WorkerError(Exception):
    """A request that failed: one line for the user."""
