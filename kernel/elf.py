"""Reading ELF programs (NetBSD: exec_elf.c). Only what exec needs; every field is checked before it is used."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

from kernel.errno import ENOEXEC, Errno
from kernel.uvm.map import MMAP_TOP, VM_MIN_ADDRESS, round_page, trunc_page

EM_RISCV = 243
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_INTERP, PT_NOTE, PT_PHDR = 1, 3, 4, 6
PF_X, PF_W, PF_R = 1, 2, 4
NETBSD_NOTE = (b"NetBSD\0", 1)
MAX_PHDRS = 128
MAX_NOTE = 4096

_EHDR = Struct("<16sHHIQQQIHHHHHH")
_PHDR = Struct("<IIQQQQQQ")
_NOTE = Struct("<III")


class Segment(NamedTuple):
    """A PT_LOAD header."""

    flags: int
    offset: int
    va: int
    filesz: int
    memsz: int


class Image(NamedTuple):
    """A program that can be loaded. `phdr` is the address of its headers in memory, 0 if not loaded."""

    entry: int
    segments: list[Segment]
    phdr: int
    phnum: int
    native: bool  # carries the NetBSD note
    interpreter: bytes | None


def parse(read: Callable[[int, int], bytes], size: int) -> Image:
    """Check and describe a program; `read(offset, length)` gives its bytes. Raises Errno(ENOEXEC)."""
    header = read(0, _EHDR.size)
    if len(header) < _EHDR.size:
        raise Errno(ENOEXEC)
    ident, kind, machine, _, entry, phoff, _, _, _, phentsize, phnum, _, _, _ = _EHDR.unpack(header)
    if ident[:4] != b"\x7fELF" or ident[4:7] != b"\2\1\1" or machine != EM_RISCV or kind != ET_EXEC:
        raise Errno(ENOEXEC)
    if phentsize != _PHDR.size or not 0 < phnum <= MAX_PHDRS or phoff + phnum * _PHDR.size > size:
        raise Errno(ENOEXEC)
    segments: list[Segment] = []
    native, interpreter, phdr = False, None, 0
    for fields in _PHDR.iter_unpack(read(phoff, phnum * _PHDR.size)):
        p_type, flags, offset, va, _, filesz, memsz, _ = fields
        if p_type == PT_LOAD and memsz:
            segments.append(_check_segment(Segment(flags, offset, va, filesz, memsz), size, segments))
        elif p_type == PT_NOTE:
            if offset + filesz > size:
                raise Errno(ENOEXEC)
            native = native or _has_netbsd_note(read(offset, min(filesz, MAX_NOTE)))
        elif p_type == PT_INTERP:
            if not 2 <= filesz <= 1024 or offset + filesz > size:
                raise Errno(ENOEXEC)
            interpreter = read(offset, filesz).split(b"\0")[0]
    if not segments:
        raise Errno(ENOEXEC)
    for s in segments:
        if s.offset <= phoff and phoff + phnum * _PHDR.size <= s.offset + s.filesz:
            phdr = s.va + phoff - s.offset
    return Image(entry & ~1, segments, phdr, phnum, native, interpreter)


def _check_segment(s: Segment, size: int, before: list[Segment]) -> Segment:
    """A segment must lie in the file and in user space, keep page offsets, and be above those before it."""
    end = s.va + s.memsz
    if s.filesz > s.memsz or s.offset + s.filesz > size:
        raise Errno(ENOEXEC)
    if s.va < VM_MIN_ADDRESS or round_page(end) > MMAP_TOP or (s.va - s.offset) % 4096:
        raise Errno(ENOEXEC)
    if before and trunc_page(s.va) < round_page(before[-1].va + before[-1].memsz):
        raise Errno(ENOEXEC)
    return s


def _has_netbsd_note(data: bytes) -> bool:
    at = 0
    while at + _NOTE.size <= len(data):
        namesz, descsz, kind = _NOTE.unpack_from(data, at)
        at += _NOTE.size
        if (data[at : at + namesz], kind) == NETBSD_NOTE:
            return True
        at += (namesz + 3 & ~3) + (descsz + 3 & ~3)
    return False
