"""Damaged programs: exec says no with an errno, or the program runs and ends somehow. Never anything else."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.errno import ENOEXEC, ENOMEM
from tests.conftest import Machine
from toolchain.cc import cached_program

ROOT = Path(__file__).resolve().parent.parent
ABI = ROOT / "tests" / "guest" / "abi"
TINY = cached_program(ABI / "tiny.S", ["-nostdlib"])
LAUNCHER = cached_program(ABI / "launcher.c", ["-O1", "-Wall"])
GOOD = TINY.read_bytes()

PHOFF, PHENTSIZE, PHNUM = 64, 56, 7
PT_LOAD, PT_INTERP, PT_NOTE = 1, 3, 4
# Where fields lie, and how wide they are: in the ELF header, and in a program header.
HEADER = {
    "class": (4, "B"), "data": (5, "B"), "ident_version": (6, "B"), "osabi": (7, "B"), "type": (16, "<H"),
    "machine": (18, "<H"), "version": (20, "<I"), "entry": (24, "<Q"), "phoff": (32, "<Q"), "shoff": (40, "<Q"),
    "flags": (48, "<I"), "ehsize": (52, "<H"), "phentsize": (54, "<H"), "phnum": (56, "<H"), "shnum": (60, "<H"),
}  # fmt: skip
SEGMENT = {
    "type": (0, "<I"), "flags": (4, "<I"), "offset": (8, "<Q"), "vaddr": (16, "<Q"), "paddr": (24, "<Q"),
    "filesz": (32, "<Q"), "memsz": (40, "<Q"), "align": (48, "<Q"),
}  # fmt: skip
USER_TOP, STACK, MMAP_TOP = 0x3F_FFFF_0000, 0x3F_FFFE_F000, 0x3F_F86E_F000


def poke(image: bytearray, at: int, kind: str, value: int) -> None:
    """Store a number cut to its field's width; nothing if the file is too short by now."""
    size = struct.calcsize(kind)
    if at + size <= len(image):
        struct.pack_into(kind, image, at, value & (1 << 8 * size) - 1)


def peek(image: bytes, at: int, kind: str) -> int:
    return int(struct.unpack_from(kind, image, at)[0])


def header(**fields: int) -> bytes:
    """The good program with some of its ELF header changed."""
    image = bytearray(GOOD)
    for name, value in fields.items():
        poke(image, *HEADER[name], value)
    return bytes(image)


def segment(index: int, base: bytes = GOOD, **fields: int) -> bytes:
    """The good program with some of a program header changed."""
    image = bytearray(base)
    for name, value in fields.items():
        at, kind = SEGMENT[name]
        poke(image, PHOFF + PHENTSIZE * index + at, kind, value)
    return bytes(image)


def find(kind: int, nth: int = 0) -> int:
    """The index of the nth program header of a type."""
    of_kind = [i for i in range(PHNUM) if peek(GOOD, PHOFF + PHENTSIZE * i, "<I") == kind]
    return of_kind[nth]


TEXT, DATA, NOTE = find(PT_LOAD, 1), find(PT_LOAD, 2), find(PT_NOTE)


def launch(machine: type[Machine], image: bytes) -> tuple[str, int]:
    """Execute a program inside a machine: ("errno", number) or ("status", wait status). Audits."""
    m = machine(ram=8 << 20)
    m.install("/bin/victim", image)
    m.start(LAUNCHER)
    m.kernel.time_limit(5 * 10**9)
    outcome = m.finish()
    assert not m.kernel.timed_out and outcome.status == 0, outcome
    what, number = outcome.text.split()
    return what, int(number)


def test_the_good_program(machine: type[Machine]) -> None:
    assert PHNUM == peek(GOOD, 56, "<H")
    assert launch(machine, GOOD) == ("status", 0)


REFUSED = ("errno", ENOEXEC)
KILLED = ("status", 11)

CASES: dict[str, tuple[bytes, tuple[str, int]]] = {
    "empty": (b"", REFUSED),
    "one byte": (b"\x7f", REFUSED),
    "magic only": (GOOD[:4], REFUSED),
    "header cut": (GOOD[:63], REFUSED),
    "header only": (GOOD[:64], REFUSED),
    "program headers cut": (GOOD[: PHOFF + PHENTSIZE * PHNUM - 1], REFUSED),
    "text cut": (GOOD[:0x1001], REFUSED),
    "data cut": (GOOD[:0x2001], REFUSED),
    "32-bit": (header(**{"class": 1}), REFUSED),
    "big-endian": (header(data=2), REFUSED),
    "version": (header(ident_version=0), REFUSED),
    "x86": (header(machine=62), REFUSED),
    "relocatable": (header(type=1), REFUSED),
    "shared": (header(type=3), REFUSED),
    "no segments": (header(phnum=0), REFUSED),
    "many segments": (header(phnum=0xFFFF), REFUSED),
    "phentsize": (header(phentsize=55), REFUSED),
    "phoff at the end": (header(phoff=len(GOOD)), REFUSED),
    "phoff far away": (header(phoff=1 << 63), REFUSED),
    "phoff wraps": (header(phoff=(1 << 64) - 56), REFUSED),
    "no load segment": (segment(find(PT_LOAD), segment(TEXT, segment(DATA, type=0), type=0), type=0), REFUSED),
    "interpreter": (segment(NOTE, type=PT_INTERP), REFUSED),
    "interpreter beyond the end": (segment(0, type=PT_INTERP, offset=1 << 40), REFUSED),
    "no note": (segment(NOTE, type=0), REFUSED),
    "note of another system": (GOOD.replace(b"NetBSD\0", b"GNUGNU\0"), REFUSED),
    "note beyond the end": (segment(NOTE, offset=len(GOOD) - 4), REFUSED),
    "note wraps": (segment(NOTE, filesz=(1 << 64) - 1), REFUSED),
    "empty note": (segment(NOTE, filesz=0), REFUSED),
    "at page 0": (segment(find(PT_LOAD), vaddr=0), REFUSED),
    "in the kernel": (segment(DATA, vaddr=0xFFFF_FFC0_0000_0000), REFUSED),
    "non-canonical": (segment(DATA, vaddr=0x8000_0000_0000), REFUSED),
    "wraps around": (segment(DATA, vaddr=(1 << 64) - 0x1000), REFUSED),
    "over the stack": (segment(DATA, vaddr=STACK - 0x1000), REFUSED),
    "above user space": (segment(DATA, vaddr=USER_TOP), REFUSED),
    "overlaps": (segment(DATA, vaddr=0x11000), REFUSED),
    "out of order": (segment(TEXT, vaddr=0x20000), REFUSED),
    "unaligned": (segment(DATA, vaddr=0x12008), REFUSED),
    "more in the file than in memory": (segment(DATA, memsz=4), REFUSED),
    "beyond the file": (segment(DATA, filesz=1 << 32, memsz=1 << 33), REFUSED),
    "memory size wraps": (segment(DATA, memsz=(1 << 64) - 1), REFUSED),
    "bss in read-only memory": (segment(TEXT, memsz=0x100), REFUSED),
    "entry outside": (header(entry=0x100000), KILLED),
    "entry in data": (header(entry=0x12000), KILLED),
    "entry 0": (header(entry=0), KILLED),
    "entry in the kernel": (header(entry=0xFFFF_FFC0_0000_0000), KILLED),
    "entry at the very end": (header(entry=(1 << 64) - 2), KILLED),
    "odd entry": (header(entry=0x11001), ("status", 0)),
    "text not executable": (segment(TEXT, flags=4), KILLED),
    "text without any access": (segment(TEXT, flags=0), KILLED),
    "data not writable": (segment(DATA, flags=4), REFUSED),  # its bss could not be cleared
    "data only writable": (segment(DATA, flags=2), KILLED),  # it loads from there
    "everything allowed": (segment(TEXT, flags=7), ("status", 0)),
    "much bss": (segment(DATA, memsz=1 << 27), ("status", 0)),
    "more bss than RLIMIT_DATA": (segment(DATA, memsz=1 << 30), ("errno", ENOMEM)),
    "no memory size": (segment(find(PT_LOAD), filesz=0, memsz=0), ("status", 0)),
    "unknown flags": (header(flags=0xFFFF_FFFF, version=7), ("status", 0)),
    "stripped": (header(shoff=0, shnum=0)[:0x2100], ("status", 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str, machine: type[Machine]) -> None:
    image, expected = CASES[name]
    assert launch(machine, image) == expected


# -- random damage ---------------------------------------------------------------------------------------------

EDGES = [
    0, 1, 7, 8, 55, 56, 57, 63, 64, 0xFFF, 0x1000, 0x1001, 0x11000, 0x12000, 0x12008, 0x7FFF_FFFF, 0x8000_0000,
    0xFFFF_FFFF, 1 << 32, 1 << 38, 1 << 39, 1 << 47, (1 << 63) - 1, 1 << 63, (1 << 64) - 4096, (1 << 64) - 1,
    USER_TOP, USER_TOP - 4096, STACK, STACK - 4096, MMAP_TOP, MMAP_TOP - 4096, len(GOOD), len(GOOD) - 1,
]  # fmt: skip

numbers = st.one_of(
    st.sampled_from(EDGES),
    st.sampled_from(EDGES).map(lambda n: n + 1),
    st.integers(0, 0x30000),
    st.integers(0, (1 << 64) - 1),
)
places = [
    *HEADER.values(),
    *((PHOFF + PHENTSIZE * i + at, kind) for i in range(PHNUM) for at, kind in SEGMENT.values()),
]
cuts = sorted({0, 1, 16, 63, 64, 65, *range(PHOFF, 0x1E1, 28), 0x1E0, 0x1000, 0x1038, 0x2000, 0x2008, len(GOOD) - 1})

Damage = Callable[[bytearray], None]


def set_field(place: tuple[int, str], value: int) -> Damage:
    return lambda image: poke(image, *place, value)


def add_to_field(place: tuple[int, str], value: int) -> Damage:
    def damage(image: bytearray) -> None:
        at, kind = place
        if at + 8 <= len(image):
            poke(image, at, kind, peek(image, at, kind) + value)

    return damage


def cut(at: int) -> Damage:
    def damage(image: bytearray) -> None:
        del image[at:]

    return damage


def flip(at: int, bits: int) -> Damage:
    def damage(image: bytearray) -> None:
        if at < len(image):
            image[at] ^= bits

    return damage


def copy_segment(source: int, target: int) -> Damage:
    def damage(image: bytearray) -> None:
        a, b = PHOFF + PHENTSIZE * source, PHOFF + PHENTSIZE * target
        if max(a, b) + PHENTSIZE <= len(image):
            image[b : b + PHENTSIZE] = image[a : a + PHENTSIZE]

    return damage


segments = st.integers(0, PHNUM - 1)
code = st.integers(0x1000, 0x1037)
damages = st.one_of(
    st.builds(set_field, st.sampled_from(places), numbers),
    st.builds(set_field, st.sampled_from(places), numbers),
    st.builds(add_to_field, st.sampled_from(places), st.sampled_from([-4096, -8, -1, 1, 8, 4096])),
    st.builds(cut, st.sampled_from(cuts)),
    st.builds(flip, st.integers(0, 0x1FF), st.integers(1, 255)),
    st.builds(flip, code, st.integers(1, 255)),
    st.builds(copy_segment, segments, segments),
)


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(damages, min_size=1, max_size=4))
@example([])
def test_random_damage(machine: type[Machine], damage: list[Damage]) -> None:
    image = bytearray(GOOD)
    for d in damage:
        d(image)
    what, number = launch(machine, bytes(image))
    if what == "errno":
        assert number in (ENOEXEC, ENOMEM)


@settings(max_examples=150, derandomize=True, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.binary(min_size=1, max_size=0x38))
def test_random_code(machine: type[Machine], code: bytes) -> None:
    """Any bytes may be instructions: the program does whatever they mean, and nobody else is hurt."""
    launch(machine, GOOD[:0x1000] + code + GOOD[0x1000 + len(code) :])


@pytest.mark.parametrize("name", [n for i, n in enumerate(CASES) if i % 5 == 0])
def test_on_the_command_line(name: str, tmp_path: Path) -> None:
    """What exec refuses is one line and status 2; what runs has its own status, and says nothing here."""
    image, (what, number) = CASES[name]
    path = tmp_path / "victim"
    path.write_bytes(image)
    command = [sys.executable, "-m", "emu.cli", "run", path]
    result = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60, check=False)
    if b"compiling the userland" in result.stderr:  # said once
        result = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60, check=False)
    said = result.stderr.decode()
    if what == "errno":
        assert result.returncode == 2
        assert said.startswith("uarea: ") and said.count("\n") == 1, said
    else:
        assert (result.returncode, said) == (128 + number if number else 0, "")
