"""``mlws compute``: where runs can run, and how those places fare."""

from typing import Annotated

import typer

from jupyter_mlws.cli import complete
from jupyter_mlws.cli.connect import connect
from jupyter_mlws.cli.options import Json, Where
from jupyter_mlws.cli.output import document, facts, line, say, table
from jupyter_mlws.records.target import Machine, NewTarget, TargetInfo
from jupyter_mlws.sdk import words as said

app = typer.Typer(help="Compute targets.", no_args_is_help=True, add_completion=False)
TargetRef = Annotated[
    str, typer.Argument(metavar="NAME", help="The target's name.", autocompletion=complete.targets)
]


@app.command("list")
def list_(json: Json = False, workspace: Where = None) -> None:
    """Targets, their slots and their queue."""
    targets = connect(workspace).targets()
    if json:
        return document(targets)
    head = ("NAME", "KIND", "RUNNING", "SLOTS", "WAITING", "CPU", "MEMORY", "PROBLEM")
    return table(head, map(_row, targets), "No targets.")


@app.command()
def show(name: TargetRef, json: Json = False, workspace: Where = None) -> None:
    """One target: its machine, slots, and what is wrong with it."""
    target = connect(workspace).target(name)
    if json:
        return document(target)
    machine = target.machine or Machine()
    line(f"{target.name} · {target.kind}{' · default' if target.default else ''}")
    free = machine.disk_free_bytes
    facts(
        [
            ("slots", f"{target.running} of {target.slots} in use, {target.waiting} waiting"),
            ("host", machine.host),
            ("cpu", _cpu(machine) or None),
            ("memory", _memory(machine) or None),
            ("disk free", None if free is None else said.size(free)),
            ("gpus", ", ".join(gpu.name for gpu in machine.gpus) or None),
            ("problem", target.problem),
        ]
    )


@app.command()
def attach(
    name: TargetRef,
    kind: Annotated[str | None, typer.Option(help="local.")] = None,
    slots: Annotated[
        int | None, typer.Option(min=1, help="How many runs at once. Default: one a processor.")
    ] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Make a target known, or change one that is: what is not given stays."""
    client = connect(workspace)
    known = next((one.config for one in client.targets() if one.name == name), {})
    config = known if slots is None else known | {"slots": slots}
    made = client.attach(name, NewTarget(kind=kind, config=config))
    if json:
        return document(made)
    line(f"{made.name} · {made.kind} · {made.slots} slots")


@app.command()
def detach(name: TargetRef, json: Json = False, workspace: Where = None) -> None:
    """Forget a target. Refused while runs or endpoints are on it; local is always there."""
    gone = connect(workspace).detach(name)
    if json:
        return document(gone)
    line(f"Detached {gone.name}.")


@app.command()
def check(name: TargetRef, json: Json = False, workspace: Where = None) -> None:
    """Whether a target can be used now: 0 if it can, else 1 and why."""
    target = connect(workspace).target(name)
    if json:
        document(target)
    elif target.problem is None:
        line(f"{target.name} can be used.")
    if target.problem is not None:
        say(f"{target.name}: {target.problem}")
        raise typer.Exit(1)


def _row(target: TargetInfo) -> tuple[str, ...]:
    machine = target.machine or Machine()
    counts = (str(target.running), str(target.slots), str(target.waiting))
    where = (f"{target.name} *" if target.default else target.name, target.kind)
    return (*where, *counts, _cpu(machine), _memory(machine), target.problem or "")


def _cpu(machine: Machine) -> str:
    if machine.cpus is None:
        return ""
    busy = "" if machine.cpu_percent is None else f", {machine.cpu_percent:.0f} % busy"
    return f"{machine.cpus} cores{busy}"


def _memory(machine: Machine) -> str:
    if machine.memory_bytes is None or machine.memory_used_bytes is None:
        return ""
    return f"{said.size(machine.memory_used_bytes)} of {said.size(machine.memory_bytes)}"
