"""From submit to done of a script that prints a word.

    python -m benchmarks.submit [--rounds 7] [--small]

Ours: the HTTP client in a live Python, snapshot known; POST, then a long poll for the end.
Metaflow: ``python flow.py run`` of a flow with the two steps that it must have.
jupyter-scheduler: a live server; a one-cell notebook posted over HTTP, asked for every 20 ms.
Bare: the same script by posix_spawn with the same interpreter, output file and folder fsynced.
All take turns; ours and the bare process are asked several times in a turn.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import lab, measure, peers
from benchmarks.bare import SCRIPT, Bare
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import Owned, serving
from jupyter_mlws.records.run import NewRun, RunSpec

FLOW = """
from metaflow import FlowSpec, step

class Hi(FlowSpec):
    @step
    def start(self):
        print("hi")
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    Hi()
"""


def once(owned: Owned, spec: RunSpec) -> None:
    """Submit, and wait for the end."""
    run = owned.client.wait(owned.client.submit(NewRun(spec=spec)).id, 120)
    if run.state.value != "Completed":
        raise SystemExit(f"run {run.id} is {run.state.value}: {run.reason}")


class Metaflow:
    """A flow in a folder of its own."""

    def __init__(self, work: Path) -> None:
        self.folder = work / "metaflow"
        self.folder.mkdir()
        (self.folder / "flow.py").write_text(FLOW)
        self.command = [str(peers.python("metaflow")), "flow.py", "--quiet", "run"]
        self.environment = os.environ | {
            "METAFLOW_HOME": str(self.folder / "home"),
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(self.folder),
            "METAFLOW_DEFAULT_METADATA": "local",
            "METAFLOW_DEFAULT_DATASTORE": "local",
            "USERNAME": "bench",
        }

    def run(self) -> None:
        subprocess.run(
            self.command, cwd=self.folder, env=self.environment, check=True, capture_output=True
        )


def works(work: Path, plan: Plan) -> list[Row]:
    flow, bare = Metaflow(work), Bare(work / "bare")
    with serving(work / "workspace") as owned, lab.scheduler(work) as scheduler:
        snapshot = owned.sent({"job.py": SCRIPT})
        spec = RunSpec(script="job.py", snapshot=snapshot, python=sys.executable)
        contestants: dict[str, measure.Contestant] = {
            "ours": lambda: once(owned, spec),
            "bare process, fsynced": bare.run,
            "Metaflow": flow.run,
            "jupyter-scheduler": lambda: lab.job(scheduler),
        }
        for contestant in contestants.values():
            contestant()  # warm
        quick = plan.count(15, 3)
        each = {"ours": quick, "bare process, fsynced": quick}
        took = measure.alternate(contestants, plan.rounds, each=each)
    figures = {name: Figure(name, "s", samples) for name, samples in took.items()}
    work_name = "submit → done of a trivial script"
    return [
        Row(work=work_name, ours=figures["ours"], beside=figures["Metaflow"], times_faster=20),
        Row(
            work=work_name,
            ours=figures["ours"],
            beside=figures["jupyter-scheduler"],
            times_faster=50,
        ),
        Row(
            work=work_name,
            ours=figures["ours"],
            beside=figures["bare process, fsynced"],
            times_it=3,
        ),
    ]


if __name__ == "__main__":
    measure.main("submit", __doc__, works, "metaflow", "scheduler")
