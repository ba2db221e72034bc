"""Contents on their way out: read once more, and checked against their digests."""

import os
from collections.abc import Iterator
from hashlib import sha256
from io import FileIO
from tempfile import TemporaryFile

import zstandard

from jupyter_mlws.errors import Incomplete
from jupyter_mlws.records.packing import (
    CHUNK_BYTES,
    LARGE_BYTES,
    TRIED_BYTES,
    Header,
    digest_of,
    shrinks,
    small_record,
)
from jupyter_mlws.snapshot.inside import Inside, opened


def record_of(digest: str, content: bytes) -> Iterator[bytes]:
    """The record of a content in memory."""
    header, packed = small_record(digest, content)
    yield header.encode()
    yield packed


def record_of_file(digest: str, path: str, inside: Inside) -> Iterator[bytes]:
    """The record of a file. Raises Incomplete where it has not the digest any more."""
    try:
        file = opened(inside.open(path))
    except OSError as error:
        raise Incomplete(f"{path!r} cannot be read any more: {error.strerror}.") from None
    with file:
        status = os.fstat(file.fileno())
        if status.st_size > LARGE_BYTES:
            yield from _large(digest, path, file, status.st_size)
            return
        content = file.read(status.st_size)
        while len(content) < status.st_size and (rest := file.read(status.st_size - len(content))):
            content += rest
    if digest_of(content) != digest:
        raise _changed(path)
    yield from record_of(digest, content)


def _large(digest: str, path: str, file: FileIO, size: int) -> Iterator[bytes]:
    """In pieces. One that shrinks is compressed into a temporary file, for its length stands
    before it."""
    first = file.read(TRIED_BYTES)
    if not shrinks(first):
        yield Header(digest, "plain", size, size).encode()
        yield from _checked(digest, path, file, first, size)
        return
    with TemporaryFile() as packed:
        press = zstandard.ZstdCompressor(level=1).compressobj(size=size)
        for piece in _checked(digest, path, file, first, size):
            packed.write(press.compress(piece))
        packed.write(press.flush())
        yield Header(digest, "zstd", packed.tell(), size).encode()
        packed.seek(0)
        while piece := packed.read(CHUNK_BYTES):
            yield piece


def _checked(digest: str, path: str, file: FileIO, first: bytes, size: int) -> Iterator[bytes]:
    """The bytes as they are read; raises before the last of them if they are not the ones."""
    found, piece, left = sha256(), first, size
    while piece:
        found.update(piece)
        left -= len(piece)
        following = file.read(min(CHUNK_BYTES, left)) if left > 0 else b""
        if not following and (left or "sha256:" + found.hexdigest() != digest):
            raise _changed(path)
        yield piece
        piece = following


def _changed(path: str) -> Incomplete:
    return Incomplete(f"{path!r} has changed since the snapshot was taken; submit again.")
