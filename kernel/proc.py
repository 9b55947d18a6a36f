"""Processes, process groups and sessions (NetBSD: kern_proc.c, sys/proc.h)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kernel.emul import NETBSD, Emul
from kernel.sched import CondVar

if TYPE_CHECKING:
    from kernel.descrip import CwdInfo, FileDesc
    from kernel.kauth import Cred
    from kernel.limits import Limits
    from kernel.lwp import Lwp
    from kernel.lwpctl import LwpControl
    from kernel.main import Kernel
    from kernel.ptrace import Trace
    from kernel.siginfo import Pending, SigActs
    from kernel.tracefile import TraceFile
    from kernel.uvm.map import VmSpace
    from kernel.vfs.vnode import Vnode

# proc.stat (sys/proc.h)
SIDL, SACTIVE, SDYING, SSTOP, SZOMB, SDEAD = 1, 2, 3, 4, 5, 6

# proc.flag
PK_ADVLOCK, PK_SYSTEM, PK_SYSVSEM, PK_SUGID, PK_KMEM = 0x1, 0x2, 0x4, 0x100, 0x200
PK_EXEC, PK_NOCLDWAIT, PK_32, PK_CLDSIGIGN = 0x4000, 0x20000, 0x40000, 0x80000
# proc.sflag
PS_NOCLDSTOP, PS_WEXIT = 0x8, 0x2000
PS_STOPFORK, PS_STOPEXEC, PS_STOPEXIT = 0x800000, 0x1000000, 0x2000000
PS_CONTINUED, PS_STOPPING = 0x40000000, 0x80000000
# proc.slflag
PSL_TRACEFORK, PSL_TRACEVFORK, PSL_TRACEVFORK_DONE = 0x1, 0x2, 0x4
PSL_TRACELWP_CREATE, PSL_TRACELWP_EXIT, PSL_TRACEPOSIX_SPAWN, PSL_EVENTS = 0x8, 0x10, 0x20, 0x3F
PSL_TRACED, PSL_TRACEDCHILD, PSL_CHTRACED, PSL_SYSCALL, PSL_SYSCALLEMU = 0x40, 0x80, 0x100, 0x200, 0x400
# proc.stflag, proc.lflag, proc.acflag
PST_PROFIL = 0x20
PL_CONTROLT, PL_PPWAIT, PL_ORPHANPG = 0x1, 0x2, 0x8
AFORK, ASU, ACORE, AXSIG = 0x1, 0x2, 0x8, 0x10


class ProcList:
    """Processes in an order of their own (LIST_HEAD): entering and leaving cost the same for any number of them."""

    __slots__ = ("_next", "_prev")

    def __init__(self) -> None:
        self._next: dict[Proc | None, Proc | None] = {None: None}  # None stands for both ends
        self._prev: dict[Proc | None, Proc | None] = {None: None}

    def insert(self, p: Proc, after: Proc | None = None) -> None:
        """Enter a process in front, or right behind another one. Raises KeyError if that is not in the list."""
        successors, predecessors = self._next, self._prev
        successors[p] = following = successors[after]
        successors[after] = predecessors[following] = p
        predecessors[p] = after

    def remove(self, p: Proc) -> None:
        """Take a process out. Raises KeyError if it is not in the list."""
        before, following = self._prev.pop(p), self._next.pop(p)
        self._next[before] = following
        self._prev[following] = before

    def to_front(self, p: Proc) -> None:
        """Move a process to the front."""
        if self._next[None] is not p:
            self.remove(p)
            self.insert(p)

    def first(self) -> Proc:
        """The process in front. Raises LookupError if there is none."""
        p = self._next[None]
        if p is None:
            raise LookupError("an empty list of processes")
        return p

    def __iter__(self) -> Iterator[Proc]:
        p = self._next[None]
        while p is not None:
            following = self._next[p]
            yield p
            p = following

    def __len__(self) -> int:
        return len(self._next) - 1

    def __contains__(self, p: Proc) -> bool:
        return p in self._next


class Session:
    """A login session (struct session)."""

    __slots__ = ("leader", "login", "sid", "ttyvp")

    def __init__(self, sid: int, leader: Proc | None) -> None:
        self.sid = sid
        self.leader = leader
        self.login = "root"
        self.ttyvp: Any = None  # the controlling terminal's device, if any


class Pgrp:
    """A process group. `members` is in NetBSD's order: a child right after its parent (spec C.24)."""

    __slots__ = ("jobc", "members", "pgid", "session")

    def __init__(self, pgid: int, session: Session) -> None:
        self.pgid = pgid
        self.session = session
        self.members = ProcList()
        self.jobc = 0


class Ending:
    """All LWPs of a process but one are to end, at exit or exec; at exit, how the process will end."""

    __slots__ = ("code", "lwp", "signo", "stopped", "vm")

    def __init__(self, lwp: Lwp, code: int = 0, signo: int = 0, vm: VmSpace | None = None) -> None:
        self.lwp = lwp  # the one that stays
        self.code = code
        self.signo = signo
        self.stopped = False  # it has stopped because of proc.<pid>.stopexit
        self.vm = vm  # at exec, the space of the program that waits to begin


class Proc:
    """A process (struct proc). Comments give the NetBSD field where more than its prefix differs."""

    # Zeroed in a new process: p_startzero to p_endzero (spec C.7).
    STARTZERO = (
        "nlwpwait", "nstopchild", "waited", "vforklwp", "opptr", "timers", "traceflag", "tracep", "textvp", "klist",
        "sigpend", "lwpctl", "ppid", "oppid", "path", "xutime", "xstime",
    )  # fmt: skip
    # Copied from the parent by value: p_startcopy to p_endcopy (spec C.7).
    STARTCOPY = ("sigignore", "sigcatch", "sigpass", "nice", "comm", "psstrp", "pgrp", "xexit")

    kernel: Kernel
    pid: int
    stat: int
    lwps: list[Lwp]
    lwpcv: CondVar  # broadcast when an LWP exits, is detached, suspended or collected
    nlwpwait: int  # LWPs in _lwp_wait
    lwpctl: LwpControl | None
    ending: Ending | None
    pptr: Proc | None  # who waits for it: the parent, or a tracer
    ppid: int  # the real parent's pid, even when traced
    oppid: int  # the pid of who forked it
    opptr: Proc | None  # the real parent while a tracer is pptr
    children: ProcList  # newest, or latest exited, first
    pgrp: Pgrp
    flag: int  # PK_*
    sflag: int  # PS_*
    slflag: int  # PSL_*
    stflag: int  # PST_*
    lflag: int  # PL_*
    acflag: int  # A*
    exitsig: int
    xexit: int
    xsig: int
    waitcv: CondVar
    nstopchild: int
    waited: int
    vforklwp: Lwp | None  # the LWP that waits for this vfork child
    sigpend: Pending
    sigignore: int  # signal sets are ints: signal n is bit n-1
    sigcatch: int
    sigpass: int  # signals of which a tracer does not want to hear
    sigacts: SigActs
    nice: int  # 0..40, 20 is neutral (NZERO)
    comm: str
    psstrp: int
    path: str | None
    textvp: Vnode | None
    cred: Cred
    limit: Limits
    fd: FileDesc
    cwdi: CwdInfo
    vm: VmSpace
    mqueue_cnt: int
    emul: Emul
    raslist: list[tuple[int, int]]
    start: int  # ns of virtual time at creation
    stats: Any  # kernel.resource.Stats: ru, cru, timers, profiling
    timers: Any
    traceflag: int  # kernel.ktrace: what is traced, and how
    tracep: TraceFile | None
    trace: Trace | None  # while it is traced by a debugger
    klist: list[Any] | None  # kernel events that watch it (kernel.knote_proc)
    xutime: int
    xstime: int

    __slots__ = tuple(__annotations__)

    def __init__(self, kernel: Kernel, pid: int) -> None:
        self.kernel = kernel
        self.pid = pid
        self.stat = SIDL
        self.lwps = []
        self.children = ProcList()
        self.raslist = []
        self.lwpcv = CondVar("lwpwait")
        self.nlwpwait = 0
        self.lwpctl = None
        self.waitcv = CondVar("wait")
        self.flag = self.sflag = self.slflag = self.stflag = self.lflag = self.acflag = 0
        self.exitsig = self.xexit = self.xsig = self.ppid = self.start = self.mqueue_cnt = 0
        self.pptr = self.opptr = self.vforklwp = self.trace = self.ending = None
        self.path = self.textvp = None
        self.sigignore = self.sigcatch = self.sigpass = self.psstrp = 0
        self.nice = 20
        self.comm = ""
        self.emul = NETBSD
        self.stats = self.timers = self.tracep = self.klist = None
        self.nstopchild = self.waited = self.oppid = self.traceflag = self.xutime = self.xstime = 0

    @property
    def session(self) -> Session:
        return self.pgrp.session

    def __repr__(self) -> str:
        return f"<proc {self.pid} {self.comm}>"
