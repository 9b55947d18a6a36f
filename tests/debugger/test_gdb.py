"""gdb on a real machine: its own program where it is installed, and the protocol spoken by hand everywhere."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emu.debugger.gdbstub.packets import frame, unescape
from tests.conftest import ROOT

LIMIT = 60  # seconds of the host: only a hang takes so long
REMOTE = "tests/guest/debugger/remote.c"
UAREA_GDB = [sys.executable, "-m", "emu.cli", "gdb"]
Compile = Callable[..., Path]


@pytest.fixture
def remote(compile_guest: Compile) -> Path:
    return compile_guest(REMOTE, "-O0")


# -- by hand ---------------------------------------------------------------------------------------


class Client:
    """The other end of the line."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), LIMIT)
        self.buffer = b""
        assert b"multiprocess+" in self.ask("qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+")
        assert self.ask("QStartNoAckMode") == b"OK"
        self.socket.sendall(b"+")

    def send(self, packet: str | bytes) -> None:
        self.socket.sendall(frame(packet.encode() if isinstance(packet, str) else packet))

    def receive(self) -> bytes:
        while (end := self.buffer.find(b"#")) < 0 or len(self.buffer) < end + 3:
            data = self.socket.recv(1 << 16)
            assert data, "the stub is gone"
            self.buffer += data
        packet, self.buffer = self.buffer[:end], self.buffer[end + 3 :]
        return unescape(packet[packet.index(b"$") + 1 :])

    def ask(self, packet: str | bytes) -> bytes:
        self.send(packet)
        return self.receive()

    def register(self, n: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"p{n:x}").decode()), "little")

    def word(self, address: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},4").decode()), "little")

    def monitor(self, command: str) -> str:
        return bytes.fromhex(self.ask(f"qRcmd,{command.encode().hex()}").decode()).decode()


@contextlib.contextmanager
def server(program: Path | str, *arguments: str) -> Iterator[Client]:
    command = [*UAREA_GDB, "--ram", "64M", "--port", "0", str(program), *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=ROOT, text=True) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            while "extended-remote" not in line:
                assert line, "the server has ended"
                line = process.stderr.readline()
            client = Client(int(line.rpartition(":")[2]))
            yield client
            client.socket.close()
            assert process.wait(LIMIT) == 0
        finally:
            process.kill()


def symbol(program: Path, name: str) -> int:
    from elftools.elf.elffile import ELFFile

    with open(program, "rb") as file:
        found = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name(name)
    return int(found[0]["st_value"])


def test_stepping_breakpoints_and_back(remote: Path) -> None:
    work, counter = symbol(remote, "work"), symbol(remote, "counter")
    with server(remote) as gdb:
        assert gdb.ask("?") == b"T05thread:p2.2;core:0;"
        start = gdb.register(32)
        assert start == symbol(remote, "__start")
        assert gdb.ask("vCont;s:p2.2;c") == b"T05thread:p2.2;core:0;"
        assert gdb.register(32) in (start + 2, start + 4)
        assert gdb.ask(f"Z0,{work:x},2") == b"OK"
        assert gdb.ask("vCont;c:p2.-1") == b"T05swbreak:;thread:p2.2;core:0;"
        assert gdb.register(32) == work and gdb.register(10) == 4
        whole, when = gdb.ask("g"), gdb.monitor("when")
        assert gdb.ask(f"Z2,{counter:x},4") == b"OK"
        seen = []
        for _ in range(3):
            assert gdb.ask("vCont;c") == f"T05watch:{counter:x};thread:p2.2;core:0;".encode()
            seen.append(gdb.word(counter))
        assert seen == [1, 3, 6]
        for value in (3, 1, 0):  # going back undoes the last store, then the one before
            assert gdb.ask("bc") == f"T05watch:{counter:x};thread:p2.2;core:0;".encode()
            assert gdb.word(counter) == value
        assert gdb.ask("bc") == b"T05swbreak:;thread:p2.2;core:0;"
        assert (gdb.ask("g"), gdb.monitor("when")) == (whole, when)
        assert gdb.ask("bs") == b"T05thread:p2.2;core:0;"
        assert gdb.ask("vCont;s:p2.2") == b"T05thread:p2.2;core:0;"
        assert gdb.ask("g") == whole
        assert gdb.ask("bc") == b"T05replaylog:begin;thread:p2.2;core:0;"
        assert gdb.register(32) == start
        assert gdb.ask(f"z0,{work:x},2") == b"OK"
        assert gdb.ask(f"z2,{counter:x},4") == b"OK"
        assert gdb.ask("vCont;c") == b"W00;process:2"


def test_floating_point_and_memory(remote: Path) -> None:
    work = symbol(remote, "work")
    with server(remote) as gdb:
        assert gdb.ask(f"Z0,{work:x},2") == b"OK"
        gdb.ask("vCont;c")
        assert gdb.ask("P2a=" + (0x3FF8000000000000).to_bytes(8, "little").hex()) == b"OK"
        assert gdb.register(0x2A) == 0x3FF8000000000000
        address = symbol(remote, "shared")
        assert gdb.ask(f"X{address:x},4:\x07\0\0\0") == b"OK"
        assert gdb.word(address) == 7
        assert gdb.ask("m0,4").startswith(b"E")
        code = gdb.ask(f"m{work:x},10")
        assert len(code) == 32
        assert gdb.ask("vKill;2") == b"OK"


def test_system_calls_are_caught(remote: Path) -> None:
    with server(remote) as gdb:
        assert gdb.ask("QCatchSyscalls:1;4") == b"OK"  # write
        assert gdb.ask("vCont;c") == b"T05syscall_entry:4;thread:p2.2;core:0;"
        assert gdb.register(31) == 4
        assert gdb.ask("vCont;c") == b"T05syscall_return:4;thread:p2.2;core:0;"
        assert gdb.register(10) == len("counter 10\n")
        assert gdb.ask("QCatchSyscalls:0") == b"OK"
        assert gdb.ask("vCont;c") == b"W00;process:2"


def test_fork_and_both_processes(remote: Path) -> None:
    shared = symbol(remote, "shared")
    with server(remote, "fork") as gdb:
        assert gdb.ask("vCont;c") == b"T05fork:p3.3;thread:p2.2;core:0;"
        assert gdb.ask("qfThreadInfo") == b"mp2.2,p3.3"
        for pid in (2, 3):
            assert gdb.ask(f"Hgp{pid}.{pid}") == b"OK"
            assert gdb.word(shared) == 2
        assert gdb.ask(f"Z2,{shared:x},4") == b"OK"  # in the child
        assert gdb.ask("vCont;c:p3.-1") == f"T05watch:{shared:x};thread:p3.3;core:0;".encode()
        assert gdb.word(shared) == 3
        assert gdb.ask("Hgp2.2") == b"OK"
        assert gdb.word(shared) == 2  # it did not run
        assert gdb.ask(f"z2,{shared:x},4") == b"OK"
        assert gdb.ask("vCont;c:p3.-1") == b"W07;process:3"
        assert gdb.ask("qfThreadInfo") == b"mp2.2"
        assert gdb.ask("vCont;c:p2.-1") == b"W00;process:2"


def test_a_child_that_is_let_go(remote: Path) -> None:
    work = symbol(remote, "work")
    with server(remote, "fork") as gdb:
        assert gdb.ask("vCont;c").startswith(b"T05fork")
        assert gdb.ask(f"Z0,{work:x},2") == b"OK"
        assert gdb.ask("D;3") == b"OK"
        assert gdb.ask("qfThreadInfo") == b"mp2.2"
        assert gdb.ask("vCont;c") == b"W00;process:2"  # the child's work() stops nobody


def test_vfork_and_exec(remote: Path) -> None:
    with server(remote, "vfork") as gdb:
        assert gdb.ask("vCont;c") == b"T05vfork:p3.3;thread:p2.2;core:0;"
        answers = [gdb.ask("vCont;c"), gdb.ask("vCont;c")]
        assert b"T05exec:" + b"/bin/echo".hex().encode() + b";thread:p3.3;core:0;" in answers
        assert b"T05vforkdone:;thread:p2.2;core:0;" in answers
        assert gdb.ask("qXfer:exec-file:read:3:0,100") == b"l/bin/echo"
        assert gdb.ask("vCont;c") == b"W00;process:3"
        assert gdb.ask("vCont;c") == b"W00;process:2"


def test_signals(remote: Path) -> None:
    with server(remote, "crash") as gdb:
        assert gdb.ask("vCont;c") == b"T0bthread:p2.2;core:0;"
        assert gdb.ask("m10,4").startswith(b"E")
        assert "SEGV" in gdb.monitor("pagewalk 0x10")
        assert gdb.ask("vCont;C0b:p2.2;c") == b"X0b;process:2"


def test_interrupting(remote: Path) -> None:
    counter = symbol(remote, "counter")
    with server(remote, "spin") as gdb:
        gdb.send("vCont;c")
        time.sleep(0.3)
        gdb.socket.sendall(b"\x03")
        assert gdb.receive() == b"T02thread:p2.2;core:0;"
        turns = gdb.word(counter)
        assert turns > 1000
        assert gdb.ask(f"Z2,{counter:x},4") == b"OK"
        assert gdb.ask("bc") == f"T05watch:{counter:x};thread:p2.2;core:0;".encode()
        assert gdb.word(counter) == turns - 1 or gdb.word(counter) == turns


def test_monitor_commands(remote: Path) -> None:
    with server(remote, "fork") as gdb:
        gdb.ask("vCont;c")
        assert "three levels of a translation" in gdb.monitor("help")
        assert "copy-on-write" in gdb.monitor("cow")
        assert "(" in gdb.monitor("info procs") and "spec C.21" in gdb.monitor("explain")
        assert gdb.monitor("nonsense").startswith("no view is called 'nonsense'")
        assert gdb.monitor("pagewalk").startswith("usage: pagewalk VA")
        assert "private memory" in gdb.monitor("info checkpoints")


def test_auxv_executable_and_files(remote: Path) -> None:
    with server(remote) as gdb:
        auxv = gdb.ask("qXfer:auxv:read::0,1000")[1:]
        words = [int.from_bytes(auxv[i : i + 8], "little") for i in range(0, len(auxv), 8)]
        vector = dict(zip(words[::2], words[1::2], strict=True))
        assert vector[9] == symbol(remote, "__start") and vector[6] == 4096 and words[-2] == 0
        path = gdb.ask("qXfer:exec-file:read:2:0,1000")[1:]
        assert gdb.ask(b"vFile:open:" + path.hex().encode() + b",0,0") == b"F3"
        assert gdb.ask("vFile:pread:3,4,0") == b"F4;\x7fELF"


def test_running_it_again(remote: Path) -> None:
    with server(remote) as gdb:
        assert gdb.ask("!") == b"OK"
        assert gdb.ask("vCont;c") == b"W00;process:2"
        assert gdb.ask("vRun;;" + b"fork".hex()) == b"T05thread:p2.2;core:0;"
        assert gdb.ask("vCont;c").startswith(b"T05fork")
        assert gdb.ask("D;2") == b"OK"
        assert gdb.ask("D;3") == b"OK"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999999", "echo"], "--port"),
        (["--port", "0", "--stdio", "echo"], "--stdio"),
        ([], "Missing argument 'PROG'"),
        (["--port", "0", "/etc/passwd"], "not a program"),
    ],
)
def test_bad_arguments(arguments: list[str], said: str) -> None:
    result = subprocess.run([*UAREA_GDB, *arguments], capture_output=True, cwd=ROOT, timeout=LIMIT, check=False)
    assert result.returncode == 2 and said in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1


def test_nobody_else_can_connect(remote: Path) -> None:
    from emu.debugger.gdbstub.server import HOST

    assert HOST == "127.0.0.1"


# -- gdb itself ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def gdb() -> str:
    """gdb for all machines; installed if that is an ordinary thing to do here."""
    if shutil.which("gdb-multiarch") is None and shutil.which("apt-get") and os.geteuid() == 0:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(["apt-get", "install", "-y", "-q", "gdb-multiarch"], capture_output=True, timeout=120,
                           check=False, stdin=subprocess.DEVNULL)  # fmt: skip
    found = shutil.which("gdb-multiarch")
    if found is None:
        pytest.skip("gdb-multiarch is not installed, and cannot be installed here")
    return found


def session(gdb: str, program: Path, arguments: str, script: str, tmp_path: Path) -> str:
    """What gdb says to a script, without its warnings."""
    server_command = f"{' '.join(UAREA_GDB)} --ram 64M --stdio {program} {arguments}"
    (tmp_path / "script").write_text(
        f"set pagination off\nset confirm off\nset width 0\nset osabi none\nset remotetimeout 30\n"
        f"target remote | cd {ROOT} && exec {server_command}\n{script}"
    )
    result = subprocess.run([gdb, "-nx", "-batch", "-x", str(tmp_path / "script"), str(program)], timeout=LIMIT,
                            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # fmt: skip
    assert "Error in sourced command file" not in result.stderr, result.stdout + result.stderr
    return result.stdout + result.stderr  # what comes from the machine, gdb shows on its stderr


def test_gdb_breakpoints_and_stepping(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "", "break work\ncontinue\nbacktrace\nnext\nstep\nnext\ninfo locals\nfinish\n"
                   "info registers pc\nprint counter\nprint ratio\np $ft0\nstepi\ncontinue\n", tmp_path)  # fmt: skip
    assert "Breakpoint 1, work (n=4)" in said
    assert re.search(r"#1 .* in main \(argc=1", said)
    assert "i = 1" in said and "Value returned is $1 = 10" in said
    assert "$2 = 10" in said and "$3 = 1\n" in said
    assert "counter 10" in said and "exited normally]" in said


def test_gdb_watches_through_copy_on_write(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "fork", "watch shared\ncontinue\ncontinue\nmonitor pagewalk &shared\n"
                   f"monitor pagewalk {symbol(remote, 'shared'):#x}\ncontinue\n", tmp_path)  # fmt: skip
    assert "Old value = 1\nNew value = 2" in said
    assert "Old value = 2\nNew value = 4" in said  # in another frame: the fault in between copied the page
    assert "private and writable, this space's own page" in said
    assert "exited normally]" in said


def test_gdb_catches_forks(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "fork", "catch fork\ncontinue\nup 2\ninfo breakpoints\ncontinue\n", tmp_path)
    assert "Catchpoint 1 (forked process 3)" in said
    assert "in forks ()" in said and "exited normally]" in said


def test_gdb_catches_vfork_and_exec(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "vfork", "catch vfork\ncontinue\ncontinue\n", tmp_path)
    assert "Catchpoint 1 (vforked process 3)" in said and "exited normally]" in said
    said = session(gdb, remote, "vfork", "set follow-fork-mode child\ncatch exec\ncontinue\n", tmp_path)
    assert "Catchpoint 1 (exec'd " in said and "/bin/echo)" in said


def test_gdb_follows_the_child(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "fork", "set follow-fork-mode child\nbreak work\ncontinue\ncontinue\n"
                   "print shared\nbacktrace\ncontinue\n", tmp_path)  # fmt: skip
    assert "work (n=4)" in said and "work (n=3)" in said
    assert "$1 = 3" in said
    assert "[Inferior 2 (process 3) exited with code 07]" in said


def test_gdb_keeps_both(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "fork", "set detach-on-fork off\ncatch fork\ncontinue\ntbreak *$pc\nnext\n"
                   "info inferiors\ninferior 2\nbacktrace 3\nbreak work\nprint shared\ncontinue\nprint shared\n"
                   "inferior 1\nprint shared\nbacktrace 3\ninferior 2\ndelete\ncontinue\ninferior 1\ncontinue\n",
                   tmp_path)  # fmt: skip
    assert "[New inferior 2 (process 3)]" in said
    assert "$1 = 2" in said and "$2 = 3" in said and "$3 = 2" in said
    assert "[Inferior 2 (process 3) exited with code 07]" in said
    assert "[Inferior 1 (process 2) exited normally]" in said


def test_gdb_goes_back_to_a_watchpoint(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "", "break forks\nbreak main\ncontinue\nwatch counter\ncontinue\ncontinue\ncontinue\n"
                   "reverse-continue\nreverse-continue\nprint counter\nreverse-stepi\nstepi\nreverse-next\n"
                   "delete 3\nreverse-continue\ndelete\ncontinue\n", tmp_path)  # fmt: skip
    assert "Old value = 3\nNew value = 6" in said
    assert "Old value = 6\nNew value = 3" in said  # backwards
    assert "Old value = 3\nNew value = 1" in said and "$1 = 1" in said
    assert said.count("Breakpoint 2, main") == 2
    assert "exited normally]" in said


def test_gdb_sees_a_crash_and_its_cause(gdb: str, remote: Path, tmp_path: Path) -> None:
    said = session(gdb, remote, "crash", "continue\nbacktrace\nmonitor explain\nmonitor info map\ncontinue\n", tmp_path)
    assert "Program received signal SIGSEGV" in said
    assert re.search(r"#0 .* main \(argc=2", said)
    assert "no map entry covers the address: EFAULT, SIGSEGV with SEGV_MAPERR" in said
    assert "Program terminated with signal SIGSEGV" in said


def test_gdb_on_a_port(gdb: str, remote: Path, tmp_path: Path) -> None:
    with subprocess.Popen([*UAREA_GDB, "--port", "0", "--ram", "64M", str(remote)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:  # fmt: skip
        assert process.stderr is not None and process.stdout is not None
        ready = select.select([process.stderr], [], [], LIMIT)[0]
        assert ready
        where = process.stderr.readline().decode().split("extended-remote ")[1].strip()
        commands = ["set osabi none", f"target remote {where}", "break work", "continue", "delete", "continue"]
        said = [word for command in commands for word in ("-ex", command)]
        result = subprocess.run([gdb, "-nx", "-batch", *said, str(remote)], timeout=LIMIT, capture_output=True,
                                text=True, check=False)  # fmt: skip
        assert "Breakpoint 1, work (n=4)" in result.stdout, result.stdout + result.stderr
        assert process.wait(LIMIT) == 0
        assert process.stdout.read() == b"counter 10\n"  # the program's output stays where the machine runs
