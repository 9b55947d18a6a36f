"""`uarea gdb`: wait for gdb on a port, or talk to it over the standard streams."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from emu.debugger.gdbstub.engine import EngineSession
from emu.debugger.gdbstub.packets import Line, LineClosed, frame
from emu.debugger.gdbstub.session import SessionError
from emu.debugger.gdbstub.stub import Stub
from emu.machine.console import Console
from emu.runner import RunOptions, UsageError, check_program, prepare
from kernel.main import Kernel

HOST = "127.0.0.1"  # whoever can connect can do anything to the program: nobody from other hosts


def make_boot(options: RunOptions) -> Callable[[str, list[str]], Callable[[Console], Kernel]]:
    """What makes a machine for a program, given its name and arguments, and then its console."""

    def boot(program: str, arguments: list[str]) -> Callable[[Console], Kernel]:
        return lambda console: prepare(options, program, arguments, console)

    return boot


def serve_port(port: int, options: RunOptions, program: str, arguments: list[str], *, once: bool) -> int:
    """Serve gdb on a TCP port, 0 for any free one, which is told. Raises UsageError."""
    _check(program)
    try:
        listener = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise UsageError(f"--port {port}: {getattr(error, 'strerror', None) or error}") from None
    with listener:
        print(f"uarea: gdb can connect: target extended-remote {HOST}:{listener.getsockname()[1]}", file=sys.stderr,
              flush=True)  # fmt: skip
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                serve(Line(connection.fileno(), connection.fileno()), options, program, arguments, None)
            if once:
                return 0


def serve_stdio(options: RunOptions, program: str, arguments: list[str]) -> int:
    """Serve gdb over standard input and output, as in `target remote | uarea gdb --stdio PROG`. The program's
    input is empty then, and gdb shows its output. Raises UsageError."""
    _check(program)
    out = os.dup(1)
    os.dup2(2, 1)  # what is printed by mistake must not be taken for packets

    def show(data: bytes) -> None:
        view = memoryview(frame(b"O" + data.hex().encode()))
        while view:
            view = view[os.write(out, view) :]

    serve(Line(0, out), options, program, arguments, show)
    return 0


def _check(program: str) -> None:
    if os.path.exists(program):
        check_program(program)


def serve(line: Line, options: RunOptions, program: str, arguments: list[str],
          show: Callable[[bytes], Any] | None) -> None:  # fmt: skip
    """One connection. Raises UsageError if the program cannot even begin."""
    session = EngineSession(make_boot(options), line.fileno(), show)
    try:
        Stub(line, session, program, arguments).serve()
    except SessionError as error:
        raise UsageError(str(error)) from None
    except LineClosed:
        pass
    finally:
        session.close()
