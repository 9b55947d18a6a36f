"""Breakpoints, watchpoints and catchpoints inside the machine's process: what has been hit, and whether it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu import symbolic
from emu.debugger.errors import DebuggerError
from emu.debugger.protocol import Point
from emu.debugger.target import MemoryFault
from emu.machine.clock import USED
from emu.machine.debug import HIT_HIGH, HIT_LOW, HITS, LAST, PREVIOUS, RECORD, SLOW
from emu.machine.hart import A0, BREAKPOINT, ECALL_U, ILLEGAL_INSTRUCTION, PAGE_FAULTS, T6
from kernel.fork import FORK_PPWAIT
from kernel.proc import PK_SYSTEM
from kernel.signal import SIG_DFL
from kernel.signo import SIGABRT, SIGCHLD, SIGCONT, SIGILL, SIGINFO, SIGIO, SIGKILL, SIGTRAP, SIGURG, SIGWINCH
from kernel.syscall import NATIVE
from kernel.systrace import peek

if TYPE_CHECKING:
    from emu.debugger.activity import Event
    from emu.debugger.kerneltrace import Traps
    from emu.debugger.worker import Worker
    from kernel.proc import Proc

_EXIT = 1
# Signals that end nobody by default, and the one that nobody is told of before.
_HARMLESS = (SIGCHLD, SIGCONT, SIGURG, SIGIO, SIGWINCH, SIGINFO, SIGKILL)
_SIGNALS = {
    4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted", 8: "Arithmetic exception", 9: "Killed",
    10: "Bus error", 11: "Segmentation fault", 12: "Bad system call", 13: "Broken pipe", 14: "Alarm clock",
    15: "Terminated", 1: "Hangup", 2: "Interrupt", 3: "Quit",
}  # fmt: skip


def signal_text(signo: int) -> str:
    """`SIGSEGV, Segmentation fault`"""
    return f"{symbolic.signal_name(signo)}, {_SIGNALS.get(signo, 'Signal ' + str(signo))}"


class Watched:
    """A watchpoint in this machine: where its bytes are now, and what they were."""

    __slots__ = ("point", "value", "words")

    def __init__(self, point: Point) -> None:
        self.point = point
        self.value: bytes | None = None
        self.words: list[tuple[int, int]] = []


class Points:
    """All of them, and what each has counted since the last report."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.kernel = worker.kernel
        self.points: list[Point] = []
        self.watching: list[Watched] = []
        self.syscalls = False
        self.needs_slow = False
        self._by_address: dict[int, list[Point]] = {}
        self._by_number: dict[int, Point] = {}
        self._scopes: dict[int, list[Point]] = {}
        self._catches: dict[str, list[Point]] = {}
        self._hits: dict[int, int] = {}
        self._ignored: dict[int, int] = {}
        self._returning: dict[tuple[int, int], int] = {}
        self._accesses: list[tuple[int, int, bool, bool]] = []
        self._followed: dict[int, int] = {}  # from a process to the child for which it was left

    # -- the table ---------------------------------------------------------------------------------

    def set(self, points: list[Point]) -> None:
        """These and no others."""
        self.points = points
        self._by_number = {point.number: point for point in points}
        self._by_address = {}
        self._scopes = {}
        self._catches = {}
        lines: dict[tuple[str, int], list[int]] = {}
        self.watching = []
        for point in points:
            if not point.enabled:
                continue
            if point.kind == "break":
                for location in point.locations:
                    self._by_address.setdefault(location.address, []).append(point)
                for line in point.lines:
                    lines.setdefault(line, []).append(point.number)
            elif point.kind == "catch":
                self._catches.setdefault(point.what, []).append(point)
            else:
                self.watching.append(Watched(point))
                if point.frame:
                    self._scopes.setdefault(point.returns_to, []).append(point)
        self.syscalls = bool({"syscall", "exit", "fault"} & set(self._catches))
        self.needs_slow = any(w.point.kind != "watch" or w.point.condition or w.point.ignore for w in self.watching)
        self._worker.traps.break_at(lines)
        self.resolve(renew=True)

    def apply(self, temps: frozenset[int]) -> None:
        """Tell the hart where to stop."""
        self._worker.debugger.break_at([*self._by_address, *self._scopes, *temps])

    @property
    def conditional(self) -> bool:
        """Whether hits have to be judged one by one, here and not by the hart."""
        return (
            bool(self._catches)
            or bool(self._worker.traps.breaks)
            or any(point.condition or point.ignore for point in self.points if point.enabled)
        )

    def take_counts(self) -> tuple[dict[int, int], dict[int, int]]:
        hits, self._hits = self._hits, {}
        ignored, self._ignored = self._ignored, {}
        return hits, ignored

    def _counts(self, point: Point, *, condition: bool = True) -> bool:
        """A point was hit: whether that stops the program."""
        if condition and point.condition:
            try:
                if not self._worker.queries.condition(point.condition):
                    return False
            except (DebuggerError, MemoryFault) as error:
                self._worker.channel.send(
                    ("note", f"Error in testing condition for breakpoint {point.number}:\n{error}")
                )
        self._hits[point.number] = self._hits.get(point.number, 0) + 1
        if point.ignore > 0:
            point.ignore -= 1
            self._ignored[point.number] = self._ignored.get(point.number, 0) + 1
            return False
        return True

    def _is_ours(self, p: Proc) -> bool:
        return not p.flag & PK_SYSTEM and (not self._worker.attached or p.pid in self._worker.attached)

    # -- breakpoints -------------------------------------------------------------------------------

    def at_break(self, pc: int, event: Event) -> list[int]:
        """The numbers of the points that stop the current LWP here."""
        l = self.kernel.curlwp
        if not self._is_ours(l.proc):
            return []
        program = l.proc.path
        found = []
        for point in self._by_address.get(pc, []):
            here = any(at.address == pc and at.program in ("", program) for at in point.locations)
            if here and self._counts(point):
                found.append(point.number)
                kind = "Temporary breakpoint" if point.temporary else "Breakpoint"
                event.text.append(f"\n{kind} {point.number}, ")
        for point in self._scopes.get(pc, []):
            if l.proc is self._process(point) and l.frame.gpr[1] >= point.frame:
                found.append(-point.number)
                event.text += [
                    f"\nWatchpoint {point.number} deleted because the program has left the block in",
                    "which its expression is valid.",
                ]
        return found

    def hit_lines(self, numbers: list[int], event: Event) -> list[int]:
        """The same for breakpoints on lines of the kernel."""
        found = []
        for number in numbers:
            point = self._by_number[number]
            if self._counts(point):
                found.append(number)
                event.text.append(f"\n{'Temporary breakpoint' if point.temporary else 'Breakpoint'} {number}, ")
        return found

    # -- watchpoints -------------------------------------------------------------------------------

    def follow(self, parent: int, child: int) -> None:
        """The debugger left a process for its child: what was watched there is watched in the child from here on."""
        self._followed[parent] = child

    def _process(self, point: Point) -> Proc | None:
        """Whose memory a watchpoint is about by now."""
        pid = point.pid
        while pid in self._followed:
            pid = self._followed[pid]
        return self.kernel.allproc.get(pid)

    def _read(self, w: Watched) -> bytes | None:
        p = self._process(w.point)
        if p is None or not p.lwps or getattr(p, "vm", None) is None:
            return None
        return peek(p.vm, w.point.address, w.point.size)

    def values(self) -> dict[int, bytes | None]:
        """What each watchpoint's bytes are now."""
        return {w.point.number: self._read(w) for w in self.watching}

    def _place(self, w: Watched) -> list[tuple[int, int]]:
        """The words of RAM that hold the watched bytes now, with masks."""
        p = self._process(w.point)
        found: dict[int, int] = {}
        if p is None or not p.lwps:
            return []
        for va in range(w.point.address, w.point.address + w.point.size):
            pte = p.vm.pmap.pte(va)
            if pte:
                pa = (pte >> 10 << 12) + (va & 4095)
                found[pa & ~7] = found.get(pa & ~7, 0) | 0xFF << 8 * (pa & 7)
        return list(found.items())

    def resolve(self, renew: bool = False) -> None:
        """Find out where the watched bytes are: a fault, a fork or an exec may have moved them."""
        moved = renew
        words: list[tuple[int, int]] = []
        for w in self.watching:
            place = self._place(w)
            if place != w.words:
                w.words = place
                moved = True
            if renew:
                w.value = self._read(w) or w.value
            words += place
        if moved:
            debugger = self._worker.debugger
            debugger.watch(words)
            accesses = [
                (pa + _first_byte(mask), mask.bit_count() // 8, True, w.point.kind == "awatch")
                for w in self.watching if w.point.kind != "watch" for pa, mask in w.words
            ]  # fmt: skip
            if accesses != self._accesses:
                self._accesses = accesses
                debugger.watch_accesses(accesses)

    def _changed(self) -> list[tuple[Watched, bytes | None]]:
        """What differs from what was known, with what it was."""
        found = []
        for w in self.watching:
            now = self._read(w)
            if now != w.value and now is not None:  # the end of a process writes nothing
                found.append((w, w.value))
                w.value = now
        return found

    def at_watch(self, event: Event, accessed: bool) -> None:
        """A watched word changed: exactly before this instruction, or somewhere in the last block."""
        words = self._worker.debugger.words
        changed = self._changed()
        if not changed and not accessed:
            self.resolve(renew=True)
            return
        if not words[SLOW] and changed:
            event.refine = (int(words[LAST]), event.position.cycles)
            return
        self._tell(event, changed, accessed=accessed)
        self.resolve(renew=True)

    def _tell(self, event: Event, changed: list[tuple[Watched, bytes | None]], *, accessed: bool, by: str = "") -> None:
        for w, old in changed:
            if self._counts(w.point):
                event.numbers.append(w.point.number)
                event.text += self._worker.queries.watch_text(w.point, old, w.value, by)
        if accessed:
            for w in self.watching:
                if w.point.kind != "watch" and all(w is not c for c, _ in changed) and self._counts(w.point):
                    event.numbers.append(w.point.number)
                    event.text += self._worker.queries.watch_text(w.point, w.value, w.value, by)

    def before_trap(self, event: Event) -> None:
        """A trap begins: changes until now were made by the program."""
        words = self._worker.debugger.words
        changed = self._changed()
        if changed:
            if words[RECORD] and self._worker.debugger.watches_unchanged():
                pass  # the hart has counted it
            elif words[RECORD]:
                words[HITS] += 1
                words[HIT_LOW] = words[PREVIOUS] if words[SLOW] else words[LAST]
                words[HIT_HIGH] = event.position.cycles
            elif words[SLOW]:
                self._tell(event, changed, accessed=False)
            else:
                event.refine = (int(words[LAST]), event.position.cycles)
            self.resolve(renew=True)

    def after_trap(self, event: Event, traps: Traps) -> None:
        """A trap is over: changes were made by the kernel."""
        changed = self._changed()
        if changed:
            words = self._worker.debugger.words
            if words[RECORD]:
                words[HITS] += 1
                words[HIT_LOW] = traps.last[0].cycles
                words[HIT_HIGH] = self._worker.debugger.clock.words[USED]
            else:
                self._tell(event, changed, accessed=False, by=f"by the kernel, in the trap at {traps.last[0]}")
        self.resolve(renew=bool(changed))

    # -- catchpoints -------------------------------------------------------------------------------

    def syscall_entry(self, event: Event) -> None:
        """A trap is about to be served: catchpoints for its kind."""
        traps = self._worker.traps
        l = self.kernel.curlwp
        if not self._is_ours(l.proc):
            return
        if traps.cause in PAGE_FAULTS:
            self._catch(event, "fault", f"page fault, cause {traps.cause} at {traps.tval:#x}")
        if traps.cause != ECALL_U:
            return
        words = l.frame.words
        number = words[T6] if words[T6] not in (0, 198) else words[A0]
        name = syscall_name(number)
        if number == _EXIT:
            self._catch(event, "exit", "exiting")
        for point in self._catches.get("syscall", []):
            if point.argument in ("", name, str(number)) and self._counts(point, condition=False):
                event.numbers.append(point.number)
                event.text.append(f"\nCatchpoint {point.number} (call to syscall {name}), ")
        if any(point.argument in ("", name, str(number)) for point in self._catches.get("syscall", [])):
            self._returning[l.proc.pid, l.lid] = number

    def syscall_return(self, event: Event) -> None:
        """The LWP that runs next may come out of a system call that is caught."""
        l = self.kernel.curlwp
        number = self._returning.pop((l.proc.pid, l.lid), None)
        if number is None:
            return
        name = syscall_name(number)
        for point in self._catches.get("syscall", []):
            if point.argument in ("", name, str(number)) and self._counts(point, condition=False):
                event.numbers.append(point.number)
                event.text.append(f"\nCatchpoint {point.number} (returned from syscall {name}), ")

    def catch_signal(self, event: Event, signo: int) -> None:
        self._catch(event, "signal", f"signal {symbolic.signal_name(signo)}", symbolic.signal_name(signo))

    @property
    def returning(self) -> bool:
        return bool(self._returning)

    def _catch(self, event: Event, kind: str, what: str, argument: str = "") -> None:
        for point in self._catches.get(kind, []):
            if point.argument in ("", argument) and self._counts(point, condition=False):
                event.numbers.append(point.number)
                event.text.append(f"\nCatchpoint {point.number} ({what}), ")

    def listen(self) -> None:
        """Hear of processes and signals from the kernel's probes."""
        sdt = self.kernel.sdt
        worker = self._worker

        def caught(kind: str, what: str, argument: str = "") -> None:
            if worker.quiet or not self._catches.get(kind) or not self._is_ours(self.kernel.curlwp.proc):
                return
            event = worker.noted()
            self._catch(event, kind, what, argument)

        def create(_probe: Any, _name: str, _l: Any, args: tuple[Any, ...]) -> None:
            p2, p1, flags = args
            by_clone = syscall_name(self.kernel.curlwp.frame.words[T6]) == "__clone"
            kind = "clone" if by_clone else "vfork" if flags & FORK_PPWAIT else "fork"
            caught(kind, f"{kind.rstrip('e')}ed process {p2.pid}")
            worker.process_created(p2, p1)

        def executed(_probe: Any, _name: str, l: Any, args: tuple[Any, ...]) -> None:
            path = args[0].decode(errors="replace") if isinstance(args[0], bytes) else str(args[0])
            caught("exec", f"exec'd {path}")
            worker.process_executed(l.proc, path)

        def thread(_probe: Any, _name: str, _l: Any, args: tuple[Any, ...]) -> None:
            if len(args[0].proc.lwps) > 1:
                caught("clone", f"new LWP {args[0].lid}")

        def switched(_probe: Any, _name: str, l: Any, _args: tuple[Any, ...]) -> None:
            caught("switch", f"switch to LWP {l.lid} of process {l.proc.pid}")

        def signalled(_probe: Any, _name: str, l: Any, args: tuple[Any, ...]) -> None:
            signo, _, action, _ = args
            deadly = action == SIG_DFL and signo not in _HARMLESS
            if (
                deadly
                and self._is_ours(l.proc)
                and not worker.quiet
                and worker.traps.cause in (ECALL_U, ILLEGAL_INSTRUCTION)
            ):
                worker.received(signo)
            elif worker.traps.cause == ECALL_U or not worker.traps.refusing:
                caught("signal", f"signal {symbolic.signal_name(signo)}", symbolic.signal_name(signo))

        def exited(_probe: Any, _name: str, l: Any, _args: tuple[Any, ...]) -> None:
            worker.process_exits(l.proc)

        sdt.listen("proc:kernel::create", create)
        sdt.listen("proc:kernel::exec-success", executed)
        sdt.listen("proc:kernel::lwp-create", thread)
        sdt.listen("sched:::on-cpu", switched)
        sdt.listen("proc:kernel::signal-handle", signalled)
        sdt.listen("proc:kernel::exit", exited)


def syscall_name(number: int) -> str:
    entry = NATIVE[number] if 0 <= number < len(NATIVE) else None
    return entry.name if entry is not None else str(number)


def _first_byte(mask: int) -> int:
    return ((mask & -mask).bit_length() - 1) // 8


def fault_signal(cause: int, error: int) -> int:
    """The signal that a trap will be for the program."""
    from kernel.uvm.fault import siginfo_for

    if cause in PAGE_FAULTS:
        return int(siginfo_for(error)[0])
    return {BREAKPOINT: SIGTRAP, ILLEGAL_INSTRUCTION: SIGILL}.get(cause, SIGABRT)
