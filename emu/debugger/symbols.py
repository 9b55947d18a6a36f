"""All that the debugger knows of one program file, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from emu.debugger.dwarf import Image
from emu.debugger.lines import Lines
from emu.debugger.scopes import Scopes
from emu.debugger.source import Sources
from emu.debugger.target import Target
from emu.debugger.typereader import Types
from emu.debugger.unwind import Frame, Unwinder


class Symbols:
    """The parts, made from a file's bytes; each reads what it needs when it is first asked."""

    def __init__(self, data: bytes, path: str = "") -> None:
        self.image = Image(data, path)
        self.lines = Lines(self.image)
        self.scopes = Scopes(self.image, self.lines)
        self.types = Types(self.image, self.scopes)
        self.unwinder = Unwinder(self.image, self.lines, self.scopes)
        self.sources = Sources(self.lines)

    @cached_property
    def has_debug_information(self) -> bool:
        return bool(self.image.units)

    def frames(self, target: Target, pc: int | None = None) -> Iterator[Frame]:
        """The frames of a stopped program, innermost first."""
        return self.unwinder.frames(target, pc)

    def symbolize(self, address: int) -> str | None:
        """`main+4`: by DWARF, which knows inlined and static functions, or by the symbol table."""
        function = self.scopes.function_at(address)
        if function is not None:
            offset = address - function.low
            return f"{function.name}+{offset}" if offset else function.name
        return self.image.symbolize(address)
