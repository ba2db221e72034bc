"""Snapshots, asked for over HTTP."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jupyter_mlws.client.connection import Connection, segment, segments
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.folder import FolderOrder, FolderTaken
from jupyter_mlws.records.snapshot import (
    Delta,
    Entry,
    Manifest,
    Missing,
    Plan,
    Snapshot,
    SnapshotDiff,
)

TAKE_S = 600.0  # for a folder of gigabytes on a slow disk


class SnapshotCalls:
    """The part of `Client` that speaks of snapshots."""

    connection: Connection

    def missing(self, digests: Sequence[str]) -> tuple[str, ...]:
        """Those of them that the workspace has not."""
        plan = Plan(digests=tuple(digests))
        return self.connection.write("POST", "snapshots/plan", Missing, plan).missing

    def send(self, pack: Iterable[bytes]) -> None:
        """Stream a pack of blobs in. Once this returns they are on the disk.

        Raises OwnerNotRunning where the connection is lost; sending the same again is safe.
        """
        self.connection.send("packs", pack, dict[str, Any])

    def snapshot(self, entries: Sequence[Entry]) -> Snapshot:
        """Make a snapshot. All that `entries` name must have been sent."""
        manifest = Manifest(entries=tuple(entries))
        return self.connection.write("POST", "snapshots", Snapshot, manifest)

    def take(self, order: FolderOrder) -> FolderTaken:
        """Have the owner take a folder that it sees as this process does.

        Raises
        ------
        Conflict
            It does not; nor will it later.
        Incomplete, TooLarge
            As `jupyter_mlws.snapshot.take.take`.
        """
        where = "snapshots/folder"
        return self.connection.write("POST", where, FolderTaken, order, wait_s=TAKE_S)

    def change(self, base: str, delta: Delta, pack: Iterable[bytes] = ()) -> Snapshot:
        """Make a snapshot that differs from another, and send the contents that are new in it.

        Parameters
        ----------
        pack
            As for `send`; it is held in memory.

        Raises
        ------
        NotFound
            The workspace has no snapshot `base`, or no longer.
        Conflict
            A content is neither in `pack` nor in the workspace.
        """
        body = b"".join([encode(delta), b"\n", *pack])
        path = f"snapshots/{segment(base)}/changes"
        answer = self.connection.ask("POST", path, body, kind="application/octet-stream")
        return decode(answer.body, Snapshot)

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """With its entries."""
        return self.connection.get(f"snapshots/{segment(snapshot_id)}", Snapshot)

    def snapshot_file(self, snapshot_id: str, path: str) -> Iterator[bytes]:
        where = f"snapshots/{segment(snapshot_id)}/files/{segments(path)}"
        return self.connection.stream(where)[1]

    def snapshot_zip(self, snapshot_id: str) -> Iterator[bytes]:
        return self.connection.stream(f"snapshots/{segment(snapshot_id)}.zip")[1]

    def snapshot_diff(self, snapshot_id: str, other: str) -> SnapshotDiff:
        """What `other` has that `snapshot_id` has not, and the other way round."""
        where = f"snapshots/{segment(snapshot_id)}/diff/{segment(other)}"
        return self.connection.get(where, SnapshotDiff)
