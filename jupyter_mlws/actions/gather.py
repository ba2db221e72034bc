"""Gather: a snapshot of a folder that the owner sees as the client does.

What the client would walk, hash, compress and send is read here once, beside the store; what is
unchanged since the folder was last taken costs a look at it.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, NotFound
from jupyter_mlws.records.folder import FolderOrder, FolderTaken
from jupyter_mlws.records.packing import small_record
from jupyter_mlws.records.snapshot import Delta, Snapshot
from jupyter_mlws.snapshot.base import Base, base_of, confirmed
from jupyter_mlws.snapshot.standpoint import meant
from jupyter_mlws.snapshot.take import take
from jupyter_mlws.snapshot.taken import Taken
from jupyter_mlws.store import blobs, snapshots
from jupyter_mlws.store.drafts import Draft
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.snapshots import Made

T = TypeVar("T")
HELD_BYTES = 4 << 20  # contents in memory, before the store is asked which of them it has


def gather(backend: Backend, order: FolderOrder, by: str) -> FolderTaken:
    """Take a folder and keep it as a snapshot.

    Raises
    ------
    Conflict
        This process does not see the folder as the client does.
    Incomplete, TooLarge, Invalid, Unsupported
        As `take`. Nothing is kept.
    DiskFull
        There was no room. Nothing is kept.
    """
    folder = meant(order)
    with backend.packs.drafting() as (draft, publish):
        fresh = _Fresh(backend, draft)
        taken = take(
            folder,
            extra=order.extra,
            without=[backend.settings.state],
            allow_large=order.allow_large,
            contents=fresh.add,
        )
        fresh.settle()
        placed, change = _at_once(publish, lambda: _change(taken))  # while the disk takes them
    kept = _by_change(backend, change, placed, by) if change is not None else None
    if kept is not None and change is not None:
        confirmed(taken.memory, kept.id, taken.entries, (change.base, change.delta))
    else:
        kept = _whole(backend, taken, placed, by)
        confirmed(taken.memory, kept.id, taken.entries)
    return FolderTaken(
        snapshot=kept,
        holds=any(entry.path == order.script for entry in taken.entries),
        ignored=taken.ignored,
        notices=taken.notices,
    )


class _Change(NamedTuple):
    """What the folder has otherwise than when it was last taken."""

    base: Base
    delta: Delta
    made: Made | None  # None: it is as it was


class _Fresh:
    """Contents as they are read; those that the workspace has not go into the draft."""

    def __init__(self, backend: Backend, draft: Draft) -> None:
        self._store = backend.store
        self._draft = draft
        self._held: dict[str, bytes] = {}
        self._size = 0

    def add(self, digest: str, content: bytes) -> None:
        self._held[digest] = content
        self._size += len(content)
        if self._size > HELD_BYTES:
            self.settle()

    def settle(self) -> None:
        if self._held:
            with self._store.read() as tx:
                lacking = blobs.missing(tx, self._held)
            for digest in lacking:
                self._draft.small(*small_record(digest, self._held[digest]))
            self._held, self._size = {}, 0


def _change(taken: Taken) -> _Change | None:
    base = base_of(taken.memory)
    if base is None:
        return None
    delta = base.delta(taken.entries)
    if not delta.entries and not delta.gone:
        return _Change(base, delta, None)
    return _Change(base, delta, snapshots.made_of(taken.entries, base.entries, delta))


def _by_change(
    backend: Backend, change: _Change, placed: tuple[Placed, ...], by: str
) -> Snapshot | None:
    """None where the workspace knows nothing, or too little, of the snapshot before."""
    base, delta, made = change
    sizes = {one.digest: one.size_bytes for one in placed}
    try:
        with backend.store.write() as tx:
            blobs.add(tx, placed, backend.now())
            if made is None:
                return snapshots.renew(tx, base.id, backend.now())
            return snapshots.change(tx, base.id, delta, made, backend.now(), by, sizes)
    except (NotFound, Conflict):
        return None


def _whole(backend: Backend, taken: Taken, placed: tuple[Placed, ...], by: str) -> Snapshot:
    here = {one.digest for one in placed}
    with backend.store.read() as tx:
        missing = [one for one in blobs.missing(tx, taken.digests) if one not in here]
    if missing:  # large ones, and what was read for another workspace
        placed += backend.packs.receive(taken.stream(missing))
    with backend.store.write() as tx:
        blobs.add(tx, placed, backend.now())
        return snapshots.create(tx, taken.entries, backend.now(), by)


def _at_once(
    slow: Callable[[], tuple[Placed, ...]], quick: Callable[[], T]
) -> tuple[tuple[Placed, ...], T]:
    """Do both, side by side; whatever goes wrong, neither goes on after this."""
    done: list[tuple[Placed, ...]] = []
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            done.append(slow())
        except BaseException as error:  # noqa: BLE001 - raised again below
            wrong.append(error)

    thread = threading.Thread(target=work, name="mlws-publish")
    thread.start()
    try:
        found = quick()
    finally:
        thread.join()
    if wrong:
        raise wrong[0]
    return done[0], found
