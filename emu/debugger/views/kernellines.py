"""The lines of the kernel that a trap ran, as the reader gets to see them: calls indented, source text, and the
step of the specification that a function or a section says it implements."""

from __future__ import annotations

import linecache
import re
from functools import cache
from types import CodeType, FrameType

from emu.debugger.views.common import count
from emu.debugger.views.provenance import KERNEL, where

EVERY_LINE = 60  # a trap of up to so many lines is shown whole; of a longer one, functions and what changed
LONGEST = 150  # rows of a story
_SPEC = re.compile(r"spec ((?:[A-D]\.\d+)(?:(?:, |-| and )[A-D]\.\d+)*)")
_SEED = re.compile(r"L\d+(?:-\d+)?")
_PREFIX = str(KERNEL) + "/"
_MACHINE = str(KERNEL.parent / "emu" / "machine") + "/"


class Line:
    """One executed line, and what it changed of the things that were watched."""

    __slots__ = ("changes", "code", "depth", "number")

    def __init__(self, code: CodeType, number: int, depth: int) -> None:
        self.code = code
        self.number = number
        self.depth = depth
        self.changes: list[str] = []

    @property
    def where(self) -> str:
        return f"{where(self.code.co_filename)}:{self.number}"

    @property
    def source(self) -> str:
        return linecache.getline(self.code.co_filename, self.number).strip()


def is_kernel(path: str) -> bool:
    """Whether a source file belongs to the kernel."""
    return path.startswith(_PREFIX)


def place(frame: FrameType) -> Line:
    """The line that a frame is at; its depth is the number of kernel functions around it."""
    depth = 0
    outer = frame.f_back
    while outer is not None and not outer.f_code.co_filename.startswith(_MACHINE):
        depth += is_kernel(outer.f_code.co_filename)  # between them may be who listens to what the kernel does
        outer = outer.f_back
    return Line(frame.f_code, frame.f_lineno, depth)


@cache
def spec_of(code: CodeType, number: int) -> str:
    """The step of the specification at a line: what the section's heading above it says, else the docstring."""
    for at in range(number, code.co_firstlineno, -1):
        text = linecache.getline(code.co_filename, at).strip()
        if text.startswith("# -- ") and (found := _reference(text)):
            return found
    doc = code.co_consts[0] if code.co_consts and isinstance(code.co_consts[0], str) else ""
    return _reference(doc)


def _reference(text: str) -> str:
    spec, seed = _SPEC.search(text), _SEED.search(text)
    parts = [f"spec {spec[1]}"] if spec else []
    return ", ".join([*parts, f"kern_fork.c {seed[0]}"] if seed and spec else parts)


def story_lines(lines: list[Line]) -> list[str]:
    """The kernel's way through the trap."""
    functions = len({line.code for line in lines})
    head = f"The kernel ran {count(len(lines), 'line')} of {count(functions, 'function')}"
    if len(lines) <= EVERY_LINE:
        return [f"{head}:", *_every(lines)]
    rows = _calls(lines)
    if len(rows) > LONGEST:
        left_out = len(rows) - LONGEST
        rows = [*rows[:LONGEST], f"  ({count(left_out, 'row')} more)"]
    return [f"{head}; its calls, and the lines that changed what is watched:", *rows]


def _every(lines: list[Line]) -> list[str]:
    rows, spec = [], ""
    width = max(len(line.where) for line in lines)
    for line in lines:
        now = spec_of(line.code, line.number)
        note = f"   [{now}]" if now and now != spec else ""
        spec = now or spec
        rows.append(f"  {line.where:<{width}}  {'  ' * line.depth}{line.source}{note}")
        rows += [f"  {'':<{width}}  {'  ' * line.depth}  => {change}" for change in line.changes]
    return rows


def _calls(lines: list[Line]) -> list[str]:
    """A row for each call, for each section with a step of its own, and for each line that changed something.
    Calls that are made again and again from one place are shown once."""
    rows: list[str] = []
    seen: dict[str, int] = {}
    last: tuple[CodeType, int, str] | None = None
    for line in lines:
        spec = spec_of(line.code, line.number)
        here = line.code, line.depth, spec
        name = line.code.co_name
        text = f"{'  ' * line.depth}{name}  {line.where}" + (f"   [{spec}]" if spec else "")
        if here != last and name != "<lambda>":
            key = f"{'  ' * line.depth}{name}  [{spec}]"
            seen[key] = seen.get(key, 0) + 1
            if seen[key] == 1:
                rows.append(f"  {text}")
        last = here
        if line.changes:
            rows.append(f"  {'  ' * line.depth}  {line.where}  {line.source}")
            rows += [f"  {'  ' * line.depth}    => {change}" for change in line.changes]
    return rows
