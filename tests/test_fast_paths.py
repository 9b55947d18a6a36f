"""Each fast path does what the plain one would: the same run with and without it leaves the same machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kernel.exec
import kernel.program
import kernel.trap
import kernel.uvm.cow
from kernel.program import load
from kernel.uvm import fault
from tests.conftest import Machine, Outcome

Compile = Callable[..., Path]
WORK = "bench/guest/work.c"


def state(outcome: Outcome) -> tuple[object, ...]:
    """All that could differ: what was counted, where time stands, and every byte of RAM."""
    k = outcome.kernel
    counted = tuple(getattr(k.stats, name) for name in k.stats.__slots__)
    return outcome.status, outcome.out, counted, k.clock.cycles(), k.frames.used, k.board.ram.digest()


def run(program: Path, *argv: str) -> Outcome:
    machine = Machine(ram=32 << 20)
    machine.install("/bin/work", program.read_bytes())
    machine.kernel.spawn(b"/bin/work", [b"/bin/work", *(a.encode() for a in argv)], [], b"/root")
    outcome = machine.finish()
    assert outcome.status == 0
    return outcome


@pytest.mark.parametrize("work", [("zero", "640"), ("cow", "512"), ("fork", "20"), ("pingpong", "20")])
def test_zero_fill(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch, work: tuple[str, ...]) -> None:
    program = compile_guest(WORK)
    served = 0
    quick_store = fault.quick_store

    def counted(*args: object) -> bool:
        nonlocal served
        done = quick_store(*args)  # type: ignore[arg-type]
        served += done
        return done

    monkeypatch.setattr(kernel.trap, "quick_store", counted)
    fast = state(run(program, *work))
    monkeypatch.setattr(kernel.trap, "quick_store", lambda vm, va: False)
    assert state(run(program, *work)) == fast
    if work[0] == "zero":
        assert served > 500


def test_kept_programs(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's headers are read once; reading them every time makes no difference."""
    program = compile_guest(WORK)
    fast = state(run(program, "forkexec", "10"))

    def forgetful(vnode, head):  # type: ignore[no-untyped-def]
        vnode.program = None
        return load(vnode, head)

    monkeypatch.setattr(kernel.exec, "load", forgetful)
    assert state(run(program, "forkexec", "10")) == fast


def test_stored_page(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's page is copied at fork rather than by the faults that would follow: the program sees the same."""
    program = compile_guest(WORK)
    fast = run(program, "fork", "20")
    monkeypatch.setattr(kernel.uvm.cow, "_copy_stored_page", lambda parent, child, va: None)
    plain = run(program, "fork", "20")
    assert (fast.status, fast.out, fast.kernel.frames.used) == (plain.status, plain.out, plain.kernel.frames.used)
    assert fast.kernel.stats.faults < plain.kernel.stats.faults


def test_resident_pages(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    """exec maps what is in memory of a program's file rather than let it fault: the program sees the same."""
    program = compile_guest(WORK)
    fast = run(program, "forkexec", "10")
    monkeypatch.setattr(kernel.program, "map_resident", lambda vm, entry, obj, low, high: None)
    plain = run(program, "forkexec", "10")
    assert (fast.status, fast.out, fast.kernel.frames.used) == (plain.status, plain.out, plain.kernel.frames.used)
    assert fast.kernel.stats.faults < plain.kernel.stats.faults
