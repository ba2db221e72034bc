"""Real endpoints: a router in its own process, replicas, a digits model."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_mlws.errors import TargetUnreachable
from jupyter_mlws.scoring import bundle, config
from jupyter_mlws.scoring.admin import Admin

KEYS = ("primary-key", "secondary-key")
ZEROS = [0] * 64
PATIENCE_S = 60


def wait_until(true, patience_s=PATIENCE_S):
    """What a function returns once it is true."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


def alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class Endpoint:
    """An endpoint in a folder, as the workspace's server would set it up."""

    def __init__(self, folder, program, **settings):
        self.folder = folder
        self.program = program
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        hashes = tuple(hashlib.sha256(key.encode()).hexdigest() for key in KEYS)
        settings = {"python": sys.executable, "instances": 1, **settings}
        self.config = config.Config(
            name=folder.name, port=port, key_hashes=hashes, revision=1, **settings
        )
        self.admin = Admin(folder)

    def start(self):
        config.write(self.folder, self.config)
        with open(self.folder / "log", "ab") as log:
            command = [sys.executable, "-I", self.program, self.folder]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        return self

    def up(self):
        self.start()
        wait_until(lambda: self.state() in ("Healthy", "Failed") or self.process.poll())
        assert self.state() == "Healthy", self.log
        return self

    def state(self):
        return self.status().get("state")

    def status(self):
        try:
            return self.admin.status()
        except TargetUnreachable:  # it is not there yet, or no more
            return {}

    def change(self, **settings):
        """Write another configuration, and have the router follow it."""
        self.config = replace(self.config, **settings)
        config.write(self.folder, self.config)
        return self.admin.reload()

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def ask(self, body, key=KEYS[0], method="POST", path="/score", **headers):
        """(status, headers, body as JSON or text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.config.port, timeout=30)
        try:
            if key is not None:
                headers["Authorization"] = f"Bearer {key}"
            sent = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, sent, names)
            response = connection.getresponse()
            told = response.read()
        finally:
            connection.close()
        try:
            return response.status, response.headers, json.loads(told)
        except ValueError:
            return response.status, response.headers, told.decode()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """A folder with a real model."""
    import joblib
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    folder = tmp_path_factory.mktemp("digits")
    x, y = load_digits(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=300).fit(x[:300] / 16, y[:300]), folder / "model.pkl")
    return folder


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    return bundle.install(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def make(tmp_path, digits, program):
    """Make an endpoint: of the digits model, or of an entry script's text."""
    made = []

    def _make(text=None, name="digits-svc", **settings):
        folder = tmp_path / name
        (folder / "code").mkdir(parents=True)
        if text is not None:
            (folder / "code" / "score.py").write_text(text)
            settings = {"script": "score.py", "code_dir": str(folder / "code"), **settings}
        settings = {"model_dir": str(digits), **settings}
        made.append(Endpoint(folder, program, **settings))
        return made[-1]

    yield _make
    for endpoint in made:
        endpoint.end()


@pytest.fixture(scope="module")
def served(tmp_path_factory, digits, program):
    """One endpoint without a script, for tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("served") / "digits-svc"
    folder.mkdir()
    sample = {"data": [ZEROS]}
    endpoint = Endpoint(folder, program, model_dir=str(digits), sample=sample, model="digits:1")
    yield endpoint.up()
    endpoint.end()


def replica_pids(endpoint):
    return [r["pid"] for r in endpoint.status().get("replicas", []) if r["state"] == "ready"]


def kill(pid):
    os.kill(pid, signal.SIGKILL)
