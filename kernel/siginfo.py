"""What is kept of signals: why one was sent, which are pending, what to do about each (sys/siginfo.h, signalvar.h)."""

from __future__ import annotations

from struct import Struct

from kernel.signo import (
    NSIG,
    QUEUE_LIMIT,
    SA_RESTART,
    SI_LWP,
    SI_NOINFO,
    SI_QUEUE,
    SI_TIMER,
    SI_USER,
    SIG_DFL,
    SIGCHLD,
    SIGRTMIN,
    bit,
)

_HEADER = Struct("<iii4x")
_FAULT = Struct("<Qii")
_CHILD = Struct("<iIi")
_CHILD_TIMES = Struct("<ii")
_VALUE = Struct("<iIQ")
SIGINFO_SIZE = 128


class SigInfo:
    """Why a signal was sent (siginfo_t)."""

    __slots__ = ("addr", "code", "errno", "pid", "signo", "status", "stime", "trap", "uid", "utime", "value")

    def __init__(
        self,
        signo: int,
        code: int = SI_NOINFO,
        *,
        pid: int = 0,
        uid: int = 0,
        status: int = 0,
        addr: int = 0,
        trap: int = 0,
        value: int = 0,
    ) -> None:
        self.signo = signo
        self.code = code
        self.errno = 0
        self.pid = pid
        self.uid = uid
        self.status = status
        self.addr = addr
        self.trap = trap
        self.value = value
        self.utime = self.stime = 0  # clock ticks, SIGCHLD only

    def pack(self) -> bytes:
        """The 128 bytes of a siginfo_t; the union's member follows from signal and code."""
        out = bytearray(SIGINFO_SIZE)
        _HEADER.pack_into(out, 0, self.signo, self.code, self.errno)
        if self.code in (SI_USER, SI_QUEUE, SI_TIMER, SI_LWP, SI_NOINFO) or self.code < 0:
            _VALUE.pack_into(out, 16, self.pid, self.uid, self.value & (1 << 64) - 1)
        elif self.signo == SIGCHLD:
            _CHILD.pack_into(out, 16, self.pid, self.uid, self.status)
            _CHILD_TIMES.pack_into(out, 28, self.utime, self.stime)
        else:
            _FAULT.pack_into(out, 16, self.addr & (1 << 64) - 1, self.trap, 0)
        return bytes(out)

    @classmethod
    def unpack(cls, data: bytes) -> SigInfo:
        """From a program's siginfo_t (sigqueueinfo): signal, code and the realtime member."""
        signo, code, errno = _HEADER.unpack_from(data, 0)
        pid, uid, value = _VALUE.unpack_from(data, 16)
        info = cls(signo, code, pid=pid, uid=uid, value=value)
        info.errno = errno
        return info


class Pending:
    """Pending signals: a set, and the details of those that have any. Realtime signals queue."""

    __slots__ = ("infos", "set")

    def __init__(self) -> None:
        self.set = 0
        self.infos: list[SigInfo] = []

    def put(self, signo: int, info: SigInfo | None) -> None:
        """Post a signal. One below SIGRTMIN that is pending already keeps its first details."""
        known = self.set & bit(signo)
        self.set |= bit(signo)
        if info is not None and (not known or signo >= SIGRTMIN) and len(self.infos) < QUEUE_LIMIT:
            self.infos.append(info)

    def take(self, signo: int) -> SigInfo:
        """Remove one instance and return its details."""
        found = None
        for i, info in enumerate(self.infos):
            if info.signo == signo:
                found = self.infos.pop(i)
                break
        if not any(info.signo == signo for info in self.infos):
            self.set &= ~bit(signo)
        return found or SigInfo(signo)

    def discard(self, signals: int) -> None:
        """Forget all instances of the signals in a set."""
        if self.set & signals:
            self.set &= ~signals
            self.infos = [i for i in self.infos if not bit(i.signo) & signals]


class SigAction:
    """What to do about one signal (struct sigaction plus its trampoline)."""

    __slots__ = ("flags", "handler", "mask", "tramp", "vers")

    def __init__(self, handler: int = SIG_DFL, mask: int = 0, flags: int = SA_RESTART) -> None:
        self.handler = handler
        self.mask = mask
        self.flags = flags
        self.tramp = 0
        self.vers = 0


_ALL_DEFAULT = [SigAction()] * NSIG


class SigActs:
    """The 64 actions of a process, or of several with CLONE_SIGHAND. Actions are replaced, never changed."""

    __slots__ = ("actions", "refs")

    def __init__(self, actions: list[SigAction] | None = None) -> None:
        self.actions = actions if actions is not None else _ALL_DEFAULT.copy()
        self.refs = 1

    def fork(self, share: bool) -> SigActs:
        """For a child: the same object, or a copy (sigactsinit; spec C.19)."""
        if share:
            self.refs += 1
            return self
        return SigActs(self.actions.copy())

    def pristine(self) -> bool:
        """Whether no action was ever set, as in most processes."""
        return self.actions == _ALL_DEFAULT

    def release(self) -> None:
        """A process lets go (sigactsfree)."""
        self.refs -= 1
