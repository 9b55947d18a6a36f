"""System V shared memory, from inside the machine."""

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "shm").glob("*.c"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 1])
def test_shm(run_guest: RunGuest, program: Path, seed: int) -> None:
    pass_or_explain(run_guest(program, seed=seed))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_shm_preempted(run_guest: RunGuest, monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
    monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    pass_or_explain(run_guest(program))


def test_python_clock(run_guest: RunGuest) -> None:
    for program in PROGRAMS:
        pass_or_explain(run_guest(program, native=False))
