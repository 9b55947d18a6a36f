"""What the kernel does with memory most often: walk page tables, reach what user code can reach, change whole tables.

Each is one short function of the machine's native part (access.c), a twentieth of what it takes step by step
over `Ram.words`; the ones here do the same where that cannot be had, and say what it is.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.machine.sv39 import ENTRIES, PPN_SHIFT, USER_END, R, U, V, W

if TYPE_CHECKING:
    from emu.machine.ram import Ram

PAGE_SIZE = 4096
USER_LOAD, USER_STORE = V | U | R, V | U | W
ANYTHING = 1 << 32  # for `Access.take`: the frame's contents do not matter

Bytes = bytes | bytearray | memoryview


class Access:
    """The functions for one machine's memory. `root` is the page frame number of a root table.

    `leaf(root, va, avoid)`: index in `Ram.words` of a user address's leaf entry as the hardware finds it; -1 if V
    is clear above it, or one of the bits `avoid` is set in the entry right above it.

    `load(root, va, length)`: bytes that user code can read; None if there is one that it cannot. `va` and
    `length` may be any integers.

    `store(root, va, data)`: put bytes where user code can write; whether it can. Nothing is stored if it cannot,
    or where the machine may hold a translation of a page's code, which the kernel has to drop first.

    `zero(pfn)`: clear a page. `copy(pfn, source)`: make one like another.

    `used(table)`: indices in `Ram.words` of the entries of a page table that are not 0.

    `clear(table, first, end, bits)`: clear bits in the entries [first, end) of a table.

    `share(copy, table, bits)`: make a table a copy of another. What their entries name is referred to once more,
    and the bits are clear in all entries of both.

    `release(table, first, end)`: `drop` what the entries [first, end) of a table name. The entries stay.

    `take(kind, source)`: the free frame that was let go of last, now of this kind and referred to once; 0 if there is
    none, or the machine may hold translations of its code. It is zero, or for a `source` other than 0 a copy of that
    frame, or whatever it is if the source is ANYTHING.

    `drop(pfn, level)`: a frame is referred to once less. What nobody refers to any more is free. A page table, whose
    level (1 for those of leaf entries, up to 3 for a root) is given then, drops what its entries name before it goes.
    """

    __slots__ = (
        "clear", "copy", "drop", "leaf", "load", "memory", "release", "share", "store", "take", "used", "zero",
    )  # fmt: skip

    leaf: Callable[[int, int, int], int]
    load: Callable[[int, int, int], bytes | None]
    store: Callable[[int, int, Bytes], bool]
    zero: Callable[[int], None]
    copy: Callable[[int, int], None]
    used: Callable[[int], list[int]]
    clear: Callable[[int, int, int, int], None]
    share: Callable[[int, int, int], None]
    release: Callable[[int, int, int], None]
    take: Callable[[int, int], int]
    drop: Callable[..., None]

    def __init__(self, ram: Ram, library: str | None) -> None:
        """`library` is the path of the native part, or None."""
        address = ctypes.addressof
        self.memory = Memory(
            ram.address, len(ram.code), address((ctypes.c_char * len(ram.code)).from_buffer(ram.code)),
            ram.refs.buffer_info()[0], address((ctypes.c_char * len(ram.kind)).from_buffer(ram.kind)),
            ram.free.buffer_info()[0], 0,
        )  # fmt: skip
        functions = _in_python(ram)
        functions += _frames_in_python(ram, self.memory, *functions[3:6])
        if library is not None:
            make: Any = ctypes.PyDLL(library).uarea_access
            make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_int]
            functions = tuple(make(address(self.memory), i) for i in range(len(functions)))
        self.leaf, self.load, self.store, self.zero, self.copy = functions[:5]
        self.used, self.clear, self.share, self.release, self.take, self.drop = functions[5:]


class Memory(ctypes.Structure):
    """What access.c calls memory. `count` is the number of free frames on the stack `Ram.free`."""

    count: int

    _fields_ = (
        ("bytes", ctypes.c_void_p), ("frames", ctypes.c_uint64), ("code", ctypes.c_void_p), ("refs", ctypes.c_void_p),
        ("kind", ctypes.c_void_p), ("stack", ctypes.c_void_p), ("count", ctypes.c_uint64),
    )  # fmt: skip


def _in_python(ram: Ram) -> tuple[Any, ...]:
    """The functions that read and change memory, in the order of access.c's table."""
    memory, words, code, refs = ram.bytes, ram.words, ram.code, ram.refs
    frames = len(code)

    def leaf(root: int, va: int, avoid: int) -> int:
        if not 0 <= va < USER_END or root >= frames:
            return -1
        entry = words[(root << 9) + (va >> 30)]
        if not entry & V or entry >> PPN_SHIFT >= frames:
            return -1
        entry = words[(entry >> PPN_SHIFT << 9) + (va >> 21 & 511)]
        if entry & (V | avoid) != V or entry >> PPN_SHIFT >= frames:
            return -1
        return (entry >> PPN_SHIFT << 9) + (va >> 12 & 511)

    def pieces(root: int, va: int, length: int, need: int) -> list[slice] | None:
        """Where in memory the range lies, page by page."""
        if not 0 <= va < USER_END or not 0 <= length <= USER_END - va:
            return None
        found = []
        end = va + length
        while va < end:
            at = leaf(root, va, 0)
            if at < 0 or words[at] & need != need or words[at] >> PPN_SHIFT >= frames:
                return None
            if need == USER_STORE and code[words[at] >> PPN_SHIFT]:
                return None
            n = min(PAGE_SIZE - va % PAGE_SIZE, end - va)
            start = (words[at] >> PPN_SHIFT) * PAGE_SIZE + va % PAGE_SIZE
            found.append(slice(start, start + n))
            va += n
        return found

    def load(root: int, va: int, length: int) -> bytes | None:
        found = pieces(root, va, length, USER_LOAD)
        return None if found is None else b"".join(memory[piece] for piece in found)

    def store(root: int, va: int, data: Bytes) -> bool:
        found = pieces(root, va, len(data), USER_STORE)
        if found is None:
            return False
        done = 0
        for piece in found:
            n = piece.stop - piece.start
            memory[piece] = data[done : done + n]
            done += n
        return True

    nothing = bytes(PAGE_SIZE)

    def zero(pfn: int) -> None:
        memory[pfn * PAGE_SIZE : (pfn + 1) * PAGE_SIZE] = nothing

    def copy(pfn: int, source: int) -> None:
        memory[pfn * PAGE_SIZE : (pfn + 1) * PAGE_SIZE] = memory[source * PAGE_SIZE : (source + 1) * PAGE_SIZE]

    def used(table: int) -> list[int]:
        return [i for i, entry in enumerate(words[table << 9 : (table + 1) << 9], table << 9) if entry]

    def clear(table: int, first: int, end: int, bits: int) -> None:
        for i in used(table):
            if first <= i & 511 < end:
                words[i] &= ~bits

    def share(other: int, table: int, bits: int) -> None:
        for i in used(table):
            refs[words[i] >> PPN_SHIFT] += 1
            words[i] &= ~bits
        copy(other, table)

    return leaf, load, store, zero, copy, used, clear, share


def _frames_in_python(
    ram: Ram, state: Memory, zero: Callable[[int], None], copy: Callable[[int, int], None],
    used: Callable[[int], list[int]],
) -> tuple[Any, ...]:  # fmt: skip
    """Those that keep count of frames, which come after the others."""
    words, code, refs = ram.words, ram.code, ram.refs
    frames = len(code)

    def release(table: int, first: int, end: int, level: int = 0) -> None:
        for i in used(table):
            if first <= i & 511 < end and words[i] >> PPN_SHIFT < frames:
                drop(words[i] >> PPN_SHIFT, level)

    def take(kind: int, source: int) -> int:
        pfn = ram.free[state.count - 1] if state.count else 0
        if not pfn or code[pfn]:
            return 0
        if not source:
            zero(pfn)
        elif source < frames:
            copy(pfn, source)
        state.count -= 1
        refs[pfn] = 1
        ram.kind[pfn] = kind
        return pfn

    def drop(pfn: int, level: int = 0) -> None:
        if level and refs[pfn] == 1:
            release(pfn, 0, ENTRIES, level - 1)
        refs[pfn] -= 1
        if not refs[pfn]:
            ram.kind[pfn] = 0
            ram.free[state.count] = pfn
            state.count += 1

    return release, take, drop
