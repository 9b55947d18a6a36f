"""What programs may pass to system calls: any pointer in any place, any number, any arguments.

The cases are made from the system call table itself, so a new call is covered without being named here. The
guest program `calls.c` performs them, each in a child of its own; its first comment says what a case's letters
stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

import kernel.main  # noqa: F401  (defines every call)
from kernel.errno import EFAULT, EINVAL, ENOMEM, ENOSYS, EPERM
from kernel.syscall import NATIVE, SyscallEntry
from tests.conftest import Machine

GUEST = Path(__file__).parent / "guest" / "abi" / "calls.c"

KERNEL, NONCANONICAL, TOP, NO_USER = 0xFFFF_FFC0_0000_0000, 0x8000_0000_0000, 0x7FFF_FFFF_FFFF_FFF0, 0x3F_FFFF_0000
BAD = [hex(KERNEL), hex(NONCANONICAL), hex(TOP), hex(NO_USER), hex(2**64 - 1), "U", "N", "Z", "E"]


class Parameter(NamedTuple):
    """One argument register of a call."""

    type: str
    name: str

    @property
    def pointer(self) -> bool:
        return "*" in self.type

    @property
    def read_only(self) -> bool:
        return "const" in self.type


class Outcome(NamedTuple):
    """What calls.c printed about a case."""

    status: int  # the child's wait status, -1 if it had to be killed
    done: int  # calls that returned
    value: int
    error: int


def parameters(entry: SyscallEntry) -> list[Parameter]:
    """The call's registers by type and name, padding included."""
    inside = entry.prototype[entry.prototype.index("(") + 1 : -1].replace("...", "")
    found = []
    for text in inside.split(","):
        match = re.fullmatch(r"\s*(.*?)(\w+)\s*", text)
        if match and match[1]:
            found.append(Parameter(match[1].strip(), match[2]))
    return found


def run_cases(machine: type[Machine], compile_guest: Callable[..., Path], lines: Iterable[str]) -> dict[str, Outcome]:
    """Perform cases; their outcomes by id. The kernel is audited at the end, as always."""
    m = machine(stdin="".join(f"{line}\n" for line in lines).encode())
    m.start(compile_guest(GUEST))
    m.kernel.time_limit(600 * 10**9)
    outcome = m.finish()
    assert not m.kernel.timed_out and outcome.status == 0, outcome.text[-2000:]
    rows = [line.split() for line in outcome.text.splitlines()]
    return {row[0]: Outcome(*map(int, row[1:])) for row in rows}


# -- bad pointers ----------------------------------------------------------------------------------------------

NEW_FD = "8"  # the first that is free
QUEUE, MESSAGE = "257 q 0x206 0x180 0", f"263 {NEW_FD} b 16 0"  # mq_open, mq_send
SHM, SEGMENT = "231 5 64 0x380", "0x10000"  # shmget with a key, and what it gives

# Arguments with which a call gets as far as looking at its pointers, by the call's name and the parameter's, or
# by the parameter's alone. What is not here is 0 or, if it is a pointer, a zeroed buffer.
PLAUSIBLE = {
    "fd": "f", "fd1": "-100", "fd2": "-100", "fromfd": "-100", "tofd": "-100",
    "path": "s", "from": "s", "name1": "s", "path1": "s", "link": "n", "to": "n", "name2": "n", "path2": "n",
    "nbyte": "64", "count": "64", "size": "64", "length": "64", "len": "64", "buflen": "64", "bufsize": "4096",
    "iovp": "v", "iovcnt": "2", "argp": "a", "envp": "a", "rqtp": "t", "namelen": "16", "nd": "4", "nfds": "1",
    "signum": "30", "how": "1", "target": "p",
    "ioctl.com": "0x4004667f",  # FIONREAD
    "fcntl.cmd": "7",  # F_GETLK
    "__getdents30.fd": "D", "__getdents30.count": "1024",
    "readlink.path": "l", "readlinkat.path": "l", "readlinkat.fd": "-100",
    "execve.path": "x", "symlink.path": "s", "symlinkat.fd": "-100", "symlinkat.path1": "s",
    "__sysctl.name": "m", "__sysctl.namelen": "2", "__sysctl.oldlenp": "L", "__sysctl.newv": "s",
    "chdir.path": "d", "chroot.path": "d", "mkdir.path": "n", "mkdirat.path": "n", "mkfifo.path": "n",
    "mkfifoat.path": "n", "__mknod50.path": "n", "mknodat.path": "n", "rmdir.path": "d",
    "posix_spawn.path": "x", "posix_spawn.argv": "a", "posix_spawn.envp": "a",
    "timer_create.timerid": "b", "pathconf.name": "1", "lpathconf.name": "1", "__msync13.flags": "4",
    "mremap.old_size": "4096", "mremap.new_size": "4096",
    "_lwp_ctl.features": "1", "__mknod50.mode": "4096", "mknodat.mode": "4096",
    "getgroups.gidsetsize": "16", "setgroups.gidsetsize": "1", "uuidgen.count": "4",
    "__wait450.pid": "-1", "wait6.options": "0x20", "sigqueueinfo.pid": "p", "fexecve.fd": "X",
    "__sysctl.newlen": "4", "timerid": "4", "mincore.len": "65536", "____sigtimedwait50.set": "S",
    "__sigaltstack14.nss": "0", "clock_getcpuclockid2.idtype": "1", "munmap.len": "4096",
    "__kevent100.fd": NEW_FD, "nchanges": "1", "nevents": "1", "__kevent100.timeout": "t",
    "mq_open.name": "q", "mq_open.oflag": "0x206", "mq_open.mode": "0x180", "attr": "0", "mq_unlink.name": "q",
    "mqdes": NEW_FD, "msg_len": "1024", "__mq_timedsend50.msg_len": "16", "mq_send.msg_len": "16",
    "shmid": SEGMENT, "shmat.shmaddr": "0", "shmdt.shmaddr": "0x20000000", "__shmctl50.cmd": "2",
    "__statvfs190.flags": "1", "__fstatvfs190.flags": "1", "__getvfsstat90.flags": "1",
}  # fmt: skip


# What must come first, in the same child.
BEFORE = {
    "__wait450": ["2"], "wait6": ["2"], "getgroups": ["80 2 b"], "_lwp_getname": ["323 p s"],
    "__timer_settime50": ["235 0 0 b"], "__timer_gettime50": ["235 0 0 b"],
    "____sigtimedwait50": ["293 1 S 0", "37 p 30"],
    "__kevent100": ["344"], "mq_unlink": [QUEUE], "mq_close": [QUEUE], "mq_getattr": [QUEUE], "mq_setattr": [QUEUE],
    "mq_notify": [QUEUE], "mq_send": [QUEUE], "__mq_timedsend50": [QUEUE],
    "mq_receive": [QUEUE, MESSAGE], "__mq_timedreceive50": [QUEUE, MESSAGE], "shmat": [SHM], "__shmctl50": [SHM],
    "shmdt": [SHM, f"228 {SEGMENT} 0x20000000 0"], "reboot": ["23 1"],
}  # fmt: skip

ERRNO_IS_VALUE = {"posix_spawn", "clock_nanosleep", "posix_fallocate", "__posix_fadvise50"}

OK = 0
ADDRESS = {OK, EINVAL, ENOMEM}
# Parameters that are checked, but not followed: what such a call may do instead of EFAULT.
OTHERWISE = {
    "break.nsize": ADDRESS, "mmap.addr": ADDRESS, "munmap.addr": ADDRESS, "mprotect.addr": ADDRESS,
    "madvise.addr": ADDRESS, "mincore.addr": ADDRESS, "mlock.addr": ADDRESS, "munlock.addr": ADDRESS,
    "minherit.addr": ADDRESS, "__msync13.addr": {OK, EINVAL, EFAULT}, "mremap.old_address": ADDRESS,
    "mremap.new_address": ADDRESS, "shmat.shmaddr": ADDRESS, "shmdt.shmaddr": {EINVAL},
    "rasctl.addr": ADDRESS, "reboot.bootstr": {EPERM},
    "__sysctl.oldlenp": {EFAULT, ENOMEM}, "__futex.uaddr": {EFAULT, EINVAL},
    "utrace.label": {OK}, "utrace.addr": {OK},  # of a process that is not traced
    "_lwp_ctl.address": {EFAULT, OK},  # the new page may appear just there
}  # fmt: skip


# Parameters without `const` that are not, or not always, written.
READ_ONLY = {"fcntl.arg", "timer_create.evp", "__select50.tv", "____sigtimedwait50.timeout", "__futex.uaddr",
             "___lwp_park60.ts"}


def plausible(entry: SyscallEntry, p: Parameter) -> str:
    at = {"fd": "-100"} if entry.name.endswith("at") or entry.name == "faccessat" else {}
    default = "b" if p.pointer else "0"
    return PLAUSIBLE.get(f"{entry.name}.{p.name}", at.get(p.name, PLAUSIBLE.get(p.name, default)))


# These do not come back when all is well.
NO_RETURN = {"exit", "_lwp_exit", "execve", "fexecve", "setcontext", "reboot"}


def good_case(entry: SyscallEntry) -> str:
    """The line for a call with nothing wrong; its id is the call's name."""
    call = " ".join([str(entry.number), *(plausible(entry, p) for p in parameters(entry))])
    return f"{entry.name} " + "\n+".join([*BEFORE.get(entry.name, []), call])


def errno_of(entry: SyscallEntry, o: Outcome) -> int:
    return o.value if entry.name in ERRNO_IS_VALUE else o.error


def pointer_cases() -> Iterator[tuple[str, SyscallEntry, Parameter, str, str]]:
    """(id, call, parameter, bad value, line for calls.c)"""
    for entry in NATIVE:
        if entry is None:
            continue
        names = parameters(entry)
        good = [plausible(entry, p) for p in names]
        for i, p in enumerate(names):
            if not p.pointer:
                continue
            for bad in [*BAD, "0", "R", "T"]:
                args = [*good[:i], bad, *good[i + 1 :]]
                ident = f"{entry.name}.{p.name}={bad}"
                call = f"{entry.number} {' '.join(args)}"
                yield ident, entry, p, bad, f"{ident} " + "\n+".join([*BEFORE.get(entry.name, []), call])


def test_bad_pointers(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """Each pointer of each call in turn is bad in each way, the other arguments as plausible as they are known."""
    cases = list(pointer_cases())
    good = {entry: good_case(entry) for entry in NATIVE if entry is not None and entry.name not in NO_RETURN}
    outcomes = run_cases(machine, compile_guest, [*good.values(), *(case[-1] for case in cases)])
    missing = [c[0] for c in cases if c[0] not in outcomes]
    assert not missing, missing
    wrong = []
    reached = 0
    # Where no bad address makes a difference, the call does not follow it.
    heeded = {(entry, p) for i, entry, p, bad, _ in cases if bad in BAD and errno_of(entry, outcomes[i]) != OK}
    for ident, entry, p, bad, _ in cases:
        o = outcomes[ident]
        error = errno_of(entry, o)
        if bad in BAD or (bad in ("R", "T") and not p.read_only and f"{entry.name}.{p.name}" not in READ_ONLY):
            allowed = OTHERWISE.get(f"{entry.name}.{p.name}", {EFAULT})
        elif bad == "0":
            allowed = {EFAULT, OK, EINVAL} | OTHERWISE.get(f"{entry.name}.{p.name}", set())
        else:
            continue
        usual = errno_of(entry, outcomes[entry.name]) if entry in good else OK
        reached += usual == OK
        # Where the call fails with good pointers, too, it need not have come as far as the bad one.
        if error not in allowed and (usual == OK or error != usual) and (entry, p) in heeded:
            wrong.append(f"{ident}: {o}")
    assert reached > 0.75 * len(cases), "PLAUSIBLE has become implausible"
    # An address that a call does not follow belongs in OTHERWISE, what it needs to get there in PLAUSIBLE.
    assert not wrong, "\n".join(wrong)


# -- random arguments ------------------------------------------------------------------------------------------

LETTERS = "bsnldqxXDfiovatmLSUNRZET"
NUMBERS = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 30, 64, 100, 255, 256, 1024, 4095, 4096, 65536, 0x7FFF_FFFF, 0x8000_0000,
    0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 100, (1 << 64) - 4096,
    (1 << 64) - 2, (1 << 64) - 1, KERNEL, NONCANONICAL, TOP, NO_USER, 0x1000, 0x10000, 0x3F_FFFE_E000,
]  # fmt: skip
HUGE = [512, 513, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, (1 << 32) + 20, 1 << 63, (1 << 64) - 1]
KILL, REBOOT = 37, 208  # root would end the test with them


def random_call(random: Random, number: int) -> str:
    def value() -> str:
        kind = random.random()
        if kind < 0.45:
            return random.choice(LETTERS)
        if kind < 0.9:
            return str(random.choice(NUMBERS))
        return str(random.getrandbits(random.choice([8, 16, 32, 39, 64])))

    entry = NATIVE[number] if number < 512 else None
    if entry is not None and random.random() < 0.6:  # mostly right: gets further into the call
        args = [plausible(entry, p) if random.random() < 0.7 else value() for p in parameters(entry)]
        args += [value() for _ in range(8 - len(args))]
    else:
        args = [value() for _ in range(8)]
    indirect = random.random()
    if indirect < 0.05:
        return " ".join([random.choice(["0", "198"]), str(number), *args[:7]])
    if indirect < 0.06:
        return " ".join(["0", "198", str(number), *args[:6]])
    return " ".join([str(number), *args])


@pytest.mark.parametrize("user", [0, 1])
def test_random_arguments(user: int, machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    numbers = [n for n in [*range(512), *HUGE] if user or n not in (KILL, REBOOT)]
    lines = []
    for number in numbers:
        known = number < 512 and NATIVE[number] is not None
        for n in range(8 if known else 2):
            random = Random(f"{user} {number} {n}")  # so that a new call does not change what others get
            lines.append(f"{number}.{n} 23 {user}\n+{random_call(random, number)}")
    outcomes = run_cases(machine, compile_guest, lines)
    assert len(outcomes) == len(lines)


@pytest.mark.parametrize("user", [0, 1])
def test_random_sequences(user: int, machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """Many calls in one child, so that what one leaves behind meets what comes next."""
    known = [n for n in range(512) if NATIVE[n] is not None and (user or n not in (KILL, REBOOT))]
    lines = []
    for n in range(150):
        random = Random(f"sequence {user} {n}")
        calls = [random_call(random, random.choice(known)) for _ in range(random.randrange(5, 40))]
        lines.append(f"{n} 23 {user}\n+" + "\n+".join(calls))
    outcomes = run_cases(machine, compile_guest, lines)
    assert len(outcomes) == len(lines)


def test_unknown_calls(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """A number without a call gives ENOSYS, and SIGSYS to whoever does not ignore it."""
    unknown = [n for n in [*range(512), *HUGE] if (n >= 512 or NATIVE[n] is None) and n not in (0, 198)]
    outcomes = run_cases(machine, compile_guest, [f"{n} {n} b b b" for n in unknown])
    assert {o[2:] for o in outcomes.values()} == {(-1, ENOSYS)}
    assert len(outcomes) == len(unknown)
    # SIGSYS gets its default action back (340 is sigaction), and is sent.
    outcomes = run_cases(machine, compile_guest, [f"{n} 340 12 b 0 0 2\n+{n} b b b" for n in unknown])
    assert {o[:2] for o in outcomes.values()} == {(12, 1)}


def test_indirect_calls(machine: type[Machine], compile_guest: Callable[..., Path]) -> None:
    """syscall(2) and __syscall(2): one argument register further on, and not through themselves."""
    cases = {
        "a 0 20": (OK, None), "b 198 20": (OK, None), "c 0 6 99": (9, -1), "d 198 4 o b 5": (OK, 5),
        "e 0 3 f b 64": (OK, 64), "f 0 199 f 0 10 0": (OK, 10), "g 0 400": (ENOSYS, -1), "h 198 511": (ENOSYS, -1),
        "i 0 0 20": (ENOSYS, -1), "j 198 0 20": (ENOSYS, -1), "k 0 198 20": (ENOSYS, -1),
        "l 0 18446744073709551615": (ENOSYS, -1), "m 0 197 0 4096 3 0x1002 0xffffffff 0 0": (OK, None),
    }  # fmt: skip
    outcomes = run_cases(machine, compile_guest, cases)
    for line, (error, value) in cases.items():
        o = outcomes[line.split()[0]]
        assert o.error == error, line
        assert value is None or o.value == value, line
