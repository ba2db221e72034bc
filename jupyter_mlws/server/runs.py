"""/mlws/api/v1/runs and experiments"""

import time
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.actions.delete import delete_run
from jupyter_mlws.actions.edit import edit
from jupyter_mlws.actions.submit import again, dry_run, submit
from jupyter_mlws.records.run import NewRun, RunAgain, RunDetail, RunPatch
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.store import details, experiments, runs, search
from jupyter_mlws.store.search import Query
from jupyter_mlws.store.transaction import Transaction

LONGEST_WAIT_S = 30.0


class SubmitQuery(Struct, frozen=True, forbid_unknown_fields=True):
    dry_run: bool = False


class RunQuery(Struct, frozen=True, forbid_unknown_fields=True):
    until: Literal["ended"] | None = None
    wait_s: Annotated[float, Meta(ge=0)] = LONGEST_WAIT_S


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,15}$")] | None = None


class RunsHandler(RecordHandler):
    async def get(self) -> None:
        self.reply_page(*await self.look(search.page, self.query(Query)))

    async def post(self) -> None:
        new = self.body(NewRun)
        if self.query(SubmitQuery).dry_run:
            self.reply(await self.act(dry_run, new, self.user))
        else:
            self.reply(await self.act(submit, new, self.user), 201)


class RunHandler(RecordHandler):
    async def get(self, ref: str) -> None:
        query = self.query(RunQuery)
        deadline = time.monotonic() + min(query.wait_s, LONGEST_WAIT_S)
        waiting = self.settings["mlws"].waiting
        run_id = await self.look(runs.resolve, ref)
        while query.until == "ended" and time.monotonic() < deadline:
            turn = waiting.turn()
            if (ended := await self.look(_ended, run_id)) is not None:
                return self.reply(ended)
            await waiting.next(turn, deadline - time.monotonic())
        return self.reply(await self.look(details.get, run_id))

    async def patch(self, ref: str) -> None:
        await self.once(edit, ref, self.body(RunPatch), status=200)

    async def delete(self, ref: str) -> None:
        await self.once(delete_run, ref, self.user, status=200)


class RunCancelHandler(RecordHandler):
    async def post(self, ref: str) -> None:
        self.reply(await self.act(cancel, ref, self.user))


class RunAgainHandler(RecordHandler):
    async def post(self, ref: str) -> None:
        order = self.body(RunAgain) if self.request.body else RunAgain()
        await self.once(again, ref, order, self.user)


class RunMovesHandler(RecordHandler):
    async def get(self, ref: str) -> None:
        self.reply_page(await self.look(_moves, ref))


class ExperimentsHandler(RecordHandler):
    async def get(self) -> None:
        query = self.query(PageQuery)
        limit = query.limit
        found = await self.look(experiments.listed, limit=limit, cursor=query.cursor)
        more = str(int(query.cursor or 0) + limit) if len(found) > limit else None
        self.reply_page(found[:limit], more)


def _ended(tx: Transaction, run_id: str) -> RunDetail | None:
    return details.get(tx, run_id) if runs.state(tx, run_id).over else None


def _moves(tx: Transaction, ref: str) -> Any:
    return runs.moves(tx, runs.resolve(tx, ref))


ROUTES: dict[str, type[RecordHandler]] = {
    "runs": RunsHandler,
    "runs/{id}": RunHandler,
    "runs/{id}/cancel": RunCancelHandler,
    "runs/{id}/again": RunAgainHandler,
    "runs/{id}/moves": RunMovesHandler,
    "experiments": ExperimentsHandler,
}
