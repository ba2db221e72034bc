"""Out of contact: a run whose shim has not been heard for a minute, or is gone."""

import time

from jupyter_mlws.backend import Backend
from jupyter_mlws.records.run import Run, RunState
from jupyter_mlws.store import runs
from jupyter_mlws.targets.base import Observed

SILENT_S = 60.0
MOVING = (RunState.RUNNING, RunState.CANCEL_REQUESTED)


class Contact:
    """Compares each run's beat with the last one, by our own clock: skew cannot mislead it."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[float, float]] = {}  # run → (its last beat, when we saw it)

    def note(self, backend: Backend, run: Run, seen: Observed | None) -> None:
        """Lay the overlay over a run, or lift it."""
        if seen is None or run.state not in MOVING or not seen.alive:
            self._heard.pop(run.id, None)
            return
        now = time.monotonic()
        beat, at = self._heard.get(run.id, (None, now))
        if seen.beat_at is not None and seen.beat_at != beat:
            at = now
        self._heard[run.id] = (seen.beat_at or 0.0, at)
        silent = not seen.shim_alive or now - at > SILENT_S
        if silent == (run.not_responding_since is not None):
            return
        since = backend.now().after(at - now) if silent else None
        with backend.store.write() as tx:
            runs.out_of_contact(tx, run.id, since, at=backend.now())
