"""A kernel that has everything files need, and no processor: for tests that call system call handlers.

User memory is one bytearray, mapped at USER_BASE. A handler that would sleep returns a coroutine; `Task`
runs it by hand, as the scheduler's loop would.
"""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from emu.machine.clock import CYCLES_PER_NS, USED, Clock
from emu.machine.console import Console
from emu.machine.ram import Ram
from kernel import sys_descrip, sys_generic, sys_select
from kernel.descrip import CwdInfo, FileDesc
from kernel.errno import EFAULT, ENAMETOOLONG, Errno
from kernel.kauth import Cred, KAuth
from kernel.lwp import Lwp
from kernel.proc import Proc
from kernel.sched import CondVar, Scheduler
from kernel.sdt import Sdt
from kernel.syscall import NATIVE
from kernel.uidinfo import UidInfo
from kernel.uvm.page import Frames
from kernel.vfs import sys_attr, sys_cwd, sys_data, sys_name, sys_open, sys_stat, sys_statvfs
from kernel.vfs.root import make_root

MODULES = (
    sys_attr,
    sys_cwd,
    sys_data,
    sys_descrip,
    sys_generic,
    sys_name,
    sys_open,
    sys_select,
    sys_stat,
    sys_statvfs,
)
USER_BASE = 0x10000
USER_SIZE = 1 << 21
RLIMIT_FSIZE, RLIMIT_NOFILE = 1, 8


class UserMemory:
    """copyin and copyout over a bytearray."""

    def __init__(self) -> None:
        self.memory = bytearray(USER_SIZE)
        self.next = 0

    def place(self, data: bytes, align: int = 16) -> int:
        """Put bytes somewhere; their address."""
        start = -(-self.next // align) * align
        if start + len(data) > USER_SIZE:
            start = 0
        self.memory[start : start + len(data)] = data
        self.next = start + len(data)
        return USER_BASE + start

    def _range(self, va: int, n: int) -> slice:
        start = va - USER_BASE
        if n == 0:
            return slice(0, 0)
        if start < 0 or start + n > USER_SIZE:
            raise Errno(EFAULT)
        return slice(start, start + n)

    def copyin(self, va: int, n: int) -> bytes:
        return bytes(self.memory[self._range(va, n)])

    def copyout(self, va: int, data: bytes | bytearray | memoryview) -> None:
        self.memory[self._range(va, len(data))] = data

    def copyinstr(self, va: int, maximum: int) -> bytes:
        start = self._range(va, 1).start
        end = self.memory.find(0, start, start + maximum)
        if end < 0:
            raise Errno(ENAMETOOLONG)
        return bytes(self.memory[start:end])


class StoppedClock(Clock):
    """Virtual time that moves when a test says so."""

    def __init__(self) -> None:
        super().__init__(None)

    @property
    def time(self) -> int:
        """Nanoseconds since boot."""
        return self.now()

    @time.setter
    def time(self, ns: int) -> None:
        self.words[USED] = ns * CYCLES_PER_NS


class SentSignals:
    """Remembers what was sent; a test sets `interrupt` to the errno a sleep shall end with."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.interrupt = 0

    def psignal(self, p: Proc, signo: int, info: Any = None) -> None:
        self.sent.append((p.pid, signo))

    def interrupts_sleep(self, l: Any) -> int:
        return self.interrupt

    def stop_before_sleep(self, l: Any) -> bool:
        return False


class FileKernel:
    """The parts of a Kernel that files use."""

    def __init__(self, console: Console | None = None) -> None:
        self.frames = Frames(Ram(4 << 20))
        self.clock = StoppedClock()
        self.signals = SentSignals()
        self.uids = UidInfo()
        self.sdt = Sdt(self, lambda: None)  # type: ignore[arg-type]
        self.random = random.Random(1)
        self.maxfiles = 3404
        self.console = console or Console.buffers()
        self.messages: list[str] = []
        self.processes: dict[int, Proc] = {}
        self.pids = SimpleNamespace(find=self.processes.get, group=self.processes.get)
        this: Any = self
        self.sched = Scheduler(this)
        self.kauth = KAuth(this)
        self.rootvnode = make_root(this)

    def log(self, text: str) -> None:
        self.messages.append(text)

    def process(self, uid: int = 0, gid: int = 0, groups: tuple[int, ...] = ()) -> User:
        """A new process in the root directory, without descriptors."""
        this: Any = self
        p = Proc(this, len(self.processes) + 1)
        self.processes[p.pid] = p
        p.cred = Cred(uid, uid, uid, gid, gid, gid, groups)
        p.fd = FileDesc()
        p.cwdi = CwdInfo(self.rootvnode)
        stubs: Any = p
        stubs.limit = SimpleNamespace(soft=[(1 << 63) - 1] * 12)
        stubs.limit.soft[RLIMIT_NOFILE] = 128
        stubs.vm = UserMemory()
        stubs.pgrp = SimpleNamespace(session=SimpleNamespace(ttyvp=None))
        return User(self, p)


class User:
    """An LWP, and what its program does. Text and bytes among a call's arguments become pointers."""

    def __init__(self, kernel: FileKernel, proc: Proc) -> None:
        self.kernel = kernel
        self.proc = proc
        proc.lwps.append(self)  # type: ignore[arg-type]
        self.wchan: CondVar | None = None
        self.interruptible = False
        self.timeout = None
        self.wake_reason = 0
        self.stat = 7
        self.sigmask = 0
        self.restore_mask: int | None = None
        self.cancelled = False
        self._ast = False

    wmesg = Lwp.wmesg

    @property
    def ast(self) -> bool:
        return self._ast or bool(self.kernel.signals.interrupt)

    @ast.setter
    def ast(self, ast: bool) -> None:
        self._ast = ast

    @property
    def memory(self) -> UserMemory:
        vm: Any = self.proc.vm
        return vm  # type: ignore[no-any-return]

    def fork(self) -> User:
        """A child as plain fork makes it, as far as files go."""
        child = self.kernel.process()
        child.proc.cwdi.release()
        child.proc.cred = self.proc.cred
        child.proc.fd = self.proc.fd.copy()
        child.proc.cwdi = self.proc.cwdi.copy()
        return child

    def clone_files(self) -> User:
        """A child that shares the descriptor table and the working directory."""
        child = self.kernel.process()
        child.proc.cwdi.release()
        child.proc.cred = self.proc.cred
        child.proc.fd = self.proc.fd.share()
        child.proc.cwdi = self.proc.cwdi.share()
        return child

    def thread(self) -> User:
        """Another LWP of this process."""
        return User(self.kernel, self.proc)

    def exit(self) -> None:
        """The process closes everything."""
        self.proc.fd.free(self)  # type: ignore[arg-type]
        self.proc.cwdi.release()

    def start(self, name: str, *arguments: Any) -> Task:
        """Begin a call; it may be asleep afterwards."""
        values = [self._value(a) for a in arguments]
        return Task(self, HANDLERS[name], values)

    def _value(self, argument: Any) -> Any:
        if isinstance(argument, str):
            argument = argument.encode() + b"\0"
        return self.memory.place(argument) if isinstance(argument, bytes) else argument

    def call(self, name: str, *arguments: Any) -> Any:
        """A call that must not sleep; its result, or Errno raised."""
        task = self.start(name, *arguments)
        assert task.done, f"{name} went to sleep"
        return task.result()

    def errno(self, name: str, *arguments: Any) -> int:
        """A call that must fail; its error."""
        task = self.start(name, *arguments)
        assert task.done, f"{name} went to sleep"
        return task.errno()

    def open(self, path: str, flags: int = 0, mode: int = 0o644) -> int:
        fd: int = self.call("open", path, flags, mode)
        return fd

    def write(self, fd: int, data: bytes) -> int:
        n: int = self.call("write", fd, data, len(data))
        return n

    def read(self, fd: int, n: int) -> bytes:
        buffer = self.memory.place(bytes(n))
        return self.memory.copyin(buffer, self.call("read", fd, buffer, n))

    def create(self, path: str, data: bytes = b"", mode: int = 0o644) -> None:
        """Make a file with contents."""
        fd = self.open(path, 0x601, mode)  # O_WRONLY | O_CREAT | O_TRUNC
        if data:
            assert self.write(fd, data) == len(data)
        self.call("close", fd)


class Task:
    """A system call in progress."""

    def __init__(self, l: User, handler: Any, arguments: list[Any]) -> None:
        self.l = l
        self.value: Any = None
        self.error: Errno | None = None
        self.done = False
        self.coro: Any = None
        try:
            result = handler(l, *arguments)
        except Errno as e:
            self._finish(None, e)
            return
        if hasattr(result, "send"):
            self.coro = result
            self._send(None)
        else:
            self._finish(result, None)

    def _send(self, value: Any) -> None:
        try:
            self.coro.send(value)
        except StopIteration as e:
            self._finish(e.value, None)
        except Errno as e:
            self._finish(None, e)

    def _finish(self, value: Any, error: Errno | None) -> None:
        self.done, self.value, self.error = True, value, error

    def run(self) -> Task:
        """Go on if somebody woke us."""
        runq: Any = self.l.kernel.sched.runq
        while not self.done and self.l in runq:
            runq.remove(self.l)
            self.l.stat = 7
            self._send(self.l.wake_reason)
        return self

    def wake(self, reason: int) -> Task:
        """End the sleep as a signal or a timeout would."""
        self.l.kernel.sched.wake(self.l, reason)  # type: ignore[arg-type]
        return self.run()

    def result(self) -> Any:
        assert self.done, "still asleep"
        if self.error is not None:
            raise self.error
        return 0 if self.value is None else self.value

    def errno(self) -> int:
        assert self.done and self.error is not None, f"expected an error, got {self.value}"
        return self.error.errno


def _plain_name(name: str) -> str:
    """The library's name of a call: without underscores in front and a version behind."""
    name = name.lstrip("_")
    for version in ("100", "190", "50", "30", "90"):
        name = name.removesuffix(version)
    return name


HANDLERS = {_plain_name(entry.name): entry.handler for entry in NATIVE if entry is not None}
