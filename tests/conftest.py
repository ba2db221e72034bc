"""An empty workspace, its parts put together, and a real server on it."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.actions.submit import submit as submit_action
from jupyter_mlws.backend import Settings
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.errors import OwnerNotRunning
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.runner.loop import Runner
from jupyter_mlws.store import details, runs
from jupyter_mlws.store.open import Store

HOUSE = Path(__file__).parents[1]
T0 = Instant.parse("2030-01-01T00:00:00.000Z")
PATIENCE_S = 30.0


def until_so(question, within_s=PATIENCE_S):
    """The first answer that is something; fails when there is none in time."""
    end = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return answer


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


class Clock:
    """A time that passes when it is told to; real time until then."""

    def __init__(self):
        self.ahead_s = 0.0

    def __call__(self):
        return Instant.now().after(self.ahead_s)


@pytest.fixture
def clock():
    return Clock()


def settings_of(root, state=None):
    state = state or root / ".mlws" / "state"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Settings(
        root=root,
        state=state,
        workspace_id="w" * 26,
        name="project",
        default_target="local",
        owner="serve",
    )


class Bench:
    """A backend on its own folder, and what tests do with it again and again."""

    def __init__(self, root, clock, state=None):
        self.settings = settings_of(root, state)
        self.told = []
        opened = open_backend(self.settings, lambda *news: self.told.append(news))
        self.backend = replace(opened, now=clock)
        self.runner = None

    def start(self):
        self.runner = Runner(self.backend)
        self.runner.start()

    def stop(self):
        if self.runner is not None:
            self.runner.stop()
            self.runner = None

    def close(self):
        self.stop()
        self.backend.close()

    def submit(self, *command, run_id=None, by="ada", **asked):
        spec = RunSpec(command=tuple(command), **asked)
        return submit_action(self.backend, NewRun(id=run_id, spec=spec), by)

    def python(self, text, **asked):
        return self.submit(sys.executable, "-c", text, **asked)

    def run(self, run_id):
        with self.backend.store.read() as tx:
            return details.get(tx, run_id)

    def moves(self, run_id):
        with self.backend.store.read() as tx:
            return [move.to.value for move in runs.moves(tx, run_id)]

    def ended(self, run_id, within_s=PATIENCE_S):
        def over():
            run = self.run(run_id)
            return run if run.state.over else None

        return until_so(over, within_s)

    def reached(self, run_id, *states, within_s=PATIENCE_S):
        def there():
            run = self.run(run_id)
            return run if run.state.value in states else None

        return until_so(there, within_s)

    def home(self, run_id, attempt=1):
        return self.settings.state / "runs" / run_id / str(attempt)

    def shim(self, run_id):
        """The process ids of a run's shim and command, as soon as both live."""

        def known():
            with suppress(FileNotFoundError, ValueError):
                found = json.loads((self.home(run_id) / "shim.json").read_bytes())
                return found if found["command"] else None
            return None

        found = until_so(known)
        return found["pid"], found["command"]["pid"]

    def log(self, run_id, attempt=1):
        return (self.home(run_id, attempt) / "log").read_bytes()


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


class Served:
    """A workspace with `mlws serve` on it, in a process of its own."""

    def __init__(self, root, env):
        self.place = workspace.create(root)
        self.env = env
        self.log = Path(env["XDG_DATA_HOME"]).parent / f"{root.name}.log"
        self.process = None
        self._client = None

    @property
    def client(self):
        """Finds the owner anew where it changes; starts none."""
        if self._client is None:
            self._client = owner.connect(self.place, start=False)
        return self._client

    def start(self):
        command = [sys.executable, "-m", "jupyter_mlws.cli.main", "serve"]
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                [*command, "--workspace", str(self.place.root)],
                stdout=stream,
                stderr=stream,
                stdin=subprocess.DEVNULL,
                env=self.env,
            )
        return until_so(self.owner)

    def owner(self):
        """What owner.json says; None while nobody owns the workspace."""
        assert self.process.poll() is None, self.log.read_text(errors="replace")
        try:
            return owner.read(self.place)
        except OwnerNotRunning:
            return None

    def kill(self):
        """As `kill -9`."""
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        return self.process.wait(30)

    def ask(self, method, path, body=None, *, token=None, raw=False, **headers):
        """Status, headers and body of an answer; the path goes out as it is written here."""
        found = owner.read(self.place)
        where = urlsplit(found.url)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is None:
            headers["Authorization"] = f"token {found.token}"
        elif token:
            headers["Authorization"] = f"token {token}"
        data = body if raw or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        try:
            connection.putrequest(
                method,
                path if path.startswith("/") else f"/mlws/api/v1/{path}",
                skip_host="Host" in headers,
            )
            for name, value in headers.items():
                connection.putheader(name, value)
            if data is not None or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(data or b"")))
            connection.endheaders(data)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, **words):
        status, _, content = self.ask(method, path, body, **words)
        return status, json.loads(content)


@contextmanager
def alone():
    """An environment in which nothing of this user's is seen or touched."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        for name in list(os.environ):
            if name.startswith(("MLWS_", "JUPYTER", "JPY_")):
                patch.delenv(name)
        for name in ("RUNTIME_DIR", "CONFIG_DIR", "DATA_DIR"):
            patch.setenv(f"JUPYTER_{name}", f"{folder}/{name.lower()}")
        patch.setenv("XDG_DATA_HOME", f"{folder}/xdg")
        patch.setenv("PYTHONPATH", str(HOUSE))
        yield dict(os.environ)


@contextmanager
def serving(root, **more):
    with alone() as env:
        served = Served(root, {**env, **more})
        try:
            served.start()
            yield served
        finally:
            served.kill()
            _clear(served.place.state)


def _clear(state):
    """End what runs of a killed server are left; endpoints too."""
    target = open_backend(settings_of(state.parents[1], state), lambda *_: None)
    for home in (state / "runs").glob("*/*"):
        with suppress(Exception):
            target.targets["local"].forget({"dir": str(home)})
    target.close()


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


ROOM = 4 << 30  # more than a workspace asks for; tmpfs takes no memory for what is not written


class Disk:
    """A disk whose size can be changed while it is used."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs")

    def fill(self, leave_bytes=0):
        """Leave so many bytes free."""
        about = os.statvfs(self.path)
        used = (about.f_blocks - about.f_bfree) * about.f_frsize
        self._mount("-o", f"remount,size={used + leave_bytes}")

    def lock(self):
        """Make it read-only, as a system does with a disk that breaks."""
        self._mount("-o", "remount,ro")

    def free(self):
        self._mount("-o", f"remount,rw,size={ROOM}")

    def close(self):
        subprocess.run(["umount", "-l", str(self.path)], check=True)

    def _mount(self, *words):
        subprocess.run(["mount", *words, str(self.path)], check=True)


@pytest.fixture
def disk(tmp_path):
    """A disk of its own; needs root."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root on Linux can mount a small disk")
    try:
        disk = Disk(tmp_path / "disk")
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a disk: it is a container without the right")
    yield disk
    disk.free()
    disk.close()
