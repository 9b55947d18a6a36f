"""The table of breakpoints, watchpoints and catchpoints, with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emu.debugger.errors import DebuggerError
from emu.debugger.kerneltrace import short_name
from emu.debugger.protocol import Point, Report

EVENTS = ("fork", "vfork", "clone", "exec", "exit", "signal", "syscall", "fault", "switch")


class Breakpoints:
    """What the user has set. The machines get copies."""

    def __init__(self) -> None:
        self.points: dict[int, Point] = {}
        self._next = 1

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points.values())

    def add(self, point: Point) -> Point:
        point.number = self._next
        self._next += 1
        self.points[point.number] = point
        return point

    def get(self, number: int) -> Point:
        """Raises DebuggerError."""
        point = self.points.get(number)
        if point is None:
            raise DebuggerError(f"No breakpoint number {number}.")
        return point

    def numbers(self, text: str) -> list[int]:
        """`1 3-5`. Raises DebuggerError."""
        found = []
        for word in text.replace(",", " ").split():
            first, dash, last = word.partition("-")
            if not first.isdigit() or (dash and not last.isdigit()):
                raise DebuggerError(f"Bad breakpoint number '{word}'")
            numbers = range(int(first), int(last) + 1) if dash else [int(first)]
            for number in numbers:
                self.get(number)
                found.append(number)
        return found

    def delete(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.points.pop(number, None)

    def enable(self, numbers: Iterable[int], enabled: bool) -> None:
        for number in numbers:
            self.points[number].enabled = enabled

    def account(self, report: Report) -> None:
        """Add up what a run has counted; temporary ones that were hit are gone."""
        for number, hits in report.hits.items():
            if number in self.points:
                self.points[number].hits += hits
        for number, times in report.ignored.items():
            if number in self.points:
                self.points[number].ignore = max(self.points[number].ignore - times, 0)
        for number in report.numbers:
            point = self.points.get(abs(number))
            if point is not None and (number < 0 or point.temporary):
                del self.points[abs(number)]

    def info(self, numbers: list[int] | None = None) -> str:
        """`info breakpoints`."""
        if not self.points:
            return "No breakpoints or watchpoints."
        lines = ["Num     Type           Disp Enb Address            What"]
        for number, point in self.points.items():
            if numbers and number not in numbers:
                continue
            lines += _describe(number, point)
        return "\n".join(lines)


def _describe(number: int, point: Point) -> list[str]:
    kind = {"break": "breakpoint", "catch": "catchpoint", "watch": "hw watchpoint", "rwatch": "read watchpoint",
            "awatch": "acc watchpoint"}[point.kind]  # fmt: skip
    disposition = "del" if point.temporary else "keep"
    address = ""
    what = point.what
    if point.kind == "break":
        if len(point.locations) > 1:
            address = "<MULTIPLE>"
        elif point.locations:
            address = f"{point.locations[0].address:#018x}"
            what = point.where
        else:
            address = "kernel"
            file, line = point.lines[0]
            what = f"{short_name(file)}:{line}"
    elif point.kind == "catch" and point.argument:
        what = f"{point.what} {point.argument}"
    lines = [
        f"{number:<7} {kind:<14} {disposition:<4} {'y' if point.enabled else 'n':<3} {address:<18} {what}".rstrip()
    ]
    if point.condition:
        lines.append(f"\tstop only if {point.condition}")
    if point.hits:
        lines.append(f"\t{kind.split()[-1]} already hit {point.hits} time{'s' if point.hits != 1 else ''}")
    if point.ignore:
        lines.append(f"\tignore next {point.ignore} hits")
    if point.kind == "break" and len(point.locations) > 1:
        for n, location in enumerate(point.locations, 1):
            lines.append(f"{number}.{n:<26}y   {location.address:#018x}")
    return lines
