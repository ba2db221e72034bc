"""Compute targets, as the workspace knows them. The table is the truth."""

from typing import Any

from sqlalchemy import Connection, delete, func, select

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import RunState
from jupyter_mlws.store import changes, tables
from jupyter_mlws.store.upsert import put

T = tables.targets
OPEN = [s.value for s in RunState if not s.over]
UNDER_WAY = [s.value for s in RunState if not s.over and s is not RunState.QUEUED]


def attach(
    tx: Connection, name: str, kind: str, config: dict[str, Any], *, at: Instant, by: str
) -> None:
    """Make a target known, or change its configuration."""
    row = {"name": name, "kind": kind, "config": config, "created_at": at, "created_by": by}
    put(tx, T, [row])
    changes.add(tx, "target", name, at=at)


def detach(tx: Connection, name: str, *, at: Instant) -> None:
    """Raises NotFound."""
    if not tx.execute(delete(T).where(T.c.name == name)).rowcount:
        raise NotFound(f"There is no target {name!r}.")
    changes.add(tx, "target", name, at=at)


def listed(tx: Connection) -> list[tuple[str, str, dict[str, Any]]]:
    """(name, kind, config), by name."""
    rows = tx.execute(select(T.c.name, T.c.kind, T.c.config).order_by(T.c.name))
    return [(name, kind, config) for name, kind, config in rows]


def held_by(tx: Connection, name: str) -> list[str]:
    """What needs a target: labels of its runs that are not over, and names of its endpoints."""
    r, e = tables.runs, tables.experiments
    found = (
        select(e.c.name, r.c.number)
        .join_from(r, e)
        .where(r.c.target == name, r.c.state.in_(OPEN), r.c.kind != "service")
    )
    labels = [f"{row.name}-{row.number}" for row in tx.execute(found.order_by(r.c.id))]
    serving = select(tables.endpoints.c.name).where(tables.endpoints.c.target == name)
    return [*labels, *tx.execute(serving.order_by(tables.endpoints.c.name)).scalars()]


def load(tx: Connection) -> dict[str, tuple[int, int]]:
    """How many runs each target works on, and how many wait for it."""
    r = tables.runs
    live = r.c.state.in_([*UNDER_WAY, RunState.QUEUED.value]) & (
        r.c.kind.in_(("script", "notebook"))
    )
    counted = (
        select(r.c.target, r.c.state, func.count()).where(live).group_by(r.c.target, r.c.state)
    )
    found: dict[str, tuple[int, int]] = {}
    for target, state, n in tx.execute(counted):
        running, waiting = found.get(target, (0, 0))
        queued = state == RunState.QUEUED.value
        found[target] = (running, waiting + n) if queued else (running + n, waiting)
    return found
