"""A reader can lay kernel/fork.py beside the source: its comments name all of it, phase by phase, in order."""

import re
from pathlib import Path

import kernel.fork
from tests.conformance.steps import STEPS

TEXT = Path(kernel.fork.__file__).read_text()
RANGE = re.compile(r"\bL(\d+)-(\d+)\b")
WHOLE = 100  # a comment about more lines than that is about the function


def ranges(text: str) -> list[tuple[int, int]]:
    found = [(int(first), int(last)) for first, last in RANGE.findall(text)]
    return [(first, last) for first, last in found if last - first < WHOLE]


def test_every_step_is_named() -> None:
    """The lines of each step are among those that some comment names."""
    named = {n for first, last in ranges(TEXT) for n in range(first, last + 1)}
    for step in STEPS:
        for first, last in ranges(step.source):
            assert set(range(first, last + 1)) <= named, step


def test_phases_are_in_order() -> None:
    """In fork1, and in each function that is a part of it, the phases follow one another as in the source."""
    functions = re.split(r"^(?:async )?def ", TEXT, flags=re.MULTILINE)
    for body in functions:
        starts = [first for first, _ in ranges(body.partition('"""\n')[2])]
        assert starts == sorted(starts), body.partition("(")[0]
    fork1 = next(body for body in functions if body.startswith("fork1("))
    assert len(ranges(fork1)) > 15
