"""A version of a model, under Azure ML's name: register, find, download, deploy."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_mlws.client import workspace as places
from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.endpoint import NewEndpoint
from jupyter_mlws.records.model import ModelVersion, NewVersion
from jupyter_mlws.sdk import deploy as deploying
from jupyter_mlws.sdk import register as registry
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.connected import Connected, connect, notice
from jupyter_mlws.sdk.inference import InferenceConfig
from jupyter_mlws.sdk.parameters import named
from jupyter_mlws.sdk.version import Version
from jupyter_mlws.sdk.webservice import LocalDeployment, Webservice


class Model(Version):
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
        workspace: Connected,
        name: str | None = None,
        id: str | None = None,
        version: int | None = None,
    ) -> None:
        super().__init__(workspace.client, _found(workspace.client, id or name or "", version))
        self.workspace = workspace

    @classmethod
    def of(cls, workspace: Connected, record: ModelVersion) -> "Model":
        """From its record."""
        model = cls.__new__(cls)
        Version.__init__(model, workspace.client, record)
        model.workspace = workspace
        return model

    @classmethod
    def register(
        cls,
        workspace: Connected,
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
        workspace: Connected,
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
        workspace: Connected,
        name: str,
        models: "Sequence[Model]",
        inference_config: InferenceConfig | None = None,
        deployment_config: LocalDeployment | None = None,
        deployment_target: str | None = None,
        overwrite: bool = False,
        show_output: bool = False,
    ) -> Webservice:
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
        model_name: str, version: int | None = None, _workspace: Connected | None = None
    ) -> str:
        """Download into ``azureml-models`` here. Path of its only entry, else its folder."""
        client = _workspace.client if _workspace else connect(places.find(Path.cwd()))
        model = Version(client, _found(client, model_name, version))
        return str(model.download(Path("azureml-models") / model.name / str(model.version), True))


def _found(client: Client, reference: str, version: int | None) -> ModelVersion:
    name, given = registry.versioned(reference)
    return client.version(name, version or given)
