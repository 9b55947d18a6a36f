"""`uarea [PID]`: a U-area word by word: pcb, struct user, kernel stack, trap frame."""

from __future__ import annotations

from collections.abc import Sequence
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from emu.debugger.views.common import Context, ViewError, label, space_of, table
from emu.debugger.views.provenance import where
from emu.machine.hart import CAUSE, FRAME_SIZE, PC, SR, SR_FS, TVAL
from kernel.uvm.uarea import PCB_WORDS, USER_MAGIC, USER_WORD, USPACE

if TYPE_CHECKING:
    from kernel.lwp import Lwp

_ABI = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
    "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
_FABI = (
    *(f"ft{i}" for i in range(8)), "fs0", "fs1", *(f"fa{i}" for i in range(8)), *(f"fs{i}" for i in range(2, 12)),
    *(f"ft{i}" for i in range(8, 12)),
)  # fmt: skip
_CAUSES = {
    2: "illegal instruction", 3: "breakpoint", 4: "misaligned load", 6: "misaligned store or atomic",
    8: "ecall from U-mode", 12: "fetch page fault", 13: "load page fault", 15: "store page fault",
    1 << 63 | 5: "timer interrupt",
}  # fmt: skip
_FS = ("off", "initial", "clean", "dirty")


def cause_name(cause: int) -> str:
    """A trap's cause in words."""
    return _CAUSES.get(cause, f"cause {cause:#x}")


def uarea(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    p = context.process(args)
    space_of(p)
    lwps = [context.lwp] if context.lwp in p.lwps else p.lwps
    if not lwps:
        raise ViewError(f"process {label(p)} has no LWP any more")
    lines: list[str] = []
    for l in lwps:
        lines += ([""] if lines else []) + annotate(l)
    return lines


def annotate(l: Lwp) -> list[str]:
    """One LWP's U-area."""
    kernel, base = l.kernel, l.uarea
    words = kernel.frames.ram.words[base >> 3 : (base + USPACE) >> 3]
    running = l is kernel.curlwp
    where_it_is = (
        f"PA {base:#x}-{base + USPACE - 1:#x}, {USPACE} bytes in frames {base >> 12:#x} and {base + 4096 >> 12:#x}"
    )
    lines = [f"U-area of LWP {l.lid} of process {label(l.proc)}: {where_it_is}"]
    if running:
        lines.append("this LWP is running: its registers are in the hart, and here is what its last trap saved")
    rows: list[tuple[object, ...]] = []

    def row(index: int, name: str, text: str = "") -> None:
        rows.append((f"{8 * index:#06x}", f"{base + 8 * index:#x}", f"{words[index]:#018x}", name, text))

    _pcb(l, words, row)
    magic = words[USER_WORD]
    text = magic.to_bytes(8, "big").decode(errors="replace") if magic == USER_MAGIC else "not the magic number"
    row(USER_WORD, "user magic", text)
    row(USER_WORD + 1, "user pid", str(words[USER_WORD + 1]))
    row(USER_WORD + 2, "user lid", str(words[USER_WORD + 2]))
    top = USPACE - FRAME_SIZE >> 3
    used = len(rows)
    _trap_frame(l, words, top, row)
    head = ("offset", "PA", "word", "what", "")
    shown = table(head, rows, "01")
    low, high = 8 * (USER_WORD + 3), 8 * top
    stack = [f"kernel stack: {high - low:,} bytes, from offset {high:#x} down to {low:#x}", *_stack(l)]
    return [*lines, *shown[: used + 1], *stack, *shown[used + 1 :]]


def _pcb(l: Lwp, words: memoryview, row: Any) -> None:
    """f0..f31 and fcsr, those that are not 0; the rest in one line."""
    owner = " (the hart has newer ones)" if l.kernel.fpu.owner is l and l.kernel.hart.fpu_written() else ""
    filled = [i for i in range(PCB_WORDS) if words[i]]
    for i in filled or [0]:
        name = "pcb fcsr" if i == 32 else f"pcb f{i} {_FABI[i]}"
        row(i, name, ("" if filled else "f0..f31 and fcsr are all 0") + owner)


def _stack(l: Lwp) -> list[str]:
    """Where the LWP is in the kernel: its coroutine, outermost function first. The kernel being Python, its stack
    is not in RAM."""
    frames = kernel_stack(l)
    if not frames:
        return ["  empty: the LWP is in user mode"]
    return [
        "  the kernel being Python, a coroutine is what would be here, outermost first:",
        *(f"    {f}" for f in frames),
    ]


def kernel_stack(l: Lwp) -> list[str]:
    """The lines at which an LWP sleeps in the kernel, outermost first; none when it is in user mode."""
    found = []
    coro: object = l.coro
    while isinstance(coro, (CoroutineType, GeneratorType)):
        if isinstance(coro, CoroutineType):
            frame, inner = coro.cr_frame, coro.cr_await
        else:
            frame, inner = coro.gi_frame, coro.gi_yieldfrom
        if frame is None:
            break
        found.append(f"{where(frame.f_code.co_filename)}:{frame.f_lineno} in {frame.f_code.co_name}")
        coro = inner
    return found


def _trap_frame(l: Lwp, words: memoryview, top: int, row: Any) -> None:
    for n in range(1, 32):
        row(top + n - 1, f"frame x{n} {_ABI[n]}")
    row(top + PC, "frame pc", _segment(l, words[top + PC]))
    row(top + TVAL, "frame tval", "the address of the last fault that was not served at once")
    row(top + CAUSE, "frame cause", cause_name(words[top + CAUSE]) if words[top + CAUSE] else "")
    fs = (words[top + SR] & SR_FS) >> 13
    row(top + SR, "frame sr", f"FS = {fs} ({_FS[fs]})")
    row(top + SR + 1, "frame padding", "to a multiple of 16 bytes")


def _segment(l: Lwp, va: int) -> str:
    entry = l.proc.vm.lookup(va)
    return f"in {entry.name or 'unnamed memory'}" if entry is not None else ""
