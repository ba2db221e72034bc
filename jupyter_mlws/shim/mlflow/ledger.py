"""What MLflow clients know of a run and its children, and where it is written: the events."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from jupyter_mlws.shim.mlflow.exchange import Refused
from jupyter_mlws.shim.mlflow.inside import EventFile, Place, Run, new_id, values

ENDED = {"FINISHED": "Completed", "FAILED": "Failed", "KILLED": "Canceled"}


class Entry:
    """A run as MLflow shows it: last metrics, parameters, tags. Series are read from the events."""

    def __init__(self, run: Any, name: str, parent: str | None, start_ms: int) -> None:
        self.run = run
        self.name = name
        self.parent = parent
        self.status = "RUNNING"
        self.start_ms = start_ms
        self.end_ms: int | None = None
        self.metrics: dict[str, dict[str, Any]] = {}
        self.params: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.datasets: list[dict[str, Any]] = []
        self.models: list[dict[str, Any]] = []


class Ledger:
    """The run and its children. `lock` is held while one is answered."""

    def __init__(self, home: str, spec: dict[str, Any]) -> None:
        self.lock = threading.RLock()
        self.home = home
        self.code = f"{home}/code"
        self.experiment = str(spec.get("experiment") or "default")
        self.experiment_id = str(spec.get("experiment_id") or 0)
        self.run_id = str(spec.get("run_id") or spec.get("id") or Path(home).parent.name)
        self.models: dict[str, dict[str, Any]] = {}
        self.versions: dict[tuple[str, str], dict[str, Any]] = {}  # registered, by name and version
        self.attached = False  # whether a client took the run itself as its own
        self.events = EventFile(f"{home}/events")
        run = Run(self.run_id, Place(home), self.events)
        name = str(spec.get("name") or self.experiment)
        entry = Entry(run, name, None, int(time.time() * 1000))
        entry.params = {k: str(v) for k, v in (spec.get("parameters") or {}).items()}
        entry.tags = {"mlflow.runName": name, **(spec.get("tags") or {})}
        self.submitted = frozenset(entry.params)
        self.entries: dict[str, Entry] = {self.run_id: entry}

    def entry(self, arguments: dict[str, Any]) -> Entry:
        """The run that a request is about. Raises Refused."""
        run_id = arguments.get("run_id") or arguments.get("run_uuid")
        found = self.entries.get(str(run_id))
        if found is None:
            raise Refused(
                "RESOURCE_DOES_NOT_EXIST",
                f"Run {run_id!r} is neither this run nor a child of it; others are reached through "
                "the workspace's own address.",
            )
        return found

    def written(self, arguments: dict[str, Any]) -> Entry:
        """As `entry`, for a request that changes the run."""
        found = self.entry(arguments)
        self.attached = self.attached or found.parent is None
        return found

    def begin(self, name: str | None, tags: dict[str, str], start_ms: int) -> Entry:
        """What a client that begins a run gets: the run itself, once, then children of it.

        A client that was given MLFLOW_RUN_ID takes the run itself by that.
        """
        if self.attached or "mlflow.parentRunId" in tags:
            return self.create(name, tags, start_ms)
        self.attached = True
        entry = self.entries[self.run_id]
        for key, value in tags.items():
            self.tag(entry, key, value)
        return entry

    def create(self, name: str | None, tags: dict[str, str], start_ms: int) -> Entry:
        """A child run, of the run itself or of the child that mlflow.parentRunId names."""
        parent = self.entries.get(tags.get("mlflow.parentRunId", ""), self.entries[self.run_id])
        child = parent.run.child_run(name=name, run_id=new_id())
        entry = Entry(child, name or child.id, parent.run.id, start_ms)
        self.entries[child.id] = entry
        for key, value in {**tags, "mlflow.runName": entry.name}.items():
            self.tag(entry, key, value)
        return entry

    def metric(self, entry: Entry, said: dict[str, Any]) -> bytes:
        """Take one value of a series; the line that says it."""
        name = str(said.get("key"))
        value = float(said.get("value", 0.0))
        at_ms = int(said.get("timestamp") or time.time() * 1000)
        step = int(said.get("step") or 0)
        known = entry.metrics.get(name)
        if known is None or (step, at_ms) >= (known["step"], known["timestamp"]):
            entry.metrics[name] = {"key": name, "value": value, "timestamp": at_ms, "step": step}
        facts = f'"name":{values.named(name)},"value":{values.encode(value)},"step":{step}'
        mark = entry.run._mark
        return f'{{"k":"metric","at":{at_ms / 1000:.6f}{mark},{facts}}}\n'.encode()

    def param(self, entry: Entry, name: str, value: str) -> None:
        """Take a parameter, once. Raises Refused where it has another value already."""
        known = entry.params.get(name)
        submitted = entry.parent is None and name in self.submitted
        if known is not None and known != value and not submitted:
            raise Refused(
                "INVALID_PARAMETER_VALUE",
                f"Parameter {name!r} is {known!r} already; it cannot become {value!r}.",
            )
        if known is None:
            entry.run.log_param(name, value)
            entry.params[name] = value

    def tag(self, entry: Entry, key: str, value: str) -> None:
        if entry.tags.get(key) != value:
            entry.run.tag(key, value)
            entry.tags[key] = value

    def end(self, entry: Entry, status: str, end_ms: int) -> None:
        """A child's end is what MLflow says; the run's own is its exit code."""
        entry.status, entry.end_ms = status, end_ms
        if entry.parent is None or status not in ENDED:
            return
        end = {"FINISHED": entry.run.complete, "KILLED": entry.run.cancel}
        end.get(status, entry.run.fail)()

    def artifacts(self, entry: Entry) -> str:
        """The folder of a run's artifacts, absolute."""
        return f"{self.code}/{entry.run._outputs}"
