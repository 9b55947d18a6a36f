"""`info sched`: who runs next, who sleeps on what. `info time`: the clock, and where virtual time went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, count, label, seconds, table
from emu.debugger.views.procs import lwp_state
from emu.machine.clock import CYCLES_PER_NS, FOREVER, LIMIT, USED
from kernel.sched import LSSLEEP, LSSTOP, LSSUSPENDED
from kernel.trap import TRAP_CYCLES, TRAP_NS

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.sched import Callout


def info_sched(context: Context, args: Sequence[str]) -> list[str]:
    """The run queue, sleepers and callouts."""
    k = context.kernel
    now = k.clock_words[USED]
    l = k.curlwp
    left = (k.quantum_end - now) / CYCLES_PER_NS / 1000
    lines = [f"running: LWP {l.lid} of process {label(l.proc)}, {left:,.1f} us of its quantum left"
             + (", to be preempted at the end of this trap" if k.sched.resched else "")]  # fmt: skip
    waiting = [f"{n.lid} {label(n.proc)}" for n in k.sched.runq]
    lines.append(f"run queue, next one first: {', '.join(waiting) or 'empty'}")
    rows = [
        (other.lid, label(other.proc), lwp_state(other), "yes" if other.interruptible else "no",
         _when(k, other.timeout) if other.timeout is not None else "never")
        for p in sorted(k.allproc.values(), key=lambda p: p.pid)
        for other in p.lwps
        if other.stat in (LSSLEEP, LSSTOP, LSSUSPENDED)
    ]  # fmt: skip
    if rows:
        lines += ["", *table(("LWP", "process", "state", "signals wake it", "times out"), rows, "0")]
    return [*lines, "", *_callouts(k)]


def _when(k: Kernel, callout: Callout) -> str:
    return f"in {seconds(callout.when - k.clock.now())}"


def _callouts(k: Kernel) -> list[str]:
    alive = [c for c in sorted(k.sched.callouts, key=lambda c: c[:2]) if c[2].function is not None]
    if not alive:
        return ["callouts: none"]
    rows = [(seconds(when), _when(k, c), _name(c)) for when, _, c in alive]
    return [f"{count(len(alive), 'callout')}:", *table(("at", "", "calls"), rows, "01")]


def _name(callout: Callout) -> str:
    name = getattr(callout.function, "__qualname__", "?")
    return str(name).replace(".<locals>.<lambda>", "").replace(".<locals>", "")


def info_time(context: Context, args: Sequence[str]) -> list[str]:
    """Virtual time, and what it was spent on."""
    k = context.kernel
    used, code = k.clock_words[USED], k.code_retired()
    traps = k.traps * TRAP_CYCLES
    idle = used - code - traps
    limit = k.clock_words[LIMIT]
    rows = [
        ("virtual time since boot", seconds(k.clock.now()), f"{used:,} cycles, {CYCLES_PER_NS} to a nanosecond"),
        ("  user code", seconds(code // CYCLES_PER_NS), f"{code:,} bytes of code retired, a cycle each"),
        ("  traps", seconds(traps // CYCLES_PER_NS), f"{k.traps:,}, {TRAP_NS} ns each"),
        ("  idle", seconds(idle // CYCLES_PER_NS), "everybody slept, or a block did not fit before an interrupt"),
        ("time of day", seconds(k.clock.boot_time + k.clock.now()), "since the epoch, as the guest sees it"),
        ("next clock interrupt", "never" if limit >= FOREVER else seconds(limit // CYCLES_PER_NS),
         "" if limit >= FOREVER else f"in {(limit - used) / CYCLES_PER_NS / 1000:,.1f} us"),
        ("quantum of the LWP ends", seconds(k.quantum_end // CYCLES_PER_NS), ""),
    ]  # fmt: skip
    lines = table(("", "", ""), rows, "1")[1:]
    people = [
        (l.lid, label(p), seconds(l.utime), seconds(l.stime))
        for p in sorted(k.allproc.values(), key=lambda p: p.pid)
        for l in p.lwps
    ]
    return [
        *lines,
        "",
        *table(("LWP", "process", "user time", "system time"), people, "023"),
        "(charged when an LWP's turn ends)",
    ]
