"""What a manifest may say: its paths are made into files later, so they are checked here."""

import re
from collections.abc import Iterable

from jupyter_mlws.errors import Invalid, TooLarge
from jupyter_mlws.records.snapshot import Delta, Entry

MOST_ENTRIES = 100_000
FIELD = "manifest.entries"
PART = rb"(?!\.{1,2}(?:/|\Z))[^/\0]{1,255}"
INSIDE = re.compile(rb"%b(?:/%b)*" % (PART, PART), re.DOTALL)


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
    by_path: dict[str, Entry] = {}
    for entry in entries:
        _add(by_path, entry)
    return _ordered(by_path)


def changed(before: Iterable[Entry], delta: Delta) -> tuple[Entry, ...]:
    """The entries of a manifest that has been `checked`, with what a delta says of it.

    Raises
    ------
    Invalid
        A path that is gone was not there. Else as `checked`.
    TooLarge
        As `checked`.
    """
    by_path = {entry.path: entry for entry in before}
    for path in delta.gone:
        if by_path.pop(path, None) is None:
            raise Invalid(f"There is no {path[:300]!r} in the snapshot that could be gone.", "gone")
    said: dict[str, Entry] = {}
    for entry in delta.entries:
        _add(said, entry)
    if not delta.gone and said.keys() <= by_path.keys():  # files with other contents, no others
        return tuple((by_path | said).values())
    return _ordered(by_path | said)


def _add(by_path: dict[str, Entry], entry: Entry) -> None:
    _check(entry)
    if entry.path in by_path:
        raise Invalid(f"The path {entry.path!r} is there twice.", FIELD)
    by_path[entry.path] = entry


def _ordered(by_path: dict[str, Entry]) -> tuple[Entry, ...]:
    """By their paths; none lies below a file or a link."""
    if len(by_path) > MOST_ENTRIES:
        raise TooLarge(f"A snapshot holds at most {MOST_ENTRIES:,} files; leave data out of it.")
    above = {path.rpartition("/")[0] for path in by_path}
    for folder in list(above):
        while (folder := folder.rpartition("/")[0]) and folder not in above:
            above.add(folder)
    if wrong := above & by_path.keys():
        folder = min(wrong)
        path = min(path for path in by_path if path.startswith(folder + "/"))
        raise Invalid(f"{path!r} lies below {folder!r}, which is no folder.", FIELD)
    return tuple([by_path[path] for path in sorted(by_path)])


def _check(entry: Entry) -> None:
    path = entry.path
    try:
        named = path.encode()
    except UnicodeEncodeError:
        raise Invalid(f"The path {path!r} is not UTF-8.", FIELD) from None
    if len(path) > 4000 or INSIDE.fullmatch(named) is None:
        raise Invalid(f"The path {path[:300]!r} is not one inside the snapshot.", FIELD)
    if entry.kind == "file" and (entry.digest is None or entry.target is not None):
        raise Invalid(f"The file {path!r} needs a digest, and no target.", FIELD)
    if entry.kind == "link" and (not entry.target or "\0" in entry.target or entry.digest):
        raise Invalid(f"The link {path!r} needs a target, and no digest.", FIELD)
    if entry.size_bytes < 0 or (entry.kind == "link" and entry.size_bytes):
        raise Invalid(f"The size of {path!r} is wrong.", FIELD)
