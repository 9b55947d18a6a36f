"""`uarea cc`: compile and link programs for the machine; and the same as a library.

The driver finds a compiler, gives it NetBSD's headers, runs it once for each source, and links what comes
out with our C library into a static program. Option names and meanings are gcc's.
"""

import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from toolchain.cache import cache_dir, digest, publishing, sweep
from toolchain.compilers import TRIPLE, Compiler, find_compiler, run
from toolchain.errors import ToolchainError
from toolchain.libc import CLibrary, c_library
from toolchain.link import link_command
from toolchain.objects import ASSEMBLY_SUFFIXES, cached_object
from toolchain.options import Linked, Mode, Options, Source, is_libc_part, parse

USAGE = """\
usage: uarea cc [option...] file...

Compile C and assembly (.c .i .s .S) and link it, with objects and archives (.o .a), into a static program
for the machine. The options are gcc's:

  -o FILE                 the output; a.out unless told otherwise
  -c  -S  -E              stop after compiling, before assembling, after preprocessing
  -O0 ... -O3 -Os -Oz     optimise; the default is -O0
  -g  -g0                 debugging information, DWARF 4; on unless -g0 is given
  -I -D -U -include -std= -x -W* -f* -m* -w -M*
                          to the compiler as they are
  -L -l -T -e -u -z -s -Wl,... -Xlinker
                          to the linker as they are; -lm, -lpthread and the like are part of libc
  -nostdlib -nostartfiles -nodefaultlibs
                          leave crt0.o, the libraries, or both out
  -pthread -static        accepted: always so
  -v                      print the commands that are run

  --cc zig|gcc|clang      the compiler: zig's clang (default), or a gcc or clang of this host

Exit status: 0 done, 1 the program was rejected, 2 the request was not understood or cannot be carried out.
"""

_PROGRAM = "uarea cc"
# Readable by every tool that is likely to be pointed at the program; -gdwarf-5 on the command line wins.
_DEBUG_FORMAT = "-gdwarf-4"
_OUTPUT_SUFFIX = {Mode.OBJECT: ".o", Mode.ASSEMBLY: ".s"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, without the command's name; give the exit status. Errors go to standard error."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or "--help" in arguments:
        (sys.stdout if arguments else sys.stderr).write(USAGE)
        return 0 if arguments else 2
    try:
        return _Driver(parse(arguments)).run()
    except ToolchainError as error:
        sys.stderr.write(error.output)
        print(f"{_PROGRAM}: {error.args[0]}", file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"{_PROGRAM}: {error.filename or 'error'}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def compile_program(
    sources: Sequence[Path | str], out: Path | str, *, flags: Sequence[str] = (), cc: str = "zig"
) -> Path:
    """Compile and link `sources` into the program `out`.

    `flags` are those of the command line. Raises ToolchainError, with the tools' output if the program was
    rejected.
    """
    options = parse([*flags, "--cc", cc, "-o", str(out), *map(str, sources)])
    driver = _Driver(options, capture=True)
    if driver.run() != 0:
        raise ToolchainError(f"compiling {out} failed", status=1, output=driver.output)
    return Path(out)


def cached_program(source: Path | str, flags: Sequence[str] = (), *, cc: str = "zig") -> Path:
    """The program made of one source file, from the cache if nothing that went into it has changed.

    The file's name is the source's without the suffix; relative directories in `flags` start from the
    source's directory. Raises ToolchainError as compile_program does.
    """
    path = Path(source).absolute()
    options = parse([*flags, "--cc", cc, str(path)])
    _check_cacheable(options)
    compiler = find_compiler(cc)
    made = cached_object(compiler, path.name, compile_flags(options), path.parent)
    library = c_library()
    command = _link_command(options, [str(made)], "", library)
    name = digest([compiler.identity, library.key, *command])
    program = cache_dir() / "programs" / digest([cc, str(path), *flags]) / name / path.stem
    if not program.exists():
        with publishing(program) as scratch:
            command[command.index("-o") + 1] = str(scratch)
            status, output = run(command, capture=True)
            if status != 0:
                raise ToolchainError(f"linking {path.name} failed", status=1, output=output)
        sweep(program)
    return program


def _check_cacheable(options: Options) -> None:
    """Refuse what the key of a cached program does not cover. Raises ToolchainError."""
    if options.mode is not Mode.LINK or options.output is not None or options.dependency_rule:
        raise ToolchainError("a cached program takes flags for compiling and linking only")
    foreign = [flag for flag in options.items if isinstance(flag, str) and flag.startswith(("-T", "-l"))]
    if len(options.files) != 1 or not all(map(is_libc_part, foreign)):
        raise ToolchainError("a cached program is one source file, linked with the C library alone")


def compile_flags(options: Options) -> list[str]:
    """The flags for the compiler: debugging information is on unless the command line speaks of it."""
    debug = [_DEBUG_FORMAT] if options.debug_chosen else ["-g", _DEBUG_FORMAT]
    return [*debug, *options.compile_flags]


def _link_command(
    options: Options, objects: Sequence[str], output: str, library: CLibrary | None
) -> list[str]:
    """The link of what the command line names, with `objects` in the places of its sources."""
    made = iter(objects)
    items: list[str] = []
    for item in options.items:
        if isinstance(item, Source):
            items.append(next(made))
        elif isinstance(item, Linked):
            items.append(item.path)
        elif not (options.libraries and is_libc_part(item)):
            items.append(item)
    return link_command(items, output, library, startup=options.startup, libraries=options.libraries)


class _Driver:
    """One command line being carried out."""

    __slots__ = ("_capture", "_compiler", "_options", "output")

    def __init__(self, options: Options, *, capture: bool = False) -> None:
        self._options = options
        self._compiler: Compiler | None = None
        self._capture = capture
        self.output = ""  # what the tools printed, if captured

    def run(self) -> int:
        options = self._options
        if options.query is not None:
            return self._answer(options.query)
        self._check()
        self._compiler = find_compiler(options.compiler)
        if options.mode is Mode.LINK:
            return self._link()
        # All files are compiled, for the sake of their messages, even if an early one is rejected.
        return max(self._compile(source, self._output_for(source)) for source in options.sources)

    def _check(self) -> None:
        """Refuse what cannot work, before anything is started. Raises ToolchainError."""
        options = self._options
        sources = options.sources
        files = options.files
        if not (sources if options.mode is not Mode.LINK else files):
            raise ToolchainError("no input files")
        for file in files:
            _check_readable(file)
        if options.output is None:
            return
        if options.mode is not Mode.LINK and len(sources) > 1:
            raise ToolchainError(f"-o {options.output}: several outputs cannot go to one file")
        _check_writable(options.output)
        for file in files:
            if file != "-" and os.path.exists(options.output) and os.path.samefile(file, options.output):
                raise ToolchainError(f"-o {options.output}: that would overwrite an input file")

    def _output_for(self, source: Source) -> str | None:
        options = self._options
        suffix = _OUTPUT_SUFFIX.get(options.mode)
        if options.mode is Mode.CHECK:
            return None
        if options.output is not None or suffix is None:
            return options.output
        return (Path(source.path).stem if source.path != "-" else "stdin") + suffix

    def _compile(self, source: Source, output: str | None, *, mode: Mode | None = None) -> int:
        assert self._compiler is not None
        options = self._options
        mode = mode or options.mode
        assembly = (source.language or "").startswith("assembler") or (
            source.language is None and source.path.endswith(ASSEMBLY_SUFFIXES)
        )
        command = self._compiler.compile_command(compile_flags(options), assembly=assembly)
        if options.dependency_rule and "-MF" not in options.compile_flags:
            one_output = options.output if len(options.sources) == 1 else None
            stem = os.path.splitext(one_output or Path(source.path).name)[0]
            command += ["-MF", f"{stem}.d"]
            if not {"-MT", "-MQ"} & set(options.compile_flags):
                command += ["-MT", one_output or f"{stem}.o"]
        command.append(mode.value)
        if output is not None:
            command += ["-o", output]
        if source.language is not None:
            command += ["-x", source.language]
        return self._run([*command, source.path])

    def _link(self) -> int:
        options = self._options
        with tempfile.TemporaryDirectory(prefix="uarea-cc-") as scratch:
            objects: list[str] = []
            status = 0
            for number, source in enumerate(options.sources):
                directory = Path(scratch, str(number))  # two sources may have one name
                directory.mkdir()
                objects.append(str(directory / (Path(source.path).stem + ".o")))
                status = max(status, self._compile(source, objects[-1], mode=Mode.OBJECT))
            if status != 0:
                return status
            library = c_library() if options.startup or options.libraries else None
            output = options.output or "a.out"
            _check_writable(output)
            return self._run(_link_command(options, objects, output, library))

    def _run(self, command: list[str]) -> int:
        if self._options.verbose:
            print(shlex.join(command), file=sys.stderr)
        status, output = run(command, capture=self._capture)
        self.output += output
        return 1 if status != 0 else 0

    def _answer(self, query: str) -> int:
        if query == "-dumpmachine":
            print(TRIPLE)
            return 0
        compiler = find_compiler(self._options.compiler)
        return self._run([*compiler.command, query])


def _check_readable(file: str) -> None:
    if file == "-":
        return
    if os.path.isdir(file):
        raise ToolchainError(f"{file}: is a directory")
    try:
        with open(file, "rb"):
            pass
    except OSError as error:
        raise ToolchainError(f"{file}: {error.strerror}") from None


def _check_writable(output: str) -> None:
    parent = os.path.dirname(output) or "."
    if os.path.isdir(output):
        raise ToolchainError(f"-o {output}: is a directory")
    if not os.path.isdir(parent):
        raise ToolchainError(f"-o {output}: there is no directory {parent}")
    if not os.access(output if os.path.exists(output) else parent, os.W_OK):
        raise ToolchainError(f"-o {output}: permission denied")
