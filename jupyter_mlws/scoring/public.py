"""The public port: keys, sizes, the way to the model, and back."""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any

from jupyter_mlws.scoring import openapi
from jupyter_mlws.scoring.admission import FULL, Admission
from jupyter_mlws.scoring.journal import Journal
from jupyter_mlws.scoring.process import Answer, Call, refusal
from jupyter_mlws.scoring.revision import Revision
from jupyter_mlws.scoring.traffic import Traffic

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

READ_ANYWAY_BYTES = 64 * 1024 * 1024  # of a refused body: so that the client hears the refusal
HELD_BODIES = 16  # of the largest size: what may wait in memory, besides being counted
JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
OPEN = {"/", "/healthz", "/readyz"}
ROUTES = {"/score": "POST", "/swagger.json": "GET", "/openapi.json": "GET"}

NO_KEY = refusal(
    401,
    "unauthorized",
    "The key is missing or wrong; send the header Authorization: Bearer KEY.",
    (b"www-authenticate", b"Bearer"),
)
NOWHERE = refusal(404, "not_found", "There is nothing here; requests go to /score.")
ENCODED = refusal(415, "unsupported", "Send the body as it is, without content-encoding.")
LEFT = Answer(499, b"")


class Public:
    """An ASGI application. Nothing of a request but its measures is kept or logged."""

    def __init__(self, admission: Admission, journal: Journal, traffic: Traffic) -> None:
        self.key_hashes: tuple[str, ...] = ()
        self.revision: Revision
        self._admission = admission
        self._journal = journal
        self._traffic = traffic
        self._held_bytes = 0  # of bodies whose answer is awaited
        self._start = os.urandom(6).hex()
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        headers = dict(scope["headers"])
        answer = await self._answer(scope, headers, receive)
        if answer.status == 499:
            return self._count(scope, answer, "", began)
        name = self._name(headers)
        unread = answer.status in (401, 413, 415) and _is_endless(headers)
        told = [JSON, *answer.headers] if not _has_type(answer.headers) else [*answer.headers]
        told.append((b"content-length", str(len(answer.body)).encode()))
        told.append((b"x-ms-request-id", name.encode("latin-1")))
        if answer.replica is not None:
            told.append((b"x-mlws-replica", str(answer.replica).encode()))
            told.append((b"x-ms-run-fn-exec-ms", b"%.3f" % (answer.run_s * 1e3)))
        if client := headers.get(b"x-ms-client-request-id"):
            told.append((b"x-ms-client-request-id", client[:100]))
        if unread:
            told.append((b"connection", b"close"))
        if answer.body and scope["method"] != "HEAD":
            scope["state"]["connection"].cork()
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": answer.body})
        self._count(scope, answer, name, began)

    async def _answer(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        if path in OPEN and method in ("GET", "HEAD"):
            return self._health(path)
        if not self._known(headers.get(b"authorization", b"")):
            return NO_KEY
        if path not in ROUTES:
            return NOWHERE
        if method != ROUTES[path]:
            sentence = f"{path} takes {ROUTES[path]}."
            return refusal(405, "method", sentence, (b"allow", ROUTES[path].encode()))
        if path == "/score":
            return await self._score(scope, headers, receive)
        return self._describe(path, scope["query_string"])

    async def _score(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        limit = self._admission.limits.body_bytes
        too_large = refusal(413, "too_large", f"The body has more than {limit} bytes.")
        if int(headers.get(b"content-length", b"0")) > limit:
            return too_large
        if headers.get(b"content-encoding", b"identity") != b"identity":
            return ENCODED
        if self._held_bytes > HELD_BODIES * limit:
            return FULL
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return LEFT
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > limit:
                return too_large
        connection = scope["state"]["connection"]
        call = Call(b"".join(parts), scope["headers"], lambda: bool(connection.gone))
        self._held_bytes += size
        try:
            return await self._admission.submit(call)
        finally:
            self._held_bytes -= size

    def _known(self, told: bytes) -> bool:
        """Is this one of the keys? Takes as long whichever it is, and whichever it is not."""
        scheme, _, key = told.partition(b" ")
        digest = hashlib.sha256(key.strip()).hexdigest()
        right = [hmac.compare_digest(digest, known) for known in self.key_hashes]
        return any(right) and scheme.lower() == b"bearer"

    def _health(self, path: str) -> Answer:
        if path == "/readyz" and not self._admission.replicas:
            return refusal(503, "not_ready", "No replica is ready.")
        return Answer(200, b"Ready" if path == "/readyz" else b"Healthy", headers=[TEXT])

    def _describe(self, path: str, query: bytes) -> Answer:
        new = path == "/openapi.json" or query.startswith(b"version=3")
        describe = openapi.document if new else openapi.swagger
        told = describe(self.revision.config, self.revision.n_features)
        return Answer(200, json.dumps(told).encode())

    def _name(self, headers: dict[bytes, bytes]) -> str:
        """The request's id: the client's own where it is one, else ours."""
        for header in (b"x-ms-request-id", b"x-request-id"):
            asked = headers.get(header, b"").decode("latin-1")
            if asked and len(asked) <= 100 and asked.isascii() and asked.isprintable():
                return asked
        return f"{self._start}-{next(self._numbers):x}"

    def _count(self, scope: Scope, answer: Answer, name: str, began: float) -> None:
        took_s = time.perf_counter() - began
        if scope["path"] == "/score":
            worked = answer.replica is not None or answer.status == 504
            self._traffic.count(answer.status, took_s if worked else None)
        elif scope["path"] in OPEN:
            return
        where = f"replica {answer.replica}" if answer.replica is not None else "router"
        self._journal.say(
            f"{answer.status} {scope['method']} {scope['path'][:200]!r} {took_s * 1e3:.2f} ms "
            f"{answer.rows} rows {where} {name}"
        )


def _has_type(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" for name, _ in headers)


def _is_endless(headers: dict[bytes, bytes]) -> bool:
    """Is the rest of a refused body not worth reading?"""
    if b"transfer-encoding" in headers:
        return True
    return int(headers.get(b"content-length", b"0")) > READ_ANYWAY_BYTES
