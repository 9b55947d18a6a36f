"""What is visible where: functions, inlined calls, blocks, and the variables declared in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from emu.debugger.dwarf import (
    DIE,
    Image,
    Unit,
    holder_of,
    inherited,
    is_dropped,
    name_of,
    origin_of,
    ranges_of,
    value_of,
)
from emu.debugger.lines import Lines, SourceFile, Span

_VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")
_TYPES = {
    "DW_TAG_structure_type": "struct",
    "DW_TAG_union_type": "union",
    "DW_TAG_enumeration_type": "enum",
    "DW_TAG_typedef": "typedef",
    "DW_TAG_base_type": "base",
}


class Variable:
    """A variable or parameter as one DIE describes it."""

    __slots__ = ("die", "line", "name", "parameter", "unit")

    def __init__(self, unit: Unit, die: DIE) -> None:
        self.unit = unit
        self.die = die
        self.name = name_of(die)
        self.parameter = die.tag == "DW_TAG_formal_parameter"
        self.line: int = inherited(die, "DW_AT_decl_line", 0)

    def __repr__(self) -> str:
        return f"<Variable {self.name}>"


class Scope:
    """A function, an inlined call or a block: code, what is declared in it, and the scopes inside."""

    def __init__(self, unit: Unit, die: DIE, parent: Scope | None) -> None:
        self.unit = unit
        self.die = die
        self.parent = parent
        self.ranges = ranges_of(unit, die)
        self.name = name_of(die) if die.tag != "DW_TAG_lexical_block" else ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def inlined(self) -> bool:
        return bool(self.die.tag == "DW_TAG_inlined_subroutine")

    @property
    def is_function(self) -> bool:
        """Has a name and parameters of its own: not a mere block."""
        return bool(self.die.tag != "DW_TAG_lexical_block")

    def contains(self, address: int) -> bool:
        return any(low <= address < high for low, high in self.ranges)

    @cached_property
    def variables(self) -> list[Variable]:
        """Parameters and variables declared directly here, in the order of the source; also those that the optimizer
        left nothing of, which only the function's abstract description has."""
        own = [die for die in self.die.iter_children() if die.tag in _VARIABLES]
        origin = origin_of(self.die)
        if origin is None:
            return [Variable(self.unit, die) for die in own]
        by_origin = {found.offset: die for die in own if (found := origin_of(die)) is not None}
        listed = [by_origin.pop(die.offset, die) for die in origin.iter_children() if die.tag in _VARIABLES]
        deeper = _origins_below(self.die)  # the same function may be cut into blocks in another way
        listed = [die for die in listed if die.offset not in deeper]
        known = {die.offset for die in listed}
        return [Variable(self.unit, die) for die in listed + [die for die in own if die.offset not in known]]

    @property
    def parameters(self) -> list[Variable]:
        return [variable for variable in self.variables if variable.parameter]

    @cached_property
    def scopes(self) -> list[Scope]:
        """The scopes directly inside."""
        tags = ("DW_TAG_lexical_block", "DW_TAG_inlined_subroutine")
        return [Scope(self.unit, die, self) for die in self.die.iter_children() if die.tag in tags]

    def innermost(self, address: int) -> Scope:
        """The smallest scope around an address that this one contains."""
        for scope in self.scopes:
            if scope.contains(address):
                return scope.innermost(address)
        return self

    @property
    def function(self) -> Scope:
        """The function or inlined call that this scope is a part of."""
        scope: Scope = self
        while not scope.is_function and scope.parent is not None:
            scope = scope.parent
        return scope

    def outwards(self) -> Iterator[Scope]:
        """This scope and those around it, up to the function or inlined call: what one frame can see."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            if scope.is_function:
                return
            scope = scope.parent

    @property
    def decl_line(self) -> int:
        return int(inherited(self.die, "DW_AT_decl_line", 0))

    @property
    def call_line(self) -> int:
        """For an inlined call, where it is called."""
        return int(value_of(self.die, "DW_AT_call_line", 0))


class Function(Scope):
    """A function with code of its own."""

    @property
    def low(self) -> int:
        """Its entry."""
        low = value_of(self.die, "DW_AT_low_pc")
        return int(low) if low is not None else self.ranges[0][0]

    @property
    def high(self) -> int:
        return next(high for low, high in self.ranges if low <= self.low < high)

    @property
    def external(self) -> bool:
        return bool(inherited(self.die, "DW_AT_external", False))


class Place:
    """An address at which a breakpoint can be put, and what it is for a user."""

    __slots__ = ("address", "function", "span")

    def __init__(self, address: int, function: str, span: Span | None) -> None:
        self.address = address
        self.function = function
        self.span = span

    def __repr__(self) -> str:
        return f"<Place {self.address:#x} {self}>"

    def __str__(self) -> str:
        """`file t.c, line 14.` as gdb ends its announcement of a breakpoint."""
        if self.span is None:
            return f"{self.address:#x}"
        return f"file {self.span.file.name}, line {self.span.line}."


class UnitScope:
    """What one unit declares outside of its functions, by name."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.functions: list[Function] = []
        self.variables: dict[str, Variable] = {}
        self.types: dict[tuple[str, str], DIE] = {}
        self.enumerators: dict[str, tuple[DIE, int]] = {}
        self.abstract: dict[str, DIE] = {}  # functions, by name, also those without code
        self._read(unit.children, top=True)

    def _read(self, dies: list[DIE], top: bool) -> None:
        for die in dies:
            tag = die.tag
            if tag == "DW_TAG_subprogram":
                name = name_of(die)
                if name:
                    self.abstract.setdefault(name, die)
                function = Function(self.unit, die, None)
                if function.ranges:
                    self.functions.append(function)
            elif tag == "DW_TAG_variable" and top:
                self._variable(die)
            elif tag in _TYPES:
                self._type(die)

    def _variable(self, die: DIE) -> None:
        name = name_of(die)
        if not name:
            return
        if is_dropped(self.unit, die):
            return
        known = self.variables.get(name)
        if known is None or "DW_AT_location" in die.attributes:
            self.variables[name] = Variable(self.unit, die)

    def _type(self, die: DIE) -> None:
        key = (_TYPES[die.tag], name_of(die))
        known = self.types.get(key)
        if key[1] and (known is None or "DW_AT_declaration" in known.attributes):
            self.types[key] = die
        if die.tag == "DW_TAG_enumeration_type":
            for child in die.iter_children():
                if child.tag == "DW_TAG_enumerator":
                    self.enumerators.setdefault(name_of(child), (die, value_of(child, "DW_AT_const_value", 0)))


class Scopes:
    """Functions and variables of a program."""

    def __init__(self, image: Image, lines: Lines) -> None:
        self.image = image
        self.lines = lines
        self._units: dict[int, UnitScope] = {}

    def unit_scope(self, unit: Unit) -> UnitScope:
        found = self._units.get(unit.offset)
        if found is None:
            found = self._units[unit.offset] = UnitScope(unit)
        return found

    # -- functions

    def function_at(self, address: int) -> Function | None:
        """The function, not inlined, that an address is in."""
        unit = self.image.unit_at(address)
        if unit is None:
            return None
        return next((f for f in self.unit_scope(unit).functions if f.contains(address)), None)

    def scope_at(self, address: int) -> Scope | None:
        """The innermost scope at an address: block, inlined call or function."""
        function = self.function_at(address)
        return None if function is None else function.innermost(address)

    def inlined_at(self, address: int) -> list[Scope]:
        """The inlined calls at an address, innermost first, and last the function that contains them all."""
        chain = []
        scope = self.scope_at(address)
        while scope is not None:
            if scope.is_function:
                chain.append(scope)
            scope = scope.parent
        return chain

    def name_at(self, address: int) -> str | None:
        """The name of the function at an address, by DWARF or by the symbol table."""
        function = self.function_at(address)
        if function is not None:
            return function.name
        symbol = self.image.symbol_at(address)
        return symbol.name if symbol is not None and self.image.executable(address) else None

    def bounds_at(self, address: int) -> tuple[int, int] | None:
        """First address of the function at an address, and the one behind its last."""
        function = self.function_at(address)
        if function is not None:
            return next((low, high) for low, high in function.ranges if low <= address < high)
        symbol = self.image.symbol_at(address)
        section = self.image.section_at(address)
        if symbol is None or section is None or not section.executable:
            return None
        if symbol.size:
            return symbol.address, symbol.address + symbol.size
        starts = [s.address for s in self.image.symbols]
        after = bisect_right(starts, address)
        return symbol.address, min(starts[after] if after < len(starts) else section.end, section.end)

    def functions_named(self, name: str, near: Unit | None = None) -> list[Function]:
        """The functions of a name that have code: those of the unit `near` if it has one."""
        if near is not None:
            found = [f for f in self.unit_scope(near).functions if f.name == name]
            if found:
                return found
        symbols = [s for s in self.image.symbols if s.name == name and self.image.executable(s.address)]
        found = []
        for symbol in symbols:
            function = self.function_at(symbol.address)
            if function is not None and function not in found and function.low == symbol.address:
                found.append(function)
        return found

    def _defined_in_own_file(self, function: Function) -> bool:
        """Whether a function is in no header: then only its own unit can have inlined it."""
        number = inherited(function.die, "DW_AT_decl_file")
        table = self.lines.table(function.unit)
        own = SourceFile(function.unit.name, function.unit.directory)
        return number is not None and table.file(number).path == own.path

    def inlined_calls(self, name: str, units: list[Unit] | None = None) -> list[Scope]:
        """Every place where calls of a function were inlined, in some units or in all."""
        found: list[Scope] = []
        for unit in self.image.own_units if units is None else units:
            scope = self.unit_scope(unit)
            if name in scope.abstract:
                for function in scope.functions:
                    found += _inlined_below(function, name)
        return found

    # -- variables

    def visible(self, address: int) -> Iterator[Variable]:
        """The variables that a frame at an address can see, innermost first: its blocks' and parameters."""
        scope = self.scope_at(address)
        if scope is not None:
            for level in scope.outwards():
                yield from level.variables

    def global_variable(self, name: str, near: Unit | None = None) -> Variable | None:
        """A variable declared outside of functions: the unit's own, else an external one, else any file's static."""
        units = ([near] if near is not None else []) + self.image.own_units
        declared = None
        symbol = self.image.symbols_by_name.get(name)
        home = None
        for unit in units:
            variable = self.unit_scope(unit).variables.get(name)
            if variable is None:
                continue
            holder = holder_of(variable.die, "DW_AT_location")
            if holder is not None or "DW_AT_const_value" in variable.die.attributes:
                if unit is near or inherited(variable.die, "DW_AT_external", False):
                    return variable
                home = home or variable
            elif symbol is not None:
                declared = declared or variable
        return home or declared

    def in_file(self, asked: str) -> list[Unit]:
        """The units compiled from a file."""
        found = []
        for unit in self.image.own_units:
            if SourceFile(unit.name, unit.directory).matches(asked):
                found.append(unit)
        return found

    def globals_of(self, unit: Unit) -> list[Variable]:
        return list(self.unit_scope(unit).variables.values())

    # -- places for breakpoints

    def place(self, address: int, function: str | None = None) -> Place:
        return Place(address, function or self.name_at(address) or "", self.lines.line_at(address))

    def function_place(self, function: Function) -> Place:
        """Behind a function's prologue."""
        return self.place(self.lines.after_prologue(function.low, function.high), function.name)

    def function_places(self, name: str, near: Unit | None = None) -> list[Place]:
        """Where a breakpoint on a function goes: its body and everywhere it was inlined. Empty if unknown."""
        found = [self.function_place(function) for function in self.functions_named(name, near)]
        if not found:
            symbol = self.image.symbols_by_name.get(name)
            if symbol is not None and self.image.executable(symbol.address):
                found.append(self.place(symbol.address, name))
        homes = [f.unit for f in self.functions_named(name, near) if self._defined_in_own_file(f)]
        for call in self.inlined_calls(name, homes or None):
            low = value_of(call.die, "DW_AT_entry_pc") or value_of(call.die, "DW_AT_low_pc") or call.ranges[0][0]
            if not call.contains(low):
                low = call.ranges[0][0]
            found.append(self.place(low, name))
        return found

    def line_places(self, file: str, line: int) -> list[Place]:
        """Where a breakpoint on a line goes: once in each function that has code of it. Empty if none has."""
        found: dict[tuple[int, int], Place] = {}
        for span in self.lines.addresses(file, line):
            function = self.function_at(span.start)
            scope = self.scope_at(span.start)
            owner = scope.function if scope is not None else None
            # Key by the (possibly inlined) function instance: a line's pieces in it are one place.
            key = (-1, span.start) if owner is None else (owner.die.offset, owner.ranges[0][0])
            if key in found:
                continue
            address = span.start
            if function is not None and address == function.low:
                address = self.lines.after_prologue(function.low, function.high)
            found[key] = self.place(address, owner.name if owner is not None else None)
        return list(found.values())


def _origins_below(die: DIE) -> set[int]:
    """What the variables in the blocks of a scope, not in its own, originate in."""
    found: set[int] = set()
    for child in die.iter_children():
        if child.tag == "DW_TAG_lexical_block":
            for inner in child.iter_children():
                origin = origin_of(inner) if inner.tag in _VARIABLES else None
                if origin is not None:
                    found.add(origin.offset)
            found |= _origins_below(child)
    return found


def _inlined_below(scope: Scope, name: str) -> list[Scope]:
    found = []
    for inner in scope.scopes:
        if inner.inlined and inner.name == name and inner.ranges:
            found.append(inner)
        found += _inlined_below(inner, name)
    return found


def same_function(a: Scope, b: Scope) -> bool:
    """Whether two scopes are instances of one function of the source."""
    first, second = origin_of(a.die) or a.die, origin_of(b.die) or b.die
    return bool(first.offset == second.offset)
