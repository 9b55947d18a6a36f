"""Credentials and authorization (NetBSD: kern_auth.c, secmodel_suser.c, and the listeners of kern_proc.c,
kern_resource.c, kern_sig.c and kern_synch.c).

A question ("may these credentials fork?") goes to every listener of its scope. Each answers ALLOW, DENY or
DEFER: one DENY refuses, otherwise one ALLOW grants, and if all defer the answer is no. The superuser is
nothing but one more listener, `suser`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from kernel.proc import PK_SUGID
from kernel.signo import SIGCONT

if TYPE_CHECKING:
    from kernel.main import Kernel
    from kernel.proc import Proc

NGROUPS_MAX = 16
KTR_PERSISTENT = 0x8000_0000  # proc.traceflag: only root may change how this process is traced
ROOT_RESERVE = 5  # process slots meant to be left for root (spec C.3)


@dataclass(frozen=True, slots=True)
class Cred:
    """A process's identity. Never changed in place: `dataclasses.replace` makes the next one."""

    ruid: int = 0
    euid: int = 0
    svuid: int = 0
    rgid: int = 0
    egid: int = 0
    svgid: int = 0
    groups: tuple[int, ...] = ()

    def is_root(self) -> bool:
        """The superuser, as secmodel_suser sees it: by effective uid alone."""
        return self.euid == 0

    def in_group(self, gid: int) -> bool:
        """The effective group or a supplementary one is `gid` (kauth_cred_ismember_gid)."""
        return gid == self.egid or gid in self.groups

    def uid_match(self, other: Cred) -> bool:
        """Any of our real and effective uids is any of the other's (kauth_cred_uidmatch)."""
        return self.ruid in (other.ruid, other.euid) or self.euid in (other.ruid, other.euid)

    def may_inspect(self, target: Cred) -> bool:
        """Stricter than `uid_match`: no set-id program, not even one that dropped its ids for a while
        (proc_uidmatch)."""
        return (
            self.ruid == target.ruid == target.svuid
            and target.rgid == target.svgid
            and self.in_group(target.rgid)
        )


class Decision(Enum):
    """A listener's answer."""

    ALLOW = "allow"
    DENY = "deny"
    DEFER = "defer"


class Process(Enum):
    """Actions of the process scope. The comment names the arguments beyond the process asked about."""

    __hash__ = object.__hash__  # Enum's is written in Python, and every fork asks a dict of these

    CANSEE = "cansee"  # arg1: what ("entry", "args", "env", "openfiles")
    CORENAME = "corename"  # arg1: "get" or "set"
    FORK = "fork"  # arg1: the process count with this one
    KEVENT_FILTER = "kevent_filter"
    KTRACE = "ktrace"  # arg1: "persistent" for tracing that outlives a set-id exec
    NICE = "nice"  # arg1: the nice value wanted, 0..40
    PTRACE = "ptrace"
    RLIMIT_BYPASS = "rlimit_bypass"  # arg1: which limit
    RLIMIT_GET = "rlimit_get"
    RLIMIT_SET = "rlimit_set"  # arg1: (which, new hard limit); arg2: the caller's process
    SCHEDULER_GETAFFINITY = "scheduler_getaffinity"
    SCHEDULER_GETPARAM = "scheduler_getparam"
    SCHEDULER_SETAFFINITY = "scheduler_setaffinity"
    SCHEDULER_SETPARAM = "scheduler_setparam"  # arg1: (old policy, new policy, new priority or None)
    SETID = "setid"
    SIGNAL = "signal"  # arg1: the signal; arg2: the sender's process
    STOPFLAG = "stopflag"


class System(Enum):
    """Actions of the system scope: only root has these."""

    ACCOUNTING = "accounting"
    CHROOT = "chroot"
    FILEHANDLE = "filehandle"
    MKNOD = "mknod"
    MOUNT = "mount"
    PSET = "pset"
    REBOOT = "reboot"
    SYSCTL_MODIFY = "sysctl_modify"
    TIME = "time"


Listener = Callable[[Cred, Process, "Proc", Any, Any], Decision]
CredHook = Callable[["Proc", "Proc"], None]

ALLOW, DENY, DEFER = Decision.ALLOW, Decision.DENY, Decision.DEFER


class KAuth:
    """The listeners of the process and credential scopes, and the questions asked of them."""

    __slots__ = ("_listeners", "cred_fork_hooks", "kernel", "root_reserve")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        # False replicates NetBSD, where the listener for FORK reads arg2, which is never set, and so never
        # sees the process count (quirk Q1). True does what its comment promises: the last five slots of the
        # process table are root's.
        self.root_reserve = False
        self._listeners: dict[Process, list[Listener]] = {action: [] for action in Process}
        self.listen(suser, *Process)
        self.listen(self._proc_listener, Process.FORK, Process.CANSEE, Process.KTRACE, Process.PTRACE,
                    Process.KEVENT_FILTER, Process.CORENAME, Process.STOPFLAG)  # fmt: skip
        self.listen(resource_listener, Process.NICE, Process.RLIMIT_GET, Process.RLIMIT_SET,
                    Process.SCHEDULER_GETPARAM, Process.SCHEDULER_GETAFFINITY, Process.SCHEDULER_SETPARAM)  # fmt: skip
        self.listen(signal_listener, Process.SIGNAL)
        self.cred_fork_hooks: list[CredHook] = []

    def listen(self, listener: Listener, *actions: Process) -> None:
        """Ask this listener, too, about these actions (kauth_listen_scope)."""
        for action in actions:
            self._listeners[action].append(listener)

    def authorize_process(
        self, cred: Cred, action: Process, p: Proc, arg1: Any = None, arg2: Any = None
    ) -> bool:
        """May `cred` do `action` to process `p`? Somebody must allow it, and nobody deny it."""
        allowed = False
        for listener in self._listeners[action]:
            answer = listener(cred, action, p, arg1, arg2)
            if answer is DENY:
                return False
            if answer is ALLOW:
                allowed = True
        return allowed

    def authorize_system(self, cred: Cred, action: System) -> bool:
        """May `cred` do `action` to the machine as a whole?"""
        return cred.is_root()

    def can_signal(self, sender: Proc, target: Proc, signo: int) -> bool:
        """May one process send another this signal?"""
        return self.authorize_process(sender.cred, Process.SIGNAL, target, signo, sender)

    def proc_fork(self, parent: Proc, child: Proc) -> None:
        """Give the child the parent's process credential and tell the credential scope (spec C.9)."""
        child.cred = parent.cred
        for hook in self.cred_fork_hooks:
            hook(parent, child)

    def _proc_listener(self, cred: Cred, action: Process, p: Proc, arg1: Any, arg2: Any) -> Decision:
        if action is Process.FORK:
            count = arg1 if self.root_reserve else (arg2 or 0)
            return ALLOW if count < self.kernel.maxproc - ROOT_RESERVE else DEFER
        if action is Process.CANSEE:
            if arg1 != "env":
                return ALLOW
            # The environment may hold secrets: only one's own, and not of a process that changed ids.
            same = cred.euid == p.cred.euid and cred.ruid == p.cred.ruid
            return ALLOW if same and not p.flag & PK_SUGID else DEFER
        if action is Process.KTRACE and (arg1 == "persistent" or p.traceflag & KTR_PERSISTENT):
            return DEFER
        if action in (Process.KTRACE, Process.PTRACE, Process.KEVENT_FILTER):
            return ALLOW if cred.may_inspect(p.cred) and not p.flag & PK_SUGID else DEFER
        if action is Process.CORENAME:
            return ALLOW if arg1 == "get" or cred.may_inspect(p.cred) else DEFER
        if action is Process.STOPFLAG:
            return ALLOW if cred.may_inspect(p.cred) else DEFER
        return DEFER


def suser(cred: Cred, action: Process, p: Proc, arg1: Any, arg2: Any) -> Decision:
    """The superuser may do everything to every process."""
    return ALLOW if cred.is_root() else DEFER


def resource_listener(cred: Cred, action: Process, p: Proc, arg1: Any, arg2: Any) -> Decision:
    """Who is not root may make processes of his own nicer and lower his own limits, but not the reverse."""
    if action is Process.NICE:
        mine = p.cred.euid in (cred.euid, cred.ruid)
        return ALLOW if mine and arg1 >= p.nice else DEFER
    if action is Process.RLIMIT_GET:
        return ALLOW
    if action is Process.RLIMIT_SET:
        which, hard = arg1
        if p is not arg2 and not cred.may_inspect(p.cred):
            return DEFER
        return ALLOW if hard <= p.limit.hard[which] else DEFER
    if action in (Process.SCHEDULER_GETPARAM, Process.SCHEDULER_GETAFFINITY):
        return ALLOW if cred.uid_match(p.cred) else DEFER
    if action is Process.SCHEDULER_SETPARAM:
        old_policy, new_policy, priority = arg1
        unchanged = new_policy == old_policy and priority is None
        return ALLOW if cred.uid_match(p.cred) and unchanged else DEFER
    return DEFER


def signal_listener(cred: Cred, action: Process, p: Proc, arg1: Any, arg2: Any) -> Decision:
    """Signals reach processes of the same user; SIGCONT reaches the whole session."""
    if action is not Process.SIGNAL:
        return DEFER
    if cred.uid_match(p.cred):
        return ALLOW
    if arg1 == SIGCONT and arg2 is not None and arg2.pgrp.session is p.pgrp.session:
        return ALLOW
    return DEFER
