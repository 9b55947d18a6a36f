"""ptrace(2), seen from inside the machine: each program in tests/guest/ptrace checks itself."""

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "ptrace").glob("*.c"))


@pytest.mark.parametrize("options", [{"seed": 1}, {"native": False}], ids=["fast", "slow clock"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_ptrace(run_guest: RunGuest, program: Path, options: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **options))
