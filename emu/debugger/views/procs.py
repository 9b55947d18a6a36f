"""`info procs` and `info lwp`: who there is, in what state, and what each LWP waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, label, table
from emu.debugger.views.uareas import kernel_stack
from emu.machine.hart import PC
from kernel.proc import PK_SYSTEM, PL_PPWAIT, PS_WEXIT, PSL_TRACED, SZOMB
from kernel.sched import LSONPROC, LSRUN, LSSLEEP, LSSTOP, LSSUSPENDED, LSZOMB

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc

_PROC_STATES = {1: "being made", 2: "active", 3: "dying", 4: "stopped", 5: "zombie", 6: "dead"}
_LWP_STATES = {
    1: "being made", LSRUN: "runnable", LSSLEEP: "asleep", LSSTOP: "stopped", LSZOMB: "zombie", LSONPROC: "running",
    LSSUSPENDED: "suspended",
}  # fmt: skip


def lwp_state(l: Lwp) -> str:
    """An LWP's state in words, with what it sleeps on."""
    state = _LWP_STATES.get(l.stat, str(l.stat))
    return f"{state} ({l.wmesg})" if l.stat == LSSLEEP and l.wmesg else state


def _state(p: Proc) -> str:
    if p.stat == SZOMB:
        low = p.xexit if not p.xsig else p.xsig
        return f"zombie, {'signal' if p.xsig else 'status'} {low}"
    states = [lwp_state(l) for l in p.lwps if l.stat != LSZOMB]
    return states[0] if len(states) == 1 and p.stat == 2 else _PROC_STATES.get(p.stat, str(p.stat))


def _notes(p: Proc) -> str:
    notes = [text for on, text in (
        (p.flag & PK_SYSTEM, "never leaves the kernel"), (p.lflag & PL_PPWAIT, "its parent waits in vfork"),
        (p.slflag & PSL_TRACED, "traced"), (p.sflag & PS_WEXIT and p.stat != SZOMB, "exiting"),
    ) if on]  # fmt: skip
    return ", ".join(notes)


def info_procs(context: Context, args: Sequence[str]) -> list[str]:
    """Every process. The star is the one whose turn it is."""
    rows = []
    for p in sorted(context.kernel.allproc.values(), key=lambda p: p.pid):
        zombie = p.stat == SZOMB
        rows.append((
            "*" if p is context.kernel.curlwp.proc else "", p.pid, p.ppid, p.pgrp.pgid, p.session.sid, p.cred.euid,
            len(p.lwps), "-" if zombie else p.vm.pmap.resident, "-" if zombie else f"{p.vm.pmap.root:#x}",
            p.comm, _state(p), _notes(p),
        ))  # fmt: skip
    head = ("", "pid", "ppid", "pgrp", "sid", "uid", "lwps", "pages", "root", "program", "state", "")
    return table(head, rows, "12345678")


def info_lwp(context: Context, args: Sequence[str]) -> list[str]:
    """Every LWP, or those of one process. Raises ViewError."""
    kernel = context.kernel
    procs = [context.process(args)] if args else sorted(kernel.allproc.values(), key=lambda p: p.pid)
    lwps = [l for p in procs for l in p.lwps]
    rows = []
    for l in lwps:
        pc = "in the hart" if l is kernel.curlwp else f"{l.frame.words[PC]:#x}"
        rows.append(("*" if l is kernel.curlwp else "", l.lid, label(l.proc), lwp_state(l), pc, f"{l.uarea:#x}",
                     f"{l.utime / 1000:.1f}", f"{l.stime / 1000:.1f}", f"{l.nvcsw}+{l.nivcsw}"))  # fmt: skip
    head = ("", "lid", "process", "state", "user pc", "U-area", "user us", "system us", "switches")
    lines = table(head, rows, "15678")
    for l in lwps:
        stack = kernel_stack(l)
        if stack:
            lines += ["", f"LWP {l.lid} is in the kernel, outermost function first:", *(f"  {line}" for line in stack)]
    return lines
