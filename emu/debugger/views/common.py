"""What all views share: the question's context, its arguments, aligned columns, the names of things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emu.debugger.errors import DebuggerError
from kernel.proc import SZOMB

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.uvm.map import VmSpace

PAGE = 4096
VA_END = 1 << 64


class ViewError(DebuggerError):
    """A view that cannot be had: one line that says why."""


def number(text: str) -> int:
    """An address or a number as C writes it. Raises ViewError."""
    try:
        return int(text, 0)
    except ValueError:
        raise ViewError(f"{text!r} is not a number; write 4096 or 0x1000") from None


@dataclass(slots=True)
class Context:
    """Whom a question is about, and how wide its answer may be. `evaluate` makes an address of an argument."""

    kernel: Kernel
    lwp: Lwp
    width: int = 80
    evaluate: Callable[[str], int] = field(default=number)

    @property
    def proc(self) -> Proc:
        return self.lwp.proc

    def process(self, args: Sequence[str]) -> Proc:
        """The process that the only argument names, or the current one. Raises ViewError."""
        return find_process(self.kernel, args[0]) if args else self.proc

    def space(self, args: Sequence[str] = ()) -> tuple[Proc, VmSpace]:
        """A process and its address space. Raises ViewError for one that has none any more."""
        p = self.process(args)
        return p, space_of(p)

    def address(self, text: str, what: str) -> int:
        """A 64-bit address. Raises ViewError."""
        value = self.evaluate(text)
        if not 0 <= value < VA_END:
            raise ViewError(f"{text}: not a {what} of 64 bits")
        return value


def find_process(kernel: Kernel, text: str) -> Proc:
    """The process with a pid. Raises ViewError."""
    pid = number(text)
    p = kernel.allproc.get(pid)
    if p is None:
        raise ViewError(f"there is no process {pid}; see 'info procs'")
    return p


def space_of(p: Proc) -> VmSpace:
    """A process's address space. Raises ViewError for one that has none any more."""
    if p.stat == SZOMB:
        raise ViewError(f"process {p.pid} ({p.comm}) is a zombie: it has no address space any more")
    return p.vm


def label(p: Proc) -> str:
    return f"{p.pid} ({p.comm})"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], right: str = "") -> list[str]:
    """Rows in aligned columns under a heading. The columns named in `right`, by index in hex, are aligned right."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    aligned_right = {int(c, 16) for c in right}
    lines = []
    for row in texts:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            cells.append(cell.rjust(width) if i in aligned_right else cell.ljust(width))
        lines.append("  ".join(cells).rstrip())
    return lines


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Text in lines of at most `width` characters, all but the first one indented."""
    import textwrap

    return textwrap.wrap(text, max(width, 40), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def size(n: int) -> str:
    """Bytes in a unit that keeps the number short: 512 B, 4 KiB, 64 MiB."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if n >= 1 << shift:
            whole, rest = divmod(n, 1 << shift)
            return f"{whole} {unit}" if not rest else f"{n / (1 << shift):.1f} {unit}"
    return f"{n} B"


def count(n: int, noun: str) -> str:
    """A number with its noun: 1 page, 2 pages."""
    if n == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("ry") else noun + ("es" if noun.endswith("ss") else "s")
    return f"{n:,} {plural}"


def seconds(ns: int) -> str:
    """Virtual time in seconds, to the nanosecond."""
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    return f"{sign}{ns // 10**9}.{ns % 10**9:09} s"


def protection(prot: int) -> str:
    return "".join(c if prot & 1 << i else "-" for i, c in enumerate("rwx"))
