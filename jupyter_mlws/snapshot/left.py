"""What the ignore rules left behind, and how large it is: what a user may miss is said."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from jupyter_mlws.snapshot.words import listed, size_in_words

USUAL = {".git/", ".mlws/", "__pycache__/", ".ipynb_checkpoints/"}  # nobody misses them
TOLD_BYTES = 1_000_000  # what is smaller stays behind unmentioned
COUNTED_S = 0.05


class Left(NamedTuple):
    """A file or a folder that stayed behind."""

    path: str  # a folder ends with "/"
    size_bytes: int
    more: bool  # there was no time to count it all


def left_behind(root: Path, ignored: Iterable[str], within_s: float) -> tuple[Left, ...]:
    """What was ignored, largest first, counted for at most `within_s`."""
    until = time.monotonic() + within_s
    found = [_measure(root, path, until) for path in ignored]
    return tuple(sorted(found, key=lambda left: (-left.size_bytes, left.path)))


def left_in_words(root: Path, ignored: Iterable[str]) -> str | None:
    """``The ignore rules leave behind data/ (1.2 GB); …``: what is large; None where nothing is."""
    unusual = [path for path in ignored if path not in USUAL]
    if not unusual:
        return None
    left = left_behind(root, unusual, COUNTED_S)
    large = [one for one in left if one.size_bytes >= TOLD_BYTES or one.more]
    if not large:
        return None
    named = [f"{one.path} ({'over ' * one.more}{size_in_words(one.size_bytes)})" for one in large]
    return f"The ignore rules leave behind {listed(named)}; --input NAME=PATH links one in."


def _measure(root: Path, path: str, until: float) -> Left:
    if not path.endswith("/"):
        try:
            return Left(path, (root / path).lstat().st_size, False)
        except OSError:
            return Left(path, 0, False)
    size, folders = 0, [root / path]
    while folders:
        if time.monotonic() > until:
            return Left(path, size, True)
        try:
            with os.scandir(folders.pop()) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        folders.append(Path(item.path))
                    else:
                        size += item.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return Left(path, size, False)
