"""Building the C library: what is compiled again when, and what is said when it cannot be."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolchain import cache, libc, objects
from toolchain.compilers import require_zig
from toolchain.errors import ToolchainError
from toolchain.libc import CLibrary, c_library


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small library: a start-up file, two functions of which one has a header, and one in assembly."""
    files = {
        "sys/crt0.S": ".globl __start\n__start: call main\n",
        "sys/call.S": ".globl call\ncall: ecall\n ret\n",
        "a.c": '#include "part.h"\nint a(void) { return PART; }\n',
        "deep/down/b.c": "int b(void) { return 2; }\n",
        "include/part.h": "#define PART 1\n",
    }
    for name, text in files.items():
        path = tmp_path / "libc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "libc"


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own; only the compiler's runtime, slow to make, is taken from the real one."""
    runtime = libc.build_runtime()
    monkeypatch.setattr(libc, "build_runtime", lambda: runtime)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the sources that were given to the compiler."""
    names: list[str] = []
    real = objects.run

    def run(command: list[str], **keywords: object) -> tuple[int, str]:
        names.append(Path(command[-1]).name)
        return real(command, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(objects, "run", run)
    yield names


def build(sources: Path) -> CLibrary:
    return c_library(sources, prebuilt=sources / "prebuilt")


def members(archive: Path) -> set[str]:
    listing = subprocess.run([require_zig(), "ar", "t", archive], capture_output=True, text=True, check=True)
    return set(listing.stdout.split())


def test_everything_is_built_once(sources: Path, compiled: list[str]) -> None:
    first = build(sources)
    assert sorted(compiled) == ["a.c", "b.c", "call.S", "crt0.S"]
    assert members(first.archive) == {"a.o", "b.o", "call.o"}
    assert first.startup.name == "crt0.o" and first.runtime.exists()
    compiled.clear()
    assert build(sources) == first
    assert compiled == []


def test_only_what_changed_is_compiled_again(sources: Path, compiled: list[str]) -> None:
    first = build(sources)
    compiled.clear()
    (sources / "include/part.h").write_text("#define PART 10\n")
    second = build(sources)
    assert compiled == ["a.c"]
    assert second.key != first.key and first.archive.exists()
    compiled.clear()
    (sources / "c.c").write_text("int c(void) { return 3; }\n")
    assert members(build(sources).archive) == {"a.o", "b.o", "c.o", "call.o"}
    assert compiled == ["c.c"]
    (sources / "c.c").unlink()
    assert build(sources) == second


def test_files_of_one_name_in_two_directories(sources: Path) -> None:
    (sources / "deep/a.c").write_text("int other(void) { return 4; }\n")
    listing = subprocess.run(
        [require_zig(), "ar", "t", build(sources).archive], capture_output=True, text=True, check=True
    )
    assert listing.stdout.split().count("a.o") == 2


def test_same_bytes_every_time(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(sources)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    second = build(sources)
    assert first.archive != second.archive
    assert first.archive.read_bytes() == second.archive.read_bytes()
    assert first.startup.read_bytes() == second.startup.read_bytes()


def test_shipped_library_is_taken_as_it_is(sources: Path, compiled: list[str]) -> None:
    shipped = sources / "prebuilt"
    shipped.mkdir()
    for name in libc.FILES:
        (shipped / name).write_text(name)
    library = build(sources)
    assert compiled == []
    assert [library.startup, library.archive, library.runtime] == [shipped / name for name in libc.FILES]
    (shipped / "libc.a").write_text("a newer version")
    assert build(sources).key != library.key


def test_an_incomplete_shipment_is_ignored(sources: Path) -> None:
    (sources / "prebuilt").mkdir()
    (sources / "prebuilt/libc.a").write_text("")
    assert build(sources).archive.stat().st_size > 0


def test_the_compilers_message_is_shown(sources: Path) -> None:
    (sources / "deep/down/b.c").write_text("int b(void) { return undeclared; }\n")
    with pytest.raises(ToolchainError) as caught:
        build(sources)
    assert caught.value.status == 1
    assert caught.value.args[0] == "compiling b.c failed"
    assert "b.c:1:22: error:" in caught.value.output


def test_warnings_are_shown_once(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sources / "a.c").write_text("int a(int unused) { return 1; }\n")
    build(sources)
    assert "unused" in capsys.readouterr().err
    build(sources)
    assert capsys.readouterr().err == ""


def test_no_sources(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"the sources of the C library are not in"):
        build(tmp_path / "nothing")


def test_builders_at_the_same_time(sources: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        libraries = list(pool.map(build, [sources] * 8))
    assert len(set(libraries)) == 1
    assert members(libraries[0].archive) == {"a.o", "b.o", "call.o"}
    assert not list(cache.cache_dir().rglob(".building-*"))


def test_cache_that_cannot_be_written(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ToolchainError, match="cannot write to"):
        build(sources)


class TestSweep:
    """Old editions go when a new one arrives, but not while they may be in use."""

    @staticmethod
    def edition(slot: Path, key: str, age_seconds: int) -> Path:
        entry = slot / key / "file"
        with cache.publishing(entry) as made:
            made.write_text(key)
        then = entry.stat().st_mtime - age_seconds
        os.utime(entry.parent, (then, then))
        return entry

    def test_only_old_editions_of_the_same_thing(self, tmp_path: Path) -> None:
        old = self.edition(tmp_path / "slot", "old", 7200)
        recent = self.edition(tmp_path / "slot", "recent", 600)
        unrelated = self.edition(tmp_path / "other", "old", 7200)
        new = self.edition(tmp_path / "slot", "new", 0)
        cache.sweep(new)
        assert not old.exists()
        assert recent.exists() and unrelated.exists() and new.exists()


def test_publishing_nothing_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), cache.publishing(tmp_path / "key" / "file") as made:
        made.write_text("half")
        raise RuntimeError
    assert list((tmp_path / "key").iterdir()) == []


def test_digest_depends_on_boundaries() -> None:
    assert cache.digest(["ab", "c"]) != cache.digest(["a", "bc"])
    assert cache.digest(["ab"]) == cache.digest([b"ab"])
