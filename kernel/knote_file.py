"""Events of open files: that they can be read or written, and what becomes of the files themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EINVAL, Errno
from kernel.knote import EV_EOF, EV_ONESHOT, EVFILT_EMPTY, EVFILT_READ, EVFILT_VNODE, EVFILT_WRITE, Knote
from kernel.vfs.vnode import NOTE_REVOKE

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.knote import Kevent, Kqueue
    from kernel.lwp import Lwp
    from kernel.select import SelInfo


class DescriptorNote(Knote):
    """A note on a descriptor. It goes when the descriptor is closed, even if the file stays open."""

    __slots__ = ("file", "places")

    of_descriptor = True

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        super().__init__(kq, change)
        self.places: tuple[SelInfo, ...] = ()
        self.file: File

    def attach(self, l: Lwp) -> None:
        table = self.kq.table_of
        self.file = table.get(self.ident)
        self.places = self.where()
        for place in self.places:
            place.klist.append(self)
        table.knotes.setdefault(self.ident, []).append(self)

    def where(self) -> tuple[SelInfo, ...]:
        """The lists to hang on. Raises Errno(EINVAL) if the file has none for this filter."""
        raise Errno(EINVAL)

    def detach(self) -> None:
        for place in self.places:
            place.klist.remove(self)
        notes = self.kq.table_of.knotes.get(self.ident)
        if notes is not None and self in notes:
            notes.remove(self)
            if not notes:
                del self.kq.table_of.knotes[self.ident]

    def fd_closed(self) -> None:
        """The descriptor is being closed (knote_fdclose)."""
        self.drop()


class ReadNote(DescriptorNote):
    """EVFILT_READ: there is something to read, or nothing more will come."""

    __slots__ = ()

    filter = EVFILT_READ
    writing = False

    def where(self) -> tuple[SelInfo, ...]:
        return self.file.kqfilter(self.writing)

    def event(self, hint: int) -> bool:
        if hint == NOTE_REVOKE and self.file.vnode is not None:
            self.flags |= EV_EOF | EV_ONESHOT
            return True
        ready, self.data, eof = self.file.readiness(self.writing)
        self.flags = self.flags | EV_EOF if eof else self.flags & ~EV_EOF
        return ready or eof


class WriteNote(ReadNote):
    """EVFILT_WRITE: there is room, or nobody will ever make any."""

    __slots__ = ()

    filter = EVFILT_WRITE
    writing = True


class VnodeNote(DescriptorNote):
    """EVFILT_VNODE: something happened to the file that the descriptor names."""

    __slots__ = ()

    filter = EVFILT_VNODE

    def where(self) -> tuple[SelInfo, ...]:
        vnode = self.file.vnode
        if vnode is None:
            raise Errno(EINVAL)
        return (vnode.watch(),)

    def event(self, hint: int) -> bool:
        self.fflags |= hint & self.sfflags
        if hint & NOTE_REVOKE:
            self.flags |= EV_EOF
            return True
        return self.fflags != 0


class EmptyNote(DescriptorNote):
    """EVFILT_EMPTY: all that was written has been sent. Only sockets tell that: any other file has no such list."""

    __slots__ = ()

    filter = EVFILT_EMPTY
