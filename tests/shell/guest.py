"""Running many scripts in one boot of the machine, with the whole userland in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.conftest import Machine
from tests.shell.table import ENVIRONMENT, Result
from toolchain.image import image_files

_DRIVER = r"""
mkdir /work /errors
cd /work
for case in /cases/*; do
	number=${case##*/}
	mkdir "$number"
	cd "$number"
	printf '\001%s\002' "$number"
	(LIMITS; exec sh OPTIONS "../../cases/$number/script" </dev/null 2>"/errors/$number")
	printf '\003%d' $?
	[ -s "/errors/$number" ] && printf ' stderr'
	printf '\004'
	cd /work
done
"""
_RECORD = re.compile(rb"\001(\d+)\002(.*?)\003(\d+)( stderr)?\004", re.DOTALL)


def run_in_guest(scripts: Sequence[bytes], limits: str = ":", options: str = "") -> list[Result]:
    """Run each script with a shell of its own, in an empty directory of its own.

    `limits` are commands for its process before it becomes the shell, `options` those of the shell. Output to
    descriptor 1 is what is kept.
    """
    m = Machine(ram=128 << 20)
    for file in image_files():
        with open(file.host_path, "rb") as contents:
            m.install(file.path, contents.read(), file.mode)
    for number, script in enumerate(scripts):
        m.install(f"/cases/{number:04}/script", script, 0o644)
    driver = _DRIVER.replace("LIMITS", limits).replace("OPTIONS", options)
    m.install("/driver", driver.encode(), 0o644)
    environment = [f"{name}={value}".encode() for name, value in ENVIRONMENT.items()]
    m.kernel.spawn(b"/bin/sh", [b"sh", b"/driver"], environment, b"/root")
    outcome = m.finish()
    found = {
        int(number): Result(int(status), out, complains is not None)
        for number, out, status, complains in (match.groups() for match in _RECORD.finditer(outcome.out))
    }
    assert outcome.status == 0 and len(found) == len(scripts), outcome.err.decode(errors="replace")
    return [found[number] for number in range(len(scripts))]
