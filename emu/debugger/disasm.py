"""Machine code as text: what `disassemble` and `x/i` print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from emu.debugger.errors import DebuggerError

_md: Any = None

# Compressed instructions are shown as the full ones that they stand for.
_TWICE = {"add", "addw", "and", "or", "sub", "subw", "xor", "addi", "addiw", "andi", "slli", "srli", "srai"}
_SAME = {
    "addi16sp": "addi", "addi4spn": "addi", "ldsp": "ld", "lwsp": "lw", "sdsp": "sd", "swsp": "sw", "fldsp": "fld",
    "fsdsp": "fsd", "slli64": "slli", "srli64": "srli", "srai64": "srai",
}  # fmt: skip
_BRANCHES = {"beq", "bne", "blt", "bge", "bltu", "bgeu"}
_ZERO_BRANCHES = {"beqz", "bnez", "bltz", "bgez", "blez", "bgtz"}


class Instruction(NamedTuple):
    """One instruction. Immediate operands are numbers; the target of a branch is an address."""

    address: int
    size: int
    mnemonic: str
    operands: tuple[str | int, ...]
    raw: bytes

    @property
    def target(self) -> int | None:
        """Where a direct jump or branch goes."""
        if self.mnemonic in _BRANCHES or self.mnemonic in _ZERO_BRANCHES or self.mnemonic in ("j", "jal"):
            last = self.operands[-1]
            return last if isinstance(last, int) else None
        return None


def decode(data: bytes, address: int) -> Iterator[Instruction]:
    """The instructions in some bytes; half-words that are none are shown as data."""
    global _md
    if _md is None:
        import capstone

        _md = capstone.Cs(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64 | capstone.CS_MODE_RISCVC)
    at = 0
    while at + 2 <= len(data):
        size = 4 if data[at] & 3 == 3 else 2
        raw = bytes(data[at : at + size])
        if len(raw) < size:
            return
        found = next(_md.disasm_lite(raw, address + at), None)
        yield _instruction(address + at, raw, found)
        at += size


def _instruction(address: int, raw: bytes, found: tuple[int, int, str, str] | None) -> Instruction:
    if found is None:
        name = ".insn" if len(raw) == 4 else ".2byte"
        return Instruction(address, len(raw), name, (int.from_bytes(raw, "little"),), raw)
    _, _, mnemonic, text = found
    operands = [_operand(part.strip()) for part in text.split(",")] if text else []
    mnemonic = mnemonic.removeprefix("c.")
    compressed = len(raw) == 2
    if mnemonic in _SAME:
        short, mnemonic = mnemonic, _SAME[mnemonic]
        if short not in ("addi4spn",) and mnemonic in _TWICE:
            operands.insert(1, operands[0])
    elif compressed and mnemonic in _TWICE and len(operands) == 2:
        operands.insert(1, operands[0])
    if mnemonic == "addi" and len(operands) == 3 and operands[1] == "zero":
        mnemonic, operands = "li", [operands[0], operands[2]]
    elif mnemonic == "addiw" and len(operands) == 3 and operands[2] == 0:
        mnemonic, operands = "sext.w", operands[:2]
    elif mnemonic == "jr" and operands == ["ra"]:
        mnemonic, operands = "ret", []
    elif mnemonic == "mv" and operands[1:] == ["zero"]:
        mnemonic, operands = "li", [operands[0], 0]
    elif mnemonic == "jalr" and len(operands) == 3:
        mnemonic, operands = _register_jump(operands)
    relative = mnemonic in _BRANCHES or mnemonic in _ZERO_BRANCHES or mnemonic in ("j", "jal")
    if relative and operands and isinstance(operands[-1], int):
        operands[-1] += address
    if mnemonic == "jal" and len(operands) == 2 and operands[0] == "ra":
        operands = operands[1:]
    return Instruction(address, len(raw), mnemonic, tuple(operands), raw)


def _register_jump(operands: list[str | int]) -> tuple[str, list[str | int]]:
    link, register, offset = operands
    place: str | int = f"{offset}({register})" if offset else register
    if link == "zero":
        return ("ret", []) if place == "ra" else ("jr", [place])
    return "jalr", [place] if link == "ra" else [link, place]


def _operand(text: str) -> str | int:
    try:
        return int(text, 0)
    except ValueError:
        pass
    if "(" in text:
        offset, _, rest = text.partition("(")
        try:
            return f"{int(offset, 0)}({rest}"
        except ValueError:
            return text
    return text


def lengths(data: bytes) -> Iterator[int]:
    """The sizes of the instructions in some bytes, without decoding them."""
    at = 0
    while at < len(data):
        size = 4 if data[at] & 3 == 3 else 2
        yield size
        at += size


class Listing:
    """Instructions as text, with the addresses that they mention resolved by `symbolize`."""

    def __init__(self, symbolize: Callable[[int], str | None]) -> None:
        self._symbolize = symbolize
        self._upper: dict[str, int] = {}  # registers that hold what an auipc or lui just put there

    def text(self, instruction: Instruction) -> str:
        """`lw a0,-20(s0)`, `jal 0x1100c <add>`, `addi a1,a1,436 # 0x162b4 <table>`, after a tab as gdb has it."""
        mnemonic, operands = instruction.mnemonic, instruction.operands
        target = instruction.target
        comment = self._address_formed(instruction)
        shown = [self._shown(mnemonic, operand) for operand in operands]
        if target is not None:
            shown[-1] = self.address(target)
        text = mnemonic + ("\t" + ",".join(shown) if shown else "")
        return text + (f" # {self.address(comment)}" if comment is not None else "")

    def address(self, value: int) -> str:
        name = self._symbolize(value)
        return f"{value:#x} <{name}>" if name else f"{value:#x}"

    @staticmethod
    def _shown(mnemonic: str, operand: str | int) -> str:
        if isinstance(operand, str):
            return operand
        if mnemonic in ("auipc", "lui", ".insn", ".2byte") or mnemonic.startswith(("sll", "srl", "sra")):
            return f"{operand & 0xFFFFFFFF:#x}" if mnemonic.startswith(".") else f"{operand & 0xFFFFF:#x}"
        return str(operand)

    def _address_formed(self, instruction: Instruction) -> int | None:
        """The address that the second instruction of an auipc pair computes or accesses."""
        mnemonic, operands = instruction.mnemonic, instruction.operands
        formed = None
        base: str | None = None
        offset = 0
        if mnemonic in ("addi", "addiw") and len(operands) == 3 and isinstance(operands[2], int):
            base, offset = str(operands[1]), operands[2]
        elif operands and isinstance(operands[-1], str) and operands[-1].endswith(")"):
            number, _, register = operands[-1][:-1].partition("(")
            try:
                base, offset = register, int(number)
            except ValueError:
                base = None
        if base is not None and base in self._upper:
            formed = (self._upper[base] + offset) & (1 << 64) - 1
        if operands and isinstance(operands[0], str):
            self._upper.pop(operands[0], None)
        if mnemonic in ("auipc", "lui") and isinstance(operands[1], int):
            upper = ((operands[1] & 0xFFFFF) ^ 0x80000) - 0x80000
            self._upper[str(operands[0])] = (upper << 12) + (instruction.address if mnemonic == "auipc" else 0)
        if instruction.target is not None or mnemonic in ("ret", "jr", "jalr"):
            self._upper.clear()
        return formed


def raw_text(raw: bytes) -> str:
    """The bytes of an instruction as one number, as gdb's /r has them for this processor."""
    return f"{int.from_bytes(raw, 'little'):0{2 * len(raw)}x}".ljust(8)


def one(data: bytes, address: int) -> Instruction:
    """The instruction at an address. Raises DebuggerError if the bytes end within it."""
    found = next(decode(data, address), None)
    if found is None:
        raise DebuggerError(f"Cannot access memory at address {address:#x}")
    return found
