"""vCont: an action for each thread, made into one way to go on."""

from __future__ import annotations

from collections.abc import Callable

from emu.debugger.gdbstub.session import Resume, Thread


def parse_vcont(text: str, parse_thread: Callable[[str], tuple[int, int]], find: Callable[[str], Thread]) -> Resume:
    """`text` is what follows "vCont;". Of several threads to be stepped, the first is: there is one hart."""
    how = Resume()
    pids: set[int] = set()
    everybody = False
    for action in text.split(";"):
        what, _, thread = action.partition(":")
        pid = parse_thread(thread)[0] if thread else -1
        if what[:1] == "t":
            continue
        if pid in (-1, 0):
            everybody = True
        else:
            pids.add(pid)
        target = find(thread or "0")
        if what[:1] in "CS":
            how.signals.setdefault(target, int(what[1:], 16))
        if what[:1] in "sSr" and how.step is None:
            how.step = target
            if what[:1] == "r":
                how.low, how.high = (int(part, 16) for part in what[1:].split(","))
    how.only = frozenset() if everybody else frozenset(pids)
    return how
