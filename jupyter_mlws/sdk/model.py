"""A version of a model, under Azure ML's name: register, find, download, deploy."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.endpoint import NewEndpoint
from jupyter_mlws.records.model import ModelVersion, NewVersion, VersionPatch
from jupyter_mlws.sdk import deploy as deploying
from jupyter_mlws.sdk import register as registry
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.inference import InferenceConfig
from jupyter_mlws.sdk.parameters import named
from jupyter_mlws.sdk.workspace import Workspace, notice

if TYPE_CHECKING:
    from jupyter_mlws.sdk.webservice import LocalDeployment, Webservice


class Model:
    """A registered model: ``name:version``.

    Parameters
    ----------
    workspace
    name
        With or without ``:version``.
    version
        Default: the newest.

    Raises
    ------
    NotFound
        There is no such version.
    """

    class Framework:
        """Names by which models say what made them."""

        CUSTOM = "custom"
        SCIKITLEARN = "scikit-learn"
        ONNX = "onnx"
        PYTORCH = "pytorch"
        TENSORFLOW = "tensorflow"

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,
        version: int | None = None,
    ) -> None:
        found, given = registry.versioned(id or name or "")
        self._take(workspace, workspace.client.version(found, version or given))

    @classmethod
    def of(cls, workspace: Workspace, record: ModelVersion) -> "Model":
        """From its record."""
        model = cls.__new__(cls)
        model._take(workspace, record)
        return model

    @classmethod
    def register(
        cls,
        workspace: Workspace,
        model_path: str | Path,
        model_name: str,
        tags: dict[str, str] | None = None,
        properties: dict[str, str] | None = None,
        description: str | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        sample: Any = None,
    ) -> "Model":
        """Send a file or a folder from here, as the next version of a model.

        Raises
        ------
        NotFound
            There is nothing at `model_path`.
        """
        new = NewVersion(
            framework=model_framework,
            framework_version=model_framework_version,
            description=description,
            tags=tags or {},
            properties=properties or {},
            sample=sample,
        )
        local = registry.local(Path(model_path))
        return cls.of(workspace, registry.send(workspace.client, model_name, local, new))

    @classmethod
    def list(
        cls,
        workspace: Workspace,
        name: str | None = None,
        tags: dict[str, str] | None = None,
        latest: bool = False,
    ) -> "Sequence[Model]":
        """Versions, newest first; of one model, or of all; those with all of `tags`."""
        names = [name] if name is not None else [one.name for one in workspace.client.models()]
        versions = (workspace.client.versions(one)[: 1 if latest else None] for one in names)
        found = [cls.of(workspace, version) for some in versions for version in some]
        return [one for one in found if (tags or {}).items() <= one.tags.items()]

    @classmethod
    def deploy(
        cls,
        workspace: Workspace,
        name: str,
        models: "Sequence[Model]",
        inference_config: InferenceConfig | None = None,
        deployment_config: "LocalDeployment | None" = None,
        deployment_target: str | None = None,
        overwrite: bool = False,
        show_output: bool = False,
    ) -> "Webservice":
        """Start an endpoint; `Webservice.wait_for_deployment` waits until it answers.

        Parameters
        ----------
        models
            One model.
        inference_config
            The entry script. None: the model's own ``predict``.
        overwrite
            Delete an endpoint of that name before.

        Raises
        ------
        Conflict
            The name is taken, and `overwrite` is not set.
        """
        from jupyter_mlws.sdk.webservice import Webservice  # noqa: PLC0415  it takes us

        if len(models) != 1:
            raise Invalid(f"An endpoint serves one model, and {len(models)} were given.", "models")
        taken = {endpoint.name for endpoint in workspace.client.endpoints()}
        if name in taken and not overwrite:
            raise Conflict(f"There is an endpoint {name} already: update it, or overwrite=True.")
        if name in taken:
            Webservice(workspace, name).delete()
        how = inference_config
        environment = how.environment if how is not None else None
        python = environment.python if environment is not None else None
        new = NewEndpoint(
            name=named(name, "an endpoint"),
            model=models[0].id,
            script=None if how is None else how.entry_script,
            target=deployment_target or workspace.default_target,
            python=python or sys.executable,
            variables=surroundings.carried()
            | ({} if environment is None else environment.environment_variables),
            instances=1 if deployment_config is None else deployment_config.instances,
        )
        folder = None if how is None else how.source_directory.resolve()
        service = Webservice.of(
            workspace, deploying.deploy(workspace.client, new, notice, folder=folder)
        )
        if show_output:
            service.wait_for_deployment(show_output=True)
        return service

    @staticmethod
    def get_model_path(
        model_name: str, version: int | None = None, _workspace: Workspace | None = None
    ) -> str:
        """Download into ``azureml-models`` here. Path of its only entry, else its folder."""
        workspace = _workspace or Workspace.from_config()
        model = Model(workspace, model_name, version=version)
        return str(model.download(Path("azureml-models") / model.name / str(model.version), True))

    @property
    def id(self) -> str:
        return self.record.label

    def download(self, target_dir: str | Path = ".", exist_ok: bool = False) -> Path:
        """Write its files below `target_dir`. Path of its only top entry, else `target_dir`.

        Raises
        ------
        Conflict
            One of them is there already, and `exist_ok` is not set.
        """
        to = Path(target_dir)
        there = [file.path for file in self.record.files if (to / file.path).exists()]
        if there and not exist_ok:
            raise Conflict(f"{to / there[0]} is there already: pass exist_ok=True.")
        self.workspace.client.download_version(self.name, self.version, to)
        tops = {file.path.partition("/")[0] for file in self.record.files}
        return to / tops.pop() if len(tops) == 1 else to

    def add_tags(self, tags: dict[str, str]) -> None:
        patch = VersionPatch(tags=dict(tags))
        client = self.workspace.client
        self._take(self.workspace, client.patch_version(self.name, self.version, patch))

    def delete(self) -> None:
        """Raises Conflict where an endpoint uses it; names it."""
        self.workspace.client.delete_version(self.name, self.version)

    def _take(self, workspace: Workspace, record: ModelVersion) -> None:
        self.workspace = workspace
        self.record = record
        self.name = record.name
        self.version = record.version
        self.tags = dict(record.tags)
        self.properties = dict(record.properties)
        self.description = record.description
        self.model_framework = record.framework
        self.run_id = record.run_id
        self.created_time = record.created_at.rfc3339()

    def __repr__(self) -> str:
        return f"Model(name={self.name!r}, version={self.version})"
