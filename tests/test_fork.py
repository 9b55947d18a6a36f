"""Making processes, seen from inside the machine: each program in tests/guest/fork checks itself.

They run under every way in which fork copies memory, on both kinds of hart and of clock, and with processes
preempted every few microseconds: none of that may be visible.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "fork").glob("*.c"))


@pytest.fixture(params=["none", "page", "table", "batch", "slow clock", "short quantum"])
def variant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Options for a machine."""
    if request.param == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
        yield {}
    elif request.param == "slow clock":
        yield {"native": False}
    elif request.param == "short quantum":
        monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
        monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
        yield {}
    else:
        yield {"cow": request.param}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_fork(run_guest: RunGuest, program: Path, variant: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **variant))
