"""Going places on the time line: wherever one comes from, the machine there is the same; and nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emu.debugger.errors import DebuggerError
from emu.debugger.main import make_starter
from emu.debugger.position import Position
from emu.debugger.session import Session
from emu.runner import RunOptions
from toolchain.cc import cached_program

GUEST = Path(__file__).resolve().parent.parent / "guest"
Open = Callable[..., Session]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    """opened(PROGRAM): a session with the program at its first instruction."""
    sessions: list[Session] = []
    monkeypatch.chdir(tmp_path)
    child = signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def start(name: str) -> Session:
        program = cached_program(GUEST / name, ["-O1", "-g", f"-I{GUEST.parent.parent / 'userland' / 'tests'}"])
        session = Session(make_starter(RunOptions(ram=16 << 20), [str(program)], None), lambda text: None, [])
        session.boot()
        session.start()
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()
    signal.signal(signal.SIGCHLD, child)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int]) -> list[int]:
    """Those of the processes that are still there after two seconds."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(map(alive, pids)):
        time.sleep(0.02)
    return [pid for pid in pids if alive(pid)]


@pytest.mark.parametrize("hart", ["", "batch"])
@pytest.mark.parametrize("name", ["determinism/mixture.c", "debugger/walk.c"])
def test_positions_are_the_same_from_everywhere(
    opened: Open, monkeypatch: pytest.MonkeyPatch, name: str, hart: str
) -> None:
    """Jumps at random, also to lines of the kernel and by single steps, against a run that only goes forwards."""
    monkeypatch.setenv("UAREA_HART", hart)
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)  # often preempted
    monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    monkeypatch.setattr("emu.debugger.worker.FIRST_SLICE", 50_000)
    forwards, jumping = opened(name), opened(name)
    forwards.go_to_end()
    end = forwards.position.cycles
    forwards.start()
    chooser = random.Random(name)
    known: dict[Position, str] = {}
    for cycles in sorted(chooser.randrange(5000, end) for _ in range(8)):
        forwards.goto(Position(cycles, 0))
        known[forwards.position] = forwards.ask("digest")
        forwards.reverse_stepi(0)
        if forwards.position.cycles < end:
            forwards.go("stepi", 1, False)
            known.setdefault(forwards.position, forwards.ask("digest"))
    places = list(known)

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(st.lists(st.integers(0, len(places) - 1), min_size=2, max_size=4), st.integers(0, 3))
    def jump(indices: list[int], steps: int) -> None:
        for index in indices:
            jumping.goto(places[index])
            assert jumping.position == places[index]
            assert jumping.ask("digest") == known[places[index]]
            if steps and jumping.position.order > places[0].order:
                jumping.reverse_stepi(steps)
                back = jumping.position
                digest = known.setdefault(back, jumping.ask("digest"))
                assert digest == jumping.ask("digest")
                assert back.order < places[index].order

    jump()


def test_checkpoints_are_bounded_and_thinned(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emu.debugger.worker.FIRST_SLICE", 20_000)
    monkeypatch.setattr("emu.debugger.worker.SLICE", 0.0002)
    session = opened("determinism/mixture.c")
    session.timeline.max_copies = 8
    session.go_to_end()
    copies = session.timeline.copies
    assert 3 <= len(copies) <= 8
    assert "at most 8" in session.info_checkpoints()
    assert copies == sorted(copies, key=lambda c: c.position.order)
    pids = [copy.pid for copy in copies]
    assert all(map(alive, pids))
    session.close()
    assert not wait_until_gone(pids)


def test_a_killed_machine_is_reported(opened: Open) -> None:
    session = opened("debugger/walk.c")
    session.go("stepi", 20, True)
    assert session.timeline.current is not None
    os.kill(session.timeline.current.pid, signal.SIGKILL)
    with pytest.raises(DebuggerError, match=r"ended unexpectedly; back at the checkpoint at \d+"):
        session.ask("digest")
    session.go("stepi", 1, True)
    for copy in session.timeline.copies:
        os.kill(copy.pid, signal.SIGKILL)
    assert session.timeline.current is not None
    os.kill(session.timeline.current.pid, signal.SIGKILL)
    with pytest.raises(DebuggerError, match="start anew"):
        for _ in range(3):
            session.ask("digest")


def test_machines_end_with_the_debugger(opened: Open) -> None:
    """Also when it is killed: they notice that its end of their sockets is gone."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        session = opened("debugger/walk.c")
        session.go_to_end()
        session.reverse_stepi(3)
        os.write(theirs, " ".join(map(str, session.process_ids())).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        pids = [int(word) for word in pipe.read().split()]
    assert len(pids) > 2
    assert not wait_until_gone(pids)


def test_going_back_is_quick(opened: Open) -> None:
    """Loosely, for busy hosts: on an idle one it is 0.2 s and 1.3 s, and the memory is some tens of MiB."""
    session = opened("debugger/long.c")
    session.go("continue")
    began = time.monotonic()
    session.reverse_stepi(1)
    assert time.monotonic() - began < 1.5
    session.breakpoints.add(session.ask("watchable", "marked"))
    began = time.monotonic()
    session.reverse_continue()
    assert time.monotonic() - began < 6
    assert "marked = 7;" in "".join(session.ask("stop_text"))
    assert sum(copy.private() for copy in session.timeline.copies) < 400 << 20
