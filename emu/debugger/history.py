"""The value history and the convenience variables."""

from __future__ import annotations

from typing import Any

from emu.debugger.errors import DebuggerError
from emu.debugger.target import Target
from emu.debugger.typereader import Types
from emu.debugger.values import FLOAT_REGISTER, VOID_VALUE, FixedPlace, KeptPlace, MemoryPlace, Value


class History:
    """`$1`, `$2`, ... and the `$name`s; plain data can be made of them, to be taken to another process."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.names: dict[str, Value] = {}

    def add(self, value: Value) -> int:
        """Keep a value; its number."""
        self.values.append(value.fetched())
        return len(self.values)

    def get(self, number: int) -> Value:
        """Raises DebuggerError."""
        if not self.values and number <= 0:
            return VOID_VALUE
        if not 0 < number <= len(self.values):
            raise DebuggerError(f"History has not yet reached ${number}.")
        return self.values[number - 1]

    def freeze(self) -> tuple[list[Any], dict[str, Any]]:
        """What `thaw` makes the same history of, in any process that has the same program."""
        return [_freeze(v) for v in self.values], {name: _freeze(v) for name, v in self.names.items()}

    @classmethod
    def thaw(cls, frozen: tuple[list[Any], dict[str, Any]], types: Types, target: Target) -> History:
        found = cls()
        found.values = [_thaw(v, types, target) for v in frozen[0]]
        found.names = {name: _thaw(v, types, target) for name, v in frozen[1].items()}
        return found


def _freeze(value: Value) -> Any:
    if value.missing:
        return (value.type.key, None, b"", value.missing)
    if isinstance(value.place, MemoryPlace):
        return (value.type.key, value.address, None, "")
    try:
        return (value.type.key, value.address, value.data, "")
    except DebuggerError as error:
        return (value.type.key, value.address, b"", str(error))


def _thaw(frozen: Any, types: Types, target: Target) -> Value:
    key, address, data, missing = frozen
    if key == ("register",):
        return Value(FLOAT_REGISTER, FixedPlace(data))
    type = types.from_key(key)
    if data is None:
        return Value(type, MemoryPlace(target, address))
    if address is not None:
        return Value(type, KeptPlace(data, MemoryPlace(target, address), 0), missing=missing)
    return Value(type, FixedPlace(data), missing=missing)
