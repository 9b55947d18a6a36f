"""What a wheel ships compiled."""

from pathlib import Path

from toolchain import libc, native
from toolchain.image import programs
from toolchain.prebuilt import build_all_prebuilt


def test_everything_that_users_without_a_compiler_need(tmp_path: Path) -> None:
    build_all_prebuilt(tmp_path)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    clocks = {f"emu/machine/prebuilt/{native.library_name(name)}" for name in native.HOSTS}
    tree = tmp_path / "userland/prebuilt/root"
    commands = {host_path for _, host_path in programs(str(tree))}
    assert str(tree / "bin/pwd") in commands
    assert made == (
        clocks
        | {f"userland/prebuilt/{name}" for name in libc.FILES}
        | {str(Path(path).relative_to(tmp_path)) for path in commands}
    )


def test_it_is_found_where_it_is_put(tmp_path: Path) -> None:
    build_all_prebuilt(tmp_path)
    library = libc.c_library(prebuilt=tmp_path / "userland/prebuilt")
    assert library.archive == tmp_path / "userland/prebuilt/libc.a"
    shipped = tmp_path / "emu/machine/prebuilt"
    if native.host() in native.HOSTS:
        assert native.native_library(prebuilt=str(shipped)) == str(
            shipped / native.library_name(native.host())
        )
