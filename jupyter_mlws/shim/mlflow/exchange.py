"""HTTP/1.1 as one run needs it: requests read from a socket, each answer one write."""

from __future__ import annotations

import json
import socket
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

BODY_BYTES = 64 << 20
LINE_BYTES = 64 << 10
HEADERS = 100


class Refused(Exception):
    """What the client did wrong, in MLflow's words.

    Parameters
    ----------
    code
        MLflow's error code, ``RESOURCE_DOES_NOT_EXIST`` …
    """

    STATUS = {
        "BAD_REQUEST": 400,
        "INVALID_PARAMETER_VALUE": 400,
        "UNAUTHENTICATED": 401,
        "RESOURCE_DOES_NOT_EXIST": 404,
        "ENDPOINT_NOT_FOUND": 404,
        "TOO_LARGE": 413,
        "INTERNAL_ERROR": 500,
    }

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def status(self) -> int:
        return self.STATUS[self.code]

    def body(self) -> dict[str, str]:
        return {"error_code": self.code, "message": str(self)}


class Request:
    """A request, read whole."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        parts = urlsplit(target)
        self.method = method
        self.path = unquote(parts.path)
        self.headers = headers
        self._query = parts.query
        self._body = body

    @property
    def last(self) -> bool:
        return self.headers.get("connection", "").lower() == "close"

    def arguments(self) -> dict[str, Any]:
        """The JSON body, or the query's words. Raises Refused."""
        if not self._body:
            return dict(parse_qsl(self._query, keep_blank_values=True))
        try:
            said = json.loads(self._body)
        except (ValueError, RecursionError) as error:
            raise Refused("BAD_REQUEST", f"The body is not JSON: {error}.") from error
        if not isinstance(said, dict):
            raise Refused("BAD_REQUEST", "The body is not a JSON object.")
        return said


def read_request(stream: BinaryIO) -> Request | None:
    """The next request on a connection; None where it ended. Raises Refused."""
    first = stream.readline(LINE_BYTES)
    if not first.strip():
        return None
    words = first.decode("latin-1").split()
    if len(words) != 3 or not first.endswith(b"\n"):
        raise Refused("BAD_REQUEST", "This is not HTTP.")
    headers: dict[str, str] = {}
    for _ in range(HEADERS):
        line = stream.readline(LINE_BYTES).decode("latin-1").strip()
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    else:
        raise Refused("BAD_REQUEST", "Too many headers.")
    return Request(words[0], words[1], headers, _read_body(stream, headers))


def _read_body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise Refused("BAD_REQUEST", "Send the body with a Content-Length.")
    said = headers.get("content-length", "0")
    if not said.isdigit():
        raise Refused("BAD_REQUEST", f"Content-Length {said!r} is no number.")
    if int(said) > BODY_BYTES:
        raise Refused("TOO_LARGE", f"A request here has at most {BODY_BYTES >> 20} MB.")
    return stream.read(int(said))


def answer(connection: socket.socket, status: int, body: dict[str, Any], *, close: bool) -> None:
    """Send an answer in one write: in two, the second waits 40 ms for the client's ACK."""
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n"
        f"Connection: {'close' if close else 'keep-alive'}\r\n\r\n"
    )
    connection.sendall(head.encode() + content)
