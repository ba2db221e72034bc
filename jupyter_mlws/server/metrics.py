"""/mlws/api/v1/runs/{id}/metrics"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.store import metrics, runs
from jupyter_mlws.store.transaction import Transaction


class MetricsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    points: bool = False  # every point of every series
    buckets: Annotated[int, Meta(ge=0, le=500)] = 0  # or at most so many of each


class MetricQuery(Struct, frozen=True, forbid_unknown_fields=True):
    buckets: Annotated[int, Meta(ge=0, le=10_000)] = 0  # 0: the whole series


class MetricsHandler(RecordHandler):
    async def get(self, ref: str) -> None:
        self.reply_page(await self.look(_all, ref, self.query(MetricsQuery)))


class MetricHandler(RecordHandler):
    async def get(self, ref: str, name: str) -> None:
        self.reply(await self.look(_one, ref, name, self.query(MetricQuery).buckets))


def _all(tx: Transaction, ref: str, query: MetricsQuery) -> Any:
    run_id = runs.resolve(tx, ref)
    return metrics.listed(tx, run_id, points=query.points, buckets=query.buckets)


def _one(tx: Transaction, ref: str, name: str, buckets: int) -> Any:
    run_id = runs.resolve(tx, ref)
    if buckets:
        return metrics.chart(tx, run_id, name, buckets)
    return metrics.get(tx, run_id, name)


ROUTES: dict[str, type[RecordHandler]] = {
    "runs/{id}/metrics": MetricsHandler,
    "runs/{id}/metrics/{path}": MetricHandler,
}
