"""Which notebook and which cell speak to us, and whether the notebook's file is up to date."""

import json
import os
import re
import time
from collections.abc import Callable
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_mlws.magics.cell import Front

SAVE_S = 1.5  # how long a front end may take to save
LOOK_S = 0.02
ASK_S = 1.0  # how long the kernel's own server may take to name the notebook
SAVE = "jupyter-mlws:save"  # the comm by which a front end is asked to save
TAG = "mlws"  # cells with it travel in front of every submitted cell


def path_of(shell: Any) -> Path | None:
    """The notebook that this kernel belongs to; None for a console, or where nobody knows.

    ``$MLWS_NOTEBOOK``, what VS Code says, what the server said at the start, or,
    where that file is gone (a renamed notebook), what the server says now.
    """
    said = (
        os.environ.get("MLWS_NOTEBOOK"),
        shell.user_ns.get("__vsc_ipynb_file__"),
        os.environ.get("JPY_SESSION_NAME"),
    )
    for name in filter(None, said):
        path = Path(str(name))
        if path.suffix == ".ipynb" and path.is_file():
            return path.resolve()
    return _asked_of_server() if os.environ.get("JPY_SESSION_NAME") else None


def cell_id(shell: Any) -> str | None:
    """The id of the cell that is executed now, where the front end says it."""
    found = _parent(shell).get("metadata", {}).get("cellId")
    return found if isinstance(found, str) else None


def tagged(path: Path | None, current: str | None) -> list[Front]:
    """The cells of a notebook's file that are tagged ``mlws``, without the current one."""
    if path is None:
        return []
    found = []
    for number, cell in enumerate(_cells(path), 1):
        tags = cell.get("metadata", {}).get("tags", ())
        if cell.get("cell_type") == "code" and TAG in tags and cell.get("id") != current:
            source = cell.get("source", "")
            code = source if isinstance(source, str) else "".join(source)
            found.append(Front(title=f"cell {number}, tagged {TAG}", code=code))
    return found


def saved(shell: Any, path: Path) -> bool:
    """Ask the front end to save a notebook, for `SAVE_S` at most. True where its file is fresh.

    Without an editor (a notebook that a program executes) nothing is unsaved.
    """
    asked = _parent(shell).get("header", {}).get("date")
    edited = cell_id(shell) is not None or "__vsc_ipynb_file__" in shell.user_ns
    if not edited or asked is None:
        return True
    before = path.stat().st_mtime_ns
    if before / 1e9 >= _unix(asked):
        return True
    if not _ask_to_save(path):
        return False
    return _until(lambda: path.stat().st_mtime_ns != before)


def _until(happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + SAVE_S
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_S)
    return True


def _ask_to_save(path: Path) -> bool:
    try:
        from comm import create_comm  # noqa: PLC0415  only kernels have it
    except ImportError:
        return False
    create_comm(target_name=SAVE, data={"path": str(path)}).close()
    return True


def _cells(path: Path) -> list[dict[str, Any]]:
    try:
        cells = json.loads(path.read_bytes()).get("cells", [])
    except (OSError, ValueError, AttributeError):  # being written, or no notebook of version 4
        return []
    return [cell for cell in cells if isinstance(cell, dict)]


def _parent(shell: Any) -> dict[str, Any]:
    """The message that the kernel works on; empty in a terminal."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else None
    return parent if isinstance(parent, dict) else {}


def _unix(date: Any) -> float:
    moment = date if isinstance(date, datetime) else datetime.fromisoformat(str(date))
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return aware.timestamp()


def _asked_of_server() -> Path | None:
    """The notebook of this kernel's session, by the server that started it."""
    try:
        from ipykernel.connect import get_connection_file  # noqa: PLC0415  only kernels have it
        from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415

        fits = re.search(r"kernel-(.+)\.json$", get_connection_file())
        server = json.loads(
            Path(
                jupyter_runtime_dir(), f"jpserver-{os.environ['JPY_PARENT_PID']}.json"
            ).read_bytes()
        )
        sessions = _sessions(server)
        root = Path(server["root_dir"])
    except (ImportError, RuntimeError, OSError, HTTPException, ValueError, KeyError):
        return None
    mine = fits.group(1) if fits else None
    for session in sessions:
        if session.get("kernel", {}).get("id") == mine and session.get("type") == "notebook":
            path = root / str(session.get("path"))
            return path.resolve() if path.is_file() else None
    return None


def _sessions(server: dict[str, Any]) -> list[dict[str, Any]]:
    url = urlsplit(server["url"])
    connection = HTTPConnection(url.netloc, timeout=ASK_S)
    try:
        headers = {"Authorization": f"token {server['token']}"}
        connection.request("GET", f"{url.path.rstrip('/')}/api/sessions", headers=headers)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer if isinstance(answer, list) else []
