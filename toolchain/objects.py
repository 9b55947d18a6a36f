"""Object files, compiled once per content.

An object's key covers the compiler, the flags, the source and every header that the source includes. Which
headers those are is known only after a first compilation, so that leaves a list of them in the cache; a
later run digests the files on the list. The headers that came with the compiler are left out: the
compiler's identity stands for them.
"""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from toolchain.cache import cache_dir, digest, publishing, sweep
from toolchain.compilers import Compiler, run
from toolchain.errors import ToolchainError
from toolchain.locate import zig_executable

ASSEMBLY_SUFFIXES = (".s", ".S")


def cached_object(compiler: Compiler, source: str, flags: Sequence[str], directory: Path) -> Path:
    """Compile `source`, a name relative to `directory`, and give the object's path in the cache.

    The compiler runs in `directory`, so that is what relative -I flags and the debugging information refer
    to. Warnings go to standard error, once: a cached object does not repeat them. Raises ToolchainError
    with the compiler's output if it rejects the source.
    """
    command = compiler.compile_command(flags, assembly=source.endswith(ASSEMBLY_SUFFIXES))
    slot = cache_dir() / "objects" / digest([*command, str(directory), source])
    key = digest([compiler.identity, *command, str(directory), source, _read(directory / source)])
    headers = _read_list(slot / key / "headers")
    if headers is not None:
        found = _object_path(slot, key, source, headers)
        if found is not None and found.exists():
            return found
    return _compile(command, source, directory, slot, key)


def _compile(command: list[str], source: str, directory: Path, slot: Path, key: str) -> Path:
    with publishing(slot / key / "headers") as listing:
        made, depends = listing.with_name("made.o"), listing.with_name("made.d")
        arguments = [*command, "-MD", "-MF", str(depends), "-c", "-o", str(made), source]
        status, output = run(arguments, capture=True, cwd=directory)
        if status != 0:
            raise ToolchainError(f"compiling {source} failed", status=1, output=output)
        sys.stderr.write(output)
        headers = _included(depends.read_text(errors="surrogateescape"), source, directory)
        listing.write_text("".join(f"{header}\n" for header in headers), errors="surrogateescape")
        destination = _object_path(slot, key, source, headers)
        if destination is None:
            raise ToolchainError(f"{source}: a header vanished while it was compiled")
        with publishing(destination) as result:
            os.replace(made, result)
    sweep(destination)
    return destination


def _object_path(slot: Path, key: str, source: str, headers: Sequence[str]) -> Path | None:
    """Where the object compiled from exactly these headers is kept; None if one of them is gone."""
    parts: list[str | bytes] = [key]
    for header in headers:
        try:
            parts += [header, Path(header).read_bytes()]
        except OSError:
            return None
    return slot / digest(parts) / f"{Path(source).stem}.o"


def _included(make_rule: str, source: str, directory: Path) -> list[str]:
    """The headers named by a dependency file, absolute, without the source and the compiler's own."""
    names = shlex.split(make_rule.replace("\\\n", " "))[1:]  # shlex undoes make's "\ " as well
    zig = zig_executable()
    own = os.path.dirname(zig) + os.sep if zig else None
    absolute = dict.fromkeys(os.path.normpath(directory / name) for name in names if name != source)
    return [name for name in absolute if own is None or not name.startswith(own)]


def _read_list(path: Path) -> list[str] | None:
    try:
        return path.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolchainError(f"{path}: {error.strerror}") from None
