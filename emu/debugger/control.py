"""Activities: each way to run on, as a generator that says how to run and is told what happened.

They run in the machine's process. `worker` is its Worker; the value of each is the report for the user.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from types import FrameType
from typing import TYPE_CHECKING, Any

from emu.debugger.activity import Activity, Event, Go
from emu.debugger.errors import DebuggerError
from emu.debugger.protocol import Report
from emu.debugger.target import MemoryFault
from emu.machine.hart import ECALL_U, PAGE_FAULTS, PC, RA, SP

if TYPE_CHECKING:
    from emu.debugger.worker import Worker

Steps = Generator[Go, Event, Event]


def report(worker: Worker, event: Event, *, new_frame: bool = True) -> Report:
    """What the user is told about an event that ends a run."""
    if event.ended:
        return Report("exited", text=[event.ended])
    if event.refine is not None:
        return Report("refine", low=event.refine[0], high=event.refine[1])
    if event.interrupted:
        return Report("interrupt", text=["", "Program stopped.", *_where(worker, True)])
    text = list(event.text)
    if event.gone:
        text.insert(0, f"[Inferior (process {worker.followed}) exited]")
        worker.followed = worker.kernel.curlwp.proc.pid
    where = _where(worker, bool(event.numbers) or new_frame)
    if text and text[-1].endswith(", "):
        where = [text.pop() + where[0], *where[1:]]
    return Report("stop", text=[*text, *where], numbers=[n for n in event.numbers if n])


def _where(worker: Worker, new_frame: bool) -> list[str]:
    worker.queries.forget()
    try:
        return list(worker.queries.stop_text(new_frame))
    except DebuggerError as error:
        return [str(error)]


# -- running freely ----------------------------------------------------------------------------------


def continue_(worker: Worker) -> Activity:
    event = yield Go()
    while not (event.final or event.gone):
        event = yield Go()
    return report(worker, event)


def goto(worker: Worker, cycles: int, line: int) -> Activity:
    """To the first instruction at or behind a position; then to the line of the kernel that it names."""
    if worker.stopped.line or worker.stopped.cycles < cycles:
        event = yield Go(stop=cycles)
        while event.position.cycles < cycles and not (event.ended or event.interrupted):
            event = yield Go(stop=cycles)
        if event.ended or event.interrupted:
            return report(worker, event)
    if line:
        traps = worker.traps
        event = yield Go(lines=lambda _frame: traps.lines >= line, trap_end=True)
        while not (event.line or event.trap_end or event.ended):
            event = yield Go(lines=lambda _frame: traps.lines >= line, trap_end=True)
        return report(worker, event)
    return Report("stop", text=_where(worker, True))


def first_instruction(worker: Worker) -> Activity:
    """Where the machine is: nothing runs."""
    if worker.stopped.cycles < 0:
        yield Go()
    return Report("stop")


# -- single steps ------------------------------------------------------------------------------------


def _any_line(_frame: FrameType) -> bool:
    return True


def stepi(worker: Worker, count: int, over: bool) -> Activity:
    event = None
    for _ in range(count):
        event = yield from _one(worker, over)
        if event.final or event.gone:
            break
    assert event is not None
    return report(worker, event, new_frame=_fresh(worker))


def _fresh(worker: Worker) -> bool:
    return True


def _one(worker: Worker, over: bool) -> Steps:
    """One instruction, or one line of the kernel."""
    traps = worker.traps
    if traps.frame is not None:
        return (yield from _kernel_line(worker, over=over))
    lwp = worker.kernel.curlwp
    lines: Callable[[FrameType], bool] | None = None
    if worker.settings.step_kernel and not over:
        began = worker.stopped.cycles

        def lines(_frame: FrameType) -> bool:
            here = traps.here
            return here is not None and here.cycles == began and traps.cause in (ECALL_U, *PAGE_FAULTS)

    event = yield Go(step=True, lwp=lwp, lines=lines)
    return event


def _kernel_line(worker: Worker, *, over: bool = False, out: bool = False) -> Steps:
    """To the next line of the kernel: any; with `over` of the same function or its callers; with `out` of those
    only. At the end of the trap to the first user instruction."""
    start = worker.traps.frame
    assert start is not None
    callers = set()
    frame: FrameType | None = start
    while frame is not None:
        callers.add(frame)
        frame = frame.f_back
    if out:
        callers.discard(start)

    def wanted(frame: FrameType) -> bool:
        return not (over or out) or frame in callers

    event = yield Go(lines=wanted, trap_end=True)
    while not (event.final or event.line or event.trap_end or event.gone):
        event = yield Go(lines=wanted, trap_end=True)
    return event


# -- lines of the source -----------------------------------------------------------------------------


class Here:
    """The innermost frame of the LWP that runs, as far as stepping looks at it."""

    def __init__(self, worker: Worker) -> None:
        questions = worker.queries
        questions.forget()
        self.inspector = inspector = questions.running_inspector()
        self.symbols = inspector.symbols
        self.lwp = worker.kernel.curlwp
        self.pc = int(self.lwp.frame.words[PC])
        self.sp = int(self.lwp.frame.gpr[SP])
        self.ra = int(self.lwp.frame.gpr[RA])

    def frame(self) -> Any:
        return self.inspector.frame(0)

    def cfa(self) -> int:
        try:
            frame = self.frame()
            return int(frame.cfa) if frame is not None else self.sp
        except (DebuggerError, MemoryFault):
            return self.sp

    def return_address(self) -> int | None:
        from emu.debugger.stack import return_address

        frame = self.frame()
        return return_address(frame) if frame is not None else None

    def range(self) -> tuple[int, int] | None:
        found = self.symbols.lines.step_range(self.pc)
        bounds: tuple[int, int] | None = found or self.symbols.scopes.bounds_at(self.pc)
        return bounds

    def entry(self) -> bool:
        bounds = self.symbols.scopes.bounds_at(self.pc)
        return bounds is not None and bounds[0] == self.pc


def step(worker: Worker, count: int, over: bool) -> Activity:
    """To the beginning of another line; `over` calls or into them."""
    event = None
    new_frame = False
    for _ in range(count):
        if worker.traps.frame is not None:
            event = yield from _kernel_line(worker, over=over)
            new_frame = True
        else:
            before = Here(worker)
            function = before.symbols.scopes.bounds_at(before.pc)
            event = yield from _line(worker, before, over)
            new_frame = new_frame or worker.traps.frame is not None or function is None
            if not (event.final or event.gone or worker.traps.frame is not None or event.ended):
                pc = int(worker.kernel.curlwp.frame.words[PC])
                new_frame = new_frame or function is None or not function[0] <= pc < function[1]
        if event.final or event.gone:
            break
    assert event is not None
    return report(worker, event, new_frame=new_frame)


def _line(worker: Worker, here: Here, over: bool) -> Steps:
    lwp, traps = here.lwp, worker.traps
    origin = here.symbols.lines.line_at(here.pc)
    if origin is None and not over:
        over = True  # a function without lines is gone through as a whole
    cfa = here.cfa()
    lines = None
    if not over and worker.settings.step_kernel:

        def lines(_frame: FrameType) -> bool:
            return traps.cause == ECALL_U and traps.lwp is lwp

    bounds = here.range() or (here.pc, here.pc + 1)
    while True:
        event = yield Go(step=True, low=bounds[0], high=bounds[1], lwp=lwp, lines=lines)
        if event.final or event.gone or event.line or traps.frame is not None:
            return event
        here = Here(worker)
        if here.lwp is not lwp:
            continue
        if here.entry() and here.sp <= cfa and _called(here, cfa):
            if not over and here.symbols.lines.line_at(here.pc) is not None:
                inside = here.symbols.scopes.function_at(here.pc)
                body = here.symbols.scopes.function_place(inside).address if inside is not None else here.pc
                if body != here.pc:
                    event = yield from _run_to(worker, {body}, lwp, 0)
                return event
            event = yield from _run_to(worker, {here.ra}, lwp, here.sp)
            if event.final or event.gone:
                return event
            here = Here(worker)
            if bounds[0] <= here.pc < bounds[1]:
                continue
        elif here.cfa() > cfa:
            return event  # back in the caller
        if origin is None:
            if here.symbols.lines.line_at(here.pc) is not None:
                return event
        elif here.symbols.lines.stops_step(origin, here.pc):
            return event
        bounds = here.range() or (here.pc, here.pc + 1)


def _called(here: Here, cfa: int) -> bool:
    """Whether the function that begins here was called, and not jumped to from its own end."""
    return here.sp < cfa or here.cfa() != cfa or here.ra != here.pc


def _run_to(worker: Worker, addresses: set[int], lwp: Any, sp: int) -> Steps:
    """At full speed until `lwp` is at one of these addresses with its stack popped to `sp`."""
    while True:
        event = yield Go(temps=frozenset(addresses))
        if event.final or event.gone:
            return event
        l = worker.kernel.curlwp
        if l is lwp and l.frame.words[PC] in addresses and l.frame.gpr[SP] >= sp:
            return event
        if lwp not in lwp.proc.lwps:
            event.gone = True
            return event


def finish(worker: Worker, level: int) -> Activity:
    """Until the selected frame returns; what it returned."""
    if worker.traps.frame is not None:
        event = yield from _kernel_line(worker, out=True)
        return report(worker, event)
    inspector = worker.queries.inspector
    frame, caller = inspector.frame(level), inspector.frame(level + 1)
    while caller is not None and frame is not None and caller.activation is frame.activation:
        level += 1
        frame, caller = inspector.frame(level), inspector.frame(level + 1)
    if frame is None or caller is None:
        raise DebuggerError('"finish" not meaningful in the outermost frame.')
    function, lwp = frame.function, worker.kernel.curlwp
    head = f"Run till exit from {inspector.stack.line(frame)}"
    event = yield from _run_to(worker, {caller.pc}, lwp, frame.cfa)
    found = report(worker, event)
    found.text.insert(0, head)
    if not (event.final or event.gone) and function is not None:
        value = worker.queries.inspector.value_returned(function)
        if value is not None:
            found.text.append(value)
    return found


def until(worker: Worker) -> Activity:
    """As `next`, but not back to an earlier line of a loop."""
    if worker.traps.frame is not None:
        event = yield from _kernel_line(worker, over=True)
        return report(worker, event)
    here = Here(worker)
    start, cfa = here.pc, here.cfa()
    event = yield from _line(worker, here, True)
    while not (event.final or event.gone):
        here = Here(worker)
        if here.pc > start or here.cfa() != cfa:
            break
        event = yield from _line(worker, here, True)
    return report(worker, event, new_frame=not event.gone and Here(worker).cfa() != cfa)


def advance(worker: Worker, addresses: list[int]) -> Activity:
    """To one of these addresses, or to the caller of this function."""
    here = Here(worker)
    lwp = here.lwp
    back, cfa = here.return_address(), here.cfa()
    wanted = set(addresses)
    while True:
        event = yield Go(temps=frozenset({*wanted, *([back] if back else [])}))
        if event.final or event.gone:
            break
        l = worker.kernel.curlwp
        pc = int(l.frame.words[PC])
        if l is lwp and (pc in wanted or (pc == back and l.frame.gpr[SP] >= cfa)):
            break
    return report(worker, event)


# -- looking back ------------------------------------------------------------------------------------


def scan(worker: Worker, end: int) -> Activity:
    """Run to a position and tell where the last hit of any point was: between `low` and `high`."""
    exact = worker.points.conditional
    found: tuple[int, int] | None = None
    at: Any = None
    event = yield Go(stop=end, record=not exact)
    while True:
        if event.ended or event.position.cycles >= end:
            break
        if event.refine is not None:
            found, at = event.refine, None
        elif event.numbers:
            found = event.position.cycles, event.position.cycles
            at = event.position
        event = yield Go(stop=end, record=not exact)
    hits, low, high = worker.recorded_all()
    if hits and (found is None or high >= found[1]):
        found, at = (low, high), None
    if found is None:
        return Report("scanned")
    return Report("scanned", low=found[0], high=found[1], value=at, numbers=[1])


def narrow(worker: Worker, low: int, end: int) -> Activity:
    """From a position just before it: exactly where the last change before `end` was."""
    event = yield Go(stop=low) if worker.stopped.cycles < low else Go(stop=end, record=True, slow=True)
    if event.position.cycles < end and not event.ended:
        worker.leave_checkpoint()
        event = yield Go(stop=end, record=True, slow=True)
        while event.position.cycles < end and not event.ended:
            event = yield Go(stop=end, record=True, slow=True)
    hits, before, high = worker.recorded_all()
    return Report("scanned", numbers=[1] if hits else [], low=before, high=high, value=worker.points.values())


def refine(worker: Worker, high: int) -> Activity:
    """A watched word changes on the way to `high`: stop exactly behind that; or go on if it does not count."""
    while worker.stopped.cycles <= high:
        event = yield Go(stop=high + 1, slow=True)
        if event.final or event.gone:
            return report(worker, event)
    return (yield from continue_(worker))


def last_block(worker: Worker, end: int) -> Activity:
    """The position of the last block before `end`, and of the last trap."""
    while worker.stopped.cycles < end:
        event = yield Go(stop=end)
        if event.ended:
            break
    return Report("scanned", low=worker.last_block(), high=worker.traps.last[0].cycles)


def previous(worker: Worker, low: int, end: int) -> Activity:
    """The last instruction before `end`, looked for from `low`; a checkpoint remains there."""
    if worker.stopped.cycles < low:
        yield Go(stop=low)
    worker.leave_checkpoint()
    start = worker.stopped.cycles
    while worker.stopped.cycles < end:
        event = yield Go(stop=end, slow=True)
        if event.ended:
            break
    found = worker.last_instruction()
    last = worker.traps.last
    return Report("scanned", low=max(found, start) if found < end else start, high=last[0].cycles, value=last[1])


def count_lines(worker: Worker, cycles: int) -> Activity:
    """How many lines of the kernel the trap at a position runs, and where each of them is."""
    seen: list[tuple[str, int, str, int]] = []

    def note(frame: FrameType) -> bool:
        depth, back = 0, frame.f_back
        while back is not None:
            depth += 1
            back = back.f_back
        seen.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, depth))
        return False

    if worker.stopped.cycles < cycles:
        yield Go(stop=cycles)
    event = yield Go(lines=note, trap_end=True)
    while not (event.trap_end or event.ended):
        event = yield Go(lines=note, trap_end=True)
    return Report("scanned", value=seen)


def explain(worker: Worker, cycles: int) -> Activity:
    """Re-run the trap at a position, and tell its story."""
    from emu.debugger.views.explain import Explainer

    explainer = Explainer()
    traps = worker.traps
    began = False

    def line(frame: FrameType) -> bool:
        nonlocal began
        if not began:
            began = True
            explainer.begin(worker.kernel, traps.cause, traps.tval, traps.pc)
        explainer.line(frame)
        return False

    if worker.stopped.cycles < cycles:
        yield Go(stop=cycles)
    event = yield Go(lines=line, trap_end=True)
    while not (event.trap_end or event.ended):
        event = yield Go(lines=line, trap_end=True)
    return Report("scanned", value=explainer.end(worker.kernel))


def line_starts(worker: Worker, low: int, end: int) -> Activity:
    """Every instruction from `low` to `end` that begins a statement: (position, pc, sp, line)."""
    if worker.stopped.cycles < low:
        yield Go(stop=low)
    lwp = worker.kernel.curlwp
    found: list[tuple[int, int, int, object]] = []
    questions = worker.queries
    while worker.stopped.cycles < end and not worker.ended:
        l = worker.kernel.curlwp
        pc = int(l.frame.words[PC])
        span = questions.symbols(l.proc).lines.find(pc)
        if span is not None and span.start == pc and span.statement and span.line:
            found.append((worker.stopped.cycles, pc, int(l.frame.gpr[SP]), (span.line, span.file.path)))
        event = yield Go(stop=end, step=True, lwp=None, slow=True)
        if event.ended:
            break
    last = worker.traps.last
    by_call = last[1] == ECALL_U and lwp is not None and worker.traps.lwp is lwp
    return Report("scanned", value=found, high=last[0].cycles, numbers=[1] if by_call else [])


def last_at(worker: Worker, addresses: list[int], sp: int, low: int, end: int) -> Activity:
    """The last times from `low` to `end` at which an LWP of the current process was at one of these addresses with this
    stack pointer (0: any): (position, pc), oldest first."""
    wanted = frozenset(addresses)
    found: list[tuple[int, int]] = []
    if worker.stopped.cycles < low:
        yield Go(stop=low)
    while worker.stopped.cycles < end:
        l = worker.kernel.curlwp
        pc = int(l.frame.words[PC])
        if pc in wanted and (not sp or l.frame.gpr[SP] == sp) and worker.traps.here is None:
            found.append((worker.stopped.cycles, pc))
            del found[:-HITS_KEPT]
        event = yield Go(stop=end, temps=wanted)
        if event.ended:
            break
    return Report("scanned", value=found)


HITS_KEPT = 64

ACTIVITIES: dict[str, Callable[..., Activity]] = {
    "first_instruction": first_instruction, "continue": continue_, "goto": goto, "stepi": stepi, "step": step,
    "finish": finish, "until": until,
    "advance": advance, "refine": refine, "scan": scan, "narrow": narrow,
    "last_block": last_block, "previous": previous,
    "count_lines": count_lines, "explain": explain, "line_starts": line_starts, "last_at": last_at,
}  # fmt: skip
