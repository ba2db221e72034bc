"""How sizes and lists of paths are said in sentences about a folder."""

from collections.abc import Iterable

MOST = 10


def size_in_words(size: int) -> str:
    """``1.2 GB``."""
    amount, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    whole = amount >= 10 or units[0] == "bytes"
    return f"{amount:.0f} {units[0]}" if whole else f"{amount:.1f} {units[0]}"


def listed(paths: Iterable[str]) -> str:
    """The first ten, and how many more there are."""
    shown = list(paths)
    more = f" and {len(shown) - MOST} more" if len(shown) > MOST else ""
    return ", ".join(shown[:MOST]) + more
