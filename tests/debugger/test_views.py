"""The views of a machine that really runs: what they say is compared with the machine, and they change nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from emu.debugger.views import COMMANDS, ViewError, show
from emu.debugger.views.owners import Owners
from emu.debugger.views.provenance import watch
from emu.machine import sv39
from kernel.lwp import Lwp
from kernel.proc import SZOMB
from kernel.uvm.cow import STRATEGIES, share_tables
from tests.conftest import Machine, Outcome
from tests.probe import at_every_mark

FAMILY = "tests/guest/debugger/family.c"
STAGES = "tests/guest/cow/stages.c"
Look = Callable[[Machine, Lwp, int], None]


def visit(program: Path, looks: dict[int, Look], **options: object) -> Outcome:
    """Run a program; at the marks that are named, call a function with the machine, the LWP and the address."""
    m = Machine(**options)  # type: ignore[arg-type]
    m.start(program)
    seen = set()

    def look(l: Lwp, number: int, address: int) -> None:
        if number in looks:
            seen.add(number)
            looks[number](m, l, address)

    at_every_mark(m.kernel, look)
    watch(m.kernel)
    outcome = m.finish()
    assert outcome.status == 0, outcome.err.decode()
    assert seen == set(looks)
    return outcome


def text(m: Machine, command: str, **options: object) -> str:
    lines = show(m.kernel, command, **options)  # type: ignore[arg-type]
    assert all(line == line.rstrip() and "\n" not in line for line in lines)
    return "\n".join(lines)


def commands_for(m: Machine, address: int) -> list[str]:
    """Every view once, about everybody."""
    pids = [str(p.pid) for p in m.kernel.allproc.values() if p.stat != SZOMB]
    lines = [f"pagewalk {address:#x} {pid}" for pid in pids] + ["frame 0x5000", "frames", "cow", "frames 0 16"]
    lines += [
        f"{view} {pid}" for pid in pids for view in ("uarea", "info files", "info map", "info signals", "info lwp")
    ]
    lines += [f"diff-pt {pids[0]} {pid}" for pid in pids[1:]] + ["info procs", "info sched", "info time", "info lwp"]
    assert {name for name in COMMANDS if any(line.startswith(name) for line in lines)} == set(COMMANDS)
    return lines


@pytest.mark.parametrize("program", [FAMILY, STAGES])
@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_every_reference_has_an_owner(compile_guest: Callable[..., Path], program: str, cow: str) -> None:
    """For every frame at every mark, the owners that are shown are as many as its reference count says."""

    def count(m: Machine, l: Lwp, address: int) -> None:
        owners = Owners(m.kernel)
        frames = m.kernel.frames
        for pfn in range(1, frames.mark):
            holders = len(owners.named.get(pfn, ())) + len(owners.objects.get(pfn, ()))
            holders += (pfn in owners.roots) + (pfn in owners.uareas)
            assert holders == frames.refs[pfn], f"frame {pfn:#x}"

    visit(compile_guest(program), dict.fromkeys(range(5), count), cow=cow)


def test_a_run_that_is_looked_at_is_the_same_run(compile_guest: Callable[..., Path]) -> None:
    def everything(m: Machine, l: Lwp, address: int) -> None:
        for command in commands_for(m, address):
            assert text(m, command, width=60)

    program = compile_guest(FAMILY)
    plain = Machine()
    plain.start(program)
    expected = plain.finish()
    seen = visit(program, dict.fromkeys(range(5), everything))
    assert seen.kernel.board.ram.digest() == expected.kernel.board.ram.digest()
    assert seen.kernel.clock.cycles() == expected.kernel.clock.cycles()
    assert [p.stats.utime for p in seen.kernel.allproc.values()] == [
        p.stats.utime for p in expected.kernel.allproc.values()
    ]


def test_pagewalk_agrees_with_the_hardware(compile_guest: Callable[..., Path]) -> None:
    """What is said about load, store and fetch is what the hart's own walk gives, for every page of everybody."""

    def walk(m: Machine, l: Lwp, address: int) -> None:
        for p in m.kernel.allproc.values():
            if p.stat == SZOMB:
                continue
            pages = {va for e in p.vm.entries for va in range(e.start, min(e.end, e.start + 0x8000), 4096)}
            for va in sorted(pages):
                steps = sv39.walk(m.board.ram.words, p.vm.pmap.root, va)
                leaf = steps[-1].entry if len(steps) == 3 and steps[-1].entry & sv39.V else 0
                shown = text(m, f"pagewalk {va:#x} {p.pid}")
                for name, bit in (("load", sv39.R), ("store", sv39.W), ("fetch", sv39.X)):
                    allowed = leaf & (bit | sv39.U) == bit | sv39.U
                    assert f"\n{name:<6} {'allowed' if allowed else 'refused'}" in shown

    visit(compile_guest(STAGES), dict.fromkeys(range(9), walk))


def test_pagewalk_tells_what_a_store_will_do(compile_guest: Callable[..., Path]) -> None:
    def untouched(m: Machine, l: Lwp, address: int) -> None:
        shown = text(m, f"pagewalk {address + 4096:#x}")
        assert "absent: 0, no page here" in shown
        assert "V is clear in the level-0 entry: store page fault (cause 15)" in shown
        assert "zero-fill: a frame of zeroes is mapped" in shown
        assert "VPN[2] = " in shown

    def shared(m: Machine, l: Lwp, address: int) -> None:
        shown = text(m, f"pagewalk {address:#x}")
        assert "copy-on-write: D set, W clear, 2 owners" in shown
        assert "W is clear in the level-0 entry: store page fault" in shown
        assert "has 2 owners: it is copied, W is set on the copy" in " ".join(shown.split())
        assert "load   allowed  V, U and R are set" in shown

    def copied(m: Machine, l: Lwp, address: int) -> None:
        assert "private and writable, this space's own page" in text(m, f"pagewalk {address:#x}")
        parent = l.proc.ppid
        shown = text(m, f"pagewalk {address:#x} {parent}")
        assert "no other owner is left: a store takes it over" in shown
        assert "W is set, nothing is copied (taken over)" in " ".join(shown.split())

    def of_shared_memory(m: Machine, l: Lwp, address: int) -> None:
        assert "W is set, nothing is copied" in " ".join(text(m, f"pagewalk {address:#x}", width=200).split())

    # The mark itself makes the parent store, so its leaf tables are its own.
    visit(compile_guest(FAMILY), {0: untouched, 1: shared, 2: copied, 10: of_shared_memory}, cow="page")


def test_pagewalk_through_shared_tables(compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """With table-level sharing, the child's V bits are clear until it touches something."""
    monkeypatch.setitem(STRATEGIES, "table", partial(share_tables, small=0))  # or these tables were copied at fork

    def look(m: Machine, l: Lwp, address: int) -> None:
        child = max(m.kernel.allproc)
        shown = " ".join(text(m, f"pagewalk {address + 0x1000:#x} {child}").split())
        assert "V clear" in shown and "V is clear in the level-" in shown
        assert "shared between processes" in text(m, "cow")
        assert "(V clear)" in text(m, f"diff-pt {l.proc.pid} {child}")

    visit(compile_guest(FAMILY), {1: look})


def test_addresses_outside_user_space(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        assert "bits 63..39 of the address do not repeat bit 38" in text(m, "pagewalk 0x8000000000", width=200)
        assert "upper half" in text(m, "pagewalk 0xffffffc000000000", width=200)
        assert "SEGV_MAPERR" in text(m, "pagewalk 0", width=200)

    visit(compile_guest(FAMILY), {0: look})


def test_frame_names_its_owners_and_its_origin(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        pa = l.proc.vm.pmap.pte(address) >> sv39.PPN_SHIFT << 12
        shown = text(m, f"frame {pa:#x}", width=200)
        assert "anon, reference count 2" in shown
        assert shown.count(f"{address:#x}") >= 3  # the fault that made it, and two processes
        assert f"allocated by page fault at {address:#x} of process {l.proc.pid}" in shown
        assert "kernel/uvm/fault.py" in shown
        child = m.kernel.allproc[max(m.kernel.allproc)]
        shown = text(m, f"frame {child.lwps[0].uarea:#x}", width=200)
        assert f"page 0 of 2 of the U-area of LWP {child.pid}" in shown and "system call 2 (fork)" in shown
        shown = text(m, f"frame {child.vm.pmap.root << 12:#x}", width=200)
        assert f"held by satp of {child.pid}" in shown and "kernel/uvm/pmap.py" in shown
        assert "when the debugger was attached" in text(m, "frame 0x1000", width=200)
        assert "never used: its bytes are 0" in text(m, f"frame {m.board.ram.size - 1:#x}")
        assert "no satp may name physical address 0" in text(m, "frame 0")

    visit(compile_guest(FAMILY), {1: look}, cow="page")


def test_map_of_ram(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        frames = m.kernel.frames
        lines = show(m.kernel, "frames", width=100)
        drawn = "".join(line.split()[2] for line in lines if line.startswith("  PA") and "never" not in line)
        assert len(drawn) == (frames.mark + 63) & ~63
        kinds = [frames.kind[pfn] for pfn in range(len(drawn))]
        assert drawn.count("T") == kinds.count(3)
        assert drawn.count("U") + drawn.count("u") == kinds.count(4)
        assert drawn.count("*") >= 1
        assert max(map(len, show(m.kernel, "frames 0 16384", width=80))) <= 80
        assert "private page of process" in "\n".join(lines)

    visit(compile_guest(FAMILY), {1: look})


def test_cow_counts_what_two_processes_share(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        child = m.kernel.allproc[max(m.kernel.allproc)]
        both = [va for e in l.proc.vm.entries if not e.shared for va in range(e.start, e.end, 4096)
                if (pte := l.proc.vm.pmap.pte(va)) and m.kernel.frames.kind[pte >> 10] == 1
                and child.vm.pmap.pte(va) >> 10 == pte >> 10]  # fmt: skip
        shown = text(m, "cow")
        assert both and f"private frames shared copy-on-write: {len(both)}," in shown
        assert f"{l.proc.pid} (family), {child.pid} (family)" in shown

    visit(compile_guest(FAMILY), {1: look})


def test_uarea_word_by_word(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        shown = text(m, "uarea")
        assert "UAREA001" in shown and "this LWP is running" in shown
        for n, word in enumerate(l.frame.words[:31], 1):
            line = next(line for line in shown.splitlines() if f"frame x{n} " in line)
            assert f"{word:#018x}" in line
        assert "FS = " in shown and "in text" in shown
        child = m.kernel.allproc[max(m.kernel.allproc)]
        shown = text(m, f"uarea {child.pid}")
        assert "kernel/fork.py" in shown and "in _first_return" in shown

    visit(compile_guest(FAMILY), {1: look})


def test_where_a_reader_sleeps(compile_guest: Callable[..., Path]) -> None:
    def look(m: Machine, l: Lwp, address: int) -> None:
        parent = l.proc.ppid
        assert "asleep (pipe_rd)" in text(m, f"info lwp {parent}")
        for shown in (text(m, f"uarea {parent}"), text(m, f"info lwp {parent}")):
            assert "kernel/sys_generic.py" in shown and "in _finish" in shown

    visit(compile_guest(STAGES), {6: look})


def test_diff_pt(compile_guest: Callable[..., Path]) -> None:
    def forked(m: Machine, l: Lwp, address: int) -> None:
        child = max(m.kernel.allproc)
        shown = text(m, f"diff-pt {l.proc.pid} {child}")
        assert "one frame, W clear in both" in shown and "two frames" in shown

    def vforked(m: Machine, l: Lwp, address: int) -> None:
        assert "they are in one address space" in text(m, f"diff-pt {l.proc.ppid} {l.proc.pid}")
        assert "table reference count 1" in text(m, "info files")
        assert "its parent waits in vfork" in text(m, "info procs")
        assert "asleep (vfork)" in text(m, "info lwp")
        assert "used by 2 processes" in text(m, "info map")

    visit(compile_guest(FAMILY), {1: forked, 3: vforked}, cow="page")


def test_info_views(compile_guest: Callable[..., Path]) -> None:
    def alone(m: Machine, l: Lwp, address: int) -> None:
        signals = text(m, "info signals")
        assert "pending for the process: HUP" in signals and "blocked: HUP" in signals
        assert "SIGUSR1" in signals and "ignored" in signals and f"from pid {l.proc.pid}" in signals
        files = text(m, "info files")
        assert "reg /tmp/file" in files and "5 bytes" in files and "e-" in files and "pipe, reading end" in files
        assert "rw-" in text(m, "info map") and "stack guard" in text(m, "info map")
        assert "LWP 1 is in the kernel" in text(m, "info lwp")
        assert "run queue, next one first: empty" in text(m, "info sched")
        assert f"{m.kernel.traps:,}, 1000 ns each" in text(m, "info time")

    def zombie(m: Machine, l: Lwp, address: int) -> None:
        pid = max(m.kernel.allproc)
        assert "zombie, status 0" in text(m, "info procs")
        for command in (
            f"pagewalk 0 {pid}",
            f"info map {pid}",
            f"info files {pid}",
            f"uarea {pid}",
            f"diff-pt 1 {pid}",
        ):
            with pytest.raises(ViewError, match="zombie"):
                show(m.kernel, command)

    visit(compile_guest(FAMILY), {0: alone, 4: zombie})


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("pagewalk", "usage: pagewalk VA [PID]"),
        ("pagewalk spam", "'spam' is not a number"),
        ("pagewalk 0x10000 99", "there is no process 99"),
        ("pagewalk -1", "not a virtual address"),
        ("pagewalk 0x10000000000000000", "not a virtual address"),
        ("frame 0x4000000", "beyond RAM, which ends at 0x4000000"),
        ("frames 99999", "frames go from 0 to"),
        ("frames 5 0", "frames go from 0 to"),
        ("diff-pt 2", "usage: diff-pt PID PID"),
        ("diff-pt 1 1", "is one process"),
        ("uarea x", "not a number"),
        ("info", "no view is called"),
        ("info spam", "no view is called 'info spam'"),
        ("", "no view is called"),
        ("cow 1", "usage: cow"),
    ],
)
def test_wrong_arguments(machine: type[Machine], command: str, message: str) -> None:
    m = machine()
    with pytest.raises(ViewError) as error:
        show(m.kernel, command)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_addresses_may_be_expressions(machine: type[Machine]) -> None:
    m = machine()
    lines = show(m.kernel, "frame page_of_init", evaluate={"page_of_init": 0x1000}.__getitem__)
    assert lines[0].startswith("frame 0x1:")
