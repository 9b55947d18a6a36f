"""Unicorn, driven through ctypes: its numbers, and its library.

Its Python binding costs several times as much per call, and as much again at start-up.
"""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec

# Unicorn's numbers (unicorn/unicorn.h, unicorn/riscv.h, 2.1).
UC_ARCH_RISCV, UC_MODE_RISCV64 = 8, 8
UC_HOOK_INTR, UC_HOOK_BLOCK, UC_HOOK_INSN_INVALID = 1, 8, 16384
REG_X1, REG_F0, REG_PC, REG_PRIV = 2, 158, 190, 191
REG_FCSR, REG_MSTATUS, REG_SATP = 43, 116, 146
CTL_WRITE = 1 << 30
CTL_TLB_FLUSH = 11 | CTL_WRITE
TLB_FLUSH_CALL = ctypes.c_int(CTL_TLB_FLUSH)
CTL_TB_FLUSH = 10 | CTL_WRITE
CTL_TB_REMOVE = 9 | 2 << 26 | CTL_WRITE
PROT_ALL = 7
MACHINE, USER = 3, 0
NO_STOP_ADDRESS = (1 << 64) - 2
ALL_ONES = (1 << 64) - 1

TrapHook = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
InvalidHook = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)


class MachineError(Exception):
    """The emulator itself failed: Unicorn is missing, too old, or returned an error."""


def load_library() -> ctypes.CDLL:
    spec = find_spec("unicorn")
    if spec is None or not spec.submodule_search_locations:
        raise MachineError("the unicorn package is not installed")
    directory = os.path.join(next(iter(spec.submodule_search_locations)), "lib")
    for name in ("libunicorn.so.2", "libunicorn.2.dylib", "libunicorn.so", "unicorn.dll"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            library = ctypes.PyDLL(path)
            library.uc_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int]  # what follows is passed as variadic
            return library
    raise MachineError(f"no Unicorn library in {directory}")
