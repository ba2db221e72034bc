"""Endpoints: a name, an address and two keys; behind it deployments."""

from enum import Enum
from typing import Any

from msgspec import Struct

from jupyter_mlws.records.ids import Digest, Name
from jupyter_mlws.records.instant import Instant


class EndpointState(str, Enum):
    """Azure's words (azureml web service states)."""

    TRANSITIONING = "Transitioning"
    HEALTHY = "Healthy"
    UNHEALTHY = "Unhealthy"
    FAILED = "Failed"
    DELETING = "Deleting"


class Limits(Struct, frozen=True, kw_only=True):
    concurrency: int = 8  # in flight a replica
    queue: int = 100  # waiting, in all
    queue_timeout_s: float = 5.0  # then 429 with Retry-After
    request_timeout_s: float = 60.0  # then 504
    body_bytes: int = 16 * 1024 * 1024  # then 413


class Deployment(Struct, frozen=True, kw_only=True):
    """A revision behind an endpoint."""

    endpoint: str
    revision: int
    model: str  # "NAME:VERSION"
    script: str | None = None  # entry script, in `snapshot`
    snapshot: str | None = None
    python: str | None = None
    instances: int = 1
    state: EndpointState
    reason: str | None = None
    created_at: Instant
    created_by: str


class Replica(Struct, frozen=True, kw_only=True):
    n: int
    revision: int
    state: str  # starting, ready, draining, down
    pid: int | None = None
    restarts: int = 0
    in_flight: int = 0
    memory_bytes: int | None = None


class Traffic(Struct, frozen=True, kw_only=True):
    """What the router counted, over its last minute."""

    requests: int = 0
    errors: int = 0  # 5xx
    refused: int = 0  # 429
    p50_ms: float | None = None
    p95_ms: float | None = None
    per_second: tuple[int, ...] = ()  # 60 figures, oldest first


class Endpoint(Struct, frozen=True, kw_only=True):
    name: str
    state: EndpointState
    reason: str | None = None
    target: str
    scoring_uri: str | None
    openapi_uri: str | None
    models: tuple[str, ...]  # "NAME:VERSION"
    instances: int
    revision: int
    run_id: str | None = None  # the router
    script: str | None = None
    sample: Any = None
    n_features: int | None = None  # numbers in a row, where the model says so
    limits: Limits = Limits()
    replicas: tuple[Replica, ...] = ()
    traffic: Traffic | None = None
    deployments: tuple[Deployment, ...] = ()  # newest first; in GET endpoints/{name} only
    created_at: Instant
    created_by: str


class NewEndpoint(Struct, frozen=True, kw_only=True):
    """The body of ``POST endpoints``."""

    name: Name
    model: str  # "NAME:VERSION", or "NAME" for its newest
    script: str | None = None  # path in `snapshot`
    snapshot: Digest | None = None
    target: str = "local"
    python: str | None = None
    variables: dict[str, str] = {}
    instances: int = 1
    limits: Limits = Limits()


class EndpointPatch(Struct, frozen=True, kw_only=True):
    """The body of ``PATCH endpoints/{name}``: what is absent stays."""

    model: str | None = None
    script: str | None = None
    snapshot: Digest | None = None
    plain: bool = False  # from now on without a script
    python: str | None = None
    variables: dict[str, str] | None = None  # in the place of all there are
    instances: int | None = None
    limits: Limits | None = None


class Keys(Struct, frozen=True, kw_only=True):
    primary: str
    secondary: str


class Invocation(Struct, frozen=True, kw_only=True):
    """The body of ``POST endpoints/{name}/invoke``."""

    data: Any


class Answer(Struct, frozen=True, kw_only=True):
    """What the endpoint said to an invocation."""

    status: int
    body: Any  # JSON where it was, else text
    duration_ms: float
    replica: int | None = None
