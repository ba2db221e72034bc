"""Runs, in the database. Each function does one thing inside the caller's transaction."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import (
    MOVES,
    WITHIN_S,
    Exit,
    Kind,
    Move,
    NewRun,
    Reason,
    Run,
    RunPatch,
    RunSpec,
    RunState,
)
from jupyter_mlws.store import changes, documents, experiments, labels, tables
from jupyter_mlws.store.documents import BY_ID, UPDATE, T

LEASE_S = 30.0
BORN = (
    *("id", "number", "parent_id", "kind", "name", "state", "state_since", "target", "priority"),
    *("spec", "parameters", "snapshot", "environment", "attempt", "started_at"),
    *("created_at", "created_by"),
)
ADD = insert(T)
EXISTS = select(T.c.id).where(T.c.id == bindparam("run"))
STATE = select(T.c.state, T.c.attempt, T.c.started_at).where(T.c.id == bindparam("run"))
MOVE = UPDATE.where(T.c.state == bindparam("was"))
MOVE_LEASED = MOVE.where(
    or_(T.c.lease.is_(None), T.c.lease == bindparam("holder"), T.c.leased_until < bindparam("now"))
)
HISTORY = select(func.count()).where(tables.moves.c.run_id == bindparam("of"))
ADD_MOVE = insert(tables.moves).values(seq=HISTORY.scalar_subquery() + 1)
STAMPS = {  # the columns that say when a state was reached
    RunState.RUNNING: "started_at",
    RunState.CANCEL_REQUESTED: "cancel_requested_at",
    **{state: "ended_at" for state in RunState if state.over},
}


def create(
    tx: Connection,
    new: NewRun,
    *,
    at: Instant,
    by: str,
    kind: Kind | None = None,
    parent_id: str | None = None,
    state: RunState = RunState.QUEUED,
) -> Run:
    """Store a new run. The same again is the run that is there.

    Raises
    ------
    Conflict
        The id belongs to a run with another specification.
    """
    spec, run_id = new.spec, str(new.id)
    if exists(tx, run_id):
        return _same(get(tx, run_id), spec)
    experiment_id, number = experiments.count(tx, spec.experiment, at=at, by=by)
    run = Run(
        id=run_id,
        experiment=spec.experiment,
        number=number,
        parent_id=parent_id,
        kind=kind or ("script" if spec.notebook is None else "notebook"),
        name=spec.name,
        state=state,
        state_since=at,
        target=spec.target,
        priority=spec.priority,
        spec=spec,
        parameters=spec.parameters,
        tags=spec.tags,
        snapshot=spec.snapshot,
        environment=spec.environment,
        started_at=at if state is RunState.RUNNING else None,
        created_at=at,
        created_by=by,
    )
    facts = codec.columns(run)
    row = {name: facts[name] for name in BORN}
    more = {"experiment_id": experiment_id, "git": new.git, "source": facts["spec"]["source"]}
    tx.execute(ADD, {**row, **more, "document": documents.text(run)})
    labels.set_tags(tx, run_id, spec.tags)
    if new.git:
        labels.add_properties(tx, run_id, new.git)
    _history(tx, run_id, [None, state], at)
    changes.add(tx, "run", run_id, at=at)
    return run


def get(tx: Connection, run_id: str) -> Run:
    """By its whole id. Raises NotFound."""
    row = tx.execute(BY_ID, {"run": run_id}).first()
    if row is None:
        raise NotFound(f"There is no run {run_id!r}. List them with: mlws run list.")
    return documents.record(tx, row)


def resolve(tx: Connection, ref: str) -> str:
    """The id that is meant by an id, a unique beginning of one, a label or ``latest``.

    Raises
    ------
    NotFound
        Nothing is meant by it.
    Invalid
        More than one run is.
    """
    if ref == "latest":
        newest = select(T.c.id).where(T.c.parent_id.is_(None), T.c.kind != "service")
        found = tx.execute(newest.order_by(T.c.id.desc()).limit(1)).scalar()
        if found is None:
            raise NotFound("There is no run yet. Submit one with: mlws run submit train.py.")
        return str(found)
    if len(ref) == 26 and exists(tx, ref):
        return ref
    experiment, dash, number = ref.rpartition("-")
    e = tables.experiments
    if dash and number.isdecimal() and len(number) < 10:
        labelled = select(T.c.id).join(e).where(e.c.name == experiment, T.c.number == int(number))
        if found := tx.execute(labelled).scalar():
            return str(found)
    if len(ref) >= 4 and ref.isalnum():
        near = tx.execute(select(T.c.id).where(T.c.id.startswith(ref)).limit(2)).scalars().all()
        if len(near) == 2:
            raise Invalid(f"More than one run begins with {ref!r}; give more of its id.", "run")
        if near:
            return str(near[0])
    raise NotFound(f"There is no run {ref!r}. List them with: mlws run list.")


def move(
    tx: Connection,
    run_id: str,
    *path: RunState,
    at: Instant,
    lease: str | None = None,
    code: Reason | None = None,
    sentence: str | None = None,
    exit: Exit | None = None,
) -> Run:
    """Move a run to another state, if it may go there from where it is.

    Back to Queued is a new attempt. A state's deadline (`WITHIN_S`) counts from `at`.

    Parameters
    ----------
    path
        The states to go through at this moment; it stays in the last one.
    lease
        The token of the caller's lease, which is taken where nobody has it and
        renewed. Without one the move is a user's, and no lease is asked for.
    code, sentence
        Why it stays there, for programs and for people.
    exit
        How the attempt ended, where that is known.

    Raises
    ------
    NotFound
        No such run.
    Conflict
        The run cannot go that way from its state, or `lease` is no longer the
        one that holds it. Nothing was written.
    """
    row = tx.execute(STATE, {"run": run_id}).first()
    if row is None:
        raise NotFound(f"There is no run {run_id!r}. List them with: mlws run list.")
    source, to = RunState(row.state), path[-1]
    way = [source, *path]
    allowed = all(after in MOVES[before] for before, after in pairwise(way))
    values: dict[str, Any] = {
        "state": to.value,
        "state_since": at,
        "reason_code": code,
        "reason": sentence,
        "deadline_at": at.after(WITHIN_S[to]) if to in WITHIN_S else None,
        "attempt": row.attempt + (to is RunState.QUEUED),
        **{STAMPS[state]: at for state in path if state in STAMPS},
    }
    if RunState.RUNNING in path and row.started_at is not None:
        values["started_at"] = row.started_at  # the run's own word, which came first
    if to is RunState.QUEUED:
        values["started_at"] = None
    if exit is not None:
        values |= {"exit_code": exit.code, "signal": exit.signal}
    if lease is not None:
        values |= {"lease": lease, "leased_until": at.after(LEASE_S)}
    if to.over:
        values |= {"not_responding_since": None, "lease": None, "leased_until": None}
    guard: dict[str, Any] = {"run": run_id, "was": source.value}
    if lease is not None:
        guard |= {"holder": lease, "now": at}
    guarded = MOVE if lease is None else MOVE_LEASED
    if not allowed or not tx.execute(guarded, {**guard, **values}).rowcount:
        raise Conflict(f"Run {run_id} is {source.value}; it cannot become {to.value} now.")
    _history(tx, run_id, way, at, code, sentence)
    return changed(tx, run_id, at=at)


def explain(
    tx: Connection, run_id: str, code: Reason | None, sentence: str | None, *, at: Instant
) -> None:
    """Say what an open run waits for, without moving it. Written only where it is news."""
    news = or_(T.c.reason_code.is_distinct_from(code), T.c.reason.is_distinct_from(sentence))
    told = update(T).where(T.c.id == run_id, news).values(reason_code=code, reason=sentence)
    if tx.execute(told).rowcount:
        changed(tx, run_id, at=at)


def out_of_contact(tx: Connection, run_id: str, since: Instant | None, *, at: Instant) -> None:
    """Lay the NotResponding overlay over a run, or lift it (None)."""
    news = T.c.not_responding_since.is_distinct_from(since)
    told = update(T).where(T.c.id == run_id, news).values(not_responding_since=since)
    if tx.execute(told).rowcount:
        changed(tx, run_id, at=at)


def patch(tx: Connection, run_id: str, change: RunPatch, *, at: Instant) -> Run:
    """Change a run's words. Raises NotFound."""
    get(tx, run_id)
    values: dict[str, Any] = {}
    if change.name is not None:
        values["name"] = change.name or None
    if change.description is not None:
        values["description"] = change.description or None
    if change.archived is not None:
        values["archived_at"] = at if change.archived else None
    if values:
        tx.execute(UPDATE, {"run": run_id, **values})
    if change.tags:
        labels.set_tags(tx, run_id, change.tags)
    return changed(tx, run_id, at=at)


def changed(tx: Connection, run_id: str, *, at: Instant) -> Run:
    """Leave the traces of any change: in the list, in the changes."""
    run = documents.refresh(tx, run_id)
    changes.add(tx, "run", run_id, at=at)
    return run


def moves(tx: Connection, run_id: str) -> tuple[Move, ...]:
    """Every change of state, oldest first."""
    t = tables.moves
    rows = tx.execute(select(t).where(t.c.run_id == run_id).order_by(t.c.seq))
    return tuple(codec.convert(_words(row), Move) for row in rows)


def _words(row: Row[Any]) -> dict[str, Any]:
    """A row by its columns' names, some of which are more than a str to SQLAlchemy."""
    return {str(name): value for name, value in row._mapping.items()}


def _same(run: Run, spec: RunSpec) -> Run:
    if run.spec != spec:
        raise Conflict(f"Run {run.id} is there already, with another specification.", "id")
    return run


def _history(
    tx: Connection,
    run_id: str,
    way: Sequence[RunState | None],
    at: Instant,
    code: Reason | None = None,
    sentence: str | None = None,
) -> None:
    """Add a line to a run's history for each step of a way; the last one says why."""
    rows = [
        {
            "of": run_id,
            "run_id": run_id,
            "at": at,
            "from": None if source is None else source.value,
            "to": to.value,
            "deadline_at": at.after(WITHIN_S[to]) if to in WITHIN_S else None,
            "code": code if to is way[-1] else None,
            "sentence": sentence if to is way[-1] else None,
        }
        for source, to in pairwise(way)
        if to is not None
    ]
    tx.execute(ADD_MOVE, rows)


def parent(tx: Connection, run_id: str) -> str | None:
    """None where there is none, or no such run."""
    return tx.execute(select(T.c.parent_id).where(T.c.id == run_id)).scalar()


def state(tx: Connection, run_id: str) -> RunState:
    """Raises NotFound."""
    found = tx.execute(STATE, {"run": run_id}).scalar()
    if found is None:
        raise NotFound(f"There is no run {run_id!r}. List them with: mlws run list.")
    return RunState(found)


def introduce(
    tx: Connection, run_id: str, name: str | None, parent_id: str, *, at: Instant
) -> None:
    """Note a child's name and parent, which its process says after its first values."""
    told = update(T).where(T.c.id == run_id)
    tx.execute(told.values(name=func.coalesce(name, T.c.name), parent_id=parent_id))
    changed(tx, run_id, at=at)


def exists(tx: Connection, run_id: str) -> bool:
    return tx.execute(EXISTS, {"run": run_id}).first() is not None
