"""Reading and writing a run's files, with what the interpreter has in C.

`json` is written in Python: every run would pay for it before its command starts.
"""

import _thread
import os
import stat
import time
from _json import encode_basestring_ascii, make_encoder, make_scanner

HANDS = 16


class _Plain:
    """How `json` reads where nothing else is asked of it."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


_scan = make_scanner(_Plain)  # type: ignore[arg-type]
_chunks = make_encoder(
    None,
    None,  # type: ignore[arg-type]
    encode_basestring_ascii,
    None,
    ": ",
    ", ",
    False,
    False,
    True,
)


def load(path: str) -> dict:
    """The JSON object in a file. Raises OSError, or ValueError where it is none, or torn."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    try:
        return parsed(text)
    except ValueError:
        raise ValueError(f"{path} is not a JSON object") from None


def parsed(text: str) -> dict:
    """A JSON object. Raises ValueError where it is none, or torn."""
    try:
        value, end = _scan(text, 0)
    except (StopIteration, SystemError):  # the latter where `json.decoder` is not loaded
        raise ValueError("it is not JSON") from None
    if not isinstance(value, dict) or text[end:].strip():
        raise ValueError("it is not a JSON object")
    return value


def dump(value: object) -> bytes:
    """JSON on one line, in ASCII."""
    return "".join(_chunks(value, 0)).encode()


def write_whole(path: str, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader, or a power cut if `durable`, sees all of it or none.

    Room that was made by `reserve` is used first. Raises OSError, and leaves what was there.
    """
    scratch = write_beside(path, content)
    if durable:
        sync(scratch)
    os.replace(scratch, path)
    if durable:
        sync(os.path.dirname(path))


def write_beside(path: str, content: bytes) -> str:
    """What shall become `path`, under the name that is returned. Raises OSError."""
    scratch = _scratch(path)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        _write_all(descriptor, content)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
    return scratch


def reserve(path: str, size_bytes: int) -> None:
    """Make room now for a `write_whole` that a full disk must not stop. Raises OSError."""
    descriptor = os.open(_scratch(path), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        _write_all(descriptor, b" " * size_bytes)
    finally:
        os.close(descriptor)


def sync(path: str) -> None:
    """Make a file's bytes, or a folder's names, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(paths: "list[str]") -> None:
    """As `sync`, side by side: a disk takes many in little more time than one."""
    if len(paths) == 1:  # a thread would only cost
        return sync(paths[0])
    wrong: list[OSError] = []
    under_way = []

    def work(path: str, done: "_thread.LockType") -> None:
        try:
            sync(path)
        except OSError as error:
            wrong.append(error)
        finally:
            done.release()

    for path in paths:
        done = _thread.allocate_lock()
        done.acquire()
        try:
            _thread.start_new_thread(work, (path, done))
        except RuntimeError:  # there may be no more of them
            work(path, done)
        under_way.append(done)
    for done in under_way:
        done.acquire()
    if wrong:
        raise wrong[0]


def sync_below(root: str, *names: str) -> None:
    """Make what lies in these folders of `root` outlast a power cut, as far as it can be read."""
    found = []
    for name in names:
        for folder, folders, others in os.walk(os.path.join(root, name)):
            if folders or others:
                found.append(folder)
                found += [path for other in others if _plain(path := os.path.join(folder, other))]
    if found:
        found.append(root)
    for first in range(0, len(found), HANDS):
        try:
            sync_all(found[first : first + HANDS])
        except OSError:
            pass  # gone since, or not ours to read: so it is for whoever collects it


def _plain(path: str) -> bool:
    """Whether it is a file, and no link or pipe."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def append(path: str, content: bytes) -> None:
    """One write at the end of a file, which need not exist."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def new_writer() -> str:
    """The name of a writer of events: no two processes, or attempts, have the same."""
    return f"{os.getpid()}-{int(time.time() * 1000)}-{os.urandom(4).hex()}"


class Events:
    """The shim's own events file. A record is one write of one line.

    Where the disk is full a record is left out: the run matters more than its beat.
    """

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, new_writer() + ".jsonl")
        self._torn = False
        self.full = False  # whether a record was left out, ever

    def write(self, kind: str, **facts: object) -> None:
        line = dump({"k": kind, "at": time.time(), **facts}) + b"\n"
        if self._torn:  # the half record of before must not swallow this one
            line = b"\n" + line
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                written = os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError:
            self.full = True
            return
        self._torn = written < len(line) or (self._torn and written == 0)
        self.full = self.full or self._torn


def _scratch(path: str) -> str:
    return f"{path}.{os.getpid()}.new"


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
