"""Tags and properties of runs: texts by key. A property, once set, stays."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from jupyter_mlws.store import tables
from jupyter_mlws.store.upsert import put


def of(tx: Connection, table: Table, run_id: str) -> dict[str, str]:
    return {key: value for key, value in tx.execute(_of(table), {"run": run_id})}


def set_tags(tx: Connection, run_id: str, values: Mapping[str, str | None]) -> None:
    """Set what has a value, remove what has None."""
    t = tables.tags
    gone = [key for key, value in values.items() if value is None]
    if gone:
        tx.execute(delete(t).where(t.c.run_id == run_id, t.c.key.in_(gone)))
    put(
        tx,
        t,
        [{"run_id": run_id, "key": k, "value": v} for k, v in values.items() if v is not None],
    )


def add_properties(tx: Connection, run_id: str, values: Mapping[str, str]) -> None:
    """Set those that are not there yet; the others stay as they are."""
    if not values:
        return
    t = tables.properties
    known = of(tx, t, run_id)
    rows = [{"run_id": run_id, "key": k, "value": v} for k, v in values.items() if k not in known]
    if rows:
        tx.execute(insert(t), rows)


@cache
def _of(table: Table) -> Any:
    return select(table.c.key, table.c.value).where(table.c.run_id == bindparam("run"))
