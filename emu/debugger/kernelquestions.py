"""A stop at a line of the kernel: its source, its frames, its variables. Python's own, so they are asked directly."""

from __future__ import annotations

import linecache
from types import FrameType
from typing import TYPE_CHECKING, Any

from emu.debugger.errors import DebuggerError
from emu.debugger.kerneltrace import is_kernel, short_name
from kernel.lwp import Lwp
from kernel.proc import Proc

if TYPE_CHECKING:
    from emu.debugger.kerneltrace import Traps

WIDTH = 100  # of a variable's value
_CAUSES = {2: "illegal instruction", 3: "breakpoint", 8: "system call", 12: "instruction page fault",
           13: "load page fault", 15: "store page fault"}  # fmt: skip


def source_line(frame: FrameType) -> str:
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).rstrip("\n")
    return f"{frame.f_lineno}\t{text}"


def stop_text(traps: Traps) -> list[str]:
    """`kernel fork1 (l1=..., flags=0) at kernel/fork.py:88`, the line, and the variables."""
    frame = traps.frame
    assert frame is not None
    return [describe(frame), source_line(frame), *(f"  {line}" for line in local_variables(frame))]


def describe(frame: FrameType) -> str:
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    arguments = ", ".join(f"{n}={shown(frame.f_locals[n], 40)}" for n in names if n != "self" and n in frame.f_locals)
    return f"kernel {code.co_qualname} ({arguments}) at {short_name(code.co_filename)}:{frame.f_lineno}"


def shown(value: Any, width: int = WIDTH) -> str:
    """A value of the kernel's in one line; numbers that look like addresses in hexadecimal."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 0xFFFF:
        return f"{value:#x}"
    if isinstance(value, Lwp):
        return f"<LWP {value.lid} of process {value.proc.pid}>"
    if isinstance(value, Proc):
        return f"<process {value.pid} ({value.comm})>"
    try:
        text = repr(value)
    except Exception as error:  # of an object that is half made
        text = f"<{type(value).__name__}: {type(error).__name__}>"
    text = " ".join(text.split())
    text = _without_addresses(text)
    return text if len(text) <= width else text[: width - 3] + "..."


def _without_addresses(text: str) -> str:
    """Where an object lies in the host is no part of the machine, and differs from run to run."""
    import re

    return re.sub(r" at 0x[0-9a-f]{6,}", "", text)


def local_variables(frame: FrameType) -> list[str]:
    return [f"{name} = {shown(value)}" for name, value in frame.f_locals.items() if name != "self"]


def kernel_frames(frame: FrameType | None) -> list[FrameType]:
    """The kernel's frames, innermost first; what is around them is the machine and the debugger."""
    found = []
    while frame is not None:
        if is_kernel(frame.f_code):
            found.append(frame)
        elif found:
            break
        frame = frame.f_back
    return found


def backtrace(traps: Traps) -> list[str]:
    lines = [f"#{n}  {describe(frame)}" for n, frame in enumerate(kernel_frames(traps.frame))]
    l = traps.lwp
    cause = _CAUSES.get(traps.cause, "timer interrupt")
    where = f"LWP {l.lid} of process {l.proc.pid} ({l.proc.comm})"
    return [*lines, f"<trap: {cause} at pc {traps.pc:#x}, {where}>"]


def listing(frame: FrameType, text: str) -> list[str]:
    middle = frame.f_lineno
    if text.strip().isdigit():
        middle = int(text)
    lines = linecache.getlines(frame.f_code.co_filename)
    first = max(middle - 5, 1)
    return [f"{n}\t{lines[n - 1].rstrip()}" for n in range(first, min(first + 10, len(lines) + 1))]


def evaluate(frame: FrameType, text: str) -> Any:
    """A Python expression in a frame of the kernel. Raises DebuggerError."""
    try:
        return eval(text, frame.f_globals, dict(frame.f_locals))
    except Exception as error:
        raise DebuggerError(f"{type(error).__name__}: {error}") from None
