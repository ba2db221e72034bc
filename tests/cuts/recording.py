"""What a program did to the files below a folder, and what it acknowledged when."""

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from tests.cuts.calls import Call, beside, content, path_of, record, text

PASSED_OVER = "-shm"  # SQLite makes it anew where nobody holds it


class Write(NamedTuple):
    file: int
    offset: int
    content: bytes


class Size(NamedTuple):
    file: int
    length: int


class Put(NamedTuple):
    """A name in a folder; of a rename, `source` goes in the same moment."""

    folder: int
    name: str
    file: int
    source: "tuple[int, str] | None" = None


class Remove(NamedTuple):
    folder: int
    name: str


class Sync(NamedTuple):
    node: int
    path: str
    begun: int  # covers the operations before this one


class Ack(NamedTuple):
    said: str


class Node:
    """A file or a folder, under whatever names, as it is at the moment."""

    def __init__(self, folder: bool = False) -> None:
        self.entries: dict[str, int] | None = {} if folder else None
        self.content = bytearray()
        self.position = 0  # of the next plain write
        self.appends = False


class Recording:
    """The operations of a module below `root`, a folder that is empty, and on disk, before.

    It acknowledges by a line at a time that it appends to the file named by ``$ACKS``.
    """

    def __init__(self, root: Path, module: str, *words: str, **environment: str) -> None:
        self.root = root
        self.ops: list = []
        self._nodes = [Node(folder=True)]
        self._acks = f"{root}.acks"
        Path(self._acks).touch()
        places = []  # in `ops`, by call
        for call in record(module, str(root), *words, ACKS=self._acks, **environment):
            places.append(len(self.ops))
            if listed := getattr(self, f"_{call.name}", None):
                listed(call._replace(begun=places[call.begun]), *call.words)
        self._compare()

    @property
    def acks(self) -> "list[str]":
        return [op.said for op in self.ops if isinstance(op, Ack)]

    @property
    def folders(self) -> "set[int]":
        """The nodes that are folders."""
        return {i for i, node in enumerate(self._nodes) if node.entries is not None}

    def _compare(self) -> None:
        """What was heard is what happened: no call was missed, or misunderstood."""
        heard = tree(self._nodes_now, self._bytes_now)
        there: dict[str, bytes | None] = {}
        for folder, folders, files in os.walk(self.root):
            for path in (Path(folder, name) for name in (*folders, *files)):
                mode = path.lstat().st_mode
                if stat.S_ISDIR(mode):
                    there[str(path.relative_to(self.root))] = None
                elif stat.S_ISREG(mode) and not path.name.endswith(PASSED_OVER):
                    there[str(path.relative_to(self.root))] = path.read_bytes()
        assert heard.keys() == there.keys(), sorted(heard.keys() ^ there.keys())
        assert heard == there, sorted(path for path in heard if heard[path] != there[path])

    def _nodes_now(self, node: int) -> "dict[str, int] | None":
        return self._nodes[node].entries

    def _bytes_now(self, node: int) -> bytes:
        return bytes(self._nodes[node].content)

    # Calls, by their names

    def _open(self, call: Call, path: str, flags: str, *_: str) -> None:
        self._opened(call.path, flags)

    def _openat(self, call: Call, folder: str, path: str, flags: str, *_: str) -> None:
        self._opened(call.path, flags)

    def _write(self, call: Call, handle: str, written: str, *_: str) -> None:
        if path_of(handle) == self._acks:
            self.ops += [Ack(line) for line in content(written).decode().splitlines()]
        elif (file := self._found(path_of(handle))) is not None:
            self._written(file, content(written)[: call.returned])

    def _pwrite64(self, call: Call, handle: str, written: str, _: str, offset: str) -> None:
        if (file := self._found(path_of(handle))) is not None:
            self._change(Write(file, int(offset), content(written)[: call.returned]))

    def _sendfile(self, call: Call, handle: str, source: str, *_: str) -> None:
        if (file := self._found(path_of(handle))) is None or not call.returned:
            return
        known = self._found(path_of(source))
        whole = Path(path_of(source)).read_bytes() if known is None else self._bytes_now(known)
        at = self._nodes[file].position  # copies go from the beginning to the end of both
        self._written(file, whole[at : at + call.returned])

    def _ftruncate(self, call: Call, handle: str, length: str) -> None:
        if (file := self._found(path_of(handle))) is not None:
            self._change(Size(file, int(length)))

    def _fsync(self, call: Call, handle: str) -> None:
        if (node := self._found(path := path_of(handle))) is not None:
            self.ops.append(Sync(node, os.path.relpath(path, self.root), call.begun))

    _fdatasync = _fsync

    def _mkdir(self, call: Call, path: str, *_: str) -> None:
        self._made(text(path), Node(folder=True))

    def _mkdirat(self, call: Call, folder: str, path: str, *_: str) -> None:
        self._made(beside(folder, path), Node(folder=True))

    def _link(self, call: Call, source: str, path: str) -> None:
        self._linked(text(source), text(path))

    def _linkat(self, call: Call, here: str, source: str, there: str, path: str, *_: str) -> None:
        self._linked(beside(here, source), beside(there, path))

    def _rename(self, call: Call, source: str, path: str) -> None:
        self._renamed(text(source), text(path))

    def _renameat(self, call: Call, here: str, source: str, there: str, path: str, *_: str) -> None:
        self._renamed(beside(here, source), beside(there, path))

    _renameat2 = _renameat

    def _unlink(self, call: Call, path: str) -> None:
        self._removed(text(path))

    _rmdir = _unlink

    def _unlinkat(self, call: Call, folder: str, path: str, *_: str) -> None:
        self._removed(beside(folder, path))

    # What they do

    def _opened(self, path: str, flags: str) -> None:
        if not re.search("O_WRONLY|O_RDWR|O_CREAT", flags):
            return
        if (file := self._found(path)) is None and "O_CREAT" in flags:
            file = self._made(path, Node())
        elif file is not None and "O_TRUNC" in flags:
            self._change(Size(file, 0))
        if file is not None:
            self._nodes[file].position = 0
            self._nodes[file].appends = "O_APPEND" in flags

    def _written(self, file: int, written: bytes) -> None:
        node = self._nodes[file]
        at = len(node.content) if node.appends else node.position
        node.position = at + len(written)
        self._change(Write(file, at, written))

    def _change(self, op: "Write | Size") -> None:
        change(self._nodes[op.file].content, op)
        self.ops.append(op)

    def _made(self, path: str, node: Node) -> "int | None":
        if (place := self._place(path)) is None:
            return None
        self._nodes.append(node)
        self._enter(Put(*place, len(self._nodes) - 1))
        return len(self._nodes) - 1

    def _linked(self, source: str, path: str) -> None:
        if (place := self._place(path)) is not None:
            file = self._found(source)
            assert file is not None, f"{source} is linked in from outside"
            self._enter(Put(*place, file))

    def _renamed(self, source: str, path: str) -> None:
        old, new, file = self._place(source), self._place(path), self._found(source)
        if old or new:
            assert old and new and file is not None, f"{source} or {path} lies outside"
            self._enter(Put(*new, file, old))

    def _removed(self, path: str) -> None:
        if (place := self._place(path)) is not None:
            self._enter(Remove(*place))

    def _enter(self, op: "Put | Remove") -> None:
        enter(self._nodes_now, op)
        self.ops.append(op)

    def _place(self, path: str) -> "tuple[int, str] | None":
        """Folder and name; None where it is outside of the root, or of no matter."""
        assert path.startswith("/"), f"{path!r} is relative, and to what is not recorded"
        folder, _, name = path.rpartition("/")
        node = None if name.endswith(PASSED_OVER) else self._found(folder)
        return None if node is None else (node, name)

    def _found(self, path: str) -> "int | None":
        below = os.path.relpath(path, self.root) if path.startswith("/") else ".."
        if below.startswith(".."):
            return None
        node: int | None = 0
        for name in [] if below == "." else below.split("/"):
            entries = None if node is None else self._nodes_now(node)
            node = None if entries is None else entries.get(name)
        return node


def change(held: bytearray, op: "Write | Size") -> None:
    """Do to a file's bytes what an operation does."""
    end = op.length if isinstance(op, Size) else op.offset
    held.extend(bytes(max(0, end - len(held))))
    if isinstance(op, Size):
        del held[end:]
    else:
        held[end : end + len(op.content)] = op.content


def enter(entries, op: "Put | Remove") -> None:
    """Do to folders what an operation does; `entries` gives a folder's names."""
    if isinstance(op, Put):
        if op.source is not None and entries(op.source[0]).get(op.source[1]) == op.file:
            del entries(op.source[0])[op.source[1]]
        entries(op.folder)[op.name] = op.file
    else:
        entries(op.folder).pop(op.name, None)


def tree(entries, held, node: int = 0, path: str = "") -> "dict[str, bytes | None]":
    """Paths below a folder: bytes of a file, None of a folder."""
    found: dict[str, bytes | None] = {}
    for name, child in entries(node).items():
        whole = f"{path}{name}"
        if entries(child) is None:
            found[whole] = held(child)
        else:
            found[whole] = None
            found |= tree(entries, held, child, whole + "/")
    return found
