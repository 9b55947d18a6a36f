"""Profiling: a histogram of the program counter in the program's own memory (NetBSD: subr_prof.c, profil(2)).

At every tick that finds a process in user mode, the 16-bit counter that its pc falls on is incremented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.hart import PC
from kernel.errno import EINVAL, Errno
from kernel.proc import PST_PROFIL, Proc
from kernel.syscall import Result, syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp

FULL_SCALE = 65536  # one counter for every two bytes of code


@syscall(44, "int profil(char *samples, size_t size, u_long offset, u_int scale)")
def sys_profil(l: Lwp, samples: int, size: int, offset: int, scale: int) -> Result:
    """Start counting, or stop with scale 0. Raises Errno(EINVAL) for a scale above 65536."""
    if scale > FULL_SCALE:
        raise Errno(EINVAL)
    p = l.proc
    if scale == 0:
        stop_profiling(p)
        return None
    p.stats.prof = (samples, size, offset, scale)
    start_profiling(p)
    return None


def start_profiling(p: Proc) -> None:
    """Mark the process. One that is marked already, as fork leaves it, is not counted again (quirk Q4)."""
    if not p.stflag & PST_PROFIL:
        p.stflag |= PST_PROFIL
        p.kernel.profprocs += 1


def stop_profiling(p: Proc) -> None:
    """Exec, exit and profil(0). A forked child takes one from the count that it never added (quirk Q4)."""
    if p.stflag & PST_PROFIL:
        p.stflag &= ~PST_PROFIL
        p.kernel.profprocs -= 1


def profile_tick(l: Lwp) -> None:
    """Count where the LWP is. A buffer that cannot be stored to stops nothing; the tick is lost (addupc_task)."""
    samples, size, offset, scale = l.proc.stats.prof
    pc = l.frame.words[PC]
    index = ((pc - offset) * scale >> 16) & ~1
    if pc < offset or index + 2 > size:
        return
    vm = l.proc.vm
    try:
        count = int.from_bytes(vm.copyin(samples + index, 2), "little")
        vm.copyout(samples + index, (count + 1 & 0xFFFF).to_bytes(2, "little"))
    except Errno:
        return
