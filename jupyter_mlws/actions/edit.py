"""Edit: a run's words."""

from jupyter_mlws.actions.submit import check_words
from jupyter_mlws.backend import Backend
from jupyter_mlws.records.run import RunDetail, RunPatch
from jupyter_mlws.store import details, runs
from jupyter_mlws.store.requests import answered


def edit(backend: Backend, ref: str, change: RunPatch) -> RunDetail:
    """Change a run's name, description, tags, or whether it is archived.

    Raises
    ------
    NotFound
        No such run.
    Invalid
        A word is too long; says which.
    """
    check_words(change.name, change.tags or {})
    with backend.store.write() as tx:
        run_id = runs.resolve(tx, ref)
        runs.patch(tx, run_id, change, at=backend.now())
        return answered(tx, details.get(tx, run_id))
