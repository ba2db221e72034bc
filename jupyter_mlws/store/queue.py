"""The queue is the runs table read by age; a lease says who may act on a row, and until when."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select, update

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run, RunState
from jupyter_mlws.store import documents
from jupyter_mlws.store.documents import T

OPEN = [state.value for state in RunState if not state.over]
UNDER_WAY = [state for state in OPEN if state != RunState.QUEUED.value]
ORDER = (T.c.priority.desc(), T.c.created_at, T.c.id)
QUEUED = (T.c.state == RunState.QUEUED.value, T.c.target == bindparam("target"))
OURS = or_(
    T.c.lease.is_(None), T.c.lease == bindparam("token"), T.c.leased_until < bindparam("now")
)
MOVING = (
    select(T.c.document)
    .where(T.c.state.in_(UNDER_WAY), T.c.kind != "external", OURS)
    .order_by(*ORDER)
)
TARGETS = select(T.c.target).where(T.c.state == RunState.QUEUED.value).distinct()
WAITING = {
    services: select(T.c.document)
    .where(*QUEUED, T.c.kind == "service" if services else T.c.kind != "service")
    .order_by(*ORDER)
    .limit(bindparam("most"))
    for services in (True, False)
}
SLOTTED = (T.c.target == bindparam("target"), T.c.kind.not_in(("service", "external")))
TAKEN = select(func.count()).where(T.c.state.in_(UNDER_WAY), *SLOTTED)
OTHERS = (
    select(T.c.id)
    .where(T.c.state == RunState.QUEUED.value, *SLOTTED, T.c.id != bindparam("run"))
    .limit(1)
)


def taken(tx: Connection, target: str) -> int:
    """How many runs take a slot of a target."""
    return tx.execute(TAKEN, {"target": target}).scalar_one()


def others_wait(tx: Connection, run: Run) -> bool:
    """Whether a queued run is not alone in waiting for a slot of its target."""
    return tx.execute(OTHERS, {"target": run.target, "run": run.id}).first() is not None


def under_way(tx: Connection, token: str, *, at: Instant) -> list[Run]:
    """The runs that have left the queue and are ours to look after."""
    return _runs(tx, MOVING, token=token, now=at)


def targets(tx: Connection) -> set[str]:
    """Those for which somebody waits."""
    return set(tx.execute(TARGETS).scalars())


def waiting(tx: Connection, target: str, *, limit: int, services: bool = False) -> list[Run]:
    """The next of a target's queue, the urgent first, then by order of arrival.

    Services stand in a queue of their own: they take no slot.
    """
    return _runs(tx, WAITING[services], target=target, most=limit)


def _runs(tx: Connection, found: Select[Any], **given: Any) -> list[Run]:
    return [documents.read(text) for text in tx.execute(found, given).scalars()]


def unexplained(tx: Connection, target: str) -> list[str]:
    """Runs that wait without having been told why."""
    silent = select(T.c.id).where(
        T.c.state == RunState.QUEUED.value, T.c.target == target, T.c.reason_code.is_(None)
    )
    return list(tx.execute(silent).scalars())


def lease(tx: Connection, token: str, run_ids: list[str], *, at: Instant, ttl_s: float) -> None:
    """Take or renew the right to act on runs. A runner that dies lets go when it is over."""
    free = or_(T.c.lease.is_(None), T.c.leased_until < at, T.c.lease == token)
    held = update(T).where(T.c.id.in_(run_ids), free)
    tx.execute(held.values(lease=token, leased_until=at.after(ttl_s)))


def release(tx: Connection) -> None:
    """Free all leases: for the process that alone owns the store, at its start."""
    tx.execute(update(T).where(T.c.lease.is_not(None)).values(lease=None, leased_until=None))


def ahead(tx: Connection, run: Run) -> int:
    """How many runs stand before a queued one."""
    ids = select(T.c.id).where(T.c.state == RunState.QUEUED.value, T.c.target == run.target)
    order = list(tx.execute(ids.order_by(*ORDER)).scalars())
    return order.index(run.id) if run.id in order else 0
