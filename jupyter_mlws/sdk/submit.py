"""From a folder on the user's side to a queued run: what CLI, SDK and magics share."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records import packing
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, Run, RunSpec, Source
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.sending import Folder, send
from jupyter_mlws.snapshot import facts

Say = Callable[[str], object]  # a notice: one line
DIFF = "mlws.git.diff"  # property: a snapshot that holds the uncommitted changes as DIFF_FILE
DIFF_FILE = "git.diff"
IGNORED_AT_MOST = 200  # paths kept on a run, to explain a FileNotFoundError


class Order(Struct, frozen=True, kw_only=True):
    """A run to be submitted."""

    root: Path  # the folder that is sent
    spec: RunSpec  # without snapshot and ignored: they are found here
    extra: Mapping[str, bytes] = {}  # files that are only in the snapshot
    secrets: Mapping[str, str] = {}  # variables whose values are stored nowhere
    allow_large: bool = False


def submit(client: Client, order: Order, say: Say) -> Run:
    """Send what the workspace has not of a folder, and queue a run on it.

    The run's id is made here: where no answer comes, the same is asked again, and
    it is one run.

    Raises
    ------
    NotFound
        The script is not in the folder, or the ignore rules leave it out.
    Invalid
        The server refuses the specification; ``field`` says what of it.
    Incomplete, TooLarge
        The folder cannot be taken as it is.
    """
    return client.submit(_prepared(client, order, say))


def dry_run(client: Client, order: Order, say: Say) -> dict[str, Any]:
    """What would be sent, and what would be started. No run is stored."""
    new = _prepared(client, order, say)
    assert new.spec.snapshot is not None
    held = client.get_snapshot(new.spec.snapshot)
    files = {entry.path: entry.size_bytes for entry in held.entries}
    launch = client.dry_run(new)
    return {"snapshot": held.id, "files": files, "ignored": new.spec.ignored, "launch": launch}


def entry_script(client: Client, folder: Path, script: str, text: str | None, say: Say) -> str:
    """Send a folder with an endpoint's entry script. The snapshot's id.

    Raises
    ------
    NotFound
        The script is not in the folder.
    """
    extra = {} if text is None else {script: text.encode()}
    return send(client, Folder(root=folder, extra=extra, script=script), say)[0]


def here(notebook: str | None = None, cell_id: str | None = None, stale: bool = False) -> Source:
    """Who asks for a run, and where."""
    user, host = surroundings.user(), surroundings.host()
    return Source(notebook=notebook, cell_id=cell_id, user=user, host=host, stale=stale)


def _prepared(client: Client, order: Order, say: Say) -> NewRun:
    longest_s = order.spec.max_duration_s
    if longest_s is not None and not math.isfinite(longest_s):  # on the wire it would be none
        raise Invalid(f"A run cannot last {longest_s} s: give a number of seconds.", "timeout")
    git = facts.ask(order.root)  # beside the walk
    folder = Folder(
        root=order.root,
        extra=order.extra,
        script=order.spec.script or order.spec.notebook,
        allow_large=order.allow_large,
    )
    snapshot, taken = send(client, folder, say)
    known = git()
    properties = dict(known.properties)
    if known.diff:
        properties[DIFF] = _kept(client, known.diff)
    secrets = dict(order.secrets)
    spec = replace(
        order.spec,
        snapshot=snapshot,
        secrets=tuple(sorted(secrets)),
        ignored=taken.ignored[:IGNORED_AT_MOST],
    )
    return NewRun(id=new_id(Instant.now()), spec=spec, git=properties or None, secrets=secrets)


def _kept(client: Client, diff: bytes) -> str:
    """The uncommitted changes as a snapshot of one file, so that every client can read it."""
    digest = packing.digest_of(diff)
    if client.missing([digest]):
        header, packed = packing.small_record(digest, diff)
        client.send([packing.MAGIC, header.encode(), packed, packing.end(1)])
    entry = Entry(path=DIFF_FILE, digest=digest, size_bytes=len(diff))
    return client.snapshot([entry]).id
