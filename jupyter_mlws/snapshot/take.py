"""A folder as it is now, by digest: `take`."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from heapq import nlargest
from pathlib import Path

from jupyter_mlws.errors import Incomplete, Invalid, TooLarge, Unsupported
from jupyter_mlws.records.packing import CHUNK_BYTES, LARGE_BYTES, digest_of
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.ignore import Rules
from jupyter_mlws.snapshot.inside import Inside, opened
from jupyter_mlws.snapshot.seen import RACY_NS, place, recall, remember
from jupyter_mlws.snapshot.taken import Taken
from jupyter_mlws.snapshot.walk import File, Found, seen_as, walk
from jupyter_mlws.snapshot.words import size_in_words

Contents = Callable[[str, bytes], object]
MOST_BYTES = 2_000_000_000
TRIES = 5
SETTLE_NS = 20_000_000  # a write that has just begun may go on, and its time says no more
NAMED = 10  # so many paths are in one sentence


def take(
    root: Path,
    *,
    extra: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
    without: Iterable[Path] = (),
    allow_large: bool = False,
    contents: Contents | None = None,
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
    contents
        Told the digest and the bytes of each content of up to 4 MiB that was read, and of `extra`.

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
    found = walk(root, Rules.of(root), earlier, [*without, remembered.parent])
    _within_reason(found, allow_large)
    entries, news = _entries(root, found, started, contents)
    if news or found.news:
        remember(remembered, found.memory)
    for path, content in (extra or {}).items():
        digest = digest_of(content)
        entries[_inside(path)] = Entry(path=path, digest=digest, size_bytes=len(content))
        if contents is not None and len(content) <= LARGE_BYTES:
            contents(digest, content)
    return Taken(
        root=root,
        entries=tuple([entries[path] for path in sorted(entries)]),
        extra=dict(extra or {}),
        memory=remembered,
        ignored=tuple(sorted(found.ignored)),
        secret=tuple(sorted(found.secret)),
        skipped=tuple(sorted(found.skipped)),
    )


def _entries(
    root: Path, found: Found, started: int, contents: Contents | None
) -> tuple[dict[str, Entry], bool]:
    """An entry for each path, with the digests that were not known; and: is there news to keep?"""
    entries = found.entries
    wrong = list(found.unreadable)
    links, news = list(found.links), False
    with Inside(root) as inside:
        for file in found.files:
            path = file.path
            try:
                entry, status = _read(inside, path, contents)
            except FileNotFoundError:  # gone since the walk
                continue
            except _Replaced:
                links.append(path)
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
        for path in links:
            target = inside.link_target(path)
            if target is not None and not _is_text(target):
                wrong.append((path, "it points at a name that is not UTF-8"))
            elif target is not None:
                entries[path] = Entry(path=path, kind="link", target=target)
    if wrong:
        raise _incomplete(wrong)
    return entries, news


def _read(inside: Inside, path: str, contents: Contents | None) -> tuple[Entry, os.stat_result]:
    """The digest of a file as it was at one moment: its stat is the same before and after.

    (A single write that goes on for longer than `SETTLE_NS` cannot be told from the outside.)
    """
    for _ in range(TRIES):
        try:
            handle = inside.open(path)
        except OSError:
            if inside.link_target(path) is not None:
                raise _Replaced from None
            raise
        with opened(handle) as file:
            before = os.fstat(handle)
            if (young := SETTLE_NS - (time.time_ns() - before.st_mtime_ns)) in range(SETTLE_NS):
                time.sleep(young / 1e9)
                if seen_as(before, "") != seen_as(os.fstat(handle), ""):
                    continue
            small = contents is not None and before.st_size <= LARGE_BYTES
            held: list[bytes] = []
            found, left = sha256(), before.st_size
            while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
                found.update(chunk)
                left -= len(chunk)
                if small:
                    held.append(chunk)
            after = os.fstat(handle)
        if left == 0 and seen_as(before, "") == seen_as(after, ""):
            digest = "sha256:" + found.hexdigest()
            if contents is not None and small:
                contents(digest, b"".join(held))
            entry = Entry(
                path=path,
                digest=digest,
                size_bytes=before.st_size,
                executable=before.st_mode & 0o100 != 0,
            )
            return entry, before
    raise Incomplete("it changes while it is read")


class _Replaced(Exception):
    """A file has become a link since the walk."""


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
