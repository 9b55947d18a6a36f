"""Processes as files, seen from inside the guest."""

from __future__ import annotations

import pytest

from tests.conftest import RunGuest, pass_or_explain


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_files(run_guest: RunGuest, cow: str) -> None:
    outcome = run_guest("tests/guest/proc/files.c", "one", "two", cow=cow, flags=["-DCOPIED"] if cow == "none" else [])
    pass_or_explain(outcome)
