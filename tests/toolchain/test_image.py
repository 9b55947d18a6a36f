"""The programs of the root file system: found, compiled when they changed, put where they belong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from toolchain import image, userland
from toolchain.elf import has_netbsd_note, symbols
from toolchain.errors import ToolchainError
from toolchain.image import image_files, programs

NO_PREBUILT = "/nonexistent"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small userland of its own, and a small cache beside the usual one for what is made of it."""
    directory = tmp_path / "userland"
    for place in ("bin", "sbin", "usr.bin/two", "common", "etc"):
        (directory / place).mkdir(parents=True)
    (directory / "common" / "value.h").write_text("#define VALUE 1\n")
    (directory / "bin" / "ls.c").write_text('#include "value.h"\nint main(void) { return VALUE; }\n')
    (directory / "bin" / "grep.c").write_text("int main(void) { return 2; }\n")
    (directory / "sbin" / "halt.c").write_text("int main(void) { return 3; }\n")
    (directory / "usr.bin" / "two" / "one.c").write_text("int two(void);\nint main(void) { return two(); }\n")
    (directory / "usr.bin" / "two" / "two.c").write_text("int two(void) { return 4; }\n")
    (directory / "etc" / "motd").write_text("hello\n")
    (directory / "etc" / "master.passwd").write_text("root:*:0:0::0:0::/:/bin/sh\n")
    real = image.cache_root()
    monkeypatch.setattr(image, "cache_root", lambda: str(tmp_path / "cache"))
    assert os.path.isdir(real)
    return directory


def test_programs_go_where_netbsd_has_them(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = dict(programs(NO_PREBUILT, str(sources)))
    assert list(found) == ["/bin/ls", "/sbin/halt", "/usr/bin/grep", "/usr/bin/two", "/sbin/reboot", "/sbin/poweroff",
                           "/usr/bin/egrep", "/usr/bin/fgrep"]  # fmt: skip
    assert found["/sbin/reboot"] == found["/sbin/halt"]
    assert has_netbsd_note(Path(found["/bin/ls"]))
    assert {"main", "two"} <= symbols(Path(found["/usr/bin/two"])).keys()
    assert capsys.readouterr().err.count("\n") == 1


def test_files_of_etc_have_modes(sources: Path) -> None:
    modes = {file.path: file.mode for file in image_files(NO_PREBUILT, str(sources)) if file.path.startswith("/etc")}
    assert modes == {"/etc/master.passwd": 0o600, "/etc/motd": 0o644}


def test_only_what_changed_is_compiled(
    sources: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(programs(NO_PREBUILT, str(sources)))
    capsys.readouterr()
    monkeypatch.setattr(userland, "build_tree", None)
    assert dict(programs(NO_PREBUILT, str(sources))) == before  # nothing is even looked at twice
    assert capsys.readouterr().err == ""
    monkeypatch.undo()
    monkeypatch.setattr(image, "cache_root", lambda: str(sources.parent / "cache"))
    (sources / "common" / "value.h").write_text("#define VALUE 17\n")
    after = dict(programs(NO_PREBUILT, str(sources)))
    assert Path(after["/bin/ls"]).read_bytes() != Path(before["/bin/ls"]).read_bytes()
    assert os.path.samefile(after["/sbin/halt"], before["/sbin/halt"])
    assert os.path.samefile(after["/usr/bin/two"], before["/usr/bin/two"])


def test_one_that_does_not_compile_is_left_out(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sources / "bin" / "grep.c").write_text("int main(void) { return }\n")
    for _ in range(2):
        found = dict(programs(NO_PREBUILT, str(sources)))
        assert "/usr/bin/grep" not in found and "/bin/ls" in found
        said = capsys.readouterr().err
    assert said == "uarea: not in the guest, because they do not compile: /usr/bin/grep\n"
    (sources / "bin" / "grep.c").write_text("int main(void) { return 2; }\n")
    assert "/usr/bin/grep" in dict(programs(NO_PREBUILT, str(sources)))


def test_without_a_compiler(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "zig_executable", lambda: None)
    with pytest.raises(ToolchainError, match="no compiler found"):
        programs(NO_PREBUILT, str(sources))


def test_what_a_wheel_ships_is_taken_as_it_is(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "zig_executable", lambda: None)
    (tmp_path / "root" / "bin").mkdir(parents=True)
    (tmp_path / "root" / "bin" / "test").write_bytes(b"\x7fELF")
    assert programs(str(tmp_path / "root"), str(sources)) == [
        ("/bin/test", str(tmp_path / "root" / "bin" / "test")),
        ("/bin/[", str(tmp_path / "root" / "bin" / "test")),
    ]


def test_no_two_programs_have_one_path() -> None:
    paths = [source.path for source in userland.find_sources()]
    assert len(paths) == len(set(paths))
    assert not {f"/{path}" for path in paths} & image.ALIASES.keys()
