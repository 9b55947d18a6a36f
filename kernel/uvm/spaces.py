"""Which address spaces there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kernel.proc import SZOMB

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.uvm.map import VmSpace


def live_spaces(k: Kernel) -> list[tuple[VmSpace, int]]:
    """Every live address space, with the number of processes in it.

    That of a program for which a process waits that is still running the one before is among them.
    """
    users: dict[int, int] = Counter()
    spaces: dict[int, VmSpace] = {}
    for p in k.allproc.values():
        if p.stat != SZOMB:
            spaces[id(p.vm)] = p.vm
            users[id(p.vm)] += 1
            if p.ending is not None and p.ending.vm is not None:
                spaces[id(p.ending.vm)] = p.ending.vm
                users[id(p.ending.vm)] += 1
    return [(vm, users[key]) for key, vm in spaces.items()]
