"""Puts the userland - programs, and the files of /etc - into a machine's root file system."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from kernel.vfs.root import install_files
from toolchain.image import image_files

if TYPE_CHECKING:
    from kernel.main import Kernel


class HostFile:
    """The contents of a host file, which is not even opened until somebody looks."""

    __slots__ = ("_bytes", "path", "size")

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size
        self._bytes: memoryview | None = None

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice, /) -> memoryview:
        if self._bytes is None:
            with open(self.path, "rb") as file:
                self._bytes = memoryview(mmap.mmap(file.fileno(), self.size, access=mmap.ACCESS_READ))
        return self._bytes[part]


def install_userland(kernel: Kernel) -> None:
    """Enter the userland's files. Raises ToolchainError if they have to be compiled and cannot be."""
    files = ((f.path, f.host_path, HostFile(f.host_path, f.size), f.mode) for f in image_files())
    install_files(kernel, files)
