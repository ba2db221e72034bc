"""Who owns a workspace now, how to reach them, and how to start one where nobody does."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_mlws.client import lock, workspace
from jupyter_mlws.client.workspace import Workspace
from jupyter_mlws.errors import Forbidden, Invalid, Malformed, OwnerNotRunning
from jupyter_mlws.records import codec
from jupyter_mlws.records.owner import Owner
from jupyter_mlws.shim import process

if TYPE_CHECKING:
    from jupyter_mlws.client.client import Client

START_S = 60.0  # how long a new owner may take on a slow machine
TAKEOVER_S = 3.0  # how long another server may take to notice that the lock is free
LOOK_S = 0.02


def read(place: Workspace) -> Owner:
    """Who owns the workspace now.

    Raises
    ------
    OwnerNotRunning
        Nobody does: there was no owner, or it has died (its pid may be another's by now).
    Forbidden
        Another user wrote owner.json.
    """
    path = place.state / "owner.json"
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_uid != os.geteuid():
                raise Forbidden(f"{path} was written by another user.")
            owner = codec.decode(stream.read(), Owner)
    except FileNotFoundError:
        raise OwnerNotRunning(f"Nobody serves {place.root} now.") from None
    except (Malformed, Invalid) as error:
        raise OwnerNotRunning(f"{path} cannot be read: {error}") from error
    here = owner.boot_id == process.boot_id() and process.lives(owner.pid, owner.start_time)
    if not here or not lock.held(place.state / "owner.lock"):  # not held: this is a copied folder
        raise OwnerNotRunning(f"Process {owner.pid}, which served {place.root}, is gone.")
    return owner


def connect(
    place: Workspace,
    *,
    start: bool = True,
    say: Callable[[str], object] = lambda sentence: None,
) -> "Client":
    """A client of whoever owns the workspace, also when that changes.

    Where nobody owns it, `mlws serve` is started, and said. Two who start at once get one.

    Raises
    ------
    OwnerNotRunning
        There is none; with `start`, it did not come up, and where its log lies.
    """
    # A server that only reads who owns the workspace does not load all of the client.
    from jupyter_mlws.client.client import Client  # noqa: PLC0415
    from jupyter_mlws.client.connection import Address  # noqa: PLC0415

    def address() -> Address:
        owner = reach(place, say) if start else read(place)
        return Address(url=owner.url, token=owner.token, socket=owner.socket or None)

    address()
    return Client(address)


def reach(place: Workspace, say: Callable[[str], object] = lambda sentence: None) -> Owner:
    """Who owns the workspace now; where nobody does, `mlws serve` is started. Blocks.

    Raises
    ------
    OwnerNotRunning
        It did not come up; says where its log lies.
    """
    return _now(place) or _started(place, say)


def _started(place: Workspace, say: Callable[[str], object]) -> Owner:
    """Start `mlws serve`, or wait for whoever is faster."""
    workspace.open_state(place)
    starting = lock.Lock(place.state / "start.lock")
    if not starting.take():
        say("Waiting for the workspace, which another program starts…")
        starting.take(wait=True)
    try:
        if owner := _settled(place):
            return owner
        say("Starting the workspace…")
        child = _serve(place)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if owner := _now(place):
                return owner
            if child.poll() is not None:
                break
            time.sleep(LOOK_S)
    finally:
        starting.release()
    ended = "took too long to start" if child.poll() is None else "did not start"
    log = place.state / "serve.log"
    raise OwnerNotRunning(f"The workspace {ended}; {log} says why{_last_line(place)}.")


def _settled(place: Workspace) -> Owner | None:
    """The owner, where one is there or just coming: it holds the lock before it can answer."""
    until = time.monotonic() + TAKEOVER_S
    here = os.environ.get("MLWS_DEFAULT_WORKSPACE") == str(place.root)  # a server that will see it
    while here or any(lock.held(place.state / name) for name in ("owner.lock", "standby.lock")):
        if owner := _now(place):
            return owner
        if time.monotonic() > until:
            break
        time.sleep(LOOK_S)
    return _now(place)


def _now(place: Workspace) -> Owner | None:
    try:
        return read(place)
    except OwnerNotRunning:
        return None


def _serve(place: Workspace) -> "subprocess.Popen[bytes]":
    """`mlws serve`, which outlives us: own session, own log, nothing of a kernel's."""
    command = [sys.executable, "-m", "jupyter_mlws.cli.main", "serve", "--workspace"]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("JPY_") and not name.endswith("_TOKEN")
    }
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    log = os.open(place.state / "serve.log", flags, 0o600)
    try:
        child = subprocess.Popen(
            [*command, str(place.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=place.root,
            env=kept,
            start_new_session=True,
        )
    finally:
        os.close(log)
    threading.Thread(target=child.wait, daemon=True).start()  # leaves no zombie
    return child


def _last_line(place: Workspace) -> str:
    lines = (place.state / "serve.log").read_text(errors="replace").strip().splitlines()
    return f" ({lines[-1][:200]})" if lines else ""
