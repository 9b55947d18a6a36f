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


def test_a_spawn_is_no_fork(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """No fork hook hears of it, nor the probe of creation; the child's first LWP is made as any (spec C.23, C.33)."""
    m = machine()
    m.start(compile_guest("tests/guest/spawn/process.c"))
    pids = {"hook": set[int](), "create": set[int](), "lwp": set[int](), "exec": set[int]()}
    m.kernel.forkhooks.append(lambda p2, _p1: pids["hook"].add(p2.pid))
    m.kernel.sdt.listen("proc:kernel::create", lambda _probe, _name, _l, args: pids["create"].add(args[0].pid))
    m.kernel.sdt.listen("proc:kernel::lwp-create", lambda _probe, _name, _l, args: pids["lwp"].add(args[0].proc.pid))
    m.kernel.sdt.listen("proc:kernel::exec-success", lambda _probe, _name, l, _args: pids["exec"].add(l.proc.pid))
    pass_or_explain(m.finish())
    assert pids["hook"] == pids["create"] != set()
    assert not pids["exec"] & pids["create"]
    assert len(pids["exec"]) > 20 and pids["exec"] <= pids["lwp"]
