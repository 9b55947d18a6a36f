"""Processes as files: /proc (NetBSD: sys/miscfs/procfs).

Nothing is kept here. A directory finds its process by pid whenever it is looked at, and a file's text is made from
the kernel's structures when it is opened. Files that tell about a process's memory and open files belong to its
user and are closed to others, like those of a process that changed its ids, which belong to the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from kernel.errno import EACCES, EISDIR, ENOENT, EROFS, Errno
from kernel.proc import SIDL, SZOMB, Proc
from kernel.text import encode
from kernel.vfs import proctext
from kernel.vfs.mount import MNT_NOEXEC, MNT_NOSUID, Mount
from kernel.vfs.vnfile import DirFile, VnodeFile
from kernel.vfs.vnode import VDIR, VLNK, VREG, VWRITE, Vnode, VType

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.vfs.mount import Vfs

FIRST_COOKIE = 2  # 0 is '.', 1 is '..'
ROOT_INO = 2
SLOTS = 1 << 16  # inode numbers of one process: 64 for its files, the rest for its descriptors
FD_SLOT = 64


class Procfs(Mount):
    """The process file system."""

    fstype = "procfs"
    in_memory = False

    def __init__(self, vfs: Vfs) -> None:
        super().__init__(vfs, "procfs")
        self.flags |= MNT_NOEXEC | MNT_NOSUID
        root = ProcRoot(self)
        root.hold()
        self.root: ProcRoot = root

    def process(self, pid: int) -> Proc | None:
        """The process with this pid, if it is one that there is something to say about."""
        p = self.kernel.allproc.get(pid)
        return p if p is not None and p.stat != SIDL else None

    def pids(self) -> list[int]:
        return sorted(p.pid for p in self.kernel.allproc.values() if p.stat != SIDL)


class ProcNode(Vnode):
    """What all files here have in common: they cannot be changed."""

    __slots__ = ("above",)

    mount: Procfs

    def __init__(
        self, mount: Procfs, vtype: VType, mode: int, ino: int, owner: Proc | None, above: ProcDir | None
    ) -> None:
        uid, gid = (owner.cred.euid, owner.cred.egid) if owner is not None else (0, 0)
        inodes = mount.inodes
        super().__init__(mount, vtype, mode, uid, gid)
        mount.inodes = inodes  # numbers come from the pid here
        self.ino = ino
        self.nlink = 2 if vtype is VDIR else 1
        self.above: ProcDir | None = above

    def access(self, cred: Cred, mode: int) -> None:
        if mode & VWRITE:
            raise Errno(EROFS if self.vtype is VDIR else EACCES)
        super().access(cred, mode)

    def check_changeable(self) -> None:
        raise Errno(EROFS)

    def set_flags(self, flags: int) -> None:
        raise Errno(EROFS)

    def set_times(self, atime: int, mtime: int) -> None:
        raise Errno(EROFS)


class ProcText(ProcNode):
    """A file with a text that is made when it is opened. Its size is not known before."""

    __slots__ = ("make",)

    def __init__(
        self, above: ProcDir, mode: int, ino: int, owner: Proc | None, make: Callable[[], str | bytes]
    ) -> None:
        super().__init__(above.mount, VREG, mode, ino, owner, above)
        self.make = make

    def open(self, l: Lwp, flags: int) -> File:
        return VnodeFile(l.kernel.files, flags, l.proc.cred, Snapshot(self, self.text()))

    def text(self) -> bytes:
        made = self.make()
        return made if isinstance(made, bytes) else encode(made)

    def read(self, offset: int, length: int) -> bytes:
        return self.text()[offset : offset + length]


class Snapshot(ProcNode):
    """The text of one open file, as it was when the file was opened."""

    __slots__ = ("data",)

    def __init__(self, of: ProcText, data: bytes) -> None:
        super().__init__(of.mount, VREG, of.mode, of.ino, None, of.above)
        self.uid, self.gid, self.hint = of.uid, of.gid, of.hint
        self.data = data
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


class ProcLink(ProcNode):
    """A symbolic link that leads where `find` says, seen from the process that asks."""

    __slots__ = ("find",)

    def __init__(
        self, above: ProcDir, mode: int, ino: int, owner: Proc | None, find: Callable[[Proc | None], bytes]
    ) -> None:
        super().__init__(above.mount, VLNK, mode, ino, owner, above)
        self.find = find

    def readlink(self, p: Proc | None) -> bytes:
        # Nobody asks for permission to read a link, but these tell what a process is doing.
        if p is not None and not self.mode & 0o004 and p.cred.euid not in (0, self.uid):
            raise Errno(EACCES)
        return self.find(p)


class ProcDir(ProcNode):
    """A directory. Derived classes say what is in it, each entry with a number that does not change."""

    __slots__ = ()

    def __init__(self, mount: Procfs, mode: int, ino: int, owner: Proc | None, above: ProcDir | None) -> None:
        super().__init__(mount, VDIR, mode, ino, owner, above)

    def entries(self) -> Iterable[tuple[int, bytes]]:
        """(number, name) in ascending order of the numbers."""
        return ()

    def entry(self, name: bytes) -> ProcNode | None:
        """The file of this name."""
        return None

    @property
    def parent(self) -> Vnode:
        return self.above or self

    def lookup(self, p: Proc | None, name: bytes) -> Vnode | None:
        if name == b".":
            return self
        if name == b"..":
            return self.parent
        node = self.entry(name)
        if node is not None:
            node.hint = name
        return node

    def readdir(self, p: Proc | None, offset: int) -> Iterator[tuple[int, bytes, Vnode, int]]:
        if offset <= 0:
            yield 0, b".", self, 1
        if offset <= 1:
            yield 1, b"..", self.parent, FIRST_COOKIE
        for number, name in self.entries():
            cookie = number + FIRST_COOKIE
            node = self.entry(name) if cookie >= offset else None
            if node is not None:
                yield cookie, name, node, cookie + 1

    def is_empty(self) -> bool:
        return False

    def name_of(self, child: Vnode) -> bytes | None:
        return child.hint if isinstance(child, ProcNode) and child.above is self else None

    def open(self, l: Lwp, flags: int) -> File:
        return DirFile(l.kernel.files, flags, l.proc.cred, self)

    def read(self, offset: int, length: int) -> bytes:
        raise Errno(EISDIR)


class ProcRoot(ProcDir):
    """/proc itself: texts about the system, and a directory for each process."""

    __slots__ = ()

    TEXTS: ClassVar[dict[bytes, Callable[[Kernel], str]]] = {
        b"cpuinfo": proctext.cpuinfo,
        b"loadavg": proctext.loadavg,
        b"meminfo": proctext.meminfo,
        b"mounts": proctext.mounts,
        b"uptime": proctext.uptime,
        b"version": proctext.version,
    }
    LINKS = (b"curproc", b"self")
    NAMES = (*LINKS, *TEXTS)

    def __init__(self, mount: Procfs) -> None:
        super().__init__(mount, 0o555, ROOT_INO, None, None)

    def entries(self) -> Iterable[tuple[int, bytes]]:
        yield from enumerate(self.NAMES)
        for pid in self.mount.pids():
            yield len(self.NAMES) + pid, b"%d" % pid

    def entry(self, name: bytes) -> ProcNode | None:
        if name in self.LINKS:
            return ProcLink(self, 0o555, ROOT_INO + 1 + self.NAMES.index(name), None, _own_pid)
        make = self.TEXTS.get(name)
        if make is not None:
            kernel = self.mount.kernel
            return ProcText(self, 0o444, ROOT_INO + 1 + self.NAMES.index(name), None, lambda: make(kernel))
        if not name.isdigit() or (name[:1] == b"0" and name != b"0"):
            return None
        p = self.mount.process(int(name))
        return ProcessDir(self, p) if p is not None else None


def _own_pid(p: Proc | None) -> bytes:
    if p is None:
        raise Errno(ENOENT)
    return b"%d" % p.pid


class ProcessDir(ProcDir):
    """/proc/PID"""

    __slots__ = ("pid",)

    # With their modes: what everybody may see, and what only the process's user may. A zombie has those in ALWAYS.
    TEXTS: ClassVar[dict[bytes, tuple[int, Callable[[Proc], str | bytes]]]] = {
        b"cmdline": (0o444, proctext.cmdline),
        b"environ": (0o400, proctext.environ),
        b"limit": (0o444, proctext.limit),
        b"map": (0o400, proctext.map_netbsd),
        b"maps": (0o400, proctext.maps),
        b"stat": (0o444, proctext.stat),
        b"status": (0o444, proctext.status),
    }
    LINKS: ClassVar[dict[bytes, Callable[[Proc, Proc | None], bytes]]] = {
        b"cwd": proctext.cwd,
        b"exe": proctext.exe,
        b"root": proctext.root,
    }
    NAMES = (*TEXTS, *LINKS, b"fd")
    ALWAYS = (b"cmdline", b"stat", b"status")

    def __init__(self, above: ProcRoot, p: Proc) -> None:
        super().__init__(above.mount, 0o555, (p.pid + 1) * SLOTS, p, above)
        self.pid = p.pid
        self.hint = b"%d" % p.pid

    def entries(self) -> Iterable[tuple[int, bytes]]:
        p = self.mount.process(self.pid)
        if p is None:
            return []
        return [(i, name) for i, name in enumerate(self.NAMES) if p.stat != SZOMB or name in self.ALWAYS]

    def entry(self, name: bytes) -> ProcNode | None:
        p = self.mount.process(self.pid)
        if p is None or name not in self.NAMES or (p.stat == SZOMB and name not in self.ALWAYS):
            return None
        ino = self.ino + 1 + self.NAMES.index(name)
        if name == b"fd":
            return DescriptorDir(self, ino, p)
        if name in self.TEXTS:
            mode, make = self.TEXTS[name]
            return ProcText(self, mode, ino, p, lambda: make(self.alive()))
        find = self.LINKS[name]
        return ProcLink(self, 0o500, ino, p, lambda asking: find(self.alive(), asking))

    def alive(self) -> Proc:
        """The process, which may have ended since the directory was looked up. Raises Errno(ENOENT)."""
        p = self.mount.process(self.pid)
        if p is None:
            raise Errno(ENOENT)
        return p


class DescriptorDir(ProcDir):
    """/proc/PID/fd: a link for each open file, to its path, or to a word that says what it is."""

    __slots__ = ("process",)

    def __init__(self, above: ProcessDir, ino: int, p: Proc) -> None:
        super().__init__(above.mount, 0o500, ino, p, above)
        self.process = above

    def entries(self) -> Iterable[tuple[int, bytes]]:
        p = self.mount.process(self.process.pid)
        if p is None or p.stat == SZOMB:
            return []
        return [(fd, b"%d" % fd) for fd, _ in p.fd.open_files()]

    def entry(self, name: bytes) -> ProcNode | None:
        p = self.mount.process(self.process.pid)
        if p is None or p.stat == SZOMB or not name.isdigit() or name != b"%d" % int(name):
            return None
        fd = int(name)
        if fd not in p.fd.files:
            return None
        ino = self.process.ino + FD_SLOT + fd
        return ProcLink(self, 0o500, ino, p, lambda asking: proctext.descriptor(self.process.alive(), fd, asking))
