"""`uarea debug`: the command loop, at a terminal or from a script."""

from __future__ import annotations

import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from emu.debugger import commands
from emu.debugger.errors import DebuggerError
from emu.debugger.session import Session

if TYPE_CHECKING:
    from emu.debugger.channel import Channel
    from emu.runner import RunOptions

PROMPT = "(uarea) "
HISTORY = os.path.join(os.path.expanduser("~"), ".uarea_history")


class Quit(Exception):
    """The session ends with this status."""

    def __init__(self, status: int = 0) -> None:
        self.status = status


class Loop:
    """Reads commands and executes them."""

    def __init__(self, session: Session, *, batch: bool) -> None:
        self.session = session
        self.batch = batch
        self.terminal = os.isatty(0) and os.isatty(1) and not batch
        self._colour = os.isatty(1) and os.environ.get("TERM", "dumb") != "dumb" and "NO_COLOR" not in os.environ
        self._last = ""
        self._completions: list[str] = []
        self._pending = b""
        self._file_depth = 0
        session.print = session.terminal.printer = session.terminal.tell = self.say
        session.confirm = self._confirm
        session.timeline.choose = self._choose

    # -- output ------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        print(self._coloured(text) if self._colour else text, flush=True)

    def complain(self, error: object) -> None:
        """One line on standard error."""
        sys.stdout.flush()
        text = " ".join(str(error).split("\n")) if str(error).count("\n") > 1 else str(error)
        print(f"\33[31m{text}\33[m" if self._colour else text, file=sys.stderr, flush=True)

    @staticmethod
    def _coloured(text: str) -> str:
        text = re.sub(r"^(\d+)\t", "\33[36m\\1\33[m\t", text, flags=re.MULTILINE)
        text = re.sub(r"^((?:Temporary breakpoint|Breakpoint|Catchpoint|Hardware \S*\s?watchpoint) \d+)",
                      "\33[1m\\1\33[m", text, flags=re.MULTILINE)  # fmt: skip
        return re.sub(r" at ([\w./-]+\.(?:[chS]|py):\d+)", " at \33[32m\\1\33[m", text)

    # -- questions ---------------------------------------------------------------------------------

    def _confirm(self, question: str) -> bool:
        if not self.terminal or not self.session.confirming:
            return True
        timeline = self.session.timeline
        timeline.active = False
        try:
            return input(f"{question} (y or n) ").strip().lower().startswith("y")
        except (EOFError, KeyboardInterrupt):
            print()
            return False
        finally:
            timeline.active = True

    def _choose(self, question: str) -> str:
        """`set follow-fork-mode ask`."""
        if not self.terminal:
            self.say(f"{question} [parent]")
            return "parent"
        while True:
            self.session.terminal.reading = True  # so that ^C breaks it off
            try:
                answer = input(f"{question} (parent or child) ").strip().lower()
            except (EOFError, KeyboardInterrupt):
                return "parent"
            finally:
                self.session.terminal.reading = False
            if answer and ("parent".startswith(answer) or "child".startswith(answer)):
                return "parent" if "parent".startswith(answer) else "child"

    # -- commands ----------------------------------------------------------------------------------

    def execute(self, line: str) -> None:
        """One line. Raises DebuggerError, Quit."""
        line = line.strip()
        if not line or line.startswith("#"):
            return
        match = re.match(r"([A-Za-z][\w-]*)", line)
        if match is None:
            raise DebuggerError(f'Undefined command: "{line.split()[0]}".  Try "help".')
        name = commands.resolve(match[1])
        rest = line[match.end() :]
        if not rest.startswith("/"):
            rest = rest.strip()
        if name == "quit":
            raise Quit
        if name == "help":
            self.say(commands.help_text(rest))
        elif name == "source":
            self.source(rest)
        else:
            text = commands.lookup(name).run(self.session, rest)
            if text:
                self.say(text)

    def attempt(self, line: str) -> bool:
        """One line; what goes wrong is said in one line. False if something did."""
        timeline = self.session.timeline
        timeline.active, timeline._quit = True, False
        try:
            self.execute(line)
            return True
        except DebuggerError as error:
            self.complain(error)
        except KeyboardInterrupt:
            self.complain("Quit")
        except Quit:
            raise
        except BrokenPipeError:
            raise Quit(1) from None
        except Exception as error:
            if os.environ.get("UAREA_DEBUG_TRACEBACK"):
                raise
            self.complain(f"the debugger itself failed: {type(error).__name__}: {error}")
        finally:
            timeline.active = False
        return False

    def source(self, path: str) -> None:
        """Execute a file's commands, up to the first that fails. Raises DebuggerError."""
        if not path:
            raise DebuggerError("source command requires file name of file to source.")
        if self._file_depth > 20:
            raise DebuggerError(f"{path}: files that source each other.")
        try:
            with open(os.path.expanduser(path), encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError as error:
            raise DebuggerError(f"{path}: {error.strerror}.") from None
        self._file_depth += 1
        try:
            for number, line in enumerate(lines, 1):
                try:
                    self.execute(line)
                except DebuggerError as error:
                    raise DebuggerError(f"{path}:{number}: Error in sourced command file:\n{error}") from None
        finally:
            self._file_depth -= 1

    # -- the loop ----------------------------------------------------------------------------------

    def interact(self) -> None:
        """Commands from standard input until its end."""
        if self.terminal:
            self._readline()
        while True:
            try:
                line = input(self._prompt()) if self.terminal else self._line()
            except EOFError:
                if self.terminal:
                    print("quit")
                return
            except KeyboardInterrupt:
                print("\nQuit")
                continue
            if line is None:
                return
            line = line.strip()
            if not line and self._last:
                line = self._last
            self._last = self._repeatable(line)
            self.attempt(line)

    def _prompt(self) -> str:
        return f"\1\33[1m\2{PROMPT}\1\33[m\2" if self._colour else PROMPT

    def _line(self) -> str | None:
        """A line of standard input that is no terminal. Not a byte more is taken: the program reads there, too."""
        line = b""
        while not line.endswith(b"\n"):
            try:
                byte = os.read(0, 1)
            except OSError:
                return None
            if not byte:
                return line.decode("utf-8", "replace") if line else None
            line += byte
        return line.decode("utf-8", "replace")

    @staticmethod
    def _repeatable(line: str) -> str:
        """What an empty line after this one does."""
        match = re.match(r"([A-Za-z][\w-]*)", line)
        try:
            name = commands.resolve(match[1]) if match is not None else ""
        except DebuggerError:
            return ""
        if name not in commands.REPEATED:
            return ""
        return name if name in ("list", "x") else line

    def _readline(self) -> None:
        try:
            import atexit
            import readline
        except ImportError:
            return
        try:
            readline.read_history_file(HISTORY)
        except OSError:
            pass
        readline.set_history_length(1000)
        atexit.register(self._save_history)
        readline.set_completer_delims(" \t\n*&()[]+-/=,!<>")
        readline.set_completer(self._complete)
        readline.parse_and_bind("tab: complete")

    @staticmethod
    def _save_history() -> None:
        import readline

        try:
            readline.write_history_file(HISTORY)
        except OSError:
            pass

    def _complete(self, prefix: str, state: int) -> str | None:
        if state == 0:
            import readline

            try:
                self._completions = self.completions(readline.get_line_buffer()[: readline.get_begidx()], prefix)
            except Exception:  # a completion that fails is none
                self._completions = []
        return self._completions[state] if state < len(self._completions) else None

    def completions(self, before: str, prefix: str) -> list[str]:
        """What may stand behind `before` and begin with `prefix`."""
        words = before.split()
        if not words:
            return [name for name in commands.names() if name.startswith(prefix)]
        name = commands.resolve(words[0])
        if name == "info" and len(words) == 1:
            return [n for n in commands.tables.INFO if n.startswith(prefix)]
        if name == "help":
            return [n for n in (*commands.names(), *commands.GROUPS) if n.startswith(prefix)]
        if name == "catch":
            return [n for n in commands.tables.EVENTS if n.startswith(prefix)]
        return list(self.session.ask("complete", prefix)) if prefix else []


def make_starter(options: RunOptions, args: list[str], replay: str | None) -> Any:
    """What becomes a machine's process."""

    def start(channel: Channel) -> NoReturn:
        from emu.debugger import worker
        from emu.machine.console import Console
        from emu.runner import prepare
        from kernel.main import Kernel

        def boot(console: Console) -> Kernel:
            if replay is not None:
                from emu.debugger.replaying import prepare_replay

                return prepare_replay(replay, console)
            return prepare(options, args[0], args[1:], console)

        worker.start(channel, boot, (os.isatty(1), os.isatty(2)))
        os._exit(1)

    return start


def debug(
    options: RunOptions, program: str, arguments: list[str], *, executed: list[tuple[str, str]], batch: bool,
    replay: str | None = None,
) -> int:  # fmt: skip
    """Debug a program; the exit status for the host. `executed` are -ex commands and -x files in their order.
    Raises UsageError."""
    from emu.runner import UsageError, check_program, is_foreign

    if replay is None and os.path.exists(program) and not (os.path.isabs(program) and is_foreign(program)):
        check_program(program)
    args = list(arguments)

    def start(channel: Channel) -> None:
        make_starter(options, [program, *args], replay)(channel)

    session = Session(start, print, args)
    loop = Loop(session, batch=batch)

    def interrupted(_signo: int, _frame: object) -> None:
        session.timeline.interrupt()

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    status = 0
    try:
        try:
            session.boot()
        except DebuggerError as error:
            raise UsageError(str(error)) from None
        for kind, text in executed:
            ok = loop.attempt(text if kind == "-ex" else f"source {text}")
            if not ok:
                status = 1
                if batch and kind == "-x":
                    return 1
        if not batch:
            status = 0
            loop.interact()
    except Quit as end:
        status = end.status
    finally:
        session.close()
    return status
