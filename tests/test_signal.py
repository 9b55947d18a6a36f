"""Signals as a program sees them (spec A.8, B.6). One guest program per subject."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Machine, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "signal").glob("*.c"))
# What computes for a while takes too long where every block of code goes through Python.
LONG = {"longjmp", "stop", "timers"}


def run(m: Machine, program: Path) -> None:
    m.start(program)
    m.kernel.time_limit(20 * 10**9)
    outcome = m.finish()
    assert not m.kernel.timed_out, f"never ends\n{outcome.text}"
    pass_or_explain(outcome)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_guest(program: Path, machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    run(machine(), compile_guest(program))


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.stem not in LONG], ids=lambda p: p.stem)
def test_guest_on_the_portable_machine(
    program: Path, machine: type[Machine], compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAREA_HART", "batch")
    run(machine(native=False, cow="none"), compile_guest(program))
