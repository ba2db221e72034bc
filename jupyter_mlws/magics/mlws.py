"""``%mlws``: look at the workspace without leaving the notebook."""

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError

from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.magics import options
from jupyter_mlws.magics.card import RunCard
from jupyter_mlws.magics.reach import place, reach, run_of
from jupyter_mlws.magics.told import told
from jupyter_mlws.magics.views import Table
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.model import Model
from jupyter_mlws.records.run import Run
from jupyter_mlws.sdk import words as said

View = Callable[[Client, Workspace, str], Any]


def mlws(shell: Any, line: str, cell: str | None = None) -> Any:
    """Raises UsageError where the word is unknown; MlwsError where the run is."""
    with told():
        given, _ = options.split(line)
        if not given or given[0] in ("-h", "--help", "help"):
            return _help()
        verb, *rest = given
        if verb not in VIEWS:
            raise UsageError(f"%mlws knows no {verb!r}; it knows {', '.join(VIEWS)}.")
        view, wants, _ = VIEWS[verb]
        if wants == RUN and not rest:
            raise UsageError(f"Say which: %mlws {verb} {wants}.")
        found = place(shell)
        return view(reach(found), found, run_of(shell, rest[0]) if rest else "")
    return None


def _runs(client: Client, found: Workspace, word: str) -> Table:
    now = Instant.now()
    page = client.runs(experiment=word or None, limit=20)
    head = ("Run", "Name", "State", "Age", "Duration", "Metric", "Target")
    empty = f"No runs in an experiment {word!r}." if word else "No runs yet: try %%submit."
    return Table(head, (_row(run, now) for run in page.items), empty)


def _row(run: Run, now: Instant) -> tuple[str, ...]:
    key = said.key_metric(run)
    started = run.started_at
    return (
        run.label,
        run.name or "",
        f"{said.glyph(run)} {said.word(run)}",
        said.age(run.created_at, now),
        "" if started is None else said.duration(started.until(run.ended_at or now)),
        "" if key is None else f"{key[0]} {said.value(key[1])}",
        run.target,
    )


def _logs(client: Client, found: Workspace, word: str) -> None:
    sys.stdout.write(RunCard(client, found.id, client.run(word)).logs())


def _cancel(client: Client, found: Workspace, word: str) -> RunCard:
    return RunCard(client, found.id, client.cancel(word))


def _show(client: Client, found: Workspace, word: str) -> RunCard:
    return RunCard(client, found.id, client.run(word))


def _models(client: Client, found: Workspace, word: str) -> Table:
    head = ("Model", "Versions", "Framework", "Age", "Endpoints")
    return Table(head, map(_model, client.models()), "No models yet: try %register.")


def _model(model: Model) -> tuple[str, ...]:
    latest = model.latest
    name = model.name if latest is None else latest.label
    framework = "" if latest is None else latest.framework or ""
    age = "" if latest is None else said.age(latest.created_at, Instant.now())
    return name, str(model.n_versions), framework, age, ", ".join(model.endpoints)


def _endpoints(client: Client, found: Workspace, word: str) -> Table:
    rows = (
        (e.name, e.state.value, ", ".join(e.models), e.scoring_uri or "", e.reason or "")
        for e in client.endpoints()
    )
    head = ("Endpoint", "State", "Model", "Address", "Reason")
    return Table(head, rows, "No endpoints yet: try %deploy.")


def _targets(client: Client, found: Workspace, word: str) -> Table:
    rows = (
        (t.name, t.kind, f"{t.running} of {t.slots}", str(t.waiting), t.problem or "")
        for t in client.targets()
    )
    return Table(("Target", "Kind", "Running", "Waiting", "Problem"), rows)


RUN = "RUN"  # an id, its unique beginning, a label, `latest`, or a variable that holds one
VIEWS: dict[str, tuple[View, str, str]] = {  # verb → what shows it, what it takes, what it is for
    "runs": (_runs, "[EXPERIMENT]", "the newest 20 runs, of all experiments or of one"),
    "show": (_show, RUN, "its card"),
    "logs": (_logs, RUN, "what it printed"),
    "cancel": (_cancel, RUN, "asks it to end"),
    "models": (_models, "", "models, and the newest version of each"),
    "endpoints": (_endpoints, "", "endpoints, and how they fare"),
    "targets": (_targets, "", "where runs can run"),
}
OTHERS = {
    "%%submit": "sends a cell; %submit a script or a notebook",
    "%register": "makes the next version of a model",
    "%deploy": "puts a model behind an address; %%deploy with the cell as its script",
}


def _help() -> Table:
    rows = [(f"%mlws {verb} {wants}".strip(), what) for verb, (_, wants, what) in VIEWS.items()]
    rows.append(("RUN", "digits-3, latest, the name of a variable, an id or its beginning"))
    rows += [(f"{name} --help", what) for name, what in OTHERS.items()]
    return Table(("Magic", ""), rows)
