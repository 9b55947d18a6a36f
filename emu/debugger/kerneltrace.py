"""The kernel as part of the time line: its traps, and the lines of Python that serve them.

`Traps` sees every trap come and go. Lines are counted, and can be stopped at, only while somebody asks for them:
tracing Python is slow. A stop at a line happens within the trace function, within the trap, so the machine is
exactly where it is said to be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from emu.debugger.hits import fault_signal
from emu.debugger.position import START, Position
from emu.machine.clock import USED
from emu.machine.debug import DEAF, STOP_AT
from emu.machine.hart import PC, TIMER_INTERRUPT

if TYPE_CHECKING:
    from emu.debugger.worker import Worker
    from kernel.lwp import Lwp

KERNEL = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "kernel") + os.sep

# What to do at a line: True stops there.
LineWanted = Callable[[FrameType], bool]


def is_kernel(code: CodeType) -> bool:
    return code.co_filename.startswith(KERNEL)


def short_name(filename: str) -> str:
    """kernel/fork.py"""
    return "kernel/" + filename[len(KERNEL) :].replace(os.sep, "/")


class Traps:
    """Every trap of the machine, and the one under way: where it happened and how many lines it has run."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.kernel = worker.kernel
        self.words = worker.debugger.words
        self.here: Position | None = None  # of the trap under way
        self.cause = self.tval = 0
        self.lwp: Lwp = self.kernel.curlwp
        self.pc = 0
        self.lines = 0
        self.counting = False
        self.frame: FrameType | None = None  # at a stop in the kernel: the line about to run
        self.last = START, 0, 0, 0  # of the latest trap: position, cause, address, pc
        self.want_line: LineWanted | None = None
        self.breaks: dict[tuple[str, int], list[int]] = {}  # (file, line) -> numbers of breakpoints
        self._break_files: set[str] = set()
        self.refusing = False  # a signal comes of the trap under way, and the user was told
        self.retry = False  # the latest trap came back to the instruction where it happened

    def break_at(self, breaks: dict[tuple[str, int], list[int]]) -> None:
        self.breaks = breaks

    @property
    def wanted(self) -> bool:
        """Whether traps have to be traced."""
        return self.want_line is not None or bool(self.breaks)

    # -- what the hart tells -----------------------------------------------------------------------

    def enter(self, cause: int, tval: int, position: int) -> None:
        self.here = Position(position, self.kernel.traps - 1)  # it is counted already
        self.cause, self.tval = cause, tval
        self.lwp = self.kernel.curlwp
        self.pc = self.lwp.frame.words[PC]
        self.last = self.here, cause, tval, self.pc
        self.lines = 0
        self._worker.trap_begins(self)
        if self.wanted:
            self.counting = True
            sys.settrace(self._call)

    def refused(self, cause: int, _tval: int) -> None:
        self.refusing = True
        if self.here is not None:
            self._worker.received(fault_signal(cause, self.kernel.fault_error))

    def leave(self) -> None:
        if self.counting:
            sys.settrace(None)
            self.counting = False
        self.frame = None
        self.here = None
        self.refusing = False
        now = self.kernel.curlwp
        self.retry = now is self.lwp and now.frame.words[PC] == self.pc and self.cause != TIMER_INTERRUPT
        self._worker.trap_ends(self)

    def stop_soon(self) -> None:
        """At the next user instruction, whoever's that is."""
        self.words[STOP_AT] = 0
        self._worker.debugger.look()
        self._worker.debugger.exact = True

    def hear(self, attached: bool) -> None:
        """Whether breakpoints are for the process that runs from now on."""
        self.words[DEAF] = not attached

    # -- tracing -----------------------------------------------------------------------------------

    def _call(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        return self._line if is_kernel(frame.f_code) else None

    def _line(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if event != "line":
            return self._line
        self.lines += 1
        numbers = self.breaks.get((frame.f_code.co_filename, frame.f_lineno)) if self.breaks else None
        want = self.want_line is not None and self.want_line(frame)
        if want or numbers:
            self.frame = frame
            used = self.kernel.clock.words[USED]
            self._worker.at_line(self, numbers or [], want)
            assert self.kernel.clock.words[USED] == used
            self.frame = None
            if not self.wanted:
                self.counting = False
                sys.settrace(None)
                return None
        return self._line

    def position(self) -> Position:
        """Of the line that is about to run."""
        assert self.here is not None
        return self.here._replace(line=self.lines)


def find_function(name: str) -> tuple[str, int] | None:
    """The first line of a kernel function: NAME, MODULE.NAME, CLASS.NAME or any longer end of its full name."""
    wanted = name.split(".")
    found = []
    for module_name, module in sorted(sys.modules.items()):
        if module_name.startswith("kernel."):
            for qualified, code in _functions(module):
                if f"{module_name}.{qualified}".split(".")[-len(wanted) :] == wanted:
                    found.append((code.co_filename, first_line(code)))
    if not found:
        return None
    return min(found)


def _functions(module: Any) -> Iterator[tuple[str, CodeType]]:
    """The functions that a module defines, and the methods of its classes."""
    todo = list(vars(module).values())
    seen = set()
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, type) and value.__module__ == module.__name__:
            todo += vars(value).values()
        elif isinstance(value, staticmethod | classmethod):
            todo.append(value.__func__)
        elif isinstance(value, property):
            todo.append(value.fget)
        code = getattr(value, "__code__", None)
        if isinstance(code, CodeType) and is_kernel(code) and value.__module__ == module.__name__:
            yield code.co_qualname, code


def first_line(code: CodeType) -> int:
    """The first line of a function's body: where the trace function first sees it."""
    lines = sorted({line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno})
    return lines[0] if lines else code.co_firstlineno


def find_line(path: str, line: int) -> tuple[str, int] | None:
    """The line of a kernel file at which a stop is possible: this one or the next that has code."""
    path = path.removeprefix("kernel/")
    filename = os.path.join(KERNEL, path)
    try:
        with open(filename, encoding="utf-8") as file:
            code = compile(file.read(), filename, "exec")
    except OSError:
        return None
    lines: set[int] = set()
    todo = [const for const in code.co_consts if isinstance(const, CodeType)]
    while todo:
        each = todo.pop()
        lines |= {n for _, _, n in each.co_lines() if n is not None and n > each.co_firstlineno}
        todo += [const for const in each.co_consts if isinstance(const, CodeType)]
    after = [n for n in lines if n >= line]
    return (filename, min(after)) if after else None
