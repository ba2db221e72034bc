"""What changed, by revision: nothing is missed, and who is too far behind is told."""

import pytest

from jupyter_mlws.store import changes


@pytest.fixture
def change(store, t0):
    def change(*subjects):
        with store.write() as tx:
            for subject in subjects:
                changes.add(tx, "run", subject, at=t0)

    return change


@pytest.fixture
def since(store):
    def since(rev, **words):
        with store.read() as tx:
            return changes.since(tx, rev, **words)

    return since


def test_what_came_after_a_revision_each_subject_once(change, since):
    assert since(0).rev == 0
    change("a")
    change("b", "b")
    change("a")
    assert (since(0).subjects, since(0).rev) == (("run:a", "run:b"), 3)
    assert since(2).subjects == ("run:a",)
    assert since(3).subjects == ()
    assert not since(3).truncated


def test_every_commit_is_told_with_its_revision_and_no_other_is(store, change, told):
    change("a", "b")
    with store.write():
        pass
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        changes.add(tx, "run", "c", at=0)
        1 / 0  # noqa: B018  an action that fails
    assert told == [(2, ("run:a", "run:b"))]


def test_who_asks_for_too_much_reads_everything_anew(change, since):
    change(*(str(n) for n in range(20)))
    assert since(0, limit=10).truncated
    assert not since(10, limit=10).truncated


def test_who_knows_a_future_or_a_forgotten_revision_reads_everything_anew(
    store, change, since, monkeypatch
):
    monkeypatch.setattr(changes, "KEPT", 5)
    change(*(str(n) for n in range(20)))
    with store.write() as tx:
        changes.prune(tx)
    assert since(3).truncated
    assert since(21).truncated
    assert not since(16).truncated
    assert since(20).rev == 20
