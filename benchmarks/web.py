"""A kept-alive HTTP connection to a server on this machine: the same client for all contestants."""

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any


class Web:
    """Asks one server."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.port = port
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        self._kept = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def read(self, method: str, path: str, body: Any = None) -> bytes:
        """The bytes of an answer. Raises OSError where nobody answers yet."""
        content = None if body is None else json.dumps(body)
        try:
            self._kept.request(method, path, content, self._headers)
            answer = self._kept.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._kept.close()
            raise OSError(str(error)) from error
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:500]!r}")
        return text

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer's JSON."""
        return json.loads(self.read(method, path, body))

    def answers(self, path: str) -> bool:
        try:
            self.read("GET", path)
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
