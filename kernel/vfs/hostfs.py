"""A directory of the host as a file system of the guest: the shared folder.

It is confined to the directory. A file is reached by opening one directory after the other, each relative to the
one before and without following a symbolic link, so no name leads out of it: the host is never given a '..', nor a
path of more than one component. Symbolic links are the guest's to follow: their targets mean guest paths.

The host's files change behind the kernel's back, so vnodes are filled in anew whenever they are looked at. Who they
are is told by the host's device and inode number. The user who runs the machine is root in it.
"""

from __future__ import annotations

import errno as host_errno
import os
import stat as host_stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from kernel import errno as guest_errno
from kernel.errno import EACCES, EINVAL, EIO, EISDIR, ENXIO, EOPNOTSUPP, EPERM, EROFS, ESTALE, Errno
from kernel.fcntl import FWRITE
from kernel.uvm.object import UvmObject
from kernel.uvm.page import OBJECT, PAGE_SHIFT, PAGE_SIZE
from kernel.uvm.truncate import unmap_pages
from kernel.vfs.mount import MNT_NODEV, MNT_NOSUID, MNT_RDONLY, FsUsage, Mount
from kernel.vfs.vnfile import DirFile, VnodeFile
from kernel.vfs.vnode import VCHR, VDIR, VFIFO, VLNK, VREG, Vnode, VType

if TYPE_CHECKING:
    from kernel.file import File, Pending, Stat
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.uio import Uio
    from kernel.vfs.mount import Vfs

FIRST_COOKIE = 2  # 0 is '.', 1 is '..'
ROOT = 0  # the guest's
_SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_SEARCH = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW

# Host error number -> ours of the same name
_ERRNOS = {number: getattr(guest_errno, name, EIO) for number, name in host_errno.errorcode.items()}


@contextmanager
def host_errors() -> Iterator[None]:
    """What the host refuses is refused with the guest's number for it."""
    try:
        yield
    except OSError as error:
        raise Errno(_ERRNOS.get(error.errno or 0, EIO)) from None
    except ValueError:
        raise Errno(EINVAL) from None  # a NUL in a name


def share(kernel: Kernel, directory: str, writable: bool) -> HostFs:
    """Mount a directory of the host at /host. Raises OSError if it cannot be opened."""
    from kernel.vfs.root import make_directory

    mount = HostFs(kernel.vfs, directory, writable)
    kernel.vfs.mount_on(mount, make_directory(kernel.rootvnode, "host"), b"/host")
    return mount


class HostFs(Mount):
    """The shared folder. `source` is its path on the host."""

    fstype = "hostfs"
    in_memory = False

    def __init__(self, vfs: Vfs, directory: str, writable: bool) -> None:
        super().__init__(vfs, os.path.abspath(directory))
        self.flags |= MNT_NOSUID | MNT_NODEV | (0 if writable else MNT_RDONLY)
        self.root_fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.nodes: WeakValueDictionary[tuple[int, int], HostNode] = WeakValueDictionary()
        self.numbers: dict[tuple[int, int], int] = {}  # inode numbers given out: in order of first sight
        root = HostDir(self, os.fstat(self.root_fd), None, b"")
        root.hold()
        self.root: HostDir = root

    def __del__(self) -> None:
        if hasattr(self, "root_fd"):
            os.close(self.root_fd)

    def usage(self) -> FsUsage:
        with host_errors():
            fs = os.fstatvfs(self.root_fd)
        scale = fs.f_frsize / self.block_size
        return FsUsage(int(fs.f_blocks * scale), int(fs.f_bavail * scale), fs.f_files, fs.f_favail)

    def mapped_vnodes(self) -> Iterable[Vnode]:
        return [node for node in self.nodes.values() if isinstance(node, HostFile) and node.object.mappings()]

    def node(self, status: os.stat_result, parent: HostDir, name: bytes) -> HostNode:
        """The vnode of a file that was just seen under a name."""
        node = self.nodes.get((status.st_dev, status.st_ino))
        if node is None or node.vtype.ifmt != host_stat.S_IFMT(status.st_mode):
            classes = {VDIR: HostDir, VREG: HostFile, VLNK: HostLink}
            vtype = VType(host_stat.S_IFMT(status.st_mode))
            node = classes.get(vtype, HostSpecial)(self, status, parent, name)
        else:
            node.place(parent, name)
            node.fill(status)
        return node


class HostNode(Vnode):
    """What the kernel knows of a file of the host: where it was last seen."""

    __slots__ = ("__weakref__", "key", "name", "within")

    mount: HostFs

    def __init__(self, mount: HostFs, status: os.stat_result, parent: HostDir | None, name: bytes) -> None:
        super().__init__(mount, VType(host_stat.S_IFMT(status.st_mode)), 0, 0, 0)
        self.key = status.st_dev, status.st_ino
        self.ino = mount.numbers.setdefault(self.key, len(mount.numbers) + 2)
        self.place(parent, name)
        self.fill(status)
        mount.nodes[self.key] = self

    def place(self, parent: HostDir | None, name: bytes) -> None:
        """It is in this directory under this name; the shared folder itself is in none."""
        self.within = parent
        self.name = self.hint = name

    def fill(self, status: os.stat_result) -> None:
        """Take the attributes over. Set-id bits of the host mean nothing in the guest."""
        self.mode = status.st_mode & 0o1777
        self.uid = ROOT if status.st_uid == os.geteuid() else status.st_uid
        self.gid = ROOT if status.st_gid == os.getegid() else status.st_gid
        self.nlink = status.st_nlink
        self.size = status.st_size
        self.atime, self.mtime, self.ctime = status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns
        self.birthtime = min(self.mtime, self.ctime)

    def refresh(self) -> None:
        """Look at the host's file again. Raises Errno(ESTALE) if another one has its name now."""
        with self.directory() as fd, host_errors():
            status = os.stat(self.name, dir_fd=fd, follow_symlinks=False)
        if (status.st_dev, status.st_ino) != self.key or host_stat.S_IFMT(status.st_mode) != self.vtype.ifmt:
            raise Errno(ESTALE)
        self.fill(status)

    @contextmanager
    def directory(self) -> Iterator[int]:
        """A descriptor of the directory it is in: opened from the shared folder down, one name at a time."""
        if self.within is None:
            raise Errno(EPERM)  # what is beside the shared folder is not shared
        with self.within.opened() as fd:
            yield fd

    def stat(self) -> Stat:
        if self.nlink:
            self.refresh()
        return super().stat()

    def blocks(self) -> int:
        return (self.size + PAGE_SIZE - 1 >> PAGE_SHIFT) * (PAGE_SIZE // 512)

    def check_writable(self) -> None:
        if self.mount.readonly:
            raise Errno(EROFS)

    def set_mode(self, mode: int) -> None:
        self.check_writable()
        if self.vtype not in (VREG, VDIR):
            raise Errno(EOPNOTSUPP)
        mode &= 0o1777  # no set-id programs for the host
        with self.directory() as fd, host_errors():
            file = os.open(self.name, os.O_RDONLY | _SAFE, dir_fd=fd)
            try:
                os.fchmod(file, mode)
            finally:
                os.close(file)
        self.mode = mode

    def set_owner(self, uid: int, gid: int) -> None:
        self.check_writable()
        if (uid, gid) == (self.uid, self.gid):
            return
        with self.directory() as fd, host_errors():
            os.chown(self.name, os.geteuid() if uid == ROOT else uid, os.getegid() if gid == ROOT else gid,
                     dir_fd=fd, follow_symlinks=False)  # fmt: skip
        self.uid, self.gid = uid, gid

    def set_flags(self, flags: int) -> None:
        raise Errno(EOPNOTSUPP)

    def set_times(self, atime: int, mtime: int) -> None:
        self.check_writable()
        with self.directory() as fd, host_errors():
            os.utime(self.name, ns=(atime, mtime), dir_fd=fd, follow_symlinks=False)
        self.atime, self.mtime = atime, mtime


class HostLink(HostNode):
    """A symbolic link. Where it leads is a path of the guest's."""

    __slots__ = ()

    def readlink(self, p: Proc | None) -> bytes:
        with self.directory() as fd, host_errors():
            return os.readlink(self.name, dir_fd=fd)


class HostSpecial(HostNode):
    """A device, socket or FIFO of the host: it can be seen, not used."""

    __slots__ = ()

    def open(self, l: Lwp, flags: int) -> File | int:
        raise Errno(ENXIO if self.vtype is VCHR or self.vtype is VFIFO else EOPNOTSUPP)


class HostDir(HostNode):
    """A directory. Names get numbers when they are first seen, which are their offsets for getdents."""

    __slots__ = ("_cookies", "_next_cookie")

    def __init__(self, mount: HostFs, status: os.stat_result, parent: HostDir | None, name: bytes) -> None:
        super().__init__(mount, status, parent, name)
        self._cookies: dict[bytes, int] = {}
        self._next_cookie = FIRST_COOKIE

    def fill(self, status: os.stat_result) -> None:
        super().fill(status)
        self.nlink = max(status.st_nlink, 2)  # some host file systems do not count

    @contextmanager
    def opened(self) -> Iterator[int]:
        """A descriptor of this directory, for names in it."""
        names: list[bytes] = []
        directory = self
        while directory.within is not None:
            names.append(directory.name)
            directory = directory.within
        fd = self.mount.root_fd
        try:
            for name in reversed(names):
                with host_errors():
                    below = os.open(name, _SEARCH, dir_fd=fd)
                if fd != self.mount.root_fd:
                    os.close(fd)
                fd = below
            yield fd
        finally:
            if fd != self.mount.root_fd:
                os.close(fd)

    def refresh(self) -> None:
        if self.within is None:
            self.fill(os.fstat(self.mount.root_fd))
        else:
            super().refresh()

    @property
    def parent(self) -> Vnode:
        return self.within or self

    def lookup(self, p: Proc | None, name: bytes) -> Vnode | None:
        if name == b".":
            return self
        if name == b"..":
            return self.parent
        if b"/" in name:
            return None
        with self.opened() as fd, host_errors():
            try:
                status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            except FileNotFoundError:
                return None
        return self.mount.node(status, self, name)

    def _names(self) -> list[bytes]:
        with self.opened() as fd, host_errors():
            listing = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=fd)
            try:
                return sorted(os.fsencode(name) for name in os.listdir(listing))
            finally:
                os.close(listing)

    def readdir(self, p: Proc | None, offset: int) -> Iterator[tuple[int, bytes, Vnode, int]]:
        if offset <= 0:
            yield 0, b".", self, 1
        if offset <= 1:
            yield 1, b"..", self.parent, FIRST_COOKIE
        names = self._names()
        present = set(names)
        self._cookies = {name: cookie for name, cookie in self._cookies.items() if name in present}
        for name in names:
            if name not in self._cookies:
                self._cookies[name] = self._next_cookie
                self._next_cookie += 1
        for name, cookie in list(self._cookies.items()):
            if cookie >= offset:
                vnode = self.lookup(p, name)
                if vnode is not None:
                    yield cookie, name, vnode, cookie + 1

    def is_empty(self) -> bool:
        return not self._names()

    def name_of(self, child: Vnode) -> bytes | None:
        return child.name if isinstance(child, HostNode) and child.within is self else None

    def open(self, l: Lwp, flags: int) -> File:
        return DirFile(l.kernel.files, flags, l.proc.cred, self)

    def read(self, offset: int, length: int) -> bytes:
        raise Errno(EISDIR)

    # -- changing -----------------------------------------------------------------------------------

    def _entered(self, fd: int, name: bytes) -> HostNode:
        return self.mount.node(os.stat(name, dir_fd=fd, follow_symlinks=False), self, name)

    def create(self, name: bytes, vtype: VType, mode: int, cred: Cred, rdev: int = 0) -> Vnode:
        self.check_writable()
        if vtype not in (VREG, VDIR):
            raise Errno(EPERM)
        mode &= 0o777
        with self.opened() as fd, host_errors():
            if vtype is VDIR:
                os.mkdir(name, mode, dir_fd=fd)
            else:
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, mode | 0o600, dir_fd=fd))
            node = self._entered(fd, name)
        if node.mode != mode:
            node.set_mode(mode)
        return node

    def symlink(self, name: bytes, target: bytes, mode: int, cred: Cred) -> Vnode:
        self.check_writable()
        with self.opened() as fd, host_errors():
            os.symlink(target, name, dir_fd=fd)
            return self._entered(fd, name)

    def link(self, name: bytes, vnode: Vnode) -> None:
        self.check_writable()
        assert isinstance(vnode, HostNode)
        with vnode.directory() as source, self.opened() as fd, host_errors():
            os.link(vnode.name, name, src_dir_fd=source, dst_dir_fd=fd, follow_symlinks=False)
        vnode.nlink += 1

    def remove(self, name: bytes, vnode: Vnode) -> None:
        self.check_writable()
        with self.opened() as fd, host_errors():
            if vnode.vtype is VDIR:
                os.rmdir(name, dir_fd=fd)
            else:
                os.unlink(name, dir_fd=fd)
        if vnode.vtype is VDIR:
            vnode.nlink = 1
        vnode.unlinked()
        if vnode.nlink == 0 and isinstance(vnode, HostNode):
            self.mount.nodes.pop(vnode.key, None)  # the host may give the number to another file
            self.mount.numbers.pop(vnode.key, None)

    def rename(self, name: bytes, vnode: Vnode, to: Vnode, new_name: bytes, target: Vnode | None) -> None:
        self.check_writable()
        assert isinstance(to, HostDir) and isinstance(vnode, HostNode)
        with self.opened() as source, to.opened() as destination, host_errors():
            os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=destination)
        if target is not None:
            if target.vtype is VDIR:
                target.nlink = 1
            target.unlinked()
            if target.nlink == 0 and isinstance(target, HostNode):
                self.mount.nodes.pop(target.key, None)
                self.mount.numbers.pop(target.key, None)
        vnode.place(to, new_name)


class HostFile(HostNode):
    """A regular file. It is open on the host while the guest uses it, or maps it."""

    __slots__ = ("_fd", "_seen", "_writable", "object")

    uobj: HostObject | None  # None when the file has lost its last name and use; `object` may still be mapped

    def __init__(self, mount: HostFs, status: os.stat_result, parent: HostDir | None, name: bytes) -> None:
        self._fd = -1
        self._writable = False
        self._seen = status.st_mtime_ns
        self.uobj = None
        super().__init__(mount, status, parent, name)
        self.uobj = self.object = HostObject(self)
        self.uobj.size = self.size

    def fill(self, status: os.stat_result) -> None:
        super().fill(status)
        if self.uobj is not None:
            self._resized()
            if self._seen != self.mtime:
                self.uobj.forget_unmapped()  # somebody on the host may have changed them
        self._seen = self.mtime

    def _resized(self) -> None:
        uobj = self.uobj
        assert uobj is not None and uobj.size is not None
        if self.size < uobj.size:
            unmap_pages(self.mount.kernel, uobj, self.size + PAGE_SIZE - 1 >> PAGE_SHIFT)
            uobj.truncate(self.size)
        uobj.size = self.size

    def refresh(self) -> None:
        if self._fd < 0:
            super().refresh()
            return
        with host_errors():
            self.fill(os.fstat(self._fd))  # open, it need not have a name any more

    # -- the host's descriptor ----------------------------------------------------------------------

    def _open(self) -> None:
        """Open the host's file, for writing too if that is possible."""
        if self._fd >= 0:
            return
        modes = (os.O_RDONLY,) if self.mount.readonly else (os.O_RDWR, os.O_RDONLY, os.O_WRONLY)
        with self.directory() as directory, host_errors():
            for mode in modes:
                try:
                    fd = os.open(self.name, mode | _SAFE, dir_fd=directory)
                    break
                except OSError as error:
                    if error.errno not in (host_errno.EACCES, host_errno.EROFS) or mode == modes[-1]:
                        raise
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) != self.key or not host_stat.S_ISREG(status.st_mode):
            os.close(fd)
            raise Errno(ESTALE)
        self._fd = fd
        self._writable = mode != os.O_RDONLY

    def close_unused(self) -> None:
        """Let go of the host's file when neither an open file nor a mapping needs it."""
        if self._fd >= 0 and self.usecount <= 0 and not self.object.mappings():
            os.close(self._fd)
            self._fd = -1

    @contextmanager
    def host_file(self, write: bool = False) -> Iterator[int]:
        """The host's descriptor, for the duration of an operation at least."""
        if write:
            self.check_writable()
        self._open()
        if write and not self._writable:
            raise Errno(EACCES)
        try:
            with host_errors():
                yield self._fd
        finally:
            self.close_unused()

    def __del__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def open(self, l: Lwp, flags: int) -> File:
        self._open()
        if flags & FWRITE and not self._writable:
            self.close_unused()
            raise Errno(EACCES)
        self.refresh()
        return HostOpenFile(l.kernel.files, flags, l.proc.cred, self)

    def release(self) -> None:
        super().release()
        if self.usecount == 0:
            self.close_unused()

    def reclaim(self) -> None:
        self.program = None
        uobj, self.uobj = self.uobj, None
        if uobj is not None:
            uobj.release()

    # -- contents -----------------------------------------------------------------------------------

    def load(self, offset: int, length: int) -> bytes:
        """What the host has, whatever may have been stored through a mapping."""
        with self.host_file() as fd:
            return os.pread(fd, length, offset)

    def store(self, offset: int, data: bytes | memoryview) -> None:
        """Write it to the host."""
        with self.host_file(write=True) as fd:
            view = memoryview(data)
            while view:
                n = os.pwrite(fd, view, offset)
                view, offset = view[n:], offset + n

    def read(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        if self.uobj is not None and self.uobj.pages:
            return self.uobj.read(offset, length)
        data = self.load(offset, length)
        return data + bytes(length - len(data))

    def write(self, offset: int, data: bytes | memoryview) -> None:
        self.store(offset, data)
        self.size = max(self.size, offset + len(data))
        if self.uobj is not None:
            self.uobj.size = self.size
            self.uobj.update(offset, memoryview(data))

    def truncate(self, size: int) -> None:
        with self.host_file(write=True) as fd:
            os.ftruncate(fd, size)
        self.size = size
        if self.uobj is not None:
            self._resized()

    def sync(self) -> None:
        if self.uobj is not None:
            self.uobj.flush()
        if self._fd >= 0 and self._writable:
            with host_errors():
                os.fsync(self._fd)


class HostOpenFile(VnodeFile):
    """A file of the host that is open: its size may have changed between any two operations."""

    __slots__ = ()

    vnode: HostFile

    def read(self, l: Lwp, uio: Uio) -> Pending:
        self.vnode.refresh()
        return super().read(l, uio)

    def pread(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        self.vnode.refresh()
        return super().pread(l, uio, offset)

    def write(self, l: Lwp, uio: Uio) -> Pending:
        self.vnode.refresh()
        return super().write(l, uio)

    def pwrite(self, l: Lwp, uio: Uio, offset: int) -> Pending:
        self.vnode.refresh()
        return super().pwrite(l, uio, offset)

    def seek(self, l: Lwp, offset: int, whence: int) -> int:
        self.vnode.refresh()
        return super().seek(l, offset, whence)


class HostObject(UvmObject):
    """The pages of a host file that are mapped. What is stored to them goes back to the host when somebody asks
    for it (msync, fsync), and when the last mapping goes."""

    __slots__ = ("vnode",)

    def __init__(self, vnode: HostFile) -> None:
        super().__init__(vnode.mount.kernel.frames, self._load)
        self.vnode = vnode

    def _load(self, index: int) -> bytes:
        return self.vnode.load(index << PAGE_SHIFT, PAGE_SIZE)

    def page(self, index: int) -> int:
        pfn = self.pages.get(index)
        if pfn is None:
            try:
                data = self._load(index)
            except Errno:
                raise Errno(EINVAL) from None  # the host does not give it: as if the file ended before
            pfn = self.pages[index] = self.frames.alloc(OBJECT)
            self.frames.read(pfn)[: len(data)] = data
            self.frames.stored[pfn] = 0
        return pfn

    def mappings(self) -> int:
        """How many map entries hold it."""
        return self.refs - (self.vnode.uobj is self)

    def release(self) -> None:
        if self.mappings() == 1:
            try:
                self.flush()
            except Errno as error:
                # Nobody is left who could be told.
                self.vnode.mount.kernel.log(f"hostfs: {self.vnode.name_hint()}: not written, error {error.errno}\n")
        super().release()
        if not self.mappings():
            self.forget_unmapped()
            self.vnode.close_unused()

    def flush(self) -> None:
        if self.vnode.mount.readonly:
            return
        for index, pfn in sorted(self.pages.items()):
            start = index << PAGE_SHIFT
            if self.frames.stored[pfn] and start < (self.size or 0):
                self.vnode.store(start, self.frames.read(pfn)[: (self.size or 0) - start])

    def forget_unmapped(self) -> None:
        """Drop the pages that nobody maps."""
        for index in [index for index, pfn in self.pages.items() if self.frames.refs[pfn] == 1]:
            self.frames.release(self.pages.pop(index))

    def update(self, offset: int, data: memoryview) -> None:
        """What was written to the host goes to the pages that are here, too."""
        done = 0
        while done < len(data):
            index, start = offset + done >> PAGE_SHIFT, offset + done & PAGE_SIZE - 1
            n = min(len(data) - done, PAGE_SIZE - start)
            pfn = self.pages.get(index)
            if pfn is not None:
                self.frames.will_write(pfn)
                self.frames.read(pfn)[start : start + n] = data[done : done + n]
            done += n
