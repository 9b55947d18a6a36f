"""Pipes, FIFOs, and waiting for them with poll and select."""

from __future__ import annotations

import struct

import pytest

from kernel import errno as E
from kernel.fcntl import (
    F_SETFL,
    F_SETOWN,
    O_ASYNC,
    O_NONBLOCK,
    O_NOSIGPIPE,
    O_RDWR,
    O_WRONLY,
    POLLHUP,
    POLLIN,
    POLLNVAL,
    POLLOUT,
)
from kernel.pipe import BIG_PIPE_SIZE, MAX_BIG_PIPES, PIPE_SIZE
from tests.unit.vfs_kernel import FileKernel, Task, User

SIGPIPE, SIGIO = 13, 23


@pytest.fixture
def kernel() -> FileKernel:
    return FileKernel()


@pytest.fixture
def root(kernel: FileKernel) -> User:
    return kernel.process()


def sleeping_read(u: User, fd: int, n: int) -> tuple[Task, int]:
    buffer = u.memory.place(bytes(n))
    return u.thread().start("read", fd, buffer, n), buffer


def poll(u: User, timeout: int, *entries: tuple[int, int]) -> tuple[Task, int]:
    packed = b"".join(struct.pack("<ihh", fd, events, -1) for fd, events in entries)
    address = u.memory.place(packed)
    return u.thread().start("poll", address, len(entries), timeout), address


def revents(u: User, address: int, n: int) -> list[int]:
    return [r for _, _, r in struct.iter_unpack("<ihh", u.memory.copyin(address, 8 * n))]


def test_bytes_in_order_and_end_of_file(root: User) -> None:
    reader, writer = root.call("pipe")
    assert (reader, writer) == (0, 1)
    root.write(writer, b"hello ")
    root.write(writer, b"world")
    assert root.read(reader, 3) == b"hel"
    assert root.read(reader, 99) == b"lo world"
    root.write(writer, b"x")
    root.call("close", writer)
    assert root.read(reader, 9) == b"x"
    assert root.read(reader, 9) == b""


def test_reader_sleeps_until_data_or_the_last_writer_goes(root: User) -> None:
    reader, writer = root.call("pipe")
    task, buffer = sleeping_read(root, reader, 10)
    assert not task.done and task.l.wmesg == "pipe_rd"
    root.write(writer, b"abc")
    assert task.run().result() == 3 and root.memory.copyin(buffer, 3) == b"abc"
    child = root.fork()
    task, _ = sleeping_read(root, reader, 10)
    root.call("close", writer)
    assert not task.run().done
    child.call("close", writer)
    assert task.run().result() == 0


def test_writer_sleeps_while_the_pipe_is_full(root: User) -> None:
    reader, writer = root.call("pipe")
    assert root.write(writer, bytes(PIPE_SIZE)) == PIPE_SIZE
    task = root.thread().start("write", writer, b"z" * 100, 100)
    assert not task.done and task.l.wmesg == "pipe_wr"
    root.read(reader, 50)
    assert not task.run().done, "a small write goes in as a whole"
    root.read(reader, PIPE_SIZE)
    assert task.run().result() == 100
    assert root.read(reader, 200) == b"z" * 100


def test_large_write_goes_through_in_pieces(root: User) -> None:
    reader, writer = root.call("pipe")
    data = bytes(i * 7 & 0xFF for i in range(5 * PIPE_SIZE + 123))
    task = root.thread().start("write", writer, data, len(data))
    received = b""
    while not task.done:
        received += root.read(reader, 5000)
        task.run()
    received += root.read(reader, len(data))
    assert received == data and task.result() == len(data)


def test_an_empty_pipe_grows_for_a_large_write(kernel: FileKernel, root: User) -> None:
    pipes = []
    for i in range(MAX_BIG_PIPES + 1):
        out = root.memory.place(bytes(8))
        root.call("pipe2", out, O_NONBLOCK)
        reader, writer = struct.unpack("<2i", root.memory.copyin(out, 8))
        pipes.append((reader, writer))
        expected = 20000 if i < MAX_BIG_PIPES else PIPE_SIZE
        assert root.write(writer, bytes(20000)) == expected
    assert kernel.files.big_pipes == MAX_BIG_PIPES
    for reader, writer in pipes:
        root.call("close", reader)
        root.call("close", writer)
    assert kernel.files.big_pipes == 0


def test_writing_to_nobody(kernel: FileKernel, root: User) -> None:
    reader, writer = root.call("pipe")
    task = root.thread().start("write", writer, bytes(BIG_PIPE_SIZE + 1), BIG_PIPE_SIZE + 1)
    assert not task.done
    root.call("close", reader)
    assert task.run().errno() == E.EPIPE
    assert kernel.signals.sent == [(root.proc.pid, SIGPIPE)]
    assert root.errno("write", writer, b"x", 1) == E.EPIPE
    assert len(kernel.signals.sent) == 2
    out = root.memory.place(bytes(8))
    root.call("pipe2", out, O_NOSIGPIPE)
    reader, writer = struct.unpack("<2i", root.memory.copyin(out, 8))
    root.call("close", reader)
    assert root.errno("write", writer, b"x", 1) == E.EPIPE
    assert len(kernel.signals.sent) == 2


def test_nonblocking(root: User) -> None:
    out = root.memory.place(bytes(8))
    root.call("pipe2", out, O_NONBLOCK)
    reader, writer = struct.unpack("<2i", root.memory.copyin(out, 8))
    assert root.errno("read", reader, 0x10000, 1) == E.EAGAIN
    assert root.write(writer, bytes(PIPE_SIZE - 100)) == PIPE_SIZE - 100
    assert root.errno("write", writer, bytes(200), 200) == E.EAGAIN
    assert root.write(writer, bytes(600)) == 100
    assert root.errno("write", writer, bytes(600), 600) == E.EAGAIN
    root.call("close", writer)
    assert len(root.read(reader, 2 * PIPE_SIZE)) == PIPE_SIZE
    assert root.read(reader, 1) == b""
    assert root.errno("pipe2", out, 1) == E.EINVAL


def test_interrupted_transfers(root: User) -> None:
    reader, writer = root.call("pipe")
    task, _ = sleeping_read(root, reader, 1)
    assert task.wake(E.EINTR).errno() == E.EINTR
    task, _ = sleeping_read(root, reader, 1)
    assert task.wake(E.ERESTART).errno() == E.ERESTART
    size = BIG_PIPE_SIZE + 1000
    task = root.thread().start("write", writer, bytes(size), size)
    assert task.wake(E.EINTR).result() == BIG_PIPE_SIZE, "what was written counts"


def test_fault_loses_no_bytes(root: User) -> None:
    reader, writer = root.call("pipe")
    root.write(writer, b"precious")
    assert root.errno("read", reader, 0x100, 8) == E.EFAULT
    assert root.errno("write", writer, 0x100, 8) == E.EFAULT
    assert root.read(reader, 99) == b"precious"


@pytest.mark.parametrize("lengths", [(8,), (4, 4)])
def test_fault_at_wakeup_leaves_the_pipe_usable(root: User, lengths: tuple[int, ...]) -> None:
    reader, writer = root.call("pipe")
    addresses = [root.memory.place(bytes(n)) for n in lengths[:-1]] + [0x100]
    vector = b"".join(struct.pack("<2Q", *buffer) for buffer in zip(addresses, lengths, strict=True))
    sleeper = root.thread().start("readv", reader, vector, len(lengths))
    root.write(writer, b"precious")
    assert sleeper.run().errno() == E.EFAULT
    root.write(writer, b", too")
    assert root.read(reader, 99) == b"precious, too"


def test_stat_and_fionread(root: User) -> None:
    reader, writer = root.call("pipe")
    root.write(writer, b"12345")
    buffer = root.memory.place(bytes(152))
    root.call("fstat", reader, buffer)
    raw = root.memory.copyin(buffer, 152)
    assert struct.unpack_from("<I", raw, 8)[0] == 0o010600
    assert struct.unpack_from("<q", raw, 112)[0] == 5
    out = root.memory.place(bytes(4))
    root.call("ioctl", reader, 0x4004667F, out)
    assert root.memory.copyin(out, 4) == struct.pack("<i", 5)


def test_poll(kernel: FileKernel, root: User) -> None:
    reader, writer = root.call("pipe")
    task, address = poll(root, 0, (reader, POLLIN), (writer, POLLOUT), (77, POLLIN), (-1, POLLIN))
    assert task.result() == 2
    assert revents(root, address, 4) == [0, POLLOUT, POLLNVAL, 0]
    task, address = poll(root, -1, (reader, POLLIN))
    assert not task.done and task.l.wmesg == "select"
    root.write(writer, b"x")
    assert task.run().result() == 1 and revents(root, address, 1) == [POLLIN]
    root.read(reader, 1)
    task, address = poll(root, -1, (reader, POLLIN))
    root.call("close", writer)
    assert task.run().result() == 1 and revents(root, address, 1) == [POLLIN | POLLHUP]
    assert root.errno("poll", 0x10000, 1, -2) == E.EINVAL
    assert root.errno("poll", 0x10000, 5000, 0) == E.EINVAL


def test_poll_timeout_and_signals(kernel: FileKernel, root: User) -> None:
    reader, _ = root.call("pipe")
    task, address = poll(root, 500, (reader, POLLIN))
    kernel.clock.time = 500 * 10**6
    kernel.sched.run_callouts(kernel.clock.time)
    assert task.run().result() == 0 and revents(root, address, 1) == [0]
    task, _ = poll(root, -1, (reader, POLLIN))
    assert task.wake(E.ERESTART).errno() == E.EINTR
    assert not root.proc.fd.files[reader].pipe.rsel.pollers  # type: ignore[union-attr]


def test_poll_of_a_full_pipe(root: User) -> None:
    reader, writer = root.call("pipe")
    root.write(writer, bytes(PIPE_SIZE))
    task, address = poll(root, -1, (writer, POLLOUT))
    assert not task.done
    root.read(reader, 100)
    assert not task.run().done, "less than an atomic write's worth of room"
    root.read(reader, 1000)
    assert task.run().result() == 1 and revents(root, address, 1) == [POLLOUT]
    root.call("close", reader)
    task, address = poll(root, -1, (writer, POLLOUT))
    assert revents(root, address, 1) == [POLLHUP]


def test_select(kernel: FileKernel, root: User) -> None:
    pipes = [root.call("pipe") for _ in range(20)]
    root.write(pipes[3][1], b"x")
    wanted = sum(1 << r for r, _ in pipes).to_bytes(32, "little")
    writers = sum(1 << w for _, w in pipes[:2]).to_bytes(32, "little")
    a, b = root.memory.place(wanted), root.memory.place(writers)
    assert root.call("select", 40, a, b, 0, 0) == 3
    assert int.from_bytes(root.memory.copyin(a, 8), "little") == 1 << pipes[3][0]
    assert int.from_bytes(root.memory.copyin(b, 8), "little") == 1 << pipes[0][1] | 1 << pipes[1][1]
    assert root.errno("select", -1, 0, 0, 0, 0) == E.EINVAL
    missing = root.memory.place((1 << 39 | 1 << 60).to_bytes(32, "little"))
    root.call("close", 39)
    assert root.errno("select", 40, missing, 0, 0, 0) == E.EBADF
    assert root.errno("select", 1, 0, 0, 0, struct.pack("<qi4x", 0, 10**6)) == E.EINVAL
    assert root.call("select", 0, 0, 0, 0, struct.pack("<qi4x", 0, 0)) == 0
    task = root.thread().start("select", 0, 0, 0, 0, struct.pack("<qi4x", 1, 0))
    kernel.clock.time += 10**9
    kernel.sched.run_callouts(kernel.clock.time)
    assert task.run().result() == 0


def test_pselect_exchanges_the_mask(root: User) -> None:
    reader, _ = root.call("pipe")
    root.sigmask = 0xFF
    zero = struct.pack("<qq", 0, 0)
    mask = struct.pack("<QQ", 1 << 8 | 1, 0)
    packed = root.memory.place(struct.pack("<ihh", reader, POLLIN, 0))
    assert root.call("pollts", packed, 1, zero, mask) == 0
    assert root.sigmask == 1 and root.restore_mask == 0xFF and root.ast
    assert root.errno("pselect", 0, 0, 0, 0, struct.pack("<qq", -1, 0), mask) == E.EINVAL


def test_select_on_a_descriptor_closed_meanwhile(root: User) -> None:
    reader, writer = root.call("pipe")
    other, _ = root.call("pipe")
    bits = root.memory.place((1 << reader | 1 << other).to_bytes(8, "little"))
    task = root.thread().start("select", 10, bits, 0, 0, 0)
    root.call("close", reader)
    root.call("close", writer)
    assert task.run().errno() == E.EBADF


def test_fifo_rendezvous(root: User) -> None:
    root.call("mkfifo", "/fifo", 0o644)
    assert root.errno("open", "/fifo", O_WRONLY | O_NONBLOCK, 0) == E.ENXIO
    opening = root.thread().start("open", "/fifo", 0, 0)
    assert not opening.done
    writer = root.open("/fifo", O_WRONLY)
    reader = opening.run().result()
    assert {reader, writer} == {0, 1}
    root.write(writer, b"through")
    assert root.read(reader, 99) == b"through"
    assert root.errno("lseek", reader, 0, 0) == E.ESPIPE
    root.call("close", writer)
    assert root.read(reader, 99) == b""
    root.call("close", reader)
    both = root.open("/fifo", O_RDWR)
    root.write(both, b"x")
    assert root.read(both, 9) == b"x"
    root.call("close", both)
    nonblocking = root.open("/fifo", O_NONBLOCK)
    assert root.read(nonblocking, 9) == b""


def test_fifo_open_is_interrupted(kernel: FileKernel, root: User) -> None:
    root.call("mkfifo", "/fifo", 0o644)
    opening = root.thread().start("open", "/fifo", O_WRONLY, 0)
    assert opening.wake(E.EINTR).errno() == E.EINTR
    assert kernel.files.count == 0 and root.proc.fd.used == 0
    opening = root.thread().start("open", "/fifo", 0, 0)
    root.call("close", root.open("/fifo", O_WRONLY))
    assert opening.run().result() == 0, "a writer that has come and gone was there"


def test_nonblocking_can_be_set_later(root: User) -> None:
    reader, _ = root.call("pipe")
    root.call("fcntl", reader, F_SETFL, O_NONBLOCK)
    assert root.errno("read", reader, 0x10000, 1) == E.EAGAIN


def test_sigio_goes_to_the_owner(kernel: FileKernel, root: User) -> None:
    reader, writer = root.call("pipe")
    other = kernel.process()
    other.proc.stat = 2  # SACTIVE
    root.write(writer, b"x")
    root.call("fcntl", reader, F_SETOWN, other.proc.pid)
    root.call("fcntl", reader, F_SETFL, O_ASYNC)
    assert kernel.signals.sent == []
    root.write(writer, b"x")
    assert kernel.signals.sent == [(other.proc.pid, SIGIO)]
    root.call("ioctl", reader, 0x8004667D, struct.pack("<i", 0))
    root.write(writer, b"x")
    root.call("fcntl", reader, F_SETFL, O_ASYNC)
    root.call("close", reader)
    assert len(kernel.signals.sent) == 1
