"""Memory as a program sees it (spec A.7, B.1, C.21). One guest program per subject."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Machine, deadline, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "mem").glob("*.c"))
# These have tests of their own, below; or call so deep that they take long where every block goes through Python.
SPECIAL = {"exhaust", "sparse"}
LONG = {"brk", "stack"}


def run(m: Machine, program: Path, *argv: str) -> None:
    m.start(program, argv)
    m.kernel.time_limit(20 * 10**9)
    outcome = m.finish()
    assert not m.kernel.timed_out, f"never ends\n{outcome.text}"
    pass_or_explain(outcome)


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.stem not in SPECIAL], ids=lambda p: p.stem)
@pytest.mark.parametrize("cow", ["table", "page", "none"])
def test_guest(program: Path, cow: str, machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    run(machine(cow=cow), compile_guest(program), cow)


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.stem not in SPECIAL | LONG], ids=lambda p: p.stem)
def test_guest_on_the_portable_machine(
    program: Path, machine: type[Machine], compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAREA_HART", "batch")
    run(machine(native=False), compile_guest(program))


@pytest.mark.parametrize("cow", ["table", "page", "none"])
def test_memory_runs_out(cow: str, machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """On a machine with 4 MiB. The program ends itself by asking for too much; the books are in order then."""
    m = machine(ram=4 << 20, cow=cow)
    m.start(compile_guest(PROGRAMS[0].parent / "exhaust.c"))
    m.kernel.time_limit(20 * 10**9)
    outcome = m.finish()
    assert not m.kernel.timed_out
    assert (outcome.status, outcome.text) == (128 + 9, "")


def test_mincore_of_much_that_is_not_there(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    with deadline(5):
        run(machine(), compile_guest(PROGRAMS[0].parent / "sparse.c"))
