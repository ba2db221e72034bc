"""A file as it was at one moment: its digest, and its bytes."""

import os
import time
from hashlib import sha256
from typing import NamedTuple

from jupyter_mlws.errors import Incomplete
from jupyter_mlws.records.packing import CHUNK_BYTES, LARGE_BYTES
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.inside import Inside, opened
from jupyter_mlws.snapshot.walk import seen_as

TRIES = 5
SETTLE_NS = 20_000_000  # a write that has just begun may go on, and its time says no more


class Read(NamedTuple):
    """What was read."""

    entry: Entry
    status: os.stat_result
    content: bytes | None  # None: it is large


class Replaced(Exception):
    """A file has become a link since the walk."""


def read(inside: Inside, path: str, *, patient: bool = True) -> Read:
    """Read a file whose stat is the same before and after.

    (A single write that goes on for longer than `SETTLE_NS` cannot be told from the outside.)

    Parameters
    ----------
    patient
        Wait for a file that was written to just now; else it is Incomplete.

    Raises
    ------
    Incomplete
        It changes while it is read, again and again.
    Replaced
        It is a link by now.
    OSError
        It cannot be read.
    """
    for _ in range(TRIES if patient else 1):
        try:
            handle = inside.open(path)
        except OSError:
            if inside.link_target(path) is not None:
                raise Replaced from None
            raise
        with opened(handle) as file:
            before = os.fstat(handle)
            if (young := SETTLE_NS - (time.time_ns() - before.st_mtime_ns)) in range(SETTLE_NS):
                if not patient:
                    break
                time.sleep(young / 1e9)
                if seen_as(before, "") != seen_as(os.fstat(handle), ""):
                    continue
            small = before.st_size <= LARGE_BYTES
            held: list[bytes] = []
            found, left = sha256(), before.st_size
            while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
                found.update(chunk)
                left -= len(chunk)
                if small:
                    held.append(chunk)
            after = os.fstat(handle)
        if left == 0 and seen_as(before, "") == seen_as(after, ""):
            entry = Entry(
                path=path,
                digest="sha256:" + found.hexdigest(),
                size_bytes=before.st_size,
                executable=before.st_mode & 0o100 != 0,
            )
            return Read(entry, before, b"".join(held) if small else None)
    raise Incomplete("it changes while it is read")
