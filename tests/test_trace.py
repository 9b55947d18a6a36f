"""Tracing: ktrace inside the guest, the kernel's probes, `uarea trace` on the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, RunGuest, pass_or_explain

GUEST = ROOT / "tests" / "guest" / "ktrace"


@pytest.mark.parametrize("program", sorted(GUEST.glob("*.c")), ids=lambda path: path.stem)
def test_ktrace(run_guest: RunGuest, program: Path) -> None:
    pass_or_explain(run_guest(program))
