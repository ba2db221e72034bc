"""What is sent of a folder while the walk through it goes on.

Mostly as many files differ from the last snapshot as did the time before. When so many are found,
they are sent as if they were all, and the owner makes the snapshot while the walk goes on. Where
more is found, what was made is a snapshot that nobody asks for: a prune removes it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records.packing import LARGE_BYTES, MAGIC, end
from jupyter_mlws.records.snapshot import Delta, Entry, Snapshot
from jupyter_mlws.snapshot.base import FEW, Base
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.snapshot.take import extra_entry


class SentAhead:
    """Differences from `base`, sent as soon as they seem to be all.

    Leave the ``with`` before `answer` was called, and what was sent is forgotten.

    Parameters
    ----------
    extra
        Files by path that are only in the snapshot.
    """

    def __init__(self, client: Client, base: Base, extra: Mapping[str, bytes]) -> None:
        self._client = client
        self._base = base
        self._extra = extra
        self._found: dict[str, Entry] = {}
        self._contents: dict[str, bytes] = {}
        self._answer: Callable[[], Snapshot] | None = None
        for path, content in extra.items():
            self._add(extra_entry(path, content), content)
        self._awaited = max(1, len(base.changed), len(self._found))
        many = self._awaited >= FEW or sum(map(len, self._contents.values())) > LARGE_BYTES
        self._over = many or self._is_all()

    def __enter__(self) -> "SentAhead":
        return self

    def __exit__(self, *_: object) -> None:
        if self._answer is not None:
            self._client.connection.close()

    @property
    def folders(self) -> frozenset[str]:
        return self._base.folders

    def told(self, entry: Entry, content: bytes) -> bool:
        if not self._over and entry.path not in self._extra:
            self._add(entry, content)
            self._over = self._is_all()
        return self._over

    def answer(self, delta: Delta) -> str | None:
        """The snapshot's id, where what was sent is just this difference, and came well through."""
        if self._answer is None:
            return None
        answered, self._answer = self._answer, None
        try:
            made = answered().id  # read in any case: the next answer follows it
        except MlwsError:
            self._client.connection.close()
            return None
        return made if delta == self._delta() else None

    def _add(self, entry: Entry, content: bytes) -> None:
        if self._base.entries.get(entry.path) != entry:
            self._found[entry.path] = entry
            if entry.digest is not None and entry.digest not in self._base.digests:
                self._contents[entry.digest] = content

    def _is_all(self) -> bool:
        """Does it seem to be? Then it is sent."""
        if len(self._found) < self._awaited:
            return False
        records = [piece for held in self._contents.items() for piece in record_of(*held)]
        pack = [MAGIC, *records, end(len(self._contents))] if records else []
        with suppress(MlwsError):  # the way after the walk says what is wrong
            self._answer = self._client.begin_change(self._base.id, self._delta(), pack)
        return True

    def _delta(self) -> Delta:
        return Delta(entries=tuple([self._found[path] for path in sorted(self._found)]))
