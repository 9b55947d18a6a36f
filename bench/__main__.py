"""`make bench`: a table of ratios. Rounds of everything are interleaved; medians with their spread."""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from bench import baseline, chart, guest

ROUNDS = 5
SIZES = [1, 16, 64, 256, 1024]  # MiB resident
PER_PAGE_SIZES = SIZES[:-1]  # fork that visits every page takes too long beyond
WRITTEN = 64  # MiB, stored to after a fork
LIVE = 10_000  # processes at once


def _fork(mib: int, cow: str = "table") -> str:
    return f"fork+exit+wait, {mib} MiB{'' if cow == 'table' else f', --cow {cow}'}"


def _host_fork(mib: int) -> str:
    return f"host fork, {mib} MiB"


class Figure(NamedTuple):
    """One line of the table: what, measured how (or None: like `of`), against which baseline or other line (or None:
    seconds), and what to reach."""

    name: str
    measure: Callable[[], float] | None
    against: str | None
    reach: float
    inverse: bool = False  # speed: baseline / measured
    of: str = ""  # the line whose samples these are, too


def _written(by: str, cow: str = "table") -> str:
    return f"{WRITTEN} MiB stored to by the {by}{'' if cow == 'table' else f', --cow {cow}'}"


def figures(empty: Path) -> list[Figure]:
    g, marked = guest.per_round, guest.between_marks
    anything = float("inf")
    return [
        Figure("compute loop, speed of bare Unicorn's", lambda: g("compute", 40_000_000), "compute", 0.85,
               inverse=True),
        Figure("the same with blocks of 8 instructions", lambda: g("tight", 40_000_000), "tight loop", 0.5,
               inverse=True),
        Figure("getpid", lambda: g("getpid", 50_000), "hook", 1.5),
        Figure("demand-zero fault", lambda: marked("zero", 8_192), "hook", 4),
        Figure("copy-on-write break", lambda: marked("cow", 8_192), "hook", 4),
        Figure("pipe ping-pong round trip", lambda: g("pingpong", 6_000), "hook", 25),
        Figure("the same against the host's", None, "host ping-pong", 1, of="pipe ping-pong round trip"),
        Figure("fork+exit+wait, small", lambda: g("fork", 1_000), _host_fork(1), 0.7),
        *(Figure(_fork(mib), partial(marked, "fork", 1_000, mib), _host_fork(mib), 0.25) for mib in SIZES),
        *(Figure(f"the same at {mib} MiB, of that at 1 MiB", None, _fork(1), 1.3, of=_fork(mib)) for mib in SIZES[1:]),
        *(
            Figure(_fork(mib, "page"), partial(marked, "fork", 1 + 128 // mib, mib, "page"), None, anything)
            for mib in PER_PAGE_SIZES
        ),
        *(
            Figure(_written(by, cow), partial(marked, f"write{by}", 3, WRITTEN, cow), against, reach)
            for by in ("parent", "child")
            for cow, against, reach in (("page", None, anything), ("table", _written(by, "page"), 1.3))
        ),
        Figure("vfork+exit+wait", lambda: g("vfork", 1_000), _host_fork(1), 0.7),
        Figure("fork+exec+exit+wait", lambda: g("forkexec", 400), _host_fork(1), 0.5),
        Figure("`uarea run` of an empty program", lambda: guest.start_to_end(empty), None, 0.25),
        Figure("`uarea boot` to the prompt", guest.boot_to_prompt, None, 0.8),
        Figure("of that, Python and its modules", guest.imports, None, anything),
    ]


@click.command()
@click.argument("parts", nargs=-1)
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(min=1), help="Rounds to take.")
def main(parts: tuple[str, ...], rounds: int) -> None:
    """Measure, and print a table of ratios against baselines of the same run.

    With PARTS, only the lines whose name contains one of them: `python -m bench ping-pong "fork+exit"`. The samples go
    to build/bench.json, and with everything measured the chart of what fork costs to build/fork.svg.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        host = baseline.Host(directory)
        table = figures(guest.empty_program(directory))
        bases: dict[str, Callable[[], float]] = {
            "compute": lambda: baseline.bare_compute(4),
            "tight loop": lambda: baseline.bare_compute(1),
            "hook": baseline.bare_hook,
            **{_host_fork(mib): partial(host, "fork", 1 + 512 // mib, mib) for mib in SIZES},
            "host ping-pong": lambda: host("pingpong", 5_000, 1),
        }
        if parts:
            table, bases = chosen(table, bases, parts)
        samples: dict[str, list[float]] = {key: [] for key in [*bases, *(f.name for f in table)]}
        for round_number in range(rounds):
            print(f"round {round_number + 1} of {rounds}", file=sys.stderr)
            for key, measure in bases.items():
                samples[key].append(measure())
            for figure in table:
                samples[figure.name].append(figure.measure() if figure.measure else samples[figure.of][-1])
    report(table, bases, samples)
    if not parts:
        draw(samples)
        report_live(guest.live_processes(LIVE))


def chosen(
    table: list[Figure], bases: dict[str, Callable[[], float]], parts: tuple[str, ...]
) -> tuple[list[Figure], dict[str, Callable[[], float]]]:
    """The lines that are asked for, those they refer to, and the baselines of these."""
    names = {f.name for f in table if any(part in f.name for part in parts)}
    if not names:
        raise click.UsageError(f"no line's name contains {' or '.join(map(repr, parts))}")
    for f in reversed(table):
        if f.name in names:
            names |= {f.against or "", f.of}
    return [f for f in table if f.name in names], {key: base for key, base in bases.items() if key in names}


def report(table: list[Figure], bases: dict[str, Callable[[], float]], samples: dict[str, list[float]]) -> None:
    """Print the table, and the samples as JSON to build/bench.json."""
    median = {key: statistics.median(values) for key, values in samples.items()}
    print("baselines")
    for key in bases:
        print(f"  {key:<40}{_time(median[key]):>12}  {_spread(samples[key])}")
    print(f"\n{'work':<42}{'median':>12}{'spread':>9}{'ratio':>9}  of{'reach':>46}")
    results = []
    for f in table:
        base = median[f.against] if f.against else 1.0
        ratio = base / median[f.name] if f.inverse else median[f.name] / base
        reached = ratio >= f.reach if f.inverse else ratio <= f.reach
        sign = ">=" if f.inverse else "<="
        goal = f"{f.against or 's':<42}{sign} {f.reach:<7.3g}{'' if reached else '  not reached'}"
        print(
            f"{f.name:<42}{_time(median[f.name]):>12}{_spread(samples[f.name]):>9}{ratio:>9.3g}  "
            f"{goal if math.isfinite(f.reach) else 's'}"
        )
        results.append({"name": f.name, "seconds": samples[f.name], "against": f.against, "ratio": ratio})
    path = Path("build/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"baselines": {k: samples[k] for k in bases}, "figures": results}, indent=1) + "\n")
    print(f"\nsamples in {path}")


def draw(samples: dict[str, list[float]]) -> None:
    """The chart of what fork costs, to build/fork.svg."""
    median = {key: statistics.median(values) for key, values in samples.items()}
    lines: chart.Series = {
        "uarea": {mib: median[_fork(mib)] for mib in SIZES},
        "the host": {mib: median[_host_fork(mib)] for mib in SIZES},
        "uarea --cow page": {mib: median[_fork(mib, "page")] for mib in PER_PAGE_SIZES},
    }
    picture = Path("build/fork.svg")
    chart.draw(lines, picture)
    print(f"chart in {picture}")


def report_live(live: guest.Live) -> None:
    """Print what many processes at once cost."""
    print(f"\n{LIVE} live processes")
    for what, first, last in (
        ("to make one", live.first_made, live.last_made),
        ("to kill and reap one", live.first_killed, live.last_killed),
    ):
        print(f"  {what:<40}{_time(first):>12}  for the first {guest.SOME}, {_time(last)} for the last: "
              f"{last / first:.2f}  <= 1.2")  # fmt: skip
    print(f"  {'memory of the host for each':<40}{live.memory / 1024:>8.1f} KiB  beside its frames  <= 12")


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.2f} {unit}"
    return f"{seconds / 1e-9:.2f} ns"


def _spread(values: list[float]) -> str:
    return f"±{100 * (max(values) - min(values)) / 2 / statistics.median(values):.0f} %"


if __name__ == "__main__":
    main()
