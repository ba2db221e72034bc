"""MLflow's little query language, over the handful of runs that a run has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jupyter_mlws.shim.mlflow.exchange import Refused

STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
CLAUSE = re.compile(
    r"""\s*(?:(?P<kind>\w+)\.)?(?P<key>`[^`]+`|"[^"]+"|[\w./-]+)\s*
    (?P<how>!=|>=|<=|=|>|<|LIKE|ILIKE)\s*(?P<value>'[^']*'|"[^"]*"|[^\s]+)\s*(?:AND\b|$)""",
    re.IGNORECASE | re.VERBOSE,
)
GROUPS = {
    "metrics": ("metrics", "metric"),
    "params": ("params", "param", "parameters", "parameter"),
    "tags": ("tags", "tag"),
    "info": ("attributes", "attribute", "attr", "run", ""),
}


def select(runs: list[dict[str, Any]], query: str, order: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the runs that a filter lets through, in order: newest first where none is given.

    Raises
    ------
    Refused
        The filter or the order cannot be read.
    """
    position = 0
    while position < len(query.rstrip()):
        clause = CLAUSE.match(query, position)
        if clause is None:
            raise Refused("INVALID_PARAMETER_VALUE", f"Cannot read the filter {query!r}.")
        runs = [run for run in runs if _holds(run, clause)]
        position = clause.end()
    runs = sorted(runs, key=lambda run: -run["info"]["start_time"])
    for words in reversed([str(o).split() for o in order]):
        kind, _, key = words[0].rpartition(".")
        down = words[-1].upper() == "DESC"
        valued = [(_value(run, kind, key), i, run) for i, run in enumerate(runs)]
        has = sorted((v for v in valued if v[0] is not None), key=lambda v: v[0], reverse=down)
        runs = [run for *_, run in has] + [run for value, _, run in valued if value is None]
    return runs


def _holds(run: dict[str, Any], clause: re.Match[str]) -> bool:
    value = _value(run, clause["kind"], clause["key"].strip('`"'))
    how = clause["how"].upper()
    wanted: Any = clause["value"].strip("'\"")
    if value is None:
        return False
    if isinstance(value, (int, float)):
        wanted = float(wanted)
    if how in ("LIKE", "ILIKE"):
        pattern = re.escape(wanted).replace("%", ".*").replace("_", ".")
        flags = re.IGNORECASE if how == "ILIKE" else 0
        return re.fullmatch(pattern, str(value), flags) is not None
    return bool(
        {
            "=": value == wanted,
            "!=": value != wanted,
            ">": value > wanted,
            ">=": value >= wanted,
            "<": value < wanted,
            "<=": value <= wanted,
        }[how]
    )


def _value(run: dict, kind: str | None, key: str) -> Any:
    group = next((g for g, words in GROUPS.items() if (kind or "").lower() in words), None)
    if group is None:
        raise Refused("INVALID_PARAMETER_VALUE", f"There is nothing called {kind!r} to search by.")
    if group == "info":
        return run["info"].get({"created": "start_time", "Created": "start_time"}.get(key, key))
    return next((pair["value"] for pair in run["data"][group] if pair["key"] == key), None)
