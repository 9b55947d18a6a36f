"""What uarea is measured against: bare Unicorn, and the host's own kernel. Times are seconds per round."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from pathlib import Path

from unicorn import UC_ARCH_RISCV, UC_HOOK_INTR, UC_MODE_RISCV64, Uc
from unicorn.riscv_const import UC_RISCV_REG_A0, UC_RISCV_REG_A1

BASE = 0x10000
ECALL, NOP = 0x73, 0x13
XORSHIFT = (
    0x00D59613, 0x00C5C5B3, 0x0075D613, 0x00C5C5B3, 0x01159613, 0x00C5C5B3,
)  # fmt: skip  slli a2,a1,13; xor a1,a1,a2; srli a2,a1,7; xor a1,a1,a2; slli a2,a1,17; xor a1,a1,a2


def _loop(*body: int) -> bytes:
    """A loop over `body` that counts a0 down to 0."""
    offset = -4 * (len(body) + 1)
    imm = offset & 0x1FFF
    branch = 0x63 | imm >> 12 << 31 | (imm >> 5 & 0x3F) << 25 | 10 << 15 | 1 << 12
    branch |= (imm >> 1 & 15) << 8 | (imm >> 11 & 1) << 7
    code = (*body, 0xFFF50513, branch, NOP)  # addi a0,a0,-1; bne a0,zero,body
    return struct.pack(f"<{len(code)}I", *code)


def _run(code: bytes, rounds: int, hook: bool) -> float:
    uc = Uc(UC_ARCH_RISCV, UC_MODE_RISCV64)
    uc.mem_map(BASE, 0x1000)
    uc.mem_write(BASE, code)
    if hook:
        uc.hook_add(UC_HOOK_INTR, lambda _uc, _cause, _data: None)
    uc.reg_write(UC_RISCV_REG_A0, rounds)
    uc.reg_write(UC_RISCV_REG_A1, 88172645463325252)
    start = time.perf_counter()
    uc.emu_start(BASE, BASE + len(code) - 4)
    return (time.perf_counter() - start) / rounds


def bare_compute(steps: int, rounds: int = 40_000_000) -> float:
    """One xorshift step, of `steps` per loop, on Unicorn with nothing around it."""
    return _run(_loop(*XORSHIFT * steps), rounds // steps, hook=False) / steps


def bare_hook(rounds: int = 100_000) -> float:
    """An `ecall` to an empty callback through Unicorn's Python binding."""
    return _run(_loop(ECALL), rounds, hook=True)


class Host:
    """The host's kernel doing the same work, in C."""

    def __init__(self, directory: Path) -> None:
        source = Path(__file__).parent / "host" / "peer.c"
        self._program = directory / "host"
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is not None:
            command = [compiler]
        else:
            from toolchain.locate import zig_executable

            zig = zig_executable()
            if zig is None:
                raise SystemExit("bench: a C compiler for the host is needed: cc, gcc, clang or ziglang")
            command = [zig, "cc"]
        subprocess.run([*command, "-O2", "-o", str(self._program), str(source)], check=True)

    def __call__(self, work: str, rounds: int, mib: int) -> float:
        out = subprocess.run([self._program, work, str(rounds), str(mib)], check=True, capture_output=True, text=True)
        return float(out.stdout) / 1e9
