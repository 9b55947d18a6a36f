"""A kernel without a machine, for testing system calls that touch little else than their process.

Processes have a flat piece of user memory; time stands still except when a call sleeps, and then jumps to the
next callout. Scheduler, pid table, credentials, limits, timers and the sysctl tree are the real ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from emu.machine.clock import Clock
from kernel.errno import EFAULT, ENAMETOOLONG, Errno
from kernel.kauth import Cred, KAuth
from kernel.limits import MAXFILES, Limits
from kernel.lwp import Lwp
from kernel.pid import PidTable
from kernel.proc import SACTIVE, Pgrp, Proc, Session
from kernel.prot import join_after
from kernel.resource import Stats
from kernel.sched import Scheduler
from kernel.sdt import Sdt
from kernel.siginfo import Pending, SigActs
from kernel.syscall import NATIVE
from kernel.sysctl_tree import build_tree
from kernel.time import Timekeeper
from kernel.uidinfo import UidInfo

BASE, SIZE = 0x10000, 0x10000


class FakeClock:
    boot_time = Clock.boot_time

    def __init__(self) -> None:
        self.time = 0
        self._boot_time = 1_000_000_000 * 10**9
        self.correction: Callable[[int], int] | None = None

    def now(self) -> int:
        return self.time

    def at_most(self, when: int) -> None:
        pass


class FakePmap:
    """Two pages of stack, the only ones there are."""

    resident = 7

    def present(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        yield end - 0x2000, 0
        yield end - 0x1000, 0

    def protect(self, start: int, end: int, prot: int) -> None:
        pass


class FakeVm:
    """User memory from BASE to BASE + SIZE; everything else faults."""

    def __init__(self) -> None:
        self.memory = bytearray(SIZE)
        self.pmap = FakePmap()
        self.maxrss = 9
        self.tsize, self.ssize, self.size, self.brk, self.daddr = 3 << 12, 4 << 20, 40960, 0x5000, 0x4000
        self.changes: list[tuple[int, int, int]] = []

    def _at(self, va: int, n: int) -> int:
        if not (BASE <= va and va + n <= BASE + SIZE):
            raise Errno(EFAULT)
        return va - BASE

    def copyin(self, va: int, n: int) -> bytes:
        at = self._at(va, n)
        return bytes(self.memory[at : at + n])

    def copyout(self, va: int, data: bytes) -> None:
        at = self._at(va, len(data))
        self.memory[at : at + len(data)] = data

    def copyinstr(self, va: int, maximum: int) -> bytes:
        at = self._at(va, 1)
        end = self.memory.find(b"\0", at, at + maximum)
        if end < 0:
            raise Errno(ENAMETOOLONG)
        return bytes(self.memory[at:end])

    def copyin_word(self, va: int) -> int:
        return int.from_bytes(self.copyin(va, 8), "little")

    def copyin_int(self, va: int) -> int:
        return int.from_bytes(self.copyin(va, 4), "little", signed=True)

    def copyout_word(self, va: int, value: int) -> None:
        self.copyout(va, value.to_bytes(8, "little"))

    def copyout_int(self, va: int, value: int) -> None:
        self.copyout(va, value.to_bytes(4, "little", signed=True))

    def overlapping(self, start: int, end: int) -> list[Any]:
        return []

    def change(self, start: int, end: int, *, prot: int, name: str) -> None:
        self.changes.append((start, end, prot))


class FakeSignals:
    """Records what is sent, and leaves it pending as a blocked signal would be."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, Any]] = []
        self.interrupt = 0

    def psignal(self, p: Proc, signo: int, info: Any = None) -> None:
        self.sent.append((p.pid, signo, info))
        p.sigpend.put(signo, info)

    def interrupts_sleep(self, l: Lwp) -> int:
        return self.interrupt

    def stop_before_sleep(self, l: Lwp) -> bool:
        return False


class FakeKernel:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sched = Scheduler(self)  # type: ignore[arg-type]
        self.signals = FakeSignals()
        self.pids = PidTable()
        self.allproc: dict[int, Proc] = {}
        self.random = random.Random(1)
        self.msgbuf = bytearray()
        self.stats = SimpleNamespace(forks=5, forks_ppwait=2, forks_sharevm=1, faults=11)
        self.traps, self.syscalls = 0, [0] * 512
        self.frames = SimpleNamespace(total=16384, free=16000, used=383)
        self.maxproc, self.maxfiles, self.nprocs, self.forkfsleep = 1044, MAXFILES, 0, 0
        self.kq_calloutmax = 4096
        self.kauth = KAuth(self)  # type: ignore[arg-type]
        self.uids = UidInfo()
        self.sdt = Sdt(self, lambda: None)  # type: ignore[arg-type]
        self.timekeeper = Timekeeper(self)  # type: ignore[arg-type]
        self.sysctl = build_tree(self)  # type: ignore[arg-type]
        self.proc0 = self._bare_proc()
        session = Session(0, self.proc0)
        self.proc0.pgrp = Pgrp(0, session)
        self.proc0.pgrp.members.insert(self.proc0)
        self.pids.set_group(0, self.proc0.pgrp)
        self.proc0.cred = Cred()
        self.proc0.limit = Limits.initial(maxproc=self.maxproc, memory=64 << 20)
        self.uids.change_proc_count(0, 1)
        self.curlwp = Lwp(self, self.proc0, 0, 0, None)  # type: ignore[arg-type]

    def account(self, l: Lwp) -> None:
        pass

    def set_limit(self) -> None:
        pass

    def log(self, text: str) -> None:
        self.msgbuf += text.encode()

    def _bare_proc(self) -> Proc:
        p = Proc(self, 0)  # type: ignore[arg-type]
        pid = self.pids.alloc(p)
        assert pid is not None
        p.pid = pid
        self.allproc[pid] = p
        p.stat = SACTIVE
        p.stats = Stats()
        p.sigpend = Pending()
        p.sigacts = SigActs()
        p.vm = FakeVm()  # type: ignore[assignment]
        return p

    def fork(self, parent: Proc | None = None, cred: Cred | None = None) -> Lwp:
        """A new process in its parent's group; its LWP."""
        parent = parent or self.proc0
        p = self._bare_proc()
        p.pptr, p.ppid = parent, parent.pid
        parent.children.insert(p)
        self.kauth.proc_fork(parent, p)
        if cred is not None:
            p.cred = cred
        self.uids.change_proc_count(p.cred.ruid, 1)
        p.limit = parent.limit.for_fork()
        p.stats = parent.stats.fork()
        p.start = self.clock.now()
        join_after(parent, p)
        l = Lwp(self, p, p.pid, 0, None)  # type: ignore[arg-type]
        p.lwps.append(l)
        return l


def call(l: Lwp, number: int, *arguments: int) -> Any:
    """Make a system call as the trap path does: arguments through the prototype's conversions. Time passes
    only while the call sleeps."""
    entry = NATIVE[number]
    assert entry is not None
    frame = [0] * 32
    for i, value in enumerate(arguments):
        frame[9 + i] = value & (1 << 64) - 1
    result = entry.call(l, memoryview(bytearray(b"".join(w.to_bytes(8, "little") for w in frame))).cast("Q"))
    return drive(l, result) if entry.sleeps else result


def drive(l: Lwp, result: Any) -> Any:
    """Run a coroutine to its end, with time jumping to the next callout whenever it sleeps."""
    if not hasattr(result, "send"):
        return result
    k: Any = l.kernel
    reason: int | None = None
    while True:
        try:
            result.send(reason)
        except StopIteration as end:
            return end.value
        while l not in k.sched.runq:
            advance(k, k.sched.next_callout())
        k.sched.runq.remove(l)
        reason = l.wake_reason


def advance(k: Any, to: int | None) -> None:
    """Let time pass up to `to`, running callouts at their moments."""
    assert to is not None, "asleep for ever"
    while (due := k.sched.next_callout()) is not None and due <= to:
        k.clock.time = max(k.clock.time, due)
        k.sched.run_callouts(k.clock.time)
    k.clock.time = max(k.clock.time, to)
