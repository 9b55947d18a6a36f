"""Commands that move: start, continue, step, and the same backwards."""

from __future__ import annotations

import shlex

from emu.debugger.errors import DebuggerError
from emu.debugger.position import parse
from emu.debugger.protocol import Point
from emu.debugger.session import Session


def count(session: Session, text: str) -> int:
    """A repeat count. Raises DebuggerError."""
    text = text.strip()
    if not text:
        return 1
    if text.isdigit():
        return int(text)
    return int(session.ask("evaluate", text))


# -- starting ----------------------------------------------------------------------------------------


def _begin(session: Session, text: str) -> None:
    if session.running and not session.confirm(
        "The program being debugged has been started already.\nStart it from the beginning?"
    ):
        raise DebuggerError("Program not restarted.")
    if text.strip():
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise DebuggerError(str(error)) from None
        session.arguments(words)
    session.start()


def run(session: Session, text: str) -> None:
    _begin(session, text)
    session.go("continue")


def start(session: Session, text: str) -> None:
    _begin(session, text)
    locations, _, _ = session.ask("resolve", "main")
    point = session.breakpoints.add(Point(0, "break", temporary=True, what="main", locations=locations))
    point.where = str(session.ask("describe_place", locations[0].address))
    session.print(
        f"Temporary breakpoint {point.number} at {locations[0].address:#x}: {point.where.partition(' at ')[2]}"
    )
    session.go("continue")


def starti(session: Session, text: str) -> None:
    _begin(session, text)
    for line in session.ask("stop_text"):
        session.print(line)


def kill(session: Session, _text: str) -> None:
    session.need_program()
    pid, _ = session.ask("pid_lid")
    session.running = False
    if session.timeline.current is not None:
        session.timeline.drop(session.timeline.current)
        session.timeline.current = None
    session.print(f"[Inferior 1 (process {pid}) killed]")


# -- forwards ----------------------------------------------------------------------------------------


def continue_(session: Session, text: str) -> None:
    session.need_program()
    times = count(session, text)
    if times > 1:
        for point in session.breakpoints:
            if point.enabled and session.last_hit == point.number:
                point.ignore = times - 1
                crossings = "crossing" if times == 2 else "crossings"
                session.print(f"Will ignore next {times - 1} {crossings} of breakpoint {point.number}.  Continuing.")
    else:
        session.print("Continuing.")
    session.go("continue")


def step(session: Session, text: str) -> None:
    session.need_program()
    session.go("step", count(session, text), False)


def next_(session: Session, text: str) -> None:
    session.need_program()
    session.go("step", count(session, text), True)


def stepi(session: Session, text: str) -> None:
    session.need_program()
    session.go("stepi", count(session, text), False)


def nexti(session: Session, text: str) -> None:
    session.need_program()
    session.go("stepi", count(session, text), True)


def finish(session: Session, _text: str) -> None:
    session.need_program()
    session.go("finish", session.ask("level"))


def until(session: Session, text: str) -> None:
    session.need_program()
    if text.strip():
        advance(session, text)
    else:
        session.go("until")


def advance(session: Session, text: str) -> None:
    session.need_program()
    if not text.strip():
        raise DebuggerError("Argument required (a location).")
    locations, lines, _ = session.ask("resolve", text.strip())
    if lines:
        raise DebuggerError("Use tbreak and continue to run to a line of the kernel.")
    session.go("advance", [location.address for location in locations])


def jump(session: Session, text: str) -> None:
    session.need_program()
    if not text.strip():
        raise DebuggerError("Argument required (starting address).")
    locations, _, _ = session.ask("resolve", text.strip())
    if not locations:
        raise DebuggerError("The program cannot jump into the kernel.")
    session.print(f"Continuing at {locations[0].address:#x}.")
    session.ask("set_pc", locations[0].address)
    session.go("continue")


def inferior(session: Session, text: str) -> str:
    session.need_past()
    if not text.strip():
        for number, pid, path, _, current in session.ask("processes"):
            if current:
                return f"[Current inferior is {number} [process {pid}] ({path})]"
        raise DebuggerError("No inferior is selected.")
    return str(session.ask("select_process", count(session, text)))


# -- time --------------------------------------------------------------------------------------------


def when(session: Session, _text: str) -> str:
    session.need_past()
    return str(session.position)


def goto(session: Session, text: str) -> None:
    session.need_past()
    text = text.strip()
    if text == "start":
        session.goto(session.timeline.copies[0].position)
    elif text == "end":
        session.go_to_end()
    elif not text:
        raise DebuggerError("Argument required (a position, start or end).")
    else:
        session.goto(parse(text))


def reverse_stepi(session: Session, text: str) -> None:
    session.need_past()
    session.reverse_stepi(count(session, text))


def reverse_nexti(session: Session, text: str) -> None:
    session.need_past()
    session.reverse_stepi(count(session, text), over=True)


def reverse_step(session: Session, text: str) -> None:
    session.need_past()
    session.reverse_step(count(session, text), over=False)


def reverse_next(session: Session, text: str) -> None:
    session.need_past()
    session.reverse_step(count(session, text), over=True)


def reverse_continue(session: Session, _text: str) -> None:
    session.need_past()
    session.print("Continuing backwards.")
    session.reverse_continue()


def reverse_finish(session: Session, _text: str) -> None:
    session.reverse_finish()


def last_write(session: Session, text: str) -> None:
    session.need_past()
    if not text.strip():
        raise DebuggerError("Argument required (an expression or *ADDRESS).")
    session.last_write(text.strip())


def checkpoint(session: Session, _text: str) -> str:
    copy = session.checkpoint()
    return f"Checkpoint {copy.number}: position {copy.position}."


def restart(session: Session, text: str) -> None:
    session.need_past()
    number = count(session, text)
    for copy in session.timeline.copies:
        if copy.number == number:
            session.print(f"Switching to checkpoint {number}.")
            session.goto(copy.position)
            return
    raise DebuggerError(f"Not found: checkpoint id {number}.")


def explain(session: Session, _text: str) -> str:
    return session.explain()
