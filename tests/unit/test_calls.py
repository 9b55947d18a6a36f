"""System calls from registers to handlers: call.c does what SyscallEntry.call and Trap.syscall do in Python."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.machine.calls import SIGNED_32, SIGNED_64, UNSIGNED_32, UNSIGNED_64, UNUSED, Calls
from emu.machine.hart import A0, A1, PC, T6
from emu.machine.inplace import InPlaceHart
from kernel.syscall import JUSTRETURN, NATIVE, SyscallEntry, parse_prototype
from tests.unit.bench import Bench, hart_program

NUMBER, LENGTH = 5, 12
ALL_ONES = (1 << 64) - 1

word = st.one_of(
    st.integers(0, ALL_ONES), st.sampled_from([0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 63, ALL_ONES])
)
kinds = st.lists(st.sampled_from([UNUSED, SIGNED_32, UNSIGNED_32, SIGNED_64, UNSIGNED_64]), max_size=8)


class Lwp:
    """Who calls."""

    def __init__(self, ast: bool = False) -> None:
        self.ast = ast


class Calling:
    """A machine in which one call, when it happens, does what the test says; and what was told to the kernel."""

    def __init__(self) -> None:
        self.bench = Bench(hart_program())
        assert isinstance(self.bench.hart, InPlaceHart)
        self.told: list[tuple[str, Any]] = []

    def call(
        self,
        registers: list[int],
        arguments: list[int],
        result: Any = None,
        *,
        ast: bool = False,
        number: int = NUMBER,
        limit: int = 8,
        late: bool = False,
    ) -> list[int]:
        """Take one system call. What `told` then has are the handler's arguments, and which of the others came.

        `late`: the hart learns of its calls when it has been told already who runs.
        """
        hart, words = self.bench.hart, self.bench.frame.words
        told = self.told = []
        lwp = Lwp(ast)

        def handler(l: Lwp, *values: int) -> Any:
            assert l is lwp and words[PC] == pc + 4 + LENGTH
            told.append(("handler", values))
            hart.stop()
            if isinstance(result, Exception):
                raise result
            return result

        def tell(name: str) -> Any:
            return lambda *values: (told.append((name, *values)), hart.stop())[1]

        calls = Calls(8, LENGTH, tell("result"), tell("error"))
        calls.limit = limit
        calls.add(NUMBER, handler, arguments)
        words[:] = memoryview(bytes(8 * len(words))).cast("Q")
        words[A0 : A0 + 8] = memoryview(b"".join(r.to_bytes(8, "little") for r in registers)).cast("Q")
        words[T6] = number
        words[PC] = pc = self.bench.program.labels["ecall_4"]
        if late:
            hart.enter(self.bench.frame, self.bench.root, lwp)
        hart.serve(on_syscall=tell("other"), calls=calls)
        if not late:
            hart.enter(self.bench.frame, self.bench.root, lwp)
        hart.run()
        self.count = calls.counts[NUMBER]
        return [words[A0], words[A1], words[PC] - pc]


@pytest.fixture(scope="module")
def machine() -> Calling:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("UAREA_HART", raising=False)
        return Calling()


REGISTERS = [10, 11, 12, 13, 14, 15, 16, 17]


@settings(deadline=None)
@given(st.lists(word, min_size=8, max_size=8), kinds)
def test_arguments(machine: Calling, registers: list[int], arguments: list[int]) -> None:
    got: list[tuple[int, ...]] = []
    entry = SyscallEntry(0, "int f(void)", lambda l, *values: got.append(values), sleeps=False)
    entry.kinds = arguments
    entry.call(None, [0] * A0 + registers)  # type: ignore[arg-type]
    machine.call(registers, arguments)
    assert machine.told == [("handler", got[0])] and machine.count == 1


@pytest.mark.parametrize(
    "result, a0, a1",
    [(None, 0, 0), (7, 7, 0), (-1, ALL_ONES, 0), (1 << 63, 1 << 63, 0), ((3, 1), 3, 1), ((-1, 0), ALL_ONES, 0)],
)
def test_plain_results_go_to_the_program(machine: Calling, result: Any, a0: int, a1: int) -> None:
    assert machine.call(REGISTERS, [], result) == [a0, a1, 4 + LENGTH]
    assert machine.told == [("handler", ())]


@pytest.mark.parametrize("result", [JUSTRETURN, True, "text", 1.5, (1, "text"), (1,), (1, 2, 3)], ids=repr)
def test_others_go_to_the_kernel(machine: Calling, result: Any) -> None:
    assert machine.call(REGISTERS, [], result) == [10, 11, 4 + LENGTH]
    assert machine.told == [("handler", ()), ("result", result)]


def test_an_lwp_with_something_to_do_goes_to_the_kernel(machine: Calling) -> None:
    assert machine.call(REGISTERS, [], 7, ast=True)[:2] == [7, 0]
    assert machine.told == [("handler", ()), ("result", 7)]


def test_exceptions_go_to_the_kernel(machine: Calling) -> None:
    error = ValueError("on purpose")
    assert machine.call(REGISTERS, [], error) == [10, 11, 4 + LENGTH]
    assert machine.told == [("handler", ()), ("error", error)]
    assert error.__traceback__ is not None and error.__traceback__.tb_frame.f_code.co_name == "handler"


@pytest.mark.parametrize("number, limit", [(4, 8), (8, 8), (1 << 63, 8), (NUMBER, 0), (NUMBER, NUMBER)])
def test_calls_without_a_handler_go_to_the_kernel(machine: Calling, number: int, limit: int) -> None:
    assert machine.call(REGISTERS, [], number=number, limit=limit) == [10, 11, 4]
    assert machine.told == [("other",)] and machine.count == 0


def test_calls_that_come_back_in_the_middle_of_a_run(machine: Calling) -> None:
    assert machine.call(REGISTERS, [], 7, late=True) == [7, 0, 4 + LENGTH]
    assert machine.told == [("handler", ())]


def test_prototypes() -> None:
    name, arguments = parse_prototype("ssize_t pread(int fd, void *buf, size_t nbyte, int PAD, off_t offset)")
    assert name == "pread" and arguments == [SIGNED_32, UNSIGNED_64, UNSIGNED_64, UNUSED, SIGNED_64]
    assert parse_prototype("int f(const u_int x[2], unsigned int flags, mode_t mode, ...)")[1] == [
        UNSIGNED_64, UNSIGNED_32, UNSIGNED_32
    ]  # fmt: skip
    with pytest.raises(ValueError, match="unknown argument type"):
        parse_prototype("int f(struct s x)")
    assert all(len(entry.kinds) <= 8 for entry in NATIVE if entry is not None)
