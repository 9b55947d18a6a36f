"""posix_spawn, seen from inside the machine: each program in tests/guest/spawn checks itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Machine, RunGuest, pass_or_explain
from tests.probe import fail_allocations

PROGRAMS = [p for p in sorted((Path(__file__).parent / "guest" / "spawn").glob("*.c")) if p.stem != "no_memory"]


@pytest.mark.parametrize("options", [{"seed": 1}, {"native": False}], ids=["fast", "slow clock"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_spawn(run_guest: RunGuest, program: Path, options: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **options))


def test_spawn_without_memory(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """Whichever allocation fails, the call says so and nothing stays behind; the audit sees to that."""
    m = machine()
    m.start(compile_guest("tests/guest/spawn/no_memory.c"))
    reports = fail_allocations(m.kernel)
    pass_or_explain(m.finish())
    assert reports[0] > 5
