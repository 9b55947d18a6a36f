"""Puts the userland - programs, and the files of /etc - into a machine's root file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EIO, Errno
from kernel.vfs.root import install_files
from toolchain.image import image_files

if TYPE_CHECKING:
    from kernel.main import Kernel


class HostFile:
    """The contents of a host file, which is not even opened until somebody looks. Then it is read as a whole: programs
    are small, and a mapping of each would keep a descriptor of the host's."""

    __slots__ = ("_bytes", "path", "size")

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size
        self._bytes: memoryview | None = None

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice, /) -> memoryview:
        """Raises Errno(EIO) if the host cannot give it."""
        if self._bytes is None:
            try:
                with open(self.path, "rb") as file:
                    self._bytes = memoryview(file.read())
            except OSError:
                raise Errno(EIO) from None
        return self._bytes[part]


def install_userland(kernel: Kernel) -> None:
    """Enter the userland's files. Raises ToolchainError if they have to be compiled and cannot be."""
    files = ((f.path, f.host_path, HostFile(f.host_path, f.size), f.mode) for f in image_files())
    install_files(kernel, files)
