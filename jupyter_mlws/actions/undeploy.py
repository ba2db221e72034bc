"""Undeploy: an endpoint finishes what it has in flight, and goes with its keys."""

import time
from contextlib import suppress

from jupyter_mlws.actions import router
from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.actions.serving import describe
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import NotFound, TargetUnreachable
from jupyter_mlws.records.endpoint import Endpoint, EndpointState
from jupyter_mlws.store import endpoints, runs

PATIENCE_S = 20.0


def undeploy(backend: Backend, name: str, by: str) -> Endpoint:
    """Delete an endpoint; returns when it is gone. Asked twice, the second time it is not there.

    Raises
    ------
    NotFound
        No such endpoint.
    """
    with backend.store.write() as tx:
        endpoints.get(tx, name)
        told = {"desired": "gone", "state": EndpointState.DELETING.value, "reason": None}
        endpoints.change(tx, name, at=backend.now(), **told)
    last = describe(backend, name)
    with suppress(TargetUnreachable):
        router.admin(backend, name).stop()
    if last.run_id is not None:
        cancel(backend, last.run_id, by)
    until = time.monotonic() + PATIENCE_S
    while not finish(backend, name) and time.monotonic() < until:
        time.sleep(0.05)
    return last


def finish(backend: Backend, name: str) -> bool:
    """Remove what is left of an endpoint whose router has ended; whether it is gone."""
    try:
        with backend.store.read() as tx:
            row = endpoints.get(tx, name)
            over = row.run_id is None or runs.state(tx, row.run_id).over
    except NotFound:
        return True
    if not over:
        return False
    router.clear(backend, name)
    with backend.store.write() as tx:
        endpoints.remove(tx, name, at=backend.now())
    return True
