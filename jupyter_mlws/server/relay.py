"""One request passed on to another server over its unix socket, as a stream both ways."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote, urlsplit

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError

from jupyter_mlws.errors import OwnerNotRunning
from jupyter_mlws.records.owner import Owner
from jupyter_mlws.server.owner_auth import BACKGROUND, USER

ENDLESS = 1 << 50  # the owner has the limits; we pass on
DIAL_S = 2.0
HOP = frozenset(  # of this connection only
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
        *("trailer", "transfer-encoding", "upgrade", "proxy-connection"),
    }
)
OURS = frozenset(  # between the browser and this server: the owner has its own token
    {
        *("host", "authorization", "cookie", "origin", "referer", "x-xsrftoken", "expect"),
        *(USER.lower(), BACKGROUND.lower(), "forwarded", "x-real-ip"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-scheme"),
    }
)


def passed_on(headers: HTTPHeaders, owner: Owner, *, user: str, hop: bool = False) -> HTTPHeaders:
    """What of a request's headers the owner sees; `hop` keeps those of an upgrade.

    `user` is whom we have let in.
    """
    left_out = OURS if hop else OURS | HOP
    kept = HTTPHeaders({"Host": "localhost", "Authorization": f"token {owner.token}"})
    for name, value in headers.get_all():
        if name.lower() not in left_out:
            kept.add(name, value)
    kept[USER] = quote(user)
    return kept


def target(owner: Owner, rest: str) -> str:
    """Where the owner has what lies at ``mlws/`` + `rest`."""
    return f"{urlsplit(owner.url).path.rstrip('/')}/mlws/{rest}"


async def dial(owner: Owner) -> IOStream:
    """Raises OwnerNotRunning."""
    try:
        if owner.socket:
            stream = IOStream(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            where: str | tuple[str, int] = owner.socket
        else:
            url = urlsplit(owner.url)
            stream = IOStream(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            where = (url.hostname or "127.0.0.1", url.port or 80)
        await asyncio.wait_for(stream.connect(where), DIAL_S)
    except (OSError, asyncio.TimeoutError) as error:
        raise OwnerNotRunning(f"The owner of the workspace does not answer: {error}.") from error
    stream.set_nodelay(not owner.socket)
    return stream


class Relay(HTTPMessageDelegate):
    """A request on its way to the owner, and its answer on the way back.

    Each chunk waits until the one before was taken, so that memory stays small.

    Parameters
    ----------
    begin, chunk
        Called with the answer's status and headers, then with each part of its body.
    """

    def __init__(
        self,
        stream: IOStream,
        begin: Callable[[ResponseStartLine, HTTPHeaders], Awaitable[None]],
        chunk: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._stream = stream
        self._begin = begin
        self._chunk = chunk
        self._whole = False
        limits = HTTP1ConnectionParameters(no_keep_alive=True, max_body_size=ENDLESS)
        self._connection = HTTP1Connection(stream, True, limits)

    async def ask(self, method: str, where: str, headers: HTTPHeaders) -> None:
        """Send the head of the request. Raises OwnerNotRunning."""
        await self._sent(
            self._connection.write_headers(RequestStartLine(method, where, ""), headers)
        )

    async def send(self, chunk: bytes) -> None:
        await self._sent(self._connection.write(chunk))

    async def answer(self) -> None:
        """End the request, and pass the answer on. Raises OwnerNotRunning where it breaks off."""
        try:
            self._connection.finish()
            await self._connection.read_response(self)
        finally:
            self._stream.close()
        if not self._whole:
            raise OwnerNotRunning("The owner of the workspace went away while it answered.")

    def close(self) -> None:
        self._stream.close()

    async def headers_received(  # type: ignore[override]
        self, start_line: ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        await self._begin(start_line, headers)

    async def data_received(self, chunk: bytes) -> None:
        await self._chunk(chunk)

    def finish(self) -> None:
        self._whole = True

    async def _sent(self, written: Awaitable[None]) -> None:
        with suppress(StreamClosedError):  # it may have refused already: its answer is read next
            await written


async def fetch(owner: Owner, rest: str) -> tuple[int, bytes]:
    """Ask the owner for something small, for ourselves: status and body. Raises OwnerNotRunning."""
    status: list[int] = []
    body: list[bytes] = []

    async def begin(start_line: ResponseStartLine, _: HTTPHeaders) -> None:
        status.append(start_line.code)

    async def chunk(part: bytes) -> None:
        body.append(part)

    relay = Relay(await dial(owner), begin, chunk)
    headers = HTTPHeaders(
        {"Host": "localhost", "Authorization": f"token {owner.token}", BACKGROUND: "1"}
    )
    await relay.ask("GET", target(owner, rest), headers)
    await relay.answer()
    return status[0], b"".join(body)


async def splice(one: IOStream, other: IOStream) -> None:
    """Copy bytes both ways until a side closes; then close both."""
    await asyncio.gather(_copy(one, other), _copy(other, one))


async def _copy(source: IOStream, to: IOStream) -> None:
    try:
        while True:
            await to.write(await source.read_bytes(64 * 1024, partial=True))
    except StreamClosedError:
        pass
    finally:
        source.close()
        to.close()
