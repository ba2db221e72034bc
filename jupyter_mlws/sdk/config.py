"""What is run, and how, under Azure ML's names: ScriptRunConfig, RunConfiguration."""

import shlex
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Invalid
from jupyter_mlws.sdk.environment import Environment


class RunConfiguration:
    """How scripts are run: may be shared by several `ScriptRunConfig`.

    Attributes
    ----------
    target : str or None
        Name of a compute target. None: the workspace's default.
    environment : Environment or None
        None: this program's interpreter.
    environment_variables : dict of str to str
    max_run_duration_seconds : float or None
    retries : int
        How often a run is tried again where it fails.
    priority : int or None
        Higher goes first.
    """

    def __init__(
        self,
        script: str | None = None,
        arguments: Sequence[Any] | None = None,
        command: str | Sequence[Any] | None = None,
    ) -> None:
        self.script = script
        self.arguments = list(arguments or [])
        self.command = command
        self.target: str | None = None
        self.environment: Environment | None = None
        self.environment_variables: dict[str, str] = {}
        self.max_run_duration_seconds: float | None = None
        self.retries = 0
        self.priority: int | None = None


class ScriptRunConfig:
    """A script, or a command, with the folder that is sent with it.

    Parameters
    ----------
    source_directory
        The folder. Default: the current one.
    script
        Path of the script, or the notebook, in it.
    arguments
        What the script gets; each is made text.
    run_config
        How it is run. With it `compute_target`, `environment`, `retries` and
        `max_run_duration_seconds` are ignored, with a warning.
    compute_target
        A target, or its name. Default: the workspace's.
    command
        In place of `script`: words, or one line that is split as a shell would.
    parameters
        Recorded on the run, and there as ``run.parameters`` inside.
    retries
        How often the run is tried again where it fails.
    inputs
        Name → path of this machine, linked into the run's folder.

    Raises
    ------
    Invalid
        Not exactly one of `script` and `command` is given.
    """

    def __init__(
        self,
        source_directory: str | Path | None = None,
        script: str | None = None,
        arguments: Sequence[Any] | None = None,
        run_config: RunConfiguration | None = None,
        compute_target: Any = None,
        environment: Environment | None = None,
        max_run_duration_seconds: float | None = None,
        command: str | Sequence[Any] | None = None,
        parameters: dict[str, bool | int | float | str] | None = None,
        retries: int | None = None,
        inputs: Mapping[str, str | Path] | None = None,
    ) -> None:
        if run_config is not None:
            _say_ignored(
                compute_target=compute_target,
                environment=environment,
                max_run_duration_seconds=max_run_duration_seconds,
                retries=retries,
            )
        else:
            run_config = RunConfiguration()
            run_config.target = getattr(compute_target, "name", compute_target)
            run_config.environment = environment
            run_config.max_run_duration_seconds = max_run_duration_seconds
            run_config.retries = retries or 0
        self.source_directory = Path(source_directory or ".")
        self.run_config = run_config
        self.script = script if script is not None or command is not None else run_config.script
        self.command = command if self.script is None else None
        if self.script is None and self.command is None:
            self.command = run_config.command
        self.arguments = list(run_config.arguments if arguments is None else arguments)
        self.parameters = dict(parameters or {})
        self.inputs = {name: str(path) for name, path in (inputs or {}).items()}
        if (self.script is None) == (self.command is None) or (script and command):
            raise Invalid("Give a script or a command, one of them.", "script")

    def words(self) -> tuple[str, ...] | None:
        """The command as words; None where there is a script."""
        if self.command is None:
            return None
        if isinstance(self.command, str):
            return tuple(shlex.split(self.command))
        return tuple(map(str, self.command))


def _say_ignored(**given: Any) -> None:
    names = [name for name, value in given.items() if value is not None]
    if names:
        warnings.warn(
            f"run_config was given, so {' and '.join(names)} here is ignored.", stacklevel=3
        )
