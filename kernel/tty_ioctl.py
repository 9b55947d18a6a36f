"""The ioctls of terminals (NetBSD: tty.c's ttioctl and ttyinfo, sys/ttycom.h)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.errno import EACCES, EINVAL, ENOTTY, ENXIO, EPERM, Errno
from kernel.fcntl import FREAD, FWRITE
from kernel.ioctl import (
    FIONREAD,
    FIONWRITE,
    TIOCDRAIN,
    TIOCFLUSH,
    TIOCGETA,
    TIOCGPGRP,
    TIOCGSID,
    TIOCGWINSZ,
    TIOCNOTTY,
    TIOCOUTQ,
    TIOCSCTTY,
    TIOCSETA,
    TIOCSETAF,
    TIOCSETAW,
    TIOCSPGRP,
    TIOCSWINSZ,
    pack_int,
    unpack_int,
)
from kernel.proc import PL_CONTROLT, SSTOP, SZOMB, Proc
from kernel.resource import own_usage
from kernel.sched import LSONPROC, LSRUN
from kernel.signo import SIGHUP, SIGWINCH
from kernel.termios import CIGNORE, EXTPROC, FLUSHO, ICANON, PENDIN, TERMIOS_SIZE, Termios
from kernel.text import encode

if TYPE_CHECKING:
    from kernel.file import IoctlResult
    from kernel.lwp import Lwp
    from kernel.tty import Tty

TIOCEXCL, TIOCNXCL, TIOCSTI, TIOCSTAT = 0x2000740D, 0x2000740E, 0x80017472, 0x80047465
TIOCSTOP, TIOCSTART, TIOCSBRK, TIOCCBRK = 0x2000746F, 0x2000746E, 0x2000747B, 0x2000747A
TIOCGETD, TIOCSETD, TIOCGLINED, TIOCSLINED = 0x4004741A, 0x8004741B, 0x40207442, 0x80207443
TIOCGQSIZE = 0x40047481

TTYDISC = 0
LINE_NAME = b"termios"
LINE_NAME_SIZE = 32
NO_PGID = -1

# What changes a terminal's state, and therefore stops a background process. TIOCSPGRP is not among them.
_CHANGES = frozenset(
    (TIOCFLUSH, TIOCDRAIN, TIOCSBRK, TIOCCBRK, TIOCSTART, TIOCSETA, TIOCSETAW, TIOCSETAF, TIOCSETD, TIOCSLINED,
     TIOCSTAT, TIOCSTI, TIOCSWINSZ)
)  # fmt: skip


def tty_ioctl(tty: Tty, l: Lwp, com: int, data: bytes) -> IoctlResult:
    """One ioctl. Raises Errno: ENOTTY for a command that terminals do not know, or that is for the controlling
    terminal only."""
    if com in _CHANGES:
        tty.check_change(l)
    function = _COMMANDS.get(com)
    if function is None:
        raise Errno(ENOTTY)
    return function(tty, l, data)


# -- settings --------------------------------------------------------------------------------------


def _geta(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return tty.termios.pack()


def _seta(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    set_termios(tty, Termios.unpack(data), flushed=False)
    return None


async def _seta_later(tty: Tty, l: Lwp, data: bytes, flush: bool) -> None:
    await tty.drain(l)
    if flush:
        tty.flush(FREAD)
    set_termios(tty, Termios.unpack(data), flushed=flush)


def _setaw(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return _seta_later(tty, l, data, False) if tty.outq else _seta(tty, l, data)


def _setaf(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if tty.outq:
        return _seta_later(tty, l, data, True)
    tty.flush(FREAD)
    set_termios(tty, Termios.unpack(data), flushed=True)
    return None


def set_termios(tty: Tty, new: Termios, flushed: bool) -> None:
    """Change the settings; what was typed before is seen the new way."""
    old = tty.termios
    if new.cflag & CIGNORE:
        new.cflag, new.ispeed, new.ospeed = old.cflag, old.ispeed, old.ospeed
    elif new.ospeed == 0 and tty.session is not None and tty.session.leader is not None:
        tty.kernel.signals.psignal(tty.session.leader, SIGHUP)
    new.lflag = new.lflag & ~(PENDIN | EXTPROC) | old.lflag & PENDIN
    changed = not flushed and bool((old.lflag ^ new.lflag) & ICANON)
    if changed and new.lflag & ICANON:
        new.lflag |= PENDIN
    elif changed:
        tty.rawq[:0] = tty.canq
        tty.canq.clear()
        new.lflag &= ~PENDIN
    tty.termios = new
    # Whoever sleeps in a read sleeps for what the old settings said.
    tty.input_ready()
    tty.settings_changed(old)


def _getwinsize(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return tty.winsize


def _setwinsize(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    resize(tty, data)
    return None


def resize(tty: Tty, winsize: bytes) -> None:
    """Set the window's size (struct winsize), and tell the foreground processes if it changed."""
    if winsize != tty.winsize:
        tty.winsize = winsize
        tty.signal(SIGWINCH)


def _getdiscipline(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return pack_int(TTYDISC)


def _setdiscipline(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if unpack_int(data) != TTYDISC:
        raise Errno(ENXIO)
    return None


def _getlinename(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return LINE_NAME.ljust(LINE_NAME_SIZE, b"\0")


def _setlinename(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if data.partition(b"\0")[0] != LINE_NAME:
        raise Errno(ENXIO)
    return None


def _setexclusive(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    tty.exclusive = True
    return None


def _setshared(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    tty.exclusive = False
    return None


# -- queues ----------------------------------------------------------------------------------------


def _flush(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    which = unpack_int(data)
    tty.flush(which & (FREAD | FWRITE) if which else FREAD | FWRITE)
    return None


async def _drain_later(tty: Tty, l: Lwp) -> None:
    await tty.drain(l)


def _drain(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return _drain_later(tty, l) if tty.outq else None


def _outq(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return pack_int(len(tty.outq))


def _nread(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    return pack_int(tty.readable_bytes())


def _qsize(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    from kernel.ldisc import TTYHOG

    return pack_int(TTYHOG)


def _sti(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if l.proc.cred.euid != 0 and not tty.is_controlling(l.proc):
        raise Errno(EACCES)
    tty.receive(data[:1])
    return None


def _stop(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    tty.stopped = True
    return None


def _start(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if tty.stopped or tty.termios.lflag & FLUSHO:
        tty.restart_output()
        tty.start()
    return None


def _nothing(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    """A break: there is no wire that could carry it."""
    return None


# -- job control -----------------------------------------------------------------------------------


def _setctty(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    p = l.proc
    session = p.pgrp.session
    if session.leader is not p or (
        (session.ttyvp is not None or tty.session is not None) and tty.session is not session
    ):
        raise Errno(EPERM)
    tty.session = session
    tty.pgrp = p.pgrp
    session.ttyvp = tty
    p.lflag |= PL_CONTROLT
    return None


def _noctty(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    p = l.proc
    if not tty.is_controlling(p):
        raise Errno(ENOTTY)
    if p.pgrp.session.leader is p:
        raise Errno(EINVAL)
    p.lflag &= ~PL_CONTROLT
    return None


def _getpgrp(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if not tty.is_controlling(l.proc):
        raise Errno(ENOTTY)
    return pack_int(tty.pgrp.pgid if tty.pgrp is not None else NO_PGID)


def _setpgrp(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    pgid = unpack_int(data)
    if pgid == NO_PGID:
        raise Errno(EINVAL)
    if not tty.is_controlling(l.proc):
        raise Errno(ENOTTY)
    group = tty.kernel.pids.group(pgid)
    if group is None or group.session is not l.proc.pgrp.session:
        raise Errno(EPERM)
    tty.pgrp = group
    return None


def _getsid(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    if not tty.is_controlling(l.proc):
        raise Errno(ENOTTY)
    return pack_int(l.proc.pgrp.session.sid)


# -- the status line -------------------------------------------------------------------------------


def _stat(tty: Tty, l: Lwp, data: bytes) -> IoctlResult:
    show_status(tty)
    return None


def show_status(tty: Tty) -> None:
    """What ^T prints: the load, and what the foreground process that seems most interesting is doing."""
    if tty.column:
        tty.output(b"\n")
    tty.output(encode(f"load: {_load(tty)}  {_status(tty)}\n"))
    tty.start()


def _load(tty: Tty) -> str:
    """Runnable LWPs at this moment: there is no average to be had in so short a life."""
    k = tty.kernel
    running = sum(l.stat in (LSRUN, LSONPROC) for p in k.allproc.values() for l in p.lwps)
    return f"{running:.2f}"


def _status(tty: Tty) -> str:
    if tty.session is None:
        return "not a controlling terminal"
    members = [p for p in tty.pgrp.members if p.stat != SZOMB] if tty.pgrp is not None else []
    if not members:
        return "no foreground process group" if tty.pgrp is None else "empty foreground process group"
    p = max(members, key=_interest)
    usage = own_usage(p)
    l = p.lwps[0]
    if p.stat == SSTOP:
        state = "stopped"
    elif any(each.stat in (LSRUN, LSONPROC) for each in p.lwps):
        state = "running" if any(each.stat == LSONPROC for each in p.lwps) else "runnable"
    else:
        state = l.wmesg or "iowait"
    elapsed = max(tty.kernel.clock.now() - p.start, 1)
    share = (usage.utime + usage.stime) * 100 // elapsed
    return (
        f" cmd: {p.comm} {p.pid} [{state}] {_seconds(usage.utime)}u {_seconds(usage.stime)}s "
        f"{share}% {p.vm.pmap.resident * 4}k"
    )


def _interest(p: Proc) -> tuple[bool, int]:
    """Something that runs before something that sleeps, and the youngest of those."""
    return any(l.stat in (LSRUN, LSONPROC) for l in p.lwps), p.start


def _seconds(ns: int) -> str:
    hundredths = ns // 10**7
    return f"{hundredths // 100}.{hundredths % 100:02}"


_COMMANDS: dict[int, Callable[[Tty, Lwp, bytes], IoctlResult]] = {
    TIOCGETA: _geta, TIOCSETA: _seta, TIOCSETAW: _setaw, TIOCSETAF: _setaf,
    TIOCGWINSZ: _getwinsize, TIOCSWINSZ: _setwinsize,
    TIOCGETD: _getdiscipline, TIOCSETD: _setdiscipline, TIOCGLINED: _getlinename, TIOCSLINED: _setlinename,
    TIOCEXCL: _setexclusive, TIOCNXCL: _setshared,
    TIOCFLUSH: _flush, TIOCDRAIN: _drain, TIOCOUTQ: _outq, FIONREAD: _nread, FIONWRITE: _outq,
    TIOCGQSIZE: _qsize, TIOCSTI: _sti, TIOCSTOP: _stop, TIOCSTART: _start, TIOCSBRK: _nothing, TIOCCBRK: _nothing,
    TIOCSCTTY: _setctty, TIOCNOTTY: _noctty, TIOCGPGRP: _getpgrp, TIOCSPGRP: _setpgrp, TIOCGSID: _getsid,
    TIOCSTAT: _stat,
}  # fmt: skip

assert TIOCGETA >> 16 & 0x1FFF == TERMIOS_SIZE
