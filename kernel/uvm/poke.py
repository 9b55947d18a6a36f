"""Stores to another process's memory that its own map forbids (NetBSD: process_domem, uvm_io).

What is written may be code that has run already, so translations of it are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, V, W
from kernel.errno import EFAULT, ENOMEM, Errno
from kernel.uvm.fault import fault
from kernel.uvm.page import ANON
from kernel.uvm.pmap import PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace


def store(vm: VmSpace, va: int, data: bytes) -> None:
    """Store bytes that lie within one page. Raises Errno: EFAULT, ENOMEM."""
    entry = vm.lookup(va)
    if entry is None or not entry.prot:
        raise Errno(EFAULT)
    if entry.prot & PROT_WRITE:
        vm.copyout(va, data)
        return
    if entry.shared:
        raise Errno(EFAULT)
    error = fault(vm, va, PROT_READ if entry.prot & PROT_READ else PROT_EXEC)
    if error:
        raise Errno(ENOMEM if error == ENOMEM else EFAULT)
    frames, pmap = vm.kernel.frames, vm.pmap
    at = pmap.table_for(va)
    pte = pmap.words[at]
    assert pte & V
    pfn = pte >> PPN_SHIFT
    page = frames.page
    if frames.refs[pfn] != 1:
        copy = frames.alloc_copy(ANON, pfn)
        pmap.put(at, copy, entry.bits & ~W)
        pmap.hart.downgraded()
        pfn = copy
    if frames.code[pfn]:
        frames.forget_code(pfn)
    start = (pfn << 12) + (va & 4095)
    page[start : start + len(data)] = data
