"""Views of a stopped machine, as text: page tables, frames, U-areas, processes, files, signals, time.

`show(kernel, "pagewalk 0x10000")` gives the lines that a student reads. No view changes anything: not a page is
brought in, no time is charged, so a run that was looked at is the same run.
"""

from __future__ import annotations

from emu.debugger.views.commands import COMMANDS, Command, show
from emu.debugger.views.common import Context, ViewError

__all__ = ["COMMANDS", "Command", "Context", "ViewError", "show"]
