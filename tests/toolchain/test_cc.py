"""`uarea cc` with real compilers: what comes out, what is said, and with which status."""

import os
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import Segment

from toolchain import compilers
from toolchain.cc import cached_program, compile_program, main
from toolchain.compilers import find_compiler
from toolchain.elf import has_netbsd_note, symbol, symbols
from toolchain.errors import ToolchainError
from toolchain.libc import c_library

PROGRAM = """\
#include <errno.h>
#include <string.h>
int initialised = 5;
int zeroed[3000];
const char text[] = "read only";
_Thread_local int per_thread = 7;
static void __attribute__((constructor)) before_main(void) { zeroed[0] = initialised; }
int main(int argc, char **argv) { return errno + per_thread + text[argc] + (int)strlen(argv[0]); }
"""

PAGE = 4096
READ, WRITE, EXECUTE = 4, 2, 1

Command = Callable[..., tuple[int, str, str]]


def installed(name: str) -> bool:
    try:
        find_compiler(name)
    except ToolchainError:
        return False
    return True


@pytest.fixture(autouse=True)
def in_scratch_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cc(capfd: pytest.CaptureFixture[str]) -> Command:
    """Run a command line in the test's directory; give its status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(arguments)
        output, errors = capfd.readouterr()
        return status, output, errors

    return run


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def segments(path: Path, kind: str) -> list[Segment]:
    with path.open("rb") as file:
        return [segment for segment in ELFFile(file).iter_segments() if segment["p_type"] == kind]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return compile_program([write("program.c", PROGRAM)], tmp_path / "program")


class TestProgram:
    """The shape of a linked program."""

    def test_header(self, program: Path) -> None:
        with program.open("rb") as file:
            elf = ELFFile(file)
            assert elf["e_type"] == "ET_EXEC"
            assert elf["e_machine"] == "EM_RISCV"
            assert elf["e_entry"] == symbol(program, "__start")
            assert elf["e_flags"] & 0x7 == 0x5  # compressed code, floats in 64-bit registers
            assert elf.get_section_by_name(".interp") is None
            assert elf.get_section_by_name(".dynamic") is None
        assert os.access(program, os.X_OK)

    def test_protections(self, program: Path) -> None:
        flags = [segment["p_flags"] for segment in segments(program, "PT_LOAD")]
        assert flags == [READ, READ | EXECUTE, READ | WRITE]
        (stack,) = segments(program, "PT_GNU_STACK")
        assert not stack["p_flags"] & EXECUTE

    def test_segments_share_no_page(self, program: Path) -> None:
        end = 0x10000
        for segment in segments(program, "PT_LOAD"):
            assert segment["p_vaddr"] % PAGE == segment["p_offset"] % PAGE == 0
            assert segment["p_vaddr"] >= end
            end = -(-(segment["p_vaddr"] + segment["p_memsz"]) // PAGE) * PAGE
        assert segments(program, "PT_LOAD")[0]["p_vaddr"] == 0x10000

    def test_sections_are_where_their_protection_is(self, program: Path) -> None:
        readable, executable, writable = segments(program, "PT_LOAD")
        where = {"text": readable, "main": executable, "initialised": writable, "zeroed": writable}
        for name, segment in where.items():
            offset = symbol(program, name) - segment["p_vaddr"]
            assert 0 <= offset < segment["p_memsz"], name
        assert symbol(program, "zeroed") - writable["p_vaddr"] >= writable["p_filesz"]

    def test_note(self, program: Path) -> None:
        assert has_netbsd_note(program)
        assert segments(program, "PT_NOTE")

    def test_thread_local_storage(self, program: Path) -> None:
        (tls,) = segments(program, "PT_TLS")
        assert tls["p_filesz"] >= 4

    def test_constructors(self, program: Path) -> None:
        with program.open("rb") as file:
            array = ELFFile(file).get_section_by_name(".init_array")
            assert array is not None
            assert struct.unpack("<Q", array.data()[:8])[0] == symbol(program, "before_main")

    def test_symbols_of_the_layout(self, tmp_path: Path) -> None:
        source = write(
            "s.c",
            "extern char end[], _end[], etext[], _etext[], edata[], _edata[];\n"
            'extern char gp[] __asm("__global_pointer$");\n'
            "char big[9000]; int set = 1;\n"
            "char *main_[] = {end, _end, etext, _etext, edata, _edata, gp};\n"
            "int main(void) { return main_[0] == big + set; }\n",
        )
        path = compile_program([source], tmp_path / "s")
        known = symbols(path)
        *_, text, data = segments(path, "PT_LOAD")
        assert known["end"] == known["_end"] == data["p_vaddr"] + data["p_memsz"]
        assert known["etext"] == known["_etext"] == text["p_vaddr"] + text["p_memsz"]
        assert known["edata"] == known["_edata"] == data["p_vaddr"] + data["p_filesz"]
        assert "__global_pointer$" in known

    def test_unused_code_is_left_out(self, program: Path) -> None:
        assert "strlen" in symbols(program)
        assert "strtok" not in symbols(program)

    def test_same_input_same_bytes(self, tmp_path: Path) -> None:
        source = write("program.c", PROGRAM)
        first = compile_program([source], tmp_path / "one").read_bytes()
        second = compile_program([source], tmp_path / "two").read_bytes()
        assert first == second

    def test_debugging_information(self, program: Path, tmp_path: Path) -> None:
        with program.open("rb") as file:
            information = ELFFile(file).get_dwarf_info()
            units = {
                unit.get_top_DIE().attributes["DW_AT_name"].value: unit for unit in information.iter_CUs()
            }
            unit = units[b"program.c"]
            assert unit["version"] == 4
            assert unit.get_top_DIE().attributes["DW_AT_comp_dir"].value.decode() == str(tmp_path)
            program_lines = information.line_program_for_CU(unit)
            assert program_lines is not None
            rows = [entry.state for entry in program_lines.get_entries()]
        lines = {row.address: row.line for row in rows if row is not None and not row.end_sequence}
        definition = next(n for n, text in enumerate(PROGRAM.splitlines(), 1) if "int main(" in text)
        assert lines[symbol(program, "main")] == definition

    def test_the_library_does_not_know_where_it_was_built(self, program: Path) -> None:
        with program.open("rb") as file:
            places = {
                unit.get_top_DIE().attributes["DW_AT_comp_dir"].value
                for unit in ELFFile(file).get_dwarf_info().iter_CUs()
            }
        assert b"/uarea" in places
        assert compilers.ROOT.encode() not in places
        where = [compilers.ROOT.encode(), os.path.dirname(compilers.require_zig()).encode()]
        assert not any(path in c_library().archive.read_bytes() for path in where)

    def test_errors_return_to_the_third_word(self, tmp_path: Path) -> None:
        # The kernel returns to ecall+4 on error and to ecall+12 on success: the jump between the two must
        # stay 8 bytes long through the linker, which likes to shorten it.
        source = write(
            "call.S",
            ".globl call\ncall: .option push\n.option norelax\n li t6, 20\n ecall\n tail failed\n"
            " .option pop\n ret\n.globl failed\nfailed: ret\n.globl main\nmain: tail call\n",
        )
        path = compile_program([source], tmp_path / "call", flags=["-g0"])
        (_, text, _) = segments(path, "PT_LOAD")
        code = path.read_bytes()
        at = symbol(path, "call") - text["p_vaddr"] + text["p_offset"]
        ecall = code.index((0x73).to_bytes(4, "little"), at)
        auipc, jalr = struct.unpack_from("<II", code, ecall + 4)
        assert (auipc & 0x7F, jalr & 0x7F) == (0x17, 0x67)
        assert code[ecall + 12 : ecall + 14] == bytes.fromhex("8280")  # ret


class TestCommandLine:
    """What the options do."""

    def test_default_output(self, cc: Command) -> None:
        write("p.c", PROGRAM)
        assert cc("p.c") == (0, "", "")
        assert has_netbsd_note(Path("a.out"))

    def test_several_files_of_every_kind(self, cc: Command) -> None:
        write("main.c", "int f(void), g(void), h(void); int main(void) { return f() + g() + h(); }")
        write("f.c", "int f(void) { return 1; }")
        write("sub/f.c", "int g(void) { return 2; }")
        write("h.S", "#define VALUE 3\n.globl h\nh: li a0, VALUE\n ret\n")
        assert cc("-c", "f.c", "h.S") == (0, "", "")
        assert Path("f.o").exists() and Path("h.o").exists()
        assert cc("main.c", "f.o", "sub/f.c", "h.o", "-o", "all") == (0, "", "")
        assert {"f", "g", "h", "main"} <= symbols(Path("all")).keys()

    def test_archive(self, cc: Command) -> None:
        write("f.c", "int f(void) { return 1; }")
        write("main.c", "int f(void); int main(void) { return f(); }")
        assert cc("-c", "f.c")[0] == 0
        zig = compilers.require_zig()
        subprocess.run([zig, "ar", "rcs", "libf.a", "f.o"], check=True)
        assert cc("main.c", "libf.a", "-o", "one") == (0, "", "")
        assert cc("main.c", "-L.", "-lf", "-lm", "-lpthread", "-o", "two") == (0, "", "")

    def test_definitions_and_directories(self, cc: Command) -> None:
        write("inc/mine.h", "#define FROM_HEADER 4\n")
        write("forced.h", "#define FORCED 5\n")
        write("p.c", "#include <mine.h>\nint main(void) { return FROM_HEADER + FORCED + GIVEN; }")
        assert cc("-Iinc", "-include", "forced.h", "-DGIVEN=6", "p.c") == (0, "", "")
        status, _, errors = cc("-Iinc", "-include", "forced.h", "-DGIVEN=6", "-UGIVEN", "p.c")
        assert status == 1 and "GIVEN" in errors

    def test_standard(self, cc: Command) -> None:
        write("p.c", "#if __STDC_VERSION__ != WANTED\n#error standard\n#endif\nint main(void) { return 0; }")
        assert cc("-DWANTED=201710L", "p.c")[0] == 0
        assert cc("-std=c99", "-DWANTED=199901L", "p.c")[0] == 0

    def test_assembly_and_preprocessing(self, cc: Command) -> None:
        write("p.c", "int x = NUMBER;")
        assert cc("-S", "-DNUMBER=42", "p.c") == (0, "", "")
        assert ".word\t42" in Path("p.s").read_text()
        status, output, _ = cc("-E", "-P", "-DNUMBER=42", "p.c")
        assert (status, output.strip()) == (0, "int x = 42;")
        assert cc("-c", "p.s", "-o", "from-assembly.o") == (0, "", "")

    def test_language_by_option(self, cc: Command) -> None:
        write("p.txt", "int main(void) { return 0; }")
        assert cc("-x", "c", "p.txt", "-o", "p") == (0, "", "")

    def test_identity_of_the_target(self, cc: Command) -> None:
        write("p.c", "")
        _, output, _ = cc("-E", "-dM", "p.c")
        defined = dict(line.split(" ", 2)[1:] for line in output.splitlines() if line.count(" ") > 1)
        assert defined["__NetBSD__"] == "1"
        assert defined["__NetBSD_Version__"] == "1100000000"
        assert defined["__riscv_xlen"] == "64"
        assert "__linux__" not in defined
        assert cc("-dumpmachine") == (0, "riscv64-unknown-netbsd11.0\n", "")

    def test_debugging_information_can_be_left_out(self, cc: Command) -> None:
        write("p.c", "int f(void) { return 1; }")
        for flags, wanted in (([], True), (["-g0"], False), (["-O2"], True), (["-g1"], True)):
            assert cc(*flags, "-c", "p.c", "-o", "p.o")[0] == 0
            with Path("p.o").open("rb") as file:
                assert ELFFile(file).has_dwarf_info() is wanted

    def test_optimisation_is_off_by_default(self, cc: Command) -> None:
        write("p.c", "static int f(void) { return 1; } int main(void) { return f(); }")
        assert cc("p.c", "-o", "plain")[0] == 0 and "f" in symbols(Path("plain"))
        assert cc("-O2", "p.c", "-o", "optimised")[0] == 0 and "f" not in symbols(Path("optimised"))

    def test_stripping(self, cc: Command) -> None:
        write("p.c", PROGRAM)
        assert cc("-s", "p.c")[0] == 0
        assert symbols(Path("a.out")) == {}

    def test_linker_options(self, cc: Command) -> None:
        write("p.c", "extern char k[]; int main(void) { return k == 0; }")
        assert cc("-Wl,--defsym,k=0x1234", "p.c", "-Xlinker", "-Map=map")[0] == 0
        assert symbol(Path("a.out"), "k") == 0x1234
        assert "main" in Path("map").read_text()

    def test_without_libraries(self, cc: Command) -> None:
        write("p.S", ".globl __start\n__start: li t6, 1\n ecall\n")
        assert cc("-nostdlib", "p.S") == (0, "", "")
        assert not has_netbsd_note(Path("a.out"))

    def test_dependency_files(self, cc: Command) -> None:
        write("p.h", "extern int x;")
        write("p.c", '#include "p.h"\nint main(void) { return 0; }')
        assert cc("-MMD", "-c", "p.c", "-o", "p.o")[0] == 0
        assert Path("p.d").read_text().split() == ["p.o:", "p.c", "p.h"]
        assert cc("-MMD", "p.c", "-o", "prog")[0] == 0
        assert "p.h" in Path("prog.d").read_text()
        write("q.c", '#include "p.h"\n')
        assert cc("-MD", "p.c", "q.c", "-o", "both")[0] == 0
        assert "p.h" in Path("p.d").read_text() and "p.h" in Path("q.d").read_text()

    def test_standard_input(self, cc: Command) -> None:
        with write("input", "int from_input;\n").open() as file:
            saved = os.dup(0)
            try:
                os.dup2(file.fileno(), 0)
                assert cc("-c", "-xc", "-") == (0, "", "")
                assert symbols(Path("stdin.o")).keys() >= {"from_input"}
                os.lseek(0, 0, os.SEEK_SET)
                assert cc("-c", "-xc", "-", "-o", "stdin.o") == (0, "", "")
            finally:
                os.dup2(saved, 0)
                os.close(saved)

    def test_long_double_and_128_bits(self, cc: Command) -> None:
        write(
            "p.c",
            "long double q(long double x) { return x * x; }\n"
            "__int128 d(__int128 a, __int128 b) { return a / b; }\n"
            "int main(int c, char **v) { (void)v; return (int)q(c) + (int)d(c, 3); }",
        )
        assert cc("p.c") == (0, "", "")

    def test_verbose(self, cc: Command) -> None:
        write("p.c", PROGRAM)
        status, _, errors = cc("-v", "p.c")
        assert status == 0 and "ld.lld" in errors

    def test_help_and_nothing(self, cc: Command) -> None:
        status, output, errors = cc("--help")
        assert (status, errors) == (0, "") and output.startswith("usage: uarea cc")
        status, output, errors = cc()
        assert (status, output) == (2, "") and errors.startswith("usage: uarea cc")


def one_line(errors: str) -> str:
    """The error, having checked that it is one line in the command's name."""
    assert errors.startswith("uarea cc: ") and errors.endswith("\n") and errors.count("\n") == 1
    return errors.removeprefix("uarea cc: ").rstrip("\n")


class TestErrors:
    """One clear line and a status; never a traceback, never a half-made output."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["missing.c"], "missing.c: No such file or directory"),
            (["missing.o"], "missing.o: No such file or directory"),
            (["directory.c"], "directory.c: Is a directory"),
            (["-o", "x"], "no input files"),
            (["-lm"], "no input files"),
            (["-c", "p.o"], "no input files"),
            (["-c", "p.c", "p.c", "-o", "x"], "-o x: several outputs cannot go to one file"),
            (["p.c", "-o", "none/x"], "-o none/x: there is no directory none"),
            (["p.c", "-o", "directory.c"], "-o directory.c: is a directory"),
            (["p.c", "-o", "p.c"], "-o p.c: that would overwrite an input file"),
            (["-c", "p.c", "-o", "./p.c"], "-o ./p.c: that would overwrite an input file"),
            (["--cc", "tcc", "p.c"], "--cc tcc: unknown compiler (known: zig, gcc, clang)"),
            (["-frobnicate"], "no input files"),
            (["-q", "p.c"], "unknown option -q"),
        ],
    )
    def test_bad_request(self, cc: Command, arguments: Sequence[str], message: str) -> None:
        write("p.c", PROGRAM)
        write("p.o", "")
        Path("directory.c").mkdir()
        before = sorted(os.listdir())
        status, output, errors = cc(*arguments)
        assert (status, output) == (2, "")
        assert one_line(errors).lower() == message.lower()
        assert sorted(os.listdir()) == before
        assert Path("p.c").read_text() == PROGRAM

    def test_rejected_program(self, cc: Command) -> None:
        write("p.c", "int main(void) { return undeclared; }")
        write("q.c", "int g(void) { return missing_too; }")
        status, output, errors = cc("p.c", "q.c", "-o", "p")
        assert (status, output) == (1, "")
        assert "p.c:1:25: error:" in errors and "undeclared" in errors
        assert "missing_too" in errors  # one wrong file does not hide the errors of the next
        assert not Path("p").exists()

    def test_missing_symbol(self, cc: Command) -> None:
        write("p.c", "int not_in_libc(void); int main(void) { return not_in_libc(); }")
        status, _, errors = cc("p.c", "-o", "p")
        assert status == 1
        assert "undefined symbol: not_in_libc" in errors
        assert not Path("p").exists()

    def test_missing_library(self, cc: Command) -> None:
        write("p.c", PROGRAM)
        status, _, errors = cc("p.c", "-lnowhere")
        assert status == 1 and "nowhere" in errors

    def test_warnings_do_not_fail(self, cc: Command) -> None:
        write("p.c", "int main(void) { int unused; return 0; }")
        status, _, errors = cc("-Wall", "p.c")
        assert status == 0 and "unused" in errors
        assert cc("-Wall", "-w", "p.c") == (0, "", "")
        assert cc("-Wall", "-Werror", "p.c")[0] == 1

    @pytest.mark.parametrize("name", ["zig", "gcc", "clang"])
    def test_no_compiler(self, cc: Command, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compilers, "zig_executable", lambda: None)
        write("p.c", PROGRAM)
        status, _, errors = cc("--cc", name, "p.c")
        assert status == 2
        assert one_line(errors) == "no compiler found: pip install 'uarea[toolchain]'"

    @pytest.mark.parametrize("name", ["gcc", "clang"])
    def test_compiler_not_installed(self, cc: Command, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        write("p.c", PROGRAM)
        status, _, errors = cc("--cc", name, "p.c")
        assert status == 2 and one_line(errors).startswith(f"--cc {name}: not installed")

    def test_no_room_for_temporary_files(self, cc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        write("p.c", PROGRAM)
        with monkeypatch.context() as patch:
            patch.setattr("tempfile.tempdir", str(Path("nowhere").absolute()))
            status, _, errors = cc("p.c")
        assert status == 2 and "nowhere" in one_line(errors)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
    def test_permissions(self, cc: Command) -> None:
        write("p.c", PROGRAM).chmod(0)
        status, _, errors = cc("p.c")
        assert status == 2 and one_line(errors) == "p.c: Permission denied"


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_other_compilers(name: str, cc: Command) -> None:
    if not installed(name):
        pytest.skip(f"there is no {name} for riscv64 here")
    write(
        "p.c",
        "#include <sys/types.h>\n#include <sys/wait.h>\n#include <errno.h>\n#include <inttypes.h>\n"
        "#include <limits.h>\n#include <signal.h>\n#include <stdarg.h>\n#include <stdatomic.h>\n"
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
        "#if defined __linux__ || !defined __NetBSD__\n#error target\n#endif\n"
        '_Static_assert(sizeof(int_fast32_t) == 4 && INT_FAST32_MAX == INT32_MAX, "as on NetBSD");\n'
        + PROGRAM,
    )
    assert cc("--cc", name, "-Wall", "-Wextra", "-Werror", "-O2", "p.c", "-o", "p") == (0, "", "")
    assert has_netbsd_note(Path("p"))
    assert [s["p_flags"] for s in segments(Path("p"), "PT_LOAD")] == [READ, READ | EXECUTE, READ | WRITE]


class TestCache:
    """cached_program: instant when nothing changed, right when something did."""

    def test_same_source_is_not_compiled_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        source = write("p.c", PROGRAM)
        first = cached_program(source)
        assert first.name == "p" and has_netbsd_note(first)

        def refuse(*_: object, **__: object) -> tuple[int, str]:
            raise AssertionError("a tool was run")

        monkeypatch.setattr("toolchain.objects.run", refuse)
        monkeypatch.setattr("toolchain.cc.run", refuse)
        assert cached_program(source) == first
        assert cached_program(str(source)) == first

    def test_what_makes_a_difference(self) -> None:
        header = write("p.h", "#define N 1\n")
        source = write("p.c", '#include "p.h"\nint n = N; int main(void) { return 0; }')
        seen = [cached_program(source), cached_program(source, ["-O2"]), cached_program(source, ["-DX"])]
        header.write_text("#define N 2\n")
        seen.append(cached_program(source))
        source.write_text('#include "p.h"\nint n = N; int main(void) { return 1; }')
        seen.append(cached_program(source))
        assert len(set(seen)) == len(seen)
        header.write_text("#define N 1\n")
        source.write_text('#include "p.h"\nint n = N; int main(void) { return 0; }')
        assert cached_program(source) == seen[0]

    def test_rejected(self) -> None:
        with pytest.raises(ToolchainError, match="undeclared") as caught:
            cached_program(write("p.c", "int main(void) { return undeclared; }"))
        assert caught.value.status == 1
        with pytest.raises(ToolchainError, match="undefined symbol: nowhere"):
            cached_program(write("p.c", "int nowhere(void); int main(void) { return nowhere(); }"))
        with pytest.raises(ToolchainError, match="flags for compiling"):
            cached_program(write("p.c", PROGRAM), ["-c"])
        with pytest.raises(ToolchainError, match="C library alone"):
            cached_program(write("p.c", PROGRAM), ["-lcurses"])

    def test_compile_program_tells_why(self, tmp_path: Path) -> None:
        with pytest.raises(ToolchainError, match="undeclared") as caught:
            compile_program([write("p.c", "int main(void) { return undeclared; }")], tmp_path / "p")
        assert caught.value.status == 1
