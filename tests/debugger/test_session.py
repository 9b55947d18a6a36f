"""Scripted sessions of `uarea debug`, with all that they print."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.cc import compile_program

GUEST = Path(__file__).resolve().parent.parent / "guest" / "debugger"
Debug = Callable[..., str]


def normal(text: str) -> str:
    """What depends on the C library's layout, or on costs that the kernel's authors may change, is not compared."""
    text = text.replace("tests/guest/debugger/", "")
    text = re.sub(r"0x[0-9a-f]+", "0x#", text)
    text = re.sub(r"\b\d+\.\d+(\+\d+)?\b", "POSITION", text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small program with calls, a loop, memory and a fork."""
    return compile_program([GUEST / "walk.c"], tmp_path_factory.mktemp("walk") / "walk", flags=["-g"])


@pytest.fixture
def debug(walk: Path, tmp_path: Path) -> Debug:
    """debug(COMMANDS, ARG...): the session's output, standard error included."""

    def run(script: str, *args: str, program: Path | None = None, status: int = 0, stdin: str = "") -> str:
        lines = [line.strip() for line in script.strip().splitlines() if line.strip()]
        commands = [word for line in lines for word in ("-ex", line)]
        program = program or walk
        done = subprocess.run(
            [sys.executable, "-m", "emu.cli", "debug", "--batch", *commands, program.name, *args],
            cwd=program.parent, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, input=stdin, check=False, env=environment(),
        )  # fmt: skip
        assert "Traceback" not in done.stdout, done.stdout
        assert done.returncode == status, done.stdout
        return normal(done.stdout)

    return run


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "TERM": "dumb"}


def expect(text: str, *parts: str) -> None:
    """These lines, in this order; others may be between them."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} is not (behind what comes before it) in:\n{text}"
        at = found + len(part)


def test_break_step_finish(debug: Debug) -> None:
    assert debug("""
        break add
        run
        backtrace
        info locals
        next
        finish
        print total
        info breakpoints
    """) == """\
Breakpoint 1 at 0x#: file walk.c, line 15.

Breakpoint 1, add (a=0, b=0) at walk.c:15
15		int sum = a + b;
#0  add (a=0, b=0) at walk.c:15
#1  0x# in main (argc=1, argv=0x#) at walk.c:33
sum = 0
16		return sum;
Run till exit from #0  add (a=0, b=0) at walk.c:16
main (argc=1, argv=0x#) at walk.c:33
33			total = add(total, i);
Value returned is $1 = 0
$2 = 0
Num     Type           Disp Enb Address            What
1       breakpoint     keep y   0x# in add at walk.c:15
	breakpoint already hit 1 time"""


def test_start_next_step_until_advance(debug: Debug) -> None:
    expect(
        debug("""
        start
        next
        next
        step
        advance main
        delete
        until walk.c:36
        next
        continue
    """),
        "Temporary breakpoint 1 at 0x#: walk.c:31", "main (argc=1, argv=0x#) at walk.c:31", "31\t", "32\t", "33\t",
        "add (a=0, b=0) at walk.c:15", "main (argc=1", "main (argc=1, argv=0x#) at walk.c:36",
        "37\t", "total 10",
    )  # fmt: skip


def test_conditions_and_counts(debug: Debug) -> None:
    text = debug("""
        break add if b == 3
        break walk.c:34
        ignore 2 1
        run
        continue
        continue
        disable 2
        condition 1
        continue
        delete 1
        continue
    """)
    expect(text, "Will ignore next crossing of breakpoint 2.", "Breakpoint 2, main", "Continuing.",
           "Breakpoint 2, main",
           "Breakpoint 1, add (a=3, b=3)", "Breakpoint 1 now unconditional.", "Breakpoint 1, add (a=6, b=4)",
           "[Inferior 1 exited normally]")  # fmt: skip


def test_watch_both_ways(debug: Debug) -> None:
    text = debug("""
        break main
        run
        watch counter
        continue
        continue
        reverse-continue
        when
        reverse-continue
        reverse-continue
        reverse-continue
    """)
    expect(text, "Hardware watchpoint 2: counter", "Old value = 0", "New value = 1", "walk.c:35", "Old value = 1",
           "New value = 2", "Continuing backwards.", "Old value = 2", "New value = 1", "counter++", "POSITION",
           "Old value = 1", "New value = 0", "counter++", "Breakpoint 1, main",
           "No more reverse-execution history")  # fmt: skip


def test_read_watchpoints(debug: Debug) -> None:
    text = debug("""
        break main
        run
        rwatch counter
        continue
        awatch total
        continue
    """)
    expect(text, "Hardware read watchpoint 2: counter", "Value = 0", "Hardware access")


def test_into_the_kernel_and_back(debug: Debug) -> None:
    text = debug("""
        break kernel:fork1
        run
        backtrace
        step
        print flags
        info locals
        finish
        reverse-finish
        reverse-stepi
        delete
        continue
    """)
    expect(text, "Breakpoint 1, kernel fork1 (l1=<LWP 2 of process 2>, flags=0", "  flags = 0", "#0  kernel fork1",
           "<trap: system call at pc 0x#", "__fork () at", "kernel fork1", "0", "l1 = <LWP 2 of process 2>",
           "kernel Trap.syscall ()", "SYS_fork", "[Inferior 1 exited normally]")  # fmt: skip


def test_stepi_enters_the_kernel_and_reverse_comes_out(debug: Debug) -> None:
    text = debug("""
        catch syscall fork
        run
        when
        x/i $pc
        stepi
        when
        reverse-stepi
        when
        nexti
        reverse-stepi
        reverse-nexti
    """)
    expect(text, "Catchpoint 1 (call to syscall fork), ", "POSITION", "ecall", "kernel Trap.syscall ()", "POSITION",
           "SYS_fork", "POSITION", "kernel Trap.settle", "SYS_fork")  # fmt: skip


def test_reverse_next_and_step(debug: Debug) -> None:
    text = debug("""
        tbreak walk.c:37
        run
        reverse-next
        reverse-next
        reverse-next
        reverse-next
        reverse-step
        reverse-finish
    """)
    expect(text, "37\t", "36\t", "32\t", "35\t", "34\t", "add (a=6, b=4) at walk.c:16", "Run back to call of", "33\t")


def test_processes(debug: Debug) -> None:
    text = debug("""
        set detach-on-fork off
        catch fork
        run
        info inferiors
        inferior 2
        print counter
        inferior 1
        delete
        continue
    """)
    expect(text, "Catchpoint 1 (forked process 3), ", "* 1    process 2", "  2    process 3",
           "[Switching to inferior 2 [process 3]", "= 5", "[Switching to inferior 1")  # fmt: skip


def test_follow_child(debug: Debug) -> None:
    text = debug("""
        set follow-fork-mode child
        break in_child
        run
        info inferiors
        print counter
    """)
    expect(text, "[Attaching after fork to child process 3]", "Breakpoint 1, in_child ()", "* 2    process 3", "$1 = 5")


@pytest.mark.parametrize("event", ["fork", "exit", "fault", "switch", "syscall", "signal"])
def test_catch(debug: Debug, event: str) -> None:
    text = debug(f"""
        catch {event}
        run
        when
        info breakpoints
    """, *(["crash"] if event == "signal" else []))
    expect(text, f"Catchpoint 1 ({event})", "Catchpoint 1 (", "POSITION", "catchpoint already hit 1 time")


def test_goto_comes_back(debug: Debug) -> None:
    text = debug("""
        break add
        run
        digest
        continue
        goto start
        goto end
        info checkpoints
        checkpoint
        reverse-continue
        info locals
    """)
    expect(text, "Breakpoint 1, add", "__start", "[Inferior 1 exited normally]", "start", "MiB; at most 40",
           "Breakpoint 1, add (a=6, b=4)")  # fmt: skip


def test_last_write_and_explain(debug: Debug) -> None:
    text = debug("""
        break walk.c:38
        run
        last-write counter
        explain
    """)
    expect(text, "counter (0x#, 4 bytes) was last written at POSITION by process 2 (walk), LWP 2:", "0x# -> 0x#",
           "counter++", "Trap")  # fmt: skip


def test_views(debug: Debug) -> None:
    text = debug("""
        break walk.c:38
        run
        pagewalk &counter
        frames
        cow
        uarea
        info procs
        info lwp
        info files
        info map
        info signals
        info sched
        info time
        monitor info procs
        diff-pt 1 2
    """)
    expect(text, "level-0 table", "1 frame a character", "U-area of LWP 2", "running", "3 descriptors", "map entries",
           "pending for the process", "run queue", "virtual time since boot",
           "root table 0x#; B is process 2")  # fmt: skip


def test_set_changes_the_program(debug: Debug) -> None:
    text = debug("""
        break walk.c:36
        run
        set var total = 77
        print total
        delete
        next
        reverse-next
        print total
        goto start
        break walk.c:36
        continue
        print total
    """)
    expect(text, "$1 = 77", "36\t", "$2 = 77", "is undone", "$3 = 10")


def test_signals(debug: Debug) -> None:
    text = debug(
        """
        run
        backtrace
        reverse-stepi
        continue
        continue
    """,
        "crash",
    )
    expect(text, "Program received signal SIGSEGV, Segmentation fault.", "crash", "#0", "SIGSEGV",
           "Program terminated with signal SIGSEGV, Segmentation fault.", "The program no longer exists.")  # fmt: skip


def test_input_is_read_once(debug: Debug) -> None:
    text = debug(
        """
        break walk.c:48
        run
        print line
        reverse-next
        next
        print line
        continue
    """,
        "read",
        stdin="some words\n",
    )
    expect(text, '"some words', "= ", '"some words', "[Inferior 1 exited normally]")
    assert text.count("got some words") == 1


BAD = """
        nonsense
        break nowhere
        break kernel:nowhere
        break kernel/fork.py:99999
        delete 9
        condition 9 x
        watch 1
        catch nothing
        catch syscall nothing
        next
        step
        finish
        print nothing
        info nothing
        info breakpoints 7
        inferior 9
        start
        goto here
        goto
        print 1 +
        until nowhere
        set follow-fork-mode both
        frame 99
        x/99q 0
        pagewalk
        last-write
        source /nowhere
        s t
        show nothing
        set max-checkpoints many
        123
"""


def test_bad_commands_are_one_line(debug: Debug) -> None:
    text = debug(BAD, status=1)
    assert 'Undefined command: "nonsense".  Try "help".' in text
    assert "failed" not in text
    for word in ("nowhere", "No breakpoint number 9.", "Catch what?", "is not being run.", "not a position"):
        assert word in text


def test_help(debug: Debug) -> None:
    from emu.debugger.commands import COMMANDS, GROUPS

    text = debug("\n".join(["help", *(f"help {group}" for group in GROUPS), *(f"help {c.name}" for c in COMMANDS)]))
    for command in COMMANDS:
        assert command.usage in text


def test_a_line_before_anything_runs_is_of_the_file_of_main(debug: Debug) -> None:
    text = debug("""
        list 7
        break 24
        run crash
    """)
    expect(text, "int counter;", "Breakpoint 1 at ", "walk.c, line 2", "Breakpoint 1, crash () at ")


def test_frames_have_an_origin(debug: Debug) -> None:
    frames = "\n".join(f"frame {pfn << 12:#x}" for pfn in range(1, 48))
    text = debug(f"""
        break in_child
        set follow-fork-mode child
        run
        {frames}
    """)
    assert "allocated before cycle" in text
    assert "allocated by page fault at 0x#" in text
    assert "allocated by system call 2 (fork)" in text


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_program([GUEST / "watched.c"], tmp_path_factory.mktemp("watched") / "watched", flags=["-g"])


def test_watch_what_the_kernel_writes(debug: Debug, watched: Path) -> None:
    text = debug("""
        break main
        run
        watch buffer
        continue
        reverse-continue
        delete
        break watched.c:37
        continue
        last-write buffer
    """, program=watched)  # fmt: skip
    expect(text, 'New value = "abcdefgh', "Changed by the kernel, in the trap at POSITION.", "read ()",
           'Old value = "abcdefgh', "SYSCALL(read, 3)",
           "buffer (0x#, 16 bytes) was last written at POSITION by process 2",
           "SYSCALL(read, 3)")  # fmt: skip


def test_watch_across_fork(debug: Debug, watched: Path) -> None:
    """The child's store goes to the child's copy, and is none to the parent's."""
    text = debug("""
        break main
        run
        watch shared
        continue
        continue
        reverse-continue
        reverse-continue
        reverse-continue
    """, program=watched)  # fmt: skip
    expect(text, "Old value = 1", "New value = 2", "watched.c:33", "New value = 3", "Old value = 3", "Old value = 2",
           "New value = 1", "Breakpoint 1, main")  # fmt: skip
    assert "= 50" not in text


def test_watch_ends_with_its_frame(debug: Debug, watched: Path) -> None:
    text = debug("""
        break sum_to
        run
        watch sum
        continue
        continue
        continue
        continue
        continue
        info breakpoints
    """, program=watched)  # fmt: skip
    expect(text, "New value = 1", "New value = 3", "New value = 6", "Watchpoint 2 deleted because the program has left",
           "main () at watched.c:34")  # fmt: skip
    assert "hw watchpoint" not in text


def test_conditions_on_changes(debug: Debug, watched: Path) -> None:
    text = debug("""
        watch shared if shared == 700
        break watched.c:36 if shared == 300
        run
        print shared
        continue
        print shared
    """, program=watched)  # fmt: skip
    expect(text, "Breakpoint 2, main", "$1 = 300", "Old value = 699", "New value = 700", "$2 = 700")


def test_follow_and_ask(debug: Debug) -> None:
    text = debug("""
        set follow-fork-mode ask
        set schedule-multiple on
        show follow-fork-mode
        show
        run
    """)
    expect(text, "follow-fork-mode is ask.", "schedule-multiple",
           "Follow parent (process 2) or child (process 3)? [parent]",
           "[Detaching after fork from child process 3]", "exited normally")  # fmt: skip


def test_watch_follows_into_the_child(debug: Debug, watched: Path) -> None:
    text = debug("""
        break main
        run
        set follow-fork-mode child
        watch shared
        continue
        continue
        reverse-continue
        reverse-continue
        reverse-continue
    """, program=watched)  # fmt: skip
    expect(text, "[Attaching after fork to child process 3]", "New value = 50", "Old value = 50")


@pytest.fixture(scope="session")
def makers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_program([GUEST / "makers.c"], tmp_path_factory.mktemp("makers") / "makers", flags=["-g"])


def test_catch_vfork_exec_and_clone(debug: Debug, makers: Path) -> None:
    text = debug("""
        set detach-on-fork off
        catch vfork
        catch exec
        catch clone
        run
        continue
        continue
        info inferiors
        reverse-continue
        when
    """, program=makers)  # fmt: skip
    expect(text, "Catchpoint 1 (vforked process 3)", "Catchpoint 2 (exec'd /usr/bin/true)",
           "Catchpoint 3 (cloned process 4)", "  3    process 4", "Continuing backwards")  # fmt: skip


def test_the_rest_of_info(debug: Debug) -> None:
    text = debug("""
        info watchpoints
        info display
        info program
        break add
        run
        watch counter
        display a
        info watchpoints
        info display
        info threads
        info program
    """)
    expect(text, "No watchpoints.", "There are no auto-display expressions now.", "The program is not being run.",
           "hw watchpoint", "counter", "1:   y  a", "process 2 LWP 2", "in add",
           "process 2, LWP 2, stopped at position")  # fmt: skip
