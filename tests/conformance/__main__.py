"""`make conformance`: the ledger. For each step of fork1, which tests there are for it, and whether they pass.

A test is for a step if it says so: a guest program in a comment, a Python test in its docstring, with the step's
number: "spec C.12", "quirk Q2", "decision D1". A step without a test is a failing row. Exit status 1 if any row
fails.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conformance.steps import STEPS

ROOT = Path(__file__).resolve().parent.parent.parent
_TAG = re.compile(r"\b(C\.\d+|[QD]\d+)\b")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RANGE = re.compile(r"\bC\.(\d+)-C\.(\d+)\b")


def tags(text: str) -> set[str]:
    """Step numbers in a comment; C.3-C.6 is four of them."""
    found = set(_TAG.findall(text))
    for first, last in _RANGE.findall(text):
        found |= {f"C.{n}" for n in range(int(first), int(last) + 1)}
    return found


def tags_of_guest(path: Path) -> set[str]:
    return {t for comment in _COMMENT.findall(path.read_text()) for t in tags(comment)}


def tags_of_tests() -> dict[str, set[str]]:
    """Test function -> the steps its docstring names."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[node.name] = tags(ast.get_docstring(node) or "")
    return found


def run() -> dict[str, dict[str, bool]]:
    """Run the tests; for each step, each test that is for it, and whether it passed."""
    docstrings = tags_of_tests()
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        options = ["-q", f"--junitxml={report}", f"--ignore={ROOT}/tests/toolchain"]
        pytest.main([*options, str(ROOT / "tests")])
        tree = ElementTree.parse(report)
    steps: dict[str, dict[str, bool]] = defaultdict(dict)
    for case in tree.iter("testcase"):
        passed = case.find("failure") is None and case.find("error") is None
        if next(case.iter("skipped"), None) is not None:
            continue
        name = case.get("name", "").split("[")[0]
        for tag in docstrings.get(name, ()):
            steps[tag][name] = steps[tag].get(name, True) and passed
        for item in case.iter("property"):
            if item.get("name") == "guest":
                guest = item.get("value", "")
                for tag in tags_of_guest(ROOT / guest):
                    label = guest.removeprefix("tests/guest/").removesuffix(".c")
                    steps[tag][label] = steps[tag].get(label, True) and passed
    return steps


def main() -> int:
    steps = run()
    failing = 0
    print(f"\n{'step':<6}{'source':<18}{'':<8}about, and its tests")
    for step in STEPS:
        found = steps.get(step.number, {})
        good = bool(found) and all(found.values())
        failing += not good
        verdict = "pass" if good else "FAIL" if found else "NONE"
        print(f"{step.number:<6}{step.source:<18}{verdict:<8}{step.title}")
        for name, passed in sorted(found.items()):
            print(f"{'':<32}{'' if passed else 'failed: '}{name}")
    print(f"\n{len(STEPS) - failing} of {len(STEPS)} steps pass")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
