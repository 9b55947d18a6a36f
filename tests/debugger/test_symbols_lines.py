"""Lines, functions and places for breakpoints."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest

from emu.debugger.errors import DebuggerError
from emu.debugger.symbols import Symbols
from tests.debugger.conftest import Stopped, program

FLAGS = (("-O0",), ("-O2",), ("-O0", "-gdwarf-5"), ("-O2", "-gdwarf-5"))


@pytest.fixture(params=FLAGS, ids="".join)
def symbols(request: pytest.FixtureRequest) -> Symbols:
    return Symbols(program("calls.c", *request.param).read_bytes(), "calls")


def test_a_breakpoint_on_a_function_is_behind_its_prologue(symbols: Symbols) -> None:
    for name, line in (("main", 28), ("work", 15), ("half", 10), ("printf", 11)):
        function = symbols.scopes.functions_named(name)[0]
        (place,) = symbols.scopes.function_places(name)
        assert function.low <= place.address < function.high
        assert place.span is not None and place.span.line == line
        assert place.address in symbols.lines.table(function.unit).prologue_ends


def test_inlined_functions_get_a_breakpoint_for_each_call(symbols: Symbols) -> None:
    places = symbols.scopes.function_places("square")
    assert len(places) == 2
    for place in places:
        chain = [scope.name for scope in symbols.scopes.inlined_at(place.address)]
        assert chain == ["square", "twice", "work"]


def test_lines(symbols: Symbols) -> None:
    (place,) = symbols.scopes.line_places("calls.c", 28)
    assert place.function == "main" and place.span is not None and place.span.line == 28
    assert str(place) == "file calls.c, line 28."
    # A line without code stands for the next one that has some.
    assert [p.span.line for p in symbols.scopes.line_places("calls.c", 25) if p.span] == [28]
    assert symbols.scopes.line_places("calls.c", 999) == []
    assert not symbols.lines.knows_file("nothing.c")
    assert symbols.lines.knows_file("stdio/printf.c")


def test_every_span_of_main_steps_to_another_line(symbols: Symbols) -> None:
    function = symbols.scopes.functions_named("main")[0]
    at = function.low
    seen = []
    while at < function.high:
        bounds = symbols.lines.step_range(at)
        assert bounds is not None and bounds[0] <= at < bounds[1]
        here = symbols.lines.line_at(at)
        assert here is not None
        seen.append(here.line)
        following = symbols.lines.line_at(bounds[1])
        if bounds[1] < function.high:
            assert following is not None and following.line != here.line
        at = bounds[1]
    assert {28, 29, 30, 31} <= set(seen)
    assert all(a != b for a, b in itertools.pairwise(seen))


def test_every_address_has_a_place(symbols: Symbols) -> None:
    """Nothing that the symbols can be asked about any address of the text fails."""
    text = next(section for section in symbols.image.sections if section.name == ".text")
    for address in range(text.start, text.end, 2):
        scope = symbols.scopes.scope_at(address)
        span = symbols.lines.find(address)
        if scope is not None:
            assert scope.contains(address)
            assert symbols.scopes.function_at(address) in symbols.scopes.inlined_at(address)
        if span is not None:
            assert span.start <= address < span.end
        symbols.symbolize(address)


def test_quick_enough() -> None:
    path = program("calls.c", "-O0")
    data = path.read_bytes()
    started = time.process_time()
    symbols = Symbols(data)
    assert symbols.scopes.function_places("main")
    assert symbols.scopes.line_places("calls.c", 15)
    assert time.process_time() - started < 0.6  # a fifth of a second on an idle host


def test_places_as_a_user_writes_them(stopped: Callable[..., Stopped]) -> None:
    inspector = stopped("calls.c", "work").inspect()
    for text, line in (
        ("main", 28),
        ("calls.c:main", 28),
        ("calls.c:16", 16),
        ("16", 16),
        ("+1", 16),
        ("-3", 12),
        ("*main", 27),
        ("", 15),
    ):
        assert [place.span.line for place in inspector.places(text)] == [line], text
    for text, message in (
        ("nothing", 'Function "nothing" not defined.'),
        ("nothing.c:3", "No source file named nothing.c."),
        ("calls.c:999", 'No line 999 in file "calls.c".'),
        ("calls.c:nothing", 'Function "nothing" not defined in "calls.c".'),
        ("*nothing", 'No symbol "nothing" in current context.'),
    ):
        with pytest.raises(DebuggerError) as caught:
            inspector.places(text)
        assert str(caught.value) == message


def test_not_a_program() -> None:
    with pytest.raises(DebuggerError, match="not in executable format"):
        Symbols(b"#!/bin/sh\n", "script")


def test_without_debugging_information() -> None:
    symbols = Symbols(program("calls.c", "-g0").read_bytes())
    (place,) = symbols.scopes.function_places("main")
    assert place.address == symbols.image.symbols_by_name["main"].address
    assert symbols.scopes.name_at(place.address + 4) == "main"
    assert symbols.symbolize(place.address + 4) == "main+4"
