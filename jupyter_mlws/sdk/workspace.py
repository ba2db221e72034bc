"""A workspace, under Azure ML's name: where everything of the SDK begins."""

from pathlib import Path
from typing import Any

from jupyter_mlws.client import workspace as places
from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.target import TargetInfo
from jupyter_mlws.sdk.connected import Connected
from jupyter_mlws.sdk.experiment import Experiment
from jupyter_mlws.sdk.model import Model
from jupyter_mlws.sdk.run import Run
from jupyter_mlws.sdk.webservice import Webservice


class Workspace(Connected):
    """A workspace and the server that owns it; it is started where none does.

    Parameters
    ----------
    place
        Where it lies; `from_config`, `create` and `get` find it.
    """

    @classmethod
    def from_config(cls, path: str | Path | None = None) -> "Workspace":
        """The workspace that is meant here.

        ``$MLWS_WORKSPACE``, the nearest folder from `path` (default: the current one)
        upwards that is one, or that has an ``.azureml/config.json`` naming one.

        Raises
        ------
        NotFound
            There is none.
        """
        return cls(places.find(Path.cwd() if path is None else path))

    @classmethod
    def create(
        cls, name: str | None = None, location: str | Path = ".", exist_ok: bool = False
    ) -> "Workspace":
        """Make a workspace of the folder `location`.

        Raises
        ------
        Conflict
            It is one already, and `exist_ok` is not set.
        NotFound
            There is no such folder.
        """
        if not exist_ok and (Path(location) / places.MARK).exists():
            raise Conflict(f"{location} is a workspace already: pass exist_ok=True to use it.")
        return cls(places.create(location, name))

    @classmethod
    def get(cls, location: str | Path) -> "Workspace":
        """The workspace of exactly this folder. Raises NotFound."""
        return cls(places.load(location))

    @property
    def id(self) -> str:
        return self._place.id

    @property
    def root(self) -> Path:
        return self._place.root

    @property
    def experiments(self) -> dict[str, Experiment]:
        """All experiments by name."""
        return {one.name: Experiment(self, one.name) for one in self.client.experiments()}

    @property
    def models(self) -> dict[str, Model]:
        """The newest version of every model, by name."""
        newest = (model.latest for model in self.client.models())
        return {one.name: Model.of(self, one) for one in newest if one is not None}

    @property
    def webservices(self) -> dict[str, Webservice]:
        """All endpoints by name."""
        return {one.name: Webservice.of(self, one) for one in self.client.endpoints()}

    @property
    def compute_targets(self) -> dict[str, TargetInfo]:
        """All compute targets by name."""
        return {target.name: target for target in self.client.targets()}

    def experiment(self, name: str) -> Experiment:
        return Experiment(self, name)

    def model(self, reference: str) -> Model:
        return Model(self, reference)

    def get_run(self, run_id: str) -> Run:
        """A run by its id, a unique beginning of it, its label, or ``latest``. Raises NotFound."""
        return Run.get(self, run_id)

    def get_details(self) -> dict[str, Any]:
        """What it holds, and who owns it now."""
        info = self.client.workspace()
        return {field: getattr(info, field) for field in info.__struct_fields__}

    def __repr__(self) -> str:
        return f"Workspace(name={self.name!r}, root={str(self.root)!r})"
