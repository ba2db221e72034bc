"""An empty workspace, its parts put together, and a real server on it."""

import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.store.open import Store
from tests.bench import Bench, Clock
from tests.disk import Disk
from tests.served import serving
from tests.waiting import until_so

T0 = Instant.parse("2030-01-01T00:00:00.000Z")


# What starts the tests in the background may ignore Ctrl-C; programs under test inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(name="until", scope="session")
def _until():
    return until_so


@pytest.fixture
def t0():
    return T0


@pytest.fixture
def told():
    """What the store has told: (revision, subjects) by commit."""
    return []


@pytest.fixture
def ram():
    """A folder in memory where there is one: what is tested there is not the disk."""
    shared = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=shared if os.path.isdir(shared) else None) as folder:
        yield Path(folder)


@pytest.fixture
def store(ram, told):
    store = Store(ram / "store.db", lambda *news: told.append(news))
    yield store
    store.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_bench(tmp_path, clock):
    """Opens benches; closes them, and ends what runs, when the test is over."""
    made = []

    def make(root=None, state=None):
        root = root or tmp_path / "project"
        root.mkdir(exist_ok=True)
        made.append(Bench(root, clock, state))
        return made[-1]

    yield make
    for bench in made:
        _end_all(bench)


def _end_all(bench):
    bench.stop()
    with suppress(Exception):
        for home in (bench.settings.state / "runs").glob("*/*"):
            bench.backend.targets["local"].forget({"dir": str(home)})
    bench.backend.close()


@pytest.fixture
def bench(make_bench):
    """A backend whose runner does not run yet."""
    return make_bench()


@pytest.fixture
def running(bench):
    """A backend whose runner runs."""
    bench.start()
    return bench


@pytest.fixture
def backend(bench):
    return bench.backend


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A real server, one for all tests of a file."""
    root = tmp_path_factory.mktemp("served") / "project"
    root.mkdir()
    with serving(root) as served:
        yield served


@pytest.fixture
def surroundings():
    """What the environment of a test's own server holds besides."""
    return {}


@pytest.fixture
def home(tmp_path):
    """Where a test's own server has its workspace."""
    return tmp_path


@pytest.fixture
def own_served(home, surroundings):
    """A real server of the test's own, to be killed."""
    root = home / "project"
    root.mkdir()
    with serving(root, **surroundings) as served:
        yield served


@pytest.fixture
def disk(tmp_path):
    """A disk of its own; needs root."""
    disk = Disk(tmp_path / "disk")
    yield disk
    disk.free()
    disk.close()
