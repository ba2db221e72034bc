"""What was taken of a folder: entries, id, what stayed behind, and the stream of its contents."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from heapq import nlargest
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.packing import CHUNK_BYTES, MAGIC, end
from jupyter_mlws.records.snapshot import Entry, Manifest
from jupyter_mlws.snapshot.inside import Inside
from jupyter_mlws.snapshot.send import record_of, record_of_file

WARN_BYTES = 300_000_000
WARN_FILES = 2_000
LARGEST = 10
TOLD_BYTES = 1_000_000  # what is smaller stays behind unmentioned


class Left(NamedTuple):
    """What the ignore rules left behind."""

    path: str  # a folder ends with "/"
    size_bytes: int
    more: bool  # there was no time to count it all


class Taken(Struct, frozen=True, kw_only=True, dict=True):
    """A folder as it was.

    Attributes
    ----------
    entries
        Files and links, sorted by path.
    id
        ``sha256:…`` of the entries. Equal trees have equal ids, anywhere.
    ignored
        What the ignore rules left behind, as deep as they were followed; folders end with "/".
    secret
        What looks like a secret and stayed behind for it.
    skipped
        Sockets, named pipes, devices: path, and what it is.
    """

    root: Path
    entries: tuple[Entry, ...]
    id: str
    extra: dict[str, bytes]
    memory: Path  # where it is remembered what was seen of the folder
    ignored: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()

    @cached_property
    def size_bytes(self) -> int:
        return sum(entry.size_bytes for entry in self.entries)

    @property
    def largest(self) -> tuple[Entry, ...]:
        """The ten largest files."""
        return tuple(nlargest(LARGEST, self.entries, key=lambda entry: entry.size_bytes))

    @property
    def digests(self) -> tuple[str, ...]:
        """Of all contents, each once: the body of ``POST snapshots/plan``."""
        return tuple(self._paths)

    def manifest(self) -> Manifest:
        return Manifest(entries=self.entries)

    def contents(self, digest: str) -> Path | bytes:
        """Where a content is: a file of the folder, or bytes of `extra`. Raises Invalid."""
        path = self._path(digest)
        return self.extra[path] if path in self.extra else self.root / path

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the user: what is large, what stayed behind for a reason."""
        said = []
        if self.secret:
            said.append(
                f"Left out because they look like secrets: {_listed(self.secret)}. "
                "To send one, un-ignore it in .mlwsignore (!NAME)."
            )
        if self.skipped:
            said.append(
                "Left out because they are no files: "
                f"{_listed([f'{path} ({what})' for path, what in self.skipped])}."
            )
        if outside := [entry.path for entry in self.entries if _leads_out(entry)]:
            said.append(f"Links that lead out of the folder stay links: {_listed(outside)}.")
        if self.size_bytes > WARN_BYTES or len(self.entries) > WARN_FILES:
            largest = [f"{e.path} ({size_in_words(e.size_bytes)})" for e in self.largest]
            said.append(
                f"This is large for a snapshot: {len(self.entries):,} files, "
                f"{size_in_words(self.size_bytes)}. Largest: {', '.join(largest)}. "
                "Name what is data in .mlwsignore and give it as an input."
            )
        return tuple(said)

    def left_behind(self, within_s: float = 0.1) -> tuple[Left, ...]:
        """What the ignore rules left behind, largest first, counted for at most `within_s`."""
        until = time.monotonic() + within_s
        found = [_measure(self.root, path, until) for path in self.ignored]
        return tuple(sorted(found, key=lambda left: (-left.size_bytes, left.path)))

    def left_in_words(self, within_s: float = 0.1) -> str | None:
        """``Left behind: data/ (1.2 GB), …``: what is large among the ignored, or None."""
        large = [left for left in self.left_behind(within_s) if left.size_bytes >= TOLD_BYTES]
        if not large:
            return None
        shown = [
            f"{left.path} ({'over ' if left.more else ''}{size_in_words(left.size_bytes)})"
            for left in large
        ]
        return f"Left behind, as the ignore rules say: {_listed(shown)}."

    def stream(self, missing: Iterable[str]) -> Iterator[bytes]:
        """A pack of some contents, read again and checked while it is sent.

        Raises
        ------
        Incomplete
            A file is no longer what it was; names it. The pack ends in the middle, so that
            nobody takes it for whole.
        Invalid
            A digest is not one of this snapshot.
        """
        return self._stream({digest: self._path(digest) for digest in missing})

    def stream_of(self, entries: Iterable[Entry]) -> Iterator[bytes]:
        """As `stream`, of the contents of some of `entries`."""
        return self._stream({e.digest: e.path for e in entries if e.digest is not None})

    def _stream(self, paths: Mapping[str, str]) -> Iterator[bytes]:
        held, size = [MAGIC], 0
        with Inside(self.root) as inside:
            for digest, path in paths.items():
                if path in self.extra:
                    pieces = record_of(digest, self.extra[path])
                else:
                    pieces = record_of_file(digest, path, inside)
                for piece in pieces:
                    held.append(piece)
                    size += len(piece)
                    if size >= CHUNK_BYTES:
                        yield b"".join(held)
                        held, size = [], 0
        yield b"".join([*held, end(len(paths))])

    def _path(self, digest: str) -> str:
        try:
            return self._paths[digest]
        except KeyError:
            raise Invalid(f"The snapshot holds no content {digest}.", "digest") from None

    @cached_property
    def _paths(self) -> dict[str, str]:
        """One path of each content."""
        return {e.digest: e.path for e in self.entries if e.digest is not None}


def size_in_words(size: int) -> str:
    """``1.2 GB``."""
    amount, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return (
        f"{amount:.0f} {units[0]}"
        if amount >= 10 or units[0] == "bytes"
        else f"{amount:.1f} {units[0]}"
    )


def _listed(paths: Iterable[str]) -> str:
    shown = list(paths)
    more = f" and {len(shown) - LARGEST} more" if len(shown) > LARGEST else ""
    return ", ".join(shown[:LARGEST]) + more


def _leads_out(entry: Entry) -> bool:
    if entry.target is None:
        return False
    folder = os.path.dirname(entry.path)
    return os.path.isabs(entry.target) or os.path.normpath(
        os.path.join(folder, entry.target)
    ).startswith("..")


def _measure(root: Path, path: str, until: float) -> Left:
    if not path.endswith("/"):
        try:
            return Left(path, (root / path).lstat().st_size, False)
        except OSError:
            return Left(path, 0, False)
    size, folders = 0, [root / path]
    while folders:
        if time.monotonic() > until:
            return Left(path, size, True)
        try:
            with os.scandir(folders.pop()) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        folders.append(Path(item.path))
                    else:
                        size += item.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return Left(path, size, False)
