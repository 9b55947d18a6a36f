"""Looking into a running machine: call something at every system call."""

from collections.abc import Callable

from kernel.lwp import Lwp
from kernel.main import Kernel


def at_every_syscall(kernel: Kernel, look: Callable[[Lwp], None]) -> None:
    """Call look(lwp) when a system call begins: its registers are in the trap frame, pc at the ecall."""
    hart = kernel.hart
    handle = hart.on_syscall

    def on_syscall() -> None:
        look(kernel.curlwp)
        handle()

    hart.on_syscall = on_syscall
