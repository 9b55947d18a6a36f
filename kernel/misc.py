"""Small calls without a file of their own: randomness, and scheduling parameters on a machine with one CPU.

The scheduler is round robin and knows one class, SCHED_OTHER. What a call would change that cannot be changed
is refused, not pretended.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, EPERM, ESRCH, Errno
from kernel.kauth import Process
from kernel.proc import PK_SYSTEM, Proc
from kernel.prot import proc_find
from kernel.syscall import syscall

if TYPE_CHECKING:
    from kernel.lwp import Lwp

GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE = 1, 2, 4
SSIZE_MAX = (1 << 63) - 1
RANDOM_CHUNK = 1 << 16

SCHED_NONE, SCHED_OTHER, SCHED_FIFO, SCHED_RR = -1, 0, 1, 2
PRI_NONE, SCHED_PRI_MIN, SCHED_PRI_MAX = -1, 0, 63
CPU0 = 1  # the only bit in a cpuset that means something
CPUSET_MAX = 128  # bytes; more than any kernel was built for

UUIDS_MAX = 2048


@syscall(91, "ssize_t getrandom(void *buf, size_t buflen, unsigned int flags)")
def sys_getrandom(l: Lwp, buf: int, buflen: int, flags: int) -> int:
    if flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE):
        raise Errno(EINVAL)
    if flags & GRND_RANDOM and flags & GRND_INSECURE:
        raise Errno(EINVAL)
    if buflen > SSIZE_MAX:
        raise Errno(EINVAL)
    done = 0
    while done < buflen:
        n = min(RANDOM_CHUNK, buflen - done)
        l.proc.vm.copyout(buf + done, l.kernel.random.randbytes(n))
        done += n
    return done


@syscall(355, "int uuidgen(struct uuid *store, int count)")
def sys_uuidgen(l: Lwp, store: int, count: int) -> None:
    if not 0 < count <= UUIDS_MAX:
        raise Errno(EINVAL)
    for i in range(count):
        low, mid, high, sequence, node = struct.unpack("<IHHH6s", l.kernel.random.randbytes(16))
        # Version 4, variant 1: the sequence's first byte in memory carries the variant.
        sequence = sequence & 0xFF3F | 0x80
        uuid = struct.pack("<IHHH6s", low, mid, high & 0x0FFF | 0x4000, sequence, node)
        l.proc.vm.copyout(store + 16 * i, uuid)


# -- scheduling ------------------------------------------------------------------------------------


@syscall(350, "int sched_yield(void)")
async def sys_sched_yield(l: Lwp) -> None:
    await l.kernel.sched.yield_cpu(l)


def _targets(l: Lwp, pid: int, lid: int) -> tuple[Proc, list[Lwp]]:
    """The process and the LWPs that a _sched_ call names: pid 0 is the caller's, lid 0 is all of them."""
    p = l.proc if pid == 0 else proc_find(l.kernel, pid) if pid > 0 else None
    if p is None:
        raise Errno(ESRCH)
    lwps = [t for t in p.lwps if lid in (0, t.lid)]
    if not lwps:
        raise Errno(ESRCH)
    return p, lwps


def _authorize(l: Lwp, action: Process, p: Proc, argument: object = None) -> None:
    if not l.kernel.kauth.authorize_process(l.proc.cred, action, p, argument):
        raise Errno(EPERM)


def user_priority(l: Lwp) -> int:
    """An LWP's priority in the time-sharing class, 0..63, higher is better (4BSD's formula)."""
    return max(SCHED_PRI_MIN, SCHED_PRI_MAX - l.estcpu - l.proc.nice)


@syscall(346, "int _sched_setparam(pid_t pid, lwpid_t lid, int policy, const struct sched_param *params)")
def sys__sched_setparam(l: Lwp, pid: int, lid: int, policy: int, params: int) -> None:
    priority = l.proc.vm.copyin_int(params)
    p, _ = _targets(l, pid, lid)
    set_sched_param(l, p, policy, priority)


def set_sched_param(l: Lwp, p: Proc, policy: int, priority: int) -> None:
    """Set a process's scheduling class and priority, as far as they can be (do_sched_setparam).

    Raises Errno: EPERM, EINVAL.
    """
    if p.flag & PK_SYSTEM:
        raise Errno(EPERM)
    if policy not in (SCHED_NONE, SCHED_OTHER):
        raise Errno(EINVAL)
    if priority != PRI_NONE and not SCHED_PRI_MIN <= priority <= SCHED_PRI_MAX:
        raise Errno(EINVAL)
    wanted = None if priority == PRI_NONE else priority
    _authorize(l, Process.SCHEDULER_SETPARAM, p, (SCHED_OTHER, SCHED_OTHER, wanted))
    if wanted is not None:
        raise Errno(EINVAL)  # in this class an LWP's priority follows from nice and its use of the CPU


@syscall(347, "int _sched_getparam(pid_t pid, lwpid_t lid, int *policy, struct sched_param *params)")
def sys__sched_getparam(l: Lwp, pid: int, lid: int, policy: int, params: int) -> None:
    p, lwps = _targets(l, pid, lid)
    _authorize(l, Process.SCHEDULER_GETPARAM, p)
    l.proc.vm.copyout_int(params, user_priority(lwps[0]))
    if policy:
        l.proc.vm.copyout_int(policy, SCHED_OTHER)


def _cpuset_size(size: int) -> int:
    if not 0 < size <= CPUSET_MAX or size % 4:
        raise Errno(EINVAL)
    return size


@syscall(348, "int _sched_setaffinity(pid_t pid, lwpid_t lid, size_t size, const cpuset_t *cpuset)")
def sys__sched_setaffinity(l: Lwp, pid: int, lid: int, size: int, cpuset: int) -> None:
    wanted = int.from_bytes(l.proc.vm.copyin(cpuset, _cpuset_size(size)), "little")
    if wanted and not wanted & CPU0:
        raise Errno(EINVAL)  # no such CPU is online
    p, lwps = _targets(l, pid, lid)
    if p.flag & PK_SYSTEM:
        raise Errno(EPERM)
    _authorize(l, Process.SCHEDULER_SETAFFINITY, p)
    for target in lwps:
        target.affinity = CPU0 if wanted else None


@syscall(349, "int _sched_getaffinity(pid_t pid, lwpid_t lid, size_t size, cpuset_t *cpuset)")
def sys__sched_getaffinity(l: Lwp, pid: int, lid: int, size: int, cpuset: int) -> None:
    size = _cpuset_size(size)
    p, lwps = _targets(l, pid, lid)
    _authorize(l, Process.SCHEDULER_GETAFFINITY, p)
    l.proc.vm.copyout(cpuset, (lwps[0].affinity or 0).to_bytes(size, "little"))


@syscall(351, "int _sched_protect(int priority)")
def sys__sched_protect(l: Lwp, priority: int) -> None:
    # A mutex's priority ceiling: -1 leaves the last one. Nothing here can be preempted by priority.
    if not PRI_NONE <= priority <= SCHED_PRI_MAX:
        raise Errno(EINVAL)
