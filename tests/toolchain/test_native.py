"""The machine's native part: where it is found, when it is built, and what that costs at start-up."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import native
from toolchain.locate import ROOT
from toolchain.native import HOSTS, build_all_hosts, host, library_name, native_library

# It uses a function of the process that loads it, as the real one does.
SOURCE = """\
#include <stdint.h>
int Py_IsInitialized(void);
int64_t twice(int64_t x) { return Py_IsInitialized() ? 2 * x : 0; }
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "machine.c"
    path.write_text(SOURCE)
    return path


def find(source: Path) -> str | None:
    return native_library((str(source),), prebuilt=str(source.parent / "prebuilt"))


def twice(library: str | None, value: int) -> int:
    assert library is not None
    function = ctypes.CDLL(library).twice
    function.restype, function.argtypes = ctypes.c_int64, [ctypes.c_int64]
    result: int = function(value)
    return result


def test_built_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = find(source)
    assert twice(first, 1 << 40) == 1 << 41

    def refuse(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(native, "build_library", refuse)
    assert find(source) == first


def test_a_changed_source_is_another_library(source: Path) -> None:
    first = find(source)
    source.write_text(SOURCE.replace("2 * x", "3 * x"))
    second = find(source)
    assert second != first and twice(second, 5) == 15


def test_the_hosts_own_compiler_will_do(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(map(native.on_path, ("cc", "gcc", "clang"))):
        pytest.skip("this host has no compiler of its own")
    with_zig = find(source)
    monkeypatch.setattr(native, "zig_executable", lambda: None)
    with_host = find(source)
    assert with_host != with_zig and twice(with_host, 21) == 42


def test_none_where_nothing_can_be_done(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert native_library((str(source.with_name("missing.c")),), "/nonexistent") is None
    monkeypatch.setattr(native, "zig_executable", lambda: None)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert find(source) is None


def test_none_if_the_compiler_fails(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_text("not C")
    assert find(source) is None
    assert "native part cannot be built" in capsys.readouterr().err


def test_shipped_library_comes_first(source: Path) -> None:
    shipped = source.parent / "prebuilt" / library_name(host())
    shipped.parent.mkdir()
    shipped.write_text("")
    source.unlink()
    assert find(source) == str(shipped)


def test_every_host_of_the_wheel(source: Path, tmp_path: Path) -> None:
    build_all_hosts(str(tmp_path / "one"), (str(source),))
    magics = {"linux": b"\x7fELF", "macos": b"\xcf\xfa\xed\xfe"}
    for name in HOSTS:
        library = tmp_path / "one" / library_name(name)
        assert library.read_bytes()[:4] == magics[name.split("-")[0]]
        assert str(tmp_path).encode() not in library.read_bytes()
    build_all_hosts(str(tmp_path / "two"), (str(source),))
    for name in HOSTS:
        one, two = (tmp_path / which / library_name(name) for which in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    if host() in HOSTS:
        assert twice(str(tmp_path / "one" / library_name(host())), 4) == 8


def test_start_up_imports_nothing_slow(source: Path) -> None:
    find(source)
    script = (
        "import sys; before = set(sys.modules)\n"
        "from toolchain.native import native_library\n"
        f"print(native_library(({str(source)!r},), '/nonexistent'))\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    environment = dict(os.environ, PYTHONPATH=ROOT)
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    path, modules = result.stdout.splitlines()
    assert path == find(source)
    assert set(modules.split()) == {"toolchain", "toolchain.locate", "toolchain.native", "zlib"}


def test_the_toolchain_imports_no_kernel_and_no_emulator() -> None:
    script = (
        "import sys, toolchain.cc, toolchain.elf, toolchain.native, toolchain.prebuilt\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in ('emu', 'kernel', 'unicorn')))\n"
    )
    environment = dict(os.environ, PYTHONPATH=ROOT)
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
