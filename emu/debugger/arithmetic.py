"""C's operators on values."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from emu.debugger import types as t
from emu.debugger.errors import DebuggerError
from emu.debugger.location import MASK
from emu.debugger.values import FixedPlace, Value, encode_quad, exact, make

NOT_A_NUMBER = "Argument to arithmetic operation not a number or boolean."
_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")


def scalar(value: Value) -> Value:
    """Arrays and functions as pointers. Raises DebuggerError for what has no single value."""
    plain = value.plain
    if isinstance(plain, t.Array):
        return make(value.integer(), t.Pointer(plain.element))
    if isinstance(plain, t.Function):
        return make(value.integer(), t.Pointer(plain))
    if isinstance(plain, t.Struct | t.Void):
        raise DebuggerError(NOT_A_NUMBER)
    return value


def binary(operator: str, left: Value, right: Value, string: Callable[[Value], bytes]) -> Value:
    """`left operator right`. `string` reads what a char pointer points to. Raises DebuggerError."""
    if operator in ("==", "!=") and _strings(left, right):
        return make(int((string(left) == string(right)) == (operator == "==")), t.INT)
    left, right = scalar(left), scalar(right)
    if operator in _COMPARISONS:
        return make(int(_compare(operator, left, right)), t.INT)
    pointers = isinstance(left.plain, t.Pointer), isinstance(right.plain, t.Pointer)
    if any(pointers):
        if operator == "+" and not all(pointers):
            return add(left, right, 1) if pointers[0] else add(right, left, 1)
        if operator == "-" and all(pointers):
            return _difference(left, right)
        if operator == "-" and pointers[0]:
            return add(left, right, -1)
        left, right = _as_long(left), _as_long(right)
    if operator in ("<<", ">>"):
        return _shift(operator, left, right)
    type = _common(left.type, right.type)
    if t.is_floating(type):
        a, b = exact(left), exact(right)
        if type.size == 16 and a is not None and b is not None and (b or operator != "/"):
            return Value(type, FixedPlace(encode_quad(_quad_operation(operator, a, b))))
        return make(_float_operation(operator, left.real(), right.real()), type)
    m, n = make(left.integer(), type).integer(), make(right.integer(), type).integer()
    return make(_operation(operator, m, n), type)


def add(pointer: Value, number: Value, sign: int) -> Value:
    """A pointer so many elements further. Raises DebuggerError."""
    pointer = scalar(pointer)
    plain = pointer.plain
    if not isinstance(plain, t.Pointer):
        raise DebuggerError(f"cannot subscript something of type `{pointer.type.name}'")
    if not t.is_integral(number.type):
        raise DebuggerError(NOT_A_NUMBER)
    return make(pointer.integer() + sign * number.integer() * max(plain.target.size, 1), pointer.type)


def promoted(type: t.Type) -> t.Type:
    """The type in which an operand is computed with."""
    plain = t.strip(type)
    if t.is_floating(plain):
        return plain
    if isinstance(plain, t.Enum) and plain.size == 4:
        return t.INT if plain.signed else t.UINT
    return t.INT if plain.size < 4 else plain


def pointee(type: t.Type) -> t.Type:
    """What a pointer points to, or an array consists of."""
    if isinstance(type, t.Pointer):
        return type.target
    assert isinstance(type, t.Array)
    return type.element


def _difference(left: Value, right: Value) -> Value:
    first, second = pointee(left.plain), pointee(right.plain)
    if first.size != second.size:
        raise DebuggerError(
            "First argument of `-' is a pointer and second argument is neither\n"
            "an integer nor a pointer of the same type."
        )
    return make((left.integer() - right.integer()) // max(first.size, 1), t.LONG)


def _shift(operator: str, left: Value, right: Value) -> Value:
    type = promoted(left.type)
    if t.is_floating(type) or t.is_floating(right.type):
        raise DebuggerError(NOT_A_NUMBER)
    number, distance = left.integer(), right.integer()
    if not 0 <= distance < 8 * type.size:
        return make(-1 if operator == ">>" and number < 0 else 0, type)
    return make(number << distance if operator == "<<" else number >> distance, type)


def _strings(left: Value, right: Value) -> bool:
    """Whether one is a literal and the other could be a string: then they are compared as such."""

    def literal(value: Value) -> bool:
        return isinstance(value.plain, t.Array) and type(value.place) is FixedPlace and t.is_char(value.plain.element)

    def text(value: Value) -> bool:
        plain = value.plain
        return isinstance(plain, t.Array | t.Pointer) and t.is_char(pointee(plain))

    return (literal(left) and text(right)) or (literal(right) and text(left))


def _as_long(value: Value) -> Value:
    return make(value.integer(), t.LONG) if isinstance(value.plain, t.Pointer) else value


def _common(left: t.Type, right: t.Type) -> t.Type:
    """The type that C computes in."""
    if t.is_floating(left) or t.is_floating(right):
        floats = [t.strip(type) for type in (left, right) if t.is_floating(type)]
        return max(floats, key=lambda type: type.size)
    a, b = promoted(left), promoted(right)
    if a.size != b.size:
        return a if a.size > b.size else b
    return a if not t.is_signed(a) else b


def _compare(operator: str, left: Value, right: Value) -> bool:
    a: int | float
    b: int | float
    if isinstance(left.plain, t.Pointer) or isinstance(right.plain, t.Pointer):
        a, b = left.integer() & MASK, right.integer() & MASK
    elif t.is_floating(left.type) or t.is_floating(right.type):
        a, b = left.real(), right.real()
    else:
        type = _common(left.type, right.type)
        a, b = make(left.integer(), type).integer(), make(right.integer(), type).integer()
    if operator == "==":
        return a == b
    if operator == "!=":
        return a != b
    if operator == "<":
        return a < b
    if operator == ">":
        return a > b
    return a <= b if operator == "<=" else a >= b


def _operation(operator: str, a: int, b: int) -> int:
    if operator in ("/", "%"):
        if not b:
            raise DebuggerError("Division by zero")
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return quotient if operator == "/" else a - b * quotient
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "&":
        return a & b
    return a | b if operator == "|" else a ^ b


def _quad_operation(operator: str, a: Fraction, b: Fraction) -> Fraction:
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "/":
        return a / b
    raise DebuggerError("Integer-only operation on floating-point numbers.")


def _float_operation(operator: str, a: float, b: float) -> float:
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "/":
        if b:
            return a / b
        return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    raise DebuggerError("Integer-only operation on floating-point numbers.")
