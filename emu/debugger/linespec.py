"""Places in a program as a user writes them: `main`, `t.c:14`, `t.c:add`, `14`, `+3`, `*0x1100c`."""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.debugger.errors import DebuggerError
from emu.debugger.expr import Evaluator
from emu.debugger.lines import SourceFile
from emu.debugger.scopes import Function, Place
from emu.debugger.symbols import Symbols
from emu.debugger.unwind import declared_file


class Position(NamedTuple):
    """A line of a source file, for `list`. `function` is what it was asked by."""

    file: SourceFile
    line: int
    function: str = ""


class Linespecs:
    """Resolves places. `default` is the file and line that a bare number or an offset is taken to be about."""

    def __init__(self, symbols: Symbols, evaluator: Evaluator, default: Position | None) -> None:
        self.symbols = symbols
        self.evaluator = evaluator
        self.default = default

    def places(self, text: str) -> list[Place]:
        """Where a breakpoint goes. Empty text is the pc of the selected frame. Raises DebuggerError."""
        text = text.strip()
        if not text:
            frame = self.evaluator.frame
            if frame is None:
                raise DebuggerError("No default breakpoint address now.")
            return [self.symbols.scopes.place(frame.pc, frame.name)]
        if text.startswith("*"):
            return [self.symbols.scopes.place(self.evaluator.integer(text[1:]))]
        scopes = self.symbols.scopes
        line = self._line(text)
        if line is not None:
            if not self.symbols.has_debug_information:
                raise DebuggerError('No symbol table is loaded.  Use the "file" command.')
            found = scopes.line_places(line.file.path, line.line)
            if not found:
                raise DebuggerError(f'No line {line.line} in file "{line.file.name}".')
            return found
        file, name = _split(text)
        if file:
            return [scopes.function_place(function) for function in self._functions(file, name)]
        unit = self.evaluator.unit
        own = [f for f in scopes.unit_scope(unit).functions if f.name == name] if unit is not None else []
        found = scopes.function_places(name, unit if own and not own[0].external else None)
        if not found:
            raise DebuggerError(f'Function "{name}" not defined.')
        return found

    def position(self, text: str) -> Position:
        """The line that `list` shows for it. Raises DebuggerError."""
        text = text.strip()
        if text.startswith("*"):
            address = self.evaluator.integer(text[1:])
            span = self.symbols.lines.line_at(address)
            if span is None:
                raise DebuggerError(f"No line number information available for address {address:#x}")
            return Position(span.file, span.line, self.symbols.scopes.name_at(address) or "")
        line = self._line(text)
        if line is not None:
            return line
        file, name = _split(text)
        unit = self.evaluator.unit
        functions = self._functions(file, name) if file else self.symbols.scopes.functions_named(name, unit)
        if functions:
            where, number = declared_file(self.symbols.lines, functions[0].unit, functions[0].die)
            return Position(where, number, name)
        symbol = self.symbols.image.symbols_by_name.get(name)
        span = self.symbols.lines.line_at(symbol.address) if symbol is not None else None
        if span is None:
            raise DebuggerError(f'Function "{name}" not defined.')
        return Position(span.file, span.line, name)

    def _line(self, text: str) -> Position | None:
        """FILE:LINE, LINE, +N, -N; None if it is something else."""
        if re.fullmatch(r"[+-]?\d+", text):
            if self.default is None:
                raise DebuggerError('No symbol table is loaded.  Use the "file" command.')
            number = int(text)
            if text[0] in "+-":
                number += self.default.line
            return Position(self.default.file, number)
        file, rest = _split(text)
        if file and rest.isdigit():
            return Position(self._file(file), int(rest))
        return None

    def _file(self, asked: str) -> SourceFile:
        found = next((file for file in self.symbols.lines.files() if file.matches(asked)), None)
        if found is None:
            raise DebuggerError(f"No source file named {asked}.")
        return found

    def _functions(self, file: str, name: str) -> list[Function]:
        path = self._file(file).path
        scopes = self.symbols.scopes
        found = [
            function
            for table, _ in self.symbols.lines.tables_of(path)
            for function in scopes.unit_scope(table.unit).functions
            if function.name == name and declared_file(self.symbols.lines, table.unit, function.die)[0].path == path
        ]
        if not found:
            raise DebuggerError(f'Function "{name}" not defined in "{file}".')
        return found


def _split(text: str) -> tuple[str, str]:
    """FILE and the rest, if there is a file."""
    file, colon, rest = text.rpartition(":")
    if not colon or file.endswith(":"):
        return "", text
    return file.strip().strip("'\""), rest.strip()
