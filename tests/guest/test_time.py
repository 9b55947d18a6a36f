"""Clocks, sleeping and timers, from inside the machine."""

import pytest

from kernel.main import Deadlock
from tests.conftest import RunGuest, pass_or_explain


@pytest.mark.parametrize("program", ["clocks", "sleeping", "itimers", "posix_timers", "far"])
@pytest.mark.parametrize("seed", [0, 1])
def test_time(run_guest: RunGuest, program: str, seed: int) -> None:
    pass_or_explain(run_guest(f"tests/guest/time/{program}.c", seed=seed))


@pytest.mark.parametrize(
    "way",
    ["nanosleep", "5000000000", "poll", "mqueue", "futex", "kevent", "event timer", "setitimer", "park", "slew"],
)
def test_who_waits_for_a_moment_beyond_the_clock_waits_for_nothing(run_guest: RunGuest, way: str) -> None:
    with pytest.raises(Deadlock):
        run_guest("tests/guest/time/far.c", way)
