"""The sysctl tree and the system call into it (NetBSD: kern_sysctl.c, sys/sysctl.h).

A name is a path of numbers. A node is a directory, or a value with a type, a reader and perhaps a writer, or
it has a handler that interprets the rest of the name itself (kern.proc2). Programs turn names into numbers by
asking the tree: a last component CTL_QUERY lists a directory as an array of `struct sysctlnode`.

Any part of the kernel adds nodes: `k.sysctl.add("kern.maxproc", INT, number=6, read=..., write=...)`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, ENOENT, ENOMEM, ENOTDIR, EOPNOTSUPP, EPERM, Errno
from kernel.kauth import System
from kernel.syscall import syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel

CTL_MAXNAME = 12
CTL_QUERY = -2
CREATE_BASE = 1024  # numbers of nodes that have none assigned start above this
NAMELEN = 32

NODE, INT, STRING, QUAD, STRUCT, BOOL = range(1, 7)
READWRITE, ANYWRITE, PRIVATE, PERMANENT, ANYNUMBER, HIDDEN = 0x70, 0x80, 0x100, 0x200, 0x4000, 0x8000
VERSION_1 = 0x0100_0000
VERSION_MASK = 0xFF00_0000

_PACKED = {INT: struct.Struct("<i"), QUAD: struct.Struct("<q"), BOOL: struct.Struct("<?")}
_UNSIGNED = {INT: 1 << 32, QUAD: 1 << 64}
# struct sysctlnode: flags, number, name, version, then a union (for a directory: slots, children), the size
# of the value, and pointers into the kernel, which are nobody's business.
_SYSCTLNODE = struct.Struct("<Ii32sIxxxxII8xQ24x")
SYSCTLNODE_SIZE = _SYSCTLNODE.size  # 96

Data = int | str | bytes
Reader = Callable[["Request"], Data]
Writer = Callable[["Request", int | bytes], None]
Handler = Callable[["Request"], None]


class Request:
    """One sysctl call under way: who asks, for which name, and the program's two buffers."""

    __slots__ = ("k", "l", "name", "newlen", "newp", "node", "oldlen", "oldp", "rest", "room")

    def __init__(self, l: Lwp, name: tuple[int, ...], oldp: int, room: int, newp: int, newlen: int) -> None:
        self.l = l
        self.k: Kernel = l.kernel
        self.name = name
        self.rest: tuple[int, ...] = ()  # what follows the node that was found
        self.node: Node
        self.oldp = oldp
        self.room = room  # bytes at oldp
        self.oldlen = room  # what the program is told: how long the value is
        self.newp = newp
        self.newlen = newlen

    def put(self, data: bytes) -> None:
        """Hand out a value: as much as fits, and its whole length."""
        if self.oldp:
            self.l.proc.vm.copyout(self.oldp, data[: self.room])
        self.oldlen = len(data)

    def get(self) -> bytes:
        """The new value, as the program passed it."""
        return self.l.proc.vm.copyin(self.newp, self.newlen)

    @property
    def writes(self) -> bool:
        return self.newp != 0 and self.newlen != 0


class Node:
    """A place in the tree (struct sysctlnode)."""

    __slots__ = (
        "children",
        "flags",
        "handler",
        "kind",
        "name",
        "number",
        "parent",
        "read",
        "size",
        "version",
        "write",
    )

    def __init__(self, name: str, number: int, kind: int, parent: Node | None) -> None:
        self.name = name
        self.number = number
        self.kind = kind
        self.parent = parent
        self.flags = 0
        self.size = _PACKED[kind].size if kind in _PACKED else 0
        self.version = 0
        self.children: dict[int, Node] = {}
        self.read: Reader | None = None
        self.write: Writer | None = None
        self.handler: Handler | None = None

    def find(self, number: int) -> Node | None:
        """The child with this number; one marked ANYNUMBER, always an only child, answers to all."""
        only = next(iter(self.children.values()), None)
        if only is not None and only.flags & ANYNUMBER and number >= 0:
            return only
        return self.children.get(number)

    def pack(self) -> bytes:
        """struct sysctlnode."""
        return _SYSCTLNODE.pack(
            VERSION_1 | self.kind | self.flags,
            self.number,
            self.name.encode("ascii"),
            self.version,
            len(self.children),
            len(self.children),
            SYSCTLNODE_SIZE if self.kind == NODE else self.size,
        )


class Sysctl:
    """The tree of one kernel."""

    __slots__ = ("_last_number", "kernel", "root")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.root = Node("", 0, NODE, None)
        self._last_number = CREATE_BASE

    def add(
        self,
        path: str,
        kind: int = NODE,
        *,
        number: int | None = None,
        read: Reader | None = None,
        write: Writer | None = None,
        handler: Handler | None = None,
        flags: int = 0,
        size: int | None = None,
    ) -> Node:
        """Enter a node, and the directories above it that are missing; returns it.

        `number` is the node's own, None for the next free one. A writer gets an int for INT, QUAD and BOOL,
        bytes for STRING (without the NUL) and STRUCT, after the superuser check that `flags` & ANYWRITE
        waives; it raises Errno to refuse. `size` is the most that a STRING or STRUCT may take.
        """
        parent_path, _, name = path.rpartition(".")
        parent = self.locate(parent_path) or self.add(parent_path)
        if len(name) >= NAMELEN or any(c.name == name for c in parent.children.values()):
            raise ValueError(f"sysctl node {path} is there already, or its name is too long")
        if number is None:
            self._last_number += 1
            number = self._last_number
        if number in parent.children:
            raise ValueError(f"sysctl node {path}: {number} is {parent.children[number].name}")
        node = Node(name, number, kind, parent)
        node.flags = flags | PERMANENT | (READWRITE if write is not None else 0)
        node.read, node.write, node.handler = read, write, handler
        if size is not None:
            node.size = size
        parent.children[number] = node
        # Programs notice by the version that what they know of the tree is out of date.
        version = self.root.version + 1
        ancestor: Node | None = node
        while ancestor is not None:
            ancestor.version = version
            ancestor = ancestor.parent
        return node

    def locate(self, path: str) -> Node | None:
        """The node with this dotted name."""
        node = self.root
        for part in path.split(".") if path else []:
            for child in node.children.values():
                if child.name == part:
                    node = child
                    break
            else:
                return None
        return node

    def dispatch(self, r: Request) -> None:
        """Find the node that a request names and let it answer (sysctl_dispatch).

        Raises Errno: ENOENT if there is no such name, ENOTDIR if it goes on below a value, EINVAL if it stops
        at a directory, EOPNOTSUPP for a meta-operation other than a query, and what the node raises.
        """
        node = self.root
        at = 0
        for at, number in enumerate(r.name):
            self._may_see(r, node)
            if node.handler is not None:
                break
            if node.kind != NODE:
                raise Errno(ENOTDIR)
            child = node.find(number)
            if child is None:
                if number >= 0 or at + 1 < len(r.name):
                    raise Errno(ENOENT)
                if number != CTL_QUERY:
                    raise Errno(EOPNOTSUPP)
                break
            node = child
        else:
            at = len(r.name)
            self._may_see(r, node)
        r.node, r.rest = node, r.name[at:]
        if r.rest == (CTL_QUERY,):
            query(r)
        elif node.handler is not None:
            node.handler(r)
        else:
            lookup(r)

    def _may_see(self, r: Request, node: Node) -> None:
        if node.flags & PRIVATE and not self.kernel.kauth.authorize_system(
            r.l.proc.cred, System.SYSCTL_MODIFY
        ):
            raise Errno(EPERM)


def query(r: Request) -> None:
    """List a directory (sysctl_query). The program passes a sysctlnode that says which layout it knows."""
    node = r.node
    if node.kind != NODE:
        raise Errno(ENOTDIR)
    if r.newp == 0 or r.newlen != SYSCTLNODE_SIZE:
        raise Errno(EINVAL)
    flags, _, _, version, _, _, _ = _SYSCTLNODE.unpack(r.get())
    if flags & VERSION_MASK != VERSION_1:
        raise Errno(EINVAL)
    if version not in (0, node.version, r.k.sysctl.root.version):
        raise Errno(EINVAL)
    data = b"".join(child.pack() for _, child in sorted(node.children.items()))
    whole = r.room - r.room % SYSCTLNODE_SIZE
    if r.oldp:
        r.l.proc.vm.copyout(r.oldp, data[:whole])
    r.oldlen = len(data)


def lookup(r: Request) -> None:
    """Read, write or exchange a value (sysctl_lookup)."""
    node = r.node
    if node.kind == NODE:
        raise Errno(EINVAL)
    if r.writes:
        if not node.flags & ANYWRITE and not r.k.kauth.authorize_system(r.l.proc.cred, System.SYSCTL_MODIFY):
            raise Errno(EPERM)
        if node.write is None:
            raise Errno(EPERM)
    if node.read is not None:
        r.put(_encode(node.kind, node.read(r)))
    if r.writes and node.write is not None:
        node.write(r, _decode(r))


def _encode(kind: int, value: Data) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode() + b"\0"
    if kind != BOOL:
        # What does not fit is cut, as C does it.
        value &= _UNSIGNED[kind] - 1
        if value >= _UNSIGNED[kind] >> 1:
            value -= _UNSIGNED[kind]
    return _PACKED[kind].pack(value)


def _decode(r: Request) -> int | bytes:
    """The new value. Raises Errno(EINVAL) if its length is not the type's, or a string is too long."""
    node = r.node
    if node.kind in _PACKED:
        if r.newlen != node.size:
            raise Errno(EINVAL)
        data = r.get()
        if node.kind == BOOL and data not in (b"\0", b"\1"):
            raise Errno(EINVAL)
        value: int = _PACKED[node.kind].unpack(data)[0]
        return value
    if node.kind == STRUCT:
        if r.newlen != node.size:
            raise Errno(EINVAL)
        return r.get()
    if r.newlen > node.size:
        raise Errno(EINVAL)
    text, nul, _ = r.get().partition(b"\0")
    if not nul and r.newlen == node.size:
        raise Errno(EINVAL)  # there has to be room for the NUL
    return text


@syscall(
    202,
    "int __sysctl(const int *name, u_int namelen, void *oldv, size_t *oldlenp, const void *newv, "
    "size_t newlen)",
)
def sys___sysctl(l: Lwp, name: int, namelen: int, oldv: int, oldlenp: int, newv: int, newlen: int) -> None:
    vm = l.proc.vm
    room = vm.copyin_word(oldlenp) if oldlenp else 0
    if not 1 <= namelen <= CTL_MAXNAME:
        raise Errno(EINVAL)
    mib = struct.unpack(f"<{namelen}i", vm.copyin(name, 4 * namelen))
    r = Request(l, mib, oldv, room, newv, newlen)
    try:
        l.kernel.sysctl.dispatch(r)
    finally:
        # The length is reported even if the call fails: a program learns from it how much room to bring.
        if oldlenp:
            vm.copyout_word(oldlenp, r.oldlen)
    if oldv and room < r.oldlen:
        raise Errno(ENOMEM)
