"""Looking into a running machine: call something at every system call, or where a program says so."""

from collections.abc import Callable

from emu.machine.hart import A0, T6
from kernel.lwp import Lwp
from kernel.main import Kernel

GETPRIORITY, MARK = 100, 0x4D41524B  # how tests/guest/cow/mark.h marks a place


def at_every_syscall(kernel: Kernel, look: Callable[[Lwp], None]) -> None:
    """Call look(lwp) when a system call begins: its registers are in the trap frame, pc at the ecall."""
    handle = kernel.hart.on_syscall

    def on_syscall() -> None:
        look(kernel.curlwp)
        handle()

    kernel.hart.serve(on_syscall=on_syscall)


def at_every_mark(kernel: Kernel, look: Callable[[Lwp, int, int], None]) -> None:
    """Call look(lwp, number, address) where the program calls mark(number, address)."""

    def recognise(l: Lwp) -> None:
        # mark() goes through syscall(), whose arguments start one register later; or the registers are set by hand.
        words = l.frame.words
        shift = 1 if words[T6] == 0 else 0
        number, which, *arguments = [words[T6], *words[A0 : A0 + 4]][shift : shift + 4]
        if (number, which) == (GETPRIORITY, MARK):
            look(l, arguments[0], arguments[1])

    at_every_syscall(kernel, recognise)


def fail_allocations(kernel: Kernel) -> list[int]:
    """After mark number n, let n frames be allocated and the next one fail, once, until a fork or exec succeeds.

    Returns the list to which numbers of marks from 1000 on are added, less 1000: what the program counted.
    """
    reports: list[int] = []

    def look(l: Lwp, number: int, _address: int) -> None:
        if number >= 1000:
            reports.append(number - 1000)
        else:
            kernel.frames.fail_after = number

    def stop(*_: object) -> None:
        kernel.frames.fail_after = -1

    at_every_mark(kernel, look)
    kernel.forkhooks.append(stop)
    kernel.exechooks.append(stop)
    return reports
