"""From a magic to the owner of the workspace that is meant."""

from pathlib import Path
from typing import Any

from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.magics import notebook
from jupyter_mlws.magics.options import say


def place(shell: Any) -> Workspace:
    """The workspace of the notebook; where there is none it is made, and said."""
    return workspace.find_or_create(folder(shell), say=say)


def reach(found: Workspace) -> Client:
    """Its owner, which is started where it is not running. Raises OwnerNotRunning."""
    return owner.connect(found, start=True, say=say)


def folder(shell: Any) -> Path:
    """The notebook's folder, or the current one where there is no notebook."""
    path = notebook.path_of(shell)
    return Path.cwd() if path is None else path.parent


def run_of(shell: Any, word: str) -> str:
    """A run as a user names it: an id, a label, ``latest``, or a variable that holds one."""
    word = word.removeprefix("$")  # IPython leaves it where it cannot expand the whole line
    held = shell.user_ns.get(word)
    return str(held.id) if hasattr(held, "id") else word
