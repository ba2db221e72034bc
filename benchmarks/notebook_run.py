"""From submit to done of a notebook with one cell that prints a word.

    python -m benchmarks.notebook_run [--rounds 7] [--small]

Ours: the HTTP client in a live Python, snapshot known, a long poll for the end.
jupyter-scheduler: a live server; the same notebook posted over HTTP, asked for every 20 ms.
Both start a new kernel of their own interpreter and keep the executed copy.
"""

import json
import sys
from pathlib import Path

from benchmarks import lab, measure
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import serving
from benchmarks.submit import once
from jupyter_mlws.records.run import RunSpec


def works(work: Path, plan: Plan) -> list[Row]:
    with serving(work / "workspace") as owned, lab.scheduler(work) as scheduler:
        snapshot = owned.sent({"hi.ipynb": json.dumps(lab.ONE_CELL)})
        spec = RunSpec(notebook="hi.ipynb", snapshot=snapshot, python=sys.executable)
        contestants: dict[str, measure.Contestant] = {
            "ours": lambda: once(owned, spec),
            "jupyter-scheduler": lambda: lab.job(scheduler),
        }
        for contestant in contestants.values():
            contestant()  # warm
        took = measure.alternate(contestants, plan.rounds)
    ours, beside = (Figure(name, "s", samples) for name, samples in took.items())
    return [Row(work="a one-cell notebook run", ours=ours, beside=beside, times_faster=3)]


if __name__ == "__main__":
    measure.main("notebook_run", __doc__, works, "scheduler")
