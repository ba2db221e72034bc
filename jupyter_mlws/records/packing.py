"""How contents travel and lie: one pack is a magic word, records, and an end that counts them.

A record is ``digest (32 bytes) · encoding (1) · length (8) · size (8) · bytes``: `length` bytes
follow, which are `size` bytes once decoded. Integers are big-endian. The same bytes go over the
wire (``POST packs``) and into a pack file, so that the index can be made again from the packs.
"""

import struct
import threading
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Literal, NamedTuple

import zstandard

from jupyter_mlws.errors import Invalid

MAGIC = b"mlws-pack-1\n"
LARGE_BYTES = 4 << 20  # what is larger is a single file of the store
CHUNK_BYTES = 1 << 20
TRIED_BYTES = 64 << 10  # so much is compressed on trial
Encoding = Literal["plain", "zstd"]
_ENCODINGS: tuple[Encoding, ...] = ("plain", "zstd")
_HEADER = struct.Struct(">32sBQQ")
_END = (b"\0" * 32, 255)
HEADER_BYTES = _HEADER.size


class Header(NamedTuple):
    """What stands before a content."""

    digest: str  # "sha256:…", of the plain bytes
    encoding: Encoding
    length: int  # bytes as they follow
    size_bytes: int  # plain

    def encode(self) -> bytes:
        code = _ENCODINGS.index(self.encoding)
        raw = bytes.fromhex(self.digest.removeprefix("sha256:"))
        return _HEADER.pack(raw, code, self.length, self.size_bytes)


class Record(NamedTuple):
    """A header and the bytes after it, which must be read before the next record is asked for."""

    header: Header
    body: Iterator[bytes]


def digest_of(content: bytes) -> str:
    return "sha256:" + sha256(content).hexdigest()


def end(n_records: int) -> bytes:
    """What closes a pack: without it the pack was cut off."""
    return _HEADER.pack(*_END, n_records, 0)


def shrinks(first: bytes) -> bool:
    """Is compression worth it? Tries it on the first 64 kB: more than a tenth must go."""
    tried = first[:TRIED_BYTES]
    return len(_press().compress(tried)) < 0.9 * len(tried)


def small_record(digest: str, content: bytes) -> tuple[Header, bytes]:
    """The record of a content that fits in memory: its header, and the bytes to follow it."""
    tried = _press().compress(content[:TRIED_BYTES])
    if len(tried) < 0.9 * min(len(content), TRIED_BYTES):
        packed = tried if len(content) <= TRIED_BYTES else _press().compress(content)
        return Header(digest, "zstd", len(packed), len(content)), packed
    return Header(digest, "plain", len(content), len(content)), content


def plain(header: Header, packed: bytes) -> bytes:
    """The content of a small record, checked against its digest.

    Raises
    ------
    Invalid
        The bytes are not what the header says.
    """
    content = packed
    if header.encoding == "zstd":
        try:
            fits = zstandard.frame_content_size(packed) == header.size_bytes  # no bomb
            content = _expand().decompress(packed, allow_extra_data=False) if fits else b""
        except zstandard.ZstdError:
            content = b""
    if len(content) != header.size_bytes or digest_of(content) != header.digest:
        raise Invalid(f"The bytes sent for {header.digest} have another digest; send them again.")
    return content


def records(chunks: Iterable[bytes | memoryview]) -> Iterator[Record]:
    """The records of a stream, as it comes in.

    Raises
    ------
    Invalid
        The stream is no pack, is cut off, or goes on after its end.
    """
    source = _Source(chunks)
    if source.exactly(len(MAGIC)) != MAGIC:
        raise Invalid("This is not a pack of contents.")
    count = 0
    while True:
        raw, code, length, size = _HEADER.unpack(source.exactly(HEADER_BYTES))
        if (raw, code) == _END:
            break
        if code >= len(_ENCODINGS):
            raise Invalid(f"The pack has a content in an unknown encoding ({code}).")
        count += 1
        header = Header("sha256:" + raw.hex(), _ENCODINGS[code], length, size)
        if length > size + 4096 or (header.encoding == "plain" and length != size):
            raise Invalid(f"The pack says a wrong length for {header.digest}.")
        yield Record(header, source.pieces(length))
    if count != length or source.more():
        raise Invalid("The pack has another number of contents than it says; send it again.")


class _Tools(threading.local):
    """One compressor a thread: making one costs more than using it on a small file."""

    press: zstandard.ZstdCompressor | None = None
    expand: zstandard.ZstdDecompressor | None = None


_tools = _Tools()


def _press() -> zstandard.ZstdCompressor:
    if _tools.press is None:
        _tools.press = zstandard.ZstdCompressor(level=1)
    return _tools.press


def _expand() -> zstandard.ZstdDecompressor:
    if _tools.expand is None:
        _tools.expand = zstandard.ZstdDecompressor()
    return _tools.expand


class _Source:
    """Exact numbers of bytes from chunks of any size."""

    def __init__(self, chunks: Iterable[bytes | memoryview]) -> None:
        self._chunks = iter(chunks)
        self._held = memoryview(b"")

    def pieces(self, n: int) -> Iterator[bytes]:
        while n:
            if not self._held:
                chunk = next(self._chunks, None)
                if chunk is None:
                    raise Invalid("The pack was cut off; send it again.")
                self._held = memoryview(chunk)
                continue
            piece, self._held = self._held[:n], self._held[n:]
            n -= len(piece)
            yield bytes(piece)

    def exactly(self, n: int) -> bytes:
        return b"".join(self.pieces(n))

    def more(self) -> bool:
        return bool(self._held) or any(self._chunks)
