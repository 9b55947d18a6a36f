"""The page-table walk as pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emu.machine import sv39
from emu.machine.sv39 import PPN_SHIFT, R, U, V, W, X

PAGES = 16
ROOT, MIDDLE, LEAF = 1, 2, 3


def table_words() -> memoryview:
    return memoryview(bytearray(PAGES << 12)).cast("Q")


def mapped(va: int, pfn: int, bits: int = V | R | W | U) -> memoryview:
    """Three levels of table with one page in them."""
    words = table_words()
    words[(ROOT << 9) + sv39.index(va, 2)] = MIDDLE << PPN_SHIFT | V
    words[(MIDDLE << 9) + sv39.index(va, 1)] = LEAF << PPN_SHIFT | V
    words[(LEAF << 9) + sv39.index(va, 0)] = pfn << PPN_SHIFT | bits
    return words


@given(va=st.integers(0, sv39.USER_END - 1), pfn=st.integers(1, (1 << 44) - 1))
def test_walk(va: int, pfn: int) -> None:
    words = mapped(va, pfn)
    steps = sv39.walk(words, ROOT, va)
    assert [s.level for s in steps] == [2, 1, 0]
    assert [s.address >> 12 for s in steps] == [ROOT, MIDDLE, LEAF]
    assert all(words[s.address >> 3] == s.entry for s in steps)
    assert sv39.frame(steps[-1].entry) == pfn
    assert sv39.translate(words, ROOT, va) == pfn << 12 | va & 4095
    other = va ^ 1 << 12
    assert sv39.translate(words, ROOT, other) is None
    assert [s.level for s in sv39.walk(words, ROOT, other)] == [2, 1, 0]


@given(va=st.integers(0, (1 << 64) - 1))
def test_canonical(va: int) -> None:
    """Bits 63 to 38 are all equal, or the address is none."""
    signed = va - (1 << 64) if va >> 63 else va
    assert sv39.canonical(va) == (-(1 << 38) <= signed < 1 << 38)
    if not sv39.canonical(va):
        assert sv39.walk(table_words(), ROOT, va) == []
        assert sv39.translate(table_words(), ROOT, va) is None


@pytest.mark.parametrize("level, size", [(1, 2 << 20), (2, 1 << 30)])
def test_large_pages(level: int, size: int) -> None:
    """A leaf above the lowest level maps a larger page; the rest of the frame number comes from the address."""
    words = table_words()
    va = 0x12_3456_789A
    pfn = (0x8000_0000 & -size) >> 12
    if level == 1:
        words[(ROOT << 9) + sv39.index(va, 2)] = MIDDLE << PPN_SHIFT | V
        words[(MIDDLE << 9) + sv39.index(va, 1)] = pfn << PPN_SHIFT | V | R | X
    else:
        words[(ROOT << 9) + sv39.index(va, 2)] = pfn << PPN_SHIFT | V | R | X
    assert sv39.translate(words, ROOT, va) == pfn << 12 | va & (size - 1)
    assert sv39.walk(words, ROOT, va)[-1].level == level


@pytest.mark.parametrize("entry, leaf", [(V, False), (V | U, False), (V | R, True), (V | X, True), (V | R | W, True)])
def test_is_leaf(entry: int, leaf: bool) -> None:
    assert sv39.is_leaf(entry) == leaf


def test_invalid_entries_end_the_walk() -> None:
    va = 0x1234_5000
    for level, at in ((2, ROOT << 9), (1, MIDDLE << 9), (0, LEAF << 9)):
        words = mapped(va, 7)
        words[at + sv39.index(va, level)] &= ~V
        assert sv39.walk(words, ROOT, va)[-1].level == level
        assert sv39.translate(words, ROOT, va) is None


def test_a_pointer_at_the_lowest_level_maps_nothing() -> None:
    assert sv39.translate(mapped(0x5000, 7, V | U), ROOT, 0x5000) is None
