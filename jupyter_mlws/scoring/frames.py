"""What router and replica say to each other: frames on a socket. Python 3.8 up."""

from __future__ import annotations

import json
import struct
from typing import Any

HEAD = struct.Struct("!IBI")  # bytes that follow, kind, number of the request
ANSWER = struct.Struct("!HIIH")  # status, rows, microseconds in run(), bytes of headers

SETUP, READY, FAILED, SCORE, ANSWERED, STOP = range(1, 7)


def frame(kind: int, number: int, *parts: bytes) -> bytes:
    return HEAD.pack(sum(map(len, parts)), kind, number) + b"".join(parts)


def document(kind: int, value: Any) -> bytes:
    """A frame that holds JSON."""
    return frame(kind, 0, json.dumps(value).encode())


class Reader:
    """Bytes as they arrive, to whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """Take in some bytes; the frames that are whole now: (kind, number, payload)."""
        buffer = self._buffer
        buffer += data
        found = []
        start = 0
        while len(buffer) - start >= HEAD.size:
            length, kind, number = HEAD.unpack_from(buffer, start)
            end = start + HEAD.size + length
            if len(buffer) < end:
                break
            found.append((kind, number, bytes(memoryview(buffer)[start + HEAD.size : end])))
            start = end
        if start:
            del buffer[:start]
        return found
