"""The unwinder against a stack of return addresses kept while the program is stepped, at every instruction it runs."""

from __future__ import annotations

import itertools

import pytest

from emu.debugger.cfi import CallFrames
from emu.debugger.disasm import Instruction, one
from emu.machine.debug import HIGH, LOW, STEPPING, HartDebugger
from tests.debugger.conftest import LwpTarget, Stopped, program


class Shadow:
    """Steps a program from beginning to end and compares."""

    def __init__(self, stop: Stopped, every: int) -> None:
        kernel = self.kernel = stop.kernel
        kernel.pick()
        kernel.switch()
        self.symbols = stop.symbols
        self.target = LwpTarget(kernel, kernel.curlwp)
        self.text = next(section for section in stop.symbols.image.sections if section.name == ".text")
        handlers = stop.symbols.scopes.functions_named("handler")
        self.handler = handlers[0].low if handlers else 0
        self.every = every
        self.calls: list[int] = []
        self.previous: Instruction | None = None
        self.checked = 0
        self.wrong: dict[str | None, tuple[list[int], list[int]]] = {}
        self._steps = itertools.count()

    def run(self) -> None:
        debugger = HartDebugger(self.kernel.hart, self._stop)
        debugger.words[STEPPING] = 1
        debugger.words[LOW] = debugger.words[HIGH] = 0
        self.kernel.hart.run()

    def _stop(self, _reason: int) -> None:
        pc = self.target.register(32)
        if self.previous is not None:
            self._follow(self.previous, pc)
        at = pc - self.text.start
        self.previous = one(self.text.data[at : at + 4], pc)
        if next(self._steps) % self.every == 0:
            self._compare(pc)

    def _follow(self, done: Instruction, pc: int) -> None:
        """What an instruction that has led to `pc` did to the stack of calls."""
        calls = self.calls
        if pc == self.handler and done.mnemonic == "ecall":
            calls += [done.address + 12, self.target.register(1)]  # where a successful call goes on, and the trampoline
        elif done.mnemonic in ("jal", "jalr") and len(done.operands) == 1:
            calls.append(done.address + done.size)
        elif done.mnemonic in ("ret", "ecall") and pc in calls:
            while calls.pop() != pc:
                pass

    def _compare(self, pc: int) -> None:
        self.checked += 1
        found, last = [], None
        for frame in self.symbols.frames(self.target):
            if frame.activation is not last:
                found.append(frame.pc)
                last = frame.activation
        expected = [pc, *reversed(self.calls)]
        if found != expected:
            self.wrong.setdefault(self.symbols.symbolize(pc), (found, expected))


@pytest.mark.parametrize("flags", [("-O0",), ("-O2",), ("-O2", "-gdwarf-5")], ids="".join)
@pytest.mark.parametrize("name", ["calls.c", "handler.c"])
def test_every_instruction(name: str, flags: tuple[str, ...]) -> None:
    shadow = Shadow(Stopped(program(name, *flags)), every=2)
    shadow.run()
    assert shadow.checked > 2000
    assert shadow.wrong == {}


@pytest.mark.parametrize("flags", [("-O0",), ("-O2",)], ids="".join)
def test_from_the_instructions_alone(monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]) -> None:
    """Without call frame information, prologues tell as much."""
    monkeypatch.setattr(CallFrames, "row", lambda self, address: None)
    shadow = Shadow(Stopped(program("handler.c", *flags)), every=17)
    shadow.run()
    assert shadow.checked > 200
    assert shadow.wrong == {}
