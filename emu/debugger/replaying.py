"""`uarea debug --replay FILE`: the machine of a recorded run, to be debugged. What reached it from outside reaches it
again, at the same moments, however often a part of the run is repeated."""

from __future__ import annotations

from emu.machine.console import Console
from emu.record import CannotReplay, Recording, check_versions, program_file
from emu.replay import ReplayMachine
from emu.runner import UsageError
from kernel.main import Kernel


def prepare_replay(path: str, console: Console) -> Kernel:
    """The recorded machine, whose output goes to this console. Raises UsageError."""
    try:
        recording = Recording.load(path)
        check_versions(recording)
        machine = ReplayMachine(recording, program_file(recording, None), console.stdout, console.stderr)
    except CannotReplay as error:
        raise UsageError(str(error)) from None
    return machine.kernel
