"""The compilers that can make programs for the machine, and the flags that make them NetBSD compilers.

Three are known: zig (the clang inside the ziglang package: the default, and the one that builds the C
library), gcc and clang as the host has them. All three compile against the NetBSD 11 headers that ziglang
ships, and everything is linked by ziglang's lld, so that a program's layout does not depend on the host.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.errors import NO_COMPILER, ToolchainError
from toolchain.locate import ROOT, identity, on_path, zig_executable

NAMES = ("zig", "gcc", "clang")
TRIPLE = "riscv64-unknown-netbsd11.0"
# Headers that programs may expect and NetBSD's lack, if there are any.
OWN_HEADERS = os.path.join(ROOT, "userland", "include")

_GCC_COMMANDS = ("riscv64-linux-gnu-gcc", "riscv64-unknown-linux-gnu-gcc", "riscv64-unknown-elf-gcc")
_PREDEFINES = ("-imacros", str(Path(__file__).with_name("netbsd_predefines.h")))

# The machine is rv64gc with 64-bit floats in registers. `medany` reaches the whole of a small program
# wherever it is linked. Unwind tables would be loaded with every program and nothing reads them there;
# without them the same information goes to .debug_frame, for the debugger.
_TARGET_FLAGS = (
    "-march=rv64gc",
    "-mabi=lp64d",
    "-mcmodel=medany",
    "-fno-pie",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
)
# _REENTRANT: the C library keeps errno and locks for threads, so <stdio.h> must not hand out its macros
# that reach into a FILE. zig cc defines it too.
_DEFINES = ("-D_REENTRANT", "-D__NetBSD_Version__=1100000000")

# Not every flag here concerns every kind of input, and the user did not write them.
_CLANG_FLAGS = (f"--target={TRIPLE}", "-Wno-unused-command-line-argument")


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler driver, ready to be given source files."""

    name: str
    command: tuple[str, ...]
    headers: tuple[str, ...]
    identity: str

    def compile_command(self, flags: Sequence[str], *, assembly: bool = False) -> list[str]:
        """The command line up to the input files.

        Later flags win, so the caller's come after ours; but directories are searched in order, so the
        system's headers come after the caller's.
        """
        standard = [] if assembly else ["-std=gnu17"]
        search = [] if "-nostdinc" in flags else [f for name in self.headers for f in ("-isystem", name)]
        return [*self.command, *standard, *flags, *search]


def find_compiler(name: str = "zig") -> Compiler:
    """Look a compiler up by the name that --cc takes. Raises ToolchainError."""
    if name not in NAMES:
        raise ToolchainError(f"--cc {name}: unknown compiler (known: {', '.join(NAMES)})")
    zig = require_zig()
    prefix: tuple[str, ...]
    if name == "zig":
        driver, prefix = zig, (zig, "clang", *_CLANG_FLAGS)
        builtin = os.path.join(os.path.dirname(zig), "lib", "include")
    elif name == "clang":
        driver = _require("clang", ("clang",))
        prefix = (driver, *_CLANG_FLAGS, *_PREDEFINES)
        builtin = os.path.join(_ask(driver, "-print-resource-dir"), "include")
    else:
        driver = _require("gcc", _GCC_COMMANDS)
        prefix = (driver, *_PREDEFINES)
        builtin = _ask(driver, "-print-file-name=include")
    command = (*prefix, *_TARGET_FLAGS, *_DEFINES, "-nostdinc")
    return Compiler(name, command, (builtin, *netbsd_headers(zig)), f"{identity(driver)} {identity(zig)}")


def netbsd_headers(zig: str) -> list[str]:
    """The directories of NetBSD 11's headers for riscv64, in search order."""
    include = os.path.join(os.path.dirname(zig), "lib", "libc", "include")
    found = [os.path.join(include, "riscv64-netbsd-none"), os.path.join(include, "generic-netbsd")]
    if not all(os.path.isdir(directory) for directory in found):
        raise ToolchainError(f"{zig}: this zig has no headers for NetBSD on riscv64")
    return [*found, OWN_HEADERS] if os.path.isdir(OWN_HEADERS) else found


def require_zig() -> str:
    """The path of zig. Raises ToolchainError if the ziglang package is not installed."""
    zig = zig_executable()
    if zig is None:
        raise ToolchainError(NO_COMPILER)
    return zig


def run(command: Sequence[str], *, capture: bool = False, cwd: Path | None = None) -> tuple[int, str]:
    """Run a tool; give its exit status and, if captured, everything that it printed.

    Raises ToolchainError if the tool cannot be started or dies of a signal.
    """
    try:
        result = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL if capture else None,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"cannot run {command[0]}: {error.strerror}") from None
    if result.returncode < 0:
        raise ToolchainError(f"{command[0]} was killed by signal {-result.returncode}", status=1)
    return result.returncode, result.stdout or ""


def _require(name: str, commands: Sequence[str]) -> str:
    for command in commands:
        path = on_path(command)
        if path is not None:
            return path
    raise ToolchainError(f"--cc {name}: not installed (looked for {', '.join(commands)})")


def _ask(driver: str, question: str) -> str:
    status, answer = run([driver, question], capture=True)
    if status != 0:
        raise ToolchainError(f"{driver} {question} failed", output=answer)
    return answer.strip()
