"""A run's processes on this machine: told apart, and ended, without guessing.

A process is meant by its boot, pid and start time, never by its pid alone.
"""

import os
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM

from msgspec import Struct

from jupyter_mlws.shim import process


class Known(Struct, frozen=True):
    """A process, told from any other that had or will have its pid."""

    pid: int
    start_time: int


class ShimRecord(Known, frozen=True, kw_only=True):
    """shim.json: by what a run's shim and its command are known again."""

    boot_id: str
    command: Known | None = None  # None: not started yet, or nobody could say so

    def living(self, home: Path) -> tuple[bool, bool]:
        """Whether the shim is there, and whether its command is."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # reap it, where it is our own child
        if self.boot_id != process.boot_id():
            return False, False
        shim = process.lives(self.pid, self.start_time)
        if self.command is None:  # only between two moments of the shim's
            return shim, not shim and bool(process.marked(str(home)))
        return shim, process.lives(self.command.pid, self.command.start_time)


def wake(shim: ShimRecord) -> None:
    """Tell a shim to look for `stop` now, also where something has halted it."""
    process.tell(shim.pid, shim.start_time, SIGTERM)
    process.tell(shim.pid, shim.start_time, SIGCONT)


def end_all(home: Path, shim: ShimRecord | None, number: int) -> None:
    """Signal all that the run in `home` has started and that is still there."""
    meant = set(process.marked(str(home)))
    if shim is not None and shim.command is not None and shim.boot_id == process.boot_id():
        leader = shim.command
        if process.lives(leader.pid, leader.start_time):  # then the group is its own
            meant.update(process.in_group(leader.pid))
    for pid, since in meant:
        process.tell(pid, since, number)
        process.tell(pid, since, SIGCONT)


def kill(shim: ShimRecord) -> None:
    """End a shim at once; it writes nothing more."""
    process.tell(shim.pid, shim.start_time, SIGKILL)
