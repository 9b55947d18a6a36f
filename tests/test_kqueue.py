"""Event queues, from inside the machine."""

from pathlib import Path

import pytest

from tests.conftest import RunGuest, pass_or_explain

PROGRAMS = sorted((Path(__file__).parent / "guest" / "kqueue").glob("*.c"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 1])
def test_kqueue(run_guest: RunGuest, program: Path, seed: int) -> None:
    pass_or_explain(run_guest(program, seed=seed))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_kqueue_preempted(run_guest: RunGuest, monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    monkeypatch.setattr("kernel.main.SHORTEST_QUANTUM", 20_000)
    monkeypatch.setattr("kernel.main.JITTER_BITS", 12)
    pass_or_explain(run_guest(program))


def test_libc(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("userland/tests/libc/sys_kqueue.c"))


def test_python_clock(run_guest: RunGuest) -> None:
    for program in PROGRAMS:
        pass_or_explain(run_guest(program, native=False))


def test_standard_input(run_guest: RunGuest, tmp_path: Path) -> None:
    source = tmp_path / "stdin.c"
    source.write_text(
        """
        #include <sys/event.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(void)
        {
            struct kevent kev;
            char buf[64];
            int kq = kqueue();
            EV_SET(&kev, 0, EVFILT_READ, EV_ADD, 0, 0, NULL);
            if (kevent(kq, &kev, 1, &kev, 1, NULL) != 1 || kev.ident != 0)
                return 1;
            printf("%d %zd\\n", (int)kev.data, read(0, buf, sizeof(buf)));
            return 0;
        }
        """
    )
    outcome = run_guest(source, stdin=b"twelve bytes")
    pass_or_explain(outcome)
    assert outcome.text == "12 12\n"
