"""A folder as it is now, by digest: `take`."""

import sys
import time
from collections.abc import Collection, Iterable, Mapping
from heapq import nlargest
from pathlib import Path
from typing import Protocol

from jupyter_mlws.errors import Incomplete, Invalid, TooLarge, Unsupported
from jupyter_mlws.records.packing import LARGE_BYTES, digest_of
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.ignore import Rules
from jupyter_mlws.snapshot.inside import Inside
from jupyter_mlws.snapshot.reading import Read, Replaced, read
from jupyter_mlws.snapshot.seen import RACY_NS, place, recall, remember
from jupyter_mlws.snapshot.taken import Taken
from jupyter_mlws.snapshot.walk import File, Found, seen_as, walk
from jupyter_mlws.snapshot.words import size_in_words

MOST_BYTES = 2_000_000_000
NAMED = 10  # so many paths are in one sentence


class Ahead(Protocol):
    """Somebody who makes use of a file before all others are known."""

    @property
    def folders(self) -> Collection[str]:
        """Look into these first: something is likely to have changed there."""

    def told(self, entry: Entry, content: bytes) -> bool:
        """A file of up to 4 MiB that had to be read. Is it enough?"""


def take(
    root: Path,
    *,
    extra: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
    without: Iterable[Path] = (),
    allow_large: bool = False,
    ahead: Ahead | None = None,
) -> Taken:
    """Take a folder as it is now. Nothing is copied; what is unchanged is not read again.

    Parameters
    ----------
    extra
        Files by path that stand in place of the folder's own, or beside them.
    cache
        Folder for what earlier walks saw; None: ``$XDG_CACHE_HOME/mlws/trees``.
    without
        Folders that never go along: the workspace's state, where it is not called `.mlws`.
    allow_large
        Take more than 2 GB.
    ahead
        Told of files that have to be read, while the walk goes on, until it says that it is enough.

    Raises
    ------
    Incomplete
        Files cannot be read, change all the time, or have names that are not UTF-8; names them.
    TooLarge
        More than 2 GB, or more than 100,000 files; names the ten largest.
    Invalid
        A path of `extra` leads out of the folder.
    Unsupported
        On Windows: nothing there opens a file below an open folder.
    """
    if sys.platform == "win32":
        raise Unsupported("A folder cannot be sent from Windows: submit from inside WSL2.")
    if not root.is_dir():
        raise Incomplete(f"There is no folder {str(root)!r}.")
    started = time.time_ns()
    remembered = place(root, cache)
    earlier = recall(remembered)
    early = _Early(root, ahead)
    apart = [*without, remembered.parent]
    first = ahead.folders if ahead is not None else ()
    found = walk(root, Rules.of(root), earlier, apart, first=first, on_file=early.look)
    _within_reason(found, allow_large)
    entries, links, news = _entries(root, found, early.read, started)
    if news or found.news:
        remember(remembered, found.memory)
    for path, content in (extra or {}).items():
        entries[_inside(path)] = extra_entry(path, content)
    return Taken(
        root=root,
        by_path=entries,
        links=tuple(entry for entry in links if entries[entry.path] is entry),
        extra=dict(extra or {}),
        memory=remembered,
        ignored=tuple(sorted(found.ignored)),
        secret=tuple(sorted(found.secret)),
        skipped=tuple(sorted(found.skipped)),
    )


class _Early:
    """Reads what a walk finds at once, as long as somebody wants to hear of it."""

    def __init__(self, root: Path, ahead: Ahead | None) -> None:
        self._root = root
        self._ahead = ahead
        self.read: dict[str, Read] = {}

    def look(self, file: File) -> None:
        if self._ahead is None or file.size > LARGE_BYTES:
            return
        try:
            with Inside(self._root) as inside:
                got = read(inside, file.path, patient=False)
        except (OSError, Incomplete, Replaced):  # said when the walk is over
            return
        self.read[file.path] = got
        if got.content is not None and self._ahead.told(got.entry, got.content):
            self._ahead = None


def _entries(
    root: Path, found: Found, early: Mapping[str, Read], started: int
) -> tuple[dict[str, Entry], list[Entry], bool]:
    """An entry for each path; the links among them; and: is there news to remember?"""
    entries = found.entries
    wrong = list(found.unreadable)
    paths, links, news = list(found.links), [], False
    with Inside(root) as inside:
        for file in found.files:
            path = file.path
            try:
                entry, status, _ = early.get(path) or read(inside, path)
            except FileNotFoundError:  # gone since the walk
                continue
            except Replaced:
                paths.append(path)
                continue
            except (OSError, Incomplete) as error:
                wrong.append((path, getattr(error, "strerror", None) or str(error)))
                continue
            entries[path] = entry
            if status.st_mtime_ns < started - RACY_NS:
                parent, _, name = path.rpartition("/")
                folder = found.memory.folders[parent]
                folder.files = {**folder.files, name: seen_as(status, entry.digest or "")}
                if folder.entries is not None:
                    folder.entries = {**folder.entries, path: entry}
                news = True
        for path in paths:
            target = inside.link_target(path)
            if target is not None and not _is_text(target):
                wrong.append((path, "it points at a name that is not UTF-8"))
            elif target is not None:
                entries[path] = Entry(path=path, kind="link", target=target)
                links.append(entries[path])
    if wrong:
        raise _incomplete(wrong)
    return entries, links, news


def extra_entry(path: str, content: bytes) -> Entry:
    """The entry of a file that is only in the snapshot."""
    return Entry(path=path, digest=digest_of(content), size_bytes=len(content))


def _within_reason(found: Found, allow_large: bool) -> None:
    kept = found.entries.values()
    total = sum([entry.size_bytes for entry in kept]) + sum([file.size for file in found.files])
    if total > MOST_BYTES and not allow_large:
        files = [*found.files, *(File(entry.path, entry.size_bytes) for entry in kept)]
        largest: list[File] = nlargest(NAMED, files, key=lambda file: file.size)
        listed = ", ".join(f"{file.path} ({size_in_words(file.size)})" for file in largest)
        raise TooLarge(
            f"The folder holds {size_in_words(total)}, more than {size_in_words(MOST_BYTES)}; name "
            f"what is data in .mlwsignore and give it as an input, or send it with --large. "
            f"Largest: {listed}."
        )


def _inside(path: str) -> str:
    if not path or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise Invalid(f"{path!r} is not a path inside the folder.", "extra")
    return path


def _is_text(target: str) -> bool:
    try:
        target.encode()
    except UnicodeEncodeError:
        return False
    return True


def _incomplete(wrong: list[tuple[str, str]]) -> Incomplete:
    listed = "; ".join(f"{path!r}: {why}" for path, why in sorted(wrong)[:NAMED])
    more = f"; and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
    return Incomplete(
        f"The folder cannot be taken as it is: {listed}{more}. "
        "Make them readable, or name them in .mlwsignore."
    )
