"""A hart whose registers are read and written where Unicorn has them."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Any

from emu.machine import sv39
from emu.machine.clock import ADDRESS, SIZE, USED, Clock
from emu.machine.hart import ECALL_U, FETCH_FAULT, LOAD_FAULT, PC, SR_FS, SR_FS_DIRTY, SR_FS_INITIAL, Hart, TrapFrame
from emu.machine.ram import Ram
from emu.machine.uc import (
    ALL_ONES,
    MACHINE,
    REG_F0,
    REG_FCSR,
    REG_MSTATUS,
    REG_PC,
    REG_PRIV,
    REG_SATP,
    REG_X1,
    TLB_FLUSH_CALL,
    USER,
    MachineError,
    TrapHook,
)

# Words of Unicorn's CPU structure, checked at start by InPlaceHart (the reservation by a test).
CPU_PC, CPU_RESERVED, CPU_BADADDR, CPU_PRIV = 64, 65, 68, 74


class InPlaceHart(Hart):
    """Registers move as one slice copy between the trap frame and Unicorn's own CPU structure."""

    def __init__(self, lib: Any, ram: Ram, clock: Clock) -> None:
        """Raises MachineError where the structure cannot be found or is not laid out as expected."""
        super().__init__(lib, ram, clock)
        self._cpu = cpu = self._find_cpu()
        self._gpr = cpu[1:32]
        self._satp = self._find(REG_SATP, sv39.SATP_SV39 | 1)
        self._mstatus_at = self._find(REG_MSTATUS, self._mstatus | SR_FS_INITIAL)
        self._write(REG_PRIV, USER)
        self._add_hooks()

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
                if pointer & 7 or not 0x10000 <= pointer < 1 << 47:
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
        words = (ctypes.c_uint64 * 128).from_address(found.pop())
        cpu = memoryview(words).cast("B").cast("Q")
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

    def _trap_callback(self) -> Any:
        """As `_trap`, with the two common cases written out over local names: what a trap costs is what a
        system call costs."""
        cpu, gpr, clock = self._cpu, self._gpr, self.clock.words
        slow, control, uc, flush_call = self._trap, self._lib.uc_ctl, self._uc, TLB_FLUSH_CALL

        def trap(handle: int, cause: int, data: int) -> None:
            try:
                if cause == ECALL_U:
                    frame = self.frame
                    frame.gpr[:] = gpr
                    frame.words[PC] = cpu[CPU_PC] - 4
                    self.on_syscall()
                    if self._stopping:
                        self._lib.uc_emu_stop(self._uc)
                        return
                    if self._stale:
                        self._stale = False
                        control(uc, flush_call)
                    frame = self.frame
                    gpr[:] = frame.gpr
                    cpu[CPU_PC] = frame.words[PC]
                elif cause >= LOAD_FAULT:  # or STORE_FAULT; there is nothing else that high
                    cpu[CPU_PC] = pc = cpu[CPU_PC] - 4
                    clock[USED] -= clock[ADDRESS] + clock[SIZE] - pc  # as Clock.retract
                    tval = cpu[CPU_BADADDR]
                    if self.on_fault(cause, tval):
                        if self._stale:
                            self._flush()
                    else:
                        self._save(pc)
                        self._enter_kernel(cause, tval)
                elif cause == FETCH_FAULT and cpu[CPU_BADADDR] >> 12 >= (pc := cpu[CPU_PC] - 4) >> 12 >= 0:
                    cpu[CPU_PC] = pc
                    tval = cpu[CPU_BADADDR]
                    if not self.on_fault(cause, tval):
                        self._save(pc)
                        self._enter_kernel(cause, tval)
                    elif self._stale:
                        self._flush()
                else:
                    slow(handle, cause, data)
            except BaseException as failure:
                self._failure = failure
                self._lib.uc_emu_stop(self._uc)

        return TrapHook(trap)

    def _pc(self) -> int:
        return self._cpu[CPU_PC]

    def _save(self, pc: int) -> None:
        frame = self.frame
        frame.gpr[:] = self._gpr
        frame.words[PC] = pc

    def _resume(self, pc: int) -> None:
        if self._stale:
            self._flush()
        self._cpu[CPU_PC] = pc

    def _load(self) -> None:
        if self._stale:
            self._flush()
        frame = self.frame
        self._gpr[:] = frame.gpr
        self._cpu[CPU_PC] = frame.words[PC]

    def _badaddr(self) -> int:
        return self._cpu[CPU_BADADDR]

    def enter(self, frame: TrapFrame, root: int) -> None:
        self.frame = frame
        cpu = self._cpu
        cpu[CPU_RESERVED] = ALL_ONES
        if root != self._root:
            self._root = root
            cpu[self._satp] = sv39.SATP_SV39 | root
            self._stale = True

    def fpu_written(self) -> bool:
        return self._cpu[self._mstatus_at] & SR_FS == SR_FS_DIRTY

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
