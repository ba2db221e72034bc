"""``mlws doctor``: what could be wrong here, one check a line, each with its remedy."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from msgspec import Struct

from jupyter_mlws.cli.options import Json, Where
from jupyter_mlws.cli.output import document, table
from jupyter_mlws.client import mounts, owner
from jupyter_mlws.client import workspace as places
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.words import size

app = typer.Typer(add_completion=False)
LEAST_FREE_BYTES = 1_000_000_000
LEAST_FREE_SHARE = 0.05
STARTUP = Path("etc", "ipython", "startup", "50-jupyter-mlws.py")
MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


class Check(Struct, frozen=True, kw_only=True):
    name: str
    verdict: str  # "ok", "warning" or "problem"
    says: str  # what is so, and where it is wrong, what to do


@app.command()
def doctor(json: Json = False, workspace: Where = None) -> None:
    """Check interpreter, workspace, owner, disk, kernel and targets. 0 if nothing is broken."""
    checks = list(_checks(workspace))
    if json:
        document(checks)
    else:
        rows = ((MARKS[check.verdict], check.name, check.says) for check in checks)
        table(("", "CHECK", "RESULT"), rows, "Nothing to check.")
    if any(check.verdict == "problem" for check in checks):
        raise typer.Exit(1)


def _checks(where: Path | None) -> Iterator[Check]:
    yield _tried("interpreter", lambda: f"runs use {surroundings.interpreter(None)}")
    yield _kernel()
    try:
        found = places.find(Path.cwd(), where)
    except MlwsError as error:
        yield Check(name="workspace", verdict="problem", says=str(error))
        return
    yield Check(name="workspace", verdict="ok", says=f"{found.name} in {found.root}")
    yield _state(found)
    yield _disk(found)
    yield from _git(found)
    yield from _owner(found)


def _tried(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name=name, verdict="ok", says=check())
    except MlwsError as error:
        return Check(name=name, verdict="problem", says=str(error))


def _kernel() -> Check:
    file = Path(sys.prefix) / STARTUP
    if file.is_file():
        return Check(name="kernel", verdict="ok", says=f"{file} brings the magics")
    says = f"{file} is not there: notebooks need `%load_ext jupyter_mlws` first"
    return Check(name="kernel", verdict="warning", says=says)


def _state(found: Workspace) -> Check:
    kind = mounts.network(found.state)
    if kind is not None:
        says = f"{found.state} is on a network file system ({kind}): set MLWS_STATE to a local one"
        return Check(name="state", verdict="problem", says=says)
    return Check(name="state", verdict="ok", says=str(found.state))


def _disk(found: Workspace) -> Check:
    place = found.state if found.state.exists() else found.root
    usage = shutil.disk_usage(place)
    low = usage.free < max(LEAST_FREE_BYTES, LEAST_FREE_SHARE * usage.total)
    if low:
        says = f"{size(usage.free)} free: new runs wait; `mlws workspace prune` frees some"
        return Check(name="disk", verdict="problem", says=says)
    return Check(name="disk", verdict="ok", says=f"{size(usage.free)} free")


def _git(found: Workspace) -> Iterator[Check]:
    """``git clean -fdx`` removes what git ignores: a workspace's state, too."""
    if not found.state.is_relative_to(found.root) or shutil.which("git") is None:
        return
    asked = ["git", "-C", str(found.root), "check-ignore", "-q", str(found.state)]
    if subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        says = "`git clean -fdx` would remove the runs with the state: MLWS_STATE puts it elsewhere"
        yield Check(name="git", verdict="warning", says=says)


def _owner(found: Workspace) -> Iterator[Check]:
    try:
        owned = owner.read(found)
    except MlwsError:
        yield Check(name="owner", verdict="ok", says="nobody now; the next command starts one")
    else:
        yield Check(name="owner", verdict="ok", says=f"{owned.kind}, process {owned.pid}")
    try:
        client = owner.connect(found, start=True)
        info = client.workspace()
    except MlwsError as error:
        yield Check(name="store", verdict="problem", says=str(error))
        return
    yield Check(name="store", verdict="ok", says=f"{info.n_runs} runs, {size(info.store_bytes)}")
    yield from _targets(client)


def _targets(client: Client) -> Iterator[Check]:
    for target in client.targets():
        says = target.problem or f"{target.kind}, {target.running} of {target.slots} slots in use"
        verdict = "problem" if target.problem else "ok"
        yield Check(name=f"target {target.name}", verdict=verdict, says=says)
