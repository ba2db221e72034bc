"""What went through in the last minute: counts and latencies, in arrays that never grow."""

import time
from array import array
from math import log2
from typing import Any

SECONDS = 60
STEPS = 4  # buckets a doubling: a figure is right within 19 %
BUCKETS = 96  # from 0.01 ms to 2.8 minutes


class Traffic:
    """A ring of seconds. `count` is on the way of every request and allocates nothing."""

    def __init__(self) -> None:
        self._second = array("q", [0] * SECONDS)
        self._requests = array("q", [0] * SECONDS)
        self._errors = array("q", [0] * SECONDS)
        self._refused = array("q", [0] * SECONDS)
        self._took = array("q", [0] * SECONDS * BUCKETS)

    def count(self, status: int, took_s: float | None) -> None:
        """A request that was answered; `took_s` is None where no replica worked on it."""
        second = int(time.monotonic())
        slot = second % SECONDS
        if self._second[slot] != second:
            self._clear(slot, second)
        self._requests[slot] += 1
        if status >= 500:
            self._errors[slot] += 1
        elif status == 429:
            self._refused[slot] += 1
        if took_s is None:
            return
        bucket = int(log2(max(took_s * 1e5, 1.0)) * STEPS)
        self._took[slot * BUCKETS + min(bucket, BUCKETS - 1)] += 1

    def record(self) -> dict[str, Any]:
        """As `records.endpoint.Traffic`."""
        now = int(time.monotonic())
        seconds = range(now - SECONDS + 1, now + 1)
        slots = [s % SECONDS if self._second[s % SECONDS] == s else None for s in seconds]
        live = [slot for slot in slots if slot is not None]
        took = [sum(self._took[s * BUCKETS + b] for s in live) for b in range(BUCKETS)]
        return {
            "requests": sum(self._requests[slot] for slot in live),
            "errors": sum(self._errors[slot] for slot in live),
            "refused": sum(self._refused[slot] for slot in live),
            "p50_ms": _quantile(took, 0.5),
            "p95_ms": _quantile(took, 0.95),
            "per_second": [0 if slot is None else self._requests[slot] for slot in slots],
        }

    def _clear(self, slot: int, second: int) -> None:
        self._second[slot] = second
        self._requests[slot] = self._errors[slot] = self._refused[slot] = 0
        self._took[slot * BUCKETS : (slot + 1) * BUCKETS] = array("q", [0] * BUCKETS)


def _quantile(counts: list[int], share: float) -> float | None:
    """In milliseconds: the middle of the bucket in which the share is reached."""
    wanted = sum(counts) * share
    reached = 0
    for bucket, count in enumerate(counts):
        reached += count
        if count and reached >= wanted:
            return round(float(2 ** ((bucket + 0.5) / STEPS)) / 100, 3)
    return None
