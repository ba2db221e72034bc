"""/mlws/api/v1/workspace, changes, targets and prune"""

import os
import time
from typing import Annotated

from msgspec import Meta, Struct

from jupyter_mlws.actions import survey
from jupyter_mlws.actions.attach import attach, detach
from jupyter_mlws.actions.delete import prune
from jupyter_mlws.records.target import NewTarget
from jupyter_mlws.records.version import version
from jupyter_mlws.records.workspace import PruneOrder
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.store import changes

LONGEST_WAIT_S = 30.0


class ChangesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[int, Meta(ge=0, lt=1 << 62)] = 0
    wait_s: Annotated[float, Meta(ge=0)] = 0.0


class WorkspaceHandler(RecordHandler):
    async def get(self) -> None:
        self.reply(await self.slowly(survey.workspace, version(), os.getpid()))


class ChangesHandler(RecordHandler):
    async def get(self) -> None:
        query = self.query(ChangesQuery)
        deadline = time.monotonic() + min(query.wait_s, LONGEST_WAIT_S)
        waiting = self.settings["mlws"].waiting
        while True:
            turn = waiting.turn()
            found = await self.look(changes.since, query.since)
            left_s = deadline - time.monotonic()
            if found.subjects or found.truncated or left_s <= 0:
                return self.reply(found)
            await waiting.next(turn, left_s)


class TargetsHandler(RecordHandler):
    async def get(self) -> None:
        self.reply_page(await self.slowly(survey.targets))


class TargetHandler(RecordHandler):
    async def get(self, name: str) -> None:
        self.reply(await self.slowly(survey.target, name))

    async def put(self, name: str) -> None:
        await self.once(attach, name, self.body(NewTarget), self.user, status=200)

    async def delete(self, name: str) -> None:
        await self.once(detach, name, self.user, status=200)


class PruneHandler(RecordHandler):
    async def post(self) -> None:
        self.reply(await self.slowly(prune, self.body(PruneOrder)))


ROUTES: dict[str, type[RecordHandler]] = {
    "workspace": WorkspaceHandler,
    "changes": ChangesHandler,
    "targets": TargetsHandler,
    "targets/{name}": TargetHandler,
    "prune": PruneHandler,
}
