"""A script of two hundred lines that does a bit of everything: it says what it should, and does it the same twice."""

from pathlib import Path

from tests.conftest import Machine
from toolchain.image import image_files

HERE = Path(__file__).parent


def run() -> tuple[int, bytes, bytes, int, str]:
    """Status, both outputs, virtual time and the digest of memory."""
    m = Machine(ram=128 << 20)
    for file in image_files():
        with open(file.host_path, "rb") as contents:
            m.install(file.path, contents.read(), file.mode)
    m.install("/project.sh", (HERE / "project.sh").read_bytes(), 0o644)
    m.kernel.spawn(b"/bin/sh", [b"sh", b"/project.sh"], [b"PATH=/bin:/usr/bin"], b"/root")
    outcome = m.finish()
    return outcome.status, outcome.out, outcome.err, m.kernel.clock.now(), m.kernel.board.ram.digest()


def test_project() -> None:
    first = run()
    assert first[2] == b"Killed\n"  # the shell tells of a child that a signal ended
    assert first[:2] == (0, (HERE / "project.out").read_bytes())
    assert run() == first
