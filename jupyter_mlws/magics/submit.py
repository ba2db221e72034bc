"""``%%submit`` and ``%submit``: send a cell, a script or a notebook to a compute target."""

import sys
from argparse import Namespace
from collections.abc import Iterable
from keyword import iskeyword
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from msgspec.structs import replace

from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import Invalid
from jupyter_mlws.magics import cell as cells
from jupyter_mlws.magics import notebook, options
from jupyter_mlws.magics.card import RunCard
from jupyter_mlws.magics.options import say
from jupyter_mlws.magics.reach import folder, place, reach
from jupyter_mlws.magics.told import told
from jupyter_mlws.magics.views import Table, facts
from jupyter_mlws.records.run import Resources, RunSpec
from jupyter_mlws.sdk import scripts, surroundings
from jupyter_mlws.sdk import submit as sending
from jupyter_mlws.sdk.parameters import as_inputs, as_pairs, as_parameters, named
from jupyter_mlws.sdk.words import size


def submit(shell: Any, line: str, cell: str | None = None) -> Any:
    """Send work, and return its card at once.

    Raises
    ------
    UsageError
        The line is wrong, or the cell would not run alone.
    MlwsError
        What was asked for is not there, or the workspace refuses it.
    """
    with told():
        words = options.parse("submit", line)
        if surroundings.run_id() is not None:
            raise Invalid(
                "This notebook is itself executed as a run, and a run submits none: one that "
                "submits itself would never end. Submit it from JupyterLab or a terminal."
            )
        if cell is None:
            return _begin(shell, words, _of_file(shell, words))
        begun = _begin(shell, words, _of_cell(shell, words, cell))
        if not (isinstance(begun, RunCard) and hasattr(shell, "kernel")):
            return begun
        begun.show()  # nobody can assign what a cell magic returns, but a display can be updated
        return None


def _of_cell(shell: Any, words: Namespace, cell: str) -> sending.Order:
    """A cell, as a script in a copy of the notebook's folder. Never waits for the notebook."""
    if words.script is not None:
        raise UsageError(f"%%submit sends the cell; {words.script} goes with %submit.")
    if not any(line.strip() and line.strip()[0] != "#" for line in cell.splitlines()):
        raise UsageError("The cell is empty: there is nothing to run.")
    history = _history(shell)
    current = notebook.cell_id(shell)
    path = notebook.path_of(shell)
    python = shell.transform_cell
    given = cells.fronts(words.front, history)
    parameters = as_parameters(words.param)
    ahead = [*notebook.tagged(path, current), *given]
    text = cells.script(cell, ahead, python, parameters)
    found = cells.lacking(text, parameters, history, shell.user_ns, python)

    def needs(number: int) -> Iterable[int]:
        alone = cells.script(history[number], (), python, ())
        return cells.lacking(alone, parameters, history, {}, python).cells.values()

    cells.refuse(found, (int(front.title[4:-1]) for front in given), needs)
    if found.nowhere:
        say(f"{', '.join(found.nowhere)}: used, and defined nowhere that we know of.")
    root = Path(words.source).expanduser().resolve() if words.source else folder(shell)
    name = _name(root, path)
    variables = surroundings.variables(words.var)
    spec = _spec(shell, words, {"script": name}, path, variables.plain, stale=False)
    return sending.Order(
        root=root,
        spec=spec,
        extra={name: text.encode()},
        secrets=variables.secrets,
        allow_large=words.large,
    )


def _of_file(shell: Any, words: Namespace) -> sending.Order:
    """A script or a notebook of the folder."""
    if words.script is None:
        raise UsageError("Name a script or a notebook: %submit train.py. %%submit sends its cell.")
    if words.front:
        raise UsageError("--with goes with %%submit: a script holds all that it needs.")
    source = None if words.source is None else Path(words.source)
    root, path = scripts.rooted(words.script, source, Path.cwd())
    mine = notebook.path_of(shell)
    stale = mine is not None and mine.is_relative_to(root) and not notebook.saved(shell, mine)
    if stale and (root / path) == mine:
        say(f"{path} has changes that are not saved: the run has it as it is on the disk.")
    plain, secrets = surroundings.variables(words.var)
    spec = _spec(shell, words, scripts.script_or_notebook(path), mine, plain, stale=stale)
    return sending.Order(root=root, spec=spec, secrets=secrets, allow_large=words.large)


def _spec(
    shell: Any,
    words: Namespace,
    what: dict[str, Any],
    path: Path | None,
    variables: dict[str, str],
    stale: bool,
) -> RunSpec:
    return RunSpec(
        **what,
        arguments=tuple(words.arguments),
        parameters=as_parameters(words.param),
        target=words.target or "",
        experiment=named(words.experiment or "default", "an experiment"),
        python=surroundings.interpreter(words.python or sys.executable),
        variables=variables,
        inputs=as_inputs(words.input, Path.cwd()),
        source=sending.here(
            notebook=None if path is None else str(path),
            cell_id=notebook.cell_id(shell),
            stale=stale,
        ),
        resources=Resources(gpus=words.gpus),
        max_duration_s=words.timeout,
        retries=words.retries,
        priority=words.priority,
        name=words.name,
        tags=as_pairs(words.tag, "tags"),
    )


def _begin(shell: Any, words: Namespace, order: sending.Order) -> Any:
    if words.variable is not None and not _assignable(words.variable):
        raise UsageError(f"--as takes the name of a variable, not {words.variable!r}.")
    found = place(shell)
    client = reach(found)
    order = _at_home(order, found)
    if words.dry_run:
        return _dry(sending.dry_run(client, order, say))
    card = RunCard(client, found.id, sending.submit(client, order, say))
    if words.variable is not None:
        shell.user_ns[words.variable] = card
    if words.follow:
        return card.follow()
    return card.wait() if words.wait else card


def _assignable(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name)


def _at_home(order: sending.Order, found: Workspace) -> sending.Order:
    """With the workspace's default target, and the notebook's path relative to the workspace."""
    spec = order.spec
    path = spec.source.notebook
    if path is not None and Path(path).is_relative_to(found.root):
        relative = Path(path).relative_to(found.root).as_posix()
        spec = replace(spec, source=replace(spec.source, notebook=relative))
    spec = replace(spec, target=spec.target or found.default_target)
    return replace(order, spec=spec)


def _dry(answer: dict[str, Any]) -> Table:
    launch = answer["launch"]
    sent = answer["files"]
    return facts(
        "Would be submitted",
        [
            ("command", " ".join(map(str, launch.get("spec", {}).get("command", ())))),
            ("snapshot", answer["snapshot"]),
            ("files", f"{len(sent)}, {size(sum(sent.values()))}"),
            ("left behind", ", ".join(answer["ignored"]) or None),
            *((path, size(n_bytes)) for path, n_bytes in sent.items()),
        ],
    )


def _history(shell: Any) -> dict[int, str]:
    """Number of an executed cell → its code as it was typed, without the one that runs now."""
    raw = shell.history_manager.input_hist_raw
    current = len(raw) - 1
    return {n: code for n, code in enumerate(raw) if 0 < n < current and code.strip()}


def _name(root: Path, path: Path | None) -> str:
    """The script's name: the notebook's, with a word that no module's name can have."""
    stem, n, mark = path.stem if path is not None else "notebook", 1, ""
    while (root / f"{stem}.cell{mark}.py").exists():
        n, mark = n + 1, f"-{n + 1}"
    return f"{stem}.cell{mark}.py"
