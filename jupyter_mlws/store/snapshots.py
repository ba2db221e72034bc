"""Snapshots: their manifests, checked at the door. Rows of `snapshots`."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec
import zstandard
from sqlalchemy import Connection, delete, insert, select, update

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.snapshot import Delta, Entry, Snapshot
from jupyter_mlws.store import blobs
from jupyter_mlws.store.lately import Lately
from jupyter_mlws.store.manifests import changed, checked
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.tables import snapshots

lately = Lately(32 << 20)


class Tree(msgspec.Struct, frozen=True):
    """A snapshot with the places of its contents: all that trees.py needs to read it."""

    entries: tuple[Entry, ...]
    placed: dict[str, Placed]  # by digest


def create(tx: Connection, entries: Iterable[Entry], at: Instant, by: str) -> Snapshot:
    """Keep a snapshot whose contents are all here. Twice is once.

    Raises
    ------
    Invalid
        A path is unsafe or there twice, or a size is not the content's; names it.
    TooLarge
        There are more than 100,000 entries.
    Conflict
        A content is missing; names the first. Ask ``POST snapshots/plan`` again.
    """
    manifest = checked(entries)
    _all_here(tx, manifest)
    return _kept(tx, manifest, at, by)


def change(tx: Connection, base: str, delta: Delta, at: Instant, by: str) -> Snapshot:
    """Keep the snapshot that differs from `base` as a delta says. Twice is once.

    Only what is in `delta` is looked at: while `base` is here, its contents are.

    Raises
    ------
    NotFound
        There is no snapshot `base`, or no longer.
    Invalid
        A path that is gone was not there. Else as `create`.
    TooLarge, Conflict
        As `create`.
    """
    manifest = changed(_held(tx, base), delta)
    _all_here(tx, delta.entries)
    return _kept(tx, manifest, at, by)


def get(tx: Connection, snapshot: str) -> Snapshot:
    """A snapshot with its entries. Raises NotFound."""
    row = tx.execute(select(snapshots).where(snapshots.c.id == snapshot)).first()
    if row is None:
        raise _unknown(snapshot)
    return Snapshot(
        id=row.id, n_files=row.n_files, size_bytes=row.size_bytes, entries=_entries(row.manifest)
    )


def tree(tx: Connection, snapshot: str) -> Tree:
    """A snapshot, ready to be laid, zipped or compared. Raises NotFound."""
    entries = get(tx, snapshot).entries
    return Tree(entries, blobs.find_many(tx, _digests(entries)))


def exists(tx: Connection, snapshot: str) -> bool:
    return tx.scalar(select(snapshots.c.id).where(snapshots.c.id == snapshot)) is not None


def forget(tx: Connection, needed: set[str], before: Instant) -> int:
    """Remove snapshots that are not `needed`, asked for last before a moment; says how many."""
    old = tx.scalars(select(snapshots.c.id).where(snapshots.c.created_at < int(before))).all()
    gone = [snapshot for snapshot in old if snapshot not in needed]
    for snapshot in gone:
        tx.execute(delete(snapshots).where(snapshots.c.id == snapshot))
    return len(gone)


def digests(tx: Connection, ids: Iterable[str]) -> set[str]:
    """The contents that these snapshots need; ids that are unknown need none."""
    found: set[str] = set()
    for snapshot in set(ids):
        packed = tx.scalar(select(snapshots.c.manifest).where(snapshots.c.id == snapshot))
        if packed is not None:
            found |= set(_digests(_entries(packed)))
    return found


def _all_here(tx: Connection, entries: Iterable[Entry]) -> None:
    """Raises Conflict where a content is missing, Invalid where one has another size."""
    files = [entry for entry in entries if entry.digest is not None]
    sizes = blobs.sizes(tx, _digests(files))
    for entry in files:
        size = sizes.get(str(entry.digest))
        if size is None:
            raise Conflict(f"The content of {entry.path!r} is not here yet; send it first.")
        if size != entry.size_bytes:
            raise Invalid(f"The size of {entry.path!r} is not its content's.", "manifest.entries")


def _kept(tx: Connection, manifest: tuple[Entry, ...], at: Instant, by: str) -> Snapshot:
    body = encode(manifest)
    found = Snapshot(
        id="sha256:" + sha256(body).hexdigest(),
        n_files=len(manifest),
        size_bytes=sum([entry.size_bytes for entry in manifest]),
    )
    lately.keep(found.id, manifest, len(body))
    same = snapshots.c.id == found.id
    # young again, so that no collection takes it before its run is there
    if tx.execute(update(snapshots).where(same).values(created_at=int(at))).rowcount:
        return found
    packed = zstandard.ZstdCompressor(level=1).compress(body)
    born = {"created_at": int(at), "created_by": by}
    row = {"id": found.id, "n_files": found.n_files, "size_bytes": found.size_bytes}
    tx.execute(insert(snapshots).values(**row, manifest=packed, **born))
    return found


def _held(tx: Connection, snapshot: str) -> tuple[Entry, ...]:
    """The entries of a snapshot that is here. Raises NotFound."""
    entries = lately.get(snapshot)
    if entries is None:
        return get(tx, snapshot).entries
    if not exists(tx, snapshot):
        raise _unknown(snapshot)
    return entries


def _unknown(snapshot: str) -> NotFound:
    return NotFound(f"There is no snapshot {snapshot}.")


def _digests(entries: Iterable[Entry]) -> list[str]:
    return [entry.digest for entry in entries if entry.digest is not None]


def _entries(packed: bytes) -> tuple[Entry, ...]:
    return decode(zstandard.ZstdDecompressor().decompress(packed), tuple[Entry, ...])
