"""The way into the kernel and out of it again (NetBSD: riscv trap.c, syscall.c; spec A.1).

`syscall`, `page_fault` and `trap` are what the hart calls; one that can call a system call's handler itself comes to
`settle` or `failed` afterwards, if at all. Most traps end where they began: a system call that did not sleep, a fault
that was served. Everything else (a sleep, a signal, a lost quantum) goes through `Kernel.switch`.
"""

from __future__ import annotations

import traceback
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from emu.machine.clock import CYCLES_PER_NS, LIMIT, TRAPS, USED
from emu.machine.hart import (
    A0,
    A1,
    BREAKPOINT,
    CAUSE,
    FETCH_FAULT,
    ILLEGAL_INSTRUCTION,
    LOAD_FAULT,
    PC,
    STORE_FAULT,
    T6,
    TIMER_INTERRUPT,
    TVAL,
)
from kernel.errno import ENOSYS, ERESTART, Errno
from kernel.proc import PST_PROFIL
from kernel.prof import profile_tick
from kernel.resource import check_cpu_limit
from kernel.sched import LSONPROC
from kernel.siginfo import SigInfo
from kernel.signo import SIGBUS, SIGILL, SIGSYS, SIGTRAP
from kernel.syscall import JUSTRETURN, MAXSYSCALL, NATIVE, SYSCALL_LENGTH, WAITING, Result, Value
from kernel.systrace import traced
from kernel.uvm.fault import fault, quick_store, siginfo_for
from kernel.uvm.pmap import PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from emu.machine.calls import Calls
    from emu.machine.clock import Clock
    from kernel.lwp import Lwp
    from kernel.mcontext import Fpu
    from kernel.sched import Scheduler
    from kernel.sdt import Sdt
    from kernel.signal import Signals

ILL_ILLOPC, TRAP_BRKPT, BUS_ADRALN = 1, 1, 1
_ACCESS = {FETCH_FAULT: PROT_EXEC, LOAD_FAULT: PROT_READ, STORE_FAULT: PROT_WRITE}

TRAP_NS = 1000  # virtual time charged for every trap
TRAP_CYCLES = TRAP_NS * CYCLES_PER_NS

# `csrrs rd, csr, x0` for cycle, time and instret, without rd.
_COUNTERS = {0xC000_2073: "cycle", 0xC010_2073: "time", 0xC020_2073: "instret"}
_TIMEBASE_NS = 100  # rdtime counts at 10 MHz

INDIRECT = (0, 198)  # syscall, __syscall: the number is the first argument


def trap_of(error: BaseException) -> str:
    """Which trap the kernel was serving when this was raised, as the Python stack tells it; for panics."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        name, values = frame.f_code.co_name, frame.f_locals
        for entry in NATIVE:
            if entry is not None and getattr(entry.handler, "__code__", None) is frame.f_code:
                return f", system call {entry.number}, {entry.name}"
        if name in ("trap", "page_fault") and frame.f_code.co_filename == __file__:
            return f", trap {values['cause']}, address {values['tval']:#x}"
    return ""


class Trap:
    """The part of Kernel that handles traps and system calls. First what it needs of the rest."""

    calls: Calls  # for the hart; none of them while some probe of system calls is listened to
    clock: Clock
    clock_words: memoryview  # clock.words, at hand
    curlwp: Lwp
    fault_error: int
    faults_watched: bool  # some probe of page faults is listened to
    fpu: Fpu
    quantum_end: int  # in clock cycles
    sched: Scheduler
    sdt: Sdt
    _other_cycles: int
    signals: Signals
    syscalls: memoryview  # how often each was called

    @abstractmethod
    def switch(self) -> None: ...

    @abstractmethod
    def account(self, l: Lwp) -> None: ...

    @abstractmethod
    def set_limit(self) -> None: ...

    @abstractmethod
    def console_poll(self) -> None: ...

    @abstractmethod
    def code_retired(self) -> int: ...

    @property
    def direct(self) -> bool:
        """Whether nobody listens to system calls."""
        return self.calls.limit != 0

    @property
    def traps(self) -> int:
        """How many traps there were since boot."""
        return self.clock_words[TRAPS]

    def trap(self, cause: int, tval: int) -> None:
        """Handle a trap of the current LWP that is no system call; on return the hart's frame is that of the LWP
        to run next."""
        l = self.curlwp
        if cause in _ACCESS:
            words = l.frame.words
            words[CAUSE], words[TVAL] = cause, tval
            signo, code = siginfo_for(self.fault_error)
            self.signals.trapsignal(l, SigInfo(signo, code, addr=tval, trap=cause))
        elif cause == TIMER_INTERRUPT:
            self.timer_interrupt()
        else:
            self._exception(l, cause, tval)
        if l.ast or l.coro is not None or self.sched.resched or l.stat != LSONPROC:
            self.switch()

    def page_fault(self, cause: int, tval: int) -> bool:
        """Serve a page fault before registers are saved; True if the LWP can go on right away.

        If not, `trap` is called next: `fault_error` says why the fault could not be served.
        """
        p = self.curlwp.proc
        if self.faults_watched:
            self.sdt.fault.fire(p.vm, tval, _ACCESS[cause])
        if cause != STORE_FAULT or not quick_store(p.vm, tval):
            error = fault(p.vm, tval, _ACCESS[cause], by_user=True)
            if error:
                self.fault_error = error
                return False
        p.stats.minflt += 1
        return True

    def timer_interrupt(self) -> None:
        """The clock's limit: a callout is due, or the quantum is over, or both."""
        words = self.clock_words
        # The block that would have passed the limit did not run. Time goes up to the limit all the same, or
        # the callout that set it would not be due yet.
        if words[LIMIT] > words[USED]:
            self._other_cycles += words[LIMIT] - words[USED]
            words[USED] = words[LIMIT]
        self.account(self.curlwp)  # CPU-time timers expire here
        self.sched.run_callouts(self.clock.now())
        self.console_poll()
        if words[USED] >= self.quantum_end:
            self.sched.resched = True
            check_cpu_limit(self.curlwp.proc)
            if self.curlwp.proc.stflag & PST_PROFIL:
                profile_tick(self.curlwp)
        else:
            self.set_limit()

    def _exception(self, l: Lwp, cause: int, tval: int) -> None:
        """Illegal instructions, breakpoints, misaligned atomics."""
        words = l.frame.words
        words[CAUSE], words[TVAL] = cause, tval
        if cause == ILLEGAL_INSTRUCTION:
            if self._counter(l):
                return
            info = SigInfo(SIGILL, ILL_ILLOPC, addr=words[PC], trap=cause)
        elif cause == BREAKPOINT:
            info = SigInfo(SIGTRAP, TRAP_BRKPT, addr=words[PC], trap=cause)
        else:
            info = SigInfo(SIGBUS, BUS_ADRALN, addr=tval, trap=cause)
        self.signals.trapsignal(l, info)

    def _counter(self, l: Lwp) -> bool:
        """Emulate rdcycle, rdtime and rdinstret from virtual time; False if the instruction is none of them."""
        words = l.frame.words
        try:
            insn = int.from_bytes(l.proc.vm.copyin(words[PC], 4), "little")
        except Errno:
            return False
        counter = _COUNTERS.get(insn & ~0xF80)
        if counter is None:
            return False
        cycles = self.clock.cycles()
        value = {"cycle": cycles, "time": self.clock.now() // _TIMEBASE_NS, "instret": self.code_retired() >> 2}
        rd = insn >> 7 & 31
        if rd:
            words[rd - 1] = value[counter]
        words[PC] += 4
        return True

    # -- system calls ------------------------------------------------------------------------------

    def syscall(self) -> None:
        """Handle a system call (spec A.1): number in t6; pc is moved past the error jump before the handler runs.

        A hart that can call handlers itself (kernel.syscall.direct_calls) does this for all calls that are in the
        table, unless they are listened to.
        """
        l = self.curlwp
        words: Sequence[int] = l.frame.words
        l.frame.words[PC] += SYSCALL_LENGTH
        number = words[T6]
        if number in INDIRECT:  # syscall(2), whose first argument is the number
            number = words[A0]
            words = [*words[:A0], *words[A1 : A0 + 8], 0]  # the arguments moved down by one register
        entry = NATIVE[number] if number < MAXSYSCALL else None
        self.syscalls[number if number < MAXSYSCALL else 0] += 1
        try:
            if not self.direct:
                result = traced(l, number, entry, words)
            elif entry is not None:
                result = entry.call(l, words)
            else:
                raise Errno(ENOSYS)
        except Errno as error:
            self.fail(l, error.errno)
            result = JUSTRETURN
        if entry is None:
            self.signals.psignal(l.proc, SIGSYS)  # may be blocked or ignored: then the errno is all there is
        self.settle(result)

    def failed(self, error: BaseException) -> None:
        """A handler raised this: an errno, or it is broken."""
        if not isinstance(error, Errno):
            raise error
        self.fail(self.curlwp, error.errno)
        self.settle(JUSTRETURN)

    def settle(self, result: Result) -> None:
        """What a handler returned goes to the program, at once or when it has done waiting."""
        l = self.curlwp
        if isinstance(result, WAITING):
            l.coro = result
            l.calling = True  # `switch` drives it, and comes back to `succeed` or `fail`
            self.switch()
            return
        self.succeed(l, cast(Value, result))
        if l.ast or l.coro is not None or l.stat != LSONPROC:
            self.switch()

    def succeed(self, l: Lwp, result: Value) -> None:
        """Both result registers are written: a1 is 0 unless the call says otherwise."""
        words = l.frame.words
        if result.__class__ is int:
            words[A0] = result & 0xFFFF_FFFF_FFFF_FFFF
            words[A1] = 0
        elif result is None:
            words[A0] = words[A1] = 0
        elif isinstance(result, tuple) and result is not JUSTRETURN:
            words[A0], words[A1] = (value & 0xFFFF_FFFF_FFFF_FFFF for value in result)

    def fail(self, l: Lwp, errno: int) -> None:
        """a0 is the errno and pc the error jump; or, to restart, everything as it was at the ecall."""
        words = l.frame.words
        if errno == ERESTART:
            words[PC] -= 12
            return
        words[A0] = errno
        words[PC] -= 8
