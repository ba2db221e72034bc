"""A run, whole: what all tables hold of it, in one record."""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection, bindparam, select

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.run import Attempt, Reason, RunDetail, RunSpec
from jupyter_mlws.store import (
    attempts,
    documents,
    environments,
    files,
    labels,
    models,
    queue,
    tables,
)

T = tables.runs
FACTS = select(T.c.document, T.c.git, T.c.machine).where(T.c.id == bindparam("run"))
CHILDREN = select(T.c.id).where(T.c.parent_id == bindparam("run")).order_by(T.c.number)


def get(tx: Connection, run_id: str) -> RunDetail:
    """By id. The command is as it is executed once the run was prepared, else as it was asked for.

    Raises NotFound.
    """
    row = tx.execute(FACTS, {"run": run_id}).first()
    if row is None:
        raise NotFound(f"There is no run {run_id!r}. List them with: mlws run list.")
    run = documents.read(row.document)
    children = tx.execute(CHILDREN, {"run": run_id})
    tried = attempts.listed(tx, run_id)
    facts: dict[str, Any] = {name: getattr(run, name) for name in structs.asdict(run)}
    if run.reason_code is Reason.WAITING_SLOT and (n := queue.ahead(tx, run)):
        are = "1 run is" if n == 1 else f"{n} runs are"
        facts["reason"] = f"{str(run.reason).rstrip('.')}, {are} ahead."
    return RunDetail(
        **facts,
        command=_command(run.spec, tried),
        arguments=run.spec.arguments,
        properties=labels.of(tx, tables.properties, run_id),
        git=row.git,
        environment_record=environments.find(tx, run.environment),
        machine=row.machine,
        children=tuple(children.scalars()),
        outputs=files.listed(tx, run_id),
        attempts=tried,
        models=models.of_run(tx, run_id),
        log_bytes=max((a.exit.log_bytes for a in tried if a.exit), default=0),
    )


def _command(spec: RunSpec, tried: tuple[Attempt, ...]) -> tuple[str, ...]:
    if tried:
        return tried[-1].command
    words = spec.command or (spec.python or "python3", str(spec.script or spec.notebook))
    return (*words, *spec.arguments)
