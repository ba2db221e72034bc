"""Housekeeping: what nothing needs goes after its grace, and nothing else."""

import pytest

from jupyter_mlws.actions.submit import submit
from jupyter_mlws.actions.unpack import keep, take_in
from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.records.snapshot import Entry, Manifest
from jupyter_mlws.runner.housekeeping import Housekeeping
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.store import blobs

DAY = 86_400.0


@pytest.fixture
def clean(running):
    """Clean up now, whatever the clock of the housekeeping says."""
    house = Housekeeping(running.backend)

    def clean():
        house._due = 0.0
        house.look(idle=True)

    return clean


@pytest.fixture
def snapshot(running):
    content = b"print(1)\n"
    digest = digest_of(content)
    take_in(running.backend, [MAGIC, *record_of(digest, content), end(1)])
    entry = Entry(path="train.py", digest=digest, size_bytes=len(content))
    return keep(running.backend, Manifest(entries=(entry,)), "ada").id


def known(bench, content):
    with bench.backend.store.read() as tx:
        return bool(blobs.known(tx, [digest_of(content)]))


def test_what_was_sent_has_a_day_to_be_used(running, clean, clock):
    content = b"nobody's"
    take_in(running.backend, [MAGIC, *record_of(digest_of(content), content), end(1)])
    clock.ahead_s = DAY - 60
    clean()
    assert known(running, content)
    clock.ahead_s = DAY + 60
    clean()
    assert not known(running, content)


def test_what_a_run_was_made_of_stays_with_it(running, clean, clock, snapshot):
    run = submit(running.backend, NewRun(spec=RunSpec(script="train.py", snapshot=snapshot)), "ada")
    assert running.ended(run.id).state.value == "Completed"
    clock.ahead_s = 100 * DAY
    clean()
    assert known(running, b"print(1)\n")


def test_the_folder_of_a_failed_run_stays_a_week(running, clean, clock):
    run = running.submit("sh", "-c", "echo kept > outputs/a; exit 1")
    assert running.ended(run.id).state.value == "Failed"
    code = running.home(run.id) / "code"
    clock.ahead_s = 6 * DAY
    clean()
    assert code.is_dir()
    clock.ahead_s = 30 * DAY  # nobody looked for three weeks
    clean()
    assert not code.exists()
    assert running.log(run.id) == b""
    assert [entry.path for entry in running.run(run.id).outputs] == ["outputs/a"]
