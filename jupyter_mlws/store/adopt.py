"""A file that a run left behind, becoming a content of the store."""

import errno
import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from jupyter_mlws.errors import Incomplete
from jupyter_mlws.records.packing import CHUNK_BYTES, LARGE_BYTES, Header

TRIES = 3
NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS)


def held(path: Path) -> bytes | None:
    """The file in memory, or None where it is larger than what a pack takes.

    Raises
    ------
    Incomplete
        It is not a regular file, cannot be read, or changes all the time.
    """
    for _ in range(TRIES):
        handle = _opened(path)
        with os.fdopen(handle, "rb") as file:
            before = os.fstat(handle)
            if before.st_size > LARGE_BYTES:
                return None
            content = file.read(before.st_size + 1)
            if _same(before, os.fstat(handle)) and len(content) == before.st_size:
                return content
    raise _changing(path)


def linked(path: Path, folder: Path) -> tuple[Header, Path]:
    """Give a large file a second name in `folder`, safe on disk and no longer writable.

    Where the file system cannot (it is another one, or knows no links) the bytes are copied; so
    they are where the file has other names already: it may be the user's own data, linked there.
    """
    for _ in range(TRIES):
        name = _second_name(path, folder)
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            before, found = os.fstat(handle), sha256()
            while chunk := file.read(CHUNK_BYTES):
                found.update(chunk)
            os.fsync(handle)
            if _same(before, os.fstat(handle)):
                digest = "sha256:" + found.hexdigest()
                return Header(digest, "plain", before.st_size, before.st_size), name
        name.unlink()
    raise _changing(path)


def _second_name(path: Path, folder: Path) -> Path:
    name = folder / token_hex(16)
    with os.fdopen(_opened(path), "rb") as source:
        if os.fstat(source.fileno()).st_nlink > 1 or not _link(path, name):
            with name.open("xb") as copy:
                shutil.copyfileobj(source, copy, CHUNK_BYTES)
    name.chmod(0o444)
    return name


def _link(path: Path, name: Path) -> bool:
    try:
        os.link(path, name, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return False
    return True


def _opened(path: Path) -> int:
    """A descriptor of a regular file, never of what a link points at."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Incomplete(f"{path.name!r} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Incomplete(f"{path.name!r} is not a regular file.")
    return handle


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def _changing(path: Path) -> Incomplete:
    return Incomplete(f"{path.name!r} changes while it is read; try again when nothing writes it.")
