"""A process without a workspace around it: its output in a file that reached the disk."""

import os
import sys
from pathlib import Path

SCRIPT = 'print("hi")\n'
NULL = os.open(os.devnull, os.O_RDONLY)


class Bare:
    """``python -c 'print("hi")'``, its output in a new file, file and folder fsynced."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._count = 0

    def start(self) -> tuple[int, int]:
        """The process, and the descriptor of its output."""
        self._count += 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        out = os.open(self._folder / str(self._count), flags, 0o600)
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-c", SCRIPT],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, NULL, 0),
                (os.POSIX_SPAWN_DUP2, out, 1),
                (os.POSIX_SPAWN_DUP2, out, 2),
            ],
        )
        return pid, out

    def finish(self, pid: int, status: int, out: int) -> None:
        """Its output is on the disk."""
        if status:
            raise SystemExit(f"the bare process {pid} ended with {status}")
        os.fsync(out)
        os.close(out)
        os.fsync(self._opened)

    def run(self) -> None:
        """One, from start to end."""
        pid, out = self.start()
        self.finish(pid, os.waitpid(pid, 0)[1], out)

    def many(self, count: int, at_once: int) -> None:
        """So many, some at once."""
        living: dict[int, int] = {}
        for _ in range(count):
            if len(living) == at_once:
                self._reap(living)
            pid, out = self.start()
            living[pid] = out
        while living:
            self._reap(living)

    def _reap(self, living: dict[int, int]) -> None:
        pid, status = os.wait()
        self.finish(pid, status, living.pop(pid))
