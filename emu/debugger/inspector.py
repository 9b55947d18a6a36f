"""The commands that look at one stopped program, each a function from its argument to the text it prints.

An inspector lives as long as a stop of one LWP. What outlasts that (the value history, where `list` and `x` were, the
settings) is a `State`: plain data, which can be taken to another process that debugs the same program.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Any

from emu.debugger import types as t
from emu.debugger.arithmetic import pointee
from emu.debugger.errors import DebuggerError
from emu.debugger.examine import Examiner, Format, parse_format
from emu.debugger.expr import Evaluator
from emu.debugger.format import FORMATS, Formatter, Options
from emu.debugger.history import History
from emu.debugger.linespec import Linespecs, Position
from emu.debugger.listing import Disassembler, ListState, current_position, list_source
from emu.debugger.queries import Queries
from emu.debugger.scopes import Function, Place
from emu.debugger.stack import StackTexts
from emu.debugger.symbols import Symbols
from emu.debugger.target import MemoryFault, Target
from emu.debugger.unwind import Frame
from emu.debugger.values import MemoryPlace, Value, result_of


@dataclass
class State:
    """What outlasts a stop."""

    history: tuple[list[Any], dict[str, Any]] = field(default_factory=lambda: ([], {}))
    options: Options = field(default_factory=Options)
    list: ListState = field(default_factory=ListState)
    examine_letter: str = "x"
    examine_size: int = 4
    examine_count: int = 1
    examine_next: int | None = None
    directories: tuple[str, ...] = ("$cdir", "$cwd")


class Inspector:
    """Commands for one stopped program. All raise DebuggerError with the line to print."""

    def __init__(self, symbols: Symbols, target: Target, state: State | None = None, level: int = 0) -> None:
        self.symbols = symbols
        self.target = target
        state = state or State()
        self.options = state.options
        self.history = History.thaw(state.history, symbols.types, target)
        self._list = replace(state.list)
        self._examiner = Examiner()
        self._examiner.letter, self._examiner.size = state.examine_letter, state.examine_size
        self._examiner.count, self._examiner.next = state.examine_count, state.examine_next
        symbols.sources.path = list(state.directories)
        self.memory = MemoryPlace(target, 0)
        self.formatter = Formatter(symbols, self.options)
        self.formatter.memory = self.memory
        self.stack = StackTexts(symbols, target, self.formatter)
        self.queries = Queries(symbols)
        self._walk = symbols.frames(target)
        self._frames: list[Frame] = []
        self.level = 0
        if level:
            self.level = min(level, self._last_level(level))

    def save(self) -> State:
        """The state for the next inspector."""
        return State(
            self.history.freeze(), self.options, self._list, self._examiner.letter, self._examiner.size,
            self._examiner.count, self._examiner.next, tuple(self.symbols.sources.path),
        )  # fmt: skip

    def changed(self) -> None:
        """Registers or memory have changed: frames are to be found anew."""
        self._walk = self.symbols.frames(self.target)
        self._frames = []

    # -- frames

    def frame(self, level: int) -> Frame | None:
        """The frame of a level, 0 being the innermost; None beyond the outermost."""
        while len(self._frames) <= level:
            found = next(self._walk, None)
            if found is None:
                return None
            self._frames.append(found)
        return self._frames[level]

    def _last_level(self, limit: int) -> int:
        while self.frame(limit) is None and limit:
            limit = len(self._frames) - 1
        return limit

    @property
    def selected(self) -> Frame:
        found = self.frame(self.level)
        if found is None:
            raise DebuggerError("No stack.")
        return found

    @property
    def evaluator(self) -> Evaluator:
        return Evaluator(self.symbols, self.target, self.selected, self.history)

    @property
    def specs(self) -> Linespecs:
        return Linespecs(self.symbols, self.evaluator, self._default_position())

    def _default_position(self) -> Position | None:
        if not self._list.fresh and self._list.file is not None:
            return Position(self._list.file, self._list.last)
        return current_position(self.symbols, self.evaluator)

    def select(self, level: int) -> str:
        """Make a frame the one that names are looked up in; its description."""
        if level < 0 or self.frame(level) is None:
            raise DebuggerError("No frame at level " + f"{level}.")
        self.level = level
        self._list.fresh = True
        return self.stack.described(self.selected)

    def frame_command(self, text: str) -> str:
        """`frame [LEVEL | function NAME]`."""
        text = text.strip()
        if text.startswith("function "):
            name = text.split(None, 1)[1]
            for level in itertools.count():
                frame = self.frame(level)
                if frame is None:
                    raise DebuggerError(f'No frame for function "{name}".')
                if frame.name == name:
                    return self.select(level)
        text = text.removeprefix("level ")
        return self.select(self.evaluator.integer(text)) if text else self.stack.described(self.selected)

    def up(self, text: str = "") -> str:
        """`up [N]`."""
        count = self.evaluator.integer(text) if text.strip() else 1
        level = self._last_level(self.level + count)
        if level == self.level and count > 0:
            raise DebuggerError("Initial frame selected; you can't go up.")
        return self.select(max(level, 0))

    def down(self, text: str = "") -> str:
        """`down [N]`."""
        count = self.evaluator.integer(text) if text.strip() else 1
        if self.level == 0 and count > 0:
            raise DebuggerError("Bottom (innermost) frame selected; you can't go down.")
        return self.select(max(self.level - count, 0))

    def backtrace(self, text: str = "") -> str:
        """`backtrace [full] [N | -N] [-past-main]`."""
        words = text.split()
        full = any(word in ("full", "-full") for word in words)
        past_main = any(word in ("past-main", "-past-main") for word in words)
        rest = [word for word in words if word not in ("full", "-full", "past-main", "-past-main")]
        limit = self.evaluator.integer(rest[0]) if rest else None
        frames = itertools.takewhile(lambda frame: frame is not None, map(self.frame, itertools.count()))
        return self.stack.backtrace(frames, limit, full=full, past_main=past_main)  # type: ignore[arg-type]

    def stop_text(self, *, new_frame: bool = True) -> str:
        """What is said at a stop: function and arguments if that is news, and the line of the source."""
        frame = self.selected
        source = self.stack.source_line(frame, address=not new_frame)
        if not new_frame and source:
            return source
        call = self.stack.call(frame, address=frame.shows_address)
        return call + (f"\n{source}" if source else "")

    def info_frame(self) -> str:
        frame = self.selected
        callee = self.frame(frame.level - 1) if frame.level else None
        try:
            return self.stack.info_frame(frame, self.frame(frame.level + 1), callee)
        except MemoryFault as fault:
            raise DebuggerError(str(fault)) from None

    def info_locals(self) -> str:
        return self.stack.locals(self.selected)

    def info_args(self) -> str:
        return self.stack.args(self.selected)

    def info_registers(self, text: str = "") -> str:
        return self.stack.registers(self.selected, text.split())

    # -- values

    def print(self, text: str) -> str:
        """`print[/F] [-OPTION...] EXPRESSION`: the value with its number in the history."""
        format, rest = _slash(text)
        formatter, rest = self._with_options(rest)
        value = self.evaluator.evaluate(rest) if rest.strip() else self.history.get(len(self.history.values))
        shown = self._show(formatter, value, format)
        if isinstance(value.plain, t.Void):
            return f"${len(self.history.values) + 1} = {shown}"
        return f"${self.history.add(value)} = {shown}"

    def output(self, text: str) -> str:
        """`output[/F] EXPRESSION`: only the value."""
        format, rest = _slash(text)
        return self._show(self.formatter, self.evaluator.evaluate(rest), format)

    def _show(self, formatter: Formatter, value: Value, format: Format) -> str:
        if format.letter == "s" or format.letter == "i":
            if format.letter == "i":
                raise DebuggerError('Format letter "i" is meaningless in "print" command.')
        if format.size:
            raise DebuggerError('Size letters are meaningless in "print" command.')
        if format.count != 1:
            raise DebuggerError('Item count other than 1 is meaningless in "print" command.')
        return formatter.top(value, format.letter)

    def _with_options(self, text: str) -> tuple[Formatter, str]:
        """`-pretty`, `-elements N` and the like before an expression."""
        options, text = self.options, text.lstrip()
        while match := re.match(r"-(-|[a-z-]+)(?:\s+|$)", text):
            name = match[1].replace("-", "_")
            if match[1] == "-":
                text = text[match.end() :]
                break
            known = {"pretty", "symbol", "address", "union", "null_stop", "array_indexes", "elements", "repeats"}
            if name not in known:
                break
            text = text[match.end() :]
            value: int | bool = True
            word = re.match(r"(on|off|\d+|unlimited)\s+", text)
            if word is not None:
                text = text[word.end() :]
                value = {"on": True, "off": False, "unlimited": 0}.get(word[1], word[1].isdigit() and int(word[1]))
            setting: dict[str, Any] = {name: value}
            options = replace(options, **setting)
        if options is self.options:
            return self.formatter, text
        formatter = Formatter(self.symbols, options)
        formatter.memory = self.memory
        return formatter, text

    def set_variable(self, text: str) -> str:
        """`set var EXPRESSION`: evaluate it for what it does."""
        self.evaluator.evaluate(text)
        self.changed()
        return ""

    def whatis(self, text: str) -> str:
        """`whatis EXPRESSION`: its type. Of a typedef what it stands for, one step."""
        type, named = self.evaluator.type_of(text) if text.strip() else (self._last().type, False)
        if named and isinstance(type, t.Typedef):
            type = type.target
        return f"type = {type.name}"

    def ptype(self, text: str) -> str:
        """`ptype[/o] EXPRESSION`: its type in full."""
        match = re.match(r"/(\w+)\s*", text)
        rest = text[match.end() :] if match else text
        type = self.evaluator.type_of(rest)[0] if rest.strip() else self._last().type
        if match and "o" in match[1]:
            return t.layout(type)
        return f"type = {t.describe(type)}"

    def _last(self) -> Value:
        return self.history.get(len(self.history.values))

    def examine(self, text: str) -> str:
        """`x[/NFU] [ADDRESS]`."""
        format, rest = _slash(text, "xduotacfsizr", sizes=True)
        floating = 0
        if rest.strip():
            value = self.evaluator.evaluate(rest)
            plain = value.plain
            if isinstance(plain, t.Struct) and value.address is not None:
                address = value.address
            else:
                address = value.integer() & (1 << 64) - 1
            if isinstance(plain, t.Pointer | t.Array) and t.is_floating(pointee(plain)):
                floating = pointee(plain).size if pointee(plain).size <= 8 else 0
        elif self._examiner.next is not None:
            address = self._examiner.next
            if not text.strip():
                format = replace(format, count=self._examiner.count)
        else:
            raise DebuggerError("Argument required (starting display address).")
        try:
            return self._examiner.examine(self.formatter, self.memory, format, address, self._pc(), floating)
        finally:
            self.history.names.update(self._examiner.values(self.memory))

    def _pc(self) -> int | None:
        frame = self.frame(self.level)
        return frame.pc if frame is not None else None

    def display(self, number: int, text: str) -> str:
        """One `display[/F] EXPRESSION` at a stop."""
        match = re.match(r"/(\S+)\s*", text)
        letters = match[1] if match else ""
        expression = text[match.end() :] if match else text
        head = f"{number}: "
        if letters and (letters[-1] in "is" or any(c in "bhwg" for c in letters) or letters[0].isdigit()):
            return f"{head}x/{letters} {expression}\n{self.examine(f'/{letters} {expression}')}"
        shown = self.output(f"/{letters} {expression}" if letters else expression)
        return f"{head}{'/' + letters + ' ' if letters else ''}{expression} = {shown}"

    def value_returned(self, function: Function) -> str | None:
        """After `finish`: what the function returned, with its number in the history; None for void."""
        type = self.symbols.types.function(function.die).result
        frame = self.frame(0)
        assert frame is not None
        value = result_of(self.target, frame, type)
        if value is None:
            return None
        shown = self.formatter.top(value)
        return f"Value returned is ${self.history.add(value)} = {shown}"

    # -- source and code

    def list_command(self, text: str = "") -> str:
        """`list [WHERE]`."""
        return list_source(self.symbols, self.evaluator, self._list, text)

    def disassemble(self, text: str = "") -> str:
        """`disassemble [/rs] [WHERE]`."""
        return Disassembler(self.symbols, self.memory).command(self.evaluator, text)

    def places(self, text: str) -> list[Place]:
        """Where `break WHERE` puts breakpoints."""
        return self.specs.places(text)

    # -- information

    def info_line(self, text: str = "") -> str:
        return self.queries.line(self.specs, text)

    def info_symbol(self, text: str) -> str:
        return self.queries.symbol(self.evaluator.integer(text))

    def info_address(self, text: str) -> str:
        return self.queries.address(self.evaluator, text.strip())

    def info_scope(self, text: str) -> str:
        return self.queries.scope(self.specs, text)

    def info_source(self) -> str:
        position = current_position(self.symbols, self.evaluator)
        return self.queries.source(self.evaluator.unit, position)

    def info_sources(self) -> str:
        return self.queries.sources()

    def info_functions(self, text: str = "") -> str:
        return self.queries.functions(text.strip())

    def info_variables(self, text: str = "") -> str:
        return self.queries.variables(text.strip())

    def info_types(self, text: str = "") -> str:
        return self.queries.types(text.strip())

    def complete(self, prefix: str) -> list[str]:
        """Names that begin so: of variables in sight, functions, globals, types."""
        found = {name for name in self.symbols.image.symbols_by_name if name.startswith(prefix)}
        frame = self.frame(self.level)
        block = frame.block if frame is not None else None
        for scope in block.outwards() if block is not None else ():
            found |= {variable.name for variable in scope.variables if variable.name.startswith(prefix)}
        unit = self.evaluator.unit
        if unit is not None:
            scopes = self.symbols.scopes.unit_scope(unit)
            names = [*scopes.variables, *scopes.enumerators, *(name for _, name in scopes.types)]
            names += [function.name for function in scopes.functions]
            found |= {name for name in names if name.startswith(prefix)}
        return sorted(found)


def _slash(text: str, letters: str = FORMATS, *, sizes: bool = True) -> tuple[Format, str]:
    """The format behind a slash and the rest."""
    match = re.match(r"\s*/(\S*)\s*", text)
    if match is None:
        return Format(), text
    return parse_format(match[1], letters=letters, sizes=sizes), text[match.end() :]
