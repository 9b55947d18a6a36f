"""Running other programs, seen from inside the machine, and a look at the page tables that exec makes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emu.machine.sv39 import R, U, V, W, X
from kernel.lwp import Lwp
from tests.conftest import Machine, RunGuest, pass_or_explain
from tests.probe import at_every_mark, fail_allocations

PROGRAMS = sorted((Path(__file__).parent / "guest" / "exec").glob("*.c"))


@pytest.fixture(params=["none", "page", "table", "batch", "slow clock", "short quantum"])
def variant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Options for a machine."""
    if request.param == "batch":
        monkeypatch.setenv("UAREA_HART", "batch")
        yield {}
    elif request.param == "slow clock":
        yield {"native": False}
    elif request.param == "short quantum":
        monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
        monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
        yield {}
    else:
        yield {"cow": request.param}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_exec(run_guest: RunGuest, program: Path, variant: dict[str, object]) -> None:
    if program.stem == "no_memory":
        pytest.skip("runs under test_exec_without_memory")
    flags = ["-nostartfiles"] if program.stem == "entry" else []
    pass_or_explain(run_guest(program, flags=flags, **variant))


def test_exec_without_memory(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    m = machine()
    m.start(compile_guest("tests/guest/exec/no_memory.c"))
    reports = fail_allocations(m.kernel)
    assert m.finish().status == 0
    assert reports[0] > 5


def test_no_page_is_both_writable_and_executable(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    m = machine()
    seen: dict[str, int] = {}

    def look(l: Lwp, number: int, address: int) -> None:
        vm = l.proc.vm
        for entry in vm.entries:
            for va in range(entry.start, entry.end, 4096) if entry.name != "stack guard" else ():
                pte = vm.pmap.pte(va)
                if pte & V:
                    assert pte & U
                    assert not (pte & W and pte & X)
                    allowed = {"text": R | X, "rodata": R, "data": R | W, "bss": R | W, "heap": R | W, "stack": R | W}
                    assert pte & (R | W | X) & ~allowed[entry.name] == 0, (entry, hex(pte))
                    seen[entry.name] = seen.get(entry.name, 0) + 1

    at_every_mark(m.kernel, look)
    m.start(compile_guest("tests/guest/exec/memory.c"))
    assert m.finish().status == 0
    assert seen.keys() >= {"text", "rodata", "data", "bss", "heap", "stack"}
    assert seen["stack"] >= 16


def test_what_the_kernel_knows_of_a_program(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """Its name, path and text; exec counts; hooks run."""
    m = machine()
    names: list[tuple[str, str | None]] = []
    m.kernel.exechooks.append(lambda p: names.append((p.comm, p.path)))
    m.start(compile_guest("tests/guest/exec/fexecve.c"))
    before = m.kernel.stats.execs
    assert m.finish().status == 0
    assert names[0] == ("fexecve", "/bin/fexecve")
    assert names[1:] == [("*fexecve*", "*fexecve*")] * 4
    assert m.kernel.stats.execs == before + 4
