"""The LWP calls (NetBSD: sys_lwp.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.hart import TP
from kernel.errno import EINVAL, ENAMETOOLONG, ESRCH, Errno
from kernel.signal import SI_LWP, SigInfo, check_signo
from kernel.syscall import Result, syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp

MAXLWPNAME = 32


@syscall(311, "lwpid_t _lwp_self(void)")
def sys__lwp_self(l: Lwp) -> Result:
    return l.lid


@syscall(316, "void *_lwp_getprivate(void)")
def sys__lwp_getprivate(l: Lwp) -> Result:
    return l.private


@syscall(317, "void _lwp_setprivate(void *ptr)")
def sys__lwp_setprivate(l: Lwp, ptr: int) -> Result:
    """Remember the thread's private pointer and load tp with it (spec A.5)."""
    l.private = ptr
    l.frame.words[TP] = ptr
    return None


def _find(l: Lwp, lid: int) -> Lwp:
    """An LWP of the caller's process; 0 is the caller. Raises Errno(ESRCH)."""
    if lid == 0:
        return l
    for other in l.proc.lwps:
        if other.lid == lid:
            return other
    raise Errno(ESRCH)


@syscall(318, "int _lwp_kill(lwpid_t target, int signo)")
def sys__lwp_kill(l: Lwp, lid: int, signo: int) -> Result:
    check_signo(signo, zero=True)
    target = _find(l, lid)
    if signo:
        info = SigInfo(signo, SI_LWP, pid=l.proc.pid, uid=l.proc.cred.euid)
        l.kernel.signals.send_lwp(target, signo, info)
    return None


@syscall(323, "int _lwp_setname(lwpid_t target, const char *name)")
def sys__lwp_setname(l: Lwp, lid: int, name: int) -> Result:
    text = l.proc.vm.copyinstr(name, MAXLWPNAME) if name else b""
    _find(l, lid).name = text.decode("utf-8", "surrogateescape")
    return None


@syscall(324, "int _lwp_getname(lwpid_t target, char *name, size_t len)")
def sys__lwp_getname(l: Lwp, lid: int, name: int, length: int) -> Result:
    """The name, cut to fit, with its NUL."""
    if not length:
        raise Errno(ENAMETOOLONG if _find(l, lid).name else EINVAL)
    text = _find(l, lid).name.encode("utf-8", "surrogateescape")[: length - 1]
    l.proc.vm.copyout(name, text + b"\0")
    return None
