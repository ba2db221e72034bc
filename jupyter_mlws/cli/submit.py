"""``mlws run submit`` and ``again``: what starts a run."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from jupyter_mlws.cli.connect import connect, place, reach
from jupyter_mlws.cli.options import (
    Experiment,
    Follow,
    Json,
    Params,
    Python,
    RunRef,
    Source,
    Tags,
    Target,
    Wait,
    Where,
    words,
)
from jupyter_mlws.cli.output import document, facts, say
from jupyter_mlws.cli.watch import watch
from jupyter_mlws.records.run import Resources, RunAgain, RunSpec
from jupyter_mlws.sdk import scripts, surroundings
from jupyter_mlws.sdk import submit as sending
from jupyter_mlws.sdk import words as words_of
from jupyter_mlws.sdk.parameters import as_inputs, as_pairs, as_parameters, named

Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="[-- ARGS...]", help="What the script gets.")
]


def submit(
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="A script, or a notebook.")],
    arguments: Arguments = None,
    target: Target = None,
    experiment: Annotated[str, Experiment] = "default",
    name: Annotated[str | None, typer.Option(help="A name for the run.")] = None,
    source: Source = None,
    python: Python = None,
    param: Params = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=VALUE]", help="A variable that goes with the run."),
    ] = None,
    input: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="A path that is linked into its directory."),
    ] = None,
    tag: Tags = None,
    timeout: Annotated[float | None, typer.Option(min=0.001, help="Seconds it may run.")] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="How often it is tried again where it fails.")
    ] = 0,
    priority: Annotated[int, typer.Option(help="Higher goes first.")] = 0,
    gpus: Annotated[int, typer.Option(min=0, help="Recorded with the run.")] = 0,
    large: Annotated[bool, typer.Option("--large", help="Send more than 2 GB.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent and started.")
    ] = False,
    wait: Wait = False,
    follow: Follow = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Send a script and its folder, and queue a run. Prints the run's id."""
    root, path = scripts.rooted(script, source, Path.cwd())
    found = place(workspace)
    plain, secrets = surroundings.variables(words(var))
    spec = RunSpec(
        **scripts.script_or_notebook(path),
        arguments=tuple(words(arguments)),
        parameters=as_parameters(words(param)),
        target=target or found.default_target,
        experiment=named(experiment, "an experiment"),
        python=surroundings.interpreter(python),
        variables=plain,
        inputs=as_inputs(words(input), Path.cwd()),
        source=sending.here(),
        resources=Resources(gpus=gpus),
        max_duration_s=timeout,
        retries=retries,
        priority=priority,
        name=name,
        tags=as_pairs(words(tag), "tags"),
    )
    client = reach(found)
    order = sending.Order(root=root, spec=spec, secrets=secrets, allow_large=large)
    if dry_run:
        would = sending.dry_run(client, order, say)
        return document(would) if json else _planned(would)
    run = sending.submit(client, order, say)
    return watch(client, run, wait=wait, follow=follow, json=json)


def _planned(would: dict[str, Any]) -> None:
    """What would be sent, a file a line, and the command that would be started."""
    sent: dict[str, int] = would["files"]
    facts((path, words_of.size(n_bytes)) for path, n_bytes in sent.items())
    if would["ignored"]:
        say(f"The ignore rules leave behind {', '.join(would['ignored'])}.")
    total = words_of.size(sum(sent.values()))
    command = shlex.join(would["launch"].get("spec", {}).get("command", ()))
    say(f"Would send {len(sent)} files, {total}, and start: {command}")


def again(
    run: RunRef,
    arguments: Arguments = None,
    param: Params = None,
    target: Target = None,
    name: Annotated[str | None, typer.Option(help="A name for the new run.")] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=VALUE]", help="A secret's value, which nobody has kept."),
    ] = None,
    wait: Wait = False,
    follow: Follow = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Run the same snapshot again; arguments and parameters stay unless given."""
    client = connect(workspace)
    secrets = client.run(run).spec.secrets
    changes = RunAgain(
        arguments=tuple(arguments) if arguments else None,
        parameters=as_parameters(words(param)) or None,
        target=target,
        name=name,
        secrets=surroundings.values_of(secrets, words(var)),
    )
    watch(client, client.again(run, changes), wait=wait, follow=follow, json=json)
