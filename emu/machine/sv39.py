"""Sv39: page-table entry bits, and the walk that the hardware does (RISC-V privileged architecture, 4.4)."""

from __future__ import annotations

from typing import NamedTuple

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
RSW0, RSW1 = 1 << 8, 1 << 9  # for the kernel's own use
PPN_SHIFT = 10
LEVELS = 3
ENTRIES = 512
VA_BITS = 39
USER_END = 1 << (VA_BITS - 1)
SATP_SV39 = 8 << 60


class Step(NamedTuple):
    """One level of a walk: the level (2 is the root), where the entry lies, and its value."""

    level: int
    address: int  # physical address of the entry
    entry: int


def canonical(va: int) -> bool:
    """Whether bits 63..39 of a virtual address repeat bit 38."""
    top = va >> (VA_BITS - 1)
    return top == 0 or top == (1 << (64 - VA_BITS + 1)) - 1


def index(va: int, level: int) -> int:
    """The entry's index within the table of a level."""
    return (va >> (12 + 9 * level)) & (ENTRIES - 1)


def is_leaf(entry: int) -> bool:
    """Whether a valid entry maps memory rather than naming the next table."""
    return bool(entry & (R | X))


def frame(entry: int) -> int:
    """The page frame number in an entry."""
    return (entry >> PPN_SHIFT) & ((1 << 44) - 1)


def walk(words: memoryview, root: int, va: int) -> list[Step]:
    """Every entry on the way from the root table (page frame number) to the leaf, or to where it ends."""
    steps: list[Step] = []
    if not canonical(va):
        return steps
    table = root
    for level in reversed(range(LEVELS)):
        address = (table << 12) + 8 * index(va, level)
        entry = words[address >> 3]
        steps.append(Step(level, address, entry))
        if not entry & V or is_leaf(entry):
            break
        table = frame(entry)
    return steps


def translate(words: memoryview, root: int, va: int) -> int | None:
    """The physical address that a virtual address maps to, whatever the permissions, or None."""
    steps = walk(words, root, va)
    if not steps or not steps[-1].entry & V or not is_leaf(steps[-1].entry):
        return None
    size = 12 + 9 * steps[-1].level
    return (frame(steps[-1].entry) << 12) & ~((1 << size) - 1) | va & ((1 << size) - 1)
