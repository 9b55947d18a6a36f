"""list, disassemble, info line, info symbol and the like."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from emu.debugger.errors import DebuggerError
from tests.debugger.conftest import PROGRAMS, Stopped

Start = Callable[..., Stopped]


def numbers(text: str) -> list[int]:
    return [int(line.split("\t")[0]) for line in text.split("\n")]


def test_list(stopped: Start) -> None:
    inspector = stopped("calls.c", "work").inspect()
    source = (PROGRAMS / "calls.c").read_text().split("\n")
    assert numbers(inspector.list_command()) == list(range(10, 20))
    assert numbers(inspector.list_command()) == list(range(20, 30))
    assert numbers(inspector.list_command("-")) == list(range(10, 20))
    assert inspector.list_command("3,4") == f"3\t{source[2]}\n4\t{source[3]}"
    assert numbers(inspector.list_command("5,")) == list(range(5, 15))
    assert numbers(inspector.list_command(",20")) == list(range(11, 21))
    assert numbers(inspector.list_command("leaf")) == list(range(6, 16))
    assert numbers(inspector.list_command("calls.c:30")) == list(range(25, 34))
    assert numbers(inspector.list_command("half,leaf")) == [10, 11]
    head, _, rest = inspector.list_command("*$pc").partition("\n")
    assert re.fullmatch(r"0x\w+ is in work \(calls\.c:15\)\.", head)
    assert numbers(rest) == list(range(10, 20))
    for text, message in (
        ("99", 'Line number 94 out of range; "calls.c" has 33 lines.'),
        ("nothing", 'Function "nothing" not defined.'),
        ("nothing.c:1", "No source file named nothing.c."),
    ):
        with pytest.raises(DebuggerError) as caught:
            inspector.list_command(text)
        assert str(caught.value) == message
    # The C library's sources are in the package.
    assert "\nprintf(" in "\n".join(line.partition("\t")[2] for line in inspector.list_command("printf").split("\n"))


def test_stops(stopped: Start) -> None:
    stop = stopped("calls.c", "make_pair")
    assert stop.inspect().stop_text().split("\n")[0] == "make_pair (a=3, b=8) at calls.c:8"
    caller = stop.inspect().frame(1)
    assert caller is not None
    stop.go(caller.pc)
    text = stop.inspect().stop_text(new_frame=False)
    assert text == f"{caller.pc:#018x}\t15\t\tstruct pair p = make_pair(n, n + 5);"
    stop.go("calls.c:16")
    assert stop.inspect().stop_text(new_frame=False) == "16\t\tint total = (int)p.a;"


def test_disassemble(stopped: Start) -> None:
    stop = stopped("calls.c", "leaf")
    inspector = stop.inspect()
    lines = inspector.disassemble().split("\n")
    assert lines[0] == "Dump of assembler code for function leaf:" and lines[-1] == "End of assembler dump."
    assert re.fullmatch(r"   0x[0-9a-f]{16} <\+0>:\taddi\tsp,sp,-\d+", lines[1])
    (here,) = [line for line in lines if line.startswith("=> ")]
    assert int(here.split()[1], 16) == stop.target.register(32)
    raw = inspector.disassemble("/r leaf").split("\n")[1]
    assert re.search(r"<\+0>:\t[0-9a-f]{4}    \taddi\tsp,sp,", raw)
    mixed = inspector.disassemble("/s work").split("\n")
    assert mixed[1] == "calls.c:" and mixed[2] == "14\t{"
    assert "15\t\tstruct pair p = make_pair(n, n + 5);" in mixed
    assert any(re.search(r"\tjal\t0x\w+ <make_pair>$", line) for line in mixed)
    part = inspector.disassemble("leaf,+4").split("\n")
    assert part[0].startswith("Dump of assembler code from 0x") and "<leaf+0>:" in part[1] and len(part) in (3, 4)
    with pytest.raises(DebuggerError, match=r"^No function contains specified address\.$"):
        inspector.disassemble("0")


def test_info(stopped: Start) -> None:
    stop = stopped("calls.c", "work")
    inspector = stop.inspect()
    main = stop.symbols.scopes.functions_named("main")[0]
    assert inspector.info_line("calls.c:27").startswith(
        f'Line 27 of "calls.c" starts at address {main.low:#x} <main> and '
    )
    assert inspector.info_line("calls.c:25").endswith("but contains no code.")
    assert inspector.info_line("calls.c:400") == 'Line number 400 is out of range for "calls.c".'
    assert inspector.info_symbol("main") == "main in section .text"
    assert inspector.info_symbol("(long) main + 2") == "main + 2 in section .text"
    assert inspector.info_symbol("1") == "No symbol matches 0x1."
    assert inspector.info_address("main") == f'Symbol "main" is a function at address {main.low:#x}.'
    assert re.fullmatch(r'Symbol "n" is a variable at frame base -\d+\.', inspector.info_address("n"))
    assert inspector.info_scope("half").startswith("Scope for half:\nSymbol x is a variable at frame base -")
    assert inspector.info_source().split("\n")[0] == "Current source file is calls.c"
    assert "Contains 33 lines." in inspector.info_source()
    functions = inspector.info_functions("^ma")
    assert "\nFile calls.c:\n26:\tint main(int, char **);\n9:\tstruct mixed make_mixed(int);\n" in functions
    assert "static int " not in functions
    assert "struct pair;" in inspector.info_types("pair")
    assert "calls.c" in inspector.info_sources()
    assert "make_pair" in inspector.complete("make_") and "total" in inspector.complete("to")


def test_frames_are_selected(stopped: Start) -> None:
    inspector = stopped("calls.c", "leaf").inspect()
    assert inspector.frame_command("").startswith("#0  leaf (")
    assert inspector.up().startswith("#1  0x")
    assert inspector.frame_command("function main").startswith("#2  0x")
    assert inspector.down().startswith("#1  0x")
    assert inspector.up("5").startswith("#3  0x")
    with pytest.raises(DebuggerError, match=r"^Initial frame selected; you can't go up\.$"):
        inspector.up()
    inspector.frame_command("0")
    with pytest.raises(DebuggerError, match=r"^Bottom \(innermost\) frame selected; you can't go down\.$"):
        inspector.down()
    with pytest.raises(DebuggerError, match=r"^No frame at level 9\.$"):
        inspector.frame_command("9")
    assert inspector.backtrace("1") == inspector.stack.line(inspector.selected) + "\n(More stack frames follow...)"
    assert inspector.backtrace("-1").startswith("#2  0x")
    assert "___start" in inspector.backtrace("-past-main")
    full = inspector.backtrace("full 2").split("\n")
    assert full[1].strip() == "No locals." and any(line.strip().startswith("total = ") for line in full)


def test_display(stopped: Start) -> None:
    inspector = stopped("calls.c", "leaf").inspect()
    assert inspector.display(1, "a") == "1: a = 2716"
    assert inspector.display(2, "/x a") == "2: /x a = 0xa9c"
    assert inspector.display(3, "/i $pc").split("\n")[0] == "3: x/i $pc"


def test_without_debugging_information(stopped: Start) -> None:
    stop = stopped("calls.c", "leaf", ["-g0"])
    inspector = stop.inspect()
    names = [frame.name for frame in stop.symbols.frames(stop.target)]
    assert names[:3] == ["leaf", "work", "main"]
    assert re.fullmatch(r"#0  0x[0-9a-f]{16} in leaf \(\)", inspector.backtrace("1").split("\n")[0])
    assert inspector.info_locals() == "No symbol table info available."
    assert inspector.disassemble().startswith("Dump of assembler code for function leaf:")
    assert inspector.print("leaf").startswith("$1 = {<text variable, no debug info>} 0x")
