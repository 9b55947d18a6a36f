"""Programs, ready to be mapped: a file's ELF headers turned into map entries, as long as the headers are the same.

Map entries never change, so every process that runs a program starts with the same ones: exec copies a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.elf import PF_R, PF_W, PF_X, Image, parse
from kernel.errno import ENOEXEC, Errno
from kernel.uvm.fault import map_resident
from kernel.uvm.map import MapEntry, VmSpace, round_page, trunc_page
from kernel.uvm.pmap import LEAF_SPAN, PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.object import UvmObject
    from kernel.vfs.vnode import Vnode


MAPPED_AT_ONCE = 256 << 10  # bytes of each segment: exec costs the same for the largest program


class Program(NamedTuple):
    """What exec needs to know of a file. `head` and `size` tell whether the file is still the same: its times do
    not, they can be set, and stores through a mapping leave them alone."""

    head: bytes  # the first page of the file
    size: int
    obj: UvmObject
    image: Image
    entries: list[MapEntry]
    text: tuple[int, int]  # address, size
    data: int  # where data begins
    end: int  # where the heap begins
    tails: list[tuple[int, bytes]]  # zeroes to store where bss begins within a page of the file


def load(vnode: Vnode, head: bytes) -> Program:
    """The program in a regular file whose first page is `head`. Raises Errno(ENOEXEC) if none that can run here."""
    program = vnode.program
    if program is None or program.head != head or program.size != vnode.size or program.obj is not vnode.uobj:
        read = 0

        def headers(offset: int, length: int) -> bytes:
            nonlocal read
            read = max(read, offset + length)
            return vnode.read(offset, length)

        image = parse(headers, vnode.size)
        if not image.native or image.interpreter is not None or vnode.uobj is None:
            raise Errno(ENOEXEC)
        program = _prepare(image, vnode.uobj, head, vnode.size)
        vnode.program = program if read <= len(head) else None  # what lies beyond may change unseen
    return program


def _prepare(image: Image, obj: UvmObject, head: bytes, size: int) -> Program:
    entries: list[MapEntry] = []
    tails: list[tuple[int, bytes]] = []
    text, data, end = (0, 0), 0, 0
    for s in image.segments:
        prot = (PROT_READ if s.flags & PF_R else 0) | (PROT_WRITE if s.flags & PF_W else 0)
        prot |= PROT_EXEC if s.flags & PF_X else 0
        start, end = trunc_page(s.va), round_page(s.va + s.memsz)
        file_end = round_page(s.va + s.filesz) if s.filesz else start
        name = "text" if prot & PROT_EXEC else "data" if prot & PROT_WRITE else "rodata"
        if s.filesz:
            entries.append(MapEntry(start, file_end, prot, obj=obj, offset=trunc_page(s.offset), name=name))
            tail = s.va + s.filesz
            if s.memsz > s.filesz and tail < file_end:
                if not prot & PROT_WRITE:
                    raise Errno(ENOEXEC)
                tails.append((tail, bytes(file_end - tail)))
        if end > file_end:
            entries.append(MapEntry(file_end, end, prot, name="bss"))
        if prot & PROT_EXEC:
            text = (start, end - start)
        elif prot & PROT_WRITE and not data:
            data = start
    return Program(head, size, obj, image, entries, text, data or end, end, tails)


def instruction_length(program: Program) -> float:
    """Bytes per instruction in a program's text, on average; the machine counts code in bytes."""
    start, size = program.text
    entry = next(e for e in program.entries if e.start == start)
    code = program.obj.read(entry.offset, size)
    at = instructions = 0
    while at < len(code):
        at += 4 if code[at] & 3 == 3 else 2
        instructions += 1
    return len(code) / max(instructions, 1)


def map_program(vm: VmSpace, program: Program) -> None:
    """Enter a program's segments into an empty space. Raises Errno(ENOMEM).

    Pages are read on demand. What somebody has read before is mapped at once: that is cheaper than the faults.
    """
    vm.entries = program.entries.copy()
    vm.starts = [entry.start for entry in vm.entries]
    for entry in vm.entries:
        if entry.obj is not None:
            entry.obj.hold()
    for entry in vm.entries:
        if entry.obj is not None and not entry.prot & PROT_WRITE:
            end = min(entry.end, entry.start + MAPPED_AT_ONCE, (entry.start | LEAF_SPAN - 1) + 1)
            map_resident(vm, entry, entry.obj, entry.start, end)
    vm.taddr, vm.tsize = program.text
    vm.daddr = program.data
    vm.brk = program.end
    for va, zeroes in program.tails:
        vm.copyout(va, zeroes)
