"""flock and record locks."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import errno as E
from kernel.errno import Errno
from kernel.fcntl import (
    F_GETLK,
    F_RDLCK,
    F_SETLK,
    F_SETLKW,
    F_UNLCK,
    F_WRLCK,
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    LOCK_UN,
    O_EXLOCK,
    O_NONBLOCK,
    O_RDWR,
    O_SHLOCK,
)
from tests.unit.vfs_kernel import FileKernel, Task, User


@pytest.fixture
def root() -> User:
    root = FileKernel().process()
    root.create("/f", bytes(100))
    return root


def flock(kind: int, start: int = 0, length: int = 0, whence: int = 0) -> bytes:
    return struct.pack("<qqihh", start, length, 0, kind, whence)


def set_lock(u: User, fd: int, kind: int, start: int = 0, length: int = 0, whence: int = 0) -> Any:
    return u.call("fcntl", fd, F_SETLK, flock(kind, start, length, whence))


def wait_lock(u: User, fd: int, kind: int, start: int = 0, length: int = 0) -> Task:
    return u.start("fcntl", fd, F_SETLKW, flock(kind, start, length))


def get_lock(u: User, fd: int, kind: int, start: int = 0, length: int = 0) -> tuple[int, ...]:
    address = u.memory.place(flock(kind, start, length))
    u.call("fcntl", fd, F_GETLK, address)
    return struct.unpack("<qqihh", u.memory.copyin(address, 24))


def test_record_locks_belong_to_the_process(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    set_lock(root, fd, F_WRLCK, 10, 20)
    set_lock(root, fd, F_WRLCK, 10, 20)
    child = root.fork()
    with pytest.raises(Errno, match="EAGAIN"):
        set_lock(child, fd, F_RDLCK, 0, 11)
    set_lock(child, fd, F_WRLCK, 0, 10)
    assert get_lock(child, fd, F_RDLCK) == (10, 20, root.proc.pid, F_WRLCK, 0)
    assert get_lock(root, fd, F_WRLCK, 50, 1)[3] == F_UNLCK
    child.call("close", fd)
    assert get_lock(root, fd, F_WRLCK)[3] == F_UNLCK, "closing lets go of the child's own locks only"
    other = root.kernel.process()
    assert get_lock(other, other.open("/f", O_RDWR), F_WRLCK)[2] == root.proc.pid


def test_any_close_of_the_file_lets_go(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    set_lock(root, fd, F_WRLCK)
    other = root.kernel.process()
    theirs = other.open("/f", O_RDWR)
    assert get_lock(other, theirs, F_WRLCK)[3] == F_WRLCK
    root.call("close", root.open("/f"))
    assert get_lock(other, theirs, F_WRLCK)[3] == F_UNLCK
    set_lock(other, theirs, F_WRLCK)
    other.exit()
    assert get_lock(root, fd, F_WRLCK)[3] == F_UNLCK


def test_exec_of_a_sharer_keeps_locks_and_exit_drops_them(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    sibling = root.clone_files()
    set_lock(sibling, fd, F_WRLCK)
    assert get_lock(root, fd, F_WRLCK)[3] == F_WRLCK
    sibling.exit()
    assert get_lock(root, fd, F_WRLCK)[3] == F_UNLCK


def test_ranges_split_merge_and_upgrade(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    child = root.fork()
    set_lock(root, fd, F_WRLCK, 0, 100)
    set_lock(root, fd, F_UNLCK, 40, 20)
    assert get_lock(child, fd, F_WRLCK)[:2] == (0, 40)
    assert get_lock(child, fd, F_WRLCK, 40)[:2] == (60, 40)
    set_lock(root, fd, F_RDLCK, 10, 10)
    assert get_lock(child, fd, F_RDLCK, 10, 50)[:2] == (20, 20)
    set_lock(root, fd, F_WRLCK, 10, 50)
    assert get_lock(child, fd, F_WRLCK)[:2] == (0, 100)
    set_lock(root, fd, F_UNLCK)
    assert get_lock(child, fd, F_WRLCK)[3] == F_UNLCK
    assert root.kernel.uids.find(0).lockcnt == 0


def test_whence_negative_length_and_bad_arguments(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    child = root.fork()
    root.call("lseek", fd, 50, 0)
    set_lock(root, fd, F_WRLCK, -10, 5, 1)
    assert get_lock(child, fd, F_WRLCK)[:2] == (40, 5)
    set_lock(root, fd, F_UNLCK)
    set_lock(root, fd, F_WRLCK, -10, 0, 2)
    assert get_lock(child, fd, F_WRLCK)[:2] == (90, 0)
    set_lock(root, fd, F_UNLCK)
    set_lock(root, fd, F_WRLCK, 20, -5)
    assert get_lock(child, fd, F_WRLCK)[:2] == (15, 5)
    read_only = root.open("/f")
    reader, _ = root.call("pipe")
    for number, packed, expected in (
        (fd, flock(F_WRLCK, -1), E.EINVAL),
        (fd, flock(F_WRLCK, 0, 0, 7), E.EINVAL),
        (fd, flock(9), E.EINVAL),
        (fd, flock(F_WRLCK, (1 << 63) - 1, 2), E.EOVERFLOW),
        (read_only, flock(F_WRLCK), E.EBADF),
        (reader, flock(F_RDLCK), E.EINVAL),
    ):
        assert root.errno("fcntl", number, F_SETLK, packed) == expected


def test_waiting_for_a_lock(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    a, b = root.fork(), root.fork()
    set_lock(root, fd, F_WRLCK)
    first, second = wait_lock(a, fd, F_WRLCK, 0, 10), wait_lock(b, fd, F_RDLCK, 5, 10)
    assert not first.done and not second.done and a.wmesg == "lockf"
    set_lock(root, fd, F_UNLCK, 10, 0)
    first.run()
    second.run()
    assert not first.done and not second.done
    set_lock(root, fd, F_UNLCK)
    assert first.run().result() == 0
    assert not second.run().done
    a.exit()
    assert second.run().result() == 0
    third = wait_lock(root, fd, F_WRLCK)
    assert third.wake(E.EINTR).errno() == E.EINTR
    assert not root.kernel.vfs.lock_waits  # type: ignore[attr-defined]


def test_deadlock_is_noticed(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    a, b, c = root.fork(), root.fork(), root.fork()
    for i, u in enumerate((a, b, c)):
        set_lock(u, fd, F_WRLCK, i, 1)
    waiting = [wait_lock(a, fd, F_WRLCK, 1, 1), wait_lock(b, fd, F_WRLCK, 2, 1)]
    assert not any(task.done for task in waiting)
    assert wait_lock(c, fd, F_WRLCK, 0, 1).errno() == E.EDEADLK
    assert not wait_lock(root, fd, F_WRLCK, 0, 1).done, "waiting for those who wait is no deadlock"


def test_waiter_whose_descriptor_goes(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    child = root.fork()
    set_lock(root, fd, F_WRLCK)
    task = wait_lock(child.thread(), fd, F_WRLCK)
    child.call("close", fd)
    set_lock(root, fd, F_UNLCK)
    assert task.run().errno() == E.EBADF
    assert get_lock(root, fd, F_WRLCK)[3] == F_UNLCK


def test_flock_belongs_to_the_open_file(root: User) -> None:
    fd = root.open("/f")
    root.call("flock", fd, LOCK_EX)
    child = root.fork()
    child.call("flock", fd, LOCK_EX | LOCK_NB)
    again = child.open("/f")
    assert child.errno("flock", again, LOCK_SH | LOCK_NB) == E.EAGAIN
    waiting = child.thread().start("flock", again, LOCK_SH)
    assert not waiting.done
    root.call("close", fd)
    assert not waiting.run().done, "the child has it open still"
    child.call("flock", fd, LOCK_SH)
    assert waiting.run().result() == 0
    child.call("flock", fd, LOCK_UN)
    child.call("flock", again, LOCK_EX | LOCK_NB)
    reader, _ = root.call("pipe")
    assert root.errno("flock", reader, LOCK_EX) == E.EOPNOTSUPP
    assert child.errno("flock", fd, LOCK_EX | LOCK_SH) == E.EINVAL
    child.exit()
    assert root.call("flock", root.open("/f"), LOCK_EX | LOCK_NB) == 0


def test_flock_and_record_locks_exclude_each_other(root: User) -> None:
    fd = root.open("/f", O_RDWR)
    root.call("flock", fd, LOCK_EX)
    other = root.kernel.process()
    theirs = other.open("/f", O_RDWR)
    assert get_lock(other, theirs, F_RDLCK) == (0, 0, -1, F_WRLCK, 0)


def test_open_with_a_lock(root: User) -> None:
    fd = root.open("/f", O_RDWR | O_EXLOCK)
    other = root.kernel.process()
    assert other.errno("open", "/f", O_SHLOCK | O_NONBLOCK, 0) == E.EAGAIN
    assert other.errno("open", "/f", O_SHLOCK | O_EXLOCK, 0) == E.EINVAL
    opening = other.start("open", "/f", O_SHLOCK, 0)
    assert not opening.done
    root.call("close", fd)
    assert opening.run().result() == 0
    assert root.errno("open", "/f", O_EXLOCK | O_NONBLOCK, 0) == E.EAGAIN
    assert list(root.proc.fd.open_files()) == []


def test_upgrade_by_two_readers_does_not_hang(root: User) -> None:
    a, b = root.open("/f"), root.open("/f")
    root.call("flock", a, LOCK_SH)
    root.call("flock", b, LOCK_SH)
    first = root.thread().start("flock", a, LOCK_EX)
    assert not first.done
    second = root.thread().start("flock", b, LOCK_EX)
    first.run()
    second.run()
    assert first.done != second.done or first.done


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from([F_RDLCK, F_WRLCK, F_UNLCK]), st.integers(0, 20), st.integers(1, 9)
        ),
        max_size=40,
    )
)
def test_record_locks_match_a_model(operations: list[tuple[int, int, int, int]]) -> None:
    """Against one dictionary per process: byte -> kind."""
    root = FileKernel().process()
    root.create("/f")
    fd = root.open("/f", O_RDWR)
    users = [root, root.fork(), root.fork()]
    model: list[dict[int, int]] = [{}, {}, {}]
    for who, kind, start, length in operations:
        span = range(start, start + length)
        blocked = kind != F_UNLCK and any(
            model[o].get(byte) is not None and F_WRLCK in (kind, model[o][byte])
            for o in range(3)
            if o != who
            for byte in span
        )
        task = users[who].start("fcntl", fd, F_SETLK, flock(kind, start, length))
        if blocked:
            assert task.errno() == E.EAGAIN
            continue
        assert task.result() == 0
        for byte in span:
            if kind == F_UNLCK:
                model[who].pop(byte, None)
            else:
                model[who][byte] = kind
    vnode: Any = root.proc.fd.get(fd).vnode
    for who, user in enumerate(users):
        held = {
            byte: lock.kind
            for lock in (vnode.locks.held if vnode.locks else [])
            if lock.owner is user.proc
            for byte in range(lock.start, lock.end + 1)
        }
        assert held == model[who]
    for user in users:
        user.exit()
    assert root.kernel.uids.find(0).lockcnt == 0
