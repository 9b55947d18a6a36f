"""The line discipline against a screen: what stands there is what was typed and not erased."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fcntl import FREAD
from kernel.ldisc import QUOTE, TTYHOG, LineDiscipline
from kernel.termios import ALTWERASE, ECHOKE, ICANON, OXTABS, PENDIN

KEYS = st.one_of(
    st.sampled_from(list("ab_c  xyz/.,")),
    st.sampled_from(["\t", "\x01", "\x1b", "\x7f", "\x7f\x7f", "\x17", "\x15", "\x12"]),
    st.sampled_from(["\x16\x03", "\x16\t", "\x16\x7f"]),
)


class Screen:
    """A terminal without a right margin: lines of characters and a cursor in the last one."""

    def __init__(self) -> None:
        self.line: list[str] = []
        self.column = 0

    def show(self, data: bytes) -> None:
        for c in data.decode("latin-1"):
            if c == "\b":
                self.column = max(self.column - 1, 0)
            elif c == "\r":
                self.column = 0
            elif c == "\n":
                self.line = []
            elif c == "\t":
                self.column = (self.column | 7) + 1
            else:
                self.line += [" "] * (self.column + 1 - len(self.line))
                self.line[self.column] = c
                self.column += 1

    def text(self) -> str:
        return "".join(self.line).rstrip()


def shown(typed: list[int], start: int) -> str:
    """How input looks after `start` columns of something else, as far as the cursor gets."""
    out = " " * start
    for c in typed:
        if c == ord("\t"):
            out = out.ljust((len(out) | 7) + 1)
        elif c & 0xFF < 32 or c & 0xFF == 127:
            out += "^" + chr((c & 0xFF) ^ 64)
        else:
            out += chr(c & 0xFF)
    return out


@given(st.lists(KEYS, max_size=40), st.integers(0, 9), st.sampled_from([0, OXTABS]), st.sampled_from([0, ALTWERASE]))
def test_the_screen_shows_the_line(keys: list[str], prompt: int, oflag: int, lflag: int) -> None:
    line, screen = LineDiscipline(), Screen()
    line.termios.oflag |= oflag
    line.termios.lflag |= lflag
    line.output(b" " * prompt)
    for key in keys:
        line.receive(key.encode("latin-1"))
        screen.show(line.outq)
        line.outq.clear()
        if key == "\x12":
            prompt = 0
        wanted = shown(line.rawq, prompt)
        assert screen.text() == wanted.rstrip()
        assert screen.column == line.column == len(wanted)


@given(st.lists(st.one_of(KEYS, st.just("\n"), st.just("\x04")), max_size=60))
def test_lines_are_what_was_typed_and_not_erased(keys: list[str]) -> None:
    """Against the plainest model of editing there is."""
    line = LineDiscipline()
    current: list[int] = []
    done: list[int] = []
    for key in keys:
        line.receive(key.encode("latin-1"))
        if key.startswith("\x16"):
            current.append(ord(key[1]) | QUOTE)
        elif key.startswith("\x7f"):
            del current[max(len(current) - len(key), 0) :]
        elif key == "\x15":
            current.clear()
        elif key == "\x17":
            while current and current[-1] in (0x20, 0x09):
                current.pop()
            while current and current[-1] not in (0x20, 0x09):
                current.pop()
        elif key in ("\n", "\x04"):
            done += [*current, ord(key)]
            current.clear()
        elif key != "\x12":
            current.append(ord(key))
    assert line.rawq == current
    assert list(line.canq) == done


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1), st.integers(0, 2**14 - 1), st.integers(0, 127))
def test_any_input_in_any_mode(data: bytes, lflag: int, iflag: int, oflag: int) -> None:
    line = LineDiscipline()
    line.termios.lflag, line.termios.iflag, line.termios.oflag = lflag & ~PENDIN, iflag, oflag
    line.receive(data)
    line.output(data)
    assert line.queued() <= 2 * len(data)
    line.termios.lflag ^= ICANON
    line.reprocess()
    line.receive(data)
    line.flush(FREAD)
    assert line.queued() == 0


def test_output_in_one_go_and_byte_by_byte_agree() -> None:
    data = b"one\ttwo\nthree\r\x08four\x01\x7f\xc3\xa9\n five"
    whole, bytewise = LineDiscipline(), LineDiscipline()
    whole.output(data)
    for c in data:
        bytewise.emit(c)
    assert whole.outq == bytewise.outq
    assert whole.column == bytewise.column


def test_input_has_a_limit() -> None:
    line = LineDiscipline()
    line.receive(b"x" * 2 * TTYHOG)
    assert line.queued() == TTYHOG
    assert line.outq.count(b"\a") == TTYHOG


@pytest.mark.parametrize("flags", [0, ECHOKE])
def test_killing_a_line_that_is_not_all_there(flags: int) -> None:
    """Something was written in between: the line cannot be wiped, and is crossed out."""
    line = LineDiscipline()
    line.termios.lflag = line.termios.lflag & ~ECHOKE | flags
    line.receive(b"ab")
    line.output(b"!")
    line.receive(b"c\x15")
    assert line.outq.endswith(b"c^U\r\n" if flags else b"c^U")
    assert line.rawq == []
