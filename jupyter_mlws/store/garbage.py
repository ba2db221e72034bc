"""Contents that nothing needs any more: found, forgotten, and their packs rewritten.

Files go in two steps, so that nobody who has just read a row finds its file gone: `collect`
forgets rows and starts the age of what is left over; ``Packs.sweep`` removes it a day later.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import blobs, snapshots, tables
from jupyter_mlws.store.packs import Packs

AT_MOST_BYTES = 256 << 20  # rewritten in one go: the store is closed to other writers meanwhile


class Freed(NamedTuple):
    n: int  # contents
    size_bytes: int  # on disk, once swept


def live(tx: Connection) -> set[str]:
    """The contents that a snapshot, a run's file, a model or a deployment needs."""
    found = set(tx.scalars(select(tables.files.c.digest).distinct()))
    found |= snapshots.digests(tx, tx.scalars(select(tables.snapshots.c.id)).all())
    models = tables.model_versions.c
    for manifest in tx.scalars(select(models.manifest).where(models.deleted_at.is_(None))):
        found.update(_digests(manifest))
    return found | _deployed(tx)


def collect(tx: Connection, packs: Packs, at: Instant) -> Freed:
    """Forget what nothing needs since a day, and rewrite packs that are more than half dead.

    A snapshot is needed by its runs and deployments.

    After the caller's commit, ``packs.sweep(blobs.named(tx))`` frees the bytes of earlier rounds.
    """
    day_ago = at.after(-blobs.GRACE_S)
    snapshots.forget(tx, _of_runs(tx) | _deployed(tx), day_ago)
    dead = blobs.dead(tx, live(tx), day_ago)
    before = blobs.named(tx)
    blobs.forget(tx, [placed.digest for placed in dead])
    wanted, total = [], 0
    for placed in blobs.wasteful(tx, packs.sizes()):
        if total <= AT_MOST_BYTES:  # a pack moved in part is wasteful in the next round, too
            wanted.append(placed)
            total += placed.length
    blobs.move(tx, packs.rewrite(wanted))
    packs.retire(before - blobs.named(tx))
    return Freed(len(dead), sum(placed.length for placed in dead))


def _of_runs(tx: Connection) -> set[str]:
    """Snapshots of runs, and of what was not committed when they were submitted."""
    rows = tx.execute(select(tables.runs.c.snapshot, tables.runs.c.git)).all()
    diffs = {digest for row in rows for digest in _digests(row.git)}
    return {row.snapshot for row in rows if row.snapshot is not None} | diffs


def _deployed(tx: Connection) -> set[str]:
    """Snapshots and contents that deployments name."""
    configs = tx.scalars(select(tables.deployments.c.config))
    return {digest for config in configs for digest in _digests(config)}


def _digests(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        if document.startswith("sha256:"):
            yield document
    elif isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from _digests(part)
