"""Serving: an endpoint as it is now, with what its router says of itself."""

from contextlib import suppress
from typing import Any

from jupyter_mlws.actions import router
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import NotFound, TargetUnreachable
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import Endpoint, Replica, Traffic
from jupyter_mlws.store import endpoints, models
from jupyter_mlws.store.endpoints import Row
from jupyter_mlws.store.transaction import Transaction

Said = dict[str, Any]  # a router's status
LOOK_S = 2.0


def describe(backend: Backend, name: str) -> Endpoint:
    """Raises NotFound."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
    return _whole(backend, row)


def listed(backend: Backend) -> list[Endpoint]:
    with backend.store.read() as tx:
        rows = endpoints.listed(tx)
    return [_whole(backend, row) for row in rows]


def status(backend: Backend, name: str) -> Said:
    """What an endpoint's router says; empty where it does not answer now. Raises NotFound."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
    return _said(backend, row)


def told(tx: Transaction, row: Row, said: Said) -> Endpoint:
    """An endpoint by its row, with what its router said."""
    tried = endpoints.deployments(tx, row.name)
    current = next((d for d in tried if d.revision == row.revision), None)
    sample = None
    if current is not None:
        with suppress(NotFound):  # deleted while another revision served
            sample = models.resolve(tx, current.model).sample
    address = f"http://127.0.0.1:{row.port}"
    return Endpoint(
        name=row.name,
        state=row.state,
        reason=row.reason,
        target=row.target,
        scoring_uri=f"{address}/score",
        openapi_uri=f"{address}/openapi.json",
        models=() if current is None else (current.model,),
        instances=row.config.instances,
        revision=row.revision,
        run_id=row.run_id,
        script=None if current is None else current.script,
        sample=sample,
        n_features=said.get("n_features"),
        limits=row.config.limits,
        replicas=codec.convert(said.get("replicas", ()), tuple[Replica, ...]),
        traffic=codec.convert(said["traffic"], Traffic) if said.get("traffic") else None,
        deployments=tried,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _whole(backend: Backend, row: Row) -> Endpoint:
    said = _said(backend, row)
    with backend.store.read() as tx:
        return told(tx, row, said)


def _said(backend: Backend, row: Row) -> Said:
    if row.run_id is None:
        return {}
    try:
        return router.admin(backend, row.name).status(LOOK_S)
    except TargetUnreachable:
        return {}
