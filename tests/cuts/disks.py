"""Disks that a power cut may leave, made of a recording.

What was synced is there. Of what was not, each write is there, or not, or in some of its sectors;
each name in a folder is there, or not. Nothing else is taken for granted: not the order of writes,
and not that a file's name is on disk because its bytes are.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.cuts.recording import (
    Ack,
    Put,
    Recording,
    Remove,
    Size,
    Sync,
    Write,
    change,
    enter,
    tree,
)

SECTOR = 512
KEPT = {"nothing": (0.0, 0.0), "all": (1.0, 0.0), "some": (0.5, 0.2), "order": (0.5, 0.2)}
Deaf = Callable[[str], bool]


class Disk(NamedTuple):
    """What was there after the cut, and what had been acknowledged before it."""

    at: int  # operations before the cut
    kept: str  # of what was not synced; "order": names in the order of their coming, as a journal
    acks: "list[str]"
    files: "dict[str, bytes | bytearray | None]"  # None: a folder

    def lay(self, root: Path) -> None:
        """Make it. What was in `root` goes."""
        shutil.rmtree(root, ignore_errors=True)
        os.mkdir(root)
        for path, content in self.files.items():
            if content is None:
                os.mkdir(f"{root}/{path}")
            else:
                with open(f"{root}/{path}", "wb") as file:
                    file.write(content)


def disks(recording: Recording, n: int, seed: int, deaf: "Deaf | None" = None) -> "Iterator[Disk]":
    """Cut the power `n` times: after each acknowledgement with nothing kept, and anywhere.

    Parameters
    ----------
    deaf
        Syncs of these paths do nothing: what then is not lost, nobody looks for.
    """
    rng = Random(seed)
    cuts = [(i + 1, "nothing") for i, op in enumerate(recording.ops) if isinstance(op, Ack)]
    while len(cuts) < n:
        cuts.append((rng.randrange(len(recording.ops) + 1), rng.choice(list(KEPT))))
    platter, done = Platter(recording.folders, deaf), 0
    for at, kept in sorted(cuts):
        platter.turn(recording.ops[done:at])
        done = at
        yield Disk(at, kept, list(platter.acks), platter.cut(kept, rng))


class Platter:
    """What is on disk for good, and what only may be, while operations go by."""

    def __init__(self, folders: "set[int]", deaf: "Deaf | None") -> None:
        self.acks: list[str] = []
        self._deaf = deaf or (lambda path: False)
        self._n = 0
        self._entries: dict[int, dict[str, int]] = {folder: {} for folder in folders}
        self._held: dict[int, bytearray] = {}
        self._writes: dict[int, list[tuple[int, Write | Size]]] = {}  # of each file, numbered
        self._names: list[tuple[int, Put | Remove]] = []

    def turn(self, ops: "Iterable") -> None:
        for op in ops:
            if isinstance(op, Ack):
                self.acks.append(op.said)
            elif isinstance(op, Sync):
                if not self._deaf(op.path):
                    self._sync(op.node, op.begun)
            elif isinstance(op, Put | Remove):
                self._names.append((self._n, op))
            else:
                self._writes.setdefault(op.file, []).append((self._n, op))
            self._n += 1

    def cut(self, kept: str, rng: Random) -> "dict[str, bytes | bytearray | None]":
        """A disk as it may be now; valid until operations go on."""
        whole, torn = KEPT[kept]
        entries = {folder: dict(names) for folder, names in self._entries.items()}
        upto = rng.randrange(len(self._names) + 1)
        for i, (_, op) in enumerate(self._names):
            if i < upto if kept == "order" else rng.random() < whole:
                enter(entries.get, op)

        def held(file: int) -> bytearray:
            found = self._held.get(file, bytearray())
            if waiting := self._writes.get(file):
                found = bytearray(found)
                for _, op in waiting:
                    chance = rng.random()
                    if chance < whole:
                        change(found, op)
                    elif chance < whole + torn and isinstance(op, Write):
                        change(found, _torn(op, rng))
            return found

        return tree(entries.get, held)

    def _sync(self, node: int, begun: int) -> None:
        for n, op in self._writes.pop(node, ()):
            if n < begun:
                change(self._held.setdefault(node, bytearray()), op)
            else:
                self._writes.setdefault(node, []).append((n, op))
        names, self._names = self._names, []
        for n, op in names:
            if n < begun and node in _folders(op):
                enter(self._entries.get, op)
            else:
                self._names.append((n, op))


def _folders(op: "Put | Remove") -> "tuple[int, ...]":
    source = op.source if isinstance(op, Put) else None
    return (op.folder, source[0]) if source else (op.folder,)


def _torn(op: Write, rng: Random) -> Write:
    """Some neighbouring sectors of a write, at least none and at most all."""
    end = op.offset + len(op.content)
    edges = [op.offset, *range((op.offset // SECTOR + 1) * SECTOR, end, SECTOR), end]
    first, last = sorted((rng.choice(edges), rng.choice(edges)))
    return Write(op.file, first, op.content[first - op.offset : last - op.offset])
