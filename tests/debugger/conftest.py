"""Real programs, stopped at a place: compiled, booted, run to an `ebreak` put there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from emu.debugger.inspector import Inspector, State
from emu.debugger.lwptarget import LwpTarget
from emu.debugger.symbols import Symbols
from emu.machine.board import Board
from emu.machine.console import Console
from emu.machine.hart import BREAKPOINT, PC
from kernel.main import Kernel
from kernel.systrace import peek
from kernel.uvm.poke import store
from kernel.vfs.root import install
from toolchain.cc import cached_program
from toolchain.native import native_library

_EBREAK = bytes.fromhex("0290")


class Stopped:
    """A program that runs from one breakpoint to the next."""

    def __init__(self, program: Path, argv: Sequence[str] = ()) -> None:
        self.path = program
        self.symbols = Symbols(program.read_bytes(), str(program))
        self.console = Console.buffers(b"")
        self.kernel = Kernel(Board(64 << 20, self.console, native_library()))
        install(self.kernel, "/bin/prog", program.read_bytes(), 0o755)
        words = ["prog", *argv]
        self.kernel.spawn(b"/bin/prog", [word.encode() for word in words], [b"HOME=/root"], b"/root")
        self.kernel.hart.serve(on_trap=self._trap(self.kernel.hart.on_trap))
        self._places: dict[int, bytes] = {}
        self._started = False
        self.target: LwpTarget

    def _trap(self, handler: Callable[[int, int], None]) -> Callable[[int, int], None]:
        def on_trap(cause: int, tval: int) -> None:
            if cause == BREAKPOINT and self.kernel.curlwp.frame.words[PC] in self._places:
                self.kernel.hart.stop()
            else:
                handler(cause, tval)

        return on_trap

    def inspect(self, state: State | None = None) -> Inspector:
        """The commands, at this stop."""
        return Inspector(self.symbols, self.target, state)

    def address(self, where: str | int) -> int:
        if isinstance(where, int):
            return where
        file, colon, line = where.partition(":")
        scopes = self.symbols.scopes
        places = scopes.line_places(file, int(line)) if colon else scopes.function_places(where)
        return places[0].address

    def go(self, where: str | int) -> LwpTarget:
        """Run until `where` is reached: a function, FILE:LINE, or an address."""
        address = self.address(where)
        if not self._started:
            self.kernel.pick()
            self.kernel.switch()
            self._started = True
        elif self.kernel.curlwp.frame.words[PC] == address:  # the next time, then
            caller = self.inspect().frame(1)
            assert caller is not None
            self.go(caller.pc)
        vm = self.kernel.curlwp.proc.vm
        original = peek(vm, address, 2)
        assert original is not None
        self._places = {address: original}
        store(vm, address, _EBREAK)
        self.kernel.hart.run()
        lwp = self.kernel.curlwp
        assert not self.kernel.halting, self.console.stderr.data.decode(errors="replace")
        assert lwp.frame.words[PC] == address
        store(lwp.proc.vm, address, original)
        self.target = LwpTarget(self.kernel, lwp)
        return self.target


PROGRAMS = Path(__file__).parent / "programs"


def program(name: str, *flags: str) -> Path:
    """One of the programs here, compiled."""
    return cached_program(PROGRAMS / name, list(flags))


@pytest.fixture
def stopped(tmp_path: Path) -> Callable[..., Stopped]:
    """stopped("calls.c", "main", flags=["-O2"]): one of the programs, or a text, stopped there."""

    def start(source: str, where: str | int, flags: Sequence[str] = (), argv: Sequence[str] = ()) -> Stopped:
        if "\n" in source:
            path = tmp_path / "t.c"
            path.write_text(source)
        else:
            path = PROGRAMS / source
        found = Stopped(cached_program(path, list(flags)), argv)
        found.go(where)
        return found

    return start
