"""The command line of `uarea cc`, which is gcc's as far as programs and build systems use it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from toolchain.errors import ToolchainError


class Mode(Enum):
    """How far to go."""

    LINK = "link"
    OBJECT = "-c"
    ASSEMBLY = "-S"
    PREPROCESS = "-E"
    CHECK = "-fsyntax-only"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to compile. `language` is what -x said, or None to go by the suffix."""

    path: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """An object file or archive, for the linker."""

    path: str


@dataclass(slots=True)
class Options:
    """A parsed command line."""

    mode: Mode = Mode.LINK
    output: str | None = None
    compiler: str = "zig"
    # What the linker gets, in order: a Source stands for the object that will be made of it, a string is
    # an option.
    items: list[Source | Linked | str] = field(default_factory=list)
    compile_flags: list[str] = field(default_factory=list)
    dependency_rule: bool = False
    debug_chosen: bool = False
    startup: bool = True
    libraries: bool = True
    verbose: bool = False
    query: str | None = None

    @property
    def sources(self) -> list[Source]:
        return [item for item in self.items if isinstance(item, Source)]

    @property
    def files(self) -> list[str]:
        return [item.path for item in self.items if not isinstance(item, str)]


SOURCE_SUFFIXES = (".c", ".i", ".s", ".S")
LINKER_SUFFIXES = (".o", ".a")

_MODES = {mode.value: mode for mode in Mode if mode is not Mode.LINK}

# Options for the compiler that take an argument, which may also be joined to the first group.
_COMPILE_JOINED = ("-I", "-D", "-U")
_COMPILE_SEPARATE = (
    "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-MF", "-MT", "-MQ", "--param",
    "-Xpreprocessor", "-Xassembler", "-Xclang",
)  # fmt: skip
_COMPILE_PREFIXES = ("-O", "-W", "-f", "-m", "-std=", "-Wa,", "-Wp,", "-pedantic", "--param=")
_COMPILE_FLAGS = ("-w", "-ansi", "-P", "-C", "-CC", "-H", "-dM", "-dD", "-nostdinc", "-undef", "-pipe", "-MP",
                  "-MG", "-trigraphs")  # fmt: skip

_LINK_JOINED = ("-L", "-T", "-u", "-z", "-e")
_LINK_FLAGS = ("-s", "-t")

# Everything is in libc.a: these names are accepted for the sake of makefiles.
_LIBC_NAMES = ("c", "m", "pthread", "rt", "util", "gcc", "dl")

_NOT_STATIC = ("-shared", "-pie", "-static-pie", "-rdynamic", "-dynamic")
_ACCEPTED = ("-static", "-no-pie", "-nopie", "-pthread", "-pthreads")
_QUERIES = ("--version", "-dumpmachine", "-dumpversion")

_LANGUAGES = ("none", "c", "cpp-output", "assembler", "assembler-with-cpp")


def parse(arguments: Sequence[str]) -> Options:
    """Parse a command line. Raises ToolchainError for what cannot be understood; files are not looked at."""
    options = Options()
    language: str | None = None
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-") or argument == "-":
            options.items.append(_input(argument, language))
        elif argument == "-x" or (argument.startswith("-x") and argument[2:] in _LANGUAGES):
            language = _language(argument[2:] or _value("-x", rest))
        elif not (_take_general(options, argument, rest) or _take_passed_on(options, argument, rest)):
            raise ToolchainError(f"unknown option {argument}")
    return options


def _take_general(options: Options, argument: str, rest: Iterator[str]) -> bool:
    """Take an option that the driver itself acts on."""
    if argument in _MODES:
        options.mode = _MODES[argument]
    elif argument.startswith("-o"):
        options.output = argument[2:] or _value("-o", rest)
    elif argument == "--cc" or argument.startswith("--cc="):
        options.compiler = argument[5:] or _value("--cc", rest)
    elif argument == "-v":
        options.verbose = True
    elif argument.startswith("-g"):
        options.debug_chosen = True
        options.compile_flags.append(argument)
    elif argument == "-nostdlib":
        options.startup = options.libraries = False
    elif argument == "-nostartfiles":
        options.startup = False
    elif argument in ("-nodefaultlibs", "-nolibc"):
        options.libraries = False
    elif argument in ("-M", "-MM"):
        options.mode = Mode.PREPROCESS
        options.compile_flags.append(argument)
    elif argument in ("-MD", "-MMD"):
        options.dependency_rule = True
        options.compile_flags.append(argument)
    elif argument in _NOT_STATIC:
        raise ToolchainError(f"{argument}: programs are linked statically, at a fixed address")
    elif argument in ("-m32", "-m16", "-mx32"):
        raise ToolchainError(f"{argument}: the machine has 64 bits")
    elif argument in _QUERIES:
        options.query = argument
    else:
        return argument in _ACCEPTED
    return True


def _take_passed_on(options: Options, argument: str, rest: Iterator[str]) -> bool:
    """Take an option that goes to the compiler or the linker."""
    if argument[:2] in _COMPILE_JOINED:
        options.compile_flags.append(argument[:2] + (argument[2:] or _value(argument, rest)))
    elif argument in _COMPILE_SEPARATE:
        options.compile_flags += [argument, _value(argument, rest)]
    elif argument.startswith("-Wl,"):
        options.items += [part for part in argument[4:].split(",") if part]
    elif argument == "-Xlinker":
        options.items.append(_value(argument, rest))
    elif argument.startswith("-l"):
        name = argument[2:] or _value("-l", rest)
        options.items.append(f"-l{name}")
    elif argument in _LINK_FLAGS:
        options.items.append(argument)
    elif argument[:2] in _LINK_JOINED:
        options.items += [argument[:2], argument[2:] or _value(argument, rest)]
    elif argument in _COMPILE_FLAGS or argument.startswith(_COMPILE_PREFIXES):
        options.compile_flags.append(argument)
    else:
        return False
    return True


def _value(option: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise ToolchainError(f"{option} needs an argument")
    return value


def _language(name: str) -> str | None:
    if name not in _LANGUAGES:
        raise ToolchainError(f"-x {name}: unknown language (known: {', '.join(_LANGUAGES)})")
    return None if name == "none" else name


def _input(path: str, language: str | None) -> Source | Linked:
    if language is not None:
        return Source(path, language)
    if path.endswith(SOURCE_SUFFIXES):
        return Source(path)
    if path.endswith(LINKER_SUFFIXES):
        return Linked(path)
    if path == "-":
        raise ToolchainError("to read standard input, say with -x what is in it")
    if not path:
        raise ToolchainError("a file name is empty")
    raise ToolchainError(f"{path}: not a C, assembly, object or archive file (by its name)")


def is_libc_part(flag: str) -> bool:
    """Whether a -l option names a library that libc.a contains here."""
    return flag.startswith("-l") and flag[2:] in _LIBC_NAMES
