"""A workspace with a live owner (`mlws serve`), in a process of its own, and a client of it."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measure import until
from benchmarks.web import Web
from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.backend import Settings
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import OwnerNotRunning
from jupyter_mlws.sdk.sending import Folder, send


class Owned:
    """A workspace that is served."""

    def __init__(self, place: Workspace, process: "subprocess.Popen[bytes]", client: Client):
        self.place = place
        self.process = process
        self.client = client

    def web(self) -> Web:
        """A plain HTTP client of it, over TCP as a browser's."""
        told = owner.read(self.place)
        port = urlsplit(told.url).port
        assert port is not None
        return Web(port, {"Authorization": f"token {told.token}"})

    def sent(self, files: Mapping[str, str]) -> str:
        """The id of a snapshot that holds these files and nothing else."""
        folder = self.place.root.with_name(f"{self.place.root.name}-sent")
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        return send(self.client, Folder(root=folder))[0]


@contextmanager
def serving(root: Path) -> Iterator[Owned]:
    """Serve a folder, made a workspace where it is none; ends with all that runs in it."""
    root.mkdir(parents=True, exist_ok=True)
    place = workspace.create(root)
    command = [sys.executable, "-m", "jupyter_mlws.cli.main", "serve", "--workspace", str(root)]
    with (root.parent / f"{root.name}.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until(lambda: owns(place) or process.poll() is not None)
        yield Owned(place, process, owner.connect(place, start=False))
    finally:
        process.terminate()
        process.wait(30)
        _end_runs(place)


def owns(place: Workspace) -> bool:
    """Does anybody own it by now?"""
    try:
        owner.read(place)
    except OwnerNotRunning:
        return False
    return True


def settings(place: Workspace) -> Settings:
    return Settings(
        root=place.root,
        state=place.state,
        workspace_id=place.id,
        name=place.name,
        default_target="local",
        owner="serve",
    )


def _end_runs(place: Workspace) -> None:
    backend = open_backend(settings(place), lambda *_: None)
    try:
        for home in (place.state / "runs").glob("*/*"):
            if not (home / "exit.json").exists():
                backend.targets["local"].forget({"dir": str(home)})
    finally:
        backend.close()
