"""Restartable atomic sequences, and the port that has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.conftest import Machine, RunGuest, pass_or_explain


def test_ras(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/ras/ras.c"))


def test_strict_riscv(compile_guest: Callable[..., Path], tmp_path: Path) -> None:
    source = tmp_path / "strict.c"
    source.write_text("#include <sys/ras.h>\n#include <errno.h>\nint main(void)"
                      " { return rasctl(0, 0, RAS_PURGE_ALL) == -1 ? errno : 0; }\n")  # fmt: skip
    machine = Machine()
    machine.kernel.strict_riscv = True
    machine.start(compile_guest(source))
    assert machine.finish().status == 45  # EOPNOTSUPP
