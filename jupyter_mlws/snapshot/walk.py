"""One look at a folder: what is there, by stat alone. Ignored folders are not entered."""

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from msgspec import Struct, field

from jupyter_mlws.errors import Incomplete, TooLarge
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.ignore import NEVER, Rules, Verdict, read_rules
from jupyter_mlws.snapshot.inside import FOLDER
from jupyter_mlws.snapshot.seen import RACY_NS, Folder, Memory, Seen, Stat, Times
from jupyter_mlws.snapshot.steady import steady

MOST_FILES = 100_000
REGULAR = stat.S_IFREG
DEEPEST = 100  # folders in one another, each held open on the way down
KINDS = {
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "named pipe",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_FILE, _FOLDER, _LINK = 0, 4, 8  # of `Folder.decided`


class File(Struct, frozen=True, gc=False):
    """A file that goes along and has to be read."""

    path: str
    size: int


class Found(Struct):
    """What a walk has found. Paths are relative, with "/"."""

    entries: dict[str, Entry] = {}  # of files that are as they were
    files: list[File] = []  # the others, as `on_file` was told
    links: list[str] = []
    ignored: list[str] = []  # folders with "/" at their end; nothing below them
    secret: list[str] = []
    skipped: list[tuple[str, str]] = []  # path, what it is
    unreadable: list[tuple[str, str]] = []  # path, why
    memory: Memory = field(default_factory=Memory)  # of what was seen now
    news: bool = False  # does it say more than the earlier one?


def walk(
    root: Path,
    rules: Rules,
    earlier: Memory,
    without: Iterable[Path] = (),
    *,
    first: Collection[str] = (),
    on_file: Callable[[File], object] = lambda file: None,
) -> Found:
    """Look at a folder and all below it.

    Parameters
    ----------
    earlier
        What an earlier walk has seen: files with the same stat have the same digest.
    without
        Folders that are not entered, whatever they are called: the workspace's state.
    first
        Folders to look into before their neighbours.
    on_file
        Told of each file that has to be read, as soon as it is found.

    Raises
    ------
    TooLarge
        There are more than 100,000 files.
    Incomplete
        Folders lie more than 100 deep, or `root` is no folder.
    """
    found = Found()
    apart = {(s.st_dev, s.st_ino) for path in without if (s := _stat(path)) is not None}
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Incomplete(f"The folder {str(root)!r} cannot be read: {error.strerror}.") from None
    try:
        walk = _Walk(found, earlier, apart, frozenset(first), on_file)
        walk.folder(handle, os.fstat(handle), "", rules, DEEPEST)
    finally:
        os.close(handle)
    found.news |= found.memory.folders.keys() != earlier.folders.keys()
    return found


class _Walk:
    def __init__(
        self,
        found: Found,
        earlier: Memory,
        apart: set[tuple[int, int]],
        first: frozenset[str],
        on_file: Callable[[File], object],
    ) -> None:
        self.found = found
        self.first = first
        self.on_file = on_file
        self.earlier = earlier
        self.apart = apart
        self.trusted = time.time_ns() - RACY_NS  # what changed before does not change unseen

    def folder(
        self, handle: int, status: os.stat_result, path: str, rules: Rules, depth: int
    ) -> None:
        if self._same(handle, status, path, rules):
            return
        with os.scandir(handle) as listing:
            items = list(listing)
        names = {item.name for item in items}
        if "pyvenv.cfg" in names and path:
            self.found.ignored.append(path + "/")
            return
        if (
            rules.nested is not None
            and rules.nested in names
            and (text := read_rules(handle, rules.nested)) is not None
        ):
            rules = rules.enter(path, text)
        before = self.earlier.folders.get(path) or Folder()
        now = self.found.memory.folders[path] = Folder(rules=rules.key, files={}, decided={})
        decided = before.decided if before.rules == rules.key else None
        prefix = path + "/" if path else ""
        below = self._items(items, prefix, rules, before, now, decided)
        if now.files is before.files and len(now.files) == len(items):
            before.times = self._times(status)
        if now.rules != before.rules or now.files.keys() != before.files.keys():
            self.found.news = True
        self._within_reason()
        if below and not depth:
            raise Incomplete(f"{path!r} lies more than {DEEPEST} folders deep.")
        if self.first:
            below.sort(key=lambda name: prefix + name not in self.first)
        for name in below:
            self._below(handle, name, prefix + name, rules, depth - 1)

    def _same(self, handle: int, status: os.stat_result, path: str, rules: Rules) -> bool:
        """Are there just the files of before, as they were? Then they are taken over."""
        before = self.earlier.folders.get(path)
        if (
            before is None
            or before.times is None
            or before.look is None
            or before.entries is None
            or before.times != self._times(status)
            or before.rules != rules.key
        ):
            return False
        names, stats = before.look
        try:
            found = [os.stat(name, dir_fd=handle, follow_symlinks=False) for name in names]
        except FileNotFoundError:
            return False
        if rules.nested in names or _told(found) != stats:
            return False
        self.found.memory.folders[path] = before
        self.found.entries.update(before.entries)
        self._within_reason()
        return True

    def _within_reason(self) -> None:
        if len(self.found.entries) + len(self.found.files) > MOST_FILES:
            raise TooLarge(
                f"There are more than {MOST_FILES:,} files; name what is data in .mlwsignore."
            )

    def _times(self, status: os.stat_result) -> Times | None:
        if max(status.st_mtime_ns, status.st_ctime_ns) < self.trusted and steady(status.st_dev):
            return status.st_mtime_ns, status.st_ctime_ns, status.st_ino
        return None

    def _items(
        self,
        items: list["os.DirEntry[str]"],
        prefix: str,
        rules: Rules,
        before: Folder,
        now: Folder,
        decided: dict[str, int] | None,
    ) -> list[str]:
        """Sort what a folder lists; returns the names of folders to enter."""
        below = []
        seen_files, made = before.files, {}
        if decided is not None and before.entries is not None:
            others = _others(items, before)
            if others is not None:
                items, made, now.files = others, before.entries, seen_files
        now_files = now.files
        for item in items:
            name = item.name
            seen = seen_files.get(name)
            if seen is not None and decided is not None:
                if (status := _lstat(item)) is None:
                    continue
                if _is(seen, status):
                    now_files[name] = seen
                    made[prefix + name] = _entry(prefix + name, seen, status)
                    continue
            if self._other(item, prefix + name, rules, seen, now, decided):
                below.append(name)
        self.found.entries.update(made)
        if len(made) == len(now.files):  # else some were kept under other rules before
            now.entries = made
            if now.files.keys() == seen_files.keys():
                before.entries = made
        return below

    def _other(
        self,
        item: "os.DirEntry[str]",
        path: str,
        rules: Rules,
        seen: Seen | None,
        now: Folder,
        decided: dict[str, int] | None,
    ) -> bool:
        """One thing that is not a file as it was. Is it a folder to enter?"""
        found = self.found
        is_folder = item.is_dir(follow_symlinks=False)
        kind = _FOLDER if is_folder else _LINK if item.is_symlink() else _FILE
        told = decided.get(item.name) if decided is not None else None
        if told is None or told - kind not in (0, 1, 2):
            told = kind + rules.verdict(path, is_folder)
            found.news = True
        now.decided[item.name] = told
        shown = path + "/" if is_folder else path
        if told - kind == Verdict.IGNORED:
            if item.name not in NEVER:
                found.ignored.append(shown)
        elif told - kind == Verdict.SECRET:
            found.secret.append(shown)
        elif not _is_text(path):
            found.unreadable.append((path, "its name is not UTF-8"))
        elif kind == _LINK:
            found.links.append(path)
        elif is_folder:
            return True
        else:
            self._file(item, path, seen, now)
        return False

    def _file(self, item: "os.DirEntry[str]", path: str, seen: Seen | None, now: Folder) -> None:
        if (status := _lstat(item)) is None:
            return
        if not stat.S_ISREG(status.st_mode):
            what = KINDS.get(stat.S_IFMT(status.st_mode), "special file")
            self.found.skipped.append((path, what))
            return
        if seen is not None and _is(seen, status):  # kept under other rules
            now.files[item.name] = seen
            self.found.entries[path] = _entry(path, seen, status)
        else:
            file = File(path, status.st_size)
            self.found.files.append(file)
            self.on_file(file)

    def _below(self, handle: int, name: str, path: str, rules: Rules, depth: int) -> None:
        try:
            below = os.open(name, FOLDER, dir_fd=handle)
        except FileNotFoundError:
            return
        except OSError as error:
            self.found.unreadable.append((path + "/", str(error.strerror)))
            return
        try:
            status = os.fstat(below)
            if (status.st_dev, status.st_ino) not in self.apart:
                self.folder(below, status, path, rules, depth)
        finally:
            os.close(below)


def seen_as(status: os.stat_result, digest: str) -> Seen:
    return Seen(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns, digest)


def _others(items: list["os.DirEntry[str]"], before: Folder) -> list["os.DirEntry[str]"] | None:
    """What is listed beside the files of before; None where these are not all as they were."""
    files = before.files
    mine = [item for item in items if item.name in files]
    if len(mine) != len(files):
        return None
    try:
        found = [item.stat(follow_symlinks=False) for item in mine]
    except FileNotFoundError:
        return None
    names, stats = [item.name for item in mine], _told(found)
    if before.look != (names, stats):
        for name, status in zip(names, found, strict=True):
            if not _is(files[name], status):
                return None
        before.look = names, stats
    return [] if len(mine) == len(items) else [item for item in items if item.name not in files]


def _told(found: list[os.stat_result]) -> list[Stat]:
    return [(s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino, s.st_mode) for s in found]


def _is(seen: Seen, status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and seen == seen_as(status, seen.digest)


def _entry(path: str, seen: Seen, status: os.stat_result) -> Entry:
    executable = status.st_mode & 0o100 != 0
    return Entry(path=path, digest=seen.digest, size_bytes=seen.size, executable=executable)


def _lstat(item: "os.DirEntry[str]") -> os.stat_result | None:
    try:
        return item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
