"""The CPU: one RV64GC hart in Unicorn, always in U-mode; the kernel is its S-mode, in Python.

A trap stops the guest inside a Unicorn callback. The registers go into the trap frame of the current U-area
in emulated RAM, the kernel's handler runs, and on the way out the registers come from the trap frame that
the kernel then points to, which may be another LWP's.

Unicorn is driven through ctypes: its Python binding costs several times as much per call, and as much again
at start-up. There are two ways to move registers, behind the same methods:

- in place (`InPlaceHart`): read and write Unicorn's own CPU structure. Its layout is private, so where each
  field lies is found out at start by writing known values, and checked;
- in batches (`BatchHart`): one `uc_reg_read_batch` straight into the trap frame, one `uc_reg_write_batch`
  back. Works with any Unicorn 2; `UAREA_HART=batch` forces it.

Physical memory is where `Ram` put it, page tables are walked by Unicorn out of that memory. Its own memory
protection is not used.
"""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from emu.machine.calls import Calls
from emu.machine.clock import EXPIRED, Clock
from emu.machine.ram import Ram
from emu.machine.uc import (
    ALL_ONES,
    CTL_TB_REMOVE,
    MACHINE,
    NO_STOP_ADDRESS,
    PROT_ALL,
    REG_F0,
    REG_FCSR,
    REG_MSTATUS,
    REG_PRIV,
    TLB_FLUSH_CALL,
    UC_ARCH_RISCV,
    UC_HOOK_BLOCK,
    UC_HOOK_INSN_INVALID,
    UC_HOOK_INTR,
    UC_MODE_RISCV64,
    USER,
    InvalidHook,
    MachineError,
)

# Trap causes (RISC-V privileged architecture, table of scause).
ILLEGAL_INSTRUCTION, BREAKPOINT, MISALIGNED_LOAD, ACCESS_LOAD = 2, 3, 4, 5
MISALIGNED_STORE, ACCESS_STORE, ECALL_U = 6, 7, 8
FETCH_FAULT, LOAD_FAULT, STORE_FAULT = 12, 13, 15
TIMER_INTERRUPT = 1 << 63 | 5
PAGE_FAULTS = (LOAD_FAULT, STORE_FAULT, FETCH_FAULT)

# Words of a trap frame: x1..x31, then these (spec A.3).
RA, SP, GP, TP = 0, 1, 2, 3
A0, A1, T6 = 9, 10, 30
PC, TVAL, CAUSE, SR = 31, 32, 33, 34
FRAME_WORDS = 36
FRAME_SIZE = 8 * FRAME_WORDS

_NO_FPU_STATE = memoryview(bytes(8 * 33)).cast("Q")

# mstatus.FS, the state of the floating-point unit: "dirty" is set by whatever writes one of its registers.
SR_FS = SR_FS_DIRTY = 3 << 13
SR_FS_INITIAL = 1 << 13


class TrapFrame:
    """The 288 bytes at the top of a U-area. `words` are all of it, `gpr` x1..x31, both in place."""

    __slots__ = ("address", "batch", "gpr", "host", "words")

    def __init__(self, ram: Ram, address: int) -> None:
        self.address = address
        self.host = ram.address + address  # where the host has it
        start = address >> 3
        self.words = ram.words[start : start + FRAME_WORDS]
        self.gpr = self.words[:31]
        self.batch: Any = None  # pointers for batch transfers, made on first use


class Hart(ABC):
    """What both ways of moving registers share. Use `make_hart`.

    `enter(frame, root, lwp)`: continue with this trap frame in the address space whose root table is frame number
    `root`. A reservation made by a load-reserved is void: whoever runs next must not store by it. (Unicorn's
    store-conditional looks at nothing but the address and the value that the last load-reserved saw.) `lwp` is what
    the handlers of `calls` get; it must live as long as they may be called.

    `fpu_written()`: whether any of the FPU's registers was written since the last `fpu_reset`.
    """

    enter: Callable[[TrapFrame, int, object], None]
    fpu_written: Callable[[], bool]

    def __init__(self, lib: Any, ram: Ram, clock: Clock) -> None:
        self._lib = lib
        self.ram = ram
        self.clock = clock
        self.on_syscall: Callable[[], None] = lambda: self.on_trap(ECALL_U, 0)
        self.calls: Calls | None = None
        self.on_fault: Callable[[int, int], bool] = lambda cause, tval: False
        self.on_trap: Callable[[int, int], None] = self._no_kernel
        self._stopping = False
        self._restarting = False  # Unicorn is about to return although nothing is wrong
        self._failure: BaseException | None = None
        self._uc = ctypes.c_void_p()
        self._check(lib.uc_open(UC_ARCH_RISCV, UC_MODE_RISCV64, ctypes.byref(self._uc)))
        lib.uc_mem_map_ptr.argtypes = [
            ctypes.c_void_p, ctypes.c_uint64, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p,
        ]  # fmt: skip
        self._check(lib.uc_mem_map_ptr(self._uc, 0, ram.size, PROT_ALL, ram.address))
        lib.uc_emu_start.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64,
                                     ctypes.c_size_t]  # fmt: skip
        self._disable_counters()
        self._write(REG_MSTATUS, SR_FS_INITIAL)
        self._mstatus = self._read(REG_MSTATUS) & ~SR_FS
        clock.set_stop(ctypes.cast(lib.uc_emu_stop, ctypes.c_void_p).value or 0)

    def _add_hooks(self) -> None:
        self._invalid_hook = InvalidHook(self._invalid)
        self._add_hook(UC_HOOK_INTR, *self._trap_hook())
        self._add_hook(UC_HOOK_INSN_INVALID, ctypes.cast(self._invalid_hook, ctypes.c_void_p), None)
        self.block_hook = self._add_hook(UC_HOOK_BLOCK, self.clock.callback, self.clock.data)

    # -- plumbing ----------------------------------------------------------------------------------

    def _check(self, error: int) -> None:
        if error:
            raise MachineError(f"Unicorn error {error}")

    def _add_hook(self, kind: int, callback: ctypes.c_void_p, data: int | None) -> int:
        handle = ctypes.c_size_t()
        begin, end = ctypes.c_uint64(1), ctypes.c_uint64(0)  # begin > end: everywhere
        self._check(
            self._lib.uc_hook_add(self._uc, ctypes.byref(handle), kind, callback, ctypes.c_void_p(data), begin, end)
        )
        return handle.value

    def _disable_counters(self) -> None:
        """Make rdcycle, rdtime and rdinstret trap as illegal, to be answered from virtual time.

        Unicorn would answer them from the host's clock. It ignores mcounteren for the privileged architecture
        it implements, so the CSRs are taken out of its table, which its library exports.
        """
        for csr in (0xC00, 0xC01, 0xC02):
            self._lib.riscv_set_csr_ops_riscv64(csr, ctypes.byref((ctypes.c_void_p * 4)()))

    def _read(self, register: int) -> int:
        value = ctypes.c_uint64()
        self._check(self._lib.uc_reg_read(self._uc, register, ctypes.byref(value)))
        return value.value

    def _write(self, register: int, value: int) -> None:
        self._check(self._lib.uc_reg_write(self._uc, register, ctypes.byref(ctypes.c_uint64(value))))

    def _privileged_write(self, register: int, value: int) -> None:
        """Write a CSR; Unicorn ignores that silently while the privilege level is below the CSR's."""
        self._write(REG_PRIV, MACHINE)
        self._write(register, value)
        self._write(REG_PRIV, USER)

    def _no_kernel(self, cause: int, tval: int) -> None:
        raise MachineError(f"trap {cause} at {tval:#x} without a kernel")

    # -- running -----------------------------------------------------------------------------------

    def run(self) -> None:
        """Run from `frame` until `stop()`. Re-raises what the kernel's handler raised.

        Traps are handled inside; when the clock's limit is hit, the handler is called with TIMER_INTERRUPT.
        """
        self._stopping = False
        expired = self.clock.words
        while not self._stopping:
            self._load()
            error = self._lib.uc_emu_start(self._uc, self.frame.words[PC], NO_STOP_ADDRESS, 0, 0)
            self._raise_failure()
            if expired[EXPIRED]:
                self._save(self._pc())
                expired[EXPIRED] = 0
                self.clock.trap()
                self.on_trap(TIMER_INTERRUPT, 0)
            elif not self._stopping and not self._restarting:
                self._check(error or 1)
            self._restarting = False

    def _raise_failure(self) -> None:
        """Raise here what a callback could not let escape."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def stop(self) -> None:
        """Make `run` return once the handler that calls this is done."""
        self._stopping = True
        self._lib.uc_emu_stop(self._uc)

    def _trap(self, cause: int) -> None:
        """What happens on every exception. Nothing may escape this: ctypes would drop it and run on."""
        try:
            self.clock.trap()
            if cause in PAGE_FAULTS:
                # Unicorn has stepped over the instruction, by 4 whatever its length. A jump may go to the last
                # bytes of the address space, too.
                self._page_fault(cause, self._pc() - 4 & ALL_ONES)
            elif cause == ECALL_U:
                self._save(self._pc() - 4)
                self.on_syscall()
                self._load()
            else:
                pc = self._pc()
                if cause != BREAKPOINT:
                    pc -= 4
                self.clock.retract(pc)
                self._save(pc)
                self._enter_kernel(cause, 0 if cause in (ILLEGAL_INSTRUCTION, BREAKPOINT) else self._badaddr())
        except BaseException as failure:
            self._failure = failure
            self._lib.uc_emu_stop(self._uc)

    def _page_fault(self, cause: int, pc: int) -> None:
        tval = self._badaddr()
        if cause != FETCH_FAULT:  # a block that could not be fetched was not counted
            self.clock.retract(pc)
        elif tval >> 12 == (pc >> 12) - 1:
            # No code runs into the page before its own. Unicorn looks there for the last byte of a block that
            # has none, because its first instruction is illegal and begins a page.
            self._save(pc)
            self._enter_kernel(ILLEGAL_INSTRUCTION, 0)
            return
        if self.on_fault(cause, tval):
            self._resume(pc)
        else:
            self._save(pc)
            self._enter_kernel(cause, tval)

    def _enter_kernel(self, cause: int, tval: int) -> None:
        """Registers are in the trap frame: let the kernel handle the trap, and load what it wants to run next."""
        self.on_trap(cause, tval)
        self._load()

    def _invalid(self, _uc: int, _data: int) -> bool:
        """`ebreak` comes this way instead of the trap hook's."""
        self._trap(BREAKPOINT)
        return True

    # -- what the kernel tells the hart ------------------------------------------------------------

    def serve(
        self,
        on_syscall: Callable[[], None] | None = None,
        on_fault: Callable[[int, int], bool] | None = None,
        on_trap: Callable[[int, int], None] | None = None,
        calls: Calls | None = None,
    ) -> None:
        """Name the kernel's handlers, which are called with the cause and the faulting address; None stays as it is.

        System calls that `calls` has need not come to the `on_syscall` that is named with it.
        `on_fault` comes first for page faults, before registers are saved; True means the LWP can simply go on.
        """
        if on_syscall is not None:
            self.on_syscall, self.calls = on_syscall, calls
        self.on_fault = on_fault or self.on_fault
        self.on_trap = on_trap or self.on_trap
        self._served()

    @abstractmethod
    def downgraded(self) -> None:
        """Some PTE lost a permission or its page, or a whole space is gone, whose root table's frame may come back as
        another's: translations must be dropped before user code runs on."""

    def forget_code(self, pfn: int) -> None:
        """The frame's contents are changing: drop code translated from it."""
        start = pfn << 12
        self._write(REG_PRIV, MACHINE)  # makes the addresses physical
        self._check(
            self._lib.uc_ctl(self._uc, CTL_TB_REMOVE, ctypes.c_uint64(start), ctypes.c_uint64(start + 4096))
        )
        self._write(REG_PRIV, USER)

    # The floating-point unit is always on. Off, it would trap for most instructions, but Unicorn executes
    # compressed loads and stores of its registers as if they were no-ops.

    def read_fpu(self, words: memoryview) -> None:
        """Store f0..f31 and fcsr into 33 words."""
        for i in range(32):
            words[i] = self._read(REG_F0 + i)
        words[32] = self._read(REG_FCSR)

    def write_fpu(self, words: memoryview) -> None:
        """Load f0..f31 and fcsr from 33 words. That counts as written; `fpu_reset` is for a clean start."""
        for i in range(32):
            self._write(REG_F0 + i, words[i])
        self._write(REG_FCSR, words[32])
        self._set_status(SR_FS_DIRTY)

    def fpu_reset(self) -> None:
        """All registers of the FPU become 0, and count as not written."""
        self.write_fpu(_NO_FPU_STATE)
        self._set_status(SR_FS_INITIAL)

    # -- what the two kinds do differently ---------------------------------------------------------

    @property
    @abstractmethod
    def frame(self) -> TrapFrame:
        """Where registers are saved on a trap and loaded from afterwards."""

    @abstractmethod
    def _trap_hook(self) -> tuple[ctypes.c_void_p, int | None]:
        """What Unicorn is to call on an exception, and with which user data."""

    @abstractmethod
    def _served(self) -> None:
        """The kernel's handlers are others now."""

    @abstractmethod
    def _pc(self) -> int:
        """The pc as Unicorn has it."""

    @abstractmethod
    def _save(self, pc: int) -> None:
        """Registers into the trap frame, with this pc."""

    @abstractmethod
    def _resume(self, pc: int) -> None:
        """Go on at `pc` with the registers that are there: a fault was served and nothing else happened."""

    @abstractmethod
    def _load(self) -> None:
        """Registers from the trap frame; flush stale translations first."""

    @abstractmethod
    def _badaddr(self) -> int:
        """The address that faulted last."""

    @abstractmethod
    def _status(self) -> int:
        """mstatus."""

    @abstractmethod
    def _set_status(self, fs: int) -> None:
        """Set mstatus.FS."""

    def _flush(self) -> None:
        """Drop all translations."""
        self._lib.uc_ctl(self._uc, TLB_FLUSH_CALL)
