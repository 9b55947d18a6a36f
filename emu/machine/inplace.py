"""A hart whose registers are read and written where Unicorn has them."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from typing import Any

from emu.machine import sv39
from emu.machine.clock import Clock
from emu.machine.hart import PC, SR_FS_DIRTY, SR_FS_INITIAL, Hart, TrapFrame
from emu.machine.ram import Ram
from emu.machine.uc import (
    CTL_TLB_FLUSH,
    MACHINE,
    REG_F0,
    REG_FCSR,
    REG_MSTATUS,
    REG_PC,
    REG_PRIV,
    REG_SATP,
    REG_X1,
    USER,
    MachineError,
)

# Words of Unicorn's CPU structure, checked at start by InPlaceHart (that of trap.c's for the reservation by a test).
CPU_PC, CPU_BADADDR, CPU_PRIV = 64, 68, 74

# Words of the structure that trap.c calls hart.
_CPU, _FRAME, _STALE, _FLUSH, _CLOCK, _CONTROL, _ON_SYSCALL, _ON_FAULT, _ON_TRAP, _OTHER = range(10)
_SATP, _MSTATUS, _HOST, _CALLS, _, _WORDS = range(10, 16)

_HOST_ATTRIBUTE = "host"


class InPlaceHart(Hart):
    """Registers move as one slice copy between the trap frame and Unicorn's own CPU structure."""

    def __init__(self, lib: Any, ram: Ram, clock: Clock) -> None:
        """Raises MachineError where the structure cannot be found or is not laid out as expected, or trap.c
        could not be built."""
        if clock.library is None:
            raise MachineError("the native part of the machine is missing")
        self._struct = (ctypes.c_uint64 * _WORDS)()
        self._words = memoryview(self._struct).cast("B").cast("Q")
        self._handlers: dict[int, Callable[..., object]] = {}
        super().__init__(lib, ram, clock)
        self._cpu = cpu = self._find_cpu()
        self._gpr = cpu[1:32]
        self._words[_SATP] = self._words[_CPU] + 8 * self._find(REG_SATP, sv39.SATP_SV39 | 1)
        self._mstatus_at = self._find(REG_MSTATUS, self._mstatus | SR_FS_INITIAL)
        self._words[_MSTATUS] = self._words[_CPU] + 8 * self._mstatus_at
        self._words[_HOST] = id(_HOST_ATTRIBUTE)
        make: Any = clock.library.uarea_hart
        make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_int]
        self.enter = make(ctypes.addressof(self._struct), 0)
        self.fpu_written = make(ctypes.addressof(self._struct), 1)
        self._write(REG_PRIV, USER)
        self._add_hooks()
        self._served()

    def _find_cpu(self) -> memoryview:
        """Search what Unicorn's handle points to for the block that holds known values of x1..x31."""
        values = [0x5EED << 48 | n * 0x0101_0101_0101 for n in range(1, 32)]
        for n, value in enumerate(values):
            self._write(REG_X1 + n, value)
        pattern = struct.pack("<31Q", *values)
        found = set()
        # Reading through the kernel's view of this process gives an error, not a crash, for a bad pointer.
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            handle = os.pread(memory.fileno(), 4096, self._uc.value or 0)
            for (pointer,) in struct.iter_unpack("<Q", handle):
                if pointer & 7 or not 0x10000 <= pointer < 1 << 63:
                    continue
                try:
                    block = os.pread(memory.fileno(), 1 << 16, pointer)
                except OSError:
                    continue
                at = block.find(pattern)
                if at >= 0:
                    found.add(pointer + at - 8)
        if len(found) != 1:
            raise MachineError("the CPU structure was not found")
        self._words[_CPU] = at = found.pop()
        cpu = memoryview((ctypes.c_uint64 * 128).from_address(at)).cast("B").cast("Q")
        for register, word in ((REG_X1 + 30, 31), (REG_F0, 32), (REG_F0 + 31, 63), (REG_PC, CPU_PC)):
            self._write(register, 0x1234_5678_9ABC)
            if cpu[word] != 0x1234_5678_9ABC:
                raise MachineError("the CPU structure is laid out differently")
        for n in range(1, 32):
            cpu[n] = 0
            self._write(REG_F0 + n, 0)
        self._write(REG_F0, 0)
        self._write(REG_PRIV, MACHINE)
        if cpu[CPU_PRIV] != MACHINE:
            raise MachineError("the privilege level is not where it was expected")
        return cpu

    def _find(self, register: int, value: int) -> int:
        """The one word that changes when a CSR is written."""
        self._write(register, 0)
        before = bytes(self._cpu)
        self._write(register, value)
        after = bytes(self._cpu)
        changed = [i for i in range(128) if before[8 * i : 8 * i + 8] != after[8 * i : 8 * i + 8]]
        if len(changed) != 1:
            raise MachineError(f"register {register} was not found in the CPU structure")
        return changed[0]

    def _trap_hook(self) -> tuple[ctypes.c_void_p, int | None]:
        """trap.c's, which comes to `_trap` for what is rare."""
        assert self.clock.library is not None
        words = self._words
        words[_FLUSH] = CTL_TLB_FLUSH
        words[_CLOCK] = self.clock.data
        words[_CONTROL] = ctypes.cast(self._lib.uc_ctl, ctypes.c_void_p).value or 0
        self._handler(_OTHER, self._trap)
        return ctypes.cast(self.clock.library.uarea_trap, ctypes.c_void_p), ctypes.addressof(self._struct)

    def _handler(self, word: int, function: Callable[..., object]) -> None:
        """Have trap.c call this one."""
        self._handlers[word] = function  # keeps it alive
        self._words[word] = id(function)

    def _served(self) -> None:
        self._words[_CALLS] = self.calls.address if self.calls is not None else 0
        self._handler(_ON_SYSCALL, self.on_syscall)
        self._handler(_ON_FAULT, self.on_fault)
        self._handler(_ON_TRAP, self.on_trap)

    def _pc(self) -> int:
        return self._cpu[CPU_PC]

    def _save(self, pc: int) -> None:
        frame = self.frame
        frame.gpr[:] = self._gpr
        frame.words[PC] = pc

    def _resume(self, pc: int) -> None:
        if self._words[_STALE]:
            self._flush()
        self._cpu[CPU_PC] = pc

    def _load(self) -> None:
        if self._words[_STALE]:
            self._flush()
        frame = self.frame
        self._gpr[:] = frame.gpr
        self._cpu[CPU_PC] = frame.words[PC]

    def _badaddr(self) -> int:
        return self._cpu[CPU_BADADDR]

    def downgraded(self) -> None:
        self._words[_STALE] = 1

    def _flush(self) -> None:
        self._words[_STALE] = 0
        super()._flush()

    @property
    def frame(self) -> TrapFrame:
        return TrapFrame(self.ram, self._words[_FRAME] - self.ram.address)

    def _status(self) -> int:
        return self._cpu[self._mstatus_at]

    def _set_status(self, fs: int) -> None:
        self._cpu[self._mstatus_at] = self._mstatus | fs

    def read_fpu(self, words: memoryview) -> None:
        words[:32] = self._cpu[32:64]
        words[32] = self._read(REG_FCSR)

    def write_fpu(self, words: memoryview) -> None:
        self._cpu[32:64] = words[:32]
        self._write(REG_FCSR, words[32])
        self._set_status(SR_FS_DIRTY)
