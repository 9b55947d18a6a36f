"""The files of the root file system: the userland's programs, compiled, and what belongs into /etc.

Where a program's source is says where the program goes: userland/sbin/halt.c becomes /sbin/halt, and
userland/usr.bin/top/*.c would become /usr/bin/top. Of what is in userland/bin only the essential commands go to
/bin, as they do on NetBSD, and the others to /usr/bin.

A wheel ships the programs compiled. A checkout compiles what has changed, when it is first used; to find that
nothing has is part of every start, so it reads no file and imports next to nothing.
"""

import os
import sys
import zlib
from typing import NamedTuple

from toolchain.errors import NO_COMPILER, ToolchainError
from toolchain.locate import ROOT, cache_root, identity, zig_executable

USERLAND = os.path.join(ROOT, "userland")
PREBUILT = os.path.join(USERLAND, "prebuilt", "root")

# Where programs come from and go to: a directory of sources -> a directory in the guest.
PLACES = {"bin": "/bin", "sbin": "/sbin", "usr.bin": "/usr/bin", "usr.sbin": "/usr/sbin"}

# The commands that NetBSD has in /bin.
ESSENTIAL = frozenset((
    "cat", "chmod", "cp", "csh", "date", "dd", "df", "echo", "ed", "expr", "hostname", "kill", "ksh", "ln", "ls",
    "mkdir", "mv", "pax", "ps", "pwd", "rm", "rmdir", "sh", "sleep", "stty", "sync", "tar", "test",
))  # fmt: skip

# One program under several names, which looks at the name it was called by.
ALIASES = {
    "/bin/[": "/bin/test",
    "/sbin/reboot": "/sbin/halt",
    "/sbin/poweroff": "/sbin/halt",
    "/usr/bin/chgrp": "/sbin/chown",
    "/usr/bin/pkill": "/usr/bin/pgrep",
    "/usr/bin/groups": "/usr/bin/id",
    "/usr/bin/whoami": "/usr/bin/id",
    "/usr/bin/egrep": "/usr/bin/grep",
    "/usr/bin/fgrep": "/usr/bin/grep",
    "/usr/bin/unexpand": "/usr/bin/expand",
    "/usr/sbin/chown": "/sbin/chown",
}

# Files of userland/etc that are not for everyone to read.
_MODES = {"master.passwd": 0o600}

# What a program can be made of, besides its own directory.
_PARTS = ("libc", "include", "common", *PLACES)


class ImageFile(NamedTuple):
    """A file of the root file system: its path in the guest, where its contents are on the host, bytes, mode."""

    path: str
    host_path: str
    size: int
    mode: int


def programs(prebuilt: str = PREBUILT, userland: str = USERLAND) -> list[tuple[str, str]]:
    """The programs: (path in the guest, ELF file on the host). An alias has the file of what it stands for.

    Raises ToolchainError if they have to be compiled and there is no compiler.
    """
    return [(file.path, file.host_path) for file in image_files(prebuilt, userland) if file.mode & 0o111]


def image_files(prebuilt: str = PREBUILT, userland: str = USERLAND) -> list[ImageFile]:
    """All files, programs first, in an order that is the same on every host. Raises ToolchainError."""
    tree = prebuilt if os.path.isdir(prebuilt) else _built_tree(userland)
    found = []
    for guest in PLACES.values():
        found += _scan(os.path.join(tree, guest[1:]), guest, 0o755)
    by_path = {file.path: file for file in found}
    for alias, path in ALIASES.items():
        if path in by_path and alias not in by_path:
            found.append(by_path[path]._replace(path=alias))
    etc = _scan(os.path.join(userland, "etc"), "/etc", 0o644)
    return found + [file._replace(mode=_MODES.get(os.path.basename(file.path), file.mode)) for file in etc]


def guest_path(place: str, name: str) -> str:
    """Where a program goes whose source is in userland/PLACE."""
    return f"/usr/bin/{name}" if place == "bin" and name not in ESSENTIAL else f"{PLACES[place]}/{name}"


def _scan(directory: str, guest: str, mode: int) -> list[ImageFile]:
    try:
        with os.scandir(directory) as entries:
            files = [ImageFile(f"{guest}/{e.name}", e.path, e.stat().st_size, mode) for e in entries if e.is_file()]
    except FileNotFoundError:
        return []
    files.sort()
    return files


def _built_tree(userland: str) -> str:
    """The directory in the cache that holds the programs made of the sources as they are now."""
    zig = zig_executable()
    if zig is None:
        raise ToolchainError(NO_COMPILER)
    state = os.fsencode("\n".join([identity(zig), *_states(userland)]))
    # Two checksums and the length tell versions of one tree apart, and need no hashlib.
    key = f"{zlib.crc32(state):08x}{zlib.adler32(state):08x}{len(state):x}"
    slot = os.path.join(cache_root(), "image", f"{zlib.crc32(os.fsencode(userland)):08x}")
    tree = os.path.join(slot, key, "root")
    if not os.path.isdir(tree):
        from toolchain.userland import build_tree

        build_tree(tree, userland)
        return tree
    try:
        with open(os.path.join(slot, key, "errors")) as file:
            sys.stderr.write(file.read())
    except FileNotFoundError:
        pass
    return tree


def _states(userland: str) -> list[str]:
    """What changes when a source file does, or how they are compiled: much cheaper to get than the contents."""
    states: list[str] = []
    todo = [os.path.join(ROOT, "toolchain"), *(os.path.join(userland, part) for part in _PARTS)]
    for directory in todo:
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    elif entry.name.endswith((".c", ".h", ".S", ".py")):
                        status = entry.stat()
                        states.append(f"{entry.path} {status.st_mtime_ns} {status.st_size}")
        except FileNotFoundError:
            continue
    states.sort()
    return states
