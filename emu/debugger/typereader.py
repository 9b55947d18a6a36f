"""Reads types out of DWARF, each once; and finds them by name."""

from __future__ import annotations

from typing import Any, cast

from emu.debugger import types as t
from emu.debugger.dwarf import DIE, Image, Unit, holder_of, name_of, text_of, value_of
from emu.debugger.errors import DebuggerError
from emu.debugger.scopes import Scopes

_ENCODINGS = {  # DW_ATE_*
    0x01: (t.UNSIGNED, False), 0x02: (t.BOOLEAN, False), 0x03: (t.COMPLEX, True), 0x04: (t.FLOAT, True),
    0x05: (t.SIGNED, True), 0x06: (t.CHAR, True), 0x07: (t.UNSIGNED, False), 0x08: (t.CHAR, False),
    0x10: (t.CHAR, False),
}  # fmt: skip
_QUALIFIERS = {
    "DW_TAG_const_type": "const",
    "DW_TAG_volatile_type": "volatile",
    "DW_TAG_restrict_type": "restrict",
    "DW_TAG_atomic_type": "_Atomic",
}
_FUNCTIONS = ("DW_TAG_subroutine_type", "DW_TAG_subprogram")


class Types:
    """The types of a program."""

    def __init__(self, image: Image, scopes: Scopes) -> None:
        self.image = image
        self.scopes = scopes
        self._read: dict[int, t.Type] = {}

    def of(self, die: DIE) -> t.Type:
        """The type that a DIE says something has: `void` if it says nothing."""
        holder = holder_of(die, "DW_AT_type")
        return t.VOID if holder is None else self.read(holder.get_DIE_from_attribute("DW_AT_type"))

    def read(self, die: DIE) -> t.Type:
        """The type that a DIE is."""
        found = self._read.get(die.offset)
        if found is None:
            found = self._make(die)
            self._read[die.offset] = found
        return found

    def _make(self, die: DIE) -> t.Type:
        tag = die.tag
        key = ("die", die.offset)
        if tag == "DW_TAG_base_type":
            encoding, signed = _ENCODINGS.get(value_of(die, "DW_AT_encoding", 7), (t.UNSIGNED, False))
            name = text_of(die, "DW_AT_name")
            known = t.base_of_words(name.split())
            spelling = known.name if known is not None else name
            return t.Base(spelling, value_of(die, "DW_AT_byte_size", 0), encoding, signed)
        if tag == "DW_TAG_pointer_type":
            return t.Pointer(self.of(die))
        if tag in _QUALIFIERS:
            return t.Qualified(_QUALIFIERS[tag], self.of(die))
        if tag == "DW_TAG_typedef":
            return t.Typedef(name_of(die), key, lambda: self.of(die))
        if tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
            return self._struct(die, key)
        if tag == "DW_TAG_enumeration_type":
            underlying = t.strip(self.of(die))
            signed = isinstance(underlying, t.Base) and underlying.signed
            return t.Enum(name_of(die), value_of(die, "DW_AT_byte_size", 4), key, signed, lambda: _enumerators(die))
        if tag == "DW_TAG_array_type":
            return self._array(die)
        if tag in _FUNCTIONS:
            return self.function(die)
        return t.VOID  # DW_TAG_unspecified_type and what C does not have

    def function(self, die: DIE) -> t.Function:
        """The type of a function, or a function type."""
        children = list(die.iter_children())
        if "DW_AT_abstract_origin" in die.attributes and not value_of(die, "DW_AT_prototyped"):
            origin = die.get_DIE_from_attribute("DW_AT_abstract_origin")
            return self.function(origin)
        parameters = [self.of(child) for child in children if child.tag == "DW_TAG_formal_parameter"]
        return t.Function(
            self.of(die),
            parameters,
            prototyped=bool(value_of(die, "DW_AT_prototyped", False)),
            variadic=any(child.tag == "DW_TAG_unspecified_parameters" for child in children),
        )

    def _struct(self, die: DIE, key: t.Key) -> t.Struct:
        kind = "struct" if die.tag == "DW_TAG_structure_type" else "union"
        tag = name_of(die)
        if "DW_AT_declaration" in die.attributes:
            full = self._definition(kind, tag)
            if full is not None:
                return cast(t.Struct, self.read(full))
            return t.Struct(kind, tag, 0, key, list, complete=False)
        return t.Struct(kind, tag, value_of(die, "DW_AT_byte_size", 0), key, lambda: self._fields(die))

    def _definition(self, kind: str, tag: str) -> DIE | None:
        """Where a structure that one unit only declares is defined."""
        for unit in self.image.own_units:
            found = self.scopes.unit_scope(unit).types.get((kind, tag))
            if found is not None and "DW_AT_declaration" not in found.attributes:
                return found
        return None

    def _fields(self, die: DIE) -> list[t.Field]:
        found = []
        for child in die.iter_children():
            if child.tag != "DW_TAG_member":
                continue
            type = self.of(child)
            bits = value_of(child, "DW_AT_bit_size", 0)
            offset, bit = value_of(child, "DW_AT_data_member_location", 0), 0
            if "DW_AT_data_bit_offset" in child.attributes:
                position = value_of(child, "DW_AT_data_bit_offset")
                # Counted from the storage unit of the declared type, as the C programmer thinks of it.
                unit = max(type.size, 1) * 8
                offset, bit = position // unit * type.size, position % unit
            elif "DW_AT_bit_offset" in child.attributes:  # DWARF 3: from the most significant bit of the unit
                size = value_of(child, "DW_AT_byte_size", type.size)
                bit = size * 8 - bits - value_of(child, "DW_AT_bit_offset")
            found.append(t.Field(text_of(child, "DW_AT_name"), type, offset, bit, bits))
        return found

    def _array(self, die: DIE) -> t.Type:
        type = self.of(die)
        for child in reversed([c for c in die.iter_children() if c.tag == "DW_TAG_subrange_type"]):
            count, bound = _array_count(child)
            type = t.Array(type, count, bound)
        if value_of(die, "DW_AT_GNU_vector"):
            return type
        return type

    # -- by name

    def tagged(self, kind: str, tag: str, near: Unit | None = None) -> t.Type:
        """`struct TAG`, `union TAG`, `enum TAG`. Raises DebuggerError."""
        die = self._named(kind, tag, near)
        if die is None:
            raise DebuggerError(f"No {kind} type named {tag}.")
        return self.read(die)

    def typedef(self, name: str, near: Unit | None = None) -> t.Type | None:
        die = self._named("typedef", name, near)
        return None if die is None else self.read(die)

    def base(self, words: list[str]) -> t.Type | None:
        return t.base_of_words(words)

    def _named(self, kind: str, name: str, near: Unit | None) -> DIE | None:
        declared = None
        for unit in ([near] if near is not None else []) + self.image.own_units:
            found = self.scopes.unit_scope(unit).types.get((kind, name))
            if found is not None:
                if "DW_AT_declaration" not in found.attributes:
                    return found
                declared = declared or found
        return declared

    def enumerator(self, name: str, near: Unit | None = None) -> tuple[t.Type, int] | None:
        """An enumeration constant: its type and value."""
        for unit in ([near] if near is not None else []) + self.image.own_units:
            found = self.scopes.unit_scope(unit).enumerators.get(name)
            if found is not None:
                return self.read(found[0]), found[1]
        return None

    # -- types as plain data

    def from_key(self, key: t.Key) -> t.Type:
        """The type that a key was made of, in this or another process that debugs the same program."""
        kind, *rest = cast("tuple[Any, ...]", key)
        if kind == "void":
            return t.VOID
        if kind in ("code", "data"):
            return t.UnknownFunction() if kind == "code" else t.UnknownData()
        if kind == "base":
            return t.Base(*rest)
        if kind == "pointer":
            return t.Pointer(self.from_key(rest[0]))
        if kind == "array":
            return t.Array(self.from_key(rest[0]), rest[1])
        if kind == "qualified":
            return t.Qualified(rest[0], self.from_key(rest[1]))
        if kind == "function":
            result, parameters, prototyped, variadic = rest
            listed = [self.from_key(p) for p in parameters]
            return t.Function(self.from_key(result), listed, prototyped=prototyped, variadic=variadic)
        assert kind == "die"
        return self.read(self.image.dwarf.get_DIE_from_refaddr(rest[0]))


def _enumerators(die: DIE) -> list[tuple[str, int]]:
    children = [child for child in die.iter_children() if child.tag == "DW_TAG_enumerator"]
    return [(text_of(child, "DW_AT_name"), value_of(child, "DW_AT_const_value", 0)) for child in children]


def _array_count(subrange: DIE) -> tuple[int | None, object]:
    """The number of elements, or else the attribute that tells where it is found at run time."""
    for attribute, more in (("DW_AT_count", 0), ("DW_AT_upper_bound", 1)):
        found = subrange.attributes.get(attribute)
        if found is None:
            continue
        if found.form.startswith("DW_FORM_ref"):
            return None, ("variable", subrange.get_DIE_from_attribute(attribute), more)
        if found.form in ("DW_FORM_exprloc", "DW_FORM_block1", "DW_FORM_block"):
            return None, ("expression", bytes(found.value), more)
        return found.value + more, None
    return None, None
