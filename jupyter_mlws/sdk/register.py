"""Registering a model: from a run, or from files here, which are sent without a copy."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Incomplete, Invalid, NotFound
from jupyter_mlws.records import packing
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import ModelVersion, NewVersion

REFERENCE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,127})(:(?P<version>\d+|latest))?")


class Local(Struct, frozen=True, kw_only=True):
    """A model that lies here, by digest. No ignore rules: a model is all of its files."""

    root: Path  # the file itself, or the folder
    places: dict[str, Path]  # path in the model → where it lies
    files: tuple[FileEntry, ...]


def local(path: Path) -> Local:
    """Read a file or a folder that is to be registered.

    Raises
    ------
    NotFound
        There is nothing at `path`, or no file in it.
    Incomplete
        A file, or a folder in it, cannot be read.
    """
    if path.is_file():
        places = {path.name: path}
    elif path.is_dir():
        walked = os.walk(path, onerror=_unreadable)
        found = (Path(at, name) for at, _, names in walked for name in names)
        places = {one.relative_to(path).as_posix(): one for one in found if one.is_file()}
    else:
        raise NotFound(f"There is no file or folder {path} here; --run takes it from a run.")
    if not places:
        raise NotFound(f"The folder {path} holds no file.")
    files = tuple(_entry(name, places[name]) for name in sorted(places))
    return Local(root=path.resolve(), places=places, files=files)


def send(client: Client, name: str, model: Local, new: NewVersion) -> ModelVersion:
    """Register what lies here as the next version of `name`."""
    places = {file.digest: model.places[file.path] for file in model.files if file.digest}
    if missing := client.missing(sorted(places)):
        client.send(_pack({digest: places[digest] for digest in missing}))
    return client.register(name, replace(new, files=model.files, root=str(model.root)))


def versioned(reference: str) -> tuple[str, int | str]:
    """``NAME:VERSION`` in its parts; without a version the newest is meant. Raises Invalid."""
    fits = REFERENCE.fullmatch(reference)
    if fits is None:
        raise Invalid(f"{reference!r} is no model: write NAME:VERSION, as in digits:3.", "model")
    version = fits["version"] or "latest"
    return fits["name"], version if version == "latest" else int(version)


def as_json(text: str, field: str) -> Any:
    """JSON as a user types it. Raises Invalid."""
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Invalid(f"{field} is not JSON: {error}.", field) from error


def as_sample(given: str) -> Any:
    """A request that a model takes: JSON, or the name of a file that holds it.

    Raises
    ------
    Invalid
        It is neither, or the file cannot be read.
    """
    path = Path(given.removeprefix("@")).expanduser()
    try:
        if given.startswith("@") or os.path.isfile(path):
            return as_json(path.read_text(encoding="utf-8"), f"The sample in {path}")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The sample {path} cannot be read: {error}.", "sample") from error
    try:
        return as_json(given, "sample")
    except Invalid as error:
        raise Invalid(f"{error} Nor is there such a file.", "sample") from error


def _unreadable(error: OSError) -> NoReturn:
    raise Incomplete(f"{error.filename} cannot be read: {error.strerror}.") from error


def _entry(name: str, path: Path) -> FileEntry:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(packing.CHUNK_BYTES):
                digest.update(chunk)
            size_bytes = stream.tell()
    except OSError as error:
        raise Incomplete(f"{path} cannot be read: {error.strerror}.") from error
    return FileEntry(path=name, size_bytes=size_bytes, digest=f"sha256:{digest.hexdigest()}")


def _pack(places: dict[str, Path]) -> Iterator[bytes]:
    """Files as one pack, read as they go. They are sent plain: weights hardly shrink."""
    yield packing.MAGIC
    for digest, path in places.items():
        size_bytes = path.stat().st_size
        yield packing.Header(digest, "plain", size_bytes, size_bytes).encode()
        with path.open("rb") as stream:
            left = size_bytes
            while left and (chunk := stream.read(min(left, packing.CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk
        if left:
            raise Incomplete(f"{path} became shorter while it was read; try again.")
    yield packing.end(len(places))
