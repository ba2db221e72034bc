"""What differs between two snapshots, as text."""

from collections.abc import Callable
from difflib import unified_diff
from typing import Literal

from jupyter_mlws.records.snapshot import Entry, FileDiff, SnapshotDiff

TEXT_BYTES = 512 << 10  # a larger file is compared by digest alone
TEXT_LINES = 10_000
ALL_BYTES = 4 << 20  # of diffs in one answer
NO_END = "\\ No newline at end of file"
Read = Callable[[str], bytes]
Change = Literal["new", "gone", "changed"]


def compare(before: tuple[Entry, ...], after: tuple[Entry, ...], read: Read) -> SnapshotDiff:
    """The files that differ, sorted by path.

    Where a side is no text, or too large (512 kB, 10,000 lines, 4 MB of answer), the change is
    named and has no diff.

    Parameters
    ----------
    read
        Gives the bytes of a digest: ``lambda digest: packs.read(placed[digest])``.
    """
    old, new = ({entry.path: entry for entry in side} for side in (before, after))
    found, left = [], ALL_BYTES
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path):
            continue
        one = _one(path, old.get(path), new.get(path), read if left > 0 else None)
        left -= len(one.diff or "")
        found.append(one)
    return SnapshotDiff(files=tuple(found))


def _one(path: str, old: Entry | None, new: Entry | None, read: Read | None) -> FileDiff:
    change: Change = "new" if old is None else "gone" if new is None else "changed"
    before, after = _lines(old, read), _lines(new, read)
    if before is None or after is None:
        return FileDiff(path=path, change=change)
    lines = list(unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm=""))
    if not lines and old and new and old.executable != new.executable:
        lines = [f"mode changed: {_mode(old)} → {_mode(new)}"]
    return FileDiff(
        path=path,
        change=change,
        added=sum(line[:1] == "+" and line != "+" + NO_END for line in lines[2:]),
        removed=sum(line[:1] == "-" and line != "-" + NO_END for line in lines[2:]),
        diff="\n".join(lines),
    )


def _lines(entry: Entry | None, read: Read | None) -> list[str] | None:
    """A side's lines; none where it is absent, None where it is no text."""
    if entry is None:
        return []
    if entry.kind == "link":
        return [f"link to {entry.target}"]
    if read is None or entry.digest is None or entry.size_bytes > TEXT_BYTES:
        return None
    content = read(entry.digest)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    lines = text.split("\n")
    if "\0" in text or len(lines) > TEXT_LINES:
        return None
    if lines[-1]:
        lines.append(NO_END)
    else:
        lines.pop()
    return lines


def _mode(entry: Entry) -> str:
    return "executable" if entry.executable else "not executable"
