"""posix_spawn: a process that begins with a program of its own (NetBSD: kern_exec.c do_posix_spawn; spec C.33).

Nothing of the parent's memory is copied. The child is an LWP that starts inside the kernel: it works through the
file actions and attributes, as itself and sleeping where it must, then runs the program. The parent waits for
that, because only then is it known whether the call succeeded.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from kernel.errno import EAGAIN, EBADF, EINTR, EINVAL, ERESTART, Errno
from kernel.exec import copyin_arguments, execve, stop_at_exec
from kernel.exit import exit1, reparent
from kernel.fcntl import AT_FDCWD
from kernel.fork import copy_fields, lwp_create
from kernel.kauth import Process
from kernel.limits import RLIMIT_NOFILE, RLIMIT_NPROC
from kernel.misc import set_sched_param
from kernel.proc import (
    PL_CONTROLT,
    PS_NOCLDSTOP,
    PS_STOPEXEC,
    PS_STOPFORK,
    PSL_TRACED,
    PSL_TRACEDCHILD,
    PSL_TRACEPOSIX_SPAWN,
    SACTIVE,
    Proc,
)
from kernel.prot import KEEP, enter_pgrp, join_after, set_gids, set_uids
from kernel.ptrace import (
    PTRACE_POSIX_SPAWN,
    TRAP_CHLD,
    EventInfo,
    child_event,
    event_stop,
    trace_child,
    untrace,
    wants,
)
from kernel.sched import CondVar
from kernel.siginfo import SigAction
from kernel.signo import CANTMASK, NSIG, SIGCHLD, bit, parse_sigset
from kernel.syscall import syscall
from kernel.vfs import namei
from kernel.vfs.sys_cwd import open_directory, searchable
from kernel.vfs.sys_open import do_open

if TYPE_CHECKING:
    from kernel.lwp import Lwp

RESETIDS, SETPGROUP, SETSCHEDPARAM, SETSCHEDULER, SETSIGDEF, SETSIGMASK, RETURNERROR = (1 << i for i in range(7))
SCHED_NONE = -1

_ATTRIBUTES = Struct("<h2xiii16s16s")  # flags, process group, priority, policy, sigdefault, sigmask
_ACTIONS = Struct("<IIQ")  # size, len, entries
_ENTRY = Struct("<iiQiI")  # action, fd, then a path or a second fd, oflag, mode
FAE_OPEN, FAE_DUP2, FAE_CLOSE, FAE_CHDIR, FAE_FCHDIR = range(5)


class Attributes(NamedTuple):
    """posix_spawnattr_t."""

    flags: int
    pgroup: int
    priority: int
    policy: int
    sigdefault: bytes
    sigmask: bytes


class FileAction(NamedTuple):
    """posix_spawn_file_actions_entry_t."""

    action: int
    fd: int
    path: bytes
    to: int
    oflag: int
    mode: int


class Request:
    """What the child is to do, and how it went (struct spawn_exec_data)."""

    __slots__ = ("actions", "argv", "attributes", "cv", "done", "envv", "error", "path")

    def __init__(
        self,
        path: bytes,
        argv: list[bytes],
        envv: list[bytes],
        actions: list[FileAction],
        attributes: Attributes | None,
    ) -> None:
        self.path = path
        self.argv = argv
        self.envv = envv
        self.actions = actions
        self.attributes = attributes
        self.cv = CondVar("pspawn")
        self.done = False
        self.error = 0

    def patient(self) -> bool:
        """Whether the parent waits to the very end; else only until the program is known to run."""
        return self.attributes is not None and bool(self.attributes.flags & (RETURNERROR | SETPGROUP))

    def report(self, error: int) -> None:
        self.done = True
        self.error = error
        self.cv.broadcast()


@syscall(
    474,
    "int posix_spawn(pid_t *pid, const char *path, const struct posix_spawn_file_actions *file_actions, "
    "const struct posix_spawnattr *attrp, char *const *argv, char *const *envp)",
)
async def sys_posix_spawn(l: Lwp, pid: int, path: int, file_actions: int, attrp: int, argv: int, envp: int) -> int:
    """The errno is the value: as far as the system call path is concerned, this never fails."""
    try:
        _check_limits(l)
        actions = _copyin_actions(l, file_actions) if file_actions else []
        attributes = Attributes(*_ATTRIBUTES.unpack(l.proc.vm.copyin(attrp, _ATTRIBUTES.size))) if attrp else None
        name = namei.copyin_path(l, path)
        request = Request(name, *copyin_arguments(l, argv, envp), actions, attributes)
        reported = wants(l.proc, PSL_TRACEPOSIX_SPAWN)
        child = _make_child(l, request)
        while not request.done:
            await request.cv.wait(l)
        if reported and not request.error:
            await event_stop(l, EventInfo(TRAP_CHLD, PTRACE_POSIX_SPAWN, child))
        if not request.error and pid:
            l.proc.vm.copyout_int(pid, child)
    except Errno as error:
        return error.errno
    return request.error


def _check_limits(l: Lwp) -> None:
    """fork's limits, but refused in silence (check_posix_spawn, quirk Q6). Counts the new process.

    Raises Errno(EAGAIN).
    """
    k, p = l.kernel, l.proc
    k.nprocs += 1
    if k.nprocs >= k.maxproc or not k.kauth.authorize_process(p.cred, Process.FORK, p, k.nprocs):
        k.nprocs -= 1
        raise Errno(EAGAIN)
    k.nprocs -= 1
    if (
        not k.kauth.authorize_process(p.cred, Process.RLIMIT_BYPASS, p, RLIMIT_NPROC)
        and k.uids.change_proc_count(p.cred.ruid, 0) + 1 > p.limit.soft[RLIMIT_NPROC]
    ):
        raise Errno(EAGAIN)


def _copyin_actions(l: Lwp, address: int) -> list[FileAction]:
    """Raises Errno(EINVAL) for more actions than there may be descriptors."""
    vm = l.proc.vm
    _, count, entries = _ACTIONS.unpack(vm.copyin(address, _ACTIONS.size))
    if count > 2 * min(l.proc.limit.soft[RLIMIT_NOFILE], l.kernel.maxfiles):
        raise Errno(EINVAL)
    actions = []
    for fields in _ENTRY.iter_unpack(vm.copyin(entries, count * _ENTRY.size) if count else b""):
        action, fd, pointer, oflag, mode = fields
        path = namei.copyin_path(l, pointer) if action in (FAE_OPEN, FAE_CHDIR) else b""
        to = (pointer & 0xFFFF_FFFF ^ 0x8000_0000) - 0x8000_0000
        actions.append(FileAction(action, fd, path, to, oflag, mode))
    return actions


def _make_child(l1: Lwp, request: Request) -> int:
    """The new process, with an LWP about to run `_child`; its pid. Raises Errno: ENOMEM, EAGAIN.

    Until it runs its program it has the kernel's address space. It is no fork: no counters, hooks or text.
    """
    k, p1 = l1.kernel, l1.proc
    uarea = k.uareas.alloc()
    p2 = k.alloc_proc()
    if p2 is None:
        k.uareas.free(uarea)
        raise Errno(EAGAIN)
    k.nprocs += 1
    k.uids.change_proc_count(p1.cred.ruid, 1)
    copy_fields(p1, p2, 0)
    k.kauth.proc_fork(p1, p2)
    p2.fd = p1.fd.copy()
    p2.cwdi = p1.cwdi.copy()
    p2.limit = p1.limit.for_fork()
    p2.mqueue_cnt = p1.mqueue_cnt
    p2.sigacts = p1.sigacts.fork(share=False)
    p2.sflag |= p1.sflag & (PS_STOPFORK | PS_STOPEXEC | PS_NOCLDSTOP)
    p2.stflag = p1.stflag
    p2.stats = p1.stats.fork()
    p2.pptr = p1
    p2.ppid = p2.oppid = p1.pid
    if p1.traceflag:
        k.ktrace.fork(p1, p2)
    k.proc0.vm.hold()
    p2.vm = k.proc0.vm
    l2 = lwp_create(l1, p2, uarea, 0)
    l2.coro = _child(l2, request)
    if p1.session.ttyvp is not None and p1.lflag & PL_CONTROLT:
        p2.lflag |= PL_CONTROLT
    p1.children.insert(p2)
    p2.exitsig = SIGCHLD
    if wants(p1, PSL_TRACEPOSIX_SPAWN):
        trace_child(p1, p2)
    join_after(p1, p2)
    k.allproc[p2.pid] = p2
    p2.start = k.clock.now()
    p2.stat = SACTIVE
    k.sched.setrunnable(l2)
    return p2.pid


async def _child(l: Lwp, request: Request) -> None:
    """The child's part (spawn_return). What fails is the parent's errno, and there never was a child."""
    try:
        for action in request.actions:
            await _perform(l, action)
        if request.attributes is not None:
            _apply(l, request.attributes)
        execve(l, request.path, request.argv, request.envv)
    except Errno as error:
        if l.proc.slflag & PSL_TRACED:
            untrace(l.proc)
        request.report(EINTR if error.errno == ERESTART else error.errno)
        reparent(l.proc, l.kernel.initproc)  # nobody shall find it with wait
        exit1(l, 127, 0)
        return
    # A parent that learns of its child's errors learns of its success when nothing can go wrong any more, as
    # NetBSD has it: not before the child has been continued.
    if request.patient():
        await stop_at_exec(l, event=False)
    request.report(0)
    if not request.patient():
        await stop_at_exec(l, event=False)
    if l.proc.slflag & PSL_TRACEDCHILD:
        await child_event(l, PTRACE_POSIX_SPAWN)


async def _perform(l: Lwp, action: FileAction) -> None:
    """One file action (handle_posix_spawn_file_actions)."""
    table = l.proc.fd
    if action.action == FAE_OPEN:
        result = do_open(l, AT_FDCWD, action.path, action.oflag, action.mode)
        fd = result if isinstance(result, int) else await result  # type: ignore[misc]
        assert isinstance(fd, int)
        if fd != action.fd:
            try:
                table.duplicate_to(l, table.get(fd), action.fd)  # as by dup2: without close-on-exec
            finally:
                table.close(l, fd)
    elif action.action == FAE_DUP2:
        file = table.get(action.fd)
        if action.fd == action.to:
            table.set_close_on_exec(action.fd, False)
        else:
            table.duplicate_to(l, file, action.to)
    elif action.action == FAE_CLOSE:
        table.close(l, action.fd)
    elif action.action == FAE_CHDIR:
        l.proc.cwdi.set_cdir(searchable(l, namei.lookup(l, action.path)))
    elif action.action == FAE_FCHDIR:
        if action.fd < 0:
            raise Errno(EBADF)
        l.proc.cwdi.set_cdir(open_directory(l, action.fd))
    else:
        raise Errno(EINVAL)


def _apply(l: Lwp, attributes: Attributes) -> None:
    """The attributes, in the order of handle_posix_spawn_attrs."""
    p = l.proc
    flags = attributes.flags
    if flags & SETPGROUP:
        _set_group(p, attributes.pgroup)
    if flags & (SETSCHEDULER | SETSCHEDPARAM):
        policy = attributes.policy if flags & SETSCHEDULER else SCHED_NONE
        set_sched_param(l, p, policy, attributes.priority)
    if flags & RESETIDS:
        ruid, rgid = p.cred.ruid, p.cred.rgid
        set_gids(p, (KEEP, rgid, KEEP), (), (rgid,), ())
        set_uids(p, (KEEP, ruid, KEEP), (), (ruid,), ())
    if flags & SETSIGMASK:
        l.sigmask = parse_sigset(attributes.sigmask) & ~CANTMASK
    if flags & SETSIGDEF:
        signals = parse_sigset(attributes.sigdefault)
        for signo in range(1, NSIG):
            if signals & bit(signo) & ~CANTMASK:
                p.sigacts.actions[signo] = SigAction()


def _set_group(p: Proc, pgid: int) -> None:
    """Raises Errno: EINVAL, EPERM as setpgid does."""
    if pgid < 0:
        raise Errno(EINVAL)
    enter_pgrp(p, p.pid, pgid or p.pid)
