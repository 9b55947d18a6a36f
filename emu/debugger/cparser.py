"""C expressions as gdb reads them: tokens, and the tree that they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from emu.debugger import types as t
from emu.debugger.errors import DebuggerError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<float>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?[fFlL]?|\d+[eE][+-]?\d+[fFlL]?)
  | (?P<int>0[xX][0-9a-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|\d+[uUlL]*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<char>'(?:[^'\\]|\\.)*')
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<dollar>\$\$?[A-Za-z_0-9]*)
  | (?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||::|[-+*/%&|^]=|[-+*/%&|^~!<>=?:,.()\[\]{}@])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}
_ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
_BINARY = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("<<", ">>"), ("@",), ("+", "-"),
    ("*", "/", "%"),
)  # fmt: skip
_QUALIFIERS = ("const", "volatile", "restrict", "_Atomic", "register", "static", "inline")


class Token(NamedTuple):
    kind: str
    text: str
    at: int


class Node(NamedTuple):
    """A part of an expression: what it does, and what with."""

    kind: str
    parts: tuple[Any, ...]


def tokenize(text: str) -> list[Token]:
    """Raises DebuggerError."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] in "\"'":
                raise DebuggerError(
                    "Unterminated string in expression." if text[at] == '"' else "Unmatched single quote."
                )
            raise DebuggerError(f"Invalid character '{text[at]}' in expression.")
        kind = match.lastgroup or ""
        if kind in ("int", "float") and match.end() < len(text) and re.match(r"[A-Za-z_0-9]", text[match.end()]):
            bad = re.match(r"[A-Za-z_0-9.]+", text[at:])
            raise DebuggerError(f'Invalid number "{bad[0] if bad else text[at:]}".')
        if kind != "space":
            found.append(Token(kind, match[0], at))
        at = match.end()
    return found


def unescape(text: str) -> bytes:
    """The bytes of a literal without its quotes. Raises DebuggerError."""
    found = bytearray()
    data = iter(range(len(text)))
    for at in data:
        char = text[at]
        if char != "\\":
            found += char.encode("utf-8", "surrogateescape")
            continue
        rest = text[at + 1 :]
        octal = re.match(r"[0-7]{1,3}", rest)
        hexadecimal = re.match(r"x([0-9a-fA-F]+)", rest)
        if octal:
            found.append(int(octal[0], 8) & 0xFF)
            skip = len(octal[0])
        elif hexadecimal:
            found.append(int(hexadecimal[1], 16) & 0xFF)
            skip = len(hexadecimal[0])
        elif rest:
            found.append(_ESCAPES.get(rest[0], ord(rest[0]) & 0xFF))
            skip = 1
        else:
            raise DebuggerError("Invalid escape sequence in literal.")
        for _ in range(skip):
            next(data, None)
    return bytes(found)


class Parser:
    """One expression. `is_typedef` tells names of types from names of variables; `tagged` finds `struct TAG`."""

    def __init__(
        self,
        text: str,
        is_typedef: Callable[[str], bool],
        typedef: Callable[[str], t.Type],
        tagged: Callable[[str, str], t.Type],
    ) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self._is_typedef = is_typedef
        self._typedef = typedef
        self._tagged = tagged

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "", len(self.text))

    def peek(self, ahead: int = 1) -> Token:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else Token("end", "", len(self.text))

    def is_op(self, *texts: str) -> bool:
        return self.token.kind == "op" and self.token.text in texts

    def accept(self, text: str) -> bool:
        if self.is_op(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.syntax_error()

    def syntax_error(self) -> DebuggerError:
        rest = self.text[self.token.at :]
        return DebuggerError(f"A syntax error in expression, near `{rest}'.")

    # -- expressions, weakest operator first

    def parse(self) -> Node:
        """The whole text as one expression. Raises DebuggerError."""
        node = self.comma()
        if self.token.kind != "end":
            raise self.syntax_error()
        return node

    def comma(self) -> Node:
        node = self.assignment()
        while self.accept(","):
            node = Node("comma", (node, self.assignment()))
        return node

    def assignment(self) -> Node:
        node = self.conditional()
        if self.token.kind == "op" and self.token.text in _ASSIGNMENTS:
            operator = self.token.text
            self.at += 1
            return Node("assign", (operator[:-1], node, self.assignment()))
        return node

    def conditional(self) -> Node:
        node = self.binary(0)
        if self.accept("?"):
            yes = self.comma()
            self.expect(":")
            return Node("conditional", (node, yes, self.conditional()))
        return node

    def binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self.unary()
        node = self.binary(level + 1)
        while self.is_op(*_BINARY[level]):
            operator = self.token.text
            self.at += 1
            kind = {"||": "or", "&&": "and", "@": "slice"}.get(operator, "binary")
            right = self.binary(level + 1)
            node = Node(kind, (node, right) if kind != "binary" else (operator, node, right))
        return node

    def unary(self) -> Node:
        token = self.token
        if token.kind == "op":
            if token.text in ("-", "+", "!", "~", "*", "&"):
                self.at += 1
                return Node("unary", (token.text, self.unary()))
            if token.text in ("++", "--"):
                self.at += 1
                return Node("assign", (token.text[0], self.unary(), Node("int", (1, t.INT))))
            if token.text == "(" and self.starts_type(self.at + 1):
                self.at += 1
                type = self.type_name()
                self.expect(")")
                if self.is_op("{"):
                    raise DebuggerError("Compound literals are not supported.")
                return Node("cast", (type, self.unary()))
            if token.text == "{":
                self.at += 1
                type = self.type_name()
                self.expect("}")
                return Node("typed_memory", (type, self.unary()))
        if token.kind == "name" and token.text in ("sizeof", "_Alignof", "alignof"):
            self.at += 1
            if self.is_op("(") and self.starts_type(self.at + 1):
                self.at += 1
                type = self.type_name()
                self.expect(")")
                return Node("sizeof_type", (token.text, type))
            return Node("sizeof", (token.text, self.unary()))
        return self.postfix()

    def postfix(self) -> Node:
        node = self.primary()
        while True:
            if self.accept("["):
                index = self.comma()
                self.expect("]")
                node = Node("index", (node, index))
            elif self.is_op(".", "->"):
                operator = self.token.text
                self.at += 1
                if self.token.kind != "name":
                    raise self.syntax_error()
                node = Node("member", (operator, node, self.token.text))
                self.at += 1
            elif self.accept("("):
                arguments = []
                if not self.is_op(")"):
                    arguments.append(self.assignment())
                    while self.accept(","):
                        arguments.append(self.assignment())
                self.expect(")")
                node = Node("call", (node, tuple(arguments)))
            elif self.is_op("++", "--"):
                node = Node("postfix", (self.token.text[0], node))
                self.at += 1
            else:
                return node

    def primary(self) -> Node:
        token = self.token
        if token.kind in ("name", "char") and self.peek().text == "::":
            self.at += 2
            scope = token.text[1:-1] if token.kind == "char" else token.text
            if self.token.kind != "name":
                raise self.syntax_error()
            name = self.token.text
            self.at += 1
            return Node("scoped", (scope, name))
        if token.kind == "op" and token.text == "::" and self.peek().kind == "name":
            self.at += 2
            return Node("scoped", ("", self.tokens[self.at - 1].text))
        if token.kind == "op" and token.text == "(":
            self.at += 1
            node = self.comma()
            self.expect(")")
            return node
        if self.starts_type(self.at):
            return Node("type", (self.type_name(),))
        self.at += 1
        if token.kind == "int":
            return _integer(token.text)
        if token.kind == "float":
            number, suffix = token.text.rstrip("fFlL"), token.text[-1].lower()
            type = {"f": t.FLOAT_TYPE, "l": t.LONG_DOUBLE}.get(suffix, t.DOUBLE)
            return Node("float", (float(number), type))
        if token.kind == "char":
            data = unescape(token.text[1:-1])
            if len(data) != 1:
                # A quoted name: 'file.c' alone is an error, 'name' a variable.
                if re.fullmatch(r"[A-Za-z_]\w*", token.text[1:-1]):
                    return Node("name", (token.text[1:-1],))
                raise DebuggerError(
                    "Empty character constant." if not data else f'No symbol "{token.text[1:-1]}" in current context.'
                )
            return Node("int", (data[0], t.CHAR_TYPE))
        if token.kind == "string":
            text = unescape(token.text[1:-1])
            while self.token.kind == "string":
                text += unescape(self.token.text[1:-1])
                self.at += 1
            return Node("string", (text,))
        if token.kind == "name":
            return Node("name", (token.text,))
        if token.kind == "dollar":
            return Node("dollar", (token.text[1:],))
        self.at -= 1
        raise self.syntax_error()

    # -- types

    def starts_type(self, index: int) -> bool:
        """Whether the tokens from here on name a type."""
        token = self.tokens[index] if index < len(self.tokens) else Token("end", "", 0)
        if token.kind != "name":
            return False
        text = token.text
        if text in ("struct", "union", "enum") or text in _QUALIFIERS or t.is_type_word(text):
            return True
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        return self._is_typedef(text) and not (following is not None and following.text == "::")

    def whole_type(self) -> t.Type | None:
        """The whole text as a type; None if it is not one."""
        if not self.starts_type(0):
            return None
        type = self.type_name()
        if self.token.kind != "end":
            raise self.syntax_error()
        return type

    def type_name(self) -> t.Type:
        type = self.specifiers()
        return self.abstract_declarator(type)

    def specifiers(self) -> t.Type:
        words: list[str] = []
        qualifiers: list[str] = []
        type: t.Type | None = None
        while self.token.kind == "name":
            text = self.token.text
            if text in _QUALIFIERS:
                qualifiers.append(text)
            elif text in ("struct", "union", "enum") and type is None and not words:
                self.at += 1
                if self.token.kind != "name":
                    raise self.syntax_error()
                type = self._tagged(text, self.token.text)
            elif t.is_type_word(text) and type is None:
                words.append(text)
            elif type is None and not words and self._is_typedef(text):
                type = self._typedef(text)
            else:
                break
            self.at += 1
        if type is None:
            type = t.base_of_words(words) if words else t.INT if qualifiers else None
            if type is None:
                raise self.syntax_error()
        return _qualified(type, qualifiers)

    def abstract_declarator(self, type: t.Type) -> t.Type:
        while self.accept("*"):
            type = t.Pointer(type)
            qualifiers = []
            while self.token.kind == "name" and self.token.text in _QUALIFIERS:
                qualifiers.append(self.token.text)
                self.at += 1
            type = _qualified(type, qualifiers)
        inner: int | None = None
        if self.is_op("(") and self.peek().text in ("*", "(", "["):
            inner = self.at + 1
            depth = 0
            while self.token.kind != "end":
                depth += self.is_op("(") - self.is_op(")")
                self.at += 1
                if not depth:
                    break
        type = self.suffixes(type)
        if inner is not None:
            end, self.at = self.at, inner
            type = self.abstract_declarator(type)
            self.expect(")")
            self.at = end
        return type

    def suffixes(self, type: t.Type) -> t.Type:
        """The [] and () behind a declarator."""
        if self.accept("["):
            count = None
            if self.token.kind == "int":
                count = int(_integer(self.token.text).parts[0])
                self.at += 1
            self.expect("]")
            return t.Array(self.suffixes(type), count)
        if self.is_op("(") and (self.peek().text == ")" or self.starts_type(self.at + 1)):
            self.at += 1
            parameters: list[t.Type] = []
            variadic = False
            while not self.is_op(")"):
                if self.accept("..."):
                    variadic = True
                    break
                parameters.append(self.type_name())
                if not self.accept(","):
                    break
            self.expect(")")
            prototyped = bool(parameters)
            if len(parameters) == 1 and isinstance(parameters[0], t.Void):
                parameters = []
            return t.Function(self.suffixes(type), parameters, prototyped=prototyped, variadic=variadic)
        return type


def _qualified(type: t.Type, qualifiers: list[str]) -> t.Type:
    for qualifier in qualifiers:
        if qualifier in ("const", "volatile", "restrict", "_Atomic"):
            type = t.Qualified(qualifier, type)
    return type


def _integer(text: str) -> Node:
    """A number with the type that C gives it."""
    digits = text.rstrip("uUlL")
    suffix = text[len(digits) :].lower()
    decimal = digits.isdigit() and not (len(digits) > 1 and digits[0] == "0")
    try:
        value = int(digits, 10 if decimal else 0 if digits[:2].lower() in ("0x", "0b") else 8)
    except ValueError:
        raise DebuggerError(f'Invalid number "{text}".') from None
    if value >= 1 << 64:
        raise DebuggerError("Numeric constant too large.")
    choices: list[t.Type] = [t.INT, t.UINT, t.LONG, t.ULONG]
    if "u" in suffix:
        choices = [t.UINT, t.ULONG]
    elif decimal:
        choices = [t.INT, t.LONG, t.ULONG]
    if "l" in suffix:
        choices = [c for c in choices if c.size == 8]
    for type in choices:
        if value < 1 << (8 * type.size - t.is_signed(type)):
            return Node("int", (value, type))
    raise DebuggerError("Numeric constant too large.")
