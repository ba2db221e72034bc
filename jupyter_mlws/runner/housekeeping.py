"""Housekeeping, now and then: what nothing needs any more goes, after its grace."""

import logging
import time

from jupyter_mlws.backend import Backend
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store import attempts, blobs, changes, garbage, removal

log = logging.getLogger(__name__)
EVERY_S = 3600.0
FIRST_S = 60.0
CODE_KEPT_S = 7 * 86_400.0  # code/ of runs that did not complete


class Housekeeping:
    """What may wait until nothing runs."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._due = time.monotonic() + FIRST_S
        self._trimmed = Instant(0)  # runs that ended before have no code/ left

    def look(self, *, idle: bool) -> None:
        """Do it where its time has come; twice as late where the workspace is busy."""
        late = time.monotonic() - self._due
        if late < (0 if idle else EVERY_S):
            return
        self._due = time.monotonic() + EVERY_S
        self._trim_code()
        self._collect_garbage()

    def _trim_code(self) -> None:
        """All that are old enough at the first look; later only those that have become it."""
        before = self._backend.now().after(-CODE_KEPT_S)
        with self._backend.store.read() as tx:
            old = removal.untrimmed(tx, before, self._trimmed)
            tried = [(target, attempts.listed(tx, run_id)) for run_id, target in old]
        self._trimmed = before
        for name, some in tried:
            target = self._backend.targets.get(name)
            if target is not None:
                for attempt in some:
                    target.trim(attempt.handle)

    def _collect_garbage(self) -> None:
        packs = self._backend.packs
        with self._backend.store.write() as tx:
            garbage.collect(tx, packs, self._backend.now())
            changes.prune(tx)
        with self._backend.store.read() as tx:
            named = blobs.named(tx)
        freed = packs.sweep(named)
        if freed:
            log.info("%d bytes of contents that nothing needs were freed", freed)
