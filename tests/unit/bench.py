"""A bare machine for tests of the hart: page tables by hand, code from hart.S, no kernel."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from elftools.elf.elffile import ELFFile

from emu.machine.board import Board
from emu.machine.console import Console
from emu.machine.hart import A0, A1, PC, TrapFrame
from emu.machine.sv39 import PPN_SHIFT, R, U, V, X
from toolchain.cc import cached_program
from toolchain.native import native_library

PAGE = 4096
TABLES, FRAMES, CODE, DATA = 0x20, 0x40, 0x100, 0x80  # page frame numbers
DATA_VA = 0x50000


class Program(NamedTuple):
    """Executable segments (address, bytes), and the addresses of labels."""

    segments: list[tuple[int, bytes]]
    labels: dict[str, int]


@cache
def hart_program() -> Program:
    """What hart.S became."""
    path = cached_program(Path(__file__).parent / "hart.S", ["-nostdlib"])
    with open(path, "rb") as file:
        elf = ELFFile(file)
        segments = [
            (s["p_vaddr"], s.data()) for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_flags"] & 1
        ]
        labels = {s.name: s["st_value"] for s in elf.get_section_by_name(".symtab").iter_symbols()}
    return Program(segments, labels)


class Trap(NamedTuple):
    """What the kernel would have been told."""

    cause: int
    tval: int
    pc: int


class Bench:
    """A machine with one address space, or several, made by hand."""

    def __init__(self, program: Program, *, native: bool = True) -> None:
        """With the native clock, or the one in Python."""
        self.board = Board(8 << 20, Console.buffers(b""), native_library() if native else None)
        self.hart, self.clock = self.board.hart, self.board.clock
        self.words, self.ram = self.board.ram.words, self.board.ram.bytes
        self.program = program
        self.frame = TrapFrame(self.board.ram, FRAMES << 12)
        self._tables = TABLES
        self.root = self.new_space()

    def new_space(self) -> int:
        """A root table, with the code mapped."""
        root = self._table()
        for va, data in self.program.segments:
            for offset in range(0, len(data), PAGE):
                pfn = CODE + (va - 0x10000 + offset >> 12)
                chunk = data[offset : offset + PAGE]
                start = (pfn << 12) + (va & 4095 if offset == 0 else 0)
                self.ram[start : start + len(chunk)] = chunk
                self.map(va + offset & ~4095, pfn, V | R | X | U, root=root)
        return root

    def _table(self) -> int:
        self._tables += 1
        return self._tables - 1

    def pte(self, va: int, root: int = 0) -> int:
        """Index of the leaf entry, with tables made as needed."""
        at = (root or self.root) << 9
        for shift in (30, 21):
            at += va >> shift & 511
            if not self.words[at] & V:
                self.words[at] = self._table() << PPN_SHIFT | V
            at = self.words[at] >> PPN_SHIFT << 9
        return at + (va >> 12 & 511)

    def map(self, va: int, pfn: int, bits: int, *, root: int = 0) -> None:
        self.words[self.pte(va, root)] = pfn << PPN_SHIFT | bits

    def run(
        self,
        label: str | int,
        a0: int = 0,
        a1: int = 0,
        *,
        handler: Callable[[Trap], bool] | None = None,
        root: int = 0,
    ) -> list[Trap]:
        """Run until the handler returns False (at once without one); the traps."""
        words = self.frame.words
        words[:] = memoryview(bytes(8 * len(words))).cast("Q")
        words[A0], words[A1] = a0, a1
        words[PC] = self.program.labels[label] if isinstance(label, str) else label
        traps: list[Trap] = []

        def on_trap(cause: int, tval: int) -> None:
            trap = Trap(cause, tval, words[PC])
            traps.append(trap)
            if handler is None or not handler(trap):
                self.hart.stop()

        self.hart.serve(on_trap=on_trap)
        self.hart.enter(self.frame, root or self.root, None)
        self.hart.run()
        return traps
