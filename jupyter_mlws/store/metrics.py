"""Metrics: points in; series and charts out."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.number import heard, spoken
from jupyter_mlws.records.series import Chart, Point, Series, SeriesKind
from jupyter_mlws.store import tables

M = tables.metrics
P = tables.points
I = tables.items  # noqa: E741  the tables' letters
BY_NAME = select(M).where(M.c.run_id == bindparam("run"), M.c.name == bindparam("series"))
BEGIN, UPDATE = insert(M).returning(M), update(M).where(M.c.id == bindparam("metric"))
ADD = {P: insert(P), I: insert(I)}


class Logged(NamedTuple):
    """One value, as a run's event says it."""

    kind: SeriesKind
    value: Any  # float for a scalar
    step: int | None
    at: Instant


def append(tx: Connection, run_id: str, name: str, logged: Sequence[Logged]) -> None:
    """Add to a series, in order; makes it. Its kind is settled by the first value.

    A number in a series of texts becomes a text, anything else in a series of
    numbers turns the whole series into one of texts: nothing logged is lost.
    """
    row = tx.execute(BY_NAME, {"run": run_id, "series": name}).first()
    kind = logged[0].kind if row is None else row.kind
    if any(one.kind != kind for one in logged):
        return _mixed(tx, run_id, name, row, logged)
    if row is None:
        row = _begin(tx, run_id, name, kind, logged[-1].at)
    rows = [
        {"metric_id": row.id, "seq": row.n + i, "step": one.step, "at": one.at, "_": one.value}
        for i, one in enumerate(logged, 1)
    ]
    if kind == "scalar":
        tx.execute(ADD[P], [{**r, "value": r.pop("_")} for r in rows])
    else:
        tx.execute(ADD[I], [{**r, "body": r.pop("_")} for r in rows])
    tx.execute(UPDATE, {"metric": row.id, **_figures(row, kind, logged)})
    return None


def _begin(tx: Connection, run_id: str, name: str, kind: str, at: Instant) -> Row[Any]:
    values = {"run_id": run_id, "name": name, "kind": kind, "n": 0, "last_at": at}
    return tx.execute(BEGIN, values).one()


def _figures(row: Row[Any], kind: str, logged: Sequence[Logged]) -> dict[str, Any]:
    last = logged[-1]
    step = last.step if last.step is not None else row.n + len(logged) - 1
    figures = {"n": row.n + len(logged), "last_step": step, "last_at": last.at}
    if kind != "scalar":
        return figures
    real = [one.value for one in logged if not math.isnan(one.value)]
    low = [v for v in (row.min, *real) if v is not None]
    high = [v for v in (row.max, *real) if v is not None]
    return figures | {
        "last": last.value,
        "min": min(low, default=None),
        "max": max(high, default=None),
    }


def _mixed(
    tx: Connection, run_id: str, name: str, row: Row[Any] | None, logged: Sequence[Logged]
) -> None:
    """Turn a series into one of texts, then go on."""
    if row is not None and row.kind == "scalar":
        old = tx.execute(select(P).where(P.c.metric_id == row.id)).all()
        words = [
            {"metric_id": p.metric_id, "seq": p.seq, "step": p.step, "at": p.at}
            | {"body": spoken(p.value)}
            for p in old
        ]
        if words:
            tx.execute(ADD[I], words)
        tx.execute(P.delete().where(P.c.metric_id == row.id))
    if row is not None:
        plain = {"kind": "text", "last": None, "min": None, "max": None}
        tx.execute(UPDATE, {"metric": row.id, **plain})
    texts = [
        one._replace(kind="text", value=spoken(one.value) if one.kind == "scalar" else one.value)
        for one in logged
    ]
    append(tx, run_id, name, texts)


def listed(tx: Connection, run_id: str, *, points: bool = False, buckets: int = 0) -> list[Series]:
    """All series of a run by age; with every point, or with at most `buckets` of each."""
    rows = tx.execute(select(M).where(M.c.run_id == run_id).order_by(M.c.id)).all()
    return [_series(tx, row, points=points, buckets=buckets) for row in rows]


def get(tx: Connection, run_id: str, name: str) -> Series:
    """A whole series. Raises NotFound."""
    return _series(tx, _row(tx, run_id, name), points=True)


def chart(tx: Connection, run_id: str, name: str, buckets: int) -> Chart:
    """A scalar series in at most `buckets` buckets of equal length; see `Chart`.

    Raises
    ------
    NotFound
        There is no such series of numbers.
    """
    row = _row(tx, run_id, name)
    if row.kind != "scalar":
        raise NotFound(f"{name!r} is a series of {row.kind}s and cannot be drawn as a curve.")
    width = max(1, math.ceil(row.n / buckets))
    grouped = (
        select(
            func.max(P.c.seq).label("seq"),
            func.min(P.c.value).label("low"),
            func.max(P.c.value).label("high"),
        )
        .where(P.c.metric_id == row.id)
        .group_by((P.c.seq - 1) // width)
        .subquery()
    )
    last = (
        select(P.c.seq, P.c.step, P.c.at, P.c.value, grouped.c.low, grouped.c.high)
        .join(grouped, (P.c.seq == grouped.c.seq) & (P.c.metric_id == row.id))
        .order_by(P.c.seq)
    )
    drawn = tx.execute(last).all()
    return Chart(
        run_id=run_id,
        name=name,
        n=row.n,
        steps=tuple(p.seq - 1 if p.step is None else p.step for p in drawn),
        at=tuple(p.at / 1e6 for p in drawn),
        values=tuple(spoken(p.value) for p in drawn),
        low=tuple(spoken(p.low) for p in drawn),
        high=tuple(spoken(p.high) for p in drawn),
    )


def _row(tx: Connection, run_id: str, name: str) -> Row[Any]:
    row = tx.execute(BY_NAME, {"run": run_id, "series": name}).first()
    if row is None:
        known = tx.execute(select(M.c.name).where(M.c.run_id == run_id)).scalars().all()
        there = f"there is {', '.join(known[:10])}" if known else "it has logged none"
        raise NotFound(f"The run has no metric {name!r}; {there}.")
    return row


def _series(tx: Connection, row: Row[Any], *, points: bool = False, buckets: int = 0) -> Series:
    table, column = (P, P.c.value) if row.kind == "scalar" else (I, I.c.body)
    found = select(table.c.seq, table.c.step, table.c.at, column.label("value"))
    found = found.where(table.c.metric_id == row.id).order_by(table.c.seq)
    if buckets:
        count = min(row.n, buckets)
        wanted = {1 + round(i * (row.n - 1) / max(1, count - 1)) for i in range(count)}
        found = found.where(table.c.seq.in_(sorted(wanted)))
    rows = tx.execute(found).all() if points or buckets else ()
    said = spoken if row.kind == "scalar" else (lambda value: value)
    last = spoken(row.last) if row.kind == "scalar" else _last(tx, row)
    return Series(
        run_id=row.run_id,
        name=row.name,
        kind=row.kind,
        n=row.n,
        last=last,
        min=None if row.min is None else spoken(row.min),
        max=None if row.max is None else spoken(row.max),
        last_step=row.last_step,
        last_at=Instant(row.last_at),
        points=tuple(
            Point(
                step=p.seq - 1 if p.step is None else p.step,
                value=said(p.value),
                at=Instant(p.at),
            )
            for p in rows
        ),
    )


def _last(tx: Connection, row: Row[Any]) -> Any:
    return tx.execute(select(I.c.body).where(I.c.metric_id == row.id, I.c.seq == row.n)).scalar()


def number(value: Any) -> float | None:
    """A logged value as a number, or None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return heard(value) if value in ("NaN", "Infinity", "-Infinity") else None
