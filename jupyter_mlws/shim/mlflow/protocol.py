"""MLflow's verbs, as this run answers them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_mlws.shim.mlflow import search
from jupyter_mlws.shim.mlflow.exchange import Refused
from jupyter_mlws.shim.mlflow.inside import read_events
from jupyter_mlws.shim.mlflow.ledger import Entry, Ledger

Json = dict  # of what JSON has
AT_ONCE = 500  # metrics in one write


def experiment(ledger: Ledger, said: Json) -> Json:
    """Every experiment is the run's own; the name that was asked becomes a tag."""
    asked = said.get("experiment_name") or said.get("name")
    if asked and asked != ledger.experiment:
        ledger.tag(ledger.entries[ledger.run_id], "mlflow.experiment", str(asked))
    return {"experiment": _experiment(ledger), "experiment_id": ledger.experiment_id}


def experiments(ledger: Ledger, said: Json) -> Json:
    return {"experiments": [_experiment(ledger)]}


def create_run(ledger: Ledger, said: Json) -> Json:
    tags = {str(t["key"]): str(t.get("value", "")) for t in said.get("tags") or ()}
    name = said.get("run_name") or tags.get("mlflow.runName")
    start_ms = int(said.get("start_time") or time.time() * 1000)
    return {"run": document(ledger, ledger.begin(name, tags, start_ms))}


def get_run(ledger: Ledger, said: Json) -> Json:
    return {"run": document(ledger, ledger.entry(said))}


def update_run(ledger: Ledger, said: Json) -> Json:
    entry = ledger.written(said)
    if said.get("run_name"):
        entry.name = str(said["run_name"])
        ledger.tag(entry, "mlflow.runName", entry.name)
    if said.get("status"):
        status = search.STATUS.get(str(said["status"]), str(said["status"]))
        ledger.end(entry, status, int(said.get("end_time") or time.time() * 1000))
    return {"run_info": document(ledger, entry)["info"]}


def search_runs(ledger: Ledger, said: Json) -> Json:
    documents = [document(ledger, entry) for entry in ledger.entries.values()]
    found = search.select(documents, str(said.get("filter") or ""), said.get("order_by") or ())
    return {"runs": found[: int(said.get("max_results") or 1000)]}


def log_metric(ledger: Ledger, said: Json) -> Json:
    return log_batch(ledger, {**said, "metrics": [said], "params": (), "tags": ()})


def log_param(ledger: Ledger, said: Json) -> Json:
    ledger.param(ledger.written(said), str(said.get("key")), str(said.get("value", "")))
    return {}


def log_batch(ledger: Ledger, said: Json) -> Json:
    entry = ledger.written(said)
    try:
        lines = [ledger.metric(entry, metric) for metric in said.get("metrics") or ()]
        for i in range(0, len(lines), AT_ONCE):
            ledger.events.append(b"".join(lines[i : i + AT_ONCE]))
        for param in said.get("params") or ():
            ledger.param(entry, str(param["key"]), str(param.get("value", "")))
        for tag in said.get("tags") or ():
            ledger.tag(entry, str(tag["key"]), str(tag.get("value", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("INVALID_PARAMETER_VALUE", str(error)) from error
    return {}


def set_tag(ledger: Ledger, said: Json) -> Json:
    ledger.tag(ledger.written(said), str(said.get("key")), str(said.get("value", "")))
    return {}


def delete_tag(ledger: Ledger, said: Json) -> Json:
    entry, key = ledger.written(said), str(said.get("key"))
    if entry.tags.pop(key, None) is None:
        raise Refused("RESOURCE_DOES_NOT_EXIST", f"The run has no tag {key!r}.")
    entry.run.remove_tags(key)
    return {}


def log_inputs(ledger: Ledger, said: Json) -> Json:
    entry = ledger.written(said)
    for given in said.get("datasets") or ():
        entry.datasets.append(given)
        dataset = given.get("dataset") or {}
        context = {t["key"]: t.get("value") for t in given.get("tags") or ()}
        used = context.get("mlflow.data.context") or "data"
        ledger.tag(
            entry, f"mlflow.dataset.{used}", f"{dataset.get('name')} {dataset.get('digest')}"
        )
    return {}


def log_outputs(ledger: Ledger, said: Json) -> Json:
    ledger.written(said).models.extend(said.get("models") or ())
    return {}


def accept(ledger: Ledger, said: Json) -> Json:
    """What is true here anyway: the model of `log-model` is in outputs already."""
    return {}


def history(ledger: Ledger, said: Json) -> Json:
    entry, key = ledger.entry(said), said.get("metric_key")
    run = None if entry.parent is None else entry.run.id
    points = [
        {
            "key": key,
            "value": r["value"],
            "timestamp": int(r["at"] * 1000),
            "step": r.get("step", 0),
        }
        for r in read_events(ledger.events)
        if r["k"] == "metric" and r.get("run") == run and r.get("name") == key
    ]
    size = int(said.get("max_results") or len(points) or 1)
    start = int(said.get("page_token") or 0)
    page: Json = {"metrics": points[start : start + size]}
    if start + size < len(points):
        page["next_page_token"] = str(start + size)
    return page


def list_artifacts(ledger: Ledger, said: Json) -> Json:
    root = Path(ledger.artifacts(ledger.entry(said)))
    folder = Path(os.path.normpath(root / str(said.get("path") or "")))
    if folder != root and root not in folder.parents:
        raise Refused("INVALID_PARAMETER_VALUE", f"{said.get('path')!r} is not below outputs.")
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        "root_uri": root.as_uri(),
        "files": [
            {"path": str(e.relative_to(root)), "is_dir": True}
            if e.is_dir()
            else {"path": str(e.relative_to(root)), "is_dir": False, "file_size": e.stat().st_size}
            for e in entries
        ],
    }


def document(ledger: Ledger, entry: Entry) -> Json:
    """A run as MLflow's JSON."""
    info: Json = {
        "run_id": entry.run.id,
        "run_uuid": entry.run.id,
        "run_name": entry.name,
        "experiment_id": ledger.experiment_id,
        "user_id": entry.tags.get("mlflow.user", ""),
        "status": entry.status,
        "start_time": entry.start_ms,
        "artifact_uri": Path(ledger.artifacts(entry)).as_uri(),
        "lifecycle_stage": "active",
    }
    if entry.end_ms is not None:
        info["end_time"] = entry.end_ms
    data = {
        "metrics": [{**m, "value": _spoken(m["value"])} for m in entry.metrics.values()],
        "params": _pairs(entry.params),
        "tags": _pairs(entry.tags),
    }
    inputs = {"dataset_inputs": entry.datasets}
    return {
        "info": info,
        "data": data,
        "inputs": inputs,
        "outputs": {"model_outputs": entry.models},
    }


def _pairs(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": k, "value": v} for k, v in texts.items()]


def _spoken(value: float) -> Any:
    """Protocol buffers' JSON writes what JSON cannot as words, as the events do."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _experiment(ledger: Ledger) -> Json:
    return {
        "experiment_id": ledger.experiment_id,
        "name": ledger.experiment,
        "artifact_location": Path(ledger.artifacts(ledger.entries[ledger.run_id])).as_uri(),
        "lifecycle_stage": "active",
    }


VERBS: dict[str, Callable[[Ledger, Json], Json]] = {
    "experiments/get": experiment,
    "experiments/get-by-name": experiment,
    "experiments/create": experiment,
    "experiments/search": experiments,
    "experiments/update": accept,
    "experiments/set-experiment-tag": accept,
    "runs/create": create_run,
    "runs/get": get_run,
    "runs/update": update_run,
    "runs/search": search_runs,
    "runs/log-metric": log_metric,
    "runs/log-parameter": log_param,
    "runs/log-batch": log_batch,
    "runs/set-tag": set_tag,
    "runs/delete-tag": delete_tag,
    "runs/log-inputs": log_inputs,
    "runs/outputs": log_outputs,
    "runs/log-model": accept,
    "metrics/get-history": history,
    "artifacts/list": list_artifacts,
}
