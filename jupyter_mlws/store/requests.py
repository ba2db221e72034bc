"""Answers that were given, by the caller's Idempotency-Key: a retry gets the same one."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, delete, insert, select

from jupyter_mlws.errors import Conflict
from jupyter_mlws.records import codec
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import tables

R = TypeVar("R")
T = tables.requests
KEPT_S = 24 * 3600.0


class Given(NamedTuple):
    status: int
    body: bytes


@dataclass
class Asked:
    """A request with a key, while it is acted upon."""

    principal: str
    key: str
    fingerprint: str
    status: int  # of the answer, where all goes well
    at: Instant
    given: Given | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def asking(asked: Asked) -> Iterator[None]:
    """What this thread does in here is the answer to `asked`."""
    before = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(before)


def answered(tx: Connection, record: R) -> R:
    """Keep what an action answers, where its caller sent a key; returns `record`.

    In the transaction that does it: whoever dies after that has done both, or neither.
    """
    if (asked := _asked.get()) is not None:
        asked.given = Given(asked.status, codec.encode(record))
        told = asked.principal, asked.key, asked.fingerprint
        keep(tx, *told, asked.given, at=asked.at)
    return record


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
