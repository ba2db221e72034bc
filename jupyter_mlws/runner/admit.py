"""Who may leave the queue: slots by target, the urgent first, then by order of arrival."""

from jupyter_mlws.actions.admit import admit, disk_low
from jupyter_mlws.backend import Backend
from jupyter_mlws.records.run import Reason, Run
from jupyter_mlws.store import queue, runs
from jupyter_mlws.targets.base import Target

AT_ONCE = 32  # admitted in one transaction


def admit_waiting(backend: Backend, token: str, wanted: set[str]) -> tuple[list[Run], bool]:
    """Admit those who waited long enough; the runs that were, and whether some wait.

    `wanted` are the targets for which somebody waits. Who has to wait is told why.
    """
    admitted: list[Run] = []
    some_wait = False
    for name, target in [pair for pair in backend.targets.items() if pair[0] in wanted]:
        with backend.store.read() as tx:
            services = queue.waiting(tx, name, limit=AT_ONCE, services=True)
            free = min(max(0, target.slots - queue.taken(tx, name)), AT_ONCE)
            first = queue.waiting(tx, name, limit=free + 1)
            low = disk_low(backend) if first else None
            silent = queue.unexplained(tx, name) if low or len(first) > free else []
        chosen = [] if low else first[:free]
        some_wait = some_wait or len(first) > len(chosen)
        if services or chosen:
            admitted += _admit(backend, token, target, services, chosen)
        if len(first) > len(chosen):
            _tell(backend, silent, {r.id for r in chosen}, low, target, name)
    return admitted, some_wait


def _admit(
    backend: Backend, token: str, target: Target, services: list[Run], chosen: list[Run]
) -> list[Run]:
    """Those that could be started. A slot may have been given away since we looked."""
    with backend.store.write() as tx:
        taken = queue.taken(tx, chosen[0].target) if chosen else 0
        some = services + chosen[: max(0, target.slots - taken)]
        return [moved for run in some if (moved := admit(backend, tx, run, token)) is not None]


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
