"""Forks shims: ``python -I -S nursery.py``, with a socket as its standard input.

A shim that is forked has its interpreter, and this room, already. For each directory that comes
in, and its command's secrets as a JSON object (each after four bytes of length), one is forked,
and its pid is answered in four bytes. It ends when the other side of the socket does; the shims
go on.
"""

import os
import sys
from _signal import SIG_DFL, SIG_IGN, SIGCHLD, signal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves it out

from jupyter_mlws.shim import attempt, files, layout  # noqa: E402

HEAD_BYTES = 4


def serve() -> None:
    """Answer until nobody asks any more."""
    signal(SIGCHLD, SIG_IGN)  # nobody here waits for them
    _warm()
    while head := _whole(HEAD_BYTES):
        home = os.fsdecode(_whole(int.from_bytes(head, "big")))
        secrets = _whole(int.from_bytes(_whole(HEAD_BYTES), "big"))
        pid = os.fork()
        if pid == 0:
            _be_shim(home, secrets)
        os.write(0, pid.to_bytes(HEAD_BYTES, "big"))


def _warm() -> None:
    """Load now what each of them would load for itself."""
    for name in ("_ctypes", "resource"):
        try:
            __import__(name)
        except ImportError:
            continue


def _be_shim(home: str, secrets: bytes) -> None:
    """What follows is as if this process had been started for it."""
    code = 1
    try:
        signal(SIGCHLD, SIG_DFL)
        os.setsid()
        complaints = os.path.join(home, layout.SHIM_LOG)
        nothing = os.open(os.devnull, os.O_RDWR)
        aloud = os.open(complaints, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for theirs, ours in ((nothing, 0), (nothing, 1), (aloud, 2)):
            os.dup2(theirs, ours)
        _breathe(home)
        attempt.run(home, files.parsed(secrets.decode()))
        code = 0
    finally:
        os._exit(code)


def _breathe(home: str) -> None:
    """Take from the run's environment what a shim of its own would have got."""
    try:
        wished = files.load(os.path.join(home, layout.SPEC))["environment"]
        os.environ.update({name: wished[name] for name in ("PATH", "HOME") if name in wished})
    except (OSError, ValueError, LookupError, TypeError):
        return  # the attempt reads it again, and says what is wrong


def _whole(n: int) -> bytes:
    """`n` bytes; fewer where the other side has gone."""
    found = b""
    while len(found) < n and (part := os.read(0, n - len(found))):
        found += part
    return found


if __name__ == "__main__":
    serve()
