"""The pid table: every id has one owner, a group's id stays out of use, reuse is late and in order (spec C.6)."""

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kernel.pid import INITIAL_SIZE, PID_MAX, PidTable


class Owner:
    """Stands for a Proc or Lwp."""


class Group:
    """Stands for a Pgrp."""

    def __init__(self, pgid: int) -> None:
        self.pgid = pgid


class PidMachine(RuleBasedStateMachine):
    """Random births and deaths of owners and groups against what is known to be alive."""

    def __init__(self) -> None:
        super().__init__()
        self.table = PidTable()
        self.owners: dict[int, Owner] = {}
        self.groups: dict[int, Group] = {}
        self.dead: deque[int] = deque(maxlen=50)

    @rule(count=st.integers(1, 40))
    def born(self, count: int) -> None:
        for _ in range(count):
            owner = Owner()
            pid = self.table.alloc(owner)
            assert pid is not None
            assert 0 <= pid <= PID_MAX
            assert pid not in self.owners
            assert pid not in self.groups
            self.owners[pid] = owner

    @rule(data=st.data(), count=st.integers(1, 40))
    def dies(self, data: st.DataObject, count: int) -> None:
        for _ in range(min(count, len(self.owners))):
            pid = data.draw(st.sampled_from(sorted(self.owners)))
            del self.owners[pid]
            self.table.free(pid)
            self.dead.append(pid)

    @rule(data=st.data())
    def leads_group(self, data: st.DataObject) -> None:
        candidates = sorted(self.owners.keys() - self.groups.keys())
        if candidates:
            pid = data.draw(st.sampled_from(candidates))
            self.groups[pid] = Group(pid)
            self.table.set_group(pid, self.groups[pid])

    @rule(data=st.data())
    def group_dies(self, data: st.DataObject) -> None:
        if self.groups:
            pgid = data.draw(st.sampled_from(sorted(self.groups)))
            del self.groups[pgid]
            self.table.set_group(pgid, None)

    @invariant()
    def finds_what_lives(self) -> None:
        for pid, owner in self.owners.items():
            assert self.table.find(pid) is owner
        for pgid, group in self.groups.items():
            assert self.table.group(pgid) is group
        assert self.table.ids() == sorted(self.owners)
        assert [g.pgid for g in self.table.groups()] == sorted(self.groups)

    @invariant()
    def finds_nothing_else(self) -> None:
        for pid in [*self.dead, -1, PID_MAX + 1, 1 << 40]:
            if pid not in self.owners:
                assert self.table.find(pid) is None
            if pid not in self.groups:
                assert self.table.group(pid) is None


TestPidMachine = PidMachine.TestCase
TestPidMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_first_ids() -> None:
    table = PidTable()
    assert [table.alloc(Owner()) for _ in range(5)] == [0, 1, 2, 3, 4]


def test_one_after_another_wraps_and_repeats_late() -> None:
    """A shell that runs one command at a time walks through the ids; none comes back soon."""
    table = PidTable()
    for _ in range(3):
        table.alloc(Owner())
    last: dict[int, int] = {}
    for n in range(100_000):
        pid = table.alloc(Owner())
        assert pid is not None and pid <= PID_MAX
        if pid in last:
            assert n - last[pid] > 20_000
        last[pid] = n
        table.free(pid)
    assert max(last) > PID_MAX - INITIAL_SIZE
    assert len(last) > 20_000


def test_slots_are_reused_in_the_order_of_their_death() -> None:
    table = PidTable()
    pids = [table.alloc(Owner()) for _ in range(20)]
    rest = [table.alloc(Owner()) for _ in range(INITIAL_SIZE - 20 - 4)]
    for pid in reversed(pids):
        assert pid is not None
        table.free(pid)
    slots = [table.alloc(Owner()) % INITIAL_SIZE for _ in range(10)]  # type: ignore[operator]
    # A few slots were never used; then comes who died first.
    assert slots[-1] in {p % INITIAL_SIZE for p in pids if p is not None}
    reused = [s for s in slots if s in pids]
    assert reused == pids[::-1][: len(reused)]
    assert len(rest) + len(pids) < INITIAL_SIZE


def test_a_groups_id_stays_out_while_its_leader_is_dead() -> None:
    table = PidTable()
    leader = table.alloc(Owner())
    assert leader is not None
    table.set_group(leader, Group(leader))  # type: ignore[arg-type]
    table.free(leader)
    assert table.find(leader) is None
    for _ in range(3 * PID_MAX):
        pid = table.alloc(Owner())
        assert pid is not None and pid % table.size != leader
        table.free(pid)
    table.set_group(leader, None)
    seen = set()
    for _ in range(2 * INITIAL_SIZE):
        pid = table.alloc(Owner())
        assert pid is not None
        seen.add(pid % INITIAL_SIZE)
        table.free(pid)
    assert leader in seen


@pytest.mark.parametrize("count", [31, 33, 100, 1000, 40_000])
def test_growing(count: int) -> None:
    """The table doubles when it is nearly full, and keeps everybody where he can be found."""
    table = PidTable()
    owners = {table.alloc(owner): owner for owner in (Owner() for _ in range(count))}
    assert len(owners) == count
    assert all(table.find(pid) is owner for pid, owner in owners.items() if pid is not None)
    assert table.size >= count
    if table.size <= PID_MAX:
        assert max(pid for pid in owners if pid is not None) <= PID_MAX
    for pid in owners:
        assert pid is not None
        table.free(pid)
    assert table.ids() == []
    again = [table.alloc(Owner()) for _ in range(count)]
    assert len(set(again)) == count
