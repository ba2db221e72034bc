"""/mlws/api/v1/models"""

from jupyter_mlws.actions.register import edit_version, register, remove_version
from jupyter_mlws.actions.unpack import archive_of, content_of
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.model import NewVersion, VersionPatch
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.server.run_files import RunFileHandler
from jupyter_mlws.store import models


class ModelsHandler(RecordHandler):
    async def get(self) -> None:
        self.reply_page(await self.look(models.listed))


class VersionsHandler(RecordHandler):
    async def get(self, name: str) -> None:
        self.reply_page(await self.look(models.versions, name))

    async def post(self, name: str) -> None:
        await self.once(register, name, self.body(NewVersion), self.user)


class VersionHandler(RecordHandler):
    async def get(self, name: str, version: str) -> None:
        self.reply(await self.look(models.resolve, f"{name}:{version}"))

    async def patch(self, name: str, version: str) -> None:
        change = self.body(VersionPatch)
        await self.once(edit_version, name, _number(version), change, status=200)

    async def delete(self, name: str, version: str) -> None:
        await self.once(remove_version, name, _number(version), status=200)


class ContentHandler(RecordHandler):
    async def get(self, name: str, version: str) -> None:
        """The whole version as a zip archive."""
        chunks = await self.slowly(archive_of, f"{name}:{version}")
        self.sandboxed()
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f'attachment; filename="{name}-{version}.zip"')
        await self.stream(chunks)


class ContentFileHandler(RunFileHandler):
    async def get(self, name: str, version: str, path: str = "") -> None:  # type: ignore[override]
        entry, chunks = await self.slowly(content_of, f"{name}:{version}", path)
        await self.send_file(entry, chunks)


def _number(version: str) -> int:
    if not version.isdecimal() or len(version) > 9:
        raise Invalid(f"{version!r} is no version; versions are numbers.", "version")
    return int(version)


ROUTES: dict[str, type[RecordHandler]] = {
    "models": ModelsHandler,
    "models/{name}/versions": VersionsHandler,
    "models/{name}/versions/{version}": VersionHandler,
    "models/{name}/versions/{version}/content": ContentHandler,
    "models/{name}/versions/{version}/content/{path}": ContentFileHandler,
}
