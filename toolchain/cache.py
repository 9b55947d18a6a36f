"""Where built things are kept between runs, and how they get there.

Every entry is named by a digest of all that went into it, so an entry is either right or absent and
nothing is ever invalidated. Entries appear by rename: of several processes that build the same thing
at once each finds a whole file, never a partial one.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolchain.errors import ToolchainError
from toolchain.locate import cache_root


def cache_dir() -> Path:
    """The cache directory as a Path. It may not exist yet."""
    return Path(cache_root())


def digest(parts: Iterable[str | bytes]) -> str:
    """A hexadecimal digest of a sequence; the boundaries between parts count."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


@contextlib.contextmanager
def publishing(destination: Path) -> Iterator[Path]:
    """Give a scratch path to build at; when the block ends well the result appears at `destination`.

    The scratch path has the destination's own file name, because linkers write the name they were given
    into what they make. Raises ToolchainError if the directory cannot be written.
    """
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".building-", dir=destination.parent)
    except OSError as error:
        raise ToolchainError(f"cannot write to {destination.parent}: {error.strerror}") from None
    with scratch as directory:
        made = Path(directory, destination.name)
        yield made
        os.replace(made, destination)
