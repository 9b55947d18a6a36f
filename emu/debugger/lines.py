"""Line tables: which source line an address belongs to, and at which addresses a line begins."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from functools import cached_property
from typing import Any, NamedTuple

from emu.debugger.dwarf import Image, Unit, value_of


class SourceFile(NamedTuple):
    """A source file as the debugging information names it. `name` is as the compiler was given it."""

    name: str
    directory: str

    @property
    def path(self) -> str:
        return posixpath.normpath(posixpath.join(self.directory, self.name))

    def matches(self, asked: str) -> bool:
        """Whether a user who writes `asked` can mean this file: the name or the end of its path."""
        if asked.startswith("/"):
            return posixpath.normpath(asked) == self.path
        asked = posixpath.normpath(asked)
        path = self.path
        return path == asked or path.endswith("/" + asked)


class Span(NamedTuple):
    """Consecutive code of one line. Line 0 is code that belongs to no line of the source."""

    start: int
    end: int
    file: SourceFile
    line: int
    statement: bool  # a recommended place for a breakpoint: the beginning of a statement


class LineTable:
    """The line table of one unit."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._program: Any = None
        if "DW_AT_stmt_list" in unit.die.attributes:
            self._program = unit.image.dwarf.line_program_for_CU(unit.cu)

    @cached_property
    def files(self) -> list[SourceFile]:
        """The files by the numbers that DW_AT_decl_file and the table use."""
        if self._program is None:
            return [SourceFile(self.unit.name, self.unit.directory)]
        header = self._program.header
        directories = [d.decode("utf-8", "replace") for d in header["include_directory"]]
        if self.unit.version >= 5 or header["version"] >= 5:
            found: list[SourceFile] = []
        else:
            directories.insert(0, self.unit.directory)
            found = [SourceFile(self.unit.name, self.unit.directory)]
        for entry in header["file_entry"]:
            name = entry["name"].decode("utf-8", "replace")
            index = entry["dir_index"]
            if index and index < len(directories):
                name = posixpath.join(directories[index], name)
            found.append(SourceFile(name, self.unit.directory))
        return found

    def file(self, number: int) -> SourceFile:
        files = self.files
        return files[number] if 0 <= number < len(files) else files[0]

    @cached_property
    def _decoded(self) -> tuple[list[Span], set[int]]:
        spans: list[Span] = []
        prologue_ends: set[int] = set()
        if self._program is None:
            return spans, prologue_ends
        executable = self.unit.image.executable
        previous: Any = None
        for entry in self._program.get_entries():
            state = entry.state
            if state is None:
                continue
            if previous is not None and executable(previous.address):
                if previous.prologue_end:
                    prologue_ends.add(previous.address)
                if state.address > previous.address:
                    spans.append(
                        Span(
                            previous.address, state.address, self.file(previous.file), previous.line,
                            bool(previous.is_stmt),
                        )
                    )  # fmt: skip
            previous = None if state.end_sequence else state
        spans.sort()
        return spans, prologue_ends

    @property
    def spans(self) -> list[Span]:
        """By address."""
        return self._decoded[0]

    @property
    def prologue_ends(self) -> set[int]:
        """Where functions have set up their frame, as the compiler says."""
        return self._decoded[1]

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.spans]

    def index_at(self, address: int) -> int | None:
        index = bisect_right(self._starts, address) - 1
        if index >= 0 and address < self.spans[index].end:
            return index
        return None


class Lines:
    """The line tables of a program."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._tables: dict[int, LineTable] = {}

    def table(self, unit: Unit) -> LineTable:
        found = self._tables.get(unit.offset)
        if found is None:
            found = self._tables[unit.offset] = LineTable(unit)
        return found

    def find(self, address: int) -> Span | None:
        """The span of an address. A span of line 0 is reported as such."""
        unit = self.image.unit_at(address)
        if unit is None:
            return None
        table = self.table(unit)
        index = table.index_at(address)
        return None if index is None else table.spans[index]

    def line_at(self, address: int) -> Span | None:
        """The span whose line a user wants to see: for code of no line that of the code before it."""
        unit = self.image.unit_at(address)
        if unit is None:
            return None
        table = self.table(unit)
        index = table.index_at(address)
        if index is None:
            return None
        while not table.spans[index].line:
            if not index or table.spans[index - 1].end != table.spans[index].start:
                return None
            index -= 1
        return table.spans[index]

    def step_range(self, address: int) -> tuple[int, int] | None:
        """The code around an address that `step` and `next` run through before they look again: what follows
        and precedes it without a gap and is of the same line, or of none."""
        unit = self.image.unit_at(address)
        here = self.line_at(address)
        if unit is None or here is None:
            return None
        table = self.table(unit)
        spans = table.spans
        first = last = table.index_at(address)
        if first is None or last is None:
            return None

        def belongs(span: Span) -> bool:
            return not span.line or (span.line == here.line and span.file.path == here.file.path)

        while first > 0 and spans[first - 1].end == spans[first].start and belongs(spans[first - 1]):
            first -= 1
        while last + 1 < len(spans) and spans[last].end == spans[last + 1].start and belongs(spans[last + 1]):
            last += 1
        return spans[first].start, spans[last].end

    def begins_line(self, address: int) -> bool:
        """Whether a statement begins exactly here: where stepping may stop."""
        span = self.find(address)
        return span is not None and span.start == address and span.statement and span.line > 0

    def stops_step(self, origin: Span, address: int) -> bool:
        """Whether stepping that began in `origin` and has come to `address`, in the same function, is done: a
        statement of another line begins here. Elsewhere it goes on with the step range of that address."""
        span = self.find(address)
        if span is None or not self.begins_line(address):
            return False
        return span.line != origin.line or span.file.path != origin.file.path

    def files(self) -> list[SourceFile]:
        """Every file that some unit of C or assembly code is about, the user's before the library's."""
        found: dict[str, SourceFile] = {}
        for unit in sorted(self.image.units, key=lambda unit: (unit.library, unit.offset)):
            if not unit.ranges:
                continue
            table = self.table(unit)
            number = 1 if unit.version < 5 else 0
            own = table.file(number)
            for file in [own, *table.files]:
                found.setdefault(file.path, file)
        return list(found.values())

    def tables_of(self, asked: str) -> list[tuple[LineTable, set[str]]]:
        """The tables that a file may have code in, and the paths that it may have there."""
        found = []
        for unit in sorted(self.image.units, key=lambda unit: (unit.library, unit.offset)):
            if not unit.ranges:
                continue
            table = self.table(unit)
            paths = {file.path for file in table.files if file.matches(asked)}
            if paths:
                found.append((table, paths))
        return found

    def addresses(self, file: str, line: int) -> list[Span]:
        """The spans at which a line's statements begin, by address; if it has no code those of the next line
        that has. Empty if there is none, or no such file."""
        exact: list[Span] = []
        after: dict[int, list[Span]] = {}
        for table, paths in self.tables_of(file):
            for span in table.spans:
                if not span.statement or span.file.path not in paths:
                    continue
                if span.line == line:
                    exact.append(span)
                elif span.line > line:
                    after.setdefault(span.line, []).append(span)
        found = exact or (after[min(after)] if after else [])
        return sorted(found)

    def knows_file(self, asked: str) -> bool:
        return bool(self.tables_of(asked))

    def decl_file(self, unit: Unit, die: Any) -> SourceFile:
        """The file in which a DIE of this unit was declared."""
        return self.table(unit).file(value_of(die, "DW_AT_decl_file", 0))

    def after_prologue(self, low: int, high: int) -> int:
        """Where a function's body begins: the compiler's mark, else its second statement (gcc has one for the opening
        brace, and another for what follows), else its first instruction."""
        unit = self.image.unit_at(low)
        if unit is None:
            return low
        table = self.table(unit)
        marks = [address for address in table.prologue_ends if low <= address < high]
        if marks:
            return min(marks)
        if re.match(r"GNU .* -O[1-9gs]", unit.producer):
            return low  # variables are described from the first instruction on, and lines are in no order
        index = table.index_at(low)
        if index is None:
            return low
        for span in table.spans[index + 1 :]:
            if span.start >= high:
                break
            if span.line and span.statement:
                return span.start
        return low
