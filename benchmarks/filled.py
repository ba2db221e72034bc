"""A workspace whose store holds many runs and a long curve, written through the store's rooms."""

import sys
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.mlflow_server import METRICS, PARAMETERS, curve
from jupyter_mlws.client import workspace
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, RunSpec, RunState
from jupyter_mlws.store import metrics, runs, tables
from jupyter_mlws.store.metrics import Logged
from jupyter_mlws.store.open import Store
from jupyter_mlws.store.transaction import Transaction

AT_ONCE = 500
BEGAN = Instant.parse("2030-01-01T00:00:00.000Z")


def workspace_with(root: Path, *, count: int = 0, steps: int = 0) -> tuple[Workspace, str]:
    """A workspace with so many completed runs, and one with a curve of so many steps.

    Returns
    -------
    The workspace, and the id of the run with the curve (empty without).
    """
    root.mkdir()
    place = workspace.create(root)
    store = Store(place.state / "store.db", lambda *_: None)
    try:
        for first in range(0, count, AT_ONCE):
            with store.write() as tx:
                _add_runs(tx, range(first, min(first + AT_ONCE, count)))
        run_id = ""
        if steps:
            with store.write() as tx:
                run_id = _add_curve(tx, steps)
    finally:
        store.close()
    return place, run_id


def _begun(tx: Transaction, n: int, experiment: str) -> tuple[str, Instant]:
    at = BEGAN.after(float(n))
    spec = RunSpec(
        command=(sys.executable, "train.py"),
        experiment=experiment,
        parameters={f"param_{i}": i / 3 for i in range(PARAMETERS)},
    )
    new = NewRun(id=new_id(at), spec=spec)
    return runs.create(tx, new, at=at, by="bench", state=RunState.RUNNING).id, at


def _add_runs(tx: Transaction, numbers: range) -> None:
    begun = [_begun(tx, n, "runs") for n in numbers]
    first = (tx.execute(select(func.max(tables.metrics.c.id))).scalar() or 0) + 1
    series, points = [], []
    for place, (run_id, at) in enumerate(begun):
        for i in range(METRICS):
            key, value = first + place * METRICS + i, (i + place % 17) / 7
            figures = dict.fromkeys(("last", "min", "max"), value)
            series.append(
                {"id": key, "run_id": run_id, "name": f"metric_{i}", "kind": "scalar"}
                | {"n": 1, "last_step": 0, "last_at": at}
                | figures
            )
            points.append({"metric_id": key, "seq": 1, "step": 0, "at": at, "value": value})
    tx.execute(insert(tables.metrics), series)
    tx.execute(insert(tables.points), points)
    for run_id, at in begun:
        runs.move(tx, run_id, RunState.FINALIZING, RunState.COMPLETED, at=at.after(1.0))


def _add_curve(tx: Transaction, steps: int) -> str:
    run_id, at = _begun(tx, 10**6, "curve")
    logged = [Logged("scalar", curve(n), n, at.after(n / 1000)) for n in range(steps)]
    metrics.append(tx, run_id, "loss", logged)
    runs.move(tx, run_id, RunState.FINALIZING, RunState.COMPLETED, at=at.after(steps / 1000))
    return run_id
