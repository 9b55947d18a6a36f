"""The session that gdb drives: this debugger's time line, asked in gdb's way."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from typing import Any

from emu.debugger.channel import Channel, leave
from emu.debugger.errors import DebuggerError
from emu.debugger.gdbstub import session
from emu.debugger.gdbstub.machine import GdbSettings, GdbWorker
from emu.debugger.gdbstub.session import Resume, SessionError, Stop, Thread
from emu.debugger.position import Position
from emu.debugger.protocol import Location, Point, Report, WorkerError
from emu.debugger.timeline import Died, Machine, Terminal, Timeline
from emu.debugger.views import COMMANDS
from kernel.main import Kernel

_KINDS = {session.SOFTWARE: "break", session.HARDWARE: "break", session.WRITE: "watch", session.READ: "rwatch",
          session.ACCESS: "awatch"}  # fmt: skip
_CATCHES = 1_000_000  # catchpoints have numbers from here on
_STEPS_BACK = 200  # instructions of others to go back over, looking for one of an LWP's
WIDTH = 100
Boot = Callable[..., Kernel]  # of a console


class GdbTimeline(Timeline):
    """While the machine runs, somebody may say that it is to stop."""

    interrupted: Callable[[], bool] | None = None  # while gdb waits for the program to stop
    line = -1  # gdb's descriptor

    def _receive(self, machine: Machine) -> tuple[Any, list[int]]:
        channel = machine.channel.fileno()
        while self.interrupted is not None and self._busy is machine:
            ready = select.select([channel, self.line], [], [])[0]
            if self.line in ready and self.interrupted():
                self.interrupt()
            if channel in ready:
                break
        return super()._receive(machine)


class GuestStreams(Terminal):
    """The program's streams. `show(data)` gets its output when it does not go to ours."""

    def __init__(self, show: Callable[[bytes], None] | None, stdin: bool) -> None:
        super().__init__(lambda text: None)
        self._show = show
        if not stdin:
            self.source = lambda size: b""

    def output(self, stream: int, place: int, data: bytes) -> None:
        if self._show is None:
            super().output(stream, place, data)
            return
        new = data[max(self.printed[stream] - place, 0) :]
        if new:
            self.printed[stream] = place + len(data)
            self._show(new)


class EngineSession:
    """One program under gdb (emu.debugger.gdbstub.session.Session)."""

    def __init__(self, boot: Callable[[str, list[str]], Boot], line: int, show: Callable[[bytes], None] | None) -> None:
        """`boot(program, arguments)` gives what makes the machine; `line` is gdb's descriptor."""
        self._boot = boot
        self._line = line
        self._show = show
        self._timeline: GdbTimeline | None = None
        self._points: dict[tuple[int, int, int, int], Point] = {}
        self._syscalls: dict[int, frozenset[int]] = {}
        self._numbers = 0
        self._settings = GdbSettings(step_kernel=False)
        self._queue: list[Stop] = []
        self._changed = False  # the machine is not what a re-execution would make it
        self._over: Stop | None = None
        self._passed: frozenset[int] = frozenset()
        self._last_signal = False

    # -- life --------------------------------------------------------------------------------------

    def start(self, program: str, arguments: list[str]) -> Stop:
        self.close()
        boot = self._boot(program, arguments)
        self._settings = GdbSettings(children=self._settings.children, step_kernel=False)
        self._points, self._syscalls, self._queue = {}, {}, []
        self._changed, self._over = False, None
        self._timeline = timeline = GdbTimeline(lambda channel: _start(channel, boot),
                                                GuestStreams(self._show, self._show is None))  # fmt: skip
        timeline.settings = self._settings
        timeline.points = self._all_points
        timeline.line = self._line
        try:
            timeline.boot()
            timeline.become(timeline.wake(timeline.copies[0]))
        except (WorkerError, Died) as error:
            raise SessionError(str(error)) from None
        return Stop("signal", self._running(), signo=5)

    def close(self) -> None:
        if self._timeline is not None:
            self._timeline.close()
            self._timeline = None

    @property
    def timeline(self) -> GdbTimeline:
        if self._timeline is None:
            raise SessionError("the program is not being run")
        return self._timeline

    def _ask(self, name: str, *args: Any) -> Any:
        if self._over is not None:
            raise SessionError("the program has ended")
        try:
            return self.timeline.ask(name, *args)
        except (WorkerError, DebuggerError) as error:
            raise SessionError(str(error)) from None
        except Died:
            raise SessionError("the machine's process has died") from None

    def _running(self) -> Thread:
        return Thread(*self._ask("running"))

    # -- looking -----------------------------------------------------------------------------------

    def threads(self) -> list[Thread]:
        if self._timeline is None or self._over is not None:
            return []
        return [Thread(*pair) for pair in self._ask("all_threads") if pair[0] not in self._settings.detached]

    def describe(self, thread: Thread) -> str:
        return str(self._ask("describe", *thread))

    def registers(self, thread: Thread) -> list[int]:
        found: list[int] = self._ask("all_registers", *thread)
        return found

    def set_register(self, thread: Thread, n: int, value: int) -> None:
        self._ask("put_register", *thread, n, value)
        self._changed = True

    def read(self, pid: int, address: int, size: int) -> bytes:
        data: bytes = self._ask("memory", pid, address, size)
        if size and not data:
            raise SessionError(f"cannot access memory at {address:#x}")
        return data

    def write(self, pid: int, address: int, data: bytes) -> None:
        self._ask("poke", pid, address, data)
        self._changed = True

    def auxv(self, pid: int) -> bytes:
        return bytes(self._ask("auxv", pid))

    def executable(self, pid: int) -> str:
        return str(self._ask("executable", pid))

    def read_file(self, pid: int, path: str) -> bytes:
        return bytes(self._ask("file", pid, path))

    # -- points ------------------------------------------------------------------------------------

    def insert(self, kind: int, pid: int, address: int, size: int) -> None:
        key = (kind, pid, address, size)
        if key in self._points:
            return
        self._numbers += 1
        point = Point(self._numbers, _KINDS[kind], what=f"{address:#x}", condition=f"process {pid}")
        if point.kind == "break":
            point.locations = [Location("", address)]
        else:
            point.address, point.size, point.pid, point.condition = address, size, pid, ""
        self._points[key] = point

    def remove(self, kind: int, pid: int, address: int, size: int) -> None:
        self._points.pop((kind, pid, address, size), None)

    def catch_syscalls(self, pid: int, numbers: frozenset[int] | None) -> None:
        self._syscalls.pop(pid, None)
        if numbers is not None:
            self._syscalls[pid] = numbers

    def debug_children(self, on: bool) -> None:
        self._settings.children = on

    def pass_signals(self, signals: frozenset[int]) -> None:
        self._passed = signals

    def _all_points(self) -> list[Point]:
        points = list(self._points.values())
        if self._settings.searching:
            return points
        for numbers in self._syscalls.values():
            for argument in [str(n) for n in sorted(numbers)] or [""]:
                points.append(Point(_CATCHES + len(points), "catch", what="syscall", argument=argument))
        return points

    def _watches(self) -> list[Point]:
        return [point for point in self._points.values() if point.kind != "break"]

    def _values(self) -> dict[int, bytes]:
        """What the watched places hold now."""
        found = {}
        for point in self._watches():
            try:
                found[point.number] = self.read(point.pid, point.address, point.size)
            except SessionError:
                found[point.number] = b""
        return found

    # -- running -----------------------------------------------------------------------------------

    def resume(self, how: Resume, interrupted: Callable[[], bool]) -> Stop:
        if self._queue:
            return self._told(self._queue.pop(0))
        if self._over is not None:
            raise SessionError("the program has ended")
        timeline = self.timeline
        timeline.interrupted, timeline.active = interrupted, True
        try:
            self._prepare(how)
            return self._told(self._back(how) if how.backward else self._forward(how))
        except (WorkerError, DebuggerError) as error:
            raise SessionError(str(error)) from None
        except Died:
            self._over = Stop("killed", Thread(0, 0), signo=9)
            return self._over
        finally:
            timeline.interrupted, timeline.active = None, False

    def _told(self, stop: Stop) -> Stop:
        self._last_signal = stop.kind == "signal"
        if stop.kind in ("exited", "killed") and not self._queue and not self._alive_besides(stop):
            self._over = stop
        return stop

    def _alive_besides(self, stop: Stop) -> bool:
        return any(thread.pid != stop.thread.pid for thread in self.threads())

    def _prepare(self, how: Resume) -> None:
        """Signals, and who may run. The past ends where the machine was changed: it would not lead here."""
        debugged = {thread.pid for thread in self.threads()}
        frozen = frozenset(debugged - how.only) if how.only and not how.backward else frozenset()
        if not how.backward and self._ask("freeze", frozen):
            self._changed = True
        for thread, signo in how.signals.items():
            if not self._last_signal:  # else it is on its way already
                self._ask("post", *thread, signo)
                self._changed = True
        if self._changed:
            self._changed = False
            timeline = self.timeline
            assert timeline.current is not None
            copy = timeline.wake(timeline.current)
            for old in timeline.copies:
                timeline.drop(old)
            timeline.copies = [copy]

    def _forward(self, how: Resume) -> Stop:
        before = self._values()
        while True:
            if how.step is not None:
                report = self.timeline.run("gdb_step", *how.step, how.low, how.high)
            else:
                report = self.timeline.run("gdb_continue")
            if report.reason == "refine":
                stop: Stop | None = self._refine(report, before)
            else:
                stops = [s for s in (self._named(s, before) for s in report.value) if s is not None]
                stop, self._queue = (stops[0], stops[1:]) if stops else (None, [])
            if stop is not None and not (stop.kind == "signal" and stop.signo in self._passed):
                return stop

    def _named(self, stop: Stop, before: dict[int, bytes]) -> Stop | None:
        """A point that was hit is a breakpoint, or a watchpoint with its address."""
        if stop.kind != "point":
            return stop
        for point in self._points.values():
            if point.number == stop.number:
                if point.kind == "break":
                    return Stop("break", stop.thread)
                return Stop(point.kind, stop.thread, address=point.address)
        return None

    def _refine(self, report: Report, before: dict[int, bytes]) -> Stop:
        """A watched word changed somewhere in a block: be right behind the instruction that did it."""
        timeline = self.timeline
        copy = timeline.before(Position(report.low, 0))
        exact = timeline.from_copy(copy, "narrow", report.low, report.high + 1, points=True)
        timeline.goto(Position(exact.high if exact.numbers else report.high, 0))
        return self._watch_stop(before)

    def _watch_stop(self, before: dict[int, bytes]) -> Stop:
        """Which of the watchpoints it was: the one whose value is another now."""
        now = self._values()
        thread = self._running()
        for point in self._watches():
            if now[point.number] != before.get(point.number):
                return Stop(point.kind, thread, address=point.address)
        watches = self._watches()
        return Stop(watches[0].kind, thread, address=watches[0].address) if watches else Stop("step", thread)

    # -- back --------------------------------------------------------------------------------------

    def _here(self) -> Position:
        position: Position = self._ask("here")
        return position

    def _back(self, how: Resume) -> Stop:
        if how.step is not None:
            return self._step_back(how.step)
        here = self._here().user
        found = self._search(here, "break")
        watch = self._search(Position(here.cycles + 1, 0), "watch")
        if watch is not None and (found is None or watch.order > found.order):
            self.timeline.goto(watch)
            after = self._values()
            return self._undo(watch, after)
        if found is not None:
            self.timeline.goto(found)
            return Stop("break", self._running())
        self.timeline.goto(self.timeline.copies[0].position)
        return Stop("begin", self._running())

    def _undo(self, position: Position, after: dict[int, bytes]) -> Stop:
        """To the instruction that made the change: going back undoes it."""
        previous = self.timeline.previous(position)
        if previous is None:
            return Stop("begin", self._running())
        self.timeline.goto(previous)
        return self._watch_stop(after)

    def _search(self, end: Position, kind: str) -> Position | None:
        """Where a point of a kind was hit last before a position."""
        wanted = [p for p in self._points.values() if (p.kind == "break") == (kind == "break")]
        if not wanted:
            return None
        timeline = self.timeline
        timeline.points = lambda: wanted
        self._settings.searching = True
        try:
            return timeline.search_back(end)[0]
        finally:
            timeline.points = self._all_points
            self._settings.searching = False

    def _step_back(self, thread: Thread) -> Stop:
        position: Position | None = self._here().user
        for _ in range(_STEPS_BACK):
            assert position is not None
            position = self.timeline.previous(position)
            if position is None:
                self.timeline.goto(self.timeline.copies[0].position)
                return Stop("begin", self._running())
            self.timeline.goto(position)
            if self._running() == thread:
                break
        return Stop("step", self._running())

    # -- letting go --------------------------------------------------------------------------------

    def detach(self, pid: int) -> None:
        alive = self._timeline is not None and self._over is None
        if alive:
            self._changed = self._ask("freeze", frozenset()) or self._changed
        self._settings.detached |= {pid}
        self._points = {key: point for key, point in self._points.items() if key[1] != pid}
        self._syscalls.pop(pid, None)
        if alive and not self.threads():
            self._run_out()

    def _run_out(self) -> None:
        """Nobody is debugged any more: the program runs to its end."""
        try:
            while self._over is None:
                report = self.timeline.run("gdb_continue", checkpoints=False)
                if report.reason == "exited":
                    self._over = report.value[-1]
        except (WorkerError, Died):
            self._over = Stop("killed", Thread(0, 0), signo=9)

    def kill(self, pid: int) -> None:
        if {thread.pid for thread in self.threads()} == {pid}:
            self._over = Stop("killed", Thread(pid, pid), signo=9)
            self.close()
            return
        thread = next((t for t in self.threads() if t.pid == pid), None)
        if thread is not None:
            self._ask("freeze", frozenset())
            self._ask("post", *thread, 9)
            self._changed = True
        self._settings.detached |= {pid}

    # -- monitor -----------------------------------------------------------------------------------

    def monitor(self, thread: Thread, command: str) -> str:
        command = " ".join(command.split())
        if command in ("", "help"):
            return _help()
        if command == "when":
            return f"{self._here()}\n"
        if command == "explain":
            return self._explain()
        if command == "info checkpoints":
            copies = self.timeline.copies
            rows = [f"{copy.position!s:<24} {copy.private() >> 10:>8} KiB" for copy in copies]
            return "\n".join(["position                  private memory", *rows, ""])
        return str(self._ask("view_of", *thread, command, WIDTH)) + "\n"

    def _explain(self) -> str:
        trap: Position = self._ask("last_trap")
        if not trap.cycles:
            return "no trap has happened yet\n"
        copy = self.timeline.before(trap, strictly=True)
        try:
            story = self.timeline.from_copy(copy, "explain", trap.cycles)
        except (WorkerError, Died) as error:
            raise SessionError(str(error)) from None
        return "\n".join(story.value) + "\n"


def _help() -> str:
    rows = [(command.usage, command.help) for command in COMMANDS.values()]
    rows += [("explain", "the last trap, told as a story"), ("when", "the position on the time line"),
             ("info checkpoints", "copies of the machine that going back begins from")]  # fmt: skip
    width = max(len(usage) for usage, _ in rows)
    return "".join(f"monitor {usage:<{width}}  {text}\n" for usage, text in rows)


def _start(channel: Channel, boot: Boot) -> None:
    """The body of the first machine's process. Does not return."""
    import signal

    from emu.debugger import channel as channels
    from emu.runner import UsageError

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = GdbWorker(channel, boot, (os.isatty(1), os.isatty(2)))
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for copies; for a compiler, boot does
        worker.main()
    except UsageError as error:
        channel.send(("error", str(error)))
    except channels.Closed:
        pass
    except BaseException as error:
        channel.send(("error", f"{type(error).__name__}: {error}"))
    leave(0)
