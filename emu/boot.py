"""Booting a machine to its prompt: what `uarea boot` does once its options are parsed."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass, field

from emu.machine.console import Console
from emu.runner import (
    ENVIRONMENT,
    RunOptions,
    UsageError,
    boot,
    explain_exec,
    load,
    print_stats,
    run_kernel,
)
from emu.terminal import TerminalConsole, raw_terminal
from kernel.cons import attach_console
from kernel.errno import Errno
from kernel.main import Kernel

INIT = "/sbin/init"


@dataclass
class BootOptions:
    """The options of `uarea boot`."""

    machine: RunOptions = field(default_factory=RunOptions)
    init: str = INIT
    stats: bool = False


def find_init(kernel: Kernel, program: str) -> bytes:
    """The guest path of init: of a program in the guest or else, other than for `run`, of one on the host, which
    has an init of its own. Raises UsageError."""
    from kernel.vfs import namei

    try:
        namei.lookup(kernel.initproc, os.fsencode(program))
        return os.fsencode(program)
    except Errno:
        if program == INIT:
            raise UsageError(f"there is no {INIT} in the guest, because its userland is not compiled") from None
        return load(kernel, program, "/")


def run_boot(options: BootOptions) -> int:
    """Boot, run init until the machine halts; the exit status for the host. Raises UsageError."""
    started = time.perf_counter()
    terminal = TerminalConsole() if os.isatty(0) else None
    kernel = boot(options.machine, terminal or Console.host())
    console = attach_console(kernel)
    path = find_init(kernel, options.init)
    environment = ENVIRONMENT | {"TERM": os.environ.get("TERM", "dumb") if terminal is not None else "dumb"}
    env = [f"{name}={value}".encode("utf-8", "surrogateescape") for name, value in environment.items()]
    try:
        kernel.start_init(path, [os.path.basename(path)], env)
    except Errno as error:
        raise UsageError(explain_exec(options.init, error.errno)) from None
    if terminal is not None:
        print("uarea: Ctrl-A x ends the machine, Ctrl-A h shows all keys.", file=sys.stderr)
        terminal.keyboard.on_leave = lambda: kernel.halt(0)
        with raw_terminal(terminal, lambda: kernel.board.interrupt(signal.SIGWINCH)):
            status, message = run_kernel(kernel)
        if console.column:
            print()
    else:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nobody in the machine could get this ^C
        status, message = run_kernel(kernel)
    if message:
        print(message, file=sys.stderr)
    if options.stats:
        print_stats(kernel, time.perf_counter() - started, sys.stderr)
    return status
