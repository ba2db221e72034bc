"""A file that a run left, or a model holds."""

from msgspec import Struct

from jupyter_mlws.records.instant import Instant


class FileEntry(Struct, frozen=True, kw_only=True):
    path: str  # relative, with "/": "outputs/model.pkl"
    size_bytes: int
    digest: str | None = None  # "sha256:…"; None while the run still writes it
    at: Instant | None = None
