"""Making processes, seen from inside the machine: each program in tests/guest/fork checks itself.

They run under every way in which fork copies memory, on both kinds of hart and of clock, and with processes
preempted every few microseconds: none of that may be visible.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kernel.errno import EAGAIN, ENOMEM, Errno
from kernel.fork import FORK_CLEANFILES, FORK_NOWAIT, FORK_SYSTEM, copy_fields, fork1
from kernel.kauth import Cred, Decision, Process
from kernel.lwp import Lwp
from kernel.pid import PidTable
from kernel.proc import PK_NOCLDWAIT, PK_SYSTEM, Proc
from kernel.signo import SIGCHLD
from kernel.uvm.page import Frames
from kernel.uvm.uarea import UAreas
from tests.conftest import Machine, RunGuest, pass_or_explain
from tests.probe import at_every_mark, fail_allocations

PROGRAMS = sorted((Path(__file__).parent / "guest" / "fork").glob("*.c"))


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
def test_fork(run_guest: RunGuest, program: Path, variant: dict[str, object]) -> None:
    pass_or_explain(run_guest(program, **variant))


# -- failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_fork_without_memory(machine: type[Machine], compile_guest: Callable[..., Path], cow: str) -> None:
    m = machine(cow=cow)
    m.start(compile_guest("tests/guest/fork/no_memory.c"))
    reports = fail_allocations(m.kernel)
    assert m.finish().status == 0
    assert reports[0] > 2


@pytest.mark.parametrize("missing, errno", [("uarea", ENOMEM), ("pid", EAGAIN)])
def test_fork_without_uarea_or_pid(
    machine: type[Machine], compile_guest: Callable[..., Path], missing: str, errno: int
) -> None:
    """It is undone: the counters are as before, and the next fork works."""
    m = machine()
    m.start(compile_guest("tests/guest/fork/refused.c"), [str(errno)])
    kernel = m.kernel
    alloc_proc = kernel.alloc_proc
    counters = []

    def look(l: Lwp, number: int, _address: int) -> None:
        counters.append((kernel.nprocs, kernel.uids.change_proc_count(0, 0), kernel.uareas.live, kernel.pids.ids()))
        if number == 2:
            kernel.alloc_proc = alloc_proc  # type: ignore[method-assign]
        elif missing == "pid":
            kernel.alloc_proc = lambda: None  # type: ignore[method-assign]
        else:
            kernel.uareas.fail_after = 0

    at_every_mark(kernel, look)
    assert m.finish().status == 0
    assert len(counters) == 2 and counters[0] == counters[1]


def test_flags_that_only_the_kernel_uses(machine: type[Machine]) -> None:
    """FORK_NOWAIT: init is the parent. FORK_CLEANFILES: no descriptors. FORK_SYSTEM: a kernel process. `func`: what
    the child runs first."""
    kernel = machine().kernel
    init = kernel.initproc.lwps[0]
    ran = []
    fork1(init, FORK_SYSTEM | FORK_CLEANFILES, 0, 0, func=ran.append)
    p1 = kernel.initproc.children.first()
    assert p1.flag & (PK_SYSTEM | PK_NOCLDWAIT) == PK_SYSTEM | PK_NOCLDWAIT
    assert p1.exitsig == 0
    assert list(p1.fd.open_files()) == []
    fork1(p1.lwps[0], FORK_NOWAIT, SIGCHLD, 0)
    p2 = kernel.initproc.children.first()
    assert p2.pptr is kernel.initproc and p2.ppid == 1 and p2.oppid == p1.pid
    assert p2.flag & PK_SYSTEM == 0
    l, coro = p1.lwps[0], p2.lwps[0].coro
    assert l.coro is not None and coro is not None
    coro.close()
    with pytest.raises(StopIteration):
        l.coro.send(None)
    assert ran == [l]


@pytest.mark.parametrize("answer", [Decision.DENY, Decision.DEFER, Decision.ALLOW])
def test_a_listener_decides_about_forks(
    machine: type[Machine], compile_guest: Callable[..., Path], answer: Decision
) -> None:
    """One that denies refuses even root; fork says EAGAIN, and that the table is full (spec C.3)."""
    m = machine()
    m.start(compile_guest("tests/guest/fork/refused.c"), ["35"] if answer is Decision.DENY else [])
    kernel = m.kernel
    asked = []

    def listener(cred: Cred, action: Process, p: Proc, count: object, _arg2: object) -> Decision:
        asked.append((cred.ruid, action, p.pid, count))
        return answer

    def look(_l: Lwp, number: int, _address: int) -> None:
        if number == 1:
            kernel.kauth.listen(listener, Process.FORK)
        elif answer is Decision.DENY:
            kernel.kauth._listeners[Process.FORK].remove(listener)

    at_every_mark(kernel, look)
    assert m.finish().status == 0
    assert asked[0] == (0, Process.FORK, 2, 4)  # with the process that was to be
    assert (b"table is full" in kernel.msgbuf) == (answer is Decision.DENY)


def test_fields_zeroed_and_copied(machine: type[Machine]) -> None:
    """The two groups of fields are as they are declared, whatever the parent's are (spec C.7)."""
    p1 = machine().kernel.initproc
    copied = [name for name in Proc.STARTCOPY if name != "pgrp"]  # which comes with the group's list
    for n, name in enumerate(copied, 100):
        setattr(p1, name, n)
    for name in ("nstopchild", "waited", "traceflag", "oppid", "xutime", "xstime", "nlwpwait"):
        setattr(p1, name, 1)
    p1.sigpend.put(SIGCHLD, None)
    p2 = Proc(p1.kernel, 99)
    copy_fields(p1, p2, 0)
    assert [getattr(p2, name) for name in copied] == list(range(100, 100 + len(copied)))
    assert p2.sigpend.set == 0 and p2.sigpend is not p1.sigpend
    assert not any(getattr(p2, name) for name in Proc.STARTZERO if name != "sigpend")


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_every_allocation_of_every_flavour(
    machine: type[Machine], compile_guest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, cow: str
) -> None:
    """Whichever allocation fails, of whatever kind, the call has that kind's errno, and all is as before."""
    armed, hit = 0, 0
    flavours: list[list[int]] = [[]]

    def counted(cls: type, name: str, errno: int) -> None:
        allocate = getattr(cls, name)

        def wrapped(self: object, *args: object, **kwargs: object) -> object:
            nonlocal armed, hit
            if armed:
                armed -= 1
                if not armed:
                    hit = errno
                    if cls is PidTable:
                        return None
                    raise Errno(errno)
            return allocate(self, *args, **kwargs)

        monkeypatch.setattr(cls, name, wrapped)

    def look(l: Lwp, number: int, _address: int) -> None:
        nonlocal armed, hit
        if number < 1000:
            armed, hit = number, 0
            return
        assert l.kernel.audit() == []
        if number == 2000:
            assert not hit
            flavours.append([])
        else:
            assert number - 1000 == hit
            flavours[-1].append(hit)

    def succeeded(*_: object) -> None:
        nonlocal armed
        armed = 0

    m = machine(cow=cow)
    m.start(compile_guest("tests/guest/sweep/flavours.c"))
    counted(Frames, "alloc", ENOMEM)
    counted(UAreas, "alloc", ENOMEM)
    counted(PidTable, "alloc", EAGAIN)
    monkeypatch.setattr(Frames, "alloc_clean", lambda *_: 0)
    at_every_mark(m.kernel, look)
    m.kernel.forkhooks.append(succeeded)
    m.kernel.exechooks.append(succeeded)
    pass_or_explain(m.finish())
    assert len(flavours) == 17 and flavours.pop() == []
    for failures in flavours:
        assert failures[:2] == [ENOMEM, EAGAIN]  # U-area and pid; then page tables, and pages that are copied
        assert set(failures[2:]) <= {ENOMEM}
    assert all(len(flavours[i]) > 4 for i in (0, 1, 3, 5, 6))
    assert all(len(flavours[i]) == 2 for i in (2, 4, 7, 10))
