"""The kernel's ways to memory: those of the native part against those in Python, and both against what they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.machine.access import Access
from emu.machine.ram import PAGE_SIZE, Ram
from emu.machine.sv39 import PPN_SHIFT, RSW0, USER_END, R, U, V, W, X
from toolchain.native import native_library

ROOT, MIDDLE, LEAF, DATA = 8, 9, 10, 16
BASE = 3 << 30 | 5 << 21  # where the one leaf table is
BITS = (0, V | R | U, V | R | W | U, V | R, V | X | U, V | R | X | U, V | R | W | X | U, R | W | U, V | W | R)


class Machine:
    """Four megabytes with one leaf table, whose first entries name pages from DATA on."""

    def __init__(self, native: bool) -> None:
        self.ram = Ram(4 << 20, native_library() if native else None)
        self.access: Access = self.ram.access
        words = self.ram.words
        words[(ROOT << 9) + 3] = MIDDLE << PPN_SHIFT | V
        words[(MIDDLE << 9) + 5] = LEAF << PPN_SHIFT | V
        self.fill()

    def fill(self) -> None:
        for pfn in range(DATA, DATA + 8):
            self.ram.bytes[pfn * PAGE_SIZE : (pfn + 1) * PAGE_SIZE] = bytes([pfn]) * PAGE_SIZE
            self.ram.code[pfn] = 0

    def data(self) -> bytes:
        return bytes(self.ram.bytes[DATA * PAGE_SIZE : (DATA + 8) * PAGE_SIZE])

    def map(self, bits: list[int]) -> None:
        for i, b in enumerate(bits):
            self.ram.words[(LEAF << 9) + i] = DATA + i << PPN_SHIFT | b if b else 0


@pytest.fixture(params=["native", "python"])
def machine(request: pytest.FixtureRequest) -> Machine:
    return Machine(request.param == "native")


addresses = st.one_of(
    st.integers(BASE - 10, BASE + 9 * PAGE_SIZE),
    st.sampled_from([0, -1, USER_END - 1, USER_END, (1 << 64) - 1, 1 << 64, -(1 << 70), 4 << 30, 3 << 30]),
)
lengths = st.one_of(st.integers(0, 3 * PAGE_SIZE), st.sampled_from([-1, USER_END, 1 << 63, 1 << 64, 1 << 80]))


PAIR = Machine(True), Machine(False)


@settings(deadline=None)
@given(st.lists(st.sampled_from(BITS), min_size=8, max_size=8), st.sets(st.integers(0, 7)), addresses, lengths)
def test_native_is_python(bits: list[int], code: set[int], va: int, length: int) -> None:
    """The same answers, and the same bytes afterwards."""
    seen = []
    for m in PAIR:
        m.fill()
        m.map(bits)
        for i in code:
            m.ram.code[DATA + i] = 1
        data = bytes(n & 0xFF for n in range(min(max(length, 0), 4 * PAGE_SIZE)))
        seen.append((m.access.load(ROOT, va, length), m.access.store(ROOT, va, data), m.data()))
    assert seen[0] == seen[1]


def test_leaf(machine: Machine) -> None:
    leaf, words = machine.access.leaf, machine.ram.words
    assert leaf(ROOT, BASE + 7 * PAGE_SIZE + 123, 0) == (LEAF << 9) + 7
    assert leaf(ROOT, BASE + (1 << 21), 0) == leaf(ROOT, BASE + (1 << 30), 0) == -1
    words[(MIDDLE << 9) + 5] |= RSW0
    assert leaf(ROOT, BASE, 0) == LEAF << 9
    assert leaf(ROOT, BASE, RSW0) == -1


def test_loads_and_stores(machine: Machine) -> None:
    load, store = machine.access.load, machine.access.store
    machine.map([V | R | W | U, V | R | W | U, V | R | U, V | R, 0, V | R | W | U])
    edge = BASE + PAGE_SIZE
    assert load(ROOT, edge - 2, 4) == bytes([DATA, DATA, DATA + 1, DATA + 1])
    assert store(ROOT, edge - 1, memoryview(b"abc")[:2]) and load(ROOT, edge - 2, 4) == bytes([DATA, 97, 98, DATA + 1])
    assert load(ROOT, BASE, 3 * PAGE_SIZE) is not None
    before = machine.data()
    assert not store(ROOT, BASE + 2 * PAGE_SIZE - 1, b"xy"), "all or nothing: the second page is read-only"
    assert load(ROOT, BASE + 3 * PAGE_SIZE, 1) is None, "the kernel's"
    assert load(ROOT, BASE + 4 * PAGE_SIZE, 1) is None, "absent"
    machine.ram.code[DATA + 5] = 1
    assert not store(ROOT, BASE + 5 * PAGE_SIZE, b"x"), "there may be translations of it"
    assert load(ROOT, BASE + 5 * PAGE_SIZE, 1) == bytes([DATA + 5])
    assert machine.data() == before
    assert load(ROOT, BASE, 0) == b""


def test_pages(machine: Machine) -> None:
    machine.access.copy(DATA + 1, DATA)
    machine.access.zero(DATA)
    for pfn, byte in ((DATA, 0), (DATA + 1, DATA), (DATA + 2, DATA + 2)):
        assert machine.ram.bytes[pfn * PAGE_SIZE : (pfn + 1) * PAGE_SIZE] == bytes([byte]) * PAGE_SIZE
