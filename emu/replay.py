"""`uarea run --record` and `uarea replay`: a machine whose console and signals are written down, or come from what
was written down."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from emu.machine.board import Board
from emu.machine.console import CHUNK, Console, HostInput, HostOutput, Input, InputBuffer, Output
from emu.record import (
    Answer,
    CannotReplay,
    Diverged,
    Ending,
    Oracle,
    Recorder,
    Recording,
    Replay,
    check_versions,
    file_digest,
    program_file,
    versions_here,
)
from emu.runner import (
    RunOptions,
    UsageError,
    comes_from_host,
    copy_in,
    find_in_guest,
    forward_signals,
    prepare,
    print_stats,
    run_kernel,
)
from kernel.main import Kernel
from kernel.uvm.page import PAGE_SHIFT

# Exit statuses of `uarea replay`, besides the recorded run's own and 2 for bad arguments.
CANNOT, DIFFERENT = 71, 72


class OracleInput(Input):
    """Standard input whose every answer goes through an oracle. `inner` is the host's, when there is one to ask."""

    def __init__(self, oracle: Oracle, inner: Input, terminal: bool, closed: bool) -> None:
        self._inner = inner
        super().__init__()
        self._oracle = oracle
        self.is_terminal = terminal
        self.at_end = closed

    @property
    def waiting(self) -> bool:
        return self._inner.waiting

    @waiting.setter
    def waiting(self, value: bool) -> None:
        """Only the inner one knows."""

    def ready(self) -> bool:
        if self.buffer or self.at_end or not self.is_terminal:
            return True
        return self.wait(0)

    def wait(self, timeout: float | None) -> bool:
        return bool(self._oracle.ask(("wait", False), ("wait",), lambda: ("wait", self._inner.wait(timeout)))[1])

    def can_wait(self) -> bool:
        return not self.at_end

    def available(self) -> int:
        if not self.buffer and not self.at_end:
            if not self.is_terminal:
                return int(self._oracle.ask(("available", 0), ("available",), self._known)[1])
            if self.ready():
                self._fill(CHUNK)
        return len(self.buffer)

    def _known(self) -> Answer:
        return "available", self._inner.available()

    def size(self) -> tuple[int, int]:
        return _size(self._oracle, self._inner)

    def _fill(self, n: int) -> None:
        kind, value = self._oracle.ask(("none", None), ("read", "end", "error"), lambda: self._read(n))
        if kind == "error":
            raise OSError(value, os.strerror(value))
        if kind == "read":
            self.buffer += value.encode("latin-1")
        self.at_end = kind == "end"

    def _read(self, n: int) -> Answer:
        """What the host has."""
        inner = self._inner
        inner.at_end = False
        try:
            data = inner.peek(n)
        except OSError as error:
            if isinstance(error, InterruptedError):
                return "none", None
            return "error", error.errno
        if data is None:
            return "none", None
        inner.consume(len(data))
        return ("read", data.decode("latin-1")) if data else ("end", None)


class OracleOutput(Output):
    """Standard output or error. `echo` shows what a replay writes; in a recording, `inner` itself does."""

    def __init__(self, oracle: Oracle, inner: Output, terminal: bool, echo: bool) -> None:
        self._inner = inner
        super().__init__()
        self._oracle = oracle
        self._echo = echo
        self.is_terminal = terminal
        self.digest = hashlib.sha256()

    @property
    def waiting(self) -> bool:
        return self._inner.waiting

    @waiting.setter
    def waiting(self, value: bool) -> None:
        """Only the inner one knows."""

    def write(self, data: bytes) -> int:
        kind, value = self._oracle.ask(("written", len(data)), ("written", "error"), lambda: self._write(data))
        if kind == "error":
            raise OSError(value, os.strerror(value))
        taken = data[:value]
        self.digest.update(taken)
        if self._echo:
            try:
                self._inner.write(taken)
            except OSError:
                self._echo = False  # nobody looks any more, which is not the replay's concern
        return len(taken)

    def _write(self, data: bytes) -> Answer:
        try:
            return "written", self._inner.write(data)
        except OSError as error:
            return "error", error.errno

    def size(self) -> tuple[int, int]:
        return _size(self._oracle, self._inner)


def _size(oracle: Oracle, stream: Input | Output) -> tuple[int, int]:
    rows, columns = oracle.ask(("size", [24, 80]), ("size",), lambda: ("size", list(stream.size())))[1]
    return rows, columns


class OracleBoard(Board):
    """A board whose signals from the host are noticed only at points that the run itself determines."""

    __slots__ = ("_oracle",)

    def __init__(self, ram_size: int, console: Console, native_library: str | None, oracle: Oracle) -> None:
        super().__init__(ram_size, console, native_library)
        self._oracle = oracle
        oracle.clock = self.clock

    def interrupt(self, signo: int) -> None:
        """The hart is not stopped for it: it will ask by itself, at the end of the quantum at the latest."""
        self._signal = signo
        if self.console.waiting:
            raise InterruptedError

    def take_interrupt(self) -> int:
        return int(self._oracle.ask(("signal", 0), ("signal",), lambda: ("signal", Board.take_interrupt(self)))[1])


# -- recording -------------------------------------------------------------------------------------


def run_recorded(path: str, options: RunOptions, program: str, arguments: Sequence[str]) -> int:
    """Run a program as `uarea run` does, and write a recording. Raises UsageError."""
    if options.share is not None:
        raise UsageError("--record cannot be had with --share: what the host's files hold is not in a recording")
    started = time.perf_counter()
    recorder = Recorder()
    host = HostInput(0), HostOutput(1), HostOutput(2)
    outputs = [OracleOutput(recorder, stream, stream.is_terminal, echo=False) for stream in host[1:]]
    console = Console(OracleInput(recorder, host[0], host[0].is_terminal, host[0].at_end), *outputs)
    kernel = prepare(options, program, arguments, console,
                     lambda ram, con, library: OracleBoard(ram, con, library, recorder))  # fmt: skip
    streams = {"stdin": {"terminal": host[0].is_terminal, "closed": host[0].at_end}}
    streams |= {name: {"terminal": out.is_terminal, "closed": False}
                for name, out in zip(("stdout", "stderr"), outputs, strict=True)}  # fmt: skip
    digest = file_digest(program) if comes_from_host(kernel, program) else None
    recorder.begin(path, Recording(program, list(arguments), options, digest, streams, versions_here()))
    forward_signals(kernel)
    status, message = run_kernel(kernel)
    recorder.finish(_ending(kernel, outputs, status))
    if message:
        print(message, file=sys.stderr)
    if options.stats:
        print_stats(kernel, time.perf_counter() - started, sys.stderr)
    return status


def _ending(kernel: Kernel, outputs: Sequence[OracleOutput], status: int) -> Ending:
    out, err = (stream.digest.hexdigest() for stream in outputs)
    used = kernel.frames.mark << PAGE_SHIFT  # what lies beyond was never touched
    ram = hashlib.sha256(kernel.board.ram.bytes[:used]).hexdigest()
    return Ending(status, kernel.clock.cycles(), out, err, ram)


# -- replaying -------------------------------------------------------------------------------------


class ReplayMachine:
    """A machine about to live through a recorded run again: `kernel` is to be run by whoever made this.

    `stdout` and `stderr` show what it writes, None shows nothing. Raises CannotReplay, UsageError.
    """

    def __init__(
        self, recording: Recording, file: str | None, stdout: Output | None = None, stderr: Output | None = None
    ) -> None:
        self.recording = recording
        self.replay = replay = Replay(recording)
        streams, options = recording.streams, recording.options
        self._outputs = [
            OracleOutput(replay, stream or Output(), streams[name]["terminal"], echo=stream is not None)
            for name, stream in (("stdout", stdout), ("stderr", stderr))
        ]
        stdin = OracleInput(replay, InputBuffer(), streams["stdin"]["terminal"], streams["stdin"]["closed"])

        def place(kernel: Kernel) -> bytes:
            if file is None:
                return find_in_guest(kernel, recording.program)
            return copy_in(kernel, recording.program, file, options.cwd)

        self.kernel = prepare(
            options, recording.program, recording.arguments, Console(stdin, *self._outputs),
            lambda ram, console, library: OracleBoard(ram, console, library, replay), place,
        )  # fmt: skip

    def ending(self, status: int) -> Ending:
        """How the run ended, once it has."""
        return _ending(self.kernel, self._outputs, status)


def differences(recorded: Ending, now: Ending) -> list[str]:
    """In what two runs that ended differ."""
    found = []
    if now.status != recorded.status:
        found.append(f"exit status {now.status}, not {recorded.status}")
    for name in ("stdout", "stderr"):
        if getattr(now, name) != getattr(recorded, name):
            found.append(f"other output on {name}")
    if now.cycles != recorded.cycles:
        found.append(f"{now.cycles:,} cycles of virtual time, not {recorded.cycles:,}")
    if now.ram != recorded.ram:
        found.append("other contents of memory")
    return found


def run_replay(path: str, program: str | None, *, anyway: bool) -> int:
    """Reproduce a recorded run; the exit status for the host. Raises UsageError."""
    try:
        recording = Recording.load(path)
        recorded = recording.ending
        if recorded is None:
            raise CannotReplay(f"{path}: the recording does not say how its run ended")
        if not anyway:
            check_versions(recording)
        file = program_file(recording, program, anyway=anyway)
    except CannotReplay as error:
        return _say(f"cannot replay: {error}", CANNOT)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the recorded run has all its signals; this one is for us
    machine = ReplayMachine(recording, file, HostOutput(1), HostOutput(2))
    try:
        status, message = run_kernel(machine.kernel)
    except Diverged as error:
        return _say(f"the replay is not the recorded run: {error}", DIFFERENT)
    if message:
        print(message, file=sys.stderr)
    found: list[Any] = differences(recorded, machine.ending(status))
    if machine.replay.left:
        found.append(f"{machine.replay.left} recorded answers left over")
    if found:
        return _say(f"the replay is not the recorded run: {', '.join(found)}", DIFFERENT)
    return status


def _say(message: str, status: int) -> int:
    print(f"uarea: {message}", file=sys.stderr)
    return status
