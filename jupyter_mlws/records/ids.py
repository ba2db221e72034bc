"""Identifiers of runs: lower-case ULIDs, which anyone may mint and which sort by age."""

import os
from typing import Annotated

from msgspec import Meta

from jupyter_mlws.records.instant import Instant

RunId = Annotated[str, Meta(pattern="^[0-9a-z]{26}$")]
Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u


def new_id(at: Instant) -> str:
    """48 bits of milliseconds, 80 of chance, in 26 characters."""
    number = (at // 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(DIGITS[number >> shift & 31] for shift in range(125, -1, -5))
