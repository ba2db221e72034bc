"""A run: one command, on one snapshot, on one target."""

from enum import Enum
from typing import Any, Literal

from msgspec import Struct

from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.ids import Digest, Name, RunId
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.number import Number

Parameters = dict[str, bool | int | float | str]  # flat: they are sorted and searched by


class RunState(str, Enum):
    """Azure's words. Reserved: NotStarted, Provisioning, Unapproved, Pausing, Paused."""

    QUEUED = "Queued"
    PREPARING = "Preparing"
    STARTING = "Starting"
    RUNNING = "Running"
    CANCEL_REQUESTED = "CancelRequested"
    FINALIZING = "Finalizing"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def over(self) -> bool:
        return not MOVES[self]


S = RunState
MOVES: dict[RunState, frozenset[RunState]] = {  # back to QUEUED is a new attempt
    S.QUEUED: frozenset({S.PREPARING, S.CANCELED, S.FAILED}),
    S.PREPARING: frozenset({S.STARTING, S.CANCEL_REQUESTED, S.FAILED, S.QUEUED}),
    S.STARTING: frozenset({S.RUNNING, S.FINALIZING, S.CANCEL_REQUESTED, S.FAILED, S.QUEUED}),
    S.RUNNING: frozenset({S.FINALIZING, S.CANCEL_REQUESTED, S.FAILED, S.QUEUED}),
    S.CANCEL_REQUESTED: frozenset({S.FINALIZING, S.CANCELED, S.FAILED}),
    S.FINALIZING: frozenset({S.COMPLETED, S.FAILED, S.CANCELED, S.QUEUED}),
    S.COMPLETED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELED: frozenset(),
}
WITHIN_S: dict[RunState, float] = {  # no other state has a deadline
    S.PREPARING: 600.0,
    S.STARTING: 60.0,
    S.CANCEL_REQUESTED: 15.0,
    S.FINALIZING: 1800.0,
}


class Reason(str, Enum):
    """Why a run waits, or how it ended. `Run.reason` says the same in a sentence."""

    WAITING_SLOT = "waiting_slot"
    DISK_LOW = "disk_low"
    ENV_CREATE = "env_create"
    TARGET_UNREACHABLE = "target_unreachable"
    USER_CANCEL = "user_cancel"
    TIMEOUT = "timeout"
    EXIT_NONZERO = "exit_nonzero"
    KILLED = "killed"
    OOM = "oom"
    LOST = "lost"
    LAUNCH_REJECTED = "launch_rejected"
    INVALID_RECORD = "invalid_record"


Kind = Literal["script", "notebook", "service", "external"]


class Resources(Struct, frozen=True, kw_only=True):
    cpus: float | None = None
    gpus: int = 0
    memory_bytes: int | None = None


class Source(Struct, frozen=True, kw_only=True):
    """Where a run was asked for."""

    notebook: str | None = None  # path, relative to the workspace where it lies inside
    cell_id: str | None = None
    user: str | None = None
    host: str | None = None
    stale: bool = False  # the notebook had unsaved changes that the snapshot lacks


class RunSpec(Struct, frozen=True, kw_only=True):
    """What the user asked for. Never changes once stored.

    Raises
    ------
    ValueError
        Not exactly one of `command`, `script` and `notebook` is given, or the
        command is empty.
    """

    command: tuple[str, ...] | None = None
    script: str | None = None  # path in the snapshot
    notebook: str | None = None  # path in the snapshot
    arguments: tuple[str, ...] = ()
    parameters: Parameters = {}
    target: str = "local"
    experiment: Name = "default"
    snapshot: Digest | None = None
    python: str | None = None  # absolute path of the interpreter
    environment: str | None = None
    variables: dict[str, str] = {}
    secrets: tuple[str, ...] = ()  # variables whose values are kept nowhere: `NewRun.secrets`
    inputs: dict[str, str] = {}  # name → absolute path, linked into the working directory
    source: Source = Source()
    resources: Resources = Resources()
    max_duration_s: float | None = None
    retries: int = 0
    priority: int = 0
    name: str | None = None
    tags: dict[str, str] = {}
    ignored: tuple[str, ...] = ()  # paths that the ignore rules left out of the snapshot

    def __post_init__(self) -> None:
        if [self.command, self.script, self.notebook].count(None) != 2:
            raise ValueError("Give one of command, script and notebook")
        if self.command == ():
            raise ValueError("A command needs at least one word")


class NewRun(Struct, frozen=True, kw_only=True):
    """The body of ``POST runs``. The id is the key by which it may be sent twice."""

    spec: RunSpec
    id: RunId | None = None
    git: dict[str, str] | None = None  # Azure's property names; see snapshot/facts.py
    secrets: dict[str, str] = {}  # values of `spec.secrets`: held in memory until it is over


class Progress(Struct, frozen=True, kw_only=True):
    done: int
    total: int
    unit: str = "step"  # "cell", "epoch" …


class Curve(Struct, frozen=True, kw_only=True):
    """The shape of a run's key metric, for a list."""

    name: str
    last: Number
    points: tuple[Number, ...]  # at most 48, evenly taken


class Run(Struct, frozen=True, kw_only=True):
    """What became of it: the row of a list. A new value replaces the old one at every change."""

    id: str
    experiment: str
    number: int  # counts in its experiment; "digits-7" is the run's label
    parent_id: str | None = None
    kind: Kind
    name: str | None = None
    description: str | None = None
    state: RunState
    reason_code: Reason | None = None
    reason: str | None = None  # one sentence
    state_since: Instant
    deadline_at: Instant | None = None  # of this state
    not_responding_since: Instant | None = None
    target: str
    priority: int
    spec: RunSpec
    parameters: Parameters  # submitted and logged; submitted wins
    tags: dict[str, str] = {}
    metrics: dict[str, Any] = {}  # name → last value
    curve: Curve | None = None
    progress: Progress | None = None
    snapshot: str | None = None
    environment: str | None = None  # digest of its record
    attempt: int = 1
    exit_code: int | None = None
    signal: int | None = None
    cancel_requested_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    archived_at: Instant | None = None
    created_at: Instant
    created_by: str

    @property
    def label(self) -> str:
        return f"{self.experiment}-{self.number}"


class Exit(Struct, frozen=True, kw_only=True):
    """How an attempt ended: its exit.json. The times are the target's own."""

    code: int | None  # None where a signal ended it
    signal: int | None
    oom: bool
    ended_by: Literal["command", "cancel", "timeout", "shim"]
    at: float  # unix seconds
    max_rss_bytes: int
    log_bytes: int
    events: dict[str, int]  # bytes by writer


class Attempt(Struct, frozen=True, kw_only=True):
    """One try of a run on its target."""

    run_id: str
    n: int
    handle: dict[str, Any]  # how its target finds it; settled before it starts
    command: tuple[str, ...] = ()  # the words, as they are executed
    started_at: Instant | None = None
    ended_at: Instant | None = None
    exit: Exit | None = None


class Move(Struct, frozen=True, kw_only=True, rename={"source": "from"}):
    """One change of state, and why."""

    seq: int
    at: Instant
    source: RunState | None = None  # "from" on the wire; None at the beginning
    to: RunState
    code: Reason | None = None
    sentence: str | None = None
    deadline_at: Instant | None = None


class RunDetail(Run, frozen=True, kw_only=True):
    """A run, whole: everything it was, in one document."""

    command: tuple[str, ...]  # as it is executed
    arguments: tuple[str, ...]
    properties: dict[str, str]
    git: dict[str, str] | None
    environment_record: dict[str, Any] | None  # packages of the interpreter; records/environment.py
    machine: dict[str, Any] | None  # host, cpus, memory, gpus of where it ran
    children: tuple[str, ...]
    outputs: tuple[FileEntry, ...]
    attempts: tuple[Attempt, ...]
    models: tuple[str, ...]  # "NAME:VERSION" registered from it
    log_bytes: int


class RunPatch(Struct, frozen=True, kw_only=True):
    """The body of ``PATCH runs/{id}``; what is absent stays. A tag set to null goes."""

    name: str | None = None
    description: str | None = None
    tags: dict[str, str | None] | None = None
    archived: bool | None = None


class RunAgain(Struct, frozen=True, kw_only=True):
    """The body of ``POST runs/{id}/again``: same snapshot; what is absent stays as it was."""

    id: RunId | None = None
    arguments: tuple[str, ...] | None = None
    parameters: Parameters | None = None
    target: str | None = None
    name: str | None = None
    secrets: dict[str, str] = {}  # the values again: nobody has kept them
