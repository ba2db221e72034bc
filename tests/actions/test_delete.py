"""Delete and prune: only what nothing needs, and what it frees is said."""

import pytest

from jupyter_mlws.actions.delete import delete_run, prune
from jupyter_mlws.actions.register import register
from jupyter_mlws.errors import Conflict, NotFound
from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.workspace import PruneOrder
from jupyter_mlws.runner.housekeeping import Housekeeping
from jupyter_mlws.store import blobs, models

WRITES = "open('outputs/model.pkl', 'wb').write(b'model %d' * 1000); print('x' * 99)"


@pytest.fixture
def finished(running):
    """A run that ended and left a file."""
    count = iter(range(100))

    def finished():
        run = running.ended(running.python(WRITES % next(count)).id)
        assert run.state.value == "Completed", run.reason
        return run

    return finished


def test_a_run_goes_with_its_directory(running, finished):
    run = finished()
    freed = delete_run(running.backend, run.label, "ada")
    assert freed.bytes == 7_000 + 100
    assert not running.home(run.id).exists()
    with pytest.raises(NotFound):
        running.run(run.id)
    with pytest.raises(NotFound):
        delete_run(running.backend, run.label, "ada")


def test_a_run_that_goes_on_stays_and_how_to_end_it_is_said(running):
    run = running.submit("sleep", "60")
    running.reached(run.id, "Running")
    with pytest.raises(Conflict, match=r"mlws run cancel default-1"):
        delete_run(running.backend, run.id, "ada")
    assert running.run(run.id).state.value == "Running"


def test_a_model_outlives_its_run_with_its_bytes(running, finished, clock):
    run = finished()
    new = NewVersion(run=run.label, path="outputs/model.pkl")
    version = register(running.backend, "digits", new, "ada")
    delete_run(running.backend, run.id, "ada")
    clock.ahead_s = 3 * 86_400.0
    house = Housekeeping(running.backend)
    house._due = 0.0
    house.look(idle=True)
    with running.backend.store.read() as tx:
        held = models.get(tx, "digits", 1)
        placed = blobs.find(tx, held.files[0].digest)
    assert running.backend.packs.read(placed) == b"model 0" * 1000
    assert (held.files, held.run) == (version.files, None)


def test_contents_that_nothing_needs_go_after_a_day(running, finished, clock):
    run = finished()
    digest = run.outputs[0].digest
    delete_run(running.backend, run.id, "ada")
    house = Housekeeping(running.backend)

    def known():
        house._due = 0.0
        house.look(idle=True)
        with running.backend.store.read() as tx:
            return digest in blobs.known(tx, [digest])

    assert known()
    clock.ahead_s = 86_400.0 + 60
    assert not known()


def test_prune_says_what_it_would_free_and_then_frees_it(running, finished, clock):
    old, kept = finished(), finished()
    register(running.backend, "digits", NewVersion(run=kept.id, path="outputs"), "ada")
    clock.ahead_s = 3600.0
    young = finished()
    order = PruneOrder(older_than_s=1800.0)
    planned = prune(running.backend, order)
    assert (planned.runs, planned.dry_run) == ((old.id,), True)
    assert running.run(old.id)
    done = prune(running.backend, PruneOrder(older_than_s=1800.0, dry_run=False))
    assert (done.runs, done.bytes, done.dry_run) == ((old.id,), planned.bytes, False)
    assert running.run(young.id)
    assert running.run(kept.id)
    with pytest.raises(NotFound):
        running.run(old.id)
