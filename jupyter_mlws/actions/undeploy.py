"""Undeploy: an endpoint finishes what it has in flight, and goes with its keys."""

import time
from contextlib import suppress

from jupyter_mlws.actions import cancel, router, serving
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import NotFound, TargetUnreachable
from jupyter_mlws.records.endpoint import Endpoint, EndpointState
from jupyter_mlws.store import endpoints, runs
from jupyter_mlws.store.requests import answered

PATIENCE_S = 20.0


def undeploy(backend: Backend, name: str, by: str) -> Endpoint:
    """Begin to delete an endpoint; the answer is what it was. Whatever dies now, it will go.

    Raises
    ------
    NotFound
        No such endpoint.
    """
    said = serving.status(backend, name)
    with backend.store.write() as tx:
        endpoints.get(tx, name)
        told = {"desired": "gone", "state": EndpointState.DELETING.value, "reason": None}
        endpoints.change(tx, name, at=backend.now(), **told)
        row = endpoints.get(tx, name)
        if row.run_id is not None:
            cancel.request(backend, tx, row.run_id, by)
        last = answered(tx, serving.told(tx, row, said))
    with suppress(TargetUnreachable):
        router.admin(backend, name).stop()
    backend.woken()
    return last


def wait(backend: Backend, name: str) -> None:
    """Until an endpoint that is being deleted has gone, or for `PATIENCE_S`."""
    until = time.monotonic() + PATIENCE_S
    while not finish(backend, name) and time.monotonic() < until:
        time.sleep(0.05)


def finish(backend: Backend, name: str) -> bool:
    """Remove what is left of an endpoint whose router has ended; whether none is being deleted."""
    try:
        with backend.store.read() as tx:
            row = endpoints.get(tx, name)
            if row.desired != "gone":
                return True
            if row.run_id is not None and not runs.state(tx, row.run_id).over:
                return False
        with backend.store.write() as tx:
            if endpoints.get(tx, name).desired != "gone":  # it went, and there is another
                return True
            router.clear(backend, name)  # before anybody can take the name
            endpoints.remove(tx, name, at=backend.now())
    except NotFound:
        pass
    return True
