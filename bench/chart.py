"""The chart of what fork costs as a process grows: an SVG with logarithmic axes, written by hand to stay readable."""

from __future__ import annotations

import math
from pathlib import Path

LEFT, RIGHT, TOP, BOTTOM = 70, 600, 40, 320
COLOURS = ("#c0392b", "#2060a0", "#7f8c8d", "#d68910")

Series = dict[str, dict[int, float]]  # name -> MiB resident -> seconds


def draw(series: Series, path: Path) -> None:
    """Write the lines of `series` to `path`; every series needs a point, sizes and times are above 0."""
    sizes = sorted({size for points in series.values() for size in points})
    times = [t for points in series.values() for t in points.values()]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))

    def x(size: int) -> float:
        return LEFT + (RIGHT - LEFT) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def y(seconds: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (math.log10(seconds) - low) / (high - low)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 370" font-family="sans-serif" font-size="13">',
        '<rect width="760" height="370" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">fork + exit + wait, by resident size</text>',
    ]
    for power in range(low, high + 1):
        parts.append(f'<path d="M{LEFT} {y(10**power):.1f}H{RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end">{_unit(power)}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{size}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 40}" text-anchor="middle">MiB resident</text>')
    for colour, (name, points) in zip(COLOURS, series.items(), strict=False):
        places = [(x(size), y(t)) for size, t in sorted(points.items())]
        line = "L".join(f"{px:.1f} {py:.1f}" for px, py in places)
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>' for px, py in places]
        end_x, end_y = places[-1]
        place = f'x="{end_x + 10:.1f}" y="{end_y + 4:.1f}"'
        if end_x < RIGHT:  # there may be other lines beside it: above, to the left
            place = f'x="{end_x:.1f}" y="{end_y - 10:.1f}" text-anchor="end"'
        parts.append(f'<text {place} fill="{colour}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _unit(power: int) -> str:
    """10**power seconds in words: "100 us"."""
    unit, base = next((u, b) for u, b in (("s", 0), ("ms", -3), ("us", -6), ("ns", -9)) if power >= b)
    return f"{10 ** (power - base)} {unit}"
