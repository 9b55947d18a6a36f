"""Where a variable is: DWARF location expressions, evaluated in a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from emu.debugger.dwarf import DIE, Unit, holder_of, is_dropped, value_of
from emu.debugger.errors import DebuggerError
from emu.debugger.target import Target

MASK = (1 << 64) - 1
_TP = 4


class InMemory(NamedTuple):
    address: int


class InRegister(NamedTuple):
    """0 to 31 are x0 to x31, 32 to 63 are f0 to f31."""

    number: int


class Constant(NamedTuple):
    """A value that is nowhere: known to the debugging information only."""

    data: bytes


class Missing(NamedTuple):
    """`<optimized out>` and its like."""

    reason: str


class Pieces(NamedTuple):
    """A variable in several places: (where, size) in order."""

    parts: tuple[tuple[InMemory | InRegister | Constant | Missing, int], ...]


Location = InMemory | InRegister | Constant | Missing | Pieces

OPTIMIZED_OUT = Missing("<optimized out>")
NOT_SAVED = Missing("<not saved>")


class FrameContext(Protocol):
    """What an expression needs of a frame."""

    @property
    def target(self) -> Target: ...

    @property
    def cfa(self) -> int: ...

    @property
    def lookup_pc(self) -> int: ...

    def register(self, number: int) -> int | None: ...

    def frame_base(self) -> Location: ...

    def entry_value(self, expression: bytes) -> int | None: ...


class _Gone(Exception):
    """Something that the expression needs is not known any more."""

    def __init__(self, missing: Missing = OPTIMIZED_OUT) -> None:
        super().__init__(missing.reason)
        self.missing = missing


class Reader:
    """Takes an expression apart."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def more(self) -> bool:
        return self.at < len(self.data)

    def fixed(self, size: int, signed: bool = False) -> int:
        value = int.from_bytes(self.data[self.at : self.at + size], "little", signed=signed)
        self.at += size
        return value

    def uleb(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def sleb(self) -> int:
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) & 1 else value

    def block(self, size: int) -> bytes:
        data = self.data[self.at : self.at + size]
        self.at += size
        return data


def evaluate(expression: bytes, unit: Unit, frame: FrameContext | None, *, initial: int | None = None) -> Location:
    """The location that an expression computes. Without a frame only what needs none can be computed.
    Raises DebuggerError for operations that are not known, MemoryFault."""
    machine = _Machine(expression, unit, frame)
    if initial is not None:
        machine.stack.append(initial)
    try:
        return machine.run()
    except _Gone as gone:
        return gone.missing
    except IndexError:
        raise DebuggerError("Corrupted DWARF expression.") from None


class _Machine:
    """The stack machine of DWARF expressions."""

    def __init__(self, expression: bytes, unit: Unit, frame: FrameContext | None) -> None:
        self.reader = Reader(expression)
        self.unit = unit
        self._frame = frame
        self.stack: list[int] = []
        self.result: InMemory | InRegister | Constant | Missing | None = None
        self.pieces: list[tuple[InMemory | InRegister | Constant | Missing, int]] = []

    @property
    def frame(self) -> FrameContext:
        if self._frame is None:
            raise DebuggerError("No frame selected.")
        return self._frame

    def run(self) -> Location:
        reader = self.reader
        if not reader.more:
            return OPTIMIZED_OUT
        while reader.at < len(reader.data):
            self.step(reader.fixed(1))
        return Pieces(tuple(self.pieces)) if len(self.pieces) else self.finished()

    def finished(self) -> InMemory | InRegister | Constant | Missing:
        if self.result is not None:
            result, self.result = self.result, None
            return result
        if not self.stack:
            return OPTIMIZED_OUT
        return InMemory(self.stack.pop() & MASK)

    def register(self, number: int) -> int:
        value = self.frame.register(number)
        if value is None:
            raise _Gone(NOT_SAVED)
        return value

    def push(self, value: int) -> None:
        self.stack.append(value & MASK)

    def step(self, op: int) -> None:
        reader, stack = self.reader, self.stack
        if 0x30 <= op <= 0x4F:  # lit
            self.push(op - 0x30)
        elif 0x50 <= op <= 0x6F:  # reg
            self.result = InRegister(op - 0x50)
        elif 0x70 <= op <= 0x8F:  # breg
            self.push(self.register(op - 0x70) + reader.sleb())
        elif op in _CONSTANTS:
            size, signed = _CONSTANTS[op]
            self.push(reader.fixed(size, signed))
        elif op in _BINARY:
            second, first = stack.pop(), stack.pop()
            self.push(_BINARY[op](first, second))
        elif op in _UNARY:
            self.push(_UNARY[op](stack.pop()))
        else:
            handler = _OTHER.get(op)
            if handler is None:
                raise DebuggerError(f"Unhandled dwarf expression opcode {op:#x}")
            handler(self)

    # -- the operations that do more than compute

    def op_address(self) -> None:
        self.push(self.reader.fixed(8))

    def op_address_index(self) -> None:
        self.push(self.unit.address_of_index(self.reader.uleb()))

    def op_uleb(self) -> None:
        self.push(self.reader.uleb())

    def op_sleb(self) -> None:
        self.push(self.reader.sleb())

    def op_plus_uconst(self) -> None:
        self.push(self.stack.pop() + self.reader.uleb())

    def op_regx(self) -> None:
        self.result = InRegister(self.reader.uleb())

    def op_bregx(self) -> None:
        number = self.reader.uleb()
        self.push(self.register(number) + self.reader.sleb())

    def op_regval_type(self) -> None:
        number = self.reader.uleb()
        self.reader.uleb()
        self.push(self.register(number))

    def op_fbreg(self) -> None:
        offset = self.reader.sleb()
        base = self.frame.frame_base()
        if isinstance(base, InRegister):
            self.push(self.register(base.number) + offset)
        elif isinstance(base, InMemory):
            self.push(base.address + offset)
        elif isinstance(base, Constant):
            self.push(int.from_bytes(base.data, "little") + offset)
        else:
            raise _Gone

    def op_deref(self) -> None:
        self.push(self.load(8))

    def op_deref_size(self) -> None:
        self.push(self.load(self.reader.fixed(1)))

    def op_deref_type(self) -> None:
        size = self.reader.fixed(1)
        self.reader.uleb()
        self.push(self.load(size))

    def load(self, size: int) -> int:
        return int.from_bytes(self.frame.target.read(self.stack.pop(), size), "little")

    def op_dup(self) -> None:
        self.stack.append(self.stack[-1])

    def op_drop(self) -> None:
        self.stack.pop()

    def op_over(self) -> None:
        self.stack.append(self.stack[-2])

    def op_pick(self) -> None:
        self.stack.append(self.stack[-1 - self.reader.fixed(1)])

    def op_swap(self) -> None:
        self.stack[-1], self.stack[-2] = self.stack[-2], self.stack[-1]

    def op_rot(self) -> None:
        self.stack[-1], self.stack[-2], self.stack[-3] = self.stack[-2], self.stack[-3], self.stack[-1]

    def op_skip(self) -> None:
        distance = self.reader.fixed(2, True)
        self.reader.at += distance

    def op_bra(self) -> None:
        distance = self.reader.fixed(2, True)
        if self.stack.pop():
            self.reader.at += distance

    def op_nop(self) -> None:
        pass

    def op_call_frame_cfa(self) -> None:
        self.push(self.frame.cfa)

    def op_tls(self) -> None:
        # The block of the program itself begins where tp points to.
        self.push(self.register(_TP) + self.stack.pop())

    def op_stack_value(self) -> None:
        self.result = Constant((self.stack.pop() & MASK).to_bytes(8, "little"))

    def op_implicit_value(self) -> None:
        self.result = Constant(self.reader.block(self.reader.uleb()))

    def op_implicit_pointer(self) -> None:
        self.reader.fixed(4)
        self.reader.sleb()
        self.result = Missing("<synthetic pointer>")

    def op_entry_value(self) -> None:
        value = self.frame.entry_value(self.reader.block(self.reader.uleb()))
        if value is None:
            raise _Gone
        self.push(value)

    def op_piece(self) -> None:
        size = self.reader.uleb()
        self.pieces.append((self.finished() if self.result is not None or self.stack else OPTIMIZED_OUT, size))

    def op_bit_piece(self) -> None:
        bits, offset = self.reader.uleb(), self.reader.uleb()
        if bits % 8 or offset:
            raise _Gone
        self.pieces.append((self.finished() if self.result is not None or self.stack else OPTIMIZED_OUT, bits // 8))

    def op_convert(self) -> None:
        """Between base types; the values here are integers of 64 bits, which only truncation can change."""
        reference = self.reader.uleb()
        if not reference or not self.stack:
            return
        die = self.unit.cu.get_DIE_from_refaddr(self.unit.offset + reference)
        size, encoding = value_of(die, "DW_AT_byte_size", 8), value_of(die, "DW_AT_encoding", 7)
        if encoding == 4:
            raise _Gone
        value = self.stack.pop() & (1 << 8 * size) - 1
        if encoding in (5, 6) and value >> (8 * size - 1) & 1:
            value -= 1 << 8 * size
        self.push(value)


def _signed(value: int) -> int:
    return (value & MASK ^ 1 << 63) - (1 << 63)


def _divide(a: int, b: int) -> int:
    a, b = _signed(a), _signed(b)
    if not b:
        raise DebuggerError("Division by zero")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


_CONSTANTS = {
    0x08: (1, False), 0x09: (1, True), 0x0A: (2, False), 0x0B: (2, True), 0x0C: (4, False), 0x0D: (4, True),
    0x0E: (8, False), 0x0F: (8, True),
}  # fmt: skip
_BINARY: dict[int, Callable[[int, int], int]] = {
    0x1A: lambda a, b: a & b,
    0x1B: _divide,
    0x1C: lambda a, b: a - b,
    0x1D: lambda a, b: a % b if b else 0,
    0x1E: lambda a, b: a * b,
    0x21: lambda a, b: a | b,
    0x22: lambda a, b: a + b,
    0x24: lambda a, b: a << b if b < 64 else 0,
    0x25: lambda a, b: a >> b,
    0x26: lambda a, b: _signed(a) >> b,
    0x27: lambda a, b: a ^ b,
    0x29: lambda a, b: int(a == b),
    0x2A: lambda a, b: int(_signed(a) >= _signed(b)),
    0x2B: lambda a, b: int(_signed(a) > _signed(b)),
    0x2C: lambda a, b: int(_signed(a) <= _signed(b)),
    0x2D: lambda a, b: int(_signed(a) < _signed(b)),
    0x2E: lambda a, b: int(a != b),
}
_UNARY: dict[int, Callable[[int], int]] = {
    0x19: lambda a: abs(_signed(a)),
    0x1F: lambda a: -a,
    0x20: lambda a: ~a,
}
_OTHER: dict[int, Callable[[_Machine], None]] = {
    0x03: _Machine.op_address, 0x06: _Machine.op_deref, 0x10: _Machine.op_uleb, 0x11: _Machine.op_sleb,
    0x12: _Machine.op_dup, 0x13: _Machine.op_drop, 0x14: _Machine.op_over, 0x15: _Machine.op_pick,
    0x16: _Machine.op_swap, 0x17: _Machine.op_rot, 0x23: _Machine.op_plus_uconst, 0x28: _Machine.op_bra,
    0x2F: _Machine.op_skip, 0x90: _Machine.op_regx, 0x91: _Machine.op_fbreg, 0x92: _Machine.op_bregx,
    0x93: _Machine.op_piece, 0x94: _Machine.op_deref_size, 0x96: _Machine.op_nop, 0x9B: _Machine.op_tls,
    0x9C: _Machine.op_call_frame_cfa, 0x9D: _Machine.op_bit_piece, 0x9E: _Machine.op_implicit_value,
    0x9F: _Machine.op_stack_value, 0xA0: _Machine.op_implicit_pointer, 0xA1: _Machine.op_address_index,
    0xA2: _Machine.op_address_index, 0xA3: _Machine.op_entry_value, 0xA5: _Machine.op_regval_type,
    0xA6: _Machine.op_deref_type, 0xA8: _Machine.op_convert, 0xA9: _Machine.op_convert, 0xE0: _Machine.op_tls,
    0xF2: _Machine.op_implicit_pointer, 0xF3: _Machine.op_entry_value,
}  # fmt: skip


def locate(unit: Unit, die: DIE, frame: FrameContext | None) -> Location:
    """Where the variable of a DIE is, for a frame (None: a global). Raises DebuggerError, MemoryFault."""
    holder = holder_of(die, "DW_AT_location")
    if holder is None:
        constant = holder_of(die, "DW_AT_const_value")
        if constant is None:
            return OPTIMIZED_OUT
        value = value_of(constant, "DW_AT_const_value")
        if isinstance(value, int):
            return Constant((value & MASK).to_bytes(8, "little"))
        return Constant(bytes(value))
    if is_dropped(unit, holder):
        return OPTIMIZED_OUT
    expression = expression_at(unit, holder, "DW_AT_location", frame)
    return OPTIMIZED_OUT if expression is None else evaluate(expression, unit, frame)


def expression_at(unit: Unit, die: DIE, attribute: str, frame: FrameContext | None) -> bytes | None:
    """The expression of an attribute: for a location list the one that holds at the frame's pc."""
    found = die.attributes[attribute]
    if isinstance(found.value, list | bytes):
        return bytes(found.value)
    if frame is None:
        return None
    lists = unit.image.dwarf.location_lists()
    base = unit.base()
    pc = frame.lookup_pc
    for entry in lists.get_location_list_at_offset(found.value, die):
        if hasattr(entry, "base_address"):
            base = entry.base_address
            continue
        start = 0 if getattr(entry, "is_absolute", False) else base
        if start + entry.begin_offset <= pc < start + entry.end_offset:
            return bytes(entry.loc_expr)
    return None
