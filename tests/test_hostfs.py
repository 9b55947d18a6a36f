"""The shared folder: what the guest can do in it, and that it cannot leave it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emu.userland import HostFile as HostContents
from emu.userland import install_userland
from kernel.errno import EACCES, EINVAL, EIO, ENFILE, EROFS, Errno
from kernel.vfs import namei
from kernel.vfs.hostfile import HostFile
from kernel.vfs.hostfs import HostDir, share
from kernel.vfs.mount import MNT_RDONLY
from kernel.vfs.root import install_files
from kernel.vfs.vnode import VREG
from tests.commands import check
from tests.conftest import Machine, pass_or_explain

Compile = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory to share, with something beside it that must not be found."""
    (tmp_path / "secret").write_text("secret\n")
    shared = tmp_path / "shared"
    (shared / "dir").mkdir(parents=True)
    (shared / "dir" / "inner").write_text("inner\n")
    (shared / "hello").write_text("hello\n")
    (shared / "big").write_bytes(b"a" * 4096 + b"b" * 4096 + b"c" * 4096)
    (shared / "out").symlink_to(tmp_path / "secret")
    (shared / "up").symlink_to("..")
    (shared / "relative").symlink_to("../secret")
    os.mkfifo(shared / "pipe")
    return shared


def test_work_in_it(compile_guest: Compile, tmp_path: Path, folder: Path) -> None:
    m = Machine()
    share(m.kernel, str(folder), writable=True)
    m.start(compile_guest("tests/guest/hostfs/share.c"))
    pass_or_explain(m.finish())
    assert (tmp_path / "secret").read_text() == "secret\n"
    assert sorted(os.listdir(tmp_path)) == ["secret", "shared"]
    names = ["big", "code", "dir", "hello", "made", "out", "pipe", "relative", "second", "up"]
    assert sorted(os.listdir(folder)) == names
    moved = folder / "made" / "moved"
    assert moved.read_bytes() == b"abcdef\0\0X"
    assert moved.samefile(folder / "second")
    assert stat.S_IMODE(moved.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "made").stat().st_mode) == 0o750
    big = (folder / "big").read_bytes()
    assert (big[:3], big[4096:4098], big[8192:8194], len(big)) == (b"aSC", b"bW", b"cL", 12288)
    assert (folder / "code").read_bytes()[:8] == b"\x13\x05\x70\x00\x67\x80\x00\x00"


def test_read_only_unless_asked(compile_guest: Compile, folder: Path) -> None:
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    script = """
        $ cat /host/hello /host/dir/inner
        hello
        inner
        $ cp /etc/group /host/hello
        cp: /host/hello: Read-only file system
        = 1
        $ touch /host/new
        touch: /host/new: Read-only file system
        = 1
        $ touch /host/hello
        touch: /host/hello: Read-only file system
        = 1
        $ rm -rf /host/dir
        rm: /host/dir/inner: Read-only file system
        rm: /host/dir: Read-only file system
        = 1
        $ mkdir /host/d
        mkdir: /host/d: Read-only file system
        = 1
        $ mv /host/hello /host/other
        mv: rename /host/hello to /host/other: Read-only file system
        = 1
        $ chmod 777 /host/hello
        chmod: /host/hello: Read-only file system
        = 1
        $ chown 5 /host/hello
        chown: /host/hello: Read-only file system
        = 1
        $ ln -s x /host/link
        ln: /host/link: Read-only file system
        = 1
        $ mount -t hostfs
        FOLDER on /host type hostfs (read-only, nosuid, nodev, local)
        $ cp -R /host/dir /tmp/copy
        $ cat /tmp/copy/inner
        inner
        $ cat /host/out
        cat: /host/out: No such file or directory
        = 1
        $ cat /host/up/secret
        cat: /host/up/secret: No such file or directory
        = 1
    """
    check(compile_guest, script.replace("FOLDER", str(folder)), folder)
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_mapping_of_a_read_only_file_is_never_written_back(compile_guest: Compile, folder: Path) -> None:
    source = """
        #include <sys/mman.h>
        #include <fcntl.h>
        #include "check.h"
        int main(void)
        {
            int fd = open("/host/big", O_RDONLY);
            char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
            CHECK(p != MAP_FAILED && p[0] == 'a');
            p[0] = 'x';
            CHECK(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
            CHECK_ERRNO(open("/host/big", O_RDWR), EROFS);
            return 0;
        }
    """
    path = folder.parent / "prog.c"
    path.write_text(source)
    m = Machine()
    share(m.kernel, str(folder), writable=False)
    m.start(compile_guest(path))
    pass_or_explain(m.finish())
    assert (folder / "big").read_bytes()[:1] == b"a"


def test_programs_run_from_it(compile_guest: Compile, folder: Path) -> None:
    program = folder / "prog"
    program.write_bytes(compile_guest("tests/guest/commands/each.c").read_bytes())
    program.chmod(0o6755)
    check(compile_guest, "$ stat -f %Sp /host/prog\n-rwxr-xr-x\n$ /host/prog\n$ id -u\n0", folder)


def test_a_number_that_the_host_has_no_room_for_is_refused(folder: Path) -> None:
    m = Machine()
    share(m.kernel, str(folder), writable=True)
    node = file_of(m, b"/host/hello")
    for action in (lambda: node.set_times(1 << 100, 0), lambda: node.set_times(0, -1 << 100)):
        with pytest.raises(Errno) as refused:
            action()
        assert refused.value.errno == EINVAL


# -- the host changes things meanwhile --------------------------------------------------------------


def file_of(m: Machine, path: bytes) -> HostFile:
    node = namei.lookup(m.kernel.initproc, path, follow=False)
    assert isinstance(node, HostFile)
    return node


def test_changes_on_the_host_are_seen(folder: Path) -> None:
    m = Machine()
    share(m.kernel, str(folder), writable=False)
    node = file_of(m, b"/host/hello")
    assert node.uobj is not None
    page = node.uobj.page(0)
    assert bytes(m.kernel.frames.read(page)[:6]) == b"hello\n"
    (folder / "hello").write_text("something else\n")
    os.utime(folder / "hello", ns=(10**18, 10**18))
    assert file_of(m, b"/host/hello") is node
    assert node.read(0, 100) == b"something else\n"
    (folder / "hello").unlink()
    with pytest.raises(Errno):
        namei.lookup(m.kernel.initproc, b"/host/hello")


def test_a_directory_that_becomes_a_link_is_not_followed(tmp_path: Path, folder: Path) -> None:
    """Between the look at a name and the use of what it stood for, the host puts a link there."""
    m = Machine()
    share(m.kernel, str(folder), writable=True)
    inner = file_of(m, b"/host/dir/inner")
    directory = inner.within
    assert isinstance(directory, HostDir)
    (tmp_path / "inner").write_text("not shared\n")
    (folder / "dir").rename(folder / "away")
    (folder / "dir").symlink_to(tmp_path)
    for action in (
        lambda: inner.read(0, 10),
        lambda: directory.lookup(None, b"inner"),
        lambda: inner.write(0, b"x"),
        lambda: directory.remove(b"inner", inner),
        lambda: list(directory.readdir(None, 0)),
    ):
        with pytest.raises(Errno):
            action()
    assert (tmp_path / "inner").read_text() == "not shared\n"


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path, folder: Path) -> None:
    m = Machine()
    share(m.kernel, str(folder), writable=True)
    node = file_of(m, b"/host/hello")
    (folder / "hello").unlink()
    (folder / "hello").symlink_to(tmp_path / "secret")
    for action in (lambda: node.read(0, 6), lambda: node.write(0, b"x"), lambda: node.set_mode(0o777), node.stat):
        with pytest.raises(Errno):
            action()
    assert (tmp_path / "secret").read_text() == "secret\n"


def test_names_with_slashes_are_no_names(folder: Path) -> None:
    """No path gets here with one, but the host must not be given it if one did."""
    m = Machine()
    mount = share(m.kernel, str(folder), writable=False)
    assert mount.root.lookup(None, b"../secret") is None
    assert mount.root.lookup(None, b"..") is mount.root
    mount.flags &= ~MNT_RDONLY
    node = file_of(m, b"/host/hello")
    for name in (b"../new", b"dir/new", b"..", b".", b""):
        for action in (
            lambda name=name: mount.root.create(name, VREG, 0o666, m.kernel.initproc.cred),
            lambda name=name: mount.root.symlink(name, b"x", 0o777, m.kernel.initproc.cred),
            lambda name=name: mount.root.link(name, node),
            lambda name=name: mount.root.remove(name, node),
            lambda name=name: mount.root.rename(b"hello", node, mount.root, name, None),
        ):
            with pytest.raises(Errno):
                action()
    assert sorted(os.listdir(folder.parent)) == ["secret", "shared"]
    assert sorted(os.listdir(folder / "dir")) == ["inner"]


def test_a_read_only_share_has_no_way_to_write(folder: Path) -> None:
    """Even where the calls above would not ask."""
    m = Machine()
    share(m.kernel, str(folder), writable=False)
    node = file_of(m, b"/host/hello")
    for action in (lambda: node.write(0, b"x"), lambda: node.truncate(0), lambda: node.set_mode(0)):
        with pytest.raises(Errno) as refused:
            action()
        assert refused.value.errno in (EROFS, EACCES)
    assert (folder / "hello").read_text() == "hello\n"


# -- the option ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "writable"), [("", False), (":ro", False), (":rw", True)])
def test_option(folder: Path, suffix: str, writable: bool) -> None:
    command = [sys.executable, "-m", "emu.cli", "run", "--share", f"{folder}{suffix}", "mkdir", "/host/made"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode == 0) == writable == (folder / "made").is_dir(), result.stderr


def test_option_errors(folder: Path) -> None:
    for argument, why in ((f"{folder}/none", "No such file or directory"), (f"{folder}/hello", "Not a directory")):
        command = [sys.executable, "-m", "emu.cli", "run", "--share", argument, "pwd"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 2
        assert result.stderr.splitlines()[-1] == f"uarea: --share {argument}: {why}"


def test_a_machine_can_halt_while_the_folder_is_in_use(compile_guest: Compile, folder: Path) -> None:
    """Everything adds up although a file is mapped that nobody has open, and directories are."""
    path = folder.parent / "prog.c"
    path.write_text("""
        #include <sys/mman.h>
        #include <fcntl.h>
        #include <unistd.h>
        #include "check.h"
        int main(void)
        {
            int fds[2];
            CHECK(pipe(fds) == 0);
            if (fork() == 0) {
                int fd = open("/host/big", O_RDWR);
                volatile char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
                CHECK(p != MAP_FAILED && p[4096] == 'b');
                p[0] = 'x';
                close(fd);
                CHECK(chdir("/host/dir") == 0 && open("/proc/self/fd", O_RDONLY) >= 0 && open(".", O_RDONLY) >= 0);
                write(fds[1], "", 1);
                pause();
            }
            char c;
            CHECK(read(fds[0], &c, 1) == 1);
            return 0;
        }
    """)
    m = Machine()
    share(m.kernel, str(folder), writable=True)
    m.start(compile_guest(path))
    pass_or_explain(m.finish())
    assert (folder / "big").read_bytes()[:1] == b"x"  # what was only in memory when it halted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_behaves_as_a_memory_file_system_does(compile_guest: Compile, tmp_path: Path, seed: int) -> None:
    """Random calls have the same results in /host and in /tmp."""
    m = Machine()
    (tmp_path / "shared").mkdir()
    share(m.kernel, str(tmp_path / "shared"), writable=True)
    m.start(compile_guest("tests/guest/hostfs/twins.c"), [str(seed)])
    pass_or_explain(m.finish())
    assert sorted(os.listdir(tmp_path)) == ["shared"]


# -- the host's descriptors ---------------------------------------------------------------------------


def test_open_files_leave_the_host_descriptors(compile_guest: Compile, folder: Path) -> None:
    """Where the host allows few, the guest gets some of them; everything else in the machine works on."""
    for i in range(100):
        (folder / f"file{i}").touch()
    path = folder.parent / "prog.c"
    path.write_text("""
        #include <sys/mman.h>
        #include <fcntl.h>
        #include <unistd.h>
        #include "check.h"
        int main(void)
        {
            char name[32];
            int fd, last = -1, n;
            for (n = 0; n < 100; n++, last = fd) {
                snprintf(name, sizeof(name), "/host/file%d", n);
                if ((fd = open(name, O_RDONLY)) == -1)
                    break;
            }
            CHECK_EQ(errno, ENFILE);
            CHECK(n >= 20 && n <= 40);
            CHECK_ERRNO(open("/host/hello", O_RDONLY), ENFILE);
            CHECK_EQ(system("cat /bin/* /usr/bin/* > /dev/null && ls /host/dir"), 0);
            CHECK_EQ(close(last), 0);
            CHECK(open("/host/hello", O_RDONLY) == last);
            return 0;
        }
    """)
    command = [sys.executable, "-m", "emu.cli", "run", "--share", str(folder), str(compile_guest(path))]
    limited = ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *command]
    result = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "inner\n", "")


def test_closed_files_make_room(folder: Path) -> None:
    m = Machine()
    mount = share(m.kernel, str(folder), writable=False)
    mount.open_max = 1
    with file_of(m, b"/host/hello").host_file():
        assert mount.open_files == 1
        with pytest.raises(Errno) as refused:
            file_of(m, b"/host/big").read(0, 1)
        assert refused.value.errno == ENFILE
    assert mount.open_files == 0
    assert file_of(m, b"/host/big").read(0, 1) == b"a"


def test_programs_keep_no_descriptors() -> None:
    m = Machine()
    install_userland(m.kernel)
    before = os.listdir("/dev/fd")
    directory = namei.lookup(m.kernel.initproc, b"/bin")
    for _, _, program, _ in list(directory.readdir(None, 2)):
        assert program.read(0, 4) == b"\x7fELF"
    assert os.listdir("/dev/fd") == before


def test_a_program_that_the_host_has_lost(tmp_path: Path) -> None:
    m = Machine()
    files = [("/bin/lost", "lost", HostContents(str(tmp_path / "lost"), 5000), 0o755)]
    install_files(m.kernel, files)
    program = namei.lookup(m.kernel.initproc, b"/bin/lost")
    assert program.uobj is not None
    used = m.kernel.frames.used
    for action in (lambda: program.read(0, 4), lambda: program.uobj.page(0)):
        with pytest.raises(Errno) as refused:
            action()
        assert refused.value.errno == EIO
    assert m.kernel.frames.used == used
