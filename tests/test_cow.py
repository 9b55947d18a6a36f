"""Copy-on-write, seen from outside: the page tables, reference counts and U-areas in the machine's RAM.

The guest programs stop at marks (tests/guest/cow/mark.h) where these tests look at memory. The last part shows
that translations and code are dropped whenever they must be: each test also runs with that turned off, and has
to fail then.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from emu.machine import sv39
from emu.machine.hart import FRAME_SIZE, PC
from kernel.lwp import Lwp
from kernel.proc import SZOMB, Proc
from kernel.uvm.page import UAREA
from kernel.uvm.uarea import USER_MAGIC, USER_WORD, USPACE
from tests.conftest import Machine, RunGuest
from tests.probe import GETPRIORITY, MARK, at_every_mark

COW = "tests/guest/cow"
Compile = Callable[..., Path]


class Page(NamedTuple):
    """One page as one process has it: the frame, how many hold it, and whether the hart lets a store through."""

    frame: int
    owners: int
    writable: bool


def page(p: Proc, va: int) -> Page:
    pmap = p.vm.pmap
    steps = sv39.walk(pmap.words, pmap.root, va)
    reached = len(steps) == 3 and all(step.entry & sv39.V for step in steps)
    entry = pmap.pte(va)
    if reached:
        assert steps[-1].entry == entry
    frame = sv39.frame(entry)
    return Page(frame, pmap.frames.refs[frame], reached and bool(entry & sv39.W))


Snapshot = dict[int, list[list[Page]]]


def stages(m: Machine, program: Path) -> tuple[Snapshot, dict[int, int], dict[int, int]]:
    """Run stages.c: by mark, the four pages of everybody alive, oldest first; pages taken over; pages copied."""
    pages: Snapshot = {}
    taken: dict[int, int] = {}
    copied: dict[int, int] = {}

    def look(l: Lwp, number: int, address: int) -> None:
        alive = [p for p in m.kernel.allproc.values() if p.pid > 1 and p.stat != SZOMB]
        pages[number] = [[page(p, address + i * 4096) for i in range(4)] for p in alive]
        taken[number] = m.kernel.stats.flt_takeover
        copied[number] = m.kernel.stats.flt_acow

    at_every_mark(m.kernel, look)
    m.start(program)
    assert m.finish().status == 0
    return pages, taken, copied


def test_pages_are_shared_and_part_one_by_one(machine: type[Machine], compile_guest: Compile) -> None:
    pages, taken, _ = stages(machine(cow="page"), compile_guest(f"{COW}/stages.c"))
    original = [p.frame for p in pages[0][0]]
    assert len(set(original)) == 4
    assert pages[0] == [[Page(f, 1, True) for f in original]]

    shared = [Page(f, 2, False) for f in original]
    assert pages[1] == [shared, shared]

    parent, child = pages[2]
    assert parent[0].frame not in original
    assert parent[0][1:] == (1, True)
    assert child[0] == Page(original[0], 1, False)
    assert parent[1:] == child[1:] == shared[1:]

    parent, child = pages[3]
    assert child[1].frame not in original
    assert child[1][1:] == (1, True)
    assert parent[1] == Page(original[1], 1, False)
    assert child[0] == Page(original[0], 1, False)
    assert parent[2:] == child[2:] == shared[2:]

    # The only owner of a page gets it back as it is.
    assert pages[4][1][0] == Page(original[0], 1, True)
    assert taken[4] == taken[3] + 1

    parent, child, grandchild = pages[5]
    assert [p.owners for p in grandchild] == [2, 2, 3, 3]
    assert [p.frame for p in grandchild] == [p.frame for p in child]
    assert parent[2:] == child[2:] == grandchild[2:] == [Page(f, 3, False) for f in original[2:]]

    assert pages[6][1][2:] == pages[6][0][2:] == shared[2:]
    assert [p.owners for p in pages[6][1]] == [1, 1, 2, 2]

    assert pages[7][0][1:] == [Page(f, 1, False) for f in original[1:]]
    assert pages[8][0][2] == Page(original[2], 1, True)
    assert pages[8][0][3] == Page(original[3], 1, False)


def test_shared_tables_keep_pages_apart(machine: type[Machine], compile_guest: Compile) -> None:
    """With whole tables shared the counts are the tables', but who has which frame is the same."""
    pages, _, _ = stages(machine(cow="table"), compile_guest(f"{COW}/stages.c"))
    original = [p.frame for p in pages[0][0]]
    assert pages[0] == [[Page(f, 1, True) for f in original]]
    for snapshot in (pages[1], pages[2], pages[3], pages[5]):
        owners = [[process[i].frame for process in snapshot] for i in range(4)]
        for i in range(4):
            # Whoever may store to a page has it to himself.
            for n, process in enumerate(snapshot):
                if process[i].writable:
                    assert owners[i].count(owners[i][n]) == 1
    assert [p.frame for p in pages[1][1]] == original
    assert not any(p.writable for process in pages[1] for p in process)
    assert pages[2][1][0].frame == original[0] != pages[2][0][0].frame
    assert pages[3][0][1].frame == original[1] != pages[3][1][1].frame
    assert pages[4][1][0].frame == original[0]
    _, child, grandchild = pages[5]
    assert child[1].writable and grandchild[1].writable  # where the child stored last: copied at once
    assert [child[i] for i in (0, 2, 3)] == [grandchild[i] for i in (0, 2, 3)]
    assert [p.frame for p in pages[7][0][1:]] == original[1:]
    assert pages[8][0][2] == Page(original[2], 1, True)


def test_copying_at_once_shares_nothing(machine: type[Machine], compile_guest: Compile) -> None:
    pages, _, copied = stages(machine(cow="none"), compile_guest(f"{COW}/stages.c"))
    for snapshot in pages.values():
        frames = [p.frame for process in snapshot for p in process]
        assert len(set(frames)) == len(frames)
        assert all(p.owners == 1 and p.writable for process in snapshot for p in process)
    assert copied[8] == 0


def test_only_what_is_stored_to_is_copied(machine: type[Machine], compile_guest: Compile) -> None:
    """Between marks 1 and 2 the parent stores to one page."""
    for cow in ("page", "table"):
        _, _, copied = stages(machine(cow=cow), compile_guest(f"{COW}/stages.c"))
        assert copied[2] - copied[1] == 1


# -- U-areas ---------------------------------------------------------------------------------------


def struct_user(m: Machine, uarea: int) -> list[int]:
    """The magic number, pid and LWP id in a U-area."""
    at = (uarea >> 3) + USER_WORD
    return m.board.ram.words[at : at + 3].tolist()


def check_registers(m: Machine, l: Lwp) -> None:
    """The trap frame lies at the top of the U-area and holds what uarea.c loaded; so does the pcb at the bottom."""
    words = m.board.ram.words
    assert USPACE == 8192 and FRAME_SIZE == 288
    top = (l.uarea + 8192 - 288) >> 3
    frame = words[top : top + 36].tolist()
    for i in range(1, 32):
        if i not in (2, 10, 11, 12, 31):
            assert frame[i - 1] == 0x1001001001001001 * i % 2**64, f"x{i}"
    assert frame[10 - 1] == MARK and frame[31 - 1] == GETPRIORITY
    assert l.proc.vm.copyin(frame[PC], 4) == b"\x73\0\0\0"  # ecall
    assert m.kernel.fpu.save(l)
    pcb = words[l.uarea >> 3 : (l.uarea >> 3) + 33].tolist()
    assert pcb == [*(0x4000000000000000 + i for i in range(32)), 0x61]


@pytest.mark.parametrize("hart", ["in place", "batch"])
def test_uarea(machine: type[Machine], compile_guest: Compile, monkeypatch: pytest.MonkeyPatch, hart: str) -> None:
    if hart == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    m = machine()
    kernel = m.kernel
    children: list[Proc] = []
    marks = []

    def look(l: Lwp, number: int, _address: int) -> None:
        marks.append(number)
        live = [other for p in kernel.allproc.values() for other in p.lwps]
        assert kernel.uareas.live == len(live)
        for other in live:
            assert struct_user(m, other.uarea) == [USER_MAGIC, other.proc.pid, other.lid]
            assert other.uarea % 4096 == 0
            assert [kernel.frames.kind[(other.uarea >> 12) + i] for i in range(2)] == [UAREA, UAREA]
        if number == 0:
            check_registers(m, l)
        elif number == 1:
            children.append(l.proc)
            children_uareas.append(l.uarea)
        elif number == 3:  # a zombie keeps its U-area
            assert children[0].stat == SZOMB
            assert children[0].lwps[0].uarea == children_uareas[0]
            assert children_uareas[0] not in kernel.uareas.cached
        elif number == 4:  # until it is reaped
            assert children[0].lwps == []
            assert children_uareas[0] in kernel.uareas.cached

    children_uareas: list[int] = []
    at_every_mark(m.kernel, look)
    m.start(compile_guest(f"{COW}/uarea.c"))
    assert m.finish().status == 0
    assert sorted(marks) == [0, 1, 2, 3, 4]


# -- translations and translated code --------------------------------------------------------------


def run_without(m: Machine, program: Path, *argv: str, missing: str) -> int | str:
    """Run with one of the hart's duties left undone; how it ended."""
    if missing == "downgraded":
        m.kernel.hart.downgraded = lambda: None  # type: ignore[method-assign]
    elif missing == "forget_code":
        m.kernel.frames.forget_code = lambda pfn: None
    m.start(program, argv)
    m.kernel.time_limit(10**9)
    return m.kernel.run()


@pytest.mark.parametrize("cow", ["page", "table"])
def test_parents_translations_are_dropped_at_fork(
    machine: type[Machine], compile_guest: Compile, run_guest: RunGuest, cow: str
) -> None:
    program = compile_guest(f"{COW}/stale.c")
    assert run_guest(f"{COW}/stale.c", cow=cow).status == 1
    assert run_without(machine(cow=cow), program, missing="downgraded") == 2 << 8


@pytest.mark.parametrize("hart", ["in place", "batch"])
@pytest.mark.parametrize("cow", ["page", "table"])
@pytest.mark.parametrize(
    "way, missing",
    [
        ("reused_frame", "forget_code"),
        ("read_into_executable", "forget_code"),
        ("two_mappings", "forget_code"),
        ("taken_away", "downgraded"),
        ("unmapped", "downgraded"),
        ("copied_by_kernel", "downgraded"),
        ("compiler", None),
        ("several_apart", None),
        ("several_together", None),
        ("self_modifying", None),
        ("forked", None),
        ("child_first", None),
    ],
)
def test_changed_code_and_pages(
    machine: type[Machine],
    compile_guest: Compile,
    run_guest: RunGuest,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    missing: str | None,
    cow: str,
    hart: str,
) -> None:
    if hart == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    program = compile_guest(f"{COW}/code.c")
    outcome = run_guest(f"{COW}/code.c", way, cow=cow)
    assert (outcome.status, outcome.text) == (2, "")
    if missing is not None:
        assert run_without(machine(cow=cow), program, way, missing=missing) == 1 << 8


PROGRAM = """
	.globl	__start
__start:
	li	a0, {}
	li	t6, 1
	ecall
	nop
	nop
"""


@pytest.mark.parametrize("way", ["overwrite", "recreate"])
def test_programs_in_the_same_frames(machine: type[Machine], compile_guest: Compile, tmp_path: Path, way: str) -> None:
    def prepared() -> Machine:
        m = machine()
        for n, name in enumerate(("one", "two"), 1):
            source = tmp_path / f"{name}.S"
            source.write_text(PROGRAM.format(n) + NETBSD_NOTE)
            m.install(f"/bin/{name}", compile_guest(source, "-nostdlib").read_bytes())
        return m

    program = compile_guest(f"{COW}/programs.c")
    m = prepared()
    m.start(program, [way])
    assert m.finish().status == 0
    assert run_without(prepared(), program, way, missing="forget_code") != 0


NETBSD_NOTE = """
	.section .note.netbsd.ident, "a", @note
	.p2align 2
	.long	7, 4, 1
	.asciz	"NetBSD"
	.byte	0
	.long	1100000000
"""


@pytest.mark.parametrize("hart", ["in place", "batch"])
def test_an_unmap_that_fails_changes_nothing(run_guest: RunGuest, monkeypatch: pytest.MonkeyPatch, hart: str) -> None:
    if hart == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
    assert run_guest(f"{COW}/unmapfail.c", cow="table").status == 0


def test_one_page_of_many(machine: type[Machine], compile_guest: Compile) -> None:
    """A child that stores to one page of a large memory takes a few faults more, not one for every table."""
    program = compile_guest(f"{COW}/onepage.c")
    counted = []
    for pages in ("0", "1"):
        m = machine(ram=192 << 20)
        m.start(program, ["128", pages])
        assert m.finish().status == 0
        counted.append(m.kernel.stats.faults)
    assert 1 <= counted[1] - counted[0] <= 5
