"""Running another program: execve (NetBSD: kern_exec.c, exec_script.c, exec_elf.c; spec A.6).

The new address space, stack included, is built before anything of the old program is given up. So every
error is still an errno for the caller, and "point of no return" is one block of code that cannot fail.
"""

from __future__ import annotations

from dataclasses import replace
from struct import Struct, pack
from typing import TYPE_CHECKING, NamedTuple

from emu.machine.hart import A1, FRAME_WORDS, PC, SP
from kernel.descrip import closeexec, cwdunshare
from kernel.errno import E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, ENAMETOOLONG, ENOEXEC, ENOMEM, ETXTBSY, Errno
from kernel.exit import become_first, end_lwps, forget_lwps, release_vfork_parent, undisturbed
from kernel.kauth import KTR_PERSISTENT, Process
from kernel.knote_proc import knote_proc_exec
from kernel.limits import RLIMIT_DATA, RLIMIT_NPROC, RLIMIT_STACK
from kernel.proc import AFORK, PK_EXEC, PK_SUGID, PS_STOPEXEC, PSL_TRACED, SSTOP, Ending
from kernel.prof import stop_profiling
from kernel.program import Program, load, map_program
from kernel.prot import change_cred
from kernel.ptrace import TRAP_EXEC, EventInfo, event_stop
from kernel.signo import SIGKILL, bit
from kernel.sys_sig import execsigs
from kernel.syscall import JUSTRETURN, Result, syscall
from kernel.text import decode
from kernel.uvm.map import MAXSSIZ, MAXTSIZ, USRSTACK, MapEntry, VmSpace, round_page
from kernel.uvm.page import PAGE_SIZE
from kernel.uvm.pmap import PROT_READ, PROT_WRITE
from kernel.vfs import namei
from kernel.vfs.vnode import VEXEC, VREG, Vnode

if TYPE_CHECKING:
    from kernel.kauth import Cred
    from kernel.lwp import Lwp

ARG_MAX = 256 * 1024
MAXINTERP = 1024
PS_STRINGS_SIZE = 32
S_ISUID, S_ISGID = 0o4000, 0o2000

AT_NULL, AT_PHDR, AT_PHENT, AT_PHNUM, AT_PAGESZ, AT_BASE, AT_FLAGS, AT_ENTRY = 0, 3, 4, 5, 6, 7, 8, 9
AT_STACKBASE, AT_EUID, AT_RUID, AT_EGID, AT_RGID, AT_SUN_EXECNAME = 13, 2000, 2001, 2002, 2003, 2014


_POINTER = Struct("<Q")


class Package(NamedTuple):
    """What is about to run (struct exec_package)."""

    vnode: Vnode
    path: bytes  # absolute
    program: Program
    argv: list[bytes]


class Image(NamedTuple):
    """A program that is ready to take its process over."""

    package: Package
    vm: VmSpace
    cred: Cred
    sp: int


@syscall(59, "int execve(const char *path, char * const *argp, char * const *envp)", sleeps=True)
def sys_execve(l: Lwp, path: int, argp: int, envp: int) -> Result:
    return _exec(l, namei.copyin_path(l, path), *copyin_arguments(l, argp, envp))


@syscall(465, "int fexecve(int fd, char * const *argp, char * const *envp)", sleeps=True)
def sys_fexecve(l: Lwp, fd: int, argp: int, envp: int) -> Result:
    vnode = getattr(l.proc.fd.get(fd), "vnode", None)
    if vnode is None:
        raise Errno(EACCES)
    return _exec(l, b"*fexecve*", *copyin_arguments(l, argp, envp), vnode)


def _exec(l: Lwp, path: bytes, argv: list[bytes], envv: list[bytes], vnode: Vnode | None = None) -> Result:
    """exec for the calling program, which may have to wait for its other LWPs, or stop when it is done."""
    p = l.proc
    if len(p.lwps) > 1 and any(undisturbed(other) for other in p.lwps):
        return _exec_later(l, path, load_image(l, path, argv, envv, vnode))
    execve(l, path, argv, envv, vnode)
    if p.slflag & PSL_TRACED or p.sflag & PS_STOPEXEC:
        return stop_at_exec(l)
    return JUSTRETURN


async def _exec_later(l: Lwp, path: bytes, image: Image) -> tuple[int, int]:
    """Nothing of the old program is given up before its other LWPs are gone."""
    p = l.proc
    p.ending = Ending(l, vm=image.vm)
    while not end_lwps(l):
        await p.lwpcv.wait(l)
    p.ending = None
    _run(l, path, image)
    return await stop_at_exec(l)


async def stop_at_exec(l: Lwp, *, event: bool = True) -> tuple[int, int]:
    """Before its first instruction a program stops if it is traced, and if proc.<pid>.stopexec says so."""
    p = l.proc
    if event:
        await event_stop(l, EventInfo(TRAP_EXEC))
    if p.sflag & PS_STOPEXEC and not p.sigpend.set & bit(SIGKILL):
        l.kernel.signals.stop_quietly(p)
        while p.stat == SSTOP:
            await l.kernel.sched.stop(l)
    return JUSTRETURN


def copyin_arguments(l: Lwp, argp: int, envp: int) -> tuple[list[bytes], list[bytes]]:
    """argv and envp. All strings, with their NULs, may take ARG_MAX bytes; there may be no envp at all.

    Raises Errno: E2BIG, EFAULT, EINVAL without an argv.
    """
    if not argp:
        raise Errno(EINVAL)
    argv, left = _copyin_strings(l, argp, ARG_MAX)
    return argv, _copyin_strings(l, envp, left)[0] if envp else []


def _copyin_strings(l: Lwp, array: int, left: int) -> tuple[list[bytes], int]:
    """A NULL-terminated array of strings of `left` bytes at most, and what is left of them then."""
    vm = l.proc.vm
    strings: list[bytes] = []
    while True:
        # Some pointers at a time, but none past the page in which the array may end.
        n = min(PAGE_SIZE - (array & 4095), 128) & ~7 or 8
        for (pointer,) in _POINTER.iter_unpack(vm.copyin(array, n)):
            if not pointer:
                return strings, left
            try:
                text = vm.copyinstr(pointer, left)
            except Errno as error:
                raise Errno(E2BIG if error.errno == ENAMETOOLONG else error.errno) from None
            left -= len(text) + 1
            strings.append(text)
        array += n


def execve(l: Lwp, path: bytes, argv: list[bytes], envv: list[bytes], vnode: Vnode | None = None) -> None:
    """Replace the caller's program. Raises Errno, with the old program untouched.

    Errors: what looking up the path says; EACCES, ENOEXEC, ETXTBSY, E2BIG, ENOMEM; EAGAIN for a set-id
    process above RLIMIT_NPROC.
    """
    _run(l, path, load_image(l, path, argv, envv, vnode))


def load_image(l: Lwp, path: bytes, argv: list[bytes], envv: list[bytes], vnode: Vnode | None) -> Image:
    """The part of exec that can fail (execve_loadvm). Nothing has happened to the caller yet."""
    sdt = l.kernel.sdt
    if sdt.exec.on:
        sdt.exec.fire(path)
    try:
        return _load_image(l, path, argv, envv, vnode)
    except Errno as error:
        if sdt.exec_failure.on:
            sdt.exec_failure.fire(error.errno)
        raise


def _load_image(l: Lwp, path: bytes, argv: list[bytes], envv: list[bytes], vnode: Vnode | None) -> Image:
    p, k = l.proc, l.kernel
    if (
        p.flag & PK_SUGID
        and k.uids.change_proc_count(p.cred.ruid, 0) > p.limit.soft[RLIMIT_NPROC]
        and not k.kauth.authorize_process(p.cred, Process.RLIMIT_BYPASS, p, RLIMIT_NPROC)
    ):
        raise Errno(EAGAIN)
    package = _prepare(l, path, argv, vnode)
    if k.sdt.exec_args.on:
        k.sdt.exec_args.fire(package.argv, envv)
    vm = VmSpace(k)
    try:
        stack_limit = min(round_page(p.limit.soft[RLIMIT_STACK]), MAXSSIZ)
        map_program(vm, package.program)
        if vm.tsize > MAXTSIZ or vm.brk - vm.daddr > p.limit.soft[RLIMIT_DATA]:
            raise Errno(ENOMEM)
        _map_stack(vm, stack_limit)
        # Nobody gets somebody else's ids while being traced.
        cred = p.cred if p.slflag & PSL_TRACED else _new_cred(p.cred, package.vnode)
        sp = _push_arguments(vm, package, envv, cred, p.cred, stack_limit)
    except Errno as error:
        vm.release()
        # The new space's addresses are good: what cannot be stored there lacks a frame.
        raise Errno(ENOMEM if error.errno == EFAULT else error.errno) from error
    return Image(package, vm, cred, sp)


def _run(l: Lwp, path: bytes, image: Image) -> None:
    """The part that cannot (execve_runproc)."""
    p, k = l.proc, l.kernel
    package, vm, cred, sp = image
    _point_of_no_return(l, package, vm, cred)
    words = l.frame.words
    words[:FRAME_WORDS] = memoryview(bytes(8 * FRAME_WORDS)).cast("Q")
    words[PC] = package.program.image.entry
    words[SP] = sp
    words[A1] = p.psstrp
    k.stats.execs += 1
    if p.klist:
        knote_proc_exec(p)
    for hook in k.exechooks:
        hook(p)
    if k.sdt.exec_success.on:
        k.sdt.exec_success.fire(path)


def _prepare(l: Lwp, path: bytes, argv: list[bytes], vnode: Vnode | None, depth: int = 0) -> Package:
    """Look the program up and read its header; a script leads on to its interpreter (check_exec)."""
    if vnode is None:
        vnode = namei.lookup(l, path)
    if vnode.vtype is not VREG:
        raise Errno(EACCES)
    vnode.access(l.proc.cred, VEXEC)
    if not vnode.mode & 0o111:
        raise Errno(EACCES)
    if vnode.writers:
        raise Errno(ETXTBSY)
    head = vnode.read(0, PAGE_SIZE)
    if head[:2] == b"#!":
        if depth:
            raise Errno(ENOEXEC)
        line, newline, _ = head[2:MAXINTERP].partition(b"\n")
        interpreter, _, argument = line.replace(b"\t", b" ").lstrip(b" ").partition(b" ")
        if not newline or not interpreter:
            raise Errno(ENOEXEC)
        argument = line[len(line) - len(argument.lstrip(b" ")) :]  # the rest of the line as it is, tabs and all
        words = [interpreter, argument] if argument else [interpreter]
        return _prepare(l, interpreter, [*words, path, *argv[1:]], None, depth + 1)
    return Package(vnode, _absolute(l, path), load(vnode, head), argv)


def _absolute(l: Lwp, path: bytes) -> bytes:
    if path.startswith(b"/") or path == b"*fexecve*":
        return path
    try:
        base = namei.path_of(l.proc, l.proc.cwdi.cdir)
    except Errno:
        return path  # the working directory has no path any more
    return base.rstrip(b"/") + b"/" + path


def _map_stack(vm: VmSpace, limit: int) -> None:
    """The stack: readable and writable up to its limit, without access up to the largest there could be."""
    bottom = USRSTACK - limit
    if bottom > USRSTACK - MAXSSIZ:
        vm.append(MapEntry(USRSTACK - MAXSSIZ, bottom, 0, name="stack guard"))
    if limit:
        vm.append(MapEntry(bottom, USRSTACK, PROT_READ | PROT_WRITE, name="stack"))
    vm.maxsaddr = USRSTACK - MAXSSIZ
    vm.ssize = limit


def _push_arguments(
    vm: VmSpace, package: Package, envv: list[bytes], cred: Cred, old: Cred, stack_limit: int
) -> int:
    """Write ps_strings, argc, argv, envp and the auxiliary vector; the stack pointer (copyargs; spec A.6).

    Raises Errno(ENOMEM) when they do not fit the stack.
    """
    argv, image = package.argv, package.program.image
    texts = [package.path, *argv, *envv]
    strings = b"\0".join(texts) + b"\0"
    words = 1 + len(argv) + 1 + len(envv) + 1 + 2 * 14
    top = USRSTACK - PS_STRINGS_SIZE
    sp = top - len(strings) - 8 * words & ~15
    if USRSTACK - sp > stack_limit:
        raise Errno(ENOMEM)
    at = sp + 8 * words  # where the strings begin
    addresses = []
    for text in texts:
        addresses.append(at)
        at += len(text) + 1
    args, envs = addresses[1 : 1 + len(argv)], addresses[1 + len(argv) :]
    auxv = (
        AT_PHDR, image.phdr, AT_PHENT, 56, AT_PHNUM, image.phnum, AT_PAGESZ, 4096, AT_BASE, 0,
        AT_FLAGS, 0, AT_ENTRY, image.entry, AT_STACKBASE, USRSTACK, AT_EUID, cred.euid,
        AT_RUID, old.ruid, AT_EGID, cred.egid, AT_RGID, old.rgid, AT_SUN_EXECNAME, addresses[0],
        AT_NULL, 0,
    )  # fmt: skip
    block = pack(f"<{words}Q", len(argv), *args, 0, *envs, 0, *auxv)
    vm.copyout(sp, block + strings)
    argvp, envp = sp + 8, sp + 8 * (1 + len(argv) + 1)
    vm.copyout(top, pack("<Qi4xQi4x", argvp, len(argv), envp, len(envv)))
    return sp


def _new_cred(cred: Cred, vnode: Vnode) -> Cred:
    """The credentials with which a program runs: a set-id one's owner's. The effective ids are saved."""
    euid = vnode.uid if vnode.mode & S_ISUID else cred.euid
    egid = vnode.gid if vnode.mode & S_ISGID else cred.egid
    if (euid, egid, euid, egid) == (cred.euid, cred.egid, cred.svuid, cred.svgid):
        return cred
    return replace(cred, euid=euid, svuid=euid, egid=egid, svgid=egid)


def _point_of_no_return(l: Lwp, package: Package, vm: VmSpace, cred: Cred) -> None:
    """Give up the old program. Nothing here can fail. The order is kern_exec.c's (spec C.16)."""
    p, k = l.proc, l.kernel
    if len(p.lwps) > 1:
        end_lwps(l)
    forget_lwps(l)
    if l.lid != p.pid:
        become_first(l)
    cwdunshare(l)
    closeexec(l)
    if k.sdt.exec_files.on:
        k.sdt.exec_files.fire(p)
    execsigs(l)
    set_id = (cred.euid, cred.egid) != (p.cred.euid, p.cred.egid)
    if cred is not p.cred:
        change_cred(p, cred)
    if set_id:
        p.flag |= PK_SUGID
        if p.tracep is not None and not p.traceflag & KTR_PERSISTENT:
            k.ktrace.detach(p)
    elif cred.euid == cred.ruid and cred.egid == cred.rgid:
        p.flag &= ~PK_SUGID
    p.raslist = []
    stop_profiling(p)
    if p.timers is not None:
        k.timers.timers_exec(p)
    release_vfork_parent(p)
    if k.signals.candidates(l):
        l.ast = True  # stops from the terminal that were held back until now
    old, p.vm = p.vm, vm
    k.hart.enter(l.frame, vm.pmap.root, l)  # before the old tables go, and their frames to somebody else
    old.release()
    vnode = package.vnode
    vnode.hold()
    vnode.text_refs += 1
    if p.textvp is not None:
        p.textvp.text_refs -= 1
        p.textvp.release()
    p.textvp = vnode
    p.path = decode(package.path)
    p.comm = decode(package.path.rsplit(b"/", 1)[-1][:16])
    p.psstrp = USRSTACK - PS_STRINGS_SIZE
    p.flag |= PK_EXEC
    p.acflag &= ~AFORK
    k.fpu.renew(l)
    l.private = 0
    l.ctxlink = 0
    l.name = ""


