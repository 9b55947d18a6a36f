"""The steps of fork1, the quirks it has, and the decisions taken: what the ledger has a row for.

The numbers are those of the specification: C.n groups the source's steps, with their lines in kern_fork.c 1.232
(or another file's name), Q and D are its registers of quirks and decisions.
"""

from typing import NamedTuple


class Step(NamedTuple):
    """One row: its number, what it is about, and where the source has it."""

    number: str
    title: str
    source: str


STEPS = [
    Step("C.1", "the four entry points", "L116-146"),
    Step("C.2", "what clone refuses, and its flags", "L150-210"),
    Step("C.3", "the system's process limit, its message and its pause", "L268-290"),
    Step("C.4", "the user's process limit", "L292-306"),
    Step("C.5", "the U-area", "L308-318"),
    Step("C.6", "the process structure and its pid", "L320-336"),
    Step("C.7", "fields zeroed, fields copied", "L338-351"),
    Step("C.8", "inherited flags, system processes", "L353-373"),
    Step("C.9", "credentials", "L375-391"),
    Step("C.10", "restartable sequences", "L393-396"),
    Step("C.11", "text vnode and path", "L398-405"),
    Step("C.12", "descriptors", "L407-412"),
    Step("C.13", "message queue count", "L414-415"),
    Step("C.14", "working directory, root, umask", "L417-420"),
    Step("C.15", "resource limits", "L422-432"),
    Step("C.16", "vfork's marks, and what they change", "L434-442"),
    Step("C.17", "parent pointers", "L443-450"),
    Step("C.18", "ktrace inheritance", "L452-464"),
    Step("C.19", "signal actions, stop flags", "L466-474"),
    Step("C.20", "profiling flag, statistics", "L476-482"),
    Step("C.21", "address space", "L484-487"),
    Step("C.22", "the LWP, its private pointer", "L489-503"),
    Step("C.23", "hooks and the probe", "L505-517"),
    Step("C.24", "visibility: terminal, family, exit signal, groups", "L519-547"),
    Step("C.25", "counters", "L549-558"),
    Step("C.26", "the EMUL trace bit", "L560-561"),
    Step("C.27", "kqueue notes", "L563-570"),
    Step("C.28", "start: profiling, time, AFORK, stopped or running", "L572-605"),
    Step("C.29", "return values", "L607-616"),
    Step("C.30", "the traced parent's event", "L618-627"),
    Step("C.31", "vfork's sleep, and its event", "L629-646"),
    Step("C.32", "child_return", "L648-671"),
    Step("C.33", "posix_spawn, and how it differs", "kern_exec.c"),
    Step("C.34", "exit and wait", "kern_exit.c"),
    Step("Q1", "root's reserve is never applied", "kern_proc.c"),
    Step("Q2", "CLONE_SIGHAND shares actions, not the ignored and caught sets", "kern_sig.c"),
    Step("Q3", "proc.<pid>.stopfork always reads 0", "kern_resource.c"),
    Step("Q4", "profiling is not really started in the child", "kern_clock.c"),
    Step("Q5", "a child that starts stopped tells nobody, with status 0x7f", "L592-598"),
    Step("Q6", "posix_spawn refuses silently and at once", "kern_exec.c"),
    Step("Q7", "the EMUL bit leaks to a child that is not traced", "L560-561"),
    Step("Q8", "the message queue count counts too many", "L414"),
    Step("Q9", "the uid is read again when no pid is free", "L321-331"),
    Step("Q10", "minherit(COPY) of shared memory", "uvm_map.c"),
    Step("Q11", "nstopchild with FORK_NOWAIT", "L594-596"),
    Step("D1", "restartable sequences on riscv, and a switch", "types.h"),
    Step("D2", "FORK_NOWAIT, CLEANFILES and SYSTEM can be reached", ""),
    Step("D3", "allocations can be made to fail", ""),
    Step("D4", "hooks and probes can be observed", ""),
    Step("D5", "init's death is a panic", "kern_exit.c"),
]
