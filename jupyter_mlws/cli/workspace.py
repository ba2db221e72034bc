"""``mlws workspace``: make one, look at it, free what it no longer needs."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlws.cli.connect import connect
from jupyter_mlws.cli.options import Json, Where
from jupyter_mlws.cli.output import document, facts, line, say
from jupyter_mlws.client import workspace as places
from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.workspace import Pruned, PruneOrder
from jupyter_mlws.sdk import words as said

app = typer.Typer(help="The workspace itself.", no_args_is_help=True, add_completion=False)
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
NAMED = 10  # runs that are told by their names before they go


@app.command()
def create(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Default: here.")] = Path("."),
    name: Annotated[str | None, typer.Option(help="Default: the folder's name.")] = None,
    json: Json = False,
) -> None:
    """Make a workspace of a folder. One that is there already is left as it is."""
    made = places.create(folder, name)
    if made.note:
        say(made.note)
    if json:
        return document(
            {"id": made.id, "name": made.name, "root": str(made.root), "state": str(made.state)}
        )
    line(f"{made.name} · {made.root}")


@app.command()
def show(json: Json = False, workspace: Where = None) -> None:
    """Where it is, who owns it now, what it holds."""
    info = connect(workspace).workspace()
    if json:
        return document(info)
    line(f"{info.name} · {info.root}")
    facts(
        [
            ("id", info.id),
            ("owner", f"{info.owner}, process {info.pid}, version {info.version}"),
            ("default target", info.default_target),
            ("runs", f"{info.n_runs}, {info.n_active} active"),
            ("store", said.size(info.store_bytes)),
            ("runs' files", said.size(info.runs_bytes)),
            ("contents", said.size(info.blobs_bytes)),
            ("disk free", said.size(info.disk_free_bytes)),
        ]
    )


@app.command()
def prune(
    older_than: Annotated[str, typer.Option(help="30d, 12h, 2w …")] = "30d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Delete runs that ended long ago and that no model comes from. Says which, and asks."""
    order = PruneOrder(older_than_s=_seconds(older_than), dry_run=True)
    asks = not (yes or dry_run)
    if asks and (json or not sys.stdin.isatty()):
        raise Invalid("This deletes runs and nobody can be asked: add --yes, or --dry-run.", "yes")
    client = connect(workspace)
    gone = client.prune(order)
    if not json:
        _planned(client, gone)
    if asks and gone.runs:
        sys.stderr.write("Delete them? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            say("Nothing was deleted.")
            raise typer.Exit(1)
    if not dry_run and (yes or gone.runs):
        gone = client.prune(PruneOrder(older_than_s=order.older_than_s, dry_run=False))
    if json:
        return document(gone)
    says = "would free" if dry_run else "freed"
    line(f"{_runs(gone)}: {says} {said.size(gone.bytes)}.")


def _planned(client: Client, plan: Pruned) -> None:
    """Which runs would go, on stderr: the oldest by name."""
    now = Instant.now()
    for run_id in plan.runs[:NAMED]:
        run = client.run(run_id)
        say(f"{said.title(run)} · {said.word(run)} · {said.age(run.created_at, now)}")
    if plan.runs[NAMED:]:
        say(f"… and {len(plan.runs) - NAMED} more.")
    if plan.runs:
        say(f"{_runs(plan)}, {said.size(plan.bytes)}.")


def _runs(gone: Pruned) -> str:
    return "1 run" if len(gone.runs) == 1 else f"{len(gone.runs)} runs"


def _seconds(age: str) -> float:
    fits = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|min|h|d|w)", age.strip())
    if fits is None:
        raise Invalid(f"{age!r} is no age: write 30d, 12h, 45min or 2w.", "older_than")
    return float(fits[1]) * UNITS[fits[2]]
