"""Virtual time: the native hook and the Python one count alike, and the kernel's arithmetic on top of them."""

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.machine.clock import (
    ADDRESS,
    CYCLES_PER_NS,
    EXPIRED,
    FOREVER,
    LARGEST_BLOCK,
    LIMIT,
    SIZE,
    USED,
    BlockHook,
    Clock,
)
from toolchain.native import native_library

Stop = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Driver:
    """Calls a clock's hook as Unicorn would."""

    def __init__(self, native: bool) -> None:
        self.clock = Clock(native_library() if native else None)
        assert self.clock.native == native
        self.stops: list[int] = []

        def stop(uc: int) -> int:
            self.stops.append(uc)
            return 0

        self._stop = Stop(stop)
        self.clock.set_stop(ctypes.cast(self._stop, ctypes.c_void_p).value or 0)
        self._hook = ctypes.cast(self.clock.callback, BlockHook)

    def block(self, address: int, size: int) -> bool:
        """Whether the block may run."""
        before = len(self.stops)
        self._hook(0x1234, address, size, self.clock.data)
        return len(self.stops) == before


Events = st.lists(
    st.one_of(
        st.tuples(st.just("block"), st.integers(0, 1 << 38), st.integers(2, LARGEST_BLOCK)),
        st.tuples(st.just("fault"), st.integers(0, 100), st.just(0)),
        st.tuples(st.just("charge"), st.integers(0, 5000), st.just(0)),
        st.tuples(st.just("limit"), st.integers(0, 3000), st.just(0)),
        st.tuples(st.just("at most"), st.integers(0, 3000), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(events=Events)
def test_both_clocks_agree(events: list[tuple[str, int, int]]) -> None:
    states = []
    for native in (True, False):
        driver = Driver(native)
        clock, words = driver.clock, driver.clock.words
        history = []
        for kind, a, b in events:
            if kind == "block":
                driver.block(a, b)
            elif kind == "fault":
                clock.retract(words[ADDRESS] + words[SIZE] * a // 100)
            elif kind == "charge":
                clock.charge(a)
            elif kind == "limit":
                clock.stop_at(clock.now() + a)
            else:
                clock.at_most(clock.now() + a)
            history.append([*words[: EXPIRED + 1], len(driver.stops)])
        states.append(history)
    assert states[0] == states[1]


@pytest.fixture(params=["native", "python"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(request.param == "native")


def test_counting(driver: Driver) -> None:
    assert driver.block(0x1000, 10) and driver.block(0x2000, 20)
    assert driver.clock.cycles() == 30
    assert driver.clock.now() == 30 // CYCLES_PER_NS
    assert driver.stops == []


def test_a_block_beyond_the_limit_does_not_run(driver: Driver) -> None:
    clock = driver.clock
    clock.stop_at(100)
    assert driver.block(0x1000, 300)
    assert driver.block(0x1000, 100)  # up to the limit exactly
    assert not driver.block(0x1000, 2)
    assert driver.stops == [0x1234]
    assert (clock.cycles(), clock.words[EXPIRED], clock.words[SIZE]) == (400, 1, 0)


def test_a_fault_takes_back_what_did_not_run(driver: Driver) -> None:
    clock = driver.clock
    driver.block(0x1000, 100)
    clock.retract(0x1000 + 40)
    assert clock.cycles() == 40
    clock.retract(0x1000 + 40)  # twice at the same place: nothing more to take back
    assert clock.cycles() == 40
    driver.block(0x1000 + 40, 60)
    assert clock.cycles() == 100


def test_limits_only_come_forward(driver: Driver) -> None:
    clock = driver.clock
    assert clock.words[LIMIT] == FOREVER
    clock.at_most(500)
    clock.at_most(900)
    assert clock.words[LIMIT] == 500 * CYCLES_PER_NS
    clock.stop_at(900)
    assert clock.words[LIMIT] == 900 * CYCLES_PER_NS


def test_charges(driver: Driver) -> None:
    driver.clock.charge(7)
    assert driver.clock.now() == 7
    assert driver.clock.words[USED] == 7 * CYCLES_PER_NS
