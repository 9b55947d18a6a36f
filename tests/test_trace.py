"""Tracing: ktrace inside the guest, the kernel's probes, `uarea trace` on the host."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from emu.trace import LETTERS, Firings, Kdump
from kernel.emul import Emul
from kernel.fork import FORK_PPWAIT, FORK_SHAREVM
from kernel.lwp import Lwp
from kernel.main import Kernel
from kernel.proc import Proc
from kernel.sdt import Probe
from kernel.signo import CLD_EXITED, CLD_KILLED, SIGTERM, SIGUSR1
from tests.commands import EACH, results, run_script
from tests.conftest import ROOT, Machine, Outcome, RunGuest, pass_or_explain

GUEST = ROOT / "tests" / "guest" / "ktrace"


@pytest.mark.parametrize("program", sorted(GUEST.glob("*.c")), ids=lambda path: path.stem)
def test_ktrace(run_guest: RunGuest, program: Path) -> None:
    pass_or_explain(run_guest(program))


FULL_PIPE = """
#include <sys/types.h>
#include <sys/ktrace.h>
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    static char data[2048];
    int fds[2];

    if (pipe2(fds, O_NONBLOCK) != 0 || fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFACv2, getpid()) != 0)
        return 1;
    for (int i = 0; i < 100; i++)
        utrace("record", data, sizeof(data));
    pause();
}
"""


def test_nobody_reads_the_trace(machine: type[Machine], compile_guest: Callable[..., Path], tmp_path: Path) -> None:
    """A trace that cannot be written now waits like everybody else: it does not keep a machine going that sleeps."""
    source = tmp_path / "full.c"
    source.write_text(FULL_PIPE)
    m = machine()
    m.start(compile_guest(source))
    m.kernel.time_limit(10**9)
    m.finish()
    switches = m.kernel.stats.swtch
    assert m.kernel.timed_out and switches < 20  # it would be one for each of a hundred ticks


# -- the kernel's probes -------------------------------------------------------------------------------------------

STORY = "tests/guest/trace/story.c"
Compile = Callable[..., Path]


def run_story(program: Path, watch: Callable[[Kernel], object], **options: Any) -> Outcome:
    """Run the story with somebody watching."""
    m = Machine(ram=32 << 20, **options)
    m.start(program)
    watch(m.kernel)
    return m.finish()


def test_probes_of_fork(compile_guest: Compile) -> None:
    """The order in which a fork's probes fire, each with what the source gives it (spec C.23, decision D4)."""
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(probe: Probe, function: str, _l: Lwp, args: tuple[Any, ...]) -> None:
        seen.append((probe.full_name(function), args))

    def watch(kernel: Kernel) -> None:
        for pattern in ("syscall::*fork*:", "lwp-create", "create"):
            kernel.sdt.listen(pattern, note)
        kernel.forkhooks.append(lambda p2, p1: seen.append(("forkhook", (p2, p1))))

    run_story(compile_guest(STORY), watch)
    one_fork = [
        "syscall:native:fork:entry", "proc:kernel::lwp-create", "forkhook", "proc:kernel::create",
        "syscall:native:fork:return",
    ]  # fmt: skip
    child_returns = "syscall:native:fork:return"
    vfork = [name.replace(":fork:", ":__vfork14:") for name in one_fork]
    vfork.insert(-1, child_returns)  # the parent comes back when the child has gone
    assert [name for name, _ in seen] == [*one_fork, child_returns, *vfork, *one_fork, child_returns]
    flags = []
    for name, args in seen:
        if name == "proc:kernel::create":
            p2, p1, bits = args
            assert (p2.ppid, p1.pid) == (2, 2)
            flags.append(bits)
    assert flags == [0, FORK_PPWAIT | FORK_SHAREVM, 0]
    returns = [(args[0], args[3][0]) for name, args in seen if name.endswith(":return")]
    assert returns == [(2, 3), (2, 0), (2, 0), (282, 4), (2, 5), (2, 0)]


def test_emulation_is_told_of_forks(compile_guest: Compile) -> None:
    """A personality's own hook comes before the others', with a child that nobody can find yet."""
    told: list[tuple[int, bool, int]] = []

    def proc_fork(p2: Proc, l1: Lwp, flags: int) -> None:
        told.append((p2.pid, p2.pid in l1.kernel.allproc, flags))

    def watch(kernel: Kernel) -> None:
        kernel.allproc[2].emul = Emul("test", proc_fork)

    run_story(compile_guest(STORY), watch)
    assert told == [(3, False, 0), (4, False, FORK_PPWAIT | FORK_SHAREVM), (5, False, 0)]


def test_other_probes(compile_guest: Compile) -> None:
    """exec, exit, signals, scheduling, faults, lookups: who and what."""
    seen: dict[str, list[tuple[Any, ...]]] = {}

    def note(probe: Probe, function: str, l: Lwp, args: tuple[Any, ...]) -> None:
        seen.setdefault(probe.full_name(function), []).append((l.proc.pid, *args))

    patterns = "proc:::", "sched:::", "uvm:::", "vfs:::"

    def watch(kernel: Kernel) -> None:
        for pattern in patterns:
            kernel.sdt.listen(pattern, note)

    run_story(compile_guest(STORY), watch)
    assert seen["proc:kernel::exec"] == seen["proc:kernel::exec-success"] == [(3, b"/bin/story")]
    assert "proc:kernel::exec-failure" not in seen
    assert seen["proc:kernel::exec-args"][0][1] == [b"story", b'a "b"\n']
    assert seen["proc:kernel::exit"] == [(3, CLD_EXITED), (4, CLD_EXITED), (5, CLD_KILLED), (2, CLD_EXITED)]
    sent = [(pid, p.pid, signo) for pid, _, p, signo in seen["proc:kernel::signal-send"]]
    assert sent == [(2, 2, SIGUSR1), (5, 5, SIGTERM)]
    assert [(pid, signo) for pid, signo, *_ in seen["proc:kernel::signal-handle"]] == [(2, SIGUSR1), (5, SIGTERM)]
    assert [(error, vnode is None) for _, error, vnode in seen["vfs:namei:lookup:return"]] == [
        (0, True), (0, True), (0, False),
    ]  # fmt: skip
    assert {pid for pid, *_ in seen["sched:::on-cpu"]} == {1, 2, 3, 4, 5}
    faults = [(pid, va) for pid, _, va, _ in seen["uvm:fault:fault:entry"]]
    assert faults and all(0 < va < 1 << 38 for _, va in faults)


def test_listening_changes_nothing(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code at the same times with the same memory, whether or not somebody listens to everything."""
    program = compile_guest(STORY)

    def digest(watch: Callable[[Kernel], object], **options: Any) -> tuple[object, ...]:
        k = run_story(program, watch, **options).kernel
        return k.code_retired(), k.clock.now(), k.board.ram.digest(), k.stats.faults, k.frames.used

    def listen(kernel: Kernel) -> None:
        for probe in kernel.sdt.probes:
            kernel.sdt.listen(probe.full_name(probe.function), lambda *_: None)
        Kdump(kernel, StringIO(), "".join(LETTERS))
        Firings(kernel, StringIO(), ("*",))

    alone = digest(lambda _: None)
    assert digest(listen) == alone
    assert digest(listen, native=False) == alone
    monkeypatch.setenv("UAREA_HART", "batch")
    assert digest(listen) == alone


def test_listeners_come_and_go(machine: type[Machine]) -> None:
    """Hot paths look for probes only while somebody listens; patterns that match nothing are refused."""
    k = machine().kernel
    direct = k.direct

    def watched() -> tuple[bool, bool]:
        return k.direct == 0, k.faults_watched

    assert watched() == (False, False)

    def listener(*_: Any) -> None:
        pass

    k.sdt.listen("syscall::getpid:entry", listener)
    k.sdt.listen("uvm:::", listener)
    assert watched() == (True, True)
    k.sdt.ignore(listener)
    assert watched() == (False, False) and k.direct == direct
    assert not any(probe.on for probe in k.sdt.probes)
    for pattern in ("nothing", "syscall::nothing:entry", "a:b:c:d:e", "", "proc:kernel"):
        with pytest.raises(ValueError):
            k.sdt.listen(pattern, listener)


# -- uarea trace ---------------------------------------------------------------------------------------------------

GOLDEN = r"""
     2      2 story    USER  begin: 0 bytes ""
     2      2 story    RET   utrace 0
     2      2 story    CALL  open("absent",O_RDONLY|O_CLOEXEC)
     2      2 story    NAMI  "absent"
     2      2 story    RET   open -1 errno 2 ENOENT
     2      2 story    CALL  openat(AT_FDCWD,"/tmp/made",O_RDWR|O_CREAT|O_EXCL,0640)
     2      2 story    NAMI  "/tmp/made"
     2      2 story    RET   openat 3
     2      2 story    CALL  close(3)
     2      2 story    RET   close 0
     2      2 story    CALL  mmap(NULL,4096,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANON,-1,0)
     2      2 story    RET   mmap 0x
     2      2 story    CALL  munmap(0x,4096)
     2      2 story    RET   munmap 0
     2      2 story    CALL  __sigaction_sigtramp(SIGUSR1,0x,0x,0x,2)
     2      2 story    RET   __sigaction_sigtramp 0
     2      2 story    CALL  getpid()
     2      2 story    RET   getpid 2, 1
     2      2 story    CALL  kill(2,SIGUSR1)
     2      2 story    RET   kill 0
     2      2 story    PSIG  SIGUSR1 caught handler=0x mask=(): code=SI_USER pid=2 uid=0
     2      2 story    CALL  setcontext(0x)
     2      2 story    RET   setcontext JUSTRETURN
     2      2 story    CALL  pipe()
     2      2 story    RET   pipe 3, 4
     2      2 story    CALL  fork()
     2      2 story    RET   fork 3
     2      2 story    CALL  write(4,0x,21)
     2      2 story    GIO   fd 4 wrote 21 bytes
       "some text\n"
       "and \x01 more\n"
     2      2 story    RET   write 21
     2      2 story    CALL  __wait450(-1,NULL,0,NULL)
     2      2 story    CSW   stop kernel
     3      3 story    RET   fork 0
     3      3 story    CALL  read(3,0x,1)
     3      3 story    GIO   fd 3 read 1 bytes
       "s"
     3      3 story    RET   read 1
     3      3 story    CALL  execve("/bin/story",0x,0x)
     3      3 story    NAMI  "/bin/story"
     3      3 story    ARG   "story"
     3      3 story    ARG   "a \"b\"\n"
     3      3 story    EMUL  "netbsd"
     3      3 story    RET   execve JUSTRETURN
     3      3 story    CALL  _lwp_setprivate(0x)
     3      3 story    RET   _lwp_setprivate 0
     3      3 story    CALL  exit(3)
     2      2 story    CSW   resume kernel
     2      2 story    RET   __wait450 3
     2      2 story    CALL  __vfork14()
     2      2 story    CSW   stop kernel
     4      4 story    RET   fork 0
     4      4 story    CALL  exit(0)
     2      2 story    CSW   resume kernel
     2      2 story    RET   __vfork14 4
"""


def traced(program: Path, **options: Any) -> str:
    """The story's trace from its beginning on, addresses blotted out."""
    out = StringIO()
    run_story(program, lambda k: Kdump(k, out, "aceinsuw"), **options)
    text = re.sub(r"0x[0-9a-f]+", "0x", out.getvalue())
    return text[text.index("     2      2 story    USER  begin") :]


def test_trace(compile_guest: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_guest(STORY)
    text = traced(program)
    expected = GOLDEN.strip("\n").splitlines()
    assert text.splitlines()[: len(expected)] == expected
    ending = text.splitlines()[-4:]
    assert ending[0] == "     5      5 story    PSIG  SIGTERM SIG_DFL: code=SI_USER pid=5 uid=0"
    assert ending[-1] == "     2      2 story    CALL  exit(5)"
    assert traced(program, native=False) == text
    monkeypatch.setenv("UAREA_HART", "batch")
    assert traced(program) == text


LATE_EXIT = """
#include <pthread.h>
#include <unistd.h>

static void *wait_in_vfork(void *argument)
{
    if (vfork() == 0) {
        usleep(1000);
        _exit(0);
    }
    return argument;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, wait_in_vfork, NULL);
    usleep(100);
    _exit(0);
}
"""


def test_exit_that_waits_for_a_thread_does_not_return(compile_guest: Compile, tmp_path: Path) -> None:
    source = tmp_path / "late.c"
    source.write_text(LATE_EXIT)
    out = StringIO()
    run_story(compile_guest(source), lambda k: Kdump(k, out, "c"))
    text = out.getvalue()
    assert text.count("CALL  exit(0)") == 2 and "RET   exit" not in text


def test_firings(compile_guest: Compile) -> None:
    out = StringIO()
    patterns = "proc:::create", "exec*", "signal-handle", "fork:entry"
    run_story(compile_guest(STORY), lambda k: Firings(k, out, patterns))
    lines = [re.sub(r"^ +\d+\.\d{9} ", "", line) for line in out.getvalue().splitlines()]
    times = [float(line.split()[0]) for line in out.getvalue().splitlines()]
    assert times == sorted(times) and times[0] > 0
    who = "{0}.{0} story            "
    parent, child = who.format(2), who.format(3)
    assert re.sub(r"=0x[0-9a-f]{4,}", "=0x", lines[0]) == (
        parent + "proc:kernel::signal-handle signo=SIGUSR1 ksi=(code=SI_USER pid=2 uid=0) action=0x mask=0x0"
    )
    environment = '["PATH=/bin:/usr/bin:/sbin", "HOME=/root", "TERM=dumb"]'
    assert lines[1:7] == [
        parent + "syscall:native:fork:entry code=2 args=()",
        parent + "proc:kernel::create p2=3(story) p1=2(story) flags=0x0",
        child + 'proc:kernel::exec path="/bin/story"',
        child + rf'proc:kernel::exec-args argv=["story", "a \"b\"\n"] envp={environment}',
        child + "proc:kernel::exec-files p=3(story)",
        child + 'proc:kernel::exec-success path="/bin/story"',
    ]


def uarea(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emu.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, timeout=120, check=False, text=True)


def test_command(compile_guest: Compile, tmp_path: Path) -> None:
    """The program's own output and status pass through; the trace goes to stderr or a file."""
    file = tmp_path / "trace"
    result = uarea("trace", "-o", file, "-t", "ci", "echo", "-t", "hello")
    assert (result.returncode, result.stdout, result.stderr) == (0, "-t hello\n", "")
    assert "CALL  exit(0)\n" in file.read_text() and "NAMI" not in file.read_text()
    assert "GIO   fd 1 wrote 9 bytes\n" in file.read_text()
    result = uarea("trace", "-p", "exit", "sh", "-c", "exit 7")
    assert (result.returncode, result.stdout) == (7, "")
    assert result.stderr.endswith("sh               proc:kernel::exit reason=1\n")
    result = uarea("trace", "--list")
    assert result.returncode == 0 and "proc:kernel::create" in result.stdout


@pytest.mark.parametrize("arguments", [
    ("trace",), ("trace", "-t", "z", "true"), ("trace", "-p", "nothing", "true"), ("trace", "-o", "/absent/x", "true"),
])  # fmt: skip
def test_bad_arguments(arguments: tuple[str, ...]) -> None:
    result = uarea(*arguments)
    assert result.returncode == 2 and not result.stdout
    assert result.stderr.startswith("uarea: ") and result.stderr.count("\n") == 1


# -- ktrace and kdump ------------------------------------------------------------------------------------------------

def test_ktrace_command(compile_guest: Compile) -> None:
    """ktrace makes traces of a command, of its children, of a running process; kdump shows them."""
    script = [
        "ktrace -t acn cat /absent",
        "kdump -t n | cut -c 15-",
        "kdump -t a | cut -c 15-",
        'kdump -t c | grep -A 1 "CALL  open" | cut -c 15-34',
        'ktrace -i -t i -f t sh -c "echo hi | cat" | cat',
        "kdump -f t | grep GIO | cut -c 15-",
        "kdump -x -m 2 -f t | grep 0000 | sort -u",
        "sleep 5 & ktrace -t s -f u -p $!; kill $!; wait; kdump -f u | cut -c 15-45",
        "sleep 5 & ktrace -t s -f u -p $! && ktrace -c -p $!; kill $!; wait; kdump -f u",
        "kdump -E | head -1 | cut -c 15-49",
        'ktrace -t s sh -c "kill -TERM \\$\\$"',
        "kdump | cut -c 15-58",
        "ktrace -C",
        "ktrace -t",
        "kdump -f absent",
        "kdump -f /etc/passwd",
    ]
    outcome = run_script(compile_guest(EACH), [f"sh -c '{command}'" for command in script])
    got = results(outcome)
    transfers = """
sh       GIO   fd 1 wrote 3 bytes
cat      GIO   fd 0 read 3 bytes
cat      GIO   fd 1 wrote 3 bytes
cat      GIO   fd 0 read 0 bytes
"""[1:]
    assert got[: len(script) - 4] == [
        ("cat: /absent: No such file or directory\n", 1),
        ('ktrace   NAMI  "/bin/cat"\ncat      NAMI  "/absent"\n', 0),
        ('ktrace   ARG   "cat"\nktrace   ARG   "/absent"\n', 0),
        ("cat      CALL  open(\ncat      RET   open\n", 0),
        ("hi\n", 0),
        (transfers, 0),
        ("       0000  68 69                                            hi\n", 0),
        ("sleep    PSIG  SIGTERM SIG_DFL:\n", 0),
        ("", 0),
        ("ktrace   0.000000000 CALL  execve(0\n", 0),
        ("", 143),
        ("sh       PSIG  SIGTERM SIG_DFL: code=SI_USER\n", 0),
    ]
    assert got[-4] == ("", 0)
    assert [status for _, status in got[-3:]] == [1, 1, 1]
    assert [text.splitlines()[0] for text, _ in got[-3:]] == [
        "ktrace: option requires an argument -- t",
        "kdump: absent: No such file or directory",
        "kdump: the trace is damaged or cut off",
    ]
