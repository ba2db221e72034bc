"""Real servers in processes of their own, on a workspace in a temporary folder."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from jupyter_mlws.client import owner, workspace
from jupyter_mlws.errors import OwnerNotRunning
from tests.served import free_port

HOUSE = Path(__file__).parents[2]
START_S = 60.0


def until(question, within_s=START_S):
    """The first answer that is something; fails when there is none in time."""
    end = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return answer


class Server:
    """A process that serves, and what it said."""

    def __init__(self, command, log, env):
        self.log = log
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL, env=env
            )

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        return self.process.wait(30)

    def said(self):
        return self.log.read_text(errors="replace")


class Lab(Server):
    """A Jupyter server as JupyterLab's, with our extension, a token and a base URL."""

    token = "lab's"
    program = "jupyter_server"

    def __init__(self, root, log, env, *extra):
        self.runtime = Path(env["JUPYTER_RUNTIME_DIR"])
        command = [
            *(sys.executable, "-m", self.program, "--no-browser", "--allow-root"),
            *(
                f"--ServerApp.port={free_port()}",
                "--ServerApp.base_url=/user/ada/",
                f"--ServerApp.root_dir={root}",
            ),
            "--ServerApp.jpserver_extensions={'jupyter_mlws': True}",
            f"--IdentityProvider.token={self.token}",
            *extra,
        ]
        super().__init__(command, log, env)
        self.url = until(self._url)
        until(lambda: self.ask("GET", "health")[0] == 200)

    def _url(self):
        assert self.process.poll() is None, self.said()
        note = self.runtime / f"jpserver-{self.pid}.json"
        with suppress(FileNotFoundError, ValueError):
            return json.loads(note.read_bytes())["url"]
        return None

    def ask(self, method, path, body=None, *, token=None, where="mlws/api/v1/", **headers):
        """Status and body of an answer."""
        token = self.token if token is None else token
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"token {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}{where}{path}", data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""


@pytest.fixture(autouse=True)
def env(tmp_path, monkeypatch):
    """An environment in which nothing of this user's is seen or touched; also ours."""
    for name in list(os.environ):
        if name.startswith(("MLWS_", "JUPYTER", "JPY_")):
            monkeypatch.delenv(name)
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHONPATH", str(HOUSE))
    return os.environ


@pytest.fixture
def root(tmp_path):
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def place(root):
    return workspace.create(root)


@pytest.fixture
def servers(tmp_path, env):
    """Starts servers, and ends them; also those that clients started."""
    started = []

    def log():
        return tmp_path / f"server-{len(started)}.log"

    class Start:
        def lab(self, root, *extra, kind=Lab):
            started.append(kind(root, log(), dict(env), *extra))
            return started[-1]

        def serve(self, place, *words):
            command = [sys.executable, "-m", "jupyter_mlws.cli.main", "serve"]
            command += ["--workspace", str(place.root), *words]
            started.append(Server(command, log(), dict(env)))
            return started[-1]

    yield Start()
    for server in started:
        server.process.kill()
        server.process.wait()
    for state in tmp_path.rglob("owner.json"):
        with suppress(ProcessLookupError):
            os.kill(json.loads(state.read_bytes())["pid"], signal.SIGKILL)


@pytest.fixture
def owned(place):
    """Asks who owns the workspace; None where nobody does."""

    def ask(place=place):
        try:
            return owner.read(place)
        except OwnerNotRunning:
            return None

    return ask


@pytest.fixture(name="until")
def _until():
    return until
