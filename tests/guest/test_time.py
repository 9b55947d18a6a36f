"""Clocks, sleeping and timers, from inside the machine."""

import pytest

from tests.conftest import RunGuest, pass_or_explain


@pytest.mark.parametrize("program", ["clocks", "sleeping", "itimers", "posix_timers"])
@pytest.mark.parametrize("seed", [0, 1])
def test_time(run_guest: RunGuest, program: str, seed: int) -> None:
    pass_or_explain(run_guest(f"tests/guest/time/{program}.c", seed=seed))
