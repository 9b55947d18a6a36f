"""LWPs and threads, seen from inside the machine: each program in tests/guest/lwp checks itself.

They run with several seeds, on both kinds of hart and of clock, and with LWPs preempted every few microseconds,
inside critical sections, too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "lwp").glob("*.c"))


@pytest.fixture(params=["seed 1", "seed 2", "batch", "slow clock", "short quantum"])
def variant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Options for a machine."""
    options: dict[str, object] = {}
    if request.param == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    elif request.param == "slow clock":
        options["native"] = False
    elif request.param == "short quantum":
        monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
        monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    else:
        options["seed"] = int(request.param.split()[1])
    yield options


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_lwp(run_guest: RunGuest, program: Path, variant: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **variant))
