"""Signals by number: names, sets, and what their numbers can stand for (sys/signal.h; spec B.6).

Sets are ints: signal n is bit n-1.
"""

from __future__ import annotations

from kernel.errno import EINVAL, Errno

NSIG = 64
SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGEMT, SIGFPE = range(1, 9)
SIGKILL, SIGBUS, SIGSEGV, SIGSYS, SIGPIPE, SIGALRM, SIGTERM, SIGURG = range(9, 17)
SIGSTOP, SIGTSTP, SIGCONT, SIGCHLD, SIGTTIN, SIGTTOU, SIGIO, SIGXCPU = range(17, 25)
SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGINFO, SIGUSR1, SIGUSR2, SIGPWR = range(25, 33)
SIGRTMIN, SIGRTMAX = 33, 63

NAMES = [
    "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL", "BUS", "SEGV", "SYS", "PIPE", "ALRM",
    "TERM", "URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
    "INFO", "USR1", "USR2", "PWR", *(f"RT{n}" for n in range(31)),
]  # fmt: skip


def bit(signo: int) -> int:
    """The set that holds one signal."""
    return 1 << signo - 1


def sigset(*signals: int) -> int:
    """The set of some signals."""
    return sum(bit(s) for s in signals)


ALL = (1 << NSIG - 1) - 1
CANTMASK = sigset(SIGKILL, SIGSTOP)
DEFAULT_IGNORED = sigset(SIGURG, SIGCONT, SIGCHLD, SIGIO, SIGWINCH, SIGINFO, SIGPWR)
STOP_SIGNALS = sigset(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU)
TTY_STOPS = STOP_SIGNALS & ~bit(SIGSTOP)
CORE_SIGNALS = sigset(SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGEMT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS)

SIG_DFL, SIG_IGN = 0, 1
SA_ONSTACK, SA_RESTART, SA_RESETHAND, SA_NOCLDSTOP, SA_NODEFER, SA_NOCLDWAIT, SA_SIGINFO = (1 << i for i in range(7))
SA_NOKERNINFO = 0x80
SS_ONSTACK, SS_DISABLE = 1, 4

SI_USER, SI_QUEUE, SI_TIMER, SI_LWP, SI_NOINFO = 0, -1, -2, -5, 32767
CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED = range(1, 7)
NOTE_SIGNAL = 0x08000000  # to those who watch the process: it is a signal that happened
QUEUE_LIMIT = 1024  # queued realtime signals per process; what exceeds it keeps its bit, not its details


def parse_sigset(data: bytes) -> int:
    """A program's 16-byte sigset_t; signals beyond 63 are dropped."""
    return int.from_bytes(data, "little") & ALL


def pack_sigset(signals: int) -> bytes:
    """A 16-byte sigset_t."""
    return signals.to_bytes(16, "little")


def check_signo(signo: int, *, zero: bool = False) -> None:
    """Raises Errno(EINVAL) for what is no signal number; 0 is one where a call only probes."""
    if not (0 if zero else 1) <= signo < NSIG:
        raise Errno(EINVAL)
