"""Open: from a workspace's folder to its parts, working together."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

from jupyter_mlws.backend import Backend, Settings
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.shim import files
from jupyter_mlws.store import targets as known_targets
from jupyter_mlws.store.open import Store
from jupyter_mlws.store.packs import Packs
from jupyter_mlws.targets.base import Target
from jupyter_mlws.targets.registry import build

WORKERS, STREAMS = 2, 8


def open_backend(settings: Settings, changed: Callable[[int, tuple[str, ...]], None]) -> Backend:
    """Open the store, the blobs and the targets of a workspace that this process owns.

    Parameters
    ----------
    changed
        Told after every commit that changed something, by the thread that wrote.

    Raises
    ------
    StoreNewer, StoreBroken, DiskFull
        Nothing was changed.
    Invalid
        workspace.toml names a target that cannot be.
    """
    state = settings.state
    shutil.rmtree(state / "tmp", ignore_errors=True)  # what an earlier owner had half written
    for name in ("tmp", "runs", "keys", "endpoints", "backups", "blobs"):
        (state / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    files.sync(str(state))  # a power cut takes no name of them away
    store = Store(state / "store.db", changed)
    work = ThreadPoolExecutor(WORKERS, thread_name_prefix="mlws-work")
    streams = ThreadPoolExecutor(STREAMS, thread_name_prefix="mlws-stream")
    poke = _poke(state / "poke")
    targets: dict[str, Target] = {}

    def close() -> None:
        for target in targets.values():
            target.close()
        work.shutdown(wait=True)
        streams.shutdown(wait=True)
        store.close()

    try:
        targets |= _targets(store, settings)
        key = _key(state / "keys" / "workspace")
    except BaseException:
        close()
        raise
    return Backend(
        settings=settings,
        store=store,
        packs=Packs(state / "blobs"),
        targets=targets,
        key=key,
        work=work,
        streams=streams,
        now=Instant.now,
        new_id=lambda: new_id(Instant.now()),
        woken=lambda: _ring(poke),
        attended=Event(),
        admitted=SimpleQueue(),
        secrets={},
        close=close,
    )


def _targets(store: Store, settings: Settings) -> dict[str, Target]:
    """The targets of the table. Where it is empty, those of workspace.toml, and `local`."""
    with store.read() as tx:
        rows = known_targets.listed(tx)
    if rows:
        return {name: _built(settings, kind, config) for name, kind, config in rows}
    seeds = {"local": {}, **settings.targets}
    made: dict[str, Target] = {}
    with store.write() as tx:
        for name, given in seeds.items():
            config = dict(given)
            kind = str(config.pop("kind", "local"))
            try:
                made[name] = _built(settings, kind, config)
            except Invalid as error:
                raise Invalid(f"workspace.toml, [targets.{name}]: {error}") from error
            known_targets.attach(tx, name, kind, config, at=Instant.now(), by="mlws")
    return made


def _built(settings: Settings, kind: str, config: dict[str, Any]) -> Target:
    return build(kind, settings.state, dict(os.environ), config)


def _poke(path: Path) -> Path:
    """The pipe into which shims write a byte when there is news, and we when there is work."""
    if path.exists() and not path.is_fifo():
        path.unlink()
    if not path.exists():
        os.mkfifo(path, 0o600)
    return path


def _ring(path: Path) -> None:
    with suppress(OSError):  # nobody listens, or the pipe is full of rings
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(descriptor, b"w")
        finally:
            os.close(descriptor)


def _key(path: Path) -> bytes:
    """The workspace's own key; made once."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = os.urandom(32)
        scratch = path.with_suffix(".new")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(key)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(scratch, path)
    files.sync(str(path.parent))  # also where who made it died before this
    return key
