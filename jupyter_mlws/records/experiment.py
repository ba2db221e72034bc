"""An experiment: a name under which runs are counted."""

from msgspec import Struct

from jupyter_mlws.records.instant import Instant


class Experiment(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    n_runs: int
    n_active: int
    n_failed: int
    last_at: Instant | None = None  # when its newest run was created
    archived_at: Instant | None = None
    created_at: Instant
    created_by: str
