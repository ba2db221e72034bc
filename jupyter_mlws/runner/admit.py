"""Who may leave the queue: slots by target, the urgent first, then by order of arrival."""

import shutil
from collections import Counter

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid, MlwsError
from jupyter_mlws.records.run import Reason, Run, RunState
from jupyter_mlws.runner.environments import Environments
from jupyter_mlws.store import attempts, queue, runs
from jupyter_mlws.targets.base import Target

LEAST_FREE_BYTES = 1 << 30
LEAST_FREE_SHARE = 0.05
AT_ONCE = 32  # admitted in one transaction


def admit(
    backend: Backend,
    token: str,
    under_way: list[Run],
    wanted: set[str],
    environments: Environments,
) -> tuple[list[Run], bool]:
    """Move what may start from Queued to Starting; the runs that were, and whether some wait.

    `wanted` are the targets for which somebody waits. Where each run will be found is stored
    in the same transaction, before anything starts.
    Who has to wait is told why.
    """
    taken = Counter(run.target for run in under_way if run.kind != "service")
    admitted: list[Run] = []
    some_wait = False
    for name, target in [pair for pair in backend.targets.items() if pair[0] in wanted]:
        free = min(max(0, target.slots - taken[name]), AT_ONCE)
        with backend.store.read() as tx:
            services = queue.waiting(tx, name, limit=AT_ONCE, services=True)
            first = queue.waiting(tx, name, limit=free + 1)
            low = _disk_low(backend) if first else None
            silent = queue.unexplained(tx, name) if low or len(first) > free else []
        chosen = [] if low else first[:free]
        some_wait = some_wait or len(first) > len(chosen)
        if services or chosen:
            admitted += _admit(backend, token, target, services + chosen, environments)
        if len(first) > len(chosen):
            _tell(backend, silent, {r.id for r in chosen}, low, target, name)
    return admitted, some_wait


def _admit(
    backend: Backend, token: str, target: Target, chosen: list[Run], environments: Environments
) -> list[Run]:
    started: list[Run] = []
    at = backend.now()
    with backend.store.write() as tx:
        for run in chosen:
            try:
                launch = target.prepare(run)
            except MlwsError as error:
                wrong = Reason.INVALID_RECORD if isinstance(error, Invalid) else None
                code = wrong or Reason.LAUNCH_REJECTED
                runs.move(tx, run.id, RunState.FAILED, at=at, code=code, sentence=str(error))
                continue
            environments.note(tx, run)
            try:
                way = (RunState.PREPARING, RunState.STARTING)
                moved = runs.move(tx, run.id, *way, at=at, lease=token)
            except Conflict:
                continue  # canceled meanwhile
            attempts.create(tx, run, launch.handle, launch.spec["command"], at=at)
            started.append(moved)
    return started


def _tell(
    backend: Backend,
    silent: list[str],
    chosen: set[str],
    low: str | None,
    target: Target,
    name: str,
) -> None:
    """Say to who waits what it waits for, once."""
    waits = [run_id for run_id in silent if run_id not in chosen]
    if not waits:
        return
    code = Reason.DISK_LOW if low else Reason.WAITING_SLOT
    both = {1: "its one slot is", 2: "both slots are"}.get(target.slots, f"all {target.slots} are")
    sentence = low or f"Waits for a slot on {name}: {both} taken."
    with backend.store.write() as tx:
        for run_id in waits:
            runs.explain(tx, run_id, code, sentence, at=backend.now())


def _disk_low(backend: Backend) -> str | None:
    """A sentence where the workspace's disk has too little room to begin anything new."""
    disk = shutil.disk_usage(backend.settings.state)
    if disk.free >= LEAST_FREE_BYTES and disk.free >= disk.total * LEAST_FREE_SHARE:
        return None
    return (
        f"Waits for room: {disk.free / 1e9:.1f} of {disk.total / 1e9:.0f} GB are free on the "
        "workspace's disk. Free some, for example with: mlws workspace prune --older-than 30d."
    )
