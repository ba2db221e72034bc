"""What JupyterLab's start costs more with us, beside what it costs more with jupyter-scheduler.

    python -m benchmarks.startup [--rounds 7] [--small]

A server is started, asked for ``/api`` until it answers, left alone for two seconds, in which
what begins late begins, and ended. CPU time is the process's own (user and system), memory its
PSS. A start's CPU time is noisy: there are twice as many rounds as elsewhere. In each, five servers
take turns: without and with our extension in an empty folder, with it in a workspace (which it
then owns), and, in an environment of its own with the same JupyterLab, without and with
jupyter-scheduler. Extensions are switched in the configuration. What is added is the difference to
the same environment's server without, round by round.
"""

import time
from pathlib import Path

from benchmarks import lab, measure, peers
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import owns
from jupyter_mlws.client import workspace

SETTLE_S = 2.0
OURS, THEIRS = "jupyter_mlws", "jupyter_scheduler"


def costs(work: Path, root: Path, extension: str | None, python: Path | None) -> tuple[float, ...]:
    """CPU seconds and MB of one start."""
    with lab.lab(work, root, extension, python) as running:
        if (root / ".mlws").exists():
            place = workspace.load(root)
            measure.until(lambda: owns(place))
        time.sleep(SETTLE_S)
        return running.cpu_s(), running.memory_mb()


def works(work: Path, plan: Plan) -> list[Row]:
    empty, place = work / "empty", work / "workspace"
    place.mkdir()
    workspace.create(place)
    peer = peers.python("scheduler")
    starts = {
        "bare": (empty, None, None),
        "ours": (empty, OURS, None),
        "workspace": (place, OURS, None),
        "their bare": (empty, None, peer),
        "theirs": (empty, THEIRS, peer),
    }
    seen: dict[str, list[tuple[float, ...]]] = {name: [] for name in starts}
    for turn in range(-1, plan.count(2 * plan.rounds, plan.rounds)):  # the first is to warm
        for name in list(starts) if turn % 2 else list(starts)[::-1]:
            found = costs(work, *starts[name])
            if turn >= 0:
                seen[name].append(found)

    def added(name: str, bare: str, kind: int) -> tuple[float, ...]:
        pairs = zip(seen[name], seen[bare], strict=True)
        return tuple(own[kind] - without[kind] for own, without in pairs)

    rows = []
    for kind, what, unit in ((0, "CPU time", "s"), (1, "memory", "MB")):
        beside = Figure("jupyter-scheduler adds", unit, added("theirs", "their bare", kind))
        for name, where, bound in (
            ("ours", "empty directory", 0.3),
            ("workspace", "with a workspace", 1.0),
        ):
            rows.append(
                Row(
                    work=f"{what} added to JupyterLab's start, {where}",
                    ours=Figure("ours adds", unit, added(name, "bare", kind)),
                    beside=beside,
                    times_it=bound,
                )
            )
    return rows


if __name__ == "__main__":
    measure.main("startup", __doc__, works, "scheduler")
