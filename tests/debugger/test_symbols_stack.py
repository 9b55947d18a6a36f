"""The stack: frames of optimized and other code, of signal handlers, of system calls' stubs, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from emu.debugger.disasm import decode
from emu.debugger.errors import DebuggerError
from tests.debugger.conftest import PROGRAMS, Stopped
from toolchain.cc import cached_program
from toolchain.errors import ToolchainError

Start = Callable[..., Stopped]
LEVELS = pytest.mark.parametrize("flags", [("-O0",), ("-O1",), ("-O2", "-gdwarf-5"), ("-O3",)], ids="".join)


def names(stop: Stopped) -> list[str | None]:
    return [frame.name for frame in stop.symbols.frames(stop.target)]


@LEVELS
def test_backtrace_of_a_leaf(stopped: Start, flags: tuple[str, ...]) -> None:
    stop = stopped("calls.c", "leaf", flags)
    text = re.sub(r"0x[0-9a-f]+", "0x?", stop.inspect().backtrace())
    assert text == (
        '#0  leaf (a=2716, b=3, text=0x? "hello") at calls.c:11\n'
        '#1  0x? in work (n=3, text=0x? "hello") at calls.c:23\n'
        "#2  0x? in main (argc=1, argv=0x?) at calls.c:29"
    )
    assert names(stop) == ["leaf", "work", "main", "___start"]


@LEVELS
def test_the_stack_is_the_same_at_every_instruction(stopped: Start, flags: tuple[str, ...]) -> None:
    """Through prologue, body and epilogue of a function, its frame and its caller stay what they are."""
    stop = stopped("calls.c", "main", flags)
    function = stop.symbols.scopes.functions_named("make_pair")[0]
    stop.go(function.low)
    identity = next(stop.symbols.frames(stop.target)).identity
    caller = stop.inspect().frame(1)
    assert caller is not None
    back, saved = caller.pc, [caller.register(n) for n in (2, 8, 9, 18, 19, 20)]
    for address in range(function.low + 2, function.high, 2):
        if address in {
            i.address for i in decode(stop.target.read(function.low, function.high - function.low), function.low)
        }:
            stop.go(address)
            frames = list(stop.symbols.frames(stop.target))
            assert frames[0].identity == identity, hex(address)
            outer = next(frame for frame in frames if frame.name == "work")
            assert outer.pc == back
            assert [outer.register(n) for n in (2, 8, 9, 18, 19, 20)] == saved


@LEVELS
def test_through_a_signal_handler(stopped: Start, flags: tuple[str, ...]) -> None:
    stop = stopped("handler.c", "kill", flags)
    before = [stop.target.register(n) for n in range(32)]
    stop.go("handler")
    frames = list(stop.symbols.frames(stop.target))
    assert [f.name for f in frames[:4]] == ["handler", "<signal handler called>", "kill", "depth"]
    assert frames[1].signal and not frames[0].signal
    assert [f.name for f in frames[-2:]] == ["main", "___start"]
    interrupted = [frames[2].register(n) for n in range(32)]
    changed = {10, 11, 31}  # the call's number and results
    assert [v for n, v in enumerate(interrupted) if n not in changed] == [
        v for n, v in enumerate(before) if n not in changed
    ]
    inspector = stop.inspect()
    assert inspector.select(1) == "#1  <signal handler called>"
    assert "depth (n=0" in inspector.select(3)


def test_in_the_stub_of_a_system_call(stopped: Start) -> None:
    stop = stopped("handler.c", "write")
    low = stop.target.register(32)
    for offset in (4, 8):
        stop.go(low + offset)
        assert names(stop)[:3] == ["write", "handler", "<signal handler called>"]
        break  # behind the ecall is the jump to the error path, which is not run


def test_a_call_of_a_null_pointer(stopped: Start) -> None:
    stop = stopped(
        "#include <stdlib.h>\nint main(void) {\n\tvoid (*f)(void) = abort;\n\tf();\n\treturn 0;\n}\n", "main"
    )
    stop.target.set_register(1, 0x11234)
    back = stop.symbols.scopes.functions_named("main")[0].low + 10
    stop.target.set_register(1, back)
    stop.target.set_register(32, 0)
    frames = list(stop.symbols.frames(stop.target))
    assert [frame.name for frame in frames[:2]] == [None, "main"]
    assert stop.inspect().backtrace().startswith("#0  0x0000000000000000 in ?? ()\n#1  0x")


@LEVELS
def test_inlined_calls_have_frames(stopped: Start, flags: tuple[str, ...]) -> None:
    stop = stopped("calls.c", "square", flags)
    frames = list(stop.symbols.frames(stop.target))
    assert [f.name for f in frames] == ["square", "twice", "work", "main", "___start"]
    assert [f.inlined for f in frames] == [True, True, False, False, False]
    assert [f.position[1] for f in frames[:3] if f.position] == [6, 7, 18]
    assert frames[0].cfa == frames[2].cfa and frames[0].identity != frames[2].identity
    inspector = stop.inspect()
    assert inspector.backtrace().split("\n")[2].startswith("#2  work (n=3, text=0x")
    inspector.select(2)
    assert inspector.output("total") == "4"
    assert inspector.output("n") == "3"


def test_variables_in_sight(stopped: Start) -> None:
    inspector = stopped("calls.c", "twice").inspect()
    inspector.up()
    assert (
        re.sub(r"= -?\d+$", "= ?", inspector.info_locals(), flags=re.M)
        == "sq = ?\ni = ?\np = {a = 4, b = 16}\ntotal = ?"
    )
    assert inspector.info_args().startswith("n = 3\ntext = 0x")
    with pytest.raises(DebuggerError, match=r'^No symbol "argc" in current context\.$'):
        inspector.output("argc")
    assert inspector.output("main::argc") == "1"
    with pytest.raises(DebuggerError, match=r"^No frame is currently executing in block leaf\.$"):
        inspector.output("leaf::a")
    assert inspector.output("work::p") == "{a = 4, b = 16}"
    inspector.set_variable("p.b = 7")
    assert inspector.output("p") == "{a = 4, b = 7}"


def test_the_innermost_of_a_name_is_seen(stopped: Start) -> None:
    text = "int x = 1;\nint main(void) {\n\tint y = x;\n\tint x = 2;\n"
    text += "\t{\n\t\tint x = 3;\n\t\ty += x;\n\t}\n\treturn x + y;\n}\n"
    stop = stopped(text, "t.c:7")
    inspector = stop.inspect()
    assert [inspector.output(name) for name in ("x", "::x", "y")] == ["3", "1", "1"]
    assert inspector.info_locals() == "x = 3\ny = 1\nx = 2"
    stop.go("t.c:9")
    assert stop.inspect().output("x") == "2"


def test_an_array_of_variable_length(stopped: Start) -> None:
    stop = stopped("calls.c", "vla")
    stop.go("leaf")
    inspector = stop.inspect()
    inspector.up()
    assert inspector.output("a") == "{0, 1, 4, 9, 16}"
    assert inspector.whatis("a") == "type = int [5]"
    assert inspector.output("sizeof a") == "20"
    assert inspector.output("a[n - 2]") == "9"


def test_what_the_optimizer_left(stopped: Start) -> None:
    stop = stopped("calls.c", "leaf", ["-O2"])
    stop.go("leaf")
    inspector = stop.inspect()
    main = next(frame.level for frame in stop.symbols.frames(stop.target) if frame.name == "main")
    inspector.select(main)
    assert inspector.output("m") in ("{d = 5484.5, i = <optimized out>}", "{d = 5484.5, i = 10969}")
    assert inspector.output("text") == "<optimized out>"
    with pytest.raises(DebuggerError, match="<optimized out>"):
        inspector.output("text + 1")
    assert inspector.output("$a0") == "<not saved>"
    assert inspector.output("argc") == "1"


@LEVELS
def test_results_of_functions(stopped: Start, flags: tuple[str, ...]) -> None:
    stop = stopped("calls.c", "main", flags)
    for name, text in (("make_pair", "{a = 4, b = 16}"), ("half", "1.5"), ("make_mixed", "{d = 5484.5, i = 10969}")):
        stop.go(name)
        caller = stop.inspect().frame(1)
        assert caller is not None
        stop.go(caller.pc)
        function = stop.symbols.scopes.functions_named(name)[0]
        assert stop.inspect().value_returned(function) == f"Value returned is $1 = {text}"


@pytest.mark.parametrize("flags", [("-O0",), ("-O1",), ("-O2",)], ids="".join)
def test_programs_compiled_by_gcc(flags: tuple[str, ...]) -> None:
    try:
        path = cached_program(PROGRAMS / "calls.c", list(flags), cc="gcc")
    except ToolchainError as error:
        pytest.skip(str(error))
    stop = Stopped(path)
    stop.go("leaf")
    inspector = stop.inspect()
    assert re.sub(r"0x[0-9a-f]+", "0x?", inspector.backtrace()) == (
        '#0  leaf (a=2716, b=3, text=0x? "hello") at calls.c:11\n'
        '#1  0x? in work (n=3, text=0x? "hello") at calls.c:23\n'
        "#2  0x? in main (argc=1, argv=0x?) at calls.c:29"
    )
    assert inspector.info_args().startswith("a = 2716\nb = 3\ntext = 0x")


def test_registers_of_outer_frames(stopped: Start) -> None:
    stop = stopped("calls.c", "leaf")
    inspector = stop.inspect()
    inspector.select(1)
    lines = inspector.info_registers("sp pc a0 fp").split("\n")
    frame = inspector.selected
    assert lines[0] == f"sp             {frame.register(2):#x}".ljust(35) + f"{frame.register(2):#x}"
    assert lines[1].startswith("pc             0x1") and lines[1].endswith(">")
    assert lines[2] == "a0             <not saved>"
    assert len(inspector.info_registers().split("\n")) == 33
    inspector.select(0)
    inspector.set_variable("$a0 = 5")
    assert stop.target.register(10) == 5
    inspector.set_variable("$fa0.double = 2.5")
    assert inspector.output("$fa0") == "{float = 0, double = 2.5}"
    with pytest.raises(DebuggerError, match=r"^Invalid register `nothing'$"):
        inspector.info_registers("nothing")


def test_info_frame(stopped: Start) -> None:
    stop = stopped("calls.c", "leaf")
    inspector = stop.inspect()
    frame, outer = inspector.frame(0), inspector.frame(1)
    assert frame is not None and outer is not None
    lines = inspector.info_frame().split("\n")
    assert lines[0] == f"Stack level 0, frame at {frame.cfa:#x}:"
    assert lines[1] == f" pc = {frame.pc:#x} in leaf (calls.c:11); saved pc = {outer.pc:#x}"
    assert lines[2] == f" called by frame at {outer.cfa:#x}"
    assert f"  ra at {frame.cfa - 8:#x}, fp at {frame.cfa - 16:#x}" in lines
