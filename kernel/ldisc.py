"""The line discipline: what becomes of bytes between a line and a program (NetBSD: tty.c's termios discipline).

Input goes to `rawq` as it comes. In canonical mode it can be edited there until a line is complete and moves
to `canq`, from where it is read. Output, and the echo of input, go to `outq`, from where the driver takes it.
Characters in the queues are ints; QUOTE marks one that was typed after ^V and has no special meaning.
"""

from __future__ import annotations

from collections import deque

from kernel.fcntl import FREAD, FWRITE
from kernel.signo import SIGINFO, SIGINT, SIGQUIT, SIGTSTP
from kernel.termios import (
    ALTWERASE,
    CREAD,
    DISABLED,
    ECHO,
    ECHOCTL,
    ECHOE,
    ECHOK,
    ECHOKE,
    ECHONL,
    ECHOPRT,
    FLUSHO,
    ICANON,
    ICRNL,
    IEXTEN,
    IGNCR,
    IMAXBEL,
    INLCR,
    ISIG,
    ISTRIP,
    IXANY,
    IXOFF,
    IXON,
    NOFLSH,
    OCRNL,
    ONLCR,
    ONLRET,
    ONOCR,
    ONOEOT,
    OPOST,
    OXTABS,
    PARMRK,
    PENDIN,
    VDISCARD,
    VEOF,
    VEOL,
    VEOL2,
    VERASE,
    VINTR,
    VKILL,
    VLNEXT,
    VQUIT,
    VREPRINT,
    VSTART,
    VSTATUS,
    VSTOP,
    VSUSP,
    VWERASE,
    Termios,
)

QUOTE = 0x100
TTYHOG = 1024  # characters of input that are kept
BELL, BACKSPACE, TAB, NEWLINE, RETURN, SPACE, DEL = 7, 8, 9, 10, 13, 32, 0x7F
_SIMPLE_OUTPUT = OXTABS | ONOEOT | OCRNL | ONOCR  # without any of these, output can be processed in one go


def _is_word(c: int) -> bool:
    """Part of a word, for the alternate word erase."""
    return chr(c & 0x7F).isalnum() or c & 0x7F == ord("_")


class LineDiscipline:
    """One terminal's queues and modes. Drivers override the last four methods."""

    def __init__(self) -> None:
        self.termios = Termios()
        self.rawq: list[int] = []
        self.canq: deque[int] = deque()
        self.outq = bytearray()
        self.column = 0  # of the cursor
        self.stopped = False  # output, by ^S
        self._literal_next = False
        self._held_back = False  # the other end was told to stop
        self._erasing = False  # between the \ and the / of a hard copy erase
        # The last characters of rawq that still stand on the screen as they were echoed: how many, and the
        # column where the first is. Erasing goes no further back than that.
        self._echoed = 0
        self._echo_column = 0

    def reset(self) -> None:
        """As on a terminal that nobody has open."""
        self.termios = Termios()
        self.stopped = self._literal_next = self._held_back = self._erasing = False
        self.flush(FREAD)

    def queued(self) -> int:
        """Characters of input, complete lines or not."""
        return len(self.rawq) + len(self.canq)

    def flush(self, which: int) -> None:
        """Forget input (FREAD) or output (FWRITE) that is queued."""
        if which & FREAD:
            self.rawq.clear()
            self.canq.clear()
            self._echoed = self._echo_column = 0
            self.consumed()
        if which & FWRITE:
            self.stopped = False
            self.outq.clear()
            self.output_flushed()

    # -- input -------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes came over the line."""
        for c in data:
            self._input(c)
        self.start()

    def reprocess(self) -> None:
        """Canonical mode was turned on with input in the queue: take it as if it came just now."""
        self.termios.lflag &= ~PENDIN
        waiting, self.rawq = self.rawq, []
        for c in waiting:
            self._input(c)
        self.start()

    def _input(self, c: int) -> None:
        t = self.termios
        if t.lflag & PENDIN:
            self.reprocess()
        if not t.cflag & CREAD:
            return
        if self._literal_next:
            self._literal_next = False
            c |= QUOTE
        elif not c & QUOTE:
            if t.iflag & ISTRIP:
                c &= 0x7F
            elif c == 0xFF and t.iflag & PARMRK:
                self.rawq.append(0xFF | QUOTE)
            if self._extended(c) or self._stop(c):
                return
            if self._signal(c):
                self._resume()
                return
            if c == RETURN:
                if t.iflag & IGNCR:
                    return
                if t.iflag & ICRNL:
                    c = NEWLINE
            elif c == NEWLINE and t.iflag & INLCR:
                c = RETURN
        if not t.lflag & ICANON or not self._edit(c):
            self._enqueue(c)
        self._resume()

    def _extended(self, c: int) -> bool:
        """^V and ^O."""
        t = self.termios
        if not t.lflag & IEXTEN:
            return False
        if t.is_char(VLNEXT, c):
            self._literal_next = True
            if t.lflag & ECHO:
                if t.lflag & ECHOE:
                    self.emit(ord("^"))
                    self.emit(BACKSPACE)
                else:
                    self.echo(c)
            return True
        if t.is_char(VDISCARD, c):
            if t.lflag & FLUSHO:
                t.lflag &= ~FLUSHO
            else:
                self.flush(FWRITE)
                self.echo(c)
                if self.queued():
                    self._retype()
                t.lflag |= FLUSHO
            return True
        return False

    def _stop(self, c: int) -> bool:
        """^S and ^Q. One character for both toggles."""
        t = self.termios
        if not t.iflag & IXON:
            return False
        if t.is_char(VSTOP, c):
            if not self.stopped:
                self.stopped = True
            elif t.is_char(VSTART, c):
                self.restart_output()
            return True
        if t.is_char(VSTART, c):
            self.restart_output()
            return True
        return False

    def _signal(self, c: int) -> bool:
        """^C, ^\\ and ^Z."""
        t = self.termios
        if not t.lflag & ISIG:
            return False
        for which, signo, flushed in (
            (VINTR, SIGINT, FREAD | FWRITE),
            (VQUIT, SIGQUIT, FREAD | FWRITE),
            (VSUSP, SIGTSTP, FREAD),
        ):
            if t.is_char(which, c):
                if not t.lflag & NOFLSH:
                    self.flush(flushed)
                self.echo(c)
                self.signal(signo)
                return True
        return False

    def _resume(self) -> None:
        """After any input but ^S: with IXANY that starts output again."""
        t = self.termios
        if self.stopped and not t.iflag & IXANY and t.cc[VSTART] != t.cc[VSTOP]:
            return
        self.restart_output()

    def restart_output(self) -> None:
        """^Q."""
        self.termios.lflag &= ~FLUSHO
        self.stopped = False

    def _edit(self, c: int) -> bool:
        """The characters that edit a line that is not complete yet."""
        t = self.termios
        if t.is_char(VERASE, c):
            if self.rawq:
                self._rub_out(self.rawq.pop())
        elif t.is_char(VKILL, c):
            self._kill()
        elif t.is_char(VWERASE, c):
            self._erase_word()
        elif t.is_char(VREPRINT, c):
            self._retype()
        elif t.is_char(VSTATUS, c):
            self.signal(SIGINFO)
        else:
            return False
        return True

    def _kill(self) -> None:
        t = self.termios
        if t.lflag & ECHOKE and len(self.rawq) == self._echoed and not t.lflag & ECHOPRT:
            while self.rawq:
                self._rub_out(self.rawq.pop())
            return
        self.echo(t.cc[VKILL])
        if t.lflag & (ECHOK | ECHOKE):
            self.echo(NEWLINE)
        self.rawq.clear()
        self._echoed = 0
        self._erasing = False

    def _erase_word(self) -> None:
        """White space before the cursor and the word before that; ALTWERASE also ends at other characters."""
        queue = self.rawq
        while queue and queue[-1] in (SPACE, TAB):
            self._rub_out(queue.pop())
        if not queue:
            return
        last = queue.pop()
        self._rub_out(last)
        if not queue or queue[-1] in (SPACE, TAB):
            return
        kind = _is_word(queue[-1])
        while queue and queue[-1] not in (SPACE, TAB):
            if self.termios.lflag & ALTWERASE and _is_word(queue[-1]) != kind:
                return
            self._rub_out(queue.pop())

    def is_break(self, c: int) -> bool:
        """Whether this ends a line."""
        t = self.termios
        return c == NEWLINE or t.is_char(VEOF, c) or t.is_char(VEOL, c) or t.is_char(VEOL2, c)

    def _enqueue(self, c: int) -> None:
        t = self.termios
        if self.queued() >= TTYHOG:
            if t.iflag & IMAXBEL:
                self.emit(BELL)
            return
        self.rawq.append(c)
        if not t.lflag & ICANON:
            self.input_ready()
            self.echo(c)
            self._hold_back()
            return
        if self.is_break(c):
            self._echoed = 0
            self.canq += self.rawq
            self.rawq.clear()
            self.input_ready()
        else:
            if not self._echoed:
                self._echo_column = self.column
            self._echoed += 1
        if self._erasing:
            self._end_erasing()
        before = self.column
        self.echo(c)
        if t.is_char(VEOF, c) and t.lflag & ECHO:
            for _ in range(min(2, self.column - before)):  # the cursor goes back over the ^D
                self.emit(BACKSPACE)
        self._hold_back()

    def _hold_back(self) -> None:
        """Half full: tell the other end to stop sending (IXOFF), if a reader can make room."""
        t = self.termios
        if not t.iflag & IXOFF or self._held_back or self.queued() < TTYHOG // 2 or t.cc[VSTOP] == DISABLED:
            return
        if self.canq or not t.lflag & ICANON:
            self._held_back = True
            self.outq.append(t.cc[VSTOP])

    def consumed(self) -> None:
        """Input was taken out of the queue."""
        if self._held_back and self.queued() < TTYHOG // 5:
            self._held_back = False
            if self.termios.cc[VSTART] != DISABLED:
                self.outq.append(self.termios.cc[VSTART])
                self.start()
        self.input_taken()

    # -- echo --------------------------------------------------------------------------------------

    def echo(self, c: int) -> None:
        """Show a character that was typed."""
        t = self.termios
        if not t.lflag & ECHO and not (c == NEWLINE and t.lflag & ECHONL):
            return
        shown = c & 0xFF
        if t.lflag & ECHOCTL and ((shown < SPACE and c not in (TAB, NEWLINE)) or shown == DEL):
            self.emit(ord("^"))
            shown = ord("?") if shown == DEL else shown + ord("@")
        self.emit(shown)

    def _rub_out(self, c: int) -> None:
        """Take a character, which left the queue, off the screen."""
        t = self.termios
        if not t.lflag & ECHO:
            return
        t.lflag &= ~FLUSHO
        if t.lflag & ECHOE:
            if not self._echoed:
                self._retype()  # something else was written in between
                return
            self._wipe(c)
        elif t.lflag & ECHOPRT:
            if not self._erasing:
                self.emit(ord("\\"))
                self._erasing = True
            self.echo(c)
        else:
            self.echo(t.cc[VERASE])
        self._echoed = max(self._echoed - 1, 0)

    def _wipe(self, c: int) -> None:
        shown = c & 0xFF
        if c == TAB:
            column = self._echo_column
            for q in self.rawq[len(self.rawq) + 1 - self._echoed :]:
                column = self._advance(column, q)
            while self.column > column:
                self.emit(BACKSPACE)
        elif shown < SPACE or shown == DEL:
            if self.termios.lflag & ECHOCTL or c in (TAB | QUOTE, NEWLINE | QUOTE):
                self._rub_columns(2)
        elif not 0x80 <= shown < 0xA0:
            self._rub_columns(1)

    def _advance(self, column: int, c: int) -> int:
        """Where the cursor is after the echo of `c`."""
        if c == TAB:
            return (column | 7) + 1
        if c & 0xFF < SPACE or c & 0xFF == DEL:
            return column + (2 if self.termios.lflag & ECHOCTL else 0)
        return column + 1

    def _rub_columns(self, n: int) -> None:
        for c in (BACKSPACE,) * n + (SPACE,) * n + (BACKSPACE,) * n:
            self.emit(c)

    def _end_erasing(self) -> None:
        if self._erasing:
            self._erasing = False
            self.emit(ord("/"))

    def _retype(self) -> None:
        """Show the input again, on a new line (^R)."""
        t = self.termios
        if t.cc[VREPRINT] != DISABLED:
            self.echo(t.cc[VREPRINT])
        self.echo(NEWLINE)
        for c in [*self.canq, *self.rawq]:
            self.echo(c)
        self._erasing = False
        self._echoed = len(self.rawq)
        self._echo_column = 0

    # -- output ------------------------------------------------------------------------------------

    def emit(self, c: int) -> None:
        """Output one byte, processed as the modes say."""
        t = self.termios
        if t.lflag & FLUSHO:
            return
        if not t.oflag & OPOST:
            self.outq.append(c)
            return
        if c == TAB and t.oflag & OXTABS:
            n = 8 - (self.column & 7)
            self.outq += b" " * n
            self.column += n
            return
        if c == 4 and t.oflag & ONOEOT:
            return
        if c == NEWLINE and t.oflag & ONLCR:
            self.outq.append(RETURN)
        elif c == RETURN:
            if t.oflag & OCRNL:
                c = NEWLINE
            elif t.oflag & ONOCR and self.column == 0:
                return
        self.outq.append(c)
        self._move(c)

    def _move(self, c: int) -> None:
        if c == NEWLINE:
            if self.termios.oflag & (ONLCR | ONLRET):
                self.column = 0
        elif c == RETURN:
            self.column = 0
        elif c == BACKSPACE:
            self.column = max(self.column - 1, 0)
        elif c == TAB:
            self.column = (self.column | 7) + 1
        elif c >= SPACE and c != DEL and not 0x80 <= c < 0xA0:
            self.column += 1

    def output(self, data: bytes) -> None:
        """Output what a program wrote."""
        self._echoed = 0
        t = self.termios
        if t.lflag & FLUSHO:
            return
        if not t.oflag & OPOST:
            self.outq += data
        elif t.oflag & _SIMPLE_OUTPUT:
            for c in data:
                self.emit(c)
        else:
            self.outq += data.replace(b"\n", b"\r\n") if t.oflag & ONLCR else data
            newline = data.rfind(b"\n") if t.oflag & (ONLCR | ONLRET) else -1
            start = max(newline, data.rfind(b"\r"))
            for c in data[max(start, 0) :]:
                self._move(c)

    # -- the rest of the terminal ------------------------------------------------------------------

    def start(self) -> None:
        """There may be output for the line."""

    def signal(self, signo: int) -> None:
        """Send a signal to the foreground process group."""

    def input_ready(self) -> None:
        """There is something to read."""

    def input_taken(self) -> None:
        """There is room for more input."""

    def output_flushed(self) -> None:
        """There is room for more output."""
