"""The main stack and its limit (NetBSD: kern_resource.c, dosetrlimit; spec A.7).

exec maps the stack as large as it may ever get: readable and writable up to the soft limit, and without any
access below. Changing the limit moves the border between the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.uvm.map import MAXSSIZ, USRSTACK
from kernel.uvm.pmap import PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace


def stack_in_use(vm: VmSpace) -> int:
    """Bytes from the lowest page of the stack that was ever touched to its top."""
    for va, _ in vm.pmap.present(USRSTACK - MAXSSIZ, USRSTACK):
        return USRSTACK - va
    return 0


def set_stack_limit(vm: VmSpace, old: int, new: int) -> None:
    """Move the border of what may be accessed from `old` to `new` bytes below the top, whole pages.

    Nothing happens where the program has mapped something else that may not become writable, as in NetBSD. Raises
    Errno(ENOMEM), with the border where it was.
    """
    if new > old:
        start, end = USRSTACK - new, USRSTACK - old
        prot = PROT_READ | PROT_WRITE
        if not any(prot & ~entry.maxprot for entry in vm.overlapping(start, end)):
            vm.change(start, end, prot=prot, name="stack")
    else:
        start, end = USRSTACK - old, USRSTACK - new
        vm.pmap.protect(start, end, 0)
        vm.change(start, end, prot=0, name="stack guard")
    vm.ssize = new
