"""What a workspace has confirmed of a folder: the next snapshot is sent as what differs from it.

One file a tree, beside what walks have seen: a manifest as it is encoded, whose digest is its
id. It may be lost or spoilt, and a workspace may know nothing of it: then all is sent.
"""

import threading
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.snapshot import Delta, Entry
from jupyter_mlws.snapshot.seen import keep

SUFFIX = ".sent"
HELD = 4  # trees that a process remembers beside their files
FOLLOWS = 32


class Base(Struct, frozen=True):
    """A snapshot that a workspace had."""

    id: str
    entries: dict[str, Entry]  # by path
    digests: frozenset[str]  # of contents that were there: its own, and those of earlier ones
    ahead: int = 0  # in so many entries it differs from the file

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
        """The contents of `entries` that have to be sent: their sizes, by digest."""
        asked = {e.digest: e.size_bytes for e in entries if e.digest is not None}
        return {digest: size for digest, size in asked.items() if digest not in self.digests}

    def after(self, snapshot: str, delta: Delta) -> "Base":
        """The base for the snapshot after it."""
        entries = self.entries | {entry.path: entry for entry in delta.entries}
        for path in delta.gone:
            del entries[path]
        ahead = self.ahead + len(delta.entries) + len(delta.gone)
        return Base(snapshot, entries, self.digests.union(self.fresh(delta.entries)), ahead)


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
    return _hold(place, _new("sha256:" + sha256(body).hexdigest(), entries))


def confirmed(
    place: Path,
    snapshot: str,
    entries: tuple[Entry, ...],
    before: tuple[Base, Delta] | None = None,
) -> None:
    """A workspace has this snapshot.

    Parameters
    ----------
    before
        From what it differs, and how, if that was found. The file follows only after `FOLLOWS`
        entries: a process that reads it sends some contents again, at most.
    """
    base = _new(snapshot, entries) if before is None else before[0].after(snapshot, before[1])
    if before is None or base.ahead >= FOLLOWS:
        base = replace(base, ahead=0)
        keep(place.with_suffix(SUFFIX), encode(entries))
    _hold(place, base)


def _new(snapshot: str, entries: tuple[Entry, ...]) -> Base:
    digests = frozenset([entry.digest for entry in entries if entry.digest is not None])
    return Base(snapshot, {entry.path: entry for entry in entries}, digests)


def _hold(place: Path, base: Base) -> Base:
    with _lock:
        _held.pop(place, None)
        _held[place] = base
        while len(_held) > HELD:
            del _held[next(iter(_held))]
    return base
