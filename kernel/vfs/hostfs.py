"""A directory of the host as a file system of the guest: the shared folder.

It is confined to the directory. A file is reached by opening one directory after the other, each relative to the
one before and without following a symbolic link, so no name leads out of it: the host is never given a '..', nor a
path of more than one component. Symbolic links are the guest's to follow: their targets mean guest paths.

The host's files change behind the kernel's back, so vnodes are filled in anew whenever they are looked at. Who they
are is told by the host's device and inode number. The user who runs the machine is root in it.
"""

from __future__ import annotations

import os
import resource
import stat as host_stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from kernel.errno import EISDIR, EPERM, Errno
from kernel.vfs.hostfile import HostFile
from kernel.vfs.hostnode import SAFE, HostLink, HostNode, HostSpecial, check_component, host_errors
from kernel.vfs.mount import MNT_NODEV, MNT_NOSUID, MNT_RDONLY, FsUsage, Mount
from kernel.vfs.vnfile import DirFile
from kernel.vfs.vnode import VDIR, VLNK, VREG, Vnode, VType

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.vfs.mount import Vfs

FIRST_COOKIE = 2  # 0 is '.', 1 is '..'
_DESCRIPTORS = 1 << 16  # at most of the host's for open files, where it sets no limit itself
_SEARCH = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW


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
        # Files that are open on the host, and how many may be: the machine needs descriptors for other things, too.
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.open_files = 0
        self.open_max = _DESCRIPTORS if limit == resource.RLIM_INFINITY else min(limit // 2, _DESCRIPTORS)
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
        check_component(name)
        if vtype not in (VREG, VDIR):
            raise Errno(EPERM)
        mode &= 0o777
        with self.opened() as fd, host_errors():
            if vtype is VDIR:
                os.mkdir(name, mode, dir_fd=fd)
            else:
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | SAFE, mode | 0o600, dir_fd=fd))
            node = self._entered(fd, name)
        if node.mode != mode:
            node.set_mode(mode)
        return node

    def symlink(self, name: bytes, target: bytes, mode: int, cred: Cred) -> Vnode:
        self.check_writable()
        check_component(name)
        with self.opened() as fd, host_errors():
            os.symlink(target, name, dir_fd=fd)
            return self._entered(fd, name)

    def link(self, name: bytes, vnode: Vnode) -> None:
        self.check_writable()
        check_component(name)
        assert isinstance(vnode, HostNode)
        with vnode.directory() as source, self.opened() as fd, host_errors():
            os.link(vnode.name, name, src_dir_fd=source, dst_dir_fd=fd, follow_symlinks=False)
        vnode.nlink += 1

    def remove(self, name: bytes, vnode: Vnode) -> None:
        self.check_writable()
        check_component(name)
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
        check_component(name)
        check_component(new_name)
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
