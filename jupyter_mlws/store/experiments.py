"""Experiments: names under which runs are counted."""

from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from jupyter_mlws.records import codec
from jupyter_mlws.records.experiment import Experiment
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import RunState
from jupyter_mlws.store import changes, tables

T = tables.experiments
OPEN = [state.value for state in RunState if not state.over]
COUNT = (
    update(T)
    .where(T.c.name == bindparam("experiment"))
    .values(next_number=T.c.next_number + 1)
    .returning(T.c.id, T.c.next_number - 1)
)


def count(tx: Connection, name: str, *, at: Instant, by: str) -> tuple[int, int]:
    """Count one more run: the experiment's id, and the run's number. Makes the experiment."""
    row = tx.execute(COUNT, {"experiment": name}).first()
    if row is None:
        tx.execute(insert(T).values(name=name, next_number=1, created_at=at, created_by=by))
        changes.add(tx, "experiment", name, at=at)
        row = tx.execute(COUNT, {"experiment": name}).one()
    return row[0], row[1]


def listed(tx: Connection, *, limit: int, cursor: str | None) -> list[Experiment]:
    """Those with runs, by the age of their newest one; at most `limit` + 1 of them."""
    r = tables.runs
    figures = (
        select(
            T,
            func.count(r.c.id).label("n_runs"),
            func.coalesce(func.sum(_is(r.c.state.in_(OPEN))), 0).label("n_active"),
            func.coalesce(func.sum(_is(r.c.state == RunState.FAILED.value)), 0).label("n_failed"),
            func.max(r.c.created_at).label("last_at"),
        )
        .join(r, (r.c.experiment_id == T.c.id) & (r.c.kind != "service"))
        .where(r.c.archived_at.is_(None))
        .group_by(T.c.id)
        .order_by(func.max(r.c.created_at).desc(), T.c.id.desc())
        .limit(limit + 1)
        .offset(int(cursor or 0))
    )
    return [codec.convert(row, Experiment) for row in tx.execute(figures)]


def _is(condition: Any) -> Any:
    return case((condition, 1), else_=0)
