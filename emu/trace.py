"""`uarea trace`: what a program and its descendants do, a line at a time, told by the kernel's probes.

Nothing in the guest changes for it: no file is written there, no page brought in, no time passes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from emu import symbolic
from emu.runner import UsageError
from kernel.lwp import Lwp
from kernel.proc import PK_SYSTEM, Proc
from kernel.sched import LSRUN, LSZOMB
from kernel.sdt import Sdt
from kernel.siginfo import SigInfo
from kernel.signo import SI_LWP, SI_QUEUE, SI_TIMER, SI_USER, SIG_DFL
from kernel.systrace import UIO_READ
from kernel.uvm.map import VmSpace
from kernel.vfs.vnode import Vnode

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.sdt import Listener, Probe

DATA_MAX = 1024  # bytes shown of one transfer
DATA_LINE = 64
_SI_CODES = {SI_USER: "SI_USER", SI_QUEUE: "SI_QUEUE", SI_TIMER: "SI_TIMER", SI_LWP: "SI_LWP"}

# The letters of ktrace(1): what of a process is shown.
LETTERS = {
    "a": "arguments of exec", "c": "system calls", "e": "emulation", "i": "data read and written",
    "l": "sysctl names", "n": "paths looked up", "s": "signals", "u": "utrace records", "v": "environment of exec",
    "w": "context switches",
}  # fmt: skip
DEFAULT_LETTERS = "aceinsu"


class Kdump:
    """The records that ktrace would write, in the form in which kdump shows them."""

    def __init__(self, kernel: Kernel, out: TextIO, letters: str = DEFAULT_LETTERS) -> None:
        self._kernel = kernel
        self._out = out
        self._environment = "v" in letters
        self._arguments = "a" in letters
        listeners: dict[str, list[tuple[str, Listener]]] = {
            "c": [("syscall:::entry", self._call), ("syscall:::return", self._return)],
            "e": [("proc:::exec-success", self._exec)],
            "i": [("io:::genio", self._genio)],
            "l": [("sysctl:::mib", self._mib)],
            "n": [("vfs:namei:lookup:entry", self._lookup)],
            "s": [("proc:::signal-handle", self._signal)],
            "u": [("user:::utrace", self._user)],
            "w": [("sched:::off-cpu", self._off_cpu), ("sched:::on-cpu", self._on_cpu)],
        }
        for letter, pairs in listeners.items():
            if letter in letters:
                for pattern, listener in pairs:
                    kernel.sdt.listen(pattern, listener)
        if self._arguments or self._environment:
            kernel.sdt.listen("proc:::exec-args", self._exec_args)

    def _line(self, l: Lwp, kind: str, text: str) -> None:
        if not l.proc.flag & PK_SYSTEM:
            self._out.write(f"{l.proc.pid:6} {l.lid:6} {l.proc.comm:<8} {kind:<5} {text}\n")

    def _call(self, _probe: Probe, name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        number, registers = args
        self._line(l, "CALL", f"{name}({symbolic.arguments(l.proc.vm, number, registers)})")

    def _return(self, _probe: Probe, name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        number, _, error, retval = args
        self._line(l, "RET", f"{name} {symbolic.result(number, error, retval)}")

    def _lookup(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        self._line(l, "NAMI", symbolic.quoted(args[1], 1024))

    def _genio(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        fd, rw, data = args
        self._line(l, "GIO", f"fd {fd} {'read' if rw == UIO_READ else 'wrote'} {len(data)} bytes")
        if not l.proc.flag & PK_SYSTEM:
            for part in lines_of(data[:DATA_MAX]):
                self._out.write(f"       {symbolic.quoted(part)}\n")
            if len(data) > DATA_MAX:
                self._out.write("       ...\n")

    def _signal(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        signo, info, action, mask = args
        name = symbolic.signal_name(signo)
        if action == SIG_DFL:
            self._line(l, "PSIG", f"{name} SIG_DFL: {describe(info)}")
        else:
            mask_text = symbolic.signal_set(mask)
            self._line(l, "PSIG", f"{name} caught handler={action:#x} mask={mask_text}: {describe(info)}")

    def _off_cpu(self, _probe: Probe, _name: str, l: Lwp, _args: tuple[Any, ...]) -> None:
        if l.stat != LSZOMB:
            self._line(l, "CSW", "stop user" if l.stat == LSRUN and l.coro is None else "stop kernel")

    def _on_cpu(self, _probe: Probe, _name: str, l: Lwp, _args: tuple[Any, ...]) -> None:
        if l.nvcsw + l.nivcsw:  # an LWP's first turn is not the end of a wait
            self._line(l, "CSW", "resume user" if l.coro is None else "resume kernel")

    def _exec_args(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        argv, envv = args
        for text in argv if self._arguments else ():
            self._line(l, "ARG", symbolic.quoted(text, 1024))
        for text in envv if self._environment else ():
            self._line(l, "ENV", symbolic.quoted(text, 1024))

    def _exec(self, _probe: Probe, _name: str, l: Lwp, _args: tuple[Any, ...]) -> None:
        self._line(l, "EMUL", f'"{l.proc.emul.name}"')

    def _mib(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        name = memoryview(args[0]).cast("i")
        self._line(l, "MIB", ".".join(str(component) for component in name))

    def _user(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        label, data = args
        self._line(l, "USER", f"{label.decode(errors='replace')}: {len(data)} bytes {symbolic.quoted(data)}")


class Firings:
    """A line for each time one of the chosen probes fires: virtual time, who ran, the probe, its arguments."""

    def __init__(self, kernel: Kernel, out: TextIO, patterns: tuple[str, ...]) -> None:
        """Raises ValueError for a pattern that no probe matches."""
        self._kernel = kernel
        self._out = out
        for pattern in patterns:
            kernel.sdt.listen(pattern, self._fired)

    def _fired(self, probe: Probe, function: str, l: Lwp, args: tuple[Any, ...]) -> None:
        seconds, ns = divmod(self._kernel.clock.now(), 10**9)
        shown = []
        for declaration, value in zip(probe.arguments, args, strict=False):
            name = declaration.rpartition(" ")[2].lstrip("*")
            shown.append(f"{name}={show(declaration, value)}")
        who = f"{l.proc.pid}.{l.lid} {l.proc.comm}"
        self._out.write(f"{seconds:4}.{ns:09} {who:<20} {probe.full_name(function)} {' '.join(shown)}".rstrip() + "\n")


def show(declaration: str, value: Any) -> str:
    """A probe's argument."""
    if isinstance(value, Proc):
        return f"{value.pid}({value.comm})"
    if isinstance(value, Lwp):
        return f"{value.proc.pid}.{value.lid}"
    if isinstance(value, Vnode):
        return f"inode {value.ino}"
    if isinstance(value, VmSpace):
        return f"{value.pmap.root:#x}"
    if isinstance(value, SigInfo):
        return f"({describe(value)})"
    if isinstance(value, bytes):
        return symbolic.quoted(value)
    if isinstance(value, tuple):
        return "(" + ", ".join(f"{word & (1 << 64) - 1:#x}" for word in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(symbolic.quoted(text) for text in value) + "]"
    if value is None:
        return "NULL"
    name = declaration.rpartition(" ")[2]
    if name == "signo":
        return symbolic.signal_name(value)
    if name in ("flags", "va", "action", "*mask"):
        return f"{value:#x}"
    return str(value)


def describe(info: SigInfo) -> str:
    """Where a signal comes from."""
    code = _SI_CODES.get(info.code, str(info.code))
    if info.addr or info.trap:
        return f"code={code} addr={info.addr:#x} trap={info.trap}"
    return f"code={code} pid={info.pid} uid={info.uid}"


def lines_of(data: bytes) -> list[bytes]:
    """Data in pieces to be shown: a line each, long ones cut."""
    return [
        line[start : start + DATA_LINE]
        for line in data.splitlines(keepends=True)
        for start in range(0, len(line), DATA_LINE)
    ]


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """Where the trace goes: a file of the host, or stderr. Raises UsageError."""
    if path is None:
        yield sys.stderr
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "w", encoding="utf-8", errors="surrogateescape"))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        yield file


def watcher(out: TextIO, letters: str, patterns: tuple[str, ...]) -> Callable[[Kernel], None]:
    """What begins the tracing of a kernel. Raises UsageError for what cannot be traced."""
    unknown = set(letters) - set(LETTERS)
    if unknown:
        raise UsageError(f"-t {letters}: {min(unknown)!r} is none of {''.join(LETTERS)}")
    try:
        for pattern in patterns:
            Sdt(None).listen(pattern, lambda *_: None)
    except ValueError as error:
        raise UsageError(str(error)) from None

    def watch(kernel: Kernel) -> None:
        if patterns:
            Firings(kernel, out, patterns)
        else:
            Kdump(kernel, out, letters)

    return watch


def list_probes(echo: Callable[[str], None]) -> None:
    """All probes, with their arguments."""
    for probe in Sdt(None).probes:
        echo(f"{probe.full_name(probe.function):<36} {', '.join(probe.arguments)}")
