"""Recordings of runs: a small text file that holds all that a run depends on and all that reached it from outside.

The machine is deterministic but for what the host lets it see: what it reads, how much of a write was taken, a
signal. Each of these is the answer to a question that the machine asks at a point which the run itself determines,
so a question's number is its place. A recording has the answers that are not the usual one, with virtual times; the
same questions get the same answers in a replay. The last line is a digest of all the others.

A `Recording` loads without a machine. `Recorder` writes one while a run goes on; `Replay` answers from one.
"""

from __future__ import annotations

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TextIO

from emu.runner import RunOptions, UsageError

if TYPE_CHECKING:
    from emu.machine.clock import Clock

MAGIC = "uarea recording 1"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SOURCES = ("kernel", os.path.join("emu", "machine"))
_RUNNER = os.path.join("emu", "runner.py")  # which has the environment of programs
_STREAMS = ("stdin", "stdout", "stderr")


class CannotReplay(Exception):
    """This run cannot be reproduced here: one line that says why."""


class Diverged(BaseException):
    """A replay is not the run that was recorded. No Exception, so that no handler in between takes it for its own."""


class Event(NamedTuple):
    """An answer from outside: to the question with this number, asked at this many cycles."""

    question: int
    cycles: int
    kind: str  # read, end, wait, available, size, written, error, signal
    value: Any


class Ending(NamedTuple):
    """How a run ended."""

    status: int
    cycles: int
    stdout: str  # SHA-256
    stderr: str
    ram: str


@dataclass
class Recording:
    """One recorded run."""

    program: str  # as it was named
    arguments: list[str]
    options: RunOptions
    host_digest: str | None  # SHA-256 of the program if it came from the host, else None
    streams: dict[str, dict[str, bool]] = field(default_factory=dict)  # of each: terminal, closed
    versions: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    ending: Ending | None = None

    def header(self) -> list[str]:
        """The lines before the events."""
        o = self.options
        lines = [MAGIC]
        lines += [f"{name} {version}" for name, version in self.versions.items()]
        lines += [f"program {_text(self.program)} {self.host_digest or 'guest'}"]
        lines += [f"argument {_text(argument)}" for argument in self.arguments]
        lines += [f"env {_text(name)} {_text(value)}" for name, value in o.env.items()]
        lines += [f"ram {o.ram}", f"seed {o.seed}", f"cwd {_text(o.cwd)}", f"cow {o.cow}"]
        lines += [f"vtime {o.vtime!r}"] if o.vtime is not None else []
        for name, state in self.streams.items():
            lines.append(f"{name} {'closed' if state['closed'] else 'terminal' if state['terminal'] else 'stream'}")
        return lines

    @classmethod
    def load(cls, path: str) -> Recording:
        """Raises CannotReplay for a file that is none, is damaged, or of a run that did not end."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise CannotReplay(f"{path}: {error.strerror}") from None
        body, _, last = data.rstrip(b"\n").rpartition(b"\n")
        if not data.startswith(MAGIC.encode() + b"\n"):
            other = data.startswith(b"uarea recording ")
            raise CannotReplay(f"{path}: {'a recording of another version of the format' if other else 'no recording'}")
        if last.split(b" ")[0] != b"digest":
            raise CannotReplay(f"{path}: the recording is incomplete, its run was cut off")
        if last.split(b" ")[1:] != [hashlib.sha256(body + b"\n").hexdigest().encode()]:
            raise CannotReplay(f"{path}: the recording is damaged, its digest does not match")
        return _parse(body.decode().splitlines())


def _text(value: str) -> str:
    """A string in one word of ASCII."""
    return json.dumps(value).replace(" ", "\\u0020")


def _parse(lines: list[str]) -> Recording:
    """A recording out of its lines, which are known to be whole."""
    recording = Recording("", [], RunOptions(), None)
    o = recording.options
    for line in lines[1:]:
        key, _, rest = line.partition(" ")
        words = rest.split(" ")
        if key.isdigit():
            recording.events.append(Event(int(key), int(words[0]), words[1], json.loads(words[2])))
        elif key == "program":
            recording.program = json.loads(words[0])
            recording.host_digest = words[1] if words[1] != "guest" else None
        elif key == "argument":
            recording.arguments.append(json.loads(words[0]))
        elif key == "env":
            o.env[json.loads(words[0])] = json.loads(words[1])
        elif key in ("ram", "seed"):
            setattr(o, key, int(words[0]))
        elif key == "cwd":
            o.cwd = json.loads(words[0])
        elif key == "cow":
            o.cow = words[0]
        elif key == "vtime":
            o.vtime = float(words[0])
        elif key in _STREAMS:
            recording.streams[key] = {"terminal": words[0] == "terminal", "closed": words[0] == "closed"}
        elif key == "end":
            recording.ending = Ending(int(words[0]), int(words[1]), *words[2:5])
        else:
            recording.versions[key] = rest
    return recording


# -- what a run depends on -------------------------------------------------------------------------


def file_digest(path: str) -> str:
    """SHA-256 of a file of the host."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kernel_digest() -> str:
    """SHA-256 of the sources of kernel and machine, names included."""
    digest = hashlib.sha256(file_digest(os.path.join(ROOT, _RUNNER)).encode())
    for top in _SOURCES:
        for directory, subdirectories, names in os.walk(os.path.join(ROOT, top)):
            subdirectories.sort()
            for name in sorted(names):
                if name.endswith((".py", ".c")):
                    path = os.path.join(directory, name)
                    digest.update(f"{os.path.relpath(path, ROOT)} {file_digest(path)}\n".encode())
    return digest.hexdigest()


def userland_digest() -> str:
    """SHA-256 of the files of the guest's root file system, names and modes included; "none" if there are none."""
    from toolchain.errors import ToolchainError
    from toolchain.image import image_files

    try:
        files = image_files()
    except ToolchainError:
        return "none"
    known: dict[str, str] = {}  # an alias is the same file
    digest = hashlib.sha256()
    for file in files:
        if file.host_path not in known:
            known[file.host_path] = file_digest(file.host_path)
        digest.update(f"{file.path} {file.mode:o} {known[file.host_path]}\n".encode())
    return digest.hexdigest()


def versions_here() -> dict[str, str]:
    """What has to be the same for a run to be the same."""
    from importlib import metadata

    from emu.cli import version

    return {"uarea": version(), "unicorn": metadata.version("unicorn"), "kernel": kernel_digest(),
            "userland": userland_digest()}  # fmt: skip


_WHAT = {"uarea": "with uarea {0}, this is {1}", "unicorn": "with Unicorn {0}, this is {1}",
         "kernel": "with another version of the kernel", "userland": "with another userland"}  # fmt: skip


def check_versions(recording: Recording) -> None:
    """Raises CannotReplay, naming everything that is not what it was."""
    here = versions_here()
    wrong = [
        text.format(recording.versions.get(name, "an unknown version"), here[name])
        for name, text in _WHAT.items()
        if recording.versions.get(name) != here[name]
    ]
    if wrong:
        raise CannotReplay(f"the run was recorded {' and '.join(wrong)}")


def program_file(recording: Recording, path: str | None, *, anyway: bool = False) -> str | None:
    """The host file to replay, which may lie elsewhere than when the run was recorded; None for a guest's program.

    Raises CannotReplay if there is none, or, unless `anyway`, if it is another program.
    """
    if recording.host_digest is None:
        if path is not None:
            raise CannotReplay(f"the recorded program {recording.program} is in the guest, not a file here")
        return None
    path = path if path is not None else recording.program
    try:
        digest = file_digest(path)
    except OSError as error:
        raise CannotReplay(f"{path}: {error.strerror}; say with --program where the recorded program is") from None
    if digest != recording.host_digest and not anyway:
        raise CannotReplay(f"{path} is not the program that was recorded: its digest is another")
    return path


# -- questions and answers -------------------------------------------------------------------------


Answer = tuple[str, Any]  # kind and value


class Oracle(ABC):
    """Numbers the machine's questions to the outside. `clock` is known once there is a machine."""

    clock: Clock | None = None

    def __init__(self) -> None:
        self.questions = 0

    def _next(self) -> tuple[int, int]:
        number, self.questions = self.questions, self.questions + 1
        return number, self.clock.cycles() if self.clock is not None else 0

    @abstractmethod
    def ask(self, usual: Answer, kinds: tuple[str, ...], answer: Callable[[], Answer]) -> Answer:
        """The answer to the next question, of one of some kinds. `usual` is not written down."""


class Recorder(Oracle):
    """Asks the host, and writes down what is not the usual answer."""

    def __init__(self) -> None:
        super().__init__()
        self._file: TextIO | None = None
        self._digest = hashlib.sha256()

    def begin(self, path: str, recording: Recording) -> None:
        """The run is about to begin; nothing was asked so far. Raises UsageError if the file cannot be written."""
        try:
            self._file = open(path, "w", encoding="ascii", buffering=1)  # noqa: SIM115  (until `finish`)
        except OSError as error:
            raise UsageError(f"--record {path}: {error.strerror}") from None
        for line in recording.header():
            self._write(line)

    def _write(self, line: str) -> None:
        assert self._file is not None
        self._digest.update(line.encode() + b"\n")
        self._file.write(line + "\n")

    def ask(self, usual: Answer, kinds: tuple[str, ...], answer: Callable[[], Answer]) -> Answer:
        number, cycles = self._next()
        kind, value = answer()
        if (kind, value) != usual:
            self._write(f"{number} {cycles} {kind} {_json(value)}")
        return kind, value

    def finish(self, ending: Ending) -> None:
        """The run is over: the last two lines."""
        assert self._file is not None
        self._write("end " + " ".join(map(str, ending)))
        self._file.write(f"digest {self._digest.hexdigest()}\n")
        self._file.close()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace(" ", "\\u0020")


class Replay(Oracle):
    """Answers from a recording."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._events = recording.events
        self._at = 0

    def ask(self, usual: Answer, kinds: tuple[str, ...], answer: Callable[[], Answer]) -> Answer:
        number, cycles = self._next()
        if self._at == len(self._events):
            return usual
        event = self._events[self._at]
        if event.question > number:
            return usual
        self._at += 1
        if event.cycles != cycles or event.kind not in kinds:
            self._diverged(event, cycles, kinds)
        return event.kind, event.value

    def _diverged(self, event: Event, cycles: int, kinds: tuple[str, ...]) -> NoReturn:
        raise Diverged(
            f"where the recording has '{event.kind}' at cycle {event.cycles:,}, "
            f"this run asks for '{kinds[0]}' at cycle {cycles:,}"
        )

    @property
    def left(self) -> int:
        """Recorded answers that nobody has asked for yet."""
        return len(self._events) - self._at
