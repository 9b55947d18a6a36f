"""ptrace(2), seen from inside the machine: each program in tests/guest/ptrace checks itself."""

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "ptrace").glob("*.c"))
VARIANTS = ["fast", "slow clock", "batch", "none", "page", "short quantum"]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_ptrace(run_guest: RunGuest, program: Path, variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No way of copying memory, kind of hart or clock, or moment of preemption may make a difference."""
    options: dict[str, object] = {}
    if variant == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    elif variant == "slow clock":
        options["native"] = False
    elif variant == "short quantum":
        monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
        monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    elif variant != "fast":
        options["cow"] = variant
    outcome = run_guest(program, **options)
    pass_or_explain(outcome)
    assert outcome.kernel.direct, "nobody is traced any more, but calls take the longer way"
