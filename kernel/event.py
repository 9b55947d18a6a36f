"""kqueue and kevent (NetBSD: kern_event.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EBADF, EINTR, EINVAL, ERESTART, EWOULDBLOCK, Errno
from kernel.fcntl import O_CLOEXEC, O_CLOFORK, O_NONBLOCK, O_NOSIGPIPE
from kernel.knote import EV_ERROR, EV_RECEIPT, EV_SYSFLAGS, KEVENT_SIZE, Kevent, Knote, Kqueue
from kernel.knote_file import EmptyNote, ReadNote, VnodeNote, WriteNote
from kernel.knote_proc import ProcNote, SignalNote
from kernel.knote_timer import TimerNote, UserNote
from kernel.syscall import Result, syscall
from kernel.time import copyin_timespec

if TYPE_CHECKING:
    from kernel.lwp import Lwp

FILTERS: dict[int, type[Knote]] = {
    kind.filter: kind for kind in (ReadNote, WriteNote, VnodeNote, ProcNote, SignalNote, TimerNote, UserNote, EmptyNote)
}
CHUNK = 8  # changes that are read at a time
COLLECT_MAX = 1024  # events delivered by one call, at most


def kqueue(l: Lwp, flags: int) -> int:
    """A new queue's descriptor. Raises Errno: EINVAL, EMFILE, ENFILE."""
    if flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE | O_CLOFORK):
        raise Errno(EINVAL)
    table = l.proc.fd
    fd = table.reserve(l)
    try:
        file = Kqueue(l.kernel, flags & (O_NONBLOCK | O_NOSIGPIPE), l.proc.cred, table)
    except Errno:
        table.cancel(fd)
        raise
    return table.install(fd, file, flags)


@syscall(344, "int kqueue(void)")
def sys_kqueue(l: Lwp) -> int:
    return kqueue(l, 0)


@syscall(455, "int kqueue1(int flags)")
def sys_kqueue1(l: Lwp, flags: int) -> int:
    return kqueue(l, flags)


@syscall(
    501,
    "int __kevent100(int fd, const struct kevent *changelist, size_t nchanges, struct kevent *eventlist, "
    "size_t nevents, const struct timespec *timeout)",
    sleeps=True,
)
def sys___kevent100(
    l: Lwp, fd: int, changelist: int, nchanges: int, eventlist: int, nevents: int, timeout: int
) -> Result:
    """Change what a queue watches, then collect events from it."""
    kq = _kqueue(l, fd)
    limit = _copyin_timeout(l, timeout) if timeout else None
    told = _change(l, kq, changelist, nchanges, eventlist, nevents)
    if told or not nevents:
        return told
    if limit is not None and limit < 0:
        raise Errno(EINVAL)
    found = kq.collect(min(nevents, COLLECT_MAX))
    if found or limit == 0:
        return _copyout(l, eventlist, found)
    return _wait(l, fd, kq, eventlist, nevents, limit)


def _copyin_timeout(l: Lwp, timeout: int) -> int:
    """A relative time, or -1 for one that is none: that is an error only when it comes to waiting."""
    try:
        return copyin_timespec(l, timeout)
    except Errno as error:
        if error.errno == EINVAL:
            return -1
        raise


def _kqueue(l: Lwp, fd: int) -> Kqueue:
    """The queue that a descriptor names. Raises Errno(EBADF), also for a queue of another descriptor table's."""
    file = l.proc.fd.get(fd)
    if not isinstance(file, Kqueue) or file.table_of is not l.proc.fd:
        raise Errno(EBADF)
    return file


def _copyout(l: Lwp, eventlist: int, events: list[Kevent]) -> int:
    if events:
        l.proc.vm.copyout(eventlist, b"".join(event.pack() for event in events))
    return len(events)


def _change(l: Lwp, kq: Kqueue, changelist: int, nchanges: int, eventlist: int, nevents: int) -> int:
    """Carry out a change list. What fails is told as an event with EV_ERROR, and so is what has EV_RECEIPT.

    Returns how many events that were. Raises the Errno of what fails when there is no room for them.
    """
    told = 0
    while nchanges:
        n = min(nchanges, CHUNK)
        for change in Kevent.unpack_all(l.proc.vm.copyin(changelist, n * KEVENT_SIZE)):
            change = change._replace(flags=change.flags & ~EV_SYSFLAGS)
            errno = 0
            try:
                kq.register(l, change, FILTERS)
            except Errno as error:
                if told == nevents:
                    raise
                errno = error.errno
            if errno or change.flags & EV_RECEIPT:
                if told == nevents:
                    return told
                event = change._replace(flags=EV_ERROR, data=errno)
                _copyout(l, eventlist + told * KEVENT_SIZE, [event])
                told += 1
        changelist += n * KEVENT_SIZE
        nchanges -= n
    return told


async def _wait(l: Lwp, fd: int, kq: Kqueue, eventlist: int, nevents: int, limit: int | None) -> int:
    clock = l.kernel.clock
    deadline = None if limit is None else clock.now() + limit
    kq.holds += 1
    try:
        while True:
            found = kq.collect(min(nevents, COLLECT_MAX))
            left = None if deadline is None else deadline - clock.now()
            if found or (left is not None and left <= 0):
                return _copyout(l, eventlist, found)
            try:
                await kq.cv.wait_sig(l, left)
            except Errno as error:
                if error.errno == EWOULDBLOCK:
                    continue
                _kqueue(l, fd)  # closed meanwhile
                # Never restarted: the time that has passed could not be taken off.
                raise Errno(EINTR if error.errno == ERESTART else error.errno) from None
    finally:
        kq.unhold(l)
