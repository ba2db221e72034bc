"""Cancel: from a user's wish to a run that is asked to end."""

from jupyter_mlws.backend import Backend
from jupyter_mlws.records.run import Reason, Run, RunState
from jupyter_mlws.store import runs
from jupyter_mlws.store.transaction import Transaction


def cancel(backend: Backend, ref: str, by: str) -> Run:
    """Ask a run to end and wake the runner. Asked twice, or too late, changes nothing.

    Raises
    ------
    NotFound
        No such run.
    """
    with backend.store.write() as tx:
        run = request(backend, tx, runs.resolve(tx, ref), by)
    if run.state.over:
        backend.secrets.pop(run.id, None)
    backend.woken()
    return run


def request(backend: Backend, tx: Transaction, run_id: str, by: str) -> Run:
    """Store the wish, in the caller's transaction. The runner has to be woken after it."""
    run = runs.get(tx, run_id)
    if run.state in (RunState.CANCEL_REQUESTED, RunState.FINALIZING) or run.state.over:
        return run
    waits = run.state is RunState.QUEUED
    to = RunState.CANCELED if waits else RunState.CANCEL_REQUESTED
    told = f"Canceled by {by}" + (" while it waited." if waits else ".")
    return runs.move(tx, run.id, to, at=backend.now(), code=Reason.USER_CANCEL, sentence=told)
