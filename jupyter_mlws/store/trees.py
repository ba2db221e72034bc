"""A snapshot made into files again: laid into a folder, or as a zip. No SQL here."""

import os
import stat
import zipfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.store.drafts import room_on_disk
from jupyter_mlws.store.packs import Packs
from jupyter_mlws.store.snapshots import Tree

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def lay(packs: Packs, tree: Tree, destination: Path) -> None:
    """Write a snapshot's files and links into a folder, which is made where it is not there.

    The files are private copies: a run may change them. Links come last, and nothing is written
    through one.

    Raises
    ------
    Conflict
        Something of that name is there already.
    StoreBroken
        A content is gone or spoilt.
    DiskFull
        There was no room; what was written so far stays for the caller to remove.
    """
    destination.mkdir(parents=True, exist_ok=True)
    links = [entry for entry in tree.entries if entry.kind == "link"]
    files = [entry for entry in tree.entries if entry.kind == "file"]
    with room_on_disk(), _Laying(destination) as laying:
        for entry in files:
            laying.file(entry, packs.open(tree.placed[entry.digest or ""]))
        for entry in links:
            laying.link(entry)


def zipped(packs: Packs, tree: Tree) -> Iterator[bytes]:
    """A snapshot as a zip, as it is made. Links stay links; every date is 1980-01-01."""
    out = _Chunks()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in tree.entries:
            item = zipfile.ZipInfo(entry.path)
            item.create_system = 3  # unix: the mode stands in the upper half
            item.compress_type = zipfile.ZIP_DEFLATED
            if entry.kind == "link":
                item.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(item, entry.target or "")
            else:
                mode = 0o755 if entry.executable else 0o644
                item.external_attr = (stat.S_IFREG | mode) << 16
                item.file_size = entry.size_bytes
                with archive.open(item, "w", force_zip64=entry.size_bytes > 1 << 30) as file:
                    for chunk in packs.open(tree.placed[entry.digest or ""]):
                        file.write(chunk)
                        yield from out.taken()
            yield from out.taken()
    yield from out.taken()


class _Laying:
    """A folder being filled; the folder of the last file stays open for the next."""

    def __init__(self, destination: Path) -> None:
        self._root = os.open(destination, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._parent, self._handle = "", self._root

    def __enter__(self) -> "_Laying":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        os.close(self._root)

    def file(self, entry: Entry, chunks: Iterator[bytes]) -> None:
        name = self._enter(entry.path)
        mode = 0o755 if entry.executable else 0o644
        try:
            handle = os.open(name, NEW, mode, dir_fd=self._handle)
        except FileExistsError:
            raise _there(entry) from None
        with os.fdopen(handle, "wb", buffering=0) as file:
            for chunk in chunks:
                view = memoryview(chunk)
                while view:
                    view = view[file.write(view) :]

    def link(self, entry: Entry) -> None:
        name = self._enter(entry.path)
        try:
            os.symlink(entry.target or "", name, dir_fd=self._handle)
        except FileExistsError:
            raise _there(entry) from None

    def _enter(self, path: str) -> str:
        """Go to the folder of `path`, making it where needed; returns the name in it."""
        parent, _, name = path.rpartition("/")
        if parent != self._parent:
            self._leave()
            handle = self._root
            for part in parent.split("/") if parent else ():
                below = _below(handle, part)
                if handle != self._root:
                    os.close(handle)
                handle = below
            self._parent, self._handle = parent, handle
        return name

    def _leave(self) -> None:
        if self._handle != self._root:
            os.close(self._handle)
        self._parent, self._handle = "", self._root


def _below(handle: int, name: str) -> int:
    if name in ("", ".", ".."):
        raise Invalid(f"{name!r} is no folder's name.")
    try:
        return os.open(name, FOLDER, dir_fd=handle)
    except FileNotFoundError:
        os.mkdir(name, dir_fd=handle)
        return os.open(name, FOLDER, dir_fd=handle)
    except OSError as error:
        raise Conflict(f"{name!r} is in the way: {error.strerror}.") from None


def _there(entry: Entry) -> Conflict:
    return Conflict(f"{entry.path!r} is there already; give an empty folder.")


class _Chunks(RawIOBase):
    """What a ZipFile writes, to be taken away as it comes."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self._held.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        if self._held:
            yield b"".join(self._held)
            self._held = []
