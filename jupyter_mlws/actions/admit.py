"""Admit: a run leaves the queue. Where it will be found is stored before anything starts."""

import shutil

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid, MlwsError
from jupyter_mlws.records.run import Reason, Run, RunState
from jupyter_mlws.store import attempts, queue, runs
from jupyter_mlws.store.transaction import Transaction

LEAST_FREE_BYTES = 1 << 30
LEAST_FREE_SHARE = 0.05


def admit(backend: Backend, tx: Transaction, run: Run, lease: str | None = None) -> Run | None:
    """Move a queued run to Starting; None where it cannot be started, which it is told, or moved
    meanwhile.

    Parameters
    ----------
    tx
        The transaction in which its slot was found free.
    lease
        The caller's; without one, whoever looks after the runs takes it up.
    """
    at = backend.now()
    try:
        launch = backend.targets[run.target].prepare(run)
    except MlwsError as error:
        wrong = Reason.INVALID_RECORD if isinstance(error, Invalid) else None
        code = wrong or Reason.LAUNCH_REJECTED
        runs.move(tx, run.id, RunState.FAILED, at=at, code=code, sentence=str(error))
        backend.secrets.pop(run.id, None)
        return None
    try:
        way = (RunState.PREPARING, RunState.STARTING)
        moved = runs.move(tx, run.id, *way, at=at, lease=lease)
    except Conflict:
        return None  # canceled meanwhile
    attempts.create(tx, run, launch.handle, launch.spec["command"], at=at)
    return moved


def at_once(backend: Backend, tx: Transaction, run: Run) -> Run:
    """Admit a run that need not wait: nobody does, a slot is free, and somebody will start it."""
    if run.state is not RunState.QUEUED or not backend.attended.is_set():
        return run
    full = queue.taken(tx, run.target) >= backend.targets[run.target].slots
    if full or queue.others_wait(tx, run) or disk_low(backend):
        return run
    return admit(backend, tx, run) or runs.get(tx, run.id)


def disk_low(backend: Backend) -> str | None:
    """A sentence where the workspace's disk has too little room to begin anything new."""
    disk = shutil.disk_usage(backend.settings.state)
    if disk.free >= LEAST_FREE_BYTES and disk.free >= disk.total * LEAST_FREE_SHARE:
        return None
    return (
        f"Waits for room: {disk.free / 1e9:.1f} of {disk.total / 1e9:.0f} GB are free on the "
        "workspace's disk. Free some, for example with: mlws workspace prune --older-than 30d."
    )
