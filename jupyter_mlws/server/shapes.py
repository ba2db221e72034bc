"""What each route takes and answers: the types behind openapi.json."""

from typing import Any, NamedTuple

from jupyter_mlws.records.change import Changes
from jupyter_mlws.records.endpoint import (
    Answer,
    Endpoint,
    EndpointPatch,
    Invocation,
    Keys,
    NewEndpoint,
)
from jupyter_mlws.records.experiment import Experiment
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import Model, ModelVersion, NewVersion, VersionPatch
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.run import Move, NewRun, Run, RunAgain, RunDetail, RunPatch
from jupyter_mlws.records.series import Chart, Series
from jupyter_mlws.records.snapshot import Manifest, Missing, Plan, Snapshot, SnapshotDiff
from jupyter_mlws.records.target import NewTarget, TargetInfo
from jupyter_mlws.records.workspace import Pruned, PruneOrder, WorkspaceInfo
from jupyter_mlws.server.metrics import MetricQuery, MetricsQuery
from jupyter_mlws.server.run_files import FileQuery, LogQuery
from jupyter_mlws.server.runs import PageQuery, RunQuery, SubmitQuery
from jupyter_mlws.server.snapshots import Received
from jupyter_mlws.server.workspace import ChangesQuery
from jupyter_mlws.store.search import Query


class Shape(NamedTuple):
    """`answer` and `body` are records (several: one of them), or None: bytes, or nothing."""

    answer: Any = None
    body: Any = None
    query: Any = None


SHAPES: dict[tuple[str, str], Shape] = {
    ("GET", "workspace"): Shape(WorkspaceInfo),
    ("GET", "changes"): Shape(Changes, query=ChangesQuery),
    ("GET", "targets"): Shape(Page[TargetInfo]),
    ("GET", "targets/{name}"): Shape(TargetInfo),
    ("PUT", "targets/{name}"): Shape(TargetInfo, NewTarget),
    ("DELETE", "targets/{name}"): Shape(TargetInfo),
    ("POST", "prune"): Shape(Pruned, PruneOrder),
    ("POST", "snapshots/plan"): Shape(Missing, Plan),
    ("POST", "packs"): Shape(Received),
    ("POST", "snapshots"): Shape(Snapshot, Manifest),
    ("POST", "snapshots/{id}/changes"): Shape(Snapshot),
    ("GET", "snapshots/{id}"): Shape(Snapshot),
    ("GET", "snapshots/{id}.zip"): Shape(),
    ("GET", "snapshots/{id}/files/{path}"): Shape(query=FileQuery),
    ("GET", "snapshots/{id}/diff/{other}"): Shape(SnapshotDiff),
    ("GET", "experiments"): Shape(Page[Experiment], query=PageQuery),
    ("GET", "runs"): Shape(Page[Run], query=Query),
    ("POST", "runs"): Shape(Run, NewRun, SubmitQuery),
    ("GET", "runs/{id}"): Shape(RunDetail, query=RunQuery),
    ("PATCH", "runs/{id}"): Shape(RunDetail, RunPatch),
    ("DELETE", "runs/{id}"): Shape(Pruned),
    ("POST", "runs/{id}/cancel"): Shape(Run),
    ("POST", "runs/{id}/again"): Shape(Run, RunAgain),
    ("GET", "runs/{id}/moves"): Shape(Page[Move]),
    ("GET", "runs/{id}/log"): Shape(query=LogQuery),
    ("GET", "runs/{id}/log/follow"): Shape(),
    ("GET", "runs/{id}/metrics"): Shape(Page[Series], query=MetricsQuery),
    ("GET", "runs/{id}/metrics/{path}"): Shape((Series, Chart), query=MetricQuery),
    ("GET", "runs/{id}/files"): Shape(Page[FileEntry]),
    ("GET", "runs/{id}/files/{path}"): Shape(query=FileQuery),
    ("GET", "models"): Shape(Page[Model]),
    ("GET", "models/{name}/versions"): Shape(Page[ModelVersion]),
    ("POST", "models/{name}/versions"): Shape(ModelVersion, NewVersion),
    ("GET", "models/{name}/versions/{version}"): Shape(ModelVersion),
    ("PATCH", "models/{name}/versions/{version}"): Shape(ModelVersion, VersionPatch),
    ("DELETE", "models/{name}/versions/{version}"): Shape(ModelVersion),
    ("GET", "models/{name}/versions/{version}/content"): Shape(),
    ("GET", "models/{name}/versions/{version}/content/{path}"): Shape(query=FileQuery),
    ("GET", "endpoints"): Shape(Page[Endpoint]),
    ("POST", "endpoints"): Shape(Endpoint, NewEndpoint),
    ("GET", "endpoints/{name}"): Shape(Endpoint),
    ("PATCH", "endpoints/{name}"): Shape(Endpoint, EndpointPatch),
    ("DELETE", "endpoints/{name}"): Shape(Endpoint),
    ("POST", "endpoints/{name}/invoke"): Shape(Answer, Invocation),
    ("GET", "endpoints/{name}/keys"): Shape(Keys),
    ("POST", "endpoints/{name}/keys/{which}"): Shape(Keys),
    ("GET", "endpoints/{name}/log"): Shape(query=LogQuery),
}
