"""Descriptor tables and working directories (NetBSD: kern_descrip.c, vfs_cwd.c; spec C.12, C.14).

A descriptor is a key of `files`, plus two flags. The flags, and which numbers are taken, are ints used as bit
sets: fork copies them by copying a reference, and the lowest free number is a matter of arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kernel.errno import EBADF, EBUSY, EMFILE, Errno
from kernel.fcntl import O_CLOEXEC, O_CLOFORK
from kernel.file import KQUEUE, File
from kernel.proc import PK_ADVLOCK

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc
    from kernel.vfs.vnode import Vnode

RLIMIT_NOFILE = 8


class FileDesc:
    """A descriptor table (filedesc_t). `refs` counts the processes that share it.

    A number that is taken while `files` does not have it is reserved: some LWP is about to open something.
    """

    __slots__ = (
        "exclose",
        "files",
        "foclose",
        "foclose_seen",
        "knotes",
        "kqueues",
        "refs",
        "reserved",
        "used",
    )

    def __init__(self) -> None:
        self.refs = 1
        self.files: dict[int, File] = {}
        self.used = 0
        self.reserved = 0
        self.exclose = 0  # FD_CLOEXEC
        self.foclose = 0  # FD_CLOFORK
        # Some descriptor of this table was close-on-fork, once (fd_foclose): clone(CLONE_FILES) is refused.
        self.foclose_seen = False
        self.kqueues = 0  # these are not copied at fork
        # Per descriptor, what wants to hear that it was closed: objects with a method fd_closed().
        self.knotes: dict[int, list[Any]] = {}

    # -- fork, exec, exit ---------------------------------------------------------------------------

    def share(self) -> FileDesc:
        """One process more uses this table (fd_share)."""
        self.refs += 1
        return self

    def copy(self) -> FileDesc:
        """A table of its own for the child, naming the same open files (fd_copy).

        Left out are kqueues, close-on-fork descriptors, and numbers that are reserved but not open yet.
        """
        new = FileDesc()
        files = new.files = self.files.copy()
        used = self.used
        dropped = (self.kqueues | self.foclose | self.reserved) & used
        if dropped:
            used &= ~dropped
            for fd in self.files:
                if dropped >> fd & 1:
                    del files[fd]
        for file in files.values():
            file.refs += 1
        new.used = used
        new.exclose = self.exclose & used
        return new

    def free(self, l: Lwp, leaving: Proc | None = None) -> None:
        """A process leaves the table, the caller's by default; the last one closes everything (fd_free).

        The process's record locks go with it, even those on files that others keep open.
        """
        p = leaving or l.proc
        self.refs -= 1
        if p.flag & PK_ADVLOCK:
            for _, file in self.open_files():
                file.drop_record_locks(p)
        if self.refs:
            return
        files, self.files = self.files, {}
        self.used = self.exclose = self.foclose = self.kqueues = self.reserved = 0
        for fd in sorted(self.knotes):
            self._close_knotes(fd)
        for fd in sorted(files):
            open_file = files[fd]
            open_file.refs -= 1
            if not open_file.refs and not open_file.holds:
                open_file.destroy(l)

    # -- lookup and allocation ----------------------------------------------------------------------

    def get(self, fd: int) -> File:
        """The open file of a descriptor. Raises Errno(EBADF)."""
        file = self.files.get(fd)
        if file is None:
            raise Errno(EBADF)
        return file

    def reserve(self, l: Lwp, minimum: int = 0) -> int:
        """Take the lowest free number from `minimum` on; `install` or `cancel` must follow.

        Raises Errno(EMFILE) at the process's limit.
        """
        taken = self.used >> minimum
        fd = minimum + (~taken & (taken + 1)).bit_length() - 1
        if fd >= limit(l):
            raise Errno(EMFILE)
        self.used |= 1 << fd
        self.reserved |= 1 << fd
        return fd

    def cancel(self, fd: int) -> None:
        """Give a reserved number back."""
        self.used &= ~(1 << fd)
        self.reserved &= ~(1 << fd)

    def install(self, fd: int, file: File, oflags: int = 0) -> int:
        """Make a reserved number name an open file. `oflags` may contain O_CLOEXEC and O_CLOFORK."""
        bit = 1 << fd
        self.reserved &= ~bit
        self.files[fd] = file
        file.refs += 1
        if oflags & O_CLOEXEC:
            self.exclose |= bit
        if oflags & O_CLOFORK:
            self.foclose |= bit
            self.foclose_seen = True
        if file.kind == KQUEUE:
            self.kqueues |= bit
        return fd

    def allocate(self, l: Lwp, file: File, oflags: int = 0, minimum: int = 0) -> int:
        """A descriptor for an open file. Raises Errno(EMFILE); the file is untouched then."""
        return self.install(self.reserve(l, minimum), file, oflags)

    def duplicate_to(self, l: Lwp, file: File, fd: int, oflags: int = 0) -> int:
        """Make a given number name the file, closing what it named before (fd_dup2).

        Raises Errno: EBADF for a number that is negative or not below the limit, EBUSY for a reserved one.
        """
        if not 0 <= fd < limit(l):
            raise Errno(EBADF)
        file.refs += 1  # it must survive even when it loses its last descriptor here
        if fd in self.files:
            self.close(l, fd)
        if self.reserved >> fd & 1:
            file.release(l)
            raise Errno(EBUSY)  # another LWP is in the middle of opening this very number
        self.used |= 1 << fd
        self.install(fd, file, oflags)
        file.refs -= 1
        return fd

    # -- close --------------------------------------------------------------------------------------

    def close(self, l: Lwp, fd: int) -> None:
        """Close a descriptor (fd_close). Raises Errno(EBADF).

        Other LWPs that use this table and sleep in the file look again, and find the descriptor closed.
        """
        file = self.get(fd)
        del self.files[fd]
        mask = ~(1 << fd)
        self.used &= mask
        if (self.exclose | self.foclose | self.kqueues) & ~mask:
            self.exclose &= mask
            self.foclose &= mask
            self.kqueues &= mask
        if fd in self.knotes:
            self._close_knotes(fd)
        if l.proc.flag & PK_ADVLOCK:
            file.drop_record_locks(l.proc)
        # Without other LWPs, whoever sleeps there has a descriptor of its own: a large write would be cut short.
        if file.holds and (self.refs > 1 or len(l.proc.lwps) > 1):
            file.restart(l.kernel)
        file.release(l)

    def _close_knotes(self, fd: int) -> None:
        for knote in self.knotes.pop(fd):
            knote.fd_closed()

    def close_from(self, l: Lwp, fd: int) -> None:
        """Close every descriptor from `fd` on."""
        for number in sorted(self.files):
            if number >= fd:
                self.close(l, number)

    # -- flags and audits ---------------------------------------------------------------------------

    def set_close_on_exec(self, fd: int, on: bool) -> None:
        self.exclose = self.exclose | 1 << fd if on else self.exclose & ~(1 << fd)

    def set_close_on_fork(self, fd: int, on: bool) -> None:
        self.foclose = self.foclose | 1 << fd if on else self.foclose & ~(1 << fd)
        self.foclose_seen = self.foclose_seen or on

    def open_files(self) -> Iterator[tuple[int, File]]:
        """Every open descriptor and its file, by number."""
        yield from sorted(self.files.items())


def limit(l: Lwp) -> int:
    """One more than the highest descriptor the process may have."""
    return min(int(l.proc.limit.soft[RLIMIT_NOFILE]), l.kernel.maxfiles)


def closeexec(l: Lwp) -> None:
    """At exec: stop sharing the table, then close what is marked close-on-exec (fd_closeexec)."""
    p = l.proc
    if p.fd.refs > 1:
        shared = p.fd
        p.fd = shared.copy()
        shared.refs -= 1
    table = p.fd
    marked = table.exclose
    while marked:
        fd = (marked & -marked).bit_length() - 1
        marked &= marked - 1
        table.close(l, fd)


class CwdInfo:
    """Current directory, root directory and umask (struct cwdinfo). `refs` counts the processes."""

    __slots__ = ("cdir", "cmask", "rdir", "refs")

    def __init__(self, cdir: Vnode, rdir: Vnode | None = None, cmask: int = 0o022) -> None:
        self.refs = 1
        self.cdir = cdir
        self.rdir = rdir  # None is the system's root: the process was never chrooted
        self.cmask = cmask
        cdir.hold()
        if rdir is not None:
            rdir.hold()

    def share(self) -> CwdInfo:
        """One process more uses it (cwdshare)."""
        self.refs += 1
        return self

    def copy(self) -> CwdInfo:
        """A private copy (cwdinit)."""
        return CwdInfo(self.cdir, self.rdir, self.cmask)

    def release(self) -> None:
        """One process less (cwdfree)."""
        self.refs -= 1
        if self.refs == 0:
            self.cdir.release()
            if self.rdir is not None:
                self.rdir.release()

    def set_cdir(self, vnode: Vnode) -> None:
        vnode.hold()
        self.cdir.release()
        self.cdir = vnode

    def set_rdir(self, vnode: Vnode) -> None:
        vnode.hold()
        if self.rdir is not None:
            self.rdir.release()
        self.rdir = vnode


def cwdunshare(l: Lwp) -> None:
    """At exec: a private copy of the working directory (cwdexec)."""
    p = l.proc
    if p.cwdi.refs > 1:
        shared = p.cwdi
        p.cwdi = shared.copy()
        shared.release()
