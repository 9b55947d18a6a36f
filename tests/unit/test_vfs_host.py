"""The same calls on our memory file system and on the host's: what succeeds, and the tree that results."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errno import Errno
from kernel.vfs.vnode import VDIR, VLNK, VREG, Vnode
from tests.unit.vfs_kernel import FileKernel, User

NAMES = ("a", "b", "c", "a/b", "a/c", "b/a", "a/b/c", "./a", "a/../b", "a/", "b/.", "c/..", "l", "l/a", "l/", "")
OPERATIONS = ("mkdir", "rmdir", "create", "unlink", "rename", "link", "symlink", "truncate", "append", "chmod")

steps = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=30
)


def on_host(top: Path, operation: str, first: str, second: str) -> None:
    """Raises OSError. The working directory is not used, so that tests may run side by side."""
    root = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if operation == "mkdir":
            os.mkdir(first, 0o755, dir_fd=root)
        elif operation == "rmdir":
            os.rmdir(first, dir_fd=root)
        elif operation in ("create", "append", "truncate"):
            flags = {"create": os.O_CREAT | os.O_EXCL, "append": os.O_APPEND, "truncate": os.O_TRUNC}[operation]
            fd = os.open(first, os.O_WRONLY | flags, 0o644, dir_fd=root)
            os.write(fd, operation.encode())
            os.close(fd)
        elif operation == "unlink":
            os.unlink(first, dir_fd=root)
        elif operation == "rename":
            os.rename(first, second, src_dir_fd=root, dst_dir_fd=root)
        elif operation == "link":
            os.link(first, second, src_dir_fd=root, dst_dir_fd=root, follow_symlinks=False)
        elif operation == "symlink":
            os.symlink(first, second, dir_fd=root)
        elif operation == "chmod":
            os.chmod(first, 0o700, dir_fd=root)
    finally:
        os.close(root)


def on_guest(u: User, operation: str, first: str, second: str) -> None:
    """Raises Errno."""
    cwd = -100
    if operation == "mkdir":
        u.call("mkdir", first, 0o755)
    elif operation in ("create", "append", "truncate"):
        flags = {"create": 0x200 | 0x800, "append": 0x8, "truncate": 0x400}[operation]
        fd = u.open(first, 1 | flags, 0o644)
        u.write(fd, operation.encode())
        u.call("close", fd)
    elif operation == "rename":
        u.call("posix_rename", first, second)
    elif operation == "link":
        u.call("linkat", cwd, first, cwd, second, 0)
    elif operation == "chmod":
        u.call("chmod", first, 0o700)
    elif operation == "symlink":
        u.call("symlink", first, second)
    else:
        u.call(operation, first)


Entry = tuple[int, int, int, bytes | None]  # type, permissions, links (of a directory: subdirectories), contents


def host_tree(top: Path) -> dict[str, Entry]:
    tree: dict[str, Entry] = {}
    for path in sorted(top.rglob("*")):
        status = path.lstat()
        kind, mode, links = stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode), status.st_nlink
        contents = None
        if kind == stat.S_IFREG:
            contents = path.read_bytes()
        elif kind == stat.S_IFLNK:
            contents, mode = os.readlink(path).encode(), 0
        else:
            links = sum(child.is_dir() and not child.is_symlink() for child in path.iterdir())
        tree[str(path.relative_to(top))] = kind, mode, links, contents
    return tree


def guest_tree(directory: Vnode, prefix: str = "") -> dict[str, Entry]:
    tree: dict[str, Entry] = {}
    for _, raw, vnode, _ in directory.readdir(None, 0):
        if raw in (b".", b".."):
            continue
        path = prefix + raw.decode()
        mode, links, contents = vnode.mode, vnode.nlink, None
        if vnode.vtype is VREG:
            contents = vnode.read(0, 1 << 20)
        elif vnode.vtype is VLNK:
            contents, mode = vnode.readlink(None), 0
        else:
            tree |= guest_tree(vnode, path + "/")
            links = sum(child.vtype is VDIR for _, _, child, _ in vnode.readdir(None, 2))
            assert vnode.nlink == 2 + links, path
        tree[path] = vnode.vtype.ifmt, mode, links, contents
    return tree


def differs(operation: str, first: str, second: str) -> bool:
    """Calls that the two systems answer differently by design: names that end in a slash, and links to nothing."""
    if operation == "symlink" and not first:
        return True
    return first.endswith("/") or (operation in ("rename", "link", "symlink") and second.endswith("/"))


@settings(max_examples=150, deadline=None)
@given(steps)
def test_random_calls(operations: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        kernel = FileKernel()
        u = kernel.process()
        u.call("mkdir", "/work", 0o755)
        u.call("chdir", "/work")
        for operation, first, second in operations:
            if differs(operation, first, second):
                continue
            failed_there = failed_here = None
            try:
                on_host(top, operation, first, second)
            except OSError as e:
                failed_there = e
            try:
                on_guest(u, operation, first, second)
            except Errno as e:
                failed_here = e
            same = (failed_there is None) == (failed_here is None)
            assert same, (
                operation,
                first,
                second,
                failed_there,
                failed_here,
            )
        assert guest_tree(u.proc.cwdi.cdir) == host_tree(top)
        u.exit()
