"""Answers that were given, by the caller's Idempotency-Key: a retry gets the same one."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import tables

T = tables.requests
KEPT_S = 24 * 3600.0


class Given(NamedTuple):
    status: int
    body: bytes


def find(tx: Connection, principal: str, key: str, fingerprint: str) -> Given | None:
    """The answer that this request was given before.

    Raises
    ------
    Conflict
        The key was used for another request.
    """
    row = tx.execute(select(T).where(T.c.principal == principal, T.c.key == key)).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key belongs to another request; use a new one.")
    return Given(row.status, row.body)


def keep(
    tx: Connection, principal: str, key: str, fingerprint: str, given: Given, *, at: Instant
) -> None:
    """Remember an answer for a day; older ones are forgotten on the way."""
    tx.execute(delete(T).where(T.c.at < at.after(-KEPT_S)))
    row = {"principal": principal, "key": key, "fingerprint": fingerprint, "at": at}
    tx.execute(insert(T).values({**row, "status": given.status, "body": given.body}))
