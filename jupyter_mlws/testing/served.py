"""A workspace of its own for a test, with a real owner that ends with it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import OwnerNotRunning

HOUSE = Path(__file__).parents[2]
ENDS_S = 30.0


def environment(folder: Path) -> dict[str, str]:
    """Variables for programs that are to see nothing of this machine's user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLWS_", "JPY_", "JUPYTER"))}
    path = os.pathsep.join(filter(None, (str(HOUSE), os.environ.get("PYTHONPATH"))))
    return kept | {
        "PYTHONPATH": path,
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


@contextmanager
def served(root: Path) -> Iterator[Workspace]:
    """A workspace in `root`. Whoever asks it first starts its owner, which is ended at the end."""
    place = workspace.create(root)
    try:
        yield place
    finally:
        end(place)


def end(place: Workspace) -> None:
    """End the owner of a workspace, if there is one, and wait until it is gone."""
    try:
        pid = owner.read(place).pid
    except OwnerNotRunning:
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + ENDS_S
    while time.monotonic() < until:
        try:
            owner.read(place)
        except OwnerNotRunning:
            return
        time.sleep(0.02)
    raise AssertionError(f"The owner of {place.root}, process {pid}, does not end.")
