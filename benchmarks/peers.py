"""The peers, each in a throw-away environment of its own, from PyPI.

The environments lie under `$MLWS_BENCH_VENVS` or ``~/.cache/mlws-bench`` and are made when a
benchmark first asks for one. Delete the folder for newer versions of the peers.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from functools import cache
from importlib.metadata import version
from pathlib import Path

PEERS = {  # what is installed; the first is the peer
    "metaflow": ("metaflow", "setuptools"),
    # JupyterLab as here, so that only the extensions differ
    "scheduler": (
        "jupyter-scheduler",
        *(f"{name}=={version(name)}" for name in ("jupyterlab", "jupyter_server", "tornado")),
        "ipykernel",
    ),
    "mlflow": ("mlflow",),
    "dvc": ("dvc",),
    "azureml": ("azureml-inference-server-http", "scikit-learn"),
}
VERSIONS = """
import importlib.metadata, json, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))
"""


def folder() -> Path:
    chosen = os.environ.get("MLWS_BENCH_VENVS")
    return Path(chosen).absolute() if chosen else Path.home() / ".cache" / "mlws-bench"


@cache
def python(peer: str) -> Path:
    """The interpreter that has a peer. Made, with pip, where it is missing."""
    wanted = PEERS[peer]
    asked = hashlib.sha256(repr((wanted, sys.version_info[:2])).encode()).hexdigest()[:12]
    home = folder() / f"{peer}-{asked}"
    if not (home / "ready").exists():
        print(f"making an environment with {wanted[0]} in {home} …", file=sys.stderr, flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "-q"]
        done = subprocess.run(
            [*pip, "--disable-pip-version-check", *wanted], stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise SystemExit(f"{wanted[0]} cannot be installed:\n{done.stderr[-2000:]}")
        (home / "ready").touch()
    return home / "bin" / "python"


def script(peer: str, name: str) -> Path:
    """A command of a peer."""
    return python(peer).with_name(name)


def versions(peer: str) -> dict[str, str]:
    """Of the peer, and of what was installed beside it by name."""
    names = [one.partition("==")[0] for one in PEERS[peer]]
    told = subprocess.run(
        [python(peer), "-c", VERSIONS, *names], check=True, capture_output=True, text=True
    )
    return dict(json.loads(told.stdout))
