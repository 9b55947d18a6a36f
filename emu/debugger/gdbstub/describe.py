"""The documents that gdb asks for: registers, threads, memory map; and numbers of signals in gdb's counting."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from kernel.signo import SIGINFO, SIGPWR, SIGRTMIN

GENERAL = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
    "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
FLOATING = (
    *(f"ft{i}" for i in range(8)), "fs0", "fs1", *(f"fa{i}" for i in range(8)), *(f"fs{i}" for i in range(2, 12)),
    *(f"ft{i}" for i in range(8, 12)),
)  # fmt: skip

# Register numbers on the line: x0..x31, pc, f0..f31, then fflags, frm and fcsr, which are all of fcsr.
PC, F0, FFLAGS, FRM, FCSR = 32, 33, 65, 66, 67
COUNT = 68
USER_END = 1 << 38


def register_size(n: int) -> int:
    """Bytes of a register on the line."""
    return 4 if n >= FFLAGS else 8


def target_xml() -> str:
    """The machine's registers."""
    general = [f'<reg name="{name}" bitsize="64" regnum="{n}" {_kind(name)}/>' for n, name in enumerate(GENERAL)]
    floating = [f'<reg name="{name}" bitsize="64" type="ieee_double" regnum="{F0 + n}"/>'
                for n, name in enumerate(FLOATING)]  # fmt: skip
    control = [f'<reg name="{name}" bitsize="32" type="int" regnum="{n}"/>'
               for name, n in (("fflags", FFLAGS), ("frm", FRM), ("fcsr", FCSR))]  # fmt: skip
    return "\n".join((
        '<?xml version="1.0"?>', '<!DOCTYPE target SYSTEM "gdb-target.dtd">', '<target version="1.0">',
        "<architecture>riscv:rv64</architecture>",
        '<feature name="org.gnu.gdb.riscv.cpu">', *general,
        f'<reg name="pc" bitsize="64" type="code_ptr" regnum="{PC}"/>', "</feature>",
        '<feature name="org.gnu.gdb.riscv.fpu">', *floating, *control, "</feature>",
        "</target>", "",
    ))  # fmt: skip


def _kind(name: str) -> str:
    kinds = {"ra": "code_ptr", "sp": "data_ptr", "gp": "data_ptr", "tp": "data_ptr", "fp": "data_ptr"}
    return f'type="{kinds.get(name, "int")}"'


def threads_xml(threads: Iterable[tuple[str, str, str]]) -> str:
    """(id, name, state) of each thread."""
    rows = [f"<thread id={quoteattr(i)} core=\"0\" name={quoteattr(name)}>{_text(state)}</thread>"
            for i, name, state in threads]  # fmt: skip
    return "\n".join(('<?xml version="1.0"?>', "<threads>", *rows, "</threads>", ""))


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def printable(text: str) -> str:
    """A text with a program's name in it, which may be anything, as one that a terminal and an XML document take."""
    return "".join(char if char.isprintable() else "?" for char in text)


def memory_map_xml() -> str:
    """All of a process's half of the address space: what is mapped of it, a read finds out."""
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" '
        '"http://sourceware.org/gdb/gdb-memory-map.dtd">\n'
        f'<memory-map><memory type="ram" start="0x0" length="{USER_END:#x}"/></memory-map>\n'
    )


def libraries_xml() -> str:
    """Programs are static."""
    return '<?xml version="1.0"?>\n<library-list version="1.0"></library-list>\n'


# gdb's numbers are BSD's but for these (include/gdb/signals.def).
_GDB_INFO, _GDB_REALTIME_33, _GDB_REALTIME_32, _GDB_REALTIME_64 = 77, 45, 76, 78


def to_gdb_signal(signo: int) -> int:
    """A signal's number on the line."""
    if signo == SIGINFO:
        return _GDB_INFO
    return signo if signo <= SIGPWR else _GDB_REALTIME_33 + signo - SIGRTMIN


def from_gdb_signal(number: int) -> int:
    """The reverse; 0 for what the guest does not have."""
    if number == _GDB_INFO:
        return SIGINFO
    if _GDB_REALTIME_33 <= number < _GDB_REALTIME_32:
        return SIGRTMIN + number - _GDB_REALTIME_33
    return number if number <= SIGPWR and number != SIGINFO else 0
