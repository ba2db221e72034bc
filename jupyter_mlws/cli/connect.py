"""From a command to the workspace that is meant, and to its owner."""

import os
import re
from pathlib import Path

from jupyter_mlws.cli.output import say
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import Unsupported

URL = re.compile(r"(https?):[/\\]+(.+)", re.DOTALL)  # a Path has made one slash of two


def place(where: Path | None) -> Workspace:
    """The workspace of a first write: where there is none, one is made, and said.

    Parameters
    ----------
    where
        What ``--workspace`` said.

    Raises
    ------
    Unsupported
        It is on another machine, which has not the files and interpreters of this one.
    """
    if url := _url(where):
        raise Unsupported(f"{url} is on another machine: this command is typed there.")
    return workspace.find_or_create(Path.cwd(), where, say=say)


def reach(found: Workspace) -> Client:
    """Its owner, which is started where it is not running. Raises OwnerNotRunning."""
    return owner.connect(found, start=True, say=say)


def connect(where: Path | None) -> Client:
    """The owner of the workspace that is meant. Raises NotFound where there is none.

    A URL is that of a Jupyter server, on any machine; its token is ``$MLWS_TOKEN``.
    """
    if url := _url(where):
        return Client.remote(url, os.environ.get("MLWS_TOKEN", ""))
    return reach(workspace.find(Path.cwd(), where))


def _url(where: Path | None) -> str | None:
    said = os.environ.get("MLWS_WORKSPACE", "") if where is None else str(where)
    fits = URL.fullmatch(said)
    return None if fits is None else f"{fits[1]}://{fits[2].replace(os.sep, '/')}"
