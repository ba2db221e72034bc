"""Insert, or update what is there, in either database's words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def put(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows by their primary key; where one is there, its other columns are replaced."""
    if not rows:
        return
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    order = insert(table)
    others = {name: order.excluded[name] for name in rows[0] if name not in keys}
    if others:
        tx.execute(order.on_conflict_do_update(index_elements=keys, set_=others), rows)
    else:
        tx.execute(order.on_conflict_do_nothing(index_elements=keys), rows)
