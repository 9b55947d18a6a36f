"""Terminals and pseudo-terminals, from inside the machine."""

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

HERE = Path(__file__).parent / "guest" / "tty"
NOT_TESTS = {"tinysh", "dies"}  # programs of tests/test_boot.py
PROGRAMS = sorted(path.stem for path in HERE.glob("*.c") if path.stem not in NOT_TESTS)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("seed", [0, 1])
def test_tty(run_guest: RunGuest, program: str, seed: int) -> None:
    pass_or_explain(run_guest(HERE / f"{program}.c", seed=seed))


def test_libc(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("userland/tests/libc/sys_tty.c"))
