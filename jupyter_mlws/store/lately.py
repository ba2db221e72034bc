"""Manifests that were asked for lately, decoded: the next snapshot differs little from the last."""

import threading
from collections import OrderedDict

from jupyter_mlws.records.snapshot import Entry

Entries = tuple[Entry, ...]
DECODED = 4  # times as large as the JSON, about


class Lately:
    """Entries by snapshot. As an id is the digest of its entries, they are never out of date.

    That a snapshot is here says nothing of the workspace's holding it. May be used by threads.

    Parameters
    ----------
    limit_bytes
        Of memory; who was asked for longest ago goes first. What needs more than a half of it
        is not kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held: OrderedDict[str, tuple[Entries, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.size_bytes = 0

    def get(self, snapshot: str) -> Entries | None:
        with self._lock:
            if snapshot not in self._held:
                return None
            self._held.move_to_end(snapshot)
            return self._held[snapshot][0]

    def keep(self, snapshot: str, entries: Entries, encoded_bytes: int) -> None:
        """Hold entries that are `encoded_bytes` long as JSON."""
        size = DECODED * encoded_bytes
        if size > self._limit // 2:
            return
        with self._lock:
            _, before = self._held.pop(snapshot, ((), 0))
            self._held[snapshot] = (entries, size)
            self.size_bytes += size - before
            while self.size_bytes > self._limit:
                _, (_, gone) = self._held.popitem(last=False)
                self.size_bytes -= gone
