"""The kernel: everything there is one of, boot, and the loop that runs LWPs (NetBSD: init_main.c, mi_switch).

A machine is given (`Board`), proc 0 and init are made, and `run` lets the hart go. From then on the kernel
runs inside the hart's trap callback; `switch` is where one LWP's turn ends and another's begins.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, NoReturn

import kernel.calls  # noqa: F401  (enters every system call in the table)
from emu.machine.board import Board
from emu.machine.clock import CYCLES_PER_NS, LIMIT, TRAP_COST, TRAPS, USED
from emu.machine.hart import PC
from kernel import lwpctl
from kernel.errno import Errno
from kernel.fcntl import FREAD, FWRITE
from kernel.file import File, FileTable
from kernel.futex import Futexes
from kernel.kauth import Cred, KAuth
from kernel.ktrace import KTrace
from kernel.limits import Limits
from kernel.lwp import Lwp
from kernel.mcontext import Fpu
from kernel.pid import PidTable
from kernel.proc import PK_SYSTEM, SACTIVE, Pgrp, Proc, Session
from kernel.program import Program
from kernel.ras import ras_restart
from kernel.resource import Stats
from kernel.sched import LSONPROC, LSSLEEP, LSZOMB, Scheduler
from kernel.sdt import Sdt
from kernel.select import SelInfo
from kernel.siginfo import Pending, SigActs
from kernel.signal import Signals
from kernel.signo import DEFAULT_IGNORED, SIGCONT, bit
from kernel.syscall import MAXSYSCALL, direct_calls
from kernel.text import encode
from kernel.trap import TRAP_CYCLES, TRAP_NS, Trap, trap_of
from kernel.uidinfo import UidInfo
from kernel.uvm.cow import DEFAULT, STRATEGIES
from kernel.uvm.map import VmSpace
from kernel.uvm.page import Frames
from kernel.uvm.uarea import UAreas
from kernel.vfs.mount import Vfs
from kernel.vfs.vnode import Vnode

if TYPE_CHECKING:
    from kernel.cons import ConsoleTty

QUANTUM_NS = 10 * 10**6  # 1/hz
JITTER_BITS = 23  # of clock cycles: a quantum is longer or shorter by up to 1 ms, as the seed has it
SHORTEST_QUANTUM = QUANTUM_NS * CYCLES_PER_NS - (1 << JITTER_BITS - 1)
DEFAULT_MAXPROC = 20 + 16 * 64
MSGBUF_SIZE = 16384


class Panic(Exception):
    """The kernel cannot go on. The message names the process, pc and trap where it happened."""


class Deadlock(Exception):
    """Every LWP sleeps and nothing can ever wake one."""


class KernelStats:
    """System-wide counters (struct uvmexp and friends)."""

    execs: int
    faults: int
    flt_acow: int  # stores to a private page that was shared with a relative: copied
    flt_anon: int  # zero-filled
    flt_obj: int  # brought in from a memory object
    flt_prcopy: int  # of these, copied at once because the first access was a store
    flt_takeover: int  # stores to a page whose other owners are gone: no copy
    forks: int
    forks_ppwait: int
    forks_sharevm: int
    swtch: int

    __slots__ = tuple(__annotations__)

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)


class Kernel(Trap):
    """One booted system."""

    def __init__(self, board: Board, *, seed: int = 0, cow: str = DEFAULT) -> None:
        """`cow` names the fork strategy (kernel.uvm.cow.STRATEGIES). Raises Errno(ENOMEM) if RAM is too small."""
        from kernel import timers
        from kernel.inject import add_fail_points
        from kernel.mqueue import Mqueues
        from kernel.sysctl_tree import build_tree
        from kernel.sysvshm import SharedMemory
        from kernel.time import Timekeeper
        from kernel.vfs.root import make_root

        self.board = board
        self.hart = board.hart
        self.clock = board.clock
        self.clock_words = board.clock.words
        self.console = board.console
        self.console_tty: ConsoleTty | None = None  # if the console is a terminal of this kernel's
        self.random = Random(seed)
        self._jitter = Random(f"sched {seed}").getrandbits
        self.frames = Frames(board.ram)
        self.frames.forget_code = self.hart.forget_code
        self.uareas = UAreas(self.frames)
        self.fpu = Fpu(self.hart, self.uareas)
        self.calls = direct_calls(self.settle, self.failed)
        self.syscalls = self.calls.counts
        self.faults_watched = False
        self.calls_watched = 0  # processes that stop at every system call for their tracer
        self.sdt = Sdt(self, self._listeners_changed)
        self.ktrace = KTrace(self)
        self.sched = Scheduler(self)
        self.signals = Signals(self)
        self.timers = timers
        self.kauth = KAuth(self)
        self.uids = UidInfo()
        self.pids = PidTable()
        self.allproc: dict[int, Proc] = {}
        self.nprocs = 1
        self.maxproc = DEFAULT_MAXPROC
        self.maxfiles = 3404
        self.forkfsleep = 0  # ticks
        self.profprocs = 0  # processes that are being profiled, as NetBSD counts them
        self.acct_file: Vnode | None = None  # where ended processes are recorded
        self.kq_timers = 0  # timers that are kernel events
        self.kq_calloutmax = 4096
        self.kq_changed: deque[SelInfo] = deque()  # of event queues, whose watchers are still to be told
        self.strict_riscv = False  # rasctl as NetBSD's riscv port has it: not there
        self.last_table_full: int | None = None
        self.forkhooks: list[Callable[[Proc, Proc], None]] = []
        self.exechooks: list[Callable[[Proc], None]] = []
        self.exithooks: list[Callable[[Proc], None]] = []
        self.cow_strategy = STRATEGIES[cow]
        self.stats = KernelStats()
        self.futexes = Futexes()
        self.clock_words[TRAP_COST] = TRAP_CYCLES
        self.msgbuf = bytearray()
        self.halting = False
        self.timed_out = False
        self.program: Program | None = None  # of the process that was spawned
        self.status: int | None = None
        self.quantum_end = 0
        self.fault_error = 0
        self._mark = 0  # the clock when the current LWP's turn was last accounted, and the traps until then
        self._trap_mark = 0
        self._other_cycles = 0  # of the clock, that are neither code nor traps: idle time, rounding at interrupts
        self.curlwp: Lwp
        self.files: FileTable
        self.vfs: Vfs
        self.timekeeper = Timekeeper(self)
        self.sysctl = build_tree(self)
        add_fail_points(self, self.sysctl)
        self.mqueues = Mqueues(self.sysctl)
        self.shm = SharedMemory(self, self.sysctl)
        self.rootvnode = make_root(self)
        self._boot()

    def _listeners_changed(self) -> None:
        """What the hottest paths test is at hand."""
        self.calls.limit = 0 if self.sdt.calls or self.calls_watched else MAXSYSCALL
        self.faults_watched = self.sdt.fault.on

    def watch_calls(self, delta: int) -> None:
        """One process more, or less, stops at every system call."""
        self.calls_watched += delta
        self._listeners_changed()

    # -- boot --------------------------------------------------------------------------------------

    def _boot(self) -> None:
        """Proc 0, then init: pid 1, whose only work is to wait for whoever is left to it."""
        swapper = self._system_process("system", None)
        self.proc0 = swapper
        self.curlwp = swapper.lwps[0]
        self.initproc = self._system_process("init", swapper)
        l = self.initproc.lwps[0]
        l.coro = self._init(l)
        l.coro.send(None)  # up to its first sleep: it has no children yet
        self.hart.serve(self.syscall, self.page_fault, self.trap, self.calls)

    def _system_process(self, name: str, parent: Proc | None) -> Proc:
        """A process that never leaves the kernel."""
        from kernel.descrip import CwdInfo, FileDesc

        p = Proc(self, 0)
        pid = self.pids.alloc(p)
        assert pid is not None
        p.pid = pid
        p.flag = PK_SYSTEM
        p.stat = SACTIVE
        p.comm = name
        p.cred = Cred()
        self.uids.change_proc_count(0, 1)
        if parent is None:
            p.limit = Limits.initial(maxproc=self.maxproc, memory=self.board.ram.size, maxfiles=self.maxfiles)
            session = Session(pid, p)
            p.pgrp = Pgrp(pid, session)
        else:
            self.nprocs += 1
            p.limit = parent.limit.for_fork()
            p.pptr = parent
            p.ppid = parent.pid
            parent.children.insert(p)
            p.pgrp = Pgrp(pid, Session(pid, p))
        self.pids.set_group(pid, p.pgrp)
        p.pgrp.members.insert(p)
        p.fd = FileDesc()
        p.cwdi = CwdInfo(self.rootvnode)
        p.sigacts = SigActs()
        p.sigignore = DEFAULT_IGNORED & ~bit(SIGCONT)
        p.sigpend = Pending()
        p.stats = Stats()
        p.vm = VmSpace(self)
        uarea = self.uareas.alloc()
        frame = self.uareas.trap_frame(uarea)
        frame.words[:] = memoryview(bytes(8 * len(frame.words))).cast("Q")
        self.uareas.label(uarea, pid, pid)
        p.lwps.append(Lwp(self, p, pid, uarea, frame))
        self.allproc[pid] = p
        return p

    async def _init(self, l: Lwp) -> None:
        """init(8), as far as it is needed here: reap orphans."""
        from kernel.exit import P_ALL, WEXITED, find_child

        while True:
            try:
                found = find_child(l, P_ALL, 0, WEXITED)
            except Errno:
                found = None  # no children at the moment
            if found is None:
                await l.proc.waitcv.wait(l)
            elif found.pid == self._watched:
                self.halt(found.status)

    def alloc_proc(self) -> Proc | None:
        """A process structure with a pid, or None when there is no pid (proc_alloc)."""
        p = Proc(self, 0)
        pid = self.pids.alloc(p)
        if pid is None:
            return None
        p.pid = pid
        return p

    _watched = -1

    def spawn(self, path: bytes, argv: list[bytes], envv: list[bytes], cwd: bytes = b"/") -> Proc:
        """Start a program as init's child, in a session of its own, with the console as fds 0, 1 and 2.

        The machine halts when it ends. Raises Errno for what exec cannot run.
        """
        from kernel.descrip import CwdInfo
        from kernel.exec import execve
        from kernel.fork import fork1
        from kernel.prot import enter_pgrp
        from kernel.vfs import namei
        from kernel.vfs.hostio import open_stdio

        parent = self.initproc.lwps[0]
        fork1(parent, 0, 20, 0)
        p = self.initproc.children.first()
        l = p.lwps[0]
        self.sched.runq.remove(l)
        l.coro.close()  # type: ignore[union-attr]
        l.coro = None
        p.flag &= ~PK_SYSTEM
        enter_pgrp(p, p.pid, p.pid, new_session=True)
        open_stdio(self, p)
        directory = namei.lookup(p, cwd)
        p.cwdi.release()
        p.cwdi = CwdInfo(directory)
        self.curlwp = l
        execve(l, path, argv, envv)
        self.sched.setrunnable(l)
        self.curlwp = self.proc0.lwps[0]  # the program's turn has not begun
        self._watched = p.pid
        self.program = p.textvp.program if p.textvp is not None else None
        return p

    def start_init(self, path: bytes, argv: list[bytes], envv: list[bytes]) -> Proc:
        """Let process 1 run a program, with the console as fds 0, 1 and 2, instead of only reaping orphans.

        Raises Errno for what exec cannot run.
        """
        from kernel.exec import execve
        from kernel.vfs.sys_open import vn_open

        p = self.initproc
        l = p.lwps[0]
        assert l.coro is not None and l.wchan is not None
        l.coro.close()
        l.coro = None
        l.wchan.waiters.remove(l)
        l.wchan = None
        p.flag &= ~PK_SYSTEM
        self.curlwp = l
        execve(l, path, argv, envv)
        console = vn_open(l, b"/dev/console", FREAD | FWRITE)
        assert isinstance(console, File)
        for _ in range(3):
            p.fd.install(p.fd.reserve(l), console)
        self.sched.setrunnable(l)
        self.curlwp = self.proc0.lwps[0]
        return p

    # -- running -----------------------------------------------------------------------------------

    def run(self) -> int:
        """Run until the machine halts; the watched program's wait status.

        Raises Panic, with the Python error as its cause, if the kernel itself fails, Deadlock, and MemoryError if the
        host has no memory left, which is not the kernel's fault.
        """
        try:
            self.pick()
            self.switch()
            if not self.halting:
                self.hart.run()
        except (Panic, Deadlock, KeyboardInterrupt, MemoryError):
            raise
        except Exception as error:
            raise Panic(self._where(error)) from error
        assert self.status is not None
        return self.status

    def halt(self, status: int) -> None:
        """Stop the machine; `run` returns this wait status."""
        self.vfs.sync()
        self.status = status
        self.halting = True
        self.hart.stop()

    def panic(self, message: str) -> NoReturn:
        """The kernel found itself in a state that cannot be."""
        self.log(f"panic: {message}\n")
        raise Panic(message)

    def _where(self, error: Exception) -> str:
        l = self.curlwp
        return (
            f"{type(error).__name__}: {error}\n"
            f"in {l.proc!r}, lwp {l.lid}, pc {l.frame.words[PC]:#x}{trap_of(error)}\n"
            + "".join(traceback.format_tb(error.__traceback__))
        )

    def switch(self) -> None:
        """Run the kernel until some LWP can go to user mode, and point the hart at it."""
        sched = self.sched
        l = self.curlwp
        while not self.halting:
            if l.stat != LSONPROC:
                found = self.pick()
                if found is None:
                    return
                l = found
            if l.coro is not None:
                try:
                    l.coro.send(None)
                    if l.stat == LSSLEEP:
                        l.nvcsw += 1
                except StopIteration as end:
                    l.coro = None
                    if l.calling:
                        l.calling = False
                        self.succeed(l, end.value)
                except Errno as error:
                    if not l.calling:
                        raise
                    l.coro = None
                    l.calling = False
                    self.fail(l, error.errno)
            elif l.ast:
                l.coro = self.signals.take(l)
            elif sched.resched:
                sched.resched = False
                if sched.runq:
                    l.nivcsw += 1
                    sched.setrunnable(l)
                else:
                    self.start_quantum()
            else:
                if self.fpu.owner is not l:
                    self.fpu.switch_to(l)
                self.hart.enter(l.frame, l.proc.vm.pmap.root, l)
                return

    def pick(self) -> Lwp | None:
        """Make the next runnable LWP the current one, waiting for one if need be; None if the machine halts."""
        sched = self.sched
        self.account(self.curlwp)
        if self.sdt.off_cpu.on:
            self._off_cpu()
        while not sched.runq:
            self._idle()
            self._mark = self.clock_words[USED]  # nobody's time
            if self.halting:
                return None
        if self.curlwp.lwpctl:
            lwpctl.stopped(self.curlwp)
        self.curlwp = l = sched.runq.popleft()
        if l.lwpctl:
            lwpctl.started(l)
        l.stat = LSONPROC
        if l.proc.raslist:
            ras_restart(l)
        self.stats.swtch += 1
        sched.resched = False
        self.start_quantum()
        if self.sdt.on_cpu.on:
            self.sdt.on_cpu.fire(l)
        return l

    def _off_cpu(self) -> None:
        """The current LWP gives up the CPU to the next one, or to nobody for now."""
        following = self.sched.runq[0] if self.sched.runq else self.proc0.lwps[0]
        self.sdt.off_cpu.fire(following, following.proc)

    def start_quantum(self) -> None:
        """The current LWP may run for a tick, more or less by the seed."""
        words = self.clock_words
        self.quantum_end = end = words[USED] + SHORTEST_QUANTUM + self._jitter(JITTER_BITS)
        if self.sched.callouts or self.curlwp.proc.timers is not None:
            self.set_limit()
        else:
            words[LIMIT] = end

    def _idle(self) -> None:
        """Nobody can run: wait for input if somebody may be waiting for it, else let time jump."""
        if signo := self.board.take_interrupt():
            self.host_signal(signo)
            return
        when = self.sched.next_callout()
        before = self.clock.words[USED]
        if when is None:
            if not self.console.can_wait() or not self.console_wanted():
                raise Deadlock("every process is asleep, and nothing is left that could wake one")
            self.console.wait_input(None)
            return
        ahead = when * CYCLES_PER_NS - before
        if ahead > 0:
            passed = min(ahead, self.console.pause(-(-ahead // CYCLES_PER_NS)) * CYCLES_PER_NS)
            self.clock.words[USED] = before + passed
            self._other_cycles += passed
        self.sched.run_callouts(self.clock.now())

    def console_wanted(self) -> bool:
        """Whether some LWP sleeps for console input."""
        return any(l.stat == LSSLEEP for p in self.allproc.values() for l in p.lwps if not p.flag & PK_SYSTEM)

    def console_poll(self) -> None:
        """Look, once a tick, whether input has come for a sleeping reader, or a ^C."""
        if signo := self.board.take_interrupt():
            self.host_signal(signo)
        if self.console.can_wait():
            self.console.wait_input(0)

    def set_limit(self) -> None:
        """Tell the clock when to interrupt: at the end of the quantum, the next callout or CPU timer."""
        when = self.quantum_end
        if self.sched.callouts:
            callout = self.sched.next_callout()
            if callout is not None and callout * CYCLES_PER_NS < when:
                when = callout * CYCLES_PER_NS
        timers = self.curlwp.proc.timers
        if timers is not None:
            deadline = timers.next_cpu_deadline()
            if deadline is not None:
                when = min(when, self.clock_words[USED] + max(deadline, 1000) * CYCLES_PER_NS)
        self.clock_words[LIMIT] = when

    def account(self, l: Lwp) -> None:
        """Charge the time since the last call to an LWP: traps as system time, code as user time."""
        words = self.clock_words
        used, traps = words[USED], words[TRAPS]
        system = (traps - self._trap_mark) * TRAP_NS
        user = (used - self._mark) // CYCLES_PER_NS - system
        self._mark = used
        self._trap_mark = traps
        l.utime += user
        l.stime += system
        if l.proc.timers is not None and l.stat != LSZOMB:
            l.proc.timers.charge(l, user, system)

    def code_retired(self) -> int:
        """Bytes of user code retired since boot."""
        return self.clock_words[USED] - self.traps * TRAP_CYCLES - self._other_cycles

    # -- messages ----------------------------------------------------------------------------------

    def time_limit(self, ns: int) -> None:
        """End the run after so much virtual time; `timed_out` then says so."""

        def out_of_time() -> None:
            self.timed_out = True
            self.halt(9)

        self.sched.callout(self.clock.now() + ns, out_of_time)

    def host_signal(self, signo: int) -> None:
        """A signal from the host's terminal: to the watched program's process group, or the end."""
        if self.console_tty is not None:
            self.console_tty.host_signal(signo)
            return
        p = self.allproc.get(self._watched)
        if p is None:
            raise KeyboardInterrupt
        self.signals.pgsignal(p.pgrp, signo)

    def log(self, text: str) -> None:
        """Append to the kernel's message buffer, which keeps its last 16 KiB (kern.msgbuf)."""
        self.msgbuf += encode(text)
        del self.msgbuf[:-MSGBUF_SIZE]

    def audit(self) -> list[str]:
        """Recount everything from first principles; what does not add up, in words."""
        from kernel.audit import audit

        return audit(self)
