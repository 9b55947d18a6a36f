"""The shell's snippets and what they must do: the tables in cases/, and running them with a shell of the host.

A table is a text file of cases:

    ### its name
    the snippet, a script
    --- 0
    what it writes to standard output

After the dashes come its exit status and, where they apply, "stderr" (something is written to standard error:
what, is not compared) and "no newline" (the output's last line does not end in one). A name followed by a
remark in brackets is one where dash does something else, which POSIX does not ask for; the remark says what.

Run as a program, `python -m tests.shell.table FILE...` rewrites tables with what dash does; cases with a remark
stay as they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).with_name("cases")
ENVIRONMENT = {"PATH": "/bin:/usr/bin", "HOME": "/root", "LC_ALL": "C"}
_CASE = re.compile(
    r"### (?P<name>[^\n\[]+?)(?: \[(?P<remark>[^\n]*)\])?\n(?P<snippet>.*?)"
    r"(?:^--- (?P<status>\d+)(?P<stderr> stderr)?(?P<open> no newline)?\n(?P<out>.*?))?(?=^### |\Z)",
    re.MULTILINE | re.DOTALL,
)


class Result(NamedTuple):
    """What running a snippet gave."""

    status: int
    out: bytes
    complains: bool


class Case(NamedTuple):
    """A snippet and what it must give. `remark` is empty if dash gives the same."""

    name: str
    remark: str
    snippet: str
    expected: Result


def read_table(path: Path) -> list[Case]:
    """The cases of a table. Raises ValueError if two have one name."""
    cases: dict[str, Case] = {}
    for match in _CASE.finditer(path.read_text()):
        out = (match["out"] or "").encode()
        if match["open"]:
            out = out.removesuffix(b"\n")
        expected = Result(int(match["status"] or -1), out, match["stderr"] is not None)
        name = f"{path.stem}: {match['name']}"
        if name in cases:
            raise ValueError(f"{path}: two cases are called {match['name']!r}")
        cases[name] = Case(name, match["remark"] or "", match["snippet"], expected)
    return list(cases.values())


def all_cases() -> list[Case]:
    """Every case, in the order of their tables' names."""
    return [case for path in sorted(CASES.glob("*.txt")) for case in read_table(path)]


def find_dash() -> str | None:
    """dash, if the host has it."""
    return shutil.which("dash")


def run_on_host(shell: str, snippet: str) -> Result:
    """Run a snippet in an empty directory. Raises subprocess.TimeoutExpired if it takes too long."""
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "cases", "script")
        work = Path(directory, "work", "case")
        script.parent.mkdir()
        work.mkdir(parents=True)
        script.write_text(snippet)
        # The scripts run `sh`, which is to be the same shell.
        programs = Path(directory, "bin")
        programs.mkdir()
        (programs / "sh").symlink_to(shell)
        environment = {**ENVIRONMENT, "PATH": f"{programs}:{ENVIRONMENT['PATH']}"}
        done = subprocess.run(
            ["sh", "../../cases/script"],
            executable=shell,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
            umask=0o022,
        )
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return Result(status, done.stdout, bool(done.stderr))


def format_case(case: Case, result: Result) -> str:
    """A case as it stands in a table, with this result."""
    remark = f" [{case.remark}]" if case.remark else ""
    out = result.out.decode()
    is_open = out != "" and not out.endswith("\n")
    head = f"### {case.name.partition(': ')[2]}{remark}\n{case.snippet}--- {result.status}"
    return head + " stderr" * result.complains + " no newline" * is_open + "\n" + out + "\n" * is_open


def record(path: Path, shell: str) -> None:
    """Rewrite a table with what the shell does."""
    text = []
    for case in read_table(path):
        keep = case.remark and case.expected.status >= 0
        text.append(format_case(case, case.expected if keep else run_on_host(shell, case.snippet)))
    path.write_text("".join(text))


if __name__ == "__main__":
    dash = find_dash()
    if dash is None:
        sys.exit("there is no dash to ask")
    os.environ.pop("ENV", None)
    for argument in sys.argv[1:]:
        record(Path(argument), dash)
