"""System calls that go straight from registers to a Python function, and its result back (call.c).

The kernel says for each number which function it is, and how the registers from a0 on become its arguments.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

# How a register becomes an argument: not at all, or as an integer of 32 or 64 bits.
UNUSED, SIGNED_32, UNSIGNED_32, SIGNED_64, UNSIGNED_64 = range(1, 6)

# Words of what call.c calls `calls`, and of each `call`.
_LIMIT, _LENGTH, _AST, _ON_RESULT, _ON_ERROR, _CALLS = range(6)
_HANDLER, _KINDS, _COUNT, _WORDS = range(4)


class Calls:
    """A table of functions. Each is called with the LWP that was named to `Hart.enter`, then the arguments.

    A function that returns None, an int, or a pair of them has thereby set a0 and a1, and that was it, if the LWP's
    attribute `ast` is False. If not, or for another kind of result, `on_result` is called with it, and `on_error`
    with an exception. The pc is `length` bytes further on when a function is called.

    `counts[number]` says how often each was called, and may be written.
    """

    def __init__(
        self,
        size: int,
        length: int,
        on_result: Callable[[Any], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self._struct = (ctypes.c_uint64 * (_CALLS + _WORDS * size))()
        self._words = memoryview(self._struct).cast("B").cast("Q")
        self._alive: list[object] = ["ast", on_result, on_error]
        self._words[_LENGTH] = length
        for word, known in zip((_AST, _ON_RESULT, _ON_ERROR), self._alive, strict=True):
            self._words[word] = id(known)
        self.counts = self._words[_CALLS + _COUNT :: _WORDS]
        self.address = ctypes.addressof(self._struct)

    def add(self, number: int, handler: Callable[..., object], kinds: list[int]) -> None:
        """Let a call go this way. There are at most 8 registers."""
        at = _CALLS + _WORDS * number
        self._alive.append(handler)
        self._words[at + _HANDLER] = id(handler)
        self._words[at + _KINDS] = int.from_bytes(kinds, "little")

    @property
    def limit(self) -> int:
        """Only calls below this number go this way."""
        return self._words[_LIMIT]

    @limit.setter
    def limit(self, limit: int) -> None:
        self._words[_LIMIT] = limit
