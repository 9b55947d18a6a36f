"""gdb's remote protocol: what each packet asks of the session, and what is answered (gdb manual, appendix E)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.debugger.gdbstub import describe
from emu.debugger.gdbstub.files import Files
from emu.debugger.gdbstub.packets import LARGEST_PACKET, unescape
from emu.debugger.gdbstub.resume import parse_vcont
from emu.debugger.gdbstub.session import Resume, SessionError, Stop, Thread
from emu.debugger.gdbstub.transfer import Transfers
from kernel.text import decode, encode

if TYPE_CHECKING:
    from emu.debugger.gdbstub.packets import Line
    from emu.debugger.gdbstub.session import Session

OK = b"OK"
ERROR = b"E01"
SIGINT, SIGTRAP = 2, 5
FEATURES = (
    "QStartNoAckMode+", "multiprocess+", "vContSupported+", "swbreak+", "hwbreak+", "QCatchSyscalls+", "QPassSignals+",
    "qXfer:features:read+", "qXfer:threads:read+", "qXfer:auxv:read+", "qXfer:exec-file:read+",
    "qXfer:libraries:read+", "qXfer:memory-map:read+", "ReverseStep+", "ReverseContinue+",
)  # fmt: skip
_IF_GDB_HAS = ("fork-events+", "vfork-events+", "exec-events+")
_WATCHES = {"watch": "watch", "rwatch": "rwatch", "awatch": "awatch"}


class Leave(Exception):
    """gdb has ended the session."""


class Stub:
    """One connection."""

    def __init__(self, line: Line, session: Session, program: str, arguments: list[str], *, once: bool = True) -> None:
        """`once` ends the session when gdb has let go of everything."""
        self._line = line
        self._session = session
        self._program, self._arguments = program, arguments
        self._once = once
        self._extended = False
        self._multiprocess = False
        self._last: Stop | None = None
        self._current: Thread | None = None
        self._files = Files(session)
        self._transfers = Transfers(session, self._thread_id)
        self._letters: dict[bytes, Callable[[str, bytes], bytes | None]] = {
            b"?": lambda _t, _d: self._stop_reply(), b"!": self._extend, b"g": self._read_registers,
            b"G": self._write_registers, b"p": self._read_register, b"P": self._write_register,
            b"m": self._read_memory, b"M": self._write_memory, b"X": self._write_binary, b"Z": self._insert,
            b"z": self._remove, b"H": self._set_thread, b"T": self._alive, b"c": self._continue, b"s": self._step,
            b"C": self._continue, b"S": self._step, b"b": self._backward, b"D": self._detach, b"k": self._kill_all,
            b"v": self._verbose, b"q": self._query, b"Q": self._set, b"R": self._restart,
        }  # fmt: skip

    def serve(self) -> None:
        """Until gdb leaves. Raises LineClosed."""
        self._began(self._session.start(self._program, self._arguments))
        while True:
            packet = self._line.receive()
            try:
                reply = self.handle(packet)
            except Leave:
                return
            except SessionError as error:
                reply = encode(f"E.{error}")
            except (ValueError, IndexError, KeyError):
                reply = ERROR  # not understood as this packet's arguments
            if reply is not None:
                self._line.send(reply)

    def _began(self, stop: Stop) -> None:
        self._last = stop
        self._current = stop.thread

    def handle(self, packet: bytes) -> bytes | None:
        """The answer to a packet; None when it was sent, or there is to be none."""
        answer = self._letters.get(packet[:1])
        if answer is None:
            return b""
        rest = packet[1:]
        return answer(rest.decode("latin-1"), rest)

    # -- threads -----------------------------------------------------------------------------------

    def _thread_id(self, thread: Thread) -> str:
        return f"p{thread.pid:x}.{thread.lid:x}" if self._multiprocess else f"{thread.lid:x}"

    def _parse_thread(self, text: str) -> tuple[int, int]:
        """(pid, lid) as written: -1 is all, 0 is any."""
        if not text.startswith("p"):
            lid = int(text, 16)
            return next(((t.pid, lid) for t in self._session.threads() if t.lid == lid), (0, lid))
        pid, _, lid_text = text[1:].partition(".")
        return int(pid, 16), int(lid_text or "-1", 16)

    def _find(self, text: str) -> Thread:
        """The thread that is meant, or one of those. Raises SessionError."""
        pid, lid = self._parse_thread(text)
        threads = self._session.threads()
        if self._current in threads and pid in (0, -1, self._current.pid) and lid in (0, -1, self._current.lid):
            return self._current
        for thread in threads:
            if pid in (0, -1, thread.pid) and lid in (0, -1, thread.lid):
                return thread
        raise SessionError(f"there is no thread {text}")

    def _thread(self) -> Thread:
        """What Hg has chosen. Raises SessionError."""
        if self._current not in self._session.threads():
            return self._find("0")
        assert self._current is not None
        return self._current

    def _set_thread(self, text: str, _data: bytes) -> bytes:
        if text[0] == "g":
            self._current = self._find(text[1:])
        return OK

    def _alive(self, text: str, _data: bytes) -> bytes:
        return OK if self._parse_thread(text) in self._session.threads() else ERROR

    # -- registers and memory ----------------------------------------------------------------------

    def _values(self) -> list[int]:
        """By number on the line."""
        values = self._session.registers(self._thread())
        fcsr = values[-1]
        return [*values[:-1], fcsr & 0x1F, fcsr >> 5 & 7, fcsr]

    def _read_registers(self, _text: str, _data: bytes) -> bytes:
        values = self._values()
        return b"".join(_hex(value, describe.register_size(n)) for n, value in enumerate(values))

    def _write_registers(self, text: str, _data: bytes) -> bytes:
        data, at = bytes.fromhex(text), 0
        old = self._values()
        for n, value in enumerate(old):
            size = describe.register_size(n)
            new = int.from_bytes(data[at : at + size], "little")
            at += size
            if new != value:
                self._put(n, new)
        return OK

    def _read_register(self, text: str, _data: bytes) -> bytes:
        n = int(text, 16)
        return _hex(self._values()[n], describe.register_size(n)) if n < describe.COUNT else ERROR

    def _write_register(self, text: str, _data: bytes) -> bytes:
        number, _, value = text.partition("=")
        self._put(int(number, 16), int.from_bytes(bytes.fromhex(value), "little"))
        return OK

    def _put(self, n: int, value: int) -> None:
        thread = self._thread()
        fcsr = describe.FCSR - 2
        if n in (describe.FFLAGS, describe.FRM):
            old = self._session.registers(thread)[-1]
            value = old & ~0x1F | value & 0x1F if n == describe.FFLAGS else old & ~0xE0 | (value & 7) << 5
            n = fcsr
        elif n == describe.FCSR:
            n = fcsr
        self._session.set_register(thread, n, value)

    def _read_memory(self, text: str, _data: bytes) -> bytes:
        address, size = (int(part, 16) for part in text.split(","))
        data = self._session.read(self._thread().pid, address, min(size, LARGEST_PACKET // 2 - 8))
        return data.hex().encode() if data or not size else ERROR

    def _write_memory(self, text: str, _data: bytes) -> bytes:
        head, _, value = text.partition(":")
        self._session.write(self._thread().pid, int(head.split(",")[0], 16), bytes.fromhex(value))
        return OK

    def _write_binary(self, _text: str, data: bytes) -> bytes:
        head, _, value = data.partition(b":")
        if value:
            self._session.write(self._thread().pid, int(head.split(b",")[0], 16), unescape(value))
        return OK

    # -- points ------------------------------------------------------------------------------------

    def _point(self, text: str) -> tuple[int, int, int, int]:
        kind, address, size = (int(part, 16) for part in text.partition(";")[0].split(",")[:3])
        return kind, self._thread().pid, address, size

    def _insert(self, text: str, _data: bytes) -> bytes:
        if text[0] not in "01234":
            return b""
        self._session.insert(*self._point(text))
        return OK

    def _remove(self, text: str, _data: bytes) -> bytes:
        if text[0] not in "01234":
            return b""
        try:
            self._session.remove(*self._point(text))
        except SessionError:
            pass  # the process is gone, and its points with it
        return OK

    # -- running -----------------------------------------------------------------------------------

    def _run(self, how: Resume) -> bytes:
        how.signals = {t: n for t, signo in how.signals.items() if (n := describe.from_gdb_signal(signo))}
        self._last = stop = self._session.resume(how, self._line.interrupted)
        if stop.kind not in ("exited", "killed"):
            self._current = stop.thread
        return self._stop_reply()

    def _continue(self, text: str, _data: bytes) -> bytes:
        return self._run(Resume(signals=self._signals(text)))

    def _step(self, text: str, _data: bytes) -> bytes:
        return self._run(Resume(step=self._thread(), signals=self._signals(text)))

    def _signals(self, text: str) -> dict[Thread, int]:
        return {self._thread(): int(text.partition(";")[0], 16)} if text else {}

    def _backward(self, text: str, _data: bytes) -> bytes:
        if text == "s":
            return self._run(Resume(backward=True, step=self._thread()))
        return self._run(Resume(backward=True)) if text == "c" else b""

    def _stop_reply(self) -> bytes:
        """Why it stands, in gdb's words."""
        stop = self._last
        if stop is None or not self._session.threads():
            last = stop if stop is not None and stop.kind in ("exited", "killed") else None
            return self._ended(last) if last is not None else b"W00"
        if stop.kind in ("exited", "killed"):
            return self._ended(stop)
        signo = stop.signo if stop.kind == "signal" else SIGINT if stop.kind == "interrupt" else SIGTRAP
        parts = [*self._why(stop), f"thread:{self._thread_id(stop.thread)}", "core:0"]
        return f"T{describe.to_gdb_signal(signo):02x}{';'.join(parts)};".encode()

    def _ended(self, stop: Stop) -> bytes:
        what = f"W{stop.status:02x}" if stop.kind == "exited" else f"X{describe.to_gdb_signal(stop.signo):02x}"
        return f"{what};process:{stop.thread.pid:x}".encode() if self._multiprocess else what.encode()

    def _why(self, stop: Stop) -> list[str]:
        if stop.kind == "break":
            return ["swbreak:"]
        if stop.kind in _WATCHES:
            return [f"{_WATCHES[stop.kind]}:{stop.address:x}"]
        if stop.kind in ("fork", "vfork") and stop.child is not None:
            return [f"{stop.kind}:{self._thread_id(stop.child)}"]
        if stop.kind == "vforkdone":
            return ["vforkdone:"]
        if stop.kind == "exec":
            return [f"exec:{encode(stop.path).hex()}"]
        if stop.kind in ("entry", "return"):
            return [f"syscall_{stop.kind}:{stop.number:x}"]
        if stop.kind in ("begin", "end"):
            return [f"replaylog:{stop.kind}"]
        return []

    # -- beginning and end -------------------------------------------------------------------------

    def _extend(self, _text: str, _data: bytes) -> bytes:
        self._extended = True
        return OK

    def _restart(self, _text: str, _data: bytes) -> None:
        self._began(self._session.start(self._program, self._arguments))

    def _kill_all(self, _text: str, _data: bytes) -> None:
        if not self._extended:
            raise Leave
        for pid in sorted({t.pid for t in self._session.threads()}):
            self._session.kill(pid)

    def _kill(self, text: str) -> bytes:
        self._session.kill(int(text, 16))
        return self._let_go()

    def _detach(self, text: str, _data: bytes) -> bytes | None:
        pids = [int(text[1:], 16)] if text else sorted({t.pid for t in self._session.threads()})
        for pid in pids:
            self._session.detach(pid)
        return self._let_go()

    def _let_go(self) -> bytes:
        """A process has gone; with the last one the session ends, unless gdb wants more."""
        if not self._session.threads() and self._once and not self._extended:
            self._line.send(OK)
            raise Leave
        return OK

    # -- v packets ---------------------------------------------------------------------------------

    def _verbose(self, text: str, data: bytes) -> bytes | None:
        name, _, rest = text.partition(";")
        if name == "Cont?":
            return b"vCont;c;C;s;S;t;r"
        if name == "Cont":
            return self._run(parse_vcont(rest, self._parse_thread, self._find))
        if name == "Kill":
            return self._kill(rest)
        if name == "Run":
            words = [decode(bytes.fromhex(word)) for word in rest.split(";")]
            self._program = words[0] or self._program
            self._arguments = words[1:]
            self._began(self._session.start(self._program, self._arguments))
            return self._stop_reply()
        if name == "CtrlC":
            return OK
        if text.startswith("File:"):
            return self._files.handle(data[len("File:") :])
        return b""

    # -- q and Q packets ---------------------------------------------------------------------------

    def _query(self, text: str, data: bytes) -> bytes | None:
        name, _, rest = text.partition(":")
        if name == "Supported":
            return self._supported(rest)
        if name == "Xfer":
            current = self._thread() if self._session.threads() else None
            answer = self._transfers.read(rest, current)
            if answer is not None:
                self._line.send(answer)
                return None
            return b""
        if text == "C":
            return f"QC{self._thread_id(self._thread())}".encode()
        if text == "fThreadInfo":
            return b"m" + ",".join(map(self._thread_id, self._session.threads())).encode()
        if text == "sThreadInfo":
            return b"l"
        if text.startswith("ThreadExtraInfo,"):
            about = self._session.describe(self._find(text.partition(",")[2]))
            return describe.printable(about).encode().hex().encode()
        if name == "Attached":
            return b"0"  # gdb began it, so gdb ends it
        if text.startswith("Rcmd,"):
            return self._monitor(bytes.fromhex(text.partition(",")[2]).decode("utf-8", "replace"))
        if name == "Symbol":
            return OK
        return b""

    def _supported(self, offered: str) -> bytes:
        known = frozenset(offered.split(";"))
        self._multiprocess = "multiprocess+" in known
        events = [f for f in _IF_GDB_HAS if f in known]
        self._session.debug_children("fork-events+" in known)
        features = [f"PacketSize={LARGEST_PACKET:x}", *FEATURES, *events]
        return ";".join(features).encode()

    def _monitor(self, command: str) -> bytes:
        try:
            text = self._session.monitor(self._thread(), command)
        except SessionError as error:
            text = f"{error}\n"
        return encode(text).hex().encode() or OK

    def _set(self, text: str, _data: bytes) -> bytes | None:
        name, _, rest = text.partition(":")
        if name == "StartNoAckMode":
            self._line.send(OK)
            self._line.acknowledge = False
            return None
        if name == "CatchSyscalls":
            on, _, numbers = rest.partition(";")
            wanted = frozenset(int(n, 16) for n in numbers.split(";") if n) if on == "1" else None
            self._session.catch_syscalls(self._thread().pid, wanted)
            return OK
        if name == "PassSignals":
            self._session.pass_signals(frozenset(describe.from_gdb_signal(int(n, 16)) for n in rest.split(";") if n))
            return OK
        return OK if name == "NonStop" and rest == "0" else b""


def _hex(value: int, size: int) -> bytes:
    return (value & (1 << 8 * size) - 1).to_bytes(size, "little").hex().encode()
