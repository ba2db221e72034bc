"""What a workspace has confirmed of a folder: the next snapshot is sent as what differs from it.

One file a tree, beside what walks have seen: the manifest as it was encoded, whose digest is its
id. It may be lost or spoilt, and a workspace may know nothing of it: then all is sent.
"""

import threading
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.snapshot import Delta, Entry
from jupyter_mlws.snapshot.seen import keep

SUFFIX = ".sent"
HELD = 4  # trees that a process remembers beside their files


class Base(Struct, frozen=True):
    """A snapshot that a workspace had."""

    id: str
    entries: dict[str, Entry]  # by path

    def delta(self, entries: tuple[Entry, ...]) -> Delta:
        """What `entries` have otherwise."""
        before = self.entries
        other = tuple([entry for entry in entries if before.get(entry.path) != entry])
        kept = len(entries) - sum(entry.path not in before for entry in other)
        if kept == len(before):
            return Delta(entries=other)
        gone = before.keys() - {entry.path for entry in entries}
        return Delta(entries=other, gone=tuple(sorted(gone)))

    def fresh(self, entries: Iterable[Entry]) -> dict[str, int]:
        """The contents that it has not, by digest, with their sizes."""
        wanted = {entry.digest: entry.size_bytes for entry in entries}
        for entry in self.entries.values() if wanted else ():
            wanted.pop(entry.digest, None)
        return {digest: size for digest, size in wanted.items() if digest is not None}


_held: dict[Path, Base] = {}
_lock = threading.Lock()


def base_of(place: Path) -> Base | None:
    """What is remembered of a tree, whose memory of walks is at `place`."""
    with _lock:
        if place in _held:
            return _held[place]
    try:
        body = place.with_suffix(SUFFIX).read_bytes()
        entries = decode(body, tuple[Entry, ...])
    except (OSError, Malformed, Invalid):
        return None
    return _hold(place, "sha256:" + sha256(body).hexdigest(), entries)


def confirmed(place: Path, snapshot: str, entries: tuple[Entry, ...]) -> None:
    """A workspace has this snapshot."""
    with _lock:
        if place in _held and _held[place].id == snapshot:
            return
    _hold(place, snapshot, entries)
    keep(place.with_suffix(SUFFIX), encode(entries))


def _hold(place: Path, snapshot: str, entries: tuple[Entry, ...]) -> Base:
    base = Base(snapshot, {entry.path: entry for entry in entries})
    with _lock:
        _held.pop(place, None)
        _held[place] = base
        while len(_held) > HELD:
            del _held[next(iter(_held))]
    return base
