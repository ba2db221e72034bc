"""An experiment, under Azure ML's name: submits runs, and lists them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import RunSpec
from jupyter_mlws.sdk import scripts, surroundings
from jupyter_mlws.sdk import submit as sending
from jupyter_mlws.sdk.config import ScriptRunConfig
from jupyter_mlws.sdk.connected import Connected, Group, notice
from jupyter_mlws.sdk.parameters import named, plain, reached
from jupyter_mlws.sdk.run import Run


class Experiment(Group):
    """A name under which runs are counted. It is made by its first run.

    Parameters
    ----------
    workspace
    name
        Letters, digits, ``.``, ``_`` and ``-``.
    """

    def __init__(self, workspace: Connected, name: str) -> None:
        super().__init__(workspace, named(name, "an experiment"))

    def submit(
        self, config: ScriptRunConfig, tags: dict[str, str] | None = None, **parameters: Any
    ) -> Run:
        """Send the folder of `config`, and queue a run. Returns at once.

        Parameters
        ----------
        tags
            Set on the run.
        parameters
            ``display_name`` names the run; others are recorded as its parameters.

        Raises
        ------
        NotFound, Invalid
            The script, the target or the interpreter is not there.
        """
        if not isinstance(config, ScriptRunConfig):
            raise Invalid(f"submit takes a ScriptRunConfig, not a {type(config).__name__}.")
        name = parameters.pop("display_name", None)
        variables, secrets = surroundings.variables(_words(config))
        given = plain(config.parameters | parameters)
        spec = replace(self._spec(config, variables), name=name, tags=tags or {}, parameters=given)
        order = sending.Order(root=config.source_directory.resolve(), spec=spec, secrets=secrets)
        return Run(self, sending.submit(self.workspace.client, order, notice).id)

    def get_runs(
        self, tags: str | None = None, state: str | None = None, include_children: bool = False
    ) -> Iterator[Run]:
        """Its runs, newest first.

        Parameters
        ----------
        tags
            ``key`` or ``key=value``.
        """
        found = self.workspace.client.iter_runs(experiment=self.name, tag=tags, state=state)
        for run in found:
            if include_children or run.parent_id is None:
                yield Run(self, run.id)

    def _spec(self, config: ScriptRunConfig, variables: dict[str, str]) -> RunSpec:
        how = config.run_config
        environment = how.environment
        python = environment.python if environment is not None else None
        words = config.words()
        what: dict[str, Any] = {"command": words}
        if config.script is not None:
            _, path = scripts.rooted(config.script, config.source_directory, Path.cwd())
            what = scripts.script_or_notebook(path)
        return RunSpec(
            **what,
            arguments=tuple(map(str, config.arguments)),
            target=how.target or self.workspace.default_target,
            experiment=self.name,
            python=python or sys.executable,
            variables=variables,
            source=sending.here(),
            inputs=reached(config.inputs, Path.cwd()),
            max_duration_s=how.max_run_duration_seconds,
            retries=how.retries,
            priority=how.priority or 0,
        )

    def __repr__(self) -> str:
        return f"Experiment(name={self.name!r}, workspace={self.workspace.name!r})"


def _words(config: ScriptRunConfig) -> list[str]:
    """The variables of a configuration and of its environment, as ``--var`` says them."""
    how = config.run_config
    extra = {} if how.environment is None else how.environment.environment_variables
    return [f"{name}={value}" for name, value in (extra | how.environment_variables).items()]
