"""/mlws/api/v1/runs/{id}/log/follow: a log as it grows, over a websocket."""

import asyncio
import contextlib
from functools import partial

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_mlws.actions import read
from jupyter_mlws.actions.read import LogPart
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.server.guard import Guarded

CHUNK_BYTES = 256 << 10
LOOK_S = 0.25  # between two looks at a log that stands still


class LogFollowHandler(Guarded, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Binary frames are the log's bytes from ``?offset=`` on; then the text ``{"end":true}``."""

    def initialize(self, path: str) -> None:
        super().initialize(path)
        self._task: asyncio.Task[None] | None = None

    @ws_authenticated
    async def get(self, ref: str) -> None:
        self._ref = ref
        await super().get(ref)

    async def open(self, ref: str) -> None:
        word = self.get_query_argument("offset", "0")
        plain = word.removeprefix("-").isdecimal() and len(word) < 19
        offset = int(word) if plain else 0
        self._task = asyncio.create_task(self._send_all(offset))

    def on_close(self) -> None:
        super().on_close()
        if self._task is not None:
            self._task.cancel()

    def on_message(self, message: str | bytes) -> None:
        """Nothing is said by the other side."""

    async def _send_all(self, offset: int) -> None:
        with contextlib.suppress(WebSocketClosedError):
            try:
                await self._follow(offset)
            except MlwsError as error:
                self.close(4404, str(error)[:120])

    async def _follow(self, offset: int) -> None:
        while True:
            part = await self._part(offset)
            offset = part.offset + len(part.content)
            if part.content:
                await self.write_message(part.content, binary=True)
            elif part.state.over:
                await self.write_message('{"end":true}')
                return self.close(1000)
            else:
                await asyncio.sleep(LOOK_S)

    async def _part(self, offset: int) -> LogPart:
        backend = self.settings["mlws"].backend
        look = partial(read.log, backend, self._ref, None, offset, CHUNK_BYTES)
        return await asyncio.get_running_loop().run_in_executor(backend.streams, look)


ROUTES = {"runs/{id}/log/follow": LogFollowHandler}
