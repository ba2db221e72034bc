"""``%load_ext jupyter_mlws``: the magics by name; what they do is imported at their first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MAGICS = ("submit", "register", "deploy", "mlws")
CELL = ("submit", "deploy")  # they take a cell too


def load(ipython: "InteractiveShell") -> None:
    """Give a shell the magics and their completion."""
    for name in MAGICS:
        kind = "line_cell" if name in CELL else "line"
        ipython.register_magic_function(_lazy(name), kind, name)
        for mark in ("%", "%%") if name in CELL else ("%",):
            ipython.set_hook("complete_command", complete, str_key=f"{mark}{name}")


def load_ipython_extension(ipython: "InteractiveShell") -> None:
    """What IPython calls at the first use of a magic that it knows by name only."""
    load(ipython)


def complete(shell: Any, event: Any) -> list[str]:
    """What may follow in a line of ours. Called by IPython at a tab."""
    offered: list[str] = import_module("jupyter_mlws.magics.completion").complete(shell, event)
    return offered


def _lazy(name: str) -> Any:
    def magic(line: str, cell: str | None = None) -> Any:
        shell = import_module("IPython").get_ipython()
        verb = getattr(import_module(f"jupyter_mlws.magics.{name}"), name)
        return verb(shell, line, cell)

    magic.__name__ = name
    magic.__doc__ = HELP[name]
    return magic


HELP = {
    "submit": """Send work to a compute target; it goes on whatever happens to this kernel.

    %%submit [options]                  this cell, as a script
    %submit train.py [options] -- ARGS  a script of this folder
    %submit nb.ipynb -p lr=0.1          a notebook, executed with parameters

    `%submit --help` lists the options.""",
    "register": """Make the next version of a model.

    %register digits --run $run --path outputs/model.pkl --framework scikit-learn --tag stage=dev
    %register digits --path model.pkl   from a file here""",
    "deploy": """Put a model behind an HTTP address.

    %deploy digits:3 --name digits-svc --instances 2 [--script score.py]
    %%deploy digits --name digits-svc   the cell is the entry script: init() and run(data)""",
    "mlws": """Look at the workspace.

    %mlws runs [EXPERIMENT] | show RUN | logs RUN | cancel RUN | models | endpoints | targets

    `%mlws --help` tells more.""",
}
