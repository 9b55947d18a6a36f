"""Waiting for files to become ready: the kernel's side of select and poll (NetBSD: sys_select.c).

Whatever can be waited for has a SelInfo. A poller that finds nothing ready leaves its condition variable in
the SelInfo of every file it asked about, and sleeps; the object calls `notify` when its state changed, and
the poller looks again. Kernel events (kqueue) hang on the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernel.errno import EWOULDBLOCK, Errno
from kernel.sched import CondVar

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.lwp import Lwp


class SelInfo:
    """Who waits for a change of one object (struct selinfo)."""

    __slots__ = ("klist", "pollers", "sigio")

    def __init__(self) -> None:
        self.pollers: dict[CondVar, None] = {}  # in the order in which they came
        self.klist: list[Any] = []  # knotes: objects with a method activate(hint)
        self.sigio: list[File] = []  # files whose owner wants SIGIO (O_ASYNC)

    def notify(self, hint: int = 0) -> None:
        """The object's state changed."""
        if self.pollers:
            for cv in list(self.pollers):
                cv.broadcast()
        if self.klist:
            for knote in list(self.klist):
                knote.activate(hint)
        if self.sigio:
            for file in list(self.sigio):
                file.send_sigio()


async def wait_ready(
    l: Lwp,
    wmesg: str,
    scan: Callable[[], int],
    interest: Callable[[], list[tuple[File, int]]],
    timeout: int | None,
) -> int:
    """Sleep until `scan()` is not 0, and deliver that; 0 after `timeout` ns of virtual time.

    `interest` names the files and events that `scan` looks at. Raises Errno(EINTR).
    """
    deadline = None if timeout is None else l.kernel.clock.now() + timeout
    cv = CondVar(wmesg)
    while True:
        ready = scan()
        if ready:
            return ready
        remaining = None if deadline is None else deadline - l.kernel.clock.now()
        if remaining is not None and remaining <= 0:
            return 0
        places = [s for file, events in interest() for s in file.selinfo(events)]
        for place in places:
            place.pollers[cv] = None
        try:
            await cv.wait_sig(l, remaining)
        except Errno as e:
            if e.errno != EWOULDBLOCK:
                raise
        finally:
            for place in places:
                place.pollers.pop(cv, None)
