"""Own the server's workspace where nobody does; else know who does, and be ready to take over."""

import asyncio
import logging
import os
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from jupyter_mlws.client import atomic, lock, workspace
from jupyter_mlws.client import owner as owners
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import MlwsError, NotFound, OwnerNotRunning
from jupyter_mlws.records import codec
from jupyter_mlws.records.change import Changes
from jupyter_mlws.records.owner import Owner
from jupyter_mlws.records.version import version
from jupyter_mlws.server import relay
from jupyter_mlws.server.feed import Feed
from jupyter_mlws.server.socket import Door, place
from jupyter_mlws.server.waiting import Waiting
from jupyter_mlws.shim import process

if TYPE_CHECKING:  # a server without a workspace does not load what they need
    from jupyter_mlws.backend import Backend, Settings

LOOK_S = 0.5  # how often the lock is tried: a takeover is promised within 2 s
AGAIN_S = 10.0  # after a store that could not be opened
NEWS_S = 25.0  # how long one question for the owner's news waits there
STOP_S = 10.0  # for the runner's last step; runs go on without it
log = logging.getLogger(__name__)


Changed = Callable[[int, tuple[str, ...]], None]
Begin = Callable[["Settings", Changed], "tuple[Backend, Callable[[], None]]"]


class Ownership:
    """What a server is to its workspace: nothing yet, a stand-by, or its owner.

    The owner alone holds the lock, has the store open and runs the runner.

    Parameters
    ----------
    server
        The ServerApp.
    root
        Its root directory.
    explicit
        The workspace that it was told to serve; empty where it finds its own.
    kind
        "jupyterlab" or "serve".
    begin
        Opens the store and starts the runner; also says how the runner is stopped. Blocks.
    """

    def __init__(self, server: Any, root: Path, explicit: str, kind: str, begin: Begin) -> None:
        self.root = root
        self.place: Workspace | None = None
        self.backend: Backend | None = None
        self.owner: Owner | None = None  # us, while we own it
        self.problem: MlwsError | None = None  # why the workspace cannot be opened
        self.waiting: Waiting | None = None  # who waits for the next change of the workspace
        self._server = server
        self._explicit = explicit
        self._kind = kind
        self._begin = begin
        self._lock: lock.Lock | None = None
        self._standby: lock.Lock | None = None
        self._door: Door | None = None
        self._feed: Feed | None = None
        self._end: Callable[[], None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._routed = False

    async def start(self) -> None:
        """Begin to look after the workspace. Makes nothing, and returns at once."""
        loop = asyncio.get_running_loop()
        self._feed = Feed(self._server.event_logger, loop)
        self.waiting = Waiting(loop)
        self._tasks = [
            asyncio.create_task(self._keep_looking()),
            asyncio.create_task(self._pass_on_news()),
        ]

    async def stop(self) -> None:
        """Let go, so that another may own it at once. Runs go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._feed is not None:
            self._feed.close()
        await self._let_go()
        if self._standby is not None:
            self._standby.release()

    async def create(self) -> None:
        """Make a workspace of the server's root: the first write asked for it."""
        if self.place is None:
            made = await asyncio.to_thread(workspace.create, self._explicit or self.root)
            log.info("Made a workspace in %s.", made.root)

    async def reach(self, patience_s: float = 5.0) -> Owner:
        """Whoever owns the workspace now, or within `patience_s`; it may be us.

        Raises
        ------
        NotFound
            The server has no workspace yet.
        OwnerNotRunning
            Nobody does. Or the error for which it cannot be opened.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while True:
            if self.owner is not None:
                return self.owner
            if self.problem is not None:
                raise self.problem
            if self.place is None:
                self._find()
            if self.place is None:
                raise NotFound(
                    f"There is no workspace in {self.root} yet: submit a run, "
                    "or type `mlws workspace create`."
                )
            with suppress(OwnerNotRunning):
                return owners.read(self.place)
            if loop.time() > until:
                raise OwnerNotRunning(f"Nobody serves {self.place.root} now; try again.")
            await asyncio.sleep(0.05)

    def busy(self) -> bool:
        """Whether there are runs, endpoints aside, that need our runner."""
        if self.backend is None:
            return False
        search = import_module("jupyter_mlws.store.search")
        with self.backend.store.read() as tx:
            return bool(search.page(tx, search.Query(state="active", limit=1))[0])

    def _changed(self, rev: int, subjects: tuple[str, ...]) -> None:
        """After every commit, from the thread that wrote."""
        if self._feed is not None and self.waiting is not None:
            self.waiting.changed(rev, subjects)
            self._feed.changed(rev, subjects)

    async def _keep_looking(self) -> None:
        while True:
            wait_s = LOOK_S
            try:
                await self._look()
            except MlwsError as error:
                if str(error) != str(self.problem):
                    log.error("%s", error)
                self.problem = error
            except Exception:  # noqa: BLE001 - edge: the server goes on, and tries again
                log.exception("The workspace could not be opened.")
                self.problem = MlwsError(
                    "The workspace cannot be opened; the server's log says why."
                )
            if self.problem is not None:
                wait_s = AGAIN_S
                if self._kind == "serve":  # it is there for nothing else
                    self._server.stop()
            await asyncio.sleep(wait_s)

    async def _look(self) -> None:
        """One step: find the workspace, try its lock, own it."""
        if self.owner is not None:
            return
        if self.place is None and not self._find():
            return
        assert self.place is not None
        if self._lock is None or self._standby is None:
            workspace.open_state(self.place)
            self._lock = lock.Lock(self.place.state / "owner.lock")
            self._standby = lock.Lock(self.place.state / "standby.lock")
        if not self._lock.take():
            self.problem = None
            self._standby.take()  # so that clients wait for us instead of starting another
            return
        try:
            await self._own(self.place)
        except BaseException:
            await self._let_go()
            raise
        self.problem = None

    def _find(self) -> bool:
        try:
            self.place = workspace.find(self.root, self._explicit or None)
        except NotFound:
            return False
        if self.place.note:
            log.info("%s", self.place.note)
        return True

    async def _own(self, mine: Workspace) -> None:
        assert self._feed is not None
        # A dead owner's; or, in a copied folder, a living one's of another.
        (mine.state / "owner.json").unlink(missing_ok=True)
        await _to_its_end(asyncio.to_thread(self._open, mine))
        self._route()
        server = self._server
        try:
            self._door = Door(
                server.web_app,
                place(mine.state),
                max_body_size=server.max_body_size,
                max_buffer_size=server.max_buffer_size,
            )
        except OSError as error:  # a home directory whose file system has no sockets
            log.warning("No unix socket for the workspace: %s. Its URL is used.", error)
        owner = Owner(
            url=_url(server),
            socket="" if self._door is None else str(self._door.path),
            token=secrets.token_urlsafe(32),
            pid=os.getpid(),
            boot_id=process.boot_id(),
            start_time=process.start_time(os.getpid()),
            version=version(),
            kind=self._kind,
        )
        self.owner = owner  # before others can read it
        if self._standby is not None:
            self._standby.release()  # another may stand by now
        atomic.write(mine.state / "owner.json", codec.encode(owner), mode=0o600)
        self._feed.changed(0, ())  # read everything anew
        log.info("This server owns the workspace in %s.", mine.root)

    def _open(self, mine: Workspace) -> None:
        """Open the store, start the runner. In a thread: a migration may take long."""
        assert self._feed is not None
        backend_module = import_module("jupyter_mlws.backend")
        import_module("jupyter_mlws.server.routes")  # so that the loop need not wait for it
        settings: Settings = backend_module.Settings(
            root=mine.root,
            state=mine.state,
            workspace_id=mine.id,
            name=mine.name,
            default_target=mine.default_target,
            owner=self._kind,
            targets=mine.targets,
        )
        self.backend, self._end = self._begin(settings, self._changed)

    def _route(self) -> None:
        """Put the workspace's own handlers in place. They stay: the gate stands before them."""
        if not self._routed:
            routes = import_module("jupyter_mlws.server.routes")
            app = self._server.web_app
            app.add_handlers(".*$", routes.handlers(app.settings["base_url"]))
            self._routed = True

    async def _let_go(self) -> None:
        """Undo `_own`, however far it came. The lock goes last."""
        if self._lock is None or not self._lock.held:
            return
        assert self.place is not None
        self.owner = None
        (self.place.state / "owner.json").unlink(missing_ok=True)
        if self._door is not None:
            self._door.close()
            self._door = None
        backend, self.backend = self.backend, None
        end, self._end = self._end, None
        try:
            if end is not None:
                await asyncio.wait_for(asyncio.to_thread(end), STOP_S)
        except asyncio.TimeoutError:
            log.warning("The runner is still busy; the workspace is free once this process ends.")
            return  # nobody may own it while it writes
        if backend is not None:
            await asyncio.to_thread(backend.close)
        self._lock.release()

    async def _pass_on_news(self) -> None:
        """While another owns the workspace, its news are ours."""
        rev: int | None = None
        while True:
            try:
                if self.owner is not None or self.place is None:
                    raise OwnerNotRunning("There is no other.")
                rev = await self._news(owners.read(self.place), rev)
            except MlwsError:
                await asyncio.sleep(LOOK_S)

    async def _news(self, owner: Owner, rev: int | None) -> int:
        """One question for news; the revision after it."""
        assert self._feed is not None
        asked = f"api/v1/changes?since={rev or 0}&wait_s={0 if rev is None else NEWS_S}"
        status, body = await relay.fetch(owner, asked)
        if status != 200:
            raise OwnerNotRunning(f"The owner answered {status}.")
        news = codec.decode(body, Changes)
        if rev is None or news.rev != rev:
            self._feed.changed(news.rev, () if rev is None or news.truncated else news.subjects)
        return news.rev


def _url(server: Any) -> str:
    """Where the server answers: its own word also names a page, such as ``/lab``, and a token."""
    known = urlsplit(str(server.local_url))
    base = str(server.web_app.settings["base_url"])
    return urlunsplit((known.scheme, known.netloc, base, "", ""))


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """As `await work`; but who is canceled meanwhile still waits until it is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
