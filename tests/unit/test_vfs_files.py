"""Contents of files: reading, writing, offsets, sizes, space."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import errno as E
from kernel.errno import Errno
from kernel.fcntl import O_APPEND, O_CREAT, O_EXCL, O_NONBLOCK, O_RDWR, O_TRUNC, O_WRONLY
from kernel.uvm.page import ANON
from kernel.vfs import namei
from kernel.vfs.root import install
from tests.unit.vfs_kernel import RLIMIT_FSIZE, USER_BASE, USER_SIZE, FileKernel, User

EFAULT_ADDRESS = 0x100
SIGXFSZ = 25


@pytest.fixture
def kernel() -> FileKernel:
    return FileKernel()


@pytest.fixture
def root(kernel: FileKernel) -> User:
    return kernel.process()


def size(u: User, fd: int) -> int:
    at = u.call("lseek", fd, 0, 1)
    end: int = u.call("lseek", fd, 0, 2)
    u.call("lseek", fd, at, 0)
    return end


def test_offset_moves_and_is_shared_by_dup_and_fork(root: User) -> None:
    root.create("/f", b"0123456789")
    fd = root.open("/f")
    copy = root.call("dup", fd)
    assert root.read(fd, 3) == b"012"
    assert root.read(copy, 3) == b"345"
    child = root.fork()
    child.call("lseek", fd, 1, 0)
    assert root.read(fd, 1) == b"1"
    assert root.read(root.open("/f"), 1) == b"0"


def test_seek(root: User) -> None:
    root.create("/f", b"0123456789")
    fd = root.open("/f", O_RDWR)
    assert root.call("lseek", fd, 4, 0) == 4
    assert root.call("lseek", fd, -1, 1) == 3
    assert root.call("lseek", fd, 2, 2) == 12
    assert root.read(fd, 5) == b""
    assert root.errno("lseek", fd, -1, 0) == E.EINVAL
    assert root.errno("lseek", fd, 0, 9) == E.EINVAL
    root.write(fd, b"x")
    root.call("lseek", fd, 0, 0)
    assert root.read(fd, 99) == b"0123456789\0\0x"
    reader, _ = root.call("pipe")
    assert root.errno("lseek", reader, 0, 0) == E.ESPIPE


def test_append_and_truncate(root: User) -> None:
    root.create("/f", b"abc")
    a, b = root.open("/f", O_WRONLY | O_APPEND), root.open("/f", O_WRONLY | O_APPEND)
    root.write(a, b"1")
    root.write(b, b"2")
    root.write(a, b"3")
    assert root.read(root.open("/f"), 99) == b"abc123"
    assert root.errno("open", "/f", O_CREAT | O_EXCL | O_WRONLY, 0) == E.EEXIST
    root.open("/f", O_WRONLY | O_TRUNC)
    assert root.read(root.open("/f"), 99) == b""


def test_access_modes(root: User) -> None:
    root.create("/f", b"abc")
    r, w = root.open("/f"), root.open("/f", O_WRONLY)
    assert root.errno("write", r, b"x", 1) == E.EBADF
    assert root.errno("read", w, USER_BASE, 1) == E.EBADF
    assert root.errno("read", 99, USER_BASE, 1) == E.EBADF
    assert root.errno("read", -1, USER_BASE, 1) == E.EBADF
    assert root.errno("open", "/f", 3, 0) == E.EINVAL
    assert root.errno("ftruncate", r, 0) == E.EINVAL
    assert root.errno("open", "/tmp", O_WRONLY, 0) == E.EISDIR


def test_positioned_transfers_leave_the_offset(root: User) -> None:
    root.create("/f", b"0123456789")
    fd = root.open("/f", O_RDWR)
    buffer = root.memory.place(bytes(4))
    assert root.call("pread", fd, buffer, 4, 5) == 4
    assert root.memory.copyin(buffer, 4) == b"5678"
    assert root.call("pwrite", fd, b"AB", 2, 1) == 2
    assert root.read(fd, 4) == b"0AB3"
    assert root.errno("pread", fd, buffer, 4, -1) == E.EINVAL
    reader, writer = root.call("pipe")
    assert root.errno("pread", reader, buffer, 4, 0) == E.ESPIPE
    assert root.errno("pwrite", writer, buffer, 4, 0) == E.ESPIPE


def test_vectors(root: User) -> None:
    fd = root.open("/f", O_CREAT | O_RDWR)
    a, b = root.memory.place(b"hello "), root.memory.place(b"world")
    iov = struct.pack("<4Q", a, 6, b, 5)
    assert root.call("writev", fd, iov, 2) == 11
    root.call("lseek", fd, 0, 0)
    c, d = root.memory.place(bytes(3)), root.memory.place(bytes(20))
    assert root.call("readv", fd, struct.pack("<6Q", c, 3, 0, 0, d, 20), 3) == 11
    assert root.memory.copyin(c, 3) + root.memory.copyin(d, 8) == b"hello world"
    assert root.errno("readv", fd, iov, 0) == E.EINVAL
    assert root.errno("readv", fd, iov, 1025) == E.EINVAL
    assert root.errno("readv", fd, struct.pack("<4Q", a, 1 << 62, b, 1 << 62), 2) == E.EINVAL
    assert root.errno("writev", fd, struct.pack("<4Q", a, 6, EFAULT_ADDRESS, 5), 2) == E.EFAULT
    assert root.call("preadv", fd, struct.pack("<2Q", c, 3), 1, 6) == 3
    assert root.memory.copyin(c, 3) == b"wor"


def test_faults_move_nothing(root: User) -> None:
    root.create("/f", b"abc")
    fd = root.open("/f", O_RDWR)
    assert root.errno("read", fd, EFAULT_ADDRESS, 3) == E.EFAULT
    assert root.errno("write", fd, EFAULT_ADDRESS, 3) == E.EFAULT
    assert root.read(fd, 9) == b"abc"
    assert root.errno("read", fd, USER_BASE, 1 << 63) == E.EINVAL


def test_unlinked_file_lives_until_its_last_close(kernel: FileKernel, root: User) -> None:
    before = kernel.frames.used
    root.create("/tmp/f", bytes(10000))
    fd = root.open("/tmp/f", O_RDWR)
    copy = root.fork()
    root.call("unlink", "/tmp/f")
    assert kernel.frames.used == before + 3
    root.call("close", fd)
    assert copy.read(fd, 5) == bytes(5)
    copy.exit()
    assert kernel.frames.used == before


def test_truncate_gives_back_memory_and_zeroes(kernel: FileKernel, root: User) -> None:
    before = kernel.frames.used
    root.create("/f", b"x" * 10000)
    root.call("truncate", "/f", 5000)
    assert kernel.frames.used == before + 2
    root.call("truncate", "/f", 10000)
    fd = root.open("/f")
    root.call("lseek", fd, 4990, 0)
    assert root.read(fd, 20) == b"x" * 10 + bytes(10)
    assert root.errno("truncate", "/f", -1) == E.EINVAL
    assert root.errno("truncate", "/tmp", 0) == E.EISDIR
    root.call("unlink", "/f")


def test_image_files_are_loaded_on_demand(kernel: FileKernel, root: User) -> None:
    before = kernel.frames.used
    data = bytes(range(256)) * 64
    vnode = install(kernel, "/big", data)  # type: ignore[arg-type]
    assert kernel.frames.used == before
    assert vnode.read(4000, 200) == data[4000:4200]
    assert vnode.read(len(data) - 3, 200) == data[-3:]
    assert kernel.frames.used == before
    fd = root.open("/big", O_RDWR)
    root.call("lseek", fd, 5000, 0)
    root.write(fd, b"!")
    assert vnode.read(4999, 3) == data[4999:5000] + b"!" + data[5001:5002]
    assert kernel.frames.used == before + 1
    root.call("ftruncate", fd, 100)
    root.call("ftruncate", fd, len(data))
    assert vnode.read(0, len(data)) == data[:100] + bytes(len(data) - 100)


def test_memory_full_is_enospc_and_writes_nothing(kernel: FileKernel, root: User) -> None:
    for _ in range(kernel.frames.free - 314):  # 64 of them are not for files
        kernel.frames.alloc(ANON)
    before = kernel.frames.used
    fd = root.open("/f", O_CREAT | O_RDWR)
    root.write(fd, bytes(200 * 4096))
    used = kernel.frames.used
    assert root.errno("write", fd, bytes(100 * 4096), 100 * 4096) == E.ENOSPC
    assert kernel.frames.used == used and size(root, fd) == 200 * 4096
    root.call("ftruncate", fd, 0)
    assert kernel.frames.used == before


def test_file_size_limit(kernel: FileKernel, root: User) -> None:
    root.proc.limit.soft[RLIMIT_FSIZE] = 100
    fd = root.open("/f", O_CREAT | O_RDWR)
    assert root.write(fd, bytes(100)) == 100
    assert root.errno("write", fd, b"x", 1) == E.EFBIG
    assert kernel.signals.sent == [(root.proc.pid, SIGXFSZ)]
    assert root.errno("ftruncate", fd, 101) == E.EFBIG
    root.call("ftruncate", fd, 50)


def test_space_calls(kernel: FileKernel, root: User) -> None:
    fd = root.open("/f", O_CREAT | O_RDWR)
    assert root.call("posix_fallocate", fd, 0, 8192) == 0
    assert size(root, fd) == 8192 and kernel.frames.used == 2
    assert root.call("posix_fallocate", fd, 0, 0) == E.EINVAL
    root.write(fd, b"x" * 8192)
    root.call("fdiscard", fd, 10, 8182)
    assert kernel.frames.used == 1 and size(root, fd) == 8192
    root.call("lseek", fd, 0, 0)
    assert root.read(fd, 9000) == b"x" * 10 + bytes(8182)
    reader, _ = root.call("pipe")
    assert root.call("posix_fallocate", reader, 0, 1) == E.EBADF
    assert root.call("posix_fadvise", fd, 0, 0, 3) == 0
    assert root.call("posix_fadvise", fd, 0, 0, 9) == E.EINVAL
    assert root.call("posix_fadvise", reader, 0, 0, 0) == E.ESPIPE
    for call in ("fsync", "fdatasync"):
        assert root.call(call, fd) == 0
    assert root.errno("fsync_range", fd, 0x30, 0, 0) == E.EINVAL
    assert root.call("fsync_range", fd, 0x10, 0, 0) == 0
    assert root.errno("fsync", reader) == E.EINVAL


def test_text_is_not_written(kernel: FileKernel, root: User) -> None:
    root.create("/prog", b"#!", 0o755)
    vnode = namei.lookup(root.proc, b"/prog")
    fd = root.open("/prog", O_WRONLY)
    assert vnode.writers == 1
    root.call("close", fd)
    assert vnode.writers == 0
    vnode.text_refs = 1
    assert root.errno("open", "/prog", O_WRONLY, 0) == E.ETXTBSY
    assert root.errno("truncate", "/prog", 0) == E.ETXTBSY
    root.open("/prog")


def test_ioctls(root: User) -> None:
    root.create("/f", b"12345")
    fd = root.open("/f", O_RDWR)
    root.read(fd, 2)
    out = root.memory.place(bytes(4))
    root.call("ioctl", fd, 0x4004667F, out)
    assert root.memory.copyin(out, 4) == b"\3\0\0\0"
    assert root.errno("ioctl", fd, 0x402C7413, out) == E.ENOTTY
    root.call("ioctl", fd, 0xFFFFFFFF8004667E, struct.pack("<i", 1))
    assert root.call("fcntl", fd, 3, 0) == O_RDWR | O_NONBLOCK
    root.call("ioctl", fd, 0x20006601, 0)
    assert root.call("fcntl", fd, 1, 0) == 1


def test_path_of_an_open_file(root: User) -> None:
    root.call("mkdir", "/d", 0o755)
    root.create("/d/f")
    fd, directory = root.open("/d/f"), root.open("/d")
    out = root.memory.place(bytes(1024))
    for number, expected in ((fd, b"/d/f\0"), (directory, b"/d\0")):
        root.call("fcntl", number, 15, out)
        assert root.memory.copyin(out, len(expected)) == expected
    root.call("unlink", "/d/f")
    assert root.errno("fcntl", fd, 15, out) == E.ENOENT


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("pwrite"), st.integers(0, 20000), st.binary(min_size=1, max_size=9000)),
            st.tuples(st.just("truncate"), st.integers(0, 20000), st.just(b"")),
            st.tuples(st.just("pread"), st.integers(0, 22000), st.just(bytes(5000))),
            st.tuples(st.just("discard"), st.integers(0, 20000), st.just(bytes(6000))),
        ),
        max_size=25,
    ),
    st.binary(max_size=12000),
)
def test_contents_match_a_bytearray(operations: list[tuple[str, int, bytes]], image: bytes) -> None:
    kernel = FileKernel()
    root = kernel.process()
    install(kernel, "/f", image, 0o644)  # type: ignore[arg-type]
    fd = root.open("/f", O_RDWR)
    model = bytearray(image)
    for operation, offset, data in operations:
        if operation == "pwrite":
            assert root.call("pwrite", fd, data, len(data), offset) == len(data)
            model.extend(bytes(max(0, offset + len(data) - len(model))))
            model[offset : offset + len(data)] = data
        elif operation == "truncate":
            root.call("ftruncate", fd, offset)
            del model[offset:]
            model.extend(bytes(offset - len(model)))
        elif operation == "discard":
            root.call("fdiscard", fd, offset, len(data))
            end = min(offset + len(data), len(model))
            if end > offset:
                model[offset:end] = bytes(end - offset)
        else:
            buffer = root.memory.place(data)
            n = root.call("pread", fd, buffer, len(data), offset)
            assert root.memory.copyin(buffer, n) == model[offset : offset + len(data)]
    assert namei.lookup(root.proc, b"/f").read(0, 1 << 20) == model
    root.call("unlink", "/f")
    root.exit()
    assert kernel.frames.used == 0


def test_transfer_at_the_end_of_user_memory(root: User) -> None:
    root.create("/f", b"abcdef")
    fd = root.open("/f")
    assert root.call("read", fd, USER_BASE + USER_SIZE - 6, 6) == 6
    root.call("lseek", fd, 0, 0)
    with pytest.raises(Errno):
        root.call("read", fd, USER_BASE + USER_SIZE - 5, 6)
