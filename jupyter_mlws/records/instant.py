"""A moment, as the store and the wire write it."""

import time
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Instant(int):
    """Microseconds since 1970, UTC: an integer in the store, RFC 3339 on the wire."""

    @classmethod
    def now(cls) -> "Instant":
        return cls(time.time_ns() // 1000)

    @classmethod
    def of_unix(cls, seconds: float) -> "Instant":
        return cls(round(seconds * 1_000_000))

    @classmethod
    def parse(cls, text: str) -> "Instant":
        """From RFC 3339. Raises ValueError, also where the offset from UTC is missing."""
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError(f"{text!r} does not say its offset from UTC.")
        return cls((moment - EPOCH) // timedelta(microseconds=1))

    def rfc3339(self) -> str:
        """With three digits and Z: ``2030-01-01T00:00:00.000Z``."""
        moment = EPOCH + timedelta(microseconds=self)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def after(self, seconds: float) -> "Instant":
        return Instant(self + round(seconds * 1_000_000))

    def until(self, later: "Instant") -> float:
        """Seconds from this moment to a later one."""
        return (later - self) / 1_000_000
