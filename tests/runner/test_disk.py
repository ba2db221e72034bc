"""A full disk: nothing is half written, what waits says so, and it goes on when there is room."""

import os
import random

import pytest

from jupyter_mlws.actions.unpack import take_in
from jupyter_mlws.errors import DiskFull
from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.records.run import Reason
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.store import blobs, metrics, runs
from jupyter_mlws.store.search import Query, page


@pytest.fixture
def small(disk, make_bench):
    """A workspace on that disk."""
    return make_bench(disk.path / "project")


def test_a_submit_is_stored_whole_or_not_at_all(small, disk):
    before = small.submit("true")
    disk.fill()
    with pytest.raises(DiskFull, match="full"):
        for _ in range(1_000):  # the journal may have had room for a few
            small.submit("true", "x" * 10_000)
    with small.backend.store.read() as tx:
        n = len(page(tx, Query(limit=1000))[0])
        assert runs.get(tx, before.id) == before
    disk.free()
    after = small.submit("true")
    with small.backend.store.read() as tx:
        assert len(page(tx, Query(limit=1000))[0]) == n + 1
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert after.number == n + 1


def test_runs_wait_while_the_disk_is_low_and_start_when_there_is_room(small, disk, until):
    disk.fill(64 << 20)
    small.start()
    run = small.submit("true")
    until(lambda: small.run(run.id).reason_code is Reason.DISK_LOW)
    waits = small.run(run.id)
    assert waits.state.value == "Queued"
    assert "mlws workspace prune" in waits.reason
    disk.free()
    ended = small.ended(run.id)
    assert (ended.state.value, ended.reason) == ("Completed", None)


def test_an_upload_is_kept_whole_or_not_at_all(small, disk):
    small.submit("true")
    content = os.urandom(3 << 20)
    pack = [MAGIC, *record_of(digest_of(content), content), end(1)]
    disk.fill(1 << 20)
    with pytest.raises(DiskFull):
        take_in(small.backend, pack)
    folder = small.settings.state / "blobs"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    disk.free()
    assert take_in(small.backend, pack) == 1
    with small.backend.store.read() as tx:
        placed = blobs.find(tx, digest_of(content))
    assert small.backend.packs.read(placed) == content


OUTPUTS = """
import os, random, time
open("outputs/model.bin", "wb").write(random.Random(1).randbytes(1 << 20))
print("ready", flush=True)
while not os.path.exists({!r}): time.sleep(0.01)
"""


def test_outputs_are_collected_when_there_is_room_again(small, disk, until, tmp_path):
    gate = tmp_path / "go"
    small.start()
    run = small.python(OUTPUTS.format(str(gate)))
    small.reached(run.id, "Running")
    until(lambda: b"ready" in small.log(run.id))
    disk.fill(160 << 10)  # enough to say so, too little for the outputs
    gate.touch()
    until(lambda: (small.home(run.id) / "exit.json").exists())
    small.backend.woken()
    until(lambda: small.run(run.id).reason_code is Reason.DISK_LOW)
    waits = small.run(run.id)
    assert waits.state.value == "Finalizing"
    assert "The outputs are collected then" in waits.reason
    disk.free()
    ended = small.ended(run.id)
    assert ended.state.value == "Completed", ended.reason
    (output,) = ended.outputs
    with small.backend.store.read() as tx:
        placed = blobs.find(tx, output.digest)
    assert small.backend.packs.read(placed) == random.Random(1).randbytes(1 << 20)


METRICS = """
import os, time
from azureml.core.run import Run
run = Run.get_context()
for i in range(500):
    run.log("early", float(i))
run.flush()
print("ready", flush=True)
while not os.path.exists({!r}): time.sleep(0.01)
"""


def test_acknowledged_metrics_outlive_a_full_disk(small, disk, until, tmp_path):
    gate = tmp_path / "go"
    run = small.python(METRICS.format(str(gate)))
    small.start()
    small.reached(run.id, "Running")
    until(lambda: b"ready" in small.log(run.id))
    disk.fill()
    small.backend.woken()
    gate.touch()
    assert not small.run(run.id).state.over
    disk.free()
    ended = small.ended(run.id)
    assert ended.state.value == "Completed", ended.reason
    with small.backend.store.read() as tx:
        found = metrics.get(tx, run.id, "early")
    assert [point.value for point in found.points] == [float(i) for i in range(500)]
