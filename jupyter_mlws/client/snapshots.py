"""Snapshots, asked for over HTTP."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from jupyter_mlws.client.connection import Connection, segment, segments
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.snapshot import (
    Delta,
    Entry,
    Manifest,
    Missing,
    Plan,
    Snapshot,
    SnapshotDiff,
)

BYTES = "application/octet-stream"


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
        path, body = _change(base, delta, pack)
        return decode(self.connection.ask("POST", path, body, kind=BYTES).body, Snapshot)

    def begin_change(
        self, base: str, delta: Delta, pack: Iterable[bytes] = ()
    ) -> Callable[[], Snapshot]:
        """As `change`; what is returned waits for the answer. See `Connection.begin`."""
        path, body = _change(base, delta, pack)
        answered = self.connection.begin("POST", path, body, kind=BYTES)
        return lambda: decode(answered().body, Snapshot)

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


def _change(base: str, delta: Delta, pack: Iterable[bytes]) -> tuple[str, bytes]:
    body = b"".join([encode(delta), b"\n", *pack])
    return f"snapshots/{segment(base)}/changes", body
