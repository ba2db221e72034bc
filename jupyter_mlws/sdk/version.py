"""A version of a model, once it is found: what it is, its files, its tags."""

from pathlib import Path

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.model import ModelVersion, VersionPatch


class Version:
    """One version of a registered model, as the workspace answered it. `Model` finds it.

    Parameters
    ----------
    client
        Of the workspace that it is in.
    record
    """

    def __init__(self, client: Client, record: ModelVersion) -> None:
        self._client = client
        self._take(record)

    @property
    def id(self) -> str:
        return self.record.label

    def download(self, target_dir: str | Path = ".", exist_ok: bool = False) -> Path:
        """Write its files below `target_dir`. Path of its only top entry, else `target_dir`.

        Raises
        ------
        Conflict
            One of them is there already, and `exist_ok` is not set.
        """
        to = Path(target_dir)
        there = [file.path for file in self.record.files if (to / file.path).exists()]
        if there and not exist_ok:
            raise Conflict(f"{to / there[0]} is there already: pass exist_ok=True.")
        self._client.download_version(self.name, self.version, to)
        tops = {file.path.partition("/")[0] for file in self.record.files}
        return to / tops.pop() if len(tops) == 1 else to

    def add_tags(self, tags: dict[str, str]) -> None:
        patch = VersionPatch(tags=dict(tags))
        self._take(self._client.patch_version(self.name, self.version, patch))

    def delete(self) -> None:
        """Raises Conflict where an endpoint uses it; names it."""
        self._client.delete_version(self.name, self.version)

    def _take(self, record: ModelVersion) -> None:
        self.record = record
        self.name = record.name
        self.version = record.version
        self.tags = dict(record.tags)
        self.properties = dict(record.properties)
        self.description = record.description
        self.model_framework = record.framework
        self.run_id = record.run_id
        self.created_time = record.created_at.rfc3339()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, version={self.version})"
