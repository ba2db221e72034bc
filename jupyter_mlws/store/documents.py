"""A run's row as a record, and as the document that lists send without looking inside."""

import re
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from jupyter_mlws.records import codec
from jupyter_mlws.records.number import spoken
from jupyter_mlws.records.run import Curve, Run
from jupyter_mlws.store import labels, tables

T = tables.runs
M = tables.metrics
P = tables.points
RUNS = select(T, tables.experiments.c.name.label("experiment")).join(tables.experiments)
# What every run needs again and again is built once: building takes longer than executing
BY_ID = RUNS.where(T.c.id == bindparam("run"))
UPDATE = update(T).where(T.c.id == bindparam("run"))  # sets the columns that it is given
SERIES = select(M).where(M.c.run_id == bindparam("run")).order_by(M.c.id)
PLAIN = (
    *("id", "experiment", "number", "parent_id", "kind", "name", "description", "state"),
    *("reason_code", "reason", "state_since", "deadline_at", "not_responding_since", "target"),
    *("priority", "spec", "parameters", "progress", "snapshot", "environment", "attempt"),
    *("exit_code", "signal", "cancel_requested_at", "started_at", "ended_at", "archived_at"),
    *("created_at", "created_by"),
)
CURVE_POINTS = 48
KEY = (  # which metric tells how good a run is, the likelier first
    re.compile(r"(^|[_/.-])(acc|accuracy|auc|f1|score|r2)([_/.-]|$)", re.I),
    re.compile(r"(^|[_/.-])(loss|mse|rmse|mae|error)([_/.-]|$)", re.I),
    re.compile(r"^(?!system/)", re.I),
)


def record(tx: Connection, row: Row[Any]) -> Run:
    """A row of `RUNS` with what other tables hold of it."""
    known = row._mapping
    values = {name: known[name] for name in PLAIN}
    scalars, metrics = _metrics(tx, row.id)
    values["tags"] = labels.of(tx, tables.tags, row.id)
    values["metrics"] = metrics
    values["curve"] = _curve(tx, scalars)
    return codec.convert(values, Run)


def refresh(tx: Connection, run_id: str) -> Run:
    """Write the document of a run anew, after anything about it changed."""
    run = record(tx, tx.execute(BY_ID, {"run": run_id}).one())
    store(tx, run)
    return run


def read(text: str) -> Run:
    """The run that a document is of, as the tables hold it; its times are in milliseconds."""
    return codec.decode(text.encode(), Run)


def text(run: Run) -> str:
    """The document of a run."""
    return codec.encode(run).decode()


def store(tx: Connection, run: Run) -> None:
    tx.execute(UPDATE, {"run": run.id, "document": text(run)})


def _metrics(tx: Connection, run_id: str) -> tuple[list[Any], dict[str, Any]]:
    """The scalar series' rows, and the last value of every series."""
    rows = tx.execute(SERIES, {"run": run_id}).all()
    last = {row.name: spoken(row.last) for row in rows if row.kind == "scalar"}
    words = [row for row in rows if row.kind == "text"]
    last |= {row.name: _last_item(tx, row.id, row.n) for row in words}
    return [row for row in rows if row.kind == "scalar"], last


def _last_item(tx: Connection, metric_id: int, n: int) -> Any:
    i = tables.items
    body = select(i.c.body).where(i.c.metric_id == metric_id, i.c.seq == n)
    return tx.execute(body).scalar()


def _curve(tx: Connection, rows: list[Any]) -> Curve | None:
    for likely in KEY:
        for row in rows:
            if likely.search(row.name):
                return Curve(name=row.name, last=spoken(row.last), points=_taken(tx, row))
    return None


def _taken(tx: Connection, row: Any) -> tuple[Any, ...]:
    """Points evenly taken from a series, the last among them; by key: quick for any length."""
    count = min(row.n, CURVE_POINTS)
    if count < 2:
        return ()
    wanted = {1 + round(i * (row.n - 1) / (count - 1)) for i in range(count)}
    found = select(P.c.value).where(P.c.metric_id == row.id, P.c.seq.in_(sorted(wanted)))
    return tuple(spoken(value) for (value,) in tx.execute(found.order_by(P.c.seq)))
