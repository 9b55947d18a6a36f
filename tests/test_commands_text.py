"""The commands for text against recorded transcripts (tests/text).

Every transcript runs in one boot of the machine, in a directory with the files of tests/text/files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emu.userland import install_userland
from tests.conftest import Machine
from tests.text.transcript import CASES, ENVIRONMENT, FILES, Result, Step, format_step, read_transcript

Compile = Callable[..., Path]
TRANSCRIPTS = sorted(CASES.glob("*.txt"))


def run_in_guest(runner: Path, steps: list[Step]) -> list[tuple[Result, bytes]]:
    """What each command did, and its error output."""
    m = Machine(ram=128 << 20)
    install_userland(m.kernel)
    for file in sorted(FILES.iterdir()):
        m.install(f"/work/{file.name}", file.read_bytes(), 0o644)
    m.install("/cases", b"".join(step.command.encode() + b"\0" for step in steps), 0o644)
    m.install("/bin/cases", runner.read_bytes())
    environment = [f"{name}={value}".encode() for name, value in ENVIRONMENT.items()]
    m.kernel.spawn(b"/bin/cases", [b"cases"], environment, b"/work")
    outcome = m.finish()
    assert outcome.status == 0, outcome.err.decode(errors="replace")
    found = []
    rest = outcome.out
    for _ in steps:
        head, _, rest = rest.partition(b"\n")
        status, length, complaints = (int(number) for number in head.split())
        complaint = rest[length : length + complaints]
        found.append((Result(status, rest[:length], complaints > 0), complaint))
        rest = rest[length + complaints :]
    return found


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, compile_guest: Compile) -> None:
    steps = read_transcript(path)
    wrong = []
    for step, (result, complaint) in zip(
        steps, run_in_guest(compile_guest("tests/guest/commands/cases.c"), steps), strict=True
    ):
        if result != step.expected:
            wrong.append(
                f"expected:\n{format_step(step, step.expected)}got:\n{format_step(step, result)}"
                f"{complaint.decode(errors='replace')}"
            )
    assert not wrong, f"{len(wrong)} of {len(steps)}\n" + "\n".join(wrong)


def test_enough() -> None:
    """The transcripts are found, and are as many as there have been."""
    assert sum(len(read_transcript(path)) for path in TRANSCRIPTS) >= 250
