"""Driving a program on a terminal of the host, as somebody at the keyboard would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from types import TracebackType

PATIENCE = 20.0  # seconds; nothing here takes more than a fraction of one on an idle host


class HostTerminal:
    """A program whose standard streams are a terminal, and the screen as far as it was not looked at yet."""

    def __init__(self, argv: Sequence[str], rows: int = 24, columns: int = 80, term: str = "dumb") -> None:
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.slave = slave  # kept open, so that its settings can be seen when the program has gone
        self.settings_before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"TERM": term},
            start_new_session=True,
            preexec_fn=self._take_terminal,
        )
        self.screen = b""

    @staticmethod
    def _take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def __enter__(self) -> HostTerminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def type(self, text: str | bytes) -> None:
        """Press keys."""
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def expect(self, text: str | bytes) -> bytes:
        """Wait until something appears; what was on the screen before it, since the last time."""
        wanted = text.encode() if isinstance(text, str) else text
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.screen:
            left = deadline - time.monotonic()
            assert left > 0, f"no {wanted!r} appeared; the screen: {self.screen!r}"
            if select.select([self.master], [], [], min(left, 0.1))[0]:
                self.screen += os.read(self.master, 65536)
            else:
                assert self.process.poll() is None, f"it ended before {wanted!r} appeared; the screen: {self.screen!r}"
        before, _, self.screen = self.screen.partition(wanted)
        return before

    def nothing_more(self, seconds: float = 0.15) -> bytes:
        """What appears while waiting a moment; mostly to see that nothing does."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                self.screen += os.read(self.master, 65536)
        seen, self.screen = self.screen, b""
        return seen

    def resize(self, rows: int, columns: int) -> None:
        """Change the window's size, as a window manager does."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send_signal(self, signo: int) -> None:
        self.process.send_signal(signo)

    def is_raw(self) -> bool:
        return not termios.tcgetattr(self.slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def ends(self) -> int:
        """Wait for the end; the exit status, negative for a signal. The screen is read meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end; the screen: {self.screen!r}"
            if select.select([self.master], [], [], 0.02)[0]:
                self.screen += os.read(self.master, 65536)
        self.nothing_more(0.02)
        return self.process.returncode

    def is_sane(self) -> bool:
        """The terminal is set as it was before the program ran."""
        return termios.tcgetattr(self.slave) == self.settings_before
