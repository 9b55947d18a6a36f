"""What tests and tools ask about a program file."""

from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection, SymbolTableSection


def symbols(path: Path) -> dict[str, int]:
    """The defined symbols that have names, with their values."""
    with path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return {}
        return {
            symbol.name: int(symbol["st_value"])
            for symbol in table.iter_symbols()
            if symbol.name and symbol["st_shndx"] != "SHN_UNDEF"
        }


def symbol(path: Path, name: str) -> int:
    """The value of one symbol, an address unless it is thread-local. Raises KeyError if it is not defined."""
    return symbols(path)[name]


def has_netbsd_note(path: Path) -> bool:
    """Whether the file carries the note that makes the kernel run it as a native program."""
    with path.open("rb") as file:
        return any(
            note["n_name"] == "NetBSD" and note["n_type"] in (1, "NT_GNU_ABI_TAG")
            for section in ELFFile(file).iter_sections()
            if isinstance(section, NoteSection)
            for note in section.iter_notes()
        )
