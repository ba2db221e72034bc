"""``%register``: make the next version of a model, from a run or from a file here."""

from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from jupyter_mlws.magics import options
from jupyter_mlws.magics.reach import place, reach, run_of
from jupyter_mlws.magics.told import told
from jupyter_mlws.magics.views import Table, facts
from jupyter_mlws.records.model import ModelVersion, NewVersion
from jupyter_mlws.sdk import register as registry
from jupyter_mlws.sdk import words as said
from jupyter_mlws.sdk.parameters import as_pairs


class VersionView(Table):
    """A new version. ``str(view)`` is ``NAME:VERSION``."""

    version: ModelVersion

    def __str__(self) -> str:
        return self.version.label


def register(shell: Any, line: str, cell: str | None = None) -> VersionView | None:
    """Raises UsageError; MlwsError where the run or its file is not there."""
    with told():
        words = options.parse("register", line)
        if words.path is None:
            raise UsageError("Say what is to be registered: --path outputs/model.pkl.")
        new = NewVersion(
            run=None if words.run is None else run_of(shell, words.run),
            path=None if words.run is None else words.path,
            framework=words.framework,
            framework_version=words.framework_version,
            description=words.description,
            tags=as_pairs(words.tag, "tags"),
            sample=None if words.sample is None else registry.as_sample(words.sample),
        )
        if new.run is not None:
            return _view(reach(place(shell)).register(words.model, new))
        local = registry.local(Path(words.path).expanduser())
        return _view(registry.send(reach(place(shell)), words.model, local, new))
    return None


def _view(made: ModelVersion) -> VersionView:
    drawn = facts(
        made.label,
        [
            ("run", made.run or made.run_id),
            ("path", made.path),
            ("size", said.size(made.size_bytes)),
            ("framework", made.framework),
            ("tags", ", ".join(f"{k}={v}" for k, v in made.tags.items()) or None),
        ],
    )
    view = VersionView(drawn.head, drawn.rows)
    view.version = made
    return view
