"""Where the rows are in a request, and whether they have the right shape."""

from __future__ import annotations

import json
from typing import Any

from jupyter_mlws.scoring.replica.answer import BadRequest

KEYS = ("data", "input_data", "Inputs", "inputs", "instances", "dataframe_split", "rows")
SHOWN = '{"data": [[…], …]}'


def parse(body: bytes) -> Any:
    """Raises BadRequest where the body is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error


def find(document: Any) -> list[Any] | None:
    """The rows in a request: a list, or under one of the names that Azure and MLflow use.

    Returns
    -------
    The rows, each a list, a dict or a single value; None where there are none. A table of
    columns (``{"columns": […], "data": […]}``) becomes rows that are dicts.
    """
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):
        names = document["columns"]
        if any(not isinstance(row, list) or len(row) != len(names) for row in document["data"]):
            raise BadRequest(
                f"Each row of a table of {len(names)} columns has {len(names)} values."
            )
        return [dict(zip(names, row)) for row in document["data"]]  # noqa: B905  (3.8 has no strict)
    for key in KEYS:
        if key in document:
            return find(document[key])
    return None


class Shape:
    """What each row must look like, as far as a sample or the model says so."""

    def __init__(self, width: int | None, names: list[str] | None = None) -> None:
        self.width = width
        self.names = names

    @classmethod
    def of_sample(cls, sample: Any) -> Shape | None:
        """As the sample's first row is; None where the sample has no rows."""
        rows = find(sample)
        if not rows or not isinstance(rows[0], (list, dict)):
            return None
        names = list(rows[0]) if isinstance(rows[0], dict) else None
        return cls(len(rows[0]), names)

    def check(self, rows: list[Any] | None) -> None:
        """Raises BadRequest naming the first row that is wrong."""
        if rows is None:
            raise BadRequest(f"There are no rows in the body; send {SHOWN}.")
        for at, row in enumerate(rows):
            if isinstance(row, dict):
                missing = [name for name in self.names or () if name not in row]
                if missing:
                    raise BadRequest(f"Row {at} lacks {missing[0]!r}.")
            elif not isinstance(row, list):
                raise BadRequest(f"Row {at} is not a list; send {SHOWN}.")
            elif self.width is not None and len(row) != self.width:
                raise BadRequest(f"Row {at} has {len(row)} values; the model takes {self.width}.")
