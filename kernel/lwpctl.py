"""The page that tells programs which of their LWPs run (NetBSD: kern_lwp.c lwp_ctl_*, sys/lwpctl.h).

A `struct lwpctl` is two ints, so one word of RAM: the CPU in the low half, a counter of the times the LWP was
put on a CPU in the high one. The pages are shared memory between kernel and process, at an address that the
kernel chooses. A vfork child runs on its parent's block, which is of no use to the parent meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errno import EBUSY, ENODEV, Errno
from kernel.proc import PL_PPWAIT, Proc
from kernel.syscall import Result, syscall
from kernel.uvm.inherit import INHERIT_NONE
from kernel.uvm.map import MapEntry
from kernel.uvm.object import UvmObject
from kernel.uvm.page import PAGE_SHIFT, PAGE_SIZE
from kernel.uvm.pmap import PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.lwp import Lwp

FEATURE_CURCPU, FEATURE_PCTR = 1, 2
CPU_NONE, CPU_EXITED = 0xFFFF_FFFF, 0xFFFF_FFFE
SLOT_SIZE = 8
_COUNTER = 0xFFFF_FFFF << 32


class LwpControl:
    """The control pages of a process (lcproc_t): one object per page, held also when the process unmaps it."""

    __slots__ = ("free", "pages")

    def __init__(self) -> None:
        self.pages: list[tuple[int, UvmObject]] = []  # user address, and what is there
        self.free: list[int] = []  # user addresses of slots

    def allocate(self, p: Proc) -> int:
        """The user address of a free slot. Raises Errno(ENOMEM)."""
        if not self.free:
            obj = UvmObject(p.kernel.frames)
            obj.page(0)
            try:
                start = p.vm.find_space(PAGE_SIZE)
            except Errno:
                obj.release()
                raise
            obj.hold()
            p.vm.insert(
                MapEntry(start, start + PAGE_SIZE, PROT_READ | PROT_WRITE, maxprot=PROT_READ | PROT_WRITE, obj=obj,
                         shared=True, inherit=INHERIT_NONE, name="lwpctl")
            )  # fmt: skip
            self.pages.append((start, obj))
            self.free = list(range(start, start + PAGE_SIZE, SLOT_SIZE))
        return self.free.pop(0)

    def word(self, address: int) -> int:
        """The index in ram.words of a slot."""
        start, obj = next(page for page in self.pages if page[0] <= address < page[0] + PAGE_SIZE)
        return ((obj.page(0) << PAGE_SHIFT) + address - start) >> 3

    def address(self, word: int) -> int:
        """The user address of a slot, by its index in ram.words."""
        pfn = word >> PAGE_SHIFT - 3
        return next(start for start, obj in self.pages if obj.page(0) == pfn) + (word << 3 & PAGE_SIZE - 1)


@syscall(325, "int _lwp_ctl(int features, struct lwpctl **address)")
def sys__lwp_ctl(l: Lwp, features: int, address: int) -> Result:
    """Give the LWP its block, the same one each time it asks (lwp_ctl_alloc)."""
    p = l.proc
    if p.lflag & PL_PPWAIT:
        raise Errno(EBUSY)  # its parent's block is on loan to it
    if not features & (FEATURE_CURCPU | FEATURE_PCTR):
        raise Errno(ENODEV)
    if p.lwpctl is None:
        p.lwpctl = LwpControl()
    if l.lwpctl:
        where = p.lwpctl.address(l.lwpctl)
    else:
        where = p.lwpctl.allocate(p)
        l.lwpctl = p.lwpctl.word(where)
        p.kernel.frames.ram.words[l.lwpctl] = 0
        started(l)
    p.vm.copyout_word(address, where)
    return None


def started(l: Lwp) -> None:
    """An LWP with a block is put on the CPU."""
    words = l.kernel.frames.ram.words
    words[l.lwpctl] = (words[l.lwpctl] & _COUNTER) + (1 << 32) & _COUNTER


def stopped(l: Lwp) -> None:
    """An LWP with a block leaves the CPU."""
    l.kernel.frames.ram.words[l.lwpctl] |= CPU_NONE


def lwp_gone(l: Lwp) -> None:
    """An LWP exits: its block says so, and is free for the next one."""
    if not l.lwpctl:
        return
    words, p = l.kernel.frames.ram.words, l.proc
    if p.lflag & PL_PPWAIT:
        words[l.lwpctl] |= CPU_NONE  # back to the parent
    elif p.lwpctl is not None:
        words[l.lwpctl] = words[l.lwpctl] & _COUNTER | CPU_EXITED
        p.lwpctl.free.append(p.lwpctl.address(l.lwpctl))
    l.lwpctl = 0


def process_gone(p: Proc) -> None:
    """The process exits or runs another program (lwp_ctl_exit)."""
    for l in p.lwps:
        if l.vforkwaiting:
            for child in p.children:
                if child.vforklwp is l:
                    child.lwps[0].lwpctl = 0  # the loan ends: the page goes
        lwp_gone(l)
    control, p.lwpctl = p.lwpctl, None
    if control is not None:
        for _, obj in control.pages:
            obj.release()
