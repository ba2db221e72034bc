"""The endpoint's log: what the router says, what replicas print, a line for each request.

Standard output is the log file (the target sees to that). Lines are gathered for a
moment and written together; a full disk costs log lines, never an answer.
"""

import asyncio
import os
import time
from collections import deque

FLUSH_S = 0.2
KEPT_BYTES = 2 * 1024 * 1024  # twice as much unwritten is dropped, and counted
TAIL_LINES = 20


class Journal:
    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lines: list[bytes] = []
        self._bytes = 0
        self._dropped = 0
        self._due = False
        self._second = 0
        self._date = ""

    def say(self, text: str) -> None:
        """One line, with the time in front."""
        self.put(f"{self._now()} {text}\n".encode(errors="backslashreplace"))

    def put(self, line: bytes) -> None:
        if self._bytes > 2 * KEPT_BYTES:
            self._dropped += 1
            return
        self._lines.append(line)
        self._bytes += len(line)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(FLUSH_S, self.flush)

    @property
    def full(self) -> bool:
        return self._bytes > KEPT_BYTES

    def flush(self) -> None:
        self._due = False
        if self._dropped:
            self._lines.append(f"{self._now()} {self._dropped} lines were dropped\n".encode())
        content = b"".join(self._lines)
        self._lines, self._bytes, self._dropped = [], 0, 0
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError:
            self._dropped += content.count(b"\n")

    def _now(self) -> str:
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            self._date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        return f"{self._date}.{int(now % 1 * 1000):03d}Z"


async def copy_prints(stream: asyncio.StreamReader, journal: Journal, label: str) -> deque[str]:
    """Carry a replica's output into the log until it ends; its last lines."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    rest = b""
    while data := await stream.read(65536):
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > 65536:  # a line without an end
            lines.append(rest)
            rest = b""
        for line in lines:
            _carry(line, journal, label, tail)
        if journal.full:  # prints are data: none is dropped
            journal.flush()
    if rest:
        _carry(rest, journal, label, tail)
    return tail


def _carry(line: bytes, journal: Journal, label: str, tail: deque[str]) -> None:
    text = line.decode(errors="backslashreplace").rstrip("\r")
    tail.append(text)
    journal.say(f"{label} | {text}")
