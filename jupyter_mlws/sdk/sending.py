"""A folder as it is now, on its way into a workspace: as little of it as is needed."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from msgspec import Struct

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Conflict, Invalid, Malformed, NotFound, TooLarge
from jupyter_mlws.records.snapshot import Delta
from jupyter_mlws.sdk.ahead import SentAhead
from jupyter_mlws.sdk.scripts import left_out
from jupyter_mlws.snapshot.base import Base, base_of, confirmed
from jupyter_mlws.snapshot.seen import place
from jupyter_mlws.snapshot.take import take
from jupyter_mlws.snapshot.taken import Taken

MOST_ENTRIES = 500  # of a delta: for more of them the whole way is no longer
MOST_BYTES = 4 << 20  # of contents that go along with one, from memory


class Folder(Struct, frozen=True, kw_only=True):
    """What shall be sent.

    Attributes
    ----------
    extra
        Files by path that stand in place of the folder's own, or beside them.
    script
        A path that must be in the snapshot.
    """

    root: Path
    extra: Mapping[str, bytes] = {}
    script: str | None = None
    allow_large: bool = False


def send(
    client: Client, folder: Folder, say: Callable[[str], object] = lambda notice: None
) -> tuple[str, Taken]:
    """Take a folder, and see that the workspace has it as a snapshot; its id.

    Raises
    ------
    NotFound, Incomplete
        The script is not in the folder; or the ignore rules leave it out.
    Incomplete, TooLarge, Invalid, Unsupported
        The folder cannot be taken as it is; see `take`.
    """
    base = base_of(place(folder.root, None)) if folder.root.is_dir() else None
    ahead = SentAhead(client, base, folder.extra) if base is not None else None
    with ahead or nullcontext():
        taken = take(folder.root, extra=folder.extra, allow_large=folder.allow_large, ahead=ahead)
        if folder.script is not None and folder.script not in taken.by_path:
            raise left_out(folder.script, folder.root, sorted(taken.by_path))
        for notice in taken.notices:
            say(notice)
        if base is not None and ahead is not None:
            delta = base.delta(taken.by_path)
            if (snapshot := ahead.answer(delta)) is not None:
                confirmed(taken, snapshot, (base, delta))
                return snapshot, taken
    return sent(client, taken), taken


def sent(client: Client, taken: Taken) -> str:
    """The id of a snapshot whose contents the workspace has.

    Where a workspace has confirmed an earlier snapshot of the folder, what differs from it goes
    there in one request; so does that nothing differs, for the workspace may have pruned it.

    Raises
    ------
    Incomplete
        A file is no longer what it was when the folder was taken.
    """
    if (base := base_of(taken.memory)) is not None:
        delta = base.delta(taken.by_path)
        if _by_delta(client, taken, base, delta) == taken.id:
            confirmed(taken, taken.id, (base, delta))
            return taken.id
    if missing := client.missing(taken.digests):
        client.send(taken.stream(missing))
    snapshot = client.snapshot(taken.entries).id
    confirmed(taken, snapshot)
    return snapshot


def _by_delta(client: Client, taken: Taken, base: Base, delta: Delta) -> str | None:
    """The id that the workspace found; None where it is too much, or the base is not there."""
    fresh = base.fresh(delta.entries)
    many = len(delta.entries) + len(delta.gone) > MOST_ENTRIES
    if many or sum(fresh.values()) > MOST_BYTES:
        return None
    try:
        new = [entry for entry in delta.entries if entry.digest in fresh]
        return client.change(base.id, delta, taken.stream_of(new) if new else ()).id
    except (NotFound, Conflict, Invalid, Malformed, TooLarge):
        return None
