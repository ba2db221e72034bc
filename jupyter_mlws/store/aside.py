"""Rows that cannot be read as runs: set aside at the start, so that all others go on."""

from sqlalchemy import Connection, func, insert, select, update

from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records import codec
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Reason, RunState
from jupyter_mlws.store import changes, documents, tables
from jupyter_mlws.store.documents import RUNS, T

OPEN = [state.value for state in RunState if not state.over]


def set_aside(tx: Connection, *, at: Instant) -> list[str]:
    """Fail the open runs whose rows another program, or a broken disk, has spoilt; their ids."""
    spoilt = []
    for run_id in tx.execute(select(T.c.id).where(T.c.state.in_(OPEN))).scalars().all():
        try:
            documents.record(tx, tx.execute(RUNS.where(T.c.id == run_id)).one())
        except MlwsError as error:
            _fail(tx, run_id, f"Its row cannot be read: {error}", at)
            spoilt.append(run_id)
    return spoilt


def _fail(tx: Connection, run_id: str, sentence: str, at: Instant) -> None:
    """As `runs.move`, and `runs.changed`, for a row that they cannot read."""
    now = {"state": RunState.FAILED.value, "reason_code": Reason.INVALID_RECORD.value}
    now["reason"] = sentence
    row = tx.execute(select(T.c.state, T.c.document).where(T.c.id == run_id)).one()
    listed = codec.decode((row.document or "{}").encode(), dict) | now
    listed |= {"state_since": at.rfc3339(), "ended_at": at.rfc3339()}
    values = {**now, "state_since": at, "ended_at": at, "lease": None, "leased_until": None}
    document = codec.encode(listed).decode()
    tx.execute(update(T).where(T.c.id == run_id).values(document=document, **values))
    m = tables.moves
    seq = select(func.count()).where(m.c.run_id == run_id).scalar_subquery() + 1
    told = {"code": now["reason_code"], "sentence": sentence}
    move = {"run_id": run_id, "seq": seq, "at": at, "from": row.state, "to": now["state"], **told}
    tx.execute(insert(m).values(move))
    changes.add(tx, "run", run_id, at=at)
