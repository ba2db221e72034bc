"""The lock by which one process owns a workspace: flock on <state>/owner.lock."""

import os
import sys
from pathlib import Path

if sys.platform != "win32":  # where no workspace is opened: `client/workspace.py` says so
    import fcntl


class Lock:
    """Held until `release`, or until the process ends, however it ends.

    The descriptor is closed at exec, so that a run cannot hold it. (A forked child that
    does not exec would; nobody here forks so.)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def take(self, *, wait: bool = False) -> bool:
        """Whether we hold it now. With `wait`, blocks until we do."""
        if self.held:
            return True
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def held(path: Path) -> bool:
    """Whether some process holds the lock now. Never waits, and takes it for no one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
