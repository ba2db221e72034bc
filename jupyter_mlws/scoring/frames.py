"""What router and replica say to each other: frames on a socket. Python 3.8 up.

A replica answers in the order in which it was asked, so requests need no number.
"""

from __future__ import annotations

import json
import struct
from typing import Any

HEAD = struct.Struct("!IB")  # bytes that follow, kind
ANSWER = struct.Struct("!HIIH")  # status, rows, microseconds in run(), bytes of headers

SETUP, READY, FAILED, SCORE, ANSWERED, STOP = range(1, 7)


def frame(kind: int, *parts: bytes) -> bytes:
    return HEAD.pack(sum(map(len, parts)), kind) + b"".join(parts)


def document(kind: int, value: Any) -> bytes:
    """A frame that holds JSON."""
    return frame(kind, json.dumps(value).encode())


class Reader:
    """Bytes as they arrive, to whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take in some bytes; the frames that are whole now: (kind, payload)."""
        buffer = self._buffer
        buffer += data
        found = []
        start = 0
        while len(buffer) - start >= HEAD.size:
            length, kind = HEAD.unpack_from(buffer, start)
            end = start + HEAD.size + length
            if len(buffer) < end:
                break
            found.append((kind, bytes(memoryview(buffer)[start + HEAD.size : end])))
            start = end
        if start:
            del buffer[:start]
        return found
