"""A live JupyterLab in a process of its own: what it costs, and jobs for jupyter-scheduler."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import until
from benchmarks.web import Web, free_port

CLOCK_HZ = os.sysconf("SC_CLK_TCK")
EXTENSIONS = ("jupyter_mlws", "jupyter_scheduler")
ONE_CELL = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "hi",
            "metadata": {},
            "outputs": [],
            "source": 'print("hi")',
        }
    ],
    "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Lab:
    """A running server."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, token: str, log: Path):
        self.process, self.log = process, log
        self.web = Web(port, {"Authorization": f"token {token}"})

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"JupyterLab ended: {self.log.read_text()[-2000:]}")
        return self.web.answers("/api")

    def cpu_s(self) -> float:
        """Time on a processor since it began, with the children that have ended."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in told[11:15]) / CLOCK_HZ

    def memory_mb(self) -> float:
        return memory_mb(self.process.pid)


def memory_mb(pid: int) -> float:
    """PSS: pages that are shared count in part."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {pid} tells no PSS")


@contextmanager
def lab(work: Path, root: Path, extension: str | None, python: Path | None = None) -> Iterator[Lab]:
    """JupyterLab on `root`, once it answers, with at most one of `EXTENSIONS`.

    Parameters
    ----------
    work
        Where its configuration and log lie.
    python
        The interpreter that has it; None: this one.
    """
    root.mkdir(parents=True, exist_ok=True)
    port, token = free_port(), secrets.token_hex(16)
    enabled = {name: name == extension for name in EXTENSIONS}
    config = work / f"config-{extension}"
    (config / "jupyter_server_config.d").mkdir(parents=True, exist_ok=True)
    (config / "jupyter_server_config.d" / "enabled.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": enabled}})
    )
    words = {
        "ServerApp.root_dir": root,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
        "LabApp.open_browser": False,
    }
    command = [str(python or sys.executable), "-m", "jupyterlab"]
    command += [f"--{name}={value}" for name, value in words.items()]
    environment = os.environ | {"JUPYTER_CONFIG_PATH": str(config)}  # first of all
    log = work / f"lab-{extension}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=stream,
            stderr=stream,
            stdin=subprocess.DEVNULL,
        )
    running = Lab(process, port, token, log)
    try:
        until(running.answers)
        yield running
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def scheduler(work: Path) -> Iterator[Lab]:
    """JupyterLab with jupyter-scheduler, and a notebook of one cell: hi.ipynb."""
    root = work / "scheduled"
    root.mkdir()
    (root / "hi.ipynb").write_text(json.dumps(ONE_CELL))
    with lab(work, root, "jupyter_scheduler", peers.python("scheduler")) as running:
        yield running


def job(running: Lab, look_s: float = 0.02) -> None:
    """Post the notebook to jupyter-scheduler and ask until it is done."""
    environments = running.web.ask("GET", "/scheduler/runtime_environments")
    order = {
        "name": "hi",
        "input_uri": "hi.ipynb",
        "runtime_environment_name": environments[0]["name"],
        "output_formats": ["ipynb"],
    }
    identity = running.web.ask("POST", "/scheduler/jobs", order)["job_id"]

    def over() -> bool:
        told = running.web.ask(
            "GET", f"/scheduler/jobs/{identity}"
        )  # STOPPED before it begins, too
        if told["status"] == "FAILED":
            raise SystemExit(f"jupyter-scheduler: {told}")
        return bool(told["status"] == "COMPLETED")

    until(over, pause_s=look_s)
