"""Survey: how the workspace and its targets fare now."""

import shutil
from pathlib import Path

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import MlwsError, NotFound
from jupyter_mlws.records.target import Machine, TargetInfo
from jupyter_mlws.records.workspace import WorkspaceInfo
from jupyter_mlws.store import blobs, changes, search
from jupyter_mlws.store import targets as known_targets
from jupyter_mlws.store.transaction import Transaction
from jupyter_mlws.targets.base import Target

Seen = tuple[Machine | None, str | None]  # of a machine, or why nothing was


def workspace(backend: Backend, version: str, pid: int) -> WorkspaceInfo:
    settings = backend.settings
    with backend.store.read() as tx:
        n_runs, n_active = search.counts(tx)
        held, rev = blobs.total(tx), changes.latest(tx)
    return WorkspaceInfo(
        id=settings.workspace_id,
        name=settings.name,
        root=str(settings.root),
        version=version,
        owner=settings.owner,
        pid=pid,
        default_target=settings.default_target,
        n_runs=n_runs,
        n_active=n_active,
        rev=rev,
        store_bytes=_store_bytes(backend.store.path),
        runs_bytes=_under(settings.state / "runs"),
        blobs_bytes=held.length,
        disk_free_bytes=shutil.disk_usage(settings.state).free,
    )


def targets(backend: Backend) -> list[TargetInfo]:
    return [target(backend, name) for name in sorted(backend.targets)]


def target(backend: Backend, name: str) -> TargetInfo:
    """Raises NotFound."""
    one = backend.targets.get(name)
    if one is None:
        known = ", ".join(sorted(backend.targets))
        raise NotFound(f"There is no target {name!r} here; there is {known}.")
    seen = look(one)
    with backend.store.read() as tx:
        return describe(backend, tx, name, one, seen)


def look(target: Target) -> Seen:
    """What a target says of its machine, or why it says nothing."""
    try:
        return target.look(), None
    except MlwsError as error:
        return None, str(error)


def describe(backend: Backend, tx: Transaction, name: str, one: Target, seen: Seen) -> TargetInfo:
    """A target that was looked at, with what the store knows of it."""
    running, waiting = known_targets.load(tx).get(name, (0, 0))
    config = {name: config for name, _, config in known_targets.listed(tx)}.get(name, {})
    machine, problem = seen
    return TargetInfo(
        name=name,
        kind=one.kind,
        default=name == backend.settings.default_target,
        slots=one.slots,
        running=running,
        waiting=waiting,
        machine=machine,
        problem=problem,
        checked_at=backend.now(),
        config=config,
    )


def _store_bytes(database: Path) -> int:
    """The database, with what is still in its journal."""
    journal = database.with_name(f"{database.name}-wal")
    return database.stat().st_size + (journal.stat().st_size if journal.exists() else 0)


def _under(folder: Path) -> int:
    """Bytes of the files below a folder, as far as they can be seen, at most 20,000 of them."""
    total = 0
    for count, path in enumerate(folder.rglob("*")):
        if count > 20_000:
            break
        try:
            total += path.lstat().st_size
        except FileNotFoundError:  # a run's own, gone meanwhile
            continue
    return total
