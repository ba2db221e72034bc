"""router.json: all that a router must know of its endpoint. Written by the server, whole."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

LAYOUT = 1  # grows by one at a breaking change; a router refuses what it does not know
FILE = "router.json"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """As `records.endpoint.Limits`, which this room cannot import: it travels alone."""

    concurrency: int = 8
    queue: int = 100
    queue_timeout_s: float = 5.0
    request_timeout_s: float = 60.0
    body_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Config:
    """An endpoint and the revision that it should serve. Paths are absolute."""

    name: str
    port: int
    key_hashes: tuple[str, ...]  # SHA-256, hexadecimal: primary, secondary
    revision: int
    python: str  # the model's interpreter
    model_dir: str
    model: str = ""  # "NAME:VERSION", for people
    code_dir: str | None = None
    script: str | None = None  # relative to `code_dir`
    sample: Any = None  # a request that the model takes; warms new replicas
    n_features: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    instances: int = 1
    limits: Limits = Limits()
    bind: str = "127.0.0.1"
    desired: str = "running"  # kept for the server
    layout: int = LAYOUT

    def same_code(self, other: "Config") -> bool:
        """Would replicas of both be alike?"""
        names = ("revision", "python", "model_dir", "code_dir", "script", "sample", "variables")
        return all(getattr(self, name) == getattr(other, name) for name in names)


def write(endpoint_dir: Path, config: Config) -> None:
    """Put router.json into an endpoint's directory: all of it or nothing, for the owner alone."""
    scratch = endpoint_dir / f"{FILE}.{os.getpid()}.new"
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(json.dumps(asdict(config), indent=1).encode())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(scratch, endpoint_dir / FILE)
    sync(endpoint_dir)  # a power cut does not bring the old one back


def sync(path: "Path | str") -> None:
    """Make a file's bytes, or a folder's names, outlast a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(endpoint_dir: Path) -> Config:
    """Raises OSError, and ValueError where the file is not what this router can follow."""
    found = json.loads((endpoint_dir / FILE).read_bytes())
    if not isinstance(found, dict) or found.get("layout") != LAYOUT:
        raise ValueError(f"{FILE} is not of layout {LAYOUT}; install the program that wrote it.")
    limits = found.pop("limits", {})
    try:
        return Config(
            limits=Limits(**_known(Limits, limits)),
            key_hashes=tuple(found.pop("key_hashes")),
            **_known(Config, found),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{FILE} lacks something: {error}.") from error


def _known(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
