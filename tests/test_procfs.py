"""Processes as files, seen from inside the guest."""

from __future__ import annotations

import pytest

from tests.conftest import RunGuest, pass_or_explain


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_files(run_guest: RunGuest, cow: str) -> None:
    outcome = run_guest("tests/guest/proc/files.c", "one", "two", cow=cow, flags=["-DCOPIED"] if cow == "none" else [])
    pass_or_explain(outcome)


def test_names_that_are_not_text(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/proc/names.c"))
