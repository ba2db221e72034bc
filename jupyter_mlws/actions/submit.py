"""Submit: from a specification to a queued run."""

import difflib
import posixpath
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from jupyter_mlws.actions.admit import at_once
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records import codec
from jupyter_mlws.records.run import NewRun, Run, RunAgain, RunSpec, RunState
from jupyter_mlws.records.variables import PLAIN, withheld
from jupyter_mlws.store import runs, snapshots
from jupyter_mlws.store.requests import answered
from jupyter_mlws.targets.words import inputs

MOST_URGENT, MOST_RETRIES, MOST_GPUS = 1_000_000, 100, 1_000
LONGEST_S = 366 * 86_400.0
LONGEST_NAME, LONGEST_TAG = 255, 8_000
TOO_LONG = f"{{}} has at most {LONGEST_NAME} characters."


def submit(backend: Backend, new: NewRun, by: str) -> Run:
    """Queue a run, or let it start where none waits. Sent twice with the same id, it is one run.

    Parameters
    ----------
    by
        The user's name.

    Raises
    ------
    Invalid
        The target, the snapshot or the script is not there. Nothing was stored.
    Conflict
        The id belongs to a run with another specification.
    """
    new = replace(new, id=new.id or backend.new_id())
    _check(backend, new.spec)
    _check_secrets(new)
    with backend.store.write() as tx:
        check_target(backend, new.spec.target)  # it may have been detached meanwhile
        stored = runs.create(tx, new, at=backend.now(), by=by)
        if new.secrets and not stored.state.over:
            backend.secrets[stored.id] = dict(new.secrets)
        run = answered(tx, at_once(backend, tx, stored))
    if run is not stored and run.state is RunState.STARTING:
        backend.admitted.put(run)
    backend.woken()
    return run


def dry_run(backend: Backend, new: NewRun, by: str) -> dict[str, Any]:
    """What would be started, where: the prepared launch. Nothing is stored. Raises Invalid.

    Of the environment it has the names: the values are the owner's, and nobody's to read.
    """
    _check(backend, new.spec)
    at = backend.now()
    run = Run(
        id=new.id or backend.new_id(),
        experiment=new.spec.experiment,
        number=0,
        kind="notebook" if new.spec.notebook else "script",
        state=RunState.QUEUED,
        state_since=at,
        target=new.spec.target,
        priority=new.spec.priority,
        spec=new.spec,
        parameters=new.spec.parameters,
        snapshot=new.spec.snapshot,
        created_at=at,
        created_by=by,
    )
    launch = codec.document(backend.targets[new.spec.target].prepare(run))
    launch["spec"]["environment"] = sorted(launch["spec"].get("environment", ()))
    return launch


def again(backend: Backend, run_id: str, order: RunAgain, by: str) -> Run:
    """Queue a run like another: same snapshot and command, with other arguments where given.

    Raises
    ------
    NotFound
        No such run.
    Conflict
        It is a child or a service: it has no command of its own to repeat.
    Invalid
        It had secrets, and `order` does not give their values.
    """
    with backend.store.read() as tx:
        run_id = runs.resolve(tx, run_id)
        run = runs.get(tx, run_id)
    if run.kind not in ("script", "notebook") or run.parent_id:
        raise Conflict(f"{run.label} was started by another program and cannot be run again.")
    spec = _changed(run.spec, order)
    tags = {**spec.tags, "mlws.again_of": run.id}
    spec = replace(spec, tags=tags)
    if order.secrets.keys() != set(spec.secrets):
        names = " ".join(f"--var {name}" for name in spec.secrets) or "no --var"
        raise Invalid(
            f"The values of {run.label}'s secrets were not kept: give them again, with "
            f"mlws run again {run.label} {names}.",
            "secrets",
        )
    return submit(backend, NewRun(id=order.id, spec=spec, secrets=order.secrets), by)


def check_target(backend: Backend, target: str) -> None:
    """Raises Invalid, naming the targets that there are."""
    if target not in backend.targets:
        known = ", ".join(sorted(backend.targets))
        raise Invalid(f"There is no target {target!r} here; there is {known}.", "spec.target")


def check_words(name: str | None, tags: Mapping[str, str | None], at: str = "") -> None:
    """Raises Invalid where a run's name or a tag is too long for any list."""
    if len(name or "") > LONGEST_NAME:
        raise Invalid(TOO_LONG.format("A run's name"), f"{at}name")
    for key, text in tags.items():
        if not 0 < len(key) <= LONGEST_NAME:
            raise Invalid(TOO_LONG.format("A tag's name"), f"{at}tags")
        if len(text or "") > LONGEST_TAG:
            raise Invalid(f"A tag has at most {LONGEST_TAG:,} characters.", f"{at}tags")


def check_variables(variables: Mapping[str, str], at: str = "") -> None:
    """Raises Invalid where no process could be started with them."""
    for name, text in variables.items():
        if not name or "=" in name or "\0" in name:
            raise Invalid(f"{name!r} is no variable's name.", f"{at}variables")
        if "\0" in text:
            raise Invalid(f"The variable {name} cannot hold a zero byte.", f"{at}variables")


def _check(backend: Backend, spec: RunSpec) -> None:
    """Raises Invalid, naming the field that no run can have."""
    check_target(backend, spec.target)
    if abs(spec.priority) > MOST_URGENT:
        raise Invalid(f"A priority lies between ±{MOST_URGENT:,}.", "spec.priority")
    if not 0 <= spec.resources.gpus <= MOST_GPUS:
        raise Invalid(f"A run has between 0 and {MOST_GPUS:,} GPUs.", "spec.resources.gpus")
    if not 0 <= spec.retries <= MOST_RETRIES:
        raise Invalid(f"A run has between 0 and {MOST_RETRIES} retries.", "spec.retries")
    if spec.max_duration_s is not None and not 0 < spec.max_duration_s <= LONGEST_S:
        raise Invalid("A duration is longer than 0 s, and at most a year.", "spec.max_duration_s")
    if spec.notebook and spec.arguments:
        told = "A notebook takes no arguments; give it parameters: -p NAME=VALUE."
        raise Invalid(told, "spec.arguments")
    check_words(spec.name, spec.tags, "spec.")
    check_variables(spec.variables, "spec.")
    for name in spec.parameters:
        if len(name) > LONGEST_NAME:
            raise Invalid(TOO_LONG.format("A parameter's name"), "spec.parameters")
    if spec.inputs:
        inputs(spec)
    if spec.command is None and spec.snapshot is None:
        raise Invalid("A script comes in a snapshot: send its folder first.", "spec.snapshot")
    if spec.snapshot is not None:
        _check_snapshot(backend, spec, spec.snapshot)


def _check_secrets(new: NewRun) -> None:
    """Raises Invalid where a value would be stored that must not be, or one is missing."""
    for name in new.spec.variables:
        if withheld(name):
            told = f"{name} looks like a secret: name it in spec.secrets, its value in secrets."
            raise Invalid(told, "spec.variables")
    if set(new.spec.secrets) != new.secrets.keys():
        raise Invalid("Give a value for each name in spec.secrets, and no other.", "secrets")
    check_variables(new.secrets)
    for name in new.secrets:
        if not PLAIN.fullmatch(name) or name.startswith("MLWS_"):
            raise Invalid(f"{name[:100]!r} cannot be a variable of a run.", "spec.secrets")


def _check_snapshot(backend: Backend, spec: RunSpec, snapshot: str) -> None:
    with backend.store.read() as tx:
        try:
            paths = [entry.path for entry in snapshots.entries(tx, snapshot)]
        except NotFound as error:
            raise Invalid(str(error), "spec.snapshot") from None
    for name in spec.inputs:
        if any(path == name or path.startswith(f"{name}/") for path in paths):
            taken = f"The snapshot has {name!r} already; give the input another name."
            raise Invalid(taken, f"spec.inputs.{name}")
    field, path = ("script", spec.script) if spec.script else ("notebook", spec.notebook)
    if path is not None and posixpath.normpath(path) not in paths:
        near = difflib.get_close_matches(path, paths, n=3) or sorted(paths)[:10]
        there = f"it has {', '.join(near)}" if near else "it is empty"
        raise Invalid(f"There is no {path!r} in the snapshot; {there}.", f"spec.{field}")


def _changed(spec: RunSpec, order: RunAgain) -> RunSpec:
    news = {
        name: getattr(order, name)
        for name in ("arguments", "target", "name")
        if getattr(order, name) is not None
    }
    if order.parameters is not None:
        news["parameters"] = {**spec.parameters, **order.parameters}
    return replace(spec, **news)
