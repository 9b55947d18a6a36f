"""The debugger's commands: what each is called, what it does, and one paragraph of help.

Names and abbreviations are gdb's. A command's function gets the session's `Commands` and the text behind its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emu.debugger import motion, tables
from emu.debugger.errors import DebuggerError
from emu.debugger.session import Session

REPEATED = {
    "continue", "step", "next", "stepi", "nexti", "until", "list", "x", "reverse-step", "reverse-next", "reverse-stepi",
    "reverse-nexti", "reverse-continue", "finish", "reverse-finish", "up", "down",
}  # fmt: skip


@dataclass(frozen=True)
class Command:
    """`usage` begins with the name; `group` is where `help` lists it."""

    run: Callable[[Session, str], str | None]
    usage: str
    group: str
    help: str

    @property
    def name(self) -> str:
        return self.usage.split(" ")[0].split("/")[0].removesuffix("[")


def _inspect(command: str) -> Callable[[Session, str], str | None]:
    """A command of the Inspector that takes the rest of the line."""

    def run(session: Session, text: str) -> str:
        return session.inspect(command, text)

    return run


def _view(name: str) -> Callable[[Session, str], str | None]:
    def run(session: Session, text: str) -> str:
        return str(session.ask("view", f"{name} {text}".strip(), tables.width()))

    return run


GROUPS = {
    "running": "Running the program",
    "back": "Time: positions, and running backwards",
    "points": "Breakpoints, watchpoints, catchpoints",
    "data": "Stack, data and code",
    "kernel": "The kernel and the memory as the hardware sees it",
    "session": "The session",
}

COMMANDS: list[Command] = [
    Command(motion.run, "run [ARG]...", "running", "Start the program, from the beginning if it runs already."),
    Command(motion.start, "start [ARG]...", "running", "Start the program and stop at main."),
    Command(motion.starti, "starti [ARG]...", "running", "Start the program and stop at its first instruction."),
    Command(motion.kill, "kill", "running", "End the run; breakpoints stay."),
    Command(motion.continue_, "continue [N]", "running",
            "Run on. With N, pass the breakpoint that stopped the program N - 1 times."),
    Command(motion.step, "step [N]", "running",
            "Go to the next source line, into functions that are called; an ecall leads to the first line of the "
            "kernel that serves it. In the kernel: the next line that runs."),
    Command(motion.next_, "next [N]", "running", "Go to the next source line of this function."),
    Command(motion.stepi, "stepi [N]", "running",
            "Execute one instruction. One that traps leads into the kernel (see 'set step-kernel')."),
    Command(motion.nexti, "nexti [N]", "running", "Execute one instruction, and all of the trap if it traps."),
    Command(motion.finish, "finish", "running", "Run until the selected frame returns, and show what it returned."),
    Command(motion.until, "until [WHERE]", "running", "Like next, but not backwards in a loop; or run to a place."),
    Command(motion.advance, "advance WHERE", "running", "Run to a place, or until this function returns."),
    Command(motion.inferior, "inferior [N]", "running", "Show or choose the process that commands are about."),
    Command(motion.jump, "jump WHERE", "running", "Continue at another place in the program."),
    Command(motion.when, "when", "back", "Show the position on the time line: CYCLES.TRAPS, +LINE in the kernel."),
    Command(motion.goto, "goto POSITION", "back",
            "Go to a position as 'when' shows it, forwards or backwards; 'start' and 'end' are positions, too."),
    Command(motion.reverse_stepi, "reverse-stepi [N]", "back", "Go back by one instruction, or line of the kernel."),
    Command(motion.reverse_nexti, "reverse-nexti [N]", "back", "Go back by one instruction, over traps."),
    Command(motion.reverse_step, "reverse-step [N]", "back", "Go back to the beginning of the line that ran before."),
    Command(motion.reverse_next, "reverse-next [N]", "back", "The same, over the calls that are in it."),
    Command(motion.reverse_continue, "reverse-continue", "back",
            "Run backwards to the last hit of a breakpoint, or change of what is watched."),
    Command(motion.reverse_finish, "reverse-finish", "back", "Go back to the call of this function."),
    Command(motion.last_write, "last-write ADDR", "back",
            "Say who changed an expression's place in memory last, program or kernel, and go there."),
    Command(motion.checkpoint, "checkpoint", "back", "Keep a copy of the machine as it is now, to go back to quickly."),
    Command(motion.restart, "restart N", "back", "Go to the checkpoint with this number."),
    Command(tables.break_, "break [WHERE] [if CONDITION]", "points",
            "Stop at a function, FILE:LINE, LINE or *ADDRESS; at kernel:FUNCTION or kernel/FILE.py:LINE."),
    Command(tables.tbreak, "tbreak [WHERE] [if CONDITION]", "points", "The same, once."),
    Command(tables.watch, "watch [-location] EXPRESSION [if CONDITION]", "points",
            "Stop when the value changes, whoever changes it, and follow its page through copy-on-write."),
    Command(tables.rwatch, "rwatch EXPRESSION", "points", "Stop when it is read."),
    Command(tables.awatch, "awatch EXPRESSION", "points", "Stop when it is read or written."),
    Command(tables.catch, "catch EVENT [NAME]", "points",
            "Stop at an event: fork, vfork, clone, exec, exit, signal [SIGNAL], syscall [NAME], fault, switch."),
    Command(tables.delete, "delete [N]...", "points", "Delete breakpoints, or all of them; 'delete display', too."),
    Command(tables.clear, "clear [WHERE]", "points", "Delete the breakpoints at a place."),
    Command(tables.enable, "enable [N]...", "points", "Let breakpoints stop the program again."),
    Command(tables.disable, "disable [N]...", "points", "Keep breakpoints, but do not stop at them."),
    Command(tables.condition, "condition N [EXPRESSION]", "points", "Stop at breakpoint N only if this is true."),
    Command(tables.ignore, "ignore N COUNT", "points", "Pass breakpoint N so many times."),
    Command(tables.backtrace, "backtrace [full] [N]", "data", "Show the stack of the program, or of the kernel."),
    Command(tables.frame, "frame [N | PA]", "data",
            "Choose a frame of the stack by its number; show a page frame of RAM by its physical address."),
    Command(_inspect("up"), "up [N]", "data", "Choose the caller's frame."),
    Command(_inspect("down"), "down [N]", "data", "Choose the called function's frame."),
    Command(tables.list_, "list [WHERE]", "data", "Show source lines."),
    Command(tables.print_, "print[/F] EXPRESSION", "data",
            "Show the value of a C expression; in the kernel, of a Python one."),
    Command(tables.print_, "inspect[/F] EXPRESSION", "data", "The same as print."),
    Command(tables.print_, "call EXPRESSION", "data", "The same as print."),
    Command(_inspect("output"), "output[/F] EXPRESSION", "data", "Show only the value."),
    Command(_inspect("ptype"), "ptype[/o] EXPRESSION", "data", "Show a type in full; with /o its layout."),
    Command(_inspect("whatis"), "whatis EXPRESSION", "data", "Show an expression's type."),
    Command(_inspect("examine"), "x[/NFU] [ADDRESS]", "data", "Show memory in a format: x/8xw, x/s, x/i."),
    Command(_inspect("disassemble"), "disassemble[/rs] [WHERE]", "data", "Show machine code; /s mixes it with source."),
    Command(tables.display, "display[/F] [EXPRESSION]", "data", "Show an expression at every stop."),
    Command(tables.undisplay, "undisplay [N]...", "data", "Do not show it any more."),
    Command(tables.info, "info WHAT", "data", "Show something; 'info' alone lists what."),
    Command(_view("pagewalk"), "pagewalk VA [PID]", "kernel",
            "The three levels of a translation, and which bit decides."),
    Command(_view("frames"), "frames [FIRST [COUNT]]", "kernel", "A map of RAM by owner."),
    Command(_view("cow"), "cow", "kernel", "Every frame shared copy-on-write, and by whom."),
    Command(_view("uarea"), "uarea [PID]", "kernel", "The U-area, word by word."),
    Command(_view("diff-pt"), "diff-pt PID PID", "kernel", "Two processes' page tables side by side."),
    Command(motion.explain, "explain", "kernel", "Tell the last trap as a story, with the kernel's lines."),
    Command(tables.monitor, "monitor VIEW", "kernel", "Any view of the kernel by name, as under gdb."),
    Command(tables.set_, "set WHAT", "session",
            "set var EXPRESSION changes the program; set NAME VALUE changes a setting ('show' lists them)."),
    Command(tables.show, "show [NAME]", "session", "Show a setting, or all."),
    Command(tables.echo, "echo TEXT", "session", "Print text."),
    Command(tables.digest, "digest", "session", "Show the SHA-256 of all RAM at this position."),
]  # fmt: skip

# What is short for what, where more than one command begins so.
ALIASES = {
    "b": "break", "br": "break", "bre": "break", "brea": "break", "tb": "tbreak", "c": "continue", "cont": "continue",
    "fg": "continue", "s": "step", "n": "next", "si": "stepi", "ni": "nexti", "r": "run", "fin": "finish",
    "u": "until", "bt": "backtrace", "where": "backtrace", "f": "frame", "p": "print", "l": "list", "i": "info",
    "inf": "info", "d": "delete", "dis": "disable", "disa": "disable", "en": "enable", "h": "help", "q": "quit",
    "exit": "quit", "k": "kill", "rc": "reverse-continue", "rs": "reverse-step", "rn": "reverse-next",
    "rsi": "reverse-stepi", "rni": "reverse-nexti", "disp": "display", "undisp": "undisplay", "j": "jump",
    "e": "explain", "w": "watch", "dow": "down", "pt": "ptype", "sta": "start", "cl": "clear", "mon": "monitor",
    "wa": "watch", "t": "tbreak", "rw": "rwatch", "aw": "awatch", "cat": "catch", "cond": "condition", "o": "output",
}  # fmt: skip

_BY_NAME = {command.name: command for command in COMMANDS}
_OWN = ("help", "quit", "source")  # of the command loop itself


def names() -> list[str]:
    return sorted([*_BY_NAME, *_OWN])


def resolve(word: str) -> str:
    """A command's full name. Raises DebuggerError."""
    if word in _BY_NAME or word in _OWN:
        return word
    if word in ALIASES:
        return ALIASES[word]
    found = [name for name in names() if name.startswith(word)]
    if not found:
        raise DebuggerError(f'Undefined command: "{word}".  Try "help".')
    if len(found) > 1:
        raise DebuggerError(f'Ambiguous command "{word}": {", ".join(found)}.')
    return found[0]


def lookup(name: str) -> Command:
    return _BY_NAME[name]


def help_text(topic: str) -> str:
    """`help`, `help GROUP`, `help COMMAND`. Raises DebuggerError."""
    topic = topic.strip()
    if not topic:
        lines = []
        for group, title in GROUPS.items():
            members = ", ".join(c.name for c in COMMANDS if c.group == group)
            lines.append(f"{title} ('help {group}'):\n  {members}")
        lines.append("Commands may be abbreviated as long as that is unambiguous; an empty line repeats a step.")
        return "\n".join(lines)
    if topic in GROUPS:
        width = max(len(c.usage) for c in COMMANDS if c.group == topic)
        return "\n".join(f"{c.usage.ljust(width)}  {c.help}" for c in COMMANDS if c.group == topic)
    name = resolve(topic.split()[0])
    if name == "info":
        return tables.info_help()
    if name in _BY_NAME:
        command = _BY_NAME[name]
        return f"{command.usage}\n{command.help}"
    own = {"help": "help [COMMAND | GROUP]\nSay what commands do.", "quit": "quit\nEnd the session.",
           "source": "source FILE\nExecute the commands in a file."}  # fmt: skip
    return own[name]
