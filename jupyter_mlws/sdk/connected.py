"""A workspace as those know it that are in it: where it is asked, and what it makes of a name.

It is below the classes under Azure ML's names, so that each imports only what is below it:
`Workspace` → `Experiment` → `Run` → `Model` → `Webservice` → `Connected` → `Version`.
"""

import sys
from abc import ABC, abstractmethod

from jupyter_mlws.client import owner
from jupyter_mlws.client import workspace as places
from jupyter_mlws.client.client import Client
from jupyter_mlws.sdk.version import Version


class Connected(ABC):
    """A workspace, and a client of the server that owns it.

    Parameters
    ----------
    place
        Where it lies.
    """

    def __init__(self, place: places.Workspace) -> None:
        self._place = place
        self.client: Client = connect(place)

    @property
    def name(self) -> str:
        return self._place.name

    @property
    def default_target(self) -> str:
        return self._place.default_target

    @abstractmethod
    def experiment(self, name: str) -> "Group":
        """The experiment of this name; it need not have a run yet. Raises Invalid."""

    @abstractmethod
    def model(self, reference: str) -> Version:
        """The version that ``NAME:VERSION`` names, or the newest of ``NAME``. Raises NotFound."""


class Group:
    """What a run knows of its experiment: a name in a workspace."""

    def __init__(self, workspace: Connected, name: str) -> None:
        self.workspace = workspace
        self.name = name


def connect(place: places.Workspace) -> Client:
    """A client of the workspace's owner, which is started where none runs."""
    return owner.connect(place, start=True, say=notice)


def notice(text: str) -> None:
    """Say something in one line, where it is no part of a program's output."""
    sys.stderr.write(f"mlws: {text}\n")
