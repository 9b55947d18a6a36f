"""Restartable atomic sequences (NetBSD: kern_ras.c, rasctl(2); spec C.10, decision D1).

A program names a range of its code; if it loses the CPU inside, it continues at the range's start. So a few
instructions that end in one store are atomic on a single CPU without a system call.

NetBSD's riscv port has switched this off: `Kernel.strict_riscv` makes rasctl answer as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.hart import PC
from kernel.errno import EEXIST, EINVAL, EOPNOTSUPP, ESRCH, Errno
from kernel.syscall import Result, syscall
from kernel.uvm.map import VM_MAXUSER_ADDRESS, VM_MIN_ADDRESS

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc

RAS_INSTALL, RAS_PURGE, RAS_PURGE_ALL = 0, 1, 2
RAS_PER_PROC = 16

Sequences = list[tuple[int, int]]  # (start, end), latest installed first


@syscall(343, "int rasctl(void *addr, size_t len, int op)")
def sys_rasctl(l: Lwp, addr: int, length: int, op: int) -> Result:
    if l.kernel.strict_riscv:
        raise Errno(EOPNOTSUPP)
    p = l.proc
    if op == RAS_PURGE_ALL:
        p.raslist = []
        return None
    if op not in (RAS_INSTALL, RAS_PURGE):
        raise Errno(EINVAL)
    end = addr + length
    if length == 0 or addr < VM_MIN_ADDRESS or end > VM_MAXUSER_ADDRESS:
        raise Errno(EINVAL)
    if op == RAS_PURGE:
        if (addr, end) not in p.raslist:
            raise Errno(ESRCH)
        p.raslist = [each for each in p.raslist if each != (addr, end)]
    else:
        if any(addr < e and s < end for s, e in p.raslist):
            raise Errno(EEXIST)
        if len(p.raslist) >= RAS_PER_PROC:
            raise Errno(EINVAL)
        p.raslist = [(addr, end), *p.raslist]
    return None


def ras_fork(p1: Proc, p2: Proc) -> None:
    """A child has its parent's sequences, in reverse: each is pushed in front of those before it."""
    p2.raslist = p1.raslist[::-1]


def ras_restart(l: Lwp) -> None:
    """The LWP gets the CPU back: if it lost it inside a sequence, strictly behind its start, it starts it anew."""
    words = l.frame.words
    pc = words[PC]
    for start, end in l.proc.raslist:
        if start < pc < end:
            words[PC] = start
            return
