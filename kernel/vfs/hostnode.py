"""Files of the shared folder (kernel.vfs.hostfs) in general: where they are, and what the host says they are."""

from __future__ import annotations

import errno as host_errno
import os
import stat as host_stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kernel import errno as guest_errno
from kernel.errno import EINVAL, EIO, ENFILE, ENXIO, EOPNOTSUPP, EPERM, EROFS, ESTALE, Errno
from kernel.uvm.page import PAGE_SHIFT, PAGE_SIZE
from kernel.vfs.vnode import VCHR, VDIR, VFIFO, VREG, Vnode, VType

if TYPE_CHECKING:
    from kernel.file import File, Stat
    from kernel.lwp import Lwp
    from kernel.proc import Proc
    from kernel.vfs.hostfs import HostDir, HostFs

ROOT = 0  # the guest's

# Whatever is opened: no link is followed, and nothing is waited for.
SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY

# Host error number -> ours of the same name
_ERRNOS = {number: getattr(guest_errno, name, EIO) for number, name in host_errno.errorcode.items()}
_ERRNOS[host_errno.EMFILE] = ENFILE  # the limit of the machine's process is one for all of the guest's


@contextmanager
def host_errors() -> Iterator[None]:
    """What the host refuses is refused with the guest's number for it."""
    try:
        yield
    except OSError as error:
        raise Errno(_ERRNOS.get(error.errno or 0, EIO)) from None
    except (ValueError, OverflowError):
        raise Errno(EINVAL) from None  # a NUL in a name; a number that the host has no room for


def check_component(name: bytes) -> bytes:
    """A name that the host may be given to change. Paths are taken apart before they get here; this makes sure."""
    if name in (b"", b".", b"..") or b"/" in name:
        raise Errno(EINVAL)
    return name


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
            file = os.open(self.name, os.O_RDONLY | SAFE, dir_fd=fd)
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
