"""Call frame information: for an address, how the caller's registers are found.

From .debug_frame and .eh_frame; where neither says anything, from the instructions of the function's prologue.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from emu.debugger.disasm import decode
from emu.debugger.dwarf import Image
from emu.debugger.scopes import Scopes

RA, SP, FP = 1, 2, 8
NAMES = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(NAMES)} | {"fp": FP} | {f"x{n}": n for n in range(32)}


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
        fde = self._entries[index].fde
        found = None
        for line in fde.get_decoded().table:
            if line["pc"] > address:
                break
            found = line
        if found is None:
            return None
        cie = fde.cie
        rules = {n: _rule(rule) for n, rule in found.items() if isinstance(n, int)}
        cfa = found["cfa"]
        augmentation = cie["augmentation"]
        return Row(
            cfa.reg if cfa.reg is not None else SP,
            cfa.offset or 0,
            bytes(cfa.expr) if cfa.expr is not None else None,
            rules,
            cie["return_address_register"],
            b"S" in augmentation,
        )

    def guess(self, address: int, read: Callable[[int, int], bytes]) -> Row:
        """The rules at an address that nothing is known of, from what the function has done to its frame so far.

        `read` gives code. Code outside of any function, such as address 0 after a call of a null pointer, is taken to
        have done nothing yet.
        """
        bounds = self.scopes.bounds_at(address)
        rules: dict[int, Rule] = {RA: Same()}
        if bounds is None:
            return Row(SP, 0, None, rules, RA, False)
        depth = 0  # how far below the caller's sp it is now
        frame: int | None = None  # CFA - s0, once s0 is the frame pointer
        for instruction in decode(read(bounds[0], address - bounds[0]), bounds[0]):
            name, ops = instruction.mnemonic, instruction.operands
            if name == "addi" and ops[0] == "sp" and ops[1] == "sp" and isinstance(ops[2], int):
                depth -= ops[2]
            elif name == "addi" and ops[0] == "s0" and ops[1] == "sp" and isinstance(ops[2], int):
                frame = depth - ops[2]
            elif name == "sd" and isinstance(ops[1], str) and ops[1].endswith("(sp)"):
                number = NUMBERS.get(str(ops[0]))
                if number in (RA, FP, 9, *range(18, 28)) and number is not None and number not in rules:
                    rules[number] = AtCfa(int(ops[1][:-4]) - depth)
                elif number == RA and isinstance(rules[RA], Same):
                    rules[RA] = AtCfa(int(ops[1][:-4]) - depth)
            elif name == "ld" and isinstance(ops[1], str) and ops[1].endswith("(sp)"):
                number = NUMBERS.get(str(ops[0]), 0)
                if rules.get(number) == AtCfa(int(ops[1][:-4]) - depth):
                    rules[number] = Same()
                    frame = None if number == FP else frame
        if frame is not None:
            return Row(FP, frame, None, rules, RA, False)
        return Row(SP, depth, None, rules, RA, False)


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
