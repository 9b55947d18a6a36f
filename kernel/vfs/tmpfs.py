"""The memory file system (NetBSD: sys/fs/tmpfs).

Directories are dictionaries; regular files keep their pages in a UvmObject, in emulated RAM. Every entry of
a directory gets a number that only grows, and that is its offset for getdents: entries that come and go
while somebody reads the directory never make others be skipped or seen twice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kernel.errno import EFBIG, EINVAL, EISDIR, EMLINK, ENOMEM, ENOSPC, ENOTEMPTY, EOPNOTSUPP, Errno
from kernel.fcntl import LINK_MAX, OFF_MAX
from kernel.uvm.object import UvmObject
from kernel.uvm.page import PAGE_SHIFT, PAGE_SIZE
from kernel.uvm.truncate import unmap_pages
from kernel.vfs.devfs import open_device
from kernel.vfs.fifo import Fifo, FifoFile
from kernel.vfs.mount import FsUsage, Mount
from kernel.vfs.vnfile import DirFile, VnodeFile
from kernel.vfs.vnode import (
    NOTE_LINK,
    NOTE_RENAME,
    NOTE_WRITE,
    VCHR,
    VDIR,
    VFIFO,
    VLNK,
    VREG,
    VSOCK,
    Vnode,
    VType,
)

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.proc import Proc
    from kernel.vfs.mount import Vfs

FIRST_COOKIE = 2  # 0 is '.', 1 is '..'
PAGES_RESERVED = (4 << 20) // PAGE_SIZE
DIRENT_SIZE = 32  # what an entry adds to its directory's st_size
RAM_PER_NODE = 1024  # bytes (NetBSD: tmpfs_nodes_max)


class Contents(Protocol):
    """The bytes of a file that came with the machine: a memoryview, or what can be cut like one."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> memoryview: ...


class Tmpfs(Mount):
    """A memory file system. Its space is what RAM has left.

    How many nodes and names there may be depends on RAM as well. They are not in it, but the host's memory has an
    end, too.
    """

    fstype = "tmpfs"

    def __init__(self, vfs: Vfs, source: str = "tmpfs", mode: int = 0o755) -> None:
        super().__init__(vfs, source)
        self.nodes = self.names = 0
        self.nodes_max = (self.kernel.frames.total << PAGE_SHIFT) // RAM_PER_NODE
        root = TmpDir(self, mode, 0, 0, None)
        root.nlink = 2
        root.hold()
        self.root: Vnode = root

    def available(self) -> int:
        """Pages that files may still take. Some memory is left to processes, however full the disk is."""
        frames = self.kernel.frames
        return max(frames.free - min(PAGES_RESERVED, frames.total // 16), 0)

    def usage(self) -> FsUsage:
        return FsUsage(self.kernel.frames.total, self.available(), self.nodes_max, max(self.nodes_max - self.nodes, 0))

    def check_room(self) -> None:
        """Raises Errno(ENOSPC) if there are as many nodes or names as there may be."""
        if max(self.nodes, self.names) >= self.nodes_max:
            raise Errno(ENOSPC)


class TmpNode(Vnode):
    """What all nodes of a tmpfs have in common: they are counted."""

    __slots__ = ()

    mount: Tmpfs

    def __init__(self, mount: Tmpfs, vtype: VType, mode: int, uid: int, gid: int) -> None:
        super().__init__(mount, vtype, mode, uid, gid)
        mount.nodes += 1

    def reclaim(self) -> None:
        self.mount.nodes -= 1
        super().reclaim()


class TmpFile(TmpNode):
    """A regular file."""

    __slots__ = ()

    uobj: UvmObject

    def __init__(self, mount: Tmpfs, mode: int, uid: int, gid: int, image: Contents | None = None) -> None:
        """`image` gives the file contents that are copied into RAM page by page, when somebody looks."""
        super().__init__(mount, VREG, mode, uid, gid)
        self.uobj = UvmObject(mount.kernel.frames, ImagePager(image) if image else None)
        self.size = self.uobj.size = len(image) if image else 0

    def open(self, l: Lwp, flags: int) -> File:
        return VnodeFile(l.kernel.files, flags, l.proc.cred, self)

    def blocks(self) -> int:
        pages = len(self.uobj.pages)
        if self.uobj.pager is not None:
            pages = (self.size + PAGE_SIZE - 1) >> PAGE_SHIFT
        return pages * (PAGE_SIZE // 512)

    def read(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        return self.uobj.read(offset, length) if length > 0 else b""

    def write(self, offset: int, data: bytes | memoryview) -> None:
        end = offset + len(data)
        if end > OFF_MAX:
            raise Errno(EFBIG)
        self.reserve(offset, end)
        self.uobj.write(offset, data)
        if end > self.size:
            self.size = self.uobj.size = end

    def reserve(self, start: int, end: int) -> None:
        """Have frames for a range of bytes. Raises Errno(ENOSPC), and takes back what it had got then."""
        uobj, available = self.uobj, self.mount.available()
        indices = range(start >> PAGE_SHIFT, (end + PAGE_SIZE - 1) >> PAGE_SHIFT)
        if len(indices) > available + len(uobj.pages):
            raise Errno(ENOSPC)
        missing = [index for index in indices if index not in uobj.pages]
        if len(missing) > available:
            raise Errno(ENOSPC)
        done = 0
        try:
            for index in missing:
                uobj.page(index)
                done += 1
        except Errno as e:
            for index in missing[:done]:
                uobj.frames.release(uobj.pages.pop(index))
            raise Errno(ENOSPC if e.errno == ENOMEM else e.errno) from None

    def truncate(self, size: int) -> None:
        if size > OFF_MAX:
            raise Errno(EFBIG)
        if size < self.size:
            unmap_pages(self.mount.kernel, self.uobj, (size + PAGE_SIZE - 1) >> PAGE_SHIFT)
            if isinstance(self.uobj.pager, ImagePager):
                self.uobj.pager.limit = min(self.uobj.pager.limit, size)
            self.uobj.truncate(size)
        self.size = self.uobj.size = size

    def discard(self, start: int, end: int) -> None:
        """Make a range of bytes zero, giving back whole pages where nobody maps them (fdiscard).

        Only pages that exist are looked at, and those of the image: a file may be much longer than what is in it.
        """
        if start >= end:
            return
        uobj = self.uobj
        first, beyond = start >> PAGE_SHIFT, end + PAGE_SIZE - 1 >> PAGE_SHIFT
        limit = uobj.pager.limit if isinstance(uobj.pager, ImagePager) else 0
        paged = range(first, min(beyond, limit + PAGE_SIZE - 1 >> PAGE_SHIFT))  # these come back if they are let go
        for index in sorted({*paged, *(index for index in uobj.pages if first <= index < beyond)}):
            low, high = max(start, index << PAGE_SHIFT), min(end, index + 1 << PAGE_SHIFT)
            whole = high - low == PAGE_SIZE
            if whole and index not in paged and uobj.frames.refs[uobj.pages[index]] == 1:
                uobj.frames.release(uobj.pages.pop(index))
            else:
                uobj.write(low, bytes(high - low))


class ImagePager:
    """The pages of a file that came with the machine. `limit` falls when the file is cut short, so that
    bytes which were cut off do not come back when it grows again."""

    __slots__ = ("image", "limit")

    def __init__(self, image: Contents) -> None:
        self.image = image
        self.limit = len(image)

    def __call__(self, index: int) -> memoryview | None:
        start = index << PAGE_SHIFT
        return self.image[start : min(start + PAGE_SIZE, self.limit)] if start < self.limit else None


class TmpLink(TmpNode):
    """A symbolic link."""

    __slots__ = ("target",)

    def __init__(self, mount: Tmpfs, mode: int, uid: int, gid: int, target: bytes) -> None:
        super().__init__(mount, VLNK, mode, uid, gid)
        self.target = target
        self.size = len(target)

    def readlink(self, p: Proc | None) -> bytes:
        return self.target


class TmpSpecial(TmpNode):
    """A device, or the name of a socket."""

    __slots__ = ()

    def __init__(self, mount: Tmpfs, vtype: VType, mode: int, uid: int, gid: int, rdev: int) -> None:
        super().__init__(mount, vtype, mode, uid, gid)
        self.rdev = rdev

    @property
    def maps_zero(self) -> bool:
        device = self.mount.vfs.cdevsw.get(self.rdev) if self.vtype is VCHR else None
        return device is not None and device.maps_zero

    def open(self, l: Lwp, flags: int) -> File | int:
        if self.vtype is VSOCK:
            raise Errno(EOPNOTSUPP)
        return open_device(l, self, flags)


class TmpFifo(TmpNode):
    """A named pipe. The pipe itself exists while somebody has it open."""

    __slots__ = ("fifo",)

    def __init__(self, mount: Tmpfs, mode: int, uid: int, gid: int) -> None:
        super().__init__(mount, VFIFO, mode, uid, gid)
        self.fifo: Fifo | None = None

    def open(self, l: Lwp, flags: int) -> File:
        return FifoFile(l.kernel.files, flags, l.proc.cred, self)


class TmpDir(TmpNode):
    """A directory. `entries` maps a name to (cookie, vnode), in order of creation."""

    __slots__ = ("_next_cookie", "_parent", "entries", "removed")

    def __init__(self, mount: Tmpfs, mode: int, uid: int, gid: int, parent: TmpDir | None) -> None:
        super().__init__(mount, VDIR, mode, uid, gid)
        self.entries: dict[bytes, tuple[int, Vnode]] = {}
        self._next_cookie = FIRST_COOKIE
        self._parent = parent or self
        self.removed = False

    # -- looking ------------------------------------------------------------------------------------

    @property
    def parent(self) -> Vnode:
        return self._parent

    def lookup(self, p: Proc | None, name: bytes) -> Vnode | None:
        entry = self.entries.get(name)
        if entry is not None:
            return entry[1]
        if name == b".":
            return self
        return self._parent if name == b".." else None

    def readdir(self, p: Proc | None, offset: int) -> Iterator[tuple[int, bytes, Vnode, int]]:
        if self.removed:
            return
        if offset <= 0:
            yield 0, b".", self, 1
        if offset <= 1:
            yield 1, b"..", self._parent, FIRST_COOKIE
        entries = list(self.entries.items())
        first = bisect_left(entries, max(offset, FIRST_COOKIE), key=lambda item: item[1][0])
        for name, (cookie, vnode) in entries[first:]:
            yield cookie, name, vnode, cookie + 1

    def is_empty(self) -> bool:
        return not self.entries

    def name_of(self, child: Vnode) -> bytes | None:
        for name, (_, vnode) in self.entries.items():
            if vnode is child:
                return name
        return None

    def open(self, l: Lwp, flags: int) -> File:
        return DirFile(l.kernel.files, flags, l.proc.cred, self)

    def read(self, offset: int, length: int) -> bytes:
        raise Errno(EISDIR)

    # -- changing -----------------------------------------------------------------------------------

    def create(self, name: bytes, vtype: VType, mode: int, cred: Cred, rdev: int = 0) -> Vnode:
        uid, gid, mount = cred.euid, self.gid, self.mount
        mount.check_room()
        node: TmpNode
        if vtype is VREG:
            node = TmpFile(mount, mode, uid, gid)
        elif vtype is VDIR:
            if self.nlink >= LINK_MAX:
                raise Errno(EMLINK)
            node = TmpDir(mount, mode, uid, gid, self)
            node.nlink = 1  # its own '.'
            self.nlink += 1  # its '..'
            self.knote(NOTE_LINK)
        elif vtype is VFIFO:
            node = TmpFifo(mount, mode, uid, gid)
        else:
            node = TmpSpecial(mount, vtype, mode, uid, gid, rdev)
        self._enter(name, node)
        return node

    def create_image(self, name: bytes, image: Contents, mode: int) -> TmpFile:
        """A file that is part of the machine's root file system, owned by root."""
        node = TmpFile(self.mount, mode, 0, 0, image)
        self._enter(name, node)
        return node

    def symlink(self, name: bytes, target: bytes, mode: int, cred: Cred) -> Vnode:
        self.mount.check_room()
        node = TmpLink(self.mount, mode, cred.euid, self.gid, target)
        self._enter(name, node)
        return node

    def link(self, name: bytes, vnode: Vnode) -> None:
        if vnode.nlink >= LINK_MAX:
            raise Errno(EMLINK)
        self.mount.check_room()
        self._enter(name, vnode)
        vnode.ctime = self.mount.now()
        vnode.knote(NOTE_LINK)

    def remove(self, name: bytes, vnode: Vnode) -> None:
        if isinstance(vnode, TmpDir):
            if not vnode.is_empty():
                raise Errno(ENOTEMPTY)
            self._leave(name)
            vnode.removed = True
            vnode.nlink -= 1  # '.', which nobody can reach any more
            self.nlink -= 1
            self.knote(NOTE_LINK)
        else:
            self._leave(name)
        vnode.unlinked()

    def rename(self, name: bytes, vnode: Vnode, to: Vnode, new_name: bytes, target: Vnode | None) -> None:
        assert isinstance(to, TmpDir)
        if isinstance(vnode, TmpDir):
            ancestor: TmpDir = to
            while ancestor is not vnode:
                if ancestor._parent is ancestor:
                    break
                ancestor = ancestor._parent
            else:
                raise Errno(EINVAL)  # a directory cannot move into itself
            if to is not self and target is None and to.nlink >= LINK_MAX:
                raise Errno(EMLINK)
        if target is not None:
            to.remove(new_name, target)
        self._leave(name)
        vnode.nlink -= 1
        to._enter(new_name, vnode)
        if isinstance(vnode, TmpDir) and to is not self:
            self.nlink -= 1
            self.knote(NOTE_LINK)
            to.nlink += 1
            to.knote(NOTE_LINK)
            vnode._parent = to
        vnode.ctime = self.mount.now()
        vnode.knote(NOTE_RENAME)

    def _enter(self, name: bytes, vnode: Vnode) -> None:
        self.entries[name] = (self._next_cookie, vnode)
        self._next_cookie += 1
        self.mount.names += 1
        vnode.hint = name
        vnode.nlink += 1
        self._touch()

    def _leave(self, name: bytes) -> None:
        del self.entries[name]
        self.mount.names -= 1
        self._touch()

    def _touch(self) -> None:
        self.size = DIRENT_SIZE * len(self.entries)
        self.mtime = self.ctime = self.mount.now()
        self.knote(NOTE_WRITE)
