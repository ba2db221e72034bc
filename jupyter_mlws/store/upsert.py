"""Insert, or update what is there, in either database's words."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def inserting(dialect: str, table: Table) -> Any:
    """The insert of a database that knows what to do about a row that is there."""
    if dialect == "postgresql":
        # A fifth of a workspace's start, and most are on SQLite
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

        return insert(table)
    return sqlite_insert(table)


def put(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows by their primary key; where one is there, its other columns are replaced."""
    if not rows:
        return
    tx.execute(_putting(tx.dialect.name, table, tuple(rows[0])), rows)


@cache
def _putting(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    keys = [column.name for column in table.primary_key]
    order = inserting(dialect, table)
    others = {name: order.excluded[name] for name in names if name not in keys}
    if others:
        return order.on_conflict_do_update(index_elements=keys, set_=others)
    return order.on_conflict_do_nothing(index_elements=keys)
