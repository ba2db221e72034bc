"""``%deploy`` and ``%%deploy``: put a model behind an HTTP address."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from jupyter_mlws.magics import cell as cells
from jupyter_mlws.magics import options
from jupyter_mlws.magics.options import say
from jupyter_mlws.magics.reach import folder, place, reach
from jupyter_mlws.magics.told import told
from jupyter_mlws.magics.views import Table, facts
from jupyter_mlws.records.endpoint import Endpoint, NewEndpoint
from jupyter_mlws.sdk import deploy as deploying
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.inference import must_score
from jupyter_mlws.sdk.parameters import named
from jupyter_mlws.sdk.register import versioned

SCRIPT = "score.cell.py"  # what the cell is called in the snapshot


class EndpointView(Table):
    """An endpoint as it was when it was deployed. ``str(view)`` is its name."""

    name: str
    scoring_uri: str | None

    def __str__(self) -> str:
        return self.name


def deploy(shell: Any, line: str, cell: str | None = None) -> EndpointView | None:
    """Start an endpoint, and wait until it answers; Ctrl-C stops the waiting only.

    Raises
    ------
    UsageError
        The line is wrong, or the cell is no entry script.
    MlwsError
        The model is not there, or the endpoint failed; says why.
    """
    with told():
        words = options.parse("deploy", line)
        versioned(words.model)
        if cell is not None and words.script is not None:
            raise UsageError("%%deploy takes the cell as the entry script; leave --script out.")
        return _begin(shell, words, cell)
    return None


def _begin(shell: Any, words: Namespace, cell: str | None) -> EndpointView:
    text = None if cell is None else cells.script(cell, (), shell.transform_cell, ())
    source = None if words.source is None else Path(words.source)
    script, root = deploying.rooted(words.script, source if cell is None else None, Path.cwd())
    if text is not None:
        must_score(text, "The cell")
        root = folder(shell) if source is None else source.expanduser().resolve()
        script = SCRIPT
    found = place(shell)
    client = reach(found)
    new = NewEndpoint(
        name=named(words.name, "an endpoint"),
        model=words.model,
        script=script,
        target=words.target or found.default_target,
        python=surroundings.interpreter(words.python or sys.executable),
        variables=surroundings.carried(words.var),
        instances=words.instances,
    )
    endpoint = deploying.deploy(client, new, say, folder=root, text=text, overwrite=words.overwrite)
    if not words.no_wait:
        try:
            endpoint = deploying.settled(client, endpoint)
        except KeyboardInterrupt:
            say(f"{endpoint.name} goes on starting; `%mlws endpoints` says how it fares.")
            endpoint = client.endpoint(endpoint.name)
    return _view(endpoint)


def _view(endpoint: Endpoint) -> EndpointView:
    drawn = facts(
        endpoint.name,
        [
            ("state", endpoint.state.value),
            ("reason", endpoint.reason),
            ("address", endpoint.scoring_uri),
            ("models", ", ".join(endpoint.models)),
            ("instances", str(endpoint.instances)),
            ("keys", f"mlws endpoint keys {endpoint.name}"),
        ],
    )
    view = EndpointView(drawn.head, drawn.rows)
    view.name, view.scoring_uri = endpoint.name, endpoint.scoring_uri
    return view
