"""MLflow's tracking server in its lean shape, on SQLite, filled with runs and a long curve.

Lean: one worker, and no job processes. MLflow writes one run and one point itself; they are
multiplied in its database, column by column whatever columns there are, as its own calls need
minutes for what is not measured here.
"""

import math
import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import until
from benchmarks.web import Web, free_port

API = "/api/2.0/mlflow"
METRICS, PARAMETERS = 20, 10  # of each run, in every contestant's store


class Server:
    """A running server, and the database behind it."""

    def __init__(self, web: Web, path: Path) -> None:
        self.web = web
        self._path = path

    def add_runs(self, count: int) -> str:
        """So many runs in an experiment, whose id is returned."""
        experiment = self._experiment("runs")
        template = self._run(experiment, 0)
        metrics = [
            {"key": f"metric_{n}", "value": n / 7, "timestamp": 1, "step": 0}
            for n in range(METRICS)
        ]
        parameters = [{"key": f"param_{n}", "value": str(n / 3)} for n in range(PARAMETERS)]
        batch = {"run_id": template, "metrics": metrics, "params": parameters}
        self.web.ask("POST", f"{API}/runs/log-batch", batch)
        ended = {"run_id": template, "status": "FINISHED", "end_time": 1000}
        self.web.ask("POST", f"{API}/runs/update", ended)
        with closing(sqlite3.connect(self._path)) as store, store:
            store.execute("CREATE TEMP TABLE added (n INTEGER, id TEXT)")
            added = ((n, uuid.uuid4().hex) for n in range(1, count))
            store.executemany("INSERT INTO added VALUES (?, ?)", added)
            changed = {"run_uuid": "added.id"}
            for table in ("runs", "metrics", "latest_metrics", "params", "tags"):
                moved = {"start_time": "start_time + 1000 * n"} if table == "runs" else {}
                _multiply(store, table, template, changed | moved)
        return experiment

    def add_curve(self, steps: int) -> str:
        """A run with one metric, ``loss``, of so many steps; the run's id."""
        run = self._run(self._experiment("curve"), 0)
        point = {"run_id": run, "key": "loss", "value": 1.0, "timestamp": 1, "step": 0}
        self.web.ask("POST", f"{API}/runs/log-metric", point)
        with closing(sqlite3.connect(self._path)) as store, store:
            store.execute("CREATE TEMP TABLE added (n INTEGER, value REAL)")
            points = ((n, curve(n)) for n in range(1, steps))
            store.executemany("INSERT INTO added VALUES (?, ?)", points)
            changed = {"step": "n", "timestamp": "timestamp + n", "value": "added.value"}
            _multiply(store, "metrics", run, changed)
        return run

    def _experiment(self, name: str) -> str:
        told = self.web.ask("POST", f"{API}/experiments/create", {"name": name})
        return str(told["experiment_id"])

    def _run(self, experiment: str, at: int) -> str:
        order = {"experiment_id": experiment, "start_time": at, "run_name": "bench"}
        return str(self.web.ask("POST", f"{API}/runs/create", order)["run"]["info"]["run_id"])


def curve(step: int) -> float:
    """The value that every contestant's curve has at a step."""
    return math.exp(-step / 30_000) + 0.05 * math.sin(step)


@contextmanager
def serving(work: Path) -> Iterator[Server]:
    """The server, once it answers."""
    home = work / "mlflow"
    home.mkdir()
    port = free_port()
    command = [peers.python("mlflow"), "-m", "mlflow", "server", "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{home}/store.db", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--artifacts-destination", str(home / "artifacts")]
    environment = os.environ | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{peers.python('mlflow').parent}:{os.environ['PATH']}",
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    web = Web(port)
    try:
        until(lambda: web.answers("/health") or process.poll() is not None)
        if process.poll() is not None:
            raise SystemExit(f"MLflow ended: {(home / 'log').read_text()[-2000:]}")
        yield Server(web, home / "store.db")
    finally:
        os.killpg(process.pid, 15)
        process.wait(60)


def _multiply(store: sqlite3.Connection, table: str, run: str, changed: Mapping[str, str]) -> None:
    """Each row of a run once more for each row of `added`, with some columns changed."""
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    values = [changed.get(name, f"{table}.{name}") for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    store.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table}, added "
        f"WHERE {table}.run_uuid = ?",
        (run,),
    )
