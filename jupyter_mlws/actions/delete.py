"""Delete: runs that nothing needs, with their directories; contents go after a day of grace."""

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.workspace import Pruned, PruneOrder
from jupyter_mlws.store import attempts, models, removal, runs
from jupyter_mlws.store.requests import answered


def delete_run(backend: Backend, ref: str, by: str) -> Pruned:
    """Delete a run that is over, with its children.

    Models that were registered from it stay, with their bytes.

    Raises
    ------
    NotFound
        No such run.
    Conflict
        It has not ended. Nothing was deleted.
    """
    with backend.store.read() as tx:
        run = runs.get(tx, runs.resolve(tx, ref))
    if not run.state.over:
        raise Conflict(
            f"{run.label} is {run.state.value} and stays. "
            f"Cancel it first: mlws run cancel {run.label}."
        )
    return _remove(backend, run.id)


def prune(backend: Backend, order: PruneOrder) -> Pruned:
    """Delete runs that ended long ago and that no model comes from; say what that frees."""
    if not order.older_than_s >= 0:
        raise Invalid("An age is 0 s or more.", "older_than_s")
    before = backend.now().after(-order.older_than_s)
    with backend.store.read() as tx:
        old = [
            run_id for run_id in removal.ended_before(tx, before) if not models.of_run(tx, run_id)
        ]
        sizes = sum(removal.size_bytes(tx, run_id) for run_id in old)
    if order.dry_run:
        return Pruned(runs=tuple(old), bytes=sizes, dry_run=True)
    freed = sum(_remove(backend, run_id).bytes for run_id in old)
    return Pruned(runs=tuple(old), bytes=freed, dry_run=False)


def _remove(backend: Backend, run_id: str) -> Pruned:
    """Rows first: a directory without a row is swept later, a row without one would be a lie."""
    with backend.store.read() as tx:
        run = runs.get(tx, run_id)
        tried = attempts.listed(tx, run_id)
        freed = removal.size_bytes(tx, run_id)
    with backend.store.write() as tx:
        removal.remove(tx, run_id, at=Instant(backend.now()))
        gone = answered(tx, Pruned(runs=(run_id,), bytes=freed, dry_run=False))
    target = backend.targets.get(run.target)
    for attempt in tried:
        if target is not None:
            target.forget(attempt.handle)
    return gone
