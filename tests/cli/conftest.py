"""`mlws` as a program, in a workspace with a real owner."""

import json
import subprocess
import sys

import pytest

from jupyter_mlws.testing.served import environment, served

TRAIN = """
import os, sys
from jupyter_mlws import Run

run = Run.get_context()
print("arguments", sys.argv[1:], flush=True)
for i in range(3):
    run.log("loss", 1.0 / (i + 1))
run.log("broken", float("nan"))
run.log("note", "fine")
run.log_row("row", a=1, b=2)
os.makedirs("outputs", exist_ok=True)
open("outputs/model.txt", "w").write("weights")
if "--fail" in sys.argv:
    sys.exit(3)
"""


class Done:
    """What a command said, and its exit code."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        assert self.code == 0, self.err
        return json.loads(self.out)


class Shell:
    """Types commands in a folder."""

    def __init__(self, folder, env):
        self.folder, self.env = folder, env

    def command(self, *words):
        return [sys.executable, "-m", "jupyter_mlws.cli.main", *map(str, words)]

    def __call__(self, *words, folder=None, stdin=""):
        done = subprocess.run(
            self.command(*words),
            cwd=folder or self.folder,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done)


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        env = environment(tmp_path_factory.mktemp("home"))
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, env[name])
        yield env


@pytest.fixture(scope="session")
def mlws(tmp_path_factory, surroundings):
    """The program, in a folder that is a workspace and holds train.py."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "train.py").write_text(TRAIN)
    with served(folder):
        yield Shell(folder, surroundings)


@pytest.fixture(scope="session")
def run(mlws):
    """A run that completed: digits-1."""
    done = mlws(
        *("run", "submit", "train.py", "--experiment", "digits", "--name", "base"),
        *("-p", "lr=0.1", "-p", "word=a b", "--tag", "stage=dev", "--var", "FOO=bar"),
        *("--wait", "--json", "--", "--alpha", "0.3"),
    )
    return done.json
