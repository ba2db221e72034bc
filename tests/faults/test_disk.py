"""The owner's disk is full: every write says so, reads go on, and room is enough to go on."""

import os

import pytest

from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.snapshot.send import record_of


@pytest.fixture
def home(disk):
    """The workspace lies on the small disk."""
    return disk.path


def pack_of(content):
    return b"".join([MAGIC, *record_of(digest_of(content), content), end(1)])


def test_writes_are_refused_reads_go_on_and_room_is_enough(own_served, maker, disk):
    first = maker.client.wait(maker.submit("echo", "hello").id)
    disk.fill()
    answers = []
    while not answers or answers[-1][0] == 201:
        long = {"spec": {"command": ["true"], "arguments": ["x" * 20_000]}}
        answers.append(own_served.json("POST", "runs", long))
    status, said = answers[-1]
    assert (status, said["code"]) == (507, "disk_full")
    assert "Free some space" in said["message"]
    for size in (1 << 20, 12 << 20):  # held in memory; and waiting on disk while it arrives
        status, said = own_served.json("POST", "packs", pack_of(os.urandom(size)), raw=True)
        assert (status, said["code"]) == (507, "disk_full"), size
    stored = list(maker.client.iter_runs())
    assert len(stored) == len(answers)
    assert maker.client.run(first.id).state.value == "Completed"
    assert b"".join(maker.client.follow_log(first.id)) == b"hello\n"
    assert not [p for p in (own_served.place.state / "tmp").iterdir()]
    disk.free()
    for run in stored:
        assert maker.client.wait(run.id).state.value == "Completed"
    assert own_served.json("POST", "packs", pack_of(os.urandom(12 << 20)), raw=True)[0] == 201
    assert maker.client.wait(maker.submit("true").id).number == len(stored) + 1
