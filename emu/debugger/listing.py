"""`list` and `disassemble`: the source and the machine code around a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emu.debugger.disasm import Instruction, Listing, raw_text
from emu.debugger.errors import DebuggerError
from emu.debugger.examine import fetch
from emu.debugger.expr import Evaluator
from emu.debugger.lines import SourceFile, Span
from emu.debugger.linespec import Linespecs, Position
from emu.debugger.scopes import Function
from emu.debugger.symbols import Symbols
from emu.debugger.unwind import declared_file
from emu.debugger.values import MemoryPlace


@dataclass
class ListState:
    """What `list` showed last: a next one goes on from there."""

    file: SourceFile | None = None
    first: int = 0
    last: int = 0
    size: int = 10
    fresh: bool = True  # the program has stopped somewhere since


def list_source(symbols: Symbols, evaluator: Evaluator, state: ListState, text: str) -> str:
    """`list [WHERE | FIRST,LAST | FIRST, | ,LAST | + | -]`. Raises DebuggerError."""
    text = text.strip()
    here = current_position(symbols, evaluator)
    if not text and state.fresh:
        if here is None:
            raise DebuggerError('No symbol table is loaded.  Use the "file" command.')
        return _show(symbols, state, here.file, *_around(here.line, state.size))
    if text in ("", "+", "-"):
        file = state.file or (here.file if here is not None else None)
        if file is None:
            raise DebuggerError('No symbol table is loaded.  Use the "file" command.')
        if text == "-":
            if state.fresh and here is not None:
                first, _ = _around(here.line, state.size)
                return _show(symbols, state, file, first - state.size, first - 1)
            if state.first <= 1:
                raise DebuggerError(f"Already at the start of {file.name}.")
            return _show(symbols, state, file, state.first - state.size, state.first - 1)
        return _show(symbols, state, file, state.last + 1, state.last + state.size)
    default = Position(state.file, state.last) if state.file is not None and not state.fresh else here
    specs = Linespecs(symbols, evaluator, default)
    if "," in text:
        before, _, after = (part.strip() for part in text.partition(","))
        if before:
            start = specs.position(before)
            end = Linespecs(symbols, evaluator, start).position(after).line if after else start.line + state.size - 1
            return _show(symbols, state, start.file, start.line, end)
        stop = specs.position(after)
        return _show(symbols, state, stop.file, stop.line - state.size + 1, stop.line)
    position = specs.position(text)
    head = ""
    if text.startswith("*"):
        address = evaluator.integer(text[1:])
        head = f"{address:#x} is in {position.function} ({position.file.name}:{position.line}).\n"
    return head + _show(symbols, state, position.file, *_around(position.line, state.size))


def current_position(symbols: Symbols, evaluator: Evaluator) -> Position | None:
    """File and line of the selected frame, or of main while nothing runs or the program is about to begin."""
    frame = evaluator.frame
    begins = frame is None or frame.pc == symbols.image.entry
    if frame is not None and frame.position is not None and not begins:
        return Position(*frame.position)
    mains = symbols.scopes.functions_named("main")
    if not begins or not mains:
        return None
    return Position(*declared_file(symbols.lines, mains[0].unit, mains[0].die))


def _around(line: int, size: int) -> tuple[int, int]:
    first = max(line - size // 2, 1)
    return first, first + size - 1


def _show(symbols: Symbols, state: ListState, file: SourceFile, first: int, last: int) -> str:
    first = max(first, 1)
    lines = symbols.sources.excerpt(file, first, last)
    state.file, state.first, state.last, state.fresh = file, first, first + len(lines) - 1, False
    return "\n".join(lines)


# -- disassemble


class Disassembler:
    """`disassemble` for one stopped program."""

    def __init__(self, symbols: Symbols, memory: MemoryPlace) -> None:
        self.symbols = symbols
        self.memory = memory

    def command(self, evaluator: Evaluator, text: str) -> str:
        """`disassemble [/rs] [ADDRESS | START,END | START,+LENGTH]`. Raises DebuggerError."""
        words = text.split()
        flags = ""
        while words and words[0].startswith("/"):
            flags += words.pop(0)[1:]
        for flag in flags:
            if flag not in "rsm":
                raise DebuggerError("Invalid disassembly modifier.")
        rest = " ".join(words)
        pc = evaluator.frame.pc if evaluator.frame is not None else None
        start, comma, end = rest.partition(",")
        if comma:
            first = evaluator.integer(start)
            last = first + evaluator.integer(end.strip()[1:]) if end.strip().startswith("+") else evaluator.integer(end)
            head = f"Dump of assembler code from {first:#x} to {last:#x}:"
            body = self.range(first, last, pc, flags, function=None)
        else:
            if not rest and pc is None:
                raise DebuggerError("No frame selected.")
            address = evaluator.integer(rest) if rest else pc
            assert address is not None
            bounds = self.symbols.scopes.bounds_at(address)
            if bounds is None:
                raise DebuggerError(
                    "No function contains specified address." if rest
                    else "No function contains program counter for selected frame."
                )  # fmt: skip
            head = f"Dump of assembler code for function {self.symbols.scopes.name_at(address)}:"
            body = self.range(*bounds, pc, flags, function=self.symbols.scopes.function_at(address))
        return "\n".join([head, *body, "End of assembler dump."])

    def range(self, start: int, end: int, pc: int | None, flags: str, function: Function | None) -> Iterator[str]:
        """The lines of a listing of [start, end). Raises DebuggerError."""
        listing = Listing(self.symbols.symbolize)
        instructions = list(self._instructions(start, end))
        if "s" not in flags and "m" not in flags:
            for instruction in instructions:
                yield self._line(instruction, listing, pc, flags, start if function is not None else None)
            return
        shown_file, shown_line = None, 0
        last: Span | None = None
        with_code = {span.line for span in map(self.symbols.lines.line_at, _addresses(instructions)) if span}
        for instruction in instructions:
            span = self.symbols.lines.line_at(instruction.address)
            if span is not None and (last is None or span.line != last.line or span.file.path != last.file.path):
                if last is not None:
                    yield ""
                if span.file.path != shown_file:
                    yield f"{span.file.name}:"
                    shown_file, shown_line = span.file.path, 0
                first = span.line
                # Lines in between that have no code are shown with the one they lead to.
                while shown_line and first - 1 > shown_line and first - 1 not in with_code:
                    first -= 1
                if shown_line and first != shown_line + 1:
                    first = span.line
                for number in range(first, span.line + 1):
                    yield self.symbols.sources.show(span.file, number)
                shown_line = max(shown_line, span.line)
                last = span
            yield self._line(instruction, listing, pc, flags, start if function is not None else None)

    def _line(self, instruction: Instruction, listing: Listing, pc: int | None, flags: str, base: int | None) -> str:
        mark = "=> " if instruction.address == pc else "   "
        if base is not None:
            place = f"<+{instruction.address - base}>"
        else:
            name = self.symbols.symbolize(instruction.address)
            place = f"<{name}>" if name else ""
            if name and "+" not in name:
                place = f"<{name}+0>"
        raw = raw_text(instruction.raw) + "\t" if "r" in flags else ""
        return f"{mark}{instruction.address:#018x}{' ' + place if place else ''}:\t{raw}{listing.text(instruction)}"

    def _instructions(self, start: int, end: int) -> Iterator[Instruction]:
        at = start
        while at < end:
            instruction = fetch(self.memory, at)
            yield instruction
            at += instruction.size


def _addresses(instructions: list[Instruction]) -> list[int]:
    return [instruction.address for instruction in instructions]
