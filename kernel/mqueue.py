"""POSIX message queues (NetBSD: sys_mqueue.c).

A queue has a name, which is no path, and lives until it is unlinked and nobody has it open. Its descriptors
are file descriptors: fork passes them on. How many a process has open is counted in `Proc.mqueue_cnt`, which
fork copies whether or not the child gets the descriptors, and which only the last close of an open queue
brings down, for whoever did it (spec C.13, quirk Q8).

Queues that nobody has open are counted by nobody, so there is a limit for the system: on how many there are, and on
the room that all of their messages may take. That is set aside when a queue is made; no send fails for want of it.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING

from kernel.errno import (
    EACCES,
    EAGAIN,
    EBADF,
    EBUSY,
    EEXIST,
    EINTR,
    EINVAL,
    EMFILE,
    EMSGSIZE,
    ENOENT,
    ENOSPC,
    EOPNOTSUPP,
    ERESTART,
    ETIMEDOUT,
    EWOULDBLOCK,
    Errno,
)
from kernel.fcntl import (
    ALLPERMS,
    FREAD,
    FWRITE,
    O_ACCMODE,
    O_CLOEXEC,
    O_CLOFORK,
    O_CREAT,
    O_EXCL,
    O_NONBLOCK,
    POLLIN,
    POLLOUT,
    POLLRDNORM,
    S_ISTXT,
)
from kernel.file import MQUEUE, File, FileTable, Pending, Stat
from kernel.proc import SACTIVE, SSTOP
from kernel.sched import CondVar
from kernel.select import SelInfo
from kernel.siginfo import SigInfo
from kernel.signo import NSIG
from kernel.syscall import Result, syscall
from kernel.sysctl import INT, Request, Sysctl
from kernel.time import TIMESPEC, realtime
from kernel.timers import SIGEV_SIGNAL

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.uio import Uio

MQ_NAMELEN = 256
DEFAULT_MSGSIZE = 1024 - 32  # less the header with which a message is kept
QUEUES_MAX = 1024  # in the system
ROOM_MAX = 64 << 20  # bytes that the messages of all queues may take
MESSAGE_HEADER = 64  # bytes that a message takes besides its own
SI_MESGQ = -4

_ATTR = struct.Struct("<4q")  # struct mq_attr: flags, maxmsg, msgsize, curmsgs
_SIGEVENT = struct.Struct("<iiQQQ")  # notify, signo, value, function, attributes

Notification = tuple["Proc", int, int, int]  # who wants it; sigev_notify, sigev_signo, sigev_value


class Mqueues:
    """All queues that have a name, and the system's limits for them (sysctl kern.mqueue)."""

    __slots__ = (
        "by_name", "count", "mq_def_maxmsg", "mq_max_maxmsg", "mq_max_msgsize", "mq_open_max", "mq_prio_max", "room",
    )  # fmt: skip

    def __init__(self, tree: Sysctl) -> None:
        self.by_name: dict[bytes, Mqueue] = {}
        self.count = 0  # of all queues: one that was unlinked is one as long as somebody has it open
        self.room = 0  # that is set aside for their messages
        self.mq_open_max = 512
        self.mq_prio_max = 32
        self.mq_max_msgsize = 16 * 1024
        self.mq_def_maxmsg = 32
        self.mq_max_maxmsg = 16 * 32
        for name in ("mq_open_max", "mq_max_msgsize", "mq_def_maxmsg", "mq_max_maxmsg"):
            self._add(tree, name)
        tree.add("kern.mqueue.mq_prio_max", INT, read=lambda r: self.mq_prio_max)

    def enter(self, mq: Mqueue) -> None:
        """Give a new queue its name. Raises Errno(ENOSPC) if there is no room for it."""
        if self.count >= QUEUES_MAX or self.room + mq.room > ROOM_MAX:
            raise Errno(ENOSPC)
        self.count += 1
        self.room += mq.room
        self.by_name[mq.name] = mq

    def reclaim(self, mq: Mqueue) -> None:
        """Let go of a queue that has no name any more, unless somebody has it open."""
        if mq.unlinked and not mq.opens:
            self.count -= 1
            self.room -= mq.room

    def _add(self, tree: Sysctl, name: str) -> None:
        def read(r: Request) -> int:
            value: int = getattr(self, name)
            return value

        def write(r: Request, value: int | bytes) -> None:
            assert isinstance(value, int)
            if value < 1:
                raise Errno(EINVAL)
            setattr(self, name, value)

        tree.add(f"kern.mqueue.{name}", INT, read=read, write=write)


class Mqueue:
    """One queue. Messages of the highest priority go first, and among them the oldest. Times are ns of day."""

    __slots__ = (
        "atime", "btime", "curmsgs", "gid", "kernel", "maxmsg", "messages", "mode", "msgsize", "mtime", "name",
        "notification", "opens", "receive_cv", "rsel", "send_cv", "uid", "unlinked", "wsel",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, name: bytes, mode: int, cred: Cred, maxmsg: int, msgsize: int) -> None:
        self.kernel = kernel
        self.name = name
        self.mode = mode
        self.uid, self.gid = cred.euid, cred.egid
        self.maxmsg = maxmsg
        self.msgsize = msgsize
        self.curmsgs = 0
        self.messages: dict[int, deque[bytes]] = {}  # by priority
        self.opens = 0  # open files that name it
        self.unlinked = False
        self.notification: Notification | None = None
        self.receive_cv = CondVar("mqrecv")
        self.send_cv = CondVar("mqsend")
        self.rsel = SelInfo()
        self.wsel = SelInfo()
        self.atime = self.mtime = self.btime = realtime(kernel)

    @property
    def room(self) -> int:
        """Bytes that its messages may take in all."""
        return self.maxmsg * (self.msgsize + MESSAGE_HEADER)

    def put(self, message: bytes, priority: int) -> None:
        """Enter a message. Who asked to be told of one in an empty queue is, unless a receiver is waiting."""
        if not self.curmsgs and not self.receive_cv.waiters and self.notification is not None:
            p, notify, signo, value = self.notification
            self.notification = None
            if notify == SIGEV_SIGNAL and p.stat in (SACTIVE, SSTOP):
                self.kernel.signals.psignal(p, signo, SigInfo(signo, SI_MESGQ, value=value))
        self.messages.setdefault(priority, deque()).append(message)
        self.curmsgs += 1
        self.mtime = realtime(self.kernel)
        self.receive_cv.broadcast()
        self.rsel.notify()

    def first(self) -> tuple[bytes, int]:
        """The message that is next, and its priority."""
        priority = max(self.messages)
        return self.messages[priority][0], priority

    def take(self, priority: int) -> None:
        """Remove the message that is next."""
        queue = self.messages[priority]
        queue.popleft()
        if not queue:
            del self.messages[priority]
        self.curmsgs -= 1
        self.atime = realtime(self.kernel)
        self.send_cv.broadcast()
        self.wsel.notify()

    def unlink(self) -> None:
        """It has no name any more. Whoever waits is told."""
        self.unlinked = True
        self.receive_cv.broadcast()
        self.send_cv.broadcast()
        self.rsel.notify()
        self.wsel.notify()


class MqueueFile(File):
    """A queue that is open."""

    __slots__ = ("mq",)

    kind = MQUEUE

    def __init__(self, table: FileTable, flags: int, cred: Cred, mq: Mqueue) -> None:
        super().__init__(table, flags, cred)
        self.mq = mq
        mq.opens += 1

    def close(self, l: Lwp) -> None:
        p, mq = l.proc, self.mq
        p.mqueue_cnt = max(p.mqueue_cnt - 1, 0)
        if mq.notification is not None and mq.notification[0] is p:
            mq.notification = None
        mq.opens -= 1
        l.kernel.mqueues.reclaim(mq)

    def restart(self, kernel: Kernel) -> None:
        for cv in (self.mq.receive_cv, self.mq.send_cv):
            for sleeper in list(cv.waiters):
                kernel.sched.wake(sleeper, ERESTART)

    def read(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EOPNOTSUPP)

    def write(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EOPNOTSUPP)

    def poll(self, events: int) -> int:
        revents = 0
        if self.mq.curmsgs:
            revents |= events & (POLLIN | POLLRDNORM)
        if self.mq.curmsgs < self.mq.maxmsg:
            revents |= events & POLLOUT
        return revents

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.mq.rsel, self.mq.wsel)

    def stat(self) -> Stat:
        mq = self.mq
        return Stat(
            dev=0, ino=0, mode=mq.mode, nlink=0, uid=mq.uid, gid=mq.gid, rdev=0, atime=mq.atime, mtime=mq.mtime,
            ctime=mq.mtime, birthtime=mq.btime, size=0, blocks=0, blksize=0, flags=0, gen=0,
        )  # fmt: skip


# -- opening and unlinking -------------------------------------------------------------------------


def _copyin_name(l: Lwp, name: int) -> bytes:
    """A queue's name: a slash, something, and no more slashes. Raises Errno: EINVAL, ENAMETOOLONG, EFAULT."""
    text = l.proc.vm.copyinstr(name, MQ_NAMELEN)
    if not text.startswith(b"/") or len(text) < 2 or b"/" in text[1:]:
        raise Errno(EINVAL)
    return text


def _create(l: Lwp, name: bytes, mode: int, attr: int) -> Mqueue:
    """A new queue. Raises Errno(EINVAL) for attributes beyond the limits."""
    k = l.kernel
    limits = k.mqueues
    maxmsg, msgsize = limits.mq_def_maxmsg, DEFAULT_MSGSIZE
    if attr:
        _, maxmsg, msgsize, _ = _ATTR.unpack(l.proc.vm.copyin(attr, _ATTR.size))
        if not (0 < maxmsg <= limits.mq_max_maxmsg and 0 < msgsize <= limits.mq_max_msgsize):
            raise Errno(EINVAL)
    permissions = mode & ~l.proc.cwdi.cmask & ALLPERMS & ~S_ISTXT
    return Mqueue(k, name, permissions, l.proc.cred, maxmsg, msgsize)


def _check_access(mq: Mqueue, cred: Cred, flags: int) -> None:
    """Raises Errno(EACCES)."""
    if cred.euid == 0:
        return
    if cred.euid == mq.uid:
        granted = mq.mode >> 6
    elif cred.in_group(mq.gid):
        granted = mq.mode >> 3
    else:
        granted = mq.mode
    wanted = (4 if flags & FREAD else 0) | (2 if flags & FWRITE else 0)
    if wanted & ~granted:
        raise Errno(EACCES)


@syscall(257, "mqd_t mq_open(const char *name, int oflag, mode_t mode, struct mq_attr *attr)")
def sys_mq_open(l: Lwp, name: int, oflag: int, mode: int, attr: int) -> int:
    """Open or make a queue. As POSIX has it, its descriptor does not outlive exec."""
    k, p = l.kernel, l.proc
    if oflag & O_ACCMODE == O_ACCMODE:
        raise Errno(EINVAL)
    text = _copyin_name(l, name)
    if p.mqueue_cnt >= k.mqueues.mq_open_max:
        raise Errno(EMFILE)
    flags = (oflag & O_ACCMODE) + 1
    fd = p.fd.reserve(l)
    try:
        k.files.check()
        mq = k.mqueues.by_name.get(text)
        if mq is None:
            if not oflag & O_CREAT:
                raise Errno(ENOENT)
            mq = _create(l, text, mode, attr)
            k.mqueues.enter(mq)
        elif oflag & O_CREAT and oflag & O_EXCL:
            raise Errno(EEXIST)
        else:
            _check_access(mq, p.cred, flags)
        file = MqueueFile(k.files, flags | oflag & O_NONBLOCK, p.cred, mq)
    except Errno:
        p.fd.cancel(fd)
        raise
    p.mqueue_cnt += 1
    return p.fd.install(fd, file, O_CLOEXEC | oflag & O_CLOFORK)


@syscall(258, "int mq_close(mqd_t mqdes)")
def sys_mq_close(l: Lwp, mqdes: int) -> None:
    _open_queue(l, mqdes)
    l.proc.fd.close(l, mqdes)


@syscall(259, "int mq_unlink(const char *name)")
def sys_mq_unlink(l: Lwp, name: int) -> None:
    text = _copyin_name(l, name)
    mq = l.kernel.mqueues.by_name.get(text)
    if mq is None:
        raise Errno(ENOENT)
    if l.proc.cred.euid not in (0, mq.uid):
        raise Errno(EACCES)
    del l.kernel.mqueues.by_name[text]
    mq.unlink()
    l.kernel.mqueues.reclaim(mq)


def _open_queue(l: Lwp, mqdes: int, access: int = 0) -> MqueueFile:
    """The open queue of a descriptor. Raises Errno(EBADF) if it is none, or not open for `access`."""
    file = l.proc.fd.get(mqdes)
    if not isinstance(file, MqueueFile) or access & ~file.flags:
        raise Errno(EBADF)
    return file


# -- attributes ------------------------------------------------------------------------------------


def _pack_attr(file: MqueueFile) -> bytes:
    mq = file.mq
    return _ATTR.pack(file.flags & O_NONBLOCK, mq.maxmsg, mq.msgsize, mq.curmsgs)


@syscall(260, "int mq_getattr(mqd_t mqdes, struct mq_attr *mqstat)")
def sys_mq_getattr(l: Lwp, mqdes: int, mqstat: int) -> None:
    l.proc.vm.copyout(mqstat, _pack_attr(_open_queue(l, mqdes)))


@syscall(261, "int mq_setattr(mqd_t mqdes, const struct mq_attr *mqstat, struct mq_attr *omqstat)")
def sys_mq_setattr(l: Lwp, mqdes: int, mqstat: int, omqstat: int) -> None:
    """Only whether the descriptor waits can be changed."""
    flags, *_ = _ATTR.unpack(l.proc.vm.copyin(mqstat, _ATTR.size))
    file = _open_queue(l, mqdes)
    if omqstat:
        l.proc.vm.copyout(omqstat, _pack_attr(file))
    file.flags = file.flags & ~O_NONBLOCK | flags & O_NONBLOCK


@syscall(262, "int mq_notify(mqd_t mqdes, const struct sigevent *notification)")
def sys_mq_notify(l: Lwp, mqdes: int, notification: int) -> None:
    """Ask for a signal, once, when a message comes into the empty queue; or do not want it any more."""
    if not notification:
        _open_queue(l, mqdes).mq.notification = None
        return
    notify, signo, value, _, _ = _SIGEVENT.unpack(l.proc.vm.copyin(notification, _SIGEVENT.size))
    if notify == SIGEV_SIGNAL and not 0 < signo < NSIG:
        raise Errno(EINVAL)
    mq = _open_queue(l, mqdes).mq
    if mq.notification is not None and mq.notification[0].stat in (SACTIVE, SSTOP):
        raise Errno(EBUSY)
    mq.notification = (l.proc, notify, signo, value)


# -- messages --------------------------------------------------------------------------------------


def _send(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, priority: int, timeout: int) -> Result:
    limits = l.kernel.mqueues
    if priority >= limits.mq_prio_max:
        raise Errno(EINVAL)
    if msg_len > limits.mq_max_msgsize:
        raise Errno(EMSGSIZE)
    message = l.proc.vm.copyin(msg_ptr, msg_len) if msg_len else b""
    file = _open_queue(l, mqdes, FWRITE)
    mq = file.mq
    if msg_len > mq.msgsize:
        raise Errno(EMSGSIZE)
    if mq.curmsgs < mq.maxmsg:
        mq.put(bytes(message), priority)
        return None
    return _send_later(l, file, mqdes, bytes(message), priority, timeout)


async def _send_later(l: Lwp, file: MqueueFile, mqdes: int, message: bytes, priority: int, timeout: int) -> None:
    mq = file.mq
    file.holds += 1
    try:
        while mq.curmsgs >= mq.maxmsg:
            await _wait(l, file, mqdes, mq.send_cv, timeout)
        mq.put(message, priority)
    finally:
        file.unhold(l)


def _receive(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, msg_prio: int, timeout: int) -> Result:
    file = _open_queue(l, mqdes, FREAD)
    if msg_len < file.mq.msgsize:
        raise Errno(EMSGSIZE)
    if file.mq.curmsgs:
        return _deliver(l, file.mq, msg_ptr, msg_prio)
    return _receive_later(l, file, mqdes, msg_ptr, msg_prio, timeout)


async def _receive_later(l: Lwp, file: MqueueFile, mqdes: int, msg_ptr: int, msg_prio: int, timeout: int) -> int:
    file.holds += 1
    try:
        while not file.mq.curmsgs:
            await _wait(l, file, mqdes, file.mq.receive_cv, timeout)
        return _deliver(l, file.mq, msg_ptr, msg_prio)
    finally:
        file.unhold(l)


def _deliver(l: Lwp, mq: Mqueue, msg_ptr: int, msg_prio: int) -> int:
    """Give the caller the next message; its length."""
    message, priority = mq.first()
    mq.take(priority)
    if message:
        l.proc.vm.copyout(msg_ptr, message)
    if msg_prio:
        l.proc.vm.copyout(msg_prio, priority.to_bytes(4, "little"))
    return len(message)


async def _wait(l: Lwp, file: MqueueFile, mqdes: int, cv: CondVar, timeout: int) -> None:
    """Sleep until the queue has changed. `timeout` is the address of a moment of time of day.

    Raises Errno: EAGAIN if the descriptor does not wait, ETIMEDOUT, EINVAL for what is no time, EBADF if it was
    closed meanwhile; EINTR for any signal, and when the queue is unlinked.
    """
    if file.flags & O_NONBLOCK:
        raise Errno(EAGAIN)
    left = None
    if timeout:
        seconds, ns = TIMESPEC.unpack(l.proc.vm.copyin(timeout, TIMESPEC.size))
        if seconds < 0 or not 0 <= ns < 10**9:
            raise Errno(EINVAL)
        left = seconds * 10**9 + ns - realtime(l.kernel)
    try:
        await cv.wait_sig(l, left)
    except Errno as error:
        if error.errno == EWOULDBLOCK:
            raise Errno(ETIMEDOUT) from None
        _open_queue(l, mqdes)
        raise Errno(EINTR) from None
    if file.mq.unlinked:
        raise Errno(EINTR)


@syscall(263, "int mq_send(mqd_t mqdes, const char *msg_ptr, size_t msg_len, unsigned msg_prio)", sleeps=True)
def sys_mq_send(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, msg_prio: int) -> Result:
    return _send(l, mqdes, msg_ptr, msg_len, msg_prio, 0)


@syscall(264, "ssize_t mq_receive(mqd_t mqdes, char *msg_ptr, size_t msg_len, unsigned *msg_prio)", sleeps=True)
def sys_mq_receive(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, msg_prio: int) -> Result:
    return _receive(l, mqdes, msg_ptr, msg_len, msg_prio, 0)


@syscall(
    432,
    "int __mq_timedsend50(mqd_t mqdes, const char *msg_ptr, size_t msg_len, unsigned msg_prio, "
    "const struct timespec *abs_timeout)",
    sleeps=True,
)
def sys___mq_timedsend50(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, msg_prio: int, abs_timeout: int) -> Result:
    return _send(l, mqdes, msg_ptr, msg_len, msg_prio, abs_timeout)


@syscall(
    433,
    "ssize_t __mq_timedreceive50(mqd_t mqdes, char *msg_ptr, size_t msg_len, unsigned *msg_prio, "
    "const struct timespec *abs_timeout)",
    sleeps=True,
)
def sys___mq_timedreceive50(l: Lwp, mqdes: int, msg_ptr: int, msg_len: int, msg_prio: int, abs_timeout: int) -> Result:
    return _receive(l, mqdes, msg_ptr, msg_len, msg_prio, abs_timeout)
