"""Mounted file systems, and the switch of character devices (NetBSD: vfs_mount.c, subr_devsw.c)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kernel.errno import Errno

if TYPE_CHECKING:
    from kernel.lockf import Lock, LockList
    from kernel.main import Kernel
    from kernel.vfs.devfs import Device
    from kernel.vfs.vnode import Vnode

MNT_RDONLY, MNT_NOEXEC, MNT_NOSUID, MNT_NODEV = 0x1, 0x4, 0x8, 0x10
MNT_LOCAL, MNT_ROOTFS = 0x1000, 0x4000


class FsUsage(NamedTuple):
    """Space in a file system: blocks of `Mount.block_size`, and file nodes."""

    blocks: int
    blocks_free: int
    files: int
    files_free: int


class Mount:
    """One file system. File system classes derive from this."""

    fstype = "none"
    block_size = 4096
    in_memory = True  # all there is in it are vnodes that the kernel knows: an audit can visit them

    def __init__(self, vfs: Vfs, source: str) -> None:
        self.vfs = vfs
        self.kernel = vfs.kernel
        self.source = source  # f_mntfromname
        self.fsid = vfs.new_fsid()
        self.flags = MNT_LOCAL
        self.root: Vnode
        self.covered: Vnode | None = None  # the directory this is mounted on; None for the root
        self.path = b"/"
        self.inodes = 1  # the next inode number; 2 will be the root, as everywhere

    @property
    def readonly(self) -> bool:
        return bool(self.flags & MNT_RDONLY)

    def new_ino(self) -> int:
        self.inodes += 1
        return self.inodes

    def now(self) -> int:
        """The time for time stamps: ns since the epoch."""
        clock = self.kernel.clock
        return clock.boot_time + clock.now()

    def usage(self) -> FsUsage:
        return FsUsage(0, 0, 0, 0)

    def mapped_vnodes(self) -> Iterable[Vnode]:
        """Files whose pages may be mapped although nobody has them open, where names do not lead to them."""
        return ()


class Vfs:
    """The kernel's file systems and devices: `kernel.vfs`."""

    __slots__ = ("cdevsw", "kernel", "lock_waits", "mounts", "next_fsid")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.mounts: list[Mount] = []
        self.next_fsid = 0
        self.cdevsw: dict[int, Device] = {}  # by dev_t
        self.lock_waits: dict[Lock, LockList] = {}  # requests for advisory locks that sleep, on all files

    def new_fsid(self) -> int:
        self.next_fsid += 1
        return self.next_fsid

    def mount_root(self, mount: Mount) -> None:
        mount.flags |= MNT_ROOTFS
        self.mounts.append(mount)

    def mount_on(self, mount: Mount, directory: Vnode, path: bytes) -> None:
        """Cover a directory with a file system. `path` is what statvfs will show."""
        mount.covered = directory
        mount.path = path
        directory.hold()
        directory.covered_by = mount
        self.mounts.append(mount)

    def sync(self) -> None:
        """Have everything safe where it is kept, as far as it can be."""
        for mount in self.mounts:
            for vnode in mount.mapped_vnodes():
                try:
                    vnode.sync()
                except Errno as error:
                    self.kernel.log(f"{vnode.name_hint()}: not written, error {error.errno}\n")

    def unmount(self, mount: Mount) -> None:
        """Uncover the directory again."""
        assert mount.covered is not None
        mount.covered.covered_by = None
        mount.covered.release()
        self.mounts.remove(mount)
