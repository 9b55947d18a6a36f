"""The native parts of the machine as a shared library for this host (emu/machine/*.c).

A wheel ships it built for the usual hosts; a checkout builds it once into the cache. The way to a library
that exists already is part of every start: it runs no process and imports neither hashlib nor pathlib,
which together would cost more than loading the library.
"""

import os
import sys
import zlib

from toolchain.locate import ROOT, cache_root, identity, on_path, zig_executable

_MACHINE = os.path.join(ROOT, "emu", "machine")
_NAMES = ("clock.c", "trap.c", "call.c", "access.c", "python.c", "machine.h", "python.h")
SOURCES = tuple(os.path.join(_MACHINE, name) for name in _NAMES)
PREBUILT = os.path.join(_MACHINE, "prebuilt")

# Host -> the target's name in zig's terms. No libc is linked, so musl's or glibc's makes no difference.
HOSTS = {
    "linux-x86_64": "x86_64-linux-musl",
    "linux-aarch64": "aarch64-linux-musl",
    "macos-x86_64": "x86_64-macos.11.0",
    "macos-arm64": "aarch64-macos.11.0",
}

_FLAGS = ("-shared", "-fPIC", "-O2", "-g0", "-std=gnu17", "-Wall", "-Wextra", "-fno-stack-protector")
# zig's cc adds a sanitizer to unoptimised code, and the host's libc; the machine needs neither.
_ZIG_FLAGS = ("-nostdlib", "-fno-sanitize=all")
# The functions of Python's that are called are found when it is loaded; only macOS's linker wants to be told.
_MACOS_FLAGS = ("-Wl,-undefined,dynamic_lookup",)


def host() -> str:
    """This host as a key of HOSTS, or a name of the same form that is not in it."""
    system = "macos" if sys.platform == "darwin" else sys.platform
    machine = os.uname().machine if hasattr(os, "uname") else "unknown"
    return f"{system}-{machine}"


def library_name(host_name: str) -> str:
    """The file name of the library for a host."""
    suffix = "dylib" if host_name.startswith("macos") else "so"
    return f"machine-{host_name}.{suffix}"


def native_library(sources: tuple[str, ...] = SOURCES, prebuilt: str = PREBUILT) -> str | None:
    """The path of this host's library: shipped, cached, or built now.

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
    text = " ".join(command[1:]).encode()
    try:
        for source in sources:
            with open(source, "rb") as file:
                text += file.read()
    except OSError:
        return None
    # Two checksums and the length tell versions apart, and need no hashlib.
    key = f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}{len(text):x}-{identity(command[0])}"
    cached = os.path.join(cache_root(), "native", key, name)
    if os.path.exists(cached):
        return cached
    return cached if _build(command, sources, cached) else None


def _compiler(host_name: str) -> list[str] | None:
    """The command that makes a shared library for the host, zig's before the host's own."""
    zig = zig_executable()
    if zig is not None and host_name in HOSTS:
        return _zig_command(zig, host_name)
    for name in ("cc", "gcc", "clang"):
        path = on_path(name)
        if path is not None:
            return [path, *_flags(host_name)]
    return None


def _flags(host_name: str) -> tuple[str, ...]:
    return _FLAGS + _MACOS_FLAGS if host_name.startswith("macos") else _FLAGS


def _zig_command(zig: str, host_name: str) -> list[str]:
    return [zig, "cc", "-target", HOSTS[host_name], *_flags(host_name), *_ZIG_FLAGS]


def _build(command: list[str], sources: tuple[str, ...], destination: str) -> bool:
    from toolchain.errors import ToolchainError

    try:
        build_library(command, sources, destination)
    except (ToolchainError, OSError) as error:
        print(f"uarea: the machine's native part cannot be built: {error}", file=sys.stderr)
        return False
    return True


def build_library(command: list[str], sources: tuple[str, ...], destination: str) -> None:
    """Compile the `sources` that are C into the shared library `destination`. Raises ToolchainError."""
    import subprocess
    import tempfile
    from pathlib import Path

    from toolchain.cache import publishing
    from toolchain.errors import ToolchainError

    with publishing(Path(destination)) as made, tempfile.TemporaryDirectory() as zig_cache:
        environment = dict(os.environ, ZIG_GLOBAL_CACHE_DIR=zig_cache, ZIG_LOCAL_CACHE_DIR=zig_cache)
        # By a relative name: a Mach-O library carries the name that the linker was given.
        result = subprocess.run(
            [*command, "-o", made.name, *(os.path.abspath(source) for source in sources if source.endswith(".c"))],
            cwd=made.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise ToolchainError(f"compiling {sources[0]} failed", status=1, output=result.stdout)


def build_all_hosts(destination: str, sources: tuple[str, ...] = SOURCES) -> None:
    """Build the library for every host in HOSTS into a directory. Raises ToolchainError."""
    from toolchain.errors import NO_COMPILER, ToolchainError

    zig = zig_executable()
    if zig is None:
        raise ToolchainError(NO_COMPILER)
    for host_name in HOSTS:
        build_library(_zig_command(zig, host_name), sources, os.path.join(destination, library_name(host_name)))
