"""A debugging session: what runs, where it stands, and the ways to move, forwards and backwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from emu.debugger.breakpoints import Breakpoints
from emu.debugger.errors import DebuggerError
from emu.debugger.position import START, Position
from emu.debugger.protocol import Point, Report, Settings, WorkerError
from emu.debugger.timeline import Died, Machine, Terminal, Timeline
from emu.machine.hart import ECALL_U, PAGE_FAULTS

NOT_RUN = "The program is not being run."
NO_HISTORY = "\nNo more reverse-execution history."
_SIGNALS = {1: "SIGHUP, Hangup", 2: "SIGINT, Interrupt", 3: "SIGQUIT, Quit", 4: "SIGILL, Illegal instruction",
            5: "SIGTRAP, Trace/breakpoint trap", 6: "SIGABRT, Aborted", 8: "SIGFPE, Arithmetic exception",
            9: "SIGKILL, Killed", 10: "SIGBUS, Bus error", 11: "SIGSEGV, Segmentation fault",
            13: "SIGPIPE, Broken pipe", 14: "SIGALRM, Alarm clock", 15: "SIGTERM, Terminated"}  # fmt: skip
WINDOW = 8_192  # cycles that are looked at instruction by instruction, to begin with
LARGEST_WINDOW = 16 * WINDOW
NEAR = 100_000  # cycles in which a place that was passed is looked for, to begin with


class Session:
    """The state of a session, and its run control. Raises DebuggerError with one line for the user."""

    def __init__(self, start: Callable[..., None], printer: Callable[[str], None], args: list[str]) -> None:
        """`start(channel)` becomes a machine's process, with the program that `args` (which may change) says."""
        self.args = args
        self.terminal = Terminal(printer)
        self.print = printer
        self.timeline = Timeline(start, self.terminal)
        self.breakpoints = Breakpoints()
        self.settings = Settings()
        self.running = False  # `run` was given, and the program has not ended
        self.ended = ""  # how, once it has
        self.position = START
        self.displays: dict[int, str] = {}
        self.furthest = START
        self.confirm: Callable[[str], bool] = lambda question: True
        self.confirming = True
        self.last_hit = 0  # the number of the breakpoint that stopped the program last
        self.changes: list[Position] = []  # where the user has changed the program
        self.timeline.points = lambda: [p for p in self.breakpoints if p.enabled]
        self.timeline.settings = self.settings

    # -- plumbing ----------------------------------------------------------------------------------

    def close(self) -> None:
        self.timeline.close()

    def boot(self) -> None:
        """Make the machine. Raises DebuggerError."""
        try:
            self.timeline.boot()
        except WorkerError as error:
            raise DebuggerError(str(error)) from None
        except Died:
            raise DebuggerError("The machine could not be started.") from None

    def ask(self, name: str, *args: Any) -> Any:
        """A question to the machine of now."""
        try:
            return self.timeline.ask(name, *args)
        except WorkerError as error:
            raise DebuggerError(str(error)) from None
        except Died:
            self._died()

    def _died(self) -> Any:
        """A machine's process is gone: the user is told, and is back where there is one."""
        self.timeline.current = None
        if not self.timeline.copies:
            self.running = False
            raise DebuggerError("The machine's process has ended, and there is no checkpoint left; start anew.")
        where = self.timeline.before(self.position)
        self._guard(self.timeline.goto, where.position)
        self.position = where.position
        raise DebuggerError(f"The machine's process has ended unexpectedly; back at the checkpoint at {self.position}.")

    def _guard(self, function: Callable[..., Any], *args: Any, **how: Any) -> Any:
        try:
            return function(*args, **how)
        except WorkerError as error:
            raise DebuggerError(str(error)) from None
        except Died:
            return self._died()

    def need_program(self) -> None:
        if not self.running:
            raise DebuggerError(NOT_RUN)

    def need_past(self) -> None:
        """For what can be done after the program's end, too."""
        if not self.running and not self.ended:
            raise DebuggerError(NOT_RUN)

    def inspect(self, command: str, *args: Any) -> str:
        return str(self.ask("inspect", command, *args))

    def in_kernel(self) -> bool:
        return self.position.line > 0

    def arguments(self, words: list[str]) -> None:
        """Other arguments for the program: that is another run, and another machine."""
        if words != self.args:
            self.args[:] = words
            self.timeline.close()
            self.running = False
            self.boot()

    # -- forwards ----------------------------------------------------------------------------------

    def start(self) -> None:
        """From the beginning. What was printed before is forgotten: it is printed again."""
        timeline = self.timeline
        if timeline.current is not None:
            timeline.drop(timeline.current)
            timeline.current = None
        if not timeline.copies:
            self.boot()
        for copy in timeline.copies[1:]:
            timeline.drop(copy)
        del timeline.copies[1:]
        timeline.end = None
        self.terminal.printed = {1: 0, 2: 0}
        self.terminal.told = 0
        machine = self._guard(timeline.wake, timeline.copies[0])
        timeline.become(machine)
        self.running = True
        self.ended = ""
        self.position = machine.position

    def go(self, what: str, *args: Any) -> None:
        """Run on, and show where it ends."""
        self.need_program()
        self._forget_changes()
        report = self._guard(self.timeline.run, what, *args)
        while report.reason == "refine":
            report = self._guard(self._refine, report)
        self.show(report)

    def _refine(self, report: Report) -> Report:
        """A watched word changed within a block: stop exactly behind the instruction that did it."""
        timeline = self.timeline
        # Not to before where it stood when it was continued: a breakpoint there has been passed.
        timeline.goto(Position(max(report.low, self.position.cycles), 0))
        return timeline.run("refine", report.high)

    def _forget_changes(self) -> None:
        """The program runs on from before a change that the user has made: that change has not been made."""
        later = [c for c in self.changes if c.order > self.position.order]
        if later:
            timeline = self.timeline
            first = min(later, key=lambda c: c.order)
            for copy in [c for c in timeline.copies if c.position.order >= first.order]:
                timeline.copies.remove(copy)
                timeline.drop(copy)
            timeline.end = None
            self.changes = [c for c in self.changes if c.order <= self.position.order]
            self.print(f"[The change that was made at {first} is undone.]")

    def change(self, expression: str) -> None:
        """Let an assignment change the program. From here on it is another run."""
        self.inspect("set_variable", expression)
        if not self.running:
            return
        timeline = self.timeline
        for copy in [c for c in timeline.copies[1:] if c.position.order >= self.position.order]:
            timeline.copies.remove(copy)
            timeline.drop(copy)
        timeline.end = None
        written, requests, notes = self.ask("streams")
        self.terminal.printed = {1: written[0], 2: written[1]}
        self.terminal.told = notes
        del self.terminal.log[requests:]
        copy = self._guard(timeline.checkpoint)
        copy.number = 0
        timeline.hold(copy)
        self.changes.append(self.position)

    def go_to_end(self) -> None:
        """To the end of the program, if it has one that is known; else run on without breakpoints."""
        self.need_past()
        self.goto(Position(1 << 60, 0))

    def delete_checkpoint(self, number: int) -> None:
        timeline = self.timeline
        for copy in timeline.copies:
            if copy.number == number:
                timeline.copies.remove(copy)
                timeline.drop(copy)
                return
        raise DebuggerError(f"Not found: checkpoint id {number}.")

    def show(self, report: Report, head: list[str] | None = None) -> None:
        """Tell how a run ended."""
        self.position = report.position
        self.furthest = max(self.furthest, report.position, key=lambda p: p.order)
        self.breakpoints.account(report)
        self.last_hit = report.numbers[0] if report.numbers else 0
        if self.terminal.column:
            self.terminal.column = 0
            self.print("")
        if report.reason == "exited":
            self._exited(report.text[0])
            return
        for line in [*(head or []), *report.text]:
            self.print(line)
        self.show_displays()

    def _exited(self, how: str) -> None:
        self.running = False
        self.ended = how
        kind, _, value = how.partition(" ")
        if kind == "code":
            text = "exited normally" if value == "0" else f"exited with code {int(value):02o}"
            self.print(f"[Inferior 1 {text}]")
        elif kind == "signal":
            self.print(f"\nProgram terminated with signal {_SIGNALS.get(int(value), 'SIG' + value)}.")
            self.print("The program no longer exists.")
        else:
            self.print(f"\nThe machine stopped: {how.rstrip()}")

    def show_displays(self) -> None:
        for number, text in self.displays.items():
            try:
                self.print(self.inspect("display", number, text))
            except DebuggerError:
                continue

    # -- places on the time line -------------------------------------------------------------------

    def goto(self, position: Position, head: list[str] | None = None, *, like: int | None = None) -> None:
        """Be there, and show it; only its line if it is in the function that begins at `like`."""
        self.need_past()
        report = self._guard(self.timeline.goto, position)
        self.running = True
        if report.reason == "exited":
            self.show(report)
            return
        if like is not None and not position.line and self.ask("function_entry") == like and len(report.text) > 1:
            del report.text[0]
        self.show(report, head)

    def reverse_stepi(self, count: int, *, over: bool = False) -> None:
        self.need_past()
        position: Position | None = self.position
        for _ in range(count):
            assert position is not None
            found = self._guard(self._before, position, over)
            if found is None:
                self.goto(self.timeline.copies[0].position, [NO_HISTORY])
                return
            position = found
        assert position is not None
        self.goto(position)

    def _before(self, position: Position, over: bool) -> Position | None:
        """The instruction or line before; with `over` never a line of the kernel."""
        timeline = self.timeline
        if over and position.line:
            return position.user
        found = timeline.previous(position)
        if found is None or over or position.line or not self.settings.step_kernel:
            return found
        trap = timeline.trap_before(position, found)
        if trap is not None and trap[1] in (ECALL_U, *PAGE_FAULTS):
            lines = self._kernel_lines(Position(trap[0], 0))
            if lines:
                return Position(trap[0], found.traps, len(lines))
        return found

    def _kernel_lines(self, at: Position) -> list[tuple[str, int, str, int]]:
        """What the trap at an instruction runs: (file, line, function, depth) of each line."""
        timeline = self.timeline
        report = timeline.from_copy(timeline.before(at), "count_lines", at.cycles)
        return list(report.value or [])

    def reverse_continue(self) -> None:
        """To the last hit of a breakpoint or watchpoint before this moment, or the beginning."""
        self.need_past()
        found, report = self._guard(self.timeline.search_back, self.position)
        if found is None:
            self.goto(self.timeline.copies[0].position, [NO_HISTORY])
            return
        after = report.value if report is not None and isinstance(report.value, dict) else {}
        self.goto_hit(found, after)

    def goto_hit(self, position: Position, after: dict[int, bytes | None]) -> None:
        """Be where something was hit, and say what."""
        quiet = self._guard(self.timeline.goto, position)
        self.running = True
        text = self.ask("hits_here", list(self.timeline.points()), after)
        if text and text[-1].endswith(", ") and quiet.text:
            quiet.text[0] = text.pop() + quiet.text[0]
        self.show(quiet, text)

    def reverse_step(self, count: int, *, over: bool) -> None:
        """To the beginning of the line before; `over` calls or into them."""
        self.need_past()
        if not self.running:
            self.reverse_stepi(1, over=True)  # the last thing that the program did
            return
        function = None if self.in_kernel() else self.ask("function_entry")
        for n in range(count):
            if self.in_kernel():
                found = self._guard(self._kernel_back, over)
            else:
                found = self._guard(self._line_back, over)
            if found is None:
                self.goto(self.timeline.copies[0].position, [NO_HISTORY])
                return
            if n + 1 < count:
                self._guard(self.timeline.goto, found)
                self.position = found
            else:
                self.goto(found, like=function)

    def _kernel_back(self, over: bool, out: bool = False) -> Position | None:
        """The line of the kernel before this one: any, one of this function or its callers, or of its callers."""
        here = self.position
        if not over and not out:
            return self.timeline.previous(here)
        lines = self._kernel_lines(here.user)
        depth = lines[here.line - 1][3] - (1 if out else 0)
        for index in range(here.line - 2, -1, -1):
            if lines[index][3] <= depth:
                return here._replace(line=index + 1)
        return here.user

    def _line_back(self, over: bool) -> Position | None:
        here = self.position
        view = self.ask("line_view")
        if view is None:
            return self._before(here, True)
        if over:
            return self._next_back(here, view)
        size = WINDOW
        while True:
            first = self.timeline.copies[0].position.cycles
            low = max(here.cycles - size, first)
            copy = self.timeline.before(Position(low, 0))
            report = self.timeline.from_copy(copy, "line_starts", low, here.cycles)
            starts = [s for s in report.value or [] if s[0] < here.cycles]
            if starts and starts[0][3] == starts[-1][3] and size < LARGEST_WINDOW and low > first:
                starts = []  # where this line began is farther back
            found = self._pick_start(starts, view)
            if (
                report.high >= (found.cycles if found is not None else low)
                and report.numbers
                and report.high < here.cycles
            ):
                lines = self._kernel_lines(Position(report.high, 0))
                if lines and self.settings.step_kernel:
                    return Position(report.high, 0, len(lines))
            if found is not None:
                return found
            if low <= first:
                return None
            if size >= LARGEST_WINDOW:
                return self._next_back(here, view)
            size *= 4

    @staticmethod
    def _pick_start(starts: list[tuple[int, int, int, object]], view: dict[str, Any]) -> Position | None:
        """The first of the statements that ran last and are of one line: of this line if we are behind its
        beginning, else of the line before. `starts` are (position, pc, sp, line), oldest first."""
        if not starts:
            return None
        index = len(starts) - 1
        line = starts[index][3]
        while index > 0 and starts[index - 1][3] == line and starts[index - 1][2] == starts[index][2]:
            index -= 1
        return Position(starts[index][0], 0)

    def _next_back(self, here: Position, view: dict[str, Any]) -> Position | None:
        """The beginning of the line before in this very call; else that of the function, or the call."""
        lines = view["lines"]
        hits = [(at, pc, view["sp"], lines[pc]) for at, pc in self._last_at(list(lines), view["sp"], here)]
        found = self._pick_start(hits, view)
        if found is not None:
            return found
        if view["pc"] != view["entry"]:
            entries = self._last_at([view["entry"]], view["cfa"], here)
            if entries:
                return Position(entries[-1][0], 0)
        return self._before(here, True)

    def _last_at(self, addresses: list[int], sp: int, here: Position) -> list[tuple[int, int]]:
        """The last times at which the program was at these addresses: (position, pc), oldest first."""
        end, size = here.cycles, NEAR
        for copy in reversed([c for c in self.timeline.copies if c.position.order < here.order]):
            low = end
            # In steps that grow: the last time is rarely far back, and may be one of very many.
            while low > copy.position.cycles:
                low, top = max(copy.position.cycles, here.cycles - size), low
                size *= 8
                report = self.timeline.from_copy(copy, "last_at", addresses, sp, low, min(top + 1, here.cycles))
                if report.value:
                    return list(report.value)
            end = min(copy.position.cycles + 1, here.cycles)
        return []

    def reverse_finish(self) -> None:
        """To the call of this function."""
        self.need_program()
        if self.in_kernel():
            found = self._guard(self._kernel_back, True, True)
            assert found is not None
            self.goto(found)
            return
        view = self.ask("line_view")
        if view is None or view["cfa"] == 0:
            raise DebuggerError('"finish" not meaningful in the outermost frame.')
        head = [f"Run back to call of {self.ask('frame_line')}"]
        entry: Position | None = self.position
        if view["pc"] != view["entry"]:
            entries = self._guard(self._last_at, [view["entry"]], view["cfa"], self.position)
            entry = Position(entries[-1][0], 0) if entries else None
        call = self._guard(self._before, entry, True) if entry is not None else None
        if call is None:
            self.goto(self.timeline.copies[0].position, [NO_HISTORY])
            return
        self.goto(call, head)

    # -- who wrote this ----------------------------------------------------------------------------

    def last_write(self, text: str) -> None:
        """Who wrote to an address last, and be there."""
        self.need_past()
        try:
            pid, address, size = self.ask("physical", text)
        except DebuggerError:  # the program has ended: its symbols are known at its beginning, too
            pid, address, size = self._guard(self.timeline.ask, "physical", text, machine=self.timeline.copies[0])
        point = Point(0, "watch", what=text, address=address, size=size, pid=pid)
        usual = self.timeline.points
        self.timeline.points = lambda: [point]
        try:
            found, report = self._guard(self.timeline.search_back, self.position)
        finally:
            self.timeline.points = usual
        if found is None:
            self.print(f"{address:#x} has not been written since the program began.")
            return
        after = report.value.get(0) if report is not None and isinstance(report.value, dict) else None
        quiet = self._guard(self.timeline.goto, found)
        self.running = True
        self.show(quiet, self.ask("write_text", point, after))

    def explain(self) -> str:
        """The story of the last trap."""
        self.need_past()
        at = self.position.user if self.in_kernel() else self.ask("last_trap")
        if at.cycles < self.timeline.copies[0].position.cycles or at == START:
            raise DebuggerError("No trap has happened yet.")
        report = self._guard(self.timeline.from_copy, self.timeline.before(at), "explain", at.cycles)
        return "\n".join(report.value)

    # -- checkpoints -------------------------------------------------------------------------------

    def checkpoint(self) -> Machine:
        self.need_past()
        return self._guard(self.timeline.checkpoint)  # type: ignore[no-any-return]

    def info_checkpoints(self) -> str:
        """Where they are, and what memory each has of its own."""
        timeline = self.timeline
        lines = ["      Position                   Memory of its own"]
        total = 0
        for copy in timeline.copies:
            memory = copy.private()
            total += memory
            name = "start" if copy is timeline.copies[0] else str(copy.number or "auto")
            lines.append(f"{name:>5} {copy.position!s:<26} {memory >> 10:>8,} KiB")
        lines.append(f"{len(timeline.copies)} checkpoints, {total >> 20:,} MiB; at most {timeline.max_copies} and "
                     f"{timeline.max_memory >> 20:,} MiB")  # fmt: skip
        return "\n".join(lines)

    def process_ids(self) -> list[int]:
        """Of the host: for tests."""
        current = self.timeline.current
        return [c.pid for c in self.timeline.copies] + ([current.pid] if current is not None else [os.getpid()])
