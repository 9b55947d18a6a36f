"""Where built things are kept between runs, and how they get there.

An entry is a file at SLOT/KEY/NAME under the cache directory. The key is a digest of all that went into
the entry, so an entry is either right or absent and nothing is ever invalidated. The slot says what it is
an edition of (a source file and its flags, say): a new edition sweeps out old ones, or the cache would
grow with every edit of the C library. Entries appear by rename: of several processes that build the same
thing at once each finds a whole file, never a partial one.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolchain.errors import ToolchainError
from toolchain.locate import cache_root

# Old editions are kept this long: another process, or another checkout, may be using one.
_KEEP_SECONDS = 3600


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
def publishing(entry: Path) -> Iterator[Path]:
    """Give a scratch path to build at; when the block ends well the result appears at `entry`.

    The scratch path has the entry's own file name, because linkers write the name they were given into
    what they make. Raises ToolchainError if the directory cannot be written.
    """
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=".building-", dir=entry.parent)
    except OSError as error:
        raise ToolchainError(f"cannot write to {entry.parent}: {error.strerror}") from None
    with scratch as directory:
        made = Path(directory, entry.name)
        yield made
        os.replace(made, entry)


def sweep(entry: Path) -> None:
    """Remove the old editions beside an entry, those that nobody can be using any more."""
    oldest = time.time() - _KEEP_SECONDS
    for edition in entry.parent.parent.iterdir():
        with contextlib.suppress(OSError):  # another process sweeps as well
            if edition != entry.parent and edition.stat().st_mtime < oldest:
                shutil.rmtree(edition)
