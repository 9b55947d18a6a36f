"""Files, descriptors, pipes, locks and readiness, from inside the machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Machine, RunGuest, deadline, pass_or_explain

PROGRAMS = ("contents", "names", "descriptors", "pipes", "readiness", "locks", "mapped", "shared_table", "full", "text")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("seed", [0, 1])
def test_files(run_guest: RunGuest, program: str, seed: int) -> None:
    pass_or_explain(run_guest(f"tests/guest/files/{program}.c", seed=seed))


def test_discard(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    m = machine()
    m.install("/etc/text", b"w" * 5000)
    m.start(compile_guest("tests/guest/files/discard.c"))
    with deadline(30):
        pass_or_explain(m.finish())


def test_nodes(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/files/nodes.c", ram=4 << 20))


def test_console(run_guest: RunGuest) -> None:
    data = bytes(range(256)) + b"and some text\n" * 20
    outcome = run_guest("tests/guest/files/console.c", stdin=data)
    pass_or_explain(outcome)
    assert outcome.out == data.upper()
    assert outcome.err == f"{len(data)} bytes\n".encode()
