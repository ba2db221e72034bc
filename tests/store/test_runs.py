"""Runs in the store: one id is one run, states move along the table, words resolve."""

import itertools

import pytest
from msgspec import structs

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import MOVES, NewRun, Reason, Run, RunPatch, RunSpec, RunState
from jupyter_mlws.store import details, queue, removal, runs
from jupyter_mlws.store.search import Query, page

S = RunState
ROADS = {  # a way to each state
    S.QUEUED: (),
    S.PREPARING: (S.PREPARING,),
    S.STARTING: (S.PREPARING, S.STARTING),
    S.RUNNING: (S.PREPARING, S.STARTING, S.RUNNING),
    S.CANCEL_REQUESTED: (S.PREPARING, S.STARTING, S.RUNNING, S.CANCEL_REQUESTED),
    S.FINALIZING: (S.PREPARING, S.STARTING, S.RUNNING, S.FINALIZING),
    S.COMPLETED: (S.PREPARING, S.STARTING, S.RUNNING, S.FINALIZING, S.COMPLETED),
    S.FAILED: (S.FAILED,),
    S.CANCELED: (S.CANCELED,),
}


@pytest.fixture
def make(store, t0):
    """Stores a run, and takes it to a state."""
    count = itertools.count()

    def make(state=S.QUEUED, run_id=None, at=None, **asked):
        at = at or t0.after(next(count))
        spec = RunSpec(**{"script": "train.py"} | asked)
        with store.write() as tx:
            run = runs.create(tx, NewRun(id=run_id or new_id(at), spec=spec), at=at, by="ada")
            for to in ROADS[state]:
                run = runs.move(tx, run.id, to, at=at)
        return run

    return make


@pytest.fixture
def move(store, t0):
    def move(run, to, **words):
        with store.write() as tx:
            return runs.move(tx, run.id, to, at=t0.after(60), **words)

    return move


def test_the_same_id_twice_is_one_run(store, make):
    first = make(run_id="0" * 26)
    again = make(run_id="0" * 26)
    assert again == first
    with store.read() as tx:
        assert len(page(tx, Query())[0]) == 1
        assert len(runs.moves(tx, first.id)) == 1


def test_the_same_id_with_another_specification_is_refused(make):
    make(run_id="0" * 26)
    with pytest.raises(Conflict, match="another specification"):
        make(run_id="0" * 26, arguments=("--lr", "1"))


def test_runs_are_counted_in_their_experiment_and_numbers_never_come_back(store, make, t0):
    assert [make(experiment="a").label, make(experiment="b").label] == ["a-1", "b-1"]
    last = make(S.FAILED, experiment="a")
    with store.write() as tx:
        removal.remove(tx, last.id, at=t0)
    assert make(experiment="a").label == "a-3"


@pytest.mark.parametrize("source", S, ids=lambda state: state.value)
def test_an_illegal_move_is_refused_and_changes_nothing(store, make, move, source):
    run = make(source)
    for to in set(S) - MOVES[source]:
        with pytest.raises(Conflict, match=source.value):
            move(run, to)
    with store.read() as tx:
        assert runs.get(tx, run.id) == run
        assert len(runs.moves(tx, run.id)) == 1 + len(ROADS[source])


@pytest.mark.parametrize("source", S, ids=lambda state: state.value)
def test_every_legal_move_is_written_down(store, make, move, source):
    for to in MOVES[source]:
        run = make(source)
        moved = move(run, to, code=Reason.USER_CANCEL, sentence="Because.")
        with store.read() as tx:
            *before, last = runs.moves(tx, run.id)
        assert (last.source, last.to, last.code) == (source, to, Reason.USER_CANCEL)
        assert [one.seq for one in (*before, last)] == list(range(1, len(before) + 2))
        assert moved.reason == last.sentence == "Because."
        assert last.deadline_at == moved.deadline_at
        assert moved.attempt == run.attempt + (to is S.QUEUED)


@pytest.mark.parametrize("end", [state for state in S if state.over], ids=lambda s: s.value)
def test_an_ended_run_stays_as_it_is_but_for_its_words(store, make, end, t0):
    run = make(end)
    with store.write() as tx:
        runs.patch(tx, run.id, RunPatch(name="best", tags={"a": "1"}), at=t0.after(9))
        after = runs.get(tx, run.id)
    assert after.name == "best"
    assert structs.replace(after, name=None, tags={}) == run


def test_a_stale_lease_cannot_move_a_run(store, make, t0):
    run = make(S.RUNNING)
    with store.write() as tx:
        queue.lease(tx, "old", [run.id], at=t0, ttl_s=30)
        queue.lease(tx, "new", [run.id], at=t0.after(31), ttl_s=30)
    with pytest.raises(Conflict), store.write() as tx:
        runs.move(tx, run.id, S.FINALIZING, at=t0, lease="old")
    with store.write() as tx:
        assert runs.move(tx, run.id, S.FINALIZING, at=t0, lease="new").state is S.FINALIZING


def test_a_living_lease_is_not_taken_away(store, make, t0):
    run = make(S.RUNNING)
    with store.write() as tx:
        queue.lease(tx, "one", [run.id], at=t0, ttl_s=30)
        queue.lease(tx, "two", [run.id], at=t0.after(29), ttl_s=30)
        assert queue.under_way(tx, "two", at=t0.after(29)) == []
        assert [r.id for r in queue.under_way(tx, "one", at=t0.after(29))] == [run.id]
        assert [r.id for r in queue.under_way(tx, "two", at=t0.after(31))] == [run.id]


def test_what_may_stand_for_a_run(store, make):
    first, second = make(experiment="my-digits"), make(experiment="my-digits")
    with store.read() as tx:
        for word in (first.id, "my-digits-1", first.id[:12]):
            assert runs.resolve(tx, word) == first.id
        assert runs.resolve(tx, "latest") == second.id


def test_a_beginning_that_several_have_is_asked_for_more(store, make):
    make(run_id="0abc" + "0" * 22)
    make(run_id="0abc" + "1" * 22)
    with store.read() as tx, pytest.raises(Invalid, match="More than one"):
        runs.resolve(tx, "0abc")


@pytest.mark.parametrize(
    "word", ["", "a", "%", "____", "digits-9", "digits-" + "9" * 30, "x" * 26, "' OR 1=1 --", "-1"]
)
def test_what_means_no_run_is_said(store, make, word):
    make(experiment="digits")
    with store.read() as tx, pytest.raises(NotFound, match="mlws run list"):
        runs.resolve(tx, word)


def test_latest_of_nothing_says_how_to_begin(store):
    with store.read() as tx, pytest.raises(NotFound, match="mlws run submit"):
        runs.resolve(tx, "latest")


def test_the_list_s_document_says_what_the_run_is(store, make, t0):
    run = make(S.RUNNING, tags={"a": "1"}, parameters={"lr": 0.1})
    with store.write() as tx:
        runs.out_of_contact(tx, run.id, t0, at=t0)
        runs.explain(tx, run.id, Reason.DISK_LOW, "No room.", at=t0)
    with store.read() as tx:
        (document,), _ = page(tx, Query())
        listed = codec.decode(bytes(document), Run)
        detail = details.get(tx, run.id)
    assert listed.not_responding_since == t0
    assert listed == Run(**{name: getattr(detail, name) for name in Run.__struct_fields__})


def test_what_is_no_news_is_not_told(store, make, told, t0):
    run = make()
    with store.write() as tx:
        runs.explain(tx, run.id, Reason.WAITING_SLOT, "It waits.", at=t0)
    n = len(told)
    with store.write() as tx:
        runs.explain(tx, run.id, Reason.WAITING_SLOT, "It waits.", at=t0)
        runs.out_of_contact(tx, run.id, None, at=t0)
    assert len(told) == n
