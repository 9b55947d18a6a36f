"""From a path to a vnode (NetBSD: vfs_lookup.c).

`walk` goes through a path component by component: permission to search each directory, symbolic links, '..'
that stops at the process's root, mounted file systems. `lookup` is the common case, in which the file must
exist; calls that make or remove names look at the directory and the last component, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kernel.errno import EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, Errno
from kernel.fcntl import AT_FDCWD, MAXSYMLINKS, NAME_MAX, O_SEARCH, PATH_MAX
from kernel.proc import Proc
from kernel.vfs.vnfile import VnodeFile
from kernel.vfs.vnode import VDIR, VEXEC, VLNK, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp


SLASH = 0x2F
FOLLOW = 0x40


class Found(NamedTuple):
    """Where a path leads. `vnode` is None when the last component does not exist in `directory`.

    For a path that is nothing but slashes, `name` is empty and `directory` is the root itself.
    """

    directory: Vnode
    name: bytes
    vnode: Vnode | None
    trailing_slash: bool


def copyin_path(l: Lwp, va: int) -> bytes:
    """A path argument. Raises Errno: EFAULT, or ENAMETOOLONG beyond PATH_MAX (with its NUL)."""
    return l.proc.vm.copyinstr(va, PATH_MAX)


def lookup(who: Lwp | Proc, path: bytes, follow: bool = True, at: int = AT_FDCWD, cred: Cred | None = None) -> Vnode:
    """The file a path names. `follow` says whether a symbolic link at the end is followed.

    Raises Errno: ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, EBADF for a bad `at`.
    """
    vnode = walk(who, path, follow, at, cred).vnode
    if vnode is None:
        raise Errno(ENOENT)
    return vnode


def walk(who: Lwp | Proc, path: bytes, follow: bool = True, at: int = AT_FDCWD, cred: Cred | None = None) -> Found:
    """Like `lookup`, but the last component need not exist. `cred` is used instead of the process's own."""
    p = who if isinstance(who, Proc) else who.proc
    sdt = p.kernel.sdt
    if path and (sdt.lookup_entry.on or sdt.lookup_return.on):
        return _traced_walk(p, path, follow, at, cred)
    return _walk(p, path, follow, at, cred)


def _traced_walk(p: Proc, path: bytes, follow: bool, at: int, cred: Cred | None) -> Found:
    """`_walk` between its probes. The flag given to the first is namei's FOLLOW."""
    sdt = p.kernel.sdt
    if sdt.lookup_entry.on:
        sdt.lookup_entry.fire(root_of(p) if path[0] == SLASH else p.cwdi.cdir, path, FOLLOW if follow else 0)
    try:
        found = _walk(p, path, follow, at, cred)
    except Errno as error:
        if sdt.lookup_return.on:
            sdt.lookup_return.fire(error.errno, None)
        raise
    if sdt.lookup_return.on:
        sdt.lookup_return.fire(0, found.vnode)
    return found


def _walk(p: Proc, path: bytes, follow: bool, at: int, cred: Cred | None) -> Found:
    """Component by component."""
    if cred is None:
        cred = p.cred
    if not path:
        raise Errno(ENOENT)
    if len(path) >= PATH_MAX:
        raise Errno(ENAMETOOLONG)
    root = root_of(p)
    current, search_granted = (root, False) if path[0] == SLASH else _start(p, at)
    slash = path[-1] == SLASH
    names = [name for name in path.split(b"/") if name]
    done = links = 0
    while done < len(names):
        name = names[done]
        done += 1
        last = done == len(names)
        if current.vtype is not VDIR:
            raise Errno(ENOTDIR)
        if not search_granted:
            current.access(cred, VEXEC)
        search_granted = False
        if len(name) > NAME_MAX:
            raise Errno(ENAMETOOLONG)
        vnode = current.lookup(p, name) if name != b".." else _parent(p, root, current)
        while vnode is not None and vnode.covered_by is not None:
            vnode = vnode.covered_by.root
        if vnode is None:
            if not last:
                raise Errno(ENOENT)
            return Found(current, name, None, slash)
        if vnode.vtype is VLNK and (follow or slash or not last):
            links += 1
            if links > MAXSYMLINKS:
                raise Errno(ELOOP)
            target = vnode.readlink(p)
            if not target:
                raise Errno(ENOENT)
            if target[0] == SLASH:
                current = root
            if last and target[-1] == SLASH:
                slash = True
            names = [name for name in target.split(b"/") if name] + names[done:]
            done = 0
            if sum(map(len, names)) + len(names) >= PATH_MAX:
                raise Errno(ENAMETOOLONG)
            continue
        if last:
            if slash and vnode.vtype is not VDIR:
                raise Errno(ENOTDIR)
            return Found(current, name, vnode, slash)
        current = vnode
    return Found(current, b"", current, False)


def root_of(p: Proc) -> Vnode:
    """What '/' means to a process."""
    root: Vnode = p.cwdi.rdir or p.kernel.rootvnode
    return root


def _start(p: Proc, at: int) -> tuple[Vnode, bool]:
    """The directory a relative path begins at, and whether it was opened for searching (O_SEARCH)."""
    if at == AT_FDCWD:
        return p.cwdi.cdir, False
    file = p.fd.get(at)
    if not isinstance(file, VnodeFile) or file.vnode.vtype is not VDIR:
        raise Errno(ENOTDIR)
    return file.vnode, bool(file.flags & O_SEARCH)


def _parent(p: Proc, root: Vnode, current: Vnode) -> Vnode | None:
    """The directory above, which for the root of a mounted file system lies in another one."""
    if current is root:
        return current
    while current is current.mount.root and current.mount.covered is not None:
        current = current.mount.covered
        if current is root:
            return current
    return current.lookup(p, b"..")


def path_of(p: Proc, directory: Vnode, check: bool = True) -> bytes:
    """The absolute path of a directory, as seen from the process's root (getcwd_common).

    Raises Errno: ENOENT for a removed directory or one outside the root; with `check`, EACCES where the
    process may not look.
    """
    root = root_of(p)
    parts: list[bytes] = []
    current = directory
    if current.vtype is not VDIR:
        raise Errno(ENOTDIR)
    while current is not root:
        while current is current.mount.root:
            if current.mount.covered is None:
                raise Errno(ENOENT)
            current = current.mount.covered
            if current is root:
                return b"/" + b"/".join(reversed(parts))
        parent = current.parent
        if check:
            parent.access(p.cred, VEXEC)
        name = parent.name_of(current)
        if name is None or current.nlink == 0:
            raise Errno(ENOENT)
        parts.append(name)
        current = parent
    return b"/" + b"/".join(reversed(parts))


def is_under(directory: Vnode, top: Vnode) -> bool:
    """Is a directory the same as, or somewhere below, another?"""
    current = directory
    while current is not top:
        if current is current.mount.root:
            if current.mount.covered is None:
                return False
            current = current.mount.covered
        else:
            parent = current.parent
            if parent is current:
                return False
            current = parent
    return True


def creatable(found: Found, cred: Cred) -> Vnode:
    """The directory, after asking whether a name may be added to it.

    Raises Errno: EACCES, EPERM, EROFS; ENOENT when the directory was removed; EINVAL for an empty name.
    """
    directory = found.directory
    if not found.name:
        raise Errno(EINVAL)
    if directory.nlink == 0:
        raise Errno(ENOENT)
    directory.access(cred, VWRITE)
    return directory
