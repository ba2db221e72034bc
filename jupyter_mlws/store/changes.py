"""What has changed, in order. Clients ask for what came after the revision they know."""

from sqlalchemy import Connection, delete, func, insert, select

from jupyter_mlws.records.change import Changes
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import tables

KEPT = 20_000  # revisions; who is further behind reads everything anew
ADD = insert(tables.changes).returning(tables.changes.c.rev)


def add(tx: Connection, kind: str, subject: str, *, at: Instant) -> None:
    """Note that something changed, once a transaction."""
    told: dict[str, None] = tx.info.setdefault("subjects", {})
    if (word := f"{kind}:{subject}") not in told:
        told[word] = None
        row = {"kind": kind, "subject": subject, "at": at}
        tx.info["rev"] = tx.execute(ADD, row).scalar_one()


def latest(tx: Connection) -> int:
    """The revision of the store; 0 where nothing has happened yet."""
    return tx.execute(select(func.max(tables.changes.c.rev))).scalar() or 0


def since(tx: Connection, rev: int, *, limit: int = 1000) -> Changes:
    """What came after a revision, each subject once.

    `truncated` where more changed than `limit`, or where `rev` is older than
    what is kept: then everything has to be read anew.
    """
    t = tables.changes
    now = latest(tx)
    oldest = tx.execute(select(func.min(t.c.rev))).scalar() or 0
    rows = tx.execute(select(t.c.kind, t.c.subject).where(t.c.rev > rev).limit(limit + 1)).all()
    subjects = tuple(dict.fromkeys(f"{kind}:{subject}" for kind, subject in rows[:limit]))
    gap = rev > now or (0 < rev < oldest - 1)
    return Changes(rev=now, subjects=subjects, truncated=len(rows) > limit or gap)


def prune(tx: Connection) -> None:
    """Forget what no client should still ask for."""
    t = tables.changes
    tx.execute(delete(t).where(t.c.rev < latest(tx) - KEPT))
