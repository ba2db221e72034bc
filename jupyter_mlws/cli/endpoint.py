"""``mlws endpoint``: deploy a model, ask it, look after its keys, update and delete it."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from jupyter_mlws.cli import complete
from jupyter_mlws.cli.connect import connect, place, reach
from jupyter_mlws.cli.options import (
    Concurrency,
    EndpointRef,
    Instances,
    Json,
    ModelRef,
    Patience,
    Python,
    Queue,
    Script,
    Source,
    Target,
    Where,
)
from jupyter_mlws.cli.output import document, facts, line, say, table
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.endpoint import Endpoint, EndpointPatch, Limits, NewEndpoint
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.sdk import deploy as deploying
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk import words as said
from jupyter_mlws.sdk.parameters import named
from jupyter_mlws.sdk.register import as_json, versioned

app = typer.Typer(help="Models that answer over HTTP.", no_args_is_help=True, add_completion=False)
NoWait = Annotated[bool, typer.Option("--no-wait", help="Return before it answers.")]


class Which(str, Enum):
    primary = "primary"
    secondary = "secondary"


@app.command()
def deploy(
    model: ModelRef,
    name: Annotated[str, typer.Option("--name", "-n", help="The endpoint's name.")],
    script: Script = None,
    source: Source = None,
    target: Target = None,
    instances: Instances = None,
    python: Python = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=VALUE]", help="A variable for the entry script."),
    ] = None,
    concurrency: Concurrency = None,
    queue: Queue = None,
    timeout: Patience = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Update the endpoint of that name, if there is one.")
    ] = False,
    no_wait: NoWait = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Start an endpoint; returns when it answers."""
    versioned(model)
    path, folder = deploying.rooted(script, source, Path.cwd())
    found = place(workspace)
    new = NewEndpoint(
        name=named(name, "an endpoint"),
        model=model,
        script=path,
        target=target or found.default_target,
        python=surroundings.interpreter(python),
        variables=surroundings.carried(var or ()),
        instances=instances or 1,
        limits=deploying.limited(Limits(), concurrency, queue, timeout),
    )
    client = reach(found)
    begun = deploying.deploy(client, new, say, folder=folder, overwrite=overwrite)
    if not no_wait:
        begun = deploying.settled(client, begun, _progress)
    _shown(begun, json)


@app.command()
def update(
    name: EndpointRef,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:VERSION",
            help="The version to change to.",
            autocompletion=complete.versions,
        ),
    ] = None,
    script: Script = None,
    source: Source = None,
    instances: Instances = None,
    python: Python = None,
    concurrency: Concurrency = None,
    queue: Queue = None,
    timeout: Patience = None,
    no_wait: NoWait = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Put another revision behind an endpoint: no request fails, address and keys stay."""
    if model is not None:
        versioned(model)
    path, folder = deploying.rooted(script, source, Path.cwd())
    chosen = None if python is None else surroundings.interpreter(python)
    patch = EndpointPatch(model=model, script=path, python=chosen, instances=instances)
    limits = (concurrency, queue, timeout)
    if patch == EndpointPatch() and limits == (None, None, None):
        said = "Say what to update: --model, --script, --instances, --python or a limit."
        raise Invalid(said, "model")
    client = connect(workspace)
    if limits != (None, None, None):
        patch = replace(patch, limits=deploying.limited(client.endpoint(name).limits, *limits))
    begun = deploying.update(client, name, patch, say, folder=folder)
    if not no_wait:
        begun = deploying.settled(client, begun, _progress)
    _shown(begun, json)


@app.command("list")
def list_(json: Json = False, workspace: Where = None) -> None:
    """Endpoints and how they fare."""
    endpoints = connect(workspace).endpoints()
    if json:
        return document(endpoints)
    head = ("NAME", "STATE", "MODEL", "INSTANCES", "TARGET", "AGE", "ADDRESS")
    empty = "No endpoints yet: `mlws endpoint deploy NAME:VERSION --name SVC`."
    return table(head, map(_row, endpoints), empty)


@app.command()
def show(name: EndpointRef, json: Json = False, workspace: Where = None) -> None:
    """One endpoint: state, address, models, replicas."""
    _shown(connect(workspace).endpoint(name), json)


@app.command()
def invoke(
    name: EndpointRef,
    data: Annotated[str, typer.Option(help="""'{"data": [[...]]}', @FILE, or - for stdin.""")],
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Ask an endpoint once; prints its answer. 0 only if it answered with 2xx."""
    answer = connect(workspace).invoke(name, as_json(_data(data), "data"))
    document(answer if json else answer.body)
    if not 200 <= answer.status < 300:
        say(f"{name} answered {answer.status}.")
        raise typer.Exit(1)


@app.command()
def keys(name: EndpointRef, json: Json = False, workspace: Where = None) -> None:
    """The two keys: a request carries `Authorization: Bearer KEY`."""
    held = connect(workspace).keys(name)
    if json:
        return document(held)
    facts([("primary", held.primary), ("secondary", held.secondary)])


@app.command("regen-key")
def regen_key(
    name: EndpointRef,
    which: Annotated[Which, typer.Argument(help="The key that is replaced.")],
    json: Json = False,
    workspace: Where = None,
) -> None:
    """A new key in the place of one; the old one is refused at once."""
    held = connect(workspace).regenerate(name, which.value)
    if json:
        return document(held)
    line(held.primary if which is Which.primary else held.secondary)


@app.command()
def logs(name: EndpointRef, json: Json = False, workspace: Where = None) -> None:
    """What the router and its replicas printed. --json: {"log": text}."""
    client = connect(workspace)
    kept, offset = [], 0
    while True:
        chunk, offset = client.endpoint_log(name, offset)
        if not chunk:
            break
        kept.append(chunk)
        if not json:
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
    if json:
        document({"log": b"".join(kept).decode(errors="replace")})


@app.command()
def delete(name: EndpointRef, json: Json = False, workspace: Where = None) -> None:
    """Stop an endpoint and free its name; requests in flight are finished."""
    gone = connect(workspace).delete_endpoint(name)
    if json:
        return document(gone)
    line(f"Deleted {gone.name}.")


def _data(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{given[1:]} cannot be read: {error.strerror}.", "data") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{given[1:]} is not JSON in UTF-8.", "data") from error


def _progress(endpoint: Endpoint) -> None:
    say(f"{endpoint.name} is {endpoint.state.value}{_because(endpoint)}…")


def _because(endpoint: Endpoint) -> str:
    return f": {endpoint.reason}" if endpoint.reason else ""


def _shown(endpoint: Endpoint, json: bool) -> None:
    if json:
        return document(endpoint)
    line(f"{endpoint.name} · {endpoint.state.value}{_because(endpoint)}")
    ready = sum(replica.state == "ready" for replica in endpoint.replicas)
    facts(
        [
            ("address", endpoint.scoring_uri),
            ("openapi", endpoint.openapi_uri),
            ("models", ", ".join(endpoint.models)),
            ("target", endpoint.target),
            ("script", endpoint.script),
            ("replicas", f"{ready} of {endpoint.instances} ready"),
            ("limits", _limits(endpoint.limits)),
            ("revision", str(endpoint.revision)),
        ]
    )


def _limits(limits: Limits) -> str:
    each, waiting = f"{limits.concurrency} at once a replica", f"{limits.queue} wait"
    return f"{each}, {waiting}, {said.duration(limits.request_timeout_s)} a request"


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    return (
        endpoint.name,
        endpoint.state.value,
        ", ".join(endpoint.models),
        str(endpoint.instances),
        endpoint.target,
        said.age(endpoint.created_at, Instant.now()),
        endpoint.scoring_uri or "",
    )
