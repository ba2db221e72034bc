"""The workspace itself, as the front end and `mlws workspace show` see it."""

from typing import Any

from msgspec import Struct


class WorkspaceInfo(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    root: str
    version: str  # of the program that owns it
    owner: str  # "jupyterlab" or "serve"
    pid: int
    default_target: str
    n_runs: int
    n_active: int
    rev: int
    store_bytes: int
    runs_bytes: int
    blobs_bytes: int
    disk_free_bytes: int


class Pruned(Struct, frozen=True, kw_only=True):
    """The answer to ``POST prune``."""

    runs: tuple[str, ...]  # ids
    bytes: int
    dry_run: bool


class PruneOrder(Struct, frozen=True, kw_only=True):
    older_than_s: float
    dry_run: bool = True


class Health(Struct, frozen=True, kw_only=True):
    status: str  # "ok"
    version: str
    workspace: str | None = None  # id
    detail: dict[str, Any] = {}
