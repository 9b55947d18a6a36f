"""Transfers over several buffers, some of which are not there."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errno import EFAULT, Errno
from kernel.uio import Uio
from tests.unit.vfs_kernel import UserMemory

BAD = 0x100


def make(memory: UserMemory, lengths: list[int], bad: int = -1) -> tuple[Uio, list[int]]:
    """A transfer over buffers of these lengths; the one with index `bad` is not mapped."""
    addresses = [BAD if i == bad else memory.place(bytes(n)) for i, n in enumerate(lengths)]
    vector = b"".join(struct.pack("<2Q", a, n) for a, n in zip(addresses, lengths, strict=True))
    vm: Any = memory
    return Uio.from_iovec(vm, memory.place(vector), len(lengths)), addresses


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.lists(st.integers(0, 30), max_size=12))
def test_put_and_get_move_the_same_bytes(lengths: list[int], steps: list[int]) -> None:
    memory, total = UserMemory(), sum(lengths)
    sent = bytes(range(1, 256)) * 2
    uio, addresses = make(memory, lengths)
    done = 0
    for step in steps:
        step = min(step, uio.resid)
        uio.put(sent[done : done + step])
        done += step
        assert uio.resid == total - done
    stored = b"".join(memory.copyin(a, n) for a, n in zip(addresses, lengths, strict=True))
    assert stored == sent[:done] + bytes(total - done)
    vm: Any = memory
    vector = b"".join(struct.pack("<2Q", a, n) for a, n in zip(addresses, lengths, strict=True))
    back = Uio.from_iovec(vm, memory.place(vector), len(lengths))
    assert b"".join(back.get(min(step, back.resid)) for step in steps) == stored[: min(sum(steps), total)]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.data())
def test_a_fault_changes_nothing(lengths: list[int], data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, len(lengths) - 1))
    before = sum(lengths[:bad])
    memory = UserMemory()
    uio, _ = make(memory, lengths, bad)
    with pytest.raises(Errno) as failure:
        uio.get(uio.resid)
    assert failure.value.errno == EFAULT and uio.resid == sum(lengths)
    assert len(uio.get(before)) == before
    with pytest.raises(Errno):
        uio.put(b"x")
    assert uio.resid == sum(lengths) - before
