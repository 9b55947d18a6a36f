"""`make bench`: a table of ratios. Rounds of everything are interleaved; medians with their spread."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench import baseline, guest

ROUNDS = 5


class Figure(NamedTuple):
    """One line of the table: what, measured how, against which baseline (or None: seconds), and what to reach."""

    name: str
    measure: Callable[[], float]
    against: str | None
    reach: float
    inverse: bool = False  # speed: baseline / measured


def figures(empty: Path) -> list[Figure]:
    g = guest.per_round
    return [
        Figure("compute loop, speed of bare Unicorn's", lambda: g("compute", 40_000_000), "compute", 0.8, inverse=True),
        Figure("the same with blocks of 8 instructions", lambda: g("tight", 40_000_000), "tight loop", 0.5,
               inverse=True),
        Figure("getpid", lambda: g("getpid", 50_000), "hook", 4),
        Figure("demand-zero fault", lambda: guest.between_marks("zero", 8_192), "hook", 6),
        Figure("copy-on-write break", lambda: guest.between_marks("cow", 8_192), "hook", 6),
        Figure("pipe ping-pong round trip", lambda: g("pingpong", 6_000), "hook", 30),
        Figure("fork+exit+wait, small", lambda: g("fork", 1_000), "host fork", 0.7),
        Figure("fork+exit+wait, 1 MiB", lambda: g("fork", 1_000, 1), "host fork", 0.7),
        Figure("fork+exit+wait, 64 MiB", lambda: g("fork", 1_000, 64), "host fork", 0.7),
        Figure("vfork+exit+wait", lambda: g("vfork", 1_000), "host fork", 0.7),
        Figure("fork+exec+exit+wait", lambda: g("forkexec", 400), "host fork", 1.5),
        Figure("`uarea run` of an empty program, s", lambda: guest.start_to_end(empty), None, 0.5),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        host = baseline.Host(directory)
        table = figures(guest.empty_program(directory))
        bases: dict[str, Callable[[], float]] = {
            "compute": lambda: baseline.bare_compute(4),
            "tight loop": lambda: baseline.bare_compute(1),
            "hook": baseline.bare_hook,
            "host fork": lambda: host("fork", 500, 1),
            "host ping-pong": lambda: host("pingpong", 5_000, 1),
        }
        samples: dict[str, list[float]] = {key: [] for key in [*bases, *(f.name for f in table)]}
        for round_number in range(ROUNDS):
            print(f"round {round_number + 1} of {ROUNDS}", file=sys.stderr)
            for key, measure in bases.items():
                samples[key].append(measure())
            for figure in table:
                samples[figure.name].append(figure.measure())
    report(table, bases, samples)


def report(table: list[Figure], bases: dict[str, Callable[[], float]], samples: dict[str, list[float]]) -> None:
    """Print the table, and the samples as JSON to build/bench.json."""
    median = {key: statistics.median(values) for key, values in samples.items()}
    print("baselines")
    for key in bases:
        print(f"  {key:<40}{_time(median[key]):>12}  {_spread(samples[key])}")
    print(f"\n{'work':<42}{'median':>12}{'spread':>9}{'ratio':>9}  of{'reach':>14}")
    results = []
    for f in table:
        base = median[f.against] if f.against else 1.0
        ratio = base / median[f.name] if f.inverse else median[f.name] / base
        reached = ratio >= f.reach if f.inverse else ratio <= f.reach
        sign = ">=" if f.inverse else "<="
        print(
            f"{f.name:<42}{_time(median[f.name]):>12}{_spread(samples[f.name]):>9}{ratio:>9.2f}  "
            f"{f.against or 's':<10}{sign} {f.reach:<5g}{'' if reached else '  not reached'}"
        )
        results.append({"name": f.name, "seconds": samples[f.name], "against": f.against, "ratio": ratio})
    path = Path("build/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"baselines": {k: samples[k] for k in bases}, "figures": results}, indent=1) + "\n")
    print(f"\nsamples in {path}")


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.2f} {unit}"
    return f"{seconds / 1e-9:.2f} ns"


def _spread(values: list[float]) -> str:
    return f"±{100 * (max(values) - min(values)) / 2 / statistics.median(values):.0f} %"


if __name__ == "__main__":
    main()
