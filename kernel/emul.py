"""The personality of a process: which kernel its program believes to run on (NetBSD: struct emul)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.proc import Proc


class Emul:
    """`proc_fork`, if there is one, is told of a child that is complete but not visible yet: child, the LWP
    that forks, and the FORK_* flags (e_proc_fork; spec C.23)."""

    __slots__ = ("name", "proc_fork")

    def __init__(self, name: str, proc_fork: Callable[[Proc, Lwp, int], None] | None = None) -> None:
        self.name = name
        self.proc_fork = proc_fork


NETBSD = Emul("netbsd")
