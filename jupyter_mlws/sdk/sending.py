"""A folder on its way into a workspace. The owner takes it where it can see it; else it is sent."""

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Busy, DiskFull, MlwsError, OwnerNotRunning, Unauthorized
from jupyter_mlws.records.folder import FolderOrder
from jupyter_mlws.sdk.folder import Folder, Sent
from jupyter_mlws.sdk.scripts import left_out
from jupyter_mlws.snapshot.standpoint import inode, standpoint

FINAL = (Busy, DiskFull, OwnerNotRunning, Unauthorized)  # another way leads to the same


def send(client: Client, folder: Folder) -> Sent:
    """Make a snapshot of a folder as it is now.

    Raises
    ------
    NotFound, Incomplete
        The script is not in the folder; or the ignore rules leave it out.
    Incomplete, TooLarge, Invalid, Unsupported
        The folder cannot be taken as it is; see `jupyter_mlws.snapshot.take.take`.
    """
    try:
        taken = _by_the_owner(client, folder) if client.connection.is_near() else None
    except FINAL:
        raise
    except MlwsError:  # it sees another folder there, or has not learnt to look
        taken = None
    if taken is None:
        from jupyter_mlws.sdk.upload import upload  # noqa: PLC0415 - not needed near by

        return upload(client, folder)
    sent, holds = taken
    if not holds:
        held = client.get_snapshot(sent.id).entries
        raise left_out(str(folder.script), folder.root, [entry.path for entry in held])
    return sent


def _by_the_owner(client: Client, folder: Folder) -> tuple[Sent, bool] | None:
    """And whether it holds the script; None where the folder cannot be looked at from here."""
    try:
        order = FolderOrder(
            path=str(folder.root.absolute()),
            inode=inode(folder.root),
            standpoint=standpoint(),
            extra=dict(folder.extra),
            script=folder.script,
            allow_large=folder.allow_large,
        )
    except OSError:
        return None
    taken = client.take(order)
    sent = Sent(id=taken.snapshot.id, ignored=taken.ignored, notices=taken.notices)
    return sent, taken.holds or folder.script is None
