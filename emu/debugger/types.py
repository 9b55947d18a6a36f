"""C types: what DWARF says about them, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

# A type's key names it across processes: see typereader.
Key = tuple[object, ...]

SIGNED, UNSIGNED, FLOAT, BOOLEAN, CHAR, COMPLEX = "signed", "unsigned", "float", "boolean", "char", "complex"
POINTER_SIZE = 8


class Type:
    """A C type. `name` is how it is written without a declarator."""

    size = 0

    @property
    def name(self) -> str:
        return declare(self)

    @property
    def key(self) -> Key:
        raise AssertionError("every kind of type has a key")

    def __repr__(self) -> str:
        return f"<Type {self.name}>"

    @property
    def base(self) -> str:
        """What comes first in a declaration."""
        return ""


class Void(Type):
    size = 1  # as gcc has it, so that pointers to it can be added to

    @property
    def key(self) -> Key:
        return ("void",)

    @property
    def base(self) -> str:
        return "void"


class Base(Type):
    """Integers, characters, floating point."""

    def __init__(self, spelling: str, size: int, encoding: str, signed: bool = False) -> None:
        self.spelling = spelling
        self.size = size
        self.encoding = encoding
        self.signed = signed

    @property
    def key(self) -> Key:
        return ("base", self.spelling, self.size, self.encoding, self.signed)

    @property
    def base(self) -> str:
        return self.spelling

    @property
    def integral(self) -> bool:
        return self.encoding not in (FLOAT, COMPLEX)


class Pointer(Type):
    size = POINTER_SIZE

    def __init__(self, target: Type) -> None:
        self.target = target

    @property
    def key(self) -> Key:
        return ("pointer", self.target.key)


class Array(Type):
    """`count` is None for an incomplete one, and for one of variable length until a frame settles it."""

    def __init__(self, element: Type, count: int | None, bound: object = None) -> None:
        self.element = element
        self.count = count
        self.bound = bound  # for a variable length: the attribute that tells it

    @property
    def size(self) -> int:  # type: ignore[override]
        return (self.count or 0) * self.element.size

    @property
    def key(self) -> Key:
        return ("array", self.element.key, self.count)


class Qualified(Type):
    """`const`, `volatile`, `restrict` or `_Atomic` and the type that it is said of."""

    def __init__(self, qualifier: str, target: Type) -> None:
        self.qualifier = qualifier
        self.target = target

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.target.size

    @property
    def key(self) -> Key:
        return ("qualified", self.qualifier, self.target.key)


class Function(Type):
    size = 1

    def __init__(
        self, result: Type, parameters: list[Type], *, prototyped: bool = True, variadic: bool = False
    ) -> None:
        self.result = result
        self.parameters = parameters
        self.prototyped = prototyped
        self.variadic = variadic

    @property
    def key(self) -> Key:
        parameters = tuple(p.key for p in self.parameters)
        return ("function", self.result.key, parameters, self.prototyped, self.variadic)

    @property
    def list(self) -> str:
        """The parameters in parentheses."""
        names = [p.name for p in self.parameters] + (["..."] if self.variadic else [])
        if not names:
            return "(void)" if self.prototyped else "()"
        return f"({', '.join(names)})"


class UnknownFunction(Function):
    """Code that has a symbol but no debugging information."""

    def __init__(self) -> None:
        super().__init__(INT, [], prototyped=False)

    @property
    def key(self) -> Key:
        return ("code",)

    @property
    def base(self) -> str:
        return "<text variable, no debug info>"


class UnknownData(Type):
    """Data that has a symbol but no debugging information."""

    size = 4

    @property
    def key(self) -> Key:
        return ("data",)

    @property
    def base(self) -> str:
        return "<data variable, no debug info>"


class Typedef(Type):
    """A name for a type, which is looked up when it is needed: it may be one that contains this."""

    def __init__(self, spelling: str, key: Key, resolve: Callable[[], Type]) -> None:
        self.spelling = spelling
        self._key = key
        self._resolve: Callable[[], Type] | None = resolve
        self._target: Type | None = None

    @property
    def target(self) -> Type:
        if self._target is None:
            assert self._resolve is not None
            self._target = self._resolve()
            self._resolve = None
        return self._target

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.target.size

    @property
    def key(self) -> Key:
        return self._key

    @property
    def base(self) -> str:
        return self.spelling


class Field(NamedTuple):
    """A member. For a bit field `bits` is its width and `bit` its position from `offset`."""

    name: str
    type: Type
    offset: int
    bit: int = 0
    bits: int = 0


class Struct(Type):
    """`struct` or `union`. Members are read when needed, since they may point back here."""

    def __init__(
        self, kind: str, tag: str, size: int, key: Key, read: Callable[[], list[Field]], *, complete: bool = True
    ) -> None:
        self.kind = kind
        self.tag = tag
        self.size = size
        self.complete = complete
        self._key = key
        self._read = read
        self._fields: list[Field] | None = None

    @property
    def fields(self) -> list[Field]:
        if self._fields is None:
            self._fields = self._read()
        return self._fields

    @property
    def key(self) -> Key:
        return self._key

    @property
    def base(self) -> str:
        return f"{self.kind} {self.tag or '{...}'}"

    def field(self, name: str) -> Field | None:
        """A member by name, also one of an anonymous member, with its offset from the beginning of this."""
        for field in self.fields:
            if field.name == name:
                return field
            inner = strip(field.type)
            if not field.name and isinstance(inner, Struct):
                found = inner.field(name)
                if found is not None:
                    return found._replace(offset=found.offset + field.offset)
        return None


class Enum(Type):
    def __init__(self, tag: str, size: int, key: Key, signed: bool, read: Callable[[], list[tuple[str, int]]]) -> None:
        self.tag = tag
        self.size = size
        self.signed = signed
        self._key = key
        self._read = read
        self._values: list[tuple[str, int]] | None = None

    @property
    def values(self) -> list[tuple[str, int]]:
        if self._values is None:
            self._values = self._read()
        return self._values

    @property
    def key(self) -> Key:
        return self._key

    @property
    def base(self) -> str:
        return f"enum {self.tag or '{...}'}"

    def show(self, value: int) -> str:
        """A value by name; one that is a sum of flags as such."""
        for name, known in self.values:
            if known == value:
                return name
        flags = [(name, known) for name, known in self.values if known > 0 and known.bit_count() == 1]
        if len(flags) == sum(1 for _, known in self.values if known) and flags and value > 0:
            names = [name for name, known in flags if value & known]
            rest = value & ~sum(known for _, known in flags)
            if names:
                return "(" + " | ".join(names + ([f"unknown: {rest:#x}"] if rest else [])) + ")"
            return f"(unknown: {value:#x})"
        return str(value)


VOID = Void()
INT = Base("int", 4, SIGNED, True)
UINT = Base("unsigned int", 4, UNSIGNED)
LONG = Base("long", 8, SIGNED, True)
ULONG = Base("unsigned long", 8, UNSIGNED)
CHAR_TYPE = Base("char", 1, CHAR)  # unsigned, on this processor
UCHAR = Base("unsigned char", 1, CHAR)
SCHAR = Base("signed char", 1, CHAR, True)
SHORT = Base("short", 2, SIGNED, True)
USHORT = Base("unsigned short", 2, UNSIGNED)
LONG_LONG = Base("long long", 8, SIGNED, True)
ULONG_LONG = Base("unsigned long long", 8, UNSIGNED)
INT128 = Base("__int128", 16, SIGNED, True)
UINT128 = Base("unsigned __int128", 16, UNSIGNED)
BOOL = Base("_Bool", 1, BOOLEAN)
FLOAT_TYPE = Base("float", 4, FLOAT, True)
DOUBLE = Base("double", 8, FLOAT, True)
LONG_DOUBLE = Base("long double", 16, FLOAT, True)
CODE_POINTER = Pointer(Function(VOID, [], prototyped=False))
DATA_POINTER = Pointer(VOID)

_BUILTIN = (
    VOID, INT, UINT, LONG, ULONG, CHAR_TYPE, UCHAR, SCHAR, SHORT, USHORT, LONG_LONG, ULONG_LONG, INT128, UINT128,
    BOOL, FLOAT_TYPE, DOUBLE, LONG_DOUBLE,
)  # fmt: skip
BUILTIN: dict[str, Type] = {t.base: t for t in _BUILTIN}

_WORDS = {"char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "void", "bool", "__int128"}


def is_type_word(word: str) -> bool:
    """A keyword that names a base type or a part of one."""
    return word in _WORDS


def base_of_words(words: list[str]) -> Type | None:
    """The type that keywords in any order name: `long unsigned int`."""
    if words in (["bool"], ["_Bool"]):
        return BOOL
    unsigned, signed = words.count("unsigned"), words.count("signed")
    rest = sorted(word for word in words if word not in ("unsigned", "signed"))
    if unsigned + signed > 1:
        return None
    if rest in (["char"], ["__int128"]):
        if rest == ["char"]:
            return UCHAR if unsigned else SCHAR if signed else CHAR_TYPE
        return UINT128 if unsigned else INT128
    if not unsigned and not signed:
        if rest == ["double", "long"]:
            return LONG_DOUBLE
        if len(rest) == 1 and rest[0] in ("void", "float", "double"):
            return BUILTIN[rest[0]]
    if [word for word in rest if word not in ("short", "long", "int")] or rest.count("int") > 1:
        return None
    sizes = [word for word in rest if word != "int"]
    plain = {(): INT, ("short",): SHORT, ("long",): LONG, ("long", "long"): LONG_LONG}.get(tuple(sizes))
    if plain is None or not words:
        return None
    return BUILTIN[f"unsigned {plain.name}"] if unsigned else plain


def strip(type: Type) -> Type:
    """A type without typedefs and qualifiers on the outside."""
    while isinstance(type, Typedef | Qualified):
        type = type.target
    return type


def is_integral(type: Type) -> bool:
    type = strip(type)
    return isinstance(type, Enum) or (isinstance(type, Base) and type.integral)


def is_floating(type: Type) -> bool:
    type = strip(type)
    return isinstance(type, Base) and type.encoding == FLOAT


def is_arithmetic(type: Type) -> bool:
    return is_integral(type) or is_floating(type)


def is_scalar(type: Type) -> bool:
    return is_arithmetic(type) or isinstance(strip(type), Pointer)


def is_signed(type: Type) -> bool:
    type = strip(type)
    return isinstance(type, Base | Enum) and type.signed


def is_char(type: Type) -> bool:
    """Of one byte, and printed as a character."""
    type = strip(type)
    return isinstance(type, Base) and type.encoding == CHAR and type.size == 1


def declare(type: Type, declarator: str = "") -> str:
    """A declaration in C: declare(int[3], "x") is `int x[3]`; without a name the type as in a cast."""
    qualifiers: list[str] = []
    while True:
        if isinstance(type, Qualified):
            if type.qualifier not in qualifiers:
                qualifiers.append(type.qualifier)
            type = type.target
        elif isinstance(type, Pointer):
            prefix = "*" + "".join(f" {q}" for q in sorted(qualifiers))
            declarator = prefix + (" " if qualifiers and declarator else "") + declarator
            qualifiers = []
            type = type.target
            if isinstance(type, Array | Function) and not isinstance(type, UnknownFunction):
                declarator = f"({declarator})"
        elif isinstance(type, Array):
            declarator += "[]" if type.count is None else f"[{type.count}]"
            type = type.element
        elif isinstance(type, Function) and not isinstance(type, UnknownFunction):
            declarator += type.list
            type = type.result
        else:
            words = [*sorted(qualifiers), type.base]
            return " ".join(words) + (f" {declarator}" if declarator else "")


def describe(type: Type, declarator: str = "", *, indent: int = 0, offsets: bool = False) -> str:
    """What `ptype` prints: the outermost typedef replaced by what it stands for, structures with their members."""
    outer = _innermost(type)
    resolved = strip(outer)
    text = declare(_replace(type, outer, resolved), declarator)
    if isinstance(resolved, Struct):
        body = "\n".join(_body(resolved, indent, offsets))
        return text.replace(resolved.base, body, 1)
    if isinstance(resolved, Enum):
        return text.replace(resolved.base, _enum_body(resolved), 1)
    return text


def _innermost(type: Type) -> Type:
    """What a type is derived from, by pointers, arrays, functions; typedefs on the way are looked through."""
    while True:
        if isinstance(type, Pointer):
            type = type.target
        elif isinstance(type, Array):
            type = type.element
        elif isinstance(type, Function):
            type = type.result
        elif isinstance(type, Qualified | Typedef):
            type = type.target
        else:
            return type


def _replace(type: Type, innermost: Type, by: Type) -> Type:
    """The same derivation with every typedef of it resolved."""
    if type is innermost:
        return by
    if isinstance(type, Pointer):
        return Pointer(_replace(type.target, innermost, by))
    if isinstance(type, Array):
        return Array(_replace(type.element, innermost, by), type.count)
    if isinstance(type, Function):
        result = _replace(type.result, innermost, by)
        return Function(result, type.parameters, prototyped=type.prototyped, variadic=type.variadic)
    if isinstance(type, Qualified):
        return Qualified(type.qualifier, _replace(type.target, innermost, by))
    assert isinstance(type, Typedef)
    return _replace(type.target, innermost, by)


def _body(struct: Struct, indent: int, offsets: bool = False) -> Iterator[str]:
    """A structure with its members, one a line; the first line is not indented."""
    inner = " " * (indent + 4)
    head = struct.kind + (f" {struct.tag}" if struct.tag else "")
    yield head + " {"
    if not struct.complete:
        yield f"{inner}<incomplete type>"
    elif not struct.fields:
        yield f"{inner}<no data fields>"
    for field in struct.fields:
        nested = _innermost_untyped(field.type)
        if isinstance(nested, Struct) and not nested.tag:
            text = declare(field.type, field.name)
            lines = "\n".join(_body(nested, indent + 4, offsets))
            text = text.replace(nested.base, lines, 1)
        elif isinstance(nested, Enum) and not nested.tag:
            text = declare(field.type, field.name).replace(nested.base, _enum_body(nested), 1)
        else:
            text = declare(field.type, field.name)
        yield f"{inner}{text}{f' : {field.bits}' if field.bits else ''};"
    yield " " * indent + "}"


def _innermost_untyped(type: Type) -> Type:
    """As _innermost, but a typedef is the end: its name is enough."""
    while isinstance(type, Pointer | Array | Function | Qualified):
        if isinstance(type, Array):
            type = type.element
        elif isinstance(type, Function):
            type = type.result
        else:
            type = type.target
    return type


def _enum_body(enum: Enum) -> str:
    parts, expected = [], 0
    for name, value in enum.values:
        parts.append(name if value == expected else f"{name} = {value}")
        expected = value + 1
    return f"enum {enum.tag + ' ' if enum.tag else ''}{{{', '.join(parts)}}}"


def layout(type: Type) -> str:
    """What `ptype /o` prints: members with offset and size, and the holes between them."""
    struct = strip(type)
    if not isinstance(struct, Struct) or not struct.complete:
        return "type = " + describe(type)
    tag = f"{struct.tag} " if struct.tag else ""
    head = f"/* offset      |    size */  type = {struct.kind} {tag}{{"
    return "\n".join([head, *_layout_body(struct, 0, 1), f"{'':29}}}"])


_LAYOUT_MARGIN = 27


def _layout_body(struct: Struct, base: int, depth: int) -> Iterator[str]:
    indent = " " * (4 * depth)
    at = 0  # in bits
    for field in struct.fields:
        start = field.offset * 8 + field.bit
        if struct.kind == "struct" and start > at:
            bits, length = start - at, (start - at) // 8
            yield f"/* XXX {bits:2}-bit hole       */" if bits % 8 else f"/* XXX {length:2}-byte hole      */"
        if struct.kind == "union":
            place = " " * 14
        elif field.bits:
            place = f"{base + field.offset:6}:{field.bit:2}     "
        else:
            place = f"{base + field.offset:6}        "
        bar = " " if struct.kind == "union" else "|"
        prefix = f"/* {place[:12]}{bar}  {field.type.size:6} */"
        nested = field.type
        if isinstance(nested, Struct) and nested.complete:
            yield f"{prefix}{indent}{nested.kind} {nested.tag + ' ' if nested.tag else ''}{{"
            yield from _layout_body(nested, base + field.offset, depth + 1)
            yield f"{'':{_LAYOUT_MARGIN}}{indent}}}{' ' + field.name if field.name else ''};"
        else:
            yield f"{prefix}{indent}{declare(field.type, field.name)}{f' : {field.bits}' if field.bits else ''};"
        end = start + (field.bits or field.type.size * 8)
        at = max(at, end) if struct.kind == "union" else end
    if struct.kind == "struct" and struct.size * 8 > at:
        bits = struct.size * 8 - at
        yield f"/* XXX {bits:2}-bit padding    */" if bits % 8 else f"/* XXX {bits // 8:2}-byte padding   */"
    yield ""
    yield f"{'':{_LAYOUT_MARGIN}}{indent}/* total size (bytes): {struct.size:4} */"
