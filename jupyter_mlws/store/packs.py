"""Contents in a folder: small ones in packs, large ones as single files. No SQL here.

``packs/ab/<sha256>.pack`` is named by the digest of its headers, ``large/ab/<sha256>[.zst]`` by its
content. A pack appears whole or not at all; the table `blobs` says what lies where.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import zstandard

from jupyter_mlws.errors import Invalid, StoreBroken, TooLarge
from jupyter_mlws.records.packing import (
    CHUNK_BYTES,
    HEADER_BYTES,
    LARGE_BYTES,
    MAGIC,
    Encoding,
    Header,
    Record,
    digest_of,
    plain,
    records,
    small_record,
)
from jupyter_mlws.shim.files import sync
from jupyter_mlws.store.adopt import held, linked
from jupyter_mlws.store.drafts import Draft, room_on_disk
from jupyter_mlws.store.placed import Placed, measure, placed_at, plain_reader


class Packs:
    """The folder of contents of one workspace; only its owner opens it.

    Parameters
    ----------
    folder
        ``<state>/blobs``. What an earlier owner had half written in its `tmp` is removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._publishing = threading.Lock()  # a sweep sees a file and its age, or neither
        for name in ("packs", "large", "tmp"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / "packs" / "ff").exists():  # now, lest every other pack waits for its own
            for n in range(256):
                (folder / "packs" / f"{n:02x}").mkdir(mode=0o700, exist_ok=True)
        for place in (folder, folder / "packs", folder / "large"):  # who made it may have died
            sync(str(place))
        for path in (folder / "tmp").iterdir():
            path.unlink()

    def receive(
        self, chunks: Iterable[bytes | memoryview], *, limit_bytes: int | None = None
    ) -> tuple[Placed, ...]:
        """Take in a pack as it arrives, check it, and put it on disk, for good.

        What comes back must be made known by ``blobs.add`` in the caller's transaction; until
        then the contents lie there unseen.

        Raises
        ------
        Invalid
            The stream is no pack, is cut off, or holds bytes of another digest.
        TooLarge
            It holds more than `limit_bytes`, plain.
        DiskFull
            There was no room. Nothing was kept, as after every error.
        """
        total = 0
        with room_on_disk(), Draft(self.folder) as draft:
            for record in records(chunks):
                total += record.header.size_bytes
                if limit_bytes is not None and total > limit_bytes:
                    raise TooLarge(f"The contents are larger than {limit_bytes:,} bytes together.")
                _take(draft, record)
            return self._publish(draft)

    def put(self, content: bytes) -> Placed:
        """Keep one content that is in memory."""
        return self.put_many([content])[0]

    def put_many(self, contents: Iterable[bytes]) -> tuple[Placed, ...]:
        """Keep contents that are in memory, in one pack; each once."""
        with room_on_disk(), Draft(self.folder) as draft:
            for content in contents:
                header, packed = small_record(digest_of(content), content)
                if len(content) > LARGE_BYTES:
                    draft.large(header, [packed])
                else:
                    draft.small(header, packed)
            return self._publish(draft)

    def adopt(self, path: Path, digest: str | None = None) -> Placed:
        """Keep a file that a run has left; see `adopt_many`.

        Raises
        ------
        Incomplete
            It is not a regular file, cannot be read, or changes all the time.
        Invalid
            It has not the `digest` that the caller knows.
        """
        placed = self.adopt_many([path])[0]
        if digest is not None and placed.digest != digest:
            raise Invalid(f"{path.name!r} has not the digest {digest} any more.")
        return placed

    def adopt_many(self, paths: Sequence[Path]) -> tuple[Placed, ...]:
        """Keep files that a run has left, in the order of `paths`.

        Files above 4 MiB get a second name here, and no byte is copied where the file system is
        the same; smaller ones go into one pack. The first names stay, so that nothing is lost if
        the caller's transaction fails: when it has been committed, call `release`.
        """
        digests: dict[Path, str] = {}
        with room_on_disk(), Draft(self.folder) as draft:
            for path in dict.fromkeys(paths):
                if (content := held(path)) is not None:
                    header, packed = small_record(digest_of(content), content)
                    draft.small(header, packed)
                else:
                    header, name = linked(path, self.folder / "tmp")
                    draft.file(header, name)
                digests[path] = header.digest
            found = {placed.digest: placed for placed in self._publish(draft)}
        return tuple(found[digests[path]] for path in paths)

    def release(self, paths: Iterable[Path]) -> None:
        """Remove adopted files' first names, so that nobody writes into the store through them."""
        for path in paths:
            path.unlink(missing_ok=True)

    def read(self, placed: Placed) -> bytes:
        """A whole content, in memory.

        Raises
        ------
        StoreBroken
            The bytes on disk are gone, or are no longer what they were.
        """
        return b"".join(self.open(placed))

    def open(self, placed: Placed, offset: int = 0, limit: int | None = None) -> Iterator[bytes]:
        """A content, or `limit` bytes of it from `offset` on, in chunks.

        Never ends well with wrong bytes: a small content is checked before its first byte, a
        large one that is read whole before its last chunk. Raises StoreBroken.
        """
        stop = placed.size_bytes if limit is None else min(placed.size_bytes, offset + limit)
        if placed.pack is not None:
            content = self._small(placed)
            return iter([content[offset:stop]] if stop > offset else [])
        if (offset, stop) == (0, placed.size_bytes):
            return self._whole(placed)
        return self._part(placed, offset, stop)

    def rebuild(self) -> Iterator[Placed]:
        """What the folder holds, read from the files themselves: the index, made again.

        A pack that cannot be read is passed over after the contents before the bad place.
        """
        for path in sorted((self.folder / "packs").glob("*/*.pack")):
            yield from _in_pack(path)
        for path in sorted((self.folder / "large").glob("*/*")):
            yield from _alone(path)

    def rewrite(self, keep: Iterable[Placed]) -> tuple[Placed, ...]:
        """Copy what is still wanted of wasteful packs into a new one; the old ones stay."""
        with room_on_disk(), Draft(self.folder) as draft:
            for placed in keep:
                draft.small(placed.header, self._packed(placed))
            return self._publish(draft)

    def sizes(self) -> dict[str, int]:
        """Bytes on disk of each pack."""
        found = (self.folder / "packs").glob("*/*.pack")
        return {path.stem: path.stat().st_size for path in found}

    def retire(self, files: Iterable[Path]) -> None:
        """No row names these any more: from now on `sweep` counts their age."""
        for path in files:
            if (self.folder / path).exists():
                os.utime(self.folder / path)

    def sweep(self, named: set[Path], older_than_s: float = 86_400.0) -> int:
        """Remove files that no row names, unless they are young; says how many bytes that freed.

        Parameters
        ----------
        named
            ``Placed.path()`` of all rows, read before this call.
        older_than_s
            A reader may still hold a row that has just gone; an upload has its file before its row.
        """
        before, freed = time.time() - older_than_s, 0
        for path in [*self.folder.glob("packs/*/*"), *self.folder.glob("large/*/*")]:
            if path.relative_to(self.folder) in named:
                continue
            with self._publishing:
                found = path.stat()
                if found.st_mtime < before:
                    path.unlink()
                    freed += found.st_size
        return freed

    def _publish(self, draft: Draft) -> tuple[Placed, ...]:
        with self._publishing:
            return draft.publish()

    def _packed(self, placed: Placed) -> bytes:
        """The bytes of a small content as they lie in its pack."""
        try:
            handle = os.open(self.folder / placed.path(), os.O_RDONLY)
        except FileNotFoundError:
            raise _gone(placed) from None
        try:
            return os.pread(handle, placed.length, placed.offset)
        finally:
            os.close(handle)

    def _small(self, placed: Placed) -> bytes:
        try:
            return plain(placed.header, self._packed(placed))
        except Invalid:
            raise _rotten(placed) from None

    def _whole(self, placed: Placed) -> Iterator[bytes]:
        found, last = sha256(), b""
        for chunk in self._part(placed, 0, placed.size_bytes + 1):
            found.update(chunk)
            if last:
                yield last
            last = chunk
        if "sha256:" + found.hexdigest() != placed.digest:
            raise _rotten(placed)
        if last:
            yield last

    def _part(self, placed: Placed, offset: int, stop: int) -> Iterator[bytes]:
        try:
            file = (self.folder / placed.path()).open("rb")
        except FileNotFoundError:
            raise _gone(placed) from None
        with file:
            source = plain_reader(file, placed.encoding)
            try:
                source.seek(offset)
                while offset < stop and (chunk := source.read(min(CHUNK_BYTES, stop - offset))):
                    offset += len(chunk)
                    yield chunk
            except zstandard.ZstdError:
                raise _rotten(placed) from None


def _take(draft: Draft, record: Record) -> None:
    header, body = record
    if header.size_bytes > LARGE_BYTES:
        draft.large(header, body)
    else:
        packed = b"".join(body)
        plain(header, packed)
        draft.small(header, packed)


def _in_pack(path: Path) -> Iterator[Placed]:
    offset = len(MAGIC)
    try:
        with path.open("rb") as file:
            for header, body in records(iter(lambda: file.read(CHUNK_BYTES), b"")):
                plain(header, b"".join(body))
                yield placed_at(header, path.stem, offset + HEADER_BYTES)
                offset += HEADER_BYTES + header.length
    except Invalid:
        return


def _alone(path: Path) -> Iterator[Placed]:
    encoding: Encoding = "zstd" if path.suffix == ".zst" else "plain"
    digest, size = measure(path, encoding)
    if digest.removeprefix("sha256:") == path.stem:
        yield placed_at(Header(digest, encoding, path.stat().st_size, size))


def _gone(placed: Placed) -> StoreBroken:
    return StoreBroken(
        f"The content {placed.digest} is gone from the workspace's disk ({placed.path()}); "
        "restore it from a backup."
    )


def _rotten(placed: Placed) -> StoreBroken:
    return StoreBroken(
        f"The content {placed.digest} has changed on the workspace's disk ({placed.path()}); "
        "restore it from a backup."
    )
