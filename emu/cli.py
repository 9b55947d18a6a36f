"""The `uarea` command. Each subcommand imports what it needs when it runs: start-up time is part of the product."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import Any

import click

# Options after the first argument are that argument's own.
PASS_THROUGH: dict[str, Any] = {"allow_interspersed_args": False}


class Size(click.ParamType):
    """A number of bytes with an optional K, M or G (powers of 1024)."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+)([KMG]?)(i?B)?", str(value), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is not a size; write 64M or 1G", param, ctx)
        return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2].upper()]


def version() -> str:
    """The installed package's version; in a checkout that is not installed, the one it would have."""
    from importlib import metadata

    try:
        return metadata.version("uarea")
    except metadata.PackageNotFoundError:
        import tomllib

        with open(os.path.join(os.path.dirname(__file__), "..", "pyproject.toml"), "rb") as file:
            return str(tomllib.load(file)["project"]["version"])


def print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    """--version"""
    if wanted:
        click.echo(f"uarea {version()}")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version,
              help="Show the version and exit.")  # fmt: skip
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A teaching operating system: an emulated RISC-V machine, and a kernel in Python that you can read,
    change and step through.

    \b
    Examples:
      uarea cc hello.c -o hello     compile a C program for the machine
      uarea run ./hello             boot the machine and run it
      uarea boot                    boot it to a shell
      uarea trace ./hello           show every system call it makes
      uarea debug ./hello           debug it, and the kernel, forwards and backwards
      uarea syscalls                list the kernel's system calls
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def environment(assignments: tuple[str, ...]) -> dict[str, str]:
    """The value of --env."""
    variables = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{assignment!r} is not NAME=VALUE", param_hint="--env")
        variables[name] = value
    return variables


@cli.command(context_settings=PASS_THROUGH)
@click.option("--ram", type=Size(), default="256M", show_default=True, help="RAM of the machine.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness and of scheduling.")
@click.option("--env", "env", multiple=True, metavar="K=V", help="Add a variable to the program's environment.")
@click.option("--cwd", default="/root", show_default=True, help="Working directory in the guest.")
@click.option("--vtime", type=float, metavar="SECONDS", help="End it after this much virtual time (status 124).")
@click.option("--stats", is_flag=True, help="Print what the run did to stderr at its end.")
@click.option("--cow", type=click.Choice(["none", "page", "table"]), default="table", show_default=True,
              help="How fork copies memory: at once; page by page, or table by table, when written.")  # fmt: skip
@click.option("--share", metavar="DIR[:ro|:rw]", help="Show a directory of the host at /host; read-only without :rw.")
@click.option("--record", metavar="FILE", help="Write down what 'uarea replay' needs to reproduce the run.")
@click.argument("prog")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(ram: int, seed: int, env: tuple[str, ...], cwd: str, vtime: float | None, stats: bool, cow: str,
        share: str | None, record: str | None, prog: str, args: tuple[str, ...]) -> None:  # fmt: skip
    """Run a program on a fresh machine.

    PROG is a program on the host, which is copied to the same path in the guest; or, if there is no such
    file, a path or the name of a command in the guest. Its standard input, output and error are the host's.

    \b
    The exit status is the program's, or 128 + the signal that killed it; otherwise
      2    a bad argument, or PROG cannot be run
      70   the kernel itself failed (a bug in it)
      75   the host has no memory left for the emulator
      124  --vtime has passed
      125  every process sleeps and nothing is left that could wake one

    \b
    Examples:
      uarea run ./hello one two
      uarea run --ram 1G --seed 7 ./forkbench
      echo text | uarea run --stats ./filter >out
      uarea run --record bug.rec ./prog
    """
    from emu.runner import RunOptions, UsageError, run_program

    variables = environment(env)
    if vtime is not None and not 0 < vtime < 1e9:
        raise click.BadParameter(f"{vtime:g} is not a positive number of seconds", param_hint="--vtime")
    try:
        options = RunOptions(ram=ram, seed=seed, env=variables, cwd=cwd, vtime=vtime, stats=stats, cow=cow, share=share)
        if record is not None:
            from emu.replay import run_recorded

            sys.exit(run_recorded(record, options, prog, args))
        sys.exit(run_program(options, prog, args))
    except UsageError as error:
        fail(str(error))


@cli.command()
@click.option("--program", metavar="FILE", help="Where the recorded program is now, if it has moved.")
@click.option("--anyway", is_flag=True, help="Try it with another program or version, too; see what differs.")
@click.argument("recording", metavar="FILE")
def replay(program: str | None, anyway: bool, recording: str) -> None:
    """Reproduce a run that 'uarea run --record FILE' wrote down: same output, same virtual time, same memory.

    Nothing is read from the host but the recording and the program: all input and every signal comes from the
    recording. At the end output, time and memory are compared with what they were.

    \b
    The exit status is the recorded run's; otherwise
      2    a bad argument
      71   it cannot be replayed here: the recording is damaged or incomplete, or another program, another
           version of the emulator or of the kernel, or another userland would run
      72   it was replayed, and was not the recorded run

    \b
    Examples:
      uarea run --record bug.rec ./prog arg <input
      uarea replay bug.rec
      uarea replay --program elsewhere/prog bug.rec
    """
    from emu.replay import run_replay
    from emu.runner import UsageError

    try:
        sys.exit(run_replay(recording, program, anyway=anyway))
    except UsageError as error:
        fail(str(error))


@cli.command()
@click.option("--ram", type=Size(), default="256M", show_default=True, help="RAM of the machine.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness and of scheduling.")
@click.option("--cow", type=click.Choice(["none", "page", "table"]), default="table", show_default=True,
              help="How fork copies memory: at once; page by page, or table by table, when written.")  # fmt: skip
@click.option("--init", default="/sbin/init", show_default=True, metavar="PATH", help="What process 1 runs.")
@click.option("--stats", is_flag=True, help="Print what the machine did to stderr at its end.")
@click.option("--share", metavar="DIR[:ro|:rw]", help="Show a directory of the host at /host; read-only without :rw.")
def boot(ram: int, seed: int, cow: str, init: str, stats: bool, share: str | None) -> None:
    """Boot a machine to its prompt.

    The terminal is the machine's console: ^C, ^Z and ^D go to the programs in it, and while nothing happens
    in the machine its time goes as fast as yours. Ctrl-A x ends it at once; Ctrl-A h shows all keys. Leaving
    the shell, or the command halt, ends it in good order.

    Standard input that is no terminal is typed at the console line by line as the machine reads, followed by
    ^D; time jumps then whenever all processes sleep.

    \b
    The exit status is 0 when the machine was halted, or switched off with Ctrl-A x; otherwise
      2    a bad argument, or init cannot be run
      70   the kernel panicked: init died, or the kernel itself failed
      75   the host has no memory left for the emulator
      125  every process sleeps and nothing is left that could wake one

    \b
    Examples:
      uarea boot
      uarea boot --ram 64M --init ./myinit
      echo 'ps -A' | uarea boot
    """
    from emu.boot import BootOptions, run_boot
    from emu.runner import RunOptions, UsageError

    machine = RunOptions(ram=ram, seed=seed, cow=cow, share=share)
    try:
        sys.exit(run_boot(BootOptions(machine=machine, init=init, stats=stats)))
    except UsageError as error:
        fail(str(error))


@cli.command(context_settings=PASS_THROUGH)
@click.option("-o", "--output", metavar="FILE", help="Write the trace to a file of the host instead of stderr.")
@click.option("-t", "points", metavar="LETTERS", default="aceinsu", show_default=True,
              help="What to show, as ktrace has it: a exec's arguments, c system calls, e emulation, i data read and "
                   "written, l sysctl names, n paths, s signals, u utrace, v exec's environment, w context "
                   "switches.")  # fmt: skip
@click.option("-p", "--probe", "probes", multiple=True, metavar="GLOB",
              help="Show instead the firings of these probes: [[[provider:]module:]function:]name.")  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="List the probes and their arguments.")
@click.option("--ram", type=Size(), default="256M", show_default=True, help="RAM of the machine.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness and of scheduling.")
@click.option("--env", "env", multiple=True, metavar="K=V", help="Add a variable to the program's environment.")
@click.option("--cwd", default="/root", show_default=True, help="Working directory in the guest.")
@click.argument("prog", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def trace(output: str | None, points: str, probes: tuple[str, ...], listing: bool, ram: int, seed: int,
          env: tuple[str, ...], cwd: str, prog: str | None, args: tuple[str, ...]) -> None:  # fmt: skip
    """Run a program as 'run' does, and show what it and its descendants do.

    Each line has pid, LWP, program and what happened: CALL and RET of a system call, NAMI a path looked up, GIO
    data read or written, PSIG a signal taken, ARG an argument of exec, CSW a context switch. With --probe, a line
    has virtual time, pid and LWP, program, the probe and its arguments.

    \b
    The exit status is that of 'uarea run'.

    \b
    Examples:
      uarea trace ./hello
      uarea trace -o calls.txt -t c sh -c 'ls | wc -l'
      uarea trace --probe create --probe 'syscall::*fork*:' ./forktest
      uarea trace --list
    """
    from emu import trace as tracing
    from emu.runner import RunOptions, UsageError, run_program

    if listing:
        tracing.list_probes(click.echo)
        return
    if prog is None:
        raise click.UsageError("Missing argument 'PROG'.")
    try:
        with tracing.output(output) as out:
            watch = tracing.watcher(out, points, probes)
            sys.exit(run_program(RunOptions(ram=ram, seed=seed, env=environment(env), cwd=cwd), prog, args, watch))
    except UsageError as error:
        fail(str(error))


class _Ordered(click.Option):
    """-ex and -x, whose values are executed in the order in which they were given."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        option = parser._long_opt.get(self.opts[0]) or parser._short_opt.get(self.opts[0])
        usual, name = option.process, self.opts[0]

        def process(value: Any, state: Any) -> None:
            ctx.meta.setdefault("executed", []).append((name, value))
            usual(value, state)

        option.process = process


@cli.command(context_settings=PASS_THROUGH)
@click.option("-ex", "commands", cls=_Ordered, multiple=True, metavar="COMMAND", help="Execute a command first.")
@click.option("-x", "files", cls=_Ordered, multiple=True, metavar="FILE", help="Execute the commands in a file first.")
@click.option("--batch", is_flag=True, help="End after that; status 1 if a command failed.")
@click.option("--replay", metavar="FILE", help="Debug a run that 'run --record' has written down.")
@click.option("--ram", type=Size(), default="256M", show_default=True, help="RAM of the machine.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness and of scheduling.")
@click.option("--env", "env", multiple=True, metavar="K=V", help="Add a variable to the program's environment.")
@click.option("--cwd", default="/root", show_default=True, help="Working directory in the guest.")
@click.argument("prog", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def debug(ctx: click.Context, commands: tuple[str, ...], files: tuple[str, ...], batch: bool, replay: str | None,
          ram: int, seed: int, env: tuple[str, ...], cwd: str, prog: str | None,
          args: tuple[str, ...]) -> None:  # fmt: skip
    """Debug a program and the kernel under it, forwards and backwards.

    The commands are gdb's: break, run, step, print, and so on; 'help' lists them all. An ecall leads on into
    the kernel's source, and every stop has a position, to which 'goto' comes back.

    \b
    Examples:
      uarea debug ./hello one two
      uarea debug -ex 'break main' -ex run ./hello
      uarea debug --batch -x session.txt ./hello
      uarea debug --replay bug.rec
    """
    from emu.debugger.main import debug as run_debugger
    from emu.runner import RunOptions, UsageError

    if (prog is None) == (replay is None):
        raise click.UsageError("Missing argument 'PROG'." if prog is None else "--replay has a program of its own.")
    options = RunOptions(ram=ram, seed=seed, env=environment(env), cwd=cwd)
    try:
        executed = ctx.meta.get("executed", [])
        sys.exit(run_debugger(options, prog or "", list(args), executed=executed, batch=batch, replay=replay))
    except UsageError as error:
        fail(str(error))


@cli.command(context_settings=PASS_THROUGH)
@click.option("--port", type=int, metavar="N", help="TCP port to wait on; 0 for any free one.  [default: 1234]")
@click.option("--stdio", is_flag=True, help="Talk over standard input and output instead: gdb starts us.")
@click.option("--multi", is_flag=True, help="Wait for the next gdb when one has left.")
@click.option("--ram", type=Size(), default="256M", show_default=True, help="RAM of the machine.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all randomness and of scheduling.")
@click.option("--env", "env", multiple=True, metavar="K=V", help="Add a variable to the program's environment.")
@click.option("--cwd", default="/root", show_default=True, help="Working directory in the guest.")
@click.option("--cow", type=click.Choice(["none", "page", "table"]), default="table", show_default=True,
              help="How fork copies memory: at once; page by page, or table by table, when written.")  # fmt: skip
@click.argument("prog")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def gdb(port: int | None, stdio: bool, multi: bool, ram: int, seed: int, env: tuple[str, ...], cwd: str, cow: str,
        prog: str, args: tuple[str, ...]) -> None:  # fmt: skip
    """Run a program for a gdb to connect to, on the host or inside an editor.

    gdb must know RISC-V: gdb-multiarch does. Breakpoints, watchpoints, fork, vfork and exec, several processes,
    and going back in time work as with a native program; 'monitor help' lists what this debugger adds. Only
    programs on this host can connect.

    \b
    Exit status: 0 when gdb has left, 2 for a bad argument.

    \b
    Examples:
      uarea gdb ./prog arg              and in gdb: target extended-remote :1234
      gdb-multiarch ./prog -ex 'target remote | uarea gdb --stdio ./prog arg'
    """
    from emu.debugger.gdbstub.server import serve_port, serve_stdio
    from emu.runner import RunOptions, UsageError

    if stdio and (port is not None or multi):
        raise click.UsageError("--stdio cannot be had with --port or --multi.")
    options = RunOptions(ram=ram, seed=seed, env=environment(env), cwd=cwd, cow=cow)
    try:
        if stdio:
            sys.exit(serve_stdio(options, prog, list(args)))
        sys.exit(serve_port(1234 if port is None else port, options, prog, list(args), once=not multi))
    except UsageError as error:
        fail(str(error))


@cli.command(context_settings={**PASS_THROUGH, "ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def cc(args: tuple[str, ...]) -> None:
    """Compile and link a static program for the machine, with the C library in it.

    ARGS are a C compiler's: C and assembly files, objects and archives; -o -c -S -E -O -g -I -D -L -l -W...
    Debug information is on unless you say -g0. The compiler is the one in the ziglang package; --cc gcc or
    --cc clang takes an installed cross compiler instead.

    \b
    Exit status: 0; 1 when the compiler or linker finds errors; 2 for bad arguments or no compiler.

    \b
    Examples:
      uarea cc hello.c -o hello
      uarea cc -O2 -Iinclude main.c util.c start.S -lm -o prog
      uarea cc -c part.c
    """
    from toolchain.cc import main as compile_main

    sys.exit(compile_main(list(args)))


@cli.command()
def syscalls() -> None:
    """List the kernel's system calls: number, name, C prototype, and whether the call may sleep.

    \b
    Example:
      uarea syscalls | grep fork
    """
    import kernel.main  # noqa: F401  (defines every call)
    from kernel.syscall import NATIVE

    for entry in NATIVE:
        if entry is not None:
            click.echo(f"{entry.number:>3}  {entry.name:<24}{'sleeps' if entry.sleeps else '':<8}{entry.prototype}")


def fail(message: str, status: int = 2) -> None:
    """One line on stderr, and the end."""
    print(f"uarea: {message}", file=sys.stderr)
    sys.exit(status)


def main() -> None:
    """The console script. Bad usage is one line on stderr and status 2; no command at all shows the help."""
    if sys.stderr is None:
        sys.stderr = io.StringIO()  # the host closed it: what would be said there is lost
    try:
        sys.exit(cli.main(prog_name="uarea", standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        fail(" ".join(error.format_message().split()))
    except MemoryError:
        fail("the host has no memory left for the emulator", 75)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing more to say
        sys.exit(141)


if __name__ == "__main__":
    main()
