"""``mlws run``: list, show, wait for and tidy up runs; `submit.py` has what starts them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlws.cli import detail as shown
from jupyter_mlws.cli import submit
from jupyter_mlws.cli.connect import connect
from jupyter_mlws.cli.options import Experiment, Json, RunRef, Where, words
from jupyter_mlws.cli.output import document, line, say, table
from jupyter_mlws.cli.watch import ended
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run, RunDetail, RunPatch
from jupyter_mlws.records.series import Series
from jupyter_mlws.sdk import words as said
from jupyter_mlws.sdk.parameters import as_pairs

app = typer.Typer(
    help="Submit, list, follow and end runs.", no_args_is_help=True, add_completion=False
)
app.command("submit")(submit.submit)
app.command("again")(submit.again)


@app.command("list")
def list_(
    experiment: Annotated[str | None, Experiment] = None,
    state: Annotated[str | None, typer.Option(help="One, or several with commas.")] = None,
    tag: Annotated[
        str | None, typer.Option(metavar="NAME[=VALUE]", help="Only with this tag.")
    ] = None,
    filter: Annotated[
        str | None, typer.Option(help="Words, metric.loss<0.1, param.lr=0.01, tag.stage=dev.")
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(help="created, ended, metric.NAME: highest first; -metric.NAME: lowest."),
    ] = None,
    archived: Annotated[
        bool, typer.Option("--archived", help="Also those that were archived.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many.")] = 50,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Runs, newest first."""
    page = connect(workspace).runs(
        experiment=experiment,
        state=state,
        tag=tag,
        filter=filter,
        order=order,
        archived=archived or None,
        limit=limit,
    )
    if json:
        return document(page.items)
    now = Instant.now()
    head = ("", "RUN", "NAME", "STATE", "AGE", "DURATION", "METRIC", "TARGET", "ID")
    asked = any((experiment, state, tag, filter))
    empty = "No run matches." if asked else "No runs yet: `mlws run submit train.py`."
    table(head, (_row(run, now) for run in page.items), empty)
    if page.next is not None:
        say(f"There are more than {limit}; --limit shows them.")


@app.command()
def show(run: RunRef, json: Json = False, workspace: Where = None) -> None:
    """Everything a run was."""
    detail = connect(workspace).run(run)
    if json:
        return document(detail)
    shown.show(detail)


@app.command()
def logs(
    run: RunRef,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Until it is over.")] = False,
    attempt: Annotated[int | None, typer.Option(min=1, help="Default: the last one.")] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """What a run printed, byte by byte. --json: {"log": text}."""
    client = connect(workspace)
    if follow and not json:
        for chunk in client.follow_log(run):
            _write(chunk)
        return
    kept, offset = [], 0
    while True:
        chunk, offset = client.log(run, offset, attempt=attempt)
        if not chunk:
            break
        if json:
            kept.append(chunk)
        else:
            _write(chunk)
    if json:
        document({"log": b"".join(kept).decode(errors="replace")})


@app.command()
def metrics(
    run: RunRef,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One series.")] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """What a run logged. --json: [{step, value, at}], or name → such a list."""
    client = connect(workspace)
    if name is not None:
        series = client.metric(run, name)
        if json:
            return document(series.points)
        rows = ((_step(p.step), said.value(p.value), p.at.rfc3339()) for p in series.points)
        return table(("STEP", "VALUE", "AT"), rows, "Nothing was logged under that name.")
    if json:
        series_by_name = client.metrics(run, points=True)
        return document({name: series.points for name, series in series_by_name.items()})
    every = client.metrics(run).values()
    head = ("NAME", "LAST", "MIN", "MAX", "POINTS", "KIND")
    return table(head, map(_series, every), "This run has logged nothing.")


@app.command()
def wait(
    run: RunRef,
    timeout: Annotated[float | None, typer.Option(min=0, help="Seconds.")] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Return when a run is over: 0 if it completed, else 1."""
    done = connect(workspace).wait(run, timeout)
    if json:
        document(done)
    ended(done, quiet=json)


@app.command()
def cancel(
    run: RunRef,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it is over.")] = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Ask a run to end; what it has written stays."""
    client = connect(workspace)
    asked: Run = client.cancel(run)
    if wait:
        asked = client.wait(asked.id)
    if json:
        return document(asked)
    line(said.line(asked, Instant.now()))


@app.command()
def download(
    run: RunRef,
    to: Annotated[Path, typer.Argument(metavar="[DIR]", help="Default: here.")] = Path("."),
    path: Annotated[str, typer.Option(help="A file of the run, or a folder.")] = "outputs/",
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Write a run's files below DIR. --json: the paths written."""
    written = connect(workspace).download(run, path, to)
    if json:
        return document([str(one) for one in written])
    for one in written:
        line(str(one))


@app.command()
def tag(
    run: RunRef,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE...", help="Tags to set.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A tag that goes.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="A new name for the run.")] = None,
    description: Annotated[str | None, typer.Option(help="A new description.")] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Set and remove tags; name or describe a run."""
    changes: dict[str, str | None] = dict(as_pairs(words(tags), "tags"))
    changes |= dict.fromkeys(words(remove))
    if not changes and name is None and description is None:
        raise Invalid("Say what to change: NAME=VALUE, --remove, --name or --description.", "tags")
    patch = RunPatch(name=name, description=description, tags=changes or None)
    _changed(connect(workspace).patch(run, patch), json)


@app.command()
def archive(
    run: RunRef,
    undo: Annotated[bool, typer.Option("--undo", help="Bring it back.")] = False,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Take a run out of the lists; nothing of it is removed."""
    changed = connect(workspace).patch(run, RunPatch(archived=not undo))
    if json:
        return document(changed)
    line(f"{changed.label} is {'in the lists again' if undo else 'archived'}.")


@app.command()
def delete(run: RunRef, json: Json = False, workspace: Where = None) -> None:
    """Remove a run that is over, with its children and files. A model of it keeps its bytes."""
    gone = connect(workspace).delete_run(run)
    if json:
        return document(gone)
    line(f"Deleted {run}: {said.size(gone.bytes)} are free again.")


def _changed(run: RunDetail, json: bool) -> None:
    if json:
        return document(run)
    line(said.line(run, Instant.now()))


def _row(run: Run, now: Instant) -> tuple[str, ...]:
    key = said.key_metric(run)
    took = run.started_at and said.duration(run.started_at.until(run.ended_at or now))
    return (
        said.glyph(run),
        run.label,
        run.name or "",
        said.word(run),
        said.age(run.created_at, now),
        took or "",
        "" if key is None else f"{key[0]} {said.value(key[1])}",
        run.target,
        run.id,
    )


def _series(series: Series) -> tuple[str, ...]:
    ends = ("" if v is None else said.value(v) for v in (series.min, series.max))
    return series.name, said.value(series.last), *ends, str(series.n), series.kind


def _step(step: int | None) -> str:
    return "" if step is None else str(step)


def _write(chunk: bytes) -> None:
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
