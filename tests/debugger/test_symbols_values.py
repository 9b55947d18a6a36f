"""Expressions and types, as gdb evaluates and prints them; its answers are in expressions.txt."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.debugger.errors import DebuggerError
from emu.debugger.inspector import Inspector
from tests.debugger.conftest import Stopped, program


def golden() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in (Path(__file__).parent / "expressions.txt").read_text().splitlines():
        if line.startswith("    "):
            command, answer = found[-1]
            found[-1] = command, f"{answer}\n{line[4:]}" if answer else line[4:]
        else:
            found.append((line, ""))
    return found


def answer(inspector: Inspector, command: str) -> str:
    name, _, rest = command.partition(" ")
    format = "/" + name.partition("/")[2] + " " if "/" in name else ""
    try:
        if name == "ptype":
            return inspector.ptype(rest)
        if name == "whatis":
            return inspector.whatis(rest)
        return re.sub(r"^\$\d+ = ", "= ", inspector.print(format + rest))
    except DebuggerError as error:
        return str(error)


def test_expressions_as_gdb_has_them(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("data.c", "main").inspect()
    different = [(c, answer(inspector, c), a) for c, a in golden() if answer(inspector, c) != a and "$foo" not in c]
    assert different == []


def test_convenience_variables_and_history(stopped: Callable[..., Stopped]) -> None:
    stop = stopped("data.c", "main")
    inspector = stop.inspect()
    for command, text in (
        ("$foo", "$1 = void"),
        ("$foo = 5", "$1 = 5"),
        ("$foo++ * 2", "$2 = 10"),
        ("$foo", "$3 = 6"),
        ("$", "$4 = 6"),
        ("$$2", "$5 = 10"),
        ("$1 + $2", "$6 = 15"),
        ("$pt = head.pos", "$7 = {x = 1, y = 2}"),
        ("$pt.y", "$8 = 2"),
        ("$_strlen(head.name)", "$9 = 5"),
        ('$_streq(head.name, "hello")', "$10 = 1"),
        ('head.name == "hello"', "$11 = 1"),
    ):
        assert inspector.print(command) == text
    with pytest.raises(DebuggerError, match=r"^History has not yet reached \$99\.$"):
        inspector.print("$99")
    state = pickle.loads(pickle.dumps(inspector.save()))
    later = stop.inspect(state)
    assert later.print("$7") == "$12 = {x = 1, y = 2}"
    assert later.print("$pt.x") == "$13 = 1"
    assert later.whatis("$7") == "type = struct point"


def test_pointers_are_shown_with_what_they_point_to(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("data.c", "main").inspect()
    for expression, pattern in {
        "&head": r"\(node_t \*\) 0x1[0-9a-f]{4} <head>",
        "&head.pos": r"\(struct point \*\) 0x1[0-9a-f]{4} <head\+16>",
        "ip": r"\(int \*\) 0x1[0-9a-f]{4} <table\+8>",
        "head.fn": r"\(int \(\*\)\(int, char \*\)\) 0x1[0-9a-f]{4} <add>",
        "*head.fn": r"\{int \(int, char \*\)\} 0x1[0-9a-f]{4} <add>",
        "cp": r'0x1[0-9a-f]{4} <abc> "abc"',
        "head.name": r'0x1[0-9a-f]{4} "hello"',
        "strs": r'\{0x1[0-9a-f]{4} "a", 0x1[0-9a-f]{4} "b", 0x0\}',
        "_exit": r"\{<text variable, no debug info>\} 0x1[0-9a-f]{4} <_exit>",
        "&matrix[1]": r"\(int \(\*\)\[3\]\) 0x1[0-9a-f]{4} <matrix\+12>",
        "(char *) 8": r"0x8 <error: Cannot access memory at address 0x8>",
    }.items():
        assert re.fullmatch(r"\$\d+ = " + pattern, inspector.print(expression)), inspector.print(expression)


def test_assignments_reach_the_program(stopped: Callable[..., Stopped]) -> None:
    stop = stopped("data.c", "main")
    inspector = stop.inspect()
    for assignment, read, value in (
        ("head.pos.x = -7", "head.pos", "{x = -7, y = 2}"),
        ("head.a = 9", "head.a", "1"),  # three bits
        ("head.b += 1", "head.b", "10"),
        ("head.sb = -4", "head.sb", "-4"),
        ("head.d = 2", "head.d", "2"),
        ("head.col = BLUE", "head.col", "BLUE"),
        ("table[3] = table[2]++ + 5", "*table@5", "{0, 0, 1, 5, 0}"),
        ("abc[0] = 'X'", "abc", "\"Xbc\", '\\000' <repeats 12 times>"),
        ("ld = ld * 2", "ld", "0.20000000000000000000000000000000001"),
        ("pts[2] = pts[0]", "pts", "{{x = 1, y = 2}, {x = 1, y = 2}, {x = 1, y = 2}}"),
        ("*ip = 0x7fffffff", "*ip + 1", "-2147483648"),
        ("fl32 = 3", "fl32 / 2", "1.5"),
        ("yes = 0", "yes", "false"),
        ("hidden = sizeof(hidden = 99)", "hidden", "4"),
    ):
        inspector.set_variable(assignment)
        assert inspector.output(read) == value, assignment
    for text, message in (
        ("1 = 2", "Left operand of assignment is not an lvalue."),
        ("$1 = 2", "Left operand of assignment is not a modifiable lvalue."),
        ("*(int *) 0 = 1", "Cannot access memory at address 0x0"),
        ("head = 5", "Invalid cast."),
        ("add(1, 2)", "You can't call functions of the program: that would change its run."),
    ):
        with pytest.raises(DebuggerError) as caught:
            inspector.set_variable(text)
        assert str(caught.value) == message, text


def test_layout_of_a_structure(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("data.c", "main").inspect()
    assert inspector.ptype("/o struct node").split("\n")[:9] == [
        "/* offset      |    size */  type = struct node {",
        "/*      0      |       8 */    struct node *next;",
        "/*      8      |       8 */    const char *name;",
        "/*     16      |       8 */    struct point {",
        "/*     16      |       4 */        int x;",
        "/*     20      |       4 */        int y;",
        "",
        "                                   /* total size (bytes):    8 */",
        "                               } pos;",
    ]


def test_examine(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("data.c", "main").inspect()
    address = inspector.evaluator.integer("&seq")
    assert inspector.examine("/6dw seq") == (f"{address:#x} <seq>:\t1\t2\t3\t4\n{address + 16:#x} <seq+16>:\t5\t6")
    assert inspector.examine("/dw") == f"{address + 24:#x} <seq+24>:\t7"
    assert inspector.output("$_ == &seq[6]") == "1"
    assert inspector.output("$__") == "7"
    assert inspector.examine("/xg") == f"{address + 28:#x} <seq+28>:\t0x0000000900000008"
    assert inspector.examine("/2db seq").endswith("<seq>:\t1\t0")
    assert inspector.examine("").endswith("<seq+2>:\t0\t0")  # as many again
    assert inspector.examine("/2xh seq").endswith("\t0x0001\t0x0000")
    assert inspector.examine("/s abc").endswith('<abc>:\t"abc"')
    assert inspector.examine("/3cb abc").endswith("\t97 'a'\t98 'b'\t99 'c'")
    assert inspector.examine("/f &dbl").endswith("\t0.10000000000000001")
    assert inspector.examine("/tb abc").endswith("\t01100001")
    assert inspector.examine("/-1dw &seq[1]").endswith("<seq>:\t1")
    lines = inspector.examine("/2i $pc").split("\n")
    assert lines[0].startswith("=> 0x") and "<main+" in lines[0] and lines[1].startswith("   0x")
    with pytest.raises(DebuggerError, match=r"^Cannot access memory at address 0x0$"):
        inspector.examine("/x 0")


def test_print_settings(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("data.c", "main").inspect()
    assert inspector.print("-elements 3 -- seq") == "$1 = {1, 2, 3...}"
    assert inspector.print("-pretty -- head.pos") == "$2 = {\n  x = 1,\n  y = 2\n}"
    assert inspector.print("-repeats 3 -- shorts") == "$3 = {1, -1, 2 <repeats 3 times>}"
    inspector.options.elements = 4
    assert inspector.output("big") == '"0123"...'
    assert inspector.output("longs").endswith('"0123"...')


_PIECES = [
    *("head", "tail", "pts", "table", "abc", "matrix", "ld", "dbl", "yes", "RED", "pos", "next", "x", "nothing"),
    *("$foo", "$1", "$", "$pc", "$a0", "1", "0x10", "2.5", "'a'", '"s"', "sizeof", "struct", "node", "node_t", "int"),
    *("char", "unsigned", "const", *"()[]{}.,?:@+-*/%<>|^~!=&", "->", "::", "<<", ">>", "<=", "==", "!=", "&&", "++"),
]


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=9))
def test_any_text_is_a_value_or_one_line_of_explanation(data_program: Inspector, pieces: list[str]) -> None:
    text = " ".join(pieces)
    for command in (data_program.print, data_program.whatis, data_program.ptype):
        try:
            assert command(text)
        except DebuggerError as error:
            assert str(error)


@pytest.fixture(scope="module")
def data_program() -> Inspector:
    stop = Stopped(program("data.c"))
    stop.go("main")
    return stop.inspect()
