"""The host's terminal while a machine has it: raw mode and back, the escape key, the size of the window.

Everything typed belongs to the machine, ^C and ^Z included. Only Ctrl-A is the emulator's.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from emu.machine.console import Console, HostInput, HostOutput

ESCAPE = 1  # Ctrl-A
TYPED_AHEAD = 1 << 16  # bytes that are kept while the machine has no room for them
LONGEST_WAIT = 3600.0
HELP = "\r\n  Ctrl-A x       end the machine at once\r\n  Ctrl-A h       this list\r\n  Ctrl-A Ctrl-A  type Ctrl-A\r\n"


class Keyboard(HostInput):
    """A terminal in raw mode. Input is taken from the host at once, so that the escape key works even when the
    machine does not read."""

    def __init__(self, fd: int, out: int) -> None:
        super().__init__(fd)
        self.on_leave: Callable[[], None] = lambda: None
        self._out = out
        self._escaped = False
        self._wakeup, self.wakeup_end = os.pipe()  # a signal handler's way to end a wait
        for end in (self._wakeup, self.wakeup_end):
            os.set_blocking(end, False)

    def wait(self, timeout: float | None) -> bool:
        if len(self.buffer) >= TYPED_AHEAD:
            time.sleep(0.05 if timeout is None else min(timeout, 0.05))
            return False
        timeout = LONGEST_WAIT if timeout is None else min(timeout, LONGEST_WAIT)
        ready = select.select([self.fd, self._wakeup], [], [], timeout)[0]
        if self._wakeup in ready:
            os.read(self._wakeup, 4096)
        return self.fd in ready

    def wanted(self) -> bool:
        return True

    def on_input(self) -> None:
        try:
            data = os.read(self.fd, TYPED_AHEAD)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # the terminal is gone
        self.at_end = not data
        self.buffer += self._without_escapes(data)
        super().on_input()

    def ready(self) -> bool:
        return bool(self.buffer) or self.at_end

    def available(self) -> int:
        return len(self.buffer)

    def consume(self, n: int) -> None:
        del self.buffer[:n]

    def _fill(self, n: int) -> None:
        """Nothing more has come than `on_input` saw."""

    def _without_escapes(self, data: bytes) -> bytes:
        """What of the input is for the machine; the rest is obeyed."""
        typed = bytearray()
        for c in data:
            if self._escaped:
                self._escaped = False
                if c == ESCAPE:
                    typed.append(c)
                elif c in b"xX":
                    self.on_leave()
                elif c in b"hH?":
                    os.write(self._out, HELP.encode())
            elif c == ESCAPE:
                self._escaped = True
            else:
                typed.append(c)
        return bytes(typed)


class TerminalConsole(Console):
    """A console with somebody at its keyboard: while the machine is idle, its time goes as fast as theirs."""

    def __init__(self) -> None:
        self.keyboard = Keyboard(0, 1)
        super().__init__(self.keyboard, HostOutput(1), HostOutput(2))

    def pause(self, ns: int) -> int:
        before = time.monotonic_ns()
        if self.can_wait():
            self.wait_input(ns / 1e9)
        else:
            time.sleep(min(ns, 50_000_000) / 1e9)
        return min(time.monotonic_ns() - before, ns)


class RawMode:
    """The terminal's settings, changed and put back. Both can be done any number of times."""

    def __init__(self, fd: int) -> None:
        """Raises termios.error if `fd` is no terminal."""
        self.fd = fd
        self._saved = termios.tcgetattr(fd)
        self._is_raw = False

    def enter(self) -> None:
        self._is_raw = True
        tty.setraw(self.fd, termios.TCSANOW)

    def leave(self) -> None:
        if self._is_raw:
            self._is_raw = False
            try:
                termios.tcsetattr(self.fd, termios.TCSANOW, self._saved)
            except termios.error:
                pass  # the terminal is gone


_FATAL = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


@contextmanager
def raw_terminal(console: TerminalConsole, on_resize: Callable[[], None]) -> Iterator[None]:
    """The terminal in raw mode for the time of a `with`. It is put back whatever ends that: an exception, a
    signal, the interpreter's exit."""
    mode = RawMode(console.keyboard.fd)

    def die(signo: int, _frame: FrameType | None) -> None:
        mode.leave()
        signal.signal(signo, signal.SIG_DFL)
        os.kill(os.getpid(), signo)

    def suspend(_signo: int, _frame: FrameType | None) -> None:
        mode.leave()
        os.kill(os.getpid(), signal.SIGSTOP)

    def resume(_signo: int, _frame: FrameType | None) -> None:
        mode.enter()  # whoever had the terminal meanwhile has left it as they like it
        on_resize()

    def resized(_signo: int, _frame: FrameType | None) -> None:
        on_resize()

    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = dict.fromkeys(_FATAL, die)
    handlers |= {signal.SIGWINCH: resized, signal.SIGTSTP: suspend, signal.SIGCONT: resume}
    before = {signo: signal.getsignal(signo) for signo in handlers}
    previous_wakeup = signal.set_wakeup_fd(console.keyboard.wakeup_end, warn_on_full_buffer=False)
    atexit.register(mode.leave)
    try:
        for signo, handler in handlers.items():
            signal.signal(signo, handler)
        mode.enter()
        yield
    finally:
        mode.leave()
        for signo, old in before.items():
            signal.signal(signo, old)
        signal.set_wakeup_fd(previous_wakeup)
        atexit.unregister(mode.leave)
