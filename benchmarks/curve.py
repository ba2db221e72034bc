"""The first drawing of a curve of 100,000 steps, at the server.

    python -m benchmarks.curve [--rounds 7] [--small]

Ours: ``GET runs/{id}/metrics/loss?buckets=500`` of a live owner: least, greatest and last value of
each bucket, so that no spike is lost. MLflow lean (one worker, no job processes, SQLite) twice:
the whole history in pages of 25,000, which is what a true curve needs there, and the sample of
320 steps that its own page asks for, which passes over all that lies between them. One kept-alive
client for all; the bytes are read, not decoded (of a page only the token of the next).
"""

import re
from pathlib import Path

from benchmarks import measure, mlflow_server
from benchmarks.filled import workspace_with
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import serving
from benchmarks.web import Web

PAGE = 25_000
HISTORY = f"{mlflow_server.API}/metrics/get-history?metric_key=loss&max_results={PAGE}"
SAMPLE = "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?metric_key=loss&max_results=320"
NEXT = re.compile(rb'"next_page_token":\s*"([^"]+)"')


def history(web: Web, run: str, steps: int) -> None:
    """Every page of MLflow's history."""
    found, token = 0, ""
    while True:
        page = web.read("GET", f"{HISTORY}&run_id={run}{token}")
        found += page.count(b'"step"')
        following = NEXT.search(page, max(0, len(page) - 1000))
        if following is None:
            break
        token = f"&page_token={following[1].decode()}"
    if found != steps:
        raise SystemExit(f"MLflow told {found} of {steps} steps")


def works(work: Path, plan: Plan) -> list[Row]:
    steps = plan.count(100_000, 1_000)
    place, run = workspace_with(work / "workspace", steps=steps)
    with serving(place.root) as owned, mlflow_server.serving(work) as peer:
        theirs = peer.add_curve(steps)
        web = owned.web()
        path = f"/mlws/api/v1/runs/{run}/metrics/loss?buckets=500"
        if b'"low"' not in web.read("GET", path):
            raise SystemExit("no buckets came")
        contestants: dict[str, measure.Contestant] = {
            "ours, 500 buckets": lambda: _none(web.read("GET", path)),
            "MLflow lean, whole history": lambda: history(peer.web, theirs, steps),
            "MLflow lean, 320 sampled": lambda: _none(
                peer.web.read("GET", f"{SAMPLE}&run_ids={theirs}")
            ),
        }
        for contestant in contestants.values():
            contestant()  # warm
        each = {"ours, 500 buckets": plan.count(7, 2), "MLflow lean, 320 sampled": 3}
        took = measure.alternate(contestants, plan.rounds, each=each)
    ours, whole, sampled = (Figure(name, "s", samples) for name, samples in took.items())
    name = f"first drawing of a curve of {steps:,} steps, at the server"
    return [
        Row(work=name, ours=ours, beside=whole, times_faster=40),
        Row(work=name, ours=ours, beside=sampled),
    ]


def _none(_: bytes) -> None:
    """What was read is not kept."""


if __name__ == "__main__":
    measure.main("curve", __doc__, works, "mlflow")
