"""Statically defined tracing: named places in the kernel that somebody may listen to (NetBSD: sys/sdt.h).

A probe has four names, provider:module:function:name, as in DTrace. The code that passes it asks `if probe.on:`
and fires it with its arguments only then, so that a probe nobody listens to costs that one test. Listeners are
called in the order in which they came, with the LWP that is running, and must change nothing in the machine:
a run with listeners is the same run.

The two system call probes stand for many: their function is the call's name, known when they fire.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.lwp import Lwp
    from kernel.main import Kernel

# listener(probe, function, lwp, arguments); `function` is the probe's, or the system call's name.
Listener = Callable[["Probe", str, "Lwp", tuple[Any, ...]], None]


class Probe:
    """One place. `arguments` says in C's words what it is fired with."""

    __slots__ = ("_listeners", "_sdt", "arguments", "function", "module", "name", "on", "provider")

    def __init__(self, sdt: Sdt, spec: str, arguments: tuple[str, ...]) -> None:
        self.provider, self.module, self.function, self.name = spec.split(":")
        self.arguments = arguments
        self.on = False
        self._sdt = sdt
        self._listeners: list[tuple[str, Listener]] = []

    def fire(self, *args: Any) -> None:
        """Tell all listeners."""
        assert self._sdt.kernel is not None
        l = self._sdt.kernel.curlwp
        for _, listener in tuple(self._listeners):
            listener(self, self.function, l, args)

    def fire_for(self, function: str, *args: Any) -> None:
        """The same for a probe that stands for many functions: tell those who listen to this one."""
        assert self._sdt.kernel is not None
        l = self._sdt.kernel.curlwp
        for pattern, listener in tuple(self._listeners):
            if fnmatchcase(function, pattern):
                listener(self, function, l, args)

    def full_name(self, function: str) -> str:
        """provider:module:function:name"""
        return f"{self.provider}:{self.module}:{function}:{self.name}"

    def add(self, function: str, listener: Listener) -> None:
        self._listeners.append((function, listener))
        self.on = True

    def remove(self, listener: Listener) -> None:
        self._listeners = [each for each in self._listeners if each[1] is not listener]
        self.on = bool(self._listeners)


class Sdt:
    """All probes of a kernel, in the order of their definition."""

    __slots__ = (
        "_changed", "exec", "exec_args", "exec_failure", "exec_files", "exec_success", "exit", "fault", "genio",
        "kernel", "lookup_entry", "lookup_return", "lwp_create", "lwp_exit", "mib", "mibio", "off_cpu", "on_cpu",
        "probes", "proc_create", "signal_clear", "signal_discard", "signal_handle", "signal_send", "syscall_entry",
        "syscall_return", "utrace",
    )  # fmt: skip

    def __init__(self, kernel: Kernel | None, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when listeners come or go. Without a kernel, this is a list of what there is."""
        self.kernel = kernel
        self._changed = changed
        self.probes: list[Probe] = []
        define = self._define
        self.proc_create = define("proc:kernel::create", "struct proc *p2", "struct proc *p1", "int flags")
        self.exec = define("proc:kernel::exec", "char *path")
        self.exec_args = define("proc:kernel::exec-args", "char **argv", "char **envp")
        self.exec_files = define("proc:kernel::exec-files", "struct proc *p")
        self.exec_success = define("proc:kernel::exec-success", "char *path")
        self.exec_failure = define("proc:kernel::exec-failure", "int error")
        self.exit = define("proc:kernel::exit", "int reason")
        self.signal_send = define("proc:kernel::signal-send", "struct lwp *l", "struct proc *p", "int signo")
        self.signal_discard = define("proc:kernel::signal-discard", "struct lwp *l", "struct proc *p", "int signo")
        self.signal_clear = define("proc:kernel::signal-clear", "int signo")
        self.signal_handle = define(
            "proc:kernel::signal-handle", "int signo", "ksiginfo_t *ksi", "sig_t action", "sigset_t *mask"
        )
        self.lwp_create = define("proc:kernel::lwp-create", "struct lwp *l")
        self.lwp_exit = define("proc:kernel::lwp-exit", "struct lwp *l")
        self.syscall_entry = define("syscall:native:*:entry", "int code", "register_t *args")
        self.syscall_return = define(
            "syscall:native:*:return", "int code", "register_t *args", "int error", "register_t *retval"
        )
        self.lookup_entry = define("vfs:namei:lookup:entry", "struct vnode *dvp", "char *path", "int flags")
        self.lookup_return = define("vfs:namei:lookup:return", "int error", "struct vnode *vp")
        self.on_cpu = define("sched:::on-cpu", "struct lwp *l")
        self.off_cpu = define("sched:::off-cpu", "struct lwp *newl", "struct proc *newp")
        self.fault = define("uvm:fault:fault:entry", "struct vm_map *map", "vaddr_t va", "int access")
        self.genio = define("io:kernel::genio", "int fd", "enum uio_rw rw", "char *data")
        self.mib = define("sysctl:kernel::mib", "int *name")
        self.mibio = define("sysctl:kernel::mibio", "enum uio_rw rw", "char *data")
        self.utrace = define("user:kernel::utrace", "char *label", "char *data")

    @property
    def calls(self) -> bool:
        """Whether somebody listens to what happens at a system call's beginning or end."""
        return any(
            probe.on for probe in (self.syscall_entry, self.syscall_return, self.genio, self.mib, self.mibio)
        )

    def _define(self, spec: str, *arguments: str) -> Probe:
        probe = Probe(self, spec, arguments)
        self.probes.append(probe)
        return probe

    def listen(self, pattern: str, listener: Listener) -> None:
        """Have a listener called at every probe that matches. Raises ValueError when none does.

        A pattern has up to four parts with colons between them, the last being the name. A part that is empty
        or missing matches everything, others match as in the shell: "create", "syscall:::entry", "fork:entry".
        """
        parts = pattern.split(":")
        if len(parts) > 4 or not pattern.strip(":"):
            raise ValueError(f"{pattern!r} is not provider:module:function:name")
        provider, module, function, name = ["*"] * (4 - len(parts)) + [part or "*" for part in parts]
        found = False
        for probe in self.probes:
            if not (
                fnmatchcase(probe.provider, provider)
                and fnmatchcase(probe.module, module)
                and fnmatchcase(probe.name, name)
            ):
                continue
            if probe.function == "*":
                if not any(fnmatchcase(call, function) for call in call_names()):
                    continue
            elif not fnmatchcase(probe.function, function):
                continue
            probe.add(function, listener)
            found = True
        if not found:
            raise ValueError(f"no probe matches {pattern!r}")
        self._changed()

    def ignore(self, listener: Listener) -> None:
        """Stop calling a listener, wherever it listens."""
        for probe in self.probes:
            probe.remove(listener)
        self._changed()


def call_names() -> list[str]:
    """The functions that the system call probes stand for, by number."""
    from kernel.syscall import NATIVE

    return [entry.name for entry in NATIVE if entry is not None]
