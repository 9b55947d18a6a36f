"""Identity: credentials, authorization, ids, process groups and sessions."""

from __future__ import annotations

import struct
from dataclasses import FrozenInstanceError

import pytest

from kernel.errno import EACCES, EFAULT, EINVAL, EPERM, ESRCH, Errno
from kernel.kauth import Cred, Process
from kernel.lwp import Lwp
from kernel.proc import PK_EXEC, PK_SUGID, PL_CONTROLT, PL_ORPHANPG, SSTOP, SZOMB
from kernel.prot import fix_jobc, join_after, leave_pgrp
from tests.unit.fake_kernel import BASE, FakeKernel, call

USER = Cred(1000, 1000, 1000, 100, 100, 100, (100, 7))
SETUID, SETEUID, SETREUID = 23, 183, 126
SETGID, SETEGID, SETREGID = 181, 182, 127
SETSID, SETPGID, GETPGID, GETSID = 147, 82, 207, 286


@pytest.fixture
def k() -> FakeKernel:
    return FakeKernel()


@pytest.fixture
def init(k: FakeKernel) -> Lwp:
    l = k.fork()
    assert call(l, SETSID) == 1
    return l


def uids(l: Lwp) -> tuple[int, int, int]:
    c = l.proc.cred
    return c.ruid, c.euid, c.svuid


def gids(l: Lwp) -> tuple[int, int, int]:
    c = l.proc.cred
    return c.rgid, c.egid, c.svgid


def fails(error: int, l: Lwp, number: int, *arguments: int) -> None:
    with pytest.raises(Errno) as e:
        call(l, number, *arguments)
    assert e.value.errno == error


# -- credentials and questions ---------------------------------------------------------------------


def test_credentials_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        USER.ruid = 0  # type: ignore[misc]


def test_fork_question_replicates_quirk_q1_and_has_the_intended_rule(k: FakeKernel) -> None:
    root, p = Cred(), k.proc0
    k.maxproc = 100
    assert k.kauth.authorize_process(USER, Process.FORK, p, 99)
    k.kauth.root_reserve = True
    assert k.kauth.authorize_process(USER, Process.FORK, p, 94)
    assert not k.kauth.authorize_process(USER, Process.FORK, p, 95)
    assert k.kauth.authorize_process(root, Process.FORK, p, 99)
    k.kauth.root_reserve = False
    k.maxproc = 5  # the quirk's only bite
    assert not k.kauth.authorize_process(USER, Process.FORK, p, 1)


def test_bypassing_a_limit_is_for_effective_root_alone(k: FakeKernel) -> None:
    assert k.kauth.authorize_process(Cred(1000, 0, 0), Process.RLIMIT_BYPASS, k.proc0)
    assert not k.kauth.authorize_process(Cred(0, 1000, 0), Process.RLIMIT_BYPASS, k.proc0)


def test_a_deny_overrules_root(k: FakeKernel) -> None:
    from kernel.kauth import Decision

    k.kauth.listen(lambda *question: Decision.DENY, *Process)
    assert not k.kauth.authorize_process(Cred(), Process.FORK, k.proc0, 1)


def test_signals_reach_the_same_user_and_sigcont_the_session(k: FakeKernel, init: Lwp) -> None:
    a, b = k.fork(init.proc, USER).proc, k.fork(init.proc, Cred(2000, 2000, 2000)).proc
    same = k.fork(init.proc, Cred(1000, 3000, 3000)).proc
    assert k.kauth.can_signal(a, same, 15) and k.kauth.can_signal(same, a, 15)
    assert not k.kauth.can_signal(a, b, 15) and not k.kauth.can_signal(a, init.proc, 15)
    assert k.kauth.can_signal(a, b, 19)
    assert k.kauth.can_signal(init.proc, b, 9)
    other = k.fork(init.proc, Cred(2000, 2000, 2000))
    call(other, SETSID)
    assert not k.kauth.can_signal(a, other.proc, 19)


# -- set*id ----------------------------------------------------------------------------------------


def test_setuid_by_root_sets_all_three_and_moves_the_count(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc)
    assert call(l, SETUID, 1000) is None
    assert uids(l) == (1000, 1000, 1000)
    assert k.uids.find(1000).proccnt == 1 and k.uids.find(0).proccnt == 2
    assert k.uids.audit(k.allproc.values()) == []
    assert call(l, 305) == 1 and call(init, 305) == 0
    fails(EPERM, l, SETUID, 0)


def test_seteuid_switches_between_real_and_saved(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, Cred(1000, 0, 0))
    call(l, SETEUID, 1000)
    assert uids(l) == (1000, 1000, 0)
    call(l, SETEUID, 0)
    assert uids(l) == (1000, 0, 0)
    call(l, SETEUID, 1000)
    fails(EPERM, l, SETEUID, 5)
    # Only the real uid is open to setuid, not the saved one.
    fails(EPERM, l, SETUID, 0)
    assert k.uids.find(1000).proccnt == 1


def test_setreuid_swaps_and_saves(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, Cred(1000, 2000, 2000))
    call(l, SETREUID, 2000, 1000)
    assert uids(l) == (2000, 1000, 1000)
    assert (k.uids.find(1000).proccnt, k.uids.find(2000).proccnt) == (0, 1)
    call(l, SETREUID, -1, 2000)
    assert uids(l) == (2000, 2000, 1000)
    fails(EPERM, l, SETREUID, 3000, -1)
    fails(EPERM, l, SETREUID, 1000, -1)  # the saved uid may become the effective one, not the real one


def test_no_change_leaves_no_mark(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, USER)
    call(l, SETUID, 1000)
    call(l, SETREUID, -1, -1)
    assert not l.proc.flag & PK_SUGID


def test_gids(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, USER)
    fails(EPERM, l, SETGID, 7)  # being a member is not enough
    l = k.fork(init.proc, Cred(1000, 1000, 1000, 100, 7, 7))
    call(l, SETEGID, 100)
    assert gids(l) == (100, 100, 7)
    call(l, SETREGID, 100, 7)
    assert gids(l) == (100, 7, 7)
    assert call(init, SETGID, 50) is None
    assert gids(init) == (50, 50, 50)


def test_readers_return_both_ids(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, Cred(1, 2, 3, 4, 5, 6))
    assert call(l, 24) == (1, 2) and call(l, 25) == 2
    assert call(l, 47) == (4, 5) and call(l, 43) == 5
    assert call(l, 20) == (l.proc.pid, 1) and call(l, 39) == 1


def test_groups(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc, USER)
    assert call(l, 79, 0, 0) == 2
    assert call(l, 79, 2, BASE) == 2
    assert struct.unpack("<2I", l.proc.vm.copyin(BASE, 8)) == (100, 7)
    fails(EINVAL, l, 79, 1, BASE)
    fails(EFAULT, l, 79, 2, 8)
    fails(EPERM, l, 80, 1, BASE)
    fails(EINVAL, l, 80, 17, BASE)
    fails(EINVAL, l, 80, -1, BASE)
    init.proc.vm.copyout(BASE, struct.pack("<3I", 9, 8, 7))
    call(init, 80, 3, BASE)
    assert init.proc.cred.groups == (9, 8, 7)
    call(init, 80, 0, 0)
    assert init.proc.cred.groups == ()


def test_a_child_keeps_its_own_identity(k: FakeKernel, init: Lwp) -> None:
    parent = k.fork(init.proc)
    child = k.fork(parent.proc)
    call(child, SETUID, 1000)
    assert uids(parent) == (0, 0, 0)
    grandchild = k.fork(child.proc)
    assert uids(grandchild) == (1000, 1000, 1000)


def test_login_names(k: FakeKernel, init: Lwp) -> None:
    vm = init.proc.vm
    vm.copyout(BASE, b"student\0")
    call(init, 50, BASE)
    call(init, 49, BASE + 64, 64)
    assert vm.copyin(BASE + 64, 16) == b"student".ljust(16, b"\0")
    vm.copyout(BASE, b"a" * 17 + b"\0")
    fails(EINVAL, init, 50, BASE)
    vm.copyout(BASE, b"b" * 16 + b"\0")
    call(init, 50, BASE)
    child = k.fork(init.proc, USER)
    call(child, 49, BASE, 16)
    assert child.proc.vm.copyin(BASE, 16) == b"b" * 16
    fails(EPERM, child, 50, BASE)


# -- process groups and sessions -------------------------------------------------------------------


def test_setsid_makes_session_and_group(k: FakeKernel, init: Lwp) -> None:
    l = k.fork(init.proc)
    l.proc.lflag |= PL_CONTROLT
    init.proc.pgrp.session.login = "alice"
    pid = l.proc.pid
    assert call(l, SETSID) == pid
    assert l.proc.pgrp.pgid == pid and l.proc.pgrp.session.sid == pid
    assert l.proc.pgrp.session.leader is l.proc and l.proc.pgrp.session.login == "alice"
    assert not l.proc.lflag & PL_CONTROLT
    assert call(init, GETSID, pid) == pid and call(init, GETPGID, pid) == pid
    fails(EPERM, l, SETSID)


def test_setsid_is_refused_while_a_group_of_that_name_lives(k: FakeKernel, init: Lwp) -> None:
    leader = k.fork(init.proc)
    call(leader, SETPGID, 0, 0)
    member = k.fork(leader.proc)
    call(leader, SETPGID, 0, 1)
    assert member.proc.pgrp.pgid == leader.proc.pid
    fails(EPERM, leader, SETSID)


def test_setpgid_errors(k: FakeKernel, init: Lwp) -> None:
    parent = k.fork(init.proc)
    child, stranger = k.fork(parent.proc), k.fork(init.proc)
    fails(EINVAL, parent, SETPGID, 0, -1)
    fails(ESRCH, parent, SETPGID, stranger.proc.pid, 0)
    fails(ESRCH, parent, SETPGID, 999, 0)
    fails(EPERM, parent, SETPGID, 0, 999)
    fails(EPERM, init, SETPGID, 0, parent.proc.pid)  # a session leader stays
    assert call(init, SETPGID, 0, 1) is None  # except where it is
    child.proc.flag |= PK_EXEC
    fails(EACCES, parent, SETPGID, child.proc.pid, child.proc.pid)
    child.proc.flag &= ~PK_EXEC
    call(parent, SETPGID, child.proc.pid, 0)
    assert child.proc.pgrp.pgid == child.proc.pid
    call(child, SETPGID, 0, 1)
    call(child, SETSID)
    fails(EPERM, parent, SETPGID, child.proc.pid, 1)
    fails(EPERM, parent, SETPGID, 0, child.proc.pid)  # a group of another session
    fails(ESRCH, parent, GETPGID, 999)
    fails(ESRCH, parent, GETSID, -1)
    stranger.proc.stat = SZOMB
    fails(ESRCH, parent, GETPGID, stranger.proc.pid)


def test_a_grandchild_may_be_moved(k: FakeKernel, init: Lwp) -> None:
    parent = k.fork(init.proc)
    grandchild = k.fork(k.fork(parent.proc).proc)
    call(parent, SETPGID, grandchild.proc.pid, 0)
    assert grandchild.proc.pgrp.pgid == grandchild.proc.pid


def test_member_order_and_the_end_of_a_group(k: FakeKernel, init: Lwp) -> None:
    a = k.fork(init.proc)
    b = k.fork(init.proc)
    c = k.fork(a.proc)
    assert [p.pid for p in init.proc.pgrp.members] == [1, b.proc.pid, a.proc.pid, c.proc.pid]
    call(a, SETPGID, 0, 0)
    call(c, SETPGID, 0, a.proc.pid)
    group = a.proc.pgrp
    assert list(group.members) == [c.proc, a.proc]  # who moves in comes first
    leave_pgrp(a.proc)
    assert k.pids.group(group.pgid) is group
    leave_pgrp(c.proc)
    assert k.pids.group(group.pgid) is None


def test_join_after_inserts_behind_the_parent(k: FakeKernel, init: Lwp) -> None:
    a, b = k.fork(init.proc).proc, k.fork(init.proc).proc
    child = k._bare_proc()
    join_after(b, child)
    assert list(init.proc.pgrp.members) == [init.proc, b, child, a]


def test_job_control_counts(k: FakeKernel, init: Lwp) -> None:
    shell = k.fork(init.proc)
    call(shell, SETSID)
    job, job2 = k.fork(shell.proc), k.fork(shell.proc)
    call(shell, SETPGID, job.proc.pid, 0)
    call(shell, SETPGID, job2.proc.pid, job.proc.pid)
    assert shell.proc.pgrp.jobc == 0  # its parent is in another session
    assert job.proc.pgrp.jobc == 2
    call(job2, SETPGID, 0, 0)
    assert job.proc.pgrp.jobc == 1 and job2.proc.pgrp.jobc == 1


def test_an_orphaned_group_with_stopped_members_is_hung_up(k: FakeKernel, init: Lwp) -> None:
    shell = k.fork(init.proc)
    call(shell, SETSID)
    job = k.fork(shell.proc)
    call(job, SETPGID, 0, 0)
    job.proc.stat = SSTOP
    fix_jobc(shell.proc, shell.proc.pgrp, entering=False)  # as the shell exits
    assert job.proc.pgrp.jobc == 0
    assert job.proc.lflag & PL_ORPHANPG
    assert [(pid, signo) for pid, signo, _ in k.signals.sent] == [(job.proc.pid, 1), (job.proc.pid, 19)]


def test_an_orphaned_group_that_runs_is_left_alone(k: FakeKernel, init: Lwp) -> None:
    shell = k.fork(init.proc)
    call(shell, SETSID)
    job = k.fork(shell.proc)
    call(job, SETPGID, 0, 0)
    fix_jobc(shell.proc, shell.proc.pgrp, entering=False)
    assert k.signals.sent == []


def test_the_audit_names_a_wrong_count(k: FakeKernel, init: Lwp) -> None:
    k.fork(init.proc, USER)
    assert k.uids.audit(k.allproc.values()) == []
    k.uids.change_proc_count(1000, 1)
    assert k.uids.audit(k.allproc.values()) == ["uid 1000: process count is 2, 1 exist"]
