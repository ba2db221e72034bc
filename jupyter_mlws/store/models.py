"""Registered models. A version is counted here and never used again."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import EndpointState
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.model import Model, ModelVersion, NewVersion, VersionPatch
from jupyter_mlws.store import changes, tables

M = tables.models
V = tables.model_versions
OF_RUN = select(V.c.name, V.c.version).where(
    V.c.run_id == bindparam("run"), V.c.deleted_at.is_(None)
)


def register(
    tx: Connection,
    name: str,
    new: NewVersion,
    files: tuple[FileEntry, ...],
    *,
    run_id: str | None,
    metrics: dict[str, Any],
    at: Instant,
    by: str,
) -> ModelVersion:
    """Store the next version of a model; makes the model."""
    counted = update(M).where(M.c.name == name).values(next_version=M.c.next_version + 1)
    counted = counted.returning(M.c.next_version - 1)
    row = tx.execute(counted).first()
    if row is None:
        tx.execute(insert(M).values(name=name, next_version=1, created_at=at, created_by=by))
        row = tx.execute(counted).one()
    version = row[0]
    words = ("framework", "framework_version", "description", "tags", "properties", "sample")
    tx.execute(
        insert(V).values(
            {
                "name": name,
                "version": version,
                "run_id": run_id,
                "path": new.path or new.root or "",
                "manifest": [codec.columns(entry) for entry in files],
                "size_bytes": sum(entry.size_bytes for entry in files),
                "metrics": metrics,
                "created_at": at,
                "created_by": by,
            }
            | {word: getattr(new, word) for word in words}
        )
    )
    changes.add(tx, "model", name, at=at)
    return get(tx, name, version)


def get(tx: Connection, name: str, version: int) -> ModelVersion:
    """Also a deleted one. Raises NotFound, naming what there is."""
    row = tx.execute(_versions().where(V.c.name == name, V.c.version == version)).first()
    if row is None:
        raise _unknown(tx, name, version)
    return _record(tx, row)


def resolve(tx: Connection, ref: str) -> ModelVersion:
    """The version that ``NAME:VERSION`` means, or ``NAME`` its newest.

    Raises
    ------
    NotFound
        There is none, or it was deleted.
    Invalid
        The version is no number.
    """
    name, colon, text = ref.partition(":")
    if not colon or text == "latest":
        alive = select(func.max(V.c.version)).where(V.c.name == name, V.c.deleted_at.is_(None))
        newest = tx.execute(alive).scalar()
        if newest is None:
            raise _unknown(tx, name, None)
        return get(tx, name, newest)
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(f"{ref!r} is not NAME:VERSION, such as digits:3.", "model")
    found = get(tx, name, int(text))
    if found.deleted_at is not None:
        raise NotFound(f"{ref} was deleted; its number is not used again.")
    return found


def listed(tx: Connection) -> list[Model]:
    """By name, those that have a version left."""
    alive = _versions().where(V.c.deleted_at.is_(None)).order_by(V.c.name, V.c.version)
    newest: dict[str, list[Any]] = {}
    for row in tx.execute(alive):
        newest.setdefault(row.name, []).append(row)
    return [
        Model(
            name=name,
            n_versions=len(rows),
            latest=_record(tx, rows[-1]),
            endpoints=tuple(sorted({e for row in rows for e in _used_by(tx, name, row.version)})),
        )
        for name, rows in newest.items()
    ]


def versions(tx: Connection, name: str) -> list[ModelVersion]:
    """Newest first, deleted ones too. Raises NotFound."""
    rows = tx.execute(_versions().where(V.c.name == name).order_by(V.c.version.desc())).all()
    if not rows:
        raise _unknown(tx, name, None)
    return [_record(tx, row) for row in rows]


def patch(
    tx: Connection, name: str, version: int, change: VersionPatch, *, at: Instant
) -> ModelVersion:
    """Change a version's words. Raises NotFound."""
    known = get(tx, name, version)
    values: dict[str, Any] = {}
    if change.description is not None:
        values["description"] = change.description or None
    if change.sample is not None:
        values["sample"] = change.sample
    for word, news in (("tags", change.tags), ("properties", change.properties)):
        if news:
            merged = {**getattr(known, word), **news}
            values[word] = {key: text for key, text in merged.items() if text is not None}
    if values:
        tx.execute(update(V).where(V.c.name == name, V.c.version == version).values(values))
    changes.add(tx, "model", name, at=at)
    return get(tx, name, version)


def delete(tx: Connection, name: str, version: int, *, at: Instant) -> ModelVersion:
    """Mark a version deleted. Its number is not used again.

    Raises
    ------
    Conflict
        An endpoint uses it; names it. Nothing was changed.
    """
    found = get(tx, name, version)
    if found.endpoints:
        users = ", ".join(found.endpoints)
        raise Conflict(
            f"{found.label} is in use and stays: {users} serves it. Delete or update {users} first."
        )
    gone = update(V).where(V.c.name == name, V.c.version == version, V.c.deleted_at.is_(None))
    tx.execute(gone.values(deleted_at=at))
    changes.add(tx, "model", name, at=at)
    return get(tx, name, version)


def of_run(tx: Connection, run_id: str) -> tuple[str, ...]:
    """What was registered from a run: ``NAME:VERSION``."""
    return tuple(f"{name}:{version}" for name, version in tx.execute(OF_RUN, {"run": run_id}))


def _versions() -> Any:
    r, e = tables.runs, tables.experiments
    return (
        select(V, r.c.number, e.c.name.label("experiment"))
        .outerjoin(r, r.c.id == V.c.run_id)
        .outerjoin(e, e.c.id == r.c.experiment_id)
    )


def _record(tx: Connection, row: Any) -> ModelVersion:
    known: dict[str, Any] = {str(name): value for name, value in row._mapping.items()}
    number = known.pop("number")
    known["run"] = None if number is None else f"{known['experiment']}-{number}"
    known["files"] = known.pop("manifest")
    known["endpoints"] = _used_by(tx, row.name, row.version)
    return codec.convert(known, ModelVersion)


def _used_by(tx: Connection, name: str, version: int) -> tuple[str, ...]:
    """Endpoints whose present revision is this version, or is changing to or from it."""
    d, e = tables.deployments, tables.endpoints
    present = (e.c.revision == d.c.revision) | (d.c.state == EndpointState.TRANSITIONING.value)
    serving = (
        select(d.c.endpoint)
        .join(e, (e.c.name == d.c.endpoint) & present)
        .where(d.c.model == name, d.c.version == version, e.c.desired == "up")
    )
    return tuple(tx.execute(serving.distinct().order_by(d.c.endpoint)).scalars())


def _unknown(tx: Connection, name: str, version: int | None) -> NotFound:
    alive = select(V.c.version).where(V.c.name == name, V.c.deleted_at.is_(None))
    known = list(tx.execute(alive.order_by(V.c.version)).scalars())
    if version is not None and known:
        numbers = ", ".join(f"{name}:{n}" for n in known[-5:])
        return NotFound(f"There is no model {name}:{version}; there is {numbers}.", "model")
    names = list(tx.execute(select(M.c.name).order_by(M.c.name).limit(10)).scalars())
    there = f"there is {', '.join(names)}" if names else "none is registered yet"
    return NotFound(f"There is no model {name!r}; {there}.", "model")
