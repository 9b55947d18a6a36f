"""The story of a trap, recorded while it happens: the lines that ran, what they changed, and no other difference."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from emu.debugger.views.explain import Explainer, recording
from emu.machine.hart import ECALL_U, STORE_FAULT
from tests.conftest import Machine, Outcome
from tests.probe import at_every_mark

FAMILY = "tests/guest/debugger/family.c"
Story = list[str]


def stories(program: Path, *arguments: str, **options: object) -> tuple[list[Story], Outcome]:
    """The stories of all traps of a run."""
    m = Machine(**options)  # type: ignore[arg-type]
    m.start(program, arguments)
    told: list[Story] = []
    with recording(m.kernel, told.append, lambda cause, tval: True):
        outcome = m.finish()
    assert outcome.status == 0
    return told, outcome


def the_story(told: list[Story], *words: str) -> str:
    found = [text for text in ("\n".join(story) for story in told) if all(word in text for word in words)]
    assert found, words
    return found[0]


def test_a_copy_on_write_fault(compile_guest: Callable[..., Path]) -> None:
    told, _ = stories(compile_guest(FAMILY), cow="page")
    story = the_story(told, "store page fault", "pages copied on write: +1")
    for part in (
        "W is clear in the level-0 entry: the access is refused", "has 2 owners: it is copied", "spec C.21",
        "rw- private", "reference count 2 -> 1", "VR--U-AD -> PPN", "VRW-U", "kernel/uvm/fault.py",
        "virtual time: 1.000 us", "frames of kind anon:", "the same LWP goes on",
    ):  # fmt: skip
        assert part in story, story
    lines = story.splitlines()
    changed = next(i for i, line in enumerate(lines) if re.search(r"=> level-0 entry .* -> PPN 0x\w+ VRW-U", line))
    assert "words[at] = " in lines[changed - 1] and "kernel/uvm/" in lines[changed - 1]


def test_a_shared_table_is_copied_first(compile_guest: Callable[..., Path]) -> None:
    told, _ = stories(compile_guest("tests/guest/cow/onepage.c"), "16", "1", cow="table")
    story = the_story(told, "load page fault", "V is clear in the level-2 entry")
    assert "the level-1 table is copied, its leaf tables become shared" in story
    story = the_story(told, "store page fault", "1 shared table on the way copied first", "pages copied on write: +1")
    assert re.search(r"duplicate.*reference count 2 -> 1.*=> level-1 entry.*=> level-0 entry", story, re.DOTALL)


def test_a_page_that_is_taken_over(compile_guest: Callable[..., Path]) -> None:
    story = the_story(stories(compile_guest(FAMILY), cow="page")[0], "taken over without a copy: +1")
    assert "has no other owner: W is set, nothing is copied" in story
    assert re.search(r"=> level-0 entry at PA \w+: PPN (\w+) VR--U-AD -> PPN \1 VRW-U-AD", story)


def test_fork_names_the_steps_of_the_seed(compile_guest: Callable[..., Path]) -> None:
    story = the_story(stories(compile_guest(FAMILY), cow="page")[0], "system call fork(), number 2")
    for step in ("C.3", "C.4", "C.5", "C.6", "C.7", "C.21", "C.22", "C.23", "C.24", "C.28"):
        assert f"spec {step}" in story, step
    assert "kern_fork.c L484-487" in story
    assert "lost W: the next store faults" in story
    assert "not there -> LWP 3 runnable" in story
    assert "the call returns a0 = 0x3 (3), at ecall + 12: success" in story


def test_calls_that_sleep_fail_or_end(compile_guest: Callable[..., Path]) -> None:
    told, _ = stories(compile_guest(FAMILY))
    assert the_story(told, "system call __wait450(", "the call is not over: its LWP is asleep (wait)")
    assert "LWP 3 of process 3 (family) runs next" in "\n".join("\n".join(story) for story in told)
    assert "the call fails, at ecall + 4: errno " in the_story(told, "system call getpriority(")
    assert the_story(told, "system call exit(", "process 3: LWP 3 running -> gone")
    assert the_story(told, "system call exit(", "-> a zombie")


def test_a_fault_that_cannot_be_served(compile_guest: Callable[..., Path], tmp_path: Path) -> None:
    source = tmp_path / "null.c"
    source.write_text("int main(void) { *(volatile int *)8 = 1; return 0; }\n")
    m = Machine()
    m.start(compile_guest(source))
    told: list[Story] = []
    with recording(m.kernel, told.append, lambda cause, tval: tval == 8):
        assert m.finish().status == 128 + 11
    story = the_story(told, "store page fault at address 0x8")
    assert "no map entry covers the address: EFAULT, SIGSEGV with SEGV_MAPERR" in story


def test_a_run_that_is_told_is_the_same_run(compile_guest: Callable[..., Path]) -> None:
    program = compile_guest(FAMILY)
    plain = Machine()
    plain.start(program)
    expected = plain.finish()
    told, seen = stories(program)
    assert len(told) >= seen.kernel.traps - 20 and all("\n" not in line for story in told for line in story)
    assert seen.kernel.board.ram.digest() == expected.kernel.board.ram.digest()
    assert seen.kernel.clock.cycles() == expected.kernel.clock.cycles()


@pytest.mark.parametrize("hart", ["in place", "batch"])
def test_the_pc_is_the_instruction_that_faulted(
    compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, hart: str
) -> None:
    if hart == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    told, _ = stories(compile_guest(FAMILY), cow="page")
    pcs = fault_places(told)
    monkeypatch.delenv("UAREA_HART", raising=False)
    again, _ = stories(compile_guest(FAMILY), cow="page")
    assert pcs == fault_places(again)


def fault_places(told: list[Story]) -> list[str]:
    return [story[1] for story in told if "page fault" in story[0]]


def test_a_recorder_can_be_driven_by_hand(compile_guest: Callable[..., Path]) -> None:
    """As a debugger does that re-runs the trap: begin and end, and lines only if it wants."""
    m = Machine()
    m.start(compile_guest(FAMILY))
    explainer = Explainer()
    assert explainer.end(m.kernel) == ["no trap has happened yet"]
    told: list[Story] = []

    def look(l: object, number: int, address: int) -> None:
        if number == 0:
            explainer.begin(m.kernel, STORE_FAULT, address, pc=0x1234)
            told.append(explainer.end(m.kernel))
            explainer.begin(m.kernel, ECALL_U, 0)
            told.append(explainer.end(m.kernel))

    at_every_mark(m.kernel, look)
    assert m.finish().status == 0
    assert "at pc 0x1234; scause 0xf" in told[0][1]
    assert "system call getpriority(" in told[1][0]
    assert not any("The kernel ran" in line for line in told[0])
