"""What a run logged under one name."""

from typing import Any, Literal

from msgspec import Struct

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.number import Number

# scalar and text come from log and log_list; the others from log_row, log_table, log_image
SeriesKind = Literal["scalar", "text", "row", "table", "image"]


class Point(Struct, frozen=True, kw_only=True):
    """One value. An image's is ``{"path": "outputs/…"}``, a row's and a table's their columns."""

    step: int | None
    value: Any
    at: Instant


class Series(Struct, frozen=True, kw_only=True):
    """A metric of a run, with its points where they were asked for."""

    run_id: str
    name: str
    kind: SeriesKind
    n: int
    last: Any  # Number for a scalar
    min: Number | None = None  # scalars only; NaN is passed over
    max: Number | None = None
    last_step: int | None = None
    last_at: Instant
    points: tuple[Point, ...] = ()


class Chart(Struct, frozen=True, kw_only=True):
    """A scalar series drawn in at most so many buckets; the arrays are parallel.

    In each bucket `low` and `high` are its minimum and maximum, so that a spike
    stays; `values` is its last value. With fewer points than buckets all are equal.
    """

    run_id: str
    name: str
    n: int  # points in the whole series
    steps: tuple[int, ...]
    at: tuple[float, ...]  # unix seconds
    values: tuple[Number, ...]
    low: tuple[Number, ...]
    high: tuple[Number, ...]
