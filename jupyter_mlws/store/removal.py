"""Taking runs out of the store, with all that hangs on them."""

from sqlalchemy import Connection, delete, func, select

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import RunState
from jupyter_mlws.store import changes, tables

T = tables.runs
OVER = [state.value for state in RunState if state.over]


def ended_before(tx: Connection, before: Instant) -> list[str]:
    """Runs that are nobody's children, oldest first."""
    old = select(T.c.id).where(
        T.c.state.in_(OVER), T.c.ended_at < before, T.c.parent_id.is_(None), T.c.kind != "service"
    )
    return list(tx.execute(old.order_by(T.c.id)).scalars())


def size_bytes(tx: Connection, run_id: str) -> int:
    """What a run's files take, and its log."""
    f = tables.files
    kept = tx.execute(select(func.sum(f.c.size_bytes)).where(f.c.run_id == run_id)).scalar() or 0
    a = tables.attempts
    ends = tx.execute(select(a.c.exit).where(a.c.run_id == run_id)).scalars()
    return int(kept) + sum(int(end["log_bytes"]) for end in ends if end)


def remove(tx: Connection, run_id: str, *, at: Instant) -> None:
    """Remove a run and its children. Contents that nothing else needs are dead after this."""
    for child in tx.execute(select(T.c.id).where(T.c.parent_id == run_id)).scalars().all():
        remove(tx, child, at=at)
    m = tables.metrics
    series = select(m.c.id).where(m.c.run_id == run_id)
    for table in (tables.points, tables.items):
        tx.execute(delete(table).where(table.c.metric_id.in_(series)))
    held = (m, tables.cursors, tables.tags, tables.properties, tables.files)
    for table in (*held, tables.moves, tables.attempts):
        tx.execute(delete(table).where(table.c.run_id == run_id))
    tx.execute(delete(T).where(T.c.id == run_id))
    changes.add(tx, "run", run_id, at=at)


def untrimmed(tx: Connection, before: Instant, after: Instant) -> list[tuple[str, str]]:
    """Id and target of runs that ended between two moments and did not complete."""
    span = (T.c.ended_at < before, T.c.ended_at >= after)
    ended = select(T.c.id, T.c.target).where(T.c.state.in_(OVER), *span)
    rows = tx.execute(ended.where(T.c.state != RunState.COMPLETED.value))
    return [(run_id, target) for run_id, target in rows]
