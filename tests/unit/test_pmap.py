"""Address spaces under random stress: forks, stores, protection, unmapping, ends, in every strategy of fork.

A model says what each space must read; the page tables must count right and never let a store through to a page
that somebody else can see.
"""

from collections import Counter
from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emu.machine.board import Board
from emu.machine.console import Console
from emu.machine.sv39 import PPN_SHIFT, V, W, walk
from kernel.audit import _count_tables, _space
from kernel.errno import EFAULT, ENOMEM, Errno
from kernel.main import Kernel
from kernel.uvm.cow import STRATEGIES, share_tables
from kernel.uvm.inherit import INHERIT_COPY, INHERIT_NONE, INHERIT_SHARE, INHERIT_ZERO
from kernel.uvm.map import MapEntry, VmSpace
from kernel.uvm.object import UvmObject
from kernel.uvm.page import ANON, OBJECT, TABLE
from kernel.uvm.pmap import PROT_READ, PROT_WRITE
from toolchain.native import native_library

# The small tables of a small test are copied; here is fork that shares all the same.
STRATEGIES["every table"] = partial(share_tables, small=0)

PAGE = 4096
RW = PROT_READ | PROT_WRITE
# Where the model's pages lie: under one leaf table, under its neighbour, and far away under other level-1 tables.
BASES = [0x10_0000, 0x20_0000 - 2 * PAGE, 0x40_0000, 0x4000_0000, 0x30_0000_0000]
PAGES_EACH = 4


def new_kernel(cow: str) -> Kernel:
    return Kernel(Board(4 << 20, Console.buffers(b""), native_library()), cow=cow)


class World:
    """The spaces, and what should be in them: a private page's byte, or the cell that a shared page stands for."""

    def __init__(self, cow: str) -> None:
        self.kernel = new_kernel(cow)
        self.used = self.kernel.frames.used
        self.spaces: list[tuple[VmSpace, dict[int, list[int]]]] = []
        vm = VmSpace(self.kernel)
        model: dict[int, list[int]] = {}
        for n, base in enumerate(BASES):
            end = base + PAGES_EACH * PAGE
            shared = n == 2
            obj = UvmObject(self.kernel.frames) if shared else None
            if obj is not None:
                obj.anonymous = True
            inherit = INHERIT_SHARE if shared else INHERIT_COPY
            vm.insert(MapEntry(base, end, RW, obj=obj, shared=shared, inherit=inherit))
            for va in range(base, end, PAGE):
                model[va] = [0]
        self.spaces.append((vm, model))

    def fork(self, i: int) -> None:
        if len(self.spaces) >= 24:
            return
        vm, model = self.spaces[i]
        child = vm.fork()
        copy = {}
        for va, cell in model.items():
            entry = vm.lookup(va)
            assert entry is not None
            if entry.inherit == INHERIT_NONE:
                continue
            if entry.inherit == INHERIT_ZERO:
                copy[va] = [0]
            elif entry.inherit == INHERIT_SHARE:
                copy[va] = cell
            else:
                copy[va] = [cell[0]]
                model[va] = [cell[0]]  # its own from now on, if it was shared (spec Q10)
        self.spaces.append((child, copy))

    def end(self, i: int) -> None:
        if len(self.spaces) > 1:
            vm, _ = self.spaces.pop(i)
            vm.release()

    def store(self, i: int, va: int, value: int) -> None:
        vm, model = self.spaces[i]
        entry = vm.lookup(va)
        if va in model and entry is not None and entry.prot & PROT_WRITE:
            vm.copyout(va + 5, bytes([value]))
            model[va][0] = value
        else:
            with pytest.raises(Errno) as error:
                vm.copyout(va + 5, bytes([value]))
            assert error.value.errno == EFAULT

    def check(self, i: int, va: int) -> None:
        vm, model = self.spaces[i]
        entry = vm.lookup(va)
        if va in model and entry is not None and entry.prot & PROT_READ:
            assert vm.copyin(va + 5, 1)[0] == model[va][0]
        else:
            with pytest.raises(Errno):
                vm.copyin(va + 5, 1)

    def protect(self, i: int, va: int, pages: int, prot: int) -> None:
        vm, model = self.spaces[i]
        for page in range(va, va + pages * PAGE, PAGE):
            if page in model:
                vm.change(page, page + PAGE, prot=prot)
                vm.pmap.protect(page, page + PAGE, prot)

    def unmap(self, i: int, va: int, pages: int) -> None:
        vm, model = self.spaces[i]
        vm.unmap(va, va + pages * PAGE)
        for page in range(va, va + pages * PAGE, PAGE):
            model.pop(page, None)

    def map_again(self, i: int, va: int) -> None:
        vm, model = self.spaces[i]
        if va not in model:
            vm.insert(MapEntry(va, va + PAGE, RW))
            model[va] = [0]

    def inherit(self, i: int, va: int, how: int) -> None:
        vm, model = self.spaces[i]
        if va in model:
            vm.change(va, va + PAGE, inherit=how)

    def audit(self) -> None:
        """Counts are exact, and what the hardware may store to belongs to one space, or to an object."""
        frames = self.kernel.frames
        counted: Counter[int] = Counter()
        tables: Counter[int] = Counter()
        wrong: list[str] = []
        objects = {}
        for vm, _ in self.spaces:
            _count_tables(vm, counted, tables)
            wrong += _space(vm)
            objects.update({id(e.obj): e.obj for e in vm.entries if e.obj is not None})
        for obj in objects.values():
            counted.update(obj.pages.values())
        assert not wrong
        for pfn in range(1, frames.total):
            if frames.kind[pfn] in (ANON, OBJECT):
                assert frames.refs[pfn] == counted[pfn], hex(pfn)
        mine = {t for t, n in tables.items() if frames.refs[t] != n}
        assert not mine
        writable: dict[int, int] = {}
        for n, (vm, model) in enumerate(self.spaces):
            for va in model:
                steps = walk(vm.pmap.words, vm.pmap.root, va)
                entry = steps[-1].entry
                if len(steps) == 3 and all(s.entry & V for s in steps) and entry & W:
                    pfn = entry >> PPN_SHIFT
                    if frames.kind[pfn] == ANON:
                        assert pfn not in writable, f"page {va:#x}: frame {pfn:#x} of {writable[pfn]} and {n}"
                        writable[pfn] = n

    def finish(self) -> None:
        for vm, _ in self.spaces:
            vm.release()
        assert self.kernel.frames.used == self.used


places = st.sampled_from([base + i * PAGE for base in BASES for i in range(PAGES_EACH)])
who = st.integers(0, 50)
operations = st.lists(
    st.one_of(
        st.tuples(st.just("fork"), who),
        st.tuples(st.just("fork"), who),
        st.tuples(st.just("end"), who),
        st.tuples(st.just("store"), who, places, st.integers(1, 255)),
        st.tuples(st.just("store"), who, places, st.integers(1, 255)),
        st.tuples(st.just("store"), who, places, st.integers(1, 255)),
        st.tuples(st.just("check"), who, places),
        st.tuples(st.just("check"), who, places),
        st.tuples(st.just("protect"), who, places, st.integers(1, 3), st.sampled_from([0, PROT_READ, RW])),
        st.tuples(st.just("unmap"), who, places, st.integers(1, 3)),
        st.tuples(st.just("map_again"), who, places),
        st.tuples(
            st.just("inherit"),
            who,
            places,
            st.sampled_from([INHERIT_COPY, INHERIT_NONE, INHERIT_SHARE, INHERIT_ZERO]),
        ),
    ),
    min_size=10,
    max_size=80,
)


def perform(world: World, operation: tuple[object, ...]) -> None:
    name, index, *arguments = operation
    assert isinstance(index, int)
    getattr(world, str(name))(index % len(world.spaces), *arguments)


@pytest.mark.parametrize("cow", STRATEGIES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=operations)
def test_spaces_stay_apart(cow: str, operations: list[tuple[object, ...]]) -> None:
    world = World(cow)
    for operation in operations:
        perform(world, operation)
        world.audit()
    for i, (_, model) in enumerate(world.spaces):
        for va in model:
            world.check(i, va)
    world.audit()
    world.finish()


@pytest.mark.parametrize("cow", STRATEGIES)
def test_memory_shared_by_others_is_copied(cow: str) -> None:
    """What relatives go on sharing does not reach somebody who was to have a copy; looking later is no excuse."""
    world = World(cow)
    place = BASES[2]
    world.fork(0)
    world.store(0, place, 1)
    for page in range(PAGES_EACH):
        world.inherit(0, place + page * PAGE, INHERIT_COPY)
    world.fork(0)
    for page in range(PAGES_EACH):
        for i in range(3):
            world.store(i, place + page * PAGE, 10 * (i + 1) + page)
            world.audit()
    for i in range(3):
        for page in range(PAGES_EACH):
            world.check(i, place + page * PAGE)
    for _ in range(3):
        world.end(0)
    world.finish()


@pytest.mark.parametrize("cow", STRATEGIES)
def test_long_histories(cow: str) -> None:
    """Fewer examples, but thousands of steps each."""
    for seed in range(3):
        random, world = Random(seed), World(cow)
        every = [base + i * PAGE for base in BASES for i in range(PAGES_EACH)]
        for step in range(1500):
            i, va = random.randrange(len(world.spaces)), random.choice(every)
            kind = random.randrange(20)
            if kind < 2:
                world.fork(i)
            elif kind < 4:
                world.end(i)
            elif kind < 12:
                world.store(i, va, random.randrange(1, 256))
            elif kind < 17:
                world.check(i, va)
            elif kind == 17:
                world.unmap(i, va, random.randrange(1, 4))
            elif kind == 18:
                world.map_again(i, va)
            else:
                world.protect(i, va, 2, random.choice([PROT_READ, RW, RW]))
            if step % 50 == 0:
                world.audit()
        world.audit()
        world.finish()


@pytest.mark.parametrize("cow", STRATEGIES)
def test_memory_runs_out_anywhere(cow: str) -> None:
    """Let each allocation of a fork and of the stores after it fail in turn: nothing leaks, nobody's page changes."""
    fail_after, failed = 0, True
    while failed:
        world = World(cow)
        for n, va in enumerate(world.spaces[0][1]):
            world.store(0, va, n + 1)
        world.inherit(0, BASES[0], INHERIT_SHARE)
        world.fork(0)
        world.store(1, BASES[3], 99)
        world.kernel.frames.fail_after = fail_after
        failed = False
        for operation in (("fork", 0), ("fork", 1), ("store", 0, BASES[1], 77)):
            try:
                perform(world, operation)
            except Errno as error:
                assert error.errno in (ENOMEM, EFAULT)
                failed = True
        world.kernel.frames.fail_after = -1
        fail_after += 1
        for i, (_, model) in enumerate(world.spaces):
            for va in model:
                world.check(i, va)
        world.audit()
        world.finish()


def test_fork_does_not_touch_pages() -> None:
    """With tables shared, fork needs one frame whatever the size: the child's root table."""
    world = World("every table")
    for va in world.spaces[0][1]:
        world.store(0, va, 1)
    frames = world.kernel.frames
    before = frames.used
    assert frames.kind[world.spaces[0][0].pmap.root] == TABLE
    world.fork(0)
    assert frames.used == before + 1
    world.finish()
