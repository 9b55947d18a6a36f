"""The scheduler: run queue, sleep and wakeup, callouts (NetBSD: kern_synch.c, kern_condvar.c, kern_timeout.c).

An LWP inside the kernel is a coroutine, and `await` is the only place where it can lose the CPU. What it
awaits, in the end, is `_sleep()` below, which hands control to the scheduler's loop in `kernel.main`. The
loop resumes it; why it was woken is in `lwp.wake_reason`: 0, or an errno.

Everything between two awaits is atomic. There are no locks.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator
from itertools import count
from types import coroutine
from typing import TYPE_CHECKING

from emu.machine.clock import LAST
from kernel.errno import EINTR, ERESTART, EWOULDBLOCK, Errno

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel

# lwp.stat (sys/lwp.h)
LSIDL, LSRUN, LSSLEEP, LSSTOP, LSZOMB, LSONPROC, LSSUSPENDED = 1, 2, 3, 4, 5, 7, 8
SSTOP = 4  # proc.stat (kernel.proc imports this module)


@coroutine
def _sleep(l: Lwp) -> Generator[None, None, int]:
    """Give up the CPU; the value is what `Scheduler.wake` was told."""
    yield
    return l.wake_reason


class Callout:
    """A function to call at a moment of virtual time. `cancel()` is harmless at any time."""

    __slots__ = ("function", "when")

    def __init__(self, when: int, function: Callable[[], None]) -> None:
        self.when = when  # ns of virtual time
        self.function: Callable[[], None] | None = function

    def cancel(self) -> None:
        self.function = None


class CondVar:
    """A condition variable: a named queue of sleeping LWPs. The name is what `ps` shows as wmesg."""

    __slots__ = ("name", "waiters")

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiters: deque[Lwp] = deque()

    @coroutine
    def wait(self, l: Lwp) -> Generator[None, None, None]:
        """Sleep until woken; no signal ends it (cv_wait)."""
        l.kernel.sched.block(l, self, interruptible=False)
        yield

    @coroutine
    def wait_sig(self, l: Lwp, timeout: int | None = None) -> Generator[None, None, None]:
        """Sleep until woken, a signal arrives or `timeout` ns of virtual time pass (cv_timedwait_sig).

        May return for no reason, as after a stop, so the caller looks again at what it waits for.
        Raises Errno: EINTR or ERESTART for a signal, by its SA_RESTART flag; EWOULDBLOCK for a timeout.
        """
        if timeout is not None and timeout <= 0:
            raise Errno(EWOULDBLOCK)
        self.block_sig(l, timeout)
        yield
        if l.wake_reason:
            raise Errno(l.wake_reason)

    def block_sig(self, l: Lwp, timeout: int | None = None) -> None:
        """The first part of `wait_sig`, for a coroutine that yields and looks at `l.wake_reason` itself."""
        k = l.kernel
        # Whatever else interrupts a sleep is something to do before user mode, too (LW_PENDSIG).
        pending = k.signals.interrupts_sleep(l) if l.ast or l.cancelled else 0
        if not pending:
            k.sched.block(l, self, True, timeout)
        elif not k.signals.stop_before_sleep(l):
            raise Errno(pending)

    def broadcast(self) -> None:
        """Wake every waiter, in the order in which they went to sleep."""
        waiters = self.waiters
        while waiters:
            l = waiters[0]
            l.kernel.sched.wake(l, 0)

    def signal(self) -> None:
        """Wake the waiter that has slept longest."""
        if self.waiters:
            l = self.waiters[0]
            l.kernel.sched.wake(l, 0)


class Scheduler:
    """Round robin over one run queue, and the callout heap. Times are ns of virtual time."""

    __slots__ = ("_order", "callouts", "kernel", "resched", "runq")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.runq: deque[Lwp] = deque()
        self.callouts: list[tuple[int, int, Callout]] = []
        self._order = count()  # callouts due at the same moment fire in the order they were set
        self.resched = False  # the running LWP's quantum is over, or something better is runnable

    # -- run queue ---------------------------------------------------------------------------------

    def setrunnable(self, l: Lwp) -> None:
        """Put an LWP at the end of the run queue."""
        l.stat = LSRUN
        self.runq.append(l)

    def setrunnable_first(self, l: Lwp) -> None:
        """Put an LWP before all others, where a higher priority takes it in NetBSD."""
        l.stat = LSRUN
        self.runq.appendleft(l)

    def block(self, l: Lwp, cv: CondVar, interruptible: bool, timeout: int | None = None) -> None:
        """Enter the current LWP in a sleep queue. The caller must suspend right after."""
        l.stat = LSSLEEP
        l.wchan = cv
        l.interruptible = interruptible
        cv.waiters.append(l)
        if timeout is not None:
            l.timeout = self.callout(self.kernel.clock.now() + timeout, lambda: self.wake(l, EWOULDBLOCK))

    def wake(self, l: Lwp, reason: int) -> None:
        """End an LWP's sleep; its `await` delivers `reason`. No effect on an LWP that is not asleep.

        A stopped LWP that was asleep stays stopped, and will find the reason when it is continued.
        """
        cv = l.wchan
        if cv is None:
            return
        waiters = cv.waiters
        if waiters[0] is l:
            waiters.popleft()
        else:
            waiters.remove(l)
        l.wchan = None
        l.interruptible = False
        if l.timeout is not None:
            l.timeout.cancel()
            l.timeout = None
        l.wake_reason = reason
        if l.stat == LSSLEEP:
            l.stat = LSRUN  # setrunnable
            self.runq.append(l)

    def interrupt(self, l: Lwp, restart: bool) -> None:
        """A signal arrived for an LWP: end its sleep if signals may."""
        if l.wchan is not None and l.interruptible:
            self.wake(l, ERESTART if restart else EINTR)

    async def pause(self, l: Lwp, wmesg: str, timeout: int) -> None:
        """Sleep for `timeout` ns of virtual time, whatever happens (kpause, not interruptible)."""
        if timeout <= 0:
            return
        self.block(l, CondVar(wmesg), interruptible=False, timeout=timeout)
        await _sleep(l)

    async def yield_cpu(self, l: Lwp) -> None:
        """Go to the end of the run queue (sched_yield, preemption inside the kernel)."""
        l.wake_reason = 0
        self.setrunnable(l)
        await _sleep(l)

    async def stop(self, l: Lwp) -> None:
        """Park the LWP in LSSTOP until `unstop`."""
        l.stat = LSSTOP
        l.wake_reason = 0
        await _sleep(l)

    async def suspend(self, l: Lwp) -> None:
        """Park the LWP in LSSUSPENDED until `_lwp_continue`, and tell those who asked for it."""
        l.stat = LSSUSPENDED
        l.wake_reason = 0
        l.proc.lwpcv.broadcast()
        await _sleep(l)

    def unstop(self, l: Lwp) -> None:
        """Let a stopped or suspended LWP go on: runnable again, or back to the sleep in which it was stopped.

        It takes the release of both its process and itself (proc_unstop, lwp_continue).
        """
        if l.stat in (LSSTOP, LSSUSPENDED):
            if l.suspended:
                l.stat = LSSUSPENDED
            elif l.proc.stat == SSTOP:
                l.stat = LSSTOP
            elif l.wchan is None:
                self.setrunnable(l)
            else:
                l.stat = LSSLEEP
                if l.interruptible and (errno := self.kernel.signals.interrupts_sleep(l)):
                    self.wake(l, errno)

    # -- callouts ----------------------------------------------------------------------------------

    def callout(self, when: int, function: Callable[[], None]) -> Callout:
        """Call `function` when virtual time reaches `when` ns. It must not sleep.

        Any number will do: what was due before boot is due at once, and what the clock cannot count to is never
        called. It does not keep an idle machine waiting either.
        """
        c = Callout(max(0, when), function)
        if c.when <= LAST:
            heapq.heappush(self.callouts, (c.when, next(self._order), c))
            self.kernel.clock.at_most(c.when)
        return c

    def next_callout(self) -> int | None:
        """The moment of the earliest callout that still stands, or None."""
        heap = self.callouts
        while heap and heap[0][2].function is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def run_callouts(self, now: int) -> None:
        """Call everything that is due."""
        heap = self.callouts
        while heap and heap[0][0] <= now:
            function = heapq.heappop(heap)[2].function
            if function is not None:
                function()
