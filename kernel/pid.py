"""The pid table (NetBSD: kern_proc.c; spec C.6).

Process, LWP and process-group ids come from one table. A pid is the slot's index plus a multiple of the
table's size that grows each time the slot is used again, so a pid is not reused soon. Slots are reused in
the order in which they became free, and a slot whose number is still a live process group's is not reused
until the group dies.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.proc import Pgrp

PID_MAX = 30000
INITIAL_SIZE = 32
LIMIT = 1 << 20  # the table stops doubling here; ids beyond it are refused


class PidTable:
    """Slots of owner (Proc or Lwp) and process group, with FIFO reuse."""

    __slots__ = (
        "_alloc_limit", "_allocated", "_free", "_groups", "_owners", "_saved", "fail_after", "fail_wait", "pid_max",
        "size",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = INITIAL_SIZE
        self.pid_max = PID_MAX
        self._owners: list[Any] = [None] * self.size
        self._groups: list[Pgrp | None] = [None] * self.size
        # The id a free slot was last used for, without its index. Starting above PID_MAX makes the first id
        # of every slot its bare index.
        self._saved = [(PID_MAX + INITIAL_SIZE) & ~(INITIAL_SIZE - 1)] * self.size
        self._free: deque[int] = deque(range(self.size))
        self._allocated = 0
        self._alloc_limit = self.size - 2
        self.fail_after = -1  # fault injection: ids to hand out before one is refused; -1 is never
        self.fail_wait = 0  # and how long fork waits before it gives up then, in ns

    def alloc(self, owner: Any) -> int | None:
        """A fresh id for `owner`, or None when the table is full."""
        if self.fail_after >= 0:
            self.fail_after -= 1
            if self.fail_after < 0:
                return None
        while self._allocated >= self._alloc_limit or len(self._free) <= 1:
            if self.size >= LIMIT:
                return None
            self._expand()
        slot = self._free.popleft()
        pid = self._saved[slot] + self.size + slot
        if pid > self.pid_max:
            pid = slot
        self._owners[slot] = owner
        self._saved[slot] = pid - slot
        self._allocated += 1
        return pid

    def free(self, pid: int) -> None:
        """Give back the id of a reaped process or LWP."""
        slot = pid & (self.size - 1)
        self._owners[slot] = None
        self._release(slot)

    def find(self, pid: int) -> Any:
        """The Proc or Lwp with this id, or None."""
        if pid < 0:
            return None
        slot = pid & (self.size - 1)
        return self._owners[slot] if self._saved[slot] == pid - slot else None

    def set_group(self, pgid: int, group: Pgrp | None) -> None:
        """Enter a process group under its id, or (None) take a dead one out."""
        slot = pgid & (self.size - 1)
        self._groups[slot] = group
        if group is None:
            self._release(slot)

    def group(self, pgid: int) -> Pgrp | None:
        """The process group with this id, or None."""
        if pgid < 0:
            return None
        g = self._groups[pgid & (self.size - 1)]
        return g if g is not None and g.pgid == pgid else None

    def ids(self) -> list[int]:
        """All ids in use by processes and LWPs, ascending (for audit and listings)."""
        return sorted(s + self._saved[s] for s in range(self.size) if self._owners[s] is not None)

    def groups(self) -> list[Pgrp]:
        """All live process groups, by id."""
        return sorted((g for g in self._groups if g is not None), key=lambda g: g.pgid)

    def _release(self, slot: int) -> None:
        if self._owners[slot] is None and self._groups[slot] is None:
            self._free.append(slot)
            self._allocated -= 1

    def _expand(self) -> None:
        """Double the table: each slot's id decides which half it moves to, the other half becomes free."""
        old = self.size
        self._owners += [None] * old
        self._groups += [None] * old
        self._saved += [0] * old
        order = dict.fromkeys(self._free)
        fresh: deque[int] = deque()
        for slot in reversed(range(old)):
            if slot in order:
                continue  # a free slot keeps its place; its twin is made free below
            pid = slot + self._saved[slot]
            if pid & old:
                self._owners[slot + old], self._owners[slot] = self._owners[slot], None
                self._groups[slot + old], self._groups[slot] = self._groups[slot], None
                self._saved[slot + old], self._saved[slot] = pid - slot - old, self._saved[slot] - old
                fresh.appendleft(slot)
            else:
                self._saved[slot + old] = self._saved[slot]
                fresh.appendleft(slot + old)
        for slot in order:
            # The last id must keep its remainder in the doubled table, or the next one would not advance.
            self._saved[slot] = (self._saved[slot] + old) & ~(2 * old - 1)
            self._saved[slot + old] = self._saved[slot]
            fresh.append(slot + old)
        self._free = deque([*fresh, *order])
        self.size = 2 * old
        if self.size > PID_MAX:
            self.pid_max = 2 * self.size - 1
            self._alloc_limit = self.size - 2
        else:
            self._alloc_limit = 2 * self._alloc_limit
