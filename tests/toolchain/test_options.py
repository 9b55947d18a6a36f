"""The command line of `uarea cc`, as data."""

import pytest

from toolchain.errors import ToolchainError
from toolchain.options import Linked, Mode, Source, is_libc_part, parse


def test_order_of_what_is_linked_is_kept() -> None:
    options = parse(["a.c", "-Lx", "b.o", "-ly", "-Wl,--defsym,k=1", "c.a", "-Xlinker", "--trace"])
    assert options.items == [
        Source("a.c"), "-L", "x", Linked("b.o"), "-ly", "--defsym", "k=1", Linked("c.a"), "--trace",
    ]  # fmt: skip
    assert options.files == ["a.c", "b.o", "c.a"]


@pytest.mark.parametrize(
    "flag",
    ["-O2", "-Os", "-Wall", "-Wno-unused", "-fno-inline", "-march=rv64gc", "-std=c11", "-w", "-pedantic",
     "-pedantic-errors", "-Wa,-a", "-Wp,-D_X", "--param=x=1", "-Idir", "-DX=1", "-UX", "-P", "-dM"],
)  # fmt: skip
def test_passed_to_the_compiler(flag: str) -> None:
    assert parse([flag, "a.c"]).compile_flags == [flag]


@pytest.mark.parametrize("option", ["-I", "-D", "-U"])
def test_joined_and_separate_values_are_one(option: str) -> None:
    assert parse([option, "v", "a.c"]).compile_flags == parse([f"{option}v", "a.c"]).compile_flags


@pytest.mark.parametrize("option", ["-include", "-isystem", "-iquote", "-MF", "-MT"])
def test_separate_values(option: str) -> None:
    assert parse([option, "v", "a.c"]).compile_flags == [option, "v"]


def test_a_value_may_look_like_an_option() -> None:
    options = parse(["-D", "-x", "-o", "-c", "a.c"])
    assert options.compile_flags == ["-D-x"]
    assert options.output == "-c"
    assert options.mode is Mode.LINK


@pytest.mark.parametrize(
    ("flags", "mode"),
    [
        ([], Mode.LINK),
        (["-c"], Mode.OBJECT),
        (["-S"], Mode.ASSEMBLY),
        (["-E"], Mode.PREPROCESS),
        (["-M"], Mode.PREPROCESS),
        (["-fsyntax-only"], Mode.CHECK),
    ],
)
def test_modes(flags: list[str], mode: Mode) -> None:
    assert parse([*flags, "a.c"]).mode is mode


def test_language_holds_until_changed() -> None:
    options = parse(["a.c", "-xassembler-with-cpp", "b.txt", "-x", "c", "-", "-x", "none", "c.s"])
    assert options.sources == [
        Source("a.c"),
        Source("b.txt", "assembler-with-cpp"),
        Source("-", "c"),
        Source("c.s"),
    ]


def test_debug_and_output_and_compiler() -> None:
    assert not parse(["a.c"]).debug_chosen
    assert parse(["-g0", "a.c"]).debug_chosen
    assert parse(["-ofile", "a.c"]).output == parse(["-o", "file", "a.c"]).output == "file"
    assert parse(["--cc=gcc", "a.c"]).compiler == parse(["--cc", "gcc", "a.c"]).compiler == "gcc"


@pytest.mark.parametrize(
    ("flags", "startup", "libraries"),
    [
        ([], True, True),
        (["-nostdlib"], False, False),
        (["-nostartfiles"], False, True),
        (["-nodefaultlibs"], True, False),
    ],
)
def test_leaving_libraries_out(flags: list[str], startup: bool, libraries: bool) -> None:
    options = parse([*flags, "a.c"])
    assert (options.startup, options.libraries) == (startup, libraries)


def test_libraries_that_are_part_of_libc() -> None:
    assert is_libc_part("-lm") and is_libc_part("-lpthread")
    assert not is_libc_part("-lcurses") and not is_libc_part("-L")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o"], "-o needs an argument"),
        (["a.c", "-I"], "-I needs an argument"),
        (["-bogus"], "unknown option -bogus"),
        (["--bogus"], "unknown option --bogus"),
        (["-x", "ada", "a.adb"], "-x ada: unknown language"),
        (["a.cpp"], "a.cpp: not a C"),
        (["@response"], "@response: not a C"),
        (["-"], "standard input"),
        (["-shared", "a.c"], "-shared: programs are linked statically"),
        (["-pie", "a.c"], "-pie: programs are linked statically"),
        (["-m32", "a.c"], "-m32: the machine has 64 bits"),
        ([""], "a file name is empty"),
    ],
)
def test_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(ToolchainError, match=words) as caught:
        parse(arguments)
    assert caught.value.status == 2
    assert "\n" not in str(caught.value)
