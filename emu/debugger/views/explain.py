"""`explain`: the last trap told as a story.

`Explainer` is a recorder: `begin` when the trap begins, `line` for every line of the kernel that runs, `end` when
the trap is over; `end` gives the story. Whoever re-runs a trap drives it; `recording` does for the traps of a
running machine. It only looks, so the trap is the same trap.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from emu import symbolic
from emu.debugger.views.common import count, label, seconds
from emu.debugger.views.kernellines import Line, is_kernel, place, story_lines
from emu.debugger.views.pagewalk import map_entry
from emu.debugger.views.procs import lwp_state
from emu.debugger.views.pte import (
    Level,
    hardware,
    kernel_decides,
    owners_after,
    shared_above,
    short_bits,
    walk,
)
from emu.debugger.views.uareas import cause_name
from emu.machine.batch import BatchHart
from emu.machine.hart import A0, A1, ECALL_U, FETCH_FAULT, LOAD_FAULT, PC, STORE_FAULT, T6, TIMER_INTERRUPT
from emu.machine.sv39 import PPN_SHIFT, V, W
from kernel.proc import SZOMB
from kernel.sched import LSZOMB
from kernel.syscall import NATIVE, errno_name
from kernel.trap import INDIRECT, TRAP_CYCLES
from kernel.uvm.page import ANON, KINDS
from kernel.uvm.pmap import PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from emu.machine.hart import Hart
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.uvm.map import VmSpace

_ACCESS = {FETCH_FAULT: PROT_EXEC, LOAD_FAULT: PROT_READ, STORE_FAULT: PROT_WRITE}
_COUNTED = {
    "faults": "page faults", "flt_anon": "pages zero-filled", "flt_obj": "pages from files or shared memory",
    "flt_acow": "pages copied on write", "flt_prcopy": "file pages copied for a store",
    "flt_takeover": "pages taken over without a copy", "forks": "forks", "execs": "programs executed",
    "swtch": "context switches",
}  # fmt: skip
_LARGEST_SPACE = 1 << 16  # pages; a larger space's entries are not compared one by one


class Before(NamedTuple):
    """The machine as the trap found it, as far as the story compares it."""

    lwp: Lwp
    who: str
    vm: VmSpace
    cause: int
    tval: int
    pc: int
    cycles: int  # before the trap was charged
    traps: int  # this one included
    faults: int  # that were served
    levels: list[Level]
    map_entry: list[str]
    decision: list[str]
    call: str
    number: int
    processes: dict[int, str]
    stats: dict[str, int]
    kinds: dict[str, int]
    leaves: dict[int, int]


class Explainer:
    """Records one trap. `begin` may be called again for the next one."""

    def __init__(self) -> None:
        self._before: Before | None = None
        self._lines: list[Line] = []
        self._words: dict[int, tuple[int, str]] = {}  # index in ram.words -> (value, what it is)
        self._refs: dict[int, int] = {}
        self._kernel: Kernel | None = None

    # -- recording ---------------------------------------------------------------------------------

    def begin(self, kernel: Kernel, cause: int, tval: int, pc: int | None = None) -> None:
        """A trap begins: the kernel has done nothing about it yet. `pc` is where it happened, if the trap frame
        does not have that (a page fault's registers are saved only when it cannot be served at once)."""
        l = kernel.curlwp
        words = l.frame.words
        vm = l.proc.vm
        levels = walk(vm, tval) if cause in _ACCESS and not tval >> 38 else []
        number, call = _call(l) if cause == ECALL_U else (-1, "")
        self._kernel = kernel
        self._lines = []
        self._before = Before(
            l, f"LWP {l.lid} of process {label(l.proc)}", vm, cause, tval, words[PC] if pc is None else pc,
            kernel.clock.cycles() - TRAP_CYCLES, kernel.traps, l.proc.stats.minflt, levels,
            map_entry(vm, tval) if cause in _ACCESS else [],
            _decision(vm, levels, tval, _ACCESS[cause]) if cause in _ACCESS else [], call, number,
            _processes(kernel), {name: getattr(kernel.stats, name) for name in _COUNTED}, _kinds(kernel),
            _leaves(vm) if cause == ECALL_U else {},
        )  # fmt: skip
        self._words = {level.address >> 3: (level.entry, f"level-{level.level} entry at PA {level.address:#x}")
                       for level in levels}  # fmt: skip
        self._refs = {level.ppn: kernel.frames.refs[level.ppn] for level in levels if level.entry}

    def line(self, frame: FrameType) -> None:
        """A line of the kernel is about to run. What changed since the last one, that one did."""
        if self._kernel is None:
            return
        self._notice()
        self._lines.append(place(frame))

    def _notice(self) -> None:
        """Compare what is watched, and blame the line that ran last."""
        kernel = self._kernel
        if kernel is None or not self._lines:
            return
        changes = self._lines[-1].changes
        ram, refs = kernel.frames.ram.words, kernel.frames.refs
        for at, (value, what) in self._words.items():
            if ram[at] != value:
                changes.append(f"{what}: {_entry(value)} -> {_entry(ram[at])}")
                self._words[at] = ram[at], what
                pfn = ram[at] >> PPN_SHIFT
                if pfn and pfn not in self._refs:
                    self._refs[pfn] = 0
        for pfn, known in self._refs.items():
            if refs[pfn] != known:
                changes.append(f"frame {pfn:#x}: reference count {known} -> {refs[pfn]}")
                self._refs[pfn] = refs[pfn]
        self._follow_new_tables()

    def _follow_new_tables(self) -> None:
        """A table on the way was replaced: its entries are the ones to be watched from now on."""
        before = self._before
        assert before is not None
        if before.levels and before.lwp.stat != LSZOMB and before.lwp.proc.vm is before.vm:
            for level in walk(before.vm, before.tval):
                if level.address >> 3 not in self._words:
                    name = f"level-{level.level} entry at PA {level.address:#x}"
                    self._words[level.address >> 3] = level.entry, name

    # -- telling -----------------------------------------------------------------------------------

    def end(self, kernel: Kernel) -> list[str]:
        """The trap is over: its story."""
        before = self._before
        if before is None:
            return ["no trap has happened yet"]
        self._notice()
        if before.cause in _ACCESS:
            body = self._fault_story(kernel, before)
        elif before.cause == ECALL_U:
            body = _call_story(kernel, before)
        else:
            body = _other_story(kernel, before)
        lines = [*_head(before), *body]
        if self._lines:
            lines += ["", *story_lines(self._lines)]
        return [*lines, "", *_outcome(kernel, before)]

    def _fault_story(self, kernel: Kernel, before: Before) -> list[str]:
        frames = kernel.frames
        lines = ["", "The hardware's walk before:", *_walk_lines(before.levels), *before.decision[:1]]
        lines += ["", "What may be there:", *(f"  {line}" for line in before.map_entry)]
        lines += ["", "What the kernel decides:", *before.decision[1:]]
        alive = before.lwp.stat != LSZOMB and before.lwp.proc.vm is before.vm
        after = walk(before.vm, before.tval) if alive and not before.tval >> 38 else []
        lines += ["", "The walk after:", *(_walk_lines(after) or ["  the address space is gone"])]
        pages = {level.ppn: f"level-{level.level}" for level in (*before.levels, *after) if level.entry}
        changed = [f"  frame {pfn:#x} ({KINDS[frames.kind[pfn]]}): reference count {frames.refs[pfn]}" for pfn in pages]
        return [*lines, "", "Reference counts now:", *changed] if pages else lines


def _head(before: Before) -> list[str]:
    ns = before.cycles // 4
    what = f"system call {before.call}" if before.call else cause_name(before.cause)
    address = f" at address {before.tval:#x}" if before.cause in _ACCESS else ""
    return [
        f"Trap {before.traps:,}, at {seconds(ns)} (cycle {before.cycles:,}): {what}{address}",
        f"  by {before.who}, at pc {before.pc:#x}; scause {before.cause:#x}",
    ]


def _entry(entry: int) -> str:
    return f"PPN {entry >> PPN_SHIFT:#x} {short_bits(entry)}" if entry else "0 (absent)"


def _walk_lines(levels: list[Level]) -> list[str]:
    return [f"  level {l.level}: PA {l.address:#x} has {l.entry:#x}: {_entry(l.entry)}" for l in levels]


def _decision(vm: VmSpace, levels: list[Level], va: int, access: int) -> list[str]:
    """The deciding bit; then what the fault handler will do, and where the sharing comes from."""
    verdict = hardware(levels, va, access)
    lines = [f"  {verdict.why}: the access is {'allowed' if verdict.allowed else 'refused'}"]
    lines.append(f"  {kernel_decides(vm, va, access)}")
    if levels and (shared_above(vm.pmap.frames, levels) or _is_private_copy(vm, levels, va)):
        lines.append("  the sharing is fork1's work: uvmspace_fork, step 19 (kern_fork.c L484-487; spec C.21)")
    return lines


def _is_private_copy(vm: VmSpace, levels: list[Level], va: int) -> bool:
    entry, leaf, frames = vm.lookup(va), levels[-1], vm.pmap.frames
    if entry is None or entry.shared or leaf.level or not leaf.entry:
        return False
    return frames.kind[leaf.ppn] == ANON and owners_after(frames, levels) > 1


def _call(l: Lwp) -> tuple[int, str]:
    """The system call that the LWP's registers ask for: its number, and its text as in C."""
    words = l.frame.words
    number, first = words[T6], A0
    if number in INDIRECT:
        number, first = words[A0], A1
    entry = NATIVE[number] if number < len(NATIVE) else None
    if entry is None:
        return number, f"{number}, which does not exist"
    args = symbolic.arguments(l.proc.vm, number, list(words[first : first + entry.registers]))
    return number, f"{entry.name}({args}), number {number}"


def _processes(kernel: Kernel) -> dict[int, str]:
    """What is to be known of each process, so that a difference can be told."""
    return {
        p.pid: "a zombie" if p.stat == SZOMB else ", ".join(f"LWP {l.lid} {lwp_state(l)}" for l in p.lwps)
        for p in kernel.allproc.values()
    }


def _kinds(kernel: Kernel) -> dict[str, int]:
    return {name: kernel.frames.kind.count(kind) for kind, name in enumerate(KINDS) if kind}


def _leaves(vm: VmSpace) -> dict[int, int]:
    """address -> entry of every page; W and V count only if they hold all the way."""
    words, pmap = vm.pmap.words, vm.pmap
    if pmap.resident > _LARGEST_SPACE:
        return {}
    found = {}
    for at in pmap.root_entries():
        for j in pmap.used(words[at] >> PPN_SHIFT):
            through = words[at] & words[j] & V
            for i in pmap.used(words[j] >> PPN_SHIFT):
                va = (at & 511) << 30 | (j & 511) << 21 | (i & 511) << 12
                found[va] = words[i] if through else words[i] & ~(V | W)
    return found


def _call_story(kernel: Kernel, before: Before) -> list[str]:
    """What a system call changed in the caller's page tables."""
    l = before.lwp
    if not before.leaves or l.stat == LSZOMB or l.proc.vm is not before.vm:
        return []
    after = _leaves(before.vm)
    changed = Counter[str]()
    for va in {*before.leaves, *after}:
        old, new = before.leaves.get(va, 0), after.get(va, 0)
        changed["are new"] += bool(new and not old)
        changed["are gone"] += bool(old and not new)
        if old and new:
            changed["lost W: the next store faults"] += bool(old & W and not new & W and new & V)
            changed["cannot be reached any more: V is clear above them"] += bool(old & V and not new & V)
            changed["got W"] += bool(new & W and not old & W)
            changed["are in another frame"] += old >> PPN_SHIFT != new >> PPN_SHIFT
    lines = [f"  {count(n, 'page')}: {what}" for what, n in changed.items() if n]
    return ["", "In the caller's page tables:", *lines] if lines else []


def _other_story(kernel: Kernel, before: Before) -> list[str]:
    if before.cause != TIMER_INTERRUPT:
        return []
    return ["", "The clock's limit: a callout was due, the quantum was over, or somebody waits for input."]


def _outcome(kernel: Kernel, before: Before) -> list[str]:
    """What is different now."""
    l, lines = before.lwp, ["What came of it:"]
    spent = kernel.clock.cycles() - before.cycles
    lines.append(f"  virtual time: {spent / 4000:,.3f} us")
    for name, what in _COUNTED.items():
        if n := getattr(kernel.stats, name) - before.stats[name]:
            lines.append(f"  {what}: {n:+,}")
    for kind, n in _kinds(kernel).items():
        if n != before.kinds[kind]:
            lines.append(f"  frames of kind {kind}: {before.kinds[kind]:,} -> {n:,}")
    now = _processes(kernel)
    for pid in sorted({*now, *before.processes}):
        old, new = before.processes.get(pid, "not there"), now.get(pid, "gone")
        if old != new:
            lines.append(f"  process {pid}: {old} -> {new}")
    if before.call and l.stat != LSZOMB:
        lines.append(f"  {_returns(l, before)}")
    m = kernel.curlwp
    who = "the same LWP goes on" if m is l else f"LWP {m.lid} of process {label(m.proc)} runs next"
    served = before.cause in _ACCESS and m is l and l.proc.stats.minflt > before.faults
    same_pc = served and m.frame.words[PC] != before.pc  # the frame was not needed
    lines.append(f"  {who}, at pc {before.pc if same_pc else m.frame.words[PC]:#x}")
    return lines


def _returns(l: Lwp, before: Before) -> str:
    """Where the system call's caller is now, by the convention (spec A.1)."""
    words = l.frame.words
    if l.coro is not None:
        return f"the call is not over: its LWP is {lwp_state(l)}"
    if words[PC] == before.pc + 12:
        second = f", a1 = {words[A1]:#x}" if words[A1] else ""
        return f"the call returns a0 = {words[A0]:#x} ({words[A0]}){second}, at ecall + 12: success"
    if words[PC] == before.pc + 4:
        return f"the call fails, at ecall + 4: errno {words[A0]}, {errno_name(words[A0])}"
    if words[PC] == before.pc:
        return "the call will be made again: pc is at the ecall still"
    return f"the call does not return: pc is {words[PC]:#x}"


# -- driving it from a running machine -------------------------------------------------------------


def _fault_pc(hart: Hart) -> int:
    """Where a page fault happened, while its handler runs and nothing is saved yet."""
    return hart._pc() - (4 if isinstance(hart, BatchHart) else 0)


@contextmanager
def recording(kernel: Kernel, tell: Callable[[list[str]], Any], wanted: Callable[[int, int], bool]) -> Iterator[None]:
    """While this lasts, each trap of which `wanted(cause, tval)` says so is recorded, and `tell` gets its story.

    The lines of the kernel are traced meanwhile, which is slow; nothing else changes.
    """
    hart = kernel.hart
    handlers = hart.on_syscall, hart.on_fault, hart.on_trap, hart.calls
    explainer = Explainer()

    def tracer(frame: FrameType, event: str, _arg: object) -> Any:
        if not is_kernel(frame.f_code.co_filename):
            return None
        if event == "line":
            explainer.line(frame)
        return tracer

    def traced(handle: Callable[..., Any], cause: int, tval: int, *args: int) -> Any:
        if not wanted(cause, tval):
            return handle(*args)
        if cause in _ACCESS and handle is handlers[2]:
            return handle(*args)  # the rest of a fault that could not be served; it was recorded up to here
        explainer.begin(kernel, cause, tval, _fault_pc(hart) if cause in _ACCESS else None)
        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            return handle(*args)
        finally:
            sys.settrace(before)
            tell(explainer.end(kernel))

    hart.serve(
        lambda: traced(handlers[0], ECALL_U, 0),
        lambda cause, tval: bool(traced(handlers[1], cause, tval, cause, tval)),
        lambda cause, tval: traced(handlers[2], cause, tval, cause, tval),
    )
    try:
        yield
    finally:
        hart.serve(*handlers)
