"""What a workspace has confirmed of a folder: the next snapshot is sent as what differs from it.

One file a tree, beside what walks have seen: a manifest as it is encoded, whose digest is its
id. It may be lost or spoilt, and a workspace may know nothing of it: then all is sent.
"""

import threading
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records.codec import decode, encode
from jupyter_mlws.records.snapshot import Delta, Entry
from jupyter_mlws.snapshot.seen import keep
from jupyter_mlws.snapshot.taken import Taken

SUFFIX = ".sent"
HELD = 4  # trees that a process remembers beside their files
FOLLOWS = 32
FEW = 8


class Base(Struct, frozen=True):
    """A snapshot that a workspace had."""

    id: str
    entries: dict[str, Entry]  # by path
    digests: frozenset[str]  # of contents that were there: its own, and those of earlier ones
    ahead: int = 0  # in so many entries it differs from the file
    changed: tuple[str, ...] = ()  # paths in which it differs from the one before, if few

    @property
    def folders(self) -> frozenset[str]:
        """Where something changed last, and what is above it."""
        found: set[str] = set()
        for path in self.changed:
            while path := path.rpartition("/")[0]:
                found.add(path)
        return frozenset(found)

    def delta(self, entries: Mapping[str, Entry]) -> Delta:
        """What `entries`, by path, have otherwise."""
        before = self.entries
        other = [
            entry
            for path, entry in entries.items()
            if (known := before.get(path)) is not entry and known != entry
        ]
        other.sort(key=lambda entry: entry.path)
        kept = len(entries) - sum(entry.path not in before for entry in other)
        gone = sorted(before.keys() - entries.keys()) if kept < len(before) else ()
        return Delta(entries=tuple(other), gone=tuple(gone))

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
        digests = self.digests.union(self.fresh(delta.entries))
        changed = tuple([entry.path for entry in delta.entries[:FEW]])
        return Base(snapshot, entries, digests, ahead, changed or self.changed)


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


def confirmed(taken: Taken, snapshot: str, before: tuple[Base, Delta] | None = None) -> None:
    """A workspace has what was taken as this snapshot.

    Parameters
    ----------
    before
        From what it differs, and how, if that was found. The file follows only after `FOLLOWS`
        entries: a process that reads it sends some contents again, at most.
    """
    base = before[0].after(snapshot, before[1]) if before else _new(snapshot, taken.entries)
    if before is None or base.ahead >= FOLLOWS:
        base = replace(base, ahead=0)
        keep(taken.memory.with_suffix(SUFFIX), encode(taken.entries))
    _hold(taken.memory, base)


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
