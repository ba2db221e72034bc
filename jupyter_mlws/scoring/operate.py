"""The administrator's socket: what the workspace's server says to a router."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from jupyter_mlws.scoring.public import Receive, Scope, Send

Reply = tuple[int, dict[str, Any]]


class Operated(Protocol):
    """What can be done to an endpoint; each answers with a status and a document."""

    async def status(self) -> Reply: ...
    async def reload(self) -> Reply: ...
    async def keys(self) -> Reply: ...
    async def stop(self) -> Reply: ...


class Operate:
    """An ASGI application. Who may open the socket may do all of it."""

    def __init__(self, endpoint: Operated) -> None:
        self._verbs: dict[tuple[str, str], Callable[[], Awaitable[Reply]]] = {
            ("GET", "/status"): endpoint.status,
            ("POST", "/reload"): endpoint.reload,
            ("POST", "/keys"): endpoint.keys,
            ("POST", "/stop"): endpoint.stop,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        verb = self._verbs.get((scope["method"], scope["path"]))
        status, told = await verb() if verb else (404, {"reason": "There is no such verb."})
        body = json.dumps(told).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
