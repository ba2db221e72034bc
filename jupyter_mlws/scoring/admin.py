"""The server's side of a router's admin socket. Blocks; for actions and the runner."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Conflict, TargetUnreachable

SOCKET, ELSEWHERE = "admin.sock", "admin.path"  # as scoring.listen writes them


class Admin:
    """Speaks to the router of an endpoint's directory.

    Every method raises TargetUnreachable when nobody answers; nothing was then done, or
    it is not known whether it was. All may be repeated.
    """

    def __init__(self, endpoint_dir: Path) -> None:
        self._home = endpoint_dir

    def status(self, timeout_s: float = 5.0) -> dict[str, Any]:
        """State, reason, revision, n_features, replicas, traffic, revisions.

        Named as in records.endpoint.
        """
        return self._ask("GET", "/status", timeout_s)

    def reload(self, timeout_s: float = 660.0) -> int:
        """Make the router follow router.json; the revision that serves now.

        Returns when it serves. Raises Conflict when the new revision does not start, with
        the reason: the old one goes on, and router.json should be made to say so.
        """
        return int(self._ask("POST", "/reload", timeout_s)["revision"])

    def keys(self, timeout_s: float = 5.0) -> None:
        """Make the router take the key hashes of router.json, at once."""
        self._ask("POST", "/keys", timeout_s)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Tell the router to finish what is in flight and exit with 0. Does not wait for it."""
        self._ask("POST", "/stop", timeout_s)

    def _ask(self, method: str, path: str, timeout_s: float) -> dict[str, Any]:
        connection = _UnixConnection(self._socket(), timeout_s)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            told = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            name = self._home.name
            raise TargetUnreachable(f"The router of endpoint {name} does not answer.") from error
        finally:
            connection.close()
        if response.status == 409:
            raise Conflict(told["reason"])
        return dict(told)

    def _socket(self) -> str:
        try:
            return (self._home / ELSEWHERE).read_text()
        except OSError:
            return str(self._home / SOCKET)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
