"""The hart under a debugger: it stops before any instruction it is told to, and nobody in the machine can tell.

The clock decides at the borders of translated blocks, so a stop within a block must not make two blocks of it:
what was counted stays counted, and the rest of the block is entered as such (`RESUME`). Three native hooks do
the looking (clock.c); without a native clock the same rules run here, slower:

- at every block: has the position to stop at come, has a watched word changed;
- at the addresses that have breakpoints;
- while `slow`, at every instruction. That is how a position within a block is reached, and how to step.

A *position* is the clock's counter at an instruction: what has retired before it, and what was charged.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from typing import Protocol

from emu.machine.batch import BatchHart
from emu.machine.clock import ADDRESS, EXPIRED, FOREVER, LARGEST_BLOCK, LIMIT, SIZE, STOP, TRAP_COST, USED, BlockHook
from emu.machine.hart import (
    BREAKPOINT,
    ECALL_U,
    PAGE_FAULTS,
    PC,
    TIMER_INTERRUPT,
    Hart,
)
from emu.machine.uc import CTL_TB_FLUSH, NO_STOP_ADDRESS

# Why it stopped.
POSITION, BREAK, STEP, WATCH, ACCESS, RESYNC = 1, 2, 4, 8, 16, 32

# Words of the structure that clock.c calls debug.
(_CLOCK, STOP_AT, REASON, STOP_PC, RESUME, END, PASS, HOLD, SKIP, SKIP_PC, SLOW, STEPPING, LOW, HIGH, LAST, PREVIOUS,
 RECORD, HITS, HIT_LOW, HIT_HIGH, ACCESSED, WATCHES, DEAF, QUICK) = range(24)  # fmt: skip
_FIRST_WATCH, MAX_WATCHES = 24, 32

_UC_HOOK_CODE, _UC_HOOK_BLOCK, _UC_HOOK_MEM_READ, _UC_HOOK_MEM_WRITE = 4, 8, 1024, 2048
_AccessHook = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_int, ctypes.c_int64, ctypes.c_void_p
)
_StopCall = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class TrapWatcher(Protocol):
    """Who wants to see traps come and go. Registers are in the trap frame."""

    def enter(self, cause: int, tval: int, position: int) -> None: ...

    def leave(self) -> None: ...

    def refused(self, cause: int, tval: int) -> None:
        """A page fault could not be served: a signal comes of it."""
        ...


class HartDebugger:
    """Takes over a hart: its `run`, its block hook, its kernel's handlers.

    `on_stop` is called with the reason (a sum of the bits above) when the hart has stopped, registers in its trap
    frame, and says by the attributes and `words` what it is to run to next.
    """

    def __init__(self, hart: Hart, on_stop: Callable[[int], None]) -> None:
        self.hart = hart
        self.clock = hart.clock
        self.on_stop = on_stop
        self.watcher: TrapWatcher | None = None
        self.slow = False  # look at every instruction even if nobody steps
        self.exact = True  # STOP_AT means that very instruction; else the beginning of its block will do
        self._lib, self._uc = hart._lib, hart._uc
        self._struct = (ctypes.c_uint64 * (_FIRST_WATCH + 3 * MAX_WATCHES))()
        self.words = words = memoryview(self._struct).cast("B").cast("Q")
        words[_CLOCK] = self.clock.data
        words[STOP_AT] = FOREVER
        self._data = ctypes.addressof(self._struct)
        self._step_hook: int | None = None
        self._breaks: dict[int, int] = {}
        self._accesses: list[int] = []
        self._callbacks = self._native() if self.clock.native else self._python()
        self._remove(hart.block_hook)
        hart.block_hook = self._add(_UC_HOOK_BLOCK, "block")
        self._flush_code()
        self._batch = isinstance(hart, BatchHart)
        self._kernel = hart.on_syscall, hart.on_fault, hart.on_trap
        hart.serve(self._syscall, self._fault, self._trap)
        hart.run = self.run  # type: ignore[method-assign]

    # -- hooks -------------------------------------------------------------------------------------

    def _native(self) -> dict[str, ctypes.c_void_p]:
        library = self.clock.library
        names = ("block", "break", "step", "access")
        return {n: ctypes.cast(getattr(library, f"uarea_debug_{n}"), ctypes.c_void_p) for n in names}

    def _python(self) -> dict[str, ctypes.c_void_p]:
        rules = SlowRules(self.words, self.clock.words)
        self._keep = (BlockHook(rules.block), BlockHook(rules.at_break), BlockHook(rules.step),
                      _AccessHook(rules.access))  # fmt: skip
        names = ("block", "break", "step", "access")
        return {n: ctypes.cast(hook, ctypes.c_void_p) for n, hook in zip(names, self._keep, strict=True)}

    def _add(self, kind: int, name: str, begin: int = 1, end: int = 0) -> int:
        handle = ctypes.c_size_t()
        self.hart._check(
            self._lib.uc_hook_add(
                self._uc, ctypes.byref(handle), kind, self._callbacks[name], ctypes.c_void_p(self._data),
                ctypes.c_uint64(begin), ctypes.c_uint64(end),
            )
        )  # fmt: skip
        return handle.value

    def _remove(self, handle: int) -> None:
        self.hart._check(self._lib.uc_hook_del(self._uc, ctypes.c_size_t(handle)))

    def _flush_code(self) -> None:
        self.hart._check(self._lib.uc_ctl(self._uc, ctypes.c_int(CTL_TB_FLUSH)))

    def _be_slow(self, slow: bool) -> None:
        """Look at every instruction, or do not. Drops all translated code, so not for every step."""
        if slow == (self._step_hook is not None):
            return
        if self._step_hook is None:
            self._step_hook = self._add(_UC_HOOK_CODE, "step")
        else:
            self._remove(self._step_hook)
            self._step_hook = None
        self.words[SLOW] = slow
        self._flush_code()

    def break_at(self, addresses: Iterable[int]) -> None:
        """Have breakpoints at these addresses and no others."""
        wanted = set(addresses)
        if wanted == set(self._breaks):
            return
        for address in sorted(set(self._breaks) - wanted):
            self._remove(self._breaks.pop(address))
        for address in sorted(wanted - set(self._breaks)):
            self._breaks[address] = self._add(_UC_HOOK_CODE, "break", address, address)
        self._flush_code()

    def watch(self, words: list[tuple[int, int]]) -> None:
        """Watch these words of RAM and no others: (physical address, mask of the bits that count)."""
        at = _FIRST_WATCH
        self.words[WATCHES] = 0  # of none, should one be nowhere
        for address, mask in words[:MAX_WATCHES]:
            self.words[at] = self.hart.ram.address + address
            self.words[at + 1] = mask
            self.words[at + 2] = self.hart.ram.words[address >> 3] & mask
            at += 3
        self.words[WATCHES] = min(len(words), MAX_WATCHES)
        self.look()

    def look(self) -> None:
        """To be called after a change, within a trap, of what the hart is to stop for."""
        self.words[QUICK] = 0

    def watches_unchanged(self) -> bool:
        """Whether every watched word is what it was when it was last looked at."""
        d = self.words
        watches = range(_FIRST_WATCH, _FIRST_WATCH + 3 * d[WATCHES], 3)
        return all(ctypes.c_uint64.from_address(d[i]).value & d[i + 1] == d[i + 2] for i in watches)

    def watch_accesses(self, ranges: list[tuple[int, int, bool, bool]]) -> None:
        """Notice loads and stores: (physical address, size, whether loads count, whether stores do)."""
        for handle in self._accesses:
            self._remove(handle)
        self._accesses = []
        for address, size, loads, stores in ranges:
            kind = (_UC_HOOK_MEM_READ if loads else 0) | (_UC_HOOK_MEM_WRITE if stores else 0)
            self._accesses.append(self._add(kind, "access", address, address + size - 1))
        self._flush_code()

    # -- running -----------------------------------------------------------------------------------

    def position(self) -> int:
        """Of the instruction before which the hart has stopped."""
        clock = self.clock.words
        if self.words[RESUME]:
            return clock[USED] - (clock[ADDRESS] + clock[SIZE] - self.words[STOP_PC])
        return clock[USED]

    def run(self) -> None:
        """What Hart.run does, and stops."""
        hart, words, clock = self.hart, self.words, self.clock.words
        hart._stopping = False
        while not hart._stopping:
            hart._load()
            self._be_slow(self._needs_slow())
            words[QUICK] = 0
            error = self._lib.uc_emu_start(self._uc, hart.frame.words[PC], NO_STOP_ADDRESS, 0, 0)
            hart._raise_failure()
            if clock[EXPIRED]:
                hart._save(hart._pc())
                clock[EXPIRED] = 0
                self.clock.trap()
                hart.on_trap(TIMER_INTERRUPT, 0)
            elif words[REASON]:
                hart._save(words[STOP_PC])
                self._stopped(words[REASON])
            elif not hart._stopping and not hart._restarting:
                hart._check(error or 1)
            hart._restarting = False

    def _needs_slow(self) -> bool:
        words = self.words
        if self.slow or words[STEPPING] or words[REASON] & RESYNC:
            words[REASON] = 0
            return True
        if not self.exact:
            return False
        near = max(2 * LARGEST_BLOCK, self.clock.words[SIZE])
        return bool(words[STOP_AT] <= self.position() + near)

    def _stopped(self, reason: int) -> None:
        words = self.words
        if reason & RESYNC:
            if words[RESUME]:
                return  # `_needs_slow` sees the reason
            words[REASON] = words[END] = 0
            return
        words[REASON] = 0
        words[ACCESSED] = 0
        if reason == POSITION and self.exact and self.position() < words[STOP_AT]:
            return  # it is in the block that is about to begin: on, slowly
        pc = words[STOP_PC]
        self.on_stop(reason)
        if self.hart.frame.words[PC] != pc:  # somebody sent the program elsewhere
            if words[RESUME]:
                self.clock.retract(pc)
                words[RESUME] = 0
            words[SKIP] = words[PASS] = words[HOLD] = 0
            return
        words[SKIP], words[SKIP_PC] = 1, pc
        if not words[RESUME]:
            words[PASS] = words[HOLD] = 1

    # -- traps -------------------------------------------------------------------------------------

    # An instruction that faults is tried again, which does not make it another one: no breakpoint stops it twice.

    def _before(self) -> int:
        """The clock before the trap under way was charged."""
        return self.clock.words[USED] - self.clock.words[TRAP_COST]

    def _syscall(self) -> None:
        watcher = self.watcher
        if watcher is None:
            self._kernel[0]()
        else:
            watcher.enter(ECALL_U, 0, self._before() - 4)
            self._kernel[0]()
            watcher.leave()

    def _fault(self, cause: int, tval: int) -> bool:
        watcher = self.watcher
        if watcher is not None:
            hart = self.hart
            hart._save(hart._pc() - 4 if self._batch else hart._pc())
            watcher.enter(cause, tval, self._before())
        served = self._kernel[1](cause, tval)
        if served:
            if self.words[SKIP]:
                self.words[HOLD], self.words[QUICK] = 1, 0
            if watcher is not None:
                watcher.leave()
        return served

    def _trap(self, cause: int, tval: int) -> None:
        watcher, frame = self.watcher, self.hart.frame
        pc = frame.words[PC]
        if watcher is not None and cause not in PAGE_FAULTS:
            watcher.enter(cause, tval, self._before())
        if watcher is not None and (cause in PAGE_FAULTS or cause == BREAKPOINT):
            watcher.refused(cause, tval)
        self._kernel[2](cause, tval)
        if self.words[SKIP] and self.hart.frame.address == frame.address and frame.words[PC] == pc:
            self.words[HOLD], self.words[QUICK] = 1, 0
        if watcher is not None:
            watcher.leave()


class SlowRules:
    """The hooks of clock.c in Python. Comments are there."""

    def __init__(self, debug: memoryview, clock: memoryview) -> None:
        self._d = debug
        self._c = clock

    def _stop(self, uc: int, address: int, reason: int) -> None:
        self._d[REASON] |= reason
        self._d[STOP_PC] = address
        _StopCall(self._c[STOP])(uc)

    def _changed(self, low: int, high: int) -> bool:
        d = self._d
        changed = False
        for i in range(_FIRST_WATCH, _FIRST_WATCH + 3 * d[WATCHES], 3):
            now = ctypes.c_uint64.from_address(d[i]).value & d[i + 1]
            if now != d[i + 2]:
                if not d[RECORD]:
                    return True
                d[i + 2] = now
                changed = True
        if changed:
            d[HITS] += 1
            d[HIT_LOW], d[HIT_HIGH] = low, high
        return False

    def block(self, uc: int, address: int, size: int, _data: int) -> None:
        d, c = self._d, self._c
        if d[RESUME]:
            end = c[ADDRESS] + c[SIZE]
            d[END] = end if address + size > end else 0
            if d[END] and not d[SLOW]:
                self._stop(uc, address, RESYNC)
            else:
                d[RESUME] = address + size < end
            return
        d[END] = 0
        if d[HOLD]:
            d[HOLD] = 0
        else:
            d[SKIP] = 0
        if d[PASS]:
            d[PASS] = 0
        else:
            reason = WATCH if d[WATCHES] and self._changed(d[LAST], c[USED]) else 0
            if d[ACCESSED]:
                reason |= ACCESS
            if c[USED] >= d[STOP_AT] if d[SLOW] else c[USED] + size > d[STOP_AT]:
                reason |= POSITION
            if reason:
                self._stop(uc, address, reason)
                return
        if c[USED] + size > c[LIMIT]:
            c[SIZE] = 0
            c[EXPIRED] = 1
            _StopCall(c[STOP])(uc)
            return
        d[LAST] = c[USED]
        c[USED] += size
        c[ADDRESS] = address
        c[SIZE] = size

    def _stop_at(self, uc: int, address: int, reason: int) -> None:
        self._d[RESUME] = not reason & RESYNC
        self._stop(uc, address, reason)

    def at_break(self, uc: int, address: int, _size: int, _data: int) -> None:
        d, c = self._d, self._c
        if d[REASON] or d[DEAF] or (d[SKIP] and address == d[SKIP_PC]) or (d[END] and address == d[END]):
            return
        if d[RECORD]:
            at = c[USED] - (c[ADDRESS] + c[SIZE] - address)
            if at >= d[STOP_AT]:
                return
            d[HITS] += 1
            d[HIT_LOW] = d[HIT_HIGH] = at
            d[SKIP], d[SKIP_PC] = 1, address
            return
        self._stop_at(uc, address, BREAK)

    def step(self, uc: int, address: int, _size: int, _data: int) -> None:
        d, c = self._d, self._c
        if d[REASON] & ~BREAK:
            return
        at = c[USED] - (c[ADDRESS] + c[SIZE] - address)
        reason = 0
        if d[END] and address == d[END]:
            reason = RESYNC
        else:
            if d[WATCHES] and self._changed(d[PREVIOUS], at):
                reason |= WATCH
            if d[ACCESSED]:
                reason |= ACCESS
            if at >= d[STOP_AT]:
                reason |= POSITION
            if d[STEPPING] and not (d[SKIP] and address == d[SKIP_PC]) and not d[LOW] <= address < d[HIGH]:
                reason |= STEP
        if reason:
            self._stop_at(uc, address, reason)
        elif not d[REASON]:
            d[PREVIOUS] = at

    def access(self, _uc: int, _kind: int, _address: int, _size: int, _value: int, _data: int) -> None:
        self._d[ACCESSED] = 1
