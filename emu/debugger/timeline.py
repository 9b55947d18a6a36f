"""The time line, as the debugger sees it: one process that holds the machine of now, and sleeping copies of it.

Going somewhere means to wake the nearest copy before it, which forks once more so that the copy remains, and to let
the new process run to the exact position. What was printed before is not printed again, and what was read is read
from the log.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emu.debugger.channel import Channel, Closed
from emu.debugger.position import START, Position
from emu.debugger.protocol import Point, Report, Run, Settings, WorkerError

MAX_CHECKPOINTS = 40
MAX_MEMORY = 1 << 30
NEAR = 3  # the latest copies stay, whatever their distance


class Died(Exception):
    """A machine's process ended on its own."""


@dataclass
class Machine:
    """A process with a machine."""

    channel: Channel
    pid: int
    position: Position = START
    number: int = 0  # of a checkpoint that the user asked for
    held: bool = False  # must not be thinned out: the way here cannot be gone again
    memory: int | None = None

    def private(self) -> int:
        """Bytes of memory that no other process shares with it."""
        total = 0
        try:
            with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
                for line in file:
                    if line.startswith(("Private_Clean:", "Private_Dirty:")):
                        total += int(line.split()[1]) << 10
        except OSError:
            return self.memory or 0
        self.memory = total
        return total

    def close(self) -> None:
        """It notices and ends."""
        self.channel.close()


class Terminal:
    """What programs print and read while they are debugged."""

    def __init__(self, printer: Callable[[str], None]) -> None:
        self.printed = {1: 0, 2: 0}
        self.told = 0  # how many announcements have been shown
        self.log: list[bytes] = []  # input, by request
        self.choices: dict[int, str] = {}
        self.printer = printer
        self.column = 0
        self.reading = False  # the program waits for somebody to type
        self.tell = printer
        self.source: Callable[[int], bytes] = self._read

    def output(self, stream: int, place: int, data: bytes) -> None:
        """What was printed already is not printed again."""
        new = data[max(self.printed[stream] - place, 0) :]
        if not new:
            return
        self.printed[stream] = place + len(data)
        sys.stdout.flush()
        with contextlib.suppress(OSError):
            os.write(stream, new)
        self.column = 0 if new.endswith(b"\n") else 1

    def event(self, number: int, text: str) -> None:
        if number >= self.told:
            self.told = number + 1
            self.printer(text)

    def input(self, request: int, size: int) -> bytes:
        while len(self.log) <= request:
            self.log.append(self.source(size))
        return self.log[request]

    def _read(self, size: int) -> bytes:
        sys.stdout.flush()
        self.reading = True
        try:
            return os.read(0, min(size, 1 << 16))
        except OSError:
            return b""
        finally:
            self.reading = False


class Timeline:
    """All machines of one run."""

    def __init__(self, start: Callable[[Channel], None], terminal: Terminal) -> None:
        """`start(channel)` becomes a machine's process, in a fork of this one."""
        self._start = start
        self.terminal = terminal
        self.current: Machine | None = None
        self.copies: list[Machine] = []  # by position; the first is the beginning
        self.end: Position | None = None
        self.max_copies = MAX_CHECKPOINTS
        self.max_memory = MAX_MEMORY
        self.points: Callable[[], list[Point]] = list
        self.settings = Settings()
        self.state: Any = None  # what the user's session has gathered
        self.choose: Callable[[str], str] = lambda question: "parent"
        self._busy: Machine | None = None
        self._interrupted = 0.0
        self._numbers = 0
        self.active = False  # a command is being executed
        self._quit = False  # it was interrupted between two machines

    # -- processes ---------------------------------------------------------------------------------

    def boot(self) -> None:
        """The first machine, stopped before the program's first instruction. Raises WorkerError."""
        ours, theirs = Channel.pair()
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            ours.close()
            self._start(theirs)
            os._exit(1)
        theirs.close()
        machine = Machine(ours, pid)
        report = self._run(machine, Run("first_instruction", quiet=True, checkpoints=False))
        machine.position = report.position
        self.copies = [machine]

    def close(self) -> None:
        """End every process."""
        machines = [*self.copies, *([self.current] if self.current is not None else [])]
        self.copies, self.current = [], None
        for machine in machines:
            machine.close()
        if self._busy is not None and self._busy not in machines:
            self._busy.close()
        for machine in machines:
            with contextlib.suppress(OSError):
                os.kill(machine.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def wake(self, copy: Machine) -> Machine:
        """A new process that is where a copy is."""
        self._send(copy, ("fork",))
        while True:
            message, fds = self._receive(copy)
            if message[0] == "forked":
                return Machine(Channel.of_descriptor(fds[0]), message[1], message[2])

    def drop(self, machine: Machine) -> None:
        machine.close()
        with contextlib.suppress(OSError):
            os.kill(machine.pid, signal.SIGKILL)

    def become(self, machine: Machine) -> None:
        """This machine is the one of now."""
        if self.current is not None and self.current is not machine:
            self.drop(self.current)
        self.current = machine

    # -- messages ----------------------------------------------------------------------------------

    def _receive(self, machine: Machine) -> tuple[Any, list[int]]:
        try:
            return machine.channel.receive()
        except Closed:
            raise self._lost(machine) from None

    def _send(self, machine: Machine, message: Any) -> None:
        try:
            machine.channel.send(message)
        except Closed:
            raise self._lost(machine) from None

    def _lost(self, machine: Machine) -> Died:
        """A machine's process is not there any more."""
        if machine in self.copies:
            self.copies.remove(machine)
        if machine is self.current:
            self.current = None
        machine.close()
        return Died()

    def interrupt(self) -> None:
        """^C, from a signal handler: the running program is to stop. A second one ends what does not. At the prompt,
        and while the program waits for input from this terminal, it breaks off the reading."""
        machine = self._busy
        if self.terminal.reading or not self.active:
            raise KeyboardInterrupt
        if machine is None:
            self._quit = True
            return
        now = time.monotonic()
        if self._interrupted and now - self._interrupted > 2:
            os.kill(machine.pid, signal.SIGKILL)
        self._interrupted = self._interrupted or now
        with contextlib.suppress(Closed):
            machine.channel.send(("interrupt",))

    def _run(self, machine: Machine, run: Run) -> Report:
        """Let a machine run. Raises Died, WorkerError."""
        if self._quit:
            self._quit = False
            raise WorkerError("Quit")
        self._busy = machine
        self._interrupted = 0.0
        try:
            run.state = self.state
            self._send(machine, ("run", run))
            result = self._answer(machine)
        finally:
            self._busy = None
        assert isinstance(result, Report)
        machine.position = result.position
        self.state = result.state
        if result.reason == "exited" and (self.end is None or self.end.cycles <= result.position.cycles):
            self.end = result.position
        return result

    def _answer(self, machine: Machine) -> Any:
        """Serve a machine's needs until it answers."""
        while True:
            message, fds = self._receive(machine)
            kind = message[0]
            if kind == "output":
                self.terminal.output(*message[1:])
            elif kind == "input":
                try:
                    answer = "data", self.terminal.input(message[1], message[2])
                except KeyboardInterrupt:
                    answer = "interrupt", b""
                self._send(machine, answer)
            elif kind == "event":
                self.terminal.event(message[1], message[2])
            elif kind == "note":
                self.terminal.tell(message[1])
            elif kind == "choose":
                choices = self.terminal.choices
                if message[1] not in choices:
                    choices[message[1]] = self.choose(message[2])
                self._send(machine, ("data", choices[message[1]]))
            elif kind == "forked":
                self._add(Machine(Channel.of_descriptor(fds[0]), message[1], message[2]))
            elif kind in ("stopped", "reply"):
                return message[1]
            elif kind == "error":
                raise WorkerError(message[1])

    def ask(self, name: str, *args: Any, machine: Machine | None = None) -> Any:
        """A question to a machine, by default to the one of now, or to that of the beginning. Raises WorkerError."""
        machine = machine or self.current or next(iter(self.copies), None)
        if machine is None:
            raise Died
        self._send(machine, ("ask", name, args, self.state))
        value, self.state = self._answer(machine)
        return value

    def run(self, what: str, *args: Any, checkpoints: bool = True, quiet: bool = False) -> Report:
        """Let the machine of now run. Raises Died, WorkerError."""
        assert self.current is not None
        return self._run(self.current, self._request(what, args, checkpoints, quiet))

    def _request(self, what: str, args: tuple[Any, ...], checkpoints: bool, quiet: bool) -> Run:
        return Run(what, args, self.points(), self.settings, checkpoints, quiet)

    # -- copies ------------------------------------------------------------------------------------

    def _add(self, copy: Machine) -> None:
        """Keep a copy, and let one go if there are too many: the one whose absence makes the least difference."""
        if any(c.position.order == copy.position.order and not c.number for c in self.copies):
            self.drop(copy)
            return
        self.copies.append(copy)
        self.copies.sort(key=lambda c: c.position.order)
        now = self.copies[-1].position.cycles
        if self.current is not None:
            now = max(copy.position.cycles, self.current.position.cycles)
        while len(self.copies) > self.max_copies or self._too_large():
            best = None
            for i in range(1, len(self.copies) - NEAR):
                c = self.copies[i]
                if c.number or c.held:
                    continue
                gap = self.copies[i + 1].position.cycles - self.copies[i - 1].position.cycles
                cost = gap / (abs(now - c.position.cycles) + 1)
                if best is None or cost < best[0]:
                    best = cost, i
            if best is None:
                break
            self.drop(self.copies.pop(best[1]))

    def _too_large(self) -> bool:
        """Whether the copies hold more memory of their own than they may. Each is measured once, when the next
        one has been made."""
        total = 0
        for copy in self.copies[:-1]:
            total += copy.memory if copy.memory is not None else copy.private()
        return total > self.max_memory

    def checkpoint(self) -> Machine:
        """Keep the machine of now, at the user's wish."""
        assert self.current is not None
        copy = self.wake(self.current)
        self._numbers += 1
        copy.number = self._numbers
        self.copies.append(copy)
        self.copies.sort(key=lambda c: c.position.order)
        return copy

    def hold(self, copy: Machine) -> None:
        copy.held = True
        self._numbers -= 1

    def before(self, position: Position, *, strictly: bool = False) -> Machine:
        """The last copy that is not behind a position."""
        found = self.copies[0]
        for copy in self.copies:
            if copy.position.order < position.order or (not strictly and copy.position.order == position.order):
                found = copy
        return found

    # -- going places ------------------------------------------------------------------------------

    def goto(self, position: Position) -> Report:
        """Be at a position, or at the first instruction behind it. Raises Died, WorkerError."""
        current = self.current
        copy = self.before(position)
        near = current is not None and copy.position.order < current.position.order <= position.order
        if near and current is not None and current.position.line == 0:
            machine = current
        else:
            machine = self.wake(copy)
        self.become(machine)
        try:
            return self._run(machine, self._request("goto", (position.cycles, position.line), True, True))
        except Died:
            self.current = None
            raise

    def from_copy(
        self, copy: Machine, what: str, *args: Any, points: bool = False, checkpoints: bool = False
    ) -> Report:
        """Let a process that begins at a copy find something out; it does not remain."""
        machine = self.wake(copy)
        try:
            request = self._request(what, args, checkpoints, not points)
            request.search = True
            return self._run(machine, request)
        finally:
            self.drop(machine)

    def search_back(self, position: Position) -> tuple[Position | None, Report | None]:
        """The last hit of any point before a position: the instruction that has a breakpoint, or that changes what
        is watched; and what was found out about it."""
        end = position.cycles
        for copy in reversed([c for c in self.copies if c.position.order < position.order]):
            found = self.from_copy(copy, "scan", end, points=True, checkpoints=False)
            if found.numbers:
                if found.value is not None:
                    return found.value, found
                if found.low == found.high:
                    return Position(found.high, 0), found
                exact = self.from_copy(copy, "narrow", found.low, min(found.high + 1, end), points=True)
                return Position(exact.low if exact.numbers else found.low, 0), exact
            end = min(copy.position.cycles + 1, position.cycles)  # with what is at the copy's own instruction
        return None, None

    def previous(self, position: Position) -> Position | None:
        """The instruction before a position, or the line of the kernel."""
        if position.line > 1:
            return position._replace(line=position.line - 1)
        if position.line == 1:
            return position.user
        if position.order <= self.copies[0].position.order:
            return None
        copy = self.before(position, strictly=True)
        block = self.from_copy(copy, "last_block", position.cycles)
        low = max(min(block.low, position.cycles - 2), copy.position.cycles)
        copy = self.before(Position(low, 0))
        found = self.from_copy(copy, "previous", low, position.cycles)
        return Position(found.low, 0)

    def trap_before(self, position: Position, instruction: Position) -> tuple[int, int] | None:
        """The trap between an instruction and the position behind it: where, and its cause."""
        copy = self.before(instruction)
        found = self.from_copy(copy, "previous", instruction.cycles, position.cycles)
        if found.high >= instruction.cycles:
            return found.high, found.value
        return None
