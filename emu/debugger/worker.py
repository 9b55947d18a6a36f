"""A process that holds a machine: it runs as it is told, answers questions, and forks to be a checkpoint.

Everything that runs the machine is an *activity*, a generator of emu.debugger.control: it yields `Go`, how to run
next, and is sent an `Event` when something happened. Between activities the process waits for requests, wherever
the machine has stopped: between two blocks of user code, or within a trap, at a line of the kernel.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from emu.debugger import channel as channels
from emu.debugger.activity import Activity, Event, Go
from emu.debugger.console import make_console
from emu.debugger.errors import DebuggerError
from emu.debugger.hits import Points, signal_text
from emu.debugger.kerneltrace import Traps
from emu.debugger.position import Position
from emu.debugger.protocol import Report, Run, Settings
from emu.debugger.views import provenance
from emu.machine.clock import LARGEST_BLOCK, USED
from emu.machine.debug import (
    ACCESS,
    BREAK,
    HIGH,
    HIT_HIGH,
    HIT_LOW,
    HITS,
    LAST,
    LOW,
    POSITION,
    PREVIOUS,
    RECORD,
    STEPPING,
    STOP_AT,
    WATCH,
    HartDebugger,
)
from emu.record import Diverged
from kernel.main import Deadlock, Panic

if TYPE_CHECKING:
    from emu.debugger.channel import Channel
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc

SLICE = 0.03  # seconds between two looks at the channel
FIRST_SLICE = 20_000_000  # cycles
LONGEST_SLICE = 400_000_000  # a program that sleeps makes its time pass quickly, which says nothing of its code
CHECKPOINT_EVERY = 3  # slices
LOOK_EVERY = 512  # stops, for what stops so often that a slice never ends


class BecomeCheckpoint(BaseException):
    """This process is the copy of one that goes on with an activity."""


class Worker:
    """The machine, and who speaks for it."""

    def __init__(self, channel: Channel, boot: Any, terminals: tuple[bool, bool]) -> None:
        """`boot(console)` makes the kernel with the program about to begin. Raises UsageError."""
        self.channel = channel
        self.console = make_console(self._ask_input, self._tell_output, terminals)
        self.kernel: Kernel = boot(self.console)
        provenance.watch(self.kernel)
        self.debugger = HartDebugger(self.kernel.hart, self.on_stop)
        self.settings = Settings()
        self.traps = Traps(self)
        self.points = Points(self)
        self.debugger.watcher = self.traps
        self.activity: Activity | None = None
        self.go = Go()
        self.pending: Event | None = None  # told at the next user instruction
        self.ended = ""
        self.leave_checkpoints = False
        self.stopped = Position(0, 0)  # where the machine stands while a request is served
        self.attached: set[int] = set()
        self.followed = 0  # pid of the current inferior
        self.inferiors: list[int] = []  # pids by age
        self.notes = 0  # how many announcements there have been
        self._slice_cycles = FIRST_SLICE
        self._slice_end = 0
        self._slice_began = time.monotonic()
        self._slices = 0
        self._frozen = False
        self._queries: Any = None
        self.quiet = False
        self._stepping_lwp: Lwp | None = None

    # -- the process -------------------------------------------------------------------------------

    def main(self) -> None:
        """Serve until the debugger goes away."""
        kernel = self.kernel
        self.points.listen()
        self.followed = kernel._watched
        self.attached = {self.followed}
        self.inferiors = [self.followed]
        self.pending = Event(self.stopped)  # to be told at the first instruction
        self.debugger.words[STOP_AT] = 0
        try:
            status = kernel.run()
            code = status & 0x7F
            self.ended = f"signal {code}" if code else f"code {status >> 8 & 0xFF}"
        except Deadlock as error:
            self.ended = f"deadlock: {error}"
        except Panic as error:
            self.ended = f"panic: {error}"
        except MemoryError:
            self.ended = "the host has no memory left"
        except Diverged as error:
            self.ended = f"another run than the recorded one: {error}"
        self.stopped = Position(kernel.clock.words[USED], kernel.traps)
        if self._owing and self.activity is None:
            self._reply("error", self.ended)
        self._dispatch(Event(self.stopped, ended=self.ended))

    def _ask_input(self, request: int, size: int) -> bytes:
        while True:
            self.channel.send(("input", request, size))
            message, _ = self.channel.receive()
            if message[0] == "data":
                return bytes(message[1])
            here = self.traps.here
            if here is not None:  # within the system call that reads
                self.stopped = here
                self._dispatch(Event(here, interrupted=True))

    def _tell_output(self, stream: int, place: int, data: bytes) -> None:
        self.channel.send(("output", stream, place, data))

    def fork(self) -> bool:
        """Make a copy of this machine, and tell the debugger. True in the copy, which waits for requests."""
        if not self._frozen:
            gc.collect()
            gc.freeze()
            self._frozen = True
        ours, theirs = channels.Channel.pair()
        pid = os.fork()
        if pid:
            ours.close()
            self.channel.send(("forked", pid, self.stopped, self._size()), [theirs.fileno()])
            theirs.close()
            return False
        self.channel.close()
        theirs.close()
        self.channel = ours
        return True

    def _size(self) -> int:
        """Bytes that the machine's frames in use hold."""
        return self.kernel.frames.used << 12

    # -- stops -------------------------------------------------------------------------------------

    def here(self) -> Position:
        """Of the user instruction before which the hart has stopped."""
        return Position(self.debugger.position(), self.kernel.traps)

    def on_stop(self, reason: int) -> None:
        """The hart has stopped at a user instruction, outside of any trap."""
        self.stopped = position = self.here()
        event, self.pending = self.pending, None
        if event is None:
            if reason == POSITION and position.cycles < self.go.stop:
                self._slice()
                return
            event = Event(position)
        event.position = position
        event.reason = reason
        self._stops += 1
        if not self._stops % LOOK_EVERY and self._interrupted():
            event.interrupted = True
        if reason & BREAK:
            pc = self.kernel.curlwp.frame.words[32 - 1]
            event.numbers += self.points.at_break(pc, event)
            if reason == BREAK and not event.final and pc not in self.go.temps:
                self.arm()
                return
        if reason & (WATCH | ACCESS):
            self.points.at_watch(event, accessed=bool(reason & ACCESS))
            if reason in (WATCH, ACCESS) and not event.numbers and event.refine is None:
                self.arm()
                return
        self._dispatch(event)

    def at_line(self, traps: Traps, numbers: list[int], wanted: bool) -> None:
        """The kernel is about to run a line that has breakpoints or is wanted."""
        event = Event(traps.position(), line=wanted)
        if numbers and not self.quiet:
            event.numbers = self.points.hit_lines(numbers, event)
        if not event.numbers and not wanted:
            return
        self.stopped = event.position
        self._dispatch(event)

    def trap_begins(self, traps: Traps) -> None:
        """May stop: before the instruction that traps, or because of what it has done."""
        assert traps.here is not None
        position = traps.here
        event = Event(position)
        if self.points.watching:
            self.points.before_trap(event)
        if self.points.syscalls and not self.quiet and position.cycles != self.stopped.cycles:
            self.points.syscall_entry(event)
        due = self.go.stop <= position.cycles
        if event.final or due:
            event.reason = POSITION if due else 0
            self.stopped = position
            self._dispatch(event)

    def trap_ends(self, traps: Traps) -> None:
        """Something may have happened that the next stop tells."""
        lwp = self.kernel.curlwp
        event = self.pending or Event(traps.last[0])
        if self.points.watching:
            self.points.after_trap(event, traps)
        if self.go.trap_end and not self.ended:
            event.trap_end = True
        if self.points.returning:
            self.points.syscall_return(event)
        if self._stepping_lwp is not None:
            self._follow_step(event, lwp, traps)
        traps.hear(not self.attached or lwp.proc.pid in self.attached)
        if self._gone_main:
            self._gone_main = False
            event.gone = True
        if event.final or event.trap_end or event.gone or self.pending:
            self.pending = event
            traps.stop_soon()

    def _follow_step(self, event: Event, lwp: Lwp, traps: Traps) -> None:
        """Step only the LWP that is meant. The others run at full speed."""
        from kernel.sched import LSZOMB

        words = self.debugger.words
        stepped = self._stepping_lwp
        assert stepped is not None
        if stepped.stat == LSZOMB:
            event.gone = True
        elif lwp is not stepped:
            if words[STEPPING]:
                words[STEPPING] = 0
                traps.stop_soon()
                self._reconsider = True
        elif not words[STEPPING]:
            pc = lwp.frame.words[31]
            words[STEPPING] = 1
            if not self.go.low <= pc < self.go.high:
                self.pending = event
            traps.stop_soon()
            self._reconsider = True

    _reconsider = False

    # -- processes ---------------------------------------------------------------------------------

    _gone_main = False

    def noted(self) -> Event:
        """The event that the next stop will tell."""
        if self.pending is None:
            self.pending = Event(self.stopped)
        return self.pending

    def process_created(self, child: Proc, parent: Proc) -> None:
        """A fork: whom to follow, and whether to let the other one go."""
        self.inferiors.append(child.pid)
        if self.attached and parent.pid not in self.attached:
            return
        mode = self.settings.follow_fork_mode
        if mode == "ask" and parent.pid == self.followed:
            mode = self.choose(f"Follow parent (process {parent.pid}) or child (process {child.pid})?")
        if mode == "child" and parent.pid == self.followed:
            if self.settings.detach_on_fork:
                self.attached.discard(parent.pid)
                self.points.follow(parent.pid, child.pid)
                self.note(f"[Detaching after fork from parent process {parent.pid}]")
            self.followed = child.pid
            self.note(f"[Attaching after fork to child process {child.pid}]")
            self.attached.add(child.pid)
        elif self.settings.detach_on_fork:
            self.note(f"[Detaching after fork from child process {child.pid}]")
        else:
            self.attached.add(child.pid)
            self.note(f"[New inferior {len(self.inferiors)} (process {child.pid})]")

    def process_executed(self, p: Proc, path: str) -> None:
        if not self.quiet and (not self.attached or p.pid in self.attached):
            self.note(f"process {p.pid} is executing new program: {path}")

    def process_exits(self, p: Proc) -> None:
        if not self.quiet and p.pid == self.followed and p.pid != self.kernel._watched:
            self._gone_main = True

    def choose(self, question: str) -> str:
        """Ask the user; a re-execution gets the same answer."""
        self.channel.send(("choose", self.kernel.clock.words[USED], question))
        message, _ = self.channel.receive()
        return str(message[1])

    def note(self, text: str) -> None:
        """Something to be printed once, in its place in the output."""
        self.channel.send(("event", self.notes, text))
        self.notes += 1

    def received(self, signo: int) -> None:
        """A signal that will end the program, or that its handler gets: stop before that."""
        p = self.kernel.curlwp.proc
        if self.quiet or self.traps.here is None or (self.attached and p.pid not in self.attached):
            return
        position = self.traps.here
        if self.go.record or (position.cycles == self.stopped.cycles and self._told_signal == position.cycles):
            return
        self._told_signal = position.cycles
        self.stopped = position
        event = Event(position)
        self.points.catch_signal(event, signo)
        if not event.numbers:
            event = Event(position, text=[f"\nProgram received signal {signal_text(signo)}."], numbers=[0])
        self._dispatch(event)

    _told_signal = -1

    # -- slices ------------------------------------------------------------------------------------

    def arm(self) -> None:
        """Say where to stop next: where the activity wants to, or for a look at the channel."""
        d = self.debugger
        if self._slice_end <= self.stopped.cycles:
            self._slice_end = self.stopped.cycles + self._slice_cycles
        d.exact = self.go.stop <= self._slice_end
        d.words[STOP_AT] = max(min(self.go.stop, self._slice_end), self.stopped.cycles + 1)
        d.look()

    def _slice(self) -> None:
        """It has run for a while: measure how long, look whether the debugger wants something, fork."""
        if self._reconsider:
            self._reconsider = False
            self.arm()
            return
        now = time.monotonic()
        took = max(now - self._slice_began, 1e-4)
        if self.stopped.cycles >= self._slice_end - LARGEST_BLOCK:  # it stops before the block with the end
            self._slice_end = 0
            factor = min(max(SLICE / took, 0.25), 4.0)
            self._slice_cycles = min(max(int(self._slice_cycles * factor), 200_000), LONGEST_SLICE)
            self._slices += 1
            if self.leave_checkpoints and self._slices % CHECKPOINT_EVERY == 0 and self.fork():
                self._become_checkpoint()
                return
        if self._interrupted():
            self._dispatch(Event(self.stopped, interrupted=True))
            return
        self._slice_began = time.monotonic()
        self.arm()

    def _interrupted(self) -> bool:
        """Whether the user wants this to stop."""
        return self.channel.ready() and self.channel.receive()[0][0] == "interrupt"

    def _become_checkpoint(self) -> None:
        """This process is the copy: forget what the original is doing, and wait to be needed."""
        self.activity = None
        self.pending = None
        self._dispatch(None)

    # -- requests ----------------------------------------------------------------------------------

    def _dispatch(self, event: Event | None) -> None:
        """Let the activity have an event; returns when the machine is to run on."""
        while True:
            if event is not None and event.interrupted and self._search and self.activity is not None:
                self.activity = None
                self._reply("error", "Quit")
            if self.activity is None:
                self.activity = self._serve()
                event = None
            try:
                go = next(self.activity) if event is None else self.activity.send(event)
            except StopIteration as end:
                self.activity = None
                try:
                    self._report(end.value)
                except channels.Closed:
                    channels.leave()
                except Exception as error:
                    self._failed(error)
                continue
            except DebuggerError as error:
                self.activity = None
                self._reply("error", str(error))
                continue
            except BecomeCheckpoint:
                self.activity = None
                self.pending = None
                continue
            except channels.Closed:
                channels.leave()
            except Exception as error:
                self.activity = None
                self._failed(error)
                continue
            if self.ended:
                self._reply("error", "The program is not being run.")
                self.activity = None
                continue
            self._apply(go)
            return

    def _failed(self, error: Exception) -> None:
        self._reply("error", f"the debugger itself failed: {type(error).__name__}: {error}")
        if os.environ.get("UAREA_DEBUG_TRACEBACK"):
            import traceback

            traceback.print_exc()

    def _report(self, report: Report) -> None:
        report.position = self.stopped
        report.hits, report.ignored = self.points.take_counts()
        report.running = not self.ended
        report.state = self.queries.keep()
        report.attached = tuple(sorted(self.attached))
        self._reply("stopped", report)

    _search = False
    _stops = 0
    _owing = False  # a request to run has not been answered

    def _reply(self, kind: str, value: Any) -> None:
        self._owing = False
        try:
            self.channel.send((kind, value))
        except channels.Closed:
            channels.leave()

    def _apply(self, go: Go) -> None:
        """Set the hart up to run as an activity wants it."""
        self.go = go
        words = self.debugger.words
        self._stepping_lwp = go.lwp if go.step else None
        words[STEPPING] = go.step and (go.lwp is None or go.lwp is self.kernel.curlwp)
        words[LOW], words[HIGH] = go.low, go.high
        words[RECORD] = go.record
        self.debugger.slow = go.slow or self.points.needs_slow
        self.traps.want_line = go.lines
        self.points.apply(go.temps)
        self._slice_began = time.monotonic()
        self.arm()

    def recorded_all(self) -> tuple[int, int, int]:
        """What runs with `record` have counted since the request: hits, and between which positions the last is."""
        words = self.debugger.words
        return words[HITS], words[HIT_LOW], words[HIT_HIGH]

    def leave_checkpoint(self) -> None:
        """A copy of the machine remains here, for the debugger to come back to."""
        activity, pending = self.activity, self.pending
        if self.fork():
            raise BecomeCheckpoint
        self.activity, self.pending = activity, pending

    def last_block(self) -> int:
        """Position of the block that was entered last."""
        return int(self.debugger.words[LAST])

    def last_instruction(self) -> int:
        """Position of the instruction that was looked at last, in a slow run."""
        return int(self.debugger.words[PREVIOUS])

    def _serve(self) -> Activity:
        """Answer questions until there is a request to run; its activity."""
        from emu.debugger import control

        while True:
            try:
                message, _ = self.channel.receive()
            except channels.Closed:
                channels.leave()
            kind = message[0]
            if kind == "run":
                run: Run = message[1]
                self._owing = True
                self._search = run.search
                self.settings = run.settings
                self.leave_checkpoints = run.checkpoints
                self.quiet = run.quiet
                self._slice_end = 0
                self._slices = 0
                self.points.set([] if run.quiet else run.points)
                self.debugger.words[HITS] = 0
                self.queries.adopt(run.state)
                self.queries.forget()
                return control.ACTIVITIES[run.what](self, *run.args)
            if kind == "ask":
                self.queries.adopt(message[3])
                self._answer(message[1], message[2])
            elif kind == "fork":
                if self.fork():
                    continue
            elif kind == "quit":
                channels.leave()

    @property
    def queries(self) -> Any:
        """What can be asked."""
        if self._queries is None:
            from emu.debugger.questions import Questions

            self._queries = Questions(self)
        return self._queries

    def _answer(self, name: str, args: tuple[Any, ...]) -> None:
        try:
            value = getattr(self.queries, name)(*args)
            self._reply("reply", (value, self.queries.keep()))
        except DebuggerError as error:
            self._reply("error", str(error))
        except Exception as error:
            from emu.debugger.target import MemoryFault
            from emu.debugger.views import ViewError

            if not isinstance(error, (MemoryFault, ViewError)) and os.environ.get("UAREA_DEBUG_TRACEBACK"):
                import traceback

                traceback.print_exc()
            known = isinstance(error, (MemoryFault, ViewError))
            self._reply("error", str(error) if known else f"{type(error).__name__}: {error}")


def start(channel: Channel, boot: Any, terminals: tuple[bool, bool]) -> None:
    """The body of the first worker's process. Does not return."""
    from emu.runner import UsageError

    status = 0
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the debugger's, which tells us
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the boot may have to run a compiler
        try:
            worker = Worker(channel, boot, terminals)
        except UsageError as error:
            channel.send(("error", str(error)))
            channels.leave(1)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for checkpoints
        worker.main()
    except channels.Closed:
        pass
    except BaseException as error:
        status = 1
        try:
            channel.send(("error", f"the machine failed: {type(error).__name__}: {error}"))
        except channels.Closed:
            pass
        if os.environ.get("UAREA_DEBUG_TRACEBACK"):
            import traceback

            traceback.print_exc()
    sys.stdout.flush()
    channels.leave(status)
