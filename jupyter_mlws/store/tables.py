"""The tables, and nothing else. A change here comes with a migration.

Times are microseconds since 1970, UTC. A metric's NaN is NULL.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy import UniqueConstraint as Unique

metadata = MetaData()
ID = String(26)
Json = JSON(none_as_null=True)


def _born() -> tuple[Column[int], Column[str]]:
    return (
        Column("created_at", BigInteger, nullable=False),
        Column("created_by", String, nullable=False),
    )


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String))

changes = Table(
    "changes",
    metadata,
    Column("rev", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,  # a revision is never used again
)

targets = Table(
    "targets",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("config", Json, nullable=False),
    Column("checked", Json),
    *_born(),
)

experiments = Table(
    "experiments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("archived_at", BigInteger),
    Column("next_number", Integer, nullable=False),
    *_born(),
)

runs = Table(
    "runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("experiment_id", ForeignKey("experiments.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("parent_id", ForeignKey("runs.id"), index=True),
    Column("kind", String, nullable=False),
    Column("name", String),
    Column("description", String),
    Column("state", String, nullable=False, index=True),
    Column("reason_code", String),
    Column("reason", String),
    Column("state_since", BigInteger, nullable=False),
    Column("deadline_at", BigInteger),
    Column("not_responding_since", BigInteger),
    Column("target", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("spec", Json, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("snapshot", String),
    Column("environment", String),
    Column("git", Json),
    Column("source", Json),
    Column("attempt", Integer, nullable=False),
    Column("exit_code", Integer),
    Column("signal", Integer),
    Column("cancel_requested_at", BigInteger),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("archived_at", BigInteger),
    Column("lease", String),  # who may move it now
    Column("leased_until", BigInteger),
    Column("epoch", Integer, nullable=False, default=0),
    Column("progress", Json),  # of a running script or notebook: records.run.Progress
    Column("machine", Json),  # where it ran, as its shim said
    Column("document", Text),  # the list's row, ready to send
    *_born(),
    Unique("experiment_id", "number"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("handle", Json, nullable=False),
    Column("command", Json, nullable=False),  # the words, as they are executed
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("exit", Json),
)

moves = Table(
    "moves",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("from", String),
    Column("to", String, nullable=False),
    Column("code", String),
    Column("sentence", String),
    Column("deadline_at", BigInteger),
)

cursors = Table(
    "cursors",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("file", String, primary_key=True),
    Column("offset", BigInteger, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
    Index("tags_by_value", "key", "value"),
)

properties = Table(
    "properties",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("digest", String, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)

metrics = Table(
    "metrics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("n", Integer, nullable=False),
    Column("last", Float),
    Column("min", Float),
    Column("max", Float),
    Column("last_step", BigInteger),
    Column("last_at", BigInteger),
    Unique("run_id", "name"),
    Index("metrics_by_last", "name", "last"),
)

points = Table(
    "points",
    metadata,
    Column("metric_id", ForeignKey("metrics.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("value", Float),
    sqlite_with_rowid=False,
)

items = Table(  # what is no number: texts, rows, tables, images
    "items",
    metadata,
    Column("metric_id", ForeignKey("metrics.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("body", Json, nullable=False),
)

environments = Table(
    "environments",
    metadata,
    Column("digest", String, primary_key=True),
    Column("record", Json, nullable=False),
    *_born(),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", String, primary_key=True),
    Column("n_files", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("manifest", LargeBinary, nullable=False),  # JSON, zstd
    *_born(),
)

blobs = Table(
    "blobs",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("pack", String),  # None: a single file under large/
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("encoding", String, nullable=False),  # "plain" or "zstd"
    Column("at", BigInteger, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_version", Integer, nullable=False),
    *_born(),
)

model_versions = Table(
    "model_versions",
    metadata,
    Column("name", ForeignKey("models.name"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("run_id", String, index=True),
    Column("path", String, nullable=False),
    Column("manifest", Json, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("framework", String),
    Column("framework_version", String),
    Column("description", String),
    Column("tags", Json, nullable=False),
    Column("properties", Json, nullable=False),
    Column("sample", Json),
    Column("metrics", Json, nullable=False),  # the run's last values, when it was registered
    Column("deleted_at", BigInteger),
    *_born(),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("reason", String),
    Column("desired", String, nullable=False),  # "up" or "gone"
    Column("target", String, nullable=False),
    Column("port", Integer),
    Column("key_hashes", Json, nullable=False),
    Column("keys_sealed", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("run_id", String),
    Column("config", Json, nullable=False),  # instances, limits, variables
    *_born(),
)

deployments = Table(
    "deployments",
    metadata,
    Column("endpoint", ForeignKey("endpoints.name"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("model", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("config", Json, nullable=False),  # script, snapshot, python
    Column("state", String, nullable=False),
    Column("reason", String),
    *_born(),
    Index("deployments_by_model", "model", "version"),
)

requests = Table(  # Idempotency-Key
    "requests",
    metadata,
    Column("principal", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
