"""Unpack: snapshots and models, into the store of contents and out of it again."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Invalid, NotFound
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import ModelVersion
from jupyter_mlws.records.snapshot import Delta, Entry, Manifest, Snapshot, SnapshotDiff
from jupyter_mlws.store import blobs, models, snapshots, trees
from jupyter_mlws.store.compare import compare
from jupyter_mlws.store.snapshots import Tree

Chunk = bytes | memoryview
PLAIN_BYTES = 64 << 20  # of contents that come with a delta
Opener = Callable[[int, int], Iterator[bytes]]  # from which byte, how many


def take_in(backend: Backend, chunks: Iterable[bytes]) -> int:
    """Receive a pack, and make its contents known; how many. Raises as `Packs.receive`."""
    placed = backend.packs.receive(chunks)
    with backend.store.write() as tx:
        blobs.add(tx, placed, backend.now())
    return len(placed)


def keep(backend: Backend, manifest: Manifest, by: str) -> Snapshot:
    """Keep a snapshot whose contents are here. Raises as `snapshots.create`."""
    with backend.store.write() as tx:
        return snapshots.create(tx, manifest.entries, backend.now(), by)


def change(backend: Backend, base: str, delta: Delta, pack: Chunk, by: str) -> Snapshot:
    """Keep a snapshot that differs from `base`, and the contents that are new in it.

    Parameters
    ----------
    pack
        As for `take_in`, whole; empty where no content is new.

    Raises as `take_in`, `snapshots.made` and `snapshots.change`; no snapshot is kept then, but
    contents may lie unseen.
    """
    if not (pack or delta.entries or delta.gone):
        with backend.store.write() as tx:
            return snapshots.renew(tx, base, backend.now())
    before = snapshots.lately.get(base)  # which may be gone by now: `change` looks
    if before is None:
        with backend.store.read() as tx:
            before = snapshots.get(tx, base).entries
    made = snapshots.made(before, delta)
    placed = backend.packs.receive([pack], limit_bytes=PLAIN_BYTES) if pack else ()
    with backend.store.write() as tx:
        blobs.add(tx, placed, backend.now())
        sizes = {one.digest: one.size_bytes for one in placed}
        return snapshots.change(tx, base, delta, made, backend.now(), by, sizes)


def zip_of(backend: Backend, snapshot: str) -> Iterator[bytes]:
    """A snapshot as a zip archive. Raises NotFound."""
    with backend.store.read() as tx:
        tree = snapshots.tree(tx, snapshot)
    return trees.zipped(backend.packs, tree)


def snapshot_file(backend: Backend, snapshot: str, path: str) -> tuple[FileEntry, Opener]:
    """One file of a snapshot, and how to read it. Raises NotFound."""
    with backend.store.read() as tx:
        tree = snapshots.tree(tx, snapshot)
    for entry in tree.entries:
        if entry.path == path and entry.digest is not None:
            found = FileEntry(path=path, size_bytes=entry.size_bytes, digest=entry.digest)
            return found, partial(backend.packs.open, tree.placed[entry.digest])
    raise NotFound(f"The snapshot has no file {path!r}.")


def differences(backend: Backend, before: str, after: str) -> SnapshotDiff:
    """What changed from one snapshot to another. Raises NotFound."""
    with backend.store.read() as tx:
        old, new = snapshots.tree(tx, before), snapshots.tree(tx, after)
    placed = {**old.placed, **new.placed}
    return compare(old.entries, new.entries, lambda digest: backend.packs.read(placed[digest]))


def archive_of(backend: Backend, ref: str) -> Iterator[bytes]:
    """A model version as a zip archive. Raises NotFound."""
    _, tree = _model(backend, ref)
    return trees.zipped(backend.packs, tree)


def content_of(backend: Backend, ref: str, path: str) -> tuple[FileEntry, Opener]:
    """One file of a model version; without a path its only one.

    Raises
    ------
    NotFound
        It has no such file.
    Invalid
        It has several, and no path is given.
    """
    version, tree = _model(backend, ref)
    if not path and len(version.files) > 1:
        raise Invalid(f"{version.label} has {len(version.files)} files; name one.", "path")
    for entry in version.files:
        if entry.path == path or not path:
            return entry, partial(backend.packs.open, tree.placed[str(entry.digest)])
    raise NotFound(f"{version.label} has no file {path!r}.")


def lay_model(backend: Backend, ref: str, folder: Path) -> ModelVersion:
    """Write a model version's files below a folder, as private copies. Raises NotFound."""
    version, tree = _model(backend, ref)
    trees.lay(backend.packs, tree, folder)
    return version


def lay_snapshot(backend: Backend, snapshot: str, folder: Path) -> None:
    """Write a snapshot's files below a folder, as private copies. Raises NotFound."""
    with backend.store.read() as tx:
        tree = snapshots.tree(tx, snapshot)
    trees.lay(backend.packs, tree, folder)


def _model(backend: Backend, ref: str) -> tuple[ModelVersion, Tree]:
    with backend.store.read() as tx:
        version = models.resolve(tx, ref)
        placed = blobs.find_many(tx, [str(entry.digest) for entry in version.files])
    entries = tuple(
        Entry(path=entry.path, digest=entry.digest, size_bytes=entry.size_bytes)
        for entry in version.files
    )
    return version, Tree(entries, placed)
