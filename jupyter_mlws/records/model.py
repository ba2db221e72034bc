"""Registered models and their versions."""

from typing import Any

from msgspec import Struct

from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.ids import Name
from jupyter_mlws.records.instant import Instant


class ModelVersion(Struct, frozen=True, kw_only=True):
    """A version: counted by the store, never used again, never changed but in its words."""

    name: str
    version: int
    run_id: str | None = None
    run: str | None = None  # the run's label
    experiment: str | None = None
    path: str  # what it was registered from: "outputs/model.pkl"
    files: tuple[FileEntry, ...]  # relative to the model's root
    size_bytes: int
    framework: str | None = None
    framework_version: str | None = None
    description: str | None = None
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    sample: Any = None  # an input that the model takes: {"data": [[…]]}
    metrics: dict[str, Any] = {}  # the run's last values when it was registered
    endpoints: tuple[str, ...] = ()  # that use it now
    created_at: Instant
    created_by: str
    deleted_at: Instant | None = None

    @property
    def label(self) -> str:
        return f"{self.name}:{self.version}"


class Model(Struct, frozen=True, kw_only=True):
    """A name, and its newest version that is not deleted."""

    name: str
    n_versions: int
    latest: ModelVersion | None
    endpoints: tuple[str, ...] = ()


class NewVersion(Struct, frozen=True, kw_only=True):
    """The body of ``POST models/{name}/versions``: from a run, or from a manifest of sent blobs."""

    run: str | None = None  # id, label or `latest`
    path: str | None = None  # in the run: "outputs/model.pkl" or a folder
    files: tuple[FileEntry, ...] = ()  # with digests, for a local path; the bytes were sent
    root: str | None = None  # the local path, for the record
    framework: str | None = None
    framework_version: str | None = None
    description: str | None = None
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    sample: Any = None


class VersionPatch(Struct, frozen=True, kw_only=True):
    description: str | None = None
    tags: dict[str, str | None] | None = None
    properties: dict[str, str | None] | None = None
    sample: Any = None


ModelName = Name
