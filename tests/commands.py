"""Running many commands in one booted guest, and comparing what they print.

A script is text: lines that begin with "$ " are commands (tests/guest/commands/each.c says how they are written),
the lines below are what the command must print, and a last line "= N" its exit status if that is not 0.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from emu.userland import install_userland
from kernel.vfs.hostfs import share
from tests.conftest import Machine, Outcome

ENVIRONMENT = ("PATH=/bin:/usr/bin:/sbin:/usr/sbin", "HOME=/root", "TERM=dumb")
END = "\x1f"  # what each.c prints before a status
EACH = "tests/guest/commands/each.c"


def parse(script: str) -> list[tuple[str, str, int]]:
    """(command, expected output, expected status) of each command."""
    steps: list[tuple[str, str, int]] = []
    for line in dedent(script).strip("\n").splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], "", 0))
            continue
        command, output, status = steps[-1]
        if line.startswith("= "):
            steps[-1] = command, output, int(line[2:])
        else:
            steps[-1] = command, f"{output}{line}\n", status
    return steps


def run_script(program: Path, commands: list[str], shared: Path | None = None, writable: bool = False) -> Outcome:
    """The outcome of a guest that runs these commands in /tmp, with a directory of the host at /host if given."""
    m = Machine(stdin=("cd /tmp\n" + "\n".join(commands) + "\n").encode())
    install_userland(m.kernel)
    if shared is not None:
        share(m.kernel, str(shared), writable)
    m.start(program, env=ENVIRONMENT)
    return m.finish()


def results(outcome: Outcome) -> list[tuple[str, int]]:
    """(output, status) of each command after the first "cd", in the scripts' form: without blanks at the ends of lines,
    and with the end of the last line."""
    found: list[tuple[str, int]] = []
    output, *rest = outcome.out.decode(errors="replace").split(END)
    for part in rest:
        status, _, following = part.partition("\n")
        found.append(("".join(f"{line.rstrip(' ')}\n" for line in output.splitlines()), int(status)))
        output = following
    return found[1:]


def check(compile_guest: Callable[..., Path], script: str, shared: Path | None = None, writable: bool = False) -> None:
    """Run a script and compare; a failure shows every command that did not do what it should."""
    steps = parse(script)
    outcome = run_script(compile_guest(EACH), [command for command, _, _ in steps], shared, writable)
    got = results(outcome)
    assert len(got) == len(steps), outcome.out.decode(errors="replace") + outcome.err.decode(errors="replace")
    wrong = []
    for (command, output, status), (real_output, real_status) in zip(steps, got, strict=True):
        if (output, status) != (real_output, real_status):
            wrong.append(f"$ {command}\nexpected:\n{output}= {status}\ngot:\n{real_output}= {real_status}\n")
    assert not wrong, "\n" + "\n".join(wrong)
