"""The power fails at any moment: what was acknowledged is there, whole, and work goes on."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.cuts.calls import may_trace
from tests.cuts.checks import troubles
from tests.cuts.disks import disks
from tests.cuts.recording import Recording
from tests.served import alone

SEED = int(os.environ.get("MLWS_CUTS_SEED", "1"))
STATES = int(os.environ.get("MLWS_CUTS", "200"))  # of each scene


ROOM_BYTES = 2 << 30  # where less is free, runs wait for it


def in_memory():
    """A folder in memory, if there is one in which runs start; else None."""
    shared = "/dev/shm"
    if os.path.isdir(shared) and shutil.disk_usage(shared).free >= ROOM_BYTES:
        return shared
    return None


@pytest.fixture(scope="module")
def recorded():
    """Gives the recording of a scene, in memory; each is made once."""
    may_trace()
    made = {}
    with alone(), tempfile.TemporaryDirectory(dir=in_memory()) as room:

        def get(scene):
            if scene not in made:
                root = Path(room, scene, "project")
                root.mkdir(parents=True)
                made[scene] = Recording(root, "tests.cuts.scenes", scene)
            return made[scene]

        yield get


def found(recording, n, deaf=None):
    """What is wrong with the first disk that is not as it should be; nothing as a rule."""
    for disk in disks(recording, n, SEED, deaf):
        if wrong := troubles(disk, recording.root):
            return f"cut after {disk.at} operations, of the unsynced kept {disk.kept}: {wrong}"
    return ""


@pytest.mark.parametrize("scene", ["owner", "run"])
def test_a_power_cut_loses_nothing_acknowledged(recorded, scene):
    assert found(recorded(scene), STATES) == ""


# What is not lost without a sync, nobody looks for: each of these has to be missed.
SYNCS = [
    ("owner", r"^\.$", "the workspace's own name"),
    ("owner", r"store\.db-wal$", "the database's log"),
    ("owner", r"/blobs/tmp/", "contents"),
    ("owner", r"/blobs/(packs|large)/..$", "the names of packs"),
    ("owner", r"/keys$", "the name of the key"),
    ("owner", r"/revisions/", "a revision's files"),
    ("owner", r"/endpoints$", "the name of an endpoint's folder"),
    ("owner", r"/runs$", "the names of runs' folders"),
    ("run", r"/events$", "the names of events' files"),
    ("run", r"\.jsonl$", "events"),
    ("run", r"/outputs/metrics/", "long values"),
    ("run", r"/outputs/images/", "images"),
    ("run", r"/outputs/sent\.bin$", "uploaded files"),
    ("run", r"/outputs/model\.bin$", "outputs"),
    ("run", r"/exit\.json", "the exit record"),
]


@pytest.mark.parametrize(("scene", "path"), [s[:2] for s in SYNCS], ids=[s[2] for s in SYNCS])
def test_a_sync_that_is_left_out_is_missed(recorded, scene, path):
    recording = recorded(scene)
    assert found(recording, len(recording.acks), lambda synced: re.search(path, synced))


def test_a_database_that_does_not_wait_for_the_disk_loses_what_it_acknowledged(recorded):
    assert "acknowledged" in found(recorded("careless"), 50)
