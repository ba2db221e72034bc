"""Snapshots: their manifests, checked at the door. Rows of `snapshots`."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import zstandard
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.snapshot import Delta, Entry, Snapshot
from jupyter_mlws.store import blobs
from jupyter_mlws.store.lately import Lately
from jupyter_mlws.store.manifests import changed, checked
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.tables import snapshots
from jupyter_mlws.store.upsert import inserting

ENTRY_BYTES = 130  # of one as JSON, beside its path
lately = Lately(32 << 20)
BY_ID = select(snapshots).where(snapshots.c.id == bindparam("asked"))
EXISTS = select(snapshots.c.id).where(snapshots.c.id == bindparam("asked"))


class Made(NamedTuple):
    """A snapshot that is not stored yet."""

    id: str
    n_files: int
    size_bytes: int
    manifest: bytes  # compressed


class Tree(msgspec.Struct, frozen=True):
    """A snapshot with the places of its contents: all that trees.py needs to read it."""

    entries: tuple[Entry, ...]
    placed: dict[str, Placed]  # by digest


def create(tx: Connection, listed: Iterable[Entry], at: Instant, by: str) -> Snapshot:
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
    manifest = checked(listed)
    _all_here(tx, manifest, {})
    made = _made(manifest)
    if not _renewed(tx, made.id, at):
        tx.execute(insert(snapshots).values(_row(made, at, by)))
    return _shown(made)


def made(before: Iterable[Entry], delta: Delta) -> Made:
    """A snapshot that differs from another as a delta says; nothing is stored. See `change`.

    Raises
    ------
    Invalid
        A path that is gone was not there. Else as `create`.
    TooLarge
        As `create`.
    """
    return _made(changed(before, delta))


def change(
    tx: Connection,
    base: str,
    delta: Delta,
    new: Made,
    at: Instant,
    by: str,
    sizes: Mapping[str, int] = {},  # noqa: B006 - read only
) -> Snapshot:
    """Keep the snapshot that was `made` of `base` and `delta`. Twice is once.

    Only what is in `delta` is looked at: while `base` is here, its contents are.

    Parameters
    ----------
    sizes
        Of contents that are known to be here, by digest; others are looked up.

    Raises
    ------
    NotFound
        There is no snapshot `base`, or no longer.
    Invalid, Conflict
        As `create`.
    """
    _all_here(tx, delta.entries, sizes)
    if new.id == base:
        is_here = _renewed(tx, base, at)
    else:
        row = {**_row(new, at, by), "base": base}
        is_here = tx.execute(_beside(tx.dialect.name), row).rowcount > 0
    if not is_here:
        raise _unknown(base)
    return _shown(new)


def renew(tx: Connection, snapshot: str, at: Instant) -> Snapshot:
    """Say that a snapshot is wanted now, as if it were made again. Raises NotFound."""
    if not _renewed(tx, snapshot, at):
        raise _unknown(snapshot)
    columns = select(snapshots.c.id, snapshots.c.n_files, snapshots.c.size_bytes)
    row = tx.execute(columns.where(snapshots.c.id == snapshot)).one()
    return Snapshot(id=row.id, n_files=row.n_files, size_bytes=row.size_bytes)


def get(tx: Connection, snapshot: str) -> Snapshot:
    """A snapshot with its entries. Raises NotFound."""
    row = tx.execute(BY_ID, {"asked": snapshot}).first()
    if row is None:
        raise _unknown(snapshot)
    found = _entries(row.manifest)
    lately.keep(snapshot, found, sum([len(entry.path) + ENTRY_BYTES for entry in found]))
    return Snapshot(id=row.id, n_files=row.n_files, size_bytes=row.size_bytes, entries=found)


def entries(tx: Connection, snapshot: str) -> tuple[Entry, ...]:
    """What a snapshot holds. Raises NotFound."""
    known = lately.get(snapshot)
    return known if known is not None and exists(tx, snapshot) else get(tx, snapshot).entries


def tree(tx: Connection, snapshot: str) -> Tree:
    """A snapshot, ready to be laid, zipped or compared. Raises NotFound."""
    held = entries(tx, snapshot)
    return Tree(held, blobs.find_many(tx, _digests(held)))


def exists(tx: Connection, snapshot: str) -> bool:
    return tx.scalar(EXISTS, {"asked": snapshot}) is not None


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


def _all_here(tx: Connection, listed: Iterable[Entry], known: Mapping[str, int]) -> None:
    """Raises Conflict where a content is missing, Invalid where one has another size."""
    files = [entry for entry in listed if entry.digest is not None]
    asked = [digest for digest in _digests(files) if digest not in known]
    sizes = {**known, **blobs.sizes(tx, asked)} if asked else known
    for entry in files:
        size = sizes.get(str(entry.digest))
        if size is None:
            raise Conflict(f"The content of {entry.path!r} is not here yet; send it first.")
        if size != entry.size_bytes:
            raise Invalid(f"The size of {entry.path!r} is not its content's.", "manifest.entries")


def _made(manifest: tuple[Entry, ...]) -> Made:
    body = encode(manifest)
    found = "sha256:" + sha256(body).hexdigest()
    lately.keep(found, manifest, len(body))
    size = sum([entry.size_bytes for entry in manifest])
    return Made(found, len(manifest), size, zstandard.ZstdCompressor(level=1).compress(body))


def _renewed(tx: Connection, snapshot: str, at: Instant) -> bool:
    """Is it here? It is young again: no collection takes it before its run is there."""
    same = snapshots.c.id == snapshot
    return tx.execute(update(snapshots).where(same).values(created_at=int(at))).rowcount > 0


def _row(made: Made, at: Instant, by: str) -> dict[str, Any]:
    return {**made._asdict(), "created_at": int(at), "created_by": by}


def _shown(made: Made) -> Snapshot:
    return Snapshot(id=made.id, n_files=made.n_files, size_bytes=made.size_bytes)


@cache
def _beside(dialect: str) -> Any:
    """Writes a row while the row of another snapshot is there, all in one statement."""
    values = [bindparam(column.name, type_=column.type) for column in snapshots.c]
    other = snapshots.alias()
    there = select(other.c.id).where(other.c.id == bindparam("base")).exists()
    return (
        inserting(dialect, snapshots)
        .from_select([column.name for column in snapshots.c], select(*values).where(there))
        .on_conflict_do_update(
            index_elements=[snapshots.c.id], set_={"created_at": bindparam("created_at")}
        )
    )


def _unknown(snapshot: str) -> NotFound:
    return NotFound(f"There is no snapshot {snapshot}.")


def _digests(listed: Iterable[Entry]) -> list[str]:
    return [entry.digest for entry in listed if entry.digest is not None]


def _entries(packed: bytes) -> tuple[Entry, ...]:
    return decode(zstandard.ZstdDecompressor().decompress(packed), tuple[Entry, ...])
