"""Do two processes mean the same folder by a path? Containers and users see others under it."""

import os
from functools import cache
from pathlib import Path

from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.folder import FolderOrder, Standpoint
from jupyter_mlws.shim.process import boot_id

_boot_id = cache(boot_id)


def standpoint() -> Standpoint:
    """From where this process sees files. Raises OSError."""
    return Standpoint(
        boot_id=_boot_id(), mounts=_mounts(), root=inode(Path("/")), user=os.geteuid()
    )


def inode(folder: Path) -> tuple[int, int]:
    """Device and inode. Raises OSError."""
    found = folder.stat()
    return found.st_dev, found.st_ino


def meant(order: FolderOrder) -> Path:
    """The folder, which is here what it is for the client.

    Raises
    ------
    Conflict
        It cannot be known to be the same.
    """
    folder = Path(order.path)
    try:
        mine = standpoint()
        same = mine == order.standpoint and mine.boot_id and inode(folder) == order.inode
    except (OSError, ValueError):  # the latter of a path that can be none
        same = False
    if not same or not folder.is_absolute():
        raise Conflict("The server does not see this folder as you do: send its contents.")
    return folder


def _mounts() -> int:
    try:
        return os.stat("/proc/self/ns/mnt").st_ino
    except OSError:
        return 0
