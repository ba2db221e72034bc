"""Small files that are there whole or not at all."""

import errno
import os
import secrets
from pathlib import Path

from jupyter_mlws.shim.files import sync


def write(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put `content` at `path` in one step. A crash leaves the old file, or the new one."""
    temporary = _temporary(path, content, mode)
    try:
        os.replace(temporary, path)
    except OSError:
        temporary.unlink()
        raise


def write_new(path: Path, content: bytes, *, mode: int = 0o644) -> bool:
    """As `write`, but never over a file that is there. Says whether ours is the one that stands.

    Either stands after a power cut, too.
    """
    temporary = _temporary(path, content, mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
        _keep_names(path.parent)
    return True


def folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder, and those above it, where they are missing; they outlast a power cut."""
    if not path.is_dir():
        if not path.parent.is_dir():
            folder(path.parent)
        path.mkdir(mode=mode, exist_ok=True)
    _keep_names(path.parent)


def _keep_names(place: Path) -> None:
    try:
        sync(str(place))
    except OSError as error:  # some network file systems cannot, and need not
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise


def _temporary(path: Path, content: bytes, mode: int) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        temporary.unlink()
        raise
    return temporary
