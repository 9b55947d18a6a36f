"""Signals as a program sees them (spec A.8, B.6). One guest program per subject."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "signal").glob("*.c"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_guest(program: Path, run_guest: RunGuest) -> None:
    pass_or_explain(run_guest(program))
