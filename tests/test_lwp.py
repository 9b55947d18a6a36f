"""LWPs and threads, seen from inside the machine: each program in tests/guest/lwp checks itself.

They run with several seeds, on both kinds of hart and of clock, and with LWPs preempted every few microseconds,
inside critical sections, too.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from kernel.lwp import Lwp
from tests.conftest import Machine, RunGuest, pass_or_explain
from tests.probe import at_every_syscall

PROGRAMS = sorted((Path(__file__).parent / "guest" / "lwp").glob("*.c"))


@pytest.fixture(params=["seed 1", "seed 2", "batch", "slow clock", "short quantum"])
def variant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Options for a machine."""
    options: dict[str, object] = {}
    if request.param == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    elif request.param == "slow clock":
        options["native"] = False
    elif request.param == "short quantum":
        monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
        monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    else:
        options["seed"] = int(request.param.split()[1])
    yield options


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_lwp(run_guest: RunGuest, program: Path, variant: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **variant))


def set_quantum(monkeypatch: pytest.MonkeyPatch, cycles: int) -> None:
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", cycles)
    monkeypatch.setattr("kernel.main.JITTER_BITS", 12)


@pytest.mark.parametrize("name", ["thread_mutex", "thread_cond", "thread_stdio", "thread_stress", "thread_fork_locks"])
def test_interleavings(run_guest: RunGuest, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A quantum of a microsecond or so: critical sections are preempted everywhere, with each seed elsewhere."""
    set_quantum(monkeypatch, 4_000)
    for seed in range(4):
        pass_or_explain(run_guest(f"tests/guest/lwp/{name}.c", seed=seed))


@pytest.mark.parametrize("name", ["thread_stress", "thread_processes", "futex"])
def test_threads_repeat(
    machine: type[Machine], compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The same seed is the same run, on every kind of machine."""
    set_quantum(monkeypatch, 20_000)
    program = compile_guest(f"tests/guest/lwp/{name}.c")

    def run(hart: str, native: bool) -> tuple[int, int, int, str]:
        monkeypatch.setenv("UAREA_HART", hart)
        m = machine(native=native, seed=5, ram=32 << 20)
        m.start(program)
        k = m.finish().kernel
        return k.clock.now(), k.code_retired(), k.stats.swtch, k.board.ram.digest()

    first = run("", True)
    assert run("", True) == first
    assert run("batch", True) == first
    assert run("", False) == first


@pytest.mark.parametrize(
    "name", ["thread_stress", "thread_processes", "thread_asleep", "control", "suspend", "vfork_ends"]
)
def test_audit_at_any_time(machine: type[Machine], compile_guest: Callable[..., Path], name: str) -> None:
    """The books balance in the middle of a run, too, with LWPs in every state."""
    m = machine()
    m.start(compile_guest(f"tests/guest/lwp/{name}.c"))
    calls = count()

    def look(l: Lwp) -> None:
        if next(calls) % 61 == 0:
            wrong = l.kernel.audit()
            assert not wrong, wrong

    at_every_syscall(m.kernel, look)
    pass_or_explain(m.finish())
