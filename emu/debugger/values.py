"""Values of C types: in memory, in registers, in the debugger itself."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from emu.debugger import types as t
from emu.debugger.errors import DebuggerError
from emu.debugger.location import MASK, Constant, InMemory, InRegister, Location, Missing, Pieces
from emu.debugger.target import MemoryFault, Target
from emu.debugger.unwind import PC, Frame

# The largest value that is copied into the history.
_COPIED = 1 << 16


class Place(Protocol):
    """Where a value is kept."""

    def read(self, offset: int, size: int) -> bytes: ...

    def write(self, offset: int, data: bytes) -> None: ...


class MemoryPlace:
    __slots__ = ("address", "target")

    def __init__(self, target: Target, address: int) -> None:
        self.target = target
        self.address = address

    def read(self, offset: int, size: int) -> bytes:
        try:
            return self.target.read(self.address + offset & MASK, size) if size else b""
        except MemoryFault as fault:
            raise DebuggerError(f"Cannot access memory at address {fault.address:#x}") from None

    def write(self, offset: int, data: bytes) -> None:
        try:
            self.target.write(self.address + offset & MASK, data)
        except MemoryFault as fault:
            raise DebuggerError(f"Cannot access memory at address {fault.address:#x}") from None


class RegisterPlace:
    """A register as a frame sees it: x0 to x31, f0 to f31 from 32 on."""

    __slots__ = ("frame", "number")

    def __init__(self, frame: Frame, number: int) -> None:
        self.frame = frame
        self.number = number

    def _bytes(self) -> bytes:
        try:
            value = self.frame.register(self.number)
        except MemoryFault as fault:
            raise DebuggerError(f"Cannot access memory at address {fault.address:#x}") from None
        if value is None:
            raise Unavailable("<not saved>")
        return value.to_bytes(8, "little")

    def read(self, offset: int, size: int) -> bytes:
        return self._bytes()[offset : offset + size]

    def write(self, offset: int, data: bytes) -> None:
        old = self._bytes()
        if offset == 0 and len(data) == 4 and self.number < 32:
            data = int.from_bytes(data, "little", signed=True).to_bytes(8, "little", signed=True)
        elif offset == 0 and len(data) == 4:
            data = data + b"\xff" * 4  # a float in a register of doubles
        merged = old[:offset] + data + old[offset + len(data) :]
        self.frame.set_register(self.number, int.from_bytes(merged, "little"))


class PcPlace:
    """The pc of a frame; it can be changed in the innermost one."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def read(self, offset: int, size: int) -> bytes:
        return self.frame.pc.to_bytes(8, "little")[offset : offset + size]

    def write(self, offset: int, data: bytes) -> None:
        if self.frame.activation.callee is not None:
            raise DebuggerError("Left operand of assignment is not a modifiable lvalue.")
        self.frame.target.set_register(PC, int.from_bytes(data, "little"))
        self.frame.activation.pc = int.from_bytes(data, "little")


class SplitPlace:
    """Several places that hold consecutive parts."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[tuple[Place | None, int]]) -> None:
        self.parts = parts

    def _overlap(self, offset: int, size: int) -> Iterator[tuple[Place | None, int, int]]:
        start = 0
        for place, length in self.parts:
            low, high = max(offset, start), min(offset + size, start + length)
            if low < high:
                yield place, low - start, high - low
            start += length

    def read(self, offset: int, size: int) -> bytes:
        found = b""
        for place, start, length in self._overlap(offset, size):
            if place is None:
                raise Unavailable("<optimized out>")
            found += place.read(start, length)
        if len(found) < size:
            raise Unavailable("<optimized out>")  # the last pieces are not described
        return found

    def write(self, offset: int, data: bytes) -> None:
        at = 0
        for place, start, length in self._overlap(offset, len(data)):
            if place is None:
                raise DebuggerError("value has been optimized out")
            place.write(start, data[at : at + length])
            at += length


class FixedPlace:
    """Bytes that are nowhere else; not to be assigned to."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]

    def write(self, offset: int, data: bytes) -> None:
        raise DebuggerError("not an lvalue")


class Unavailable(DebuggerError):
    """The value, or a part of it, is known to nobody. The text is what is printed in its place."""

    @property
    def reason(self) -> str:
        return str(self)


class Value:
    """A value, read when it is looked at. `bits` is the width of a bit field that begins `bit` bits into it."""

    __slots__ = ("bit", "bits", "missing", "offset", "place", "type")

    def __init__(
        self, type: t.Type, place: Place, offset: int = 0, *, bit: int = 0, bits: int = 0, missing: str = ""
    ) -> None:
        self.type = type
        self.place = place
        self.offset = offset
        self.bit = bit
        self.bits = bits
        self.missing = missing

    # -- where it is

    @property
    def address(self) -> int | None:
        """Its address, if it is in memory."""
        if isinstance(self.place, MemoryPlace):
            return self.place.address + self.offset & MASK
        if isinstance(self.place, KeptPlace) and isinstance(self.place.origin, MemoryPlace):
            return self.place.origin.address + self.place.start + self.offset & MASK
        return None

    @property
    def target(self) -> Target | None:
        place = self.place.origin if isinstance(self.place, KeptPlace) else self.place
        return place.target if isinstance(place, MemoryPlace) else None

    @property
    def lvalue(self) -> bool:
        return not isinstance(self.place, FixedPlace)

    @property
    def plain(self) -> t.Type:
        """Its type without typedefs and qualifiers."""
        return t.strip(self.type)

    # -- what it is

    def _check(self) -> None:
        if self.missing:
            raise Unavailable(self.missing)

    @property
    def data(self) -> bytes:
        """Its bytes. Raises Unavailable, DebuggerError."""
        self._check()
        return self.place.read(self.offset, self.type.size)

    def integer(self) -> int:
        """An integer, pointer, enumeration or address as a number. Raises DebuggerError."""
        type = self.plain
        if isinstance(type, t.Array | t.Function):
            if self.address is None:
                raise DebuggerError("Attempt to take address of value not located in memory.")
            return self.address
        if isinstance(type, t.Struct | t.Void):
            raise DebuggerError("Value can't be converted to integer.")
        if t.is_floating(type):
            real = self.real()
            return int(real) if math.isfinite(real) else 0
        if self.bits:
            size = (self.bit + self.bits + 7) // 8
            self._check()
            whole = int.from_bytes(self.place.read(self.offset, size), "little")
            value = whole >> self.bit & (1 << self.bits) - 1
            return value - (1 << self.bits) if t.is_signed(type) and value >> (self.bits - 1) else value
        return int.from_bytes(self.data, "little", signed=t.is_signed(type))

    def real(self) -> float:
        """A floating-point value, or an integer as one."""
        if not t.is_floating(self.type):
            return float(self.integer())
        return decode_float(self.data)

    def number(self) -> int | float:
        return self.real() if t.is_floating(self.type) else self.integer()

    def truth(self) -> bool:
        return bool(self.number())

    # -- its parts

    def at(self, offset: int, type: t.Type, *, bit: int = 0, bits: int = 0) -> Value:
        """A part of it."""
        return Value(type, self.place, self.offset + offset, bit=bit, bits=bits, missing=self.missing)

    def member(self, field: t.Field) -> Value:
        return self.at(field.offset, field.type, bit=field.bit, bits=field.bits)

    def element(self, index: int) -> Value:
        array = self.plain
        assert isinstance(array, t.Array)
        return self.at(index * array.element.size, array.element)

    def cast(self, type: t.Type) -> Value:
        """The same bytes seen as another type."""
        return Value(type, self.place, self.offset, missing=self.missing)

    def fetched(self) -> Value:
        """A copy that does not change with the program: what the value history keeps. What is very large, or can only
        be read in part, is kept as the place that it is."""
        if isinstance(self.place, FixedPlace) or isinstance(self.plain, t.Function | t.Void) or self.missing:
            return self
        if self.bits:
            return make(self.integer(), self.type)
        if self.type.size > _COPIED:
            return self
        try:
            return Value(self.type, KeptPlace(self.data, self.place, self.offset))
        except DebuggerError:
            return self

    # -- changing it

    def assign(self, value: Value) -> None:
        """Store what another value is, converted to this one's type. Raises DebuggerError."""
        if not self.lvalue:
            raise DebuggerError("Left operand of assignment is not an lvalue.")
        self._check()
        if self.bits:
            size = (self.bit + self.bits + 7) // 8
            whole = int.from_bytes(self.place.read(self.offset, size), "little")
            mask = (1 << self.bits) - 1 << self.bit
            whole = whole & ~mask | value.integer() << self.bit & mask
            self.place.write(self.offset, whole.to_bytes(size, "little"))
            return
        self.place.write(self.offset, convert(value, self.type).data)


class KeptPlace(FixedPlace):
    """A copy that remembers where it was taken, so that its address can still be told."""

    __slots__ = ("origin", "start")

    def __init__(self, data: bytes, origin: Place, start: int) -> None:
        super().__init__(data)
        self.origin = origin
        self.start = start


def decode_float(data: bytes) -> float:
    if len(data) == 4:
        return float(struct.unpack("<f", data)[0])
    if len(data) == 8:
        return float(struct.unpack("<d", data)[0])
    if len(data) == 16:
        exact = quad(data)
        if isinstance(exact, Fraction):
            try:
                return float(exact)
            except OverflowError:
                return float("inf") if exact > 0 else float("-inf")
        return exact
    raise DebuggerError(f"A floating-point number of {len(data)} bytes?")


def quad(data: bytes) -> Fraction | float:
    """IEEE binary128, exactly; infinities, NaNs and -0 as Python has them."""
    word = int.from_bytes(data, "little")
    sign, exponent, fraction = word >> 127, word >> 112 & 0x7FFF, word & (1 << 112) - 1
    if exponent == 0x7FFF:
        return float("nan") if fraction else float("-inf") if sign else float("inf")
    if not exponent and not fraction:
        return -0.0 if sign else 0.0
    mantissa = fraction | (1 << 112 if exponent else 0)
    value = Fraction(mantissa) * Fraction(2) ** (max(exponent, 1) - 16383 - 112)
    return -value if sign else value


def encode_float(value: float, size: int) -> bytes:
    if size == 4:
        try:
            return struct.pack("<f", value)
        except OverflowError:
            return struct.pack("<f", float("inf") if value > 0 else float("-inf"))
    if size == 8:
        return struct.pack("<d", value)
    bits = int.from_bytes(struct.pack("<d", value), "little")
    sign, exponent, fraction = bits >> 63, bits >> 52 & 0x7FF, bits & (1 << 52) - 1
    if exponent == 0x7FF:
        exponent = 0x7FFF
    elif exponent:
        exponent += 16383 - 1023
    elif fraction:  # a subnormal double is a normal quad
        shift = 53 - fraction.bit_length()
        fraction = fraction << shift & (1 << 52) - 1
        exponent = 16383 - 1022 - shift
    return (sign << 127 | exponent << 112 | fraction << 60).to_bytes(16, "little")


def encode_quad(value: Fraction) -> bytes:
    """A number in IEEE binary128, rounded to nearest, ties to even."""
    sign, value = (1, -value) if value < 0 else (0, value)
    if not value:
        return bytes(16)
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if value < Fraction(2) ** exponent:
        exponent -= 1
    exponent = max(exponent, -16382)
    mantissa = round(value / Fraction(2) ** (exponent - 112))
    if mantissa >> 113:
        mantissa, exponent = mantissa >> 1, exponent + 1
    if exponent > 16383:
        return (sign << 127 | 0x7FFF << 112).to_bytes(16, "little")
    biased = exponent + 16383 if mantissa >> 112 else 0
    return (sign << 127 | biased << 112 | mantissa & (1 << 112) - 1).to_bytes(16, "little")


def exact(value: Value) -> Fraction | None:
    """A number without loss; None for infinities and NaNs."""
    if not t.is_floating(value.type):
        return Fraction(value.integer())
    found = quad(value.data) if value.type.size == 16 else value.real()
    return Fraction(found) if isinstance(found, Fraction) or math.isfinite(found) else None


def make(value: int | float, type: t.Type) -> Value:
    """A number as a value of a type, wrapped around as C does."""
    plain = t.strip(type)
    if t.is_floating(plain):
        return Value(type, FixedPlace(encode_float(float(value), plain.size)))
    if isinstance(plain, t.Base) and plain.encoding == t.BOOLEAN:
        return Value(type, FixedPlace(int(bool(value)).to_bytes(plain.size, "little")))
    if isinstance(value, float) and not math.isfinite(value):
        value = 0
    number = int(value) & (1 << 8 * plain.size) - 1
    return Value(type, FixedPlace(number.to_bytes(plain.size, "little")))


def convert(value: Value, type: t.Type) -> Value:
    """A value as C converts it on assignment and by a cast. Raises DebuggerError."""
    wanted, given = t.strip(type), value.plain
    if isinstance(wanted, t.Void):
        return Value(type, FixedPlace(b""))
    if t.is_scalar(wanted):
        if isinstance(given, t.Struct) or (t.is_floating(given) and isinstance(wanted, t.Pointer)):
            raise DebuggerError("Invalid cast.")
        if t.is_floating(wanted) and t.is_floating(given) and wanted.size == given.size:
            return Value(type, FixedPlace(value.data))
        return make(value.number(), type)
    if isinstance(wanted, t.Struct | t.Array) and wanted.size == given.size:
        return Value(type, FixedPlace(value.data))
    if wanted.size == given.size and isinstance(wanted, t.Function):
        return value.cast(type)
    raise DebuggerError("Invalid cast.")


# As gdb shows a floating-point register.
FLOAT_REGISTER = t.Struct(
    "union", "riscv_double", 8, ("register",),
    lambda: [t.Field("float", t.FLOAT_TYPE, 0), t.Field("double", t.DOUBLE, 0)],
)  # fmt: skip
VOID_VALUE = Value(t.VOID, FixedPlace(b""))


def place_of(location: Location, frame: Frame | None, target: Target) -> tuple[Place, str]:
    """A location as a place, and why there is none."""
    if isinstance(location, InMemory):
        return MemoryPlace(target, location.address), ""
    if isinstance(location, Constant):
        return FixedPlace(location.data), ""
    if isinstance(location, InRegister):
        assert frame is not None
        return RegisterPlace(frame, location.number), ""
    if isinstance(location, Missing):
        return FixedPlace(b""), location.reason
    assert isinstance(location, Pieces)
    parts: list[tuple[Place | None, int]] = []
    for where, size in location.parts:
        place, missing = place_of(where, frame, target)
        parts.append((None if missing else place, size))
    return SplitPlace(parts), ""


# -- results of functions


def result_of(target: Target, frame: Frame, type: t.Type) -> Value | None:
    """What a function that has just returned returned, by the calling convention; None for void."""
    plain = t.strip(type)
    if isinstance(plain, t.Void):
        return None
    if isinstance(plain, t.Struct | t.Array) or plain.size > 16:
        if plain.size > 16:
            return Value(type, MemoryPlace(target, target.register(10)))
        places = _flattened(plain)
        if places is not None:
            return Value(type, SplitPlace(_argument_places(frame, places, plain.size)))
        return Value(type, SplitPlace([(RegisterPlace(frame, 10), 8), (RegisterPlace(frame, 11), 8)]))
    if t.is_floating(plain) and plain.size <= 8:
        return Value(type, RegisterPlace(frame, 32 + 10))
    if plain.size > 8:
        return Value(type, SplitPlace([(RegisterPlace(frame, 10), 8), (RegisterPlace(frame, 11), 8)]))
    return Value(type, RegisterPlace(frame, 10))


def _flattened(type: t.Type) -> list[tuple[int, int, bool]] | None:
    """The one or two members (offset, size, floating) of a structure that is returned in floating-point registers."""
    found: list[tuple[int, int, bool]] = []

    def walk(type: t.Type, offset: int) -> bool:
        plain = t.strip(type)
        if isinstance(plain, t.Struct):
            if plain.kind == "union" or any(field.bits for field in plain.fields):
                return False
            return all(walk(field.type, offset + field.offset) for field in plain.fields)
        if isinstance(plain, t.Array):
            return all(walk(plain.element, offset + i * plain.element.size) for i in range(plain.count or 0))
        found.append((offset, plain.size, t.is_floating(plain)))
        return len(found) <= 2 and plain.size <= 8

    if not walk(type, 0) or not any(floating for _, _, floating in found):
        return None
    return found


def _argument_places(frame: Frame, members: list[tuple[int, int, bool]], size: int) -> list[tuple[Place | None, int]]:
    parts: list[tuple[Place | None, int]] = []
    at, integer, floating = 0, 10, 32 + 10
    for offset, length, is_float in members:
        if offset > at:
            parts.append((FixedPlace(bytes(offset - at)), offset - at))
        parts.append((RegisterPlace(frame, floating if is_float else integer), length))
        integer, floating = integer + (not is_float), floating + is_float
        at = offset + length
    if size > at:
        parts.append((FixedPlace(bytes(size - at)), size - at))
    return parts
