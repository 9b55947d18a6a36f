"""Where on the time line the machine is: user instructions and kernel lines in one total order."""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.debugger.errors import DebuggerError


class Position(NamedTuple):
    """`cycles` is the clock at a user instruction, `traps` how many traps came before it. `line` counts the lines
    of the kernel that the trap at this instruction has run; 0 means that it has not begun, or that there is none."""

    cycles: int
    traps: int
    line: int = 0

    def __str__(self) -> str:
        return f"{self.cycles}.{self.traps}" + (f"+{self.line}" if self.line else "")

    @property
    def order(self) -> tuple[int, int]:
        """What decides about before and after: every trap takes time, so `traps` follows from `cycles`."""
        return self.cycles, self.line

    @property
    def user(self) -> Position:
        """The instruction itself."""
        return self._replace(line=0)


START = Position(0, 0)


def parse(text: str) -> Position:
    """What `when` prints, or only its first number. Raises DebuggerError."""
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\+(\d+))?", text.strip())
    if match is None:
        raise DebuggerError(f'"{text.strip()}" is not a position; "when" shows what they look like.')
    return Position(int(match[1]), int(match[2] or 0), int(match[3] or 0))
