"""A warm process that forks shims: a run need not wait until an interpreter has started."""

import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 2.0
HEAD_BYTES = 4


class Nursery:
    """Started when the first run is, and again where it has died. It ends with us.

    It is a process apart, and not a fork of ours: a server with threads cannot be forked.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._pid = 0
        self._copy: Path | None = None

    def fork(self, copy: Path, home: Path, secrets: bytes) -> bool:
        """Have a shim forked for a run's directory.

        False where that did not come about, or is not known to have: start one otherwise.
        Two shims are no harm, the one that claims the directory runs it.

        Parameters
        ----------
        copy
            The shim's copy; see `shim/bundle.py`.
        secrets
            Variables of its command, as a JSON object.
        """
        told = b"".join(_framed(part) for part in (os.fsencode(home), secrets))
        with self._lock:
            try:
                if self._socket is None or self._copy != copy:
                    self._start(copy)
                assert self._socket is not None
                self._socket.sendall(told)
                if len(self._socket.recv(HEAD_BYTES, socket.MSG_WAITALL)) == HEAD_BYTES:
                    return True
            except (OSError, NotImplementedError):  # the latter: no setsid, see `local.py`
                pass  # it is gone, or hangs: the next run gets a new one
            self._end()
            return False

    def close(self) -> None:
        """End it. The shims that it forked go on."""
        with self._lock:
            self._end()

    def _start(self, copy: Path) -> None:
        self._end()
        ours, its = socket.socketpair()
        words = [sys.executable, "-I", "-S", str(copy / "nursery.py")]
        inside = [
            (os.POSIX_SPAWN_DUP2, its.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        try:
            self._pid = os.posix_spawn(sys.executable, words, {}, file_actions=inside, setsid=True)
        finally:
            its.close()
        ours.settimeout(PATIENCE_S)
        self._socket, self._copy = ours, copy

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._pid:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, os.WNOHANG)
            self._pid = 0


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(HEAD_BYTES, "big") + part
