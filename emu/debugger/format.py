"""Values as text: what `print`, `display`, `info locals` and `x` show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from emu.debugger import types as t
from emu.debugger.errors import DebuggerError
from emu.debugger.location import MASK
from emu.debugger.symbols import Symbols
from emu.debugger.values import FixedPlace, MemoryPlace, Unavailable, Value, decode_float, quad

FORMATS = "xduotacfszr"
_WIDE = {"wchar_t": "L", "char16_t": "u", "char32_t": "U"}
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 27: "\\033"}


@dataclass
class Options:
    """The `set print ...` settings."""

    elements: int = 200  # of arrays and strings; 0 is no limit
    repeats: int = 10  # that many equal elements are shown as one
    pretty: bool = False  # structures on several lines
    symbol: bool = True  # <name> behind pointers
    address: bool = True
    union: bool = True
    null_stop: bool = False  # char arrays end at the first NUL
    array_indexes: bool = False

    @property
    def limit(self) -> int:
        return self.elements or 1 << 62


class Formatter:
    """Makes text of values of one program."""

    def __init__(self, symbols: Symbols, options: Options | None = None) -> None:
        self.symbols = symbols
        self.options = options or Options()

    # -- entry points

    def top(self, value: Value, format: str = "") -> str:
        """A value as `print` shows it, with the types of pointers. Raises DebuggerError."""
        plain = value.plain
        if value.missing:
            return value.missing
        if isinstance(plain, t.Pointer) and not format:
            target = t.strip(plain.target)
            if t.is_char(target) and not isinstance(value.type, t.Typedef):
                return self.value(value, format)
            return f"({value.type.name}) {self.value(value, format)}"
        return self.value(value, format)

    def value(self, value: Value, format: str = "", depth: int = 0) -> str:
        """A value, as it also appears within others. Memory that cannot be read is said in its place only if it is a
        part; raises DebuggerError otherwise."""
        if value.missing:
            return value.missing
        plain = value.plain
        try:
            if isinstance(plain, t.Struct):
                return self._struct(value, plain, format, depth)
            if isinstance(plain, t.Array):
                return self._array(value, plain, format, depth)
            if isinstance(plain, t.Void):
                return "void"
            if isinstance(plain, t.Function):
                return self._function(value)
            return self.scalar(value, format)
        except Unavailable as missing:
            return missing.reason

    # -- scalars

    def scalar(self, value: Value, format: str = "") -> str:
        plain = value.plain
        if format and format not in "sr":
            return self.formatted(value, format)
        if isinstance(plain, t.Pointer):
            return self._pointer(value, plain)
        if t.is_floating(plain):
            return float_text(value.data)
        number = value.integer()
        if isinstance(plain, t.Enum):
            return plain.show(number)
        assert isinstance(plain, t.Base)
        if plain.encoding == t.BOOLEAN:
            return {0: "false", 1: "true"}.get(number, str(number))
        if is_byte(plain) and not value.bits:
            return f"{number} {quote(number)}"
        if plain.encoding == t.COMPLEX:
            half = plain.size // 2
            return f"{float_text(value.data[:half])} + {float_text(value.data[half:])}i"
        return str(number)

    def formatted(self, value: Value, format: str) -> str:
        """A scalar by a format letter."""
        plain = value.plain
        if format == "f" and not t.is_floating(plain):
            if plain.size in (4, 8) and not isinstance(plain, t.Pointer) and not value.bits:
                return float_text(value.data)
            return str(value.integer())
        if t.is_floating(plain):
            if format in "f":
                return float_text(value.data)
            number, size = int.from_bytes(value.data, "little"), plain.size
            if format == "d" and number >> (8 * size - 1):
                number -= 1 << 8 * size
        else:
            number, size = value.integer(), plain.size
        bits = value.bits or 8 * size
        return self.number(number, bits, format)

    def number(self, number: int, bits: int, format: str, *, padded: bool = False) -> str:
        """An integer of so many bits by a format letter."""
        unsigned = number & (1 << bits) - 1
        signed = unsigned - (1 << bits) if unsigned >> (bits - 1) else unsigned
        if format in "xz":
            return f"0x{unsigned:0{(bits + 3) // 4}x}" if padded or format == "z" else f"{unsigned:#x}"
        if format == "d":
            return str(signed)
        if format == "u":
            return str(unsigned)
        if format == "o":
            return f"0{unsigned:o}" if unsigned else "0"
        if format == "t":
            return f"{unsigned:0{bits}b}" if padded else f"{unsigned:b}"
        if format == "a":
            return self.address(unsigned)
        if format == "c":
            code = unsigned & 0xFF
            small = number if bits <= 8 else code - 256 if code > 127 and number < 0 else code
            return f"{small} {quote(code)}"
        raise DebuggerError(f'Undefined output format "{format}".')

    def address(self, address: int) -> str:
        """`0x1100c <add>`."""
        name = self.symbols.symbolize(address) if self.options.symbol else None
        return f"{address:#x} <{name}>" if name else f"{address:#x}"

    def _pointer(self, value: Value, type: t.Pointer) -> str:
        address = value.integer()
        target = t.strip(type.target)
        if isinstance(target, t.Function):
            return self.address(address)
        if t.is_char(target):
            shown = f"{address:#x}"
            if self.options.symbol:
                shown = self.address(address) if self._in_data(address) else shown
            return shown if not address else f"{shown} {self.string_at(address, value)}"
        return self.address(address)

    def _in_data(self, address: int) -> bool:
        """Whether a name is worth being shown for a string: it is that of an object, not of the literals around."""
        symbol = self.symbols.image.symbol_at(address)
        return symbol is not None and not symbol.name.startswith(".")

    def string_at(self, address: int, value: Value | None = None, limit: int | None = None) -> str:
        """The string that a pointer points to, in quotes; an error in its place if it cannot be read."""
        target = self._target
        if target is None:
            return "<no memory>"
        limit = self.options.limit if limit is None else limit
        try:
            data, ended = read_string(target, address, limit)
        except DebuggerError as error:
            return f"<error: {error}>"
        return self.string(data) + ("" if ended else "...")

    @property
    def _target(self) -> MemoryPlace | None:
        return self.memory

    memory: MemoryPlace | None = None  # any place in the program's memory, to read what pointers point to

    def _function(self, value: Value) -> str:
        name = value.type.name
        address = value.address or 0
        symbol = self.symbols.symbolize(address)
        return f"{{{name}}} {address:#x}" + (f" <{symbol}>" if symbol else "")

    # -- structures and arrays

    def _struct(self, value: Value, type: t.Struct, format: str, depth: int) -> str:
        if not type.complete:
            return "<incomplete type>"
        if depth and type.kind == "union" and not self.options.union:
            return "{...}"
        if not type.fields:
            return "{<No data fields>}"
        parts = []
        for field in type.fields:
            text = self.value(value.member(field), format, depth + 1)
            parts.append(f"{field.name} = {text}" if field.name else text)
        if not self.options.pretty:
            return "{" + ", ".join(parts) + "}"
        indent = "  " * (depth + 1)
        return "{\n" + ",\n".join(indent + part for part in parts) + "\n" + "  " * depth + "}"

    def _array(self, value: Value, type: t.Array, format: str, depth: int) -> str:
        count = type.count or 0
        element = t.strip(type.element)
        if is_byte(element) and format in ("", "s"):
            return self._char_array(value, count)
        if format in ("", "s") and _wide_prefix(type.element):
            return self._wide_array(value, type, count)
        if not count:
            return "<unknown size>" if type.count is None and value.address is None else "{}"
        limit = self.options.limit
        # The beginning is read at once: elements one by one would be slow.
        ahead = min(count, max(limit, 1) * 50 if limit < 1 << 40 else count)
        data = value.at(0, t.Array(type.element, ahead)).data
        size = type.element.size
        held = Value(t.Array(type.element, ahead), FixedPlace(data))
        parts: list[str] = []
        index = printed = 0
        while index < ahead and printed < limit:
            chunk = data[index * size : (index + 1) * size]
            repeats = 1
            while index + repeats < ahead and data[(index + repeats) * size : (index + repeats + 1) * size] == chunk:
                repeats += 1
            text = self.value(held.element(index), format, depth + 1)
            label = f"[{index}] = " if self.options.array_indexes else ""
            if repeats >= self.options.repeats:
                parts.append(f"{label}{text} <repeats {repeats} times>")
                index += repeats
                printed += self.options.repeats
            else:
                parts.append(label + text)
                index += 1
                printed += 1
        more = "..." if index < count else ""
        return "{" + ", ".join(parts) + more + "}"

    def _wide_array(self, value: Value, type: t.Array, count: int) -> str:
        size = type.element.size
        data = value.at(0, t.Array(type.element, min(count, self.options.limit))).data
        codes = [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]
        ended = len(codes) == count
        if ended and codes and not codes[-1]:
            codes.pop()
        text = "".join(escape(c, '"') if c < 0x80 or c > 0x10FFFF else chr(c) for c in codes)
        return f'{_wide_prefix(type.element)}"{text}"' + ("" if ended else "...")

    def _char_array(self, value: Value, count: int) -> str:
        limit = self.options.limit
        data = value.at(0, t.Array(t.UCHAR, min(count, limit * 50 if limit < 1 << 40 else count))).data
        if self.options.null_stop:
            data = data.partition(b"\0")[0]
        elif len(data) == count and data.endswith(b"\0"):
            data = data[:-1]  # the NUL that ends a string is not shown
        return self.string(data, limit)

    def string(self, data: bytes, limit: int | None = None) -> str:
        """Bytes as a string in quotes, with long repetitions and what is over the limit marked."""
        limit = self.options.limit if limit is None else limit
        if not data:
            return '""'
        parts: list[str] = []
        run: list[str] = []
        at = printed = 0

        def flush() -> None:
            if run:
                parts.append('"' + "".join(run) + '"')
                run.clear()

        while at < len(data) and printed < limit:
            byte = data[at]
            repeats = 1
            while at + repeats < len(data) and data[at + repeats] == byte:
                repeats += 1
            if repeats > self.options.repeats:
                flush()
                parts.append(f"{quote(byte)} <repeats {repeats} times>")
                at += repeats
                printed += self.options.repeats
            else:
                run.append(escape(byte, '"'))
                at += 1
                printed += 1
        flush()
        return ", ".join(parts) + ("..." if at < len(data) else "")


def _wide_prefix(type: t.Type) -> str:
    """What stands before the literals of a character type of several bytes; "" for other types."""
    while isinstance(type, t.Typedef | t.Qualified):
        if isinstance(type, t.Typedef) and type.spelling in _WIDE:
            return _WIDE[type.spelling]
        type = type.target
    return ""


def is_byte(type: t.Type) -> bool:
    """An integer of one byte, which is shown as a character as well."""
    return isinstance(type, t.Base) and type.size == 1 and type.integral and type.encoding != t.BOOLEAN


def escape(byte: int, mark: str) -> str:
    """A character as it is written between quotes."""
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    char = chr(byte)
    if char in (mark, "\\"):
        return "\\" + char
    return char if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


def quote(code: int) -> str:
    """A character constant."""
    return "'" + escape(code & 0xFF, "'") + "'"


def float_text(data: bytes) -> str:
    """A floating-point number with as many digits as tell it from every other."""
    digits = {4: 9, 8: 17, 16: 36}.get(len(data), 17)
    exact: Fraction | float = quad(data) if len(data) == 16 else decode_float(data)
    if isinstance(exact, float):
        if math.isnan(exact):
            word = int.from_bytes(data, "little")
            mantissa = {4: 23, 8: 52, 16: 112}[len(data)]
            sign = "-" if word >> (8 * len(data) - 1) else ""
            return f"{sign}nan(0x{word & (1 << mantissa) - 1:x})"
        if math.isinf(exact):
            return "inf" if exact > 0 else "-inf"
        return f"{exact:.{digits}g}"
    context = Context(prec=digits)
    number = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return _general(number, digits)


def _general(number: Decimal, digits: int) -> str:
    """printf's %g of a number that a double cannot hold."""
    exponent = number.adjusted()
    if -5 < exponent < digits:
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    sign, figures, _ = number.as_tuple()
    shown = "".join(map(str, figures)).rstrip("0")
    mantissa = shown[0] + (f".{shown[1:]}" if shown[1:] else "")
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def read_string(memory: MemoryPlace, address: int, limit: int) -> tuple[bytes, bool]:
    """A string in memory without its NUL, and whether that came before the limit. Raises DebuggerError."""
    found = b""
    while len(found) < limit:
        at = address + len(found) & MASK
        step = min(4096 - (at & 4095), limit - len(found), 64)
        part = MemoryPlace(memory.target, at).read(0, step)
        text, end, _ = part.partition(b"\0")
        found += text
        if end:
            return found, True
    # A string that is exactly as long as the limit is complete.
    return found, MemoryPlace(memory.target, address + len(found) & MASK).read(0, 1) == b"\0"


def pad(columns: Sequence[tuple[str, int]]) -> str:
    """Texts, each filled up to a width."""
    return "".join(text.ljust(width) for text, width in columns).rstrip()
