"""Evaluates C expressions in a frame of a stopped program."""

from __future__ import annotations

from typing import Any, cast

from emu.debugger import types as t
from emu.debugger.arithmetic import NOT_A_NUMBER, add, binary, pointee, promoted, scalar
from emu.debugger.cfi import NUMBERS
from emu.debugger.cparser import Node, Parser
from emu.debugger.dwarf import Unit, holder_of
from emu.debugger.errors import DebuggerError
from emu.debugger.history import History
from emu.debugger.location import MASK, InMemory, evaluate, locate
from emu.debugger.scopes import Scope, Variable
from emu.debugger.symbols import Symbols
from emu.debugger.target import MemoryFault, Target
from emu.debugger.unwind import Frame
from emu.debugger.values import (
    FLOAT_REGISTER,
    VOID_VALUE,
    FixedPlace,
    MemoryPlace,
    PcPlace,
    RegisterPlace,
    Value,
    convert,
    make,
    place_of,
)

_FLOAT_NAMES = (
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
)  # fmt: skip
FLOAT_NUMBERS = {name: n for n, name in enumerate(_FLOAT_NAMES)} | {f"f{n}": n for n in range(32)}


class Evaluator:
    """Expressions over one stopped program. `frame` may be None: then there are only globals."""

    def __init__(self, symbols: Symbols, target: Target, frame: Frame | None, history: History | None = None) -> None:
        self.symbols = symbols
        self.target = target
        self.frame = frame
        self.history = history if history is not None else History()
        self._dry = False  # within sizeof, whatis, ptype: nothing is stored

    # -- entry points

    def evaluate(self, text: str) -> Value:
        """Raises DebuggerError."""
        try:
            return self._node(self._parse(text))
        except MemoryFault as fault:
            raise DebuggerError(f"Cannot access memory at address {fault.address:#x}") from None

    def _parse(self, text: str) -> Node:
        parser = self._parser(text)
        try:
            return parser.parse()
        except DebuggerError:
            # A name that nothing is known of is the likelier mistake than the syntax.
            for index, token in enumerate(parser.tokens[: parser.at + 1]):
                if token.kind == "name" and not self._known(parser, index):
                    raise DebuggerError(f'No symbol "{token.text}" in current context.') from None
            raise

    def _known(self, parser: Parser, index: int) -> bool:
        """Whether a name among the tokens may stand where it does."""
        name = parser.tokens[index].text
        before = parser.tokens[index - 1].text if index else ""
        after = parser.tokens[index + 1].text if index + 1 < len(parser.tokens) else ""
        if before in (".", "->", "::", "struct", "union", "enum") or after == "::" or parser.starts_type(index):
            return True
        if name in ("sizeof", "alignof", "_Alignof"):
            return True
        return self.local(name) is not None or self._global(name, self.unit) is not None

    def type_of(self, text: str) -> tuple[t.Type, bool]:
        """The type that a text names or, if it is an expression, that it has; True for the former."""
        parser = self._parser(text)
        if parser.starts_type(0):
            saved = parser.at
            try:
                found = parser.whole_type()
                if found is not None:
                    return found, True
            except DebuggerError:
                parser.at = saved
        self._dry = True
        try:
            return self._node(self._parse(text)).type, False
        finally:
            self._dry = False

    def integer(self, text: str) -> int:
        """An expression that is a number or an address."""
        return self.evaluate(text).integer()

    def _parser(self, text: str) -> Parser:
        if not text.strip():
            raise DebuggerError("Argument required (expression to compute).")
        return Parser(text, self._is_typedef, self._typedef, self._tagged)

    @property
    def unit(self) -> Unit | None:
        """The unit whose names come first: the frame's, or the one that has main."""
        if self.frame is not None and self.frame.unit is not None:
            return self.frame.unit
        symbol = self.symbols.image.symbols_by_name.get("main")
        return self.symbols.image.unit_at(symbol.address) if symbol is not None else None

    def _is_typedef(self, name: str) -> bool:
        if self.local(name) is not None:
            return False
        return self.symbols.types.typedef(name, self.unit) is not None

    def _typedef(self, name: str) -> t.Type:
        found = self.symbols.types.typedef(name, self.unit)
        if found is None:
            raise DebuggerError(f'No symbol "{name}" in current context.')
        return found

    def _tagged(self, kind: str, tag: str) -> t.Type:
        return self.symbols.types.tagged(kind, tag, self.unit)

    # -- names

    def local(self, name: str) -> Variable | None:
        """The variable of a name that the frame sees, if it is one of its function."""
        if self.frame is None or self.frame.block is None:
            return None
        for scope in self.frame.block.outwards():
            # The last of a name that is declared before the line wins, as in the source.
            for variable in reversed(scope.variables):
                if variable.name == name:
                    return variable
        return None

    def variable(self, variable: Variable, frame: Frame | None) -> Value:
        """A variable's value in a frame."""
        type = self.symbols.types.of(variable.die)
        type = self._settle(type, frame)
        try:
            location = locate(variable.unit, variable.die, frame)
        except MemoryFault as fault:
            raise DebuggerError(f"Cannot access memory at address {fault.address:#x}") from None
        if variable.parameter is False and location == ("<optimized out>",):
            symbol = self.symbols.image.symbols_by_name.get(variable.name)
            if symbol is not None and variable.die.attributes.get("DW_AT_external") is not None:
                location = InMemory(symbol.address)  # declared here, defined where nothing describes it
        place, missing = place_of(location, frame, self.target)
        return Value(type, place, missing=missing)

    def _settle(self, type: t.Type, frame: Frame | None) -> t.Type:
        """An array of variable length as long as it is in this frame."""
        if isinstance(type, t.Qualified):
            target = self._settle(type.target, frame)
            return type if target is type.target else t.Qualified(type.qualifier, target)
        if isinstance(type, t.Pointer) and isinstance(type.target, t.Array):
            target = self._settle(type.target, frame)
            return type if target is type.target else t.Pointer(target)
        if not isinstance(type, t.Array):
            return type
        element = self._settle(type.element, frame)
        if type.count is not None or type.bound is None or frame is None:
            return type if element is type.element else t.Array(element, type.count, type.bound)
        kind, what, more = cast("tuple[str, Any, int]", type.bound)
        if kind == "variable":
            value = self.variable(Variable(frame.unit or what.cu, what), frame)
            count = None if value.missing else value.integer() + more
        else:
            unit = frame.unit
            found = evaluate(what, unit, frame) if unit is not None else None
            count = found.address + more if isinstance(found, InMemory) else None
        return t.Array(element, count, None if count is not None else type.bound)

    def name(self, name: str, *, type_known: bool = True) -> Value:
        """What an identifier stands for: variable, function, enumeration constant. Raises DebuggerError."""
        local = self.local(name)
        if local is not None:
            return self.variable(local, self.frame)
        found = self._global(name, self.unit)
        if found is None:
            raise DebuggerError(f'No symbol "{name}" in current context.')
        if type_known and isinstance(found.type, t.UnknownData) and not self._dry:
            raise DebuggerError(f"'{name}' has unknown type; cast it to its declared type")
        return found

    def _global(self, name: str, unit: Unit | None) -> Value | None:
        symbols = self.symbols
        own = symbols.scopes.unit_scope(unit).variables.get(name) if unit is not None else None
        if own is None:
            functions = symbols.scopes.functions_named(name, unit)
            if functions:
                type = symbols.types.function(functions[0].die)
                return Value(type, MemoryPlace(self.target, functions[0].low))
        enumerator = symbols.types.enumerator(name, unit) if own is None else None
        if enumerator is not None:
            return make(enumerator[1], enumerator[0])
        variable = symbols.scopes.global_variable(name, unit)
        if variable is not None:
            return self.variable(variable, self.frame)
        symbol = symbols.image.symbols_by_name.get(name)
        if symbol is None:
            return None
        if symbols.image.executable(symbol.address):
            return Value(t.UnknownFunction(), MemoryPlace(self.target, symbol.address))
        return Value(t.UnknownData(), MemoryPlace(self.target, symbol.address))

    def scoped(self, scope: str, name: str) -> Value:
        """`FILE::name` and `FUNCTION::name`; `::name` is the global. Raises DebuggerError."""
        scopes = self.symbols.scopes
        if not scope:
            found = self._global(name, self.unit)
            if found is None:
                raise DebuggerError(f'No symbol "{name}" in current context.')
            return found
        for function in scopes.functions_named(scope, self.unit):
            variable = _anywhere(function, name)
            if variable is not None:
                frame = self._frame_of(function)
                if frame is None and not _static(variable):
                    raise DebuggerError(f"No frame is currently executing in block {scope}.")
                return self.variable(variable, frame)
        units = scopes.in_file(scope)
        for unit in units:
            found = self._global(name, unit)
            if found is not None:
                return found
        if units or scopes.functions_named(scope, self.unit):
            raise DebuggerError(f'No symbol "{name}" in specified context.')
        raise DebuggerError(f'No symbol "{scope}" in current context.')

    def _frame_of(self, function: Scope) -> Frame | None:
        """The frame of a function that is nearest to the selected one, outwards first."""
        if self.frame is None:
            return None
        level = self.frame.level
        found = [frame for frame in self.symbols.frames(self.target) if frame.function is function]
        return next((frame for frame in found if frame.level >= level), found[-1] if found else None)

    def dollar(self, name: str) -> Value:
        """`$pc`, `$a0`, `$fa0`, `$`, `$$2`, `$7`, `$mine`."""
        history = self.history
        if name.startswith("$"):
            back = int(name[1:] or 1) if name[1:].isdigit() or len(name) == 1 else None
            if back is not None:
                return history.get(len(history.values) - back) if history.values else VOID_VALUE
        if not name:
            return history.get(len(history.values))
        if name.isdigit():
            return history.get(int(name) if name != "0" else len(history.values))
        register = self.register(name)
        if register is not None:
            return register
        return history.names.get(name, VOID_VALUE)

    def register(self, name: str) -> Value | None:
        """A register by name, as the frame sees it."""
        number = NUMBERS.get(name)
        known = number is not None or name in FLOAT_NUMBERS or name in ("pc", "fcsr", "fflags", "frm")
        if not known:
            return None
        if self.frame is None:
            raise DebuggerError("No registers.")
        if name == "pc":
            return Value(t.CODE_POINTER, PcPlace(self.frame))
        if name in ("fcsr", "fflags", "frm"):
            fcsr = self.target.fregister(32)
            return make({"fcsr": fcsr, "fflags": fcsr & 31, "frm": fcsr >> 5 & 7}[name], t.INT)
        if number is None:
            return Value(FLOAT_REGISTER, RegisterPlace(self.frame, 32 + FLOAT_NUMBERS[name]))
        type: t.Type = t.LONG
        if name in ("ra", "x1"):
            type = t.CODE_POINTER
        elif name in ("sp", "gp", "tp", "fp", "x2", "x3", "x4"):
            type = t.DATA_POINTER
        value = Value(type, RegisterPlace(self.frame, number))
        if self.frame.where(number) is None:
            value.missing = "<not saved>"
        return value

    # -- nodes

    def _node(self, node: Node) -> Value:
        handler = getattr(self, f"_do_{node.kind}")
        result: Value = handler(*node.parts)
        return result

    def _do_int(self, value: int, type: t.Type) -> Value:
        return make(value, type)

    def _do_float(self, value: float, type: t.Type) -> Value:
        return make(value, type)

    def _do_string(self, text: bytes) -> Value:
        return Value(t.Array(t.CHAR_TYPE, len(text) + 1), FixedPlace(text + b"\0"))

    def _do_name(self, name: str) -> Value:
        return self.name(name)

    def _do_scoped(self, scope: str, name: str) -> Value:
        return self.scoped(scope, name)

    def _do_dollar(self, name: str) -> Value:
        return self.dollar(name)

    def _do_type(self, type: t.Type) -> Value:
        if self._dry:
            return Value(type, FixedPlace(bytes(type.size)))
        raise DebuggerError("Attempt to use a type name as an expression")

    def _do_comma(self, first: Node, second: Node) -> Value:
        self._node(first)
        return self._node(second)

    def _do_or(self, left: Node, right: Node) -> Value:
        return make(int(self._truth(left) or self._truth(right)), t.INT)

    def _do_and(self, left: Node, right: Node) -> Value:
        return make(int(self._truth(left) and self._truth(right)), t.INT)

    def _truth(self, node: Node) -> bool:
        return scalar(self._node(node)).truth()

    def _do_conditional(self, condition: Node, yes: Node, no: Node) -> Value:
        return self._node(yes if self._truth(condition) else no)

    def _untyped(self, operand: Node) -> Value:
        """An operand whose type does not matter."""
        return self.name(operand.parts[0], type_known=False) if operand.kind == "name" else self._node(operand)

    def _do_cast(self, type: t.Type, operand: Node) -> Value:
        value = self._untyped(operand)
        if isinstance(value.type, t.UnknownData):
            return value.cast(type)
        plain = t.strip(type)
        if isinstance(plain, t.Struct | t.Array):
            if value.type.size != type.size:
                raise DebuggerError("Invalid cast.")
            return value.cast(type)
        if isinstance(plain, t.Void):
            return VOID_VALUE
        return convert(value, type)

    def _do_typed_memory(self, type: t.Type, operand: Node) -> Value:
        return Value(type, MemoryPlace(self.target, self._node(operand).integer() & MASK))

    def _do_sizeof_type(self, operator: str, type: t.Type) -> Value:
        return make(type.size if operator == "sizeof" else _alignment(type), t.ULONG)

    def _do_sizeof(self, operator: str, operand: Node) -> Value:
        dry, self._dry = self._dry, True
        try:
            return self._do_sizeof_type(operator, self._node(operand).type)
        finally:
            self._dry = dry

    def _do_index(self, array: Node, index: Node) -> Value:
        base, number = self._node(array), self._node(index)
        if isinstance(number.plain, t.Pointer | t.Array):
            base, number = number, base
        if isinstance(base.plain, t.Array):
            position = number.integer()
            if base.address is None and not 0 <= position < (base.plain.count or 0):
                raise DebuggerError("no such vector element")
            return base.element(position)
        return self._dereference(add(base, number, 1))

    def _do_member(self, operator: str, operand: Node, name: str) -> Value:
        value = self._node(operand)
        plain = value.plain
        if isinstance(plain, t.Pointer | t.Array) and isinstance(t.strip(pointee(plain)), t.Struct):
            value = self._dereference(value)  # gdb takes either operator for either
            plain = value.plain
        if not isinstance(plain, t.Struct):
            raise DebuggerError(f"Attempt to extract a component of a value that is not a structure"
                                f"{' pointer' if operator == '->' else ''}.")  # fmt: skip
        field = plain.field(name)
        if field is None:
            raise DebuggerError(f"There is no member named {name}.")
        return value.member(field)

    def _do_call(self, function: Node, arguments: tuple[Node, ...]) -> Value:
        name = function.parts[0] if function.kind == "dollar" else ""
        if name == "_strlen" and len(arguments) == 1:
            return make(len(self._string(self._node(arguments[0]))), t.INT)
        if name == "_streq" and len(arguments) == 2:
            first, second = (self._string(self._node(argument)) for argument in arguments)
            return make(int(first == second), t.INT)
        if name == "_isvoid" and len(arguments) == 1:
            return make(int(isinstance(self._node(arguments[0]).plain, t.Void)), t.INT)
        raise DebuggerError("You can't call functions of the program: that would change its run.")

    def _string(self, value: Value) -> bytes:
        if isinstance(value.plain, t.Array):
            return value.data.partition(b"\0")[0]
        found, address = b"", value.integer()
        while len(found) < 1 << 20:
            byte = MemoryPlace(self.target, address + len(found)).read(0, 1)
            if byte == b"\0":
                break
            found += byte
        return found

    def _do_slice(self, start: Node, count: Node) -> Value:
        value, number = self._node(start), self._node(count).integer()
        if not value.lvalue:
            raise DebuggerError("Only values in memory can be extended with '@'.")
        if number < 1:
            raise DebuggerError("Invalid number 0 of repetitions." if not number
                                else f"Invalid number {number} of repetitions.")  # fmt: skip
        return value.cast(t.Array(value.type, number))

    def _do_unary(self, operator: str, operand: Node) -> Value:
        if operator == "&":
            return self._address_of(self._untyped(operand))
        value = self._node(operand)
        if operator == "*":
            return self._dereference(value)
        if operator == "!":
            return make(int(not scalar(value).truth()), t.INT)
        if not t.is_arithmetic(value.type):
            raise DebuggerError(NOT_A_NUMBER)
        type = promoted(value.type)
        if operator == "~":
            if t.is_floating(type):
                raise DebuggerError("Argument to complement operation not an integer, boolean.")
            return make(~value.integer(), type)
        number = value.number()
        return make(-number if operator == "-" else number, type)

    def _address_of(self, value: Value) -> Value:
        if value.bits:
            raise DebuggerError("Attempt to take address of a bit field.")
        if value.missing:
            raise DebuggerError("Can't take address of a value that is not in memory.")
        if isinstance(value.place, RegisterPlace | PcPlace):
            raise DebuggerError("Attempt to take address of value not located in memory.")
        if value.address is None:
            raise DebuggerError("Attempt to take address of value not located in memory.")
        return make(value.address, t.Pointer(value.type))

    def _dereference(self, value: Value) -> Value:
        plain = value.plain
        if isinstance(plain, t.Array):
            return value.element(0)
        if isinstance(plain, t.Function):
            return value
        if isinstance(plain, t.Pointer):
            target = t.strip(plain.target)
            if isinstance(target, t.Void):
                raise DebuggerError("Attempt to take contents of a non-pointer value.")
            return Value(plain.target, MemoryPlace(self.target, value.integer()))
        if t.is_integral(plain):  # an address, as gdb allows
            return Value(t.LONG, MemoryPlace(self.target, value.integer() & MASK))
        raise DebuggerError("Attempt to take contents of a non-pointer value.")

    def _do_assign(self, operator: str, left: Node, right: Node) -> Value:
        if left.kind == "dollar" and not operator and self._is_convenience(left.parts[0]):
            value = self._node(right)
            if not self._dry:
                self.history.names[left.parts[0]] = value.fetched()
            return value
        target = self._node(left)
        value = self._node(right)
        if left.kind == "dollar" and self._is_convenience(left.parts[0]):
            value = binary(operator, target, value, self._string)
            if not self._dry:
                self.history.names[left.parts[0]] = value
            return value
        if operator:
            value = binary(operator, target, value, self._string)
        if not target.lvalue:
            raise DebuggerError("Left operand of assignment is not an lvalue.")
        if not self._dry:
            target.assign(value)
        return target

    def _do_postfix(self, operator: str, operand: Node) -> Value:
        before = self._node(operand).fetched()
        self._do_assign(operator, operand, Node("int", (1, t.INT)))
        return before

    def _is_convenience(self, name: str) -> bool:
        if not name or name.isdigit() or name.startswith("$"):
            raise DebuggerError("Left operand of assignment is not a modifiable lvalue.")
        return not (name in NUMBERS or name in FLOAT_NUMBERS or name in ("pc", "fcsr", "fflags", "frm"))

    def _do_binary(self, operator: str, left: Node, right: Node) -> Value:
        return binary(operator, self._node(left), self._node(right), self._string)


def _anywhere(scope: Scope, name: str) -> Variable | None:
    """A variable of a function, in whatever block."""
    for variable in scope.variables:
        if variable.name == name:
            return variable
    for inner in scope.scopes:
        if not inner.inlined:
            found = _anywhere(inner, name)
            if found is not None:
                return found
    return None


def _static(variable: Variable) -> bool:
    """Whether a variable of a function lives as long as the program: its place is an address."""
    holder = holder_of(variable.die, "DW_AT_location")
    value = holder.attributes["DW_AT_location"].value if holder is not None else None
    return isinstance(value, list | bytes) and bytes(value)[:1] in (b"\x03", b"\xa1")


def _alignment(type: t.Type) -> int:
    plain = t.strip(type)
    if isinstance(plain, t.Array):
        return _alignment(plain.element)
    if isinstance(plain, t.Struct):
        return max((_alignment(field.type) for field in plain.fields), default=1)
    return max(plain.size, 1)
