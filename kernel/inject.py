"""Fault injection: private sysctls that make the Nth allocation of a kind fail (spec F, decision D3); switches.

Writing N to one of `debug.fail.frame`, `.table`, `.uarea` and `.proc` makes the Nth allocation of a page frame, a
page-table page, a U-area or a process id from then on fail as if there were none; 0 calls it off. Reading
tells how many are left until then. `debug.fail.wait` is the time, in ms, for which the next fork that finds no
process id waits before it gives up, as a kernel does that hopes for memory.

Two more nodes choose between what NetBSD does and what it means to do: `debug.strict_riscv` takes rasctl away, as
its riscv port has it (decision D1); `debug.root_reserve` keeps the last five slots of the process table for root,
as the source's comment promises (quirk Q1).

Only root may write them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.errno import EINVAL, Errno
from kernel.sysctl import INT, Request, Sysctl
from kernel.uvm.page import TABLE

if TYPE_CHECKING:
    from kernel.main import Kernel

ANY_KIND = -1
MS = 10**6


def add_fail_points(k: Kernel, tree: Sysctl) -> None:
    """Enter the nodes."""
    frames, uareas, pids = k.frames, k.uareas, k.pids

    def frames_of(kind: int) -> tuple[Callable[[], int], Callable[[int], None]]:
        def get() -> int:
            return frames.fail_after + 1 if frames.fail_kind == kind else 0

        def put(n: int) -> None:
            frames.fail_kind, frames.fail_after = kind, n - 1

        return get, put

    def put_uarea(n: int) -> None:
        uareas.fail_after = n - 1

    def put_proc(n: int) -> None:
        pids.fail_after = n - 1

    def put_wait(ms: int) -> None:
        pids.fail_wait = ms * MS

    _add(tree, "frame", *frames_of(ANY_KIND))
    _add(tree, "table", *frames_of(TABLE))
    _add(tree, "uarea", lambda: uareas.fail_after + 1, put_uarea)
    _add(tree, "proc", lambda: pids.fail_after + 1, put_proc)
    _add(tree, "wait", lambda: pids.fail_wait // MS, put_wait)
    _add_switch(tree, "strict_riscv", k)
    _add_switch(tree, "root_reserve", k.kauth)


def _add_switch(tree: Sysctl, name: str, owner: object) -> None:
    def write(_request: Request, value: int | bytes) -> None:
        setattr(owner, name, bool(value))

    tree.add(f"debug.{name}", INT, read=lambda _request: int(getattr(owner, name)), write=write)


def _add(tree: Sysctl, name: str, get: Callable[[], int], put: Callable[[int], None]) -> None:
    def write(_request: Request, value: int | bytes) -> None:
        if not isinstance(value, int) or value < 0:
            raise Errno(EINVAL)
        put(value)

    tree.add(f"debug.fail.{name}", INT, read=lambda _request: get(), write=write)
