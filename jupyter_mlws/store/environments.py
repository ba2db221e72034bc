"""What interpreters held, by digest: many runs share one record."""

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, select

from jupyter_mlws.records import codec
from jupyter_mlws.records.environment import EnvironmentRecord
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import documents, tables
from jupyter_mlws.store.upsert import put

T = tables.environments
FIND = select(T.c.record).where(T.c.digest == bindparam("asked"))


def keep(tx: Connection, record: EnvironmentRecord, *, at: Instant, by: str) -> str:
    """Store a record, where it is not there yet; its digest."""
    text = codec.encode(record)
    digest = f"sha256:{sha256(text).hexdigest()}"
    facts = {"digest": digest, "record": codec.columns(record), "created_at": at, "created_by": by}
    put(tx, T, [facts])
    return digest


def link(tx: Connection, run_id: str, digest: str) -> None:
    """Note what a run's interpreter held."""
    tx.execute(documents.UPDATE, {"run": run_id, "environment": digest})


def find(tx: Connection, digest: str | None) -> dict[str, Any] | None:
    return tx.execute(FIND, {"asked": digest}).scalar()
