"""Processes as files, seen from inside the guest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.descrip import FileDesc
from kernel.file import File
from kernel.vfs import namei
from tests.conftest import Machine, RunGuest, pass_or_explain


@pytest.mark.parametrize("cow", ["none", "page", "table"])
def test_files(run_guest: RunGuest, cow: str) -> None:
    outcome = run_guest("tests/guest/proc/files.c", "one", "two", cow=cow, flags=["-DCOPIED"] if cow == "none" else [])
    pass_or_explain(outcome)


def test_names_that_are_not_text(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/proc/names.c"))


def test_descriptors_are_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are listed: not for each of them again."""
    p = Machine().kernel.initproc
    file = File(p.kernel.files, 0, p.cred)
    p.fd.files = dict.fromkeys(range(0, 100, 2), file)
    walks = 0

    def counted(table: FileDesc, walk: object = FileDesc.open_files) -> Iterator[tuple[int, File]]:
        nonlocal walks
        walks += 1
        return walk(table)  # type: ignore[operator, no-any-return]

    monkeypatch.setattr(FileDesc, "open_files", counted)
    directory = namei.lookup(p, b"/proc/1/fd")
    names = [name for _, name, _, _ in directory.readdir(p, 0)]
    assert names == [b".", b"..", *(b"%d" % fd for fd in range(0, 100, 2))]
    assert walks == 1
