"""Which file system a folder lies on: a database and its locks need a local one."""

import os
from pathlib import Path

NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "drvfs", "davfs"),
        *("lustre", "gpfs", "beegfs", "ceph", "glusterfs", "pvfs2", "orangefs", "panfs", "wekafs"),
        *("fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.glusterfs"),
        *("fuse.ceph-fuse", "fuse.davfs", "fuse.blobfuse", "fuse.blobfuse2", "fuse.juicefs"),
        *("fuse.goofys", "fuse.mount-s3", "fuse.vmhgfs-fuse", "fuse.lustre", "fuse.smbnetfs"),
    }
)
MOUNTS = Path("/proc/self/mounts")


def network(folder: Path, mounts: str | None = None) -> str | None:
    """The kind of the network file system that `folder` lies on; None where it is local.

    Parameters
    ----------
    folder
        Need not be there yet.
    mounts
        What /proc/self/mounts says. Where there is none (macOS) every folder counts as local.
    """
    if mounts is None:
        if not MOUNTS.exists():
            return None
        mounts = MOUNTS.read_text(errors="surrogateescape")
    asked = os.path.realpath(folder)
    kinds: dict[str, str] = {}
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        kinds[_unescaped(place).rstrip("/")] = kind  # a later mount covers an earlier one
    while asked.rstrip("/") not in kinds and asked not in ("", "/"):
        asked = os.path.dirname(asked)
    kind = kinds.get(asked.rstrip("/"), "")
    return kind if kind in NETWORK else None


def _unescaped(place: str) -> str:
    for escape, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(escape, sign)
    return place
