"""Appends a run's events to a file of this process: one record, one write, one line."""

import atexit
import os
import sys
import time
from _thread import allocate_lock

KEPT_BYTES = 16 << 20  # of records that the disk had no room for


class EventFile:
    """``events/<writer>.jsonl``. A call that returned outlives any kill of the process.

    Records that cannot be written now (a full disk) are kept and written before the
    next one; `sync` raises as long as there are any.

    Parameters
    ----------
    folder
        The run's `events`.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.writer = ""
        self._fd = -1
        self._waiting = b""
        self._torn = False
        self._lost = 0
        self._named = False  # whether a power cut leaves the file's name, too
        self._files: list = []  # that events name, and no sync has reached
        self._warned = False
        self._lock = allocate_lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)

    def append(self, lines: bytes) -> None:
        """Write whole lines, each with its newline. Never raises for what the disk refuses."""
        with self._lock:
            if self._fd < 0 or self._torn or self._waiting:
                self._append_slowly(lines)
                return
            try:
                n = os.write(self._fd, lines)
            except OSError as error:
                self._keep(lines, error)
                return
            if n != len(lines):
                self._torn = lines[n - 1 : n] != b"\n"
                self._append_slowly(_unwritten(lines, n))

    def names(self, path: str) -> None:
        """The next event names this file: it is a part of what `sync` makes last."""
        with self._lock:
            self._files.append(path)

    def sync(self) -> None:
        """Make all that was appended, and the files that it names, outlast a power cut.

        Raises
        ------
        OSError
            The disk does not take it; the records are kept, and tried again.
        """
        with self._lock:
            if self._waiting:
                self._append_slowly(b"")
            if self._waiting:
                raise OSError(
                    f"{len(self._waiting)} bytes of this run's events cannot be written to "
                    f"{self.folder}; make room on the disk and flush again."
                )
            if self._lost:
                raise OSError(f"{self._lost} bytes of this run's events were lost: a full disk.")
            home = os.path.dirname(self.folder)
            while self._files:
                _sync_down(home, self._files[-1])
                self._files.pop()
            if self._fd >= 0:
                getattr(os, "fdatasync", os.fsync)(self._fd)
                if not self._named:
                    _sync_down(os.path.dirname(os.path.dirname(home)), self.folder)
                    self._named = True

    def _append_slowly(self, lines: bytes) -> None:
        lines = self._waiting + lines
        self._waiting = b""
        try:
            if self._fd < 0:
                self._open()
            while lines:
                torn = self._torn
                n = os.write(self._fd, b"\n" + lines if torn else lines) - torn
                if n + torn == 0:
                    raise OSError("the disk took nothing")
                self._torn = 0 < n < len(lines) and lines[n - 1 : n] != b"\n"
                lines = _unwritten(lines, n)
        except OSError as error:
            self._keep(lines, error)

    def _open(self) -> None:
        self.writer = f"{os.getpid()}-{int(time.time() * 1000)}-{os.urandom(4).hex()}"
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, self.writer + ".jsonl")
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._torn = self._named = False

    def _keep(self, lines: bytes, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            sys.stderr.write(f"mlws: events cannot be written and are kept in memory: {error}\n")
            atexit.register(self._last_try)
        if len(lines) <= KEPT_BYTES:
            self._waiting = lines
        else:
            cut = lines.index(b"\n", len(lines) - KEPT_BYTES) + 1
            self._lost += cut
            self._waiting = lines[cut:]

    def _last_try(self) -> None:
        try:
            self.sync()
        except OSError as error:
            sys.stderr.write(f"mlws: {error}\n")

    def _begin_anew(self) -> None:
        """A forked child writes a file of its own; what waits is its parent's."""
        self._lock = allocate_lock()
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._waiting, self._torn, self._lost, self._files = -1, b"", False, 0, []


class EventList:
    """Where there is no run: the same lines, in memory."""

    folder = None
    writer = "offline"

    def __init__(self) -> None:
        self.lines: list = []

    def append(self, lines: bytes) -> None:
        self.lines.append(lines)

    def names(self, path: str) -> None:
        """Nothing to do: it is the user's own file."""

    def sync(self) -> None:
        """Nothing to do: they end with the process."""


def _sync_down(top: str, path: str) -> None:
    """Make a file or a folder, and its name in each folder up to `top`, outlast a power cut.

    What has gone since, or is not ours to read, is passed over.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, PermissionError):
            pass
        else:
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        if path == top or path == os.path.dirname(path):
            return
        path = os.path.dirname(path)


def _unwritten(lines: bytes, n: int) -> bytes:
    """What has to be written again after `n` bytes went out: from the last whole line on."""
    return lines[lines.rfind(b"\n", 0, n) + 1 :] if n < len(lines) else b""
