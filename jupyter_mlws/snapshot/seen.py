"""What earlier walks saw: digests by the files' stat, ignore decisions by the rules' digest.

One file a tree, in ``$XDG_CACHE_HOME/mlws/trees``. It may be lost or spoilt at any time; then
everything is read again.
"""

import os
import threading
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import msgspec
from msgspec import Struct

from jupyter_mlws.records.snapshot import Entry

LAYOUT = 1
RECALLED, MOST_FILES = 4, 200_000  # trees and files whose memory a process holds decoded
RACY_NS = 2_000_000_000  # a file changed so shortly ago may change again within one tick

Stat = tuple[int, int, int, int, int]  # mtime, ctime, size, inode, mode
Look = tuple[list[str], list[Stat]]  # names, and what each of them is

Times = tuple[int, int, int]  # mtime, ctime, inode


class Seen(Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when it had this digest."""

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    digest: str


class Folder(Struct, array_like=True, dict=True):
    """What was seen in a folder. Walks share `files`: replace it, never write into it."""

    rules: bytes = b""  # key of the rules under which `files` were kept and the others decided
    files: dict[str, Seen] = {}
    decided: dict[str, int] = {}  # name → 4 · kind + verdict, of what is not in `files`

    @property
    def entries(self) -> dict[str, Entry] | None:
        """The entries of `files` by path, where this process has made them; not in the file."""
        return self.__dict__.get("entries")

    @entries.setter
    def entries(self, made: dict[str, Entry]) -> None:
        self.__dict__["entries"] = made

    @property
    def look(self) -> Look | None:
        """How `files` were listed last by this process, all as they were; not in the file."""
        return self.__dict__.get("look")

    @look.setter
    def look(self, look: Look) -> None:
        self.__dict__["look"] = look

    @property
    def times(self) -> Times | None:
        """The folder's own, where it held nothing else, and these tell that it does not now."""
        return self.__dict__.get("times")

    @times.setter
    def times(self, times: Times | None) -> None:
        self.__dict__["times"] = times


class Memory(Struct, array_like=True):
    layout: int = LAYOUT
    folders: dict[str, Folder] = {}


class _Recalled(NamedTuple):
    """A file's memory, decoded, while it is this file: they are replaced, never written to."""

    file: tuple[int, int, int]
    memory: Memory


_recalled: dict[Path, _Recalled] = {}  # the one that was written longest ago goes first
_lock = threading.Lock()


def recall(path: Path) -> Memory:
    """What was seen of a tree; nothing, where that is not known. Nobody may change it."""
    try:
        file = _file(path)
        known = _recalled.get(path)
        if known is not None and known.file == file:
            return known.memory
        body = path.read_bytes()
        memory = msgspec.msgpack.decode(body[4:], type=Memory)
    except (OSError, msgspec.MsgspecError):
        return Memory()
    sound = body[:4] == zlib.crc32(body[4:]).to_bytes(4, "big") and memory.layout == LAYOUT
    if not sound:
        return Memory()
    _hold(path, file, memory)
    return memory


def remember(path: Path, memory: Memory) -> None:
    """Keep it for the next walk."""
    body = msgspec.msgpack.encode(memory)
    keep(path, zlib.crc32(body).to_bytes(4, "big") + body)
    with suppress(OSError):
        _hold(path, _file(path), memory)


def keep(path: Path, body: bytes) -> None:
    """Write a file, whole or not at all. That there is no room for it is no reason to fail."""
    draft = path.with_name(f"{path.name}.{token_hex(8)}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            draft.write_bytes(body)
            draft.replace(path)
        except OSError:
            draft.unlink()


def _hold(path: Path, file: tuple[int, int, int], memory: Memory) -> None:
    with _lock:
        _recalled.pop(path, None)
        _recalled[path] = _Recalled(file, memory)
        while len(_recalled) > RECALLED or sum(map(_size, _recalled.values())) > MOST_FILES:
            del _recalled[next(iter(_recalled))]


def _size(held: _Recalled) -> int:
    return sum([len(folder.files) for folder in held.memory.folders.values()])


def _file(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def place(root: Path, folder: Path | None) -> Path:
    """The file for one tree."""
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base, "mlws", "trees")
    return folder / sha256(os.fsencode(root.resolve())).hexdigest()[:32]
