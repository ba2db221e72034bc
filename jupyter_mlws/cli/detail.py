"""``mlws run show``: everything a run was, for reading."""

from collections.abc import Iterable

from jupyter_mlws.cli.output import facts, line
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Attempt, Exit, RunDetail
from jupyter_mlws.sdk import words as said

BRANCH, COMMIT = "azureml.git.branch", "mlflow.source.git.commit"
DIRTY = "azureml.git.dirty"


def show(run: RunDetail) -> None:
    """Print it: one line, its facts, and what there may be many of in sections."""
    line(said.line(run, Instant.now()))
    facts(_facts(run))
    _section("parameters", ((k, said.value(v)) for k, v in run.parameters.items()))
    _section("tags", run.tags.items())
    _section("metrics", ((k, said.value(v)) for k, v in said.logged(run).items()))
    _section("outputs", ((file.path, said.size(file.size_bytes)) for file in run.outputs))
    if len(run.attempts) > 1:
        _section("attempts", ((str(tried.n), _attempt(tried)) for tried in run.attempts))


def _facts(run: RunDetail) -> list[tuple[str, str | None]]:
    machine = run.machine or {}
    peak = max((tried.exit.max_rss_bytes for tried in run.attempts if tried.exit), default=0)
    return [
        ("id", run.id),
        ("experiment", run.experiment),
        ("description", run.description),
        ("target", run.target),
        ("host", machine.get("host")),
        ("command", " ".join(run.command) or None),
        ("notebook", run.spec.source.notebook),
        ("inputs", _pairs(run.spec.inputs)),
        ("python", run.spec.python),
        ("git", _git(run.git or {})),
        ("snapshot", run.snapshot),
        ("created", f"{run.created_at.rfc3339()} by {run.created_by}"),
        ("started", None if run.started_at is None else run.started_at.rfc3339()),
        ("ended", None if run.ended_at is None else run.ended_at.rfc3339()),
        ("archived", None if run.archived_at is None else run.archived_at.rfc3339()),
        ("attempt", said.attempt(run)),
        ("exit code", None if run.exit_code is None else str(run.exit_code)),
        ("signal", None if run.signal is None else str(run.signal)),
        ("memory", f"{said.size(peak)} at most" if peak else None),
        ("log", said.size(run.log_bytes) if run.log_bytes else None),
        ("parent", run.parent_id),
        ("children", str(len(run.children)) if run.children else None),
        ("models", ", ".join(run.models) or None),
    ]


def _git(git: dict[str, str]) -> str | None:
    known = [git[key][:12] if key == COMMIT else git[key] for key in (BRANCH, COMMIT) if key in git]
    if git.get(DIRTY) == "True":
        known.append("with uncommitted changes")
    return " ".join(known) or None


def _attempt(tried: Attempt) -> str:
    how = "under way" if tried.exit is None and tried.ended_at is None else _end(tried.exit)
    if tried.started_at is None or tried.ended_at is None:
        return how
    return f"{how}, {said.duration(tried.started_at.until(tried.ended_at))}"


def _end(how: Exit | None) -> str:
    if how is None:
        return "gone without an exit record"
    if how.oom:
        return "killed for memory"
    return f"exit code {how.code}" if how.signal is None else f"signal {how.signal}"


def _pairs(pairs: dict[str, str]) -> str | None:
    return ", ".join(f"{name}={text}" for name, text in pairs.items()) or None


def _section(name: str, rows: Iterable[tuple[str, str]]) -> None:
    given = list(rows)
    if given:
        line(name)
        facts(given, indent="  ")
