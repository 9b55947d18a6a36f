"""`info files`: a process's descriptors, what they name, and who else has the same open file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, ViewError, count, label, table
from kernel.errno import Errno
from kernel.fcntl import FREAD, FWRITE, O_APPEND, O_ASYNC, O_NONBLOCK
from kernel.knote import Kqueue
from kernel.mqueue import MqueueFile
from kernel.pipe import PipeEnd
from kernel.proc import SZOMB
from kernel.vfs.namei import path_of
from kernel.vfs.vnfile import VnodeFile
from kernel.vfs.vnode import VDIR

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.proc import Proc
    from kernel.vfs.vnode import Vnode


def info_files(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    p = context.process(args)
    if p.stat == SZOMB:
        raise ViewError(f"process {label(p)} is a zombie: its descriptors are closed")
    fd = p.fd
    holders = [q for q in context.kernel.allproc.values() if q.stat != SZOMB and q is not p]
    same_table = [str(q.pid) for q in holders if q.fd is fd]
    head = f"process {label(p)}: {count(fd.used.bit_count(), 'descriptor')}, table reference count {fd.refs}"
    lines = [head + (f", shared with process {', '.join(same_table)}" if same_table else "")]
    rows = []
    for n, file in fd.open_files():
        flags = "".join(c if bits >> n & 1 else "-" for c, bits in (("e", fd.exclose), ("f", fd.foclose)))
        shared = [f"{q.pid}:{m}" for q in holders if q.fd is not fd for m, other in q.fd.open_files() if other is file]
        rows.append((n, flags, mode(file), file.offset if isinstance(file, VnodeFile) else "-", file.refs,
                     describe(p, file), " ".join(shared)))  # fmt: skip
    lines += table(("fd", "on", "mode", "offset", "refs", "what", "the same open file is pid:fd"), rows, "034")
    lines.append("on: e closed at exec, f at fork; mode: read, write, append, nonblocking, signals; offset in bytes")
    lines.append(f"directory {_path(p, p.cwdi.cdir)}, umask 0{p.cwdi.cmask:o}, of {count(p.cwdi.refs, 'process')}")
    return lines


def mode(file: File) -> str:
    known = ((FREAD, "r"), (FWRITE, "w"), (O_APPEND, "a"), (O_NONBLOCK, "n"), (O_ASYNC, "s"))
    return "".join(c if file.flags & bit else "-" for bit, c in known)


def describe(p: Proc, file: File) -> str:
    """What an open file is."""
    if isinstance(file, PipeEnd):
        pipe = file.pipe
        end = "reading" if file.flags & FREAD else "writing"
        ends = f"{pipe.readers} reading, {pipe.writers} writing"
        return f"pipe, {end} end: {len(pipe.buffer)} of {pipe.size} bytes, {ends}"
    if isinstance(file, Kqueue):
        return f"kqueue: {count(len(file.notes), 'event')}, {len(file.queue)} to tell"
    if isinstance(file, MqueueFile):
        return f"message queue: {count(file.mq.curmsgs, 'message')}"
    if isinstance(file, VnodeFile):
        vnode = file.vnode
        kind = vnode.vtype.name[1:].lower()
        return f"{kind} {_opened_as(p, file)}, inode {vnode.ino}" + (f", {vnode.size} bytes" if kind == "reg" else "")
    return type(file).__name__


def _opened_as(p: Proc, file: VnodeFile) -> str:
    if file.vnode.vtype is VDIR:
        return _path(p, file.vnode)
    if file.opened_as is not None:
        directory, name = file.opened_as
        return f"{_path(p, directory).rstrip('/')}/{name.decode(errors='replace')}"
    hint = file.vnode.hint.decode(errors="replace")
    return hint or "without a name"


def _path(p: Proc, directory: Vnode) -> str:
    try:
        return path_of(p, directory, check=False).decode(errors="replace") or "/"
    except Errno:
        return "(removed)"
