"""Paths, permissions and directory entries, by the system calls that use them."""

from __future__ import annotations

import struct

import pytest

from kernel import errno as E
from kernel.errno import Errno
from kernel.fcntl import AT_FDCWD, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDWR, O_SEARCH
from kernel.vfs import namei
from kernel.vfs.mount import MNT_RDONLY
from kernel.vfs.root import install
from kernel.vfs.tmpfs import Tmpfs
from tests.unit.vfs_kernel import FileKernel, User


@pytest.fixture
def kernel() -> FileKernel:
    return FileKernel()


@pytest.fixture
def root(kernel: FileKernel) -> User:
    return kernel.process()


@pytest.fixture
def user(kernel: FileKernel) -> User:
    return kernel.process(uid=1000, gid=100)


def stat(u: User, path: str, call: str = "stat") -> dict[str, int]:
    buffer = u.memory.place(bytes(152))
    u.call(call, path, buffer)
    raw = u.memory.copyin(buffer, 152)
    fields = struct.unpack("<QI4xQIII4xQ8QqqIII8x4x", raw)
    names = [
        "dev",
        "mode",
        "ino",
        "nlink",
        "uid",
        "gid",
        "rdev",
        "as",
        "an",
        "ms",
        "mn",
        "cs",
        "cn",
        "bs",
        "bn",
        "size",
        "blocks",
        "blksize",
        "flags",
        "gen",
    ]
    return dict(zip(names, fields, strict=True))


def listing(u: User, path: str, size: int = 4096) -> list[str]:
    fd = u.open(path, O_DIRECTORY)
    names = []
    while True:
        buffer = u.memory.place(bytes(size))
        n = u.call("getdents", fd, buffer, size)
        if n == 0:
            break
        raw, at = u.memory.copyin(buffer, n), 0
        while at < n:
            _, length, namlen, _ = struct.unpack_from("<QHHB", raw, at)
            names.append(raw[at + 13 : at + 13 + namlen].decode())
            assert raw[at + 13 + namlen] == 0 and length % 8 == 0
            at += length
    u.call("close", fd)
    return names


def getcwd(u: User) -> str:
    buffer = u.memory.place(bytes(1024))
    n = u.call("getcwd", buffer, 1024)
    return u.memory.copyin(buffer, n - 1).decode()


def test_relative_absolute_and_dots(root: User) -> None:
    root.call("mkdir", "/a", 0o755)
    root.call("mkdir", "/a/b", 0o755)
    root.create("/a/b/f", b"x")
    root.call("chdir", "/a")
    for path in ("b/f", "./b/f", "b/../b/./f", "../a/b/f", "/../../a/b/f", "//a///b//f"):
        assert stat(root, path)["size"] == 1, path
    assert getcwd(root) == "/a"
    root.call("chdir", "b")
    assert getcwd(root) == "/a/b"
    root.call("chdir", "/")
    assert getcwd(root) == "/"


def test_errors_of_lookup(root: User) -> None:
    root.create("/f")
    assert root.errno("open", "", 0, 0) == E.ENOENT
    assert root.errno("open", "/missing/x", 0, 0) == E.ENOENT
    assert root.errno("open", "/f/x", 0, 0) == E.ENOTDIR
    assert root.errno("open", "/f/", 0, 0) == E.ENOTDIR
    assert root.errno("open", "/" + "n" * 512, 0, 0) == E.ENAMETOOLONG
    assert root.errno("open", "/" + "n" * 511, 0, 0) == E.ENOENT
    assert root.errno("open", "/" * 1024, 0, 0) == E.ENAMETOOLONG
    assert root.errno("open", 0x1, 0, 0) == E.EFAULT
    assert root.errno("open", "/tmp/new/", O_CREAT, 0o644) == E.EISDIR
    assert root.errno("openat", 77, "x", 0, 0) == E.EBADF
    fd = root.open("/f")
    assert root.errno("openat", fd, "x", 0, 0) == E.ENOTDIR
    assert root.call("openat", fd, "/f", 0, 0) == fd + 1


def test_symbolic_links(root: User) -> None:
    root.create("/tmp/f", b"123")
    root.call("symlink", "f", "/tmp/link")
    root.call("symlink", "/tmp/link", "/link")
    root.call("symlink", "/tmp", "/dirlink")
    root.call("symlink", "nowhere", "/tmp/dangling")
    assert stat(root, "/link")["size"] == 3
    assert stat(root, "/link", "lstat")["mode"] & 0o170000 == 0o120000
    assert stat(root, "/dirlink/link")["size"] == 3
    assert stat(root, "/dirlink/", "lstat")["mode"] & 0o170000 == 0o040000
    assert root.errno("stat", "/tmp/dangling", 0x10000) == E.ENOENT
    assert root.errno("open", "/tmp/dangling", O_CREAT | O_EXCL, 0) == E.EEXIST
    root.open("/tmp/dangling", O_CREAT | O_RDWR)
    assert stat(root, "/tmp/nowhere")["nlink"] == 1
    assert root.errno("open", "/link", O_NOFOLLOW, 0) == E.EFTYPE
    buffer = root.memory.place(bytes(64))
    assert root.call("readlink", "/link", buffer, 4) == 4
    assert root.memory.copyin(buffer, 4) == b"/tmp"
    assert root.errno("readlink", "/tmp/f", buffer, 64) == E.EINVAL


def test_symbolic_link_loop(root: User) -> None:
    root.call("symlink", "/y", "/x")
    root.call("symlink", "/x", "/y")
    assert root.errno("open", "/x", 0, 0) == E.ELOOP
    previous = "/tmp/end"
    root.create(previous)
    for i in range(33):
        root.call("symlink", previous, f"/tmp/s{i}")
        previous = f"/tmp/s{i}"
    stat(root, "/tmp/s31")
    assert root.errno("stat", "/tmp/s32", 0x10000) == E.ELOOP


def test_search_permission(kernel: FileKernel, root: User, user: User) -> None:
    root.call("mkdir", "/secret", 0o700)
    root.create("/secret/f", mode=0o666)
    assert user.errno("open", "/secret/f", 0, 0) == E.EACCES
    root.call("chmod", "/secret", 0o711)
    user.open("/secret/f")
    assert user.errno("open", "/secret", 0, 0) == E.EACCES
    assert user.errno("open", "/secret/new", O_CREAT, 0o644) == E.EACCES


def test_permission_classes(kernel: FileKernel, root: User) -> None:
    root.create("/f")
    root.call("chown", "/f", 1000, 100)
    root.call("chmod", "/f", 0o047)
    owner, group, other = kernel.process(1000, 7), kernel.process(1, 5, (100,)), kernel.process(1, 5)
    assert owner.errno("open", "/f", 0, 0) == E.EACCES
    group.open("/f")
    assert group.errno("open", "/f", 1, 0) == E.EACCES
    other.open("/f", O_RDWR)
    root.open("/f", O_RDWR)
    assert root.call("access", "/f", 1) == 0
    root.call("chmod", "/f", 0o666)
    assert root.errno("access", "/f", 1) == E.EACCES


def test_access_uses_real_ids(kernel: FileKernel, root: User) -> None:
    from dataclasses import replace

    root.create("/f", mode=0o600)
    setuid = kernel.process(1000, 100)
    setuid.proc.cred = replace(setuid.proc.cred, euid=0)
    setuid.open("/f")
    assert setuid.errno("access", "/f", 4) == E.EACCES
    assert setuid.call("faccessat", AT_FDCWD, "/f", 4, 0x100) == 0
    assert setuid.errno("access", "/f", 8) == E.EINVAL


def test_umask_group_and_modes_of_new_files(root: User, user: User) -> None:
    assert user.call("umask", 0o027) == 0o022
    root.call("mkdir", "/pub", 0o777)
    root.call("chmod", "/pub", 0o777)
    root.call("chown", "/pub", 0, 42)
    user.create("/pub/f", mode=0o1666)
    s = stat(user, "/pub/f")
    assert (s["mode"], s["uid"], s["gid"]) == (0o100640, 1000, 42)
    user.call("mkdir", "/pub/d", 0o1777)
    assert stat(user, "/pub/d")["mode"] == 0o040750


def test_sticky_directory(kernel: FileKernel, root: User, user: User) -> None:
    other = kernel.process(2000, 200)
    user.create("/tmp/mine")
    assert other.errno("unlink", "/tmp/mine") == E.EPERM
    assert other.errno("rename", "/tmp/mine", "/tmp/yours") == E.EPERM
    other.create("/tmp/theirs")
    assert other.errno("rename", "/tmp/theirs", "/tmp/mine") == E.EPERM
    user.call("unlink", "/tmp/mine")


def test_mkdir_rmdir_and_link_counts(root: User) -> None:
    before = stat(root, "/")["nlink"]
    root.call("mkdir", "/d/", 0o755)
    assert stat(root, "/")["nlink"] == before + 1
    assert stat(root, "/d")["nlink"] == 2
    root.call("mkdir", "/d/e", 0o755)
    assert stat(root, "/d")["nlink"] == 3
    assert root.errno("mkdir", "/d", 0o755) == E.EEXIST
    assert root.errno("mkdir", "/d/.", 0o755) == E.EEXIST
    assert root.errno("rmdir", "/d") == E.ENOTEMPTY
    assert root.errno("unlink", "/d/e") == E.EPERM
    assert root.errno("rmdir", "/d/e/.") == E.EINVAL
    assert root.errno("rmdir", "/d/e/..") == E.ENOTEMPTY
    assert root.errno("rmdir", "/") == E.EBUSY
    root.call("chdir", "/d/e")
    root.call("rmdir", "/d/e")
    assert stat(root, "/d")["nlink"] == 2
    assert root.errno("getcwd", 0x10000, 100) == E.ENOENT
    assert root.errno("open", "new", O_CREAT, 0o644) == E.ENOENT
    assert root.errno("mkdir", "new", 0o755) == E.ENOENT
    root.call("chdir", "..")
    root.create("/f")
    assert root.errno("rmdir", "/f") == E.ENOTDIR


def test_hard_links(kernel: FileKernel, root: User) -> None:
    root.create("/f", b"data")
    root.call("link", "/f", "/tmp/g")
    a, b = stat(root, "/f"), stat(root, "/tmp/g")
    assert a["ino"] == b["ino"] and a["nlink"] == 2
    assert root.errno("link", "/f", "/tmp/g") == E.EEXIST
    assert root.errno("link", "/tmp", "/tmp2") == E.EPERM
    root.call("unlink", "/f")
    assert stat(root, "/tmp/g")["nlink"] == 1
    root.call("symlink", "/tmp/g", "/sym")
    root.call("linkat", AT_FDCWD, "/sym", AT_FDCWD, "/sym2", 0)
    assert stat(root, "/sym2", "lstat")["mode"] & 0o170000 == 0o120000
    root.call("linkat", AT_FDCWD, "/sym", AT_FDCWD, "/hard", 0x400)
    assert stat(root, "/hard", "lstat")["mode"] & 0o170000 == 0o100000


def test_rename(root: User) -> None:
    root.create("/a", b"a")
    root.create("/b", b"bb")
    root.call("rename", "/a", "/b")
    assert stat(root, "/b")["size"] == 1
    assert root.errno("stat", "/a", 0x10000) == E.ENOENT
    root.call("mkdir", "/d", 0o755)
    root.call("mkdir", "/d/sub", 0o755)
    assert root.errno("rename", "/d", "/d/sub/x") == E.EINVAL
    assert root.errno("rename", "/d/.", "/x") == E.EINVAL
    assert root.errno("rename", "/b", "/d") == E.EISDIR
    assert root.errno("rename", "/d", "/b") == E.ENOTDIR
    assert root.errno("rename", "/b", "/x/") == E.ENOENT
    assert root.errno("rename", "/b", "/d/.") == E.EISDIR
    assert root.errno("rename", "/b", "/d/..") == E.EINVAL
    root.call("mkdir", "/e", 0o755)
    assert root.errno("rename", "/e", "/d") == E.ENOTEMPTY
    root.call("rename", "/d/sub", "/e")
    assert stat(root, "/d")["nlink"] == 2
    root.call("rename", "/d", "/e/moved")
    root.call("chdir", "/e/moved/..")
    assert getcwd(root) == "/e"
    assert stat(root, "/e")["nlink"] == 3


def test_rename_of_two_names_of_one_file(root: User) -> None:
    root.create("/a")
    root.call("link", "/a", "/b")
    root.call("posix_rename", "/a", "/b")
    assert stat(root, "/a")["nlink"] == 2
    root.call("rename", "/a", "/a")
    assert stat(root, "/a")["nlink"] == 2
    root.call("rename", "/a", "/b")
    assert stat(root, "/b")["nlink"] == 1
    assert root.errno("stat", "/a", 0x10000) == E.ENOENT


def test_directory_listing_in_order_and_in_pieces(root: User) -> None:
    root.call("mkdir", "/d", 0o755)
    names = [f"entry-{i}" for i in range(50)]
    for name in names:
        root.create(f"/d/{name}")
    assert listing(root, "/d") == [".", "..", *names]
    assert listing(root, "/d", 64) == [".", "..", *names]
    fd = root.open("/d")
    assert root.errno("getdents", fd, 0x10000, 8) == E.EINVAL
    assert root.errno("read", fd, 0x10000, 16) == E.EISDIR
    root.call("unlink", "/d/entry-0")
    root.create("/d/entry-0")
    assert listing(root, "/d")[2:] == [*names[1:], "entry-0"]


def test_reading_a_directory_while_it_is_emptied(root: User) -> None:
    root.call("mkdir", "/d", 0o755)
    for i in range(40):
        root.create(f"/d/{i}")
    fd, seen = root.open("/d"), []
    while True:
        buffer = root.memory.place(bytes(100))
        n = root.call("getdents", fd, buffer, 100)
        if n == 0:
            break
        raw, at = root.memory.copyin(buffer, n), 0
        while at < n:
            _, length, namlen, _ = struct.unpack_from("<QHHB", raw, at)
            name = raw[at + 13 : at + 13 + namlen].decode()
            if not name.startswith("."):
                seen.append(name)
                root.call("unlink", f"/d/{name}")
            at += length
    assert seen == [str(i) for i in range(40)]


def test_chroot(root: User, user: User) -> None:
    root.call("mkdir", "/jail", 0o755)
    root.call("mkdir", "/jail/in", 0o755)
    outside = root.open("/tmp")
    assert user.errno("chroot", "/jail") == E.EPERM
    child = root.fork()
    child.call("chdir", "/jail/in")
    child.call("chroot", "/jail")
    assert getcwd(child) == "/in"
    child.call("chdir", "../../..")
    assert getcwd(child) == "/"
    assert child.errno("open", "/tmp", 0, 0) == E.ENOENT
    assert child.errno("fchdir", outside) == E.EPERM
    assert getcwd(root) == "/"
    child.call("symlink", "/in", "/up")
    stat(child, "/up/")


def test_working_directory_is_private_or_shared(root: User) -> None:
    child, sibling = root.fork(), root.clone_files()
    child.call("chdir", "/tmp")
    child.call("umask", 0)
    assert getcwd(root) == "/"
    sibling.call("chdir", "/dev")
    sibling.call("umask", 0o77)
    assert getcwd(root) == "/dev"
    assert root.call("umask", 0o22) == 0o77


def test_at_calls(root: User) -> None:
    root.call("mkdir", "/d", 0o755)
    d = root.open("/d", O_DIRECTORY)
    root.call("mkdirat", d, "sub", 0o700)
    root.call("symlinkat", "sub", d, "link")
    fd = root.call("openat", d, "sub/f", O_CREAT | O_RDWR, 0o600)
    root.write(fd, b"12")
    buffer = root.memory.place(bytes(152))
    root.call("fstatat", d, "link/f", buffer, 0)
    root.call("linkat", d, "sub/f", d, "g", 0)
    root.call("renameat", d, "g", AT_FDCWD, "/tmp/g")
    root.call("unlinkat", d, "sub/f", 0)
    assert root.errno("unlinkat", d, "sub", 0) == E.EPERM
    root.call("unlinkat", d, "sub", 0x800)
    assert root.errno("fstatat", d, "link", buffer, 0x800) == E.EINVAL
    root.call("mkfifoat", d, "fifo", 0o644)
    root.call("fchmodat", d, "fifo", 0o600, 0)
    assert stat(root, "/d/fifo")["mode"] == 0o010600
    assert listing(root, "/d") == [".", "..", "link", "fifo"]


def test_search_only_descriptor(root: User, user: User) -> None:
    root.call("mkdir", "/d", 0o711)
    root.create("/d/f", b"x")
    d = user.open("/d", O_SEARCH)
    root.call("chmod", "/d", 0o700)
    assert user.errno("open", "/d/f", 0, 0) == E.EACCES
    fd = user.call("openat", d, "f", 0, 0)
    assert user.read(fd, 9) == b"x"
    assert user.errno("getdents", d, 0x10000, 512) == E.EBADF


def test_mode_owner_and_set_id_rules(kernel: FileKernel, root: User, user: User) -> None:
    root.create("/tmp/f", b"x", 0o666)
    root.call("chown", "/tmp/f", 1000, 100)
    root.call("chmod", "/tmp/f", 0o6777)
    user.call("chmod", "/tmp/f", 0o6755)
    fd = user.open("/tmp/f", 1)
    user.write(fd, b"y")
    assert stat(user, "/tmp/f")["mode"] == 0o100755
    assert user.errno("chmod", "/tmp/f", 0o1755) == E.EFTYPE
    assert user.errno("chmod", "/tmp", 0o777) == E.EPERM
    assert user.errno("chown", "/tmp/f", 0, 100) == E.EPERM
    assert user.errno("chown", "/tmp/f", 1000, 5) == E.EPERM
    user.call("chmod", "/tmp/f", 0o6755)
    user.call("chown", "/tmp/f", 0xFFFFFFFF, 100)
    assert stat(user, "/tmp/f")["mode"] == 0o100755
    other = kernel.process(2000, 200)
    assert other.errno("chmod", "/tmp/f", 0o777) == E.EPERM
    root.call("chmod", "/tmp/f", 0o6755)
    root.call("chown", "/tmp/f", 3, 4)
    assert stat(root, "/tmp/f")["mode"] == 0o106755
    root.call("posix_chown", "/tmp/f", 5, 6)
    assert stat(root, "/tmp/f")["mode"] == 0o100755


def test_file_flags(root: User, user: User) -> None:
    user.create("/tmp/f", b"x")
    user.call("chflags", "/tmp/f", 0x2)
    assert stat(user, "/tmp/f")["flags"] == 2
    assert user.errno("open", "/tmp/f", 1, 0) == E.EPERM
    assert user.errno("unlink", "/tmp/f") == E.EPERM
    assert user.errno("chmod", "/tmp/f", 0) == E.EPERM
    assert user.errno("link", "/tmp/f", "/tmp/g") == E.EPERM
    assert user.errno("chflags", "/tmp/f", 0x20000) == E.EPERM
    user.call("chflags", "/tmp/f", 0x4)
    assert user.errno("open", "/tmp/f", 1, 0) == E.EPERM
    fd = user.open("/tmp/f", 1 | 0x8)
    user.write(fd, b"y")
    assert user.errno("ftruncate", fd, 0) == E.EPERM
    assert root.errno("truncate", "/tmp/f", 0) == E.EPERM
    assert user.errno("unlink", "/tmp/f") == E.EPERM
    user.call("chflags", "/tmp/f", 0)
    user.call("unlink", "/tmp/f")


def test_times(kernel: FileKernel, root: User, user: User) -> None:
    user.create("/tmp/f", b"x")
    start = kernel.clock.boot_time // 10**9
    kernel.clock.time = 5 * 10**9
    user.read(user.open("/tmp/f"), 1)
    s = stat(user, "/tmp/f")
    assert (s["as"], s["ms"], s["bs"]) == (start + 5, start, start)
    user.call("utimes", "/tmp/f", struct.pack("<qi4xqi4x", 100, 7, 200, 8))
    s = stat(user, "/tmp/f")
    assert (s["as"], s["an"], s["ms"], s["mn"], s["bs"]) == (100, 7000, 200, 8000, 200)
    assert s["cs"] == start + 5
    omit, now = (1 << 30) - 2, (1 << 30) - 1
    user.call("utimensat", AT_FDCWD, "/tmp/f", struct.pack("<4q", 0, omit, 0, now), 0)
    s = stat(user, "/tmp/f")
    assert (s["as"], s["ms"]) == (100, start + 5)
    assert user.errno("utimes", "/tmp/f", struct.pack("<qi4xqi4x", 0, 10**6, 0, 0)) == E.EINVAL
    root.call("chmod", "/tmp/f", 0o644)
    other = kernel.process(3, 3)
    assert other.errno("utimes", "/tmp/f", struct.pack("<qi4xqi4x", 1, 0, 1, 0)) == E.EPERM
    assert other.errno("utimes", "/tmp/f", 0) == E.EACCES


def test_devices(kernel: FileKernel, root: User, user: User) -> None:
    null, zero = user.open("/dev/null", O_RDWR), user.open("/dev/zero", O_RDWR)
    assert user.read(null, 10) == b"" and user.write(null, b"abc") == 3
    assert user.read(zero, 10) == bytes(10)
    full = user.open("/dev/full", O_RDWR)
    assert user.errno("write", full, b"x", 1) == E.ENOSPC
    random = user.read(user.open("/dev/urandom"), 100)
    assert len(set(random)) > 20
    assert user.errno("open", "/dev/tty", O_RDWR, 0) == E.ENXIO
    assert stat(user, "/dev/null")["rdev"] == 0x202
    assert user.errno("mknod", "/tmp/n", 0o020666, 0x202) == E.EPERM
    root.call("mknod", "/tmp/n", 0o020666, 0x202)
    assert root.write(root.open("/tmp/n", 1), b"abc") == 3
    assert root.errno("mknod", "/tmp/fifo", 0o010666, 0) == E.EINVAL
    root.call("mknod", "/tmp/none", 0o020666, 0x9999)
    assert root.errno("open", "/tmp/none", 0, 0) == E.ENXIO


def test_descriptor_devices(root: User) -> None:
    root.create("/f", b"hello")
    fd = root.open("/f")
    copy = root.open(f"/dev/fd/{fd}")
    assert root.read(copy, 2) == b"he" and root.read(fd, 9) == b"llo"
    assert root.errno("open", f"/dev/fd/{fd}", 1, 0) == E.EACCES
    assert root.errno("open", "/dev/fd/60", 0, 0) == E.EBADF
    root.open("/dev/stdin")


def test_mounts(kernel: FileKernel, root: User) -> None:
    mount = Tmpfs(kernel.vfs, "second")
    kernel.vfs.mount_on(mount, namei.lookup(root.proc, b"/mnt"), b"/mnt")
    root.create("/mnt/f", b"x")
    root.create("/f", b"x")
    assert stat(root, "/mnt")["dev"] != stat(root, "/")["dev"]
    assert stat(root, "/mnt/..")["ino"] == stat(root, "/")["ino"]
    assert root.errno("link", "/f", "/mnt/g") == E.EXDEV
    assert root.errno("rename", "/f", "/mnt/g") == E.EXDEV
    assert root.errno("rmdir", "/mnt") == E.EBUSY
    root.call("mkdir", "/mnt/d", 0o755)
    root.call("chdir", "/mnt/d")
    assert getcwd(root) == "/mnt/d"
    mount.flags |= MNT_RDONLY
    for call in (("open", "/mnt/f", 1, 0), ("unlink", "/mnt/f"), ("mkdir", "/mnt/e", 0), ("chmod", "/mnt/f", 0)):
        assert root.errno(*call) == E.EROFS, call
    root.open("/mnt/f")
    buffer = root.memory.place(bytes(12288))
    assert root.call("getvfsstat", 0, 0, 1) == 3  # the root, /proc and this one
    assert root.call("getvfsstat", buffer, 12288, 1) == 3
    assert root.call("getvfsstat", buffer, 8192, 1) == 2
    root.call("statvfs", "/mnt/f", buffer, 1)
    root.call("chdir", "/")
    kernel.vfs.unmount(mount)
    assert root.errno("open", "/mnt/f", 0, 0) == E.ENOENT


def test_install_makes_directories_and_replaces(kernel: FileKernel, root: User) -> None:
    install(kernel, "/usr/games/rogue", b"one")  # type: ignore[arg-type]
    install(kernel, "/usr/games/rogue", b"three", 0o555)  # type: ignore[arg-type]
    assert root.read(root.open("/usr/games/rogue"), 10) == b"three"
    assert stat(root, "/usr/games/rogue")["mode"] == 0o100555
    with pytest.raises(Errno):
        install(kernel, "/usr/games", b"x")  # type: ignore[arg-type]


def test_pathconf(root: User) -> None:
    root.create("/f")
    assert root.call("pathconf", "/f", 4) == 511
    assert root.errno("pathconf", "/f", 6) == E.EINVAL
    assert root.errno("pathconf", "/f", 99) == E.EINVAL
    reader, _ = root.call("pipe")
    assert root.call("fpathconf", reader, 6) == 512
