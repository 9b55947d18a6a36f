"""Running one program on a fresh machine: what `uarea run` does once its options are parsed."""

from __future__ import annotations

import gc
import os
import posixpath
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from emu.machine.board import Board
from emu.machine.console import Console
from emu.machine.uc import MachineError
from kernel.errno import ENOENT, ENOEXEC, Errno, errno_message
from kernel.main import Deadlock, Kernel, Panic
from kernel.program import instruction_length
from kernel.syscall import NATIVE

# Exit statuses of the emulator itself; otherwise the guest's, or 128 + its signal.
USAGE, PANIC, TIMEOUT, DEADLOCK = 2, 70, 124, 125

DEFAULT_RAM = 256 << 20
ENVIRONMENT = {"HOME": "/root", "LOGNAME": "root", "PATH": "/bin:/usr/bin:/sbin:/usr/sbin", "TERM": "vt100"}
HOME = "/root"


MakeBoard = Callable[[int, Console, str | None], Board]  # RAM size, console, the native clock's path


class UsageError(Exception):
    """A bad argument: one line for the user, exit status 2."""


@dataclass
class RunOptions:
    """The options of `uarea run`."""

    ram: int = DEFAULT_RAM
    seed: int = 0
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = HOME
    vtime: float | None = None
    stats: bool = False
    cow: str = "table"
    share: str | None = None  # a directory of the host, as --share has it: DIR, DIR:ro or DIR:rw


def boot(options: RunOptions, console: Console, make_board: MakeBoard = Board) -> Kernel:
    """A machine with a booted kernel. Raises UsageError."""
    from toolchain.native import native_library

    try:
        board = make_board(options.ram, console, native_library())
        kernel = Kernel(board, seed=options.seed, cow=options.cow)
    except (ValueError, MemoryError, MachineError) as error:
        raise UsageError(str(error)) from error
    except Errno as error:
        raise UsageError(f"{options.ram >> 20} MiB of RAM is too little to boot") from error
    add_userland(kernel)
    relax_collector()
    if options.share is not None:
        share_directory(kernel, options.share)
    return kernel


def relax_collector() -> None:
    """Let Python look for garbage in cycles more rarely, and never among what is there by now.

    The kernel takes its structures apart as processes end, so reference counts free them. The collector would visit
    all live processes again and again, and fork would cost more the more there are.
    """
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def share_directory(kernel: Kernel, argument: str) -> None:
    """Mount a directory of the host at /host, read-only unless its name is followed by ":rw". Raises UsageError."""
    from kernel.vfs.hostfs import share

    directory, colon, mode = argument.rpartition(":")
    if not colon or mode not in ("ro", "rw"):
        directory, mode = argument, "ro"
    try:
        share(kernel, directory, writable=mode == "rw")
    except OSError as error:
        raise UsageError(f"--share {directory}: {error.strerror}") from None


def add_userland(kernel: Kernel) -> None:
    """Put the userland's programs into the guest. Where none can be compiled, a program runs without them."""
    from emu.userland import install_userland
    from toolchain.errors import ToolchainError

    try:
        install_userland(kernel)
    except ToolchainError as error:
        kernel.log(f"no userland: {error}\n")


def load(kernel: Kernel, program: str, cwd: str) -> bytes:
    """The guest path of a program, which is copied in if it is a file on the host. Raises UsageError."""
    if comes_from_host(kernel, program):
        return copy_in(kernel, program, program, cwd)
    return find_in_guest(kernel, program)


def comes_from_host(kernel: Kernel, program: str) -> bool:
    """Whether a program's name means a file of the host, and not one that is in the guest already."""
    if os.path.isabs(program) and is_foreign(program) and exists_in_guest(kernel, program):
        return False  # the host has a /bin/ls of its own, which is not meant
    return os.path.exists(program)


def copy_in(kernel: Kernel, program: str, file: str, cwd: str) -> bytes:
    """Copy a program, which the host has as `file`, into the guest; its path there. Raises UsageError.

    It gets the path that its name means in the guest, so that a program can run itself by its argv[0].
    """
    from kernel.vfs.root import install

    check_program(file)
    with open(file, "rb") as source:
        data = source.read()
    path = posixpath.normpath(posixpath.join("/", cwd, program))
    try:
        install(kernel, path, data, 0o755)
    except Errno as error:
        why = errno_message(error.errno)
        raise UsageError(f"{program}: cannot be copied to {path} in the guest: {why}") from None
    return os.fsencode(path)


def find_in_guest(kernel: Kernel, program: str) -> bytes:
    """A program's path in the guest: as given, or along PATH."""
    candidates = [program] if "/" in program else [f"{d}/{program}" for d in ENVIRONMENT["PATH"].split(":")]
    for path in candidates:
        if exists_in_guest(kernel, path):
            return os.fsencode(path)
    raise UsageError(f"{program}: no such file, here or in the guest")


def exists_in_guest(kernel: Kernel, path: str) -> bool:
    """Whether a path names something in the guest."""
    from kernel.vfs import namei

    try:
        namei.lookup(kernel.initproc, os.fsencode(path))
    except Errno:
        return False
    return True


def is_foreign(path: str) -> bool:
    """Whether a host file is a program, but for another machine."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except OSError:
        return False
    return len(head) == 64 and head[:4] == b"\x7fELF" and (head[4] != 2 or head[5] != 1 or head[18:20] != b"\xf3\x00")


def check_program(path: str) -> None:
    """Say in words why a host file cannot be run. Raises UsageError."""
    if os.path.isdir(path):
        raise UsageError(f"{path}: is a directory")
    if not os.path.isfile(path):
        raise UsageError(f"{path}: not a regular file")
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if head[:2] == b"#!":
        return
    if head[:4] != b"\x7fELF":
        raise UsageError(f"{path}: not a program (neither an ELF file nor a #! script)")
    if len(head) < 64:
        raise UsageError(f"{path}: the file is cut off inside its ELF header")
    if is_foreign(path):
        raise UsageError(f"{path}: not a 64-bit RISC-V program; compile it with 'uarea cc'")


def explain_exec(path: str, errno: int) -> str:
    """One line for a program that exec refused."""
    if errno == ENOEXEC:
        return f"{path}: damaged, or not a static NetBSD/riscv64 program; compile it with 'uarea cc'"
    if errno == ENOENT:
        return f"{path}: the interpreter in its first line is not in the guest"
    return f"{path}: {errno_message(errno)}"


def run_program(
    options: RunOptions, program: str, arguments: Sequence[str], watch: Callable[[Kernel], None] | None = None
) -> int:
    """Boot, run, and report; the exit status for the host. `watch` is called when the program is about to begin.

    Raises UsageError.
    """
    started = time.perf_counter()
    if os.path.exists(program) and not (os.path.isabs(program) and is_foreign(program)):
        check_program(program)  # `load` does, too; but the boot may have to compile things first
    kernel = prepare(options, program, arguments, Console.host())
    forward_signals(kernel)
    if watch is not None:
        watch(kernel)
    status, message = run_kernel(kernel)
    if message:
        print(message, file=sys.stderr)
    if options.stats:
        print_stats(kernel, time.perf_counter() - started, sys.stderr)
    return status


def prepare(
    options: RunOptions,
    program: str,
    arguments: Sequence[str],
    console: Console,
    make_board: MakeBoard = Board,
    place: Callable[[Kernel], bytes] | None = None,
) -> Kernel:
    """A machine whose program is about to begin. `place` puts it into the guest, and tells its path there; if it is
    None, `load` does. Raises UsageError."""
    kernel = boot(options, console, make_board)
    _check_directory(kernel, options.cwd)
    path = place(kernel) if place is not None else load(kernel, program, options.cwd)
    env = [os.fsencode(f"{k}={v}") for k, v in (ENVIRONMENT | options.env).items()]
    argv = [os.fsencode(a) for a in (program, *arguments)]
    try:
        kernel.spawn(path, argv, env, os.fsencode(options.cwd))
    except Errno as error:
        raise UsageError(explain_exec(program, error.errno)) from None
    if options.vtime is not None:
        kernel.time_limit(int(options.vtime * 10**9))
    return kernel


def _check_directory(kernel: Kernel, path: str) -> None:
    """Raises UsageError for a working directory that is not there."""
    from kernel.vfs import namei
    from kernel.vfs.vnode import VDIR

    try:
        found = namei.lookup(kernel.initproc, os.fsencode(path)).vtype is VDIR
    except Errno:
        found = False
    if not found:
        raise UsageError(f"--cwd {path}: no such directory in the guest")


def forward_signals(kernel: Kernel) -> None:
    """^C is the guest's: its foreground processes get SIGINT, as they would on a real terminal."""

    def forward(signo: int, _frame: object) -> None:
        kernel.board.interrupt(2)

    signal.signal(signal.SIGINT, forward)


def run_kernel(kernel: Kernel) -> tuple[int, str]:
    """Run the machine to its end: the exit status for the host, and what there is to say about it."""
    try:
        status = kernel.run()
    except Deadlock as error:
        return DEADLOCK, f"uarea: {error}"
    except Panic as error:
        return PANIC, f"uarea: kernel panic: {str(error).rstrip()}"
    except KeyboardInterrupt:
        return 130, ""
    if kernel.timed_out:
        return TIMEOUT, ""
    return 128 + (status & 0x7F) if status & 0x7F else status >> 8 & 0xFF, ""


def print_stats(kernel: Kernel, wall: float, out: TextIO) -> None:
    """What the run did, in numbers."""
    s = kernel.stats
    retired = kernel.code_retired()
    length = instruction_length(kernel.program) if kernel.program is not None else 4.0
    print(f"instructions    {round(retired / length):>14,}  about: {retired:,} bytes of code retired", file=out)
    print(f"virtual time    {kernel.clock.now() / 1e9:>14.6f} s", file=out)
    print(f"wall time       {wall:>14.6f} s", file=out)
    print(f"traps           {kernel.traps:>14,}", file=out)
    print(f"page faults     {s.faults:>14,}  zero-fill {s.flt_anon:,}, from files {s.flt_obj:,}", file=out)
    print(f"copy-on-write   {s.flt_acow + s.flt_prcopy:>14,}  pages copied, {s.flt_takeover:,} taken over", file=out)
    print(f"forks           {s.forks:>14,}  vfork {s.forks_ppwait:,}, shared memory {s.forks_sharevm:,}", file=out)
    print(f"execs           {s.execs:>14,}", file=out)
    print(f"switches        {s.swtch:>14,}", file=out)
    print(f"frames in use   {kernel.frames.used:>14,}  of {kernel.frames.total:,}", file=out)
    print("system calls:", file=out)
    for number, count in sorted(enumerate(kernel.syscalls), key=lambda pair: (-pair[1], pair[0])):
        if count:
            entry = NATIVE[number]
            print(f"  {entry.name if entry else f'#{number}':<24}{count:>12,}", file=out)
