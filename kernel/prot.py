"""Who a process is: ids, groups, sessions and process groups (NetBSD: kern_prot.c, parts of kern_proc.c)."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EINVAL, ENAMETOOLONG, EPERM, ESRCH, Errno
from kernel.kauth import NGROUPS_MAX, Process
from kernel.limits import reset_corename
from kernel.proc import (
    PK_EXEC,
    PK_SUGID,
    PL_CONTROLT,
    PL_ORPHANPG,
    SACTIVE,
    SSTOP,
    SZOMB,
    Pgrp,
    Proc,
    Session,
)
from kernel.signo import SIGCONT, SIGHUP
from kernel.syscall import syscall

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp
    from kernel.main import Kernel

KEEP = 0xFFFFFFFF  # (uid_t)-1: leave this id as it is
MAXLOGNAME = 16


def proc_find(k: Kernel, pid: int) -> Proc | None:
    """The live process with this pid; embryos and zombies are not found (proc_find)."""
    owner = k.pids.find(pid)
    if owner is None:
        return None
    p: Proc = owner if isinstance(owner, Proc) else owner.proc
    return p if p.pid == pid and p.stat in (SACTIVE, SSTOP) else None


# -- process groups --------------------------------------------------------------------------------


def join_after(parent: Proc, child: Proc) -> None:
    """Enter a new child in its parent's process group, right behind the parent (spec C.24)."""
    group = parent.pgrp
    child.pgrp = group
    group.members.insert(child, after=parent)


def leave_pgrp(p: Proc) -> None:
    """Take a reaped process out of its group; the last one to leave ends the group (proc_leavepgrp)."""
    group = p.pgrp
    group.members.remove(p)
    if not group.members:
        _delete_pgrp(p.kernel, group)


def _delete_pgrp(k: Kernel, group: Pgrp) -> None:
    tty = group.session.ttyvp
    if tty is not None and tty.pgrp is group:
        tty.pgrp = None
    k.pids.set_group(group.pgid, None)


def fix_jobc(p: Proc, group: Pgrp, entering: bool) -> None:
    """Recount who qualifies `group` and the groups of p's children for job control, as `p` enters or leaves.

    A member qualifies its group if its parent is in another group of the same session: someone is there who
    can continue it when it stops. Without any, the group is orphaned. To be called before `p.pgrp` changes,
    and, when leaving, before p's children are given away (fixjobc).
    """
    session = group.session
    affected = []
    if p.pptr is not None and _qualifies(p.pptr.pgrp, group, session):
        affected.append((p, group))
    affected += [
        (child, child.pgrp)
        for child in p.children
        if child.stat != SZOMB and _qualifies(child.pgrp, group, session)
    ]
    for member, its_group in affected:
        if entering:
            its_group.jobc += 1
            member.lflag &= ~PL_ORPHANPG
        else:
            its_group.jobc -= 1
            if its_group.jobc == 0:
                _orphan(its_group)


def _qualifies(other: Pgrp, group: Pgrp, session: Session) -> bool:
    return other is not group and other.session is session


def _orphan(group: Pgrp) -> None:
    """Nobody is left who could continue the group's stopped processes: hang them up (orphanpg)."""
    for p in list(group.members):
        if p.stat == SSTOP:
            p.lflag |= PL_ORPHANPG
            p.kernel.signals.psignal(p, SIGHUP)
            p.kernel.signals.psignal(p, SIGCONT)


def _is_inferior(p: Proc, ancestor: Proc) -> bool:
    q: Proc | None = p
    while q is not None:
        if q is ancestor:
            return True
        q = q.pptr
    return False


def enter_pgrp(caller: Proc, pid: int, pgid: int, new_session: bool = False) -> None:
    """Move process `pid` into group `pgid` on behalf of `caller`, making the group, and with `new_session`
    the session, if need be (proc_enterpgrp).

    Raises Errno: ESRCH if `pid` is neither the caller nor a descendant; EACCES if a descendant has executed
    another program; EPERM if it is in another session or leads its own, if the group is in another session,
    or if there is no such group and it would not be named after the process.
    """
    k = caller.kernel
    p = caller
    if pid != caller.pid:
        found = proc_find(k, pid)
        if found is None or not _is_inferior(found, caller):
            raise Errno(ESRCH)
        p = found
        if p.pgrp.session is not caller.pgrp.session:
            raise Errno(EPERM)
        if p.flag & PK_EXEC:
            raise Errno(EACCES)

    group = k.pids.group(pgid)
    if p.pgrp.session.leader is p:
        if not new_session and p.pgrp is group:
            return
        raise Errno(EPERM)
    if group is None:
        if pgid != pid:
            raise Errno(EPERM)
    elif new_session or group.session is not p.pgrp.session:
        raise Errno(EPERM)
    if group is p.pgrp:
        return
    if group is None:
        group = _new_pgrp(p, new_session)
    _move(p, group)


def _new_pgrp(p: Proc, new_session: bool) -> Pgrp:
    session = p.pgrp.session
    if new_session:
        login = session.login
        session = Session(p.pid, p)
        session.login = login
        p.lflag &= ~PL_CONTROLT
    group = Pgrp(p.pid, session)
    p.kernel.pids.set_group(p.pid, group)
    return group


def _move(p: Proc, group: Pgrp) -> None:
    # Entering comes first: otherwise a count could touch zero on the way and orphan a group for nothing.
    fix_jobc(p, group, entering=True)
    fix_jobc(p, p.pgrp, entering=False)
    leave_pgrp(p)
    p.pgrp = group
    group.members.insert(p)


@syscall(147, "int setsid(void)")
def sys_setsid(l: Lwp) -> int:
    p = l.proc
    enter_pgrp(p, p.pid, p.pid, new_session=True)
    return p.pid


@syscall(82, "int setpgid(pid_t pid, pid_t pgid)")
def sys_setpgid(l: Lwp, pid: int, pgid: int) -> None:
    if pgid < 0:
        raise Errno(EINVAL)
    pid = pid or l.proc.pid
    enter_pgrp(l.proc, pid, pgid or pid)


@syscall(81, "int getpgrp(void)")
def sys_getpgrp(l: Lwp) -> int:
    return l.proc.pgrp.pgid


def _self_or_find(l: Lwp, pid: int) -> Proc:
    p = proc_find(l.kernel, pid) if pid else l.proc
    if p is None:
        raise Errno(ESRCH)
    return p


@syscall(207, "pid_t getpgid(pid_t pid)")
def sys_getpgid(l: Lwp, pid: int) -> int:
    return _self_or_find(l, pid).pgrp.pgid


@syscall(286, "pid_t getsid(pid_t pid)")
def sys_getsid(l: Lwp, pid: int) -> int:
    return _self_or_find(l, pid).pgrp.session.sid


# -- reading ids -----------------------------------------------------------------------------------


@syscall(20, "pid_t getpid(void)")
def sys_getpid(l: Lwp) -> tuple[int, int]:
    return l.proc.pid, l.proc.ppid


@syscall(39, "pid_t getppid(void)")
def sys_getppid(l: Lwp) -> int:
    return l.proc.ppid


@syscall(24, "uid_t getuid(void)")
def sys_getuid(l: Lwp) -> tuple[int, int]:
    return l.proc.cred.ruid, l.proc.cred.euid


@syscall(25, "uid_t geteuid(void)")
def sys_geteuid(l: Lwp) -> int:
    return l.proc.cred.euid


@syscall(47, "gid_t getgid(void)")
def sys_getgid(l: Lwp) -> tuple[int, int]:
    return l.proc.cred.rgid, l.proc.cred.egid


@syscall(43, "gid_t getegid(void)")
def sys_getegid(l: Lwp) -> int:
    return l.proc.cred.egid


@syscall(305, "int issetugid(void)")
def sys_issetugid(l: Lwp) -> int:
    return 1 if l.proc.flag & PK_SUGID else 0


@syscall(79, "int getgroups(int gidsetsize, gid_t *gidset)")
def sys_getgroups(l: Lwp, gidsetsize: int, gidset: int) -> int:
    groups = l.proc.cred.groups
    if gidsetsize != 0:
        if gidsetsize < len(groups):
            raise Errno(EINVAL)
        l.proc.vm.copyout(gidset, struct.pack(f"<{len(groups)}I", *groups))
    return len(groups)


# -- changing ids ----------------------------------------------------------------------------------


def change_cred(p: Proc, cred: Cred) -> None:
    """Replace a process's credentials, and mark it as one that changed its identity (proc_crmod_leave)."""
    p.cred = cred
    p.flag |= PK_SUGID


def _authorize_ids(p: Proc, wanted: list[tuple[int, tuple[int, ...]]]) -> None:
    """Each new id must be KEEP or among the old ones listed with it, or the process be privileged."""
    if all(new == KEEP or new in allowed for new, allowed in wanted):
        return
    if not p.kernel.kauth.authorize_process(p.cred, Process.SETID, p):
        raise Errno(EPERM)


def set_uids(
    p: Proc,
    ids: tuple[int, int, int],
    r_from: tuple[int, ...],
    e_from: tuple[int, ...],
    s_from: tuple[int, ...],
) -> None:
    """Set real, effective and saved uid, KEEP leaving one as it is (do_setresuid).

    The other three arguments are the ids that each may take without privilege. A new real uid takes one unit
    of the per-user process count with it, and all of the process's LWPs but the first; no limit is checked for
    that until execve (spec C.4).
    """
    reset_corename(p)
    cred = p.cred
    _authorize_ids(p, list(zip(ids, (r_from, e_from, s_from), strict=True)))
    old = (cred.ruid, cred.euid, cred.svuid)
    ruid, euid, svuid = (o if new == KEEP else new for new, o in zip(ids, old, strict=True))
    if (ruid, euid, svuid) == old:
        return
    if ruid != cred.ruid:
        p.kernel.uids.change_proc_count(cred.ruid, -1)
        p.kernel.uids.change_proc_count(ruid, 1)
        for l in p.lwps:
            if l.counted_uid is not None:
                p.kernel.uids.change_lwp_count(l.counted_uid, -1)
                p.kernel.uids.change_lwp_count(ruid, 1)
                l.counted_uid = ruid
    change_cred(p, replace(cred, ruid=ruid, euid=euid, svuid=svuid))


def set_gids(
    p: Proc,
    ids: tuple[int, int, int],
    r_from: tuple[int, ...],
    e_from: tuple[int, ...],
    s_from: tuple[int, ...],
) -> None:
    """Set real, effective and saved gid; as `set_uids` (do_setresgid)."""
    reset_corename(p)
    cred = p.cred
    _authorize_ids(p, list(zip(ids, (r_from, e_from, s_from), strict=True)))
    old = (cred.rgid, cred.egid, cred.svgid)
    rgid, egid, svgid = (o if new == KEEP else new for new, o in zip(ids, old, strict=True))
    if (rgid, egid, svgid) != old:
        change_cred(p, replace(cred, rgid=rgid, egid=egid, svgid=svgid))


@syscall(23, "int setuid(uid_t uid)")
def sys_setuid(l: Lwp, uid: int) -> None:
    real = (l.proc.cred.ruid,)
    set_uids(l.proc, (uid, uid, uid), real, real, real)


@syscall(183, "int seteuid(uid_t euid)")
def sys_seteuid(l: Lwp, euid: int) -> None:
    c = l.proc.cred
    set_uids(l.proc, (KEEP, euid, KEEP), (), (c.ruid, c.svuid), ())


@syscall(126, "int setreuid(uid_t ruid, uid_t euid)")
def sys_setreuid(l: Lwp, ruid: int, euid: int) -> None:
    c = l.proc.cred
    ruid = c.ruid if ruid == KEEP else ruid
    euid = c.euid if euid == KEEP else euid
    svuid = KEEP if ruid == c.ruid else euid
    every = (c.ruid, c.euid, c.svuid)
    set_uids(l.proc, (ruid, euid, svuid), (c.ruid, c.euid), every, every)


@syscall(181, "int setgid(gid_t gid)")
def sys_setgid(l: Lwp, gid: int) -> None:
    real = (l.proc.cred.rgid,)
    set_gids(l.proc, (gid, gid, gid), real, real, real)


@syscall(182, "int setegid(gid_t egid)")
def sys_setegid(l: Lwp, egid: int) -> None:
    c = l.proc.cred
    set_gids(l.proc, (KEEP, egid, KEEP), (), (c.rgid, c.svgid), ())


@syscall(127, "int setregid(gid_t rgid, gid_t egid)")
def sys_setregid(l: Lwp, rgid: int, egid: int) -> None:
    c = l.proc.cred
    rgid = c.rgid if rgid == KEEP else rgid
    egid = c.egid if egid == KEEP else egid
    svgid = KEEP if rgid == c.rgid else egid
    every = (c.rgid, c.egid, c.svgid)
    set_gids(l.proc, (rgid, egid, svgid), (c.rgid, c.egid), every, every)


@syscall(80, "int setgroups(int gidsetsize, const gid_t *gidset)")
def sys_setgroups(l: Lwp, gidsetsize: int, gidset: int) -> None:
    p = l.proc
    if not 0 <= gidsetsize <= NGROUPS_MAX:
        raise Errno(EINVAL)
    groups = struct.unpack(f"<{gidsetsize}I", p.vm.copyin(gidset, 4 * gidsetsize)) if gidsetsize else ()
    reset_corename(p)
    if not p.kernel.kauth.authorize_process(p.cred, Process.SETID, p):
        raise Errno(EPERM)
    change_cred(p, replace(p.cred, groups=groups))


# -- login name ------------------------------------------------------------------------------------


@syscall(49, "int __getlogin(char *namebuf, size_t namelen)")
def sys___getlogin(l: Lwp, namebuf: int, namelen: int) -> None:
    # A name of the full length has no NUL behind it; the C library adds one.
    login = l.proc.pgrp.session.login.encode("latin-1").ljust(MAXLOGNAME, b"\0")
    l.proc.vm.copyout(namebuf, login[:namelen])


@syscall(50, "int __setlogin(const char *namebuf)")
def sys___setlogin(l: Lwp, namebuf: int) -> None:
    p = l.proc
    if not p.kernel.kauth.authorize_process(p.cred, Process.SETID, p):
        raise Errno(EPERM)
    try:
        name = p.vm.copyinstr(namebuf, MAXLOGNAME + 1)
    except Errno as e:
        raise Errno(EINVAL if e.errno == ENAMETOOLONG else e.errno) from None
    p.pgrp.session.login = name.decode("latin-1")
