"""`cow`: every table and every private page that several processes share, and with whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from emu.debugger.views.common import Context, count, size, table
from emu.debugger.views.owners import Owners
from emu.machine.sv39 import D
from kernel.uvm.page import ANON, TABLE


class Run(NamedTuple):
    """Consecutive pages that the same spaces share: addresses in the first of them."""

    start: int
    end: int
    spaces: tuple[str, ...]
    frames: tuple[int, ...]
    stored: int  # of these, how many have D set


def cow(context: Context, args: Sequence[str]) -> list[str]:
    """Everything that is shared copy-on-write."""
    owners = Owners(context.kernel)
    return [*_tables(owners), "", *_pages(context, owners)]


def _tables(owners: Owners) -> list[str]:
    frames = owners.kernel.frames
    rows = []
    for pfn, level in sorted(owners.level.items(), key=lambda item: (-item[1], item[0])):
        if level == 2 or frames.refs[pfn] < 2:
            continue
        for i, path in enumerate(owners.paths(pfn)):
            first = (f"{pfn:#x}", level, frames.refs[pfn]) if not i else ("", "", "")
            how = "readable through (RSW0)" if path.reachable else "V clear above it"
            rows.append((*first, f"{path.va:#x}", path.space.name, how))
    if not rows:
        return ["page tables shared between processes: none"]
    lines = [f"page tables shared between processes: {sum(1 for row in rows if row[0])}"]
    head = ("table", "level", "count", "maps from VA", "process", "as the hardware sees it")
    return lines + table(head, rows, "0123")


def _pages(context: Context, owners: Owners) -> list[str]:
    runs = shared_runs(owners)
    total = sum(len(run.frames) for run in runs)
    if not total:
        return ["private frames shared copy-on-write: none"]
    rows = [
        (f"{run.start:#x}-{run.end:#x}", len(run.frames), run.stored, _frames(run.frames), ", ".join(run.spaces))
        for run in runs
    ]
    lines = [f"private frames shared copy-on-write: {total:,}, {size(total << 12)} that fork did not copy"]
    lines += table(("VA", "pages", "D set", "frames", "processes"), rows, "12")
    return [*lines, f"({count(total, 'page')} would be copied, one at a store, if all their owners wrote)"]


def _frames(frames: Sequence[int]) -> str:
    shown = ",".join(f"{pfn:#x}" for pfn in frames[:3])
    return shown + (f",.. {frames[-1]:#x}" if len(frames) > 3 else "")


def shared_runs(owners: Owners) -> list[Run]:
    """Private frames with several spaces behind them, in runs of consecutive addresses with the same owners."""
    frames = owners.kernel.frames
    words = frames.ram.words
    shared = {pfn for pfn, level in owners.level.items() if level < 2 and frames.refs[pfn] > 1}
    below = {pfn for pfn, holders in owners.named.items()
             if frames.kind[pfn] not in (TABLE,) and any(_under(owners, t, shared) for t, _ in holders)}  # fmt: skip
    found = []
    for pfn in sorted(owners.named):
        if frames.kind[pfn] != ANON or (frames.refs[pfn] < 2 and pfn not in below):
            continue
        paths = owners.paths(pfn)
        spaces = tuple(dict.fromkeys(path.space.name for path in paths))
        if len(spaces) < 2:
            continue
        stored = any(words[(t << 9) + i] & D for t, i in owners.named[pfn])
        found.append((paths[0].va, spaces, pfn, stored))
    found.sort(key=lambda item: (item[1], item[0]))
    runs: list[Run] = []
    for va, spaces, pfn, stored in found:
        last = runs[-1] if runs else None
        if last is not None and last.end == va and last.spaces == spaces:
            runs[-1] = Run(last.start, va + 4096, spaces, (*last.frames, pfn), last.stored + stored)
        else:
            runs.append(Run(va, va + 4096, spaces, (pfn,), int(stored)))
    return runs


def _under(owners: Owners, leaf: int, shared: set[int]) -> bool:
    """Whether a leaf table, or a table above it, is shared."""
    return leaf in shared or any(parent in shared for parent, _ in owners.named.get(leaf, ()))
