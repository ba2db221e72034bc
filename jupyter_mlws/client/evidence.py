"""What a run leaves behind: log, metrics, files; asked for over HTTP, also while it goes on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_mlws.client.connection import CHUNK_BYTES, Connection, Words, segment, segments
from jupyter_mlws.errors import Invalid, NotFound
from jupyter_mlws.records.change import Changes
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.run import RunDetail
from jupyter_mlws.records.series import Chart, Series

LOOK_S = 25.0  # how long one question for the end, or for news, waits at the server


class EvidenceCalls:
    """The part of `Client` that speaks of what runs leave."""

    connection: Connection

    def wait(
        self,
        ref: str,
        timeout_s: float | None = None,
        on_change: Callable[[RunDetail], object] | None = None,
    ) -> RunDetail:
        """The run once it is over; or as it is after `timeout_s`. Blocks.

        The server may be restarted meanwhile, or another may take over.

        Parameters
        ----------
        on_change
            Called with the run at first, and whenever something of it changed.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        if on_change is not None:
            return self._watch(ref, until, on_change)
        while True:
            wait_s = _left(until)
            run = _run(self.connection, ref, wait_s)
            if run.state.over or _left(until) <= 0:
                return run
            ref = run.id  # `latest` may be another by now

    def changes(self, since: int, wait_s: float = 0) -> Changes:
        """What changed after revision `since`; waits for something at most so long."""
        words = {"since": since, "wait_s": wait_s}
        return self.connection.get("changes", Changes, words, wait_s)

    def log(
        self, ref: str, offset: int = 0, limit: int = CHUNK_BYTES, attempt: int | None = None
    ) -> tuple[bytes, int]:
        """Bytes of the log from `offset` on, and the offset after them.

        A negative `offset` counts from the end. Where there is nothing (yet) the bytes are empty.
        """
        words = {"attempt": attempt, "offset": offset, "limit": limit}
        return self.connection.look(f"runs/{segment(ref)}/log", words).part(offset)

    def follow_log(self, ref: str, offset: int = 0) -> Iterator[bytes]:
        """The log as it grows, until the run is over. All its attempts, one after another."""
        run = _run(self.connection, ref)
        attempt, pause_s = run.attempt, 0.05
        while True:
            over = run.state.over  # asked before the log: what is read after that is all
            content, offset = self.log(run.id, offset, attempt=attempt)
            if content:
                pause_s = 0.05
                yield content
                continue
            if run.attempt > attempt:
                attempt, offset = run.attempt, 0
                continue
            if over:
                return
            pause_s = min(pause_s * 1.5, 1.0)
            run = _run(self.connection, run.id, pause_s)

    def metrics(self, ref: str, points: bool = False) -> dict[str, Series]:
        """Every series by its name; with `points` also what is in them."""
        words = {"points": True if points else None}
        where = f"runs/{segment(ref)}/metrics"
        page = self.connection.get(where, Page[Series], words)
        return {series.name: series for series in page.items}

    def metric(self, ref: str, name: str) -> Series:
        """One series with all its points."""
        return self.connection.get(f"runs/{segment(ref)}/metrics/{segment(name)}", Series)

    def chart(self, ref: str, name: str, buckets: int = 500) -> Chart:
        """A scalar series in at most so many buckets; a spike stays."""
        where = f"runs/{segment(ref)}/metrics/{segment(name)}"
        return self.connection.get(where, Chart, {"buckets": buckets})

    def files(self, ref: str) -> tuple[FileEntry, ...]:
        return self.connection.get(f"runs/{segment(ref)}/files", Page[FileEntry]).items

    def file(self, ref: str, path: str) -> Iterator[bytes]:
        """The bytes of a file of the run, in parts."""
        return self.connection.stream(f"runs/{segment(ref)}/files/{segments(path)}")[1]

    def download(self, ref: str, path: str, to: Path) -> tuple[Path, ...]:
        """Write a file of the run, or all files of a folder of it, below `to`.

        `path` may be empty: all. The paths below `to` are those in the run.

        Returns
        -------
        tuple of Path
            What was written.

        Raises
        ------
        NotFound
            The run has no such file. Nothing was written.
        """
        within = path.strip("/")
        wanted = [
            entry.path
            for entry in self.files(ref)
            if not within or entry.path == within or entry.path.startswith(f"{within}/")
        ]
        if not wanted:
            raise NotFound(f"Run {ref} has no file {path!r}.")
        return tuple(save(self.file(ref, one), to, one) for one in wanted)

    def _watch(
        self, ref: str, until: float | None, on_change: Callable[[RunDetail], object]
    ) -> RunDetail:
        rev = self.changes(2**62).rev  # where we are now: nothing is after that
        run = _run(self.connection, ref)
        on_change(run)
        while not run.state.over and (wait_s := _left(until)) > 0:
            news = self.changes(rev, round(wait_s, 3))
            rev = news.rev
            if not news.subjects or news.truncated or f"run:{run.id}" in news.subjects:
                newer = _run(self.connection, run.id)
                if newer != run:
                    on_change(newer)
                run = newer
        return run


def _run(connection: Connection, ref: str, wait_s: float | None = None) -> RunDetail:
    """The run as it is; with `wait_s`, once it is over, or after so long."""
    words: Words = {} if wait_s is None else {"until": "ended", "wait_s": round(wait_s, 3)}
    return connection.get(f"runs/{segment(ref)}", RunDetail, words, wait_s or 0)


def save(content: Iterator[bytes], to: Path, path: str) -> Path:
    """Write what was streamed to `path` below `to`, whole or not at all.

    Raises
    ------
    Invalid
        `path` leads out of `to`. Nothing was written.
    """
    place = to.joinpath(path)
    parts = Path(path).parts
    if Path(path).is_absolute() or ".." in parts or not parts:
        raise Invalid(f"{path!r} leads out of {to}.", "path")
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f"{place.name}.part")
    try:
        with partial.open("wb") as stream:
            stream.writelines(content)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
    return place


def _left(until: float | None) -> float:
    return LOOK_S if until is None else max(0.0, min(LOOK_S, until - time.monotonic()))
