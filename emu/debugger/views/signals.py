"""`info signals`: what is pending, blocked, caught and ignored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debugger.views.common import Context, label, table
from kernel.signo import (
    NAMES,
    NSIG,
    SA_NOCLDSTOP,
    SA_NOCLDWAIT,
    SA_NODEFER,
    SA_ONSTACK,
    SA_RESETHAND,
    SA_RESTART,
    SA_SIGINFO,
    SIG_DFL,
    SIG_IGN,
    SS_DISABLE,
    SS_ONSTACK,
    bit,
)

if TYPE_CHECKING:
    from kernel.proc import Proc
    from kernel.siginfo import Pending, SigInfo

_FLAGS = {
    SA_ONSTACK: "onstack", SA_RESTART: "restart", SA_RESETHAND: "resethand", SA_NOCLDSTOP: "nocldstop",
    SA_NODEFER: "nodefer", SA_NOCLDWAIT: "nocldwait", SA_SIGINFO: "siginfo",
}  # fmt: skip


def signal_set(signals: int) -> str:
    """A set of signals by name."""
    return " ".join(NAMES[n] for n in range(1, NSIG) if signals & bit(n)) or "none"


def info_signals(context: Context, args: Sequence[str]) -> list[str]:
    """Raises ViewError."""
    p = context.process(args)
    lines = [f"process {label(p)}: pending for the process: {signal_set(p.sigpend.set)}", *_details(p.sigpend)]
    for l in p.lwps:
        lines.append(f"LWP {l.lid}: pending: {signal_set(l.sigpend.set)}; blocked: {signal_set(l.sigmask)}")
        lines += _details(l.sigpend)
        if not l.sigstk[2] & SS_DISABLE:
            used = ", in use" if l.sigstk[2] & SS_ONSTACK else ""
            lines.append(f"  alternate stack at {l.sigstk[0]:#x}, {l.sigstk[1]} bytes{used}")
    return [*lines, "", *_actions(p)]


def _details(pending: Pending) -> list[str]:
    return [f"  {origin(info)}" for info in pending.infos]


def origin(info: SigInfo) -> str:
    """Where a pending signal comes from."""
    source = f"fault at {info.addr:#x}" if info.trap or info.addr else f"from pid {info.pid}, uid {info.uid}"
    return f"SIG{NAMES[info.signo]}: {source}, si_code {info.code}"


def _actions(p: Proc) -> list[str]:
    """Actions that were set; what is ignored by default is not listed."""
    rows = []
    for n in range(1, NSIG):
        action = p.sigacts.actions[n]
        if action.handler == SIG_DFL and not action.mask:
            continue
        what = {SIG_IGN: "ignored", SIG_DFL: "default"}.get(action.handler, f"{action.handler:#x}")
        flags = " ".join(name for flag, name in _FLAGS.items() if action.flags & flag)
        rows.append((n, f"SIG{NAMES[n]}", what, flags, signal_set(action.mask)))
    shared = f" (shared by {p.sigacts.refs} processes)" if p.sigacts.refs > 1 else ""
    if not rows:
        return [f"actions{shared}: every signal has its default"]
    return [f"actions{shared}; the other signals have their default:",
            *table(("no", "signal", "handler", "flags", "blocked meanwhile"), rows, "0")]  # fmt: skip
