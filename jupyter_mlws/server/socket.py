"""The unix socket on which an owner answers beside its URL."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir
from tornado import netutil
from tornado.httpserver import HTTPServer

LONGEST_BYTES = 103 if sys.platform == "darwin" else 107  # of a path that bind(2) takes


class Door:
    """An application on a unix socket: a password or a certificate is not in the way there."""

    def __init__(self, application: Any, path: Path, **limits: Any) -> None:
        self.path = path
        self._server = HTTPServer(application, **limits)
        self._server.add_socket(netutil.bind_unix_socket(str(path), mode=0o600))

    def close(self) -> None:
        self._server.stop()
        self.path.unlink(missing_ok=True)


def place(state: Path) -> Path:
    """Where the owner of `state` listens. Those of dead owners are removed; hold the lock.

    In the Jupyter runtime directory; where that is too long a path, in a folder of this
    user's below the temporary one.
    """
    mark = hashlib.sha256(os.fsencode(os.path.realpath(state))).hexdigest()[:12]
    folder = Path(jupyter_runtime_dir())
    name = f"mlws-{mark}-{os.getpid()}.sock"
    if len(os.fsencode(folder / name)) > LONGEST_BYTES:
        folder = Path(tempfile.gettempdir(), f"mlws-{os.geteuid()}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.geteuid() or about.st_mode & 0o022:
        raise PermissionError(f"{folder} is not this user's alone.")
    for left in folder.glob(f"mlws-{mark}-*.sock"):
        left.unlink(missing_ok=True)
    return folder / name
