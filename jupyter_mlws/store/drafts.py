"""Files of contents that are not yet in their place: all of them appear, or none.

One pack costs one fsync, one rename and one fsync of its folder, however many contents it holds.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import BinaryIO

from jupyter_mlws.errors import DiskFull, Invalid
from jupyter_mlws.records.packing import HEADER_BYTES, MAGIC, Header, end
from jupyter_mlws.shim.files import sync, sync_all
from jupyter_mlws.store.placed import Placed, measure, placed_at


class Draft:
    """What is being written, in `folder`/tmp. Leave the ``with`` without `publish`: nothing was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pack: BinaryIO | None = None
        self._pack_path = folder / "tmp" / token_hex(16)
        self._names = sha256()
        self._offset = len(MAGIC)
        self._small: dict[str, Header] = {}
        self._offsets: dict[str, int] = {}
        self._large: dict[str, tuple[Path, Placed]] = {}

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pack is not None:
            self._pack.close()
        for path in [self._pack_path, *(path for path, _ in self._large.values())]:
            path.unlink(missing_ok=True)

    def __contains__(self, digest: str) -> bool:
        return digest in self._small or digest in self._large

    def small(self, header: Header, packed: bytes) -> None:
        """Add a content to the pack. It must have been checked against its digest."""
        if header.digest in self:
            return
        if self._pack is None:
            self._pack = self._pack_path.open("xb", buffering=1 << 18)
            self._pack.write(MAGIC)
        front = header.encode()
        self._names.update(front)
        self._pack.write(front)
        self._pack.write(packed)
        self._small[header.digest] = header
        self._offsets[header.digest] = self._offset + HEADER_BYTES
        self._offset += HEADER_BYTES + header.length

    def large(self, header: Header, pieces: Iterable[bytes]) -> None:
        """Add a single file from its encoded bytes, checked as they pass.

        Raises
        ------
        Invalid
            The bytes have another digest or another size.
        """
        path = self._folder / "tmp" / token_hex(16)
        try:
            with path.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if measure(path, header.encoding, header.size_bytes) != (
                header.digest,
                header.size_bytes,
            ):
                raise Invalid(f"The bytes sent for {header.digest} have another digest.")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._keep(header, path)

    def file(self, header: Header, path: Path) -> None:
        """Add a single file that is whole, on disk, and in `tmp`: it is renamed."""
        self._keep(header, path)

    def publish(self) -> tuple[Placed, ...]:
        """Put everything in its place, for good. Contents in the order of their coming."""
        placed = [where for _, where in self._large.values()]
        folders = {
            _rename(path, self._folder / where.path()) for path, where in self._large.values()
        }
        new = None
        if self._pack is not None:
            name = self._names.hexdigest()
            packed = [placed_at(h, name, self._offsets[d]) for d, h in self._small.items()]
            place = self._folder / packed[0].path()
            self._pack.write(end(len(self._small)))
            self._pack.flush()
            if place.exists():  # and may be needed: it gives way to what is as safe
                os.fsync(self._pack.fileno())
            else:
                new = place
            folders.add(_rename(self._pack_path, place))
            placed += packed
        try:  # nobody asks for a new pack before its rows are there
            if new is not None:
                sync(str(new))
            sync_all([str(path) for path in folders])
        except OSError:
            if new is not None:
                new.unlink(missing_ok=True)
            raise
        return tuple(placed)

    def _keep(self, header: Header, path: Path) -> None:
        if header.digest in self:
            path.unlink()
        else:
            self._large[header.digest] = (path, placed_at(header))


@contextmanager
def room_on_disk() -> Iterator[None]:
    """Raises DiskFull where the disk, or the quota, is."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("The workspace's disk is full; free some space and try again.") from None
        raise


def _rename(source: Path, place: Path) -> Path:
    if not place.parent.exists():
        place.parent.mkdir(mode=0o700, exist_ok=True)
        sync(str(place.parent.parent))
    source.replace(place)
    return place.parent
