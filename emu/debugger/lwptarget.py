"""Memory and registers of a stopped LWP, as the debugger's commands want them (`Target`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debugger.target import MemoryFault
from emu.machine.hart import PC
from kernel.errno import Errno
from kernel.systrace import peek
from kernel.uvm.poke import store

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel


class LwpTarget:
    """Memory and registers of an LWP that is not running at this moment."""

    def __init__(self, kernel: Kernel, lwp: Lwp) -> None:
        self.kernel = kernel
        self.lwp = lwp

    def read(self, address: int, size: int) -> bytes:
        found = peek(self.lwp.proc.vm, address, size)
        if found is None:
            raise MemoryFault(address)
        return found

    def write(self, address: int, data: bytes) -> None:
        while data:
            step = min(len(data), 4096 - (address & 4095))
            try:
                store(self.lwp.proc.vm, address, data[:step])
            except Errno:
                raise MemoryFault(address) from None
            address, data = address + step, data[step:]

    def register(self, n: int) -> int:
        if n == 32:
            return int(self.lwp.frame.words[PC])
        return int(self.lwp.frame.gpr[n - 1]) if n else 0

    def set_register(self, n: int, value: int) -> None:
        if n == 32:
            self.lwp.frame.words[PC] = value
        elif n:
            self.lwp.frame.gpr[n - 1] = value

    def fregister(self, n: int) -> int:
        fpu = self.kernel.fpu
        if not fpu.save(self.lwp):
            return 0
        return int(fpu.uareas.pcb(self.lwp.uarea)[n])

    def set_fregister(self, n: int, value: int) -> None:
        registers = [self.fregister(i) for i in range(33)]
        registers[n] = value
        self.kernel.fpu.load(self.lwp, tuple(registers))
