"""Where things are on this host. Start-up passes through here, so it imports next to nothing."""

import os
import sys

# The directory that holds the packages emu, kernel, toolchain and userland.
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def cache_root() -> str:
    """The cache directory: $XDG_CACHE_HOME/uarea, or ~/.cache/uarea. It may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the XDG specification: a relative path is invalid and ignored
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "uarea")


def zig_executable() -> str | None:
    """The zig of the installed ziglang package, without importing it."""
    name = "zig.exe" if os.name == "nt" else "zig"
    for directory in sys.path:
        path = os.path.join(directory, "ziglang", name)
        if os.access(path, os.X_OK):
            return path
    return None


def on_path(name: str) -> str | None:
    """The command `name` in $PATH."""
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if directory and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def identity(executable: str) -> str:
    """A string that changes when the executable is replaced. Asking it for a version would cost a process."""
    status = os.stat(executable)
    return f"{os.path.basename(executable)}-{status.st_size:x}-{status.st_mtime_ns:x}"
