"""Process accounting: a record of every process that ends (NetBSD: kern_acct.c, acct(2); spec C.28, C.34)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EPERM, Errno
from kernel.kauth import System
from kernel.proc import PL_CONTROLT
from kernel.resource import own_usage
from kernel.syscall import Result, syscall
from kernel.text import encode
from kernel.time import realtime
from kernel.vfs import namei
from kernel.vfs.vnode import VREG, VWRITE, Vnode

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc

AHZ = 64  # units of the times in a record, per second
NODEV = (1 << 64) - 1
_NS = 10**9
_RECORD = Struct("<16sHHH2xqIIHH4xQB7x")  # struct acct, 64 bytes


@syscall(51, "int acct(const char *path)")
def sys_acct(l: Lwp, path: int) -> Result:
    """Account to a file that exists, or (NULL) stop. Raises Errno: EPERM, EACCES if it is no regular file."""
    k = l.kernel
    if not k.kauth.authorize_system(l.proc.cred, System.ACCOUNTING):
        raise Errno(EPERM)
    vnode = None
    if path:
        vnode = namei.lookup(l, namei.copyin_path(l, path))
        if vnode.vtype is not VREG:
            raise Errno(EACCES)
        vnode.access(l.proc.cred, VWRITE)
        vnode.hold()
        vnode.writers += 1
    _stop(k)
    k.acct_file = vnode
    return None


def _stop(k: Kernel) -> None:
    vnode: Vnode | None = k.acct_file
    k.acct_file = None
    if vnode is not None:
        vnode.writers -= 1
        vnode.release()


def acct_process(p: Proc) -> None:
    """Write the record of a process that is ending; still in its session, still PPWAIT if it is a vfork child.

    When the file cannot grow any more, accounting stops, and the kernel says so.
    """
    k = p.kernel
    vnode = k.acct_file
    if vnode is None:
        return
    try:
        vnode.write(vnode.size, pack_record(p))
        vnode.mtime = vnode.ctime = realtime(k)
    except Errno as error:
        k.log(f"acct: {error}: accounting stopped\n")
        _stop(k)


def pack_record(p: Proc) -> bytes:
    """struct acct."""
    usage = own_usage(p)
    k = p.kernel
    elapsed = k.clock.now() - p.start
    controlled = p.lflag & PL_CONTROLT and p.session.ttyvp is not None
    return _RECORD.pack(
        encode(p.comm)[:16],
        encode_comp(usage.utime * AHZ // _NS),
        encode_comp(usage.stime * AHZ // _NS),
        encode_comp(elapsed * AHZ // _NS),
        (realtime(k) - elapsed) // _NS,
        p.cred.ruid,
        p.cred.rgid,
        min(usage.maxrss, 0xFFFF),
        encode_comp(usage.inblock + usage.oublock),
        p.session.ttyvp.rdev if controlled else NODEV,
        p.acflag & 0xFF,
    )


def encode_comp(value: int) -> int:
    """A comp_t: a base-8 exponent of 3 bits above a fraction of 13, rounded; the largest for what is beyond."""
    exponent = 0
    while value >= 1 << 13:
        exponent += 1
        value = (value >> 3) + (value >> 2 & 1)
    return exponent << 13 | value if exponent < 8 else 0xFFFF
