"""An endpoint, under Azure ML's name: ask it, change it, look after its keys."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from jupyter_mlws.errors import Invalid, MlwsError
from jupyter_mlws.records.endpoint import Endpoint, EndpointPatch
from jupyter_mlws.sdk import deploy as deploying
from jupyter_mlws.sdk.connected import Connected, notice
from jupyter_mlws.sdk.inference import InferenceConfig
from jupyter_mlws.sdk.version import Version


class LocalDeployment(Struct, frozen=True, kw_only=True):
    """How a service runs on this machine."""

    instances: int = 1


class Webservice:
    """An endpoint: a name, an address and two keys, and behind it a model.

    Raises
    ------
    NotFound
        The workspace has no endpoint of that name.
    """

    def __init__(self, workspace: Connected, name: str) -> None:
        self.workspace = workspace
        self.name = name
        self._endpoint = workspace.client.endpoint(name)

    @classmethod
    def of(cls, workspace: Connected, endpoint: Endpoint) -> "Webservice":
        """From its record."""
        service = cls.__new__(cls)
        service.workspace, service.name, service._endpoint = workspace, endpoint.name, endpoint
        return service

    @staticmethod
    def list(workspace: Connected, model_name: str | None = None) -> "Sequence[Webservice]":
        """All endpoints, or those of one model."""
        return [
            Webservice.of(workspace, endpoint)
            for endpoint in workspace.client.endpoints()
            if model_name is None or any(m.split(":")[0] == model_name for m in endpoint.models)
        ]

    @property
    def state(self) -> str:
        """As it is now: ``Transitioning``, ``Healthy``, ``Unhealthy``, ``Failed``, ``Deleting``."""
        return self._now().state.value

    @property
    def scoring_uri(self) -> str | None:
        return self._now().scoring_uri

    @property
    def swagger_uri(self) -> str | None:
        return self._now().openapi_uri

    @property
    def error(self) -> str | None:
        return self._now().reason

    @property
    def compute_name(self) -> str:
        return self._endpoint.target

    @property
    def models(self) -> Sequence[Version]:
        return [self.workspace.model(label) for label in self._now().models]

    def wait_for_deployment(
        self, show_output: bool = False, timeout_sec: float | None = None
    ) -> None:
        """Block until the newest revision answers.

        Raises
        ------
        LaunchRejected
            It failed; says why.
        """
        timeout_s = deploying.SETTLES_S if timeout_sec is None else timeout_sec
        on_change = _print if show_output else _silent
        self._endpoint = deploying.settled(
            self.workspace.client, self._endpoint, on_change, timeout_s
        )
        if show_output:
            _print(self._endpoint)

    def run(self, input: Any) -> Any:
        """Ask it once: JSON text, or what becomes JSON. Its answer, decoded.

        Raises
        ------
        MlwsError
            It answered with an error; says which.
        """
        answer = self.workspace.client.invoke(self.name, _request(input))
        if not 200 <= answer.status < 300:
            raise MlwsError(f"{self.name} answered {answer.status}: {answer.body}")
        return answer.body

    def get_keys(self) -> tuple[str, str]:
        """Primary and secondary; a request carries ``Authorization: Bearer KEY``."""
        keys = self.workspace.client.keys(self.name)
        return keys.primary, keys.secondary

    def regen_key(self, key: str) -> tuple[str, str]:
        """A new ``Primary`` or ``Secondary`` key; the old one is refused at once."""
        which = key.lower()
        if which == "primary":
            keys = self.workspace.client.regenerate(self.name, "primary")
        elif which == "secondary":
            keys = self.workspace.client.regenerate(self.name, "secondary")
        else:
            raise Invalid(f"{key!r} is no key: say Primary or Secondary.", "key")
        return keys.primary, keys.secondary

    def update(
        self,
        models: Sequence[Version] | None = None,
        inference_config: InferenceConfig | None = None,
        instances: int | None = None,
        wait: bool = True,
    ) -> None:
        """Put another revision behind it; address and keys stay, and no request fails.

        Raises
        ------
        LaunchRejected
            The revision failed; what answered before still does.
        """
        if models is not None and len(models) != 1:
            raise Invalid(f"An endpoint serves one model, and {len(models)} were given.", "models")
        how = inference_config
        patch = EndpointPatch(
            model=None if models is None else models[0].id,
            script=None if how is None else how.entry_script,
            python=None if how is None or how.environment is None else how.environment.python,
            instances=instances,
        )
        folder = None if how is None else how.source_directory.resolve()
        client = self.workspace.client
        self._endpoint = deploying.update(client, self.name, patch, notice, folder=folder)
        if wait:
            self.wait_for_deployment()

    def get_logs(self, num_lines: int = 5000) -> str:
        """The last lines that the router and the replicas printed."""
        kept, offset = [], 0
        while True:
            chunk, offset = self.workspace.client.endpoint_log(self.name, offset)
            if not chunk:
                break
            kept.append(chunk)
        text = b"".join(kept).decode(errors="replace")
        return "".join(text.splitlines(keepends=True)[-num_lines:])

    def delete(self) -> None:
        """Stop it and free its name; requests in flight are finished."""
        self.workspace.client.delete_endpoint(self.name)

    def _now(self) -> Endpoint:
        self._endpoint = self.workspace.client.endpoint(self.name)
        return self._endpoint

    def __repr__(self) -> str:
        return f"Webservice(name={self.name!r}, models={self._endpoint.models!r})"


class LocalWebservice(Webservice):
    """A service on this machine."""

    @staticmethod
    def deploy_configuration(port: int | None = None, instances: int = 1) -> LocalDeployment:
        """How it runs. The port is the workspace's choice, and is kept over restarts.

        Raises
        ------
        Invalid
            A port was given.
        """
        if port is not None:
            raise Invalid("The workspace chooses the port: read it from scoring_uri.", "port")
        return LocalDeployment(instances=instances)


def _request(given: Any) -> Any:
    if not isinstance(given, str | bytes):
        return given
    try:
        return json.loads(given)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The request is not JSON: {error}.", "input") from error


def _print(endpoint: Endpoint) -> None:
    reason = f": {endpoint.reason}" if endpoint.reason else ""
    sys.stdout.write(f"{endpoint.name} is {endpoint.state.value}{reason}\n")


def _silent(endpoint: Endpoint) -> None:
    pass
