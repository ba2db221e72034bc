"""Ten thousand runs: a list of the newest hundred, and what a server keeps once all were listed.

    python -m benchmarks.listing [--rounds 7] [--small]

Both stores hold 10,000 completed runs with 20 metrics and 10 parameters each. Ours: ``GET
runs?limit=100`` of a live owner; MLflow lean (one worker, no job processes, SQLite):
``runs/search`` with 100 results, newest first, as its own pages ask. One kept-alive client for
both; the bytes are read, not decoded. Memory: PSS of JupyterLab after all 10,000 runs were listed
in pages of a thousand, less that of JupyterLab without the extension, one after the other.
"""

import time
from pathlib import Path

from benchmarks import lab, measure, mlflow_server
from benchmarks.filled import workspace_with
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import serving
from benchmarks.startup import SETTLE_S

RUNS = "/mlws/api/v1/runs"


def works(work: Path, plan: Plan) -> list[Row]:
    count = plan.count(10_000, 300)
    root = work / "workspace"
    workspace_with(root, count=count)
    listed, beside = _listed(work, root, plan, count)
    kept = [_kept_mb(work, root, count) for _ in range(max(3, plan.rounds // 2))]
    return [
        Row(
            work=f"list of 100 of {count:,} runs, at the server",
            ours=listed,
            beside=beside,
            times_faster=15,
        ),
        Row(
            work=f"memory over a bare Jupyter server after {count:,} runs were listed",
            ours=Figure("ours", "MB", tuple(kept)),
            at_most=60,
        ),
    ]


def _listed(work: Path, root: Path, plan: Plan, count: int) -> tuple[Figure, Figure]:
    with serving(root) as owned, mlflow_server.serving(work) as peer:
        experiment = peer.add_runs(count)
        web = owned.web()
        asked = {
            "experiment_ids": [experiment],
            "max_results": 100,
            "order_by": ["attributes.start_time DESC"],
        }
        contestants: dict[str, measure.Contestant] = {
            "ours": lambda: _full(web.read("GET", f"{RUNS}?limit=100").count(b'"created_at"')),
            "MLflow lean": lambda: _full(
                peer.web.read("POST", f"{mlflow_server.API}/runs/search", asked).count(b'"run_id"')
            ),
        }
        for contestant in contestants.values():
            contestant()  # warm
        took = measure.alternate(
            contestants, plan.rounds, each={"ours": plan.count(30, 3), "MLflow lean": 3}
        )
    ours, beside = (Figure(name, "s", samples) for name, samples in took.items())
    return ours, beside


def _full(found: int) -> None:
    if found != 100:
        raise SystemExit(f"a list of {found} instead of 100 runs")


def _kept_mb(work: Path, root: Path, count: int) -> float:
    with lab.lab(work, work / "empty", None) as bare:
        time.sleep(SETTLE_S)
        without_mb = bare.memory_mb()
    with lab.lab(work, root, "jupyter_mlws") as ours:
        measure.until(lambda: ours.web.ask("GET", "/mlws/api/v1/health"))
        found, cursor = 0, ""
        while True:
            page = ours.web.ask("GET", f"{RUNS}?limit=1000{cursor}")
            found += len(page["items"])
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        if found != count:
            raise SystemExit(f"{found} instead of {count} runs were listed")
        time.sleep(SETTLE_S)
        return ours.memory_mb() - without_mb


if __name__ == "__main__":
    measure.main("listing", __doc__, works, "mlflow")
