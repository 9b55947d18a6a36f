"""The ends of processes and waiting for them, from inside the machine; and what ten thousand of them leave behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.lwp import Lwp
from kernel.main import Kernel
from tests.conftest import Machine, RunGuest, pass_or_explain
from tests.probe import at_every_mark

PROGRAMS = sorted((Path(__file__).parent / "guest" / "wait").glob("*.c"))
MANY = "tests/guest/wait/many.c"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 1])
def test_wait(run_guest: RunGuest, program: Path, seed: int) -> None:
    pass_or_explain(run_guest(program, seed=seed))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_wait_preempted(run_guest: RunGuest, monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
    monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    pass_or_explain(run_guest(program))


def possessions(k: Kernel) -> dict[str, object]:
    """Everything of which a process could leave something behind."""
    return {
        "frames": k.frames.used,
        "processes": list(k.allproc),
        "nprocs": k.nprocs,
        "ids": k.pids.ids(),
        "groups": [g.pgid for g in k.pids.groups()],
        "U-areas": k.uareas.live,
        "open files": k.files.count,
        "callouts": sum(c.function is not None for _, _, c in k.sched.callouts),
        "run queue": len(k.sched.runq),
        "messages": bytes(k.msgbuf),
        "init's children": len(k.initproc.children),
        "init's stopped children": k.initproc.nstopchild,
        "stopped children": [p.nstopchild for p in k.allproc.values()],
        "users": k.uids.change_proc_count(0, 0),
        "pending": [p.sigpend.set for p in k.allproc.values()],
    }


@pytest.mark.parametrize("cow, count", [("table", 10_000), ("page", 1000), ("none", 1000)])
def test_ten_thousand_processes(
    machine: type[Machine], compile_guest: Callable[..., Path], cow: str, count: int
) -> None:
    m = machine(cow=cow, ram=16 << 20)
    found = {}
    pids = set()

    def look(l: Lwp, number: int, _address: int) -> None:
        found[number] = possessions(m.kernel)

    at_every_mark(m.kernel, look)
    m.kernel.forkhooks.append(lambda child, parent: pids.add(child.pid))
    m.start(compile_guest(MANY), [str(count)])
    assert m.finish().status == 0
    assert found[1] == found[2]
    assert m.kernel.stats.forks > count
    assert len(pids) == m.kernel.stats.forks  # no pid came back so soon


def test_pids_come_round(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """With few ids to go round, each is used again and again, and never by two at once."""
    m = machine(ram=16 << 20)
    m.kernel.pids.pid_max = 200
    uses: dict[int, int] = {}

    def born(child: object, parent: object) -> None:
        pid = child.pid  # type: ignore[attr-defined]
        assert pid not in m.kernel.allproc
        assert m.kernel.pids.group(pid) is None
        uses[pid] = uses.get(pid, 0) + 1

    m.kernel.forkhooks.append(born)
    m.start(compile_guest(MANY), ["1500"])
    assert m.finish().status == 0
    assert max(uses) <= 200
    assert max(uses.values()) > 5
