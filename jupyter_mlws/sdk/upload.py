"""What was taken of a folder here, on its way into a workspace: as little of it as is needed."""

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Conflict, Invalid, Malformed, NotFound, TooLarge
from jupyter_mlws.records.snapshot import Delta
from jupyter_mlws.sdk.folder import Folder, Sent
from jupyter_mlws.sdk.scripts import left_out
from jupyter_mlws.snapshot.base import Base, base_of, confirmed
from jupyter_mlws.snapshot.take import take
from jupyter_mlws.snapshot.taken import Taken

MOST_ENTRIES = 500  # of a delta: for more of them the whole way is no longer
MOST_BYTES = 4 << 20  # of contents that go along with one, from memory


def upload(client: Client, folder: Folder) -> Sent:
    """Take a folder with this process's eyes, and send what the workspace has not. As `send`."""
    taken = take(folder.root, extra=folder.extra, allow_large=folder.allow_large)
    paths = [entry.path for entry in taken.entries]
    if folder.script is not None and folder.script not in paths:
        raise left_out(folder.script, folder.root, paths)
    return Sent(id=sent(client, taken), ignored=taken.ignored, notices=taken.notices)


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
        delta = base.delta(taken.entries)
        if _by_delta(client, taken, base, delta) == taken.id:
            confirmed(taken.memory, taken.id, taken.entries, (base, delta))
            return taken.id
    if missing := client.missing(taken.digests):
        client.send(taken.stream(missing))
    snapshot = client.snapshot(taken.entries).id
    confirmed(taken.memory, snapshot, taken.entries)
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
