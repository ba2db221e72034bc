"""Endpoints and their deployments."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from jupyter_mlws.errors import Conflict, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import Deployment, EndpointState, Limits
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import changes, tables

T = tables.endpoints
D = tables.deployments


class Setup(Struct, frozen=True, kw_only=True):
    """What holds for all revisions of an endpoint."""

    instances: int = 1
    limits: Limits = Limits()
    variables: dict[str, str] = {}


class Code(Struct, frozen=True, kw_only=True):
    """What a revision executes."""

    script: str | None = None
    snapshot: str | None = None
    python: str | None = None
    instances: int = 1


class Row(Struct, frozen=True, kw_only=True):
    """An endpoint, as it is stored."""

    name: str
    state: EndpointState
    reason: str | None
    desired: str  # "up" or "gone"
    target: str
    port: int | None
    key_hashes: tuple[str, ...]
    keys_sealed: bytes
    revision: int
    run_id: str | None
    config: Setup
    created_at: Instant
    created_by: str


def taken(tx: Connection, name: str) -> bool:
    return tx.execute(select(T.c.name).where(T.c.name == name)).first() is not None


def check_free(tx: Connection, name: str) -> None:
    """Raises Conflict where the name is taken."""
    if taken(tx, name):
        raise Conflict(
            f"There is an endpoint {name!r} already. Update it with: "
            f"mlws endpoint update {name} --model NAME:VERSION.",
            "name",
        )


def create(tx: Connection, row: Row) -> None:
    """Raises Conflict where the name is taken."""
    check_free(tx, row.name)
    tx.execute(insert(T).values(codec.columns(row) | {"keys_sealed": row.keys_sealed}))
    changes.add(tx, "endpoint", row.name, at=row.created_at)


def get(tx: Connection, name: str) -> Row:
    """Raises NotFound, naming what there is."""
    row = tx.execute(select(T).where(T.c.name == name)).first()
    if row is None:
        known = list(tx.execute(select(T.c.name).order_by(T.c.name).limit(10)).scalars())
        there = f"there is {', '.join(known)}" if known else "none is deployed yet"
        raise NotFound(f"There is no endpoint {name!r}; {there}.", "name")
    return codec.convert(row, Row)


def listed(tx: Connection) -> list[Row]:
    return [codec.convert(row, Row) for row in tx.execute(select(T).order_by(T.c.name))]


def change(tx: Connection, name: str, *, at: Instant, **values: Any) -> None:
    """Set columns of an endpoint; written only where something is new."""
    plain = {
        key: codec.columns(value) if isinstance(value, Struct) else value
        for key, value in values.items()
    }
    row = tx.execute(select(T).where(T.c.name == name)).first()
    if row is None or all(row._mapping[key] == value for key, value in plain.items()):
        return
    tx.execute(update(T).where(T.c.name == name).values(plain))
    changes.add(tx, "endpoint", name, at=at)


def remove(tx: Connection, name: str, *, at: Instant) -> None:
    """Free the name and both keys."""
    tx.execute(delete(D).where(D.c.endpoint == name))
    tx.execute(delete(T).where(T.c.name == name))
    changes.add(tx, "endpoint", name, at=at)


def deploy(
    tx: Connection,
    name: str,
    revision: int,
    model: tuple[str, int],
    code: Code,
    setup: Setup,
    *,
    at: Instant,
    by: str,
) -> None:
    """Store a new revision, under way. `setup` is the endpoint's once it serves."""
    tx.execute(
        insert(D).values(
            endpoint=name,
            revision=revision,
            model=model[0],
            version=model[1],
            config={**codec.columns(setup), **codec.columns(code)},
            state=EndpointState.TRANSITIONING.value,
            created_at=at,
            created_by=by,
        )
    )
    changes.add(tx, "endpoint", name, at=at)


def settle(
    tx: Connection,
    name: str,
    revision: int,
    state: EndpointState,
    reason: str | None,
    *,
    at: Instant,
) -> None:
    """Say how a revision fares; written only where it is news."""
    mine = (D.c.endpoint == name) & (D.c.revision == revision)
    row = tx.execute(select(D.c.state, D.c.reason).where(mine)).first()
    if row is not None and (row.state, row.reason) != (state.value, reason):
        tx.execute(update(D).where(mine).values(state=state.value, reason=reason))
        changes.add(tx, "endpoint", name, at=at)


def planned(tx: Connection, name: str, revision: int) -> Setup:
    """What a revision makes of the endpoint's setup."""
    mine = (D.c.endpoint == name) & (D.c.revision == revision)
    return codec.convert(tx.execute(select(D.c.config).where(mine)).scalar_one(), Setup)


def begun(tx: Connection) -> dict[str, int]:
    """Endpoints that an update was begun of and not ended, with its revision."""
    under_way = D.c.state == EndpointState.TRANSITIONING.value
    newer = select(D.c.endpoint, D.c.revision).join_from(D, T)
    newer = newer.where(under_way, D.c.revision > T.c.revision).order_by(D.c.revision)
    return {name: revision for name, revision in tx.execute(newer)}


def newest_revision(tx: Connection, name: str) -> int:
    found = select(D.c.revision).where(D.c.endpoint == name).order_by(D.c.revision.desc())
    return tx.execute(found.limit(1)).scalar() or 0


def deployments(tx: Connection, name: str) -> tuple[Deployment, ...]:
    """Newest first."""
    rows = tx.execute(select(D).where(D.c.endpoint == name).order_by(D.c.revision.desc()))
    found = []
    for row in rows:
        known: dict[str, Any] = {str(name): value for name, value in row._mapping.items()}
        code = known.pop("config")
        known["model"] = f"{row.model}:{known.pop('version')}"
        found.append(codec.convert({**known, **code}, Deployment))
    return tuple(found)
