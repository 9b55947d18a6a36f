"""The root file system the machine boots with, and putting files into it from outside."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel.errno import EEXIST, ENOTDIR, Errno
from kernel.file import FileTable
from kernel.kauth import Cred
from kernel.vfs import devfs
from kernel.vfs.mount import Vfs
from kernel.vfs.procfs import Procfs
from kernel.vfs.tmpfs import Contents, TmpDir, Tmpfs
from kernel.vfs.vnode import VDIR, Vnode

if TYPE_CHECKING:
    from kernel.main import Kernel

DIRECTORIES = (
    ("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("home", 0o755), ("lib", 0o755), ("libexec", 0o755),
    ("mnt", 0o755), ("proc", 0o755), ("root", 0o700), ("sbin", 0o755), ("tmp", 0o1777), ("usr", 0o755),
    ("usr/bin", 0o755), ("usr/lib", 0o755), ("usr/libexec", 0o755), ("usr/sbin", 0o755), ("usr/share", 0o755),
    ("var", 0o755), ("var/db", 0o755), ("var/log", 0o755), ("var/run", 0o755), ("var/shm", 0o1777),
    ("var/tmp", 0o1777),
)  # fmt: skip


def make_root(kernel: Kernel) -> Vnode:
    """Give the kernel its file table, its VFS, and a root with the usual directories and devices."""
    kernel.files = FileTable(kernel)
    kernel.vfs = Vfs(kernel)
    mount = Tmpfs(kernel.vfs, "root")
    kernel.vfs.mount_root(mount)
    for path, mode in DIRECTORIES:
        make_directory(mount.root, path, mode)
    devfs.populate(mount.root, kernel)
    kernel.vfs.mount_on(Procfs(kernel.vfs), make_directory(mount.root, "proc"), b"/proc")
    return mount.root


def make_directory(root: Vnode, path: str, mode: int = 0o755) -> TmpDir:
    """The directory with this path, made with its parents if it is not there yet."""
    directory = root
    for name in os.fsencode(path).split(b"/"):
        if not name:
            continue
        found = directory.lookup(None, name)
        directory = found if found is not None else directory.create(name, VDIR, mode, Cred())
    if not isinstance(directory, TmpDir):
        raise Errno(ENOTDIR)
    return directory


def install(kernel: Kernel, path: str, data: bytes | memoryview, mode: int = 0o755) -> Vnode:
    """Put a file into the root file system, replacing one of this name.

    Its bytes are copied into emulated RAM page by page, when something looks at them.
    """
    parent, _, name = path.rpartition("/")
    directory = make_directory(kernel.rootvnode, parent)
    last = os.fsencode(name)
    previous = directory.lookup(None, last)
    if previous is not None:
        if previous.vtype is VDIR:
            raise Errno(EEXIST)
        directory.remove(last, previous)
    return directory.create_image(last, memoryview(data), mode)


def install_files(kernel: Kernel, files: Iterable[tuple[str, str, Contents, int]]) -> None:
    """Put many files (path, identity, contents, mode) into the root file system where no file of the name is yet.

    Files of one identity become one file with several names.
    """
    directories: dict[str, TmpDir] = {}
    made: dict[str, Vnode] = {}
    for path, identity, contents, mode in files:
        parent, _, text = path.rpartition("/")
        name = os.fsencode(text)
        directory = directories.get(parent)
        if directory is None:
            directory = directories[parent] = make_directory(kernel.rootvnode, parent)
        if name in directory.entries:
            continue
        if identity in made:
            directory.link(name, made[identity])
        else:
            made[identity] = directory.create_image(name, contents, mode)
