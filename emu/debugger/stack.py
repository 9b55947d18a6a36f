"""Frames as text: `backtrace`, `frame`, `info frame`, `info locals`, `info args`, `info registers`."""

from __future__ import annotations

from collections.abc import Iterator

from emu.debugger import types as t
from emu.debugger.cfi import NAMES, RA
from emu.debugger.errors import DebuggerError
from emu.debugger.expr import FLOAT_NUMBERS, Evaluator
from emu.debugger.format import Formatter
from emu.debugger.location import InMemory
from emu.debugger.scopes import Variable
from emu.debugger.symbols import Symbols
from emu.debugger.target import MemoryFault, Target
from emu.debugger.unwind import Frame
from emu.debugger.values import Value

_OUTERMOST = ("main",)
# gdb calls s0 by its other name.
REGISTERS = ["fp" if name == "s0" else name for name in NAMES]
_FIRST_COLUMN, _SECOND_COLUMN = 15, 35


class StackTexts:
    """What is to be said about the frames of one stopped program."""

    def __init__(self, symbols: Symbols, target: Target, formatter: Formatter) -> None:
        self.symbols = symbols
        self.target = target
        self.formatter = formatter

    def _evaluator(self, frame: Frame) -> Evaluator:
        return Evaluator(self.symbols, self.target, frame)

    # -- one frame

    def arguments(self, frame: Frame) -> str:
        """`argc=1, argv=0x3ffffeeec0`: scalars only, as in a backtrace."""
        if frame.scope is None:
            return ""
        parts = []
        for variable in frame.scope.parameters:
            parts.append(f"{variable.name}={self._short(variable, frame)}")
        return ", ".join(parts)

    def _short(self, variable: Variable, frame: Frame) -> str:
        try:
            value = self._evaluator(frame).variable(variable, frame)
            if isinstance(value.plain, t.Struct | t.Array) and not value.missing:
                return "..."
            return self.formatter.value(value)
        except DebuggerError as error:
            return f"<error: {error}>"

    def call(self, frame: Frame, *, address: bool) -> str:
        """`0x1105c in main (argc=1) at t.c:14`, `<signal handler called>`."""
        if frame.signal:
            return "<signal handler called>"
        text = f"{frame.pc:#018x} in " if address else ""
        text += f"{frame.name or '??'} ({self.arguments(frame)})"
        position = frame.position
        return text + (f" at {position[0].name}:{position[1]}" if position is not None else "")

    def line(self, frame: Frame) -> str:
        """A line of a backtrace."""
        return f"#{frame.level:<3}{self.call(frame, address=frame.shows_address)}"

    def described(self, frame: Frame) -> str:
        """What `frame` prints: the frame and its line of the source."""
        source = self.source_line(frame)
        return self.line(frame) + (f"\n{source}" if source else "")

    def source_line(self, frame: Frame, *, address: bool = False) -> str:
        """`14\\tint main(void)`; with `address` the pc before it, where it is within a line."""
        position = frame.position
        if position is None or frame.signal:
            return ""
        prefix = f"{frame.pc:#018x}\t" if address and frame.shows_address else ""
        return prefix + self.symbols.sources.show(*position)

    # -- many frames

    def backtrace(
        self, frames: Iterator[Frame], limit: int | None = None, *, full: bool = False, past_main: bool = False
    ) -> str:
        """The stack; a negative limit gives the outermost frames."""
        listed: list[Frame] = []
        more = False
        last: Frame | None = None
        for frame in frames:
            if limit is not None and 0 <= limit <= len(listed):
                more = True
                break
            listed.append(frame)
            last = frame
            if frame.name in _OUTERMOST and not past_main and not frame.inlined:
                last = None
                break
        if limit is not None and limit < 0:
            listed = listed[limit:]
        lines = []
        for frame in listed:
            lines.append(self.line(frame))
            if full:
                lines += [f"{' ' * 8}{line}" for line in self.locals(frame).split("\n")]
        if more:
            lines.append("(More stack frames follow...)")
        elif last is not None and last.activation.stopped:
            lines.append(f"Backtrace stopped: {last.activation.stopped}")
        return "\n".join(lines)

    # -- variables

    def locals(self, frame: Frame) -> str:
        """The variables of the blocks around the pc, innermost first."""
        if frame.block is None:
            return "No symbol table info available."
        lines = []
        for scope in frame.block.outwards():
            for variable in scope.variables:
                if not variable.parameter and variable.name:
                    lines.append(self.assignment(variable, frame))
        return "\n".join(lines) or "No locals."

    def args(self, frame: Frame) -> str:
        if frame.scope is None:
            return "No symbol table info available."
        return "\n".join(self.assignment(v, frame) for v in frame.scope.parameters) or "No arguments."

    def assignment(self, variable: Variable, frame: Frame) -> str:
        """`name = value`."""
        try:
            value = self._evaluator(frame).variable(variable, frame)
            return f"{variable.name} = {self.formatter.value(value)}"
        except DebuggerError as error:
            return f"{variable.name} = <error: {error}>"

    # -- info frame

    def info_frame(self, frame: Frame, caller: Frame | None, callee: Frame | None) -> str:
        activation = frame.activation
        position = frame.position
        where = f" in {frame.name}" if frame.name else ""
        where += f" ({position[0].name}:{position[1]})" if position is not None else ""
        outer = activation.caller()
        lines = [f"Stack level {frame.level}, frame at {frame.cfa:#x}:"]
        lines.append(f" pc = {frame.pc:#x}{where}" + (f"; saved pc = {outer.pc:#x}" if outer is not None else ""))
        if frame.inlined and caller is not None:
            lines.append(f" inlined into frame {caller.level}")
        elif caller is None:
            lines.append(" Outermost frame: outermost")
        links = []
        if caller is not None and not frame.inlined:
            links.append(f"called by frame at {caller.cfa:#x}")
        if callee is not None and not callee.inlined:
            links.append(f"caller of frame at {callee.cfa:#x}")
        lines += [f" {link}" for link in links]
        if frame.scope is not None:
            lines.append(" source language c.")
            lines.append(f" Arglist at {self._base(frame)}, args: {self.arguments(frame)}")
            lines.append(f" Locals at {self._base(frame)}, Previous frame's sp is {frame.cfa:#x}")
        saved = self._saved(frame)
        if saved:
            lines.append(" Saved registers:")
            lines.append("  " + ", ".join(saved))
        return "\n".join(lines)

    @staticmethod
    def _base(frame: Frame) -> str:
        base = frame.frame_base()
        if isinstance(base, InMemory):
            return f"{base.address:#x}"
        number = getattr(base, "number", None)
        value = frame.register(number) if number is not None else None
        return f"{value:#x}" if value is not None else "unknown address."

    @staticmethod
    def _saved(frame: Frame) -> list[str]:
        outer = frame.activation.caller()
        if outer is None:
            return []
        found = []
        for number in sorted(outer.saved):
            place = outer.saved[number]
            if isinstance(place, InMemory) and number < 32:
                found.append(f"{REGISTERS[number]} at {place.address:#x}")
            elif isinstance(place, InMemory) and number == 64:
                found.append(f"pc at {place.address:#x}")
        return found

    # -- registers

    def registers(self, frame: Frame, names: list[str]) -> str:
        """`info registers [NAME...]`; `float` and `all` are groups. Raises DebuggerError."""
        evaluator = self._evaluator(frame)
        wanted: list[str] = []
        for name in names or ["general"]:
            name = name.removeprefix("$")
            floats = sorted((n for n in FLOAT_NUMBERS if n[1].isalpha()), key=lambda n: FLOAT_NUMBERS[n])
            if name in ("general", "all"):
                wanted += [*REGISTERS, "pc"]
            if name in ("float", "all"):
                wanted += [*floats, "fcsr"]
            if name not in ("general", "float", "all"):
                wanted.append(name)
        lines = []
        for name in wanted:
            value = evaluator.register(name)
            if value is None:
                raise DebuggerError(f"Invalid register `{name}'")
            lines.append(self._register(name, value))
        return "\n".join(lines)

    def _register(self, name: str, value: Value) -> str:
        text = name.ljust(_FIRST_COLUMN)
        if value.missing:
            return text + value.missing
        try:
            data = value.data
        except DebuggerError as error:
            return text + (str(error) if "<" in str(error) else f"<error: {error}>")
        raw = f"{int.from_bytes(data, 'little'):#x}"
        if isinstance(value.plain, t.Struct):
            natural = f"(raw {int.from_bytes(data, 'little'):#018x})"
            return f"{text}{self.formatter.value(value)}\t{natural}"
        natural = self.formatter.value(value)
        return f"{(text + raw).ljust(_SECOND_COLUMN)}{natural}"


def return_address(frame: Frame) -> int | None:
    """Where a frame returns to, if that can be told."""
    try:
        caller = frame.activation.caller()
        return caller.pc if caller is not None else frame.register(RA)
    except MemoryFault:
        return None
