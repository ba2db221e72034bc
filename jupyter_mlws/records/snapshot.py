"""A folder as it was, by digest."""

from typing import Literal

from msgspec import Struct

from jupyter_mlws.records.ids import Digest


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file or a link of a snapshot."""

    path: str  # relative, with "/", no ".."; sorted by it
    kind: Literal["file", "link"] = "file"
    digest: Digest | None = None  # of a file's bytes
    size_bytes: int = 0
    executable: bool = False
    target: str | None = None  # of a link, as it was; never followed out of the tree


class Manifest(Struct, frozen=True, kw_only=True):
    """What a snapshot holds. Its id is the SHA-256 of ``encode(entries)``."""

    entries: tuple[Entry, ...]


class Delta(Struct, frozen=True, kw_only=True):
    """How a snapshot differs from another, its base."""

    entries: tuple[Entry, ...] = ()  # what the base has not, or has otherwise
    gone: tuple[str, ...] = ()  # paths that only the base has


class Snapshot(Struct, frozen=True, kw_only=True):
    id: str  # "sha256:…", of the manifest
    n_files: int = 0
    size_bytes: int = 0
    entries: tuple[Entry, ...] = ()  # empty in lists


class Plan(Struct, frozen=True, kw_only=True):
    """The body of ``POST snapshots/plan``."""

    digests: tuple[Digest, ...]


class Missing(Struct, frozen=True, kw_only=True):
    """The answer to ``POST snapshots/plan``."""

    missing: tuple[str, ...]  # digests of what the workspace has not yet


class FileDiff(Struct, frozen=True, kw_only=True):
    path: str
    change: Literal["new", "gone", "changed"]
    added: int = 0  # lines
    removed: int = 0
    diff: str | None = None  # unified; None where a side is no text


class SnapshotDiff(Struct, frozen=True, kw_only=True):
    files: tuple[FileDiff, ...]
