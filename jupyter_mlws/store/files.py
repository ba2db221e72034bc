"""What runs left: names, sizes and digests; the bytes are blobs."""

from sqlalchemy import Connection, bindparam, select

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.store import tables
from jupyter_mlws.store.upsert import put

T = tables.files
OF_RUN = select(T).where(T.c.run_id == bindparam("run")).order_by(T.c.path)


def add(tx: Connection, run_id: str, entries: list[FileEntry]) -> None:
    """Note collected files; a file collected again replaces what was noted."""
    rows = [{"run_id": run_id, **codec.columns(entry)} for entry in entries]
    put(tx, T, rows)


def listed(tx: Connection, run_id: str) -> tuple[FileEntry, ...]:
    """By path."""
    rows = tx.execute(OF_RUN, {"run": run_id})
    return tuple(codec.convert(row, FileEntry) for row in rows)


def get(tx: Connection, run_id: str, path: str) -> FileEntry:
    """Raises NotFound."""
    row = tx.execute(select(T).where(T.c.run_id == run_id, T.c.path == path)).first()
    if row is None:
        raise NotFound(f"The run has no file {path!r}.")
    return codec.convert(row, FileEntry)


def under(tx: Connection, run_id: str, path: str) -> tuple[FileEntry, ...]:
    """The file of that path, or all files below it. Raises NotFound where there is neither."""
    whole = path.strip("/")
    found = tuple(
        entry
        for entry in listed(tx, run_id)
        if entry.path == whole or entry.path.startswith(f"{whole}/") or not whole
    )
    if not found:
        known = [entry.path for entry in listed(tx, run_id)[:10]]
        there = f"it has {', '.join(known)}" if known else "it has left no files"
        raise NotFound(f"The run has no file or folder {path!r}; {there}.", "path")
    return found
