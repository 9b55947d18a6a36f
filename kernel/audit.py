"""Invariants, recounted from first principles.

Whatever the kernel keeps as a number (reference counts, live U-areas, processes per uid, free frames) is
counted anew here by walking everything that could hold a reference, and compared. A line of the result is a
fact that does not add up; an empty list is a clean bill.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from emu.machine.sv39 import PPN_SHIFT, RSW0, V, W, X
from kernel.knote import Kqueue
from kernel.knote_timer import TimerNote
from kernel.proc import PK_SYSTEM, PSL_SYSCALL, PSL_TRACED, SZOMB
from kernel.sched import LSRUN, LSSLEEP
from kernel.tty import Tty
from kernel.uvm.map import VmSpace
from kernel.uvm.page import FREE, KINDS, OBJECT, TABLE, UAREA
from kernel.uvm.spaces import live_spaces
from kernel.uvm.uarea import USER_MAGIC, USER_WORD
from kernel.vfs.vnode import VDIR, Vnode

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.uvm.object import UvmObject
    from kernel.uvm.pmap import Pmap


def audit(k: Kernel) -> list[str]:
    """Everything that does not add up."""
    users = k.uids.audit(k.allproc.values())
    return [*_frames(k), *_processes(k), *_lwps(k), *_files(k), *_segments(k), *_events(k), *users, *_terminals(k)]


def live_vnodes(k: Kernel) -> list[Vnode]:
    """Every vnode that has a name, or that a process uses."""
    queue = [k.rootvnode]
    if k.acct_file is not None:
        queue.append(k.acct_file)
    for mount in k.vfs.mounts:
        queue += mount.mapped_vnodes()
    for p in k.allproc.values():
        if p.textvp is not None:
            queue.append(p.textvp)
        if p.tracep is not None and p.tracep.vnode is not None:
            queue.append(p.tracep.vnode)
        if p.stat != SZOMB:
            queue.append(p.cwdi.cdir)
            for _, file in p.fd.open_files():
                vnode = getattr(file, "vnode", None)
                if vnode is not None:
                    queue.append(vnode)
    found: dict[int, Vnode] = {}
    while queue:
        vnode = queue.pop()
        if id(vnode) not in found:
            found[id(vnode)] = vnode
            if vnode.vtype is VDIR and vnode.mount.in_memory:
                queue += [child for _, _, child, _ in vnode.readdir(None, 0)]
    return list(found.values())


def live_objects(k: Kernel, spaces: list[tuple[VmSpace, int]]) -> dict[int, UvmObject]:
    """Every memory object that a map or a file holds, and those behind them."""
    found: dict[int, UvmObject] = {}
    queue = [e.obj for vm, _ in spaces for e in vm.entries if e.obj is not None]
    queue += [v.uobj for v in live_vnodes(k) if v.uobj is not None]
    queue += _control_pages(k)
    queue += [segment.obj for segment in k.shm.segments.values()]
    while queue:
        obj = queue.pop()
        if id(obj) not in found:
            found[id(obj)] = obj
            if obj.backing is not None:
                queue.append(obj.backing)
    return found


def _segments(k: Kernel) -> list[str]:
    """System V segments: each one's count is the number of address spaces' attachments, and none is left over."""
    counted = Counter(id(s) for vm, _ in live_spaces(k) if vm.shm is not None for s in vm.shm.by_address.values())
    segments = k.shm.segments.values()
    wrong = [
        f"segment {s.shmid:#x}: {s.nattch} attachments, found {counted[id(s)]}"
        for s in segments
        if s.nattch != counted[id(s)]
    ]
    if any(s.removed and not s.nattch for s in segments) or counted.keys() - {id(s) for s in segments}:
        wrong.append("segments that should be gone are there, or the reverse")
    return wrong


def _events(k: Kernel) -> list[str]:
    """Kernel events: timers are counted, and nothing is watched for a queue that is gone."""
    tables = {id(p.fd): p.fd for p in k.allproc.values() if p.stat != SZOMB}
    files = [file for table in tables.values() for _, file in table.open_files()]
    notes = {note for file in files if isinstance(file, Kqueue) for note in file.notes}
    timers = sum(isinstance(note, TimerNote) for note in notes)
    wrong = [] if timers == k.kq_timers else [f"{k.kq_timers} event timers are counted, there are {timers}"]
    watched = [note for p in k.allproc.values() for note in p.klist or ()]
    watched += [note for table in tables.values() for found in table.knotes.values() for note in found]
    watched += [note for v in live_vnodes(k) if v.watched is not None for note in v.watched.klist]
    if any(note not in notes or note.detached for note in watched):
        wrong.append("something is watched for an event queue that is gone")
    return wrong


def _control_pages(k: Kernel) -> list[UvmObject]:
    """The pages behind _lwp_ctl, which the processes' own records hold besides their maps."""
    return [obj for p in k.allproc.values() if p.lwpctl is not None for _, obj in p.lwpctl.pages]


def _frames(k: Kernel) -> list[str]:
    """Frames: each one's count is the number of entries, tables, objects and U-areas that name it."""
    wrong: list[str] = []
    frames = k.frames
    counted: Counter[int] = Counter()
    tables: Counter[int] = Counter()
    spaces = live_spaces(k)
    for vm, users in spaces:
        if vm.refs != users:
            wrong.append(f"address space {vm.pmap.root:#x}: {vm.refs} references, {users} processes")
        _count_tables(vm, counted, tables)
        wrong += _space(vm)
    objects = live_objects(k, spaces)
    for obj in objects.values():
        counted.update(obj.pages.values())
    wrong += _object_refs(k, spaces, objects)
    uareas = [l.uarea for p in k.allproc.values() for l in p.lwps]
    if len(set(uareas)) != len(uareas) or k.uareas.live != len(uareas):
        wrong.append(f"{k.uareas.live} U-areas are out, {len(set(uareas))} are in use by {len(uareas)} LWPs")
    for address in [*uareas, *k.uareas.cached]:
        counted.update((address >> 12, (address >> 12) + 1))
        if frames.kind[address >> 12] != UAREA:
            wrong.append(f"U-area {address:#x} lies in a frame of kind {KINDS[frames.kind[address >> 12]]}")
    counted.update(tables)
    wrong += [f"table {t:#x} is a frame of kind {KINDS[frames.kind[t]]}" for t in tables if frames.kind[t] != TABLE]
    used = 0
    for pfn in range(1, frames.total):
        refs = frames.refs[pfn]
        used += refs > 0
        if refs != counted[pfn]:
            wrong.append(f"frame {pfn:#x} ({KINDS[frames.kind[pfn]]}): count {refs}, found {counted[pfn]}")
        if (frames.kind[pfn] == FREE) != (refs == 0):
            wrong.append(f"frame {pfn:#x}: kind {KINDS[frames.kind[pfn]]} with count {refs}")
    if used != frames.used:
        wrong.append(f"{frames.used} frames are said to be used, {used} are")
    return wrong


def _entries(pmap: Pmap, table: int) -> list[int]:
    """Indices in `words` of all entries of a table that are not 0, found by looking at every one."""
    return [i for i, entry in enumerate(pmap.words[table << 9 : (table + 1) << 9], table << 9) if entry]


def _count_tables(vm: VmSpace, counted: Counter[int], tables: Counter[int]) -> None:
    """Count a space's tables once per entry that names them, and the pages of each table once, however many
    spaces share it."""
    pmap = vm.pmap
    tables[pmap.root] += 1
    for at in _entries(pmap, pmap.root):
        middle = pmap.words[at] >> PPN_SHIFT
        tables[middle] += 1
        if tables[middle] > 1:
            continue
        for leaf_at in _entries(pmap, middle):
            leaf = pmap.words[leaf_at] >> PPN_SHIFT
            tables[leaf] += 1
            if tables[leaf] == 1:
                counted.update(pmap.words[i] >> PPN_SHIFT for i in _entries(pmap, leaf))


def _space(vm: VmSpace) -> list[str]:
    """One space: every present page lies in a map entry that allows what its PTE allows, seen from the root."""
    wrong: list[str] = []
    pmap, words, refs = vm.pmap, vm.pmap.words, vm.pmap.frames.refs
    resident = 0
    if sorted(pmap.slots) != [at & 511 for at in _entries(pmap, pmap.root)]:
        wrong.append(f"space {pmap.root:#x}: root entries in use are not {pmap.slots}")
    for at in _entries(pmap, pmap.root):
        middle = words[at]
        if middle & V and refs[middle >> PPN_SHIFT] > 1:
            wrong.append(f"space {pmap.root:#x}: a shared level-1 table {middle >> PPN_SHIFT:#x} is reachable")
        for leaf_at in _entries(pmap, middle >> PPN_SHIFT):
            leaf = words[leaf_at]
            through = middle & leaf & V
            if through and refs[leaf >> PPN_SHIFT] > 1 and not leaf & RSW0:
                wrong.append(f"space {pmap.root:#x}: a shared leaf table {leaf >> PPN_SHIFT:#x} is reachable")
            for i in _entries(pmap, leaf >> PPN_SHIFT):
                resident += 1
                pte = words[i] if through else words[i] & ~W
                wrong += _page(vm, (at & 511) << 30 | (leaf_at & 511) << 21 | (i & 511) << 12, pte)
    if resident != pmap.resident:
        wrong.append(f"space {pmap.root:#x}: {pmap.resident} pages said to be resident, {resident} are")
    for a, b in zip(vm.entries, vm.entries[1:], strict=False):
        if a.end > b.start:
            wrong.append(f"map entries overlap: {a!r} {b!r}")
    if vm.starts != [e.start for e in vm.entries]:
        wrong.append("the map's index does not match its entries")
    return wrong


def _page(vm: VmSpace, va: int, pte: int) -> list[str]:
    entry = vm.lookup(va)
    if entry is None:
        return [f"a page at {va:#x} outside every map entry"]
    frames, pfn = vm.pmap.frames, pte >> PPN_SHIFT
    wrong = []
    if pte & W and not entry.prot & 2:
        wrong.append(f"page {va:#x} is writable, its map entry is not")
    if pte & X and not entry.prot & 4:
        wrong.append(f"page {va:#x} is executable, its map entry is not")
    if pte & X and not frames.code[pfn]:
        wrong.append(f"page {va:#x} is executable, its frame is not marked")
    if pte & W and not entry.shared and frames.refs[pfn] != 1:
        wrong.append(f"page {va:#x} is private and writable, its frame has {frames.refs[pfn]} owners")
    if entry.shared and frames.kind[pfn] != OBJECT:
        wrong.append(f"page {va:#x} is shared, its frame is {KINDS[frames.kind[pfn]]}")
    return wrong


def _object_refs(k: Kernel, spaces: list[tuple[VmSpace, int]], objects: dict[int, UvmObject]) -> list[str]:
    """Each object's count is the number of map entries, files and objects that hold it."""
    holders: Counter[int] = Counter(id(e.obj) for vm, _ in spaces for e in vm.entries if e.obj is not None)
    holders.update(id(v.uobj) for v in live_vnodes(k) if v.uobj is not None)
    holders.update(id(obj) for obj in _control_pages(k))
    holders.update(id(segment.obj) for segment in k.shm.segments.values())
    holders.update(id(o.backing) for o in objects.values() if o.backing is not None)
    return [
        f"a memory object of {len(obj.pages)} pages: count {obj.refs}, found {holders[key]}"
        for key, obj in objects.items()
        if obj.refs != holders[key]
    ]


def _processes(k: Kernel) -> list[str]:
    """Processes: pids, counts, families, groups, who waits in vfork."""
    wrong: list[str] = []
    procs = list(k.allproc.values())
    if len(procs) != k.nprocs:
        wrong.append(f"nprocs is {k.nprocs}, there are {len(procs)} processes")
    ids = sorted({*k.allproc, *(l.lid for p in procs for l in p.lwps)})
    if k.pids.ids() != ids:
        wrong.append(f"the pid table holds {k.pids.ids()}, alive are {ids}")
    for p in procs:
        if p.pptr is not None and p not in p.pptr.children:
            wrong.append(f"{p!r} is not among its parent's children")
        if p not in p.pgrp.members or k.pids.group(p.pgrp.pgid) is not p.pgrp:
            wrong.append(f"{p!r} and its process group {p.pgrp.pgid} do not know each other")
        for child in p.children:
            if child.pptr is not p or child.pid not in k.allproc:
                wrong.append(f"{p!r} has a child {child!r} that is not its own")
        traced = bool(p.slflag & PSL_TRACED)
        if traced != (p.trace is not None) or (not traced and (p.opptr is not None or p.slflag & PSL_SYSCALL)):
            wrong.append(f"{p!r} is neither traced nor not traced")
        if p.lflag & 2 and (p.vforklwp is None or not p.vforklwp.vforkwaiting):
            wrong.append(f"{p!r} is a vfork child that nobody waits for")
    watched = sum(bool(p.slflag & PSL_SYSCALL) for p in procs)
    if watched != k.calls_watched:
        wrong.append(f"{k.calls_watched} processes are said to stop at system calls, {watched} do")
    for group in k.pids.groups():
        if not group.members:
            wrong.append(f"process group {group.pgid} is empty")
    texts = Counter(id(p.textvp) for p in procs if p.textvp is not None)
    for vnode in live_vnodes(k):
        if vnode.text_refs != texts[id(vnode)]:
            wrong.append(f"inode {vnode.ino}: {vnode.text_refs} running it, {texts[id(vnode)]} found")
    return wrong


def _lwps(k: Kernel) -> list[str]:
    """LWPs: what they are queued for, their U-areas' labels, the users' counts, futexes."""
    wrong: list[str] = []
    lwps = [l for p in k.allproc.values() for l in p.lwps]
    for l in lwps:
        queued = k.sched.runq.count(l)
        if queued != (l.stat == LSRUN):
            wrong.append(f"{l.proc!r}, lwp {l.lid}: state {l.stat}, {queued} times on the run queue")
        if l.wchan is not None and list(l.wchan.waiters).count(l) != 1:
            wrong.append(f"{l.proc!r}, lwp {l.lid}: not among the waiters of {l.wchan.name}")
        label = k.frames.ram.words[(l.uarea >> 3) + USER_WORD : (l.uarea >> 3) + USER_WORD + 3]
        if list(label) != [USER_MAGIC, l.proc.pid, l.lid] and not l.proc.flag & PK_SYSTEM:
            wrong.append(f"{l.proc!r}, lwp {l.lid}: its U-area says {list(label)}")
    counted = Counter(l.counted_uid for l in lwps if l.counted_uid is not None)
    for entry in k.uids.entries.values():
        if entry.lwpcnt != counted[entry.uid]:
            wrong.append(f"uid {entry.uid}: LWP count is {entry.lwpcnt}, {counted[entry.uid]} exist")
    asleep = {id(l.wchan) for l in lwps if l.wchan is not None}
    for key, queue in k.futexes.queues.items():
        for waiter in queue:
            if waiter.key != key or (waiter.cv.waiters and id(waiter.cv) not in asleep):
                wrong.append(f"a futex at {key[1]:#x} has a waiter that nobody knows")
    return wrong


def _files(k: Kernel) -> list[str]:
    """Open files: each one's count is the number of descriptors, over all distinct tables, that name it, and
    one more if processes are traced to it."""
    wrong: list[str] = []
    tables = {}
    users: Counter[int] = Counter()
    for p in k.allproc.values():
        if p.stat != SZOMB:
            tables[id(p.fd)] = p.fd
            users[id(p.fd)] += 1
    held: Counter[int] = Counter()
    files = {}
    for key, table in tables.items():
        if table.refs != users[key]:
            wrong.append(f"a descriptor table: {table.refs} references, {users[key]} processes")
        for _, file in table.open_files():
            held[id(file)] += 1
            files[id(file)] = file
    traces = {id(p.tracep): p.tracep for p in k.allproc.values() if p.tracep is not None}
    traces |= {id(trace): trace for trace in k.ktrace.threads}
    for trace in traces.values():
        held[id(trace.file)] += 1
        files[id(trace.file)] = trace.file
        traced = sum(p.tracep is trace for p in k.allproc.values())
        if trace.users != traced:
            wrong.append(f"a trace file: {trace.users} users, {traced} processes are traced to it")
    if k.ktrace.traced != sum(p.tracep is not None for p in k.allproc.values()):
        wrong.append(f"{k.ktrace.traced} traced processes counted")
    for key, file in files.items():
        if file.refs != held[key]:
            wrong.append(f"a {type(file).__name__}: {file.refs} references, {held[key]} descriptors")
    # An LWP asleep in a file whose last descriptor was closed still holds it.
    asleep = sum(l.stat == LSSLEEP for p in k.allproc.values() for l in p.lwps)
    if not len(files) <= k.files.count <= len(files) + asleep:
        wrong.append(f"{k.files.count} open files counted, {len(files)} found")
    return wrong


def _terminals(k: Kernel) -> list[str]:
    """Terminals: who has one open, and that it and the session it controls agree."""
    wrong: list[str] = []
    ttys = [device for device in k.vfs.cdevsw.values() if isinstance(device, Tty)]
    for tty in ttys:
        name = f"terminal {tty.rdev:#x}"
        wrong += [f"{name}: a file that nobody has open" for file in tty.files if not file.refs and not file.holds]
        wrong += [f"{name}: a file of another device" for file in tty.files if file.device is not tty]
        if tty.session is not None and tty.session.ttyvp is not tty:
            wrong.append(f"{name}: session {tty.session.sid} does not know that this is its terminal")
        if tty.pgrp is not None and (tty.pgrp.session is not tty.session or not tty.pgrp.members):
            wrong.append(f"{name}: process group {tty.pgrp.pgid} should not be in the foreground")
    for group in k.pids.groups():
        tty = group.session.ttyvp
        if tty is not None and (tty not in ttys or tty.session is not group.session):
            wrong.append(f"session {group.session.sid}: not the session of its terminal")
    return wrong
