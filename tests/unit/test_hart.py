"""The hart, and the facts about Unicorn that it is built on: if a new Unicorn changes one, a test here fails.

Code from hart.S runs on a bare machine: page tables by hand, no kernel. Everything runs on both kinds of hart.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from emu.machine import hart as machine
from emu.machine.batch import BatchHart
from emu.machine.board import Board
from emu.machine.clock import USED
from emu.machine.console import Console
from emu.machine.hart import (
    A0,
    BREAKPOINT,
    ECALL_U,
    FETCH_FAULT,
    ILLEGAL_INSTRUCTION,
    LOAD_FAULT,
    SR_FS,
    STORE_FAULT,
    TIMER_INTERRUPT,
)
from emu.machine.inplace import _FLUSH, InPlaceHart
from emu.machine.sv39 import A, D, R, U, V, W, X, translate, walk
from tests.unit.bench import DATA, DATA_VA, PAGE, Bench, Program, Trap, hart_program

A2 = A0 + 2
RWXU = V | R | W | X | U


@pytest.fixture(scope="module")
def program() -> Program:
    return hart_program()


@pytest.fixture(params=["in place", "batch"])
def bench(request: pytest.FixtureRequest, program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("UAREA_HART", "batch" if request.param == "batch" else "")
    made = Bench(program)
    assert type(made.hart) is (BatchHart if request.param == "batch" else InPlaceHart)
    yield made


# -- traps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, offset, cause",
    [
        ("ecall_4", 4, ECALL_U),
        ("ecall_odd", 2, ECALL_U),
        ("illegal_4", 0, ILLEGAL_INSTRUCTION),
        ("illegal_2", 2, ILLEGAL_INSTRUCTION),
        ("ebreak_4", 4, BREAKPOINT),
        ("ebreak_2", 2, BREAKPOINT),
        ("load_4", 4, LOAD_FAULT),
        ("load_2", 2, LOAD_FAULT),
        ("store_4", 4, STORE_FAULT),
        ("store_2", 2, STORE_FAULT),
        ("amo", 0, LOAD_FAULT),  # the architecture says STORE_FAULT: Unicorn loads first, then stores
        ("supervisor_csr", 0, ILLEGAL_INSTRUCTION),
        ("supervisor_return", 0, ILLEGAL_INSTRUCTION),
    ],
)
def test_pc_and_address_of_a_trap(bench: Bench, label: str, offset: int, cause: int) -> None:
    """pc is the trapping instruction's, whatever its length, and the fault address is exact to the byte."""
    address = 0x12345678
    is_fault = cause in (LOAD_FAULT, STORE_FAULT)
    start = bench.program.labels[label]
    assert bench.run(label, address) == [Trap(cause, address if is_fault else 0, start + offset)]


@pytest.mark.parametrize("address", [0, 0x1000, 0x3F_FFFF_F000, 0x40_0000_0000, 1 << 63, 2**64 - 4096])
def test_fetch_faults_anywhere(bench: Bench, address: int) -> None:
    """Jumping to address 0 is a fetch fault like any other: page 0 is unmapped."""
    assert bench.run("jump", address) == [Trap(FETCH_FAULT, address, address)]


@pytest.mark.parametrize("label, cause", [("load_4", LOAD_FAULT), ("store_4", STORE_FAULT)])
def test_access_across_a_page_end(bench: Bench, label: str, cause: int) -> None:
    """Misaligned accesses work; where the second page is missing, the fault is in the second page."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    assert bench.run(label, DATA_VA + 1)[0].cause == ECALL_U
    trap = bench.run(label, DATA_VA + PAGE - 3)[0]
    assert trap.cause == cause
    assert trap.tval >> 12 == (DATA_VA + PAGE) >> 12
    bench.map(DATA_VA + PAGE, DATA + 1, V | R | W | U)
    assert bench.run(label, DATA_VA + PAGE - 3)[0].cause == ECALL_U


def test_reservation_ends_when_another_frame_is_entered(bench: Bench) -> None:
    """A store-conditional must not go by a load-reserved of another LWP's, or of a signal handler's."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    word = DATA << 9

    store = bench.program.labels["store_conditional"]

    def go_on(trap: Trap) -> bool:
        bench.frame.words[machine.PC] = store
        return trap.pc < store

    bench.words[word] = 5
    bench.run("load_reserved", DATA_VA, 6, handler=go_on)
    assert (bench.frame.words[A2], bench.words[word]) == (0, 6)  # nothing came between: it is stored

    bench.run("load_reserved", DATA_VA)
    bench.run("store_conditional", DATA_VA, 7)
    assert (bench.frame.words[A2], bench.words[word]) == (1, 6)


def test_instruction_across_a_page_end(bench: Bench) -> None:
    """The fault names the second page; pc is where the block begins, and all of it runs on a retry."""
    bench.map(DATA_VA, DATA, V | R | X | U)
    start = DATA_VA + PAGE - 6
    bench.ram[(DATA << 12) + PAGE - 6 : (DATA << 12) + PAGE - 2] = bytes.fromhex("1305 1500")  # addi a0, a0, 1
    bench.ram[(DATA << 12) + PAGE - 2 : (DATA << 12) + PAGE] = bytes.fromhex("1305")
    bench.ram[DATA + 1 << 12 : (DATA + 1 << 12) + 6] = bytes.fromhex("1500 7300 0000")  # ...; ecall

    def serve(trap: Trap) -> bool:
        bench.map(DATA_VA + PAGE, DATA + 1, V | R | X | U)
        return trap.cause == FETCH_FAULT

    traps = bench.run(start, 0, handler=serve)
    assert traps == [Trap(FETCH_FAULT, DATA_VA + PAGE, start), Trap(ECALL_U, 0, DATA_VA + PAGE + 2)]
    assert bench.frame.words[A0] == 2


@pytest.mark.parametrize("before", [0, V | R | U, V | R | X | U])
def test_illegal_instruction_at_the_start_of_a_page(bench: Bench, before: int) -> None:
    """Unicorn reports a fetch fault in the page before, unless that can be executed."""
    if before:
        bench.map(DATA_VA - PAGE, DATA + 1, before)
    bench.map(DATA_VA, DATA, V | R | X | U)
    assert bench.run(DATA_VA) == [Trap(ILLEGAL_INSTRUCTION, 0, DATA_VA)]


def test_counters_trap(bench: Bench) -> None:
    """They would answer from the host's clock."""
    for label in ("read_cycle", "read_time", "read_instret", "write_cycle"):
        assert bench.run(label) == [Trap(ILLEGAL_INSTRUCTION, 0, bench.program.labels[label])]


def test_what_user_mode_may_do(bench: Bench) -> None:
    """Permissions are the page table's: R, W, X and U of the leaf."""
    for bits, label, cause in [
        (V | U, "load_4", LOAD_FAULT),
        (V | R | W | X, "load_4", LOAD_FAULT),
        (V | R, "load_4", LOAD_FAULT),
        (V | X | U, "load_4", LOAD_FAULT),
        (V | R | U, "load_4", ECALL_U),
        (V | R | U, "store_4", STORE_FAULT),
        (V | R | U, "amo", STORE_FAULT),
        (V | R | X | U, "store_4", STORE_FAULT),
        (V | R | W | U, "store_4", ECALL_U),
        (V | R | W | U, "amo", ECALL_U),
        (V | R | W | U, "jump", FETCH_FAULT),
        (R | W | X | U, "load_4", LOAD_FAULT),
        (R | W | X | U, "jump", FETCH_FAULT),
    ]:
        bench.map(DATA_VA, DATA, bits)
        bench.hart.downgraded()
        assert bench.run(label, DATA_VA)[0].cause == cause, (bin(bits), label)


def test_accessed_and_dirty_bits(bench: Bench) -> None:
    """The walk of the hart sets them in RAM."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.run("load_4", DATA_VA)
    assert bench.words[bench.pte(DATA_VA)] & (A | D) == A
    bench.run("store_4", DATA_VA, 77)
    assert bench.words[bench.pte(DATA_VA)] & (A | D) == A | D
    assert bench.words[DATA << 9] == 77


def test_walk_agrees_with_the_hart(bench: Bench) -> None:
    """emu.machine.sv39 finds what the hart finds."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.run("store_4", DATA_VA + 8, 55)
    pa = translate(bench.words, bench.root, DATA_VA + 8)
    assert pa == (DATA << 12) + 8
    assert bench.words[pa >> 3] == 55
    assert [step.level for step in walk(bench.words, bench.root, DATA_VA)] == [2, 1, 0]


def test_errors_in_the_handler_come_out_of_run(bench: Bench) -> None:
    class Oops(Exception):
        pass

    def handler(trap: Trap) -> bool:
        raise Oops

    for _ in range(2):
        with pytest.raises(Oops):
            bench.run("ecall_4", handler=handler)
    assert bench.run("ecall_4")[0].cause == ECALL_U


def test_faults_can_be_served_without_the_kernel(bench: Bench) -> None:
    """`on_fault` comes first; what it serves is retried, the rest goes to `on_trap`."""
    seen = []

    def on_fault(cause: int, tval: int) -> bool:
        seen.append((cause, tval))
        bench.map(tval & ~4095, DATA, V | R | W | U)
        return cause == LOAD_FAULT

    bench.hart.serve(on_fault=on_fault)
    assert bench.run("load_4", DATA_VA + 8, 9)[0].cause == ECALL_U
    assert bench.run("store_4", DATA_VA + PAGE, 9)[0].cause == STORE_FAULT
    assert seen == [(LOAD_FAULT, DATA_VA + 8), (STORE_FAULT, DATA_VA + PAGE)]


# -- translations ----------------------------------------------------------------------------------


def test_upgrades_need_no_flush(bench: Bench) -> None:
    """A store that faults finds the page writable, or another page, after the fault was served."""
    bench.map(DATA_VA, DATA, V | R | U)
    bench.run("load_4", DATA_VA)

    def upgrade(trap: Trap) -> bool:
        bench.map(DATA_VA, DATA + 1, V | R | W | U)
        return trap.cause == STORE_FAULT

    traps = bench.run("store_4", DATA_VA, 33, handler=upgrade)
    assert [t.cause for t in traps] == [STORE_FAULT, ECALL_U]
    assert bench.words[DATA + 1 << 9] == 33
    assert bench.words[DATA << 9] == 0
    bench.run("load_4", DATA_VA)
    assert bench.frame.words[A2] == 33


@pytest.mark.parametrize("flush", [False, True])
def test_downgrades_need_one(bench: Bench, flush: bool) -> None:
    """Without it a store goes where the page table no longer says: silently, into what may be shared by now."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.run("store_4", DATA_VA, 1)
    bench.map(DATA_VA, DATA, V | R | U)
    if flush:
        bench.hart.downgraded()
    assert bench.run("store_4", DATA_VA, 2)[0].cause == (STORE_FAULT if flush else ECALL_U)
    assert bench.words[DATA << 9] == (1 if flush else 2)


@pytest.mark.parametrize("flush", [False, True])
def test_another_page_needs_one(bench: Bench, flush: bool) -> None:
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.words[DATA << 9], bench.words[DATA + 1 << 9] = 10, 20
    bench.run("load_4", DATA_VA)
    bench.map(DATA_VA, DATA + 1, V | R | W | U)
    if flush:
        bench.hart.downgraded()
    bench.run("load_4", DATA_VA)
    assert bench.frame.words[A2] == (20 if flush else 10)


def test_entering_another_space_changes_translations(bench: Bench) -> None:
    other = bench.new_space()
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.map(DATA_VA, DATA + 1, V | R | W | U, root=other)
    bench.words[DATA << 9], bench.words[DATA + 1 << 9] = 10, 20
    for _ in range(3):
        bench.run("load_4", DATA_VA)
        assert bench.frame.words[A2] == 10
        bench.run("load_4", DATA_VA, root=other)
        assert bench.frame.words[A2] == 20


def test_a_root_table_in_a_reused_frame(bench: Bench) -> None:
    """A new space may get the root table's frame of one that is gone, of which the hart is told."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.words[DATA << 9], bench.words[DATA + 1 << 9] = 10, 20
    bench.run("load_4", DATA_VA)
    bench.hart.downgraded()
    bench.map(DATA_VA, DATA + 1, V | R | W | U)
    bench.run("load_4", DATA_VA)
    assert bench.frame.words[A2] == 20


def test_spaces_without_the_flush(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hart's flush at a change of space is needed: left out, it reads the other space's memory."""
    if isinstance(bench.hart, BatchHart):
        monkeypatch.setattr(bench.hart, "_switch", lambda root: None)  # there the change of satp is the flush
    monkeypatch.setattr(bench.hart, "_flush", lambda: None)
    if isinstance(bench.hart, InPlaceHart):
        bench.hart._words[_FLUSH] = 0x7F  # not a command of Unicorn's
    other = bench.new_space()
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.map(DATA_VA, DATA + 1, V | R | W | U, root=other)
    bench.words[DATA << 9], bench.words[DATA + 1 << 9] = 10, 20
    if isinstance(bench.hart, BatchHart):
        BatchHart._switch(bench.hart, bench.root)
    bench.run("load_4", DATA_VA)
    assert bench.frame.words[A2] == 10
    bench.run("load_4", DATA_VA, root=other)
    assert bench.frame.words[A2] == 10


# -- translated code -------------------------------------------------------------------------------

LI_1, LI_2 = bytes.fromhex("0546 8280"), bytes.fromhex("0946 8280")  # c.li a2, n; c.jr ra


def put(bench: Bench, pfn: int, offset: int, code: bytes) -> None:
    start = (pfn << 12) + offset
    bench.ram[start : start + len(code)] = code


def call(bench: Bench, va: int) -> int:
    assert bench.run("call", va)[0].cause == ECALL_U
    return bench.frame.words[A2]


@pytest.mark.parametrize("remedy, result", [("none", 1), ("flush", 1), ("another space", 1), ("forget_code", 2)])
def test_stores_by_the_host_are_not_noticed(bench: Bench, remedy: str, result: int) -> None:
    """Code is kept by physical address: only `forget_code` drops it."""
    bench.map(DATA_VA, DATA, V | R | X | U)
    put(bench, DATA, 0, LI_1)
    assert call(bench, DATA_VA) == 1
    put(bench, DATA, 0, LI_2)
    if remedy == "flush":
        bench.hart.downgraded()
    elif remedy == "another space":
        bench.run("ecall_4", root=bench.new_space())
    elif remedy == "forget_code":
        bench.hart.forget_code(DATA)
    assert call(bench, DATA_VA) == result


def store(bench: Bench, va: int, code: bytes) -> None:
    assert bench.run("store_4", va, int.from_bytes(code, "little"))[0].cause == ECALL_U


def test_stores_through_one_mapping_with_w_and_x_are_noticed(bench: Bench) -> None:
    bench.map(DATA_VA, DATA, RWXU)
    for offset in range(0, PAGE, 64):
        put(bench, DATA, offset, LI_1)
        assert call(bench, DATA_VA + offset) == 1
    for offset in range(0, PAGE, 64):
        store(bench, DATA_VA + offset, LI_2)
    for offset in range(0, PAGE, 64):
        assert call(bench, DATA_VA + offset) == 2


def test_stores_through_a_mapping_without_x_are_not(bench: Bench) -> None:
    """Unicorn looks at the first store through a translation, and at no more. So kernel.uvm.code exists."""
    writable = DATA_VA + 16 * PAGE
    bench.map(DATA_VA, DATA, V | R | X | U)
    bench.map(writable, DATA, V | R | W | U)
    for offset in (0, 64):
        put(bench, DATA, offset, LI_1)
        assert call(bench, DATA_VA + offset) == 1
    store(bench, writable, LI_2)
    store(bench, writable + 64, LI_2)
    assert [call(bench, DATA_VA), call(bench, DATA_VA + 64)] == [2, 1]
    bench.hart.forget_code(DATA)
    assert [call(bench, DATA_VA), call(bench, DATA_VA + 64)] == [2, 2]


def test_forget_code_leaves_the_rest_alone(bench: Bench) -> None:
    """Another frame's code, the registers and the privilege level."""
    for n in range(2):
        bench.map(DATA_VA + n * PAGE, DATA + n, V | R | X | U)
        put(bench, DATA + n, 0, LI_1)
        assert call(bench, DATA_VA + n * PAGE) == 1
        put(bench, DATA + n, 0, LI_2)
    bench.hart.forget_code(DATA)
    assert [call(bench, DATA_VA), call(bench, DATA_VA + PAGE)] == [2, 1]
    bench.map(DATA_VA, DATA, V | R | W)
    bench.hart.downgraded()
    assert bench.run("load_4", DATA_VA)[0].cause == LOAD_FAULT


# -- floating point --------------------------------------------------------------------------------


def fpu(bench: Bench) -> list[int]:
    words = memoryview(bytearray(8 * 33)).cast("Q")
    bench.hart.read_fpu(words)
    return words.tolist()


def test_fpu_registers_round_trip(bench: Bench) -> None:
    random = Random(1)
    for _ in range(20):
        words = memoryview(bytearray(8 * 33)).cast("Q")
        for i in range(32):
            words[i] = random.getrandbits(64)
        words[32] = random.randrange(5) << 5 | random.getrandbits(5)
        bench.hart.write_fpu(words)
        assert bench.hart.fpu_written()
        bench.run("ecall_4")
        assert fpu(bench) == words.tolist()
    bench.hart.fpu_reset()
    assert fpu(bench) == [0] * 33
    assert not bench.hart.fpu_written()


@pytest.mark.parametrize(
    "label, written",
    [("ecall_4", False), ("fp_store_2", False), ("fp_compare", False), ("fp_move", True), ("fp_load_2", True),
     ("set_fcsr", True), ("fp_divide", True)],
)  # fmt: skip
def test_use_of_the_fpu_is_noticed(bench: Bench, label: str, written: bool) -> None:
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.hart.fpu_reset()
    assert bench.run(label, DATA_VA, 5)[0].cause == ECALL_U
    assert bench.hart.fpu_written() == written


def test_compressed_loads_and_stores_need_the_fpu_on(bench: Bench) -> None:
    """With it off they neither trap nor do anything: the reason why it is always on."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.words[DATA << 9] = 1234
    bench.hart._set_status(0)
    assert bench.run("fp_move", DATA_VA, 5)[0].cause == ILLEGAL_INSTRUCTION
    assert bench.run("fp_load_2", DATA_VA)[0].cause == ECALL_U
    assert bench.run("fp_store_2", DATA_VA)[0].cause == ECALL_U
    assert bench.words[DATA << 9] == 1234
    bench.hart.fpu_reset()
    bench.run("fp_load_2", DATA_VA)
    assert fpu(bench)[15] == 1234


def test_both_harts_compute_the_same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random registers, integer and floating point, through the same code: same results, flags and counts."""
    results = []
    for kind in ("in place", "batch"):
        if kind == "batch":
            monkeypatch.setenv("UAREA_HART", "batch")
        bench, random = Bench(program), Random(7)
        bench.map(DATA_VA, DATA, V | R | W | U)
        found: list[object] = []
        for label in ("fp_divide", "fp_compare", "fp_move", "set_fcsr", "loop", "store_2", "load_2", "amo") * 4:
            state = memoryview(bytearray(8 * 33)).cast("Q")
            for i in range(32):
                state[i] = random.choice([0, 1 << 63, 0x7FF << 52, random.getrandbits(64), 0x3FF << 52])
            state[32] = random.randrange(5) << 5
            bench.hart.write_fpu(state)
            found.append(bench.run(label, DATA_VA, random.randrange(1, 100)))
            found += [bench.frame.words.tolist(), fpu(bench), bench.clock.words[USED]]
        results.append(found)
    assert results[0] == results[1]


# -- time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, address, size",
    [("ecall_4", 0, 8), ("ecall_odd", 0, 6), ("illegal_4", 0, 0), ("illegal_2", 0, 2), ("ebreak_4", 0, 4),
     ("ebreak_2", 0, 2), ("load_4", 0, 4), ("load_2", 0, 2), ("store_2", 0, 2), ("jump", 0, 4),
     ("read_cycle", 0, 0), ("load_4", DATA_VA, 12), ("load_2", DATA_VA, 8)],
)  # fmt: skip
def test_code_retired(bench: Bench, label: str, address: int, size: int) -> None:
    """A trapping instruction is not counted, nor what comes after it in its block; an ecall is."""
    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.run(label, address)
    assert bench.clock.cycles() == size


def test_faults_in_the_middle_of_a_block(bench: Bench) -> None:
    def serve(trap: Trap) -> bool:
        if trap.cause == ECALL_U:
            return False
        bench.map(trap.tval & ~4095, DATA + trap.cause, V | R | W | U)
        return True

    traps = bench.run("middle", DATA_VA, DATA_VA + PAGE, handler=serve)
    assert [t.cause for t in traps] == [LOAD_FAULT, STORE_FAULT, ECALL_U]
    assert bench.clock.cycles() == 40


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("quantum", [600, 1000, 4096, 10**6])
def test_quanta_do_not_change_the_count(program: Program, native: bool, quantum: int) -> None:
    """Stopped again and again, the loop takes as long and ends the same."""
    bench = Bench(program, native=native)
    stops = 0

    def go_on(trap: Trap) -> bool:
        nonlocal stops
        if trap.cause == TIMER_INTERRUPT:
            stops += 1
            assert trap.pc == program.labels["loop"] + 2
            bench.clock.stop_at((bench.clock.cycles() + quantum) // 4)
        return trap.cause == TIMER_INTERRUPT

    bench.map(DATA_VA, DATA, V | R | W | U)
    bench.clock.stop_at(quantum // 4)
    bench.run("loop", DATA_VA, 1000, handler=go_on)
    # c.li, 1000 rounds of 2 + 2 + 4 + 2 + 2 bytes, ecall
    assert bench.clock.cycles() == 2 + 12 * 1000 + 4
    assert (stops > 1) == (quantum < 5000)
    assert bench.frame.words[A2] == sum(range(1, 1001))


def test_stopped_before_the_first_block(bench: Bench) -> None:
    """A limit of 0, as an interrupt from outside sets it, stops the hart before anything runs."""
    bench.clock.stop_at(0)
    assert bench.run("ecall_4") == [Trap(TIMER_INTERRUPT, 0, bench.program.labels["ecall_4"])]
    assert bench.clock.cycles() == 0


def test_no_kernel(bench: Bench) -> None:
    hart = Bench(bench.program).hart
    hart.enter(bench.frame, bench.root, None)
    with pytest.raises(machine.MachineError):
        hart.on_trap(ECALL_U, 0)


def test_fallback_to_batches(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the CPU structure is not what it was, the portable hart takes over."""

    def different(self: InPlaceHart) -> Sequence[int]:
        raise machine.MachineError("the CPU structure was not found")

    monkeypatch.setattr(InPlaceHart, "_find_cpu", different)
    bench = Bench(program)
    assert type(bench.hart) is BatchHart
    assert bench.run("ecall_4")[0].cause == ECALL_U


def test_a_library_that_cannot_be_loaded(tmp_path: Path) -> None:
    """Then everything is done without."""
    library = tmp_path / "machine.so"
    library.write_bytes(b"\x7fELF of another world")
    board = Board(8 << 20, Console.buffers(b""), str(library))
    assert type(board.hart) is BatchHart and not board.clock.native


def test_state_of_fs_field(bench: Bench) -> None:
    """The hart never shows the FPU as off."""
    for label in ("ecall_4", "fp_move"):
        bench.run(label)
        assert bench.hart._status() & SR_FS
