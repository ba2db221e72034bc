"""Register: from a run's outputs, or from sent files, to a model version."""

import re
from collections.abc import Iterable
from typing import Protocol

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.model import ModelVersion, NewVersion, VersionPatch
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.store import blobs, files, models, runs
from jupyter_mlws.store.manifests import checked
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.requests import answered
from jupyter_mlws.store.transaction import Transaction

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")


class Named(Protocol):
    """A file that a target found."""

    @property
    def path(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def modified_at(self) -> float: ...


def register(backend: Backend, name: str, new: NewVersion, by: str) -> ModelVersion:
    """Store the next version of a model. Its bytes are not copied: the store has them already.

    Raises
    ------
    Invalid
        The name is none, or neither or both of a run and files are given.
    NotFound
        There is no such run, or it left no such file.
    Conflict
        The run has not ended, or a file's bytes were not sent. Nothing was stored.
    """
    if not NAME.match(name):
        raise Invalid(
            f"{name!r} cannot name a model: use letters, digits, dots, dashes and underscores.",
            "name",
        )
    if (new.run is None) == (not new.files):
        raise Invalid("Give a run with a path in it, or files that were sent.", "run")
    with backend.store.write() as tx:
        if new.run is not None:
            return answered(tx, from_run(backend, tx, name, new, by=by))
        _check_files(tx, new.files)
        at = backend.now()
        made = models.register(tx, name, new, new.files, run_id=None, metrics={}, at=at, by=by)
        return answered(tx, made)


def from_run(
    backend: Backend, tx: Transaction, name: str, new: NewVersion, *, by: str
) -> ModelVersion:
    """Register what a run left, in the caller's transaction. Raises as `register`."""
    run = runs.get(tx, runs.resolve(tx, str(new.run)))
    path = (new.path or "outputs").strip("/")
    held = files.listed(tx, run.id)
    if not run.state.over and not any(_below(entry.path, path) for entry in held):
        raise Conflict(
            f"{run.label} is {run.state.value}; its outputs are collected when it has ended. "
            f"Wait for it with: mlws run wait {run.label}."
        )
    found = files.under(tx, run.id, path)
    alone = len(found) == 1 and found[0].path == path
    root = path.rpartition("/")[0] if alone else path
    relative = tuple(
        FileEntry(
            path=entry.path[len(root) :].lstrip("/"),
            size_bytes=entry.size_bytes,
            digest=entry.digest,
            at=entry.at,
        )
        for entry in found
    )
    numbers = {k: v for k, v in run.metrics.items() if not k.startswith("system/")}
    return models.register(
        tx, name, new, relative, run_id=run.id, metrics=numbers, at=backend.now(), by=by
    )


def note_files(
    tx: Transaction, run_id: str, found: Iterable[tuple[Named, Placed]], *, at: Instant
) -> tuple[FileEntry, ...]:
    """Make a run's files known whose contents lie in the store."""
    pairs = list(found)
    entries = [
        FileEntry(
            path=file.path,
            size_bytes=placed.size_bytes,
            digest=placed.digest,
            at=Instant.of_unix(file.modified_at),
        )
        for file, placed in pairs
    ]
    if pairs:
        blobs.add(tx, [placed for _, placed in pairs], at)
        files.add(tx, run_id, entries)
    return tuple(entries)


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


def _check_files(tx: Transaction, sent: tuple[FileEntry, ...]) -> None:
    """Raises Invalid where a path or a size is wrong, Conflict where a content is missing."""
    taken = [Entry(path=f.path, digest=f.digest, size_bytes=f.size_bytes) for f in sent]
    placed = blobs.find_many(tx, [str(entry.digest) for entry in checked(taken)])
    for entry in sent:
        if entry.digest not in placed:
            raise Conflict(f"The content of {entry.path!r} is not here yet; send it first.")
        if entry.size_bytes != placed[entry.digest].size_bytes:
            raise Invalid(f"The size of {entry.path!r} is not its content's.", "files")


def edit_version(backend: Backend, name: str, version: int, change: VersionPatch) -> ModelVersion:
    """Change a version's words. Raises NotFound."""
    with backend.store.write() as tx:
        models.resolve(tx, f"{name}:{version}")
        return answered(tx, models.patch(tx, name, version, change, at=backend.now()))


def remove_version(backend: Backend, name: str, version: int) -> ModelVersion:
    """Delete a version. Raises NotFound, or Conflict where an endpoint uses it."""
    with backend.store.write() as tx:
        return answered(tx, models.delete(tx, name, version, at=backend.now()))
