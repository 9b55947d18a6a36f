"""The kernel's ways to memory: those of the native part against those in Python, and both against what they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.machine.access import ANYTHING, Access
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


def test_tables_beyond_memory(machine: Machine) -> None:
    """What a page table says is believed only as far as there is memory."""
    words, frames = machine.ram.words, machine.ram.size // PAGE_SIZE
    for index in ((LEAF << 9) + 0, (MIDDLE << 9) + 5, (ROOT << 9) + 3):
        words[index] = frames << PPN_SHIFT | V | R | W | U if index >> 9 == LEAF else frames << PPN_SHIFT | V
        assert machine.access.load(ROOT, BASE, 1) is None and not machine.access.store(ROOT, BASE, b"x")


def test_a_store_to_its_own_tables(machine: Machine) -> None:
    """It may do there what it likes, but the way is looked up for every page."""
    machine.map([V | R | W | U, V | R | W | U])
    machine.ram.words[LEAF << 9] = LEAF << PPN_SHIFT | V | R | W | U
    machine.access.store(ROOT, BASE, bytes(2 * PAGE_SIZE))
    assert machine.access.used(LEAF) == []


def test_leaf_of_no_user_address(machine: Machine) -> None:
    assert [machine.access.leaf(ROOT, va, 0) for va in (-1, USER_END, USER_END + BASE, 1 << 70)] == [-1] * 4
    assert machine.access.leaf(machine.ram.size // PAGE_SIZE, BASE, 0) == -1


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


pages = st.tuples(st.integers(DATA, DATA + 7), st.integers(1, 1023))
tables = st.dictionaries(st.integers(0, 511), pages, max_size=40)
operations = st.lists(
    st.tuples(
        st.sampled_from(["used", "clear", "share", "release", "drop"]),
        st.integers(0, 600),
        st.integers(0, 600),
        st.sampled_from([V, W, V | W, (1 << 64) - 1]),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(tables, operations)
def test_native_tables_are_pythons(
    table: dict[int, tuple[int, int]], operations: list[tuple[str, int, int, int]]
) -> None:
    seen = []
    for m in PAIR:
        base = LEAF << 9
        m.access.zero(LEAF)
        for i, (pfn, bits) in table.items():
            m.ram.words[base + i] = pfn << PPN_SHIFT | bits
        for pfn in range(DATA, DATA + 8):
            m.ram.refs[pfn] = 3
        m.ram.refs[LEAF] = 2
        m.access.memory.count = 0
        m.ram.refs[0] = 100  # entries of 0 name nothing
        told: list[object] = []
        for name, first, end, bits in operations:
            if name == "used":
                told.append(m.access.used(LEAF))
            elif name == "clear":
                m.access.clear(LEAF, first, end, bits)
            elif name == "share":
                m.access.share(LEAF + 1, LEAF, bits & 0x3FF)
            else:
                if name == "release":
                    m.access.release(LEAF, first, end)
                else:
                    m.access.drop(LEAF, first % 4)
                told.append(m.ram.free[: m.access.memory.count].tolist())
            told.append(bytes(m.ram.bytes[LEAF << 12 : LEAF + 2 << 12]))
        seen.append((told, m.ram.refs.tolist()))
    assert seen[0] == seen[1]


def test_sharing_a_table(machine: Machine) -> None:
    access, words, refs = machine.access, machine.ram.words, machine.ram.refs
    machine.map([0, V | R | W | U, 0, V | R | U])
    refs[DATA + 1], refs[DATA + 3] = 1, 2
    access.share(LEAF + 1, LEAF, W)
    assert access.used(LEAF + 1) == [(LEAF + 1 << 9) + 1, (LEAF + 1 << 9) + 3]
    assert words[(LEAF << 9) + 1] == words[(LEAF + 1 << 9) + 1] == DATA + 1 << PPN_SHIFT | V | R | U
    assert (refs[DATA + 1], refs[DATA + 3]) == (2, 3)
    access.release(LEAF, 0, 512)
    assert access.memory.count == 0
    access.release(LEAF + 1, 0, 2)
    assert (access.memory.count, machine.ram.free[0]) == (1, DATA + 1)
    assert (refs[DATA + 1], refs[DATA + 3]) == (0, 2)
    access.clear(LEAF, 1, 2, (1 << 64) - 1)
    assert access.used(LEAF) == [(LEAF << 9) + 3]


def test_frames_that_are_let_go_of_come_back(machine: Machine) -> None:
    access, refs, kind, page = machine.access, machine.ram.refs, machine.ram.kind, machine.data
    machine.fill()
    access.memory.count = 0
    assert access.take(3, 0) == 0  # there is none
    for pfn in (DATA, DATA + 1, DATA + 2, DATA + 3):
        refs[pfn], kind[pfn] = 1, 2
    refs[DATA + 3] = 2
    for pfn in (DATA, DATA + 1, DATA + 2, DATA + 3):
        access.drop(pfn)
    assert [refs[pfn] for pfn in range(DATA, DATA + 4)] == [0, 0, 0, 1]
    assert [kind[pfn] for pfn in range(DATA, DATA + 4)] == [0, 0, 0, 2]
    assert access.take(3, 0) == DATA + 2 and page()[2 * PAGE_SIZE : 3 * PAGE_SIZE] == bytes(PAGE_SIZE)
    machine.ram.code[DATA + 1] = 1
    assert access.take(3, 0) == 0 and access.memory.count == 2  # whoever takes this one has something to see to first
    machine.ram.code[DATA + 1] = 0
    assert access.take(4, DATA + 3) == DATA + 1
    assert page()[PAGE_SIZE : 2 * PAGE_SIZE] == bytes([DATA + 3]) * PAGE_SIZE
    assert access.take(1, ANYTHING) == DATA and page()[:PAGE_SIZE] == bytes([DATA]) * PAGE_SIZE
    assert [(refs[pfn], kind[pfn]) for pfn in range(DATA, DATA + 4)] == [(1, 1), (1, 4), (1, 3), (1, 2)]
    assert access.memory.count == 0


def test_a_tree_is_let_go_of(machine: Machine) -> None:
    access, ram = machine.access, machine.ram
    machine.map([V, 0, V | R, V])
    refs = {ROOT: 1, MIDDLE: 1, LEAF: 2, DATA: 1, DATA + 2: 2, DATA + 3: 1}
    for pfn, n in refs.items():
        ram.refs[pfn], ram.kind[pfn] = n, 1
    access.memory.count = 0

    def drop(pfn: int, level: int) -> list[int]:
        before = access.memory.count
        access.drop(pfn, level)
        return ram.free[before : access.memory.count].tolist()

    assert drop(ROOT, 3) == [MIDDLE, ROOT]  # the leaf table is shared
    assert [ram.refs[pfn] for pfn in refs] == [0, 0, 1, 1, 2, 1]
    assert drop(LEAF, 1) == [DATA, DATA + 3, LEAF]
    assert [ram.refs[pfn] for pfn in refs] == [0, 0, 0, 0, 1, 0] and ram.kind[DATA + 2] == 1 and not ram.kind[DATA]
