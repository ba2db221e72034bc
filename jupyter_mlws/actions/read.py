"""Read: a run's log and files, wherever they are now."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import HandleLost, Invalid, NotFound
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Attempt, Run, RunState
from jupyter_mlws.store import attempts, blobs, files, runs
from jupyter_mlws.targets.base import Found, Handle, Target

log_ = logging.getLogger(__name__)
Opener = Callable[[int, int], Iterator[bytes]]  # from which byte, how many
CHUNK_BYTES = 1 << 20


class LogPart(NamedTuple):
    content: bytes
    offset: int  # of its first byte
    size_bytes: int  # of the whole log, as far as it is written
    state: RunState


def log(backend: Backend, ref: str, n: int | None, offset: int, limit: int) -> LogPart:
    """A part of an attempt's log, by bytes.

    Parameters
    ----------
    n
        The attempt; None for the last.
    offset
        Below 0 it counts from the end.

    Raises
    ------
    NotFound
        No such run or attempt. A run that has not started yet has an empty log.
    """
    run, attempt = _attempt(backend, ref, n)
    target = backend.targets.get(run.target)
    if attempt is None or target is None:
        return LogPart(b"", 0, 0, run.state)
    size = _size(target, attempt)
    start = max(0, size + offset) if offset < 0 else offset
    return LogPart(target.read(attempt.handle, "log", start, limit), start, size, run.state)


def files_of(backend: Backend, ref: str) -> list[FileEntry]:
    """What a run has left; while it goes on, what it has written so far (without digests)."""
    run, attempt = _attempt(backend, ref, None)
    with backend.store.read() as tx:
        kept = {entry.path: entry for entry in files.listed(tx, run.id)}
    for entry in _live(backend, run, attempt):
        kept.setdefault(entry.path, entry)
    return [kept[path] for path in sorted(kept)]


def file_of(backend: Backend, ref: str, path: str) -> tuple[FileEntry, Opener]:
    """One file, and how to read it. Raises NotFound."""
    run, attempt = _attempt(backend, ref, None)
    live = {entry.path: entry for entry in _live(backend, run, attempt)}
    if path in live and attempt is not None and not run.state.over:
        target = backend.targets[run.target]
        return live[path], partial(_pieces, target, attempt, path)
    with backend.store.read() as tx:
        entry = files.get(tx, run.id, path)
        placed = blobs.find(tx, str(entry.digest))
    return entry, partial(backend.packs.open, placed)


def left_files(target: Target, handle: Handle) -> list[Found]:
    """What lies in outputs/ and logs/, as far as it can be kept. Raises HandleLost.

    A folder that a run has replaced by a link to somewhere else is passed over, and so is a
    file whose name is no text.
    """
    found: list[Found] = []
    for under in ("outputs", "logs"):
        try:
            found += target.files(handle, under)
        except Invalid as error:
            log_.warning("%s is not collected: %s", under, error)
    kept = [file for file in found if _is_text(file.path)]
    if len(kept) < len(found):
        log_.warning("%d files of %s have names that are no text", len(found) - len(kept), handle)
    return kept


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _attempt(backend: Backend, ref: str, n: int | None) -> tuple[Run, Attempt | None]:
    with backend.store.read() as tx:
        run = runs.get(tx, runs.resolve(tx, ref))
        attempt = attempts.find(tx, run.id, n or run.attempt)
    if n not in (None, run.attempt) and attempt is None:
        raise NotFound(f"{run.label} has no attempt {n}.")
    return run, attempt


def _live(backend: Backend, run: Run, attempt: Attempt | None) -> list[FileEntry]:
    target = backend.targets.get(run.target)
    if run.state.over or attempt is None or target is None:
        return []
    try:
        found = left_files(target, attempt.handle)
    except HandleLost:
        return []
    return [
        FileEntry(path=f.path, size_bytes=f.size_bytes, at=Instant.of_unix(f.modified_at))
        for f in found
    ]


def _pieces(
    target: Target, attempt: Attempt, path: str, offset: int, limit: int
) -> Iterator[bytes]:
    while limit > 0:
        piece = target.read(attempt.handle, f"code/{path}", offset, min(limit, CHUNK_BYTES))
        if not piece:
            return
        yield piece
        offset += len(piece)
        limit -= len(piece)


def _size(target: Target, attempt: Attempt) -> int:
    if attempt.exit is not None:
        return attempt.exit.log_bytes
    return target.size(attempt.handle, "log")
