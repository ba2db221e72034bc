"""What was taken of a folder: entries, id, what to say of it, and the stream of its contents."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from heapq import nlargest
from pathlib import Path

from msgspec import Struct

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.codec import encode
from jupyter_mlws.records.packing import CHUNK_BYTES, MAGIC, end
from jupyter_mlws.records.snapshot import Entry, Manifest
from jupyter_mlws.snapshot.inside import Inside
from jupyter_mlws.snapshot.left import left_in_words
from jupyter_mlws.snapshot.send import record_of, record_of_file
from jupyter_mlws.snapshot.words import MOST, listed, size_in_words

WARN_BYTES = 300_000_000
WARN_FILES = 2_000


class Taken(Struct, frozen=True, kw_only=True, dict=True):
    """A folder as it was.

    Attributes
    ----------
    by_path
        Files and links.
    links
        The links among them.
    ignored
        What the ignore rules left behind, as deep as they were followed; folders end with "/".
    secret
        What looks like a secret and stayed behind for it.
    skipped
        Sockets, named pipes, devices: path, and what it is.
    """

    root: Path
    by_path: dict[str, Entry]
    links: tuple[Entry, ...]
    extra: dict[str, bytes]
    memory: Path  # where it is remembered what was seen of the folder
    ignored: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Files and links, sorted by path."""
        return tuple([self.by_path[path] for path in sorted(self.by_path)])

    @cached_property
    def id(self) -> str:
        """``sha256:…`` of the entries. Equal trees have equal ids, anywhere."""
        return "sha256:" + sha256(encode(self.entries)).hexdigest()

    @cached_property
    def size_bytes(self) -> int:
        return sum([entry.size_bytes for entry in self.by_path.values()])

    @property
    def largest(self) -> tuple[Entry, ...]:
        """The ten largest files."""
        return tuple(nlargest(MOST, self.entries, key=lambda entry: entry.size_bytes))

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
                f"Left out because they look like secrets: {listed(self.secret)}. "
                "To send one, un-ignore it in .mlwsignore (!NAME)."
            )
        if self.skipped:
            said.append(
                "Left out because they are no files: "
                f"{listed([f'{path} ({what})' for path, what in self.skipped])}."
            )
        if outside := [link.path for link in self.links if _leads_out(link.path, str(link.target))]:
            said.append(f"Links that lead out of the folder stay links: {listed(outside)}.")
        if self.size_bytes > WARN_BYTES or len(self.by_path) > WARN_FILES:
            largest = [f"{e.path} ({size_in_words(e.size_bytes)})" for e in self.largest]
            said.append(
                f"This is large for a snapshot: {len(self.by_path):,} files, "
                f"{size_in_words(self.size_bytes)}. Largest: {', '.join(largest)}. "
                "Name what is data in .mlwsignore and give it as an input."
            )
        if (left := left_in_words(self.root, self.ignored)) is not None:
            said.append(left)
        return tuple(said)

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


def _leads_out(path: str, target: str) -> bool:
    there = os.path.normpath(os.path.join(os.path.dirname(path), target))
    return os.path.isabs(target) or there.startswith("..")
