"""Compute targets, as they are listed."""

from typing import Any

from msgspec import Struct

from jupyter_mlws.records.instant import Instant


class Gpu(Struct, frozen=True, kw_only=True):
    name: str
    memory_bytes: int
    memory_used_bytes: int
    percent: float


class Machine(Struct, frozen=True, kw_only=True):
    """How a machine fares now. None where it cannot be told."""

    host: str | None = None
    cpus: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    memory_used_bytes: int | None = None
    disk_bytes: int | None = None
    disk_free_bytes: int | None = None
    gpus: tuple[Gpu, ...] = ()


class NewTarget(Struct, frozen=True, kw_only=True):
    """The body of ``PUT targets/{name}``: the whole configuration."""

    kind: str | None = None  # None: as it is; a new one is "local"
    config: dict[str, Any] = {}  # of a local one: slots, python, grace_s


class TargetInfo(Struct, frozen=True, kw_only=True):
    name: str
    kind: str  # "local", "docker" …
    default: bool = False
    slots: int
    running: int
    waiting: int
    machine: Machine | None = None
    problem: str | None = None  # one sentence, where it cannot be used now
    checked_at: Instant | None = None
    config: dict[str, Any] = {}
