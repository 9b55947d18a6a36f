"""The machine's clock as a shared library for this host (emu/machine/clock.c).

A wheel ships it built for the usual hosts; a checkout builds it once into the cache. The way to a library
that exists already is part of every start: it runs no process and imports neither hashlib nor pathlib,
which together would cost more than loading the library.
"""

import os
import sys
import zlib

from toolchain.locate import ROOT, cache_root, identity, on_path, zig_executable

SOURCE = os.path.join(ROOT, "emu", "machine", "clock.c")
PREBUILT = os.path.join(ROOT, "emu", "machine", "prebuilt")

# Host -> the target's name in zig's terms. No libc is linked, so musl's or glibc's makes no difference.
HOSTS = {
    "linux-x86_64": "x86_64-linux-musl",
    "linux-aarch64": "aarch64-linux-musl",
    "macos-x86_64": "x86_64-macos.11.0",
    "macos-arm64": "aarch64-macos.11.0",
}

_FLAGS = ("-shared", "-fPIC", "-O2", "-g0", "-std=gnu17", "-Wall", "-Wextra", "-fno-stack-protector")
# zig's cc adds a sanitizer to unoptimised code, and the host's libc; the clock needs neither.
_ZIG_FLAGS = ("-nostdlib", "-fno-sanitize=all")


def host() -> str:
    """This host as a key of HOSTS, or a name of the same form that is not in it."""
    system = "macos" if sys.platform == "darwin" else sys.platform
    machine = os.uname().machine if hasattr(os, "uname") else "unknown"
    return f"{system}-{machine}"


def library_name(host_name: str) -> str:
    """The file name of the clock for a host."""
    suffix = "dylib" if host_name.startswith("macos") else "so"
    return f"clock-{host_name}.{suffix}"


def clock_library(source: str = SOURCE, prebuilt: str = PREBUILT) -> str | None:
    """The path of this host's clock library: shipped, cached, or built now.

    None if there is none and it cannot be built here (no compiler, no source, a cache that cannot be
    written): the caller has to do without.
    """
    name = library_name(host())
    shipped = os.path.join(prebuilt, name)
    if os.path.exists(shipped):
        return shipped
    command = _compiler(host())
    if command is None:
        return None
    try:
        with open(source, "rb") as file:
            text = file.read()
    except OSError:
        return None
    # Two checksums and the length tell versions of one file apart, and need no hashlib.
    key = f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}{len(text):x}-{identity(command[0])}"
    cached = os.path.join(cache_root(), "native", key, name)
    if os.path.exists(cached):
        return cached
    return cached if _build(command, source, cached) else None


def _compiler(host_name: str) -> list[str] | None:
    """The command that makes a shared library for the host, zig's before the host's own."""
    zig = zig_executable()
    target = HOSTS.get(host_name)
    if zig is not None and target is not None:
        return [zig, "cc", "-target", target, *_FLAGS, *_ZIG_FLAGS]
    for name in ("cc", "gcc", "clang"):
        path = on_path(name)
        if path is not None:
            return [path, *_FLAGS]
    return None


def _build(command: list[str], source: str, destination: str) -> bool:
    from toolchain.errors import ToolchainError

    try:
        build_library(command, source, destination)
    except (ToolchainError, OSError) as error:
        print(f"uarea: the native clock cannot be built: {error}", file=sys.stderr)
        return False
    return True


def build_library(command: list[str], source: str, destination: str) -> None:
    """Compile `source` into the shared library `destination`. Raises ToolchainError."""
    import subprocess
    import tempfile
    from pathlib import Path

    from toolchain.cache import publishing
    from toolchain.errors import ToolchainError

    with publishing(Path(destination)) as made, tempfile.TemporaryDirectory() as zig_cache:
        environment = dict(os.environ, ZIG_GLOBAL_CACHE_DIR=zig_cache, ZIG_LOCAL_CACHE_DIR=zig_cache)
        # By a relative name: a Mach-O library carries the name that the linker was given.
        result = subprocess.run(
            [*command, "-o", made.name, os.path.abspath(source)],
            cwd=made.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise ToolchainError(f"compiling {source} failed", status=1, output=result.stdout)


def build_all_hosts(destination: str, source: str = SOURCE) -> None:
    """Build the clock for every host in HOSTS into a directory. Raises ToolchainError."""
    from toolchain.errors import NO_COMPILER, ToolchainError

    zig = zig_executable()
    if zig is None:
        raise ToolchainError(NO_COMPILER)
    for host_name, target in HOSTS.items():
        command = [zig, "cc", "-target", target, *_FLAGS, *_ZIG_FLAGS]
        build_library(command, source, os.path.join(destination, library_name(host_name)))
