"""Descriptor tables: numbers, flags, sharing and copying (spec C.12, E.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import errno as E
from kernel.descrip import closeexec, cwdunshare
from kernel.errno import Errno
from kernel.fcntl import (
    F_CLOSEM,
    F_DUPFD,
    F_DUPFD_CLOBOTH,
    F_DUPFD_CLOEXEC,
    F_DUPFD_CLOFORK,
    F_GETFD,
    F_GETFL,
    F_GETNOSIGPIPE,
    F_GETOWN,
    F_MAXFD,
    F_SETFD,
    F_SETFL,
    F_SETNOSIGPIPE,
    F_SETOWN,
    O_APPEND,
    O_CLOEXEC,
    O_CLOFORK,
    O_NONBLOCK,
    O_RDWR,
)
from kernel.file import KQUEUE, File
from tests.unit.vfs_kernel import RLIMIT_NOFILE, FileKernel, User


@pytest.fixture
def kernel() -> FileKernel:
    return FileKernel()


@pytest.fixture
def root(kernel: FileKernel) -> User:
    root = kernel.process()
    root.create("/f", b"data")
    return root


def fds(u: User) -> list[int]:
    return [fd for fd, _ in u.proc.fd.open_files()]


def test_lowest_number_first(root: User) -> None:
    assert [root.open("/f") for _ in range(4)] == [0, 1, 2, 3]
    root.call("close", 1)
    root.call("close", 2)
    assert root.call("dup", 0) == 1
    assert root.open("/f") == 2
    assert root.errno("close", 9) == E.EBADF
    assert root.errno("close", -1) == E.EBADF
    assert root.errno("dup", 9) == E.EBADF


def test_dup2_and_dup3(kernel: FileKernel, root: User) -> None:
    fd, other = root.open("/f"), root.open("/f")
    assert root.call("dup2", fd, 20) == 20
    assert root.call("dup2", fd, other) == other
    assert kernel.files.count == 1
    assert root.call("dup2", fd, fd) == fd
    root.call("fcntl", fd, F_SETFD, 1)
    assert root.call("dup2", fd, fd) == fd and root.call("fcntl", fd, F_GETFD, 0) == 1
    assert root.errno("dup2", fd, 128) == E.EBADF
    assert root.errno("dup2", fd, -1) == E.EBADF
    assert root.errno("dup2", 99, 5) == E.EBADF
    assert root.call("dup3", fd, 30, O_CLOEXEC) == 30
    assert root.call("fcntl", 30, F_GETFD, 0) == 1
    assert root.errno("dup3", fd, fd, 0) == E.EINVAL
    assert root.errno("dup3", fd, 31, 1) == E.EINVAL
    assert root.call("dup2", fd, 30) == 30 and root.call("fcntl", 30, F_GETFD, 0) == 0


def test_fcntl_duplicates(root: User) -> None:
    fd = root.open("/f")
    assert root.call("fcntl", fd, F_DUPFD, 10) == 10
    assert root.call("fcntl", fd, F_DUPFD, 10) == 11
    expected = {F_DUPFD_CLOEXEC: 1, F_DUPFD_CLOFORK: 2, F_DUPFD_CLOBOTH: 3}
    for command, flags in expected.items():
        copy = root.call("fcntl", fd, command, 50)
        assert root.call("fcntl", copy, F_GETFD, 0) == flags
    assert root.errno("fcntl", fd, F_DUPFD, 128) == E.EINVAL
    assert root.errno("fcntl", fd, F_DUPFD, 0xFFFFFFFF) == E.EINVAL
    assert root.call("fcntl", 0, F_MAXFD, 0) == 52
    root.call("fcntl", 11, F_CLOSEM, 0)
    assert fds(root) == [0, 10]


def test_limits(kernel: FileKernel, root: User) -> None:
    root.proc.limit.soft[RLIMIT_NOFILE] = 5
    for _ in range(5):
        root.open("/f")
    assert root.errno("open", "/f", 0, 0) == E.EMFILE
    assert root.errno("open", "/nowhere", 0, 0) == E.EMFILE
    assert root.errno("dup", 0) == E.EMFILE
    assert root.errno("dup2", 0, 5) == E.EBADF
    root.call("close", 4)
    assert root.errno("pipe") == E.EMFILE
    assert fds(root) == [0, 1, 2, 3] and kernel.files.count == 4
    root.proc.limit.soft[RLIMIT_NOFILE] = 100
    kernel.maxfiles = 5
    assert root.errno("pipe") == E.ENFILE
    root.open("/f")
    kernel.maxfiles = 5
    other = kernel.process()
    assert other.errno("open", "/f", 0, 0) == E.ENFILE
    assert kernel.messages
    kernel.maxfiles = 3404
    assert other.open("/f") == 0
    assert root.errno("pipe2", 0x100, 0) == E.EFAULT
    assert fds(root) == [0, 1, 2, 3, 4] and kernel.files.count == 6


def test_status_flags_are_the_files_own(root: User) -> None:
    fd = root.open("/f", O_RDWR | O_APPEND)
    assert root.call("fcntl", fd, F_GETFL, 0) == O_RDWR | O_APPEND
    child = root.fork()
    child.call("fcntl", fd, F_SETFL, O_NONBLOCK | 1)
    assert root.call("fcntl", fd, F_GETFL, 0) == O_RDWR | O_NONBLOCK
    child.call("fcntl", fd, F_SETFD, 1)
    assert root.call("fcntl", fd, F_GETFD, 0) == 0
    root.call("fcntl", fd, F_SETNOSIGPIPE, 1)
    assert child.call("fcntl", fd, F_GETNOSIGPIPE, 0) == 1
    root.call("fcntl", fd, F_SETOWN, root.proc.pid)
    assert child.call("fcntl", fd, F_GETOWN, 0) == root.proc.pid
    assert root.errno("fcntl", fd, F_SETOWN, 99) == E.ESRCH
    assert root.errno("fcntl", fd, 1000, 0) == E.EINVAL


def test_fork_copies_what_may_be_copied(kernel: FileKernel, root: User) -> None:
    plain, exclose = root.open("/f"), root.open("/f", O_CLOEXEC)
    foclose, kqueue = root.open("/f", O_CLOFORK), root.open("/f")
    last = root.open("/f", O_CLOFORK)
    root.proc.fd.files.pop(kqueue).release(root)  # type: ignore[arg-type]
    kind: Any = type("Kqueue", (File,), {"kind": KQUEUE})
    root.proc.fd.install(kqueue, kind(kernel.files, 3, root.proc.cred))
    assert root.proc.fd.foclose_seen
    child = root.fork()
    assert fds(child) == [plain, exclose]
    assert child.call("fcntl", exclose, F_GETFD, 0) == 1
    assert child.open("/f") == foclose
    assert not child.proc.fd.foclose_seen
    assert fds(root) == [plain, exclose, foclose, kqueue, last]
    assert root.call("fcntl", foclose, F_GETFD, 0) == 2
    root.call("close", foclose)
    root.call("close", last)
    assert root.proc.fd.foclose_seen


def test_fork_skips_numbers_that_are_being_opened(root: User) -> None:
    root.call("mkfifo", "/fifo", 0o600)
    root.open("/f")
    task = root.thread().start("open", "/fifo", 0, 0)
    assert not task.done
    child = root.fork()
    assert fds(child) == [0] and child.open("/f") == 1
    assert root.open("/f") == 2
    assert root.errno("dup2", 0, 1) == E.EBUSY
    root.call("close", root.open("/fifo", 1))
    assert task.run().result() == 1
    assert fds(root) == [0, 1, 2]


def test_shared_table(root: User) -> None:
    sibling = root.clone_files()
    fd = sibling.open("/f")
    assert root.read(fd, 4) == b"data"
    root.call("close", fd)
    assert sibling.errno("read", fd, 0x10000, 1) == E.EBADF
    fd = root.open("/f")
    sibling.exit()
    assert fds(root) == [fd]


def test_exec_unshares_and_closes(kernel: FileKernel, root: User) -> None:
    keep, drop = root.open("/f"), root.open("/f", O_CLOEXEC)
    sibling = root.clone_files()
    l: Any = sibling
    closeexec(l)
    cwdunshare(l)
    assert fds(sibling) == [keep] and fds(root) == [keep, drop]
    sibling.open("/f")
    sibling.call("chdir", "/tmp")
    assert fds(root) == [keep, drop]
    assert root.proc.cwdi.cdir is kernel.rootvnode
    assert root.proc.fd.refs == sibling.proc.fd.refs == 1


def test_exit_releases_everything(kernel: FileKernel, root: User) -> None:
    child = root.fork()
    child.open("/f")
    child.call("pipe")
    child.call("chdir", "/tmp")
    grandchild = child.fork()
    child.exit()
    assert kernel.files.count == 3
    grandchild.exit()
    root.exit()
    assert kernel.files.count == 0
    assert kernel.rootvnode.usecount == 1


def test_close_wakes_a_reader_of_the_same_process(root: User) -> None:
    reader, writer = root.call("pipe")
    task = root.thread().start("read", reader, 0x10000, 10)
    assert not task.done
    root.call("close", reader)
    assert task.run().errno() == E.ERESTART
    assert root.errno("read", reader, 0x10000, 10) == E.EBADF
    assert root.errno("write", writer, b"x", 1) == E.EPIPE


def test_file_outlives_its_descriptors_while_somebody_sleeps_in_it(kernel: FileKernel, root: User) -> None:
    reader, writer = root.call("pipe")
    task = root.thread().start("read", reader, 0x10000, 10)
    root.call("close", writer)
    root.call("close", reader)
    assert kernel.files.count == 1
    task.run()
    assert kernel.files.count == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "close", "dup", "dup2", "dupfd", "fork", "exit", "exec", "cloexec", "clofork"]),
            st.integers(0, 12),
            st.integers(0, 12),
        ),
        max_size=40,
    )
)
def test_table_matches_a_model(operations: list[tuple[str, int, int]]) -> None:
    """Random calls against dictionaries; reference counts recounted after each."""
    kernel = FileKernel()
    first = kernel.process()
    first.create("/f")
    # A model table maps a number to [file id, close-on-exec, close-on-fork].
    live: list[tuple[User, dict[int, list[Any]]]] = [(first, {})]
    next_file = 0
    for step, (operation, a, b) in enumerate(operations):
        u, model = live[step % len(live)]
        lowest = next(n for n in range(200) if n not in model)
        if operation == "open":
            assert u.open("/f") == lowest
            model[lowest] = [next_file, False, False]
            next_file += 1
        elif operation == "close":
            if a in model:
                u.call("close", a)
                del model[a]
            else:
                assert u.errno("close", a) == E.EBADF
        elif operation == "dup" and a in model:
            assert u.call("dup", a) == lowest
            model[lowest] = [model[a][0], False, False]
        elif operation == "dup2" and a in model:
            assert u.call("dup2", a, b) == b
            if a != b:
                model[b] = [model[a][0], False, False]
        elif operation == "dupfd" and a in model:
            free = next(n for n in range(b, 200) if n not in model)
            assert u.call("fcntl", a, F_DUPFD, b) == free
            model[free] = [model[a][0], False, False]
        elif operation == "cloexec" and a in model:
            u.call("fcntl", a, F_SETFD, 1)
            model[a][1:] = [True, False]
        elif operation == "clofork" and a in model:
            u.call("fcntl", a, F_SETFD, 2)
            model[a][1:] = [False, True]
        elif operation == "fork" and len(live) < 5:
            live.append((u.fork(), {n: list(e) for n, e in model.items() if not e[2]}))
        elif operation == "exec":
            l: Any = u
            closeexec(l)
            for n in [n for n, e in model.items() if e[1]]:
                del model[n]
        elif operation == "exit" and len(live) > 1:
            u.exit()
            live.remove((u, model))
        references: dict[int, int] = {}
        for user, table in live:
            assert fds(user) == sorted(table)
            for number, file in user.proc.fd.open_files():
                references[id(file)] = references.get(id(file), 0) + 1
                flags = user.call("fcntl", number, F_GETFD, 0)
                assert flags == table[number][1] * 1 + table[number][2] * 2
        files = {id(file): file for user, _ in live for _, file in user.proc.fd.open_files()}
        assert all(file.refs == references[key] for key, file in files.items())
        assert kernel.files.count == len(files)


def test_get_refuses_numbers_beyond_the_table(root: User) -> None:
    for fd in (-1, 0, 1 << 31, 1 << 62):
        with pytest.raises(Errno):
            root.proc.fd.get(fd)
