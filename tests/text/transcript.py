"""Transcripts: commands, and what they must print.

    # a remark
    $ printf 'a\\nb' | tail -n 1
    b\\c
    $ grep x lines
    = 1

A command may go on in lines that begin with "> ". Its output follows; a line "= STATUS" ends it where the status is
not 0, with "stderr" after it where something (what, is not compared) must be written there. In output a backslash
stands for itself when doubled, \\c is at the end of a last line without a newline, and \\xNN is any byte.

Commands that begin with "$$ " do what the host's do not, or what it has no command for. The others are recorded:
`python -m tests.text.transcript FILE...` rewrites transcripts with what the host's commands do, which as far as the
cases go is what POSIX says.
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
FILES = Path(__file__).with_name("files")
ENVIRONMENT = {"PATH": "/bin:/usr/bin", "HOME": "/root", "LC_ALL": "C", "TZ": "UTC", "POSIXLY_CORRECT": "1"}
_ESCAPE = re.compile(rb"\\(\\|c$|x[0-9a-f]{2})")


class Result(NamedTuple):
    """What a command did."""

    status: int
    out: bytes
    complains: bool


class Step(NamedTuple):
    """A command, what it must do, whether that is recorded from the host, and the remarks before it."""

    command: str
    expected: Result
    recorded: bool
    remarks: str


def escape(out: bytes) -> str:
    """Output as it stands in a transcript."""
    text = "".join(
        "\\\\" if byte == 0x5C else chr(byte) if 0x20 <= byte < 0x7F or byte in (9, 10) else f"\\x{byte:02x}"
        for byte in out
    )
    text = re.sub(r"^(?=[$>=#] |\$\$ )(.)", lambda match: f"\\x{ord(match[1]):02x}", text, flags=re.MULTILINE)
    return text if not text or text.endswith("\n") else f"{text}\\c\n"


def unescape(line: str) -> bytes:
    """A line of output, with its newline if it has one."""
    data = f"{line}".encode()
    if re.search(rb"(?<!\\)(\\\\)*\\c$", data):
        return _ESCAPE.sub(_byte, data[:-2])
    return _ESCAPE.sub(_byte, data) + b"\n"


def _byte(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return b"\\" if code == b"\\" else bytes([int(code[1:], 16)])


def read_transcript(path: Path) -> list[Step]:
    """The steps of a transcript."""
    steps: list[Step] = []
    remarks = ""
    for line in path.read_text().split("\n")[:-1]:
        if match := re.match(r"(\$\$?) (.*)", line):
            steps.append(Step(match[2], Result(0, b"", False), match[1] == "$", remarks))
            remarks = ""
        elif line.startswith("# "):
            remarks += line + "\n"
        elif line.startswith("> "):
            steps[-1] = steps[-1]._replace(command=f"{steps[-1].command}\n{line[2:]}")
        else:
            last = steps[-1]
            if match := re.fullmatch(r"= (\d+)( stderr)?", line):
                expected = last.expected._replace(status=int(match[1]), complains=match[2] is not None)
            else:
                expected = last.expected._replace(out=last.expected.out + unescape(line))
            steps[-1] = last._replace(expected=expected)
    return steps


def format_step(step: Step, result: Result) -> str:
    """A step as it stands in a transcript, with this result."""
    command = step.command.replace("\n", "\n> ")
    text = f"{step.remarks}{'$' if step.recorded else '$$'} {command}\n{escape(result.out)}"
    if result.status or result.complains:
        text += f"= {result.status}{' stderr' * result.complains}\n"
    return text


def run_on_host(steps: list[Step]) -> list[Result]:
    """What the host's commands do, one after the other in one directory. Raises subprocess.TimeoutExpired."""
    results = []
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(FILES, directory, dirs_exist_ok=True)
        for step in steps:
            done = subprocess.run(
                ["sh", "-c", step.command],
                cwd=directory,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=20,
                check=False,
                umask=0o022,
            )
            status = done.returncode if done.returncode >= 0 else 128 - done.returncode
            results.append(Result(status, done.stdout, bool(done.stderr)))
    return results


def record(path: Path) -> None:
    """Rewrite a transcript with what the host does."""
    steps = read_transcript(path)
    # Those that are not recorded run, too: later ones may need what they leave behind.
    text = [
        format_step(step, result if step.recorded else step.expected)
        for step, result in zip(steps, run_on_host(steps), strict=True)
    ]
    path.write_text("".join(text))


if __name__ == "__main__":
    os.umask(0o022)
    for argument in sys.argv[1:]:
        record(Path(argument))
