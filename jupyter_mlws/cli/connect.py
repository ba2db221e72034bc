"""From a command to the workspace that is meant, and to its owner."""

from pathlib import Path

from jupyter_mlws.cli.output import say
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace


def place(where: Path | None) -> Workspace:
    """The workspace of a first write: where there is none, one is made, and said.

    Parameters
    ----------
    where
        What ``--workspace`` said.
    """
    return workspace.find_or_create(Path.cwd(), where, say=say)


def reach(found: Workspace) -> Client:
    """Its owner, which is started where it is not running. Raises OwnerNotRunning."""
    return owner.connect(found, start=True, say=say)


def connect(where: Path | None) -> Client:
    """The owner of the workspace that is meant. Raises NotFound where there is none."""
    return reach(workspace.find(Path.cwd(), where))
