"""Call frame information: for an address, how the caller's registers are found.

From .debug_frame and .eh_frame; where neither says anything, from the instructions of the function's prologue.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from emu.debugger.disasm import Instruction, decode
from emu.debugger.dwarf import Image
from emu.debugger.scopes import Scopes

RA, SP, FP = 1, 2, 8
NAMES = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(NAMES)} | {"fp": FP} | {f"x{n}": n for n in range(32)}


_SAVED = (RA, FP, 9, *range(18, 28))  # what a function saves before it uses it


class Undefined(NamedTuple):
    """The register's value is lost; for the return address: there is no caller."""


class Same(NamedTuple):
    """As in the callee."""


class AtCfa(NamedTuple):
    """Saved in memory, so far from the CFA."""

    offset: int


class CfaPlus(NamedTuple):
    """The value itself is the CFA and so much."""

    offset: int


class InOther(NamedTuple):
    number: int


class ByExpression(NamedTuple):
    expression: bytes
    value: bool  # what is computed is the value, not its address


Rule = Undefined | Same | AtCfa | CfaPlus | InOther | ByExpression


class Row(NamedTuple):
    """The rules at one address. The CFA is a register and an offset, or an expression."""

    cfa_register: int
    cfa_offset: int
    cfa_expression: bytes | None
    rules: dict[int, Rule]
    return_column: int
    signal: bool


class _Entry(NamedTuple):
    start: int
    end: int
    fde: Any


class CallFrames:
    """The call frame information of a program."""

    def __init__(self, image: Image, scopes: Scopes) -> None:
        self.image = image
        self.scopes = scopes
        self._rows: dict[int, list[tuple[int, Row]]] = {}
        self._functions: dict[int, list[Instruction]] = {}

    @cached_property
    def _entries(self) -> list[_Entry]:
        dwarf = self.image.dwarf
        if dwarf is None:
            return []
        from elftools.dwarf.callframe import FDE

        listed = dwarf.CFI_entries() if dwarf.has_CFI() else []
        listed += dwarf.EH_CFI_entries() if dwarf.has_EH_CFI() else []
        found = []
        for fde in listed:
            if isinstance(fde, FDE) and self.image.executable(fde["initial_location"]):
                start = fde["initial_location"]
                found.append(_Entry(start, start + fde["address_range"], fde))
        return sorted(found, key=lambda entry: entry.start)

    @cached_property
    def _starts(self) -> list[int]:
        return [entry.start for entry in self._entries]

    def row(self, address: int) -> Row | None:
        """The rules at an address, if the file has any for it."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self._entries[index].end:
            return None
        rows = self._rows.get(index)
        if rows is None:
            rows = self._rows[index] = list(_decoded(self._entries[index].fde))
        at = bisect_right(rows, address, key=lambda pair: pair[0]) - 1
        return rows[at][1] if at >= 0 else None

    def _code(self, bounds: tuple[int, int], read: Callable[[int, int], bytes]) -> list[Instruction]:
        """A function's instructions, decoded once: a program's text does not change."""
        found = self._functions.get(bounds[0])
        if found is None:
            found = list(decode(read(bounds[0], bounds[1] - bounds[0]), bounds[0]))
            self._functions[bounds[0]] = found
        return found

    def guess(self, address: int, read: Callable[[int, int], bytes]) -> Row:
        """The rules at an address that nothing is known of, from what the function has done to its frame so far.

        `read` gives code. Code outside of any function, such as address 0 after a call of a null pointer, is taken to
        have done nothing yet.
        """
        bounds = self.scopes.bounds_at(address)
        if bounds is None:
            return Row(SP, 0, None, {RA: Same()}, RA, False)
        state = established = _Prologue(0, None, {RA: Same()}, {})
        branches: dict[int, _Prologue] = {}
        for instruction in self._code(bounds, read):
            if instruction.address >= address:
                break
            target = instruction.target
            if target is not None and instruction.address < target < bounds[1]:
                branches.setdefault(target, state)
            if instruction.mnemonic in ("ret", "jr", "j"):
                # What follows is reached by a branch, or else from before the epilogue that this ends.
                state = branches.get(instruction.address + instruction.size, established)
                continue
            state = state.after(instruction)
            if state.extent > established.extent:
                established = state
        if state.frame is not None:
            return Row(FP, state.frame, None, state.rules, RA, False)
        return Row(SP, state.depth, None, state.rules, RA, False)


class _Prologue(NamedTuple):
    """What a function has done to its frame so far."""

    depth: int  # how far below the caller's sp it is now
    frame: int | None  # CFA - s0, once s0 is the frame pointer
    rules: dict[int, Rule]
    constants: dict[str, int]  # registers that hold a number; large frames are made with one

    def _loaded(self, name: str, ops: tuple[str | int, ...]) -> dict[str, int]:
        register, last = str(ops[0]), ops[-1]
        if not isinstance(last, int):
            return self.constants
        if name == "lui":
            return {**self.constants, register: ((last & 0xFFFFF ^ 0x80000) - 0x80000) << 12}
        if name == "li":
            return {**self.constants, register: last}
        base = self.constants.get(str(ops[1]))
        return {**self.constants, register: base + last} if base is not None else self.constants

    @property
    def extent(self) -> tuple[int, int, bool]:
        """How far the prologue has come."""
        saved = sum(isinstance(rule, AtCfa) for rule in self.rules.values())
        return self.depth, saved, self.frame is not None

    def after(self, instruction: Instruction) -> _Prologue:
        """The state behind an instruction."""
        name, ops = instruction.mnemonic, instruction.operands
        if name in ("lui", "li", "addi", "addiw") and ops[0] != "sp" and ops[1] != "sp":
            return self._replace(constants=self._loaded(name, ops))
        if name in ("add", "sub") and ops[0] == "sp" and ops[1] == "sp":
            amount = self.constants.get(str(ops[2]), 0)
            return self._replace(depth=self.depth + (amount if name == "sub" else -amount))
        if name == "addi" and ops[1] == "sp" and isinstance(ops[2], int):
            if ops[0] == "sp":
                return self._replace(depth=self.depth - ops[2])
            if ops[0] == "s0":
                return self._replace(frame=self.depth - ops[2])
        elif name in ("sd", "ld") and isinstance(ops[1], str) and ops[1].endswith("(sp)"):
            number = NUMBERS.get(str(ops[0]), 0)
            slot = AtCfa(int(ops[1][:-4]) - self.depth)
            if name == "sd" and number in _SAVED and isinstance(self.rules.get(number, Same()), Same):
                return self._replace(rules={**self.rules, number: slot})
            if name == "ld" and self.rules.get(number) == slot:
                rules: dict[int, Rule] = {**self.rules, number: Same()}
                return self._replace(rules=rules, frame=None if number == FP else self.frame)
        return self


def _decoded(fde: Any) -> Iterator[tuple[int, Row]]:
    """The rows of one function: from which address on, and what holds there."""
    cie = fde.cie
    column, signal = cie["return_address_register"], b"S" in cie["augmentation"]
    for line in fde.get_decoded().table:
        rules = {n: _rule(rule) for n, rule in line.items() if isinstance(n, int)}
        cfa = line["cfa"]
        register = cfa.reg if cfa.reg is not None else SP
        expression = bytes(cfa.expr) if cfa.expr is not None else None
        yield line["pc"], Row(register, cfa.offset or 0, expression, rules, column, signal)


def _rule(rule: Any) -> Rule:
    kind, argument = rule.type, rule.arg
    if kind == "UNDEFINED":
        return Undefined()
    if kind == "OFFSET":
        return AtCfa(argument)
    if kind == "VAL_OFFSET":
        return CfaPlus(argument)
    if kind == "REGISTER":
        return InOther(argument)
    if kind in ("EXPRESSION", "VAL_EXPRESSION"):
        return ByExpression(bytes(argument), kind == "VAL_EXPRESSION")
    return Same()
