"""Kernel events: queues and the notes on them (NetBSD: kern_event.c).

A Knote says that a queue wants to hear of something: a descriptor that can be read, a process that forks. It
hangs on a list of what it watches (SelInfo.klist, Proc.klist), whose `activate` calls end in `event`, where
the note judges whether there is something to tell. What there is stays in the note, once, however often it
happened, until somebody collects it from the queue.

What can be watched is a matter of subclasses, one per filter: see kernel.knote_file, kernel.knote_proc and
kernel.knote_timer.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from kernel.errno import EINVAL, ENOENT, EOPNOTSUPP, ERESTART, Errno
from kernel.fcntl import FREAD, FWRITE, POLLIN, POLLRDNORM, S_IFIFO
from kernel.file import KQUEUE, File, IoctlResult, Pending, Readiness, Stat
from kernel.sched import CondVar
from kernel.select import SelInfo

if TYPE_CHECKING:
    from kernel.descrip import FileDesc
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.uio import Uio

EVFILT_READ, EVFILT_WRITE, EVFILT_AIO, EVFILT_VNODE, EVFILT_PROC = range(5)
EVFILT_SIGNAL, EVFILT_TIMER, EVFILT_FS, EVFILT_USER, EVFILT_EMPTY = range(5, 10)

EV_ADD, EV_DELETE, EV_ENABLE, EV_DISABLE = 0x1, 0x2, 0x4, 0x8
EV_ONESHOT, EV_CLEAR, EV_RECEIPT, EV_DISPATCH = 0x10, 0x20, 0x40, 0x80
EV_SYSFLAGS, EV_ERROR, EV_EOF = 0xF000, 0x4000, 0x8000

KFILTER_BYFILTER, KFILTER_BYNAME = 0xC0186B00, 0xC0186B01
_MAPPING = struct.Struct("<QQI4x")  # struct kfilter_mapping: name, len, filter

_KEVENT = struct.Struct("<QIII4xqQ4Q")
KEVENT_SIZE = 72


class Kevent(NamedTuple):
    """struct kevent: what a program asks for, and what it is told."""

    ident: int
    filter: int
    flags: int
    fflags: int
    data: int
    udata: int
    ext: tuple[int, ...] = (0, 0, 0, 0)

    @classmethod
    def unpack_all(cls, data: bytes) -> list[Kevent]:
        """An array of them."""
        return [cls._make((*words[:6], words[6:])) for words in _KEVENT.iter_unpack(data)]

    def pack(self) -> bytes:
        return _KEVENT.pack(*self[:6], *self.ext)


class Knote:
    """Something a queue wants to hear of."""

    __slots__ = (
        "active", "data", "detached", "disabled", "ext", "fflags", "flags", "ident", "kq", "sdata", "sfflags", "udata",
    )  # fmt: skip

    filter: ClassVar[int]
    auto_flags = 0  # EV_* that the filter sets by itself
    of_descriptor = False  # `ident` is a descriptor

    def __init__(self, kq: Kqueue, change: Kevent) -> None:
        self.kq = kq
        self.ident = change.ident
        self.flags = change.flags | self.auto_flags
        self.sfflags = change.fflags  # what was asked for
        self.sdata = change.data
        self.fflags = 0  # what there is to tell
        self.data = 0
        self.udata = change.udata
        self.ext = change.ext
        self.active = False  # there is something to tell
        self.disabled = bool(change.flags & EV_DISABLE)
        self.detached = False  # what it watched is gone

    # -- what filters differ in -----------------------------------------------------------------------

    def attach(self, l: Lwp) -> None:
        """Begin to watch. Raises Errno."""

    def detach(self) -> None:
        """Stop watching."""

    def event(self, hint: int) -> bool:
        """Something happened (`hint`), or somebody looks (0): is there something to tell?"""
        return False

    def change(self, l: Lwp, new: Kevent) -> None:
        """The program asks for something else than before. Raises Errno."""
        self.sfflags = new.fflags
        self.sdata = new.data

    def report(self) -> Kevent:
        """What the program gets to see."""
        return Kevent(self.ident, self.filter, self.flags, self.fflags, self.data, self.udata, self.ext)

    def told(self) -> None:
        """It was reported, and EV_CLEAR wants it forgotten."""
        self.data = 0
        self.fflags = 0

    # -- life -----------------------------------------------------------------------------------------

    def activate(self, hint: int) -> None:
        """What the note watches has changed."""
        if self.event(hint):
            self.fire()

    def fire(self) -> None:
        """There is something to tell (knote_activate)."""
        self.active = True
        if not self.disabled:
            self.kq.enqueue(self)

    def drop(self) -> None:
        """The queue does not want to hear of it any more (knote_detach)."""
        if not self.detached:
            self.detached = True
            self.detach()
        self.kq.forget(self)


class Kqueue(File):
    """A queue of events: an open file of its own kind, which fork does not copy."""

    __slots__ = ("cv", "index", "kernel", "notes", "queue", "sel", "table_of")

    kind = KQUEUE

    def __init__(self, kernel: Kernel, flags: int, cred: Cred, table_of: FileDesc) -> None:
        super().__init__(kernel.files, FREAD | FWRITE | flags, cred)
        self.kernel = kernel
        self.table_of = table_of  # the descriptors that its notes name
        self.notes: dict[Knote, None] = {}  # all, in order of creation
        self.index: dict[tuple[int, int], Knote] = {}  # by filter and ident
        self.queue: dict[Knote, None] = {}  # those with something to tell, in order
        self.cv = CondVar("kqueue")
        self.sel = SelInfo()

    # -- notes ----------------------------------------------------------------------------------------

    def enqueue(self, note: Knote) -> None:
        """A note has something to tell: whoever waits for the queue hears of it.

        Queues may watch queues, and SIGIO for one may be an event of the next, in a chain of any length. So what
        waits for the others is woken by the outermost call, one queue after the other.
        """
        if note in self.queue:
            return
        self.queue[note] = None
        self.cv.broadcast()
        changed = self.kernel.kq_changed
        changed.append(self.sel)
        if len(changed) == 1:
            while changed:
                changed[0].notify()
                changed.popleft()

    def forget(self, note: Knote) -> None:
        self.notes.pop(note, None)
        self.queue.pop(note, None)
        key = (note.filter, note.ident)
        if self.index.get(key) is note:
            del self.index[key]

    def enter(self, note: Knote) -> None:
        """One note more. It is the one that its filter and ident mean from now on."""
        self.notes[note] = None
        self.index[note.filter, note.ident] = note

    def register(self, l: Lwp, change: Kevent, filters: dict[int, type[Knote]]) -> None:
        """Do what one element of a change list says (kqueue_register).

        Raises Errno: EINVAL for an unknown filter, EBADF, ENOENT for a note that is not there, and what the
        filter says when a note is added.
        """
        kind = filters.get(change.filter)
        if kind is None:
            raise Errno(EINVAL)
        if kind.of_descriptor:
            self.table_of.get(change.ident)
        note = self.index.get((change.filter, change.ident))
        if note is not None and note.detached and change.flags & EV_ADD:
            note = None  # of a process that is gone, and whose number another has now
        if note is None:
            if not change.flags & EV_ADD:
                raise Errno(ENOENT)
            note = kind(self, change)
            note.attach(l)
            self.enter(note)
        elif change.flags & EV_DELETE:
            note.drop()
            return
        else:
            note.udata = change.udata
            note.ext = change.ext
            note.change(l, change)
        if not note.detached and note.event(0):
            note.active = True
        if change.flags & EV_DISABLE:
            note.disabled = True
        elif change.flags & (EV_ENABLE | EV_ADD):
            note.disabled = False
        if note.active and not note.disabled:
            self.enqueue(note)

    def collect(self, limit: int) -> list[Kevent]:
        """Take up to so many events from the queue; there may be none (kqueue_scan)."""
        found: list[Kevent] = []
        queue = self.queue
        for note in list(queue):
            if len(found) == limit:
                break
            if note not in queue:
                continue
            del queue[note]
            if note.disabled:
                continue  # it comes back when it is enabled
            if not note.flags & EV_ONESHOT and not note.event(0):
                note.active = False
                continue
            found.append(note.report())
            if note.flags & EV_ONESHOT:
                note.drop()
                continue
            if note.flags & EV_CLEAR:
                note.told()
            if note.flags & EV_DISPATCH:
                note.disabled = True
            if note.flags & (EV_CLEAR | EV_DISPATCH):
                note.active = False
            else:
                queue[note] = None
        return found

    # -- the file -------------------------------------------------------------------------------------

    def close(self, l: Lwp) -> None:
        for note in list(self.notes):
            note.drop()

    def restart(self, kernel: Kernel) -> None:
        for sleeper in list(self.cv.waiters):
            kernel.sched.wake(sleeper, ERESTART)

    def read(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EOPNOTSUPP)

    def write(self, l: Lwp, uio: Uio) -> Pending:
        raise Errno(EOPNOTSUPP)

    def poll(self, events: int) -> int:
        return events & (POLLIN | POLLRDNORM) if self.queue else 0

    def selinfo(self, events: int) -> tuple[SelInfo, ...]:
        return (self.sel,)

    def kqfilter(self, writing: bool) -> tuple[SelInfo, ...]:
        if writing:
            raise Errno(EINVAL)
        return (self.sel,)

    def readiness(self, writing: bool) -> Readiness:
        return Readiness(bool(self.queue), len(self.queue))

    def ioctl(self, l: Lwp, com: int, data: bytes) -> IoctlResult:
        """Names of filters, both ways. They go through a buffer of the program's own."""
        vm = l.proc.vm
        if com == KFILTER_BYFILTER:
            name, room, number = _MAPPING.unpack(data)
            if number >= len(NAMES):
                raise Errno(EINVAL)
            text = NAMES[number].encode() + b"\0"
            vm.copyout(name, text[:room])
            return data
        if com == KFILTER_BYNAME:
            name, room, _ = _MAPPING.unpack(data)
            text = vm.copyinstr(name, 256)
            if text.decode("latin-1") not in NAMES:
                raise Errno(ENOENT)
            return _MAPPING.pack(name, room, NAMES.index(text.decode("latin-1")))
        return super().ioctl(l, com, data)

    def stat(self) -> Stat:
        return Stat(
            dev=0, ino=0, mode=S_IFIFO | 0o600, nlink=0, uid=self.cred.euid, gid=self.cred.egid, rdev=0,
            atime=0, mtime=0, ctime=0, birthtime=0, size=len(self.queue), blocks=0, blksize=KEVENT_SIZE, flags=0,
            gen=0,
        )  # fmt: skip


NAMES = (
    "EVFILT_READ", "EVFILT_WRITE", "EVFILT_AIO", "EVFILT_VNODE", "EVFILT_PROC", "EVFILT_SIGNAL", "EVFILT_TIMER",
    "EVFILT_FS", "EVFILT_USER", "EVFILT_EMPTY",
)  # fmt: skip
