"""The guest's shell against the recorded behaviour of shells, and the records against dash where there is one."""

from __future__ import annotations

import pytest

from tests.shell.guest import run_in_guest
from tests.shell.table import Case, Result, all_cases, find_dash, run_on_host

CASES = all_cases()


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """What the guest's shell did with each case."""
    found = run_in_guest([case.snippet.encode() for case in CASES])
    return {case.name: result for case, result in zip(CASES, found, strict=True)}


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=named)
def test_snippet(case: Case, results: dict[str, Result]) -> None:
    assert results[case.name] == case.expected, case.snippet


@pytest.mark.skipif(find_dash() is None, reason="there is no dash on this host to compare with")
@pytest.mark.parametrize("case", [case for case in CASES if not case.remark], ids=named)
def test_dash_agrees(case: Case) -> None:
    dash = find_dash()
    assert dash is not None
    assert run_on_host(dash, case.snippet) == case.expected, case.snippet
