"""Where traces go (NetBSD: kern_ktrace.c struct ktr_desc, ktrace_thread).

A record for a regular file is written at once. Writing to anything else may take time: what is traced must not
wait for that, nor would its signals end it. So there is a kernel thread for each such file, and a queue.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, ENOMEM, EPIPE, Errno
from kernel.exit import lwp_free
from kernel.fcntl import POLLOUT
from kernel.lwp import Lwp
from kernel.sched import CondVar
from kernel.select import wait_ready
from kernel.time import TICK
from kernel.uio import Uio
from kernel.vfs.vnode import VREG, Vnode

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.main import Kernel

MAX_ENTRIES = 1000  # records that wait to be written; more are lost (ktd_maxentry)


class KernelUio(Uio):
    """A transfer of bytes that are the kernel's own."""

    __slots__ = ("_data",)

    def __init__(self, kernel: Kernel, data: bytes) -> None:
        super().__init__(kernel.proc0.vm, 0, len(data))
        self._data = data

    def get(self, length: int) -> bytes:
        data, self._data = self._data[:length], self._data[length:]
        self.resid -= length
        return data


class TraceFile:
    """Where processes are traced to. Holds the open file as long as one of them is, or records are left."""

    __slots__ = ("_cv", "_lost", "_queue", "_thread", "file", "kernel", "users")

    def __init__(self, kernel: Kernel, file: File) -> None:
        self.kernel = kernel
        self.file = file
        self.users = 0
        self._queue: deque[bytes] = deque()
        self._lost = 0
        self._cv = CondVar("ktrwait")
        self._thread: Lwp | None = None

    @property
    def vnode(self) -> Vnode | None:
        return self.file.vnode

    def names(self, file: File) -> bool:
        """Whether an open file is where this trace goes."""
        return file is self.file or (file.vnode is not None and file.vnode is self.vnode)

    def begin(self) -> None:
        """Get ready for the first user. Raises Errno: ENOMEM, EAGAIN without memory or an id for the thread."""
        if self.users or self._thread is not None:
            return
        if self.vnode is None or self.vnode.vtype is not VREG:
            self._thread = _kernel_thread(self.kernel, "ktrace")
            self._thread.coro = self._run(self._thread)
            self.kernel.ktrace.threads.append(self)
        self.file.refs += 1

    def end(self) -> None:
        """Nobody is traced to the file any more; what is queued is still written."""
        if self._thread is None:
            self.file.release(self.kernel.curlwp)
        else:
            self._cv.broadcast()

    def write(self, record: bytes) -> None:
        """Append a record. Raises Errno if it cannot be written, as far as that is known now."""
        vnode = self.vnode
        if self._thread is None:
            assert vnode is not None
            vnode.write(vnode.size, record)
            vnode.mtime = vnode.ctime = vnode.mount.now()
        elif len(self._queue) < MAX_ENTRIES:
            self._queue.append(record)
            self._cv.broadcast()
        else:
            self._lost += 1

    async def _run(self, l: Lwp) -> None:
        """The thread: write what is queued, until nobody is traced to the file any more."""
        k = self.kernel
        while self._queue or self.users:
            if not self._queue:
                await self._cv.wait(l)
                continue
            if self._lost:
                k.log(f"ktrace failed, error {ENOMEM:#x}, total {self._lost}\n")
                self._lost = 0
            data = b"".join(self._queue)
            self._queue.clear()
            try:
                await self._put(l, KernelUio(k, data))
            except Errno as error:
                k.ktrace.give_up(self, error.errno, silent=error.errno == EPIPE)
                break
        self._queue.clear()
        k.ktrace.threads.remove(self)
        self._thread = None
        self.file.release(l)
        l.coro = None  # which runs this
        l.proc.lwps.remove(l)
        lwp_free(l)

    async def _put(self, l: Lwp, uio: Uio) -> None:
        file = self.file
        while uio.resid:
            try:
                pending = file.write(l, uio)
                if pending is not None:
                    await pending
            except Errno as error:
                if error.errno != EAGAIN:
                    raise
                # NetBSD tries again every tick. If nobody ever makes room, that would keep a machine going in which
                # everybody else sleeps.
                await l.kernel.sched.pause(l, "ktrzzz", TICK)
                await wait_ready(l, "ktrzzz", lambda: file.poll(POLLOUT), lambda: [(file, POLLOUT)], None)


def _kernel_thread(k: Kernel, name: str) -> Lwp:
    """One more LWP of process 0, runnable; what it runs is up to the caller (kthread_create).

    Raises Errno: ENOMEM, EAGAIN without memory or an id.
    """
    p = k.proc0
    uarea = k.uareas.alloc()
    l = Lwp(k, p, 0, uarea, k.uareas.trap_frame(uarea))
    lid = k.pids.alloc(l)
    if lid is None:
        k.uareas.free(uarea)
        raise Errno(EAGAIN)
    l.lid = lid
    l.name = name
    k.uareas.label(uarea, p.pid, lid)
    l.frame.words[:] = memoryview(bytes(8 * len(l.frame.words))).cast("Q")
    p.lwps.append(l)
    k.sched.setrunnable(l)
    return l
