"""HTTP to a workspace's owner: kept alive, tried again where that is safe, errors raised anew."""

import http.client
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from jupyter_mlws import errors
from jupyter_mlws.records import codec
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.problem import Problem

T = TypeVar("T")
Words = Mapping[str, str | int | float | bool | None]  # of a query string; None is left out
API = "mlws/api/v1"
PATIENCE_S = 60.0  # for an answer, beyond what was asked to wait for
TRIES_S = 20.0  # a takeover needs 2 s, a start 5 s on a slow machine
PAGE = 1000  # the most that a page holds
CHUNK_BYTES = 256 * 1024
BY_STATUS: dict[int, type[errors.MlwsError]] = {  # where an answer is not ours
    400: errors.Malformed,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.TooLarge,
    422: errors.Invalid,
    429: errors.Busy,
    502: errors.OwnerNotRunning,
    503: errors.OwnerNotRunning,
    504: errors.OwnerNotRunning,
    507: errors.DiskFull,
}


class Address(Struct, frozen=True, kw_only=True):
    """Where an owner answers."""

    url: str
    token: str
    socket: str | None = None  # a unix socket, preferred: no password or certificate is in its way


class Answer(Struct, frozen=True):
    headers: http.client.HTTPMessage
    body: bytes

    def part(self, offset: int) -> tuple[bytes, int]:
        """A part of a log that was asked from `offset` on, and the offset after it."""
        following = self.headers.get("X-Next-Offset")
        return self.body, offset + len(self.body) if following is None else int(following)


class Connection:
    """Asks one workspace. May be used from several threads; each has its own socket.

    Every method raises the error that the server answered, by its class in `errors`,
    OwnerNotRunning where nobody answers, and Busy where the answer takes too long.

    Parameters
    ----------
    find
        Says where the owner answers; asked again after each loss. Raises OwnerNotRunning.
    """

    def __init__(self, find: Callable[[], Address]) -> None:
        self._find = find
        self._mine = threading.local()

    def get(self, path: str, kind: type[T], words: Words | None = None, wait_s: float = 0) -> T:
        answer = self.ask("GET", _asking(path, words), wait_s=wait_s)
        return codec.decode(answer.body, kind)

    def every(self, path: str, kind: type[Page[T]]) -> Iterator[T]:
        """A whole list, page by page."""
        page = self.get(path, kind, {"limit": PAGE})
        yield from page.items
        while page.next is not None:
            page = self.get(path, kind, {"limit": PAGE, "cursor": page.next})
            yield from page.items

    def write(
        self,
        method: str,
        path: str,
        kind: type[T],
        record: Any = None,
        words: Words | None = None,
        *,
        once: bool = False,
    ) -> T:
        """Send a record. Over a lost connection it is sent again, under the same key.

        With `once` it is not: for what would then happen twice.
        """
        body = b"" if record is None else codec.encode(record)
        key = None if once else secrets.token_urlsafe(18)
        answer = self.ask(method, _asking(path, words), body, key=key, again=not once)
        return codec.decode(answer.body, kind)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        key: str | None = None,
        wait_s: float = 0,
        again: bool = True,
    ) -> Answer:
        """Ask, and (with `again`) ask again for `TRIES_S` where nobody answers."""
        headers = {} if body is None else {"Content-Type": kind}
        if key is not None:
            headers["Idempotency-Key"] = key
        timeout_s = PATIENCE_S + wait_s
        if again:
            return self._persist(lambda: self._ask_once(method, path, body, headers, timeout_s))
        self.close()  # a socket that was kept may have died meanwhile
        return self._ask_once(method, path, body, headers, timeout_s)

    def begin(self, method: str, path: str, body: bytes, *, kind: str) -> Callable[[], Answer]:
        """Send a question; what is returned reads its answer. Neither is tried again.

        In between this thread asks nothing else: where it gives up, it must `close`.
        """
        try:
            kept = self._send(method, path, body, {"Content-Type": kind}, PATIENCE_S)
        except errors.OwnerNotRunning:
            self.close()
            raise
        return lambda: self._answer(kept, PATIENCE_S)

    def look(self, path: str, words: Words | None = None) -> Answer:
        """The headers and the bytes of something that is not large."""
        return self.ask("GET", _asking(path, words))

    def stream(
        self, path: str, words: Words | None = None
    ) -> tuple[http.client.HTTPMessage, Iterator[bytes]]:
        """The headers and the bytes of something that may be large. Its own socket."""
        server, answer = self._persist(lambda: self._stream_once(_asking(path, words)))
        return answer.headers, _chunks(server, answer)

    def send(self, path: str, content: Iterable[bytes], kind: type[T]) -> T:
        """Stream bytes in. Not tried again once the first was sent. Its own socket."""
        server, prefix, token = self._open(PATIENCE_S)
        headers = _sign(token) | {"Content-Type": "application/octet-stream"}
        try:
            _push(server, f"{prefix}{path}", content, headers)
            answer = server.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise errors.OwnerNotRunning(f"{server.host} does not answer: {error}.") from error
        finally:
            server.close()
        if answer.status >= 400:
            raise rebuilt(answer.status, body)
        return codec.decode(body, kind)

    def close(self) -> None:
        """Give this thread's socket back. The next question opens another."""
        kept = getattr(self._mine, "kept", None)
        self._mine.kept = None
        if kept is not None:
            kept[0].close()

    def _persist(self, ask: Callable[[], T]) -> T:
        until = time.monotonic() + TRIES_S
        pause_s = 0.02
        while True:
            try:
                return ask()
            except errors.OwnerNotRunning:
                self.close()
                if time.monotonic() > until:
                    raise
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, 0.5)

    def _stream_once(
        self, path: str
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        server, prefix, token = self._open(PATIENCE_S)
        try:
            server.request("GET", f"{prefix}{path}", headers=_sign(token))
            answer = server.getresponse()
            if answer.status >= 400:
                raise rebuilt(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            server.close()
            raise errors.OwnerNotRunning(f"{server.host} does not answer: {error}.") from error
        except errors.MlwsError:
            server.close()
            raise
        return server, answer

    def _ask_once(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout_s: float
    ) -> Answer:
        return self._answer(self._send(method, path, body, headers, timeout_s), timeout_s)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout_s: float
    ) -> "_Server":
        kept = getattr(self._mine, "kept", None)
        if kept is None:
            kept = self._mine.kept = self._open(PATIENCE_S)
        server, prefix, token = kept
        if server.sock is not None:
            server.sock.settimeout(timeout_s)
        server.timeout = timeout_s
        with self._lost(timeout_s):
            server.ask(method, f"{prefix}{path}", body, _sign(token) | headers)
        return server

    def _answer(self, server: "_Server", timeout_s: float) -> Answer:
        with self._lost(timeout_s):
            answer = server.getresponse()
            content = answer.read()
        if answer.status >= 400:
            raise rebuilt(answer.status, content)
        return Answer(answer.headers, content)

    @contextmanager
    def _lost(self, timeout_s: float) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            self.close()
            raise errors.Busy(
                f"The workspace has not answered for {timeout_s:.0f} s; it may still be at work."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise errors.OwnerNotRunning(f"The workspace does not answer: {error}.") from error

    def _open(self, timeout_s: float) -> tuple["_Server", str, str]:
        """A socket, what goes in front of each path, and the token."""
        address = self._find()
        url = urlsplit(address.url)
        prefix = f"{url.path.rstrip('/')}/{API}/"
        server: _Server
        if address.socket:
            server = _UnixServer(address.socket, timeout_s)
        elif url.scheme == "https":
            context = ssl.create_default_context()
            server = _TlsServer(url.netloc, timeout=timeout_s, context=context)
        else:
            server = _Server(url.netloc, timeout=timeout_s)
        return server, prefix, address.token


class _Server(http.client.HTTPConnection):
    """One to which a request can go out in one piece: each piece wakes it."""

    _held: list[bytes] | None = None

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> None:
        """As `request`, with a body that is there already."""
        held = self._held = []
        try:
            self.request(method, path, body, headers)
        finally:
            self._held = None
        self.send(b"".join(held))

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)


class _TlsServer(_Server, http.client.HTTPSConnection):
    pass


class _UnixServer(_Server):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def segment(name: str | int) -> str:
    """A name as one segment of a path, whatever is in it."""
    quoted = quote(str(name), safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def segments(path: str) -> str:
    """A relative path: its slashes stay."""
    return "/".join(map(segment, path.split("/")))


def rebuilt(status: int, body: bytes) -> errors.MlwsError:
    """The error that the server raised, from its answer."""
    try:
        problem = codec.decode(body, Problem)
    except (errors.Malformed, errors.Invalid):
        reason = http.client.responses.get(status, "an unknown error")
        kind = BY_STATUS.get(status, errors.MlwsError)
        return kind(f"The server answered {status}, {reason}.")
    known = {kind.code: kind for kind in _all(errors.MlwsError)}
    kind = known.get(problem.code) or BY_STATUS.get(status, errors.MlwsError)
    return kind(problem.message, problem.field)


def _all(kind: type[errors.MlwsError]) -> list[type[errors.MlwsError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in _all(below))]


def _sign(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"} if token else {}


def _asking(path: str, words: Words | None) -> str:
    given = {name: _said(word) for name, word in (words or {}).items() if word is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _said(word: str | int | float | bool) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def _chunks(
    server: http.client.HTTPConnection, answer: http.client.HTTPResponse
) -> Iterator[bytes]:
    try:
        while chunk := answer.read(CHUNK_BYTES):
            yield chunk
        if answer.length:  # http.client ends quietly where bytes are missing
            raise errors.OwnerNotRunning("The connection was lost in the middle of a file.")
    except (OSError, http.client.HTTPException) as error:
        raise errors.OwnerNotRunning(f"The connection was lost: {error}.") from error
    finally:
        server.close()


def _push(
    server: http.client.HTTPConnection, path: str, content: Iterable[bytes], headers: dict[str, str]
) -> None:
    """A chunked request. A server that refuses while we send has its answer read all the same."""
    try:
        server.request("POST", path, content, headers, encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        if server.sock is None:
            raise
