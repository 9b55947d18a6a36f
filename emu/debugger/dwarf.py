"""A program file as the debugger sees it: sections, the symbol table, and DWARF by compilation unit.

Everything is read when it is first asked for: a statically linked program has many units that nobody looks at.
Code that the linker dropped is still described; its addresses were set to 0 or 1, where no program is.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from emu.debugger.errors import DebuggerError

# pyelftools has no type annotations; a DIE is an elftools.dwarf.die.DIE.
DIE = Any

SHF_ALLOC, SHF_EXECINSTR = 0x2, 0x4
_PREFERENCE = {"STB_GLOBAL": 0, "STB_WEAK": 1, "STB_LOCAL": 2}


class Section(NamedTuple):
    """A part of the file that is in memory while the program runs."""

    name: str
    start: int
    end: int
    executable: bool
    data: bytes  # empty for .bss


class Symbol(NamedTuple):
    """An entry of the ELF symbol table."""

    address: int
    size: int
    name: str
    function: bool
    local: bool


class Image:
    """One program file."""

    def __init__(self, data: bytes, path: str = "") -> None:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile

        self.path = path
        self.damaged = False  # the debugging information cannot be read
        try:
            self._elf = ELFFile(io.BytesIO(data))
        except ELFError:
            raise DebuggerError(f"{path}: not in executable format: file format not recognized") from None
        self.entry: int = self._elf["e_entry"]

    @cached_property
    def sections(self) -> list[Section]:
        """What is in memory, by address. Thread-local data is left out: it is nowhere in particular."""
        found = []
        for section in self._elf.iter_sections():
            flags = section["sh_flags"]
            if not flags & SHF_ALLOC or not section["sh_size"] or flags & 0x400:
                continue
            start = section["sh_addr"]
            data = b"" if section["sh_type"] == "SHT_NOBITS" else section.data()
            found.append(Section(section.name, start, start + section["sh_size"], bool(flags & SHF_EXECINSTR), data))
        return sorted(found, key=lambda s: s.start)

    def section_at(self, address: int) -> Section | None:
        return next((s for s in self.sections if s.start <= address < s.end), None)

    def executable(self, address: int) -> bool:
        section = self.section_at(address)
        return section is not None and section.executable

    def contents(self, address: int, size: int) -> bytes | None:
        """What the file says is at an address, if it says so for all of it."""
        section = self.section_at(address)
        if section is None or not section.data or address + size > section.end:
            return None
        return section.data[address - section.start : address - section.start + size]

    # -- the symbol table

    @cached_property
    def symbols(self) -> list[Symbol]:
        """By address; of several at one address the best comes last."""
        table: Any = self._elf.get_section_by_name(".symtab")
        found = []
        for symbol in table.iter_symbols() if table else ():
            info, name = symbol["st_info"], symbol.name
            kind = info["type"]
            if not name or name.startswith((".L", "$")) or not isinstance(symbol["st_shndx"], int):
                continue
            if kind not in ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE"):
                continue
            rank = (_PREFERENCE.get(info["bind"], 3), kind == "STT_NOTYPE", name)
            entry = Symbol(symbol["st_value"], symbol["st_size"], name, kind == "STT_FUNC", info["bind"] == "STB_LOCAL")
            found.append((entry, rank))
        found.sort(key=lambda pair: pair[1], reverse=True)
        found.sort(key=lambda pair: pair[0].address)
        return [entry for entry, _ in found]

    @cached_property
    def _symbol_starts(self) -> list[int]:
        return [symbol.address for symbol in self.symbols]

    @cached_property
    def symbols_by_name(self) -> dict[str, Symbol]:
        found: dict[str, Symbol] = {}
        for symbol in self.symbols:
            if symbol.name not in found or found[symbol.name].local:
                found[symbol.name] = symbol
        return found

    def symbol_at(self, address: int) -> Symbol | None:
        """The symbol that an address lies in: the last one before it, in its section and not beyond its size."""
        section = self.section_at(address)
        if section is None:
            return None
        index = bisect_right(self._symbol_starts, address) - 1
        while index >= 0 and self.symbols[index].address >= section.start:
            symbol = self.symbols[index]
            if not symbol.size or address < symbol.address + symbol.size:
                return symbol
            index -= 1
            if symbol.address + symbol.size <= address and symbol.size:
                return None
        return None

    def symbolize(self, address: int) -> str | None:
        """`main+4`; None for what is in no symbol."""
        symbol = self.symbol_at(address)
        if symbol is None:
            return None
        offset = address - symbol.address
        return f"{symbol.name}+{offset}" if offset else symbol.name

    # -- DWARF

    @cached_property
    def dwarf(self) -> Any:
        """elftools.dwarf.dwarfinfo.DWARFInfo, or None if the program was compiled without -g."""
        if not self._elf.has_dwarf_info():
            return None
        return self._elf.get_dwarf_info(follow_links=False)

    @cached_property
    def units(self) -> list[Unit]:
        try:
            dwarf = self.dwarf
            if dwarf is None or not dwarf.debug_info_sec:
                return []
            return [Unit(self, cu) for cu in dwarf.iter_CUs()]
        except Exception:  # pyelftools raises whatever it stumbles over in a damaged file
            self.damaged = True
            return []

    @cached_property
    def _unit_ranges(self) -> list[tuple[int, int, Unit]]:
        found = [(low, high, unit) for unit in self.units for low, high in unit.ranges]
        return sorted(found, key=lambda entry: entry[:2])

    def unit_at(self, address: int) -> Unit | None:
        """The compilation unit whose code an address is in."""
        ranges = self._unit_ranges
        index = bisect_right(ranges, address, key=lambda entry: entry[0]) - 1
        if index >= 0 and ranges[index][0] <= address < ranges[index][1]:
            return ranges[index][2]
        return None

    @cached_property
    def own_units(self) -> list[Unit]:
        """The units of C code, those with the user's own code (not the C library's) before the others."""
        units = [unit for unit in self.units if not unit.assembly]
        return sorted(units, key=lambda unit: (unit.library, unit.offset))


class Unit:
    """A compilation unit: one source file as compiled, with what it includes."""

    def __init__(self, image: Image, cu: Any) -> None:
        self.image = image
        self.cu = cu
        self.offset: int = cu.cu_offset
        self.version: int = cu["version"]
        self.die: DIE = cu.get_top_DIE()
        self.name = text_of(self.die, "DW_AT_name")
        self.directory = text_of(self.die, "DW_AT_comp_dir")
        self.language: int = value_of(self.die, "DW_AT_language", 0)
        self.producer = text_of(self.die, "DW_AT_producer")
        self.assembly = self.language in (0x8001, 0x0031)  # Mips_Assembler, as clang has it; DWARF 6's own
        self.library = self.directory == "/uarea"  # as the C library is compiled, see toolchain.libc

    def __repr__(self) -> str:
        return f"<Unit {self.name}>"

    @cached_property
    def ranges(self) -> list[tuple[int, int]]:
        return ranges_of(self, self.die)

    @cached_property
    def children(self) -> list[DIE]:
        return list(self.die.iter_children())

    def base(self) -> int:
        """What the addresses of range and location lists are relative to."""
        return int(value_of(self.die, "DW_AT_low_pc", 0))

    def address_of_index(self, index: int) -> int:
        """DWARF 5: an entry of .debug_addr."""
        return int(self.image.dwarf.get_addr(self.cu, index))


# -- DIEs


def value_of(die: DIE, attribute: str, default: Any = None) -> Any:
    found = die.attributes.get(attribute)
    return default if found is None else found.value


def text_of(die: DIE, attribute: str) -> str:
    found = die.attributes.get(attribute)
    return found.value.decode("utf-8", "replace") if found is not None and isinstance(found.value, bytes) else ""


def origin_of(die: DIE) -> DIE | None:
    """The DIE that has the attributes this one leaves out: of the inlined function, or of the declaration."""
    for attribute in ("DW_AT_abstract_origin", "DW_AT_specification"):
        if attribute in die.attributes:
            return die.get_DIE_from_attribute(attribute)
    return None


def holder_of(die: DIE, attribute: str) -> DIE | None:
    """The DIE that has the attribute: this one or one that it originates in."""
    current: DIE | None = die
    while current is not None and attribute not in current.attributes:
        current = origin_of(current)
    return current


def name_of(die: DIE) -> str:
    holder = holder_of(die, "DW_AT_name")
    return text_of(holder, "DW_AT_name") if holder is not None else ""


def inherited(die: DIE, attribute: str, default: Any = None) -> Any:
    holder = holder_of(die, attribute)
    return default if holder is None else value_of(holder, attribute, default)


def is_dropped(unit: Unit, die: DIE) -> bool:
    """Whether a DIE with a location is of a variable that the linker dropped."""
    location = value_of(die, "DW_AT_location")
    if not isinstance(location, list | bytes) or len(location) < 2:
        return False
    if location[0] == 0x03:  # DW_OP_addr
        return unit.image.section_at(int.from_bytes(bytes(location[1:9]), "little")) is None
    if location[0] == 0xA1 and location[1] < 0x80:  # DW_OP_addrx
        return unit.image.section_at(unit.address_of_index(location[1])) is None
    return False


def ranges_of(unit: Unit, die: DIE) -> list[tuple[int, int]]:
    """The code that a DIE stands for, by address; nothing for code that the linker dropped."""
    if "DW_AT_ranges" in die.attributes:
        found = list(_listed_ranges(unit, die))
    elif "DW_AT_low_pc" in die.attributes:
        low = value_of(die, "DW_AT_low_pc")
        high = die.attributes.get("DW_AT_high_pc")
        if high is None:
            return []
        found = [(low, high.value if high.form == "DW_FORM_addr" else low + high.value)]
    else:
        return []
    return sorted((low, high) for low, high in found if low < high and unit.image.executable(low))


def _listed_ranges(unit: Unit, die: DIE) -> Iterator[tuple[int, int]]:
    lists = unit.image.dwarf.range_lists()
    if lists is None:
        return
    base = unit.base()
    for entry in lists.get_range_list_at_offset(value_of(die, "DW_AT_ranges"), unit.cu):
        if hasattr(entry, "base_address"):
            base = entry.base_address
        else:
            start = 0 if getattr(entry, "is_absolute", False) else base
            yield start + entry.begin_offset, start + entry.end_offset
