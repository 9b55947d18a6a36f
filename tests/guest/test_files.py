"""Files, descriptors, pipes, locks and readiness, from inside the machine."""

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = ("contents", "names", "descriptors", "pipes", "readiness", "locks", "mapped", "shared_table", "full", "text")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("seed", [0, 1])
def test_files(run_guest: RunGuest, program: str, seed: int) -> None:
    pass_or_explain(run_guest(f"tests/guest/files/{program}.c", seed=seed))


def test_console(run_guest: RunGuest) -> None:
    data = bytes(range(256)) + b"and some text\n" * 20
    outcome = run_guest("tests/guest/files/console.c", stdin=data)
    pass_or_explain(outcome)
    assert outcome.out == data.upper()
    assert outcome.err == f"{len(data)} bytes\n".encode()
