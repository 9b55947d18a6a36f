"""ktrace: a process's doings recorded in a file (NetBSD: kern_ktrace.c, sys/ktrace.h; spec B.2, B.6, C.18, C.26).

The records are made of what the kernel's probes say: while some process is traced, KTrace listens. A process's
`traceflag` tells what of it is recorded, and how its children come to be traced; `tracep` tells where.
Records are written at once, at the end of the file.
"""

from __future__ import annotations

from struct import Struct, pack
from typing import TYPE_CHECKING, Any

from kernel.errno import EACCES, EBADF, EINVAL, ENOSPC, EPERM, ESRCH, Errno
from kernel.fcntl import FREAD, FWRITE
from kernel.kauth import KTR_PERSISTENT, Process
from kernel.proc import PK_SYSTEM
from kernel.sched import LSRUN, LSZOMB
from kernel.siginfo import SigInfo
from kernel.signo import pack_sigset
from kernel.syscall import Result, syscall
from kernel.systrace import peek, peek_string
from kernel.text import encode
from kernel.time import realtime
from kernel.tracefile import TraceFile
from kernel.vfs import namei
from kernel.vfs.sys_open import vn_open
from kernel.vfs.vnode import VDIR, VREG

if TYPE_CHECKING:
    from kernel.file import File
    from kernel.lwp import Lwp
    from kernel.main import Kernel
    from kernel.proc import Proc
    from kernel.sdt import Listener, Probe

SET, CLEAR, CLEARFILE = 0, 1, 2
OPERATION, DESCEND = 0x3, 0x4

SYSCALL, SYSRET, NAMEI, GENIO, PSIG, CSW, EMUL, USER = range(1, 9)
EXEC_ARG, EXEC_ENV, MIB, EXEC_FD = 10, 11, 14, 15

FACILITIES = 0x00FF_FFFF
VERSION_MASK, VERSION_SHIFT = 0x0F00_0000, 24
TRC_EMUL, INHERIT = 0x1000_0000, 0x4000_0000

# lwp.ktrflag
ACTIVE = 1  # inside ktrace(2) itself: what that does is not recorded (LP_KTRACTIVE)
CALLING = 2  # the process was traced when the LWP's current call began

USER_MAXIDLEN, USER_MAXLEN = 20, 2048
IO_MAX = 4096 - 8  # bytes of data in one GENIO record

# struct ktr_header: len, type, version, pid, comm; then time and LWP, by version
_HEADER = Struct("<ihhi17s3x")
_STAMPS = (Struct("<I4xqQ"), Struct("<I4xqi4x"), Struct("<qqi4x"))
_SYSRET = Struct("<hhiqq")
_PSIG = Struct("<i4xQ16si4x")

_SIGNED = 1 << 63


class KTrace:
    """The traced processes of a kernel."""

    __slots__ = ("_listeners", "kernel", "threads", "traced")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.traced = 0  # processes that have a tracep
        self.threads: list[TraceFile] = []  # those that are written to by a thread of their own
        self._listeners: list[tuple[str, Listener]] = [
            ("syscall:::entry", self._call),
            ("syscall:::return", self._return),
            ("vfs:namei:lookup:entry", self._lookup),
            ("io:::genio", self._genio),
            ("proc:::signal-handle", self._signal),
            ("sched:::off-cpu", self._off_cpu),
            ("sched:::on-cpu", self._on_cpu),
            ("proc:::exec-args", self._exec_args),
            ("proc:::exec-files", self._exec_files),
            ("proc:::exec-success", self._exec),
            ("sysctl:::mib", self._mib),
            ("sysctl:::mibio", self._mibio),
            ("user:::utrace", self._user),
        ]

    # -- who is traced -----------------------------------------------------------------------------

    def attach(self, p: Proc, trace: TraceFile) -> None:
        """Trace a process to a file, for which trace.begin() was called (ktradref)."""
        p.tracep = trace
        trace.users += 1
        self.traced += 1
        if self.traced == 1:
            for pattern, listener in self._listeners:
                self.kernel.sdt.listen(pattern, listener)

    def detach(self, p: Proc) -> None:
        """Stop tracing a process (ktrderef)."""
        trace: TraceFile | None = p.tracep
        p.traceflag = 0
        p.tracep = None
        if trace is None:
            return
        self.traced -= 1
        if not self.traced:
            for _, listener in self._listeners:
                self.kernel.sdt.ignore(listener)
        trace.users -= 1
        if not trace.users:
            trace.end()

    def fork(self, p1: Proc, p2: Proc) -> None:
        """A child is traced as its parent if that has INHERIT (spec C.18)."""
        if p1.traceflag & INHERIT:
            p2.traceflag = p1.traceflag
            if p1.tracep is not None:
                self.attach(p2, p1.tracep)

    def fork_emul(self, p1: Proc, p2: Proc) -> None:
        """The child of a process whose EMUL is traced begins with an EMUL record, if it is traced at all; the
        bit is set in any case (spec C.26, quirk Q7)."""
        if p1.traceflag & 1 << EMUL:
            p2.traceflag |= TRC_EMUL
        p2.lwps[0].ktrflag = CALLING  # it begins with the end of a call that was its parent's

    def change(self, l: Lwp, p: Proc, ops: int, facs: int, trace: TraceFile | None) -> bool:
        """Set or clear facilities of a process, and of all its descendants; whether any was permitted."""
        done = False
        left = [p]
        while left:
            p = left.pop()
            done |= self._change_one(l, p, ops, facs, trace)
            if ops & DESCEND:
                left += reversed(list(p.children))
        return done

    def _change_one(self, l: Lwp, p: Proc, ops: int, facs: int, trace: TraceFile | None) -> bool:
        """ktrops. The version of the records is asked for in `ops`; with one that does not exist nothing is done.

        NetBSD lets root trace system processes, too. Here the threads that write traces would record how they wait
        for the next record, for ever.
        """
        op, version = ops & OPERATION, ops & VERSION_MASK
        authorize = self.kernel.kauth.authorize_process
        if p.flag & PK_SYSTEM:
            return False
        if not authorize(l.proc.cred, Process.KTRACE, p) or version >> VERSION_SHIFT >= len(_STAMPS):
            return False
        if op == SET:
            assert trace is not None
            if p.tracep is not trace:
                trace.begin()
                self.detach(p)
                self.attach(p, trace)
            p.traceflag |= facs
            if authorize(l.proc.cred, Process.KTRACE, p, "persistent"):
                p.traceflag |= KTR_PERSISTENT
        else:
            p.traceflag &= ~facs
            if not p.traceflag & FACILITIES:
                self.detach(p)
        if p.traceflag:
            p.traceflag |= version
        if p.traceflag & 1 << EMUL:
            p.traceflag |= TRC_EMUL
        return True

    def users_of(self, file: File) -> list[Proc]:
        """The processes that are traced to a file."""
        return [p for p in self.kernel.allproc.values() if p.tracep is not None and p.tracep.names(file)]

    def trace_file(self, file: File) -> TraceFile:
        """The one that processes are traced to already through this file, or a new one."""
        for p in self.kernel.allproc.values():
            if p.tracep is not None and p.tracep.names(file):
                return p.tracep
        return next((trace for trace in self.threads if trace.names(file)), None) or TraceFile(self.kernel, file)

    def give_up(self, trace: TraceFile, errno: int, *, silent: bool = False) -> None:
        """Nothing can be written there any more. That a pipe's reader is gone is nothing to talk about."""
        if not silent:
            self.kernel.log(f"ktrace write failed, errno {errno}, tracing stopped\n")
        for p in self.users_of(trace.file):
            self.detach(p)

    # -- writing -----------------------------------------------------------------------------------

    def record(self, l: Lwp, kind: int, payload: bytes, facility: int = 0) -> None:
        """Append a record about an LWP, if its process wants this kind; before it the EMUL record that is due."""
        p = l.proc
        if p.tracep is None or not p.traceflag & 1 << (facility or kind) or l.ktrflag & ACTIVE:
            return
        if p.traceflag & TRC_EMUL:
            p.traceflag &= ~TRC_EMUL
            self._write(l, EMUL, p.emul.name.encode())
        self._write(l, kind, payload)

    def _write(self, l: Lwp, kind: int, payload: bytes) -> None:
        p = l.proc
        if p.tracep is None:
            return
        trace = p.tracep
        version = (p.traceflag & VERSION_MASK) >> VERSION_SHIFT
        seconds, ns = divmod(realtime(self.kernel), 10**9)
        comm = encode(p.comm)[:16]
        header = _HEADER.pack(len(payload), kind, version, p.pid, comm)
        short = seconds & 0xFFFF_FFFF  # all that the older versions have room for
        if version == 0:
            stamp = _STAMPS[0].pack(short, ns // 1000, 0)
        elif version == 1:
            stamp = _STAMPS[1].pack(short, ns, l.lid)
        else:
            stamp = _STAMPS[2].pack(seconds, ns, l.lid)
        try:
            trace.write(header + stamp + payload)
        except Errno as error:
            self.give_up(trace, error.errno)

    # -- what the probes say -----------------------------------------------------------------------

    def _call(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        flags = l.proc.traceflag
        if flags & (1 << SYSCALL | 1 << SYSRET):
            l.ktrflag |= CALLING
            number, arguments = args
            self.record(l, SYSCALL, pack(f"<ii{len(arguments)}Q", number, 8 * len(arguments), *arguments))

    def _return(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        """The end of a call, if it was traced when it began."""
        if not l.ktrflag & CALLING:
            return
        l.ktrflag &= ~CALLING
        number, _, error, (first, second) = args
        if error:
            first = second = 0
        self.record(l, SYSRET, _SYSRET.pack(number, 0, error, _signed(first), _signed(second)))

    def _lookup(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        self.record(l, NAMEI, args[1])

    def _genio(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        self._transfer(l, GENIO, *args)

    def _mibio(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        """What sysctl reads and writes is a transfer of descriptor -1."""
        self._transfer(l, MIB, -1, *args)

    def _transfer(self, l: Lwp, facility: int, fd: int, rw: int, data: bytes) -> None:
        if l.proc.traceflag & 1 << facility:
            for start in range(0, max(len(data), 1), IO_MAX):
                self.record(l, GENIO, pack("<ii", fd, rw) + data[start : start + IO_MAX], facility)

    def _signal(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        signo, info, action, mask = args
        assert isinstance(info, SigInfo)
        self.psig(l, info, signo, action, mask)

    def psig(self, l: Lwp, info: SigInfo, signo: int, action: int, mask: int) -> None:
        """A signal was taken, or was the reason of a stop for the tracer."""
        self.record(l, PSIG, _PSIG.pack(signo, action, pack_sigset(mask), info.code) + info.pack())

    def _off_cpu(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        """Out: because the quantum was over (user), or to wait for something in the kernel."""
        if l.proc.traceflag & 1 << CSW and l.stat != LSZOMB:
            self.record(l, CSW, pack("<ii", 1, l.stat == LSRUN and l.coro is None))

    def _on_cpu(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        """In again. An LWP's first turn is not the end of a wait."""
        if l.proc.traceflag & 1 << CSW and l.nvcsw + l.nivcsw:
            self.record(l, CSW, pack("<ii", 0, l.coro is None))

    def _exec_args(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        for kind, strings in zip((EXEC_ARG, EXEC_ENV), args, strict=True):
            for text in strings:
                self.record(l, kind, text)

    def _exec_files(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        if l.proc.traceflag & 1 << EXEC_FD:
            for fd, file in l.proc.fd.open_files():
                self.record(l, EXEC_FD, pack("<iI", fd, file.kind))

    def _exec(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        self.record(l, EMUL, l.proc.emul.name.encode())

    def _mib(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        self.record(l, MIB, args[0])

    def _user(self, _probe: Probe, _name: str, l: Lwp, args: tuple[Any, ...]) -> None:
        label, data = args
        self.record(l, USER, label.ljust(USER_MAXIDLEN, b"\0") + data)


def _signed(value: int) -> int:
    """A register's 64 bits as C's long."""
    return (value & (1 << 64) - 1 ^ _SIGNED) - _SIGNED


# -- system calls ------------------------------------------------------------------------------------


@syscall(45, "int ktrace(const char *fname, int ops, int facs, pid_t pid)")
def sys_ktrace(l: Lwp, fname: int, ops: int, facs: int, pid: int) -> Result:
    """Trace to a file that exists. Raises Errno: what opening it says, EACCES if it is no regular file."""
    l.ktrflag |= ACTIVE
    file: File | None = None
    try:
        if ops & OPERATION != CLEAR:
            file = _open(l, namei.copyin_path(l, fname))
            file.refs += 1
        _ktrace(l, file, ops, facs, pid)
    finally:
        l.ktrflag &= ~ACTIVE
        if file is not None:
            file.release(l)
    return None


@syscall(288, "int fktrace(int fd, int ops, int facs, pid_t pid)")
def sys_fktrace(l: Lwp, fd: int, ops: int, facs: int, pid: int) -> Result:
    """Trace to a descriptor, of whatever kind. Raises Errno(EBADF) if it cannot be written."""
    file = l.proc.fd.get(fd)
    if not file.flags & FWRITE:
        raise Errno(EBADF)
    l.ktrflag |= ACTIVE
    try:
        _ktrace(l, file, ops, facs, pid)
    finally:
        l.ktrflag &= ~ACTIVE
    return None


def _open(l: Lwp, path: bytes) -> File:
    vnode = namei.lookup(l, path)
    if vnode.vtype not in (VREG, VDIR):
        raise Errno(EACCES)
    file = vn_open(l, path, FREAD | FWRITE)
    assert not isinstance(file, int)
    return file


def _ktrace(l: Lwp, file: File | None, ops: int, facs: int, pid: int) -> None:
    """ktrace_common. Raises Errno: EINVAL for no facilities, ESRCH, EPERM when no process, or for CLEARFILE not
    every one, may be traced by the caller; nobody may trace a system process. An operation that there is not is
    CLEAR."""
    k = l.kernel
    op = ops & OPERATION
    facs &= 0xFFFF_FFFF & ~KTR_PERSISTENT
    trace = None
    if op == CLEARFILE:
        assert file is not None
        _clear_file(l, file)
        return
    if not facs:
        raise Errno(EINVAL)
    if op == SET:
        assert file is not None
        trace = k.ktrace.trace_file(file)
    if pid < 0:
        group = k.pids.group(-pid)
        if group is None:
            raise Errno(ESRCH)
        processes = list(group.members)
    else:
        p = k.allproc.get(pid)
        if p is None:
            raise Errno(ESRCH)
        processes = [p]
    done = False
    for p in processes:
        done |= k.ktrace.change(l, p, ops, facs, trace)
    if not done:
        raise Errno(EPERM)


def _clear_file(l: Lwp, file: File) -> None:
    """Stop all tracing to a file, as far as the caller may. Raises Errno(EPERM) if some goes on."""
    k = l.kernel
    left = False
    for p in k.ktrace.users_of(file):
        if k.kauth.authorize_process(l.proc.cred, Process.KTRACE, p):
            k.ktrace.detach(p)
        else:
            left = True
    if left:
        raise Errno(EPERM)


@syscall(306, "int utrace(const char *label, void *addr, size_t len)")
def sys_utrace(l: Lwp, label: int, addr: int, length: int) -> Result:
    """A program's own record. Does nothing for a process of which these are not traced.

    Raises Errno: ENOSPC for more than 2048 bytes, EFAULT (the record is made all the same).
    """
    k, p = l.kernel, l.proc
    recorded = p.tracep is not None and p.traceflag & 1 << USER
    if recorded and length > USER_MAXLEN:
        raise Errno(ENOSPC)
    if not k.sdt.utrace.on or length > USER_MAXLEN:
        return None
    text = peek_string(p.vm, label, USER_MAXIDLEN) or b""
    # A label that does not fit is none; data that cannot be read is zeroes.
    k.sdt.utrace.fire(text if len(text) < USER_MAXIDLEN else b"", peek(p.vm, addr, length) or bytes(length))
    if recorded:
        p.vm.copyin(addr, length)
    return None
