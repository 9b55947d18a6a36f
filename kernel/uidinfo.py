"""What each real user id owns (NetBSD: kern_uidinfo.c; spec C.4).

An entry, once made, stays. The process count of a user rises at fork and falls when a process is reaped,
not when it exits: zombies count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.proc import Proc


class UidEntry:
    """The counters of one user (struct uidinfo)."""

    __slots__ = ("lockcnt", "lwpcnt", "proccnt", "sbsize", "uid")

    def __init__(self, uid: int) -> None:
        self.uid = uid
        self.proccnt = 0
        self.lwpcnt = 0  # LWPs beyond the first of each process
        self.lockcnt = 0  # advisory locks
        self.sbsize = 0  # bytes of socket buffer


class UidInfo:
    """All users that ever owned something."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: dict[int, UidEntry] = {}

    def find(self, uid: int) -> UidEntry:
        """The entry for a uid, made if there is none yet (uid_find)."""
        entry = self.entries.get(uid)
        if entry is None:
            entry = self.entries[uid] = UidEntry(uid)
        return entry

    def change_proc_count(self, uid: int, delta: int) -> int:
        """Add to a user's process count; returns the new count (chgproccnt)."""
        entry = self.find(uid)
        entry.proccnt += delta
        assert entry.proccnt >= 0, f"uid {uid} owns {entry.proccnt} processes"
        return entry.proccnt

    def change_lwp_count(self, uid: int, delta: int) -> int:
        """Add to a user's count of LWPs, first ones left out; returns the new count (chglwpcnt)."""
        entry = self.find(uid)
        entry.lwpcnt += delta
        return entry.lwpcnt

    def change_lock_count(self, uid: int, delta: int) -> int:
        """Add to a user's count of advisory locks; returns the new count (chglockcnt)."""
        entry = self.find(uid)
        entry.lockcnt += delta
        return entry.lockcnt

    def change_sbsize(self, uid: int, delta: int) -> int:
        """Add to a user's bytes of socket buffer; returns the new sum (chgsbsize)."""
        entry = self.find(uid)
        entry.sbsize += delta
        return entry.sbsize

    def audit(self, procs: Iterable[Proc]) -> list[str]:
        """Recount processes, zombies included, by real uid; one line for each count that is wrong."""
        owned = Counter(p.cred.ruid for p in procs)
        uids = sorted(self.entries.keys() | owned.keys())
        return [
            f"uid {uid}: process count is {self.find(uid).proccnt}, {owned[uid]} exist"
            for uid in uids
            if self.find(uid).proccnt != owned[uid]
        ]
