"""A run's directory, a shim that runs a script in it, and interpreters with MLflow in them."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.shim import bundle

WITHIN_S = 150


@dataclass
class Ended:
    """A run that is over, as its directory tells it."""

    home: Path

    @property
    def exit(self):
        return json.loads((self.home / "exit.json").read_text())

    @property
    def log(self):
        return (self.home / "log").read_text() if (self.home / "log").exists() else ""

    @property
    def outputs(self):
        return self.home / "code" / "outputs"

    @property
    def run_id(self):
        return json.loads((self.home / "spec.json").read_text())["run_id"]

    def events(self, kind=None, **wanted):
        found = []
        for path in sorted((self.home / "events").glob("*.jsonl")):
            for line in path.read_bytes().split(b"\n"):
                if line.strip():
                    found.append(json.loads(line))
        wanted = {**wanted, **({"k": kind} if kind else {})}
        return [e for e in found if all(e.get(k) == v for k, v in wanted.items())]

    def metric(self, name):
        return [e["value"] for e in self.events("metric", name=name) if "run" not in e]


@dataclass
class Room:
    """Where runs are laid out."""

    root: Path
    shim: Path

    def lay_out(self, files, command, *, environment=None, **spec):
        run_id = new_id(Instant.now())
        home = self.root / "runs" / run_id / "1"
        for name in ("code/outputs", "code/logs", "events", "replies"):
            (home / name).mkdir(parents=True)
        for name, text in files.items():
            path = home / "code" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "MLWS_RUN_ID": run_id,
            "MLWS_RUN_DIR": str(home),
            "MLWS_ATTEMPT": "1",
            "MLWS_EXPERIMENT": "digits",
            "MLWS_RUN_NUMBER": "7",
            "MLWS_REQUEST_WAIT_S": "0.5",
            **(environment or {}),
        }
        whole = {
            "layout": 1,
            "run_id": run_id,
            "attempt": 1,
            "experiment": "digits",
            "number": 7,
            "kind": "script",
            "command": [str(word) for word in command],
            "arguments": [],
            "parameters": {},
            "inputs": {},
            "environment": given,
            "max_duration_s": None,
            "grace_s": 5,
            "poke": str(self.root / "poke"),
            **spec,
        }
        (home / "spec.json").write_text(json.dumps(whole))
        return home

    def start(self, home):
        command = [sys.executable, "-I", "-S", self.shim / "main.py", home]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def run(self, script, *words, python=sys.executable, files=None, **more):
        """Run a script's text to its end."""
        home = self.lay_out(
            {"train.py": script, **(files or {})}, [python, "train.py", *words], **more
        )
        self.start(home).wait(WITHIN_S)
        return self.ended(home)

    def run_answered(self, script, reply, *words, python=sys.executable, files=None, **more):
        """Run a script's text to its end, and be the workspace that answers its request."""
        command = [python, "train.py", *words]
        home = self.lay_out({"train.py": script, **(files or {})}, command, **more)
        workspace = threading.Thread(target=_answer, args=(home, reply))
        shim = self.start(home)
        workspace.start()
        shim.wait(WITHIN_S)
        workspace.join()
        return self.ended(home)

    def ended(self, home):
        return Ended(home)


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    return bundle.install(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def room(tmp_path, shim):
    return Room(tmp_path, shim)


def _answer(home, reply):
    """Be the workspace: answer the first request that is asked."""
    until = time.monotonic() + 60
    while time.monotonic() < until and not (home / "exit.json").exists():
        for path in (home / "events").glob("*.jsonl"):
            for line in path.read_text().splitlines():
                asked = json.loads(line)
                if asked["k"] == "request":
                    (home / "replies" / "new").write_text(json.dumps(reply))
                    (home / "replies" / "new").rename(home / "replies" / f"{asked['id']}.json")
                    return
        time.sleep(0.02)


def _venvs():
    named = os.environ.get("MLWS_TEST_VENVS")
    return Path(named) if named else Path(tempfile.gettempdir()) / f"mlws-test-venvs-{os.getuid()}"


def make_venv(name, packages):
    """An interpreter with these packages, made once and kept; skipped at home without PyPI."""
    place = _venvs() / name
    if not (place / "made").exists():
        _venvs().mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        command = [place / "bin" / "python", "-m", "pip", "install", "-q", *packages]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            says = f"{shlex.join(packages)} cannot be installed: {done.stderr[-500:]}"
            if os.environ.get("CI") == "true":
                pytest.fail(says)
            pytest.skip(says)
        (place / "made").touch()
    return place / "bin" / "python"


MLFLOW = ("2.22.4", "3.17.2")


@pytest.fixture(scope="session", params=MLFLOW, ids=lambda v: f"mlflow-{v}")
def mlflow_python(request):
    version = request.param
    return make_venv(f"mlflow-{version}", [f"mlflow=={version}", "scikit-learn"])
