"""What was taken of a folder, on its way into a workspace: as little of it as is needed."""

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Conflict, Invalid, Malformed, NotFound, TooLarge
from jupyter_mlws.snapshot.base import base_of, confirmed
from jupyter_mlws.snapshot.taken import Taken

MOST_ENTRIES = 500  # of a delta: for more of them the whole way is no longer
MOST_BYTES = 4 << 20  # of contents that go along with one, from memory


def sent(client: Client, taken: Taken) -> str:
    """The id of a snapshot whose contents the workspace has.

    Where a workspace has confirmed an earlier snapshot of the folder, what differs from it goes
    there in one request; so does that nothing differs, for the workspace may have pruned it.

    Raises
    ------
    Incomplete
        A file is no longer what it was when the folder was taken.
    """
    snapshot = _as_delta(client, taken)
    if snapshot != taken.id:
        if missing := client.missing(taken.digests):
            client.send(taken.stream(missing))
        snapshot = client.snapshot(taken.entries).id
    confirmed(taken.memory, snapshot, taken.entries)
    return snapshot


def _as_delta(client: Client, taken: Taken) -> str | None:
    """The id that the workspace found; None where there is too much, or no base there."""
    base = base_of(taken.memory)
    if base is None:
        return None
    delta = base.delta(taken.entries)
    if len(delta.entries) + len(delta.gone) > MOST_ENTRIES:
        return None
    fresh = base.fresh(delta.entries)
    if sum(fresh.values()) > MOST_BYTES:
        return None
    try:
        return client.change(base.id, delta, taken.stream(fresh) if fresh else ()).id
    except (NotFound, Conflict, Invalid, Malformed, TooLarge):
        return None
