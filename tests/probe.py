"""Looking into a running machine: call something at every system call."""

from collections.abc import Callable

from emu.machine.hart import ECALL_U
from kernel.lwp import Lwp
from kernel.main import Kernel


def at_every_syscall(kernel: Kernel, look: Callable[[Lwp], None]) -> None:
    """Call look(lwp) when a system call begins: its registers are in the trap frame, pc at the ecall."""
    hart = kernel.hart
    handle = hart.on_trap

    def on_trap(cause: int, tval: int) -> None:
        if cause == ECALL_U:
            look(kernel.curlwp)
        handle(cause, tval)

    hart.on_trap = on_trap
