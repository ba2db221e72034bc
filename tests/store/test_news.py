"""Events of a run: each is stored once, and no event can do harm."""

import json
import math

import pytest

from jupyter_mlws.records import codec
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.store import details, metrics, news, runs

GOOD = {"k": "metric", "at": 1e9, "name": "good", "value": 1.0}


@pytest.fixture
def run_id(store, t0):
    with store.write() as tx:
        spec = RunSpec(script="a.py", parameters={"lr": 0.1})
        return runs.create(tx, NewRun(id=new_id(t0), spec=spec), at=t0, by="ada").id


@pytest.fixture
def apply(store, run_id, t0):
    """Stores events; how many were passed over."""

    def apply(*events):
        with store.write() as tx:
            passed_over = news.apply(tx, run_id, events)
            runs.changed(tx, run_id, at=t0)
        return passed_over

    return apply


@pytest.fixture
def detail(store, run_id):
    def detail():
        with store.read() as tx:
            return details.get(tx, run_id)

    return detail


def test_every_kind_finds_its_place(apply, detail):
    at = {"at": 1e9}
    passed_over = apply(
        {"k": "metric", "name": "loss", "value": 0.5, "step": 3, **at},
        {"k": "metric", "name": "loss", "value": "NaN", **at},
        {"k": "metric", "name": "phase", "value": "warm-up", **at},
        {"k": "row", "name": "cm", "value": {"a": 1}, **at},
        {"k": "image", "name": "roc", "path": "outputs/roc.png", **at},
        {"k": "param", "name": "depth", "value": 3, **at},
        {"k": "param", "name": "lr", "value": 9.0, **at},
        {"k": "tag", "key": "stage", "value": "dev", **at},
        {"k": "tag", "key": "gone", "value": "x", **at},
        {"k": "tag", "key": "gone", "removed": True, **at},
        {"k": "property", "key": "best", "value": "yes", **at},
        {"k": "property", "key": "best", "value": "no", **at},
        {"k": "state", "done": 2, "total": 5, "unit": "cell", **at},
        {"k": "note", "machine": {"host": "h"}, **at},
        {"k": "from the future", "x": 1, **at},
    )
    run = detail()
    assert passed_over == 0
    assert run.metrics == {"loss": "NaN", "phase": "warm-up"}
    assert run.parameters == {"depth": 3, "lr": 0.1}  # what was submitted wins
    assert run.tags == {"stage": "dev"}
    assert run.properties == {"best": "yes"}
    assert (run.progress.done, run.progress.total, run.progress.unit) == (2, 5, "cell")
    assert run.machine == {"host": "h"}


HOSTILE = [
    {"k": "metric"},
    {"k": "metric", "name": "x"},
    {"k": "metric", "name": "x", "at": 1e9, "value": None},
    {"k": "metric", "name": "x", "at": None, "value": 1},
    {"k": "metric", "name": "x", "at": "Infinity", "value": 1},
    {"k": "metric", "name": "x", "at": "NaN", "value": 1},
    {"k": "metric", "name": "x", "at": 1e300, "value": 1},
    {"k": "metric", "name": "x", "at": -1e15, "value": 1},
    {"k": "metric", "name": "x", "at": 1e12, "value": 1},
    {"k": "metric", "name": "x", "at": 1e9, "value": 1, "step": 2**63},
    {"k": "metric", "name": "x", "at": 1e9, "value": 1, "step": 1e300},
    {"k": "metric", "name": "x", "at": 1e9, "value": 1, "step": "Infinity"},
    {"k": "metric", "name": "x", "at": 1e9, "value": 1, "step": [1]},
    {"k": "metric", "name": "x", "at": 1e9, "value": 10**400},
    {"k": "metric", "name": "", "at": 1e9, "value": 1},
    {"k": "metric", "name": ["x"], "at": 1e9, "value": 1},
    {"k": "metric", "name": "x" * 256, "at": 1e9, "value": 1},
    {"k": "metric", "name": "\ud800", "at": 1e9, "value": 1},
    {"k": "tag"},
    {"k": "tag", "key": {"a": 1}, "value": "x"},
    {"k": "property", "key": 3, "value": "x"},
    {"k": "param", "name": None, "value": 1},
    {"k": "state", "total": "many", "done": 1},
    {"k": "state", "total": 10**400, "done": "x"},
    {"k": "note", "machine": 3},
    {"k": "note", "machine": [[[1], 2]]},
]


@pytest.mark.parametrize("event", HOSTILE, ids=lambda e: json.dumps(e)[:60])
def test_an_event_of_the_wrong_shape_is_counted_and_passed_over(apply, detail, event):
    assert apply(GOOD, event, GOOD) == 1
    assert detail().metrics["good"] == 1.0


STRANGE = [
    {"k": "metric", "name": "x", "at": 1e9, "value": True},
    {"k": "metric", "name": "x", "at": 1e9, "value": 2**70},
    {"k": "metric", "name": "x", "at": 1e9, "value": {"deep": [[[{}]]]}},
    {"k": "metric", "name": "x", "at": 0, "value": 1},
    {"k": "metric", "name": "x", "at": 1e9, "value": 1, "step": -(2**62)},
    {"k": "metric", "name": "\0", "at": 1e9, "value": "\0"},
    {"k": "param", "name": "x", "value": 10**30},
    {"k": "param", "name": "x", "value": {"a": [1]}},
    {"k": "tag", "key": "x", "value": None},
    {"k": "tag", "key": "x", "value": "y" * 1_000_000},
    {"k": "state", "total": 10**30, "done": -1},
    {"k": "row", "name": "x", "at": 1e9, "value": [[1, 2], None]},
]


@pytest.mark.parametrize("event", STRANGE, ids=lambda e: json.dumps(e)[:60])
def test_what_is_strange_but_can_be_kept_is_kept_and_read_again(store, apply, detail, event):
    assert apply(GOOD, event) == 0
    run = detail()
    json.loads(codec.encode(run), parse_constant=pytest.fail)
    with store.read() as tx:
        for series in metrics.listed(tx, run.id, points=True):
            json.loads(codec.encode(series), parse_constant=pytest.fail)


def test_reading_twice_changes_nothing(store, run_id, apply, detail):
    with store.write() as tx:
        news.apply(tx, run_id, [GOOD])
        news.advance(tx, run_id, 1, {"events/a.jsonl": 60})
    with store.read() as tx:
        assert news.offsets(tx, run_id, 1) == {"events/a.jsonl": 60}
        assert news.offsets(tx, run_id, 2) == {}
    with store.write() as tx:
        news.advance(tx, run_id, 1, {"events/a.jsonl": 90, "events/b.jsonl": 1})
    with store.read() as tx:
        assert news.offsets(tx, run_id, 1) == {"events/a.jsonl": 90, "events/b.jsonl": 1}


def test_what_is_read_and_how_far_are_stored_together_or_not_at_all(store, run_id):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        news.apply(tx, run_id, [GOOD])
        news.advance(tx, run_id, 1, {"events/a.jsonl": 60})
        1 / 0  # noqa: B018  a crash between the two
    with store.read() as tx:
        assert news.offsets(tx, run_id, 1) == {}
        assert metrics.listed(tx, run_id) == []


def test_many_values_in_many_series_arrive_in_order(store, run_id, apply):
    events = [
        {"k": "metric", "name": f"m{i % 10}", "at": 1e9 + i, "value": float(i)}
        for i in range(5_000)
    ]
    apply(*events)
    with store.read() as tx:
        for n in range(10):
            found = metrics.get(tx, run_id, f"m{n}")
            assert [p.value for p in found.points] == [float(v) for v in range(n, 5_000, 10)]
            assert not math.isnan(found.min)
