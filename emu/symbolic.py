"""System calls' arguments and results in the words of their prototypes: paths, flags, signals, errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from kernel import exit as waiting
from kernel import fcntl, fork, ioctl, sys_sig
from kernel.errno import EJUSTRETURN, ERESTART
from kernel.exec import ARG_MAX
from kernel.signo import NAMES as SIGNALS
from kernel.syscall import NATIVE, errno_name
from kernel.systrace import peek_string
from kernel.uvm import mmap, pmap

if TYPE_CHECKING:
    from kernel.uvm.map import VmSpace

MAX_STRING = 128


def bits_of(module: ModuleType, prefix: str) -> dict[int, str]:
    """A module's constants of one bit whose names begin so, smallest first."""
    found = {
        value: name
        for name, value in vars(module).items()
        if name.startswith(prefix) and isinstance(value, int) and value.bit_count() == 1
    }
    return dict(sorted(found.items()))


def values_of(module: ModuleType, prefix: str) -> dict[int, str]:
    """A module's constants whose names begin so."""
    return {value: name for name, value in vars(module).items() if name.startswith(prefix)}


_ACCESS = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")
_OPEN = {bit: name for bit, name in bits_of(fcntl, "O_").items() if bit > 2}
_CLONE = bits_of(fork, "CLONE_")
_AT = bits_of(fcntl, "AT_")

# What an int argument means, by call and parameter.
FLAGS: dict[str, dict[int, str]] = {
    "mmap.prot": bits_of(pmap, "PROT_"), "mprotect.prot": bits_of(pmap, "PROT_"), "mmap.flags": bits_of(mmap, "MAP_"),
    "__wait450.options": bits_of(waiting, "W"), "wait6.options": bits_of(waiting, "W"), "pipe2.flags": _OPEN,
    "__dup3100.flags": _OPEN, "__fork1.flags": bits_of(fork, "FORK_"), "flock.how": bits_of(fcntl, "LOCK_"),
    "linkat.flags": _AT, "fchownat.flag": _AT, "fchmodat.flag": _AT, "fstatat.flag": _AT, "faccessat.flag": _AT,
    "unlinkat.flag": _AT,
}  # fmt: skip
VALUES: dict[str, dict[int, str]] = {
    "fcntl.cmd": values_of(fcntl, "F_"), "lseek.whence": values_of(fcntl, "SEEK_"),
    "__sigprocmask14.how": values_of(sys_sig, "SIG_"),
}  # fmt: skip
_IOCTLS = values_of(ioctl, "TIOC") | values_of(ioctl, "FIO")
_SIGNAL_PARAMETERS = {"signum", "signo", "sig"}
_STRINGS = ("const char *", "char *")
_READ_BY_KERNEL = re.compile(r"path\w*|f?name\d?|from|to|link|label|special|dir\w*")


class Parameter:
    """One argument register: its C type and name."""

    __slots__ = ("name", "type")

    def __init__(self, text: str) -> None:
        match = re.fullmatch(r"(.*?)(\w+)", text.strip())
        assert match is not None
        self.type, self.name = match[1].strip(), match[2]


@cache
def parameters(number: int) -> tuple[Parameter, ...]:
    """A native call's registers; none for a call that does not exist."""
    entry = NATIVE[number] if number < len(NATIVE) else None
    if entry is None:
        return ()
    inside = entry.prototype[entry.prototype.index("(") + 1 : -1].replace("...", "")
    return tuple(Parameter(text) for text in inside.split(",") if text.strip() not in ("", "void"))


def quoted(data: bytes, limit: int = MAX_STRING) -> str:
    """Bytes as a C string literal, cut where it becomes long."""
    text = "".join(_character(byte) for byte in data[:limit])
    return f'"{text}"' + ("..." if len(data) > limit else "")


def _character(byte: int) -> str:
    known = {0x0A: "\\n", 0x09: "\\t", 0x0D: "\\r", 0x00: "\\0", 0x22: '\\"', 0x5C: "\\\\"}
    return known.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")


def bits(value: int, names: dict[int, str]) -> str:
    """Flags by name, the rest in hexadecimal; 0 as such."""
    parts = [name for bit, name in names.items() if value & bit]
    rest = value & ~sum(bit for bit in names if value & bit)
    if rest or not parts:
        parts.append(f"{rest:#x}" if rest else "0")
    return "|".join(parts)


def signal_name(signo: int) -> str:
    return f"SIG{SIGNALS[signo]}" if 0 < signo < len(SIGNALS) else str(signo)


def signal_set(signals: int) -> str:
    """A set of signals, without SIG."""
    return "(" + ",".join(SIGNALS[n] for n in range(1, len(SIGNALS)) if signals & 1 << n - 1) + ")"


def arguments(vm: VmSpace, number: int, registers: Sequence[int]) -> str:
    """The arguments of a call, between commas."""
    known = parameters(number)
    if not known:
        return ",".join(f"{value:#x}" for value in registers)
    entry = NATIVE[number]
    assert entry is not None
    shown = []
    opened = 0
    for parameter, value in zip(known, registers, strict=False):
        if parameter.name == "mode" and entry.name in ("open", "openat") and not opened & fcntl.O_CREAT:
            continue  # not passed
        if parameter.name in ("flags", "oflags"):
            opened = value
        if parameter.name != "PAD":
            shown.append(_argument(vm, entry.name, parameter, value))
    return ",".join(shown)


def _argument(vm: VmSpace, call: str, parameter: Parameter, value: int) -> str:
    key = f"{call}.{parameter.name}"
    kind = parameter.type
    if "*" in kind:
        if not value:
            return "NULL"
        if kind in _STRINGS and "const" in kind and _READ_BY_KERNEL.fullmatch(parameter.name):
            string = peek_string(vm, value, ARG_MAX)
            if string is not None:
                return quoted(string)
        return f"{value:#x}"
    signed = (value & 0xFFFF_FFFF ^ 0x8000_0000) - 0x8000_0000
    if key in ("open.flags", "openat.oflags"):
        rest = signed & ~3
        return _ACCESS[signed & 3] + (f"|{bits(rest, _OPEN)}" if rest else "")
    if key == "__clone.flags":
        exit_signal = signed & fork.CLONE_CSIGNAL
        text = bits(signed & ~fork.CLONE_CSIGNAL, _CLONE) if signed & ~fork.CLONE_CSIGNAL else ""
        return "|".join(filter(None, (text, signal_name(exit_signal) if exit_signal else ""))) or "0"
    if key in FLAGS:
        return bits(signed, FLAGS[key])
    if key in VALUES:
        return VALUES[key].get(signed, str(signed))
    if parameter.name in _SIGNAL_PARAMETERS:
        return signal_name(signed)
    if kind == "mode_t":
        return f"0{value & 0xFFFF:o}" if value & 0xFFFF else "0"
    if key == "ioctl.com" and value & 0xFFFF_FFFF in _IOCTLS:
        return _IOCTLS[value & 0xFFFF_FFFF]
    if kind == "u_long":
        return f"{value:#x}"
    if kind in ("size_t", "dev_t"):
        return str(value)
    if kind in ("off_t", "long", "ssize_t"):
        return str((value ^ 1 << 63) - (1 << 63))
    if kind in ("uid_t", "gid_t", "unsigned", "u_int", "unsigned int"):
        return "-1" if signed == -1 else str(value & 0xFFFF_FFFF)
    if signed == fcntl.AT_FDCWD and kind == "int":
        return "AT_FDCWD"
    return str(signed)


def result(number: int, error: int, retval: tuple[int, int]) -> str:
    """What a call returns: a value, two, or the error."""
    if error == EJUSTRETURN:
        return "JUSTRETURN"
    if error == ERESTART:
        return "RESTART"
    if error:
        return f"-1 errno {error} {errno_name(error)}"
    first, second = retval
    entry = NATIVE[number] if number < len(NATIVE) else None
    pointer = entry is not None and "*" in entry.prototype.partition("(")[0]
    signed = (first & (1 << 64) - 1 ^ 1 << 63) - (1 << 63)
    text = f"{first & (1 << 64) - 1:#x}" if pointer else str(signed)
    return f"{text}, {second}" if second else text
