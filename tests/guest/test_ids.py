"""Identity, limits, sessions and sysctl, from inside the machine."""

import pytest

from tests.conftest import RunGuest, pass_or_explain


@pytest.mark.parametrize("program", ["uids", "nproc", "limits", "cpulimit", "sessions", "orphan", "arguments"])
def test_ids(run_guest: RunGuest, program: str) -> None:
    pass_or_explain(run_guest(f"tests/guest/ids/{program}.c"))


def test_sysctl(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/ids/sysctl.c", "one"))
