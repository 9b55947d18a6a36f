"""Resource limits (NetBSD: kern_resource.c, struct plimit; spec B.3, C.15).

A `Limits` is copied on write: processes related by fork share one until somebody changes a limit. A program
cannot tell; it is an economy, and the reason for `writeable`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, EPERM, Errno
from kernel.kauth import Process
from kernel.syscall import syscall
from kernel.uvm.map import DFLDSIZ, DFLSSIZ, MAXDSIZ, MAXSSIZ, round_page
from kernel.uvm.stack import set_stack_limit, stack_in_use

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc

RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS = range(6)
RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_SBSIZE, RLIMIT_AS, RLIMIT_NTHR = range(6, 12)
RLIM_NLIMITS = 12
RLIM_INFINITY = (1 << 63) - 1

NAMES = (
    "cputime",
    "filesize",
    "datasize",
    "stacksize",
    "coredumpsize",
    "memoryuse",
    "memorylocked",
    "maxproc",
    "descriptors",
    "sbsize",
    "vmemoryuse",
    "maxlwp",
)

MAXUPRC = 160  # soft limit on processes of one user
NOFILE = 128  # soft limit on descriptors of one process
MAXFILES = 3404  # descriptors in the system, NetBSD's formula for 64 users
MAXLWP = 2048

DEFAULT_CORENAME = "%n.core"

_RLIMIT = struct.Struct("<QQ")


class Limits:
    """The limits of one process, or of several that have not changed theirs since a fork (struct plimit)."""

    __slots__ = ("corename", "hard", "refs", "soft", "writeable")

    def __init__(self, soft: list[int], hard: list[int], corename: str = DEFAULT_CORENAME) -> None:
        self.soft = soft
        self.hard = hard
        self.corename = corename
        self.refs = 1
        self.writeable = False

    @classmethod
    def initial(cls, *, maxproc: int, memory: int, maxfiles: int = MAXFILES, maxlwp: int = MAXLWP) -> Limits:
        """Process 0's limits, on a machine with `memory` bytes free."""
        soft = [RLIM_INFINITY] * RLIM_NLIMITS
        hard = [RLIM_INFINITY] * RLIM_NLIMITS
        soft[RLIMIT_DATA], hard[RLIMIT_DATA] = DFLDSIZ, MAXDSIZ
        soft[RLIMIT_STACK], hard[RLIMIT_STACK] = DFLSSIZ, MAXSSIZ
        soft[RLIMIT_RSS] = hard[RLIMIT_RSS] = memory
        soft[RLIMIT_MEMLOCK], hard[RLIMIT_MEMLOCK] = memory // 3, memory
        soft[RLIMIT_NPROC], hard[RLIMIT_NPROC] = min(maxproc, MAXUPRC), maxproc
        soft[RLIMIT_NOFILE], hard[RLIMIT_NOFILE] = min(maxfiles, NOFILE), maxfiles
        soft[RLIMIT_NTHR], hard[RLIMIT_NTHR] = maxlwp // 2, maxlwp
        return cls(soft, hard)

    def copy(self) -> Limits:
        """A private copy, not writeable yet (lim_copy)."""
        return Limits(self.soft.copy(), self.hard.copy(), self.corename)

    def for_fork(self) -> Limits:
        """The limits of a new child of a process with these: shared, unless the process writes into its
        own (spec C.15)."""
        if self.writeable:
            return self.copy()
        self.refs += 1
        return self

    def release(self) -> None:
        """A process that had these is gone (lim_free)."""
        self.refs -= 1


def privatise(p: Proc) -> Limits:
    """Give a process limits that it may write into, and return them (lim_privatise)."""
    if not p.limit.writeable:
        shared = p.limit
        p.limit = shared.copy()
        p.limit.writeable = True
        shared.release()
    return p.limit


def set_corename(p: Proc, name: str) -> None:
    """Change the pattern for the names of a process's core files."""
    privatise(p).corename = name


def reset_corename(p: Proc) -> None:
    """Changing identity resets the core name: it may point to where the new identity must not write."""
    if p.limit.corename != DEFAULT_CORENAME:
        set_corename(p, DEFAULT_CORENAME)


def dosetrlimit(caller: Proc, p: Proc, which: int, soft: int, hard: int) -> None:
    """Set one limit of `p` on behalf of `caller`.

    Raises Errno: EINVAL for an unknown limit, for soft above hard, and for a stack limit below what the stack
    already uses; EPERM for a hard limit above the present one without privilege.
    """
    if not 0 <= which < RLIM_NLIMITS or soft > hard:
        raise Errno(EINVAL)
    if soft == p.limit.soft[which] and hard == p.limit.hard[which]:
        return
    k = p.kernel
    if not k.kauth.authorize_process(caller.cred, Process.RLIMIT_SET, p, (which, hard), caller):
        raise Errno(EPERM)
    limits = privatise(p)

    ceiling = None
    if which == RLIMIT_DATA:
        ceiling = MAXDSIZ
    elif which == RLIMIT_STACK:
        ceiling = MAXSSIZ
    elif which == RLIMIT_NOFILE:
        ceiling = k.maxfiles
    elif which == RLIMIT_NPROC:
        ceiling = k.maxproc
    if ceiling is not None:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    if which == RLIMIT_STACK:
        # Otherwise the next access to the stack would be the program's last.
        if soft < stack_in_use(p.vm):
            raise Errno(EINVAL)
        soft = round_page(soft)
        set_stack_limit(p.vm, p.vm.ssize, soft)
    limits.soft[which], limits.hard[which] = soft, hard


@syscall(194, "int getrlimit(int which, struct rlimit *rlp)")
def sys_getrlimit(l: Lwp, which: int, rlp: int) -> None:
    p = l.proc
    if not 0 <= which < RLIM_NLIMITS:
        raise Errno(EINVAL)
    p.vm.copyout(rlp, _RLIMIT.pack(p.limit.soft[which], p.limit.hard[which]))


@syscall(195, "int setrlimit(int which, const struct rlimit *rlp)")
def sys_setrlimit(l: Lwp, which: int, rlp: int) -> None:
    p = l.proc
    soft, hard = _RLIMIT.unpack(p.vm.copyin(rlp, _RLIMIT.size))
    dosetrlimit(p, p, which, soft, hard)
