"""Regular files of the shared folder (kernel.vfs.hostfs): reading, writing, mapping."""

from __future__ import annotations

import errno as host_errno
import os
import stat as host_stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EINVAL, ENFILE, ESTALE, Errno
from kernel.fcntl import FWRITE
from kernel.uvm.object import UvmObject
from kernel.uvm.page import OBJECT, PAGE_SHIFT, PAGE_SIZE
from kernel.uvm.truncate import unmap_pages
from kernel.vfs.hostnode import SAFE, HostNode, host_errors
from kernel.vfs.vnfile import VnodeFile

if TYPE_CHECKING:
    from kernel.file import File, Pending
    from kernel.lwp import Lwp
    from kernel.sched import CondVar
    from kernel.uio import Uio
    from kernel.vfs.hostfs import HostDir, HostFs


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
        """Open the host's file, for writing too if that is possible. Raises Errno(ENFILE) if too many are open."""
        if self._fd >= 0:
            return
        if self.mount.open_files >= self.mount.open_max:
            raise Errno(ENFILE)
        modes = (os.O_RDONLY,) if self.mount.readonly else (os.O_RDWR, os.O_RDONLY, os.O_WRONLY)
        with self.directory() as directory, host_errors():
            for mode in modes:
                try:
                    fd = os.open(self.name, mode | SAFE, dir_fd=directory)
                    break
                except OSError as error:
                    if error.errno not in (host_errno.EACCES, host_errno.EROFS) or mode == modes[-1]:
                        raise
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) != self.key or not host_stat.S_ISREG(status.st_mode):
            os.close(fd)
            raise Errno(ESTALE)
        self._fd = fd
        self.mount.open_files += 1
        self._writable = mode != os.O_RDONLY

    def close_unused(self) -> None:
        """Let go of the host's file when neither an open file nor a mapping needs it."""
        if self._fd >= 0 and self.usecount <= 0 and not self.object.mappings():
            self._close()

    def _close(self) -> None:
        os.close(self._fd)
        self._fd = -1
        self.mount.open_files -= 1

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
            self._close()

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

    def read(self, l: Lwp, uio: Uio) -> Pending | CondVar:
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
            self.frames.stored[pfn] = self.frames.dirty[pfn] = 0
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
            if self.frames.dirty[pfn] and start < (self.size or 0):
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
