"""The gate before the workspace's handlers: what another server owns is asked of it."""

import asyncio
import re
from functools import cache
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.routing import Matcher, Rule

from jupyter_mlws.client import known, workspace
from jupyter_mlws.client import owner as owners
from jupyter_mlws.errors import NotFound, OwnerNotRunning
from jupyter_mlws.records import codec
from jupyter_mlws.records.owner import Owner
from jupyter_mlws.records.version import version
from jupyter_mlws.records.workspace import Health
from jupyter_mlws.server import relay
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.server.guard import FOREIGN
from jupyter_mlws.server.ownership import Ownership
from jupyter_mlws.server.policy import NEEDED

OURS = frozenset({"server", "date", "set-cookie", "connection", "transfer-encoding", "keep-alive"})
HEALTH = r"mlws/(?:api/v1/)?health"
WAIT_S = 10.0  # for an owner: a takeover needs 2


class Gate(Matcher):
    """Matches all below ``mlws/`` that this server's own handlers cannot answer now."""

    def __init__(self, base_url: str, ownership: Ownership) -> None:
        self._prefix = f"{base_url.rstrip('/')}/mlws/"
        self._ownership = ownership

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        if not request.path.startswith(self._prefix):
            return None
        rest = request.path.removeprefix(self._prefix)
        other = ""
        if rest.startswith("w/"):
            other, _, rest = rest.removeprefix("w/").partition("/")
            rest = rest.removeprefix("mlws/")
        elif self._ownership.owner is not None:
            return None
        return {"path_kwargs": {"other": other.encode(), "rest": rest.encode()}}


class HealthHandler(APIHandler):
    """Answers anyone, and says which workspace, but nothing of it."""

    @allow_unauthenticated
    def get(self) -> None:
        place = self.settings["mlws"].ownership.place
        health = Health(
            status="ok", version=version(), workspace=None if place is None else place.id
        )
        self.finish(codec.encode(health))


@web.stream_request_body
class ForwardHandler(RecordHandler):
    """Lets in whom the policy lets in, then passes everything on, as a stream both ways."""

    def initialize(self, ownership: Ownership) -> None:  # type: ignore[override]
        self._ownership = ownership
        self._relay: relay.Relay | None = None
        self._owner: Owner | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        self._other = self.path_kwargs["other"]
        self._rest = self.path_kwargs["rest"]
        self._needed = needed(str(self.request.method), self._rest)
        await super().prepare()
        if self._upgrades and not self._may_upgrade():
            raise web.HTTPError(403, FOREIGN)
        connection: Any = self.request.connection
        connection.set_max_body_size(relay.ENDLESS)  # the owner has the limits
        self._owner = await self._find()
        if not self._upgrades:
            self._relay = relay.Relay(await relay.dial(self._owner), self._begin, self._pass_on)
            headers = relay.passed_on(self.request.headers, self._owner, user=self.user)
            await self._relay.ask(str(self.request.method), self._where, headers)

    async def data_received(self, chunk: bytes) -> None:
        if self._relay is not None:
            await self._relay.send(chunk)

    @web.authenticated
    async def get(self, **_: str) -> None:
        if self._relay is not None:
            await self._relay.answer()
            self.finish()
        elif self._owner is not None:
            await self._splice(self._owner)

    head = post = put = patch = delete = get

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._relay is not None:
            self._relay.close()

    @property
    def _upgrades(self) -> bool:
        return self.request.headers.get("Upgrade", "").lower() == "websocket"

    @property
    def _id(self) -> str | None:
        place = self._ownership.place
        return None if place is None else place.id

    @property
    def _where(self) -> str:
        """What is asked of the owner. Raises OwnerNotRunning before one was found."""
        if self._owner is None:
            raise OwnerNotRunning("Nobody serves this workspace now; try again.")
        query = f"?{self.request.query}" if self.request.query else ""
        return relay.target(self._owner, self._rest) + query

    def _may_upgrade(self) -> bool:
        """A websocket sends no XSRF cookie: it needs our own origin, or a token."""
        if self.token_authenticated:
            return True
        return "Origin" in self.request.headers and self.check_origin()

    async def _find(self) -> Owner:
        """Whom to ask. The first write makes a workspace where there is none."""
        if self._other and self._other != self._id:
            return await asyncio.to_thread(_owner_of, self._other)
        if self._id is None and self.request.method in ("POST", "PUT"):
            await self._ownership.create()
        return await self._ownership.reach(WAIT_S)

    async def _begin(self, start_line: ResponseStartLine, headers: HTTPHeaders) -> None:
        self.set_status(start_line.code, start_line.reason)
        for name in ("Content-Type", "Content-Security-Policy"):
            self.clear_header(name)
        for name, value in headers.get_all():
            if name.lower() not in OURS:
                self.set_header(name, value)
        await self.flush()

    async def _pass_on(self, chunk: bytes) -> None:
        self.write(chunk)
        await self.flush()

    async def _splice(self, owner: Owner) -> None:
        """A websocket: from the handshake on, bytes are copied both ways."""
        upstream = await relay.dial(owner)
        headers = relay.passed_on(self.request.headers, owner, user=self.user, hop=True)
        head = [f"GET {self._where} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.get_all())]
        await upstream.write("\r\n".join([*head, "", ""]).encode("latin1"))
        await relay.splice(self.detach(), upstream)


def gate(base_url: str, ownership: Ownership) -> list[Any]:
    """The rules that stand before the workspace's own handlers, and are always there."""
    return [
        (url_path_join(base_url, HEALTH), HealthHandler),
        Rule(Gate(base_url, ownership), ForwardHandler, {"ownership": ownership}),
    ]


def needed(method: str, rest: str) -> tuple[str, str] | None:
    """Resource and action, by the policy's table; None where it has no such route."""
    asked = rest.removeprefix("api/v1/")
    method = "GET" if method == "HEAD" else method
    return next((row for m, path, row in _table() if m == method and path.fullmatch(asked)), None)


def _pattern(path: str) -> "re.Pattern[str]":
    parts = re.split(r"(\{\w+\})", path)
    several = {"{path}": ".+"}
    return re.compile(
        "".join(several.get(p, "[^/]+") if p.startswith("{") else re.escape(p) for p in parts)
    )


@cache  # made when the first is asked: a server's start has no use for it
def _table() -> "list[tuple[str, re.Pattern[str], tuple[str, str]]]":
    return [(method, _pattern(path), row) for (method, path), row in NEEDED.items()]


def _owner_of(workspace_id: str) -> Owner:
    """The owner of another workspace of this user; started where nobody is. Blocks.

    Raises
    ------
    NotFound
        This user has no such workspace here.
    OwnerNotRunning
        It could not be started.
    """
    roots = [one.root for one in known.known() if one.id == workspace_id]
    if not roots:
        raise NotFound(f"There is no workspace {workspace_id!r} here.")
    places = [workspace.load(root) for root in roots]
    for place in places:  # clones share an id: the one that is served is meant
        try:
            return owners.read(place)
        except OwnerNotRunning:
            continue
    return owners.reach(places[0])
