"""The sessions in docs/debugging.md are what comes out when their commands are entered."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.debugger.test_session import environment
from toolchain.cc import compile_program

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "debugging.md").read_text()
SESSIONS = re.findall(r"^```\n\$ uarea debug \./(\w+)\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def plain(text: str) -> list[str]:
    """Without what changes with the C library and the kernel: addresses, positions, numbers of the kernel's lines."""
    text = re.sub(r"(kernel/[\w/]+\.py:)\d+(\n\d+)?", r"\1LINE", text)
    text = re.sub(r"\d+\.\d+(\+\d+)?\b", "POSITION", re.sub(r"0x[0-9a-f]+", "0x#", text))
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_there_are_sessions() -> None:
    assert [program for program, _ in SESSIONS] == ["vforkbug", "cow"]


@pytest.mark.parametrize("program, text", SESSIONS, ids=[program for program, _ in SESSIONS])
def test_session(program: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # source files are named as the compiler was told
    source = Path(f"{program}.c")
    source.write_bytes((ROOT / "examples" / source.name).read_bytes())
    compile_program([source], program, flags=["-g"])
    commands = re.findall(r"^\(uarea\) (.*)$", text, re.MULTILINE)
    expected = re.sub(r"^\(uarea\) .*\n", "", text, flags=re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "emu.cli", "debug", f"./{program}"], env=environment(), text=True,
        input="".join(f"{command}\n" for command in commands), capture_output=True, check=True,
    )  # fmt: skip
    assert plain(done.stdout) == plain(expected)
