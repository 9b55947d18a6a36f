"""gdb's remote protocol, packet by packet, against a session that is made up: what is asked, what is answered."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emu.debugger.gdbstub import describe
from emu.debugger.gdbstub.packets import Line, LineClosed, escape, frame, unescape
from emu.debugger.gdbstub.session import Resume, SessionError, Stop, Thread
from emu.debugger.gdbstub.stub import Leave, Stub

MAIN, CHILD, SECOND = Thread(2, 2), Thread(3, 3), Thread(3, 5)


class FakeSession:
    """Two processes, the second with two LWPs. Notes what it is asked."""

    def __init__(self) -> None:
        self.alive = [MAIN, CHILD, SECOND]
        self.values = [*range(100, 133), *(1 << 60 | n for n in range(32)), 0xE3]
        self.mem = bytearray(b"0123456789abcdef")
        self.points: set[tuple[int, int, int, int]] = set()
        self.stops: list[Stop] = []
        self.asked: list[object] = []
        self.how: Resume | None = None

    def start(self, program: str, arguments: list[str]) -> Stop:
        self.asked.append(("start", program, *arguments))
        return Stop("signal", MAIN, signo=5)

    def threads(self) -> list[Thread]:
        return self.alive

    def describe(self, thread: Thread) -> str:
        return f"LWP <{thread.lid}>"

    def registers(self, thread: Thread) -> list[int]:
        return self.values

    def set_register(self, thread: Thread, n: int, value: int) -> None:
        self.values[n] = value

    def read(self, pid: int, address: int, size: int) -> bytes:
        if address >= len(self.mem):
            raise SessionError("cannot access memory")
        return bytes(self.mem[address : address + size])

    def write(self, pid: int, address: int, data: bytes) -> None:
        self.mem[address : address + len(data)] = data

    def insert(self, kind: int, pid: int, address: int, size: int) -> None:
        self.points.add((kind, pid, address, size))

    def remove(self, kind: int, pid: int, address: int, size: int) -> None:
        self.points.discard((kind, pid, address, size))

    def catch_syscalls(self, pid: int, numbers: frozenset[int] | None) -> None:
        self.asked.append(("catch", pid, numbers))

    def debug_children(self, on: bool) -> None:
        self.asked.append(("children", on))

    def pass_signals(self, signals: frozenset[int]) -> None:
        self.asked.append(("pass", signals))

    def resume(self, how: Resume, interrupted: Callable[[], bool]) -> Stop:
        self.how = how
        return self.stops.pop(0)

    def detach(self, pid: int) -> None:
        self.alive = [t for t in self.alive if t.pid != pid]

    def kill(self, pid: int) -> None:
        self.asked.append(("kill", pid))
        self.detach(pid)

    def auxv(self, pid: int) -> bytes:
        return b"#$}*" * 8

    def executable(self, pid: int) -> str:
        return "/bin/prog"

    def read_file(self, pid: int, path: str) -> bytes:
        if path != "/bin/prog":
            raise SessionError("no such file")
        return b"\x7fELF}$#*" + bytes(100)

    def monitor(self, thread: Thread, command: str) -> str:
        if command == "nonsense":
            raise SessionError("no view is called 'nonsense'")
        return f"{command} of {thread.pid}\n"

    def close(self) -> None:
        pass


class Wire:
    """Both ends of a line."""

    def __init__(self) -> None:
        self.read_fd, self.to_stub = os.pipe()
        self.from_stub, self.write_fd = os.pipe()
        self.line = Line(self.read_fd, self.write_fd)

    def sent(self) -> bytes:
        return os.read(self.from_stub, 1 << 16)

    def close(self) -> None:
        for fd in (self.read_fd, self.to_stub, self.from_stub, self.write_fd):
            os.close(fd)


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.close()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def stub(wire: Wire, session: FakeSession) -> Stub:
    made = Stub(wire.line, session, "prog", ["arg"])
    made._began(session.start("prog", ["arg"]))
    made.handle(b"qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+")
    return made


# -- the line --------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_escaping_is_undone(data: bytes) -> None:
    escaped = escape(data)
    assert unescape(escaped) == data
    assert not frozenset(b"#$*") & frozenset(escaped)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 7))
def test_packets_arrive_in_whatever_pieces(packets: list[bytes], piece: int) -> None:
    wire = Wire()
    try:
        stream = b"+".join(frame(escape(packet)) for packet in packets)
        for at in range(0, len(stream), piece):
            os.write(wire.to_stub, stream[at : at + piece])
        assert [unescape(wire.line.receive()) for _ in packets] == packets
        assert not packets or wire.sent() == b"+" * len(packets)
    finally:
        wire.close()


def test_a_packet_that_was_damaged_is_asked_for_again(wire: Wire) -> None:
    os.write(wire.to_stub, b"$m0,4#00" + frame(b"m0,4"))
    assert wire.line.receive() == b"m0,4"
    assert wire.sent() == b"-+"


def test_an_answer_that_was_damaged_is_sent_again(wire: Wire) -> None:
    wire.line.send(b"OK")
    os.write(wire.to_stub, b"-" + frame(b"g"))
    assert wire.line.receive() == b"g"
    assert wire.sent() == b"$OK#9a" * 2 + b"+"


def test_interrupts(wire: Wire) -> None:
    assert not wire.line.interrupted()
    os.write(wire.to_stub, b"+\x03")
    assert wire.line.interrupted()
    assert not wire.line.interrupted()
    os.write(wire.to_stub, frame(b"g"))
    assert not wire.line.interrupted()
    assert wire.line.receive() == b"g"


def test_gdb_goes_away(wire: Wire) -> None:
    os.write(wire.to_stub, b"$unfinished")
    os.close(wire.to_stub)
    with pytest.raises(LineClosed):
        wire.line.receive()
    wire.to_stub = os.dup(wire.read_fd)


def test_no_acknowledgement(wire: Wire, stub: Stub) -> None:
    assert stub.handle(b"QStartNoAckMode") is None
    assert wire.sent() == frame(b"OK")
    os.write(wire.to_stub, b"$g#00")
    assert wire.line.receive() == b"g"


# -- what is offered -------------------------------------------------------------------------------


def test_features(stub: Stub) -> None:
    answer = stub.handle(b"qSupported:multiprocess+;fork-events+") or b""
    offered = answer.decode().split(";")
    for feature in ("multiprocess+", "fork-events+", "QStartNoAckMode+", "ReverseStep+", "ReverseContinue+",
                    "QCatchSyscalls+", "vContSupported+", "qXfer:features:read+", "qXfer:auxv:read+"):  # fmt: skip
        assert feature in offered
    assert "vfork-events+" not in offered  # gdb has not said that it understands them
    assert stub.handle(b"vMustReplyEmpty") == b""
    assert stub.handle(b"vCont?") == b"vCont;c;C;s;S;t;r"
    assert stub.handle(b"qTStatus") == b""


def test_documents_are_well_formed(stub: Stub, wire: Wire) -> None:
    def read(what: str) -> bytes:
        found, offset = b"", 0
        while True:
            assert stub.handle(f"qXfer:{what}:{offset:x},200".encode()) is None
            packet = wire.sent()
            data = unescape(packet[1:-3])
            found += data[1:]
            if data[:1] == b"l":
                return found
            offset = len(found)

    registers = list(ElementTree.fromstring(read("features:read:target.xml")).iter("reg"))
    assert len(registers) == describe.COUNT
    assert [int(r.get("regnum", "-1")) for r in registers] == [*range(describe.COUNT)]
    threads = list(ElementTree.fromstring(read("threads:read:")))
    assert [t.get("id") for t in threads] == ["p2.2", "p3.3", "p3.5"] and threads[2].text == "LWP <5>"
    assert ElementTree.fromstring(read("memory-map:read:")).find("memory") is not None
    assert len(ElementTree.fromstring(read("libraries:read:"))) == 0
    assert read("auxv:read:") == b"#$}*" * 8
    assert read("exec-file:read:2") == b"/bin/prog"
    assert stub.handle(b"qXfer:siginfo:read::0,100") == b""


def test_names_that_are_no_text(stub: Stub, wire: Wire, session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "describe", lambda _: "a\udcff\x01<&\u00e4")
    monkeypatch.setattr(session, "executable", lambda _: "/bin/\udcff")
    stub.handle(b"qXfer:threads:read::0,1000")
    threads = ElementTree.fromstring(unescape(wire.sent()[2:-3]))
    assert {t.text for t in threads} == {"a??<&\u00e4"}
    assert bytes.fromhex((stub.handle(b"qThreadExtraInfo,p3.3") or b"").decode()).decode() == "a??<&\u00e4"
    stub.handle(b"qXfer:exec-file:read:2:0,100")
    assert unescape(wire.sent()[2:-3]) == b"/bin/\xff"


# -- threads ---------------------------------------------------------------------------------------


def test_threads(stub: Stub) -> None:
    assert stub.handle(b"qfThreadInfo") == b"mp2.2,p3.3,p3.5"
    assert stub.handle(b"qsThreadInfo") == b"l"
    assert stub.handle(b"qC") == b"QCp2.2"
    assert stub.handle(b"Hgp3.5") == b"OK"
    assert stub.handle(b"qC") == b"QCp3.5"
    assert stub.handle(b"Hgp3.-1") == b"OK"
    assert stub.handle(b"qC") == b"QCp3.5"
    assert stub.handle(b"Tp3.3") == b"OK"
    assert stub.handle(b"Tp3.4") == b"E01"
    assert bytes.fromhex((stub.handle(b"qThreadExtraInfo,p3.3") or b"").decode()) == b"LWP <3>"
    assert stub.handle(b"qAttached:2") == b"0"


def test_without_multiprocess(wire: Wire, session: FakeSession) -> None:
    stub = Stub(wire.line, session, "prog", [])
    stub._began(session.start("prog", []))
    stub.handle(b"qSupported:xmlRegisters=i386")
    assert stub.handle(b"?") == b"T05thread:2;core:0;"
    assert stub.handle(b"Hg5") == b"OK"
    assert stub.handle(b"qC") == b"QC5"
    session.alive = []
    session.stops = [Stop("exited", MAIN, status=3)]
    assert stub.handle(b"c") == b"W03"


# -- registers and memory --------------------------------------------------------------------------


def test_registers(stub: Stub, session: FakeSession) -> None:
    whole = (stub.handle(b"g") or b"").decode()
    assert len(whole) == 2 * sum(describe.register_size(n) for n in range(describe.COUNT))
    assert stub.handle(b"p20") == (132).to_bytes(8, "little").hex().encode()  # pc
    assert stub.handle(b"p41") == b"03000000"  # fflags, of an fcsr of 0xe3
    assert stub.handle(b"p42") == b"07000000"  # frm
    assert stub.handle(b"p43") == b"e3000000"
    assert stub.handle(b"p44") == b"E01"
    assert stub.handle(b"P1=" + (77).to_bytes(8, "little").hex().encode()) == b"OK"
    assert session.values[1] == 77
    assert stub.handle(b"P42=01000000") == b"OK"
    assert session.values[-1] == 0x23
    assert stub.handle(b"G" + whole.encode()) == b"OK"
    assert session.values == [100, 101, *range(102, 133), *(1 << 60 | n for n in range(32)), 0xE3]


def test_memory(stub: Stub, session: FakeSession) -> None:
    assert stub.handle(b"m2,4") == b"2345".hex().encode()
    assert stub.handle(b"me,8") == b"ef".hex().encode()  # less, where memory ends
    assert stub.handle(b"M1,2:4142") == b"OK"
    assert stub.handle(b"X4,3:" + escape(b"}#$")) == b"OK"
    assert stub.handle(b"X0,0:") == b"OK"
    assert bytes(session.mem[:8]) == b"0AB3}#$7"


def test_points(stub: Stub, session: FakeSession) -> None:
    assert stub.handle(b"Z0,1000,2") == b"OK"
    assert stub.handle(b"Hgp3.3") == b"OK"
    assert stub.handle(b"Z2,2000,8") == b"OK"
    assert session.points == {(0, 2, 0x1000, 2), (2, 3, 0x2000, 8)}
    assert stub.handle(b"z2,2000,8") == b"OK"
    assert session.points == {(0, 2, 0x1000, 2)}
    assert stub.handle(b"Z9,0,0") == b""


# -- running ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "answer"),
    [
        (Stop("break", MAIN), b"T05swbreak:;thread:p2.2;core:0;"),
        (Stop("step", SECOND), b"T05thread:p3.5;core:0;"),
        (Stop("watch", MAIN, address=0x1234), b"T05watch:1234;thread:p2.2;core:0;"),
        (Stop("rwatch", MAIN, address=0x1234), b"T05rwatch:1234;thread:p2.2;core:0;"),
        (Stop("awatch", MAIN, address=0x1234), b"T05awatch:1234;thread:p2.2;core:0;"),
        (Stop("fork", MAIN, child=CHILD), b"T05fork:p3.3;thread:p2.2;core:0;"),
        (Stop("vfork", MAIN, child=CHILD), b"T05vfork:p3.3;thread:p2.2;core:0;"),
        (Stop("vforkdone", MAIN), b"T05vforkdone:;thread:p2.2;core:0;"),
        (Stop("exec", CHILD, path="/a"), b"T05exec:2f61;thread:p3.3;core:0;"),
        (Stop("exec", CHILD, path="/\udcff"), b"T05exec:2fff;thread:p3.3;core:0;"),
        (Stop("entry", MAIN, number=20), b"T05syscall_entry:14;thread:p2.2;core:0;"),
        (Stop("return", MAIN, number=20), b"T05syscall_return:14;thread:p2.2;core:0;"),
        (Stop("begin", MAIN), b"T05replaylog:begin;thread:p2.2;core:0;"),
        (Stop("interrupt", MAIN), b"T02thread:p2.2;core:0;"),
        (Stop("signal", MAIN, signo=11), b"T0bthread:p2.2;core:0;"),
        (Stop("signal", MAIN, signo=29), b"T4dthread:p2.2;core:0;"),  # SIGINFO has another number there
        (Stop("exited", CHILD, status=7), b"W07;process:3"),
        (Stop("killed", CHILD, signo=9), b"X09;process:3"),
    ],
)
def test_stops(stub: Stub, session: FakeSession, stop: Stop, answer: bytes) -> None:
    session.stops = [stop]
    assert stub.handle(b"vCont;c") == answer
    assert stub.handle(b"?") == answer


@pytest.mark.parametrize(
    ("packet", "how"),
    [
        (b"vCont;c", Resume()),
        (b"vCont;c:p-1.-1", Resume()),
        (b"vCont;c:p2.-1", Resume(only=frozenset({2}))),
        (b"vCont;s:p3.5;c", Resume(step=SECOND)),
        (b"vCont;s:p3.5", Resume(step=SECOND, only=frozenset({3}))),
        (b"vCont;r1000,1010:p2.2;c:p2.-1", Resume(step=MAIN, low=0x1000, high=0x1010, only=frozenset({2}))),
        (b"vCont;C0a:p2.2;c", Resume(signals={MAIN: 10})),
        (b"vCont;S4d:p2.2;c", Resume(step=MAIN, signals={MAIN: 29})),
        (b"bc", Resume(backward=True)),
        (b"bs", Resume(backward=True, step=MAIN)),
        (b"c", Resume()),
        (b"s", Resume(step=MAIN)),
        (b"C0b", Resume(signals={MAIN: 11})),
    ],
)
def test_ways_to_go_on(stub: Stub, session: FakeSession, packet: bytes, how: Resume) -> None:
    session.stops = [Stop("step", MAIN)]
    assert stub.handle(packet) == b"T05thread:p2.2;core:0;"
    assert session.how == how


@given(st.integers(1, 63))
def test_signal_numbers_are_translated_both_ways(signo: int) -> None:
    assert describe.from_gdb_signal(describe.to_gdb_signal(signo)) == signo


def test_catching_system_calls(stub: Stub, session: FakeSession) -> None:
    assert stub.handle(b"QCatchSyscalls:1;2;14") == b"OK"
    assert stub.handle(b"QCatchSyscalls:1") == b"OK"
    assert stub.handle(b"QCatchSyscalls:0") == b"OK"
    assert stub.handle(b"QPassSignals:e;4d") == b"OK"
    assert session.asked[2:] == [("catch", 2, frozenset({2, 20})), ("catch", 2, frozenset()), ("catch", 2, None),
                                 ("pass", frozenset({14, 29}))]  # fmt: skip


# -- beginning and end -----------------------------------------------------------------------------


def test_detaching_and_killing(stub: Stub, session: FakeSession, wire: Wire) -> None:
    assert stub.handle(b"D;3") == b"OK"
    assert session.alive == [MAIN]
    with pytest.raises(Leave):
        stub.handle(b"vKill;2")
    assert wire.sent() == frame(b"OK")
    assert session.asked[-1] == ("kill", 2)


def test_extended_mode_goes_on_without_processes(stub: Stub, session: FakeSession) -> None:
    assert stub.handle(b"!") == b"OK"
    assert stub.handle(b"k") is None
    assert session.alive == [] and stub.handle(b"?") == b"W00"
    session.alive = [MAIN]
    arguments = ";".join(word.encode().hex() for word in ("other", "a b"))
    assert stub.handle(f"vRun;{arguments}".encode()) == b"T05thread:p2.2;core:0;"
    assert session.asked[-1] == ("start", "other", "a b")
    assert stub.handle(b"vRun;") is not None
    assert session.asked[-1] == ("start", "other")


def test_files(stub: Stub) -> None:
    path = b"/bin/prog".hex().encode()
    assert stub.handle(b"vFile:setfs:2") == b"F0"
    assert stub.handle(b"vFile:open:" + path + b",0,0") == b"F3"
    assert stub.handle(b"vFile:pread:3,8,0") == b"F8;\x7fELF}$#*"
    assert stub.handle(b"vFile:pread:3,8,200") == b"F0;"
    assert (stub.handle(b"vFile:fstat:3") or b"").startswith(b"F40;")
    assert stub.handle(b"vFile:close:3") == b"F0"
    assert stub.handle(b"vFile:pread:3,8,0") == b"F-1,9"
    assert stub.handle(b"vFile:open:" + b"/x".hex().encode() + b",0,0") == b"F-1,2"
    assert stub.handle(b"vFile:open:" + path + b",1,0") == b"F-1,1e"
    assert stub.handle(b"vFile:unlink:" + path) == b"F-1,1e"


def test_monitor(stub: Stub) -> None:
    def monitor(command: str) -> str:
        answer = stub.handle(b"qRcmd," + command.encode().hex().encode()) or b""
        return bytes.fromhex(answer.decode()).decode()

    assert monitor("cow") == "cow of 2\n"
    assert monitor("nonsense") == "no view is called 'nonsense'\n"


def test_packets_that_make_no_sense(wire: Wire, session: FakeSession) -> None:
    """Whatever comes is answered, and the session goes on."""
    stub = Stub(wire.line, session, "prog", [])
    packets = [
        b"m",
        b"mx,y",
        b"Z0",
        b"H",
        b"vCont;",
        b"qXfer:features:read:target.xml",
        b"P",
        b"\xff\xfe",
        b"vFile:open",
        b"pzz",
    ]
    for packet in [*packets, b"k"]:
        os.write(wire.to_stub, frame(escape(packet)))
    stub.serve()
    answers = wire.sent().decode("latin-1")
    assert answers.count("+$") == len(packets)
