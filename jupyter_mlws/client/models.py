"""Registered models, asked for over HTTP."""

from collections.abc import Iterator
from pathlib import Path

from jupyter_mlws.client.connection import Connection, segment, segments
from jupyter_mlws.client.evidence import save
from jupyter_mlws.records.model import Model, ModelVersion, NewVersion, VersionPatch
from jupyter_mlws.records.page import Page


class ModelCalls:
    """The part of `Client` that speaks of models. `version` is a number, or "latest"."""

    connection: Connection

    def models(self) -> tuple[Model, ...]:
        return tuple(self.connection.every("models", Page[Model]))

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """Newest first; without those that were deleted."""
        where = f"models/{segment(name)}/versions"
        return tuple(self.connection.every(where, Page[ModelVersion]))

    def version(self, name: str, version: int | str) -> ModelVersion:
        return self.connection.get(_at(name, version), ModelVersion)

    def register(self, name: str, new: NewVersion) -> ModelVersion:
        """Make the next version; its number is the store's choice."""
        where = f"models/{segment(name)}/versions"
        return self.connection.write("POST", where, ModelVersion, new)

    def patch_version(self, name: str, version: int | str, patch: VersionPatch) -> ModelVersion:
        return self.connection.write("PATCH", _at(name, version), ModelVersion, patch)

    def delete_version(self, name: str, version: int | str) -> ModelVersion:
        """Its number is never used again. Raises Conflict where an endpoint uses it."""
        return self.connection.write("DELETE", _at(name, version), ModelVersion)

    def content(self, name: str, version: int | str, path: str = "") -> Iterator[bytes]:
        """The bytes of one of its files; without `path`, of a zip archive of them all."""
        where = f"{_at(name, version)}/content"
        return self.connection.stream(f"{where}/{segments(path)}" if path else where)[1]

    def download_version(self, name: str, version: int | str, to: Path) -> tuple[Path, ...]:
        """Write the files of a version below `to`. Returns what was written."""
        files = self.version(name, version).files
        return tuple(
            save(self.content(name, version, entry.path), to, entry.path) for entry in files
        )


def _at(name: str, version: int | str) -> str:
    return f"models/{segment(name)}/versions/{segment(version)}"
