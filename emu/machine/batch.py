"""A hart whose registers move in batches: works with any Unicorn 2."""

from __future__ import annotations

import ctypes
from typing import Any

from emu.machine import sv39
from emu.machine.clock import Clock
from emu.machine.hart import PC, SR_FS, SR_FS_DIRTY, Hart, TrapFrame
from emu.machine.ram import Ram
from emu.machine.uc import ALL_ONES, MACHINE, REG_MSTATUS, REG_PC, REG_PRIV, REG_SATP, REG_X1, USER, TrapHook

# Words of a saved context that hold the reserved address and the fault address in Unicorn 2.1.4.
RESERVED_IN_CONTEXT, BADADDR_IN_CONTEXT = 70, 73


class BatchHart(Hart):
    """Registers move in one call each way, straight between Unicorn and the trap frame in RAM."""

    def __init__(self, lib: Any, ram: Ram, clock: Clock) -> None:
        super().__init__(lib, ram, clock)
        self.enter = self._enter
        self.fpu_written = self._fpu_written
        self._frame: TrapFrame
        self._root = 0  # page frame number of the root table in satp
        self._stale = False  # a translation was downgraded since the last flush
        self._ids = (ctypes.c_int * 32)(*range(REG_X1, REG_X1 + 31), REG_PC)
        self._asid = 0
        self._context = ctypes.c_void_p()
        self._check(lib.uc_context_alloc(self._uc, ctypes.byref(self._context)))
        self._write(REG_PRIV, USER)
        self._add_hooks()

    def _trap_hook(self) -> tuple[ctypes.c_void_p, int | None]:
        self._keep_hook = TrapHook(lambda _uc, cause, _data: self._trap(cause))
        return ctypes.cast(self._keep_hook, ctypes.c_void_p), None

    def _served(self) -> None:
        pass  # they are looked up at every trap

    def _pointers(self, frame: TrapFrame) -> Any:
        if frame.batch is None:
            frame.batch = (ctypes.c_void_p * 32)(*(frame.host + 8 * i for i in range(32)))
        return frame.batch

    def _invalid(self, uc: int, data: int) -> bool:
        self._restarting = True  # Unicorn returns an error when the pc is written in this callback
        return super()._invalid(uc, data)

    def _pc(self) -> int:
        return self._read(REG_PC)

    def _save(self, pc: int) -> None:
        self._check(self._lib.uc_reg_read_batch(self._uc, self._ids, self._pointers(self.frame), 32))
        self.frame.words[PC] = pc

    def _resume(self, pc: int) -> None:
        if self._stale:
            self._flush()
        self._write(REG_PC, pc)

    def _load(self) -> None:
        if self._stale:
            self._flush()
        self._check(self._lib.uc_reg_write_batch(self._uc, self._ids, self._pointers(self.frame), 32))

    def _badaddr(self) -> int:
        self._check(self._lib.uc_context_save(self._uc, self._context))
        return ctypes.c_uint64.from_address((self._context.value or 0) + 8 * BADADDR_IN_CONTEXT).value

    @property
    def frame(self) -> TrapFrame:
        return self._frame

    def _enter(self, frame: TrapFrame, root: int, _lwp: object) -> None:
        self._frame = frame
        self._forget_reservation()
        if root != self._root:
            self._root = root
            self._switch(root)

    def downgraded(self) -> None:
        self._stale = True

    def _flush(self) -> None:
        self._stale = False
        super()._flush()

    def _forget_reservation(self) -> None:
        """Make the next store-conditional fail, unless a load-reserved comes first."""
        self._check(self._lib.uc_context_save(self._uc, self._context))
        word = ctypes.c_uint64.from_address((self._context.value or 0) + 8 * RESERVED_IN_CONTEXT)
        if word.value != ALL_ONES:
            word.value = ALL_ONES
            self._check(self._lib.uc_context_restore(self._uc, self._context))

    def _switch(self, root: int) -> None:
        """Point satp at another root table and drop all translations."""
        self._asid ^= 1  # Unicorn flushes on a satp write only if the address-space id changes
        self._privileged_write(REG_SATP, sv39.SATP_SV39 | self._asid << 44 | root)
        self._stale = False

    def _fpu_written(self) -> bool:
        return self._status() & SR_FS == SR_FS_DIRTY

    def _status(self) -> int:
        self._write(REG_PRIV, MACHINE)
        status = self._read(REG_MSTATUS)
        self._write(REG_PRIV, USER)
        return status

    def _set_status(self, fs: int) -> None:
        self._privileged_write(REG_MSTATUS, self._mstatus | fs)
