"""/mlws/api/v1/runs/{id}/log and files"""

import re
from mimetypes import guess_type
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

from jupyter_mlws.actions import read
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.problem import Problem
from jupyter_mlws.server.base import RecordHandler

MOST_BYTES = 8 << 20
RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True):
    attempt: Annotated[int, Meta(ge=1, lt=1 << 31)] | None = None  # None: the last
    offset: Annotated[int, Meta(gt=-(1 << 62), lt=1 << 62)] = 0  # below 0: from the end
    limit: int = MOST_BYTES


class FileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    download: bool = False


class RunLogHandler(RecordHandler):
    async def get(self, ref: str) -> None:
        query = self.query(LogQuery)
        limit = max(0, min(query.limit, MOST_BYTES))
        part = await self.slowly(read.log, ref, query.attempt, query.offset, limit)
        self.sandboxed()
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Next-Offset", str(part.offset + len(part.content)))
        self.set_header("X-Log-Size", str(part.size_bytes))
        self.set_header("X-Run-State", part.state.value)
        self.finish(part.content)


class RunFilesHandler(RecordHandler):
    async def get(self, ref: str) -> None:
        self.reply_page(await self.slowly(read.files_of, ref))


class RunFileHandler(RecordHandler):
    async def get(self, ref: str, path: str) -> None:
        entry, chunks = await self.slowly(read.file_of, ref, path)
        await self.send_file(entry, chunks)

    async def send_file(self, entry: FileEntry, chunks: "read.Opener") -> None:
        """A file, or the part of it that `Range` asks for."""
        asked = self._asked(entry.size_bytes)
        if asked is None:
            self.set_header("Content-Range", f"bytes */{entry.size_bytes}")
            told = f"The file has {entry.size_bytes} bytes, and none where you asked."
            return self.reply(Problem(code="range_not_satisfiable", message=told), 416)
        start, stop = asked
        name = entry.path.rpartition("/")[2]
        self.sandboxed()
        self.set_header("Content-Type", guess_type(name)[0] or "application/octet-stream")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Content-Length", str(stop - start))
        if self.query(FileQuery).download:
            told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
            self.set_header("Content-Disposition", told)
        return await self.stream(await self.slowly(lambda _: chunks(start, stop - start)))

    def _asked(self, size: int) -> tuple[int, int] | None:
        """From which byte to which is asked for; None where there is none."""
        found = RANGE.match(self.request.headers.get("Range", ""))
        if not found or found.groups() == ("", ""):
            return 0, size
        first, last = found.groups()
        start = int(first) if first else max(0, size - int(last))
        stop = min(size, int(last) + 1) if first and last else size
        if start >= size or stop <= start:
            return None
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        return start, stop


ROUTES: dict[str, type[RecordHandler]] = {
    "runs/{id}/log": RunLogHandler,
    "runs/{id}/files": RunFilesHandler,
    "runs/{id}/files/{path}": RunFileHandler,
}
