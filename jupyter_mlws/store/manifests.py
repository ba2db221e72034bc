"""What a manifest may say: its paths are made into files later, so they are checked here."""

from collections.abc import Iterable

from jupyter_mlws.errors import Invalid, TooLarge
from jupyter_mlws.records.snapshot import Entry

MOST_ENTRIES = 100_000
FIELD = "manifest.entries"


def checked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries in the order of their paths.

    Raises
    ------
    Invalid
        A path leads out of the tree, is there twice, or lies below a file or a link; a file has
        no digest, or a link no target. Names it.
    TooLarge
        There are more than 100,000.
    """
    ordered = tuple(sorted(entries, key=lambda entry: entry.path))
    if len(ordered) > MOST_ENTRIES:
        raise TooLarge(f"A snapshot holds at most {MOST_ENTRIES:,} files; leave data out of it.")
    taken: set[str] = set()
    for entry in ordered:
        _check(entry)
        if entry.path in taken:
            raise Invalid(f"The path {entry.path!r} is there twice.", FIELD)
        taken.add(entry.path)
    for entry in ordered:
        parent = entry.path.rpartition("/")[0]
        while parent:
            if parent in taken:
                raise Invalid(f"{entry.path!r} lies below {parent!r}, which is no folder.", FIELD)
            parent = parent.rpartition("/")[0]
    return ordered


def _check(entry: Entry) -> None:
    path = entry.path
    try:
        parts = path.encode().split(b"/")
    except UnicodeEncodeError:
        raise Invalid(f"The path {path!r} is not UTF-8.", FIELD) from None
    bad = any(part in (b"", b".", b"..") or len(part) > 255 for part in parts)
    if bad or "\0" in path or len(path) > 4000:
        raise Invalid(f"The path {path[:300]!r} is not one inside the snapshot.", FIELD)
    if entry.kind == "file" and (entry.digest is None or entry.target is not None):
        raise Invalid(f"The file {path!r} needs a digest, and no target.", FIELD)
    if entry.kind == "link" and (not entry.target or "\0" in entry.target or entry.digest):
        raise Invalid(f"The link {path!r} needs a target, and no digest.", FIELD)
    if entry.size_bytes < 0 or (entry.kind == "link" and entry.size_bytes):
        raise Invalid(f"The size of {path!r} is wrong.", FIELD)
