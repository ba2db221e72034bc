"""What every handler shares: records in, records out, and errors on one line."""

import asyncio
import getpass
import hmac
import logging
import re
import threading
from asyncio import Future
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from jupyter_server.base.handlers import APIHandler
from tornado.iostream import StreamClosedError

from jupyter_mlws import errors
from jupyter_mlws.backend import Backend
from jupyter_mlws.records import codec
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.problem import Problem
from jupyter_mlws.server.guard import Guarded

T = TypeVar("T")
log = logging.getLogger(__name__)
RANDOM = re.compile(r"^[0-9a-f]{32}$")  # a user name that Jupyter made up

STATUS: dict[type[errors.MlwsError], int] = {
    errors.Malformed: 400,
    errors.Invalid: 422,
    errors.TooLarge: 413,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Incomplete: 409,
    errors.DiskFull: 507,
    errors.Busy: 429,
    errors.Unsupported: 501,
    errors.OwnerNotRunning: 503,
    errors.LaunchRejected: 422,
    errors.TargetUnreachable: 503,
    errors.TargetError: 502,
    errors.MlwsError: 500,
}
RETRY_AFTER_S = 5
HELD: WeakValueDictionary[tuple[str, str], threading.Lock] = WeakValueDictionary()
LONGEST_BODY = 16 << 20
SANDBOX = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class RecordHandler(Guarded, APIHandler):
    """A handler of one route: ``path`` is its key in the policy."""

    def __init_subclass__(cls) -> None:
        """Say to Jupyter's own check that these methods are not open: `prepare` decides."""
        super().__init_subclass__()
        for method in cls.SUPPORTED_METHODS:
            if (handler := vars(cls).get(method.lower())) is not None:
                setattr(handler, "__allow_unauthenticated", False)  # noqa: B010

    @property
    def backend(self) -> Backend:
        """The parts of the workspace. Raises OwnerNotRunning or NotFound where there is none."""
        return self.settings["mlws"].backend  # type: ignore[no-any-return]

    @property
    def user(self) -> str:
        """Who asks. Whoever holds Jupyter's token is named at random there; it is this user."""
        name = str(self.current_user.username)
        return getpass.getuser() if RANDOM.match(name) else name

    def body(self, kind: type[T]) -> T:
        """The request's body as a record. Raises Malformed, or Invalid naming the field."""
        if len(self.request.body) > LONGEST_BODY:
            raise errors.TooLarge(f"The body is longer than {LONGEST_BODY >> 20} MB.")
        return codec.demand(self.request.body, kind)

    def query(self, kind: type[T]) -> T:
        """The query string as a record. Raises Invalid, naming the field."""
        names = self.request.query_arguments.keys() - {"token"}  # Jupyter's own word
        words = {
            name: self.get_query_argument(name)
            for name in names
            if not name.isdecimal()  # JupyterLab adds the time, so that no cache answers
        }
        return codec.convert(words, kind, text=True)

    async def act(self, action: Callable[..., T], *args: Any) -> T:
        """Perform an action. All below this room is synchronous: off the event loop it goes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.backend.work, action, self.backend, *args)

    async def slowly(self, action: Callable[..., T], *args: Any) -> T:
        """As `act`, for what waits on disks and sockets rather than on the processor."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.backend.streams, action, self.backend, *args)

    async def once(self, action: Callable[..., Any], *args: Any, status: int = 201) -> None:
        """Act and reply; asked again with the same Idempotency-Key, give the same answer.

        The action says its answer by `requests.answered`, in its own transaction.
        """
        self.send(await self.acted(action, *args, status=status), status)

    async def acted(self, action: Callable[..., Any], *args: Any, status: int = 201) -> bytes:
        """As `once`, without the reply: for a handler that has to see to more each time."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return codec.encode(await self.slowly(action, *args))
        where = self.request.path.removeprefix(str(self.settings["base_url"]).rstrip("/"))
        told = f"{self.request.method} {where}\n".encode() + self.request.body
        sign = hmac.digest(self.backend.key, told, "sha256").hex()  # there may be a secret in it
        asked = (self.user, key[:200], sign, status)
        return await self.slowly(remembered, asked, action, args)

    async def look(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Ask the store something, in one transaction of its own."""

        def ask(backend: Backend) -> T:
            with backend.store.read() as tx:
                return question(tx, *args, **kwargs)

        return await self.act(ask)

    def reply(self, record: Any, status: int = 200) -> None:
        self.send(codec.encode(record), status)

    def reply_page(self, items: Iterable[Any], following: str | None = None) -> None:
        self.reply(Page(items=tuple(items), next=following))

    def send(self, body: bytes, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(body)

    def finish(self, chunk: Any = None, **_: Any) -> "Future[None]":
        """As tornado's; Jupyter's own would call every body JSON."""
        kind = self._headers.get("Content-Type", "application/json")
        return super().finish(chunk, set_content_type=kind)

    async def stream(self, chunks: Iterator[bytes]) -> None:
        """Send a body as it is made; a caller who leaves ends it."""
        while (chunk := await self.slowly(lambda _: next(chunks, None))) is not None:
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:
                return
        await self.finish()

    def sandboxed(self) -> None:
        """What follows is a user's file: it runs nothing, and nobody guesses its type."""
        self.set_header("Content-Security-Policy", SANDBOX)
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.clear_header("Content-Disposition")
        error = kwargs.get("exc_info", (None, None))[1]
        if not isinstance(error, errors.MlwsError):
            said = getattr(error, "log_message", None) or f"{self._reason}."
            code = str(self._reason).lower().replace(" ", "_")
            return self.reply(Problem(code=code, message=said), status_code)
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        if status in (429, 503):
            self.set_header("Retry-After", RETRY_AFTER_S)
        return self.reply(Problem(code=error.code, message=str(error), field=error.field), status)

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        if isinstance(value, errors.MlwsError):
            log.info("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(kind, value, trace)


def remembered(
    backend: Backend,
    request: tuple[str, str, str, int],
    action: Callable[..., Any],
    args: tuple[Any, ...],
) -> bytes:
    """The answer that was given to this key, or a new one, which the action itself keeps."""
    from jupyter_mlws.store import requests  # noqa: PLC0415  the gate loads no database

    user, key, sign, _ = request
    with HELD.setdefault((user, key), threading.Lock()):  # who comes second waits for the first
        with backend.store.read() as tx:
            given = requests.find(tx, user, key, sign)
        if given is None:
            asked = requests.Asked(*request, at=backend.now())
            with requests.asking(asked):
                action(backend, *args)
            given = asked.given
            assert given is not None, f"{action.__name__} does not say what it answers"
        return given.body
