"""Commands for processes, users, time and the kernel, as somebody at a prompt sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import EACH, check, results, run_script
from toolchain.image import programs

Compile = Callable[..., Path]

SCRIPTS = {
    "users": """
        $ id
        uid=0(root) gid=0(wheel) groups=0(wheel)
        $ id -u
        0
        $ id -un
        root
        $ id -Gn root
        wheel kmem sys tty operator
        $ id student
        uid=1000(student) gid=100(users) groups=100(users)
        $ id -gn student
        users
        $ id 1001
        uid=1001(teacher) gid=100(users) groups=100(users)
        $ id nosuch
        id: nosuch: no such user
        = 1
        $ id -p student
        uid\tstudent
        groups\tusers
        $ whoami
        root
        $ groups student
        users
        $ id -ug
        usage: id [user]
               id -G [-n] [user]
               id -g [-nr] [user]
               id -p [user]
               id -u [-nr] [user]
        = 1
        $ user 1000
        $ whoami
        student
        $ id -u
        1000
    """,
    "date": """
        $ date -u -r 0
        Thu Jan  1 00:00:00 UTC 1970
        $ date -r 1000000000 '+%Y-%m-%d %H:%M:%S'
        2001-09-09 01:46:40
        $ touch -d @86400 f
        $ date -r f +%F
        1970-01-02
        $ date -j 0203040506.07 +%FT%T
        2002-03-04T05:06:07
        $ date -j 200003040506 +%FT%T
        2000-03-04T05:06:00
        $ date +

        $ date -j 1399
        date: nonexistent time
        = 1
        $ date x
        date: illegal time format
        = 1
        $ date 202501020304.05
        Thu Jan  2 03:04:05 UTC 2025
        $ date +%Y
        2025
    """,
    "env": """
        $ env -i A=1 B=2 env
        A=1
        B=2
        $ env -i A=1 env -u A env
        $ env -i /bin/echo x
        x
        $ env nosuch
        env: nosuch: No such file or directory
        = 127
        $ env /etc/passwd
        env: /etc/passwd: Permission denied
        = 126
        $ true
        $ false
        = 1
        $ time -p false
        real 0.00
        user 0.00
        sys 0.00
        = 1
        $ time sleep 2.25
                2.25 real         0.00 user         0.00 sys
        $ sleep
        usage: sleep seconds
        = 1
        $ sleep 1x
        usage: sleep seconds
        = 1
        $ nice
        0
        $ nice -n 3 nice -n 4 nice
        7
        $ nice -n 99 nice
        20
        $ nice nosuch
        nice: nosuch: No such file or directory
        = 127
    """,
    "signals": """
        $ kill -l 9
        KILL
        $ kill -l 143
        TERM
        $ kill -l 500
        kill: 500: there is no such signal
        = 1
        $ kill -0 1
        $ kill 99
        kill: 99: No such process
        = 1
        $ kill x
        kill: illegal process id: x
        = 1
        $ kill -FOO 1
        kill: FOO: unknown signal; valid signals are what kill -l lists
        = 1
        $ sleeper
        $ pgrep sleep
        10
        $ pgrep -fl 'sleep 1'
        10 sleep 1000
        $ pgrep -x slee
        = 1
        $ pgrep -d , -u root 'sleep|each'
        10
        $ pgrep -a -d , -u root 'sleep|each'
        2,10
        $ pgrep -n sleep
        10
        $ pgrep nosuch
        = 1
        $ ps -o pid,ppid,stat,command -p 10
        PID PPID STAT COMMAND
         10    2 S    sleep 1000
        $ ps -p 10 -o comm=
        sleep
        $ ps -p 10 -o ni=NICE
        NICE
           0
        $ renice 5 10
        10: old priority 0, new priority 5
        $ ps -o stat= 10
        SN
        $ pstree 2
        each
        |-- sleep
        `-- pstree
        $ kill -STOP 10
        $ ps -o stat= -p 10
        TN
        $ pkill -KILL sleep
        $ ps -o stat= -o command= -p 10
        ZN (sleep)
        $ ps -o nosuch
        ps: nosuch: keyword not found
        = 1
        $ ps -p 4711
        PID TTY STAT TIME COMMAND
        = 1
    """,
    "kernel": """
        $ uname
        NetBSD
        $ uname -srm
        NetBSD 11.0 riscv
        $ uname -p
        riscv64
        $ hostname
        uarea
        $ hostname other.example.org
        $ hostname -s
        other
        $ uname -n
        other.example.org
        $ sysctl hw.pagesize
        hw.pagesize = 4096
        $ sysctl -n kern.maxproc
        1044
        $ sysctl -w kern.maxproc=500
        kern.maxproc: 1044 -> 500
        $ sysctl -e kern.maxproc hw.ncpu
        kern.maxproc=500
        hw.ncpu=1
        $ sysctl kern.nosuch
        sysctl: kern.nosuch: No such file or directory
        = 1
        $ sysctl -w kern.maxproc=many
        sysctl: kern.maxproc: many is not a number
        = 1
        $ sysctl -w kern.ostype=Linux
        kern.ostype: NetBSD
        sysctl: kern.ostype: Operation not permitted
        = 1
        $ sysctl proc.2.stopfork
        proc.2.stopfork = 0
        $ forktree 1 2
        18: here I am (parent 2)
          19: here I am (parent 18)
        18: my child 19 ended with status 0
          20: here I am (parent 18)
        18: my child 20 ended with status 1
        $ vforkdemo
        after fork, when the child has set number to 2, it is 1 here
        after vfork, when the child has set number to 3, it is 3 here
        and now the child becomes echo:
        hello from another program
        $ cowdemo 10
        parent: writing to 10 new pages took 10 faults
        parent: writing to them again took 0
        child: reading the 10 pages took 0 faults
        child: writing to half of them took 5
        child: my memory begins with 'c' now
        parent: mine still begins with 'P'
        parent: writing to all of them took 10 faults
        $ clonedemo
        The child sets number to 2, closes the file and goes to /tmp. Afterwards, in the parent:
        nothing shared           number is 1, the file is open, the directory is /
        CLONE_VM                 number is 2, the file is open, the directory is /
        CLONE_FILES              number is 1, the file is closed, the directory is /
        CLONE_FS                 number is 1, the file is open, the directory is /tmp
        all three                number is 2, the file is closed, the directory is /tmp
    """,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(compile_guest: Compile, name: str) -> None:
    check(compile_guest, SCRIPTS[name])


def test_vmstat_counts_forks(compile_guest: Compile) -> None:
    outcome = run_script(compile_guest(EACH), ["true", "vforkdemo", "vmstat -s", "vmstat"])
    (_, _), (_, _), (sums, _), (line, status) = results(outcome)
    stats = outcome.kernel.stats
    counts = {name: int(number) for number, name in (row.split(maxsplit=1) for row in sums.splitlines())}
    # All but those for the last command, and at the boot.
    assert counts["forks total"] == stats.forks - 1
    assert counts["forks blocked parent"] == stats.forks_ppwait == 2
    assert counts["forks shared address space with parent"] == stats.forks_sharevm == 2
    assert status == 0 and len(line.splitlines()) == 3


def test_top_and_ps_show_all_processes(compile_guest: Compile) -> None:
    outcome = run_script(compile_guest(EACH), ["ps -Ao pid=", "ps aux", "ps -l", "ps -j -A", "top -b", "ps -A"])
    pids, user, long, jobs, top, all_ = (output.splitlines() for output, status in results(outcome) if status == 0)
    assert [int(pid) for pid in pids][:3] == [0, 1, 2]
    assert " ".join(user[0].split()) == "USER PID %CPU %MEM VSZ RSS TTY STAT STARTED TIME COMMAND"
    assert " ".join(long[0].split()) == "UID PID PPID CPU PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND"
    assert " ".join(jobs[0].split()) == "USER PID PPID PGID SESS JOBC STAT TTY TIME COMMAND"
    assert " ".join(all_[0].split()) == "PID TTY STAT TIME COMMAND"
    assert "4 processes" in top[1] and top[5].split()[0] == "PID" and len(top) == 10


def test_every_command_explains_itself(compile_guest: Compile) -> None:
    """--help: usage on standard output, status 0."""
    own = [path for path, _ in programs() if not path.endswith(("/[", "/test", "/echo", "/expr", "/sh", "/init"))]
    outcome = run_script(compile_guest(EACH), [f"{path} --help 2>/dev/null" for path in own])
    wrong = [
        f"{path}: {status} {output!r}"
        for path, (output, status) in zip(own, results(outcome), strict=True)
        if status != 0 or "usage:" not in output.lower()
    ]
    assert not wrong, "\n".join(wrong)
