"""What a run's events say, put where it belongs. Read once, by offset, in one transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import RunState
from jupyter_mlws.store import documents, labels, metrics, tables
from jupyter_mlws.store.metrics import Logged
from jupyter_mlws.store.upsert import put

T = tables.runs
C = tables.cursors
OFFSETS = select(C.c.file, C.c.offset).where(
    C.c.run_id == bindparam("run"), C.c.attempt == bindparam("nth")
)
OVER = [state.value for state in RunState if state.over]
OPEN_CHILDREN = select(T.c.id).where(T.c.parent_id == bindparam("run"), T.c.state.not_in(OVER))
PARAMETERS = select(T.c.spec, T.c.parameters).where(T.c.id == bindparam("run"))
Event = Mapping[str, Any]
SHAPED = {"row": "row", "table": "table", "image": "image"}  # event kind → series kind
LONGEST = 250_000  # characters of a text that is kept
LATEST_S = 253_402_300_799.0  # the end of the year 9999, the last that can be written
LARGEST = 2**63 - 1


def apply(tx: Connection, run_id: str, events: Iterable[Event]) -> int:
    """Store what events say of one run; how many were passed over as unusable.

    Kinds that are not known are skipped: a newer library may write them.
    """
    series: dict[str, list[Logged]] = {}
    tags: dict[str, str | None] = {}
    properties: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    passed_over = 0
    for event in events:
        try:
            kind = event["k"]
            if kind == "metric" or kind in SHAPED:
                name, logged = _name(event), _logged(event)
                series.setdefault(name, []).append(logged)
            elif kind == "tag":
                tags[_key(event)] = (
                    None if event.get("removed") else _text(event.get("value")) or ""
                )
            elif kind == "property":
                properties.setdefault(_key(event), _text(event.get("value")) or "")
            elif kind == "param":
                parameters[_name(event)] = _plain(event.get("value"))
            elif kind == "state" and event.get("state") == "Running":
                columns["started_at"] = Instant.of_unix(float(event["at"]))
            elif kind == "state" and "total" in event:
                columns["progress"] = _progress(event)
            elif kind == "note" and "machine" in event:
                columns["machine"] = dict(event["machine"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            passed_over += 1
    for name, values in series.items():
        metrics.append(tx, run_id, name, values)
    labels.set_tags(tx, run_id, tags)
    labels.add_properties(tx, run_id, properties)
    if parameters:
        columns["parameters"] = _merged(tx, run_id, parameters)
    if columns:
        tx.execute(documents.UPDATE, {"run": run_id, **columns})
    return passed_over


def offsets(tx: Connection, run_id: str, attempt: int) -> dict[str, int]:
    """Up to which byte each of an attempt's files has been read."""
    return {file: offset for file, offset in tx.execute(OFFSETS, {"run": run_id, "nth": attempt})}


def advance(tx: Connection, run_id: str, attempt: int, read: Mapping[str, int]) -> None:
    """Note how far was read, in the transaction that stores what was read."""
    rows = [
        {"run_id": run_id, "attempt": attempt, "file": file, "offset": offset}
        for file, offset in read.items()
    ]
    put(tx, C, rows)


def open_children(tx: Connection, run_id: str) -> list[str]:
    """The children of a run that have not ended."""
    return list(tx.execute(OPEN_CHILDREN, {"run": run_id}).scalars())


def _logged(event: Event) -> Logged:
    seconds = float(event["at"])
    if not 0 <= seconds <= LATEST_S:
        raise ValueError("a moment lies between the years 1970 and 9999")
    at = Instant.of_unix(seconds)
    step = event.get("step")
    step = None if step is None else int(step)
    if step is not None and not -LARGEST <= step <= LARGEST:
        raise ValueError("a step has 64 bits")
    kind, value = event["k"], event.get("value")
    if value is None and "path" not in event:
        raise ValueError("nothing was logged")
    if "path" in event:  # an image, or what was too long for a line
        value = {"path": str(event["path"])} | ({} if value is None else {"preview": value})
        kind = "table" if kind == "metric" else kind
    if kind in SHAPED:
        return Logged(SHAPED[kind], value, step, at)  # type: ignore[arg-type]
    number = metrics.number(value)
    if number is not None:
        return Logged("scalar", number, step, at)
    return Logged("text", _text(value), step, at)


def _name(event: Event) -> str:
    name = event["name"]
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        raise ValueError("a name is a text of 1 to 255 characters")
    name.encode()  # half a character cannot be stored
    return name


def _key(event: Event) -> str:
    return _name({"name": event["key"]})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:LONGEST]


def _plain(value: Any) -> bool | int | float | str:
    return value if isinstance(value, bool | int | float) else str(value)[:LONGEST]


def _progress(event: Event) -> dict[str, Any]:
    unit = str(event.get("unit", "step"))
    return {"done": int(event["done"]), "total": int(event["total"]), "unit": unit}


def _merged(tx: Connection, run_id: str, logged: dict[str, Any]) -> dict[str, Any]:
    """Logged parameters beside the submitted ones, which win."""
    row = tx.execute(PARAMETERS, {"run": run_id}).one()
    return {**row.parameters, **logged, **row.spec.get("parameters", {})}
