"""A real `mlws serve`, in a process and an environment of its own."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.errors import OwnerNotRunning
from tests.bench import settings_of
from tests.waiting import until_so

HOUSE = Path(__file__).parents[1]


def free_port():
    """Where a server can listen. jupyter_server below 2.20 does not say which port 0 became."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


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

    def start(self, *program):
        """Serve; by another program of the tests' own, where one is given."""
        program = program or ("jupyter_mlws.cli.main",)
        command = [sys.executable, "-m", *program, "serve"]
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

    def killed_amid(self, work, times, each):
        """What `work(n)` gave, asked on and on by a thread, while the server dies so many `times`.

        Each time after `each` more answers; all that was begun comes to its end.
        """
        done, stop = [], threading.Event()

        def go():
            while not stop.is_set():
                done.append(work(len(done)))

        worker = threading.Thread(target=go)
        worker.start()
        try:
            for _ in range(times):
                seen = len(done)
                while len(done) < seen + each and worker.is_alive():
                    stop.wait(0.01)
                self.kill()
                self.start()
        finally:
            stop.set()
            worker.join(60)
        assert len(done) >= times * each
        return done

    def end(self):
        self.process.terminate()
        return self.process.wait(30)

    def ask(self, method, path, body=None, *, token=None, raw=False, **headers):
        """Status, headers and body of an answer; the path goes out as it is written here."""
        found = owner.read(self.place)
        where = urlsplit(found.url)
        headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}
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
        patch.setenv("XDG_CACHE_HOME", f"{folder}/cache")
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
