"""Where a content lies: a row of the table `blobs`."""

from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from msgspec import Struct

from jupyter_mlws.records.packing import CHUNK_BYTES, Encoding, Header


class Placed(Struct, frozen=True, kw_only=True):
    digest: str  # "sha256:…", of the plain bytes
    size_bytes: int  # plain
    pack: str | None = None  # None: a single file under large/
    offset: int = 0  # of the first byte, in the pack
    length: int  # bytes as they lie there
    encoding: Encoding = "plain"

    @property
    def header(self) -> Header:
        return Header(self.digest, self.encoding, self.length, self.size_bytes)

    def path(self) -> Path:
        """The file that holds it, relative to the folder of contents."""
        if self.pack is not None:
            return Path("packs", self.pack[:2], f"{self.pack}.pack")
        name = self.digest.removeprefix("sha256:")
        return Path("large", name[:2], name + (".zst" if self.encoding == "zstd" else ""))


def placed_at(header: Header, pack: str | None = None, offset: int = 0) -> Placed:
    return Placed(
        digest=header.digest,
        size_bytes=header.size_bytes,
        pack=pack,
        offset=offset,
        length=header.length,
        encoding=header.encoding,
    )


def plain_reader(file: BinaryIO, encoding: Encoding) -> BinaryIO:
    """The plain bytes of an open single file; seeks forward only where it is compressed."""
    if encoding == "plain":
        return file
    return cast(BinaryIO, zstandard.ZstdDecompressor().stream_reader(file))


def measure(path: Path, encoding: Encoding, limit: int | None = None) -> tuple[str, int]:
    """Digest and size of a single file's plain bytes; stops soon after `limit` bytes.

    Memory stays bounded whatever the file expands to. A file that cannot be expanded has the
    digest of what came before.
    """
    found, size = sha256(), 0
    with path.open("rb") as file:
        source = plain_reader(file, encoding)
        try:
            while (limit is None or size <= limit) and (chunk := source.read(CHUNK_BYTES)):
                found.update(chunk)
                size += len(chunk)
        except zstandard.ZstdError:
            pass
    return "sha256:" + found.hexdigest(), size
