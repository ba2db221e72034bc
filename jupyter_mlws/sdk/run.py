"""A run seen from outside, under Azure ML's name. Inside a run `jupyter_mlws.Run` is another."""

import json
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Invalid, LaunchRejected, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.run import RunDetail, RunPatch, RunState
from jupyter_mlws.records.series import Series
from jupyter_mlws.sdk import words
from jupyter_mlws.sdk.connected import Connected, Group
from jupyter_mlws.sdk.model import Model


class Run:
    """A submitted run. Everything is asked anew; nothing of it is kept here.

    Parameters
    ----------
    experiment
    run_id
        Its id, its label, or a unique beginning of its id.
    """

    def __init__(self, experiment: Group, run_id: str) -> None:
        self.experiment = experiment
        self._client = experiment.workspace.client
        self.id = self._client.run(run_id).id

    @classmethod
    def get(cls, workspace: Connected, run_id: str) -> "Run":
        """A run by its id, its label, or ``latest``. Raises NotFound."""
        found = workspace.client.run(run_id)
        return cls(workspace.experiment(found.experiment), found.id)

    @staticmethod
    def get_context(allow_offline: bool = True) -> Any:
        """The run that this process belongs to; without one, an object that keeps in memory."""
        return import_module("jupyter_mlws").Run.get_context(allow_offline)

    @property
    def number(self) -> int:
        return self._now().number

    @property
    def display_name(self) -> str:
        run = self._now()
        return run.name or run.label

    @property
    def status(self) -> str:
        return self.get_status()

    @property
    def tags(self) -> dict[str, str]:
        return self._now().tags

    @property
    def properties(self) -> dict[str, str]:
        return self._now().properties

    def get_status(self) -> str:
        """``Queued`` … ``Completed``, ``Failed``, ``Canceled``."""
        return self._now().state.value

    def get_details(self) -> dict[str, Any]:
        """Everything it was; also under Azure's keys ``runId``, ``status``, ``startTimeUtc`` …"""
        run = self._now()
        times = {"startTimeUtc": run.started_at, "endTimeUtc": run.ended_at}
        azure = {"runId": run.id, "status": run.state.value, "error": run.reason}
        whole: dict[str, Any] = json.loads(codec.encode(run))
        return whole | azure | {k: v and v.rfc3339() for k, v in times.items()}

    def wait_for_completion(
        self,
        show_output: bool = False,
        wait_post_processing: bool = True,
        raise_on_error: bool = True,
    ) -> dict[str, Any]:
        """Block until it is over, outputs collected. Ctrl-C stops the waiting, not the run.

        Parameters
        ----------
        show_output
            Print its log as it grows.
        raise_on_error
            Raise where it did not complete.

        Raises
        ------
        LaunchRejected
            It failed or was canceled; says why.
        """
        if show_output:
            for chunk in self._client.follow_log(self.id):
                sys.stdout.write(chunk.decode(errors="replace"))
                sys.stdout.flush()
        run = self._client.wait(self.id)
        if show_output:
            sys.stdout.write(words.line(run, Instant.now()) + "\n")
        if raise_on_error and run.state is not RunState.COMPLETED:
            raise LaunchRejected(f"{run.label}: {run.state.value}. {run.reason or ''}".strip())
        return self.get_details()

    def get_metrics(self, name: str | None = None) -> dict[str, Any]:
        """What it logged: a value where there is one, else a list; rows and tables by column.

        What is measured beside it (``system/…``) is left out unless it is asked for by name.
        """
        series = self._client.metrics(self.id, points=True)
        if name is not None:
            return {name: _azure(series[name])} if name in series else {}
        return {k: _azure(s) for k, s in series.items() if not k.startswith(words.MACHINE)}

    def get_file_names(self) -> list[str]:
        return [file.path for file in self._client.files(self.id)]

    def download_file(self, name: str, output_file_path: str | Path | None = None) -> Path:
        """Write one of its files; by default under its own name here. Returns where.

        Raises
        ------
        NotFound
            It has no such file; names those that it has.
        """
        names = self.get_file_names()
        if name not in names:
            raise NotFound(f"The run has no file {name}; it has {', '.join(names) or 'none'}.")
        place = Path(output_file_path or os.path.basename(name))
        place = place / os.path.basename(name) if place.is_dir() else place
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            stream.writelines(self._client.file(self.id, name))
        return place

    def download_files(
        self, prefix: str | None = None, output_directory: str | Path = "."
    ) -> list[Path]:
        """Write all its files, or those of a folder of it, below `output_directory`."""
        return list(self._client.download(self.id, prefix or "", Path(output_directory)))

    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: dict[str, str] | None = None,
        properties: dict[str, str] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        description: str | None = None,
        sample: Any = None,
    ) -> Model:
        """Make the next version of a model from a file or folder of the run.

        Parameters
        ----------
        model_path
            In the run: ``outputs/model.pkl``. Default: `model_name`.
        sample
            A request that it takes: ``{"data": [[…]]}``.

        Raises
        ------
        NotFound
            The run has no such file.
        """
        new = NewVersion(
            run=self.id,
            path=model_path or model_name,
            framework=model_framework,
            framework_version=model_framework_version,
            description=description,
            tags=tags or {},
            properties=properties or {},
            sample=sample,
        )
        return Model.of(self.experiment.workspace, self._client.register(model_name, new))

    def cancel(self) -> None:
        """Ask it to end; what it has written stays."""
        self._client.cancel(self.id)

    def tag(self, key: str, value: str | None = None) -> None:
        """Set a tag. Without a value it is empty."""
        self.set_tags({key: value or ""})

    def set_tags(self, tags: dict[str, str]) -> None:
        self._client.patch(self.id, RunPatch(tags=dict(tags)))

    def remove_tags(self, names: Iterable[str]) -> None:
        self._client.patch(self.id, RunPatch(tags=dict.fromkeys(names)))

    def log(self, name: str, value: Any) -> None:
        """Metrics are logged inside a run. Raises Invalid."""
        raise Invalid(
            f"{name} can be logged inside the run only: Run.get_context().log(…) in its script."
        )

    def _now(self) -> RunDetail:
        return self._client.run(self.id)

    def __repr__(self) -> str:
        return words.line(self._now(), Instant.now())


def _azure(series: Series) -> Any:
    """Azure's shape: one point is its value, several are a list, rows are columns."""
    values = [_number(point.value) for point in series.points]
    if series.kind in ("row", "table") and all(isinstance(value, dict) for value in values):
        columns: dict[str, list[Any]] = {}
        for value in values:
            for column, cells in value.items():
                columns.setdefault(column, []).extend(cells if isinstance(cells, list) else [cells])
        return {k: v[0] if len(v) == 1 else v for k, v in columns.items()}
    return values[0] if len(values) == 1 else values


def _number(value: Any) -> Any:
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
