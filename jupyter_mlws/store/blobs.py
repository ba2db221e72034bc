"""The index of contents: which lies where. Rows of `blobs`; the bytes are in packs.py."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, bindparam, delete, func, select

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.codec import columns, encode
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.tables import blobs
from jupyter_mlws.store.upsert import inserting

AT_ONCE = 500  # values in one statement
GRACE_S = 86_400.0
SIZE = (blobs.c.digest, blobs.c.size_bytes)
LISTED = func.json_each(bindparam("digests")).table_valued("value").c.value  # in SQLite's words
MISSING = select(LISTED).where(~select(SIZE[0]).where(SIZE[0] == LISTED).exists())


class Held(NamedTuple):
    """What the workspace holds."""

    n: int
    size_bytes: int  # plain
    length: int  # on disk


def add(tx: Connection, placed: Iterable[Placed], at: Instant) -> None:
    """Make contents known that lie on disk. One that is known stays where it is, and is young."""
    for some in _batches(placed):
        rows = [columns(one) | {"at": int(at)} for one in some]
        tx.execute(_adding(tx.dialect.name), rows)


def find(tx: Connection, digest: str) -> Placed:
    """Where a content lies. Raises NotFound."""
    if not (found := find_many(tx, [digest])):
        raise NotFound(f"The workspace holds no content {digest}.")
    return found[digest]


def find_many(tx: Connection, digests: Iterable[str]) -> dict[str, Placed]:
    """Where contents lie, by digest; those that are unknown are absent."""
    return {row.digest: _placed(row) for row in _rows(tx, digests, *blobs.c)}


def sizes(tx: Connection, digests: Iterable[str]) -> dict[str, int]:
    """How many plain bytes contents have, by digest; those that are unknown are absent."""
    return {row.digest: row.size_bytes for row in _rows(tx, digests, *SIZE)}


def known(tx: Connection, digests: Iterable[str]) -> set[str]:
    return {row.digest for row in _rows(tx, digests, blobs.c.digest)}


def missing(tx: Connection, digests: Iterable[str]) -> tuple[str, ...]:
    """Those of `digests` that the workspace has not yet, each once, in their order."""
    asked = tuple(dict.fromkeys(digests))
    if tx.dialect.name == "sqlite":  # most are known: only the others come out of the database
        lacking = set(tx.scalars(MISSING, {"digests": _array(asked)}))
    else:
        lacking = set(asked) - known(tx, asked)
    return tuple(digest for digest in asked if digest in lacking) if lacking else ()


def total(tx: Connection) -> Held:
    n, size, length = tx.execute(
        select(
            func.count(),
            func.coalesce(func.sum(blobs.c.size_bytes), 0),
            func.coalesce(func.sum(blobs.c.length), 0),
        ).select_from(blobs)
    ).one()
    return Held(int(n), int(size), int(length))


def named(tx: Connection) -> set[Path]:
    """The files that rows name, for ``Packs.sweep``."""
    return {_placed(row).path() for row in tx.execute(select(blobs))}


def dead(tx: Connection, live: set[str], before: Instant) -> tuple[Placed, ...]:
    """Contents that nothing needs, known since before a moment (`GRACE_S` ago, or earlier)."""
    rows = tx.execute(select(blobs).where(blobs.c.at < int(before)))
    return tuple(_placed(row) for row in rows if row.digest not in live)


def forget(tx: Connection, digests: Iterable[str]) -> None:
    """Remove rows. Their files go later, by ``Packs.retire`` and ``Packs.sweep``."""
    for some in _batches(digests):
        tx.execute(delete(blobs).where(blobs.c.digest.in_(some)))


def wasteful(tx: Connection, sizes: Mapping[str, int]) -> tuple[Placed, ...]:
    """The contents of packs that are more than half dead: give them to ``Packs.rewrite``.

    Parameters
    ----------
    sizes
        ``Packs.sizes()``.
    """
    alive: dict[str, list[Placed]] = {}
    for row in tx.execute(select(blobs).where(blobs.c.pack.is_not(None)).order_by(blobs.c.pack)):
        alive.setdefault(row.pack, []).append(_placed(row))
    return tuple(
        placed
        for pack, held in alive.items()
        if 2 * sum(one.length for one in held) < sizes.get(pack, 0)
        for placed in held
    )


def move(tx: Connection, placed: Iterable[Placed]) -> None:
    """Say where contents lie now, as ``Packs.rewrite`` or ``Packs.rebuild`` found them."""
    for one in placed:
        tx.execute(blobs.update().where(blobs.c.digest == one.digest).values(columns(one)))


@cache
def _adding(dialect: str) -> Any:
    insert = inserting(dialect, blobs)
    same = [blobs.c.digest]
    return insert.on_conflict_do_update(index_elements=same, set_={"at": insert.excluded.at})


def _placed(row: Any) -> Placed:
    return Placed(
        digest=row.digest,
        size_bytes=row.size_bytes,
        pack=row.pack,
        offset=row.offset,
        length=row.length,
        encoding=row.encoding,
    )


def _rows(tx: Connection, digests: Iterable[str], *columns: Column[Any]) -> Iterator[Any]:
    """These columns of those of `digests` that are known."""
    asked = set(digests)
    if tx.dialect.name == "sqlite":  # one statement, whose text does not grow
        yield from tx.execute(_among(columns), {"digests": _array(asked)})
        return
    for some in _batches(asked):
        yield from tx.execute(select(*columns).where(blobs.c.digest.in_(some)))


@cache
def _among(columns: tuple[Column[Any], ...]) -> Any:
    return select(*columns).where(blobs.c.digest.in_(select(LISTED)))


def _array(digests: Collection[str]) -> str:
    return encode(list(digests)).decode()


def _batches(values: Iterable[Placed] | Iterable[str]) -> Iterator[list]:  # type: ignore[type-arg]
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some
