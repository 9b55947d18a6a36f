"""The same program with the same seed is the same run: output, code, time and memory, on every kind of machine."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Machine
from tests.probe import at_every_syscall

GUEST = "tests/guest/determinism"
Compile = Callable[..., Path]


class Run(NamedTuple):
    """All that a run leaves behind."""

    status: int
    out: bytes
    retired: int
    time: int
    ram: str


def run(program: Path, monkeypatch: pytest.MonkeyPatch, *, hart: str = "", native: bool = True, seed: int = 0) -> Run:
    monkeypatch.setenv("UAREA_HART", hart)
    m = Machine(native=native, seed=seed, ram=16 << 20)
    m.start(program)
    outcome = m.finish()
    k = outcome.kernel
    return Run(outcome.status, outcome.out, k.code_retired(), k.clock.now(), k.board.ram.digest())


@pytest.fixture
def short_quantum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few microseconds, so that little code is preempted often."""
    set_quantum(monkeypatch, 20_000, 12)


def set_quantum(monkeypatch: pytest.MonkeyPatch, cycles: int, jitter_bits: int) -> None:
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", cycles)
    monkeypatch.setattr("kernel.main.JITTER_BITS", jitter_bits)


@pytest.mark.parametrize("name", ["mixture", "race", "counters", "faults"])
@pytest.mark.parametrize("quantum", ["short", "normal"])
def test_runs_repeat(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch, name: str, quantum: str) -> None:
    """Again; with registers in batches; with the clock in Python; with both."""
    if quantum == "short":
        set_quantum(monkeypatch, 20_000, 12)
    program = compile_guest(f"{GUEST}/{name}.c")
    first = run(program, monkeypatch)
    assert first.status == 0, first.out
    assert run(program, monkeypatch) == first
    assert run(program, monkeypatch, hart="batch") == first
    assert run(program, monkeypatch, native=False) == first
    assert run(program, monkeypatch, hart="batch", native=False) == first


@pytest.mark.usefixtures("short_quantum")
def test_interleaving_depends_on_the_seed(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_guest(f"{GUEST}/race.c")
    outputs = [run(program, monkeypatch, seed=seed).out for seed in range(4)]
    assert all(sorted(out) == sorted(b"ab" * 60) for out in outputs)
    assert all(b"ab" in out and b"ba" in out for out in outputs)
    assert len(set(outputs)) == 4
    assert [run(program, monkeypatch, seed=seed).out for seed in range(4)] == outputs


def history(
    program: Path, monkeypatch: pytest.MonkeyPatch, *, hart: str = "", native: bool = True
) -> tuple[list[tuple[int, int]], bytes, int]:
    """The code retired at each system call with its number, the output, and the number of traps."""
    monkeypatch.setenv("UAREA_HART", hart)
    m = Machine(native=native, ram=16 << 20)
    found: list[tuple[int, int]] = []
    at_every_syscall(m.kernel, lambda l: found.append((l.frame.words[30], m.kernel.code_retired())))
    m.start(program)
    outcome = m.finish()
    assert outcome.status == 0, outcome.out
    return found, outcome.out, m.kernel.traps


def test_quanta_do_not_change_how_much_code_runs(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_guest(f"{GUEST}/faults.c")
    expected, out, traps = history(program, monkeypatch)
    assert len(expected) > 20
    for cycles, jitter in ((4200, 1), (5000, 8), (20_000, 12), (300_000, 15)):
        set_quantum(monkeypatch, cycles, jitter)
        for hart, native in (("", True), ("batch", True), ("", False)):
            found = history(program, monkeypatch, hart=hart, native=native)
            assert found[:2] == (expected, out)
            assert found[2] > traps + (100 if cycles <= 5000 else 0)  # it was interrupted


@pytest.mark.usefixtures("short_quantum")
def test_strategies_of_fork_do_not_change_what_runs(compile_guest: Compile) -> None:
    """How fork copies memory may change times, through faults, but not what one process after another computes."""
    program = compile_guest(f"{GUEST}/faults.c")
    results = []
    for cow in ("none", "page", "table"):
        m = Machine(cow=cow, ram=16 << 20)
        m.start(program)
        outcome = m.finish()
        results.append((outcome.status, outcome.out, m.kernel.code_retired()))
    assert results[0][0] == 0
    assert results[0] == results[1] == results[2]
