"""What a run has written, read from where it was left off. Reading twice gives the same."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from jupyter_mlws.targets.base import Handle, Target

CHUNK_BYTES = 1 << 20
LONGEST_LINE_BYTES = 64 << 20
TURN_BYTES = 8 << 20  # of one run at one look: the others want their turn too


class Gathered(NamedTuple):
    """Events, and up to which byte of each file they were read."""

    events: list[dict[str, Any]]
    read: dict[str, int]  # file → offset, those that moved
    unreadable: int  # lines that are no events
    more: bool  # there is more to read at once


def gather(
    target: Target, handle: Handle, known: Mapping[str, int], *, to_the_end: bool = False
) -> Gathered:
    """Read the whole lines that came after `known`.

    Parameters
    ----------
    to_the_end
        The run is over: a last line without its end is unreadable, and passed.

    Raises
    ------
    HandleLost, TargetUnreachable
    """
    events: list[dict[str, Any]] = []
    read: dict[str, int] = {}
    unreadable, budget = 0, TURN_BYTES
    for writer, size in sorted(target.events(handle).items()):
        file = f"events/{writer}.jsonl"
        offset = known.get(file, 0)
        while offset < size and budget > 0:
            lines, length = _lines(target, handle, file, offset)
            if not length and to_the_end:
                lines, length = [], size - offset
                unreadable += 1
            if not length:
                break
            offset += length
            budget -= length
            read[file] = offset
            for line in lines:
                event = _event(line)
                if event is None:
                    unreadable += 1
                else:
                    events.append(event)
    return Gathered(events, read, unreadable, budget <= 0)


def _lines(target: Target, handle: Handle, file: str, offset: int) -> tuple[list[bytes], int]:
    """Whole lines from an offset on, and how many bytes they take."""
    limit = CHUNK_BYTES
    while True:
        chunk = target.read(handle, file, offset, limit)
        end = chunk.rfind(b"\n") + 1
        if end or len(chunk) < limit:
            return chunk[:end].splitlines(), end
        if limit >= LONGEST_LINE_BYTES:
            return [b"too long"], len(chunk)
        limit *= 8


def _event(line: bytes) -> dict[str, Any] | None:
    """None where the line is no event; an empty one, left by a short write, is skipped as {}."""
    if not line.strip():
        return {"k": "nothing"}
    try:
        event = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("k"), str) else None
