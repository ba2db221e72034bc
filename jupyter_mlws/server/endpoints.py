"""/mlws/api/v1/endpoints"""

from jupyter_mlws.actions import keys, serving, undeploy
from jupyter_mlws.actions.deploy import deploy
from jupyter_mlws.actions.invoke import invoke
from jupyter_mlws.actions.update import update
from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.endpoint import EndpointPatch, Invocation, NewEndpoint
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.server.run_files import RunLogHandler
from jupyter_mlws.store import endpoints


class EndpointsHandler(RecordHandler):
    async def get(self) -> None:
        self.reply_page(await self.slowly(serving.listed))

    async def post(self) -> None:
        await self.once(deploy, self.body(NewEndpoint), self.user)


class EndpointHandler(RecordHandler):
    async def get(self, name: str) -> None:
        self.reply(await self.slowly(serving.describe, name))

    async def patch(self, name: str) -> None:
        await self.once(update, name, self.body(EndpointPatch), self.user, status=200)

    async def delete(self, name: str) -> None:
        last = await self.acted(undeploy.undeploy, name, self.user, status=200)
        await self.slowly(undeploy.wait, name)
        self.send(last)


class InvokeHandler(RecordHandler):
    async def post(self, name: str) -> None:
        self.reply(await self.slowly(invoke, name, self.body(Invocation)))


class KeysHandler(RecordHandler):
    async def get(self, name: str) -> None:
        self.set_header("Cache-Control", "no-store")
        self.reply(await self.slowly(keys.show, name))


class KeyHandler(RecordHandler):
    async def post(self, name: str, which: str) -> None:
        self.set_header("Cache-Control", "no-store")
        await self.acted(keys.regenerate, name, which, status=200)
        self.reply(await self.slowly(keys.tell, name))


class EndpointLogHandler(RunLogHandler):
    async def get(self, name: str) -> None:
        row = await self.look(endpoints.get, name)
        if row.run_id is None:
            raise NotFound(f"{name} has not begun to start yet.")
        await super().get(row.run_id)


ROUTES: dict[str, type[RecordHandler]] = {
    "endpoints": EndpointsHandler,
    "endpoints/{name}": EndpointHandler,
    "endpoints/{name}/invoke": InvokeHandler,
    "endpoints/{name}/keys": KeysHandler,
    "endpoints/{name}/keys/{which}": KeyHandler,
    "endpoints/{name}/log": EndpointLogHandler,
}
