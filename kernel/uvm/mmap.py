"""The memory calls: break, mmap, munmap, mprotect, minherit, madvise, msync, mincore, mlock (uvm_mmap.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, V, W
from kernel.errno import EACCES, EAGAIN, EBADF, EFAULT, EFBIG, EINVAL, ENODEV, ENOMEM, EOVERFLOW, Errno
from kernel.limits import RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK
from kernel.syscall import Result, syscall
from kernel.uvm.fault import fault
from kernel.uvm.inherit import INHERIT_COPY, INHERIT_NONE, INHERIT_SHARE, INHERIT_ZERO, share_entry
from kernel.uvm.map import (
    MMAP_TOP,
    PROT_ALL,
    VM_MAXUSER_ADDRESS,
    VM_MIN_ADDRESS,
    MapEntry,
    VmSpace,
    round_page,
    trunc_page,
)
from kernel.uvm.object import UvmObject
from kernel.uvm.pmap import LEAF_SPAN, PROT_EXEC, PROT_READ, PROT_WRITE

if TYPE_CHECKING:
    from kernel.lwp import Lwp

MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_TRYFIXED = 0x1, 0x2, 0x10, 0x400
MAP_ANON, MAP_STACK, MAP_REMAPDUP = 0x1000, 0x2000, 0x4
_ALIGN_SHIFT, _ALIGN_MASK = 24, 0xFF << 24
MCL_CURRENT, MCL_FUTURE = 1, 2
_ADVICE = range(7)  # MADV_NORMAL .. MADV_FREE
_MS_ASYNC, _MS_INVALIDATE, _MS_SYNC = 1, 2, 4
_MINCORE_SPAN = 1 << 32  # bytes that mincore looks at before it stores what it found: a byte for each page of them


def _range(va: int, length: int) -> tuple[int, int]:
    """[start, end) in whole pages for an address and a length; neither need be aligned (range_test).

    Raises Errno(EINVAL) for what lies outside of user space.
    """
    start = trunc_page(va)
    end = round_page(va + length) if length else start
    if start < VM_MIN_ADDRESS or end > VM_MAXUSER_ADDRESS:
        raise Errno(EINVAL)
    return start, end


@syscall(17, "int break(char *nsize)")
def sys_obreak(l: Lwp, new: int) -> Result:
    vm = l.proc.vm
    if new < vm.daddr:
        raise Errno(EINVAL)
    limit = min(l.proc.limit.soft[RLIMIT_DATA], l.proc.limit.soft[RLIMIT_AS])
    if new - vm.daddr > limit or new > MMAP_TOP:
        raise Errno(ENOMEM)
    old_end, new_end = round_page(vm.brk), round_page(new)
    if new_end > old_end:
        if vm.overlapping(old_end, new_end):
            raise Errno(ENOMEM)
        vm.insert(MapEntry(old_end, new_end, PROT_READ | PROT_WRITE, name="heap"))
        if vm.lock_future:
            _wire_new(l, old_end, new_end)
    elif new_end < old_end:
        vm.unmap(new_end, old_end)
    vm.brk = new
    return None


@syscall(197, "void *mmap(void *addr, size_t len, int prot, int flags, int fd, long PAD, off_t pos)")
def sys_mmap(l: Lwp, addr: int, length: int, prot: int, flags: int, fd: int, pos: int) -> Result:
    p, vm = l.proc, l.proc.vm
    inherit = INHERIT_COPY
    prot &= PROT_ALL
    if (flags & MAP_SHARED and flags & MAP_PRIVATE) or length == 0:
        raise Errno(EINVAL)
    if not flags & (MAP_SHARED | MAP_PRIVATE):
        flags |= MAP_PRIVATE  # what NetBSD does with neither
    slack = pos & 4095
    pos -= slack
    size = round_page(length + slack)
    if length > VM_MAXUSER_ADDRESS or vm.size + size > p.limit.soft[RLIMIT_AS]:
        raise Errno(ENOMEM)
    shared = bool(flags & MAP_SHARED)
    if shared:
        inherit = INHERIT_SHARE
    obj, maxprot, name = None, PROT_ALL, ""
    if flags & MAP_ANON:
        if fd != -1:
            raise Errno(EINVAL)
        pos = 0
    else:
        if pos < 0:
            raise Errno(EINVAL)
        obj, maxprot, name = _file_object(l, fd, prot, shared)
    try:
        start = _place(vm, addr, slack, size, flags)
    except Errno:
        if obj is not None:
            obj.release()
        raise
    if flags & MAP_ANON and shared:
        obj = UvmObject(l.kernel.frames)
        obj.anonymous = True
    vm.insert(
        MapEntry(start, start + size, prot, maxprot=maxprot, obj=obj, offset=pos, shared=shared, inherit=inherit,
                 name=name)
    )  # fmt: skip
    if vm.lock_future and prot:
        _wire_new(l, start, start + size)
    return start + slack


def _place(vm: VmSpace, addr: int, slack: int, size: int, flags: int) -> int:
    """Where a new mapping goes; with MAP_FIXED what was there is unmapped.

    Raises Errno: EINVAL, ENOMEM; EFBIG or EOVERFLOW for a fixed place above user space or around its end.
    """
    align_log = (flags & _ALIGN_MASK) >> _ALIGN_SHIFT
    if align_log and not 12 <= align_log < 64:
        raise Errno(EINVAL)
    if align_log >= 38:
        raise Errno(ENOMEM)
    align = 1 << (align_log or 12)
    if flags & MAP_FIXED:
        start = addr - slack
        if start & 4095 or start & (align - 1):
            raise Errno(EINVAL)
        if start < VM_MIN_ADDRESS:
            raise Errno(EINVAL)
        if start + size > VM_MAXUSER_ADDRESS:
            raise Errno(EOVERFLOW if start + size >= 1 << 64 else EFBIG)
        vm.unmap(start, start + size)
        return start
    if addr and flags & MAP_TRYFIXED:
        start = trunc_page(addr)
        if start >= VM_MIN_ADDRESS and start + size <= VM_MAXUSER_ADDRESS and not vm.overlapping(start, start + size):
            return start
    hint = addr if addr < VM_MAXUSER_ADDRESS else 0
    return vm.find_space(size, round_page(hint) if align == 4096 else 0, align)


def _file_object(l: Lwp, fd: int, prot: int, shared: bool) -> tuple[UvmObject | None, int, str]:
    """(object, largest protection, name) for mapping a descriptor. A device like /dev/zero has no object."""
    file = l.proc.fd.get(fd)
    if file is None:
        raise Errno(EBADF)
    vnode = file.vnode
    if vnode is None:
        raise Errno(ENODEV)
    if not file.readable:
        raise Errno(EACCES)
    maxprot = PROT_ALL
    if shared and not file.writable:
        maxprot &= ~PROT_WRITE
        if prot & PROT_WRITE:
            raise Errno(EACCES)
    obj = vnode.uobj
    if obj is None:
        if not vnode.maps_zero:
            raise Errno(ENODEV)
        obj = UvmObject(l.kernel.frames) if shared else None
        if obj is not None:
            obj.anonymous = True
        return obj, maxprot, "zero"
    obj.hold()
    return obj, maxprot, vnode.name_hint()


@syscall(73, "int munmap(void *addr, size_t len)")
def sys_munmap(l: Lwp, addr: int, length: int) -> Result:
    if length:
        l.proc.vm.unmap(*_range(addr, length))
    return None


@syscall(74, "int mprotect(void *addr, size_t len, int prot)")
def sys_mprotect(l: Lwp, addr: int, length: int, prot: int) -> Result:
    if prot & ~PROT_ALL:
        raise Errno(EINVAL)
    start, end = _range(addr, length)
    vm = l.proc.vm
    if not vm.covered(start, end):
        raise Errno(ENOMEM)
    if any(prot & ~e.maxprot for e in vm.overlapping(start, end)):
        raise Errno(EACCES)
    if start < end:
        vm.pmap.protect(start, end, prot)
        vm.change(start, end, prot=prot)
    return None


@syscall(273, "int minherit(void *addr, size_t len, int inherit)")
def sys_minherit(l: Lwp, addr: int, length: int, inherit: int) -> Result:
    """Inheritance over fork (spec C.21, E minherit(2)). Gaps in the range are passed over."""
    if inherit not in (INHERIT_SHARE, INHERIT_COPY, INHERIT_NONE, INHERIT_ZERO):
        raise Errno(EINVAL)
    start, end = _range(addr, length)
    if start < end:
        l.proc.vm.change(start, end, inherit=inherit)
    return None


@syscall(75, "int madvise(void *addr, size_t len, int behav)")
def sys_madvise(l: Lwp, addr: int, length: int, advice: int) -> Result:
    """Advice. MADV_FREE (6) drops private anonymous pages; the rest is remembered and changes nothing."""
    if advice not in _ADVICE:
        raise Errno(EINVAL)
    start, end = _range(addr, length)
    vm = l.proc.vm
    if not vm.covered(start, end):
        raise Errno(ENOMEM)
    if advice == 6:
        for entry in vm.overlapping(start, end):
            if entry.obj is None and not entry.wired:
                vm.pmap.remove(max(start, entry.start), min(end, entry.end))
    elif start < end:
        vm.change(start, end, advice=advice)
    return None


@syscall(277, "int __msync13(void *addr, size_t len, int flags)")
def sys___msync13(l: Lwp, addr: int, length: int, flags: int) -> Result:
    """Shared pages of a file in memory are the file's own; those of one elsewhere are written there."""
    if flags & ~(_MS_ASYNC | _MS_INVALIDATE | _MS_SYNC) or flags & 7 == 0 or flags & 5 == 5:
        raise Errno(EINVAL)
    start, end = _range(addr, length)
    if not l.proc.vm.covered(start, end):
        raise Errno(EFAULT)
    for entry in l.proc.vm.overlapping(start, end):
        if entry.shared and entry.obj is not None:
            entry.obj.flush()
    return None


@syscall(78, "int mincore(void *addr, size_t len, char *vec)")
def sys_mincore(l: Lwp, addr: int, length: int, vec: int) -> Result:
    if addr & 4095 or length == 0 or addr + length >= 1 << 64:
        raise Errno(EINVAL)
    start, end = addr, round_page(addr + length)
    vm = l.proc.vm
    if not vm.covered(start, end):
        raise Errno(ENOMEM)
    for part in range(start, end, _MINCORE_SPAN):
        vm.copyout(vec + (part - start >> 12), _in_core(vm, part, min(end, part + _MINCORE_SPAN)))
    return None


def _in_core(vm: VmSpace, start: int, end: int) -> bytearray:
    """A byte for each page of a mapped range: whether it is in memory.

    Tables and objects are asked what they have: a range may be far larger than what is in it.
    """
    out = bytearray(end - start >> 12)
    for entry in vm.overlapping(start, end):
        if entry.obj is not None:
            pages, base = entry.obj.pages, start - entry.start + entry.offset >> 12  # index of the page at `start`
            first, beyond = max(start, entry.start) - start >> 12, min(end, entry.end) - start >> 12
            wanted = range(base + first, base + beyond)
            few, many = (pages, wanted) if len(pages) < len(wanted) else (wanted, pages)
            for index in few:
                if index in many:
                    out[index - base] = 1
    pmap, words = vm.pmap, vm.pmap.words
    for base in range(start & -LEAF_SPAN, end, LEAF_SPAN):
        upper = words[(pmap.root << 9) + (base >> 30)]
        table = words[(upper >> PPN_SHIFT << 9) + (base >> 21 & 511)] if upper else 0
        for at in pmap.used(table >> PPN_SHIFT) if table else ():
            va = base + ((at & 511) << 12)
            if start <= va < end and words[at] & V:
                out[va - start >> 12] = 1
    return out


# -- wiring ----------------------------------------------------------------------------------------


def _wire(l: Lwp, start: int, end: int) -> None:
    """Bring in and keep every page of a mapped range. Raises Errno(ENOMEM or EAGAIN)."""
    vm = l.proc.vm
    for entry in vm.overlapping(start, end):
        if entry.prot == 0:
            continue
        access = PROT_WRITE if entry.prot & PROT_WRITE else entry.prot & PROT_READ or PROT_EXEC
        for va in range(max(start, entry.start), min(end, entry.end), 4096):
            at = vm.pmap.leaf(vm.pmap.root, va, 0)
            if at < 0 or not vm.pmap.words[at] & (W if access == PROT_WRITE else V):
                if error := fault(vm, va, access):
                    raise Errno(EAGAIN if error == ENOMEM else ENOMEM)
    vm.change(start, end, wired=True)


def _wire_new(l: Lwp, start: int, end: int) -> None:
    """Wire a mapping just made, after mlockall(MCL_FUTURE). It is undone if that fails: Errno(ENOMEM or EAGAIN)."""
    try:
        if _over_lock_limit(l, end - start):
            raise Errno(ENOMEM)
        _wire(l, start, end)
    except Errno:
        l.proc.vm.unmap(start, end)
        raise


def _over_lock_limit(l: Lwp, more: int) -> bool:
    """Whether wiring so many more bytes exceeds the process's limit, root's too, or the machine's memory."""
    locked = sum(e.end - e.start for e in l.proc.vm.entries if e.wired)
    return locked + more > l.proc.limit.soft[RLIMIT_MEMLOCK] or more >> 12 > l.kernel.frames.total


@syscall(203, "int mlock(const void *addr, size_t len)")
def sys_mlock(l: Lwp, addr: int, length: int) -> Result:
    start, end = _range(addr, length)
    if not l.proc.vm.covered(start, end):
        raise Errno(ENOMEM)
    if _over_lock_limit(l, end - start):
        raise Errno(EAGAIN)
    if start < end:
        _wire(l, start, end)
    return None


@syscall(204, "int munlock(const void *addr, size_t len)")
def sys_munlock(l: Lwp, addr: int, length: int) -> Result:
    start, end = _range(addr, length)
    if not l.proc.vm.covered(start, end):
        raise Errno(ENOMEM)
    if start < end:
        l.proc.vm.change(start, end, wired=False)
    return None


@syscall(242, "int mlockall(int flags)")
def sys_mlockall(l: Lwp, flags: int) -> Result:
    if flags == 0 or flags & ~(MCL_CURRENT | MCL_FUTURE):
        raise Errno(EINVAL)
    vm = l.proc.vm
    if flags & MCL_CURRENT:
        if _over_lock_limit(l, sum(e.end - e.start for e in vm.entries if e.prot and not e.wired)):
            raise Errno(ENOMEM)
        for entry in list(vm.entries):
            if entry.prot and not entry.wired:
                _wire(l, entry.start, entry.end)
    vm.lock_future = bool(flags & MCL_FUTURE)
    return None


@syscall(243, "int munlockall(void)")
def sys_munlockall(l: Lwp) -> Result:
    vm = l.proc.vm
    vm.lock_future = False
    for entry in list(vm.entries):
        if entry.wired:
            vm.change(entry.start, entry.end, wired=False)
    return None


@syscall(411, "void *mremap(void *old_address, size_t old_size, void *new_address, size_t new_size, int flags)")
def sys_mremap(l: Lwp, old: int, old_size: int, new: int, new_size: int, flags: int) -> Result:
    """Resize or move one mapping, taking its pages along. MAP_FIXED puts it at exactly `new`; with MAP_REMAPDUP
    the old one stays, and both show the same pages."""
    vm = l.proc.vm
    if old & 4095 or not old_size or not new_size or flags & ~(MAP_FIXED | _ALIGN_MASK | MAP_REMAPDUP):
        raise Errno(EINVAL)
    if flags & MAP_REMAPDUP and round_page(old_size) != round_page(new_size):
        raise Errno(EINVAL)
    start, end = _range(old, old_size)
    size = round_page(new_size)
    if size > VM_MAXUSER_ADDRESS:
        raise Errno(ENOMEM)
    if not vm.covered(start, end):
        raise Errno(EINVAL)
    if not flags & (MAP_FIXED | MAP_REMAPDUP) and size <= end - start:
        vm.unmap(start + size, end)
        return start
    inside = vm.overlapping(start, end)
    if len(inside) != 1:
        raise Errno(EINVAL)
    if not flags & (MAP_FIXED | MAP_REMAPDUP | _ALIGN_MASK) and not vm.overlapping(end, start + size) and (
        start + size <= MMAP_TOP
    ):
        _extend(vm, inside[0], start, end, size)
        return start
    if flags & MAP_FIXED and (new & 4095 or new < VM_MIN_ADDRESS or new + size > VM_MAXUSER_ADDRESS):
        raise Errno(EINVAL)
    if flags & MAP_FIXED and new < end and start < new + size:
        raise Errno(EINVAL)
    target = _place(vm, new, 0, size, flags)
    vm.clip(start, end)
    if flags & MAP_REMAPDUP:
        share_entry(vm, start)
    entry = vm.lookup(start)
    assert entry is not None
    moves = [] if flags & MAP_REMAPDUP else _tables_for_move(vm, start, end, target, size)
    if entry.obj is not None:
        entry.obj.hold()
    vm.insert(entry.but(start=target, end=target + size, offset=entry.offset))
    pmap = vm.pmap
    for at, moved in moves:
        pmap.words[moved] = pmap.words[at]
        pmap.frames.hold(pmap.words[at] >> PPN_SHIFT)
        pmap.resident += 1
    if not flags & MAP_REMAPDUP:
        vm.unmap(start, end)
    return target


def _tables_for_move(vm: VmSpace, start: int, end: int, target: int, size: int) -> list[tuple[int, int]]:
    """Where the leaf entries of the pages of [start, end) are, and where they go in `size` bytes at `target`.

    All tables that the move needs are there then, and this space's own, so that what follows cannot fail.
    Raises Errno(ENOMEM), with nothing moved.
    """
    present = list(vm.pmap.present(start, end))
    return [(at, vm.pmap.table_for(target + va - start)) for va, at in present if va < start + size]


def _extend(vm: VmSpace, entry: MapEntry, start: int, end: int, size: int) -> None:
    """Grow a mapping in place, upwards."""
    if entry.obj is not None:
        entry.obj.hold()
    vm.insert(entry.but(start=end, end=start + size))
