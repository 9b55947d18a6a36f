"""Commands that show things or change tables: breakpoints, settings, `info`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

from emu.debugger.breakpoints import EVENTS
from emu.debugger.errors import DebuggerError
from emu.debugger.protocol import Point
from emu.debugger.session import NOT_RUN, Session


def width() -> int:
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


# -- breakpoints -------------------------------------------------------------------------------------


def _condition(text: str) -> tuple[str, str]:
    """What is before and behind `if`."""
    match = re.search(r"(?:^|\s)if\b(.*)$", text)
    if match is None:
        return text.strip(), ""
    return text[: match.start()].strip(), match[1].strip()


def _breakpoint(session: Session, text: str, temporary: bool) -> str:
    where, condition = _condition(text)
    if not where and not session.running:
        raise DebuggerError("No default breakpoint location now.")
    locations, lines, announced = session.ask("resolve", where)
    point = Point(0, "break", temporary=temporary, what=where, locations=locations, lines=lines, condition=condition)
    if locations:
        point.where = str(session.ask("describe_place", locations[0].address))
    session.breakpoints.add(point)
    return f"{'Temporary breakpoint' if temporary else 'Breakpoint'} {point.number} at {announced}"


def break_(session: Session, text: str) -> str:
    return _breakpoint(session, text, False)


def tbreak(session: Session, text: str) -> str:
    return _breakpoint(session, text, True)


def _watch(session: Session, text: str, kind: str) -> str:
    what, condition = _condition(text)
    if not what:
        raise DebuggerError("Argument required (expression to compute).")
    point = session.ask("watchable", what)
    point.kind, point.condition = kind, condition
    session.breakpoints.add(point)
    return f"{point} {point.number}: {point.what}"


def watch(session: Session, text: str) -> str:
    return _watch(session, text, "watch")


def rwatch(session: Session, text: str) -> str:
    return _watch(session, text, "rwatch")


def awatch(session: Session, text: str) -> str:
    return _watch(session, text, "awatch")


def catch(session: Session, text: str) -> str:
    event, _, argument = text.strip().partition(" ")
    argument = argument.strip()
    if event not in EVENTS:
        raise DebuggerError(f"Catch what? One of {', '.join(EVENTS)}.")
    if argument and event not in ("signal", "syscall"):
        raise DebuggerError(f"Junk at end of arguments: {argument}")
    if event == "syscall" and argument:
        argument = session.ask("check_syscall", argument)
    if event == "signal" and argument and not argument.startswith("SIG"):
        argument = f"SIG{argument}"
    point = session.breakpoints.add(Point(0, "catch", what=event, argument=argument))
    return f"Catchpoint {point.number} ({event}{' ' + argument if argument else ''})"


def delete(session: Session, text: str) -> None:
    words = text.split()
    if words[:1] == ["display"]:
        undisplay(session, " ".join(words[1:]))
        return
    if words[:1] == ["checkpoint"] and len(words) == 2 and words[1].isdigit():
        session.delete_checkpoint(int(words[1]))
        return
    if words[:1] and "breakpoints".startswith(words[0]):
        words = words[1:]
    if not words:
        if session.breakpoints.points and session.confirm("Delete all breakpoints?"):
            session.breakpoints.points.clear()
        return
    session.breakpoints.delete(session.breakpoints.numbers(" ".join(words)))


def clear(session: Session, text: str) -> str:
    locations, lines, _ = session.ask("resolve", text.strip())
    found = [p.number for p in session.breakpoints if p.kind == "break"
             and (set(p.locations) & set(locations) or set(p.lines) & set(lines))]  # fmt: skip
    if not found:
        raise DebuggerError(f"No breakpoint at {text.strip() or 'this line'}.")
    session.breakpoints.delete(found)
    return f"Deleted breakpoint{'s' if len(found) > 1 else ''} {' '.join(map(str, found))}"


def _enable(session: Session, text: str, enabled: bool) -> None:
    numbers = session.breakpoints.numbers(text) if text.strip() else list(session.breakpoints.points)
    session.breakpoints.enable(numbers, enabled)


def enable(session: Session, text: str) -> None:
    _enable(session, text, True)


def disable(session: Session, text: str) -> None:
    _enable(session, text, False)


def condition(session: Session, text: str) -> str | None:
    number, _, expression = text.strip().partition(" ")
    if not number.isdigit():
        raise DebuggerError("Argument required (breakpoint number).")
    point = session.breakpoints.get(int(number))
    point.condition = expression.strip()
    return None if point.condition else f"Breakpoint {number} now unconditional."


def ignore(session: Session, text: str) -> str:
    words = text.split()
    if not words or not words[0].isdigit():
        raise DebuggerError("Argument required (a breakpoint number).")
    point = session.breakpoints.get(int(words[0]))
    if len(words) != 2 or not words[1].isdigit():
        raise DebuggerError("Second argument (specified ignore-count) is missing.")
    point.ignore = int(words[1])
    if not point.ignore:
        return f"Will stop next time breakpoint {point.number} is reached."
    times = "crossing" if point.ignore == 1 else f"{point.ignore} crossings"
    return f"Will ignore next {times} of breakpoint {point.number}."


# -- data --------------------------------------------------------------------------------------------


def backtrace(session: Session, text: str) -> str:
    if session.in_kernel():
        return str(session.ask("kernel_backtrace")) + "\n" + session.inspect("backtrace", text)
    _need_stack(session)
    return session.inspect("backtrace", text)


def _need_stack(session: Session) -> None:
    if not session.running:
        raise DebuggerError("No stack.")


def frame(session: Session, text: str) -> str:
    text = text.strip()
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|\d{5,}", text):
        return str(session.ask("view", f"frame {text}", width()))
    _need_stack(session)
    return session.inspect("frame_command", text)


def list_(session: Session, text: str) -> str:
    if session.in_kernel() and (not text.strip() or text.strip().isdigit()):
        return str(session.ask("kernel_list", text))
    return session.inspect("list_command", text)


def print_(session: Session, text: str) -> str:
    if session.in_kernel() and not text.startswith("/"):
        try:
            return str(session.ask("kernel_print", text))
        except DebuggerError as error:
            if not str(error).startswith(("NameError", "SyntaxError")):
                raise
    return session.inspect("print", text)


def display(session: Session, text: str) -> str | None:
    if not text.strip():
        session.show_displays()
        return None
    number = max(session.displays, default=0) + 1
    session.displays[number] = text.strip()
    if not session.running:
        return None
    try:
        return session.inspect("display", number, text.strip())
    except DebuggerError:
        del session.displays[number]
        raise


def undisplay(session: Session, text: str) -> None:
    if not text.strip():
        session.displays.clear()
    for word in text.split():
        if not word.isdigit() or int(word) not in session.displays:
            raise DebuggerError(f"Could not find display number {word}.")
        del session.displays[int(word)]


def monitor(session: Session, text: str) -> str:
    text = text.strip()
    if not text:
        return "\n".join(f"{name:<14} {help}" for name, help in session.ask("view_names").items())
    if text == "explain":
        return session.explain()
    return str(session.ask("view", text, width()))


def digest(session: Session, _text: str) -> str:
    session.need_past()
    return str(session.ask("digest"))


def echo(session: Session, text: str) -> str:
    return text.replace("\\n", "\n").removesuffix("\n")


# -- info --------------------------------------------------------------------------------------------


def _inspect(command: str, *, running: bool = False, arguments: bool = True) -> Callable[[Session, str], str]:
    def show(session: Session, text: str) -> str:
        if running and not session.running:
            raise DebuggerError("No frame selected." if command != "info_registers" else
                                "The program has no registers now.")  # fmt: skip
        return session.inspect(command, text) if arguments else session.inspect(command)

    return show


def _view(name: str) -> Callable[[Session, str], str]:
    def show(session: Session, text: str) -> str:
        session.need_past()
        return str(session.ask("view", f"info {name} {text}".strip(), width()))

    return show


def _breakpoints(session: Session, text: str) -> str:
    return session.breakpoints.info(session.breakpoints.numbers(text) if text.strip() else None)


def _watchpoints(session: Session, _text: str) -> str:
    numbers = [p.number for p in session.breakpoints if "watch" in p.kind]
    return session.breakpoints.info(numbers) if numbers else "No watchpoints."


def _locals(session: Session, _text: str) -> str:
    if session.in_kernel():
        return str(session.ask("kernel_locals"))
    return _inspect("info_locals", running=True, arguments=False)(session, "")


def _inferiors(session: Session, _text: str) -> str:
    rows = [(number, f"process {pid}", path, state, current)
            for number, pid, path, state, current in session.ask("processes")]  # fmt: skip
    if not session.running and not session.ended:
        rows = [(1, "<null>", path, "", current) for _, _, path, _, current in rows[:1]]
    lines = ["  Num  Description       State      Executable"]
    for number, description, path, state, current in rows:
        lines.append(f"{'*' if current else ' '} {number:<4} {description:<17} {state:<10} {path}".rstrip())
    return "\n".join(lines)


def _threads(session: Session, _text: str) -> str:
    session.need_program()
    lines = ["  Id      Target              Frame"]
    for pid, lid, pc, where, current in session.ask("threads"):
        lines.append(
            f"{'*' if current else ' '} {f'{pid}.{lid}':<7} {f'process {pid} LWP {lid}':<19} {pc:#x} in {where}"
        )
    return "\n".join(lines)


def _checkpoints(session: Session, _text: str) -> str:
    return session.info_checkpoints()


def _display(session: Session, _text: str) -> str:
    if not session.displays:
        return "There are no auto-display expressions now."
    return "\n".join(["Auto-display expressions now in effect:", "Num Enb Expression",
                      *(f"{n}:   y  {text}" for n, text in session.displays.items())])  # fmt: skip


def _program(session: Session, _text: str) -> str:
    if not session.running:
        return NOT_RUN
    path, _ = session.ask("program")
    pid, lid = session.ask("pid_lid")
    return f"{path}: process {pid}, LWP {lid}, stopped at position {session.position}."


INFO: dict[str, tuple[Callable[[Session, str], str], str]] = {
    "breakpoints": (_breakpoints, "breakpoints, watchpoints and catchpoints"),
    "watchpoints": (_watchpoints, "watchpoints"),
    "locals": (_locals, "the selected frame's variables"),
    "args": (_inspect("info_args", running=True, arguments=False), "the selected frame's arguments"),
    "registers": (_inspect("info_registers", running=True), "registers; with names only these"),
    "frame": (_inspect("info_frame", running=True, arguments=False), "the selected frame"),
    "source": (_inspect("info_source", arguments=False), "the current source file"),
    "sources": (_inspect("info_sources", arguments=False), "all source files"),
    "line": (_inspect("info_line"), "the addresses of a line"),
    "symbol": (_inspect("info_symbol"), "what is at an address"),
    "address": (_inspect("info_address"), "where a symbol is"),
    "scope": (_inspect("info_scope"), "the variables of a place"),
    "functions": (_inspect("info_functions"), "functions, by a regular expression"),
    "variables": (_inspect("info_variables"), "variables, by a regular expression"),
    "types": (_inspect("info_types"), "types, by a regular expression"),
    "inferiors": (_inferiors, "the processes that the program has made"),
    "threads": (_threads, "the LWPs of these processes"),
    "checkpoints": (_checkpoints, "the copies of the machine that are kept, and their memory"),
    "display": (_display, "what is displayed at stops"),
    "program": (_program, "where the program is"),
    "procs": (_view("procs"), "every process, as the kernel knows it"),
    "lwp": (_view("lwp"), "LWPs, and where they sleep"),
    "files": (_view("files"), "a process's descriptors"),
    "map": (_view("map"), "a process's map entries"),
    "signals": (_view("signals"), "what is pending, blocked, caught and ignored"),
    "sched": (_view("sched"), "run queue, sleepers, callouts"),
    "time": (_view("time"), "the clock, and where virtual time went"),
}
INFO_ALIASES = {
    "b": "breakpoints", "br": "breakpoints", "s": "source", "r": "registers", "f": "frame", "w": "watchpoints",
    "reg": "registers", "all-registers": "registers", "proc": "procs", "th": "threads", "sig": "signals",
    "fr": "frame", "l": "locals", "d": "display",
}  # fmt: skip


def info_help() -> str:
    return "\n".join(["info WHAT shows:", *(f"  {name:<12} {help}" for name, (_, help) in INFO.items())])


def info(session: Session, text: str) -> str:
    word, _, rest = text.strip().partition(" ")
    if not word:
        return info_help()
    if word == "all-registers":
        rest = rest or "all"
    name = word if word in INFO else INFO_ALIASES.get(word)
    if name is None:
        found = [n for n in INFO if n.startswith(word)]
        if len(found) != 1:
            what = f'Ambiguous info command "{word}": {", ".join(found)}.' if found else (
                f'Undefined info command: "{word}".  Try "help info".')  # fmt: skip
            raise DebuggerError(what)
        name = found[0]
    return INFO[name][0](session, rest.strip())


# -- settings ----------------------------------------------------------------------------------------


def _switch(text: str) -> bool:
    if text in ("on", "1", "yes", "enable", ""):
        return True
    if text in ("off", "0", "no", "disable"):
        return False
    raise DebuggerError('"on" or "off" expected.')


_SWITCHES = {"detach-on-fork": "detach_on_fork", "step-kernel": "step_kernel"}
_LIMITS = {"max-checkpoints": "max_copies", "checkpoint-memory": "max_memory"}
_ACCEPTED = ("pagination", "width", "height", "style", "disassembly-flavor", "history")
_PRINT = {"pretty", "symbol", "address", "union", "null_stop", "array_indexes", "elements", "repeats"}


def set_(session: Session, text: str) -> str | None:
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    name = word.replace("_", "-")
    if not word:
        raise DebuggerError("Argument required (a setting, or var and an expression).")
    if word in ("var", "variable"):
        _change(session, rest)
    elif name == "follow-fork-mode":
        if rest not in ("parent", "child", "ask"):
            raise DebuggerError(f'Undefined item: "{rest}"; parent, child or ask.')
        session.settings.follow_fork_mode = rest
    elif name == "schedule-multiple":
        if not _switch(rest):
            raise DebuggerError("All processes are on one time line: schedule-multiple is always on.")
    elif name in _SWITCHES:
        setattr(session.settings, _SWITCHES[name], _switch(rest))
    elif name == "confirm":
        session.confirming = _switch(rest)
    elif name == "args":
        session.arguments(rest.split())
    elif name == "listsize" or (name == "print" and rest):
        return _print_option(session, "listsize " + rest if name == "listsize" else rest)
    elif name in _LIMITS:
        number = re.fullmatch(r"(\d+)([KMG]?)", rest)
        if number is None or int(number[1]) < 1:
            raise DebuggerError(f"set {name} takes a number, as in 20 or 512M.")
        value = int(number[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[number[2]]
        setattr(session.timeline, _LIMITS[name], max(value, 2) if name == "max-checkpoints" else value)
    elif name in _ACCEPTED:
        return None
    else:
        _change(session, text.strip())
    return None


def _change(session: Session, expression: str) -> None:
    if not expression:
        raise DebuggerError("Argument required (expression to compute).")
    if "$" not in expression or "=" not in expression or "$pc" in expression:
        session.need_program()
    session.change(expression)


def _print_option(session: Session, text: str) -> str | None:
    name, _, value = text.partition(" ")
    key = name.replace("-", "_")
    if key == "listsize":
        return None
    if key not in _PRINT:
        raise DebuggerError(f'Undefined set print command: "{name}".')
    number = value.strip()
    session.ask("option", key, int(number) if number.isdigit() else 0 if number == "unlimited" else _switch(number))
    return None


def show(session: Session, text: str) -> str:
    values: dict[str, object] = {"follow-fork-mode": session.settings.follow_fork_mode}
    for name, attribute in _SWITCHES.items():
        values[name] = "on" if getattr(session.settings, attribute) else "off"
    values["schedule-multiple"] = "on"
    values["confirm"] = "on" if session.confirming else "off"
    values["max-checkpoints"] = session.timeline.max_copies
    values["checkpoint-memory"] = f"{session.timeline.max_memory >> 20}M"
    values["args"] = " ".join(session.args)
    name = text.strip()
    if not name:
        return "\n".join(f"{name:<18} {value}" for name, value in values.items())
    if name == "version":
        from emu.cli import version

        return f"uarea {version()}"
    if name not in values:
        raise DebuggerError(f'Undefined show command: "{name}".  Try "show".')
    return f"{name} is {values[name]}."
