"""The guest's shell against the recorded behaviour of shells, and the records against dash where there is one.

All snippets run in one boot of the machine: each in its own shell, in an empty directory of its own.
"""

from __future__ import annotations

import re

import pytest

from tests.conftest import Machine
from tests.shell.table import ENVIRONMENT, Case, Result, all_cases, find_dash, run_on_host
from toolchain.image import image_files

CASES = all_cases()
DRIVER = r"""
mkdir /work /errors
cd /work
for case in /cases/*; do
	number=${case##*/}
	mkdir "$number"
	cd "$number"
	printf '\001%s\002' "$number"
	(exec sh "../../cases/$number/script" </dev/null 2>"/errors/$number")
	printf '\003%d' $?
	[ -s "/errors/$number" ] && printf ' stderr'
	printf '\004'
	cd /work
done
"""
_RECORD = re.compile(rb"\001(\d+)\002(.*?)\003(\d+)( stderr)?\004", re.DOTALL)


def run_in_guest(cases: list[Case]) -> list[Result]:
    """Boot once and run every case."""
    m = Machine(ram=128 << 20)
    for file in image_files():
        with open(file.host_path, "rb") as contents:
            m.install(file.path, contents.read(), file.mode)
    for number, case in enumerate(cases):
        m.install(f"/cases/{number:04}/script", case.snippet.encode(), 0o644)
    m.install("/driver", DRIVER.encode(), 0o644)
    environment = [f"{name}={value}".encode() for name, value in ENVIRONMENT.items()]
    m.kernel.spawn(b"/bin/sh", [b"sh", b"/driver"], environment, b"/root")
    outcome = m.finish()
    found = {
        int(number): Result(int(status), out, complains is not None)
        for number, out, status, complains in (match.groups() for match in _RECORD.finditer(outcome.out))
    }
    assert outcome.status == 0 and len(found) == len(cases), outcome.err.decode(errors="replace")
    return [found[number] for number in range(len(cases))]


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """What the guest's shell did with each case."""
    return {case.name: result for case, result in zip(CASES, run_in_guest(CASES), strict=True)}


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
