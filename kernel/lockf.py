"""Advisory locks: flock(2), and record locks of fcntl(2) (NetBSD: vfs_lockf.c).

Both kinds are byte ranges in one list per file, and they exclude each other. What differs is the owner: an
open file for flock (so fork and dup share it), a process for fcntl (so fork does not).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EAGAIN, EDEADLK, ENOLCK, EOPNOTSUPP, Errno
from kernel.fcntl import F_RDLCK, F_WRLCK, OFF_MAX
from kernel.file import File, Pending
from kernel.proc import PK_ADVLOCK, Proc
from kernel.sched import CondVar

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.vfs.vnode import Vnode

SHARED, EXCLUSIVE = F_RDLCK, F_WRLCK
MAXLOCKS_PER_UID = 1024

Owner = Proc | File


class Lock:
    """A locked range of bytes, `start` to `end` inclusive, or the request for one."""

    __slots__ = ("cv", "end", "kind", "owner", "start", "uid")

    def __init__(self, owner: Owner, kind: int, start: int, end: int, uid: int) -> None:
        self.owner = owner
        self.kind = kind
        self.start = start
        self.end = end
        self.uid = uid  # whose count of locks this is in
        self.cv = CondVar("lockf")

    def conflicts(self, other: Lock) -> bool:
        """Two locks that cannot both be held."""
        return (
            self.owner is not other.owner
            and EXCLUSIVE in (self.kind, other.kind)
            and self.start <= other.end
            and other.start <= self.end
        )


class LockList:
    """The locks on one file: those held, by start, and those waited for, by arrival."""

    __slots__ = ("held", "kernel", "waiting")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.held: list[Lock] = []
        self.waiting: list[Lock] = []

    def blocking(self, request: Lock) -> Lock | None:
        """The first lock that is in a request's way."""
        for lock in self.held:
            if lock.conflicts(request):
                return lock
        return None

    def grant(self, request: Lock) -> None:
        """Hold a lock that nothing blocks. It replaces what its owner had of the range.

        Raises Errno(ENOLCK) when the user holds too many.
        """
        if request.uid and self.kernel.uids.find(request.uid).lockcnt >= MAXLOCKS_PER_UID:
            raise Errno(ENOLCK)
        self._clear(request.owner, request.start, request.end)
        self._merge(request)
        self._enter(request)
        self._wake()

    def unlock(self, owner: Owner, start: int, end: int) -> None:
        """Let go of a range."""
        self._clear(owner, start, end)
        self._wake()

    def drop_owner(self, owner: Owner) -> None:
        """Let go of all an owner has."""
        if any(lock.owner is owner for lock in self.held):
            self.unlock(owner, 0, OFF_MAX)

    def _enter(self, lock: Lock) -> None:
        self.kernel.uids.change_lock_count(lock.uid, 1)
        self.held.append(lock)
        self.held.sort(key=lambda held: held.start)

    def _leave(self, lock: Lock) -> None:
        self.kernel.uids.change_lock_count(lock.uid, -1)
        self.held.remove(lock)

    def _clear(self, owner: Owner, start: int, end: int) -> None:
        """Take a range out of an owner's locks, cutting those that reach beyond it."""
        for lock in [h for h in self.held if h.owner is owner and h.start <= end and start <= h.end]:
            self._leave(lock)
            if lock.start < start:
                self._enter(Lock(owner, lock.kind, lock.start, start - 1, lock.uid))
            if lock.end > end:
                self._enter(Lock(owner, lock.kind, end + 1, lock.end, lock.uid))

    def _merge(self, request: Lock) -> None:
        """Widen a request by the owner's locks of the same kind that touch it."""
        for lock in list(self.held):
            if lock.owner is request.owner and lock.kind == request.kind:
                if lock.end + 1 == request.start or request.end + 1 == lock.start:
                    request.start = min(lock.start, request.start)
                    request.end = max(lock.end, request.end)
                    self._leave(lock)

    def _wake(self) -> None:
        """Something was let go: whoever waits looks again, in order of arrival."""
        for request in list(self.waiting):
            request.cv.broadcast()


def locks_of(kernel: Kernel, vnode: Vnode) -> LockList:
    """A file's lock list, made when first asked for."""
    if vnode.locks is None:
        vnode.locks = LockList(kernel)
    return vnode.locks


def set_lock(l: Lwp, vnode: Vnode, owner: Owner, kind: int, start: int, end: int, wait: bool) -> Pending:
    """Get a lock: at once, or (`wait`) with a coroutine that sleeps until it can be had.

    Raises Errno: EAGAIN when it is taken and waiting is not wanted, EDEADLK when waiting would be for ever,
    ENOLCK.
    """
    locks = locks_of(l.kernel, vnode)
    request = Lock(owner, kind, start, end, l.proc.cred.ruid)
    blocker = locks.blocking(request)
    if blocker is None:
        locks.grant(request)
        return None
    if not wait:
        raise Errno(EAGAIN)
    return _wait_for(l, locks, request, blocker)


async def _wait_for(l: Lwp, locks: LockList, request: Lock, blocker: Lock | None) -> None:
    # An owner that asks for more than it has lets go of the part it asks for: an upgrade from shared to
    # exclusive would otherwise block on another one's upgrade, and never end.
    if isinstance(request.owner, File):
        locks.unlock(request.owner, request.start, request.end)
        blocker = locks.blocking(request)
    locks.waiting.append(request)
    l.kernel.vfs.lock_waits[request] = locks
    try:
        while blocker is not None:
            if isinstance(request.owner, Proc) and _deadlock(l.kernel, request.owner, blocker):
                raise Errno(EDEADLK)
            await request.cv.wait_sig(l)
            blocker = locks.blocking(request)
    finally:
        locks.waiting.remove(request)
        del l.kernel.vfs.lock_waits[request]
    locks.grant(request)


def _deadlock(kernel: Kernel, asker: Proc, blocker: Lock) -> bool:
    """Would `asker`, waiting for `blocker`, wait for itself? Follows processes that wait for processes."""
    pending: list[Owner] = [blocker.owner]
    visited: list[Owner] = []
    while pending:
        owner = pending.pop()
        if owner is asker:
            return True
        if isinstance(owner, File) or owner in visited:
            continue
        visited.append(owner)
        for request, locks in kernel.vfs.lock_waits.items():
            if request.owner is owner:
                next_blocker = locks.blocking(request)
                if next_blocker is not None:
                    pending.append(next_blocker.owner)
    return False


def set_record_lock(l: Lwp, vnode: Vnode, kind: int, start: int, end: int, wait: bool) -> Pending:
    """fcntl(F_SETLK and F_SETLKW) for a read or write lock."""
    l.proc.flag |= PK_ADVLOCK
    return set_lock(l, vnode, l.proc, kind, start, end, wait)


def advlock_file(l: Lwp, file: File, kind: int, wait: bool) -> Pending:
    """flock(2) on an open file. Raises Errno(EOPNOTSUPP) for what is not a file with a vnode."""
    vnode = getattr(file, "vnode", None)
    if vnode is None:
        raise Errno(EOPNOTSUPP)
    return set_lock(l, vnode, file, kind, 0, OFF_MAX, wait)
