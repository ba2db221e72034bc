"""Housekeeping, now and then: what nothing needs any more goes, after its grace."""

import logging
import time

from jupyter_mlws.backend import Backend
from jupyter_mlws.store import attempts, blobs, changes, removal, snapshots
from jupyter_mlws.store.transaction import Transaction

log = logging.getLogger(__name__)
EVERY_S = 3600.0
FIRST_S = 60.0
CODE_KEPT_S = 7 * 86_400.0  # code/ of runs that did not complete
DAY_S = 86_400.0


class Housekeeping:
    """What may wait until nothing runs."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._due = time.monotonic() + FIRST_S

    def look(self, *, idle: bool) -> None:
        """Do it where its time has come; twice as late where the workspace is busy."""
        late = time.monotonic() - self._due
        if late < (0 if idle else EVERY_S):
            return
        self._due = time.monotonic() + EVERY_S
        self._trim_code()
        self._collect_garbage()

    def _trim_code(self) -> None:
        now = self._backend.now()
        with self._backend.store.read() as tx:
            old = removal.untrimmed(tx, now.after(-CODE_KEPT_S), now.after(-CODE_KEPT_S - DAY_S))
            tried = [(run.target, attempts.listed(tx, run.id)) for run in old]
        for name, some in tried:
            target = self._backend.targets.get(name)
            if target is not None:
                for attempt in some:
                    target.trim(attempt.handle)

    def _collect_garbage(self) -> None:
        """Rows of dead contents first, their bytes a day later."""
        packs, now = self._backend.packs, self._backend.now()
        with self._backend.store.write() as tx:
            dead = blobs.dead(tx, _live(tx), now.after(-blobs.GRACE_S))
            blobs.forget(tx, [placed.digest for placed in dead])
            sparse = blobs.wasteful(tx, packs.sizes())
            changes.prune(tx)
        if sparse:
            moved = packs.rewrite(sparse)
            with self._backend.store.write() as tx:
                blobs.move(tx, moved)
        with self._backend.store.read() as tx:
            named = blobs.named(tx)
        packs.retire({placed.path() for placed in dead} | {p.path() for p in sparse} - named)
        freed = packs.sweep(named)
        if freed:
            log.info("%d bytes of contents that nothing needs were freed", freed)


def _live(tx: Transaction) -> set[str]:
    return removal.live_digests(tx) | snapshots.digests(tx, removal.live_snapshots(tx))
