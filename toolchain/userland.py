"""Compiles the userland's programs into a directory laid out as the guest's root is (see toolchain.image)."""

import contextlib
import fcntl
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from toolchain.cache import cache_dir, digest, publishing, sweep
from toolchain.compilers import Compiler, find_compiler, require_zig, run
from toolchain.errors import ToolchainError
from toolchain.image import PLACES, USERLAND, guest_path
from toolchain.libc import HEADERS_PREFIX, SOURCE_PREFIX, CLibrary, c_library
from toolchain.link import link_command
from toolchain.objects import cached_object

_FLAGS = (
    "-O2",
    "-g",
    "-gdwarf-4",
    "-Wall",
    "-Wextra",
    "-ffunction-sections",
    "-fdata-sections",
    "-Iuserland/common",
)
# Function names stay, line numbers would make the programs three times as large.
_LINK_FLAGS = ("--strip-debug",)


class Source(NamedTuple):
    """A program to be made: its path in the guest without the first slash, and its source files as seen from the
    directory above the userland."""

    path: str
    files: tuple[str, ...]


def find_sources(userland: str = USERLAND) -> list[Source]:
    """The programs there are sources of: NAME.c, or NAME/*.c."""
    found = []
    for place in PLACES:
        directory = Path(userland, place)
        for path in sorted(directory.iterdir()) if directory.is_dir() else ():
            files = sorted(path.glob("*.[cS]")) if path.is_dir() else [path] if path.suffix == ".c" else []
            if files:
                names = tuple(str(file.relative_to(Path(userland).parent)) for file in files)
                found.append(Source(guest_path(place, path.stem)[1:], names))
    return found


def build_tree(tree: str, userland: str = USERLAND) -> None:
    """Make the directory `tree`. A program that does not compile is left out, so that it does not stand in the
    way of all others; what is missing is told by a file "errors" beside it.

    Raises ToolchainError if it cannot be made at all.
    """
    destination = Path(tree)
    try:
        destination.parent.parent.mkdir(parents=True, exist_ok=True)
        lock = open(destination.parent.parent / "lock", "w")  # noqa: SIM115  (the with statement is below)
    except OSError as error:
        raise ToolchainError(f"cannot write to {destination.parent.parent}: {error.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds it made
        if destination.is_dir():
            return
        print("uarea: compiling the userland (once, and what is changed later) ...", file=sys.stderr)
        missing = []
        with publishing(destination) as made:
            for source, result in build_programs(userland):
                if isinstance(result, ToolchainError):
                    print(f"uarea: {result}", file=sys.stderr)
                    missing.append(f" /{source.path}")
                else:
                    target = made / source.path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _link_or_copy(result, target)
            made.mkdir(exist_ok=True)
            if missing:
                message = f"uarea: not in the guest, because they do not compile:{''.join(missing)}\n"
                (destination.parent / "errors").write_text(message)
        sweep(destination)


def build_programs(userland: str = USERLAND) -> list[tuple[Source, Path | ToolchainError]]:
    """Each program's file in the cache, compiled as far as needed, or why it cannot be."""
    library = c_library()
    compiler = find_compiler("zig")
    sources = find_sources(userland)
    base = Path(userland).parent

    def build_one(source: Source) -> Path | ToolchainError:
        try:
            return _program(source, base, compiler, library)
        except ToolchainError as error:
            if error.status != 1:
                raise
            return error

    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        return list(zip(sources, pool.map(build_one, sources), strict=True))


def _program(source: Source, base: Path, compiler: Compiler, library: CLibrary) -> Path:
    prefixes = ((str(base), SOURCE_PREFIX), (os.path.dirname(require_zig()), HEADERS_PREFIX))
    flags = [*_FLAGS, *(f"-ffile-prefix-map={old}={new}" for old, new in prefixes)]
    objects = [str(cached_object(compiler, file, flags, base)) for file in source.files]
    name = os.path.basename(source.path)
    key = digest([*objects, library.key, *_LINK_FLAGS])
    result = cache_dir() / "userland" / digest([str(base), source.path]) / key / name
    if not result.exists():
        with publishing(result) as made:
            command = link_command([*_LINK_FLAGS, *objects], str(made), library)
            status, output = run(command, capture=True)
            if status != 0:
                raise ToolchainError(f"linking {source.path} failed", status=1, output=output)
        sweep(result)
    return result


def install_prebuilt(destination: Path) -> None:
    """Copy every program to `destination`, for a wheel. Raises ToolchainError if one does not compile."""
    for source, result in build_programs():
        if isinstance(result, ToolchainError):
            raise result
        target = destination / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(result, target)


def _link_or_copy(source: Path, target: Path) -> None:
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)
