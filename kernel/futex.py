"""Futexes: sleeping on a word of user memory (NetBSD: sys_futex.c, sys/futex.h).

The kernel knows a futex only while somebody waits. It is named by the address space and the address, or, in
memory that processes share, by the object and the offset: so processes that map it at different addresses
mean the same one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from struct import unpack
from typing import TYPE_CHECKING, Any

from kernel.errno import (
    EAGAIN,
    EFAULT,
    EINTR,
    EINVAL,
    ENOSYS,
    EPERM,
    ERESTART,
    ESRCH,
    ETIMEDOUT,
    EWOULDBLOCK,
    Errno,
)
from kernel.sched import CondVar
from kernel.syscall import Result, syscall
from kernel.time import CLOCK_MONOTONIC, CLOCK_REALTIME, clock_gettime, copyin_timespec

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.uvm.map import VmSpace

FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP = 0, 1, 3, 4, 5
FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET = 9, 10
FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME = 0x80, 0x100
FUTEX_WAITERS, FUTEX_OWNER_DIED, FUTEX_TID_MASK = 1 << 31, 1 << 30, (1 << 28) - 1
MATCH_ANY = 0xFFFF_FFFF

ROBUST_HEAD_SIZE = 24  # list, offset of the futex word from an entry, pending entry
ROBUST_MAX = 2048  # entries to walk: a list that a program made circular must end
ROBUST_PI = 1

Key = tuple[Any, int]

_OPERATIONS: tuple[Callable[[int, int], int], ...] = (
    lambda old, arg: arg,
    lambda old, arg: old + arg,
    lambda old, arg: old | arg,
    lambda old, arg: old & ~arg,
    lambda old, arg: old ^ arg,
)
_COMPARISONS: tuple[Callable[[int, int], bool], ...] = (
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
)
_SHIFT_ARGUMENT = 8


class Waiter:
    """An LWP asleep on a futex. `key` changes when it is requeued, and is None once it was woken."""

    __slots__ = ("bitset", "cv", "key")

    def __init__(self, key: Key, bitset: int) -> None:
        self.key: Key | None = key
        self.bitset = bitset
        self.cv = CondVar("futex")


class Futexes:
    """All waiters, by futex, in the order in which they came."""

    __slots__ = ("queues",)

    def __init__(self) -> None:
        self.queues: dict[Key, deque[Waiter]] = {}

    def enter(self, waiter: Waiter, key: Key) -> None:
        waiter.key = key
        self.queues.setdefault(key, deque()).append(waiter)

    def remove(self, waiter: Waiter) -> None:
        """Take out a waiter that was not woken."""
        if waiter.key is not None:
            queue = self.queues[waiter.key]
            queue.remove(waiter)
            if not queue:
                del self.queues[waiter.key]
            waiter.key = None

    def wake(self, key: Key, count: int, bitset: int = MATCH_ANY) -> int:
        """Wake up to `count` waiters; how many were."""
        woken = 0
        for waiter in list(self.queues.get(key, ())):
            if woken >= count:
                break
            # One whose sleep a signal or its timeout ended is here until it runs, and does not count.
            if waiter.bitset & bitset and waiter.cv.waiters:
                self.remove(waiter)
                waiter.cv.signal()
                woken += 1
        return woken

    def requeue(self, key: Key, to: Key, count: int) -> int:
        """Move up to `count` waiters to another futex, asleep as they are; how many were."""
        if key == to:
            return 0
        moved = 0
        for waiter in list(self.queues.get(key, ())):
            if moved >= count:
                break
            if waiter.cv.waiters:
                self.remove(waiter)
                self.enter(waiter, to)
                moved += 1
        return moved


def _key(vm: VmSpace, address: int, private: bool) -> Key:
    """The name of the futex at an address. Raises Errno: EINVAL if misaligned, EFAULT."""
    if address & 3:
        raise Errno(EINVAL)
    if private:
        return vm, address
    entry = vm.lookup(address)
    if entry is None:
        raise Errno(EFAULT)
    if entry.shared and entry.obj is not None:
        return entry.obj, entry.offset + address - entry.start
    return vm, address


@syscall(
    166,
    "int __futex(int *uaddr, int op, int val, const struct timespec *timeout, int *uaddr2, int val2, int val3)",
    sleeps=True,
)
def sys___futex(l: Lwp, uaddr: int, op: int, val: int, timeout: int, uaddr2: int, val2: int, val3: int) -> Result:
    """Raises Errno: EAGAIN if the word is not as expected, ETIMEDOUT, EINTR, EINVAL, EFAULT, ENOSYS."""
    private = bool(op & FUTEX_PRIVATE_FLAG)
    clock = CLOCK_REALTIME if op & FUTEX_CLOCK_REALTIME else CLOCK_MONOTONIC
    command = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)
    vm, futexes = l.proc.vm, l.kernel.futexes
    if command in (FUTEX_WAIT, FUTEX_WAIT_BITSET):
        absolute = command == FUTEX_WAIT_BITSET
        bitset = val3 & 0xFFFF_FFFF if absolute else MATCH_ANY
        if not bitset:
            raise Errno(EINVAL)
        end = None
        if timeout:
            ns = copyin_timespec(l, timeout)
            end = ns if absolute else clock_gettime(l, clock) + ns
        key = _key(vm, uaddr, private)
        if vm.copyin_int(uaddr) != val:
            raise Errno(EAGAIN)
        return _wait(l, Waiter(key, bitset), clock, end, restartable=end is None or absolute)
    if command in (FUTEX_WAKE, FUTEX_WAKE_BITSET):
        bitset = val3 & 0xFFFF_FFFF if command == FUTEX_WAKE_BITSET else MATCH_ANY
        if val < 0 or not bitset:
            raise Errno(EINVAL)
        return futexes.wake(_key(vm, uaddr, private), val, bitset)
    if command in (FUTEX_REQUEUE, FUTEX_CMP_REQUEUE):
        if val < 0 or val2 < 0:
            raise Errno(EINVAL)
        key, to = _key(vm, uaddr, private), _key(vm, uaddr2, private)
        if command == FUTEX_CMP_REQUEUE and vm.copyin_int(uaddr) != val3:
            raise Errno(EAGAIN)
        woken = futexes.wake(key, val)
        return woken + futexes.requeue(key, to, val2)
    if command == FUTEX_WAKE_OP:
        if val < 0 or val2 < 0:
            raise Errno(EINVAL)
        key, to = _key(vm, uaddr, private), _key(vm, uaddr2, private)
        second = _operate(vm, uaddr2, val3)
        return futexes.wake(key, val) + (futexes.wake(to, val2) if second else 0)
    raise Errno(ENOSYS)


async def _wait(l: Lwp, waiter: Waiter, clock: int, end: int | None, restartable: bool) -> None:
    futexes = l.kernel.futexes
    assert waiter.key is not None
    futexes.enter(waiter, waiter.key)
    try:
        await waiter.cv.wait_sig(l, None if end is None else end - clock_gettime(l, clock))
    except Errno as error:
        if error.errno == EWOULDBLOCK:
            raise Errno(ETIMEDOUT) from None
        if error.errno == ERESTART and not restartable:
            raise Errno(EINTR) from None  # a restart would wait for the whole time again
        raise
    finally:
        futexes.remove(waiter)


def _sign_extend(value: int) -> int:
    """A 12-bit argument of FUTEX_OP."""
    return (value & 0xFFF ^ 0x800) - 0x800


def _operate(vm: VmSpace, address: int, encoded: int) -> bool:
    """FUTEX_WAKE_OP's change of a word; whether what it was before compares as asked. Raises Errno(ENOSYS)."""
    operation, comparison = encoded >> 28 & 0xF, encoded >> 24 & 0xF
    argument, against = _sign_extend(encoded >> 12), _sign_extend(encoded)
    if operation & _SHIFT_ARGUMENT:
        operation &= ~_SHIFT_ARGUMENT
        argument = 1 << (argument & 31)
    if operation >= len(_OPERATIONS) or comparison >= len(_COMPARISONS):
        raise Errno(ENOSYS)
    old = vm.copyin_int(address)
    new = _OPERATIONS[operation](old, argument) & 0xFFFF_FFFF
    vm.copyout(address, new.to_bytes(4, "little"))
    return _COMPARISONS[comparison](old, against)


# -- robust lists ------------------------------------------------------------------------------------


@syscall(167, "int __futex_set_robust_list(void *head, size_t len)")
def sys___futex_set_robust_list(l: Lwp, head: int, length: int) -> Result:
    """Name the list of futexes that the LWP holds, for the kernel to release if it ends with them."""
    if length != ROBUST_HEAD_SIZE or head & 7:
        raise Errno(EINVAL)
    l.robust = head
    return None


@syscall(168, "int __futex_get_robust_list(lwpid_t lwpid, void **headp, size_t *lenp)")
def sys___futex_get_robust_list(l: Lwp, lid: int, headp: int, lenp: int) -> Result:
    target = l
    if lid:
        from kernel.lwp import Lwp
        from kernel.proc import Proc

        found = l.kernel.pids.find(lid)
        if isinstance(found, Proc):
            found = next((each for each in found.lwps if each.lid == lid), None)
        if not isinstance(found, Lwp):
            raise Errno(ESRCH)
        if found.proc is not l.proc and l.proc.cred.euid not in (0, found.proc.cred.euid):
            raise Errno(EPERM)
        target = found
    l.proc.vm.copyout_word(headp, target.robust)
    l.proc.vm.copyout_word(lenp, ROBUST_HEAD_SIZE)
    return None


def release_robust(l: Lwp) -> None:
    """An LWP ends, or its program does: mark what it still holds, and wake one waiter for each."""
    head, l.robust = l.robust, 0
    if not head:
        return
    vm = l.proc.vm
    try:
        entry, offset, pending = unpack("<QqQ", vm.copyin(head, ROBUST_HEAD_SIZE))
        for _ in range(ROBUST_MAX):
            if entry & ~ROBUST_PI == head:
                break
            following = vm.copyin_word(entry & ~ROBUST_PI)
            if entry != pending:
                _owner_died(l, (entry & ~ROBUST_PI) + offset, pending=False)
            entry = following
        if pending:
            _owner_died(l, (pending & ~ROBUST_PI) + offset, pending=True)
    except Errno:
        return  # the program's memory is its own affair; what cannot be read is not a list


def _owner_died(l: Lwp, address: int, pending: bool) -> None:
    vm = l.proc.vm
    key = _key(vm, address & (1 << 64) - 1, private=False)
    old = vm.copyin_int(address) & 0xFFFF_FFFF
    if pending and not old & FUTEX_TID_MASK:
        l.kernel.futexes.wake(key, 1)  # it had let go, and died before it could wake anybody
    elif old & FUTEX_TID_MASK == l.lid:
        vm.copyout(address, (old & FUTEX_WAITERS | FUTEX_OWNER_DIED).to_bytes(4, "little"))
        if old & FUTEX_WAITERS:
            l.kernel.futexes.wake(key, 1)
            l.kernel.futexes.wake((vm, address), 1)
