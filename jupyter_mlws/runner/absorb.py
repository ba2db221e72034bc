"""What was gathered from a run, put into the store: its own events, and its children's."""

import logging
import re
from collections.abc import Sequence
from typing import Any

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.run import NewRun, Run, RunSpec, RunState
from jupyter_mlws.runner.collect import Gathered
from jupyter_mlws.store import news, runs
from jupyter_mlws.store.transaction import Transaction

log = logging.getLogger(__name__)
UNREADABLE = "!unreadable"  # the cursor that counts lines instead of bytes
ID = re.compile(r"^[0-9a-z]{26}$")
ENDS = {"Completed": RunState.COMPLETED, "Failed": RunState.FAILED, "Canceled": RunState.CANCELED}


def absorb(backend: Backend, tx: Transaction, run: Run, attempt: int, got: Gathered) -> None:
    """Store what events say, and how far they were read, in one transaction."""
    own = [event for event in got.events if "run" not in event and event["k"] != "child"]
    passed_over = got.unreadable + news.apply(tx, run.id, own)
    passed_over += _children(backend, tx, run, got.events)
    read = dict(got.read)
    if passed_over:
        before = news.offsets(tx, run.id, attempt).get(UNREADABLE, 0)
        read[UNREADABLE] = before + passed_over
        log.warning("%d event lines of run %s cannot be read and were skipped", passed_over, run.id)
    news.advance(tx, run.id, attempt, read)


def end_children(backend: Backend, tx: Transaction, run: Run, to: RunState) -> None:
    """A run that ends takes its open children along."""
    for child in news.open_children(tx, run.id):
        end_children(backend, tx, runs.get(tx, child), to)
        _end(backend, tx, child, to, f"Its parent {run.label} ended.")


def _children(backend: Backend, tx: Transaction, run: Run, events: Sequence[dict[str, Any]]) -> int:
    passed_over = 0
    spoken: dict[str, list[dict[str, Any]]] = {}
    ends: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["k"] == "child":
            child = event.get("id")
            if not isinstance(child, str) or not ID.match(child):
                passed_over += 1
            elif event.get("state") in ENDS:
                ends[child] = event
            elif not _begin(backend, tx, run, child, event):
                passed_over += 1
        elif isinstance(event.get("run"), str):
            spoken.setdefault(event["run"], []).append(event)
    for child, said in spoken.items():
        unknown = bool(ID.match(child)) and not runs.exists(tx, child)
        if unknown:  # another process says its name later: its file is read after this one
            _begin(backend, tx, run, child, {})
        if _ours(tx, run, child):
            passed_over += news.apply(tx, child, said)
            runs.changed(tx, child, at=backend.now())
        else:
            passed_over += len(said)
    for child, event in ends.items():
        if _ours(tx, run, child):
            reason = event.get("reason")
            _end(backend, tx, child, ENDS[event["state"]], None if reason is None else str(reason))
    return passed_over


def _begin(backend: Backend, tx: Transaction, run: Run, child: str, event: dict[str, Any]) -> bool:
    parent = event.get("parent") or run.id
    if parent != run.id and not (isinstance(parent, str) and _ours(tx, run, parent)):
        return False
    said = event.get("name")
    name = None if said is None else str(said)
    if runs.exists(tx, child):
        circle = parent == child or _descends(tx, parent, child)
        if circle or not _ours(tx, run, child):
            return False
        runs.introduce(tx, child, name, parent, at=backend.now())
        return True
    spec = RunSpec(
        command=("child", "of", run.id),
        experiment=run.experiment,
        target=run.target,
        snapshot=run.snapshot,
        name=name,
    )
    runs.create(
        tx,
        NewRun(id=child, spec=spec),
        at=backend.now(),
        by=run.created_by,
        kind="external",
        parent_id=parent,
        state=RunState.RUNNING,
    )
    return True


def _ours(tx: Transaction, run: Run, child: str) -> bool:
    """Whether a run descends from ours: nobody writes into a stranger's."""
    return _descends(tx, child, run.id)


def _descends(tx: Transaction, child: str, ancestor: str) -> bool:
    above = runs.parent(tx, child)
    for _ in range(16):
        if above is None or above == ancestor:
            break
        above = runs.parent(tx, above)
    return above == ancestor


def _end(backend: Backend, tx: Transaction, child: str, to: RunState, sentence: str | None) -> None:
    try:
        runs.move(tx, child, RunState.FINALIZING, at=backend.now())
        runs.move(tx, child, to, at=backend.now(), sentence=sentence)
    except Conflict:
        log.info("child run %s has ended already", child)
