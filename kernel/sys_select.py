"""select, pselect, poll, pollts (NetBSD: sys_select.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Protocol

from kernel.errno import EBADF, EINTR, EINVAL, ERESTART, Errno
from kernel.fcntl import (
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLNVAL,
    POLLOUT,
    POLLPRI,
    POLLRDBAND,
    POLLRDNORM,
)
from kernel.select import wait_ready
from kernel.syscall import Result, syscall

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.lwp import Lwp

_POLLFD = struct.Struct("<ihh")
_TIMESPEC = struct.Struct("<qq")
_TIMEVAL = struct.Struct("<qi4x")
_SIGSET = struct.Struct("<QQ")
UNMASKABLE = 1 << 8 | 1 << 16  # SIGKILL, SIGSTOP

# For each fd_set: what is asked of a file, and which answers count.
_SELECT_EVENTS = (
    POLLIN | POLLRDNORM | POLLHUP | POLLERR,
    POLLOUT | POLLHUP | POLLERR,
    POLLPRI | POLLRDBAND,
)


# -- arguments -------------------------------------------------------------------------------------


def _timespec(l: Lwp, va: int) -> int | None:
    """A relative time in ns; None, for ever, when there is no argument."""
    if not va:
        return None
    seconds, ns = _TIMESPEC.unpack(l.proc.vm.copyin(va, _TIMESPEC.size))
    if seconds < 0 or not 0 <= ns < 10**9:
        raise Errno(EINVAL)
    return int(seconds * 10**9 + ns)


def _timeval(l: Lwp, va: int) -> int | None:
    """The same for a struct timeval."""
    if not va:
        return None
    seconds, us = _TIMEVAL.unpack(l.proc.vm.copyin(va, _TIMEVAL.size))
    if seconds < 0 or not 0 <= us < 10**6:
        raise Errno(EINVAL)
    return int(seconds * 10**9 + us * 1000)


def _set_mask(l: Lwp, va: int) -> None:
    """Exchange the signal mask for the time of the call (sigsuspendsetup)."""
    if not va:
        return
    mask, _ = _SIGSET.unpack(l.proc.vm.copyin(va, _SIGSET.size))
    l.restore_mask = l.sigmask
    l.sigmask = mask & ~UNMASKABLE
    l.ast = True  # on the way out, a signal that this mask lets through is taken, and the old mask put back


class Request(Protocol):
    """What one call asks: which files, which events, and where the answer goes.

    Descriptors are looked up anew in every scan, since another LWP may close one meanwhile.
    """

    def scan(self) -> int:
        """Look at every file; how many answers there are."""

    def interest(self) -> list[tuple[File, int]]:
        """The files to wait for, and for what."""

    def copyout(self) -> None:
        """Store the answer in user memory."""


def _run(l: Lwp, request: Request, timeout: int | None) -> Result:
    """Answer at once if something is ready or nothing may be waited for; otherwise sleep."""
    ready = request.scan()
    if ready or timeout == 0:
        request.copyout()
        return ready
    return _wait(l, request, timeout)


async def _wait(l: Lwp, request: Request, timeout: int | None) -> int:
    try:
        ready = await wait_ready(l, "select", request.scan, request.interest, timeout)
    except Errno as e:
        # Never restarted: the time that has passed could not be taken off.
        raise Errno(EINTR if e.errno == ERESTART else e.errno) from None
    request.copyout()
    return ready


# -- poll ------------------------------------------------------------------------------------------


class PollRequest:
    """An array of struct pollfd."""

    def __init__(self, l: Lwp, fds: int, nfds: int) -> None:
        self.l = l
        if nfds > l.kernel.maxfiles:
            raise Errno(EINVAL)
        self.va = fds
        self.entries = list(_POLLFD.iter_unpack(l.proc.vm.copyin(fds, 8 * nfds))) if nfds else []
        self.revents = [0] * nfds

    def scan(self) -> int:
        files = self.l.proc.fd.files
        ready = 0
        for index, (fd, events, _) in enumerate(self.entries):
            revents = 0
            if fd >= 0:
                file = files.get(fd)
                revents = POLLNVAL if file is None else file.poll(events & 0xFFFF | POLLERR | POLLHUP)
            self.revents[index] = revents
            ready += revents != 0
        return ready

    def interest(self) -> list[tuple[File, int]]:
        files = self.l.proc.fd.files
        return [(files[fd], events & 0xFFFF) for fd, events, _ in self.entries if fd in files]

    def copyout(self) -> None:
        if self.entries:
            packed = [
                _POLLFD.pack(fd, events, (revents ^ 0x8000) - 0x8000)
                for (fd, events, _), revents in zip(self.entries, self.revents, strict=True)
            ]
            self.l.proc.vm.copyout(self.va, b"".join(packed))


@syscall(209, "int poll(struct pollfd *fds, u_int nfds, int timeout)", sleeps=True)
def sys_poll(l: Lwp, fds: int, nfds: int, timeout: int) -> Result:
    """`timeout` is in milliseconds; -1 is for ever."""
    if timeout < -1:
        raise Errno(EINVAL)
    return _run(l, PollRequest(l, fds, nfds), None if timeout == -1 else timeout * 10**6)


@syscall(
    437,
    "int __pollts50(struct pollfd *fds, u_int nfds, const struct timespec *ts, const sigset_t *mask)",
    sleeps=True,
)
def sys_pollts(l: Lwp, fds: int, nfds: int, ts: int, mask: int) -> Result:
    timeout = _timespec(l, ts)
    request = PollRequest(l, fds, nfds)
    _set_mask(l, mask)
    return _run(l, request, timeout)


# -- select ----------------------------------------------------------------------------------------


class SelectRequest:
    """Three bit sets of descriptors, which are ints here."""

    def __init__(self, l: Lwp, nd: int, sets: tuple[int, int, int]) -> None:
        self.l = l
        if nd < 0:
            raise Errno(EINVAL)
        nd = min(nd, l.kernel.maxfiles)  # no process can have more
        self.size = (nd + 31) // 32 * 4
        self.vas = sets
        limit = (1 << nd) - 1
        copyin = l.proc.vm.copyin
        self.wanted = [int.from_bytes(copyin(va, self.size), "little") & limit if va else 0 for va in sets]
        self.result = [0, 0, 0]

    def scan(self) -> int:
        self.result = [0, 0, 0]
        table = self.l.proc.fd
        ready = 0
        pending = self.wanted[0] | self.wanted[1] | self.wanted[2]
        while pending:
            bit = pending & -pending
            pending ^= bit
            file = table.get(bit.bit_length() - 1)  # EBADF
            for index, events in enumerate(_SELECT_EVENTS):
                if self.wanted[index] & bit and file.poll(events) & events:
                    self.result[index] |= bit
                    ready += 1
        return ready

    def interest(self) -> list[tuple[File, int]]:
        files = self.l.proc.fd.files
        found = []
        for index, events in enumerate(_SELECT_EVENTS):
            wanted = self.wanted[index]
            while wanted:
                bit = wanted & -wanted
                wanted ^= bit
                fd = bit.bit_length() - 1
                file = files.get(fd)
                if file is None:
                    raise Errno(EBADF)
                found.append((file, events))
        return found

    def copyout(self) -> None:
        for va, result in zip(self.vas, self.result, strict=True):
            if va:
                self.l.proc.vm.copyout(va, result.to_bytes(self.size, "little"))


@syscall(417, "int __select50(int nd, fd_set *in, fd_set *ou, fd_set *ex, struct timeval *tv)", sleeps=True)
def sys_select(l: Lwp, nd: int, readers: int, writers: int, exceptional: int, tv: int) -> Result:
    timeout = _timeval(l, tv)
    return _run(l, SelectRequest(l, nd, (readers, writers, exceptional)), timeout)


@syscall(
    436,
    "int __pselect50(int nd, fd_set *in, fd_set *ou, fd_set *ex, const struct timespec *ts, const sigset_t *mask)",
    sleeps=True,
)
def sys_pselect(l: Lwp, nd: int, readers: int, writers: int, exceptional: int, ts: int, mask: int) -> Result:
    timeout = _timespec(l, ts)
    request = SelectRequest(l, nd, (readers, writers, exceptional))
    _set_mask(l, mask)
    return _run(l, request, timeout)
