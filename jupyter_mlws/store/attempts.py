"""Attempts of runs: where each is found, and how it ended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from jupyter_mlws.records import codec
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Attempt, Exit, Run
from jupyter_mlws.store import tables

T = tables.attempts
ADD = insert(T)
OF_RUN = select(T).where(T.c.run_id == bindparam("run")).order_by(T.c.n)
FIND = select(T).where(T.c.run_id == bindparam("run"), T.c.n == bindparam("nth"))
UPDATE = update(T).where(T.c.run_id == bindparam("run"), T.c.n == bindparam("nth"))


def create(
    tx: Connection, run: Run, handle: dict[str, Any], command: Sequence[str], *, at: Instant
) -> None:
    """Store where an attempt will be found and what it executes, before it is started."""
    where = {"run_id": run.id, "n": run.attempt, "handle": handle}
    tx.execute(ADD, {**where, "command": list(command), "started_at": at})


def find(tx: Connection, run_id: str, n: int) -> Attempt | None:
    """None where the attempt has not been prepared yet."""
    row = tx.execute(FIND, {"run": run_id, "nth": n}).first()
    return None if row is None else codec.convert(row, Attempt)


def listed(tx: Connection, run_id: str) -> tuple[Attempt, ...]:
    rows = tx.execute(OF_RUN, {"run": run_id})
    return tuple(codec.convert(row, Attempt) for row in rows)


def end(tx: Connection, run_id: str, n: int, exit: Exit | None, *, at: Instant) -> None:
    """Store how it ended; `exit` is None where there is no evidence."""
    facts = None if exit is None else codec.columns(exit)
    tx.execute(UPDATE, {"run": run_id, "nth": n, "exit": facts, "ended_at": at})
