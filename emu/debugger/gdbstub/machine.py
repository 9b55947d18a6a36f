"""The machine's side: a worker that tells what happens as data, and more than one process of which is debugged.

What gdb has detached from is told with every request (`GdbSettings`), because a machine that is woken from before
that does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emu.debugger import channel as channels
from emu.debugger.activity import Event, Go
from emu.debugger.control import ACTIVITIES, Steps
from emu.debugger.gdbstub.session import Stop, Thread
from emu.debugger.lwptarget import LwpTarget
from emu.debugger.protocol import Report, Settings
from emu.debugger.questions import Questions
from emu.debugger.worker import Worker
from emu.machine.debug import RESUME, STOP_PC
from emu.machine.hart import A0, PC, T6
from kernel.errno import Errno
from kernel.proc import PL_PPWAIT, SZOMB
from kernel.sched import LSONPROC, LSRUN, LSSUSPENDED, LSZOMB
from kernel.siginfo import SigInfo
from kernel.signo import SIGKILL
from kernel.systrace import peek
from kernel.text import encode
from kernel.trap import INDIRECT

if TYPE_CHECKING:
    from emu.debugger.kerneltrace import Traps
    from kernel.lwp import Lwp
    from kernel.proc import Proc

_PAGE = 4096


@dataclass
class GdbSettings(Settings):
    """What the machine must know of the session."""

    detached: frozenset[int] = frozenset()  # pids; those of one run are the same in every re-execution
    children: bool = True  # debug the processes that the program makes
    searching: bool = False  # nothing but points counts


class GdbWorker(Worker):
    """Notes what happens to the debugged processes."""

    def __init__(self, channel: channels.Channel, boot: Any, terminals: tuple[bool, bool]) -> None:
        self.happened: list[Stop] = []
        self._exited: list[tuple[Proc, Thread]] = []
        self._vforks: list[Lwp] = []
        self.call = 0  # the system call that was caught last
        self.frozen: frozenset[int] = frozenset()
        super().__init__(channel, boot, terminals)
        self.settings = GdbSettings()
        self._kernel_idle = self.kernel._idle
        self.kernel._idle = self._idle  # type: ignore[method-assign]

    @property
    def attached(self) -> set[int]:
        detached: frozenset[int] = getattr(self.settings, "detached", frozenset())
        return {pid for pid in self.inferiors if pid not in detached} or {-1}

    @attached.setter
    def attached(self, value: set[int]) -> None:
        """Follows from the settings."""

    @property
    def queries(self) -> GdbQuestions:
        if self._queries is None:
            self._queries = GdbQuestions(self)
        found: GdbQuestions = self._queries
        return found

    @property
    def _tells(self) -> bool:
        return not self.quiet and not getattr(self.settings, "searching", False)

    def _tell(self, stop: Stop) -> None:
        self.happened.append(stop)
        self.noted().numbers.append(0)

    def process_created(self, child: Proc, parent: Proc) -> None:
        if not getattr(self.settings, "children", True) or parent.pid not in self.attached:
            return
        self.inferiors.append(child.pid)
        vfork = bool(child.lflag & PL_PPWAIT)
        if vfork:
            self._vforks.append(self.kernel.curlwp)
        if self._tells and child.pid in self.attached:
            thread = Thread(parent.pid, self.kernel.curlwp.lid)
            self._tell(Stop("vfork" if vfork else "fork", thread, child=Thread(child.pid, child.lwps[0].lid)))

    def process_executed(self, p: Proc, path: str) -> None:
        if self._tells and p.pid in self.attached:
            self._tell(Stop("exec", Thread(p.pid, self.kernel.curlwp.lid), path=path))

    def process_exits(self, p: Proc) -> None:
        if p.pid != self.kernel._watched and self._tells and p.pid in self.attached:
            self._exited.append((p, Thread(p.pid, self.kernel.curlwp.lid)))

    def trap_ends(self, traps: Traps) -> None:
        for p, thread in self._exited:  # how, is known only when it is over
            kind = "killed" if p.xsig else "exited"
            self._tell(Stop(kind, thread, signo=p.xsig, status=p.xexit))
        self._exited = []
        for l in [l for l in self._vforks if not l.vforkwaiting]:
            self._vforks.remove(l)
            if self._tells and l.stat != LSZOMB and l.proc.pid in self.attached:
                self._tell(Stop("vforkdone", Thread(l.proc.pid, l.lid)))
        super().trap_ends(traps)

    def received(self, signo: int) -> None:
        """A signal that ends the program or that a fault has caused: stop in the trap that brings it."""
        l, here = self.kernel.curlwp, self.traps.here
        if not self._tells or here is None or l.proc.pid not in self.attached or signo == SIGKILL:
            return
        if here.cycles == self.stopped.cycles and self._told_signal == here.cycles:
            return
        self._told_signal = here.cycles
        self.stopped = here
        self.happened.append(Stop("signal", Thread(l.proc.pid, l.lid), signo=signo))
        self._dispatch(Event(here, numbers=[0]))

    def note(self, text: str) -> None:
        """gdb says such things itself."""

    def trap_begins(self, traps: Traps) -> None:
        words = self.kernel.curlwp.frame.words
        self.call = words[A0] if words[T6] in INDIRECT else words[T6]
        super().trap_begins(traps)

    def _idle(self) -> None:
        """Nobody can run. If that is because gdb lets some processes stand, they go on rather than all stand still."""
        if not self.frozen or self.kernel.sched.next_callout() is not None:
            self._kernel_idle()
            return
        pid = min(self.frozen)
        self.freeze(frozenset())
        if not self._exited and self._tells:
            self._tell(Stop("interrupt", Thread(pid, self.kernel.allproc[pid].lwps[0].lid)))

    def freeze(self, pids: frozenset[int]) -> None:
        """Let these processes not run, and the other debugged ones run again."""
        sched = self.kernel.sched
        self.frozen = pids
        for pid in sorted(self.attached):
            p = self.kernel.allproc.get(pid)
            for l in p.lwps if p is not None and p.stat != SZOMB else ():
                if pid in pids and not l.suspended:
                    l.suspended = True
                    if l.stat == LSRUN:
                        sched.runq.remove(l)
                    if l.stat == LSONPROC and self.traps.here is not None:
                        l.ast = True  # on its way out of the trap it finds that it is suspended
                    else:
                        l.stat = LSSUSPENDED
                elif pid not in pids and l.suspended:
                    l.suspended = False
                    sched.unstop(l)

    def take(self, event: Event) -> list[Stop]:
        """What a run ended with, as data. Points are told by number."""
        l = self.kernel.curlwp
        thread = Thread(l.proc.pid, l.lid)
        found, self.happened = self.happened, []
        if event.ended:
            status = self.kernel.status or 0
            main = Thread(self.kernel._watched, self.kernel._watched)
            if self.kernel.status is None:
                return [*found, Stop("killed", main, signo=SIGKILL, path=event.ended)]
            signo = status & 0x7F
            return [*found, Stop("killed" if signo else "exited", main, signo=signo, status=status >> 8 & 0xFF)]
        for number in event.numbers:
            if number > 0:
                call = [text for text in event.text if f"Catchpoint {number} (" in text]
                kind = "point" if not call else "return" if "returned from" in call[0] else "entry"
                found.append(Stop(kind, thread, number=self.call if call else number))
        if event.interrupted:
            found.append(Stop("interrupt", thread))
        return found or [Stop("step", thread)]


class GdbQuestions(Questions):
    """What gdb asks about any LWP of any process, not only about the one that runs."""

    def _find(self, pid: int, lid: int = 0) -> Lwp:
        p = self.kernel.allproc.get(pid)
        for l in p.lwps if p is not None and p.stat != SZOMB else ():
            if lid in (0, l.lid):
                return l
        raise LookupError(f"there is no LWP {lid} of process {pid}")

    def all_threads(self) -> list[tuple[int, int]]:
        if self.kernel.halting or self.worker.ended:
            return []
        procs = [self.kernel.allproc.get(pid) for pid in sorted(self.worker.attached)]
        return [(p.pid, l.lid) for p in procs if p is not None and p.stat != SZOMB for l in p.lwps if l.stat != LSZOMB]

    def running(self) -> tuple[int, int]:
        l = self.kernel.curlwp
        return l.proc.pid, l.lid

    def describe(self, pid: int, lid: int) -> str:
        from emu.debugger.views.procs import lwp_state

        l = self._find(pid, lid)
        return f"{l.proc.comm}: {lwp_state(l)}"

    def all_registers(self, pid: int, lid: int) -> list[int]:
        """x0..x31, pc, f0..f31, fcsr. Nothing is saved for it that would not be saved otherwise."""
        l = self._find(pid, lid)
        fpu = self.kernel.fpu
        floating = memoryview(bytearray(8 * 33)).cast("Q")
        if fpu.owner is l:
            fpu.hart.read_fpu(floating)
        elif l.fpu_used:
            floating[:] = fpu.uareas.pcb(l.uarea)[:33]
        return [0, *l.frame.gpr, l.frame.words[PC], *floating]

    def put_register(self, pid: int, lid: int, n: int, value: int) -> None:
        target = LwpTarget(self.kernel, self._find(pid, lid))
        if n <= 32:
            target.set_register(n, value)
        else:
            target.set_fregister(n - 33, value)

    def memory(self, pid: int, address: int, size: int) -> bytes:
        """As much as is there."""
        vm = self._find(pid).proc.vm
        found = bytearray()
        while size > 0:
            step = min(size, _PAGE - (address & _PAGE - 1))
            data = peek(vm, address, step)
            if data is None:
                break
            found += data
            address, size = address + step, size - step
        return bytes(found)

    def poke(self, pid: int, address: int, data: bytes) -> None:
        LwpTarget(self.kernel, self._find(pid)).write(address, data)

    def executable(self, pid: int) -> str:
        return self._find(pid).proc.path or ""

    def file(self, pid: int, path: str) -> bytes:
        """A file as the process would find it."""
        from kernel.vfs import namei

        p = self.kernel.allproc.get(pid) or self.kernel.initproc
        try:
            vnode = namei.lookup(p, encode(path))
            return bytes(vnode.read(0, vnode.size))
        except Errno:
            raise LookupError(f"{path}: no such file in the guest") from None

    def auxv(self, pid: int) -> bytes:
        """The auxiliary vector, behind the environment on the stack."""
        p = self._find(pid).proc
        head = peek(p.vm, p.psstrp, 32)
        if head is None:
            return b""
        environment = int.from_bytes(head[16:24], "little")
        at = environment + 8 * (int.from_bytes(head[24:28], "little") + 1)
        found = b""
        while len(found) < 16 * 64:
            pair = peek(p.vm, at + len(found), 16)
            if pair is None:
                return b""
            found += pair
            if not int.from_bytes(pair[:8], "little"):
                break
        return found

    def freeze(self, pids: frozenset[int]) -> bool:
        """Let these processes not run, and the other debugged ones run again; whether that is news."""
        worker = self.worker
        assert isinstance(worker, GdbWorker)
        if pids == worker.frozen:
            return False
        worker.freeze(pids)
        if self.kernel.curlwp.stat == LSSUSPENDED:
            self._give_way()
        return True

    def _give_way(self) -> None:
        """The LWP that had the hart must not run on: the next one's turn begins, as at the end of a quantum."""
        words = self.worker.debugger.words
        if words[RESUME]:  # the rest of its block is counted when it comes to that
            self.kernel.clock.retract(words[STOP_PC])
            words[RESUME] = 0
        self.kernel.switch()
        self.worker.stopped = self.worker.here()

    def post(self, pid: int, lid: int, signo: int) -> None:
        """Send a signal to an LWP."""
        self.kernel.signals.send_lwp(self._find(pid, lid), signo, SigInfo(signo))

    def view_of(self, pid: int, lid: int, command: str, width: int) -> str:
        """A view, about an LWP."""
        from emu.debugger import views

        self._lwp = l = self._find(pid, lid)
        try:
            return "\n".join(views.show(self.kernel, command, lwp=l, width=width, evaluate=self.evaluate))
        finally:
            self.forget()

    def condition(self, text: str) -> bool:
        """Points are for one process: `process N`."""
        if text.startswith("process "):
            return self.kernel.curlwp.proc.pid == int(text.split()[1])
        return super().condition(text)


def _lwp(worker: Worker, pid: int, lid: int) -> Lwp:
    queries = worker.queries
    assert isinstance(queries, GdbQuestions)
    return queries._find(pid, lid)


def _report(worker: Worker, event: Event) -> Report:
    assert isinstance(worker, GdbWorker)
    if event.refine is not None:
        return Report("refine", low=event.refine[0], high=event.refine[1])
    return Report("exited" if event.ended else "stop", value=worker.take(event))


def gdb_continue(worker: Worker) -> Any:
    """Until something happens."""
    event: Event = yield Go()
    while not event.final:
        event = yield Go()
    return _report(worker, event)


def gdb_step(worker: Worker, pid: int, lid: int, low: int, high: int) -> Any:
    """One instruction of an LWP, and more as long as it is in [low, high). A system call is one."""

    def steps() -> Steps:
        lwp = _lwp(worker, pid, lid)
        return (yield Go(step=True, lwp=lwp, low=low, high=high))

    event = yield from steps()
    return _report(worker, event)


ACTIVITIES.update(gdb_continue=gdb_continue, gdb_step=gdb_step)
