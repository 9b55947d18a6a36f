"""The host's standard streams, as the machine's console device.

Bytes pass unchanged and unbuffered. Input from a file or a pipe is read when the machine asks for it, and
the whole machine stands still meanwhile, its clock included: what a program reads does not depend on how
fast the host delivers. Only a terminal makes the machine run on while nobody types; then the kernel's idle
loop waits here. A signal handler may break off every wait by raising InterruptedError; the reader goes to
sleep in the machine then, and the idle loop takes over, as with a terminal.
"""

from __future__ import annotations

import os
import select
import stat
from typing import Protocol

CHUNK = 1 << 16


class Listener(Protocol):
    """Who reads from an Input inside the machine."""

    def input_arrived(self) -> None:
        """There is something to read now."""

    def wants_input(self) -> bool:
        """Somebody sleeps until there is."""


class Input:
    """A source of bytes."""

    is_terminal = False

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self.buffer = bytearray()
        self.at_end = False
        self.waiting = False  # asleep in the host: a signal handler may break that off with InterruptedError

    def peek(self, n: int) -> bytes | None:
        """Up to `n` bytes that stay in the stream; b"" at its end, None when nothing has come yet."""
        if not self.buffer and not self.at_end:
            self._fill(n)
        if self.buffer:
            return bytes(self.buffer[:n])
        return b"" if self.at_end else None

    def consume(self, n: int) -> None:
        """Take bytes out that `peek` has shown."""
        del self.buffer[:n]
        if n == 0 and self.is_terminal:
            self.at_end = False  # a terminal's end of file is passed once

    def read(self, n: int) -> bytes | None:
        """`peek` and `consume` in one."""
        data = self.peek(n)
        if data is not None:
            self.consume(len(data))
        return data

    def available(self) -> int:
        """Bytes that can be read at once and are known."""
        return len(self.buffer)

    def ready(self) -> bool:
        """A read would not make an LWP wait (it may make the whole machine wait)."""
        return True

    def wait(self, timeout: float | None) -> bool:
        """Sleep until there is something to read, `timeout` seconds pass (None: for ever) or a signal handler
        raises InterruptedError; whether there is something."""
        return True

    def can_wait(self) -> bool:
        """Input may still come that is not here yet."""
        return False

    def size(self) -> tuple[int, int]:
        """Rows and columns of a terminal."""
        return 24, 80

    def wanted(self) -> bool:
        """Somebody in the machine sleeps until there is input."""
        return any(listener.wants_input() for listener in self.listeners)

    def on_input(self) -> None:
        """There is something to read: tell the listeners."""
        for listener in self.listeners:
            listener.input_arrived()

    def _fill(self, n: int) -> None:
        """Get up to `n` bytes into the buffer, or set `at_end`, or neither when none has come yet."""
        self.at_end = True


class HostInput(Input):
    """A descriptor of the host."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self.fd = fd
        try:
            self.is_terminal = os.isatty(fd)
            os.fstat(fd)
        except OSError:
            self.at_end = True  # the host started us with this descriptor closed

    def ready(self) -> bool:
        if self.buffer or self.at_end or not self.is_terminal:
            return True
        return self.wait(0)

    def wait(self, timeout: float | None) -> bool:
        try:
            try:
                self.waiting = True
                return bool(select.select([self.fd], [], [], timeout)[0])
            finally:
                self.waiting = False
        except InterruptedError:
            self.waiting = False
            return False

    def can_wait(self) -> bool:
        return not self.at_end

    def available(self) -> int:
        if not self.buffer and not self.at_end and self.ready() and self.is_terminal:
            self._fill(CHUNK)
        if not self.buffer and not self.is_terminal and not self.at_end:
            status = os.fstat(self.fd)
            if stat.S_ISREG(status.st_mode):
                return max(status.st_size - os.lseek(self.fd, 0, os.SEEK_CUR), 0)
        return len(self.buffer)

    def size(self) -> tuple[int, int]:
        return _terminal_size(self.fd)

    def _fill(self, n: int) -> None:
        # Wait first, then read: a signal that arrives in between must not lose bytes.
        if not self.wait(0 if self.is_terminal else None):
            return
        try:
            data = os.read(self.fd, min(n, CHUNK))
        except BlockingIOError:  # somebody made the descriptor non-blocking, and somebody else was faster
            return
        self.buffer += data
        self.at_end = not data


class InputBuffer(Input):
    """Input that is known beforehand: for tests and replay."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.buffer += data

    def _fill(self, n: int) -> None:
        self.at_end = True


class Output:
    """A sink of bytes."""

    is_terminal = False

    def __init__(self) -> None:
        self.waiting = False  # as in Input

    def write(self, data: bytes) -> int:
        """How many bytes were taken: all of them, unless a signal handler broke off the wait for a slow reader.

        Raises OSError as the host does.
        """
        raise OSError(5, "no such stream")

    def size(self) -> tuple[int, int]:
        """Rows and columns of a terminal."""
        return 24, 80


class HostOutput(Output):
    """A descriptor of the host."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self.fd = fd
        self._chunk = select.PIPE_BUF  # what a pipe that has room takes without waiting
        try:
            self.is_terminal = os.isatty(fd)
            if stat.S_ISREG(os.fstat(fd).st_mode):
                self._chunk = CHUNK
        except OSError:
            self.is_terminal = False

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            # Wait first, then write: a signal that arrives in between must not make bytes appear twice.
            if not self._wait():
                break
            try:
                left = left[os.write(self.fd, left[: self._chunk]) :]
            except BlockingIOError:  # somebody made the descriptor non-blocking, and somebody else was faster
                continue
        return len(data) - len(left)

    def _wait(self) -> bool:
        """Sleep until there is room; False if a signal handler broke that off with InterruptedError."""
        try:
            try:
                self.waiting = True
                select.select([], [self.fd], [])
                return True
            finally:
                self.waiting = False
        except InterruptedError:
            self.waiting = False
            return False

    def size(self) -> tuple[int, int]:
        return _terminal_size(self.fd)


class OutputBuffer(Output):
    """Output that is collected: `data` is all of it so far."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def _terminal_size(fd: int) -> tuple[int, int]:
    try:
        columns, rows = os.get_terminal_size(fd)
    except OSError:
        return 24, 80
    return (rows or 24), (columns or 80)


class Console:
    """The three streams a machine is started with."""

    def __init__(self, stdin: Input, stdout: Output, stderr: Output) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr

    @property
    def waiting(self) -> bool:
        """Asleep in the host: a signal handler may break that off with InterruptedError."""
        return self.stdin.waiting or self.stdout.waiting or self.stderr.waiting

    def pause(self, ns: int) -> int:
        """Let up to `ns` of virtual time pass in which nothing can happen but input; how much passed.

        Here time jumps. A console with somebody at its keyboard waits, until a key is pressed.
        """
        return ns

    @classmethod
    def host(cls) -> Console:
        """The emulator's own standard streams."""
        return cls(HostInput(0), HostOutput(1), HostOutput(2))

    @classmethod
    def buffers(cls, data: bytes = b"") -> Console:
        """Input known beforehand, output collected."""
        return cls(InputBuffer(data), OutputBuffer(), OutputBuffer())

    def can_wait(self) -> bool:
        """Somebody in the machine sleeps for input that may still come."""
        return self.stdin.can_wait() and self.stdin.wanted()

    def wait_input(self, timeout: float | None) -> bool:
        """Sleep until input arrives or `timeout` seconds pass (None: for ever); whether some arrived.

        Wakes whoever waits for it. With nothing to wait for, this returns at once.
        """
        if not self.stdin.can_wait():
            return False
        arrived = self.stdin.wait(timeout)
        if arrived:
            self.stdin.on_input()
        return arrived
