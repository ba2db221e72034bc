"""Taking runs out: all that hangs on them goes, and nothing else."""

import pytest
from sqlalchemy import func, select

from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import Exit, NewRun, RunSpec, RunState
from jupyter_mlws.store import attempts, files, garbage, labels, news, removal, runs, tables

OWN = ("moves", "attempts", "cursors", "tags", "properties", "files", "metrics", "points", "items")
EXIT = {"code": 1, "signal": None, "oom": False, "ended_by": "command", "at": 1.0}
EXIT |= {"max_rss_bytes": 1, "log_bytes": 100, "events": {}}


@pytest.fixture
def make(store, t0):
    """A run that has ended and left something in every table."""

    def make(parent=None, name="a"):
        with store.write() as tx:
            new = NewRun(id=new_id(t0), spec=RunSpec(script="a.py", tags={"t": "1"}))
            run = runs.create(tx, new, at=t0, by="ada", parent_id=parent)
            events = [
                {"k": "metric", "at": 1, "name": "m", "value": 1.0},
                {"k": "metric", "at": 1, "name": "w", "value": "text"},
            ]
            news.apply(tx, run.id, events)
            news.advance(tx, run.id, 1, {"events/a.jsonl": 9})
            labels.add_properties(tx, run.id, {"p": "q"})
            digest = "sha256:" + name * 64
            entry = FileEntry(path="outputs/m", size_bytes=5, digest=digest, at=t0)
            files.add(tx, run.id, [entry])
            attempts.create(tx, run, {"dir": "/x"}, ["true"], at=t0)
            attempts.end(tx, run.id, 1, Exit(**EXIT), at=t0)
            return runs.move(tx, run.id, RunState.FAILED, at=t0)

    return make


def rows(store):
    with store.read() as tx:
        return {
            name: tx.execute(
                select(func.count()).select_from(tables.metadata.tables[name])
            ).scalar()
            for name in ("runs", *OWN)
        }


def test_a_run_goes_with_its_children_and_all_that_hangs_on_them(store, make, t0):
    kept = make(name="b")
    before = rows(store)
    parent = make()
    child = make(parent.id)
    make(child.id)
    assert rows(store) == {name: 4 * n for name, n in before.items()}
    with store.write() as tx:
        removal.remove(tx, parent.id, at=t0)
    assert rows(store) == before
    with store.read() as tx:
        assert runs.get(tx, kept.id) == kept
        assert garbage.live(tx) == {"sha256:" + "b" * 64}


def test_what_a_run_takes_is_its_files_and_its_log(store, make):
    run = make()
    with store.read() as tx:
        assert removal.size_bytes(tx, run.id) == 105


def test_old_runs_are_those_that_ended_and_are_nobody_s_children(store, make, t0):
    parent = make()
    make(parent.id)
    with store.read() as tx:
        assert removal.ended_before(tx, t0) == []
        assert removal.ended_before(tx, t0.after(1)) == [parent.id]
