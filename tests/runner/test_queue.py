"""The queue: slots, the urgent first, order of arrival; who waits is told for what."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.records.run import NewRun, Reason, RunSpec, RunState
from jupyter_mlws.store import runs, tables, targets


@pytest.fixture
def narrow(make_bench, t0):
    """A workspace whose target has one slot."""
    first = make_bench()
    with first.backend.store.write() as tx:
        targets.attach(tx, "local", "local", {"slots": 1}, at=t0, by="ada")
    first.backend.close()
    bench = make_bench()
    assert bench.backend.targets["local"].slots == 1
    return bench


def order_of_start(bench, run_ids):
    found = [bench.ended(run_id) for run_id in run_ids]
    return [run.name for run in sorted(found, key=lambda run: run.started_at)]


def test_one_slot_runs_one_at_a_time_in_order_of_arrival(narrow):
    ids = [narrow.submit("true", name=str(n)).id for n in range(4)]
    narrow.start()
    assert order_of_start(narrow, ids) == ["0", "1", "2", "3"]
    spans = sorted((narrow.run(i).started_at, narrow.run(i).ended_at) for i in ids)
    assert all(ended <= began for (_, ended), (began, _) in zip(spans, spans[1:], strict=False))


def test_the_urgent_come_first(narrow):
    ids = [narrow.submit("true", name=str(p), priority=p).id for p in (0, -1, 5, 1)]
    narrow.start()
    assert order_of_start(narrow, ids) == ["5", "1", "0", "-1"]


def test_who_need_not_wait_is_admitted_at_once(narrow):
    assert narrow.submit("true").state is RunState.QUEUED  # nobody would start it
    narrow.start()
    narrow.ended(narrow.submit("true").id)
    assert narrow.submit("sleep", "60").state is RunState.STARTING
    assert narrow.submit("true").state is RunState.QUEUED


def test_a_slot_is_given_once_however_many_ask(narrow):
    """By those who submit and by the runner, at the same time."""
    narrow.start()
    with ThreadPoolExecutor(4) as hands:
        ids = [run.id for run in hands.map(lambda _: narrow.submit("true"), range(16))]
    runs = [narrow.ended(run_id) for run_id in ids]
    spans = sorted((run.started_at, run.ended_at) for run in runs)
    assert all(ended <= began for (_, ended), (began, _) in itertools.pairwise(spans))


def test_who_waits_is_told_for_what_and_then_runs(narrow, until):
    narrow.start()
    first = narrow.submit("sleep", "60")
    narrow.reached(first.id, "Running")
    second = narrow.submit("true")
    until(lambda: narrow.run(second.id).reason_code is Reason.WAITING_SLOT)
    assert narrow.run(second.id).reason == "Waits for a slot on local: its one slot is taken."
    cancel(narrow.backend, first.id, "ada")
    ended = narrow.ended(second.id)
    assert (ended.state.value, ended.reason) == ("Completed", None)


def test_a_run_that_waits_is_canceled_at_once(narrow, until):
    narrow.start()
    first = narrow.submit("sleep", "60")
    narrow.reached(first.id, "Running")
    second = narrow.submit("true")
    assert cancel(narrow.backend, second.id, "bob").state.value == "Canceled"
    run = narrow.run(second.id)
    assert (run.reason, run.started_at) == ("Canceled by bob while it waited.", None)
    cancel(narrow.backend, first.id, "ada")
    narrow.ended(first.id)
    assert not narrow.home(second.id).exists()


def test_services_take_no_slot(narrow, t0):
    backend = narrow.backend
    for _ in range(2):
        spec = RunSpec(command=("sleep", "60"))
        with backend.store.write() as tx:
            new = NewRun(id=backend.new_id(), spec=spec)
            service = runs.create(tx, new, at=backend.now(), by="ada", kind="service")
    narrow.start()
    narrow.reached(service.id, "Running")
    assert narrow.ended(narrow.submit("true").id).state.value == "Completed"


def test_a_launch_that_cannot_be_prepared_holds_up_nobody(bench):
    with bench.backend.store.write() as tx:
        spec = RunSpec(script="../../etc/passwd.py")
        new = NewRun(id=bench.backend.new_id(), spec=spec)
        bad = runs.create(tx, new, at=bench.backend.now(), by="ada")
    good = bench.submit("true")
    bench.start()
    ended = bench.ended(bad.id)
    assert (ended.state.value, ended.reason_code) == ("Failed", Reason.INVALID_RECORD)
    assert ended.reason
    assert bench.ended(good.id).state.value == "Completed"


def test_a_target_that_is_gone_keeps_its_runs_waiting(bench, t0):
    lost = bench.submit("true")
    with bench.backend.store.write() as tx:
        tx.execute(update(tables.runs).values(target="cluster"))
    good = bench.submit("true")
    bench.start()
    assert bench.ended(good.id).state.value == "Completed"
    assert bench.run(lost.id).state.value == "Queued"
