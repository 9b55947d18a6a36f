"""LWPs: the threads of a process (NetBSD: kern_lwp.c, sys/lwp.h).

What hardware and a debugger look at (trap frame, pcb, FP state) lies in the LWP's U-area in emulated RAM;
the rest is this object. `l` is the field's own name for a `struct lwp *`.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from kernel.sched import LSIDL, Callout, CondVar
from kernel.siginfo import Pending

if TYPE_CHECKING:
    from emu.machine.hart import TrapFrame
    from kernel.main import Kernel
    from kernel.proc import Proc


class Lwp:
    """One LWP. Comments give the NetBSD field where the name differs by more than its prefix."""

    __slots__ = (
        "affinity",
        "ast",  # something to do before user mode: signals, a stop, exit of the process (LW_PENDSIG and kin)
        "calling",  # coro is a system call: what it returns or raises goes to the program
        "cancelled",  # _lwp_wakeup: the next sleep that signals may end, ends at once (LW_CANCELLED)
        "coro",  # the kernel's continuation while the LWP is inside a call that slept
        "counted_uid",  # the user whose LWPs it counts among; None for the first of a process
        "ctxlink",
        "detached",
        "estcpu",
        "fpu_used",  # known to have written FP registers since exec (Fpu.save finds out): the pcb or the hart has them
        "frame",  # trap frame: views of the U-area's last 288 bytes
        "interruptible",
        "kernel",
        "ktrflag",  # kernel.ktrace: ACTIVE, CALLING
        "lid",
        "lwpctl",  # index in ram.words of its struct lwpctl, 0 if it has none
        "name",
        "nivcsw",
        "nvcsw",
        "private",
        "proc",
        "restore_mask",  # sigsuspend and kin: the mask to put back after the handler's frame is built
        "robust",  # user address of its robust futex list head
        "sigmask",
        "sigpend",
        "sigstk",  # (sp, size, flags) of the alternate stack
        "sigwaited",  # the set that sigtimedwait waits for
        "stat",
        "stime",  # ns of virtual time in the kernel
        "suspended",  # must not run until _lwp_continue (LW_WSUSPEND)
        "timeout",
        "uarea",  # physical address of the U-area
        "unparked",  # the next ___lwp_park60 returns at once (LW_UNPARKED)
        "utime",  # ns of virtual time in user mode
        "vforkwaiting",
        "waitcv",
        "waiter",  # lid of the LWP that waits for this very one to exit
        "waitingfor",  # lid of the LWP whose exit this one waits for
        "wake_reason",
        "wchan",
    )

    def __init__(self, kernel: Kernel, proc: Proc, lid: int, uarea: int, frame: TrapFrame) -> None:
        self.kernel = kernel
        self.proc = proc
        self.lid = lid
        self.uarea = uarea
        self.frame = frame
        self.stat = LSIDL
        self.coro: Coroutine[Any, Any, Any] | None = None
        self.calling = False
        self.wake_reason = 0
        self.wchan: CondVar | None = None
        self.interruptible = False
        self.timeout: Callout | None = None
        self.waitcv = CondVar("vfork")
        self.vforkwaiting = False
        self.ast = False
        self.sigmask = 0
        self.restore_mask: int | None = None
        self.sigpend: Pending = Pending()
        self.sigwaited = 0
        self.sigstk = (0, 0, 4)  # SS_DISABLE
        self.private = 0
        self.ctxlink = 0
        self.ktrflag = 0
        self.fpu_used = False
        self.name = ""
        self.detached = False
        self.lwpctl = 0
        self.suspended = self.cancelled = self.unparked = False
        self.waiter = self.waitingfor = 0
        self.robust = 0
        self.counted_uid: int | None = None
        self.estcpu = 0
        self.affinity: int | None = None
        self.utime = 0
        self.stime = 0
        self.nvcsw = 0
        self.nivcsw = 0

    @property
    def wmesg(self) -> str:
        """What it sleeps for, in a word."""
        return self.wchan.name if self.wchan is not None else ""
