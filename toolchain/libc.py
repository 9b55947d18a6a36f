"""Builds what every program is linked with: crt0.o, libc.a and the compiler's runtime library.

A wheel ships the three built; a checkout builds them into the cache, one object per source file, each
compiled again only if it or a header of it changed.
"""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import cache_dir, digest, publishing, sweep
from toolchain.compilers import OWN_HEADERS, Compiler, find_compiler, require_zig, run
from toolchain.errors import ToolchainError
from toolchain.locate import ROOT, cache_root, identity
from toolchain.objects import cached_object

SOURCES = Path(ROOT, "userland", "libc")
PREBUILT = Path(ROOT, "userland", "prebuilt")

FILES = ("crt0.o", "libc.a", "libcompiler_rt.a")

# The paths that debugging information and __FILE__ give for the directory that holds userland/ and for
# that of the ziglang package, wherever they are on the host: objects do not depend on where they were built.
SOURCE_PREFIX = "/uarea"
HEADERS_PREFIX = "/ziglang"

# -fno-builtin: without it the loop inside memset is recognised as a memset and calls itself.
_FLAGS = (
    "-O2",
    "-g",
    "-gdwarf-4",
    "-Wall",
    "-Wextra",
    "-Wno-initializer-overrides",  # a table says "all, except these"
    "-fno-builtin",
    "-ffunction-sections",
    "-fdata-sections",
    f"-ffile-prefix-map={ROOT}={SOURCE_PREFIX}",
)

_RUNTIME_FLAGS = (
    "-target",
    "riscv64-freestanding",
    "-mcpu=baseline_rv64",
    "-mcmodel=medany",
    "-O",
    "ReleaseFast",
    "-fstrip",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-stack-check",
    "-fno-stack-protector",
    "-fno-unwind-tables",
    "-fsingle-threaded",
)


@dataclass(frozen=True, slots=True)
class CLibrary:
    """The files that a program is linked with. `key` changes when any of them does."""

    startup: Path
    archive: Path
    runtime: Path
    key: str


# What c_library() found before in this process, and the state of the source tree then.
_built: dict[Path, tuple[tuple[object, ...], CLibrary]] = {}


def c_library(sources: Path = SOURCES, prebuilt: Path = PREBUILT) -> CLibrary:
    """The C library: the one shipped, or built as far as needed. Raises ToolchainError."""
    startup, archive, runtime = shipped = [prebuilt / name for name in FILES]
    if all(path.exists() for path in shipped):
        return CLibrary(
            startup, archive, runtime, digest([str(prebuilt), *(identity(str(path)) for path in shipped)])
        )
    state = (cache_root(), identity(require_zig()), *_file_states(sources), *_file_states(Path(OWN_HEADERS)))
    seen_state, library = _built.get(sources, ((), None))
    if library is None or seen_state != state or not library.archive.exists():
        library = _build(sources)
        _built[sources] = state, library
    return library


def _file_states(directory: Path) -> list[tuple[str, int, int]]:
    """What changes when a file below `directory` does: much cheaper to get than the contents."""
    states = []
    for root, _, names in os.walk(directory):
        for path in (os.path.join(root, name) for name in names):
            with contextlib.suppress(FileNotFoundError):  # editors make files that come and go
                status = os.stat(path)
                states.append((path, status.st_mtime_ns, status.st_size))
    return sorted(states)


def _build(sources: Path) -> CLibrary:
    runtime = build_runtime()
    startup_sources, library_sources = find_sources(sources)
    compiler = find_compiler("zig")
    objects = compile_all(compiler, [*startup_sources, *library_sources], sources)
    edition = digest([compiler.identity, *map(str, objects)])
    directory = cache_dir() / "libc" / digest([str(sources)]) / edition
    startup, archive = directory / "crt0.o", directory / "libc.a"
    count = len(startup_sources)
    if not startup.exists():
        with publishing(startup) as made:
            _tool("joining crt0", ["ld.lld", "-m", "elf64lriscv", "-r", "-o", made, *objects[:count]])
    if not archive.exists():
        with publishing(archive) as made:
            # q appends without looking for a member of that name: files in different directories may
            # share one. D leaves times and owners out.
            _tool("archiving libc.a", ["ar", "qcsD", made, *objects[count:]])
        sweep(archive)
    return CLibrary(startup, archive, runtime, digest([edition, str(runtime)]))


def find_sources(directory: Path) -> tuple[list[Path], list[Path]]:
    """The sources of crt0.o and of libc.a, in an order that does not depend on the file system."""
    found = sorted(path for suffix in ("*.c", "*.S") for path in directory.rglob(suffix))
    startup = [path for path in found if path.parent == directory / "sys" and path.name.startswith("crt0")]
    library = [path for path in found if path not in startup]
    if not startup or not library:
        raise ToolchainError(f"the sources of the C library are not in {directory}")
    return startup, library


def compile_all(compiler: Compiler, paths: Sequence[Path], directory: Path) -> list[Path]:
    """Compile the library's sources, as many at a time as there are processors."""
    include = [f for name in (directory, directory / "include") for f in ("-iquote", str(name))]
    own_headers = f"-ffile-prefix-map={os.path.dirname(require_zig())}={HEADERS_PREFIX}"
    flags = [*_FLAGS, own_headers, *include]

    def compile_one(path: Path) -> Path:
        base = Path(ROOT) if path.is_relative_to(ROOT) else path.parent
        return cached_object(compiler, str(path.relative_to(base)), flags, base)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(compile_one, path) for path in paths]
        try:
            return [job.result() for job in jobs]
        except ToolchainError:
            pool.shutdown(cancel_futures=True)
            raise


def build_runtime() -> Path:
    """The compiler's runtime: 128-bit integers, quad precision, wide atomics. A few seconds, once."""
    zig = require_zig()
    source = os.path.join(os.path.dirname(zig), "lib", "compiler_rt.zig")
    destination = cache_dir() / "runtime" / digest([identity(zig), *_RUNTIME_FLAGS]) / "libcompiler_rt.a"
    if destination.exists():
        return destination
    with publishing(destination) as archive, tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, "compiler_rt.o")
        caches = ["--cache-dir", scratch, "--global-cache-dir", scratch]
        build = ["build-obj", source, *_RUNTIME_FLAGS, *caches, f"-femit-bin={made}"]
        _tool("building the compiler's runtime", build)
        _tool("archiving the compiler's runtime", ["ar", "qcsD", archive, made])
    return destination


def _tool(purpose: str, arguments: Sequence[str | Path]) -> None:
    """Run one of zig's tools. Raises ToolchainError with its output if it fails."""
    status, output = run([require_zig(), *map(str, arguments)], capture=True)
    if status != 0:
        raise ToolchainError(f"{purpose} failed", status=1, output=output)
