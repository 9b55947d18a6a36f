"""What can be asked of a stopped machine: the bridge from its processes to the symbols of their programs, and to the
views of the kernel. Everything here runs in the machine's process and answers in text or plain data."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from emu.debugger import kernelquestions
from emu.debugger.errors import DebuggerError
from emu.debugger.inspector import Inspector, State
from emu.debugger.kerneltrace import find_function, find_line, short_name
from emu.debugger.lwptarget import LwpTarget
from emu.debugger.position import Position
from emu.debugger.protocol import Location, Point
from emu.debugger.symbols import Symbols
from emu.debugger.target import MemoryFault
from emu.debugger.values import FixedPlace, Value
from emu.machine.hart import PC
from kernel.errno import Errno
from kernel.proc import PK_SYSTEM, SZOMB
from kernel.systrace import peek

if TYPE_CHECKING:
    from emu.debugger.worker import Worker
    from kernel.lwp import Lwp
    from kernel.proc import Proc


class Questions:
    """One stop of one machine. `state` is what the user's session has gathered."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.kernel = worker.kernel
        self.state = State()
        self._name = (0, 0)
        self._symbols: dict[str, Symbols] = {}
        self._inspector: Inspector | None = None
        self._lwp: Lwp | None = None  # chosen by `inferior`; None is the running one

    # -- who is asked about ------------------------------------------------------------------------

    def forget(self) -> None:
        """The machine is about to run: what was found out about this stop is void."""
        self.keep()
        self._inspector = None
        self._lwp = None

    def keep(self) -> tuple[tuple[int, int], State]:
        """What outlasts the stop, under a name that no other process gives."""
        if self._inspector is not None:
            self.state = self._inspector.save()
        self._name = os.getpid(), self._name[1] + 1
        return self._name, self.state

    def adopt(self, kept: tuple[tuple[int, int], State] | None) -> None:
        """The session's state as the process that ran before left it, if that was another one."""
        if kept is not None and kept[0] != self._name:
            self._name, self.state = kept
            self._inspector = None

    @property
    def lwp(self) -> Lwp:
        traps = self.worker.traps
        l = self._lwp or (traps.lwp if traps.frame is not None else self.kernel.curlwp)
        if l.proc.flag & PK_SYSTEM or l.proc.stat == SZOMB:
            raise DebuggerError("The program has no registers now.")
        return l

    def target(self) -> LwpTarget:
        return LwpTarget(self.kernel, self.lwp)

    def symbols(self, p: Proc | None = None) -> Symbols:
        """Of a process's program. They are read from the file that it was started from, in the guest."""
        p = p or self.lwp.proc
        path = p.path or ""
        found = self._symbols.get(path)
        if found is None:
            data = self._file(p, path)
            try:
                found = Symbols(data, path)
            except Exception as error:
                raise DebuggerError(f"{path}: its symbols cannot be read: {error}") from None
            self._symbols[path] = found
        return found

    def _file(self, p: Proc, path: str) -> bytes:
        """A process's program. One that is exiting does not hold its file any more, but it has a name."""
        from kernel.vfs import namei

        vnode = p.textvp
        if vnode is None:
            try:
                vnode = namei.lookup(self.kernel.initproc, os.fsencode(path))
            except Errno:
                return b""
        return bytes(vnode.read(0, vnode.size))

    @property
    def inspector(self) -> Inspector:
        if self._inspector is None:
            self._inspector = Inspector(self.symbols(), self.target(), self.state)
        return self._inspector

    def running_inspector(self) -> Inspector:
        """Of the LWP that runs, whoever is selected."""
        chosen, self._lwp = self._lwp, None
        try:
            return Inspector(self.symbols(), self.target(), self.state)
        finally:
            self._lwp = chosen

    def inspect(self, command: str, *args: Any) -> str:
        """One of the Inspector's commands."""
        result = getattr(self.inspector, command)(*args)
        return str(result) if result is not None else ""

    def option(self, name: str, value: Any) -> str:
        """Change a setting of printing."""
        import dataclasses

        self.keep()
        options = dataclasses.replace(self.state.options, **{name: value})
        self.state = dataclasses.replace(self.state, options=options)
        self._inspector = None
        return ""

    def complete(self, prefix: str) -> list[str]:
        return self.inspector.complete(prefix)[:200]

    def evaluate(self, text: str) -> int:
        return self.inspector.evaluator.integer(text)

    def output(self, text: str) -> str:
        return self.inspector.output(text)

    # -- stops -------------------------------------------------------------------------------------

    def stop_text(self, new_frame: bool = True) -> list[str]:
        """What is shown when the program stops."""
        if self.worker.traps.frame is not None:
            return kernelquestions.stop_text(self.worker.traps)
        try:
            return self.inspector.stop_text(new_frame=new_frame).split("\n")
        except MemoryFault as fault:
            return [str(fault)]

    def condition(self, text: str) -> bool:
        """Whether a breakpoint's condition holds for the LWP that runs."""
        frame = self.worker.traps.frame
        if frame is not None:
            return bool(kernelquestions.evaluate(frame, text))
        return self.running_inspector().evaluator.evaluate(text).truth()

    def watch_text(self, point: Point, old: bytes | None, new: bytes | None, by: str) -> list[str]:
        kind = {"watch": "Hardware watchpoint", "rwatch": "Hardware read watchpoint",
                "awatch": "Hardware access (read/write) watchpoint"}[point.kind]  # fmt: skip
        lines = ["", f"{kind} {point.number}: {point.what}", ""]
        if old == new:
            return [*lines, f"Value = {self._shown(point, new)}"]
        lines += [f"Old value = {self._shown(point, old)}", f"New value = {self._shown(point, new)}"]
        return [*lines, f"Changed {by}."] if by else lines

    def _shown(self, point: Point, data: bytes | None) -> str:
        if data is None:
            return "<not mapped>"
        try:
            inspector = self.inspector
            value = Value(inspector.symbols.types.from_key(point.type_key), FixedPlace(data))
            return inspector.formatter.top(value)
        except DebuggerError:
            return f"{int.from_bytes(data[:8], 'little'):#x}"

    # -- places ------------------------------------------------------------------------------------

    def resolve(self, text: str) -> tuple[list[Location], list[tuple[str, int]], str]:
        """Where a breakpoint goes: places in the program, lines of the kernel, and how they are announced."""
        kernel = self._kernel_place(text)
        if kernel is not None:
            file, line = kernel
            return [], [kernel], f"file {short_name(file)}, line {line}."
        inspector = self.inspector
        places = inspector.places(text)
        path = inspector.symbols.image.path
        announced = str(places[0]) if len(places) == 1 else f"{text}. ({len(places)} locations)"
        where = f"{places[0].address:#x}: {announced}"
        return [Location(path, place.address) for place in places], [], where

    def _kernel_place(self, text: str) -> tuple[str, int] | None:
        text = text.strip()
        frame = self.worker.traps.frame
        if text.startswith("kernel:"):
            name = text.removeprefix("kernel:")
            found = find_function(name)
            if found is None:
                raise DebuggerError(f'Function "{name}" not defined in the kernel.')
            return found
        file, colon, line = text.rpartition(":")
        if colon and file.endswith(".py") and line.isdigit():
            found = find_line(file, int(line))
            if found is None:
                raise DebuggerError(f"No line {line} in file {file}.")
            return found
        if frame is not None and (text.isdigit() or not text):
            return frame.f_code.co_filename, int(text or frame.f_lineno)
        return None

    def watchable(self, text: str) -> Point:
        """What `watch EXPRESSION` watches: address, size, and the frame that it ends with."""
        location = text.startswith(("-location ", "-l "))
        if location:
            text = text.split(None, 1)[1]
        inspector = self.inspector
        value = inspector.evaluator.evaluate(text)
        address, size = value.address, value.type.size
        if address is None:
            raise DebuggerError("Cannot watch constant value `" + f"{text}'.")
        if size > 256:
            raise DebuggerError(f"Cannot watch {size} bytes; 256 is the most.")
        point = Point(0, "watch", what=f"-location {text}" if location else text, address=address, size=size,
                      pid=self.lwp.proc.pid, type_key=value.type.key)  # fmt: skip
        frame = inspector.frame(inspector.level)
        if frame is not None and not location and self._is_local(text, frame):
            from emu.debugger.stack import return_address

            returns_to = return_address(frame)
            if returns_to:
                point.frame, point.returns_to = frame.cfa, returns_to
        return point

    def _is_local(self, text: str, frame: Any) -> bool:
        import re

        block = frame.block
        names = set(re.findall(r"[A-Za-z_]\w*", text))
        return block is not None and any(v.name in names for scope in block.outwards() for v in scope.variables)

    def type_of_address(self, address: int) -> str:
        return self.inspector.symbols.symbolize(address) or f"{address:#x}"

    def describe_place(self, address: int) -> str:
        """`in main at t.c:5`"""
        symbols = self.inspector.symbols
        place = symbols.scopes.place(address)
        if place.span is None:
            return f"<{symbols.symbolize(address) or hex(address)}>"
        return f"in {place.function} at {place.span.file.name}:{place.span.line}"

    def level(self) -> int:
        return self.inspector.level if self.worker.traps.frame is None else 0

    def set_pc(self, address: int) -> None:
        self.target().set_register(32, address)
        self.keep()
        self._inspector = None

    def check_syscall(self, text: str) -> str:
        """The name of a system call that is given by name or number."""
        from emu.debugger.hits import syscall_name
        from kernel.syscall import NATIVE

        if text.isdigit():
            return syscall_name(int(text))
        known = {entry.name for entry in NATIVE if entry is not None}
        if text not in known:
            alike = sorted(name for name in known if text.strip("_") in name)
            hint = f"; there are {', '.join(alike[:5])}" if alike else ""
            raise DebuggerError(f"Unknown syscall name '{text}'{hint}.")
        return text

    def streams(self) -> tuple[tuple[int, int], int, int]:
        """Bytes written to the two outputs, requests for input, announcements."""
        console: Any = self.worker.console
        return (console.stdout.written, console.stderr.written), console.stdin.requests, self.worker.notes

    # -- processes and views -----------------------------------------------------------------------

    def view(self, command: str, width: int) -> str:
        from emu.debugger import views

        evaluate = self.evaluate if not self.kernel.halting else None
        chosen = self._lwp or self.kernel.curlwp
        if evaluate is None:
            return "\n".join(views.show(self.kernel, command, lwp=chosen, width=width))
        return "\n".join(views.show(self.kernel, command, lwp=chosen, width=width, evaluate=evaluate))

    def view_names(self) -> dict[str, str]:
        from emu.debugger import views

        return {name: command.help for name, command in views.COMMANDS.items()}

    def processes(self) -> list[tuple[int, int, str, str, bool]]:
        """Number, pid, program, state of every process that the program has made."""
        current = (self._lwp or self.kernel.curlwp).proc.pid
        found = []
        for number, pid in enumerate(self.worker.inferiors, 1):
            p = self.kernel.allproc.get(pid)
            if p is None:
                continue
            path = p.path or p.comm
            state = "zombie" if p.stat == SZOMB else "attached" if self._attached(pid) else "detached"
            found.append((number, pid, path, state, pid == current))
        return found

    def _attached(self, pid: int) -> bool:
        return not self.worker.attached or pid in self.worker.attached

    def select_process(self, number: int) -> str:
        """`inferior N`: look at another process."""
        pids = self.worker.inferiors
        if not 0 < number <= len(pids):
            raise DebuggerError(f"Inferior ID {number} not known.")
        pid = pids[number - 1]
        p = self.kernel.allproc.get(pid)
        if p is None or p.stat == SZOMB or not p.lwps:
            raise DebuggerError(f"Inferior {number} (process {pid}) has ended.")
        self.keep()
        self._inspector = None
        self._lwp = p.lwps[0]
        self.worker.attached.add(pid)
        self.worker.followed = pid
        frame = self.inspector.frame_command("")
        return f"[Switching to inferior {number} [process {pid}] ({p.path or p.comm})]\n{frame}"

    def threads(self) -> list[tuple[int, int, int, str, bool]]:
        """pid, LWP, pc, where, whether it is the current one."""
        found = []
        for pid in self.worker.inferiors:
            p = self.kernel.allproc.get(pid)
            for l in p.lwps if p is not None and p.stat != SZOMB else ():
                pc = int(l.frame.words[PC])
                where = self.symbols(p).symbolize(pc) or "??"
                found.append((pid, l.lid, pc, where, l is (self._lwp or self.kernel.curlwp)))
        return found

    # -- the rest ----------------------------------------------------------------------------------

    def program(self) -> tuple[str, str]:
        """Path in the guest, and the host process's id."""
        return self.lwp.proc.path or "", str(os.getpid())

    def here(self) -> Position:
        return self.worker.stopped

    def digest(self) -> str:
        """Of all RAM: for tests."""
        return self.kernel.board.ram.digest()

    def in_kernel(self) -> bool:
        return self.worker.traps.frame is not None

    def kernel_locals(self) -> str:
        frame = self.worker.traps.frame
        if frame is None:
            raise DebuggerError("Not in the kernel.")
        return "\n".join(kernelquestions.local_variables(frame))

    def kernel_print(self, text: str) -> str:
        frame = self.worker.traps.frame
        if frame is None:
            raise DebuggerError("Not in the kernel.")
        return kernelquestions.shown(kernelquestions.evaluate(frame, text))

    def kernel_backtrace(self) -> str:
        return "\n".join(kernelquestions.backtrace(self.worker.traps))

    def kernel_list(self, text: str) -> str:
        frame = self.worker.traps.frame
        assert frame is not None
        return "\n".join(kernelquestions.listing(frame, text))

    def pid_lid(self) -> tuple[int, int]:
        l = self._lwp or self.kernel.curlwp
        return l.proc.pid, l.lid

    def last_trap(self) -> Position:
        return self.worker.traps.last[0]

    def physical(self, text: str) -> tuple[int, int, int]:
        """For last-write: pid, address and size of what an expression or an address names."""
        evaluator = self.inspector.evaluator
        value = evaluator.evaluate(text)
        pid = self.lwp.proc.pid
        if value.address is not None and value.lvalue:
            return pid, value.address, min(value.type.size, 256)
        return pid, value.integer() & (1 << 64) - 1, 8

    # -- looking back ------------------------------------------------------------------------------

    def line_view(self) -> dict[str, Any] | None:
        """What stepping backwards must know of the innermost frame; None without line numbers."""
        inspector = self.inspector
        symbols, frame = inspector.symbols, inspector.frame(0)
        pc = int(self.lwp.frame.words[PC])
        bounds = symbols.scopes.bounds_at(pc)
        span = symbols.lines.line_at(pc)
        unit = symbols.image.unit_at(pc)
        if bounds is None or frame is None:
            return None
        try:
            cfa = frame.cfa
        except (DebuggerError, MemoryFault):
            cfa = 0
        if span is None or unit is None:
            return None
        lines = {
            each.start: (each.line, each.file.path)
            for each in symbols.lines.table(unit).spans
            if bounds[0] < each.start < bounds[1] and each.statement and each.line
        }
        return {"pc": pc, "entry": bounds[0], "cfa": cfa, "sp": int(self.lwp.frame.gpr[1]), "lines": lines,
                "line": (span.line, span.file.path)}  # fmt: skip

    def function_entry(self) -> int | None:
        """Where the function begins that the innermost frame is in."""
        try:
            bounds = self.symbols().scopes.bounds_at(int(self.lwp.frame.words[PC]))
        except DebuggerError:
            return None
        return bounds[0] if bounds is not None else None

    def frame_line(self) -> str:
        frame = self.inspector.frame(0)
        assert frame is not None
        return self.inspector.stack.line(frame)

    def hits_here(self, points: list[Point], after: dict[int, bytes | None]) -> list[str]:
        """Which points a search back has found here. `after` is what the watched bytes become."""
        text: list[str] = []
        traps = self.worker.traps
        pc = int(self.kernel.curlwp.frame.words[PC])
        for point in points:
            if point.kind == "watch" and point.number in after:
                now = peek(self._space(point.pid), point.address, point.size)
                if now != after[point.number]:
                    text += self.watch_text(point, after[point.number], now, "")
            elif point.kind == "break":
                frame = traps.frame
                line = (frame.f_code.co_filename, frame.f_lineno) if frame is not None else None
                if line in point.lines if line is not None else any(at.address == pc for at in point.locations):
                    text.append(f"\nBreakpoint {point.number}, ")
        return text

    def _space(self, pid: int) -> Any:
        p = self.kernel.allproc.get(pid)
        if p is None:
            raise DebuggerError(f"Process {pid} does not exist here.")
        return p.vm

    def write_text(self, point: Point, after: bytes | None) -> list[str]:
        """What `last-write` says at the instruction that it has found."""
        before = peek(self._space(point.pid), point.address, point.size)
        l = self.kernel.curlwp

        def number(data: bytes | None) -> str:
            return f"{int.from_bytes(data[:8], 'little'):#x}" if data is not None else "<not mapped>"

        who = f"process {l.proc.pid} ({l.proc.comm}), LWP {l.lid}"
        what = f"{point.what} ({point.address:#x}, {point.size} bytes)"
        return [f"{what} was last written at {self.worker.stopped} by {who}:",
                f"  {number(before)} -> {number(after)}"]  # fmt: skip
