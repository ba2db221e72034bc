"""The list of runs: words, comparisons, order, pages."""

import json

import pytest

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import NewRun, RunPatch, RunSpec, RunState
from jupyter_mlws.store import experiments, metrics, runs
from jupyter_mlws.store.metrics import Logged
from jupyter_mlws.store.search import Query, counts, page


@pytest.fixture
def make(store, t0):
    made = []

    def make(name, acc=None, *, failed=False, **asked):
        at = t0.after(len(made))
        spec = RunSpec(script="a.py", name=name, **asked)
        made.append(name)
        with store.write() as tx:
            run = runs.create(tx, NewRun(id=new_id(at), spec=spec), at=at, by="ada")
            if acc is not None:
                metrics.append(tx, run.id, "acc", [Logged("scalar", acc, None, at)])
                runs.changed(tx, run.id, at=at)
            if failed:
                runs.move(tx, run.id, RunState.FAILED, at=at, sentence="It broke.")
        return run

    return make


@pytest.fixture
def names(store):
    def names(**asked):
        with store.read() as tx:
            return [json.loads(bytes(row))["name"] for row in page(tx, Query(**asked))[0]]

    return names


@pytest.fixture
def three(make):
    make("one", 0.5, experiment="digits", parameters={"lr": 0.1, "deep": True, "kind": "a"})
    make("two", 0.9, experiment="digits", tags={"stage": "dev", "50%": "x"})
    make("three", failed=True, experiment="other_one", parameters={"lr": 0.01})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["three", "two", "one"]),
        ("digits", ["two", "one"]),
        ("DIGITS", ["two", "one"]),
        ("digits-2", ["two"]),
        ("fail", ["three"]),
        ("broke", ["three"]),
        ("digits one", ["one"]),
        ("dev", ["two"]),
        ("stage=dev", ["two"]),
        ("tag.stage=dev", ["two"]),
        ("tag.stage!=dev", ["three", "one"]),
        ("metric.acc>0.5", ["two"]),
        ("metrics.acc>=0.5", ["two", "one"]),
        ("metric.acc<0.9 digits", ["one"]),
        ("metric.acc!=0.5", ["two"]),
        ("param.lr=0.1", ["one"]),
        ("param.lr<0.05", ["three"]),
        ("params.kind=a", ["one"]),
        ("metric.acc < 0.9 and parameters.lr = 0.1", ["one"]),
        ("metrics.acc>= 0.5 AND tags.stage == dev", ["two"]),
        ("parameter.lr <0.05", ["three"]),
        ("and", []),
        ("%", ["two"]),
        ("r_o", ["three"]),
        ("r-o", []),
        ("' OR 1=1 --", []),
        ('metric."; DROP TABLE runs; -->0', []),
    ],
)
def test_a_filter_finds(three, names, words, found):
    assert names(filter=words) == found


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"filter": "metric.acc>high"}, "filter"),
        ({"filter": "tag.stage>dev"}, "filter"),
        ({"filter": 'param.a"b=1'}, "filter"),
        ({"state": "Sleeping"}, "state"),
        ({"order": "colour"}, "order"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": -1}, "limit"),
        ({"order": "created", "cursor": "abc"}, "cursor"),
        ({"order": "created", "cursor": "9" * 30}, "cursor"),
    ],
)
def test_a_question_that_makes_no_sense_is_invalid(three, names, asked, field):
    with pytest.raises(Invalid) as caught:
        names(**asked)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (None, ["three", "two", "one"]),
        ("created", ["three", "two", "one"]),
        ("-created", ["one", "two", "three"]),
        ("metric.acc", ["two", "one", "three"]),
        ("-metric.acc", ["one", "two", "three"]),
        ("ended", ["three", "two", "one"]),
        ("metric.none", ["three", "two", "one"]),
    ],
)
def test_the_order_is_as_asked_and_who_has_nothing_comes_last(three, names, order, found):
    assert names(order=order) == found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("active", ["two", "one"]),
        ("ended", ["three"]),
        ("failed,queued", ["three", "two", "one"]),
        ("Failed", ["three"]),
        ("Running", []),
    ],
)
def test_states_are_chosen_by_their_words(three, names, state, found):
    assert names(state=state) == found


def test_archived_runs_are_shown_when_asked_for(store, make, names, t0):
    run = make("old")
    with store.write() as tx:
        runs.patch(tx, run.id, RunPatch(archived=True), at=t0)
        assert counts(tx) == (0, 0)
    assert names() == []
    assert names(archived=True) == ["old"]
    assert names(state="active") == ["old"], "it still takes a slot"
    assert names(state="queued") == names(state="ended") == []


def test_every_run_is_on_exactly_one_page(store, t0):
    with store.write() as tx:
        made = [
            runs.create(
                tx, NewRun(id=new_id(t0.after(n)), spec=RunSpec(script="a.py")), at=t0, by="ada"
            ).id
            for n in range(1_050)
        ]
    for order in (None, "created", "metric.acc"):
        found, cursor = [], None
        while found == [] or cursor is not None:
            with store.read() as tx:
                rows, cursor = page(tx, Query(limit=100, order=order, cursor=cursor))
            found += [json.loads(bytes(row))["id"] for row in rows]
        assert found == made[::-1]


def test_a_run_that_comes_while_one_pages_moves_no_other(store, make):
    for n in range(6):
        make(str(n))
    with store.read() as tx:
        first, cursor = page(tx, Query(limit=3))
    make("new")
    with store.read() as tx:
        second, _ = page(tx, Query(limit=3, cursor=cursor))
    assert [json.loads(bytes(r))["name"] for r in (*first, *second)] == list("543210")


def test_experiments_are_counted_and_the_newest_comes_first(store, three):
    with store.read() as tx:
        found = experiments.listed(tx, limit=10, cursor=None)
    assert [(e.name, e.n_runs, e.n_active, e.n_failed) for e in found] == [
        ("other_one", 1, 0, 1),
        ("digits", 2, 2, 0),
    ]
