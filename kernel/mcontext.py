"""User contexts: ucontext_t, the signal frame, getcontext and setcontext (riscv sig_machdep.c; spec A.8)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from emu.machine.hart import A0, A1, PC, RA, SP, SR, SR_FS, TP
from kernel.errno import EINVAL, Errno
from kernel.siginfo import SIGINFO_SIZE, SigAction, SigInfo
from kernel.signo import CANTMASK, SA_ONSTACK, SS_DISABLE, SS_ONSTACK, pack_sigset, parse_sigset
from kernel.uvm.map import USRSTACK, VM_MAXUSER_ADDRESS

if TYPE_CHECKING:
    from emu.machine.hart import Hart
    from kernel.lwp import Lwp
    from kernel.uvm.uarea import UAreas

UC_SIGMASK, UC_STACK, UC_CPU, UC_FPU = 0x1, 0x2, 0x4, 0x8
UC_SETSTACK, UC_CLRSTACK, UC_TLSBASE = 0x10000, 0x20000, 0x80000
UCONTEXT_SIZE = 632
SIGFRAME_SIZE = 768  # siginfo and ucontext, rounded up to 16
A2 = A0 + 2

_HEAD = Struct("<I4xQ16sQQi4x")  # flags, link, sigmask, stack (sp, size, flags)
_GREGS = Struct("<32Q")
_FREGS = Struct("<33Q")
_MCONTEXT = 56
_FPREGS = _MCONTEXT + 256


def pack_ucontext(l: Lwp, flags: int, mask: int) -> bytes:
    """The LWP's state as a ucontext_t with the given signal mask; registers are those of its trap frame."""
    out = bytearray(UCONTEXT_SIZE)
    words = l.frame.words
    flags |= UC_SIGMASK | UC_STACK | UC_CPU | UC_TLSBASE
    if l.kernel.fpu.save(l):
        flags |= UC_FPU
        _FREGS.pack_into(out, _FPREGS, *l.kernel.uareas.pcb(l.uarea))
    if l.sigstk[2] & SS_ONSTACK:
        sp, size, stack_flags = l.sigstk
    else:
        size = l.proc.vm.ssize
        sp, stack_flags = USRSTACK - size, 0
    _HEAD.pack_into(out, 0, flags, l.ctxlink, pack_sigset(mask), sp, size, stack_flags)
    _GREGS.pack_into(out, _MCONTEXT, *words[:31], words[PC])
    return bytes(out)


def load_ucontext(l: Lwp, data: bytes) -> None:
    """Take over a program's ucontext_t (setucontext). Raises Errno(EINVAL) for a pc outside user space."""
    flags, link, mask, _, _, _ = _HEAD.unpack_from(data, 0)
    words = l.frame.words
    if flags & UC_CPU:
        gregs = _GREGS.unpack_from(data, _MCONTEXT)
        if gregs[31] & 1 or gregs[31] >= VM_MAXUSER_ADDRESS:
            raise Errno(EINVAL)
        tp = words[TP]
        for i in range(31):
            words[i] = gregs[i]
        words[PC] = gregs[31]
        if flags & UC_TLSBASE:
            l.private = gregs[1 + TP - 1]
        else:
            words[TP] = tp
    if flags & UC_FPU:
        l.kernel.fpu.load(l, _FREGS.unpack_from(data, _FPREGS))
    l.ctxlink = link
    if flags & UC_SIGMASK:
        l.sigmask = parse_sigset(mask) & ~CANTMASK
        l.ast = True
    old_sp, old_size, old_flags = l.sigstk
    if flags & UC_SETSTACK:
        l.sigstk = (old_sp, old_size, old_flags | SS_ONSTACK)
    elif flags & UC_CLRSTACK:
        l.sigstk = (old_sp, old_size, old_flags & ~SS_ONSTACK)


def push_signal_frame(l: Lwp, action: SigAction, info: SigInfo, back_to: int) -> None:
    """Make the LWP continue in a handler that returns through its trampoline (sendsig_siginfo).

    `back_to` is the mask that setcontext restores. Raises Errno(EFAULT) if the stack cannot take the frame.
    """
    words = l.frame.words
    sp, size, stack_flags = l.sigstk
    on_alternate = action.flags & SA_ONSTACK and not stack_flags & (SS_DISABLE | SS_ONSTACK)
    top = sp + size if on_alternate else words[SP]
    frame = (top & ~15) - SIGFRAME_SIZE & (1 << 64) - 1  # a stack may well go round the end of the addresses
    context = pack_ucontext(l, UC_SETSTACK if stack_flags & SS_ONSTACK else UC_CLRSTACK, back_to)
    l.proc.vm.copyout(frame, info.pack() + context)
    if on_alternate:
        l.sigstk = (sp, size, stack_flags | SS_ONSTACK)
    words[A0] = info.signo
    words[A1] = frame
    words[A2] = frame + SIGINFO_SIZE
    words[RA] = action.tramp
    words[SP] = frame
    words[PC] = action.handler


class Fpu:
    """The floating-point unit (NetBSD: PCU).

    The hart holds the registers of one LWP, `owner`. They are exchanged when another one is about to run, not
    when it first touches them: the unit cannot be switched off (see Hart.read_fpu). But most programs never
    touch them, and then there is nothing to move.
    """

    __slots__ = ("_blank", "hart", "owner", "uareas")

    def __init__(self, hart: Hart, uareas: UAreas) -> None:
        self.hart = hart
        self.uareas = uareas
        self.owner: Lwp | None = None
        self._blank = True  # the hart's registers are 0 but for what the owner has written

    def save(self, l: Lwp) -> bool:
        """Bring the LWP's pcb up to date (pcu_save_all); whether it has used the FPU since exec."""
        if self.owner is l:
            if not l.fpu_used and self.hart.fpu_written():
                l.fpu_used = True
                l.frame.words[SR] |= SR_FS
            if l.fpu_used:
                self._blank = False
                self.hart.read_fpu(self.uareas.pcb(l.uarea))
        return l.fpu_used

    def switch_to(self, l: Lwp) -> None:
        """The LWP is about to run: its registers replace those of the one before."""
        owner = self.owner
        if owner is not None and (owner.fpu_used or self.hart.fpu_written()):
            self.save(owner)
        if l.fpu_used:
            self.hart.write_fpu(self.uareas.pcb(l.uarea))
            l.frame.words[SR] |= SR_FS
            self._blank = False
        elif not self._blank:
            self.hart.fpu_reset()
            self._blank = True
        self.owner = l

    def load(self, l: Lwp, registers: tuple[int, ...]) -> None:
        """Replace the LWP's registers by f0..f31 and fcsr."""
        pcb = self.uareas.pcb(l.uarea)
        for i, value in enumerate(registers):
            pcb[i] = value
        pcb[32] &= 0xFF
        l.fpu_used = True
        if self.owner is l:
            self.hart.write_fpu(pcb)
            self._blank = False

    def release(self, l: Lwp) -> None:
        """The LWP's registers are of no use any more (exit, exec)."""
        if self.owner is l:
            self.owner = None
            self._blank = self._blank and not l.fpu_used and not self.hart.fpu_written()
        l.fpu_used = False
        l.frame.words[SR] &= ~SR_FS

    def renew(self, l: Lwp) -> None:
        """The LWP begins a new program, with registers of 0 and as one that has not used the FPU."""
        self.release(l)
        self.switch_to(l)
