"""The views by name, with what they take: the table that the debugger and gdb's `monitor` both use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from emu.debugger.views import cow, diffpt, files, frames, maps, pagewalk, procs, sched, signals, uareas
from emu.debugger.views.common import Context, ViewError, number

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel


class Command(NamedTuple):
    """A view: what it is called, what it takes at least and at most, and one line of help."""

    show: Callable[[Context, Sequence[str]], list[str]]
    usage: str
    least: int
    most: int
    help: str


COMMANDS: dict[str, Command] = {
    "pagewalk": Command(pagewalk.pagewalk, "pagewalk VA [PID]", 1, 2,
                        "the three levels of a translation, and which bit decides about load, store and fetch"),
    "frame": Command(frames.frame, "frame PA", 1, 1, "a page frame: who owns it, since when, through which tables"),
    "frames": Command(frames.frames, "frames [FIRST [COUNT]]", 0, 2, "a map of RAM by owner"),
    "cow": Command(cow.cow, "cow", 0, 0, "every page and table shared copy-on-write, and by whom"),
    "uarea": Command(uareas.uarea, "uarea [PID]", 0, 1, "the U-area, word by word"),
    "diff-pt": Command(diffpt.diff_pt, "diff-pt PID PID", 2, 2, "two processes' page tables side by side"),
    "info procs": Command(procs.info_procs, "info procs", 0, 0, "every process"),
    "info lwp": Command(procs.info_lwp, "info lwp [PID]", 0, 1, "every LWP, or a process's, and where it sleeps"),
    "info files": Command(files.info_files, "info files [PID]", 0, 1, "a process's descriptors"),
    "info map": Command(maps.info_map, "info map [PID]", 0, 1, "a process's map entries, and what of them is resident"),
    "info signals": Command(signals.info_signals, "info signals [PID]", 0, 1,
                            "what is pending, blocked, caught and ignored"),
    "info sched": Command(sched.info_sched, "info sched", 0, 0, "the run queue, who sleeps on what, the callouts"),
    "info time": Command(sched.info_time, "info time", 0, 0, "the clock, and where virtual time went"),
}  # fmt: skip


def show(
    kernel: Kernel,
    command: str,
    *,
    lwp: Lwp | None = None,
    width: int = 80,
    evaluate: Callable[[str], int] = number,
) -> list[str]:
    """The lines of a view, asked for as a user types it. `lwp` is whom the question is about, the running one if
    None; `evaluate` makes a number of an address's text.

    Raises ViewError, with one line of text, for a view that cannot be had.
    """
    words = command.split()
    name = " ".join(words[:2]) if words[:1] == ["info"] else "".join(words[:1])
    found = COMMANDS.get(name)
    if found is None:
        raise ViewError(f"no view is called {name!r}; there are: {', '.join(COMMANDS)}")
    args = words[len(name.split()) :]
    if not found.least <= len(args) <= found.most:
        raise ViewError(f"usage: {found.usage}")
    return found.show(Context(kernel, lwp or kernel.curlwp, width, evaluate), args)
