"""Two hundred trivial runs, with as many slots as processors.

    python -m benchmarks.burst [--rounds 7] [--small]

Ours: 200 times ``POST runs`` by one client of a live server, then a long poll for each one's end.
Bare: the same script by posix_spawn, as many at a time as there are slots, outputs fsynced.
Memory and the number of living runs are looked at every 50 ms in one more burst, which is not
timed: the owner's PSS, what all shims and commands add to it, and how many runs have a living
process and no exit.json.
"""

import os
import re
import sys
import threading
from pathlib import Path

from benchmarks import measure
from benchmarks.bare import SCRIPT, Bare
from benchmarks.lab import memory_mb
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import Owned, serving
from jupyter_mlws.records.run import NewRun, RunSpec

LOOK_S = 0.05
GROWTH_MB = 30.0  # what 200 rows and their answers may leave behind in the owner


def burst(owned: Owned, spec: RunSpec, count: int) -> None:
    """Submit all, wait for all."""
    ids = [owned.client.submit(NewRun(spec=spec)).id for _ in range(count)]
    for run_id in ids:
        run = owned.client.wait(run_id, 300)
        if run.state.value != "Completed":
            raise SystemExit(f"run {run_id} is {run.state.value}: {run.reason}")


class Watch:
    """Looks at a workspace's processes until it is stopped."""

    def __init__(self, owned: Owned) -> None:
        self._owner = owned.process.pid
        self._homes = re.compile(re.escape(str(owned.place.state)) + r"/runs/(\w+)/\d+")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most_runs, self.owner_mb, self.runs_mb = 0, 0.0, 0.0

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_S):
            living = self._processes()
            self.most_runs = max(self.most_runs, len({run for _, run in living}))
            self.owner_mb = max(self.owner_mb, _memory(self._owner))
            self.runs_mb = max(self.runs_mb, sum(_memory(pid) for pid, _ in living))

    def _processes(self) -> list[tuple[int, str]]:
        """Shims, by their command line, and commands, by their folder; of runs that go on."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = Path(f"/proc/{entry}/cmdline").read_text(errors="replace")
                words += os.readlink(f"/proc/{entry}/cwd")
            except OSError:  # it has ended, or is not ours
                continue
            home = self._homes.search(words)
            if home is not None and not Path(home[0], "exit.json").exists():
                found.append((int(entry), home[1]))
        return found


def _memory(pid: int) -> float:
    try:
        return memory_mb(pid)
    except (OSError, SystemExit):  # it has ended
        return 0.0


def works(work: Path, plan: Plan) -> list[Row]:
    count, slots = plan.count(200, 12), os.cpu_count() or 1
    bare = Bare(work / "bare")
    with serving(work / "workspace") as owned:
        spec = RunSpec(
            script="job.py", snapshot=owned.sent({"job.py": SCRIPT}), python=sys.executable
        )
        burst(owned, spec, 2 * slots)  # warm
        before_mb = memory_mb(owned.process.pid)
        took = measure.alternate(
            {
                "ours": lambda: burst(owned, spec, count),
                f"bare processes, {slots} at a time": lambda: bare.many(count, slots),
            },
            plan.rounds,
        )
        with Watch(owned) as seen:
            burst(owned, spec, count)
    ours, beside = (Figure(name, "s", samples) for name, samples in took.items())
    done = count * (plan.rounds + 1)
    return [
        Row(work=f"{count} trivial runs", ours=ours, beside=beside, times_it=4),
        Row(
            work=f"{count} trivial runs: runs alive at once, {slots} slots",
            ours=Figure("ours", "runs", (seen.most_runs,)),
            at_most=slots,
        ),
        Row(
            work=f"memory that the owner keeps after {done:,} runs",
            ours=Figure("ours", "MB", (max(0.0, seen.owner_mb - before_mb),)),
            at_most=GROWTH_MB,
        ),
        Row(
            work=f"memory of all living shims and commands, {slots} slots, most at once",
            ours=Figure("ours", "MB", (seen.runs_mb,)),
        ),
    ]


if __name__ == "__main__":
    measure.main("burst", __doc__, works)
