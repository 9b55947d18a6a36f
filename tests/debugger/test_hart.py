"""Stopping and stepping is invisible: a run with stops leaves the same memory, time and output as one without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from emu.machine.clock import FOREVER
from emu.machine.debug import BREAK, POSITION, STEPPING, STOP_AT, HartDebugger
from emu.machine.hart import PC
from tests.conftest import Machine
from tests.test_determinism import set_quantum

Compile = Callable[..., Path]
MACHINES = [("", True), ("batch", True), ("", False)]


class Run(NamedTuple):
    status: int
    out: bytes
    cycles: int
    ram: str


def finish(m: Machine) -> Run:
    outcome = m.finish()
    return Run(outcome.status, outcome.out, m.kernel.clock.cycles(), m.board.ram.digest())


def start(program: Path, native: bool) -> Machine:
    m = Machine(native=native, ram=16 << 20)
    m.start(program)
    return m


class Jumper:
    """Stops at random places, steps at random, and notes where it has been: (position, pc)."""

    def __init__(self, m: Machine, seed: int, stride: int) -> None:
        self.random = Random(seed)
        self.stride = stride
        self.debugger = HartDebugger(m.board.hart, self.on_stop)
        self.seen: list[tuple[int, int, int]] = []
        self.places: set[int] = set()
        self.steps = 0
        self.debugger.words[STOP_AT] = self.random.randrange(stride)

    def on_stop(self, reason: int) -> None:
        d = self.debugger
        at, pc = d.position(), d.hart.frame.words[PC]
        if self.seen:
            assert at >= self.seen[-1][0]
        if reason & POSITION:
            assert at >= d.words[STOP_AT]
            d.words[STOP_AT] = FOREVER
        if reason & BREAK:
            assert pc in self.places
        self.seen.append((at, pc, reason))
        if self.steps:
            self.steps -= 1
        else:
            kind = self.random.randrange(4)
            if kind == 0:
                self.steps = self.random.randrange(30)
            elif kind == 1 and len(self.places) < 20:
                self.places.add(pc)
            elif kind == 2 and self.places and len(self.seen) > 3:
                self.places.discard(min(self.places))
            d.break_at(self.places)
        d.words[STEPPING] = self.steps > 0
        if d.words[STOP_AT] == FOREVER:
            d.words[STOP_AT] = at + 1 + self.random.randrange(self.stride)


@pytest.mark.parametrize(("hart", "native"), MACHINES)
@pytest.mark.parametrize("name", ["mixture", "race", "counters", "faults"])
def test_stops_change_nothing(
    compile_guest: Compile, monkeypatch: pytest.MonkeyPatch, name: str, hart: str, native: bool
) -> None:
    """Preempted often, so that a block counted twice, or made two, would show."""
    monkeypatch.setenv("UAREA_HART", hart)
    set_quantum(monkeypatch, 20_000, 12)
    program = compile_guest(f"tests/guest/determinism/{name}.c")
    free = finish(start(program, native))
    for seed in range(2 if native else 1):
        m = start(program, native)
        jumper = Jumper(m, seed, 200_000)
        assert finish(m) == free, f"seed {seed}"
        assert len(jumper.seen) > 3
