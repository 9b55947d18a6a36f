"""`python -m bench.peers`: the same guest work on uarea and on what people use today, side by side.

Peers are taken where they are installed: the host itself (a C compiler), qemu-riscv64 (Debian's qemu-user), Qiling
(in an environment of its own, named by QILING_PYTHON). What is missing is left out, and said so.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import guest
from toolchain.locate import zig_executable

SOURCE = Path(__file__).parent / "host" / "peer.c"
ROUNDS = 5

# Work, its uarea name, rounds on fast and on slow peers, resident MiB.
WORK = [
    ("system call", "getpid", "getppid", 50_000, 0),
    ("fork+exit+wait", "fork", "fork", 300, 1),
    ("the same with 64 MiB resident", "fork", "fork", 50, 64),
    ("pipe round trip", "pingpong", "pingpong", 3_000, 0),
    ("xorshift step", "tight", "compute", 20_000_000, 0),
]

Peer = Callable[[str, int, int], float]


def compile_for(target: str | None, out: Path) -> Path | None:
    """The peer program for the host (None) or for a zig target; None if nothing here can compile it."""
    zig = zig_executable()
    native = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if target is None and native is not None:
        command = [native]
    elif zig is not None:
        command = [zig, "cc", *(["-target", target, "-static"] if target else [])]
    else:
        return None
    done = subprocess.run([*command, "-O2", "-o", str(out), str(SOURCE)], capture_output=True, check=False)
    return out if done.returncode == 0 else None


def runner(*command: str | Path) -> Peer:
    def run(work: str, count: int, mib: int) -> float:
        arguments = [str(part) for part in command] + [work, str(count), *([str(mib)] if mib else [])]
        out = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
        return float(out) / 1e9

    return run


def from_outside(*command: str | Path) -> Peer:
    """For a peer whose guests have no clock to rely on: the difference of a long run and a short one."""

    def elapsed(work: str, count: int, mib: int) -> float:
        start = time.perf_counter()
        runner(*command)(work, count, mib)
        return time.perf_counter() - start

    def run(work: str, count: int, mib: int) -> float:
        few = max(count // 10, 1)
        return (elapsed(work, count, mib) - elapsed(work, few, mib)) / (count - few)

    return run


def find_peers(directory: Path) -> dict[str, Peer]:
    peers: dict[str, Peer] = {}
    host = compile_for(None, directory / "peer-host")
    if host is not None:
        peers["host"] = runner(host)
    linux = compile_for("riscv64-linux-musl", directory / "peer-riscv64")
    qemu = shutil.which("qemu-riscv64") or shutil.which("qemu-riscv64-static")
    if linux is not None and qemu is not None:
        peers["qemu-riscv64"] = runner(qemu, linux)
    else:
        print("qemu-riscv64: not here (apt install qemu-user)")
    qiling = os.environ.get("QILING_PYTHON")
    if linux is not None and qiling:
        script = directory / "run_qiling.py"
        script.write_text(
            "import sys\nfrom qiling import Qiling\nfrom qiling.const import QL_VERBOSE\n"
            "Qiling(sys.argv[1:], '/', verbose=QL_VERBOSE.DISABLED).run()\n"
        )
        peers["Qiling"] = from_outside(qiling, script, linux)
    else:
        print("Qiling: not here (QILING_PYTHON=/path/to/python of an environment with qiling)")
    return peers


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        peers = find_peers(Path(name))
        columns = ["uarea", *peers]
        print(f"\n{'microseconds per round, medians':<34}" + "".join(f"{c:>14}" for c in columns))
        for title, ours, theirs, count, mib in WORK:
            samples: dict[str, list[float]] = {c: [] for c in columns}
            for _ in range(ROUNDS):
                samples["uarea"].append(guest.per_round(ours, count, mib))
                for peer, run in peers.items():
                    if samples[peer] is not None:
                        try:
                            samples[peer].append(run(theirs, count, mib))
                        except (subprocess.CalledProcessError, ValueError):
                            samples[peer] = []  # it cannot do this
            cells = [f"{statistics.median(s) * 1e6:>14.3f}" if s else f"{'cannot':>14}" for s in samples.values()]
            print(f"{title:<34}" + "".join(cells))


if __name__ == "__main__":
    main()
