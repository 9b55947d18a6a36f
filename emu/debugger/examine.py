"""`x/NFU ADDRESS`: memory as numbers, strings or instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emu.debugger import types as t
from emu.debugger.disasm import Instruction, Listing, one
from emu.debugger.errors import DebuggerError
from emu.debugger.format import Formatter, read_string
from emu.debugger.location import MASK
from emu.debugger.values import FixedPlace, MemoryPlace, Value, make

SIZES = {"b": 1, "h": 2, "w": 4, "g": 8}
_UNITS = {size: letter for letter, size in SIZES.items()}
_PER_LINE = {1: 8, 2: 8, 4: 4, 8: 2}
_FLOATS = {4: t.FLOAT_TYPE, 8: t.DOUBLE}
_TYPES = {1: t.CHAR_TYPE, 2: t.SHORT, 4: t.INT, 8: t.LONG}


@dataclass(frozen=True)
class Format:
    """The letters behind a slash. `size` 0 and `letter` "" stand for what was used last."""

    count: int = 1
    letter: str = ""
    size: int = 0
    raw: bool = False


def parse_format(text: str, *, letters: str = "xduotacfsizr", sizes: bool = True) -> Format:
    """`20xw`. Raises DebuggerError."""
    match = re.match(r"-?\d+", text)
    count = int(match[0]) if match else 1
    letter, size, raw = "", 0, False
    for char in text[match.end() if match else 0 :]:
        if sizes and char in SIZES:
            size = SIZES[char]
        elif char == "r":
            raw = True
        elif char in letters:
            letter = char
        else:
            raise DebuggerError(f'Undefined output format "{char}".')
    return Format(count, letter, size, raw)


class Examiner:
    """Remembers where it was and in which format: `x` alone goes on from there."""

    def __init__(self) -> None:
        self.letter = "x"
        self.size = 4
        self.count = 1
        self.next: int | None = None
        self.last_type: t.Type | None = None
        self.last_address: int | None = None

    def examine(
        self,
        formatter: Formatter,
        memory: MemoryPlace,
        format: Format,
        address: int,
        pc: int | None,
        floating: int = 0,
    ) -> str:
        """`floating` is the size of the floating-point numbers that are at the address, if its type tells.
        Raises DebuggerError; what could be shown before is in its text."""
        letter = format.letter or self.letter
        size = format.size
        if letter == "a":
            size = 8
        elif letter == "c" and not format.size:
            size = 1 if format.letter else self.size
        elif letter == "f" and not size:
            size = floating or (self.size if self.size in (4, 8) else 8)
        size = size or self.size
        self.letter = letter
        if letter not in "si":
            self.size = size
        lines: list[str] = []
        count = self.count = format.count
        if count < 0:
            if letter in "si":
                raise DebuggerError("Going backwards is not possible in this format.")
            address = address + count * size & MASK
            count = -count
        try:
            if letter == "i":
                self._instructions(formatter, memory, address, count, pc, lines)
            elif letter == "s":
                self._strings(formatter, memory, address, count, lines)
            else:
                self._numbers(formatter, memory, address, count, letter, size, lines)
        except DebuggerError as error:
            raise DebuggerError("\n".join([*lines, str(error)])) from None
        return "\n".join(lines)

    def _label(self, formatter: Formatter, address: int) -> str:
        name = formatter.symbols.symbolize(address)
        return f"{address:#x} <{name}>" if name else f"{address:#x}"

    def _instructions(
        self, formatter: Formatter, memory: MemoryPlace, address: int, count: int, pc: int | None, lines: list[str]
    ) -> None:
        listing = Listing(formatter.symbols.symbolize)
        for _ in range(count):
            mark = "=> " if address == pc else "   "
            instruction = fetch(memory, address)
            lines.append(f"{mark}{self._label(formatter, address)}:\t{listing.text(instruction)}")
            self.last_address, self.last_type = address, t.INT
            address += instruction.size
            self.next = address

    def _strings(self, formatter: Formatter, memory: MemoryPlace, address: int, count: int, lines: list[str]) -> None:
        for _ in range(count):
            data, ended = read_string(memory, address, formatter.options.limit)
            text = formatter.string(data) + ("" if ended else "...")
            lines.append(f"{self._label(formatter, address)}:\t{text}")
            self.last_address = address
            self.last_type = t.Array(t.CHAR_TYPE, len(data) + 1)
            address += len(data) + ended
            self.next = address

    def _numbers(
        self,
        formatter: Formatter,
        memory: MemoryPlace,
        address: int,
        count: int,
        letter: str,
        size: int,
        lines: list[str],
    ) -> None:
        per_line = _PER_LINE[size]
        while count > 0:
            line = f"{self._label(formatter, address)}:"
            for _ in range(min(per_line, count)):
                try:
                    data = MemoryPlace(memory.target, address).read(0, size)
                except DebuggerError:
                    if "\t" in line:
                        lines.append(line)
                    raise
                line += "\t" + self._number(formatter, data, letter)
                self.last_address = address
                self.last_type = _FLOATS[size] if letter == "f" and size in _FLOATS else _TYPES[size]
                address += size
                self.next = address
            lines.append(line)
            count -= per_line

    @staticmethod
    def _number(formatter: Formatter, data: bytes, letter: str) -> str:
        number = int.from_bytes(data, "little")
        if letter == "c" and len(data) == 1 and number > 127:
            return formatter.number(number - 256, 8, letter)
        if letter == "f":
            if len(data) in (4, 8):
                return formatter.value(Value(_FLOATS[len(data)], FixedPlace(data)))
            letter = "d"
        return formatter.number(number, 8 * len(data), letter, padded=letter in "xt")

    def values(self, memory: MemoryPlace) -> dict[str, Value]:
        """`$_`, the last address examined, and `$__`, what was there."""
        if self.last_address is None or self.last_type is None:
            return {}
        there = Value(self.last_type, MemoryPlace(memory.target, self.last_address))
        return {"_": make(self.last_address, t.Pointer(self.last_type)), "__": there}


def fetch(memory: MemoryPlace, address: int) -> Instruction:
    """The instruction at an address of the program. Raises DebuggerError."""
    first = MemoryPlace(memory.target, address).read(0, 2)
    rest = MemoryPlace(memory.target, address + 2).read(0, 2) if first[0] & 3 == 3 else b""
    return one(first + rest, address)
