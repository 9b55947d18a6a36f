"""Everything that a wheel ships compiled."""

import shutil
from pathlib import Path

from toolchain.libc import FILES, c_library
from toolchain.native import build_all_hosts
from toolchain.userland import install_prebuilt


def build_all_prebuilt(destination: Path) -> None:
    """Build into `destination`, a directory laid out as this repository is. Raises ToolchainError."""
    build_all_hosts(str(destination / "emu" / "machine" / "prebuilt"))
    libraries = destination / "userland" / "prebuilt"
    libraries.mkdir(parents=True, exist_ok=True)
    made = c_library(prebuilt=libraries / "not-these")
    for name, path in zip(FILES, (made.startup, made.archive, made.runtime), strict=True):
        shutil.copyfile(path, libraries / name)
    install_prebuilt(libraries / "root")
