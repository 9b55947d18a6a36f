"""The host's streams as devices."""

from __future__ import annotations

import os
import pty
import signal
import struct
import termios
from collections.abc import Iterator
from typing import Any

import pytest

from emu.machine.console import Console, HostInput, HostOutput, InputBuffer, OutputBuffer
from kernel import errno as E
from kernel.fcntl import F_SETFL, O_NONBLOCK, POLLIN
from kernel.vfs.hostio import open_stdio
from tests.unit.vfs_kernel import FileKernel, User

SIGPIPE = 13
TIOCGETA, TIOCGWINSZ, FIONREAD = 0x402C7413, 0x40087468, 0x4004667F


def started(console: Console) -> User:
    kernel = FileKernel(console=console)
    root = kernel.process()
    this: Any = kernel
    open_stdio(this, root.proc)
    return root


@pytest.fixture
def host_pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        try:
            os.close(fd)
        except OSError:
            pass


def test_streams_are_separate_and_byte_for_byte() -> None:
    console = Console.buffers(b"in\0put\xff")
    root = started(console)
    assert root.read(0, 3) == b"in\0"
    assert root.read(0, 99) == b"put\xff"
    assert root.read(0, 99) == b""
    root.write(1, b"out\n")
    root.write(2, b"err\r\n")
    assert isinstance(console.stdout, OutputBuffer) and isinstance(console.stderr, OutputBuffer)
    assert (bytes(console.stdout.data), bytes(console.stderr.data)) == (b"out\n", b"err\r\n")
    assert root.errno("write", 0, b"x", 1) == E.EBADF
    assert root.errno("read", 1, 0x10000, 1) == E.EBADF


def test_not_a_terminal() -> None:
    root = started(Console.buffers())
    out = root.memory.place(bytes(64))
    for fd in range(3):
        assert root.errno("ioctl", fd, TIOCGETA, out) == E.ENOTTY
        assert root.errno("lseek", fd, 0, 1) == E.ESPIPE


def test_fault_keeps_input() -> None:
    root = started(Console.buffers(b"abc"))
    assert root.errno("read", 0, 0x100, 3) == E.EFAULT
    assert root.read(0, 3) == b"abc"


def test_input_from_a_host_pipe(host_pipe: tuple[int, int]) -> None:
    reader, writer = host_pipe
    root = started(Console(HostInput(reader), OutputBuffer(), OutputBuffer()))
    os.write(writer, b"0123456789")
    assert root.read(0, 4) == b"0123"
    assert os.read(reader, 2) == b"45", "no more was taken from the host than the program asked for"
    assert root.read(0, 99) == b"6789"
    os.close(writer)
    assert root.read(0, 99) == b""
    assert root.read(0, 99) == b""


def test_input_from_a_host_file(tmp_path: Any) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"hello")
    fd = os.open(path, os.O_RDONLY)
    root = started(Console(HostInput(fd), OutputBuffer(), OutputBuffer()))
    out = root.memory.place(bytes(4))
    root.call("ioctl", 0, FIONREAD, out)
    assert root.memory.copyin(out, 4) == struct.pack("<i", 5)
    assert root.read(0, 99) == b"hello" and root.read(0, 99) == b""
    os.close(fd)


def test_output_to_a_host_pipe(host_pipe: tuple[int, int]) -> None:
    reader, writer = host_pipe
    root = started(Console(InputBuffer(), HostOutput(writer), HostOutput(writer)))
    root.write(1, b"a")
    root.write(2, b"b")
    assert os.read(reader, 9) == b"ab"
    os.close(reader)
    assert root.errno("write", 1, b"x", 1) == E.EPIPE
    assert root.kernel.signals.sent == [(root.proc.pid, SIGPIPE)]


def test_closed_host_descriptors() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    root = started(Console(HostInput(reader), HostOutput(writer), HostOutput(writer)))
    assert root.read(0, 1) == b""
    assert root.errno("write", 1, b"x", 1) == E.EIO


def test_terminal_lets_the_machine_run_on() -> None:
    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[3] &= ~termios.ICANON & ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    console = Console(HostInput(slave), HostOutput(slave), OutputBuffer())
    root = started(console)
    out = root.memory.place(bytes(64))
    root.call("ioctl", 0, TIOCGETA, out)
    assert struct.unpack_from("<4I", root.memory.copyin(out, 44)) == (0x2B02, 3, 0x4B00, 0x5CB)
    root.call("ioctl", 1, TIOCGWINSZ, out)
    rows, columns = struct.unpack_from("<2H", root.memory.copyin(out, 4))
    assert rows > 0 and columns > 0
    assert root.errno("ioctl", 2, TIOCGETA, out) == E.ENOTTY
    buffer = root.memory.place(bytes(10))
    task = root.thread().start("read", 0, buffer, 10)
    packed = root.memory.place(struct.pack("<ihh", 0, POLLIN, 0))
    polling = root.thread().start("poll", packed, 1, -1)
    assert not task.done and not polling.done
    assert console.can_wait() and not console.wait_input(0)
    os.write(master, b"key")
    assert console.wait_input(1)
    polling.run()
    assert task.run().result() == 3 and root.memory.copyin(buffer, 3) == b"key"
    root.call("fcntl", 0, F_SETFL, O_NONBLOCK)
    assert root.errno("read", 0, buffer, 10) == E.EAGAIN
    os.close(master)
    os.close(slave)


def test_interrupted_wait_for_a_pipe(host_pipe: tuple[int, int]) -> None:
    reader, writer = host_pipe
    console = Console(HostInput(reader), OutputBuffer(), OutputBuffer())
    root = started(console)

    def break_off(signo: int, frame: object) -> None:
        if console.waiting:
            raise InterruptedError
        signal.setitimer(signal.ITIMER_REAL, 0.01)  # not there yet

    previous = signal.signal(signal.SIGALRM, break_off)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        buffer = root.memory.place(bytes(10))
        task = root.start("read", 0, buffer, 10)
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert not task.done and console.can_wait() and not console.waiting
    os.write(writer, b"late")
    assert console.wait_input(None)
    assert task.run().result() == 4


def test_console_without_a_terminal_does_not_wait() -> None:
    console = Console.buffers()
    assert not console.can_wait() and not console.wait_input(None)
