"""What runs ask of the workspace from inside: each request is executed once and answered."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from msgspec import Struct

from jupyter_mlws.actions.read import left_files
from jupyter_mlws.actions.register import from_run, note_files
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Invalid, MlwsError, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.ids import Name
from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.run import Attempt, Run
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.transaction import Transaction
from jupyter_mlws.targets.base import Found, Target

ID = re.compile(r"^[A-Za-z0-9_-]{1,64}\Z")  # it names the file of the answer


class Registration(Struct, frozen=True, kw_only=True):
    """The arguments of ``register_model``."""

    name: Name
    path: str
    run: str | None = None
    framework: str | None = None
    framework_version: str | None = None
    description: str | None = None
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    sample: Any = None


class Wish(NamedTuple):
    """A request, with the contents of the files it speaks of: on disk already, unseen."""

    id: str
    asked: Registration | None
    files: tuple[tuple[Found, Placed], ...]
    refused: MlwsError | None


def prepared(
    backend: Backend, target: Target, run: Run, attempt: Attempt, events: Sequence[dict[str, Any]]
) -> list[Wish]:
    """The requests among events, made ready outside of any transaction."""
    wishes = []
    for event in events:
        if event["k"] != "request" or not ID.match(str(event.get("id"))):
            continue  # nobody could be answered
        try:
            if event.get("verb") != "register_model":
                raise Invalid(f"A run cannot ask for {event.get('verb')!r}, only register_model.")
            asked = codec.convert(event.get("arguments"), Registration)
            files = _taken(backend, target, attempt, asked.path)
            wishes.append(Wish(event["id"], asked, files, None))
        except MlwsError as error:
            wishes.append(Wish(event["id"], None, (), error))
    return wishes


def execute(
    backend: Backend, tx: Transaction, run: Run, wishes: Sequence[Wish]
) -> list[tuple[str, bytes]]:
    """Execute requests in the transaction that moves the cursor over them; their answers."""
    answers: list[tuple[str, dict[str, Any]]] = []
    for wish in wishes:
        if wish.asked is None:
            answers.append((wish.id, _no(wish.refused)))
            continue
        asked = wish.asked
        note_files(tx, run.id, wish.files, at=backend.now())
        words = {f: getattr(asked, f) for f in ("framework", "framework_version", "description")}
        words |= {"tags": asked.tags, "properties": asked.properties, "sample": asked.sample}
        new = NewVersion(run=run.id, path=asked.path, **words)
        try:
            version = from_run(backend, tx, asked.name, new, by=run.created_by)
            answers.append((wish.id, {"result": {"version": version.version}}))
        except MlwsError as error:
            answers.append((wish.id, _no(error)))
    return [(request_id, codec.encode(answer)) for request_id, answer in answers]


def _taken(
    backend: Backend, target: Target, attempt: Attempt, path: str
) -> tuple[tuple[Found, Placed], ...]:
    """Copies of a run's files as they are now: it may go on writing them."""
    whole = path.strip("/")
    found = [
        file
        for file in left_files(target, attempt.handle)
        if file.path == whole or file.path.startswith(f"{whole}/")
    ]
    if not found:
        raise NotFound(f"The run has no file or folder {path!r} below outputs/ yet.", "path")
    folder = target.folder(attempt.handle)
    if folder is None:
        raise Invalid("This target cannot register a model while the run goes on.")
    scratch = Path(mkdtemp(dir=backend.settings.state / "tmp"))
    try:
        copies = [scratch / str(i) for i in range(len(found))]
        for file, copy in zip(found, copies, strict=True):
            shutil.copyfile(folder / "code" / file.path, copy)
        return tuple(zip(found, backend.packs.adopt_many(copies), strict=True))
    finally:
        shutil.rmtree(scratch)


def _no(error: MlwsError | None) -> dict[str, Any]:
    assert error is not None
    return {"error": {"code": error.code, "message": str(error)}}
