"""/mlws/api/v1/snapshots and packs"""

from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any

from msgspec import Struct
from tornado.web import stream_request_body

from jupyter_mlws.actions import unpack
from jupyter_mlws.errors import DiskFull, TooLarge
from jupyter_mlws.records.codec import demand
from jupyter_mlws.records.snapshot import Delta, Manifest, Missing, Plan
from jupyter_mlws.server.base import LONGEST_BODY, RecordHandler
from jupyter_mlws.server.run_files import RunFileHandler
from jupyter_mlws.store import blobs, snapshots
from jupyter_mlws.store.drafts import room_on_disk

IN_MEMORY = 8 << 20  # of an upload; what is longer waits on disk
LONGEST_PACK = 16 << 30


class Received(Struct, frozen=True, kw_only=True):
    """The answer to ``POST packs``."""

    received: int  # contents


class PlanHandler(RecordHandler):
    async def post(self) -> None:
        asked = self.body(Plan).digests
        self.reply(Missing(missing=await self.look(blobs.missing, asked)))


@stream_request_body
class PacksHandler(RecordHandler):
    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        connection: Any = self.request.connection
        connection.set_max_body_size(LONGEST_PACK)
        folder = str(self.backend.settings.state / "tmp")
        self._arrived = SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115
        self._full: DiskFull | None = None

    def data_received(self, chunk: bytes) -> None:
        if self._full is None:
            try:
                with room_on_disk():
                    self._arrived.write(chunk)
            except DiskFull as error:  # said when all has arrived: nobody listens before
                self._full = error

    async def post(self) -> None:
        if self._full is not None:
            raise self._full
        self._arrived.seek(0)
        n = await self.slowly(unpack.take_in, iter(lambda: self._arrived.read(1 << 20), b""))
        self.reply(Received(received=n), 201)

    def on_finish(self) -> None:
        super().on_finish()
        if hasattr(self, "_arrived"):
            with suppress(OSError):  # what it still held finds no room either
                self._arrived.close()


class SnapshotsHandler(RecordHandler):
    async def post(self) -> None:
        made = await self.act(unpack.keep, self.body(Manifest), self.user)
        self.reply(made, 201)


class SnapshotChangesHandler(RecordHandler):
    """A line of JSON, then the contents that are new, as a pack: all in one go."""

    async def post(self, base: str) -> None:
        body = self.request.body
        if len(body) > LONGEST_BODY:
            raise TooLarge(f"The body is longer than {LONGEST_BODY >> 20} MB; send a pack before.")
        line, _, _ = body.partition(b"\n")
        delta = demand(line, Delta)
        pack = memoryview(body)[len(line) + 1 :]
        self.reply(await self.act(unpack.change, base, delta, pack, self.user), 201)


class SnapshotHandler(RecordHandler):
    async def get(self, snapshot: str) -> None:
        self.reply(await self.look(snapshots.get, snapshot))


class SnapshotZipHandler(RecordHandler):
    async def get(self, snapshot: str) -> None:
        chunks = await self.slowly(unpack.zip_of, snapshot)
        self.sandboxed()
        self.set_header("Content-Type", "application/zip")
        name = f"snapshot-{snapshot.rpartition(':')[2][:12]}.zip"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        await self.stream(chunks)


class SnapshotFileHandler(RunFileHandler):
    async def get(self, snapshot: str, path: str) -> None:
        entry, chunks = await self.slowly(unpack.snapshot_file, snapshot, path)
        await self.send_file(entry, chunks)


class SnapshotDiffHandler(RecordHandler):
    async def get(self, before: str, after: str) -> None:
        self.reply(await self.slowly(unpack.differences, before, after))


ROUTES: dict[str, type[RecordHandler]] = {
    "snapshots/plan": PlanHandler,
    "packs": PacksHandler,
    "snapshots": SnapshotsHandler,
    "snapshots/{id}/changes": SnapshotChangesHandler,
    "snapshots/{id}.zip": SnapshotZipHandler,
    "snapshots/{id}": SnapshotHandler,
    "snapshots/{id}/files/{path}": SnapshotFileHandler,
    "snapshots/{id}/diff/{other}": SnapshotDiffHandler,
}
