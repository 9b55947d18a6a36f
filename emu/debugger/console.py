"""The machine's console while it is debugged: another process has the streams, and knows what was said before."""

from __future__ import annotations

from collections.abc import Callable

from emu.machine.console import Console, Input, Output


class AskedInput(Input):
    """Input that the debugger is asked for, by the number of the request: a re-execution gets the same again."""

    def __init__(self, ask: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self._ask = ask
        self.requests = 0

    def _fill(self, n: int) -> None:
        data = self._ask(self.requests, n)
        self.requests += 1
        self.buffer += data
        self.at_end = not data

    def can_wait(self) -> bool:
        return False


class ToldOutput(Output):
    """Output that is told to the debugger with its place in the stream."""

    def __init__(self, tell: Callable[[int, int, bytes], None], stream: int, is_terminal: bool) -> None:
        super().__init__()
        self._tell = tell
        self._stream = stream
        self.is_terminal = is_terminal
        self.written = 0

    def write(self, data: bytes) -> int:
        self._tell(self._stream, self.written, bytes(data))
        self.written += len(data)
        return len(data)


def make_console(
    ask: Callable[[int, int], bytes], tell: Callable[[int, int, bytes], None], terminals: tuple[bool, bool]
) -> Console:
    """`ask(request, size)` gets input, `tell(stream, place, data)` takes output of streams 1 and 2."""
    return Console(AskedInput(ask), ToldOutput(tell, 1, terminals[0]), ToldOutput(tell, 2, terminals[1]))
