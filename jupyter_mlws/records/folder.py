"""A folder that the owner sees as the client does, and takes by itself."""

from msgspec import Struct

from jupyter_mlws.records.snapshot import Snapshot


class Standpoint(Struct, frozen=True, kw_only=True):
    """From where a path is meant: who has an equal one sees the same files, and as much of them."""

    boot_id: str  # which start of which machine
    mounts: int  # inode of the mount namespace; 0 where there are none
    root: tuple[int, int]  # device and inode of "/": a process may live in a part of the machine
    user: int  # whose rights count


class FolderOrder(Struct, frozen=True, kw_only=True):
    """The body of ``POST snapshots/folder``."""

    path: str  # absolute
    inode: tuple[int, int]  # device and inode that the client finds there
    standpoint: Standpoint
    extra: dict[str, bytes] = {}  # files by path, in place of the folder's own or beside them
    script: str | None = None  # said in the answer: is this path in the snapshot?
    allow_large: bool = False


class FolderTaken(Struct, frozen=True, kw_only=True):
    """The answer to ``POST snapshots/folder``."""

    snapshot: Snapshot  # without entries
    holds: bool  # the script
    ignored: tuple[str, ...] = ()  # what the ignore rules left out; folders end with "/"
    notices: tuple[str, ...] = ()  # sentences for the user
