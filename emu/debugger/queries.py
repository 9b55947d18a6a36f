"""What a program's symbols say without being stopped anywhere: `info line`, `info symbol`, `info functions`, ..."""

from __future__ import annotations

import re
from collections.abc import Callable

from emu.debugger import types as t
from emu.debugger.dwarf import DIE, Unit, holder_of
from emu.debugger.errors import DebuggerError
from emu.debugger.expr import Evaluator
from emu.debugger.linespec import Linespecs, Position
from emu.debugger.location import Constant, InMemory, InRegister, Location, Missing, Reader, locate
from emu.debugger.scopes import Variable
from emu.debugger.stack import REGISTERS
from emu.debugger.symbols import Symbols
from emu.debugger.target import MemoryFault
from emu.debugger.unwind import Frame, declared_file

_LANGUAGES = {0x01: "c", 0x02: "c", 0x0C: "c", 0x1D: "c", 0x2C: "c", 0x8001: "asm"}


class Queries:
    """The answers for one program."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def named(self, address: int) -> str:
        name = self.symbols.symbolize(address)
        return f"{address:#x} <{name}>" if name else f"{address:#x}"

    # -- addresses

    def line(self, specs: Linespecs, text: str) -> str:
        """`info line WHERE`. Raises DebuggerError."""
        text = text.strip()
        lines = self.symbols.lines
        if text.startswith("*") or not text:
            frame = specs.evaluator.frame
            if not text and frame is None:
                raise DebuggerError("No frame selected.")
            address = specs.evaluator.integer(text[1:]) if text else (frame.pc if frame is not None else 0)
            span = lines.find(address)
            if span is None or not span.line:
                return f"No line number information available for address {self.named(address)}"
            position = Position(span.file, span.line)
            return self._span(position, span.start, span.end)
        position = specs.position(text)
        found = lines.addresses(position.file.path, position.line)
        if not found:
            return f'Line number {position.line} is out of range for "{position.file.name}".'
        first = found[0]
        if first.line != position.line:
            where = self.named(first.start)
            return f'Line {position.line} of "{position.file.name}" is at address {where} but contains no code.'
        return self._span(position, first.start, first.end)

    def _span(self, position: Position, start: int, end: int) -> str:
        return (
            f'Line {position.line} of "{position.file.name}" starts at address {self.named(start)} '
            f"and ends at {self.named(end)}."
        )

    def symbol(self, address: int) -> str:
        """`info symbol ADDRESS`."""
        symbol, section = self.symbols.image.symbol_at(address), self.symbols.image.section_at(address)
        if symbol is None or section is None:
            return f"No symbol matches {address:#x}."
        offset = address - symbol.address
        return f"{symbol.name}{f' + {offset}' if offset else ''} in section {section.name}"

    def address(self, evaluator: Evaluator, name: str) -> str:
        """`info address NAME`. Raises DebuggerError."""
        frame = evaluator.frame
        local = evaluator.local(name)
        if local is not None:
            return f'Symbol "{name}" is {self.place(local, frame)}.'
        functions = self.symbols.scopes.functions_named(name, evaluator.unit)
        if functions:
            return f'Symbol "{name}" is a function at address {functions[0].low:#x}.'
        variable = self.symbols.scopes.global_variable(name, evaluator.unit)
        if variable is not None:
            return f'Symbol "{name}" is {self.place(variable, frame)}.'
        symbol = self.symbols.image.symbols_by_name.get(name)
        if symbol is None:
            raise DebuggerError(f'No symbol "{name}" in current context.')
        section = self.symbols.image.section_at(symbol.address)
        where = f" in a file compiled without debugging in section {section.name}" if section is not None else ""
        return f'Symbol "{name}" is at {symbol.address:#x}{where}.'

    def place(self, variable: Variable, frame: Frame | None) -> str:
        """Where a variable is, in words."""
        holder = holder_of(variable.die, "DW_AT_location")
        if holder is not None:
            raw = holder.attributes["DW_AT_location"].value
            if isinstance(raw, list | bytes) and bytes(raw)[:1] == b"\x91":
                reader = Reader(bytes(raw)[1:])
                return f"a variable at frame base {reader.sleb():+d}"
            if frame is None and not isinstance(raw, list | bytes):
                return "a variable in different places at different addresses"
        try:
            location = locate(variable.unit, variable.die, frame)
        except (DebuggerError, MemoryFault):
            return "a variable with a computed place"
        return _in_words(location)

    def scope(self, specs: Linespecs, text: str) -> str:
        """`info scope WHERE`. Raises DebuggerError."""
        places = specs.places(text)
        scope = self.symbols.scopes.scope_at(places[0].address)
        lines = []
        while scope is not None:
            for variable in scope.variables:
                size = self.symbols.types.of(variable.die).size
                lines.append(f"Symbol {variable.name} is {self.place(variable, None)}, length {size}.")
            scope = scope.parent if not scope.is_function else None
        if not lines:
            return f"Symbol table for {text} contains no locals or arguments."
        return "\n".join([f"Scope for {text}:", *lines])

    # -- files

    def source(self, unit: Unit | None, position: Position | None) -> str:
        """`info source`."""
        if unit is None or position is None:
            return "No current source file."
        sources = self.symbols.sources
        found, text = sources.find(position.file), sources.text(position.file)
        lines = [f"Current source file is {position.file.name}", f"Compilation directory is {unit.directory}"]
        if found is not None:
            lines.append(f"Located in {found}")
        if text is not None:
            lines.append(f"Contains {len(text)} line{'s' if len(text) != 1 else ''}.")
        lines.append(f"Source language is {_LANGUAGES.get(unit.language, 'unknown')}.")
        if unit.producer:
            lines.append(f"Producer is {unit.producer}.")
        lines.append(f"Compiled with DWARF {unit.version} debugging format.")
        return "\n".join(lines)

    def sources(self) -> str:
        """`info sources`."""
        return "\n".join(file.path for file in self.symbols.lines.files())

    # -- symbols by pattern

    def functions(self, pattern: str) -> str:
        def declared(unit: Unit) -> list[tuple[str, str, DIE]]:
            found = []
            for function in self.symbols.scopes.unit_scope(unit).functions:
                text = t.declare(self.symbols.types.function(function.die), function.name)
                found.append((function.name, text if function.external else f"static {text}", function.die))
            return found

        def plain(name: str) -> bool:
            symbol = self.symbols.image.symbols_by_name[name]
            address = symbol.address
            return self.symbols.image.executable(address) and self.symbols.scopes.function_at(address) is None

        return self._listing("functions", pattern, declared, plain)

    def variables(self, pattern: str) -> str:
        known: set[str] = set()

        def declared(unit: Unit) -> list[tuple[str, str, DIE]]:
            found = []
            for variable in self.symbols.scopes.globals_of(unit):
                if holder_of(variable.die, "DW_AT_location") is None:
                    continue
                known.add(variable.name)
                external = variable.die.attributes.get("DW_AT_external") is not None
                text = t.declare(self.symbols.types.of(variable.die), variable.name)
                found.append((variable.name, text if external else f"static {text}", variable.die))
            return found

        def plain(name: str) -> bool:
            address = self.symbols.image.symbols_by_name[name].address
            data = self.symbols.image.section_at(address) is not None
            return data and not self.symbols.image.executable(address) and name not in known

        return self._listing("variables", pattern, declared, plain)

    def types(self, pattern: str) -> str:
        def declared(unit: Unit) -> list[tuple[str, str, DIE]]:
            found: list[tuple[str, str, DIE]] = []
            for (kind, name), die in self.symbols.scopes.unit_scope(unit).types.items():
                if kind == "base":
                    continue
                text = (
                    f"typedef {t.declare(self.symbols.types.of(die), name)}" if kind == "typedef" else f"{kind} {name}"
                )
                found.append((name, text, die))
            return found

        return self._listing("types", pattern, declared, None)

    def _listing(
        self,
        what: str,
        pattern: str,
        declared: Callable[[Unit], list[tuple[str, str, DIE]]],
        plain: Callable[[str], bool] | None,
    ) -> str:
        try:
            expression = re.compile(pattern)
        except re.error as error:
            raise DebuggerError(f"Invalid regexp: {error}") from None
        matching = f' matching regular expression "{pattern}"' if pattern else ""
        lines = [f"All {what}{matching}:" if pattern else f"All defined {what}:"]
        files: dict[str, set[tuple[str, int, str]]] = {}
        for unit in self.symbols.image.own_units:
            for name, text, die in declared(unit):
                if expression.search(name):
                    file, line = declared_file(self.symbols.lines, unit, die)
                    files.setdefault(file.name, set()).add((name, line, text))
        for file_name in sorted(files):
            lines += ["", f"File {file_name}:"]
            lines += [f"{line}:\t{text};" for _, line, text in sorted(files[file_name])]
        if plain is not None:
            symbols = self.symbols.image.symbols_by_name
            rest = [s for s in symbols.values() if expression.search(s.name) and plain(s.name)]
            if rest:
                lines += ["", "Non-debugging symbols:"]
                lines += [f"{s.address:#018x}  {s.name}" for s in sorted(rest, key=lambda s: (s.address, s.name))]
        return "\n".join(lines)


def _in_words(location: Location) -> str:
    if isinstance(location, InMemory):
        return f"static storage at address {location.address:#x}"
    if isinstance(location, InRegister):
        name = REGISTERS[location.number] if location.number < 32 else f"f{location.number - 32}"
        return f"a variable in ${name}"
    if isinstance(location, Constant):
        return f"constant {int.from_bytes(location.data, 'little')}"
    return "optimized out" if isinstance(location, Missing) else "in several pieces"
