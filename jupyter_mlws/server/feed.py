"""News of the workspace on Jupyter's event bus: few, small, and on the loop's own thread."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCHEMA = "https://schema.jupyter.org/jupyter_mlws/changed/v1"
SCHEMA_FILE = Path(__file__).parent / "schemas" / "changed.v1.yaml"
PAUSE_S = 0.25
MOST = 200  # subjects in one event


class Feed:
    """Emits `{rev, subjects}`, at most four a second; what comes faster is put together.

    Parameters
    ----------
    events
        Jupyter's event logger.
    """

    def __init__(self, events: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._events = events
        self._loop = loop
        self._rev = 0
        self._subjects: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next_at = 0.0
        self._closed = False

    def changed(self, rev: int, subjects: Iterable[str]) -> None:
        """Pass on that something changed. From any thread; never waits."""
        if not self._closed:
            self._loop.call_soon_threadsafe(self._note, rev, tuple(subjects))

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _note(self, rev: int, subjects: tuple[str, ...]) -> None:
        self._rev = rev
        self._subjects.update(dict.fromkeys(subjects))
        if self._timer is None and not self._closed:
            wait_s = max(0.0, self._next_at - self._loop.time())
            self._timer = self._loop.call_later(wait_s, self._emit)

    def _emit(self) -> None:
        self._timer = None
        self._next_at = self._loop.time() + PAUSE_S
        subjects = list(self._subjects) if len(self._subjects) <= MOST else []
        self._subjects.clear()
        self._events.emit(schema_id=SCHEMA, data={"rev": self._rev, "subjects": subjects})
